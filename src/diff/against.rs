//! `diff --against`: two answers to the same text, such as those of two versions of a pack.
//!
//! Shown is only where they differ: what goes now and stayed before, and what went before and stays now.

use std::collections::BTreeMap;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::style::{Ink, glyph};
use super::view::{Mark, View};
use super::width::{bytes, counted, grouped, squeeze, width};
use super::{Format, Options, Summary, gutter, short};
use crate::log::Removed;
use crate::{Cleaned, Confidence, Span};

/// A removal of the other answer, as a removal log or another cleaner tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    /// Bytes of the original.
    pub bytes: Range<usize>,
    /// The rule that took it.
    pub rule: String,
    /// How sure it was.
    pub confidence: Confidence,
    /// What spoke for it.
    pub evidence: Vec<String>,
}

impl Earlier {
    /// A removal that a log tells of.
    pub fn logged(removed: &Removed<'_>) -> Earlier {
        Earlier {
            bytes: removed.bytes[0]..removed.bytes[1],
            rule: removed.rule.to_string(),
            confidence: removed.confidence,
            evidence: removed.evidence.iter().map(|reason| reason.to_string()).collect(),
        }
    }

    /// The removals of a text cleaned by another cleaner.
    pub fn of(cleaned: &Cleaned<'_>) -> Vec<Earlier> {
        let earlier = |removal: &crate::Removal| Earlier {
            bytes: removal.span().range(),
            rule: removal.rule().id.clone(),
            confidence: removal.confidence(),
            evidence: removal.evidence().to_vec(),
        };
        cleaned.removals().iter().map(earlier).collect()
    }
}

/// Where a cleaned text differs from an earlier answer.
pub struct Changes<'a> {
    view: View<'a>,
}

