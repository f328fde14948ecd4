//! Which languages a text is in, told by its function words: what few words say is trusted only in their own language.

use std::cell::OnceCell;

use crate::pack::{Rule, RuleSet};
use crate::text::{BLOCK, Document, block_at, count_words, is_mark, is_wide, is_wordy};

/// The languages of one text, told when first asked for.
pub(super) struct Languages<'d> {
    set: &'d RuleSet,
    doc: &'d Document<'d>,
    spoken: OnceCell<u64>,
}

/// True where a phrase of so many words says too little outside of its language.
pub(super) fn weak(rule: &Rule, words: u16) -> bool {
    rule.weight < 3 || words <= 2
}

impl<'d> Languages<'d> {
    pub fn new(set: &'d RuleSet, doc: &'d Document<'d>) -> Languages<'d> {
        Languages { set, doc, spoken: OnceCell::new() }
    }

    /// How far a language is from the text: its own words first, then English, then words of none, then the rest.
    pub fn stranger(&self, language: u16) -> u8 {
        match &*self.set.languages[language as usize] {
            "en" => 1,
            "any" => 2,
            _ if language < 64 && self.spoken() & (1 << language) != 0 => 0,
            _ => 3,
        }
    }

    /// True where the text may be in this language.
    pub fn speaks(&self, language: u16) -> bool {
        language >= 64 || self.set.heard >> language & 1 == 1 || self.spoken() >> language & 1 == 1
    }

    /// The same, if it was asked.
    pub fn known(&self) -> Option<u64> {
        self.spoken.get().copied()
    }

    /// Bits of the languages that the text may be in.
    pub fn spoken(&self) -> u64 {
        *self.spoken.get_or_init(|| spoken(self.set, &self.doc.folded.text))
    }
}

/// Bytes of a text in which function words are counted.
const SAMPLE: usize = 6000;

/// Longest function word, in characters, of a script without blanks.
const WIDE_WORD: usize = 5;

/// The languages of a text by its function words: those that make up at least 5% of its words.
fn spoken(set: &RuleSet, text: &str) -> u64 {
    let middle = text.ceil_char_boundary((text.len() / 2).saturating_sub(SAMPLE / 2));
    let end = text.floor_char_boundary((middle + SAMPLE).min(text.len()));
    let mut counts = [0u32; 64];
    let mut words = 0;
    let sample = &text[middle..end];
    let bytes = sample.as_bytes();
    let mut count = |from: usize, to: usize| {
        let mut bits = set.common.at(bytes, from, to);
        while bits != 0 {
            counts[bits.trailing_zeros() as usize] += 1;
            bits &= bits - 1;
        }
    };
    let mut end_word = |from: usize, to: usize, wide: bool| {
        if !wide {
            words += 1;
            count(from, to);
            return;
        }
        // Nothing parts the words here: each of their function words may begin at any character.
        let word = &sample[from..to];
        words += count_words(word) as u32;
        for (at, _) in word.char_indices() {
            let rest = &word[at..];
            let ends = rest.char_indices().skip(1).map(|(n, _)| n).chain([rest.len()]);
            ends.take(WIDE_WORD).for_each(|n| count(from + at, from + at + n));
        }
    };
    // Where the word that is being read begins, and whether it is of a script without blanks.
    let (mut word, mut wide) = (None, false);
    let (mut at, mut scalar) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        if at >= scalar && !wide {
            match block_at(bytes, at).filter(|block| block.high() == 0) {
                Some(block) => {
                    let wordy = block.wordy();
                    let mut edges = wordy ^ (wordy << 1 | u64::from(word.is_some()));
                    while edges != 0 {
                        let edge = at + edges.trailing_zeros() as usize;
                        match word.take() {
                            Some(from) => end_word(from, edge, false),
                            None => word = Some(edge),
                        }
                        edges &= edges - 1;
                    }
                    at += BLOCK;
                    continue;
                }
                None => scalar = at + BLOCK,
            }
        }
        let (goes_on, len) = if byte.is_ascii() {
            (byte.is_ascii_alphanumeric(), 1)
        } else {
            let Some(c) = sample[at..].chars().next() else { break };
            wide |= is_wide(c);
            (is_wordy(c) || is_mark(c), c.len_utf8())
        };
        if goes_on {
            word.get_or_insert(at);
        } else {
            if let Some(from) = word.take() {
                end_word(from, at, wide);
            }
            wide = false;
        }
        at += len;
    }
    if let Some(from) = word {
        end_word(from, sample.len(), wide);
    }
    if words < 40 {
        // Too short for shares: whatever has half the words of the likeliest one.
        let best = counts.iter().copied().max().unwrap_or(0);
        let near = |n: u32| best < 3 || n * 2 >= best;
        return counts.iter().enumerate().filter(|&(_, &n)| near(n)).fold(0, |bits, (n, _)| bits | 1 << n);
    }
    counts.iter().enumerate().filter(|&(_, &n)| n * 20 >= words).fold(0, |bits, (n, _)| bits | 1 << n)
}
