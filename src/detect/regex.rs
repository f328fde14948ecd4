//! Raw regexes: where they are tried, and what they find.

use std::collections::BTreeMap;

use super::scan::{Match, stand};
use crate::pack::{At, RuleSet};
use crate::text::{Document, Span};

/// Bytes on both sides of an anchor in which a regex is tried.
const WINDOW: usize = 512;

/// For each rule the places around its anchors.
#[derive(Default)]
pub(super) struct Windows(BTreeMap<u32, Vec<(usize, usize)>>);

impl Windows {
    /// The line of an anchor, with those below where the regex reaches down, at most so many bytes; windows of one rule that touch become one.
    pub fn add(&mut self, set: &RuleSet, doc: &Document<'_>, rule: u32, fold: (usize, usize)) {
        let down = set.rules[rule as usize].regex.as_ref().is_some_and(|r| r.reaches_down());
        let span = doc.raw_span(fold.0, fold.1);
        let line = &doc.lines[doc.line_at(span.start())];
        let start = doc.raw.ceil_char_boundary(line.start().max(span.start().saturating_sub(WINDOW)));
        let last = if down { doc.raw.len() } else { doc.lines[doc.line_at(span.end())].end() };
        let end = doc.raw.floor_char_boundary(last.min(span.end() + WINDOW)).max(start);
        let windows = self.0.entry(rule).or_default();
        match windows.last_mut() {
            Some(previous) if start <= previous.1 => previous.1 = previous.1.max(end),
            _ => windows.push((start, end)),
        }
    }

    /// What the regexes find there, and at the edges of the text those that are pinned to them.
    #[inline(never)] // a stage is counted by its name (benches/count.py)
    pub fn find(self, set: &RuleSet, doc: &Document<'_>, found: &mut Vec<Match>) {
        for (rule, windows) in self.0 {
            for (start, end) in windows {
                search(set, doc, rule, start, end, found);
            }
        }
        for &rule in &set.pinned {
            let (start, end) = match set.rules[rule as usize].at {
                At::TextStart => (0, doc.raw.floor_char_boundary(doc.raw.len().min(WINDOW))),
                _ => (doc.raw.ceil_char_boundary(doc.raw.len().saturating_sub(WINDOW)), doc.raw.len()),
            };
            search(set, doc, rule, start, end, found);
        }
    }
}

fn search(set: &RuleSet, doc: &Document<'_>, rule: u32, start: usize, end: usize, found: &mut Vec<Match>) {
    let Some(program) = set.rules[rule as usize].regex.as_ref().and_then(|r| r.get()) else { return };
    for hit in program.find_all(&doc.raw[start..end]) {
        let range = hit.cut.unwrap_or(hit.range);
        if range.is_empty() {
            continue;
        }
        let span = Span::covering(doc.raw, start + range.start, start + range.end);
        let fold = (doc.folded.fold_start(span.start()), doc.folded.fold_start(span.end()));
        let stand = stand(doc, span, fold.0, fold.1.max(fold.0));
        let words = crate::text::count_words(span.of(doc.raw)).min(99) as u16;
        found.push(Match::of_regex(rule, words, span, fold, stand));
    }
}
