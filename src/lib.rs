//! dehusk takes scraping residue off extracted text and keeps the grain: comment forms, share rows, promos, cookie
//! notices and stamps go, every removed byte has a rule and a reason, and everything can be put back.
//!
//! ```
//! use dehusk::Cleaner;
//!
//! let page = "Bake for forty minutes and let it cool.\n\nShare this:\nClick to share on X (Opens in new window)\n";
//! let cleaner = Cleaner::builtin();
//! let cleaned = cleaner.clean(page);
//! assert_eq!(cleaned.text(), "Bake for forty minutes and let it cool.\n");
//!
//! // original = cleaned text + removals, byte for byte
//! let removed = cleaned.removals().iter().map(|r| (r.span().start(), r.span().of(page)));
//! assert_eq!(dehusk::weave(cleaned.text(), removed).as_deref(), Some(page));
//! ```
//!
//! A text goes through four stages: [`text`](self) is folded once for matching, *detect* finds anchors, confirms phrases
//! and checks each rule's constraints, *plan* decides (runs, overlaps, guards, white space), *apply* cuts. What residue
//! looks like stands in packs ([`Packs`]), not in code.
#![warn(missing_docs)]

mod apply;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench;
mod cleaner;
#[cfg(feature = "cli")]
pub mod decide;
mod detect;
#[cfg(feature = "cli")]
pub mod diff;
#[cfg(feature = "cli")]
pub mod escape;
#[cfg(feature = "cli")]
pub mod log;
mod pack;
mod plan;
mod regex;
#[cfg(feature = "cli")]
pub mod report;
#[cfg(feature = "cli")]
pub mod review;
pub mod splice;
mod text;
pub mod trial;
pub mod utf8;

pub use apply::{Cleaned, Flag, Removal, weave};
pub use cleaner::{Cleaner, CleanerBuilder};
pub use detect::Refusal;
pub use pack::{Confidence, ContentError, PackError, Packs, RuleInfo, Scope};
pub use text::Span;

/// The example of the README, so that it cannot rot.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
