//! The tables of the literal stage: which anchors may begin at a place, told from its first bytes.
//!
//! Filters, small enough for the nearest caches, say no almost always: one knows the first bytes of long anchors, one the
//! first words of short ones, one the first bytes of the few short anchors that need not end where a word ends, and of those
//! of scripts without blanks. In the middle of a sentence, where most words stand, filters of their own know those anchors
//! alone that may begin there. What passes is looked up by a hash of the same bytes and compared. All are made of plain
//! numbers, so that they can lie in the program.

use super::filters::{
    Filters, LEAD_FILTER, LONG, LONG_FILTER, MIDDLE, NONE, Near64, PAIR, Passed, SHORT, TINY, WORD_FILTER, key, mask, may_know, place,
    spread,
};
use super::guard::{Around, Guard};
use super::tables::{Section, Tables};
use crate::text::{is_hangul, is_wide, is_wordy};

/// Numbers of an entry. Of short anchors: bytes as a number (two halves); number of the anchor, [`INNER`] and length in one.
const ENTRY: usize = 3;
/// Marks an anchor that may begin in the middle of a sentence, with a small letter.
const INNER: u32 = 8;
/// Long anchors tell besides some bytes behind the key, as a number, and how many: hundreds begin alike.
const TAIL: usize = 4;

/// Bytes of the word with which a short anchor begins, if that is how it is looked up: it ends where a word ends, and so does its
/// first word. Korean words grow, and scripts without blanks show no words.
fn first_word(text: &str, whole: bool) -> Option<usize> {
    let part = |c: char| is_wordy(c) && !is_wide(c) && !is_hangul(c);
    let len = text.find(|c| !part(c)).unwrap_or(text.len());
    (len > 0 && (whole || len < text.len())).then_some(len)
}

/// Fills the sections of the literal stage. Anchors are folded, not empty, and begin with no blank. `guard` tells what all phrases
/// of an anchor have in common.
pub(super) fn build(anchors: &[&str], guard: impl Fn(usize) -> Guard, sections: &mut [Vec<u32>]) {
    let (mut long, mut words, mut middle, mut short, mut tiny) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut bytes_alone = vec![NONE; 256];
    let filters = |words: usize| [vec![0; words], vec![0; words]];
    let (mut long_filters, mut word_filters, mut lead_filters) = (filters(LONG_FILTER), filters(WORD_FILTER), filters(LEAD_FILTER));
    for (n, text) in (0u32..).zip(anchors) {
        let bytes = text.as_bytes();
        let inner = !guard(n as usize).excludes(Around::middle());
        let flag = if inner { INNER } else { 0 };
        let mark = |filters: &mut [Vec<u32>; 2], hash: u64| {
            for filter in &mut filters[..=usize::from(inner)] {
                let (n, bit) = place(hash, filter.len());
                filter[n] |= 1 << bit;
            }
        };
        let entry = |len: usize| {
            let start = key(bytes, len);
            [start as u32, (start >> 32) as u32, n << 4 | flag | len as u32]
        };
        if bytes.len() >= LONG {
            let hash = spread(key(bytes, LONG));
            let tail = (bytes.len() - LONG).min(TAIL);
            long.push((hash, [key(&bytes[LONG..], tail) as u32, flag | tail as u32, n]));
            mark(&mut long_filters, hash);
            continue;
        }
        if let Some(word) = first_word(text, guard(n as usize).excludes(Around::inside_word())) {
            let hash = spread(key(bytes, word));
            words.push((hash, entry(bytes.len())));
            mark(&mut word_filters, hash);
            continue;
        }
        let start = |len: usize| spread(key(bytes, len));
        match bytes.len() {
            0 => {}
            1 => bytes_alone[usize::from(bytes[0])] = entry(1)[2],
            len @ TINY => {
                let first = &mut bytes_alone[usize::from(bytes[0])];
                *first = (*first).min(PAIR);
                tiny.push((start(TINY), entry(len)));
            }
            len @ SHORT..MIDDLE => {
                mark(&mut lead_filters, start(SHORT));
                short.push((start(SHORT), entry(len)));
            }
            len => {
                mark(&mut lead_filters, start(MIDDLE));
                middle.push((start(MIDDLE), entry(len)));
            }
        }
    }
    let tables =
        [(Section::Tiny, &tiny), (Section::Short, &short), (Section::Middle, &middle), (Section::Words, &words), (Section::Long, &long)];
    for (place, entries) in tables {
        sections[place as usize] = buckets(entries);
    }
    let filters = [
        (Section::LongFilter, Section::LongInner, long_filters),
        (Section::WordFilter, Section::WordInner, word_filters),
        (Section::LeadFilter, Section::LeadInner, lead_filters),
    ];
    for (all, inner, filters) in filters {
        [sections[all as usize], sections[inner as usize]] = filters;
    }
    sections[Section::Bytes as usize] = bytes_alone;
}

