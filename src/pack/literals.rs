//! The tables of the literal stage: which anchors may begin at a place, told from its first bytes.
//!
//! Filters small enough for the nearest caches say no almost always; what they let through is looked up by a hash of the
//! same bytes and compared. The tables are made of plain numbers, so that they can lie in the program.

use super::tables::{Section, Tables};

/// Bytes of the four keys: anchors are looked up by their first bytes, as many as they have at least.
const LONG: usize = 8;
const MIDDLE: usize = 5;
const SHORT: usize = 3;
const TINY: usize = 2;
/// Numbers of 32 bits in the filters. The one of the middle knows the starts of long anchors as well: most words end there.
const LONG_FILTER: usize = 1 << 15;
const MIDDLE_FILTER: usize = 1 << 14;
const SHORT_FILTER: usize = 1 << 11;
const TINY_FILTER: usize = 1 << 9;
const LEADS: usize = 1 << 11;
/// Numbers of an entry. Of short anchors: bytes as a number (two halves); number of the anchor, [`WHOLE`] and length in one.
const ENTRY: usize = 3;
/// Marks an anchor that is good for nothing where a word goes on behind it.
const WHOLE: u32 = 8;
/// Long anchors tell besides some bytes behind the key, as a number, and how many: hundreds begin alike.
const TAIL: usize = 4;
/// Where no anchor is of one byte.
const NONE: u32 = u32::MAX;

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
/// `whole` tells which are good for nothing where a word goes on behind them.
pub(super) fn build(anchors: &[&str], whole: impl Fn(usize) -> bool, sections: &mut [Vec<u32>]) {
    let (mut long, mut middle, mut short, mut tiny) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut bytes_alone = vec![NONE; 256];
    for (n, text) in (0u32..).zip(anchors) {
        let bytes = text.as_bytes();
        let entry = |len: usize| {
            let start = key(bytes, len);
            [start as u32, (start >> 32) as u32, n << 4 | len as u32 | if whole(n as usize) { WHOLE } else { 0 }]
        };
        match bytes.len() {
            0 => {}
            1 => bytes_alone[usize::from(bytes[0])] = entry(1)[2],
            len @ TINY => tiny.push((spread(key(bytes, TINY)), entry(len))),
            len @ SHORT..MIDDLE => short.push((spread(key(bytes, SHORT)), entry(len))),
            len @ MIDDLE..LONG => middle.push((spread(key(bytes, MIDDLE)), entry(len))),
            len => {
                let tail = (len - LONG).min(TAIL);
                long.push((spread(key(bytes, LONG)), [key(&bytes[LONG..], tail) as u32, tail as u32, n]));
            }
        }
    }
    // The filter of the middle knows the starts of long anchors as well. Those say nothing of where they may stand.
    let mut filters = [vec![0; TINY_FILTER], vec![0; SHORT_FILTER], vec![0; MIDDLE_FILTER], vec![0; LONG_FILTER]];
    for (filter, entries) in filters.iter_mut().zip([&tiny, &short, &middle]) {
        entries.iter().for_each(|&(hash, entry)| mark(filter, hash, entry[2] & WHOLE == 0));
    }
    for &(hash, [_, _, n]) in &long {
        mark(&mut filters[2], spread(key(anchors[n as usize].as_bytes(), MIDDLE)), true);
        mark(&mut filters[3], hash, true);
    }
    let places = [Section::TinyFilter, Section::ShortFilter, Section::MiddleFilter, Section::LongFilter];
    places.into_iter().zip(filters).for_each(|(place, filter)| sections[place as usize] = filter);
    for (place, entries) in [(Section::Tiny, &tiny), (Section::Short, &short), (Section::Middle, &middle), (Section::Long, &long)] {
        sections[place as usize] = buckets(entries);
    }
    // A bit for each two bytes with which a text goes on where an anchor may begin.
    let mut leads = vec![0; LEADS];
    let mut lead = |first: u8, second: u8| {
        let bit = usize::from(u16::from_le_bytes([first, second]));
        leads[bit / 32] |= 1 << (bit % 32);
    };
    for text in anchors {
        match *text.as_bytes() {
            [] => {}
            [first] => (0..=u8::MAX).for_each(|second| lead(first, second)),
            [first, second, ..] => lead(first, second),
        }
    }
    sections[Section::Leads as usize] = leads;
    sections[Section::Bytes as usize] = bytes_alone;
}

/// Two bits for each hash: the lower one for all anchors, the upper one for those that may stand in the middle of a word.
fn mark(filter: &mut [u32], hash: u64, inside: bool) {
    let bit = (hash >> (64 - 4 - filter.len().trailing_zeros())) as usize * 2;
    filter[bit / 32] |= (1 | u32::from(inside) << 1) << (bit % 32);
}

/// True where a filter knows the hash, with `inside` where it knows it of an anchor that may stand in the middle of a word.
#[inline(always)]
fn knows<const WORDS: usize>(filter: &[u32; WORDS], hash: u64, inside: bool) -> bool {
    let bit = (hash >> (64 - 4 - WORDS.trailing_zeros())) as usize * 2;
    filter[bit / 32] >> (bit % 32 + usize::from(inside)) & 1 == 1
}

/// The upper bit of each byte that is a small letter of ASCII.
#[inline(always)]
fn small_letters(bytes: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let plain = bytes & (0x7F * EACH);
    (plain + EACH * (0x80 - b'a' as u64)) & !(plain + EACH * (0x7F - b'z' as u64)) & !bytes & (0x80 * EACH)
}

