//! Third stage: which findings become removals. Runs, levels, overlaps, what the user keeps, guards, healed white space.

mod close;
mod fill;
mod form;
mod heal;
mod list;
mod region;
mod run;

use std::sync::Arc;

use crate::apply::{Flag, Removal};
use crate::detect::{Cut, Detection, Refusal};
use crate::pack::{Confidence, RuleSet};
use crate::text::{BLOCK, Document, Span, block_at, is_wordy};

/// What decides besides the rules.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub min_confidence: Confidence,
    /// Folded texts that are never cut.
    pub keep: Vec<String>,
}

/// The share of a text that doubtful cuts may take together.
const HEAVY: f64 = 0.7;
/// Bytes of a text that are counted together.
const PART: usize = 1024;
/// Texts with fewer letters than this are all residue often enough.
const SMALL: usize = 400;

/// Sorted, disjoint removals. What runs refuse goes to `trace`.
#[inline(never)] // a stage is counted by its name (benches/count.py)
pub(crate) fn plan(
    set: &RuleSet,
    doc: &Document<'_>,
    detection: Detection,
    settings: &Settings,
    mut trace: Option<&mut Vec<Refusal>>,
) -> (Vec<Removal>, Option<Flag>) {
    let mut cuts = detection.cuts;
    cuts.extend(run::cuts(set, doc, detection.signs, trace.as_deref_mut()));
    cuts.retain(|c| c.confidence >= settings.min_confidence && !kept(doc, c.span, settings));
    let mut spared = |cut: &Cut, form: &str| {
        if let Some(trace) = trace.as_deref_mut() {
            trace.push(refusal(set, cut, form));
        }
    };
    list::spare(set, doc, &mut cuts, &mut spared);
    form::spare(set, doc, &mut cuts, &mut spared);
    if cuts.is_empty() && !set.structural {
        return (Vec::new(), None);
    }
    cuts.extend(fill::gaps(set, doc, &cuts));
    cuts.extend(fill::outside(set, doc, &cuts));
    let mut flag = None;
    if settings.min_confidence > Confidence::Low && too_heavy(doc, &cuts) {
        cuts.retain(|c| c.confidence == Confidence::High);
        flag = Some(Flag::HeavyLoss);
    }
    cuts.retain(|c| !kept(doc, c.span, settings));
    let mut cuts = disjoint(doc, cuts);
    close::close(doc, &mut cuts);
    (removals(set, doc, cuts), flag)
}

/// A cut that stays for the form of the text around it.
fn refusal(set: &RuleSet, cut: &Cut, form: &str) -> Refusal {
    Refusal {
        span: cut.span,
        rule: Arc::clone(&set.rules[cut.rule as usize].info),
        language: Arc::clone(&set.languages[cut.language as usize]),
        constraint: "form".to_owned(),
        detail: form.to_owned(),
    }
}

fn kept(doc: &Document<'_>, span: Span, settings: &Settings) -> bool {
    if settings.keep.is_empty() {
        return false;
    }
    let text = crate::text::fold_phrase(span.of(doc.raw));
    settings.keep.iter().any(|k| text.contains(k.as_str()))
}

/// True where the doubtful cuts would take most of what the certain ones leave.
///
/// Measured against what stays after the certain cuts, so that the answer is the same when the result is cleaned again.
fn too_heavy(doc: &Document<'_>, cuts: &[Cut]) -> bool {
    // Counted in the folded text, where link targets do not weigh.
    let folded = |start: usize, end: usize| {
        let (from, to) = (doc.folded.fold_start(start), doc.folded.fold_start(end));
        doc.folded.text.get(from..to.max(from)).unwrap_or("")
    };
    let taken = |least: Confidence| -> usize {
        let mut spans: Vec<Span> = cuts.iter().filter(|c| c.confidence >= least).map(|c| c.span).collect();
        spans.sort();
        let mut end = 0;
        let mut sum = 0;
        for span in spans {
            let start = span.start().max(end);
            if start < span.end() {
                sum += count_letters(folded(start, span.end()));
                end = span.end();
            }
        }
        sum
    };
    let certain = taken(Confidence::High);
    let doubtful = (taken(Confidence::Low) - certain) as f64;
    // Not heavy, once the rest is seen to be as large as that.
    let heavy = |rest: usize| doubtful > HEAVY * rest as f64;
    if !heavy(SMALL) {
        return false;
    }
    let (mut seen, mut rest) = (0, 0);
    let mut text = folded(0, doc.raw.len());
    while !text.is_empty() {
        let (part, more) = text.split_at(text.floor_char_boundary(PART));
        seen += count_letters(part);
        rest = seen.saturating_sub(certain);
        if rest >= SMALL && !heavy(rest) {
            return false;
        }
        text = more;
    }
    rest >= SMALL && heavy(rest)
}

