//! What the bytes of a block are, thirty-two at a time: what `Ascii::of` does with sixteen, with AVX2.

use std::arch::x86_64::*;

use wide::bytemuck::{cast, cast_mut, cast_ref};

use super::block::{Ascii, BLOCK};

/// The twin of [`Ascii::of`].
#[target_feature(enable = "avx2")]
pub(super) fn ascii(bytes: &[u8; BLOCK], lowered: &mut [u8; BLOCK]) -> Ascii {
    let all = |byte: u8| _mm256_set1_epi8(byte as i8);
    // Bytes have a sign: those above ASCII are smaller than all others.
    let within =
        |lane, first: u8, last: u8| _mm256_and_si256(_mm256_cmpgt_epi8(lane, all(first - 1)), _mm256_cmpgt_epi8(all(last + 1), lane));
    let mut ascii = Ascii { upper: 0, lower: 0, digit: 0, blank: 0, newline: 0, special: 0, high: 0 };
    let lanes: &[[u8; 32]; 2] = cast_ref(bytes);
    let folded: &mut [[u8; 32]; 2] = cast_mut(lowered);
    for n in 0..lanes.len() {
        let bits = |lane| u64::from(_mm256_movemask_epi8(lane) as u32) << (32 * n);
        let lane: __m256i = cast(lanes[n]);
        // The bit that tells small letters from capitals, moved to where bits are taken from.
        let small = bits(_mm256_slli_epi16::<2>(lane));
        let letters = within(_mm256_or_si256(lane, all(0x20)), b'a', b'z');
        let marks = _mm256_or_si256(within(lane, b'[', b']'), _mm256_cmpeq_epi8(lane, all(b'`')));
        let special = _mm256_or_si256(_mm256_or_si256(within(lane, b'\t', b'\r'), marks), lane);
        ascii.upper |= bits(letters) & !small;
        ascii.lower |= bits(letters) & small;
        ascii.digit |= bits(within(lane, b'0', b'9'));
        ascii.blank |= bits(_mm256_cmpeq_epi8(lane, all(b' ')));
        ascii.newline |= bits(_mm256_cmpeq_epi8(lane, all(b'\n')));
        ascii.special |= bits(special);
        ascii.high |= bits(lane);
        folded[n] = cast(_mm256_or_si256(lane, _mm256_and_si256(letters, all(0x20))));
    }
    ascii
}
