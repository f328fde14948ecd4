//! What documents add up to. Tallies of workers are merged; the sum does not depend on the order.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Cleaned, Confidence, Flag};

/// Counters of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Documents seen.
    pub documents: usize,
    /// Documents with something removed.
    pub changed: usize,
    /// Removals.
    pub removals: usize,
    /// Bytes of all documents.
    pub bytes: usize,
    /// Bytes removed.
    pub removed: usize,
    /// By rule id.
    pub rules: BTreeMap<String, RuleTally>,
    /// Documents that would have lost most of their text.
    pub heavy: usize,
    /// Documents that lost more than half.
    pub halved: usize,
    /// Documents left alone because cleaning did not settle.
    pub unsettled: usize,
    /// Finds held back for their low confidence, when the caller looked for them.
    pub held_back: usize,
    /// The rules that made them.
    pub held_back_rules: BTreeSet<String>,
    /// Inputs that could not be read or written.
    pub errors: usize,
}

/// Counters of one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleTally {
    /// Documents it cut.
    pub documents: usize,
    /// Its removals.
    pub cuts: usize,
    /// Bytes it removed.
    pub bytes: usize,
    /// The highest confidence it had.
    pub confidence: Confidence,
}

impl Tally {
    /// Counts a document.
    pub fn add(&mut self, cleaned: &Cleaned<'_>) {
        let cuts = cleaned.removals().iter().map(|r| (r.rule().id.as_str(), r.span().len(), r.confidence()));
        self.count(cleaned.original().len(), cleaned.flags(), cuts);
    }

    /// Counts a document of `bytes` by its cuts: their rules, sizes and confidences.
    pub(crate) fn count<'r>(&mut self, bytes: usize, flags: &[Flag], cuts: impl Iterator<Item = (&'r str, usize, Confidence)>) {
        let mut removed = 0;
        let mut seen = BTreeSet::new();
        for (id, size, confidence) in cuts {
            removed += size;
            self.removals += 1;
            self.rule(id, &RuleTally { documents: usize::from(seen.insert(id)), cuts: 1, bytes: size, confidence });
        }
        self.documents += 1;
        self.changed += usize::from(!seen.is_empty());
        self.bytes += bytes;
        self.removed += removed;
        self.heavy += usize::from(flags.contains(&Flag::HeavyLoss));
        self.unsettled += usize::from(flags.contains(&Flag::Unsettled));
        self.halved += usize::from(removed * 2 > bytes);
    }

    /// Adds what another tally counted.
    pub fn merge(&mut self, other: &Tally) {
        self.documents += other.documents;
        self.changed += other.changed;
        self.removals += other.removals;
        self.bytes += other.bytes;
        self.removed += other.removed;
        self.heavy += other.heavy;
        self.halved += other.halved;
        self.unsettled += other.unsettled;
        self.held_back += other.held_back;
        self.held_back_rules.extend(other.held_back_rules.iter().cloned());
        self.errors += other.errors;
        for (id, rule) in &other.rules {
            self.rule(id, rule);
        }
    }

    /// Counts a find of `rule` that was not sure enough to go.
    pub fn hold_back(&mut self, rule: &str) {
        self.held_back += 1;
        if !self.held_back_rules.contains(rule) {
            self.held_back_rules.insert(rule.to_owned());
        }
    }

    fn rule(&mut self, id: &str, more: &RuleTally) {
        match self.rules.get_mut(id) {
            Some(rule) => {
                rule.documents += more.documents;
                rule.cuts += more.cuts;
                rule.bytes += more.bytes;
                rule.confidence = rule.confidence.max(more.confidence);
            }
            None => {
                self.rules.insert(id.to_owned(), more.clone());
            }
        }
    }
}
