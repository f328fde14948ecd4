//! Packs: what residue looks like, read from `patterns/` and compiled for detection.

mod calendar;
mod compile;
mod error;
mod file;
mod info;
mod packs;
mod phrase;
mod rule;
mod select;

pub(crate) use compile::{Phrase, Role, RuleSet, slots_of};
pub use error::{ContentError, PackError};
pub(crate) use file::{At, Fill, FillTable, ItemEnd, Side, Status, TitleEnd, TitleSide, Zone};
pub use info::{Confidence, RuleInfo, Scope};
pub(crate) use packs::LoadedRule;
pub use packs::Packs;
pub(crate) use phrase::{Hole, Part};
pub(crate) use rule::Rule;
pub(crate) use select::Selection;
