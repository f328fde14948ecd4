//! Decisions: what a person has said about removals, kept by content, and applied to any run.
//!
//! Removals are grouped by rule and normalised text ([`Groups`]); a person decides for a group, for one place or for a
//! whole rule. Each decision is one line of an append-only file ([`Book`]):
//!
//! ```json
//! {"key":"b3:51c9…","scope":"text","rule":"newsletter/sign-up-line","decision":"keep","text":"Sign up for…","seen":203,"at":"2026-11-22"}
//! ```
//!
//! - `key` is a hash of rule and normalised text, for `place` also of the words around it, for `rule` of the rule alone. It
//!   never holds a path or a line, so that a decision outlives moved files and changed pages.
//! - Normalised means: folded as for matching (case, kinds of blanks, typographic variants, link targets), words only, any
//!   number the same as any other.
//! - `decision` is `keep`, `remove` or `later`; the last line for a key holds, and `later` takes an earlier one back. A
//!   decision for a place is stronger than one for its text, and that is stronger than one for its rule. A text that is kept
//!   stays when another rule takes it, too, unless something else was decided for that.
//! - `edit` gives a cut other ends: `{"cut": "the text that goes instead"}`. It is found by its words; where they are not
//!   there, nothing goes.
//! - Readers skip fields that they do not know.
//!
//! [`CleanerBuilder::decisions`](crate::CleanerBuilder::decisions) makes a cleaner follow them.

mod apply;
mod group;
mod key;
mod record;
#[cfg(test)]
mod tests;

pub(crate) use apply::Decided;
pub use group::{Example, Group, Groups};
pub use key::{normal, place_key, rule_key, text_key};
pub use record::{Book, BookError, Decision, Decisions, Edit, Record, Scope, today};
