//! Words of many languages, looked up for every word of a text.

use std::collections::HashMap;

/// Bytes of the words that are kept as numbers.
const PACKED: usize = 16;

/// Words with bits for the languages that have them, while they are collected.
pub(crate) type WordMap = HashMap<String, u64>;

/// Words with the languages (bits) that have them.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Lexicon {
    /// Words of at most sixteen bytes as numbers, each at the first free place behind its own; nearly all of them.
    packed: Vec<(u128, u64)>,
    longer: WordMap,
    /// Bytes of the longest one.
    longest: usize,
}

impl Lexicon {
    pub fn new(words: WordMap) -> Lexicon {
        let words: WordMap = words.into_iter().filter(|(word, _)| !word.is_empty()).collect();
        let longest = words.keys().map(String::len).max().unwrap_or(0);
        let mut packed = vec![(0, 0); (words.len() * 4).next_power_of_two().max(2)];
        let (short, longer): (WordMap, WordMap) = words.into_iter().partition(|(word, _)| word.len() <= PACKED);
        let mut short: Vec<(String, u64)> = short.into_iter().collect();
        short.sort_unstable();
        for (word, bits) in short {
            let key = Lexicon::key(word.as_bytes());
            let at = Lexicon::place(&packed, key);
            packed[at] = (key, bits);
        }
        Lexicon { packed, longer, longest }
    }

    /// No word is 0: words hold no NUL.
    #[inline]
    fn key(word: &[u8]) -> u128 {
        let mut bytes = [0; PACKED];
        bytes[..word.len()].copy_from_slice(word);
        u128::from_le_bytes(bytes)
    }

    /// Where a word stands, or the free place where it would.
    #[inline]
    fn place(packed: &[(u128, u64)], key: u128) -> usize {
        let mask = packed.len() - 1;
        let spread = (key as u64 ^ ((key >> 64) as u64).rotate_left(23)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut at = (spread >> 40) as usize & mask;
        while packed[at].0 != 0 && packed[at].0 != key {
            at = (at + 1) & mask;
        }
        at
    }

    /// The languages (bits) that have this word.
    #[inline]
    pub fn get(&self, word: &str) -> u64 {
        if word.is_empty() || word.len() > self.longest {
            return 0;
        }
        if word.len() > PACKED {
            return self.longer.get(word).copied().unwrap_or(0);
        }
        self.packed[Lexicon::place(&self.packed, Lexicon::key(word.as_bytes()))].1
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
        assert_eq!(Lexicon::default().get("a"), 0);
    }
}
