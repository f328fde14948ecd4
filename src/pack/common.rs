//! Function words of many languages, looked up for every word of a text.

use std::collections::HashMap;
use std::hint::select_unpredictable;

use super::filters::spread;
use super::lexicon::{Words, listed, sorted};

/// Bytes of the words that are told by themselves; longer ones are few.
const HEAD: usize = 8;
/// Bits of a place.
const PLACE: u32 = 12;
/// Multipliers, as a power of two.
const BUCKETS: u32 = 8;
/// Multipliers that are tried for the words of a bucket.
const TRIES: u64 = 1000;
/// Bits for first characters, as a power of two.
const FIRST: u32 = 14;
/// Bytes that a reader needs of a text for words that begin in its first sixty-four.
pub(crate) const STRETCH: usize = 64 + HEAD;

/// For each length, the bits of the first eight bytes of a word, and what marks a longer one: no text has bytes like that.
static MASKS: [[u64; 2]; 64] = {
    let mut masks = [[u64::MAX, u64::MAX]; 64];
    let mut len = 0;
    while len <= HEAD {
        masks[len] = [if len == 0 { 0 } else { u64::MAX >> (64 - 8 * len) }, 0];
        len += 1;
    }
    masks
};

/// Function words with the languages (bits) that have them.
///
/// Nearly half of the words of a text are function words of some language, in no order that a processor could foresee; so whether a word is one
/// is told without a branch: each has a place of its own, found by two multiplications.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Common {
    /// By place. Of words longer than eight bytes, only that they may be there.
    entries: Vec<Entry>,
    /// By the upper bits of a key's hash, what it is multiplied with so that the words of a bucket have places of their own.
    multipliers: Vec<u64>,
    /// Bits for the first characters.
    begins: Vec<u64>,
    /// Words longer than eight bytes, and those for which no place was found.
    others: HashMap<String, u64>,
    crowded: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Entry {
    /// 0 for none: words hold no NUL.
    key: u64,
    languages: u64,
}

/// The key of a word of this length by the bytes from its start on: of a short one, its bytes; of a longer one, those that it begins with, marked.
#[inline(always)]
fn key(bytes: [u8; HEAD], len: usize) -> u64 {
    let [head, long] = MASKS[len.min(MASKS.len() - 1)];
    u64::from_le_bytes(bytes) & head ^ long
}

/// The eight bytes from `start` on, as far as a text goes.
fn padded(text: &[u8], start: usize) -> [u8; HEAD] {
    let rest = text.get(start..).unwrap_or_default();
    rest.first_chunk().copied().unwrap_or_else(|| std::array::from_fn(|n| rest.get(n).copied().unwrap_or(0)))
}

/// Where the bit of a character is.
#[inline]
fn first(c: char) -> (usize, u32) {
    let bit = spread(u64::from(u32::from(c))) >> (64 - FIRST);
    ((bit / 64) as usize, (bit % 64) as u32)
}

/// The place of a key by its hash.
#[inline(always)]
fn place(hash: u64, multiplier: u64) -> usize {
    (hash.wrapping_mul(multiplier) >> (64 - PLACE)) as usize
}

impl Common {
    pub fn new(words: Words<'_>) -> Common {
        let words = sorted(words);
        let mut common = Common {
            entries: vec![Entry::default(); 1 << PLACE],
            multipliers: vec![1; 1 << BUCKETS],
            begins: vec![0; (1 << FIRST) / 64],
            ..Common::default()
        };
        let mut buckets: Vec<Vec<Entry>> = vec![Vec::new(); 1 << BUCKETS];
        for &(word, languages) in &words {
            let (n, bit) = first(word.chars().next().unwrap_or_default());
            common.begins[n] |= 1 << bit;
            if word.len() > HEAD {
                common.others.insert(word.to_owned(), languages);
            }
            let key = key(padded(word.as_bytes(), 0), word.len());
            let bucket = &mut buckets[(spread(key) >> (64 - BUCKETS)) as usize];
            if bucket.iter().all(|entry| entry.key != key) {
                bucket.push(Entry { key, languages });
            }
        }
        let mut order: Vec<usize> = (0..buckets.len()).collect();
        order.sort_by_key(|&n| std::cmp::Reverse(buckets[n].len()));
        for n in order {
            common.crowded |= !common.settle(n, &buckets[n]);
        }
        if common.crowded {
            common.others.extend(words.into_iter().map(|(word, languages)| (word.to_owned(), languages)));
        }
        common
    }

