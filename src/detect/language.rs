//! Which languages a text is in, told by its function words: what few words say is trusted only in their own language.

use std::cell::OnceCell;
use std::ops::Range;

use super::again::Earlier;
use crate::pack::{Reader, RuleSet, STRETCH};
use crate::text::{BLOCK, Document, count_words, is_mark, is_wide, is_wordy};

/// The languages of one text, told when first asked for.
pub(super) struct Languages<'d> {
    set: &'d RuleSet,
    doc: &'d Document<'d>,
    earlier: Option<&'d Earlier>,
    spoken: OnceCell<u64>,
    /// The words by which it was told, where all of the text was read for that.
    heard: OnceCell<Heard>,
}

impl<'d> Languages<'d> {
    pub fn new(set: &'d RuleSet, doc: &'d Document<'d>, earlier: Option<&'d Earlier>) -> Languages<'d> {
        Languages { set, doc, earlier, spoken: OnceCell::new(), heard: OnceCell::new() }
    }

    /// How far a language is from the text: its own words first, then English, then words of none, then the rest.
    pub fn stranger(&self, language: u16) -> u8 {
        match self.set.strangers[language as usize] {
            RuleSet::STRANGER if language < 64 && self.spoken() & (1 << language) != 0 => 0,
            stranger => stranger,
        }
    }

    /// True where the text may be in this language.
    pub fn speaks(&self, language: u16) -> bool {
        language >= 64 || self.set.heard >> language & 1 == 1 || self.spoken() >> language & 1 == 1
    }

    /// What is known of the languages of the text, if it was asked.
    pub fn known(self) -> (Option<u64>, Option<Heard>) {
        (self.spoken.into_inner(), self.heard.into_inner())
    }

    /// Bits of the languages that the text may be in.
    pub fn spoken(&self) -> u64 {
        *self.spoken.get_or_init(|| {
            let (set, doc) = (self.set, self.doc);
            if doc.folded.text.len() > SAMPLE {
                return heard(set, doc, sample(&doc.folded.text)).spoken();
            }
            // Words that were counted already need not be counted again.
            let counted = || self.earlier.and_then(|earlier| earlier.heard(set, doc));
            self.heard.get_or_init(|| counted().unwrap_or_else(|| heard(set, doc, 0..doc.folded.text.len()))).spoken()
        })
    }
}

/// Bytes of a text in which function words are counted.
const SAMPLE: usize = 6000;

/// Longest function word, in characters, of a script without blanks.
const WIDE_WORD: usize = 5;

/// How often each language was heard: in each number, a bit for each language, the lowest bits of all counts in the first.
///
/// A word is counted in all of its languages at once, by as many steps as the counts have digits that change.
#[derive(Clone, Debug, Default)]
struct Tally {
    digits: [u64; DIGITS],
}

/// Binary digits of a count: a sample holds fewer function words than these can tell.
const DIGITS: usize = 16;
const _: () = assert!(SAMPLE * WIDE_WORD < 1 << DIGITS);

impl Tally {
    fn add(&mut self, languages: u64) {
        self.carry(0, languages);
    }

    /// Adds to a digit, and to the next ones what goes over.
    #[inline]
    fn carry(&mut self, digit: usize, mut languages: u64) {
        for digit in &mut self.digits[digit..] {
            if languages == 0 {
                return;
            }
            (*digit, languages) = (*digit ^ languages, *digit & languages);
        }
    }

    /// Adds many, four at once.
    #[inline(always)]
    fn add_each(&mut self, words: &[[u64; 4]]) {
        let [mut one, mut two, mut four, ..] = self.digits;
        for &[a, b, c, d] in words {
            let (first, second, both);
            (one, first) = sum(one, a, b);
            (one, second) = sum(one, c, d);
            (two, both) = sum(two, first, second);
            self.carry(3, four & both);
            four ^= both;
        }
        [self.digits[0], self.digits[1], self.digits[2]] = [one, two, four];
    }

    /// Adds the counts of another one.
    fn add_all(&mut self, other: &Tally) {
        let mut carry = 0;
        for (digit, &more) in self.digits.iter_mut().zip(&other.digits) {
            let one = *digit ^ more;
            (*digit, carry) = (one ^ carry, *digit & more | one & carry);
        }
    }

    /// Takes away counts that were added.
    fn take_all(&mut self, other: &Tally) {
        let mut borrow = 0;
        for (digit, &less) in self.digits.iter_mut().zip(&other.digits) {
            let one = *digit ^ less;
            (*digit, borrow) = (one ^ borrow, !*digit & less | !one & borrow);
        }
    }