impl<'a> Changes<'a> {
    /// Compares. `before` must be sorted and disjoint; what does not fit the text is passed over.
    pub fn new(cleaned: &'a Cleaned<'_>, before: &'a [Earlier]) -> Changes<'a> {
        let text = cleaned.original();
        let now = View::of(cleaned).marks;
        let then: Vec<Mark<'a>> = before
            .iter()
            .filter_map(|one| {
                let span = Span::new(text, one.bytes.start, one.bytes.end)?;
                Some(Mark { span, rule: &one.rule, confidence: one.confidence, evidence: &one.evidence, back: true })
            })
            .collect();
        let mut marks = only(text, &now, &then);
        marks.extend(only(text, &then, &now));
        marks.sort_by_key(|mark| mark.span);
        Changes { view: View { text, marks, compared: true } }
    }

    /// True where both answers are the same, white space aside.
    pub fn is_empty(&self) -> bool {
        self.view.marks.is_empty()
    }

    /// The differences in the form that `options` ask for.
    pub fn render(&self, name: &str, options: &Options) -> Vec<u8> {
        if self.is_empty() || options.summary == Summary::Only {
            return Vec::new();
        }
        match options.format {
            Format::Short => short::lines(name, &self.view, options),
            _ => gutter::compared(name, &self.view, options),
        }
        .into_bytes()
    }

    /// Bytes that go now, and bytes that come back.
    pub(super) fn sizes(view: &View<'_>) -> (usize, usize) {
        view.marks.iter().fold((0, 0), |(more, less), mark| match mark.back {
            false => (more + mark.span.len(), less),
            true => (more, less + mark.span.len()),
        })
    }
}

/// What `these` take and `those` do not. White space is healed one way or another: alone it is no difference.
fn only<'a>(text: &str, these: &[Mark<'a>], those: &[Mark<'a>]) -> Vec<Mark<'a>> {
    let mut out = Vec::new();
    let mut from = 0;
    for mark in these {
        let mut start = mark.span.start();
        let mut push = |start: usize, end: usize| {
            if let Some(span) = Span::new(text, start, end)
                && !span.of(text).trim().is_empty()
            {
                out.push(Mark { span, ..*mark });
            }
        };
        while from < those.len() && those[from].span.end() <= start {
            from += 1;
        }
        for other in those[from..].iter().take_while(|other| other.span.start() < mark.span.end()) {
            push(start, other.span.start());
            start = start.max(other.span.end());
        }
        push(start, mark.span.end());
    }
    out
}

/// Two versions of one text, as two runs have left it. What only the first one has goes now, what only the second one has
/// stays now; there is nothing to tell why.
pub struct Versions {
    /// Both in one: what they share, and what each has alone.
    text: String,
    parts: Vec<(Range<usize>, bool)>,
}

impl Versions {
    /// Compares by lines, and by words where lines were changed.
    pub fn new(before: &str, now: &str) -> Versions {
        let mut both = Versions { text: String::with_capacity(before.len().max(now.len())), parts: Vec::new() };
        let (old, new): (Vec<&str>, Vec<&str>) = (before.split_inclusive('\n').collect(), now.split_inclusive('\n').collect());
        for op in capture_diff_slices(Algorithm::Patience, &old, &new) {
            let (gone, come) = (old[op.old_range()].concat(), new[op.new_range()].concat());
            match op {
                DiffOp::Equal { .. } => both.text.push_str(&gone),
                DiffOp::Replace { .. } => both.words(&gone, &come),
                DiffOp::Delete { .. } | DiffOp::Insert { .. } => both.push(&gone, &come),
            }
        }
        both
    }

    fn words(&mut self, gone: &str, come: &str) {
        let split = |text: &'_ str| -> Vec<String> { text.split_inclusive(char::is_whitespace).map(str::to_owned).collect() };
        let (old, new) = (split(gone), split(come));
        for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
            let (gone, come) = (old[op.old_range()].concat(), new[op.new_range()].concat());
            if matches!(op, DiffOp::Equal { .. }) { self.text.push_str(&gone) } else { self.push(&gone, &come) }
        }
    }

    fn push(&mut self, gone: &str, come: &str) {
        for (part, back) in [(gone, false), (come, true)] {
            if !part.is_empty() {
                let start = self.text.len();
                self.text.push_str(part);
                self.parts.push((start..self.text.len(), back));
            }
        }
    }

    /// Where they differ, white space aside.
    pub fn changes(&self) -> Changes<'_> {
        let mark = |(range, back): &(Range<usize>, bool)| {
            let span = Span::new(&self.text, range.start, range.end)?;
            let rule = if *back { "stays now" } else { "goes now" };
            let mark = Mark { span, rule, confidence: Confidence::High, evidence: &[], back: *back };
            (!span.of(&self.text).trim().is_empty()).then_some(mark)
        };
        Changes { view: View { text: &self.text, marks: self.parts.iter().filter_map(mark).collect(), compared: true } }
    }
}

/// What the differences of many documents add up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChangeTally {
    /// Documents seen.
    pub documents: usize,
    /// Documents with a difference.
    pub changed: usize,
    /// Documents the earlier answer does not fit: their text is another now.
    pub other_text: usize,
    rules: BTreeMap<String, Sides>,
}

/// What a rule takes now and took before.
#[derive(Clone, Debug, PartialEq)]
struct Sides {
    confidence: Confidence,
    more: (usize, usize),
    less: (usize, usize),
}

impl ChangeTally {
    /// Counts a document.
    pub fn add(&mut self, changes: &Changes<'_>) {
        self.documents += 1;
        self.changed += usize::from(!changes.is_empty());
        for mark in &changes.view.marks {
            let new = || Sides { confidence: mark.confidence, more: (0, 0), less: (0, 0) };
            let rule = self.rules.entry(mark.rule.to_owned()).or_insert_with(new);
            rule.confidence = rule.confidence.max(mark.confidence);
            let side = if mark.back { &mut rule.less } else { &mut rule.more };
            *side = (side.0 + 1, side.1 + mark.span.len());
        }
    }

