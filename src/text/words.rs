//! Counting: words, in scripts with blanks and without, and sentences that begin inside a line.

use super::block::{BLOCK, Block};
use super::class::is_wordy;
use super::line::{is_mark, is_wide};

/// What makes a word in scripts without blanks, in parts of [`breadth`].
pub(super) const WORD: u32 = 10;

/// How much of a word a character of a script without blanks makes: half of one, or less where vowels are written.
pub(super) fn breadth(c: char) -> u32 {
    if c < '\u{2000}' { 4 } else { 5 }
}

/// Words; two characters make one in scripts without blanks, two and a half in Thai and its kin.
pub(crate) fn count_words(text: &str) -> usize {
    count_words_to(text, usize::MAX)
}

/// The same, where more than `most` words need not be counted: then the answer is any number above it.
#[inline]
pub(crate) fn count_words_to(text: &str, most: usize) -> usize {
    let (mut wide, mut words) = (0u32, 0);
    // True behind a letter or digit of a word that is counted already.
    let mut counted = false;
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            words += usize::from(!counted);
            counted = true;
            if words > most {
                break;
            }
        } else if is_wide(c) {
            wide += breadth(c);
            counted = false;
        } else if c.is_whitespace() {
            counted = false;
        } else if !counted && !c.is_ascii() && is_wordy(c) {
            words += 1;
            counted = true;
        }
    }
    wide.div_ceil(WORD) as usize + words
}

/// What a character is for counting words and the sentences that end inside a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A letter or digit, and one that is a capital of ASCII, behind which a full stop ends nothing.
    Word,
    Capital,
    /// `.` and its like, `'`, `’`, other closing signs, blanks.
    Stop,
    Quote,
    Closing,
    Blank,
    /// Belongs to the word before it.
    Mark,
    Other,
}

impl Class {
    const fn of_ascii(b: u8) -> Class {
        match b {
            b'A'..=b'Z' => Class::Capital,
            b'a'..=b'z' | b'0'..=b'9' => Class::Word,
            b'.' | b'!' | b'?' => Class::Stop,
            b'\'' => Class::Mark,
            b'"' | b')' => Class::Closing,
            b' ' => Class::Blank,
            _ => Class::Other,
        }
    }

    fn of(c: char) -> Class {
        match c {
            '…' => Class::Stop,
            '’' => Class::Quote,
            '”' | '»' => Class::Closing,
            '\u{A0}' => Class::Blank,
            c if is_wordy(c) => Class::Word,
            c if is_mark(c) => Class::Mark,
            _ => Class::Other,
        }
    }
}

/// What was read before a character: whether it is in a word, and how the one before it ended: not at all, with a capital,
/// with the end of a sentence, with a blank behind that. Besides, whether a word began, and a sentence with it.
#[derive(Clone, Copy)]
struct Reading(u8);

impl Reading {
    const IN_WORD: u8 = 1;
    const CAPITAL: u8 = 2;
    const ENDED: u8 = 4;
    const PARTED: u8 = 6;
    const BEFORE: u8 = 6;
    const NEW_WORD: u8 = 8;
    const NEW_SENTENCE: u8 = 16;

    /// The state behind a character of this class.
    const fn next(self, class: Class) -> Reading {
        let before = self.0 & Self::BEFORE;
        let in_word = self.0 & Self::IN_WORD;
        let ended = if before == Self::ENDED { Self::ENDED } else { 0 };
        Reading(match class {
            Class::Word | Class::Capital => {
                let starts = match in_word {
                    0 if before == Self::PARTED => Self::NEW_WORD | Self::NEW_SENTENCE,
                    0 => Self::NEW_WORD,
                    _ => 0,
                };
                Self::IN_WORD | starts | if matches!(class, Class::Capital) { Self::CAPITAL } else { 0 }
            }
            Class::Stop => {
                if before == Self::CAPITAL {
                    0
                } else {
                    Self::ENDED
                }
            }
            Class::Quote => in_word | ended,
            Class::Closing => ended,
            Class::Blank => {
                if before == Self::ENDED {
                    Self::PARTED
                } else {
                    0
                }
            }
            Class::Mark => in_word,
            Class::Other => 0,
        })
    }
}

/// The state behind each byte of ASCII, for each state before it.
const READINGS: [[u8; 128]; 8] = {
    let mut states = [[0; 128]; 8];
    let mut state = 0;
    while state < 8 {
        let mut b = 0;
        while b < 128 {
            states[state][b] = Reading(state as u8).next(Class::of_ascii(b as u8)).0;
            b += 1;
        }
        state += 1;
    }
    states
};

