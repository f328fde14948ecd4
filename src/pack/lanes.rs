//! The filters of the literal stage, asked for eight places at once: what `Filters::one_by_one` does, with AVX2.
//!
//! Four looks into filters for each word, one after the other, were half of the stage's instructions; these registers read a table at
//! eight places with one.

use std::arch::x86_64::*;

use super::filters::{
    BIT, Filters, Known, LEAD_FILTER, LONG, LONG_FILTER, LONGER_FILTER, NEAR, NONE, Near64, SPREAD, Starts, WORD_FILTER, bits,
};

/// Places that are asked about at once.
const LANES: usize = 8;

/// A bit for each of the `starts`, by the tables that may know an anchor there.
#[target_feature(enable = "avx2")]
pub(super) fn known(filters: &Filters<'_>, near: &Near64<'_>, starts: &Starts) -> Known {
    let all = |bits: i32| _mm256_set1_epi32(bits);
    // What is left of a key, by the length of its word.
    let first_parts = _mm256_setr_epi32(0, 0xFF, 0xFFFF, 0xFF_FFFF, -1, -1, -1, -1);
    let second_parts = _mm256_setr_epi32(0, 0, 0, 0, 0, 0xFF, 0xFFFF, 0xFF_FFFF);
    let [one, two, three] = [all(SPREAD[0] as i32), all(SPREAD[1] as i32), all(SPREAD[2] as i32)];
    let (words, middle) = (bits_of(near.words), bits_of([near.middle, 0]));
    let mut known = Known::default();
    for k in (0..starts.len).step_by(LANES) {
        let at = widened(&starts.places, k);
        let inner = _mm256_and_si256(bits_from(&middle, at), all(1));
        let [first, second, last] = [near_bytes::<0>(near.bytes, at), near_bytes::<4>(near.bytes, at), near_bytes::<8>(near.bytes, at)];
        let (first_spread, second_spread) = (_mm256_mullo_epi32(first, one), _mm256_mullo_epi32(second, two));
        let long = _mm256_add_epi32(first_spread, second_spread);
        let longer = _mm256_add_epi32(long, _mm256_mullo_epi32(last, three));
        let len = word_len(bits_from(&words, at));
        let word = _mm256_add_epi32(
            _mm256_mullo_epi32(_mm256_and_si256(first, _mm256_permutevar8x32_epi32(first_parts, len)), one),
            _mm256_mullo_epi32(_mm256_and_si256(second, _mm256_permutevar8x32_epi32(second_parts, len)), two),
        );
        let has_word = _mm256_cmpgt_epi32(len, _mm256_setzero_si256());
        let middle = _mm256_add_epi32(first_spread, _mm256_mullo_epi32(_mm256_and_si256(second, all(0xFF)), two));
        let short = _mm256_mullo_epi32(_mm256_and_si256(first, all(0xFF_FFFF)), one);
        let none = _mm256_cmpeq_epi32(gather(filters.bytes, _mm256_and_si256(first, all(0xFF))), all(NONE as i32));
        let lead = _mm256_or_si256(knows::<LEAD_FILTER>(filters.lead, middle, inner), knows::<LEAD_FILTER>(filters.lead, short, inner));
        let own = u64::MAX >> (64 - (starts.len - k).min(LANES));
        let bits = |lanes: __m256i| (signs(lanes) & own) << k;
        known.longer |= bits(knows::<LONGER_FILTER>(filters.longer, longer, inner));
        known.long |= bits(knows::<LONG_FILTER>(filters.long, long, inner));
        known.words |= bits(_mm256_and_si256(knows::<WORD_FILTER>(filters.words, word, inner), has_word));
        known.leads |= bits(_mm256_or_si256(lead, _mm256_andnot_si256(none, all(-1))));
    }
    known
}

/// A bit map as bytes.
#[inline]
fn bits_of([here, behind]: [u64; 2]) -> [u8; 16] {
    (u128::from(here) | u128::from(behind) << 64).to_le_bytes()
}

