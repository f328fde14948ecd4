//! Kinds of answers about places that a document remembers (`Document::remembered`).

use crate::pack::Hole;
use crate::text::KINDS;

// Each hole to the right has the number of the hole, each to the left the one behind all of those.
const HOLES: usize = Hole::NAMES.len();

/// A hole to the left.
pub(super) const fn backward(hole: Hole) -> usize {
    HOLES + hole as usize
}

/// Dates without their time.
pub(super) const DATE_ALONE: usize = 2 * HOLES;
/// No prose stands before the place.
pub(super) const HEAD: usize = 2 * HOLES + 1;
/// No prose stands behind it.
pub(super) const TAIL: usize = 2 * HOLES + 2;

/// Dates in the words of any language.
pub(super) const DATE_OF_ANY: usize = 2 * HOLES + 3;

const _: () = assert!(DATE_OF_ANY < KINDS);
