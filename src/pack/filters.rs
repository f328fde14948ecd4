//! The filters of the literal stage: whether an anchor may begin at a place, asked for sixty-four bytes together.

#[cfg(target_arch = "x86_64")]
use super::lanes;
use crate::text::bits_from;

/// Bytes by which anchors are looked up that are as long as that: hundreds begin alike.
pub(super) const LONGER: usize = 12;
pub(super) const LONG: usize = 8;
/// The same for short anchors that are looked up by no word.
pub(super) const MIDDLE: usize = 5;
pub(super) const SHORT: usize = 3;
pub(super) const TINY: usize = 2;
/// Numbers of 32 bits in the filters: those for all anchors, and behind them those for the middle of a sentence.
pub(super) const LONGER_FILTER: usize = 2 << 13;
pub(super) const LONG_FILTER: usize = 2 << 12;
pub(super) const WORD_FILTER: usize = 2 << 11;
pub(super) const LEAD_FILTER: usize = 2 << 11;
/// Where no anchor of one or two bytes begins, and where one of two does, but none of one.
pub(super) const NONE: u32 = u32::MAX;
pub(super) const PAIR: u32 = u32::MAX - 1;

/// Spreads a key; the upper bits are the good ones.
#[inline(always)]
pub(super) fn spread(key: u64) -> u64 {
    key.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The first `len` bytes as a number.
pub(super) fn key(bytes: &[u8], len: usize) -> u64 {
    let mut word = [0; 8];
    word[..len].copy_from_slice(&bytes[..len]);
    u64::from_le_bytes(word)
}

/// Bits of the first `len` bytes of a key; fewer than eight.
#[inline(always)]
pub(super) const fn mask(len: usize) -> u64 {
    (1 << (8 * len)) - 1
}

/// What the parts of a key, of four bytes each, are multiplied with.
pub(super) const SPREAD: [u32; 3] = [0x9E37_79B1, 0x85EB_CA77, 0xC2B2_AE3D];

/// Spreads a key over 32 bits, of which the upper ones are the good ones: no more than eight places at once can do.
#[inline(always)]
pub(super) fn hash(key: u64) -> u32 {
    (key as u32).wrapping_mul(SPREAD[0]).wrapping_add(((key >> 32) as u32).wrapping_mul(SPREAD[1]))
}

/// The hash of [`LONGER`] bytes; the last four are a number of their own.
#[inline(always)]
pub(super) fn longer(key: u64, last: u32) -> u32 {
    hash(key).wrapping_add(last.wrapping_mul(SPREAD[2]))
}

/// Bits of a hash that choose the number in a filter of so many numbers. Of the two times [`BIT`] bits below, each chooses a bit of that
/// number: it knows the hash if both are set, so that a filter has few of them by chance.
pub(super) const fn bits(filter: usize) -> u32 {
    (filter / 2).trailing_zeros()
}

/// Bits of a hash that choose a bit, the highest being the first.
pub(super) const BIT: u32 = 5;

/// Where a filter of so many numbers has a hash: the number, and both bits.
#[inline(always)]
fn place(hash: u32, filter: usize, inner: bool) -> (usize, u32) {
    let bits = bits(filter);
    let bit = |n: u32| 1 << 31 >> (hash >> (32 - bits - n * BIT) & 31);
    ((hash >> (32 - bits)) as usize | usize::from(inner) << bits, bit(1) | bit(2))
}

/// Adds a hash to a filter: to the half for all anchors, and to that for the middle of a sentence if it may begin there.
pub(super) fn mark(filter: &mut [u32], hash: u32, inner: bool) {
    for half in [false, true].into_iter().take(1 + usize::from(inner)) {
        let (n, both) = place(hash, filter.len(), half);
        filter[n] |= both;
    }
}

/// Whether a filter may know a hash.
#[inline(always)]
pub(super) fn may_know<const WORDS: usize>(filter: &[u32; WORDS], hash: u32, inner: bool) -> bool {
    let (n, both) = place(hash, WORDS, inner);
    filter[n] & both == both
}

/// Bytes that are seen of a block and behind it.
pub(crate) const NEAR: usize = 64 + LONGER;

/// What is known of sixty-four bytes of a text, and of as many behind them: a bit for each byte. Zeros stand behind the end.
pub(crate) struct Near64<'t> {
    pub bytes: &'t [u8; NEAR],
    /// Parts of words, here and behind.
    pub words: [u64; 2],
    /// Where something new may begin inside a word.
    pub seams: [u64; 2],
    /// The middle of a sentence.
    pub middle: u64,
}

