//! Sixty-four bytes of a text looked at together: a bit for each byte that is of a kind.
//!
//! With the processor's wide registers where it has any (`wide` chooses when dehusk is built).

use wide::{i8x16, i8x64};

#[cfg(target_arch = "x86_64")]
use super::lanes;

/// Bytes of a block.
pub(crate) const BLOCK: usize = 64;

/// Where `needle`, which is not empty, stands between `from` and `to`, from left to right, one behind the end of the other. For
/// stretches of a few hundred bytes, where a searcher costs more to make than to use.
pub(crate) fn places<'t>(text: &'t str, needle: &'t str, from: usize, to: usize) -> impl Iterator<Item = usize> + use<'t> {
    let (bytes, wanted) = (text.as_bytes(), needle.as_bytes());
    let last = (to + 1).saturating_sub(wanted.len());
    let (first, second) = (wanted[0], wanted.get(1).copied());
    // Candidates of the block before `next`, which began at `base`, and where the last find ended.
    let (mut candidates, mut base, mut next, mut floor) = (0u64, from, from, from);
    std::iter::from_fn(move || {
        loop {
            while candidates != 0 {
                let at = base + candidates.trailing_zeros() as usize;
                candidates &= candidates - 1;
                if at >= floor && at < last && bytes[at..].starts_with(wanted) {
                    floor = at + wanted.len();
                    return Some(at);
                }
            }
            if next >= last {
                return None;
            }
            base = next;
            candidates = match block_at(bytes, next) {
                Some(block) => {
                    // The second byte of the last one is not seen.
                    let behind = second.map_or(u64::MAX, |b| block.is(b) >> 1 | 1 << (BLOCK - 1));
                    next += BLOCK;
                    block.is(first) & behind
                }
                None => {
                    let left = &bytes[next..bytes.len().min(next + BLOCK)];
                    next += BLOCK;
                    left.iter().enumerate().fold(0, |bits, (n, &b)| bits | u64::from(b == first) << n)
                }
            };
        }
    })
}

/// What the bytes of ASCII of a block are, a bit for each.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ascii {
    pub upper: u64,
    pub lower: u64,
    pub digit: u64,
    pub blank: u64,
    pub newline: u64,
    /// White space but for the blank, what Markdown gives a meaning, and what is no ASCII.
    pub special: u64,
    pub high: u64,
}

impl Ascii {
    /// `lowered` becomes the bytes with their capitals made small.
    #[inline(always)]
    pub fn of(bytes: &[u8; BLOCK], lowered: &mut [u8; BLOCK]) -> Ascii {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor was asked just now.
            return unsafe { lanes::ascii(bytes, lowered) };
        }
        Ascii::by_sixteen(bytes, lowered)
    }

    /// Sixteen bytes at a time: so many fit the registers of every processor. The twin of [`lanes::ascii`].
    fn by_sixteen(bytes: &[u8; BLOCK], lowered: &mut [u8; BLOCK]) -> Ascii {
        let mut ascii = Ascii { upper: 0, lower: 0, digit: 0, blank: 0, newline: 0, special: 0, high: 0 };
        let lanes: &[[u8; 16]; BLOCK / 16] = wide::bytemuck::cast_ref(bytes);
        let folded: &mut [[u8; 16]; BLOCK / 16] = wide::bytemuck::cast_mut(lowered);
        for n in 0..lanes.len() {
            let lane: i8x16 = wide::bytemuck::cast(lanes[n]);
            let within = |first: u8, last: u8| lane.simd_gt(i8x16::splat(first as i8 - 1)) & lane.simd_lt(i8x16::splat(last as i8 + 1));
            let upper = within(b'A', b'Z');
            let special = within(b'\t', b'\r') | within(b'[', b']') | lane.simd_eq(i8x16::splat(b'`' as i8)) | lane;
            let bits = |lane: i8x16| (lane.to_bitmask() as u64) << (16 * n);
            ascii.upper |= bits(upper);
            ascii.lower |= bits(within(b'a', b'z'));
            ascii.digit |= bits(within(b'0', b'9'));
            ascii.blank |= bits(lane.simd_eq(i8x16::splat(b' ' as i8)));
            ascii.newline |= bits(lane.simd_eq(i8x16::splat(b'\n' as i8)));
            ascii.special |= bits(special);
            ascii.high |= bits(lane);
            folded[n] = wide::bytemuck::cast(lane | upper & i8x16::splat(0x20));
        }
        ascii
    }
}

/// Sixty-four bytes.
#[derive(Clone, Copy)]
pub(crate) struct Block(i8x64);

/// The block that begins at `at`; `None` where fewer bytes are left.
#[inline(always)]
pub(crate) fn block_at(bytes: &[u8], at: usize) -> Option<Block> {
    bytes.get(at..)?.first_chunk().map(Block::new)
}

/// The same, with zeros where fewer bytes are left.
#[inline(always)]
pub(super) fn padded_block_at(bytes: &[u8], at: usize) -> Block {
    block_at(bytes, at).unwrap_or_else(|| {
        let mut padded = [0; BLOCK];
        let rest = bytes.get(at..).unwrap_or_default();
        padded[..rest.len()].copy_from_slice(rest);
        Block::new(&padded)
    })
}

