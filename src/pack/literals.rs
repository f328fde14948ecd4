//! The tables of the literal stage: which anchors may begin at a place, told from its first bytes.
//!
//! Filters, small enough for the nearest caches, say no almost always: two know the first bytes of long anchors, one the
//! first words of short ones, one the first bytes of the few short anchors that need not end where a word ends, and of those
//! of scripts without blanks. In the middle of a sentence, where most words stand, a half of its own of each filter knows those
//! anchors alone that may begin there. What passes is looked up by a hash of the same bytes and compared. All are made of plain
//! numbers, so that they can lie in the program.

use super::filters::{
    Filters, LEAD_FILTER, LONG, LONG_FILTER, LONGER, LONGER_FILTER, MIDDLE, NONE, Near64, PAIR, Passed, Place, SHORT, TINY, WORD_FILTER,
    hash, key, longer, mark, mask, may_know, spread,
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
    let [mut all_longer, mut long] = [Vec::new(), Vec::new()];
    let [mut words, mut middle, mut short, mut tiny] = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    let mut bytes_alone = vec![NONE; 256];
    let (mut longer_filter, mut long_filter) = (vec![0; LONGER_FILTER], vec![0; LONG_FILTER]);
    let (mut word_filter, mut lead_filter) = (vec![0; WORD_FILTER], vec![0; LEAD_FILTER]);
    for (n, text) in (0u32..).zip(anchors) {
        let bytes = text.as_bytes();
        let inner = !guard(n as usize).excludes(Around::middle());
        let flag = if inner { INNER } else { 0 };
        let entry = |len: usize| {
            let start = key(bytes, len);
            [start as u32, (start >> 32) as u32, n << 4 | flag | len as u32]
        };
        if bytes.len() >= LONG {
            let (start, left) = (key(bytes, LONG), &bytes[LONG..]);
            let tail = key(left, left.len().min(TAIL)) as u32;
            let entry = [tail, flag | left.len().min(TAIL) as u32, n];
            if bytes.len() >= LONGER {
                all_longer.push((longer_spread(start, tail), entry));
                mark(&mut longer_filter, longer(start, tail), inner);
            } else {
                long.push((spread(start), entry));
                mark(&mut long_filter, hash(start), inner);
            }
            continue;
        }
        if let Some(word) = first_word(text, guard(n as usize).excludes(Around::inside_word())) {
            let word = key(bytes, word);
            words.push((spread(word), entry(bytes.len())));
            mark(&mut word_filter, hash(word), inner);
            continue;
        }
        match bytes.len() {
            0 => {}
            1 => bytes_alone[usize::from(bytes[0])] = entry(1)[2],
            len @ TINY => {
                let first = &mut bytes_alone[usize::from(bytes[0])];
                *first = (*first).min(PAIR);
                tiny.push((spread(key(bytes, TINY)), entry(len)));
            }
            len @ SHORT..MIDDLE => {
                mark(&mut lead_filter, hash(key(bytes, SHORT)), inner);
                short.push((spread(key(bytes, SHORT)), entry(len)));
            }
            len => {
                mark(&mut lead_filter, hash(key(bytes, MIDDLE)), inner);
                middle.push((spread(key(bytes, MIDDLE)), entry(len)));
            }
        }
    }
    let tables = [
        (Section::Tiny, &tiny),
        (Section::Short, &short),
        (Section::Middle, &middle),
        (Section::Words, &words),
        (Section::Long, &long),
        (Section::Longer, &all_longer),
    ];
    for (place, entries) in tables {
        sections[place as usize] = buckets(entries);
    }
    let filters = [
        (Section::LongerFilter, longer_filter),
        (Section::LongFilter, long_filter),
        (Section::WordFilter, word_filter),
        (Section::LeadFilter, lead_filter),
    ];
    for (place, filter) in filters {
        sections[place as usize] = filter;
    }
    sections[Section::Bytes as usize] = bytes_alone;
}

