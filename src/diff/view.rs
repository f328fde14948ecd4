//! A text with marks on it: what the view draws, whatever the marks mean.

use crate::{Cleaned, Confidence, Span};

/// A range of a text that is shown as a cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mark<'a> {
    pub span: Span,
    pub rule: &'a str,
    pub confidence: Confidence,
    pub evidence: &'a [String],
    /// In a comparison: it went before and stays now.
    pub back: bool,
}

/// A text and its marks, sorted and disjoint.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct View<'a> {
    pub text: &'a str,
    pub marks: Vec<Mark<'a>>,
    /// Marks say whether they are cuts or come back.
    pub compared: bool,
}

impl<'a> View<'a> {
    /// All that went from a text.
    pub(super) fn of(cleaned: &'a Cleaned<'_>) -> View<'a> {
        let marks = cleaned.removals().iter().map(|removal| Mark {
            span: removal.span(),
            rule: &removal.rule().id,
            confidence: removal.confidence(),
            evidence: removal.evidence(),
            back: false,
        });
        View { text: cleaned.original(), marks: marks.collect(), compared: false }
    }
}
