//! The words behind an anchor, as far as the next words of a phrase may stand there.

use super::literal::Hit;
use crate::pack::{Begun, Gate};
use crate::text::{BLOCK, Document, block_at};

/// How the words begin that stand behind a hit: those that a hole behind it may reach.
pub(super) fn begun(doc: &Document<'_>, hit: &Hit) -> Begun {
    let bytes = doc.folded.text.as_bytes();
    // The blank behind the hit may belong to it.
    let next = hit.end + 1;
    let line = doc.lines[doc.folded_line_at(next)].fold_end().max(next);
    let (reach, behind) = Gate::REACH;
    // Words begin behind a blank; that of the last one that counts stands before `end`.
    let end = bytes.len().min(hit.end + reach).min(line + behind);
    let mut begun = Begun::default();
    let mut at = hit.end;
    while at < end {
        let mut blanks = match block_at(bytes, at) {
            Some(block) => block.is(b' '),
            None => bytes[at..].iter().take(BLOCK).enumerate().fold(0, |bits, (n, &b)| bits | u64::from(b == b' ') << n),
        };
        blanks &= u64::MAX >> BLOCK.saturating_sub(end - at);
        while blanks != 0 {
            let from = at + blanks.trailing_zeros() as usize + 1;
            blanks &= blanks - 1;
            let four = bytes[from..].first_chunk::<4>().copied();
            let four = four.unwrap_or_else(|| std::array::from_fn(|n| bytes.get(from + n).copied().unwrap_or(b' ')));
            begun.add(u32::from_le_bytes(four));
        }
        at += BLOCK;
    }
    begun
}
