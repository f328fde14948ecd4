//! Stand-in until the engine is merged.
#![allow(missing_docs, dead_code)]
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::apply::{Cleaned, Removal};
use crate::pack::{Confidence, RuleInfo, Scope};
use crate::text::Span;

pub struct Cleaner {
    rules: Vec<Arc<RuleInfo>>,
}

#[derive(Default)]
pub struct CleanerBuilder {
    select: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Refusal {
    pub span: Span,
    pub rule: Arc<RuleInfo>,
    pub language: Arc<str>,
    pub constraint: String,
    pub detail: String,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PackError(String);

pub struct Packs;
impl Packs {
    pub fn builtin() -> Packs {
        Packs
    }
    pub fn load(_: &Path) -> Result<Packs, PackError> {
        Ok(Packs)
    }
}

impl Cleaner {
    pub fn builtin() -> Cleaner {
        Cleaner::builder().build().unwrap()
    }
    pub fn builder() -> CleanerBuilder {
        CleanerBuilder::default()
    }
    pub fn clean<'t>(&self, text: &'t str) -> Cleaned<'t> {
        let mut removals = vec![];
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if line.contains("Leave a Reply") || line.contains("Click to share") {
                removals.push(Removal {
                    span: Span::covering(text, at, at + line.len()),
                    rule: self.rules[0].clone(),
                    language: "en".into(),
                    confidence: Confidence::High,
                    evidence: vec!["Leave a Reply".into()],
                });
            }
            at += line.len();
        }
        let kept = crate::apply::cut(text, removals.iter().map(|r| r.span));
        Cleaned { original: text, text: Cow::Owned(kept), removals, flags: vec![] }
    }
    pub fn explain<'t>(&self, text: &'t str) -> (Cleaned<'t>, Vec<Refusal>) {
        (self.clean(text), vec![])
    }
    pub fn rules(&self) -> &[Arc<RuleInfo>] {
        &self.rules
    }
}

impl CleanerBuilder {
    pub fn packs(self, _: Packs) -> Self {
        self
    }
    pub fn add_pack_file(self, _: impl Into<PathBuf>) -> Self {
        self
    }
    pub fn select(mut self, s: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.select = s.into_iter().map(Into::into).collect();
        self
    }
    pub fn extend_select(self, _: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self
    }
    pub fn ignore(self, _: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self
    }
    pub fn languages(self, _: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self
    }
    pub fn min_confidence(self, _: Confidence) -> Self {
        self
    }
    pub fn preview(self, _: bool) -> Self {
        self
    }
    pub fn keep(self, _: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self
    }
    pub fn build(self) -> Result<Cleaner, PackError> {
        let rule = RuleInfo {
            id: "comments/reply-form".into(),
            family: "comments".into(),
            summary: "The reply form under an article".into(),
            risk: None,
            origin: vec!["WordPress".into()],
            scope: Scope::Tail,
            confidence: Confidence::High,
            weight: 3,
            preview: false,
            revision: "00000000".into(),
            pack: "core".into(),
            source: "patterns/rules/comments.toml:1".into(),
            languages: vec!["en".into()],
            removes: vec![],
            keeps: vec![],
        };
        Ok(Cleaner { rules: vec![Arc::new(rule)] })
    }
}

pub mod trial {
    use super::Packs;
    use std::fmt;
    pub fn run(_: &Packs) -> Report {
        Report { passed: 0, problems: vec![] }
    }
    pub struct Report {
        pub passed: usize,
        pub problems: Vec<Problem>,
    }
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Kind {
        Missing,
        Noisy,
        Wrong,
        Unpinned,
        Unsettled,
        Lint,
    }
    impl fmt::Display for Kind {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.pad(match self {
                Kind::Missing => "missing",
                Kind::Noisy => "noisy",
                Kind::Wrong => "wrong",
                Kind::Unpinned => "unpinned",
                Kind::Unsettled => "unsettled",
                Kind::Lint => "lint",
            })
        }
    }
    pub struct Problem {
        pub kind: Kind,
        pub rule: String,
        pub example: String,
        pub source: String,
        pub detail: String,
    }
}
