//! Cleaned texts for tests, written with their cuts in them.

use std::borrow::Cow;
use std::sync::Arc;

use crate::apply::cut;
use crate::pack::{Confidence, RuleInfo, Scope};
use crate::{Cleaned, Removal, Span};

/// `text` with cuts written as `⟦rule/id high|reason|reason¦what goes⟧`.
pub(super) fn cleaned(text: &str) -> Cleaned<'static> {
    let mut original = String::new();
    let mut cuts = Vec::new();
    let mut rest = text;
    while let Some((kept, after)) = rest.split_once('⟦') {
        original.push_str(kept);
        let (head, after) = after.split_once('¦').expect("a cut has a head");
        let (gone, after) = after.split_once('⟧').expect("a cut has an end");
        let start = original.len();
        original.push_str(gone);
        cuts.push((start, original.len(), head));
        rest = after;
    }
    original.push_str(rest);
    let original: &'static str = Box::leak(original.into_boxed_str());
    let removals: Vec<Removal> = cuts.into_iter().map(|(start, end, head)| removal(original, start, end, head)).collect();
    from(original, removals)
}

/// A cleaned text of these removals.
pub(super) fn from(original: &'static str, removals: Vec<Removal>) -> Cleaned<'static> {
    let text = cut(original, removals.iter().map(|removal| removal.span));
    Cleaned { original, text: Cow::Owned(text), removals, flags: Vec::new() }
}

pub(super) fn removal(original: &str, start: usize, end: usize, head: &str) -> Removal {
    let mut parts = head.split('|');
    let (id, confidence) = parts.next().unwrap_or_default().split_once(' ').expect("a rule and a confidence");
    let confidence: Confidence = confidence.parse().expect("a confidence");
    Removal {
        span: Span::new(original, start, end).expect("a span of the text"),
        rule: Arc::new(rule(id, confidence)),
        language: "en".into(),
        confidence,
        evidence: parts.map(str::to_owned).collect(),
    }
}

fn rule(id: &str, confidence: Confidence) -> RuleInfo {
    RuleInfo {
        id: id.to_owned(),
        family: id.split('/').next().unwrap_or_default().to_owned(),
        summary: "What the rule takes, in a line".to_owned(),
        risk: (confidence != Confidence::High).then(|| "a line that only looks like it".to_owned()),
        docs: None,
        origin: Vec::new(),
        scope: Scope::Line,
        confidence,
        weight: 3,
        structural: false,
        sites: Vec::new(),
        preview: false,
        revision: "9c41e0aa".to_owned(),
        pack: "core".to_owned(),
        source: "rules/x.toml:1".to_owned(),
        languages: vec!["en".to_owned()],
        removes: Vec::new(),
        keeps: Vec::new(),
    }
}
