//! Which groups are shown.

use crate::Confidence;
use crate::decide::{Decision, Group, normal};

/// What a group must be to be shown; empty shows all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// What was typed, word by word.
    words: Vec<Word>,
    /// What is searched for, in normalised form.
    search: String,
    /// The words as they were typed, to show them.
    pub typed: String,
    /// The search as it was typed.
    pub searched: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Word {
    Confidence(Confidence),
    Decided(Option<Decision>),
    Site(String),
    Rule(String),
}

impl Filter {
    /// Understands words: `low`, `medium`, `high`; `open`, `kept`, `removed`, `later`; `@part-of-a-site`; else a part of the
    /// name of a rule.
    pub fn set(&mut self, typed: &str) {
        self.typed = typed.trim().to_owned();
        self.words = typed
            .split_whitespace()
            .map(|word| match word {
                "low" => Word::Confidence(Confidence::Low),
                "medium" => Word::Confidence(Confidence::Medium),
                "high" => Word::Confidence(Confidence::High),
                "open" => Word::Decided(None),
                "kept" | "keep" => Word::Decided(Some(Decision::Keep)),
                "removed" | "remove" => Word::Decided(Some(Decision::Remove)),
                "later" => Word::Decided(Some(Decision::Later)),
                _ => match word.strip_prefix('@') {
                    Some(site) => Word::Site(site.to_lowercase()),
                    None => Word::Rule(word.to_lowercase()),
                },
            })
            .collect();
    }

    /// Texts with these words, as they stand one after the other.
    pub fn search(&mut self, typed: &str) {
        self.searched = typed.trim().to_owned();
        self.search = if self.searched.is_empty() { String::new() } else { normal(typed) };
    }

    /// True where everything is shown.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.search.is_empty()
    }

    /// True where a group is shown. Of several confidences, or several answers, one is enough.
    pub fn shows(&self, group: &Group, decision: Option<Decision>) -> bool {
        let mut sure = None;
        let mut decided = None;
        for word in &self.words {
            match word {
                Word::Confidence(wanted) => sure = Some(sure.unwrap_or(false) || *wanted == group.confidence),
                Word::Decided(wanted) => decided = Some(decided.unwrap_or(false) || *wanted == decision),
                Word::Site(part) if !group.sites.iter().any(|site| site.to_lowercase().contains(part)) => return false,
                Word::Rule(part) if !group.rule.id.contains(part) => return false,
                _ => {}
            }
        }
        let found = || {
            group.normal.contains(&self.search)
                || group.examples.iter().any(|e| e.doc.to_lowercase().contains(&self.searched.to_lowercase()))
        };
        sure.unwrap_or(true) && decided.unwrap_or(true) && (self.search.is_empty() || found())
    }
}