impl Near64<'_> {
    /// The first bytes at byte `n` as a number.
    #[inline(always)]
    pub(super) fn first(&self, n: usize) -> u64 {
        self.bytes[n & 63..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    /// The bytes behind [`LONG`] from byte `n` on, as far as [`LONGER`] goes.
    #[inline(always)]
    pub(super) fn last(&self, n: usize) -> u32 {
        self.bytes[(n & 63) + LONG..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    /// Parts of words from byte `n` on.
    #[inline(always)]
    pub(super) fn words(&self, n: usize) -> u64 {
        bits_from(n, self.words)
    }

    /// A bit for each number of bytes, below eight, behind which a word may end that begins at byte `n`.
    #[inline(always)]
    pub(super) fn ends(&self, n: usize) -> u64 {
        let words = self.words(n);
        // The lowest bit that is not set is the end of the word.
        let end = !words & words.wrapping_add(1);
        (end | self.seams(n) & end.wrapping_sub(1)) & 0xFE
    }

    /// Where something new may begin inside a word, from byte `n` on.
    #[inline(always)]
    pub(super) fn seams(&self, n: usize) -> u64 {
        bits_from(n, self.seams)
    }
}

/// The places of a block that are asked about, in order.
#[derive(Debug)]
pub(super) struct Starts {
    /// The byte of each in the block.
    pub(super) places: [u8; 64],
    pub(super) len: usize,
}

impl Starts {
    /// Takes the bits of a block.
    #[inline(always)]
    fn set(&mut self, mut starts: u64) {
        self.len = starts.count_ones() as usize;
        let mut k = 0;
        while starts != 0 {
            self.places[k & 63] = starts.trailing_zeros() as u8;
            starts &= starts - 1;
            k += 1;
        }
    }

    #[inline(always)]
    fn at(&self, k: usize) -> usize {
        usize::from(self.places[k & 63] & 63)
    }
}

/// The filters.
#[derive(Clone, Copy)]
pub(super) struct Filters<'s> {
    pub(super) longer: &'s [u32; LONGER_FILTER],
    pub(super) long: &'s [u32; LONG_FILTER],
    pub(super) words: &'s [u32; WORD_FILTER],
    pub(super) lead: &'s [u32; LEAD_FILTER],
    pub(super) bytes: &'s [u32; 256],
    /// The processor can ask for eight places at once.
    pub(super) lanes: bool,
}

/// A bit for each place, by the tables that may know an anchor that begins there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) longer: u64,
    pub(super) long: u64,
    pub(super) words: u64,
    pub(super) leads: u64,
}

/// Places of a block where anchors may begin, to be taken one by one. Made once and filled for each block.
#[derive(Debug)]
pub(crate) struct Passed {
    starts: Starts,
    known: Known,
    middle: u64,
    /// Those that were not taken yet.
    left: u64,
}

impl Default for Passed {
    fn default() -> Passed {
        Passed { starts: Starts { places: [0; 64], len: 0 }, known: Known::default(), middle: 0, left: 0 }
    }
}

/// A place where an anchor may begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Its byte in the block.
    pub at: usize,
    /// It is in the middle of a sentence: a small letter behind a word.
    pub middle: bool,
    /// Which tables may know an anchor: of the longest ones, of long ones, of words, and the others.
    pub longer: bool,
    pub long: bool,
    pub word: bool,
    pub lead: bool,
}

impl Passed {
    /// The next place.
    #[inline(always)]
    pub fn take(&mut self) -> Option<Place> {
        if self.left == 0 {
            return None;
        }
        let k = self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        let (at, Known { longer, long, words, leads }) = (self.starts.at(k), self.known);
        let bit = |bits: u64, n: usize| bits >> n & 1 == 1;
        let (longer, long, word, lead) = (bit(longer, k), bit(long, k), bit(words, k), bit(leads, k));
        Some(Place { at, middle: bit(self.middle, at), longer, long, word, lead })
    }
}