impl Reading {
    /// The state behind so many bytes of ASCII, the first ones of a block, and how many words and sentences begin in them.
    fn through(self, block: &Block, len: usize) -> (Reading, u32, u32) {
        let here = u64::MAX >> (BLOCK - len);
        let [word, capital] = [block.wordy(), block.within(b'A', b'Z')].map(|bits| bits & here);
        let stop = block.is(b'.') | block.is(b'!') | block.is(b'?');
        let (mark, closing, blank) = (block.is(b'\''), block.is(b'"') | block.is(b')'), block.is(b' '));
        let before = |state: u8| u64::from(self.0 & Self::BEFORE == state);
        // Signs that go on with what stands before them.
        let with = |bits: u64, signs: u64, first: u64| {
            let mut bits = bits;
            loop {
                let more = signs & !bits & (bits << 1 | first);
                if more == 0 {
                    return bits;
                }
                bits |= more;
            }
        };
        let open = u64::from(self.0 & Self::IN_WORD);
        let inside = with(word, mark, open);
        let ended = with(stop & !(capital << 1 | before(Self::CAPITAL)), closing, before(Self::ENDED));
        let parted = blank & (ended << 1 | before(Self::ENDED));
        let words = word & !(inside << 1 | open);
        let sentences = word & (parted << 1 | before(Self::PARTED));
        let last = |bits: u64, state: u8| if bits >> (len - 1) & 1 == 1 { state } else { 0 };
        // A character is of one class.
        let state = last(inside, Self::IN_WORD) | last(capital, Self::CAPITAL) | last(ended, Self::ENDED) | last(parted, Self::PARTED);
        (Reading(state), words.count_ones(), sentences.count_ones())
    }
}

/// As few bytes of ASCII are read one by one.
const FEW: usize = 20;

/// Words outside of scripts without blanks, sentences that begin inside the line, and how much stands there in scripts without
/// blanks, in parts of [`breadth`].
pub(super) fn count(line: &str) -> (u32, u32, u32) {
    let (mut words, mut inner, mut wide) = (0, 0, 0);
    let mut state = Reading(0);
    let bytes = line.as_bytes();
    let (mut at, mut looked) = (0, 0);
    while let Some(&b) = bytes.get(at) {
        if b < 128 {
            // Many bytes of ASCII are read together.
            if at >= looked && bytes.len() - at >= FEW {
                let (block, len) = ascii(&bytes[at..]);
                looked = at + len;
                if len >= FEW {
                    let (next, begun, ended) = state.through(&block, len);
                    (state, words, inner, at) = (next, words + begun, inner + ended, looked);
                    continue;
                }
            }
            state = Reading(READINGS[usize::from(state.0 & 7)][usize::from(b)]);
            at += 1;
        } else {
            let Some(c) = line[at..].chars().next() else { break };
            at += c.len_utf8();
            if is_wide(c) {
                wide += breadth(c);
                state = Reading(0);
                continue;
            }
            inner += u32::from(matches!(c, '。' | '！' | '？'));
            state = state.next(Class::of(c));
        }
        words += u32::from((state.0 / Reading::NEW_WORD) & 1);
        inner += u32::from(state.0 / Reading::NEW_SENTENCE);
    }
    (words, inner, wide)
}

/// The block with which a text begins, and how many of its first bytes are ASCII.
#[inline(always)]
fn ascii(bytes: &[u8]) -> (Block, usize) {
    let mut padded = [0; BLOCK];
    let whole = bytes.first_chunk().unwrap_or_else(|| {
        padded[..bytes.len()].copy_from_slice(bytes);
        &padded
    });
    let block = Block::new(whole);
    (block, bytes.len().min(block.high().trailing_zeros() as usize))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same, character by character.
    fn one_by_one(line: &str) -> (u32, u32, u32) {
        let (mut words, mut inner, mut wide) = (0, 0, 0);
        let mut state = Reading(0);
        for c in line.chars() {
            if is_wide(c) {
                (wide, state) = (wide + breadth(c), Reading(0));
                continue;
            }
            state = state.next(if c.is_ascii() { Class::of_ascii(c as u8) } else { Class::of(c) });
            words += u32::from(state.0 & Reading::NEW_WORD != 0);
            inner += u32::from(state.0 & Reading::NEW_SENTENCE != 0 || matches!(c, '。' | '！' | '？'));
        }
        (words, inner, wide)
    }

    proptest! {
        #[test]
        fn counts_many_bytes_at_once(
            dense in r#"[aZ7 .!'")-]{0,200}"#,
            sparse in r#"([a-z]{1,9}[ ]|[A-Z][.][ ]|['")]|[a-z][.!]["]?[ ]){0,60}"#,
            mixed in r#"([a-z]{1,40}[ .]|[ '".]{1,3}|[é’”面…]){0,30}"#,
        ) {
            for line in [dense, sparse, mixed] {
                prop_assert_eq!(count(&line), one_by_one(&line), "{}", line);
            }
        }
    }

    proptest! {
        #[test]
        fn counts_to_a_number_as_to_the_end(text in "[a-c '.é面ก\n]{0,40}", most in 0..8usize) {
            let (all, some) = (count_words(&text), count_words_to(&text, most));
            prop_assert!(if all <= most { some == all } else { some > most }, "{} {}", all, some);
        }
    }
}