    /// Gives the words of a bucket places of their own, if that can be.
    fn settle(&mut self, bucket: usize, words: &[Entry]) -> bool {
        let mut places: Vec<usize> = Vec::with_capacity(words.len());
        for multiplier in (0..TRIES).map(|n| spread(n + 1) | 1) {
            places.clear();
            for word in words {
                let here = place(spread(word.key), multiplier);
                if self.entries[here].key != 0 || places.contains(&here) {
                    break;
                }
                places.push(here);
            }
            if places.len() == words.len() {
                places.iter().zip(words).for_each(|(&place, word)| self.entries[place] = *word);
                self.multipliers[bucket] = multiplier;
                return true;
            }
        }
        false
    }

    /// The languages (bits) that have this word.
    #[cfg(test)]
    pub fn get(&self, word: &str) -> u64 {
        self.reader().at(word.as_bytes(), 0, word.len())
    }

    pub fn reader(&self) -> Reader<'_> {
        // Nothing is in a table that was not made.
        static NOTHING: ([Entry; 1 << PLACE], [u64; 1 << BUCKETS]) = ([Entry { key: 0, languages: 0 }; 1 << PLACE], [0; 1 << BUCKETS]);
        Reader {
            common: self,
            entries: self.entries.first_chunk().unwrap_or(&NOTHING.0),
            multipliers: self.multipliers.first_chunk().unwrap_or(&NOTHING.1),
        }
    }

    /// False where no word begins with this character.
    #[inline]
    pub fn may_begin(&self, c: char) -> bool {
        let (n, bit) = first(c);
        self.begins.get(n).is_some_and(|bits| bits >> bit & 1 == 1)
    }
}

/// Function words that are looked for one after the other.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'c> {
    common: &'c Common,
    entries: &'c [Entry; 1 << PLACE],
    multipliers: &'c [u64; 1 << BUCKETS],
}

impl Reader<'_> {
    /// The languages (bits) that have the word `text[start..end]`, which is not empty.
    #[inline]
    pub fn at(&self, text: &[u8], start: usize, end: usize) -> u64 {
        self.look_up(padded(text, start), text, start, end - start)
    }

    /// The same of a word of which bytes `start` to `end` of these are.
    #[inline(always)]
    pub fn near(&self, bytes: &[u8; STRETCH], start: usize, end: usize) -> u64 {
        let (start, len) = (start % 64, end.wrapping_sub(start) % 64);
        let seen = bytes[start..].first_chunk().copied().unwrap_or_default();
        self.look_up(seen, bytes, start, len)
    }

    /// The languages of `len` bytes of a text from `start` on, the first of which are `seen`.
    #[inline(always)]
    fn look_up(&self, seen: [u8; HEAD], text: &[u8], start: usize, len: usize) -> u64 {
        let key = key(seen, len);
        let hash = spread(key);
        let entry = &self.entries[place(hash, self.multipliers[(hash >> (64 - BUCKETS)) as usize])];
        let languages = select_unpredictable(entry.key == key, entry.languages, 0);
        if (len > HEAD) & (languages != 0) | self.common.crowded { self.common.other(text, start, start + len) } else { languages }
    }
}

impl Common {
    /// The same, of words that are few.
    #[inline(never)]
    fn other(&self, text: &[u8], start: usize, end: usize) -> u64 {
        if self.others.is_empty() { 0 } else { listed(&self.others, &text[start..end]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_was_put_in() {
        let words = ["a", "de", "november", "september", "มีนาคม", "x", "a word of more than sixteen bytes"];
        let common = Common::new((0..).zip(words).flat_map(|(n, word)| [(word, 1 << n), (word, 1 << n)]).collect());
        for (n, word) in words.iter().enumerate() {
            assert_eq!(common.get(word), 1 << n, "{word}");
            let text = format!("{word} and what comes behind it");
            assert_eq!(common.reader().at(text.as_bytes(), 0, word.len()), 1 << n, "{word}");
        }
        for other in ["b", "d", "dea", "novembe", "november1", "septembe", "septembet", "a word of more than sixteen"] {
            assert_eq!(common.get(other), 0, "{other}");
        }
        assert!(common.may_begin('n') && common.may_begin('ม') && !common.may_begin('u') && !common.may_begin('น'));
        assert_eq!((Common::default().get("a"), Common::default().may_begin('a')), (0, false));
    }

    #[test]
    fn finds_a_place_for_each_of_many() {
        let words: Vec<String> = (0..5_000u32).map(|n| format!("{:x}", n.wrapping_mul(2_654_435_761))).collect();
        for count in [0, 1, 2, 3, 900, 5_000] {
            let common = Common::new(words[..count].iter().map(|word| (word.as_str(), 1)).collect());
            assert!(!common.crowded || count == 5_000);
            assert_eq!(words.iter().map(|word| common.get(word)).sum::<u64>(), count as u64);
        }
    }
}
