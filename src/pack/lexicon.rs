//! Words of many languages, looked up for every word of a text.

use std::collections::HashMap;

/// Bytes of the words that are kept as numbers.
const PACKED: usize = 16;
/// Bits of the filter, as a power of two.
const FILTER: u32 = 15;

/// Words with bits for the languages that have them, while they are collected.
pub(crate) type WordMap = HashMap<String, u64>;

/// Words with the languages (bits) that have them.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Lexicon {
    /// Words of at most sixteen bytes as numbers, each at the first free place behind its own; nearly all of them.
    packed: Vec<(u128, u64)>,
    /// A bit for each hash that a packed word has: most words of a text are none of these, and their places are far apart.
    filter: Vec<u64>,
    longer: WordMap,
    /// Bytes of the longest one.
    longest: usize,
}

impl Lexicon {
    pub fn new(words: WordMap) -> Lexicon {
        let words: WordMap = words.into_iter().filter(|(word, _)| !word.is_empty()).collect();
        let longest = words.keys().map(String::len).max().unwrap_or(0);
        let mut packed = vec![(0, 0); (words.len() * 2).next_power_of_two().max(2)];
        let mut filter = vec![0; (1 << FILTER) / 64];
        let (short, longer): (WordMap, WordMap) = words.into_iter().partition(|(word, _)| word.len() <= PACKED);
        let mut short: Vec<(String, u64)> = short.into_iter().collect();
        short.sort_unstable();
        for (word, bits) in short {
            let key = Lexicon::key(word.as_bytes());
            let at = Lexicon::place(&packed, key);
            packed[at] = (key, bits);
            let bit = Lexicon::bit(Lexicon::spread(key));
            filter[bit / 64] |= 1 << (bit % 64);
        }
        Lexicon { packed, filter, longer, longest }
    }

    /// No word is 0: words hold no NUL.
    #[inline]
    fn key(word: &[u8]) -> u128 {
        let mut bytes = [0; PACKED];
        bytes[..word.len()].copy_from_slice(word);
        u128::from_le_bytes(bytes)
    }

    /// The upper bits are the good ones.
    #[inline]
    fn spread(key: u128) -> u64 {
        (key as u64 ^ ((key >> 64) as u64).rotate_left(23)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    #[inline]
    fn bit(spread: u64) -> usize {
        (spread >> (64 - FILTER)) as usize
    }

    /// Where a word stands, or the free place where it would.
    #[inline]
    fn place(packed: &[(u128, u64)], key: u128) -> usize {
        let mask = packed.len() - 1;
        let mut at = (Lexicon::spread(key) >> 40) as usize & mask;
        while packed[at].0 != 0 && packed[at].0 != key {
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
    #[inline]
    pub fn at(&self, text: &[u8], start: usize, end: usize) -> u64 {
        let len = end - start;
        if len == 0 || len > self.longest {
            return 0;
        }
        if len > PACKED {
            return std::str::from_utf8(&text[start..end]).ok().and_then(|word| self.longer.get(word)).copied().unwrap_or(0);
        }
        // One load instead of a copy of as many bytes, where the text goes on far enough.
        let key = match text[start..].first_chunk::<PACKED>() {
            Some(bytes) => u128::from_le_bytes(*bytes) & (u128::MAX >> (8 * (PACKED - len))),
            None => Lexicon::key(&text[start..end]),
        };
        let bit = Lexicon::bit(Lexicon::spread(key));
        if self.filter.get(bit / 64).is_none_or(|word| word >> (bit % 64) & 1 == 0) {
            return 0;
        }
        self.packed[Lexicon::place(&self.packed, key)].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_was_put_in() {
        let words = ["a", "de", "märz", "november", "september", "มีนาคม", "x"];
        let lexicon = Lexicon::new((0..).zip(words).map(|(n, word)| (word.to_owned(), 1 << n)).collect());
        for (n, word) in words.iter().enumerate() {
            assert_eq!(lexicon.get(word), 1 << n, "{word}");
        }
        for other in ["", "b", "d", "dea", "novembe", "november1", "septembe", "a much longer word than all"] {
            assert_eq!(lexicon.get(other), 0, "{other}");
        }
        assert_eq!((lexicon.at(b"in de en november", 3, 5), lexicon.at(b"in de en november", 9, 17)), (2, 8));
        assert_eq!(Lexicon::default().get("a"), 0);
    }
}
