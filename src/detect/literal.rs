//! The literal stage: every anchor that begins where a word begins, found with one probe per word.
//!
//! An automaton reads its tables once per byte, and with thousands of phrases these do not fit the nearest caches. Here
//! the text is probed only where a phrase can start: at word starts, at the seams of glued text, at signs, and at every
//! character of scripts without blanks. A small table of the first bytes says no almost always. The Aho-Corasick
//! automaton of the crate is the reference that it is tested against.

use std::collections::HashMap;

use crate::text::Document;
use crate::text::is_wide;

/// Bytes of the two keys.
const LONG: usize = 8;
const SHORT: usize = 3;
/// Bits of each filter.
const FILTER_BITS: usize = 1 << 16;

/// One bit for each hash of a key; small enough to stay in the nearest cache.
#[derive(Debug)]
struct Filter(Box<[u64]>);

impl Filter {
    fn new() -> Filter {
        Filter(vec![0; FILTER_BITS / 64].into())
    }

    fn add(&mut self, key: u64) {
        let (word, bit) = slot(key);
        self.0[word] |= bit;
    }

    /// False where the key was never added.
    fn may_hold(&self, key: u64) -> bool {
        let (word, bit) = slot(key);
        self.0[word] & bit != 0
    }
}

/// A set of folded literals, each with a number.
#[derive(Debug)]
pub(crate) struct Literals {
    /// Literals of eight bytes and more, by their first eight.
    long: HashMap<u64, Vec<u32>, Mix>,
    long_keys: Filter,
    /// Literals of three to seven bytes, by their first three: mask and bytes, number.
    short: HashMap<u64, Vec<(u64, u64, u32)>, Mix>,
    short_keys: Filter,
    /// Literals of one and two bytes, by their first: second byte (none: 256), number.
    tiny: Box<[Vec<(u16, u32)>; 256]>,
    texts: Vec<Box<str>>,
}

/// A hasher for keys that are hashed already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mix(u64);

impl std::hash::BuildHasher for Mix {
    type Hasher = Mix;

    fn build_hasher(&self) -> Mix {
        Mix(0)
    }
}

impl std::hash::Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = mix(self.0 ^ u64::from(b));
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = mix(key);
    }
}