/// Letters and digits.
fn count_letters(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut count) = (0, 0);
    while at < bytes.len() {
        match block_at(bytes, at).filter(|block| block.high() == 0) {
            Some(block) => {
                count += block.wordy().count_ones() as usize;
                at += BLOCK;
            }
            // A block with a longer character is near more of them, nearly always.
            None => {
                for c in text[at..].chars().take(BLOCK / 2) {
                    count += usize::from(is_wordy(c));
                    at += c.len_utf8();
                }
            }
        }
    }
    count
}

/// Where cuts overlap, the first one keeps what it has, the larger of two that begin together goes first, and the rest
/// of the other is its own.
fn disjoint(doc: &Document<'_>, mut cuts: Vec<Cut>) -> Vec<Cut> {
    cuts.sort_by_key(|c| (c.span.start(), std::cmp::Reverse(c.span.end()), std::cmp::Reverse(c.confidence), c.rule));
    let mut kept: Vec<Cut> = Vec::with_capacity(cuts.len());
    let mut end = 0;
    for mut cut in cuts {
        let start = cut.span.start().max(end);
        cut.span = trimmed(doc.raw, start, cut.span.end());
        if !cut.span.is_empty() {
            end = cut.span.end();
            kept.push(cut);
        }
    }
    kept
}

/// The part of a span that people see: without white space at its ends.
#[cfg(feature = "cli")]
pub(crate) fn visible(text: &str, span: Span) -> Span {
    trimmed(text, span.start(), span.end())
}

/// The span without white space at its ends.
fn trimmed(text: &str, start: usize, end: usize) -> Span {
    if start >= end {
        return Span::covering(text, end, end);
    }
    let part = &text[start..end];
    let lead = part.len() - part.trim_start().len();
    let start = (start + lead).min(end);
    Span::covering(text, start, start + text[start..end].trim_end().len())
}

/// Cuts as removals, healed.
fn removals(set: &RuleSet, doc: &Document<'_>, cuts: Vec<Cut>) -> Vec<Removal> {
    let named = cuts.into_iter().map(|cut| Removal {
        span: cut.span,
        rule: Arc::clone(&set.rules[cut.rule as usize].info),
        language: Arc::clone(&set.languages[cut.language as usize]),
        confidence: cut.confidence,
        evidence: cut.evidence,
    });
    healed(doc.raw, named.collect())
}

/// Removals (sorted, disjoint, without white space at their ends) that touch but for white space are healed as one, then
/// shared out again: each keeps its rule.
pub(crate) fn healed(text: &str, mut removals: Vec<Removal>) -> Vec<Removal> {
    let mut from = 0;
    let mut floor = 0;
    while from < removals.len() {
        let mut to = from + 1;
        while to < removals.len() && text[removals[to - 1].span.end()..removals[to].span.start()].chars().all(char::is_whitespace) {
            to += 1;
        }
        let whole = Span::covering(text, removals[from].span.start(), removals[to - 1].span.end());
        let ceiling = removals.get(to).map_or(text.len(), |r| r.span.start());
        let healed = heal::heal(text, whole, floor, ceiling);
        let mut start = healed.start();
        for n in from..to {
            let end = if n + 1 < to { removals[n + 1].span.start() } else { healed.end() };
            removals[n].span = Span::covering(text, start, end);
            start = end;
        }
        floor = healed.end();
        from = to;
    }
    removals
}
