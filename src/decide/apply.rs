//! Decisions applied to a text.
//!
//! A person decided about the removals of a whole run over the text, so these are what decisions are applied to, not the
//! findings of a single pass. What the decisions leave is cleaned again until nothing changes; what was kept stays kept.

use std::borrow::Cow;
use std::sync::Arc;

use super::key::{moved, neighbours};
use super::record::{Decision, Decisions, Record};
use crate::apply::{Cleaned, Flag, Removal, cut};
use crate::cleaner::{Cleaner, MAX_PASSES, merge};
use crate::plan::{healed, visible};
use crate::text::Span;

/// Decisions, and the cleaners of the levels at which they were made.
#[derive(Debug)]
pub(crate) struct Decided {
    pub decisions: Arc<Decisions>,
    pub others: Vec<Arc<Cleaner>>,
}

impl Decided {
    /// As [`Cleaner::clean`], with decisions.
    ///
    /// What was kept must stay when the result is cleaned again, and there what was around it is gone: another rule may see
    /// it in a new light. Where that would happen, what stood beside it stays as well ([`Flag::Unsettled`]).
    pub fn clean<'t>(&self, cleaner: &Cleaner, text: &'t str) -> Cleaned<'t> {
        let (cleaned, widened) = self.settled(cleaner, text);
        if !widened || self.settled(cleaner, &cleaned.text).0.text == cleaned.text {
            return cleaned;
        }
        Cleaned { original: text, text: Cow::Borrowed(text), removals: Vec::new(), flags: vec![Flag::Unsettled] }
    }

    /// The cleaned text, and true where more stays than was decided.
    fn settled<'t>(&self, cleaner: &Cleaner, text: &'t str) -> (Cleaned<'t>, bool) {
        let (cleaned, touched) = self.passes(cleaner, text, Vec::new());
        if !touched || cleaned.removals.is_empty() {
            return (cleaned, false);
        }
        let (again, _) = self.passes(cleaner, &cleaned.text, Vec::new());
        let lost: Vec<Span> = again.removals.iter().map(|r| in_original(&cleaned, r.span)).collect();
        if lost.is_empty() {
            return (cleaned, false);
        }
        let beside = beside(&cleaned, &lost);
        let (mut less, _) = self.passes(cleaner, text, beside);
        if !less.flags.contains(&Flag::Unsettled) {
            less.flags.push(Flag::Unsettled);
        }
        (less, true)
    }

    /// Passes over the text until nothing is left to go, and whether decisions had a say. `kept` stays besides.
    fn passes<'t>(&self, cleaner: &Cleaner, text: &'t str, mut kept: Vec<Span>) -> (Cleaned<'t>, bool) {
        let mut cleaned = Cleaned { original: text, text: Cow::Borrowed(text), removals: Vec::new(), flags: Vec::new() };
        let mut touched = false;
        // `kept`: what stays by decision, in the text as it is now.
        for _ in 0..MAX_PASSES {
            let step = self.step(cleaner, &cleaned.text, &mut kept);
            touched |= !step.untouched;
            for flag in step.flags {
                if !cleaned.flags.contains(&flag) {
                    cleaned.flags.push(flag);
                }
            }
            if step.removals.is_empty() {
                return (cleaned, touched);
            }
            let next = cut(&cleaned.text, step.removals.iter().map(Removal::span));
            shift(&next, &mut kept, &step.removals);
            cleaned.removals = merge(text, cleaned.removals, step.removals);
            cleaned.text = Cow::Owned(next);
            if step.untouched {
                return (cleaned, touched);
            }
        }
        (Cleaned { original: text, text: Cow::Borrowed(text), removals: Vec::new(), flags: vec![Flag::Unsettled] }, touched)
    }

    fn step(&self, cleaner: &Cleaner, text: &str, kept: &mut Vec<Span>) -> Step {
        let base = cleaner.undecided(text);
        let spans: Vec<Span> = base.removals.iter().map(|r| visible(text, r.span)).collect();
        let mut goes: Vec<Removal> = Vec::new();
        let mut untouched = kept.is_empty();
        for ((removal, span), (before, after)) in base.removals.iter().zip(&spans).zip(neighbours(text, &spans)) {
            if span.is_empty() {
                continue; // blanks that another removal left behind: they are healed again
            }
            let whole = Removal { span: *span, ..removal.clone() };
            match self.decisions.judge(&removal.rule.id, span.of(text), (&before, &after)) {
                None if self.decisions.keeps_undecided() => untouched = false,
                None | Some((Decision::Later, _)) => goes.push(whole),
                Some((Decision::Keep, _)) => {
                    kept.push(*span);
                    untouched = false;
                }
                Some((Decision::Remove, record)) => {
                    untouched &= record.edit.is_none();
                    self.remove(text, whole, record, &mut goes, kept);
                }
            }
        }
        for other in &self.others {
            untouched &= self.elsewhere(other, cleaner, text, &mut goes, kept);
        }
        if untouched {
            return Step { removals: base.removals, flags: base.flags, untouched };
        }
        goes.retain(|r| !r.span.is_empty() && !kept.iter().any(|k| k.overlaps(r.span)));
        goes.sort_by_key(|r| (r.span.start(), std::cmp::Reverse(r.span.end())));
        let mut end = 0;
        for removal in &mut goes {
            removal.span = visible(text, Span::covering(text, removal.span.start().max(end), removal.span.end().max(end)));
            end = end.max(removal.span.end());
        }
        goes.retain(|r| !r.span.is_empty());
        Step { removals: healed(text, goes), flags: base.flags, untouched }
    }

    /// A removal that was decided: with the ends that were given to it, and what lies outside of them kept.
    fn remove(&self, text: &str, whole: Removal, record: &Record, goes: &mut Vec<Removal>, kept: &mut Vec<Span>) {
        let Some(edit) = &record.edit else {
            goes.push(whole);
            return;
        };
        let old = whole.span;
        let Some(new) = moved(text, old, &edit.cut).map(|s| visible(text, s)).filter(|s| !s.is_empty()) else {
            kept.push(old);
            return;
        };
        for (from, to) in [(old.start(), new.start()), (new.end(), old.end())] {
            let rest = visible(text, Span::covering(text, from, to.max(from)));
            if !rest.is_empty() && rest.of(text).contains(char::is_alphanumeric) {
                kept.push(rest);
            }
        }
        let mut removal = Removal { span: new, ..whole };
        removal.evidence.push(format!("decision: ends moved in a review{}", on(record)));
        goes.push(removal);
    }

    /// What was decided about the findings of another level: kept texts stay, and what is less sure than this level asks
    /// for goes where that was decided. True where nothing of it matters.
    fn elsewhere(&self, other: &Cleaner, cleaner: &Cleaner, text: &str, goes: &mut Vec<Removal>, kept: &mut Vec<Span>) -> bool {
        let mut untouched = true;
        let found = other.undecided(text);
        let spans: Vec<Span> = found.removals.iter().map(|r| visible(text, r.span)).collect();
        for ((removal, span), (before, after)) in found.removals.iter().zip(&spans).zip(neighbours(text, &spans)) {
            if span.is_empty() {
                continue;
            }
            match self.decisions.judge(&removal.rule.id, span.of(text), (&before, &after)) {
                Some((Decision::Keep, _)) => {
                    kept.push(*span);
                    untouched = false;
                }
                Some((Decision::Remove, record)) if removal.confidence < cleaner.min_confidence() || record.edit.is_some() => {
                    let mut whole = Removal { span: *span, ..removal.clone() };
                    whole.evidence.push(format!("decision: removed in a review{}", on(record)));
                    self.remove(text, whole, record, goes, kept);
                    untouched = false;
                }
                _ => {}
            }
        }
        untouched
    }
}