/// Bits that choose the bucket, where each bucket begins, and the entries of all buckets.
fn buckets(entries: &[(u64, [u32; ENTRY])]) -> Vec<u32> {
    let bits = entries.len().next_power_of_two().trailing_zeros().max(1);
    let bucket = |hash: u64| (hash >> (64 - bits)) as usize;
    let mut sorted: Vec<_> = entries.to_vec();
    sorted.sort_by_key(|&(hash, entry)| (bucket(hash), entry[ENTRY - 1]));
    let mut words = vec![bits];
    let mut next = sorted.iter().peekable();
    for n in 0..=(1usize << bits) {
        let before = sorted.len() - next.len();
        words.push((before * ENTRY) as u32);
        while next.next_if(|&&(hash, _)| bucket(hash) == n).is_some() {}
    }
    words.extend(sorted.iter().flat_map(|(_, entry)| entry));
    words
}

/// What the tables see of a place.
#[derive(Clone, Copy)]
pub(crate) struct Start {
    /// Its first bytes; zeros behind the end of the text.
    bytes: u64,
    /// A bit for each number of bytes, below eight, behind which the word that begins here may end.
    ends: u32,
}

impl Start {
    /// At byte `n` of a block.
    #[inline(always)]
    pub fn new(near: &Near64<'_>, n: usize) -> Start {
        let words = near.words(n);
        // The lowest bit that is not set is the end of the word.
        let end = !words & words.wrapping_add(1);
        let ends = end | near.seams(n) & end.wrapping_sub(1);
        Start { bytes: near.first(n), ends: ends as u32 & 0xFE }
    }

    /// Hashes of the words that may stand here: nearly always one, or none.
    #[inline(always)]
    fn words(self) -> impl Iterator<Item = u64> {
        let mut ends = self.ends;
        std::iter::from_fn(move || {
            let len = ends.trailing_zeros();
            (ends != 0).then(|| {
                ends &= ends - 1;
                spread(self.bytes & mask(len as usize))
            })
        })
    }
}

/// The tables as the scan holds them.
#[derive(Clone, Copy)]
pub(crate) struct Probe<'s> {
    /// For all anchors, and for those that may begin in the middle of a sentence.
    all: Filters<'s>,
    inner: Filters<'s>,
    tiny: Buckets<'s>,
    short: Buckets<'s>,
    middle: Buckets<'s>,
    words: Buckets<'s>,
    long: Buckets<'s>,
    /// Where each text begins, and all of them.
    starts: &'s [u32],
    texts: &'s [u8],
}

/// Entries by the upper bits of their hash.
#[derive(Clone, Copy)]
struct Buckets<'s> {
    shift: u32,
    starts: &'s [u32],
    entries: &'s [u32],
}

impl<'s> Buckets<'s> {
    fn new(tables: &'s Tables, entries: Section) -> Buckets<'s> {
        let words = tables.section(entries);
        let bits = words[0];
        let (starts, entries) = words[1..].split_at((1 << bits) + 1);
        Buckets { shift: 64 - bits, starts, entries }
    }

    /// The entries among which those with this hash are.
    #[inline]
    fn at(&self, hash: u64) -> &'s [u32] {
        let n = (hash >> self.shift) as usize;
        &self.entries[self.starts[n] as usize..self.starts[n + 1] as usize]
    }
}