    /// Counts a document that the earlier answer does not fit.
    pub fn add_other_text(&mut self) {
        self.documents += 1;
        self.other_text += 1;
    }

    /// Adds what another worker counted.
    pub fn merge(&mut self, other: &ChangeTally) {
        self.documents += other.documents;
        self.changed += other.changed;
        self.other_text += other.other_text;
        for (id, more) in &other.rules {
            match self.rules.get_mut(id) {
                None => drop(self.rules.insert(id.clone(), more.clone())),
                Some(rule) => {
                    rule.confidence = rule.confidence.max(more.confidence);
                    rule.more = (rule.more.0 + more.more.0, rule.more.1 + more.more.1);
                    rule.less = (rule.less.0 + more.less.0, rule.less.1 + more.less.1);
                }
            }
        }
    }

    /// The summary: what goes now and what comes back, by rule.
    pub fn render(&self, options: &Options) -> Vec<u8> {
        let mut out = String::new();
        let style = options.style;
        if options.summary == Summary::Off || options.format != Format::Human {
            return Vec::new();
        }
        let side =
            |pick: fn(&Sides) -> (usize, usize)| self.rules.values().map(pick).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let (more, less) = (side(|rule| rule.more), side(|rule| rule.less));
        style.paint(&mut out, Ink::Title, &counted(self.documents, "document", "documents"));
        if self.rules.is_empty() {
            out.push_str(", no difference\n");
        } else {
            out.push_str(&format!(", {} with a difference: ", grouped(self.changed)));
            let mut sides = Vec::new();
            if more.0 > 0 {
                sides.push((Ink::Loss, format!("{} more (−{})", counted(more.0, "cut", "cuts"), bytes(more.1))));
            }
            if less.0 > 0 {
                sides.push((Ink::Back, format!("{} less (+{})", counted(less.0, "cut", "cuts"), bytes(less.1))));
            }
            for (at, (ink, side)) in sides.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                style.paint(&mut out, *ink, side);
            }
            out.push('\n');
            self.table(&mut out, options);
        }
        if self.other_text > 0 {
            let text = counted(self.other_text, "document has", "documents have");
            style.paint(&mut out, Ink::Warning, &format!("\n  {text} another text now and cannot be compared\n"));
        }
        out.into_bytes()
    }

    fn table(&self, out: &mut String, options: &Options) {
        let style = options.style;
        let mut rules: Vec<_> = self.rules.iter().collect();
        rules.sort_by(|a, b| (b.1.more.1 + b.1.less.1).cmp(&(a.1.more.1 + a.1.less.1)).then_with(|| a.0.cmp(b.0)));
        let columns = options.width.clamp(40, 160);
        let name = rules.iter().map(|(id, _)| width(id)).max().unwrap_or(4).min(columns.saturating_sub(40)).max(8);
        out.push('\n');
        style.paint(out, Ink::Quiet, &format!("  {:<name$}   {:>6}  {:>9}  {:>6}  {:>9}", "rule", "more", "bytes", "less", "bytes"));
        out.push('\n');
        for (id, rule) in rules {
            let shown = squeeze(id, name);
            out.push_str("  ");
            style.paint(out, Ink::Rule, &shown);
            out.extend(std::iter::repeat_n(' ', name - width(&shown) + 1));
            style.paint(out, Ink::Sure(rule.confidence), glyph(rule.confidence));
            for (sign, ink, (cuts, size)) in [('−', Ink::Loss, rule.more), ('+', Ink::Back, rule.less)] {
                let (cuts, size) = match cuts {
                    0 => (String::new(), String::new()),
                    _ => (grouped(cuts), format!("{sign}{}", bytes(size))),
                };
                style.paint(out, ink, &format!(" {cuts:>6}  {size:>9} "));
            }
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
        }
    }
}
