//! Words of many languages, looked up where they may stand.

use std::collections::HashMap;

use super::filters::spread;

/// Bytes of the words that are kept as numbers.
const PACKED: usize = 16;
/// Bytes that tell most words.
const HEAD: usize = 8;
/// Bits of the filter, as a power of two.
const FILTER: u32 = 15;

/// Words with bits for the languages that have them, while they are collected: some more than once.
pub(crate) type Words<'w> = Vec<(&'w str, u64)>;

/// The words in their order, each once with all of its languages.
pub(super) fn sorted(mut words: Words<'_>) -> Words<'_> {
    words.retain(|(word, _)| !word.is_empty());
    words.sort_unstable();
    words.dedup_by(|(word, languages), (before, all)| {
        let same = word == before;
        *all |= if same { *languages } else { 0 };
        same
    });
    words
}

/// The languages (bits) that a list has of a word.
pub(super) fn listed(words: &HashMap<String, u64>, word: &[u8]) -> u64 {
    std::str::from_utf8(word).ok().and_then(|word| words.get(word)).copied().unwrap_or(0)
}

/// Words with the languages (bits) that have them.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Lexicon {
    /// Words of at most sixteen bytes; nearly all of them.
    entries: Vec<Entry>,
    /// For each hash, the number of its entry behind the first one, at the first free place behind its own; 0 for none.
    places: Vec<u16>,
    /// A bit for each hash that a word's first bytes have: most words of a text are none of these, and their places are far apart.
    filter: Vec<u64>,
    longer: HashMap<String, u64>,
    /// Bytes of the longest one.
    longest: usize,
}

/// A word as numbers. None is 0: words hold no NUL.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    head: u64,
    /// Of the bytes behind the head.
    rest: u64,
    languages: u64,
}

/// The first bytes of `text[start..end]`, at most eight, as a number.
#[inline(always)]
fn number(text: &[u8], start: usize, end: usize) -> u64 {
    let len = (end - start).min(HEAD);
    // One load instead of a copy of as many bytes, where the text goes on far enough.
    match text.get(start..).and_then(|rest| rest.first_chunk::<HEAD>()) {
        Some(bytes) if len > 0 => u64::from_le_bytes(*bytes) & (u64::MAX >> (8 * (HEAD - len))),
        Some(_) => 0,
        None => text[start..start + len].iter().rev().fold(0, |number, &b| number << 8 | u64::from(b)),
    }
}

#[inline(always)]
fn holds(filter: &[u64], hash: u64) -> bool {
    let bit = hash >> (64 - FILTER);
    filter.get((bit / 64) as usize).is_some_and(|word| word >> (bit % 64) & 1 == 1)
}

impl Lexicon {
    pub fn new(words: Words<'_>) -> Lexicon {
        let words = sorted(words);
        let mut lexicon = Lexicon {
            longest: words.iter().map(|(word, _)| word.len()).max().unwrap_or(0),
            places: vec![0; (words.len() * 2).next_power_of_two().max(2)],
            filter: vec![0; (1 << FILTER) / 64],
            ..Lexicon::default()
        };
        let mark = |filter: &mut [u64], hash: u64| filter[(hash >> (64 - FILTER)) as usize / 64] |= 1 << (hash >> (64 - FILTER) & 63);
        for (word, _) in &words {
            let bytes = word.as_bytes();
            mark(&mut lexicon.filter, spread(number(bytes, 0, bytes.len())));
        }
        for (word, languages) in words {
            let bytes = word.as_bytes();
            if bytes.len() > PACKED {
                lexicon.longer.insert(word.to_owned(), languages);
                continue;
            }
            let (head, rest) = (number(bytes, 0, bytes.len()), number(bytes, bytes.len().min(HEAD), bytes.len()));
            let place = lexicon.place(spread(head), head, rest);
            lexicon.entries.push(Entry { head, rest, languages });
            match u16::try_from(lexicon.entries.len()) {
                Ok(number) => lexicon.places[place] = number,
                // More words than all languages have.
                Err(_) => drop(lexicon.longer.insert(word.to_owned(), languages)),
            }
        }
        lexicon
    }

    /// Where the number of a word stands, or the free place where it would.
    #[inline(always)]
    fn place(&self, hash: u64, head: u64, rest: u64) -> usize {
        let mask = self.places.len() - 1;
        let mut at = (hash >> 40) as usize & mask;
        while let Some(entry) = self.entries.get(usize::from(self.places[at]).wrapping_sub(1)) {
            if (entry.head, entry.rest) == (head, rest) {
                break;
            }
            at = (at + 1) & mask;
        }
        at
    }

    /// The languages (bits) that have this word.
    #[inline]
    pub fn get(&self, word: &str) -> u64 {
        self.at(word.as_bytes(), 0, word.len())
    }

    /// The languages (bits) that have the word `text[start..end]`.
    #[inline(always)]
    pub fn at(&self, text: &[u8], start: usize, end: usize) -> u64 {
        let head = number(text, start, end);
        let hash = spread(head);
        if holds(&self.filter, hash) { self.find(text, start, end, (head, hash)) } else { 0 }
    }

    #[inline]
    fn find(&self, text: &[u8], start: usize, end: usize, (head, hash): (u64, u64)) -> u64 {
        let len = end - start;
        if len <= PACKED {
            let rest = if len > HEAD { number(text, start + HEAD, end) } else { 0 };
            let place = self.place(hash, head, rest);
            if let Some(entry) = self.entries.get(usize::from(self.places[place]).wrapping_sub(1)) {
                return entry.languages;
            }
        }
        if len > self.longest || self.longer.is_empty() {
            return 0;
        }
        listed(&self.longer, &text[start..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_was_put_in() {
        let words = ["a", "de", "märz", "november", "september", "มีนาคม", "x"];
        let lexicon = Lexicon::new((0..).zip(words).flat_map(|(n, word)| [(word, 1 << n), (word, 1 << n)]).collect());
        for (n, word) in words.iter().enumerate() {
            assert_eq!(lexicon.get(word), 1 << n, "{word}");
        }
        for other in ["", "b", "d", "dea", "novembe", "november1", "septembe", "a much longer word than all"] {
            assert_eq!(lexicon.get(other), 0, "{other}");
        }
        assert_eq!((lexicon.at(b"in de en november", 3, 5), lexicon.at(b"in de en november", 9, 17)), (2, 8));
        assert_eq!(Lexicon::default().get("a"), 0);
        let text = "de märz มีนาคม";
        assert_eq!((lexicon.at(text.as_bytes(), 3, 8), lexicon.at(text.as_bytes(), 9, text.len())), (4, 32));
    }
}
