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
    pub fn clean<'t>(&self, cleaner: &Cleaner, text: &'t str) -> Cleaned<'t> {
        let mut cleaned = Cleaned { original: text, text: Cow::Borrowed(text), removals: Vec::new(), flags: Vec::new() };
        // What stays by decision, in the text as it is now.
        let mut kept: Vec<Span> = Vec::new();
        for _ in 0..MAX_PASSES {
            let step = self.step(cleaner, &cleaned.text, &mut kept);
            for flag in step.flags {
                if !cleaned.flags.contains(&flag) {
                    cleaned.flags.push(flag);
                }
            }
            if step.removals.is_empty() {
                return cleaned;
            }
            let next = cut(&cleaned.text, step.removals.iter().map(Removal::span));
            shift(&next, &mut kept, &step.removals);
            cleaned.removals = merge(text, cleaned.removals, step.removals);
            cleaned.text = Cow::Owned(next);
            if step.untouched {
                return cleaned;
            }
        }
        Cleaned { original: text, text: Cow::Borrowed(text), removals: Vec::new(), flags: vec![Flag::Unsettled] }
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
