//! Sixty-four bytes of a text looked at together: a bit for each byte that is of a kind.
//!
//! With the processor's wide registers where it has any (`wide` chooses when dehusk is built).

use wide::i8x64;

/// Bytes of a block.
pub(crate) const BLOCK: usize = 64;

/// Sixty-four bytes.
#[derive(Clone, Copy)]
pub(crate) struct Block(i8x64);

/// The block that begins at `at`; `None` where fewer bytes are left.
#[inline(always)]
pub(crate) fn block_at(bytes: &[u8], at: usize) -> Option<Block> {
    bytes.get(at..)?.first_chunk().map(Block::new)
}

impl Block {
    #[inline(always)]
    pub fn new(bytes: &[u8; BLOCK]) -> Block {
        Block(wide::bytemuck::cast(*bytes))
    }

    /// Bytes from `first` to `last`, both ASCII. Bytes have a sign here: those above ASCII are smaller than all others.
    #[inline(always)]
    pub fn within(&self, first: u8, last: u8) -> u64 {
        in_range(self.0, first, last).to_bitmask()
    }

    /// Letters of ASCII.
    #[inline(always)]
    pub fn letters(&self) -> u64 {
        in_range(self.0 | i8x64::splat(0x20), b'a', b'z').to_bitmask()
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
            prop_assert_eq!(block.letters(), bits(&bytes, |b| b.is_ascii_alphabetic()));
            prop_assert_eq!(block.is(bytes[5]), bits(&bytes, |b| b == bytes[5]));
            prop_assert_eq!(block.high(), bits(&bytes, |b| !b.is_ascii()));
        }
    }

    #[test]
    fn needs_a_whole_block() {
        assert!(block_at(&[b'a'; 64], 0).is_some_and(|b| b.letters() == u64::MAX));
        assert!(block_at(&[b'a'; 64], 1).is_none() && block_at(b"", 7).is_none());
    }
}