fn on(record: &Record) -> String {
    if record.at.is_empty() { String::new() } else { format!(" on {}", record.at) }
}

struct Step {
    removals: Vec<Removal>,
    flags: Vec<Flag>,
    /// The decisions change nothing: the text that follows is settled.
    untouched: bool,
}

/// Where a span of the cleaned text is in the original, with what went from within it.
fn in_original(cleaned: &Cleaned<'_>, span: Span) -> Span {
    let place = |at: usize, end: bool| {
        let mut at = at;
        for removal in &cleaned.removals {
            let from = removal.span.start();
            if from > at || (end && from == at) {
                break;
            }
            at += removal.span.len();
        }
        at
    };
    Span::covering(cleaned.original, place(span.start(), false), place(span.end(), true))
}

/// What goes next to `lost`, with nothing but blanks and signs in between, and next to that.
fn beside(cleaned: &Cleaned<'_>, lost: &[Span]) -> Vec<Span> {
    let text = cleaned.original;
    let mut all: Vec<(Span, bool)> = cleaned.removals.iter().map(|r| (r.span, false)).chain(lost.iter().map(|s| (*s, true))).collect();
    all.sort();
    let close = |a: Span, b: Span| a.end() >= b.start() || !text[a.end()..b.start()].contains(char::is_alphanumeric);
    let clusters = all.chunk_by(|(a, _), (b, _)| close(*a, *b));
    clusters.filter(|cluster| cluster.iter().any(|(_, lost)| *lost)).flatten().map(|(span, _)| *span).collect()
}

/// Spans that stay, in the text without `removals`.
fn shift(next: &str, kept: &mut Vec<Span>, removals: &[Removal]) {
    kept.sort();
    kept.dedup();
    let mut gone = 0;
    let mut removals = removals.iter().peekable();
    for span in kept {
        while let Some(removal) = removals.next_if(|r| r.span.end() <= span.start()) {
            gone += removal.span.len();
        }
        *span = Span::covering(next, span.start() - gone, span.end() - gone);
    }
}