    /// The largest count.
    fn most(&self) -> u32 {
        let mut candidates = u64::MAX;
        self.digits.iter().rev().fold(0, |most, digit| {
            let larger = candidates & digit;
            candidates = if larger == 0 { candidates } else { larger };
            most << 1 | u32::from(larger != 0)
        })
    }

    /// The languages that have at least this count.
    fn at_least(&self, least: u32) -> u64 {
        let (mut larger, mut same) = (0, u64::MAX);
        for (n, digit) in self.digits.iter().enumerate().rev() {
            if least >> n & 1 == 0 {
                larger |= same & digit;
                same &= !digit;
            } else {
                same &= digit;
            }
        }
        if least >> DIGITS == 0 { larger | same } else { 0 }
    }
}

/// The sums of the bits of three numbers, each of two digits.
#[inline(always)]
fn sum(a: u64, b: u64, c: u64) -> (u64, u64) {
    (a ^ b ^ c, a & b | (a ^ b) & c)
}

/// Sixty-four bytes: those of words, and those of scripts without blanks.
#[derive(Clone, Copy, Default)]
struct Seen {
    words: u64,
    wide: u64,
}

impl Seen {
    /// Block `n` of the folded text; `over` are the bits of a character that goes on from the block before.
    #[inline(always)]
    fn new(doc: &Document<'_>, n: usize, over: &mut Seen) -> Seen {
        let bits = doc.folded.bits.block(n);
        let mut seen = Seen { words: bits.words | bits.hangul | over.words, wide: over.wide };
        *over = Seen::default();
        // Marks, and scripts without blanks.
        let mut alone = doc.folded.long_signs(n, &bits);
        while alone != 0 {
            let bit = alone.trailing_zeros();
            alone &= alone - 1;
            seen.mark(over, doc, n * BLOCK + bit as usize, bit);
        }
        seen
    }

    /// Sets the bits of the character at `at`, whose first byte is byte `bit` of the block, and those of the next block.
    #[inline(always)]
    fn mark(&mut self, over: &mut Seen, doc: &Document<'_>, at: usize, bit: u32) {
        let text = doc.folded.text.as_str();
        if text.as_bytes().get(at).is_none_or(u8::is_ascii) {
            return;
        }
        let Some(c) = text[at..].chars().next() else { return };
        let wide = is_wide(c);
        if !wide && !is_mark(c) {
            return;
        }
        let own = ((1u128 << c.len_utf8()) - 1) << bit;
        let (here, there) = (own as u64, (own >> BLOCK) as u64);
        if is_mark(c) || is_wordy(c) {
            self.words |= here;
            over.words |= there;
        }
        if wide {
            self.wide |= here;
            over.wide |= there;
        }
    }
}

/// The middle of a text.
fn sample(text: &str) -> Range<usize> {
    let start = text.ceil_char_boundary((text.len() / 2).saturating_sub(SAMPLE / 2));
    start..text.floor_char_boundary((start + SAMPLE).min(text.len()))
}

/// The words of a part of the folded text.
fn heard(set: &RuleSet, doc: &Document<'_>, Range { start, end }: Range<usize>) -> Heard {
    let text = doc.folded.text.as_str();
    let mut heard = Hearing { set, common: set.common.reader(), text, heard: Heard::default(), found: [0; BLOCK / 2], last: [0; STRETCH] };
    // Where the word that is being read begins, and whether a character of a script without blanks was in it.
    let (mut word, mut wide) = (None, false);
    let mut over = Seen::default();
    for n in start / BLOCK..end.div_ceil(BLOCK) {
        let at = n * BLOCK;
        let seen = Seen::new(doc, n, &mut over);
        let sample = u64::MAX << start.saturating_sub(at) & u64::MAX >> BLOCK.saturating_sub(end - at);
        let words = seen.words & sample;
        if seen.wide == 0 && !wide {
            word = heard.block(at, words, word);
            continue;
        }
        let mut edges = words ^ (words << 1 | u64::from(word.is_some()));
        while edges != 0 {
            let n = edges.trailing_zeros();
            edges &= edges - 1;
            match word.take() {
                Some(from) => {
                    // A sign of such a script says of the word before it that it is of that script.
                    let to = at + n as usize;
                    let behind = if to < end { seen.wide & (u64::MAX >> (63 - n)) } else { seen.wide & !(u64::MAX << n) };
                    heard.word(from, to, wide || (behind != 0 && behind >> from.saturating_sub(at) != 0));
                    wide = false;
                }
                None => word = Some(at + n as usize),
            }
        }
        if let Some(from) = word {
            wide |= seen.wide >> from.saturating_sub(at) != 0;
        }
    }
    if let Some(from) = word {
        heard.word(from, end, wide);
    }
    heard.heard
}

