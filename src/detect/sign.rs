//! What detection hands to the plan: signs (places where a rule's words were found), cuts (what a rule wants to take)
//! and refusals (what it tried and gave up, kept for `explain`).

use std::sync::Arc;

use crate::pack::{Confidence, RuleInfo};
use crate::text::{Document, Span, is_letter};

/// How a match stands in its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    /// It is the whole line, or whole lines, decoration aside.
    Whole,
    /// It begins the line, and the line goes on.
    Start,
    /// It ends the line.
    End,
    /// In the middle of a line.
    Inner,
}

/// A place where the words of a rule stand.
#[derive(Clone, Debug)]
pub(crate) struct Sign {
    /// Bytes of the original.
    pub span: Span,
    pub rule: u32,
    pub language: u16,
    pub stand: Stand,
    /// What it counts in a run inside a line; 0: only what others hold together can take it.
    pub weight: u8,
    /// What it counts in a run that fills its lines.
    pub full: u8,
    /// The words as the page has them, for the evidence.
    pub phrase: Span,
}

/// A range that a rule takes.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    pub span: Span,
    pub rule: u32,
    pub language: u16,
    pub confidence: Confidence,
    pub evidence: Vec<String>,
}

/// Something that was found and stays: which rule, and the constraint that said no.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Where the words stand in the original.
    pub span: Span,
    /// The rule that was tried.
    pub rule: Arc<RuleInfo>,
    /// Code of the language of the words.
    pub language: Arc<str>,
    /// The field of the rule that said no (`at`, `near`, `run`, `limit.prose` …), or `form` for the form of the text around.
    pub constraint: String,
    /// What it wanted and what it found.
    pub detail: String,
}

/// Bytes of blanks and decoration that may stand between two signs.
const MAX_GAP: usize = 500;

/// Nothing but blanks, decoration and a bare number between two signs.
pub(crate) fn thin(doc: &Document<'_>, start: usize, end: usize) -> bool {
    // Folded, so that link targets and the indents of empty lines do not stand between two links.
    let (from, to) = (doc.folded.fold_start(start), doc.folded.fold_start(end));
    if to < from || to - from > MAX_GAP {
        return to < from;
    }
    let gap = doc.folded.text.get(from..to.max(from)).unwrap_or("x");
    let mut digits = 0;
    gap.chars().all(|c| {
        digits += u32::from(!c.is_ascii() && c.is_numeric() || c.is_ascii_digit());
        digits <= 6 && !is_letter(c) && !matches!(c, '?' | '"' | '%' | '$' | '€' | '，' | '、')
    })
}
