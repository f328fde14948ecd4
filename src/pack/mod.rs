//! Packs: what residue looks like, read from `patterns/`.

mod info;

pub use info::{Confidence, RuleInfo, Scope};