impl<'s> Probe<'s> {
    pub fn new(tables: &'s Tables) -> Probe<'s> {
        fn array<const N: usize>(tables: &Tables, section: Section) -> &[u32; N] {
            tables.section(section).try_into().unwrap_or_else(|_| unreachable!("sections are as long as they were built"))
        }
        let filters = |long, words, lead| Filters {
            long: array(tables, long),
            words: array(tables, words),
            lead: array(tables, lead),
            bytes: array(tables, Section::Bytes),
        };
        Probe {
            all: filters(Section::LongFilter, Section::WordFilter, Section::LeadFilter),
            inner: filters(Section::LongInner, Section::WordInner, Section::LeadInner),
            tiny: Buckets::new(tables, Section::Tiny),
            short: Buckets::new(tables, Section::Short),
            middle: Buckets::new(tables, Section::Middle),
            words: Buckets::new(tables, Section::Words),
            long: Buckets::new(tables, Section::Long),
            starts: tables.section(Section::Texts),
            texts: tables.texts(),
        }
    }

    /// Those of these `starts`, bits of a block, where an anchor may begin; of those in the `middle` of a sentence, where one may
    /// begin there.
    #[inline(always)]
    pub fn pass(&self, near: &Near64<'_>, starts: u64, middle: u64) -> Passed {
        self.all.pass(near, starts & !middle).or(self.inner.pass(near, starts & middle))
    }

    /// Adds to `found` each anchor with which `rest`, which is not empty, begins, with its length in bytes; short ones first. In the
    /// `middle` of a sentence, those that cannot stand there are left out. `tables` are those that may know some ([`Passed::at`]).
    pub fn look_up(&self, rest: &[u8], start: &Start, middle: bool, tables: (bool, bool, bool), found: &mut Vec<(u32, usize)>) {
        let out = |flags: u32| middle && flags & INNER == 0;
        let mut short = |entries: &[u32]| {
            for entry in entries.chunks_exact(ENTRY) {
                let (bytes, len) = (u64::from(entry[0]) | u64::from(entry[1]) << 32, entry[2] as usize & 7);
                // The key of a text's end is filled up with zeros, which a literal may hold: there, lengths are compared.
                if start.bytes & mask(len) == bytes && rest.len() >= len && !out(entry[2]) {
                    found.push((entry[2] >> 4, len));
                }
            }
        };
        let filters = if middle { &self.inner } else { &self.all };
        let (long, words, leads) = tables;
        if leads {
            let first = (start.bytes & mask(1)) as usize;
            let alone = filters.bytes[first];
            if alone < PAIR {
                short(&[first as u32, 0, alone]);
            }
            if alone != NONE {
                short(self.tiny.at(spread(start.bytes & mask(TINY))));
            }
            for (len, buckets) in [(SHORT, &self.short), (MIDDLE, &self.middle)] {
                let hash = spread(start.bytes & mask(len));
                if may_know(filters.lead, hash) == 1 {
                    short(buckets.at(hash));
                }
            }
        }
        if words {
            start.words().filter(|&hash| may_know(filters.words, hash) == 1).for_each(|hash| short(self.words.at(hash)));
            // Two words may share a bucket.
            if start.ends.count_ones() > 1 {
                found.sort_unstable_by_key(|&(n, len)| (len, n));
                found.dedup();
            }
        }
        let hash = spread(start.bytes);
        if !long || rest.len() < LONG {
            return;
        }
        let left = &rest[LONG..];
        let behind = left.first_chunk().map_or_else(|| key(left, left.len()) as u32, |bytes| u32::from_le_bytes(*bytes));
        for entry in self.long.at(hash).chunks_exact(ENTRY) {
            let [tail, len, n] = [entry[0], entry[1], entry[2]];
            if behind & mask((len & 7) as usize) as u32 != tail || out(len) {
                continue;
            }
            let text = &self.texts[self.starts[n as usize] as usize..self.starts[n as usize + 1] as usize];
            if rest.starts_with(text) {
                found.push((n, text.len()));
            }
        }
    }
}
