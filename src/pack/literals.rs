//! The tables of the literal stage: which anchors may begin at a place, told from its first bytes.
//!
//! Filters small enough for the nearest caches say no almost always; what they let through is looked up by a hash of the
//! same bytes and compared. The tables are made of plain numbers, so that they can lie in the program.

use super::tables::{Section, Tables};

/// Bytes of the three keys: anchors are looked up by their first bytes, as many as they have at least.
const LONG: usize = 8;
const MIDDLE: usize = 5;
const SHORT: usize = 3;
/// Bits of the filters, as powers of two.
const LONG_FILTER: u32 = 19;
const MIDDLE_FILTER: u32 = 16;
const SHORT_FILTER: u32 = 14;
/// Behind every text of the tables of short ones: bytes as a number (two halves), and number and length in one.
const SHORT_ENTRY: usize = 3;

/// Spreads a key; the upper bits are the good ones.
#[inline(always)]
fn spread(key: u64) -> u64 {
    key.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The first `len` bytes as a number.
fn key(bytes: &[u8], len: usize) -> u64 {
    let mut word = [0; 8];
    word[..len].copy_from_slice(&bytes[..len]);
    u64::from_le_bytes(word)
}

/// Bits of the first `len` bytes of a key.
#[inline(always)]
const fn mask(len: usize) -> u64 {
    (1 << (8 * len)) - 1
}

/// Fills the sections of the literal stage. Anchors are folded, not empty, and begin with no blank.
pub(super) fn build(anchors: &[&str], sections: &mut [Vec<u32>]) {
    let (mut long, mut middle, mut short, mut tiny) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (n, text) in (0u32..).zip(anchors) {
        let bytes = text.as_bytes();
        let entry = |len: usize| {
            let whole = key(bytes, len);
            [whole as u32, (whole >> 32) as u32, n << 3 | len as u32]
        };
        match bytes.len() {
            0 => {}
            1 | 2 => tiny.push((u64::from(bytes[0]), [n, bytes.get(1).map_or(256, |&b| u32::from(b)), 0])),
            len @ SHORT..MIDDLE => short.push((spread(key(bytes, SHORT)), entry(len))),
            len @ MIDDLE..LONG => middle.push((spread(key(bytes, MIDDLE)), entry(len))),
            _ => long.push((spread(key(bytes, LONG)), [n, 0, 0])),
        }
    }
    for (entries, filter_bits, filter_at, at, size) in [
        (&long, LONG_FILTER, Section::LongFilter, Section::Long, 1),
        (&middle, MIDDLE_FILTER, Section::MiddleFilter, Section::Middle, SHORT_ENTRY),
        (&short, SHORT_FILTER, Section::ShortFilter, Section::Short, SHORT_ENTRY),
    ] {
        sections[filter_at as usize] = filter(entries, filter_bits);
        sections[at as usize] = buckets(entries, size);
    }
    let mut starts = vec![0; 257];
    tiny.iter().for_each(|&(first, _)| starts[first as usize + 1] += 1);
    (1..257).for_each(|n| starts[n] += starts[n - 1]);
    tiny.sort_by_key(|&(first, entry)| (first, entry[0]));
    starts.extend(tiny.iter().flat_map(|&(_, [n, second, _])| [second, n]));
    sections[Section::Tiny as usize] = starts;
    let mut first = vec![0; 256 / 32];
    for byte in anchors.iter().filter_map(|text| text.bytes().next()) {
        first[usize::from(byte) / 32] |= 1 << (byte % 32);
    }
    sections[Section::First as usize] = first;
}

fn filter(entries: &[(u64, [u32; SHORT_ENTRY])], bits: u32) -> Vec<u32> {
    let mut words = vec![0; (1 << bits) / 32];
    for &(hash, _) in entries {
        let bit = (hash >> (64 - bits)) as usize;
        words[bit / 32] |= 1 << (bit % 32);
    }
    words
}

/// Bits that choose the bucket, where each bucket begins, and the entries of all buckets, `size` numbers each.
fn buckets(entries: &[(u64, [u32; SHORT_ENTRY])], size: usize) -> Vec<u32> {
    let bits = entries.len().next_power_of_two().trailing_zeros().max(1);
    let bucket = |hash: u64| (hash >> (64 - bits)) as usize;
    let mut sorted: Vec<_> = entries.to_vec();
    sorted.sort_by_key(|&(hash, entry)| (bucket(hash), entry[size - 1]));
    let mut words = vec![bits];
    let mut next = sorted.iter().peekable();
    for n in 0..=(1usize << bits) {
        let before = sorted.len() - next.len();
        words.push((before * size) as u32);
        while next.next_if(|&&(hash, _)| bucket(hash) == n).is_some() {}
    }
    words.extend(sorted.iter().flat_map(|(_, entry)| &entry[..size]));
    words
}

/// The tables as the scan holds them.
#[derive(Clone, Copy)]
pub(crate) struct Probe<'s> {
    long: Buckets<'s, LONG_FILTER>,
    middle: Buckets<'s, MIDDLE_FILTER>,
    short: Buckets<'s, SHORT_FILTER>,
    tiny: &'s [u32],
    first: [u32; 256 / 32],
    /// Where each text begins, and all of them.
    starts: &'s [u32],
    texts: &'s [u8],
}