/// The words of a text, or of a part of it: how many, and how many of each language are function words.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    tally: Tally,
    words: u32,
}

impl Heard {
    /// Counts a part besides; words end where parts do.
    pub fn add(&mut self, set: &RuleSet, doc: &Document<'_>, part: Range<usize>) {
        let more = heard(set, doc, part);
        self.tally.add_all(&more.tally);
        self.words += more.words;
    }

    /// Takes away a part that was counted.
    pub fn forget(&mut self, set: &RuleSet, doc: &Document<'_>, part: Range<usize>) {
        let less = heard(set, doc, part);
        self.tally.take_all(&less.tally);
        self.words -= less.words;
    }

    /// The languages of a text by its function words: those that make up at least 5% of its words.
    fn spoken(&self) -> u64 {
        let Heard { tally, words } = self;
        if *words < 40 {
            // Too short for shares: whatever has half the words of the likeliest one.
            return match tally.most() {
                0..3 => u64::MAX,
                best => tally.at_least(best.div_ceil(2)),
            };
        }
        tally.at_least(words.div_ceil(20))
    }
}

/// Words that are being counted.
struct Hearing<'d> {
    set: &'d RuleSet,
    common: Reader<'d>,
    text: &'d str,
    heard: Heard,
    /// The languages of words of a block.
    found: [u64; BLOCK / 2],
    /// The last block of the text, and what is not there behind it.
    last: [u8; STRETCH],
}