impl Block {
    #[inline(always)]
    pub fn new(bytes: &[u8; BLOCK]) -> Block {
        Block(wide::bytemuck::cast(*bytes))
    }

    /// Bytes from `first` to `last`, both ASCII or none. Bytes have a sign here: those above ASCII are smaller than all others.
    #[inline(always)]
    pub fn within(&self, first: u8, last: u8) -> u64 {
        in_range(self.0, first, last).to_bitmask()
    }

    /// Letters of ASCII.
    #[inline(always)]
    pub fn letters(&self) -> u64 {
        in_range(self.0 | i8x64::splat(0x20), b'a', b'z').to_bitmask()
    }

    /// Letters and digits of ASCII.
    #[inline(always)]
    pub fn wordy(&self) -> u64 {
        self.letters() | self.within(b'0', b'9')
    }

    /// This byte.
    #[inline(always)]
    pub fn is(&self, byte: u8) -> u64 {
        self.0.simd_eq(i8x64::splat(byte as i8)).to_bitmask()
    }

    /// Bytes of characters that are not ASCII.
    #[inline(always)]
    pub fn high(&self) -> u64 {
        self.0.to_bitmask()
    }

    /// Bytes of such characters but the first of each.
    #[inline(always)]
    pub fn continued(&self) -> u64 {
        self.0.simd_lt(i8x64::splat(-64)).to_bitmask()
    }
}

#[inline(always)]
fn in_range(bytes: i8x64, first: u8, last: u8) -> i8x64 {
    bytes.simd_gt(i8x64::splat(first as i8 - 1)) & bytes.simd_lt(i8x64::splat(last as i8 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bits(bytes: &[u8], of: impl Fn(u8) -> bool) -> u64 {
        bytes.iter().enumerate().fold(0, |bits, (n, &b)| bits | u64::from(of(b)) << n)
    }

    proptest! {
        #[test]
        fn a_bit_for_each_byte(bytes in proptest::collection::vec(any::<u8>(), BLOCK), (a, b) in (1u8..127, 1u8..127)) {
            let block = block_at(&bytes, 0).unwrap();
            let (first, last) = (a.min(b), a.max(b));
            prop_assert_eq!(block.within(first, last), bits(&bytes, |b| (first..=last).contains(&b)));
            prop_assert_eq!(block.within(0xE4, 0xE9), bits(&bytes, |b| (0xE4..=0xE9).contains(&b)));
            let mut lowered = [0; BLOCK];
            let ascii = Ascii::of(bytes.first_chunk().unwrap(), &mut lowered);
            prop_assert_eq!(lowered.to_vec(), bytes.to_ascii_lowercase());
            let mut twin = [0; BLOCK];
            prop_assert_eq!(&Ascii::by_sixteen(bytes.first_chunk().unwrap(), &mut twin), &ascii);
            prop_assert_eq!(twin, lowered);
            let special = |b: u8| matches!(b, b'\t'..=b'\r' | b'['..=b']' | b'`' | 128..);
            prop_assert_eq!(
                (ascii.upper, ascii.lower, ascii.digit, ascii.blank, ascii.newline, ascii.special, ascii.high),
                (
                    bits(&bytes, |b| b.is_ascii_uppercase()),
                    bits(&bytes, |b| b.is_ascii_lowercase()),
                    bits(&bytes, |b| b.is_ascii_digit()),
                    bits(&bytes, |b| b == b' '),
                    bits(&bytes, |b| b == b'\n'),
                    bits(&bytes, special),
                    block.high()
                )
            );
            prop_assert_eq!(block.letters(), bits(&bytes, |b| b.is_ascii_alphabetic()));
            prop_assert_eq!(block.wordy(), bits(&bytes, |b| b.is_ascii_alphanumeric()));
            prop_assert_eq!(block.is(bytes[5]), bits(&bytes, |b| b == bytes[5]));
            prop_assert_eq!(block.high(), bits(&bytes, |b| !b.is_ascii()));
            prop_assert_eq!(block.continued(), bits(&bytes, |b| (0x80..0xC0).contains(&b)));
        }
    }

    proptest! {
        #[test]
        fn finds_what_the_standard_library_finds(text in "[ab é]{0,200}", needle in "[ab é]{1,3}", from in 0usize..60, len in 0usize..200) {
            let from = text.floor_char_boundary(from.min(text.len()));
            let to = text.floor_char_boundary((from + len).min(text.len()));
            let found: Vec<usize> = places(&text, &needle, from, to).collect();
            let wanted: Vec<usize> = text[from..to].match_indices(&*needle).map(|(n, _)| from + n).collect();
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn needs_a_whole_block() {
        assert!(block_at(&[b'a'; 64], 0).is_some_and(|b| b.letters() == u64::MAX));
        assert!(block_at(&[b'a'; 64], 1).is_none() && block_at(b"", 7).is_none());
    }
}