/// Entries by the upper bits of their hash, with a filter of `FILTER` bits before them.
#[derive(Clone, Copy)]
struct Buckets<'s, const FILTER: u32> {
    filter: &'s [u32],
    shift: u32,
    starts: &'s [u32],
    entries: &'s [u32],
}

impl<'s, const FILTER: u32> Buckets<'s, FILTER> {
    fn new(tables: &'s Tables, filter: Section, entries: Section) -> Buckets<'s, FILTER> {
        let words = tables.section(entries);
        let bits = words[0];
        let (starts, entries) = words[1..].split_at((1 << bits) + 1);
        Buckets { filter: tables.section(filter), shift: 64 - bits, starts, entries }
    }

    /// The entries among which those with this hash are; none, nearly always.
    #[inline(always)]
    fn at(&self, hash: u64) -> &'s [u32] {
        let bit = (hash >> (64 - FILTER)) as usize;
        if self.filter[bit / 32] & (1 << (bit % 32)) == 0 {
            return &[];
        }
        let n = (hash >> self.shift) as usize;
        &self.entries[self.starts[n] as usize..self.starts[n + 1] as usize]
    }
}

impl<'s> Probe<'s> {
    pub fn new(tables: &'s Tables) -> Probe<'s> {
        let mut first = [0; 256 / 32];
        first.copy_from_slice(tables.section(Section::First));
        Probe {
            long: Buckets::new(tables, Section::LongFilter, Section::Long),
            middle: Buckets::new(tables, Section::MiddleFilter, Section::Middle),
            short: Buckets::new(tables, Section::ShortFilter, Section::Short),
            tiny: tables.section(Section::Tiny),
            first,
            starts: tables.section(Section::Texts),
            texts: tables.texts(),
        }
    }

    /// Calls `found` with each anchor with which `rest`, which is not empty, begins, and its length in bytes.
    #[inline(always)]
    pub fn at(&self, rest: &[u8], mut found: impl FnMut(u32, usize)) {
        let first = rest[0] as usize;
        if self.first[first / 32] & (1 << (first % 32)) == 0 {
            return;
        }
        let (from, to) = (self.tiny[first] as usize, self.tiny[first + 1] as usize);
        for entry in self.tiny[257 + 2 * from..257 + 2 * to].chunks_exact(2) {
            if entry[0] == 256 || rest.get(1).is_some_and(|&b| u32::from(b) == entry[0]) {
                found(entry[1], 1 + usize::from(entry[0] != 256));
            }
        }
        // The key of a text's end is filled up with zeros, which a literal may hold: there, the bytes are compared.
        let start = match rest.first_chunk::<LONG>() {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => key(rest, rest.len()),
        };
        let few = |entries: &[u32], found: &mut dyn FnMut(u32, usize)| {
            for entry in entries.chunks_exact(SHORT_ENTRY) {
                let (bytes, n, len) = (u64::from(entry[0]) | u64::from(entry[1]) << 32, entry[2] >> 3, entry[2] as usize & 7);
                if start & mask(len) == bytes && rest.len() >= len {
                    found(n, len);
                }
            }
        };
        let entries = self.short.at(spread(start & mask(SHORT)));
        if !entries.is_empty() {
            few(entries, &mut found);
        }
        let entries = self.middle.at(spread(start & mask(MIDDLE)));
        if !entries.is_empty() {
            few(entries, &mut found);
        }
        for &n in self.long.at(spread(start)) {
            let text = &self.texts[self.starts[n as usize] as usize..self.starts[n as usize + 1] as usize];
            if rest.starts_with(text) {
                found(n, text.len());
            }
        }
    }
}
