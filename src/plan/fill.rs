//! Structure that speaks beside words: what stands between cuts at the end of a text, and what stands outside its prose.
//!
//! *Gap* closes short stretches between two cuts behind the last prose, as boilerpipe fuses neighbouring blocks.
//! *Outside* takes what lies before and behind the text of a full page (`region`). Both are rules of the packs like others (`fill`), with their own confidence.

use super::region;
use crate::detect::Cut;
use crate::pack::{Fill, Rule, RuleSet};
use crate::text::{Document, Span, is_wordy};

fn rules(set: &RuleSet, kind: Fill) -> impl Iterator<Item = (u32, &Rule)> {
    (0u32..).zip(&set.rules).filter(move |(_, r)| r.fill.as_ref().is_some_and(|f| f.kind == kind))
}

/// Lines of which cuts take every word.
pub(super) fn taken(doc: &Document<'_>, cuts: &[Cut]) -> Vec<bool> {
    let mut sorted: Vec<Span> = cuts.iter().map(|c| c.span).collect();
    sorted.sort();
    // Cuts that overlap count once, so that no line looks at more of them than begin in it.
    let mut spans: Vec<Span> = Vec::with_capacity(sorted.len());
    for span in sorted {
        match spans.last_mut() {
            Some(last) if last.overlaps(span) => *last = Span::covering(doc.raw, last.start(), last.end().max(span.end())),
            _ => spans.push(span),
        }
    }
    let mut taken = vec![false; doc.lines.len()];
    let (mut n, mut number) = (0, 0);
    while let Some(span) = spans.get(n) {
        number = doc.line_at(span.start()).max(number);
        let Some(line) = doc.lines.get(number) else { break };
        if span.end() <= line.start() {
            n += 1;
            continue;
        }
        let mut at = line.start();
        let mut any = false;
        for span in spans[n..].iter().take_while(|s| s.start() < line.end()) {
            any = true;
            if span.start() > at && doc.raw[at..span.start()].contains(is_wordy) {
                break;
            }
            at = at.max(span.end().min(line.end()));
        }
        taken[number] = any && !doc.raw[at.min(line.end())..line.end()].contains(is_wordy);
        number += 1;
    }
    taken
}

/// Short lines between two cut lines, behind the last line of prose that stays.
pub(super) fn gaps(set: &RuleSet, doc: &Document<'_>, cuts: &[Cut]) -> Vec<Cut> {
    let mut out = Vec::new();
    for (index, rule) in rules(set, Fill::Gap) {
        let Some(fill) = &rule.fill else { continue };
        let taken = taken(doc, cuts);
        let tail = (0..taken.len()).rev().find(|&n| !taken[n] && doc.is_prose(n)).map_or(0, |n| n + 1);
        let mut gap: Vec<usize> = Vec::new();
        let edges = edges(set, doc, cuts);
        let (mut open, mut above) = (false, 0);
        for (n, &gone) in taken.iter().enumerate().skip(tail) {
            if doc.shape(n).blank {
                continue;
            }
            if gone {
                if open
                    && !gap.is_empty()
                    && !repeated(&edges, above, n)
                    && gap.len() <= fill.max_lines
                    && gap.iter().all(|&g| {
                        doc.shape(g).title(fill.max_words)
                            && (!doc.shape(g).ends_sentence || doc.shape(g).call)
                            && !doc.line(g).contains('@')
                    })
                {
                    let span = Span::covering(doc.raw, doc.lines[gap[0]].start(), doc.lines[gap[gap.len() - 1]].end());
                    let evidence = vec![format!("gap: {} short lines between residue, behind the last prose", gap.len())];
                    out.push(Cut { span, rule: index, language: 0, confidence: rule.confidence, evidence });
                }
                (open, above) = (true, n);
                gap.clear();
            } else {
                gap.push(n);
            }
        }
    }
    out
}

/// The rules of cuts that may mark the entries of a list, by the lines in which they end and begin.
fn edges(set: &RuleSet, doc: &Document<'_>, cuts: &[Cut]) -> [Vec<(usize, u32)>; 2] {
    // The words of a menu stand on both sides of what is a part of it.
    let strong = |c: &&Cut| set.rules[c.rule as usize].series || set.rules[c.rule as usize].weight >= 3;
    let lines = |line: &dyn Fn(Span) -> usize| {
        let mut lines: Vec<(usize, u32)> = cuts.iter().filter(strong).map(|c| (line(c.span), c.rule)).collect();
        lines.sort_unstable();
        lines
    };
    [lines(&|span| doc.last_line_of(span)), lines(&|span| doc.line_at(span.start()))]
}

/// True where the same rule takes what stands above and below a gap: dates between the titles of a list that an author made.
fn repeated([ends, begins]: &[Vec<(usize, u32)>; 2], above: usize, below: usize) -> bool {
    let at = |lines: &[(usize, u32)], line: usize| lines.partition_point(|l| l.0 < line);
    let of = |lines: &'_ [(usize, u32)], line: usize| lines[at(lines, line)..at(lines, line + 1)].iter().map(|l| l.1).collect::<Vec<_>>();
    let below = of(begins, below);
    of(ends, above).iter().any(|rule| below.contains(rule))
}

/// Everything before and behind the region of the text.
pub(super) fn outside(set: &RuleSet, doc: &Document<'_>, cuts: &[Cut]) -> Vec<Cut> {
    let mut out = Vec::new();
    for (index, rule) in rules(set, Fill::Outside) {
        let Some(fill) = &rule.fill else { continue };
        let taken = taken(doc, cuts);
        let Some(found) = region::find(doc, &taken, fill) else { continue };
        let mut take = |from: usize, to: usize, side: &str| {
            let lines: Vec<usize> = (from..to).filter(|&n| !doc.shape(n).blank).collect();
            let known = lines.iter().filter(|&&n| taken[n]).count();
            if known == 0 && lines.len() < fill.alone {
                return;
            }
            if let (Some(&a), Some(&b)) = (lines.first(), lines.last()) {
                let span = Span::covering(doc.raw, doc.lines[a].start(), doc.lines[b].end());
                let evidence = vec![
                    format!("structure: {} lines {side} the text, {known} of them known residue", lines.len()),
                    found.evidence.clone(),
                ];
                out.push(Cut { span, rule: index, language: 0, confidence: rule.confidence, evidence });
            }
        };
        take(0, found.first, "before");
        take(found.last + 1, doc.lines.len(), "behind");
    }
    out
}