/// True where all the bytes from `first` to `last` are small letters: anchors that end before them, but for the first, are inside
/// a word.
#[inline(always)]
fn goes_on(small: u64, first: usize, last: usize) -> bool {
    let bytes = (u64::MAX >> (8 * (7 - last))) & (u64::MAX << (8 * first)) & 0x8080_8080_8080_8080;
    small & bytes == bytes
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
    leads: &'s [u32; LEADS],
    bytes: &'s [u32; 256],
    tiny_filter: &'s [u32; TINY_FILTER],
    short_filter: &'s [u32; SHORT_FILTER],
    middle_filter: &'s [u32; MIDDLE_FILTER],
    long_filter: &'s [u32; LONG_FILTER],
    tiny: Buckets<'s>,
    short: Buckets<'s>,
    middle: Buckets<'s>,
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

/// Which tables may know how a text goes on.
#[derive(Clone, Copy)]
struct Known {
    alone: u32,
    tiny: bool,
    short: bool,
    middle: bool,
}

impl<'s> Probe<'s> {
    pub fn new(tables: &'s Tables) -> Probe<'s> {
        fn array<const N: usize>(tables: &Tables, section: Section) -> &[u32; N] {
            tables.section(section).try_into().unwrap_or_else(|_| unreachable!("sections are as long as they were built"))
        }
        Probe {
            leads: array(tables, Section::Leads),
            bytes: array(tables, Section::Bytes),
            tiny_filter: array(tables, Section::TinyFilter),
            short_filter: array(tables, Section::ShortFilter),
            middle_filter: array(tables, Section::MiddleFilter),
            long_filter: array(tables, Section::LongFilter),
            tiny: Buckets::new(tables, Section::Tiny),
            short: Buckets::new(tables, Section::Short),
            middle: Buckets::new(tables, Section::Middle),
            long: Buckets::new(tables, Section::Long),
            starts: tables.section(Section::Texts),
            texts: tables.texts(),
        }
    }

    /// Adds to `found` each anchor with which `rest`, which is not empty, begins, with its length in bytes; short ones first.
    /// Where nothing is `glued` within the first bytes, short anchors that want a whole word are left out inside longer ones.
    #[inline(always)]
    pub fn at(&self, rest: &[u8], glued: bool, found: &mut Vec<(u32, usize)>) {
        // The key of a text's end is filled up with zeros, which a literal may hold: there, lengths are compared.
        let start = match rest.first_chunk::<LONG>() {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => key(rest, rest.len()),
        };
        let lead = (start & mask(2)) as usize;
        if self.leads[lead / 32] >> (lead % 32) & 1 == 0 {
            return;
        }
        // Small letters around the ends of all anchors of a table: those that want a whole word are out of the question.
        let small = if glued { 0 } else { small_letters(start) };
        let alone = self.bytes[(start & mask(1)) as usize];
        let known = Known {
            alone: if alone & WHOLE != 0 && goes_on(small, 0, 1) { NONE } else { alone },
            tiny: knows(self.tiny_filter, spread(start & mask(TINY)), goes_on(small, TINY - 1, TINY)),
            short: knows(self.short_filter, spread(start & mask(SHORT)), goes_on(small, SHORT - 1, MIDDLE - 1)),
            middle: knows(self.middle_filter, spread(start & mask(MIDDLE)), goes_on(small, MIDDLE - 1, LONG - 1)),
        };
        if known.tiny | known.short | known.middle | (known.alone != NONE) {
            self.look_up(rest, start, known, glued, found);
        }
    }

    fn look_up(&self, rest: &[u8], start: u64, known: Known, glued: bool, found: &mut Vec<(u32, usize)>) {
        let inside = |entry: u32, len: usize| {
            entry & WHOLE != 0 && !glued && rest[len - 1].is_ascii_lowercase() && rest.get(len).is_some_and(u8::is_ascii_lowercase)
        };
        if known.alone != NONE {
            found.push((known.alone >> 4, 1));
        }
        for (known, table, len) in [(known.tiny, &self.tiny, TINY), (known.short, &self.short, SHORT), (known.middle, &self.middle, MIDDLE)]
        {
            if !known {
                continue;
            }
            for entry in table.at(spread(start & mask(len))).chunks_exact(ENTRY) {
                let (bytes, len) = (u64::from(entry[0]) | u64::from(entry[1]) << 32, entry[2] as usize & 7);
                if start & mask(len) == bytes && rest.len() >= len && !inside(entry[2], len) {
                    found.push((entry[2] >> 4, len));
                }
            }
        }
        let hash = spread(start);
        if known.middle && knows(self.long_filter, hash, false) {
            let left = &rest[LONG.min(rest.len())..];
            let behind = left.first_chunk().map_or_else(|| key(left, left.len()) as u32, |bytes| u32::from_le_bytes(*bytes));
            for entry in self.long.at(hash).chunks_exact(ENTRY) {
                let [tail, len, n] = [entry[0], entry[1], entry[2]];
                if behind & mask(len as usize) as u32 != tail {
                    continue;
                }
                let text = &self.texts[self.starts[n as usize] as usize..self.starts[n as usize + 1] as usize];
                if rest.starts_with(text) {
                    found.push((n, text.len()));
                }
            }
        }
    }
}