fn mix(key: u64) -> u64 {
    let key = (key ^ (key >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    key ^ (key >> 29)
}

/// The first `len` bytes as a number.
fn key(bytes: &[u8], len: usize) -> u64 {
    let mut word = [0; 8];
    word[..len].copy_from_slice(&bytes[..len]);
    u64::from_le_bytes(word)
}

/// Bits of the first `len` bytes of a key.
fn mask(len: usize) -> u64 {
    (1 << (8 * len)) - 1
}

fn slot(first: u64) -> (usize, u64) {
    let hash = mix(first) as usize % FILTER_BITS;
    (hash / 64, 1 << (hash % 64))
}

impl Literals {
    /// Builds the set. Literals are folded, not empty, and begin with no blank.
    pub fn new(texts: Vec<Box<str>>) -> Literals {
        let mut set = Literals {
            long: HashMap::default(),
            long_keys: Filter::new(),
            short: HashMap::default(),
            short_keys: Filter::new(),
            tiny: Box::new([const { Vec::new() }; 256]),
            texts,
        };
        for (n, text) in (0u32..).zip(&set.texts) {
            let bytes = text.as_bytes();
            match bytes.len() {
                1 | 2 => set.tiny[bytes[0] as usize].push((bytes.get(1).map_or(256, |&b| b.into()), n)),
                len @ SHORT..LONG => {
                    let first = key(bytes, SHORT);
                    set.short_keys.add(first);
                    set.short.entry(first).or_default().push((mask(len), key(bytes, len), n));
                }
                _ => {
                    let first = key(bytes, LONG);
                    set.long_keys.add(first);
                    set.long.entry(first).or_default().push(n);
                }
            }
        }
        set
    }

    /// Calls `found` with the number and the start of each literal that stands in the document's folded text at a place
    /// where a word can begin. Starts grow; at one start, the order of the set holds for each table.
    pub fn find(&self, doc: &Document<'_>, mut found: impl FnMut(u32, usize)) {
        let text = doc.folded.text.as_str();
        let bytes = text.as_bytes();
        let mut seams = doc.folded.seams.iter().map(|&s| s as usize).peekable();
        // True behind a letter or digit of a script with blanks: a word goes on.
        let mut inside = false;
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            let (wordy, wide, len) = if byte.is_ascii() {
                (byte.is_ascii_alphanumeric(), false, 1)
            } else {
                let Some(c) = text[at..].chars().next() else { break };
                let wide = is_wide(c);
                (c.is_alphanumeric() && !wide, wide, c.len_utf8())
            };
            let seam = seams.next_if(|&s| s <= at).is_some();
            if (!wordy || !inside || seam) && byte != b' ' && byte != b'\n' {
                self.probe(&bytes[at..], at, &mut found);
            }
            inside = wordy && !wide;
            at += len;
        }
    }

    fn probe(&self, rest: &[u8], at: usize, found: &mut impl FnMut(u32, usize)) {
        for &(second, n) in &self.tiny[rest[0] as usize] {
            if second == 256 || rest.get(1).is_some_and(|&b| u16::from(b) == second) {
                found(n, at);
            }
        }
        // The key of a text's end is filled up with zeros, which a literal may hold: there, the bytes are compared.
        let start = key(rest, rest.len().min(LONG));
        let first = start & mask(SHORT);
        if self.short_keys.may_hold(first)
            && let Some(list) = self.short.get(&first)
        {
            for &(mask, bytes, n) in list {
                if start & mask == bytes && (rest.len() >= LONG || rest.starts_with(self.texts[n as usize].as_bytes())) {
                    found(n, at);
                }
            }
        }
        if self.long_keys.may_hold(start)
            && let Some(list) = self.long.get(&start)
        {
            for &n in list {
                if rest.starts_with(self.texts[n as usize].as_bytes()) {
                    found(n, at);
                }
            }
        }
    }

    /// Length of a literal in bytes.
    pub fn len_of(&self, n: u32) -> usize {
        self.texts[n as usize].len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::boundary::word_start;
    use crate::text::fold_phrase;
    use aho_corasick::{AhoCorasick, MatchKind};
    use proptest::prelude::*;

    fn literals() -> Vec<Box<str>> {
        let words = [
            "share",
            "share this",
            "a",
            "%d",
            "next article",
            "e-mail",
            "δ",
            "发表评论",
            "评论",
            "читать",
            "(required)",
            "comments",
            "ab",
            "previous post",
            "x",
        ];
        words.iter().map(|w| fold_phrase(w).into()).collect()
    }

    /// What the automaton finds at places where a word can begin.
    fn reference(doc: &Document<'_>, texts: &[Box<str>]) -> Vec<(usize, u32)> {
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(texts.iter().map(|t| t.as_bytes())).unwrap();
        let mut hits: Vec<(usize, u32)> = automaton
            .find_overlapping_iter(doc.folded.text.as_bytes())
            .filter(|h| {
                let text = &doc.folded.text;
                let (before, after) = (text[..h.start()].chars().next_back(), text[h.start()..].chars().next().unwrap());
                let inside = before.is_some_and(char::is_alphanumeric) && after.is_alphanumeric() && !is_wide(after);
                let digits = before.is_some_and(|c| c.is_ascii_digit()) != after.is_ascii_digit();
                !inside || digits || word_start(doc.raw, doc.raw.floor_char_boundary(doc.folded.raw_start(h.start())))
            })
            .map(|h| (h.start(), h.pattern().as_u32()))
            .collect();
        hits.sort_unstable();
        hits
    }

    proptest! {
        #[test]
        fn finds_what_the_automaton_finds(pieces in proptest::collection::vec(prop_oneof![
            Just("Share this"), Just("share"), Just("A"), Just(" "), Just("\n"), Just("2040"), Just("Next article"), Just("Rise"), Just("e-mail"),
            Just("Δ"), Just("发表评论"), Just("上"), Just("Читать"), Just("(required)"), Just("%d"), Just("3comments"), Just("zab"), Just("é"), Just("[a](b)"), Just("X")
        ], 0..40)) {
            let raw = pieces.concat();
            let doc = Document::new(&raw);
            let texts = literals();
            let mut hits = Vec::new();
            Literals::new(texts.clone()).find(&doc, |n, at| hits.push((at, n)));
            hits.sort_unstable();
            prop_assert_eq!(hits, reference(&doc, &texts));
        }
    }
}