/// Spreads the first [`LONGER`] bytes of a place.
#[inline(always)]
fn longer_spread(first: u64, last: u32) -> u64 {
    spread(first ^ u64::from(last).rotate_left(29))
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

/// The tables as the scan holds them.
#[derive(Clone, Copy)]
pub(crate) struct Probe<'s> {
    filters: Filters<'s>,
    tiny: Buckets<'s>,
    short: Buckets<'s>,
    middle: Buckets<'s>,
    words: Buckets<'s>,
    long: Buckets<'s>,
    longer: Buckets<'s>,
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
        let filters = Filters {
            longer: array(tables, Section::LongerFilter),
            long: array(tables, Section::LongFilter),
            words: array(tables, Section::WordFilter),
            lead: array(tables, Section::LeadFilter),
            bytes: array(tables, Section::Bytes),
            lanes: Filters::lanes(),
        };
        Probe {
            filters,
            tiny: Buckets::new(tables, Section::Tiny),
            short: Buckets::new(tables, Section::Short),
            middle: Buckets::new(tables, Section::Middle),
            words: Buckets::new(tables, Section::Words),
            long: Buckets::new(tables, Section::Long),
            longer: Buckets::new(tables, Section::Longer),
            starts: tables.section(Section::Texts),
            texts: tables.texts(),
        }
    }

    /// Those of these `starts`, bits of a block, where an anchor may begin; of those in the middle of a sentence, where one may
    /// begin there.
    #[inline(always)]
    pub fn pass(&self, near: &Near64<'_>, starts: u64, passed: &mut Passed) {
        self.filters.pass(near, starts, passed);
    }

    /// Adds to `found` each anchor with which `rest`, which is what stands at a place and not empty, begins, with its length in bytes;
    /// short ones first. In the middle of a sentence, those that cannot stand there are left out.
    pub fn look_up(&self, rest: &[u8], near: &Near64<'_>, place: Place, found: &mut Vec<(u32, usize)>) {
        let (filters, bytes, middle) = (&self.filters, near.first(place.at), place.middle);
        let out = |flags: u32| middle && flags & INNER == 0;
        let mut short = |entries: &[u32]| {
            for entry in entries.chunks_exact(ENTRY) {
                let (start, len) = (u64::from(entry[0]) | u64::from(entry[1]) << 32, entry[2] as usize & 7);
                // The key of a text's end is filled up with zeros, which a literal may hold: there, lengths are compared.
                if bytes & mask(len) == start && rest.len() >= len && !out(entry[2]) {
                    found.push((entry[2] >> 4, len));
                }
            }
        };
        if place.lead {
            let first = (bytes & mask(1)) as usize;
            let alone = filters.bytes[first];
            if alone < PAIR {
                short(&[first as u32, 0, alone]);
            }
            if alone != NONE {
                short(self.tiny.at(spread(bytes & mask(TINY))));
            }
            for (len, buckets) in [(SHORT, &self.short), (MIDDLE, &self.middle)] {
                let key = bytes & mask(len);
                if may_know(filters.lead, hash(key), middle) {
                    short(buckets.at(spread(key)));
                }
            }
        }
        if place.word {
            let ends = near.ends(place.at);
            let mut left = ends;
            // Nearly always one, or none.
            while left != 0 {
                let key = bytes & mask(left.trailing_zeros() as usize);
                left &= left - 1;
                if may_know(filters.words, hash(key), middle) {
                    short(self.words.at(spread(key)));
                }
            }
            // Two words may share a bucket.
            if ends.count_ones() > 1 {
                found.sort_unstable_by_key(|&(n, len)| (len, n));
                found.dedup();
            }
        }
        if place.long {
            self.long(rest, self.long.at(spread(bytes)), near.last(place.at), out, found);
        }
        if place.longer {
            self.long(rest, self.longer.at(longer_spread(bytes, near.last(place.at))), near.last(place.at), out, found);
        }
    }

    /// Adds those of these long anchors with which `rest` begins. `tail` are its bytes behind the first ones.
    #[inline(always)]
    fn long(&self, rest: &[u8], entries: &[u32], tail: u32, out: impl Fn(u32) -> bool, found: &mut Vec<(u32, usize)>) {
        for entry in entries.chunks_exact(ENTRY) {
            let [start, len, n] = [entry[0], entry[1], entry[2]];
            if tail & mask((len & 7) as usize) as u32 != start || out(len) {
                continue;
            }
            let text = &self.texts[self.starts[n as usize] as usize..self.starts[n as usize + 1] as usize];
            if rest.starts_with(text) {
                found.push((n, text.len()));
            }
        }
    }
}
