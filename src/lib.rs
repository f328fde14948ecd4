//! dehusk removes scraping residue from extracted text and shows every byte it took.
#![warn(missing_docs)]

mod apply;
#[cfg(feature = "cli")]
pub mod diff;
pub mod pack;
mod text;

pub use apply::{Cleaned, Flag, Removal, weave};
pub use pack::{Confidence, RuleInfo, Scope};
pub use text::Span;
