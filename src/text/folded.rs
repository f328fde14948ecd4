//! The folded twin of a text: what matching reads, with the way back to the original.
//!
//! Folding makes matching blind to case, to the kind and number of blanks, to typographic variants, to composition, to
//! invisible characters and to Markdown escapes and link targets. It happens once per text, so that a phrase needs one
//! spelling only; offsets are mapped back through the places where the two texts drift apart.

use std::cell::Cell;

use unicode_normalization::char::canonical_combining_class;

use super::bits::{BitMap, Bits, Whole};
use super::block::{BLOCK, padded_block_at};
use super::near::partition_near;

/// A folded text with its map to the original.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    /// Lower-case text with single blanks; `\n` stands only where a paragraph ends (an empty line).
    pub text: String,
    /// What stands where in it.
    pub bits: BitMap,
    /// Where the distance between the two offsets changes: `(folded, original)`, sorted by both.
    drift: Vec<(u32, u32)>,
    /// How many drift points stood before the last place that was asked about: the next one is near it.
    last: Cell<usize>,
}

/// Notes that the character at `fold` of a folded text comes from `raw`, where the distance between the two has changed.
pub(super) fn note_drift(drift: &mut Vec<(u32, u32)>, fold: usize, raw: usize) {
    let (last_fold, last_raw) = drift.last().map_or((0, 0), |&(f, r)| (f as usize, r as usize));
    if raw - last_raw != fold - last_fold.min(fold) {
        if last_fold == fold && !drift.is_empty() {
            drift.pop();
        }
        drift.push((fold as u32, raw as u32));
    }
}

impl Folded {
    pub(super) fn new(text: String, bits: BitMap, drift: Vec<(u32, u32)>) -> Folded {
        Folded { text, bits, drift, last: Cell::new(0) }
    }

    /// Text, bits and drift points.
    pub(super) fn into_parts(self) -> (String, BitMap, Vec<(u32, u32)>) {
        (self.text, self.bits, self.drift)
    }

    /// What stands in block `n` of the text.
    #[inline(always)]
    pub fn block(&self, n: usize) -> Whole {
        Whole::of(self.bits.block(n), &padded_block_at(self.text.as_bytes(), n * BLOCK))
    }

    /// First bytes of longer characters in block `n`, whose bits these are, that belong to no word.
    #[inline(always)]
    pub fn long_signs(&self, n: usize, bits: &Bits) -> u64 {
        let block = padded_block_at(self.text.as_bytes(), n * BLOCK);
        block.high() & !(bits.words | bits.hangul | block.continued())
    }

    /// Offset in the original of the character that begins at `at`.
    pub fn raw_start(&self, at: usize) -> usize {
        let (fold, raw) = self.drift_before(at);
        raw + (at - fold)
    }

    fn drift_before(&self, at: usize) -> (usize, usize) {
        let behind = |n: usize| self.drift.get(n).is_none_or(|&(fold, _)| fold as usize > at);
        let before = |n: usize| n.checked_sub(1).is_none_or(|n| (self.drift[n].0 as usize) <= at);
        let last = self.last.get();
        let near = [last, last + 1].into_iter().find(|&n| n <= self.drift.len() && before(n) && behind(n));
        let count = near.unwrap_or_else(|| partition_near(&self.drift, last, |&(fold, _)| fold as usize <= at));
        self.last.set(count);
        match count {
            0 => (0, 0),
            n => {
                let (fold, raw) = self.drift[n - 1];
                (fold as usize, raw as usize)
            }
        }
    }

    /// Offset in the original just behind the character that ends at `at`.
    pub fn raw_end(&self, original: &str, at: usize) -> usize {
        // A letter of ASCII before another one.
        if let Some(start) = at.checked_sub(1).filter(|&n| self.text.as_bytes()[n].is_ascii()).map(|n| self.raw_start(n))
            && let Some([one, next]) = original.as_bytes().get(start..start + 2)
            && one.is_ascii()
            && next.is_ascii()
        {
            return start + 1;
        }
        let Some(last) = self.text[..at].chars().next_back() else { return 0 };
        let mut end = original.floor_char_boundary(self.raw_start(at - last.len_utf8()));
        if let Some(c) = original[end..].chars().next() {
            end += c.len_utf8();
        }
        // The marks that were composed into the character belong to it.
        for c in original[end..].chars().take_while(|&c| c >= '\u{300}' && canonical_combining_class(c) != 0) {
            end += c.len_utf8();
        }
        end
    }

    /// Folded offset of the first character that stands at or behind `raw` in the original.
    pub fn fold_start(&self, raw: usize) -> usize {
        let n = partition_near(&self.drift, self.last.get(), |&(_, r)| r as usize <= raw);
        self.last.set(n);
        let (fold, base) = if n == 0 { (0, 0) } else { (self.drift[n - 1].0 as usize, self.drift[n - 1].1 as usize) };
        let next = self.drift.get(n).map_or(self.text.len(), |&(f, _)| f as usize);
        self.text.ceil_char_boundary((fold + (raw - base)).min(next))
    }
}