impl Hearing<'_> {
    /// Counts the words of the block at `at`, none of a script without blanks; `open` is where a word begins that goes on from the block
    /// before. Returns where one begins that goes on behind it.
    #[inline(always)]
    fn block(&mut self, at: usize, words: u64, open: Option<usize>) -> Option<usize> {
        let before = words << 1 | u64::from(open.is_some());
        let (mut starts, mut ends) = (words & !before, before & !words);
        if let Some(from) = open {
            if ends == 0 {
                return open;
            }
            self.word(from, at + ends.trailing_zeros() as usize, false);
            ends &= ends - 1;
        }
        let rest = &self.text.as_bytes()[at..];
        let bytes = rest.first_chunk().unwrap_or_else(|| {
            self.last[..rest.len()].copy_from_slice(rest);
            &self.last
        });
        let found = &mut self.found;
        let mut count = 0;
        while ends != 0 {
            // No two words begin side by side.
            found[count % (BLOCK / 2)] = self.common.near(bytes, starts.trailing_zeros() as usize, ends.trailing_zeros() as usize);
            count += 1;
            (starts, ends) = (starts & (starts - 1), ends & (ends - 1));
        }
        // What is left of four.
        found[count..].iter_mut().take(3).for_each(|word| *word = 0);
        self.heard.tally.add_each(&self.found.as_chunks().0[..count.div_ceil(4)]);
        self.heard.words += count as u32;
        (starts != 0).then(|| at + starts.trailing_zeros() as usize)
    }

    /// Counts the word `text[from..to]`.
    #[inline(always)]
    fn word(&mut self, from: usize, to: usize, wide: bool) {
        if wide {
            return self.wide(from, to);
        }
        self.heard.words += 1;
        self.heard.tally.add(self.common.at(self.text.as_bytes(), from, to));
    }

    /// The same where nothing parts the words: each of their function words may begin at any character.
    #[inline(never)]
    fn wide(&mut self, from: usize, to: usize) {
        let (word, bytes) = (&self.text[from..to], self.text.as_bytes());
        self.heard.words += count_words(word) as u32;
        let mut chars = word.char_indices().map(|(n, c)| (from + n, c));
        while let Some((start, c)) = chars.next() {
            if self.set.common.may_begin(c) {
                let longer = chars.clone().take(WIDE_WORD - 1);
                std::iter::once((start, c)).chain(longer).for_each(|(at, c)| {
                    self.heard.tally.add(self.common.at(bytes, start, at + c.len_utf8()));
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pack::Selection;

    /// The same, character by character.
    fn reference(set: &RuleSet, text: &str) -> u64 {
        let middle = text.ceil_char_boundary((text.len() / 2).saturating_sub(SAMPLE / 2));
        let end = text.floor_char_boundary((middle + SAMPLE).min(text.len()));
        let (mut counts, mut words) = ([0u32; 64], 0);
        let mut count = |word: &str| (0..64).filter(|n| set.common.get(word) >> n & 1 == 1).for_each(|n| counts[n] += 1);
        let (mut word, mut wide) = (String::new(), false);
        for c in text[middle..end].chars().chain([' ']) {
            wide |= is_wide(c);
            if is_wordy(c) || is_mark(c) {
                word.push(c);
                continue;
            }
            if !word.is_empty() && wide {
                words += count_words(&word) as u32;
                let chars: Vec<char> = word.chars().collect();
                for n in 0..chars.len() {
                    (n + 1..=chars.len().min(n + WIDE_WORD)).for_each(|end| count(&chars[n..end].iter().collect::<String>()));
                }
            } else if !word.is_empty() {
                words += 1;
                count(&word);
            }
            (word, wide) = (String::new(), false);
        }
        let best = counts.iter().copied().max().unwrap_or(0);
        let enough = |n: u32| if words < 40 { best < 3 || n * 2 >= best } else { n * 20 >= words };
        (0..64).filter(|&n| enough(counts[n])).fold(0, |bits, n| bits | 1 << n)
    }

    const PIECES: &[&str] = &[
        "the",
        "of",
        "and",
        "der",
        "die",
        "und",
        "les",
        "de",
        "a",
        "i",
        "и",
        "не",
        "что",
        "на",
        "και",
        "的",
        "是",
        "在",
        "了",
        "の",
        "は",
        "です",
        "ที่",
        "และ",
        "के",
        "है",
        "में",
        "من",
        "في",
        "이",
        "그",
        "të",
        "không",
        "bread",
        "Brot",
        "面包",
        "2040",
        "x",
        "é",
        "・",
        "。",
        "ー",
        "an extraordinarilylongword",
        "\u{94d}",
        "\u{e31}",
    ];

    proptest! {
        #[test]
        fn hears_what_a_reader_of_characters_hears(
            pieces in proptest::collection::vec((0..PIECES.len(), 0..4usize), 0..900),
            one in 0..PIECES.len(),
        ) {
            thread_local!(static SET: RuleSet = RuleSet::builtin(&Selection { preview: true, ..Selection::default() }).unwrap());
            let between = ["", " ", ", ", "\n"];
            let text: String = pieces.iter().flat_map(|&(n, gap)| [PIECES[n], between[gap], PIECES[one], " "]).collect();
            let few: String = text.chars().take(90).collect();
            for text in [text, few] {
                let doc = Document::new(&text);
                let (heard, wanted) = SET.with(|set| (heard(set, &doc, sample(&doc.folded.text)).spoken(), reference(set, &doc.folded.text)));
                prop_assert_eq!(heard, wanted, "{}", text);
            }
        }
    }

    proptest! {
        #[test]
        fn parts_are_heard_as_the_whole(
            pieces in proptest::collection::vec((0..PIECES.len(), 0..4usize), 0..300),
            parts in proptest::collection::vec(0..2_000usize, 1..4),
        ) {
            thread_local!(static SET: RuleSet = RuleSet::builtin(&Selection { preview: true, ..Selection::default() }).unwrap());
            let between = ["", " ", ", ", "\n"];
            let text: String = pieces.iter().flat_map(|&(n, gap)| [PIECES[n], between[gap]]).collect();
            let doc = Document::new(&text);
            let text = doc.folded.text.as_str();
            // Behind blanks.
            let mut ends: Vec<usize> = parts.iter().filter_map(|&n| Some(n + 1 + text.as_bytes().get(n..)?.iter().position(|&b| b == b' ')?)).collect();
            ends.sort_unstable();
            let starts: Vec<usize> = [0].into_iter().chain(ends.iter().copied()).collect();
            ends.push(text.len());
            SET.with(|set| {
                let told = |heard: &Heard| format!("{heard:?}");
                let whole = heard(set, &doc, 0..text.len());
                let mut sum = Heard::default();
                starts.iter().zip(&ends).for_each(|(&start, &end)| sum.add(set, &doc, start..end));
                prop_assert_eq!(told(&sum), told(&whole), "{}", text);
                starts.iter().zip(&ends).for_each(|(&start, &end)| sum.forget(set, &doc, start..end));
                prop_assert_eq!(told(&sum), told(&Heard::default()), "{}", text);
                Ok(())
            })?;
        }
    }

    #[test]
    fn counts_all_languages_at_once() {
        let mut tally = Tally::default();
        (0..21u32).for_each(|n| tally.add(1 | u64::from(n < 7) << 1 | u64::from(n % 2) << 63));
        assert_eq!(tally.most(), 21);
        let many = |least| tally.at_least(least).count_ones();
        assert_eq!([0, 1, 7, 8, 10, 11, 21, 22, 1 << 20].map(many), [64, 3, 3, 2, 2, 1, 1, 0, 0]);
    }
}