impl Filters<'_> {
    /// True where the processor can ask for eight places at once.
    pub(super) fn lanes() -> bool {
        #[cfg(target_arch = "x86_64")]
        return std::arch::is_x86_feature_detected!("avx2");
        #[cfg(not(target_arch = "x86_64"))]
        false
    }

    /// Those of these `starts`, bits of a block, where an anchor may begin.
    #[inline(always)]
    pub(super) fn pass(&self, near: &Near64<'_>, starts: u64, passed: &mut Passed) {
        passed.starts.set(starts);
        let mut known = self.known(near, &passed.starts);
        if near.seams != [0; 2] {
            // More than one word may end before a seam.
            let several = |k: &usize| near.seams(passed.starts.at(*k)) & 0xFE != 0;
            known.words |= (0..passed.starts.len).filter(several).fold(0, |bits, k| bits | 1 << k);
        }
        passed.left = known.longer | known.long | known.words | known.leads;
        (passed.known, passed.middle) = (known, near.middle);
    }

    #[inline(always)]
    fn known(&self, near: &Near64<'_>, starts: &Starts) -> Known {
        #[cfg(target_arch = "x86_64")]
        if self.lanes {
            // SAFETY: the processor was asked (`Filters::lanes`).
            return unsafe { lanes::known(self, near, starts) };
        }
        self.one_by_one(near, starts)
    }

    /// What every processor can do; the twin of [`lanes::known`].
    fn one_by_one(&self, near: &Near64<'_>, starts: &Starts) -> Known {
        let mut known = Known::default();
        for k in 0..starts.len {
            let at = starts.at(k);
            let (bytes, inner) = (near.first(at), near.middle >> at & 1 == 1);
            // The lowest bit that is not set is the end of the word; of longer words, those of nothing are asked.
            let word = (!near.words(at) | 1 << LONG).trailing_zeros() as usize % LONG;
            let lead = may_know(self.lead, hash(bytes & mask(MIDDLE)), inner)
                | may_know(self.lead, hash(bytes & mask(SHORT)), inner)
                | (self.bytes[bytes as usize & 0xFF] != NONE);
            known.longer |= u64::from(may_know(self.longer, longer(bytes, near.last(at)), inner)) << k;
            known.long |= u64::from(may_know(self.long, hash(bytes), inner)) << k;
            known.words |= u64::from(may_know(self.words, hash(bytes & mask(word)), inner) && word != 0) << k;
            known.leads |= u64::from(lead) << k;
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// On any bytes, with filters of any density.
        #[test]
        fn eight_at_once_know_what_one_knows(
            bytes in proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'b'), Just(0), any::<u8>()], NEAR),
            (starts, middle, words) in (any::<u64>(), any::<u64>(), any::<[u64; 2]>()),
            halves in proptest::collection::vec((0usize..64, any::<bool>()), 0..60),
            seed: u32,
        ) {
            let near = Near64 { bytes: bytes.first_chunk().unwrap(), words, seams: [0; 2], middle };
            let mut asked = Starts { places: [0; 64], len: 0 };
            asked.set(starts);
            prop_assert_eq!((0..asked.len).fold(0, |bits, k| bits | 1u64 << asked.at(k)), starts);
            let some = |n: usize, dense: u32| if (n as u32).wrapping_mul(seed | 1) >> 30 < dense { u32::MAX >> (n % 7) } else { 0 };
            let mut filters = ([0; LONGER_FILTER], [0; LONG_FILTER], [0; WORD_FILTER], [0; LEAD_FILTER], [NONE; 256]);
            for n in 0..WORD_FILTER {
                (filters.2[n], filters.3[n]) = (some(n, 2), some(n + 1, 1));
            }
            for (at, inner) in halves {
                mark(&mut filters.0, longer(near.first(at), near.last(at)), inner);
                mark(&mut filters.1, hash(near.first(at)), !inner);
                filters.4[near.first(at) as usize & 0xFF] = at as u32;
            }
            let (longer, long, words, lead, bytes) = (&filters.0, &filters.1, &filters.2, &filters.3, &filters.4);
            let filters = Filters { longer, long, words, lead, bytes, lanes: Filters::lanes() };
            let one = filters.one_by_one(&near, &asked);
            prop_assert_eq!(filters.known(&near, &asked), one);
            prop_assert_eq!(Filters { lanes: false, ..filters }.known(&near, &asked), one);
        }
    }

    #[test]
    fn a_filter_knows_what_was_marked_in_each_half() {
        let mut filter = [0; WORD_FILTER];
        let word = |word: &str| hash(key(word.as_bytes(), word.len()));
        mark(&mut filter, word("share"), false);
        mark(&mut filter, word("read"), true);
        let knows = |text: &str, inner| may_know(&filter, word(text), inner);
        assert_eq!([knows("share", false), knows("share", true), knows("read", false), knows("read", true)], [true, false, true, true]);
        assert_eq!(filter.iter().map(|n: &u32| n.count_ones()).sum::<u32>(), 6);
    }
}
