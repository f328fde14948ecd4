//! Structure that speaks beside words: what stands between cuts at the end of a text, and what stands outside its prose.
//!
//! *Gap* closes short stretches between two cuts behind the last prose, as boilerpipe fuses neighbouring blocks.
//! *Outside* finds the region of a full page in which the prose lies, as the segment of the greatest sum when words of
//! prose count for it and short lines against it (after BTE: Finn, Kushmerick and Smyth 2001, with cuts as evidence).
//! Both are rules of the packs like others (`fill`), with their own confidence.

use crate::detect::Cut;
use crate::pack::{Fill, Rule, RuleSet};
use crate::text::{Document, Span};

/// Cost of a short line, in words: so much prose outweighs it.
const SHORT_LINE: i64 = 9;
/// Cost of a line that words have shown to be residue.
const CUT_LINE: i64 = 16;
/// Lines that may stand between the region and a heading that belongs to it.
const HEADING_REACH: usize = 3;

fn rules(set: &RuleSet, kind: Fill) -> impl Iterator<Item = (u32, &Rule)> {
    (0u32..).zip(&set.rules).filter(move |(_, r)| r.fill.as_ref().is_some_and(|f| f.kind == kind))
}

/// Lines of which cuts take every word.
fn taken(doc: &Document<'_>, cuts: &[Cut]) -> Vec<bool> {
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
    let mut n = 0;
    for (line, taken) in doc.lines.iter().zip(&mut taken) {
        while spans.get(n).is_some_and(|s| s.end() <= line.start) {
            n += 1;
        }
        let mut at = line.start;
        let mut any = false;
        for span in spans[n..].iter().take_while(|s| s.start() < line.end) {
            any = true;
            if span.start() > at && doc.raw[at..span.start()].contains(char::is_alphanumeric) {
                break;
            }
            at = at.max(span.end().min(line.end));
        }
        *taken = any && !doc.raw[at.min(line.end)..line.end].contains(char::is_alphanumeric);
    }
    taken
}

/// Short lines between two cut lines, behind the last line of prose that stays.
pub(super) fn gaps(set: &RuleSet, doc: &Document<'_>, cuts: &[Cut]) -> Vec<Cut> {
    let mut out = Vec::new();
    for (index, rule) in rules(set, Fill::Gap) {
        let Some(fill) = &rule.fill else { continue };
        let taken = taken(doc, cuts);
        let shapes = doc.shapes();
        let tail = (0..taken.len()).rev().find(|&n| shapes[n].prose && !taken[n]).map_or(0, |n| n + 1);
        let mut gap: Vec<usize> = Vec::new();
        let mut open = false;
        for n in tail..taken.len() {
            if shapes[n].blank {
                continue;
            }
            if taken[n] {
                if open
                    && !gap.is_empty()
                    && gap.len() <= fill.max_lines
                    && gap.iter().all(|&g| {
                        shapes[g].title(fill.max_words) && (!shapes[g].ends_sentence || shapes[g].call) && !doc.line(g).contains('@')
                    })
                {
                    let span = Span::covering(doc.raw, doc.lines[gap[0]].start, doc.lines[gap[gap.len() - 1]].end);
                    let evidence = vec![format!("gap: {} short lines between residue, behind the last prose", gap.len())];
                    out.push(Cut { span, rule: index, language: 0, confidence: rule.confidence, evidence });
                }
                open = true;
                gap.clear();
            } else {
                gap.push(n);
            }
        }
    }
    out
}

/// Everything before and behind the region of the prose, with headings above it kept.
pub(super) fn outside(set: &RuleSet, doc: &Document<'_>, cuts: &[Cut]) -> Vec<Cut> {
    let mut out = Vec::new();
    for (index, rule) in rules(set, Fill::Outside) {
        let Some((first, last)) = region(doc, &taken(doc, cuts)) else { continue };
        let mut take = |from: usize, to: usize, side: &str| {
            let lines: Vec<usize> = (from..to).filter(|&n| !doc.shapes()[n].blank).collect();
            if let (Some(&a), Some(&b)) = (lines.first(), lines.last()) {
                let span = Span::covering(doc.raw, doc.lines[a].start, doc.lines[b].end);
                let evidence = vec![format!("structure: {} lines {side} the region of the prose", lines.len())];
                out.push(Cut { span, rule: index, language: 0, confidence: rule.confidence, evidence });
            }
        };
        take(0, first, "before");
        take(last + 1, doc.lines.len(), "behind");
    }
    out
}

/// First and last line of the segment with the greatest sum.
fn region(doc: &Document<'_>, taken: &[bool]) -> Option<(usize, usize)> {
    let shapes = doc.shapes();
    let worth = |n: usize| -> i64 {
        let shape = &shapes[n];
        match shape {
            _ if shape.blank => 0,
            _ if taken[n] => -CUT_LINE,
            _ if shape.prose => i64::from(shape.words.min(120)),
            _ if shape.framed || shape.bullet => -SHORT_LINE / 3,
            _ => i64::from(shape.words / 2).min(SHORT_LINE) - SHORT_LINE,
        }
    };
    let (mut best, mut sum, mut start) = (None, 0i64, 0);
    let mut top = 0;
    for n in 0..shapes.len() {
        if sum <= 0 {
            sum = 0;
            start = n;
        }
        sum += worth(n);
        if sum > top {
            top = sum;
            best = Some((start, n));
        }
    }
    let (mut first, last) = best?;
    while first < last && !shapes[first].prose {
        first += 1;
    }
    // A heading right above belongs to the text.
    let mut seen = 0;
    for n in (0..first).rev() {
        if shapes[n].blank {
            continue;
        }
        seen += 1;
        if taken[n] || seen > HEADING_REACH || shapes[n].words < 3 {
            break;
        }
        if shapes[n].words >= 4 && (shapes[n].title(30) || shapes[n].heading > 0) {
            first = n;
            break;
        }
    }
    Some((first, last))
}
