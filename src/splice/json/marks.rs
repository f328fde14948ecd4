//! Where a record holds what ends or breaks a run of plain characters: one pass of wide instructions, a bit for each byte.

use wide::u8x16;

/// Bytes that share a word.
const WORD: usize = 64;

/// Quotation marks and backslashes of a record.
pub(super) struct Marks(Vec<u64>);

impl Marks {
    /// `None` where the record holds control characters: outside of strings they are blanks, inside they are an error, and both are
    /// rare enough.
    pub fn new(record: &[u8]) -> Option<Marks> {
        let mut words = Vec::with_capacity(record.len() / WORD + 1);
        let mut least = u8x16::splat(u8::MAX);
        let (blocks, rest) = record.as_chunks::<WORD>();
        words.extend(blocks.iter().map(|block| word(block, &mut least)));
        let mut last = [b' '; WORD];
        last[..rest.len()].copy_from_slice(rest);
        words.push(word(&last, &mut least));
        let plain = least.to_array().iter().all(|byte| *byte >= b' ');
        plain.then_some(Marks(words))
    }

    /// The first one from `at` on.
    #[inline(always)]
    pub fn next(&self, at: usize) -> Option<usize> {
        let mut n = at / WORD;
        let mut bits = self.0.get(n)? & u64::MAX << (at % WORD);
        while bits == 0 {
            n += 1;
            bits = *self.0.get(n)?;
        }
        Some(n * WORD + bits.trailing_zeros() as usize)
    }
}

/// The marks of a block; `least` keeps the smallest bytes.
#[inline(always)]
fn word(block: &[u8; WORD], least: &mut u8x16) -> u64 {
    let lanes: &[[u8; 16]; WORD / 16] = wide::bytemuck::cast_ref(block);
    lanes.iter().enumerate().fold(0, |word, (n, lane)| {
        let lane = u8x16::new(*lane);
        *least = least.min(lane);
        let marks = lane.simd_eq(u8x16::splat(b'"')) | lane.simd_eq(u8x16::splat(b'\\'));
        word | u64::from(marks.to_bitmask()) << (16 * n)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn marks_are_where_the_bytes_are(record in proptest::collection::vec(prop_oneof![8 => b' '..=255u8, 1 => Just(b'"'), 1 => Just(b'\\')], 0..300), control in proptest::option::weighted(0.2, (0usize..300, 0u8..32))) {
            let mut record = record;
            if let Some((at, byte)) = control && let Some(place) = record.get_mut(at) {
                *place = byte;
            }
            let marks = Marks::new(&record);
            prop_assert_eq!(marks.is_some(), record.iter().all(|byte| *byte >= b' '));
            for at in 0..marks.as_ref().map_or(0, |_| record.len() + 70) {
                let next = record.iter().enumerate().skip(at).find(|(_, byte)| matches!(byte, b'"' | b'\\')).map(|(n, _)| n);
                prop_assert_eq!(marks.as_ref().and_then(|marks| marks.next(at)), next);
            }
        }
    }
}
