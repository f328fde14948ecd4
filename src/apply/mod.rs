//! Last stage: a plan applied to its text, and the way back.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;

use crate::pack::{Confidence, RuleInfo};
use crate::text::Span;

/// A range of the original that goes, and why. Cannot be made without a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    pub(crate) span: Span,
    pub(crate) rule: Arc<RuleInfo>,
    pub(crate) language: Arc<str>,
    pub(crate) confidence: Confidence,
    pub(crate) evidence: Vec<String>,
}

impl Removal {
    /// Bytes of the original, on character boundaries.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The rule that took it.
    pub fn rule(&self) -> &RuleInfo {
        &self.rule
    }

    #[cfg(feature = "cli")]
    pub(crate) fn rule_arc(&self) -> &Arc<RuleInfo> {
        &self.rule
    }

    /// Code of the language whose words were found, `any` for words of none.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// How sure the rule is; a run may make it lower than the rule's own.
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// What spoke for it, in words: the phrase, the run it stands in, the list it ends.
    pub fn evidence(&self) -> &[String] {
        &self.evidence
    }
}

/// What a document asks a person to look at, though it was cleaned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// Most of the text would have gone; what was not of high confidence was kept.
    HeavyLoss,
    /// Cleaning did not settle: each pass found more. Nothing was removed; or, where decisions keep something, not all that
    /// stands beside it, since the next run would have taken what was kept.
    Unsettled,
}

/// A cleaned text and everything that was taken from it.
///
/// Removals are sorted, disjoint ranges of the original; `weave(text, removals)` gives the original back byte for byte.
#[derive(Clone, Debug, PartialEq)]
pub struct Cleaned<'t> {
    pub(crate) original: &'t str,
    pub(crate) text: Cow<'t, str>,
    pub(crate) removals: Vec<Removal>,
    pub(crate) flags: Vec<Flag>,
}

impl<'t> Cleaned<'t> {
    /// The text as it came.
    pub fn original(&self) -> &'t str {
        self.original
    }

    /// The cleaned text; borrowed from the original where nothing went.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The cleaned text, without a copy where nothing went.
    pub fn into_text(self) -> Cow<'t, str> {
        self.text
    }

    /// What went, in the order of the original.
    pub fn removals(&self) -> &[Removal] {
        &self.removals
    }

    /// What a person should look at.
    pub fn flags(&self) -> &[Flag] {
        &self.flags
    }

    /// True where something was removed.
    pub fn changed(&self) -> bool {
        !self.removals.is_empty()
    }

    /// Bytes removed.
    pub fn removed_bytes(&self) -> usize {
        self.removals.iter().map(|r| r.span.len()).sum()
    }
}

/// `original` without `spans`, which must be sorted and disjoint.
pub(crate) fn cut(original: &str, spans: impl Iterator<Item = Span>) -> String {
    let mut kept = String::with_capacity(original.len());
    let mut from = 0;
    for span in spans {
        kept.push_str(&original[from..span.start()]);
        from = span.end();
    }
    kept.push_str(&original[from..]);
    kept
}

/// The same of a text that nobody needs as it was: in place, since there may be no room for a third text as large as that.
pub(crate) fn cut_out(text: String, spans: impl Iterator<Item = Span> + Clone) -> String {
    assert!(spans.clone().all(|span| text.is_char_boundary(span.start()) && text.is_char_boundary(span.end())));
    let mut bytes = text.into_bytes();
    let (mut len, mut from) = (0, 0);
    let end = bytes.len();
    for (start, behind) in spans.map(|span| (span.start(), span.end())).chain([(end, end)]) {
        assert!(from <= start);
        bytes.copy_within(from..start, len);
        len += start - from;
        from = behind;
    }
    bytes.truncate(len);
    whole(bytes)
}

/// Puts back what [`cut_out`] has taken, in place: what it was in one piece, and where it stood.
pub(crate) fn put_back(text: String, spans: impl DoubleEndedIterator<Item = Span> + Clone, mut taken: &str) -> String {
    let (mut gone, mut from) = (0, 0);
    for span in spans.clone() {
        assert!(from <= span.start() && text.is_char_boundary(span.start() - gone));
        (gone, from) = (gone + span.len(), span.end());
    }
    assert_eq!(gone, taken.len());
    let mut bytes = text.into_bytes();
    let mut len = bytes.len();
    bytes.resize(len + taken.len(), 0);
    let mut end = bytes.len();
    for span in spans.rev() {
        let behind = len - (end - span.end());
        bytes.copy_within(behind..len, span.end());
        let (more, piece) = taken.split_at(taken.len() - span.len());
        bytes[span.range()].copy_from_slice(piece.as_bytes());
        (len, end, taken) = (behind, span.start(), more);
    }
    whole(bytes)
}

/// The text, which is made of whole characters.
fn whole(bytes: Vec<u8>) -> String {
    debug_assert!(std::str::from_utf8(&bytes).is_ok(), "spans end where characters do");
    // SAFETY: `cut_out` and `put_back` take a text apart and join texts only where each span begins and ends between two characters,
    // which they have asked for. To read a large text again for a proof takes a tenth of the time of its run.
    unsafe { String::from_utf8_unchecked(bytes) }
}

/// Puts removed texts back: `removed` holds each removal's start in the original and its text, sorted by start.
///
/// Returns `None` where the removals cannot belong to this text (an offset past its end or inside a character).
///
/// ```
/// let original = dehusk::weave("Flour, water, salt.", [(19, " Share this: Facebook")]);
/// assert_eq!(original.as_deref(), Some("Flour, water, salt. Share this: Facebook"));
/// ```
pub fn weave<'r>(cleaned: &str, removed: impl IntoIterator<Item = (usize, &'r str)>) -> Option<String> {
    let mut original = String::with_capacity(cleaned.len());
    let mut taken = 0usize;
    for (start, text) in removed {
        let kept = start.checked_sub(original.len())?;
        original.push_str(cleaned.get(taken..taken.checked_add(kept)?)?);
        taken += kept;
        original.push_str(text);
    }
    original.push_str(cleaned.get(taken..)?);
    Some(original)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_in_place_as_elsewhere() {
        let text = "Mühle, Brot, Salz.";
        for (a, b, c, d) in [(0, 0, 0, 0), (0, 6, 6, 8), (1, 3, 7, 19), (0, 19, 19, 19), (3, 3, 18, 19)] {
            let spans = [Span::covering(text, a, b), Span::covering(text, c, d)];
            let left = cut_out(text.to_owned(), spans.into_iter());
            assert_eq!(left, cut(text, spans.into_iter()));
            let taken: String = spans.map(|span| span.of(text)).concat();
            assert_eq!(put_back(left, spans.into_iter(), &taken), text);
        }
    }
}
