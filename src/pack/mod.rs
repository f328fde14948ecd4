//! Packs: what residue looks like, read from `patterns/` and compiled for detection.

mod builtin;
mod calendar;
mod common;
mod compile;
mod error;
mod file;
mod filters;
mod gate;
mod guard;
mod info;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod lexicon;
mod literals;
mod packs;
mod phrase;
mod rule;
mod ruleset;
mod select;
mod tables;

pub(crate) use common::{Reader, STRETCH};
#[cfg(feature = "bench")]
pub(crate) use compile::Compiled;
pub(crate) use compile::slots_of;
pub use error::{ContentError, PackError};
pub(crate) use file::{At, ExampleTable, Fill, FillTable, ItemEnd, Side, Status, TitleEnd, TitleSide, Zone};
pub(crate) use filters::{NEAR, Near64, Passed};
pub(crate) use gate::{Begun, Gate};
pub(crate) use guard::{Around, Guard};
pub use info::{Confidence, RuleInfo, Scope};
pub(crate) use literals::Probe;
pub(crate) use packs::LoadedRule;
pub use packs::Packs;
pub(crate) use phrase::Hole;
pub(crate) use rule::{LazyRegex, Rule};
pub(crate) use ruleset::{RuleSet, Unanchored, Using};
pub(crate) use select::Selection;
pub(crate) use tables::{Anchored, Choice, Group, Parts, Phrase, Piece, Role, Tables};
