//! The filters of the literal stage: whether an anchor may begin at a place, asked for sixty-four bytes together.

/// Bytes by which anchors are looked up that are as long as that.
pub(super) const LONG: usize = 8;
/// The same for short anchors that are looked up by no word.
pub(super) const MIDDLE: usize = 5;
pub(super) const SHORT: usize = 3;
pub(super) const TINY: usize = 2;
/// Numbers of 32 bits in the filters.
pub(super) const LONG_FILTER: usize = 1 << 14;
pub(super) const WORD_FILTER: usize = 1 << 11;
pub(super) const LEAD_FILTER: usize = 1 << 11;
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

/// Number and bit of a hash in a filter of so many numbers.
#[inline(always)]
pub(super) const fn place(hash: u64, words: usize) -> (usize, u32) {
    let size = words.trailing_zeros();
    ((hash >> (64 - size)) as usize, (hash >> (64 - size - 5)) as u32 & 31)
}

/// One if a filter may know a hash.
#[inline(always)]
pub(super) fn may_know<const WORDS: usize>(filter: &[u32; WORDS], hash: u64) -> u32 {
    let (n, bit) = place(hash, WORDS);
    filter[n] >> bit & 1
}

/// What is known of sixty-four bytes of a text, and of as many behind them: a bit for each byte. Zeros stand behind the end.
pub(crate) struct Near64<'t> {
    pub bytes: &'t [u8; NEAR],
    /// Parts of words, here and behind.
    pub words: [u64; 2],
    /// Where something new may begin inside a word.
    pub seams: [u64; 2],
}

impl Near64<'_> {
    /// The first bytes at byte `n` as a number.
    #[inline(always)]
    pub(super) fn first(&self, n: usize) -> u64 {
        self.bytes[n & 63..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    /// Parts of words from byte `n` on.
    #[inline(always)]
    pub(super) fn words(&self, n: usize) -> u64 {
        from(n, self.words)
    }

    /// Where something new may begin inside a word, from byte `n` on.
    #[inline(always)]
    pub(super) fn seams(&self, n: usize) -> u64 {
        from(n, self.seams)
    }
}

/// Bytes that are seen of a block and behind it.
pub(crate) const NEAR: usize = 64 + LONG;

/// The filters for all anchors, or for those that may begin in the middle of a sentence.
#[derive(Clone, Copy)]
pub(super) struct Filters<'s> {
    pub(super) long: &'s [u32; LONG_FILTER],
    pub(super) words: &'s [u32; WORD_FILTER],
    pub(super) lead: &'s [u32; LEAD_FILTER],
    pub(super) bytes: &'s [u32; 256],
}

/// Bits of a block where anchors may begin, by the tables that may know them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Passed {
    long: u64,
    words: u64,
    leads: u64,
}

impl Passed {
    #[inline(always)]
    pub fn any(self) -> u64 {
        self.long | self.words | self.leads
    }

    /// Whether the tables of long anchors, of words, and the others may know one at bit `n`.
    #[inline(always)]
    pub fn at(self, n: usize) -> (bool, bool, bool) {
        let bit = |bits: u64| bits >> n & 1 == 1;
        (bit(self.long), bit(self.words), bit(self.leads))
    }

    pub(super) fn or(self, other: Passed) -> Passed {
        Passed { long: self.long | other.long, words: self.words | other.words, leads: self.leads | other.leads }
    }
}

impl Filters<'_> {
    /// Those of these `starts`, bits of a block, where an anchor may begin.
    #[inline(never)] // its registers are its own
    pub(super) fn pass(&self, near: &Near64<'_>, mut starts: u64) -> Passed {
        let mut passed = Passed::default();
        let glued = near.seams != [0; 2];
        while starts != 0 {
            let n = starts.trailing_zeros() as usize & 63;
            starts &= starts - 1;
            let bytes = near.first(n);
            let words = near.words(n);
            // The lowest bit that is not set is the end of the word.
            let len = (!words).trailing_zeros();
            let short = len.wrapping_sub(1) < LONG as u32 - 1;
            // Of other words as well, whatever it is: they are as frequent, and asking costs more.
            let word = spread(bytes & mask(len as usize & 7));
            // More than one word may end before a seam.
            let several = glued && near.seams(n) & 0xFE != 0;
            let word = may_know(self.words, word) & u32::from(short) | u32::from(several);
            let lead = may_know(self.lead, spread(bytes & mask(MIDDLE)))
                | may_know(self.lead, spread(bytes & mask(SHORT)))
                | u32::from(self.bytes[bytes as usize & 0xFF] != NONE);
            passed.long |= u64::from(may_know(self.long, spread(bytes))) << n;
            passed.words |= u64::from(word) << n;
            passed.leads |= u64::from(lead) << n;
        }
        passed
    }
}

/// The bits from bit `n` of a block on, and as many of the block behind it.
#[inline(always)]
fn from(n: usize, [block, behind]: [u64; 2]) -> u64 {
    // Two steps: sixty-four at once would be none.
    block >> n | behind << (63 - n) << 1
}