/// The bits from each place on: twenty-five of them count.
#[inline]
#[target_feature(enable = "avx2")]
fn bits_from(map: &[u8; 16], at: __m256i) -> __m256i {
    let at = _mm256_and_si256(at, _mm256_set1_epi32(63));
    // SAFETY: the last byte from which four are read is the seventh.
    let bits = unsafe { _mm256_i32gather_epi32::<1>(map.as_ptr().cast(), _mm256_srli_epi32::<3>(at)) };
    _mm256_srlv_epi32(bits, _mm256_and_si256(at, _mm256_set1_epi32(7)))
}

/// How many of the lowest bits are set, if not more than seven are; else none.
#[inline]
#[target_feature(enable = "avx2")]
fn word_len(words: __m256i) -> __m256i {
    let ends = _mm256_or_si256(_mm256_andnot_si256(words, _mm256_set1_epi32(0xFF)), _mm256_set1_epi32(1 << LONG));
    // The lowest bit alone is a power of two, which a number with a fraction says in its exponent.
    let end = _mm256_and_si256(ends, _mm256_sub_epi32(_mm256_setzero_si256(), ends));
    let exponent = _mm256_srli_epi32::<23>(_mm256_castps_si256(_mm256_cvtepi32_ps(end)));
    _mm256_and_si256(_mm256_sub_epi32(exponent, _mm256_set1_epi32(127)), _mm256_set1_epi32(LONG as i32 - 1))
}

/// Eight bytes from `k` on as numbers of 32 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn widened(bytes: &[u8; 64], k: usize) -> __m256i {
    let eight = bytes[k..].first_chunk().map_or(0, |eight: &[u8; LANES]| i64::from_le_bytes(*eight));
    _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(eight))
}

/// Four bytes of a block at each place, `SKIP` bytes behind it.
#[inline]
#[target_feature(enable = "avx2")]
fn near_bytes<const SKIP: usize>(bytes: &[u8; NEAR], at: __m256i) -> __m256i {
    const { assert!(63 + SKIP + 4 <= NEAR) };
    let at = _mm256_and_si256(at, _mm256_set1_epi32(63));
    // SAFETY: places are cut to 63 just now, and four bytes from there, `SKIP` bytes on, end within the array.
    unsafe { _mm256_i32gather_epi32::<1>(bytes.as_ptr().add(SKIP).cast(), at) }
}

/// A number of a table at each index; what is beyond its end is taken from its start.
#[inline]
#[target_feature(enable = "avx2")]
fn gather<const N: usize>(table: &[u32; N], index: __m256i) -> __m256i {
    const { assert!(N.is_power_of_two() && N <= 1 << 30) };
    let index = _mm256_and_si256(index, _mm256_set1_epi32(N as i32 - 1));
    // SAFETY: indexes are cut to the length of the table just now.
    unsafe { _mm256_i32gather_epi32::<4>(table.as_ptr().cast(), index) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn shifted(lanes: __m256i, by: u32) -> __m256i {
    _mm256_srlv_epi32(lanes, _mm256_set1_epi32(by as i32))
}

/// The highest bit of each lane.
#[inline]
#[target_feature(enable = "avx2")]
fn signs(lanes: __m256i) -> u64 {
    _mm256_movemask_ps(_mm256_castsi256_ps(lanes)) as u64
}

/// The highest bit of each lane tells whether the filter may know the hash there.
#[inline]
#[target_feature(enable = "avx2")]
fn knows<const N: usize>(filter: &[u32; N], hash: __m256i, inner: __m256i) -> __m256i {
    let bits = const { bits(N) };
    let half = _mm256_sllv_epi32(inner, _mm256_set1_epi32(bits as i32));
    let number = gather(filter, _mm256_or_si256(shifted(hash, 32 - bits), half));
    let [first, second] = [shifted(hash, 32 - bits - BIT), shifted(hash, 32 - bits - 2 * BIT)];
    let last = _mm256_set1_epi32(31);
    let [first, second] = [_mm256_and_si256(first, last), _mm256_and_si256(second, last)];
    _mm256_and_si256(_mm256_sllv_epi32(number, first), _mm256_sllv_epi32(number, second))
}
