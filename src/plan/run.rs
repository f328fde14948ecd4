//! Runs: weak signs that stand beside one another and hold each other up.
//!
//! A relative of jusText's context-sensitive pass and boilerpipe's block fusion, on signs instead of densities: a
//! doubtful piece is judged by its neighbours, and only by those that touch it.

use std::cmp::Reverse;

use crate::detect::{Cut, Refusal, Sign, Stand, in_head, in_tail, thin, told};
use crate::pack::{Confidence, RuleSet};
use crate::text::boundary::{sentence_end, sentence_start};
use crate::text::{Document, Span, count_words, is_wide};

/// Weights of different rules that hold a run together at the edges of a text, and anywhere.
const EDGE_WEIGHT: u32 = 3;
const BODY_WEIGHT: u32 = 5;

/// The cuts that runs make out of signs that could not cut alone.
pub(super) fn cuts(set: &RuleSet, doc: &Document<'_>, mut signs: Vec<Sign>, mut trace: Option<&mut Vec<Refusal>>) -> Vec<Cut> {
    let mut out = Vec::new();
    outside(doc, &mut signs);
    let signs = disjoint(signs);
    let mut from = 0;
    while from < signs.len() {
        let mut to = from + 1;
        while to < signs.len() && beside(doc, signs[to - 1].span.end(), signs[to].span.start()) {
            to += 1;
        }
        let members = &signs[from..to];
        from = to;
        // Heavy signs have cut what they cut, and one that is not alone on its line cuts nothing.
        let lone = trace.is_none() && matches!(members, [one] if one.stand != Stand::Whole);
        if lone || members.iter().all(|s| s.weight >= 3) || trace.is_none() && too_light(set, members) {
            continue;
        }
        if let Err(why) = run(set, doc, members, trace.is_some(), &mut out)
            && let Some(trace) = trace.as_deref_mut()
        {
            let why = why.told();
            trace.extend(members.iter().filter(|s| s.weight < 3).map(|sign| Refusal {
                span: sign.phrase,
                rule: set.rules[sign.rule as usize].info.clone(),
                language: set.languages[sign.language as usize].clone(),
                constraint: "run".to_owned(),
                detail: why.clone(),
            }));
        }
    }
    out
}

/// True where signs cannot weigh enough, wherever they stand. Most are words that stand alone.
fn too_light(set: &RuleSet, signs: &[Sign]) -> bool {
    let weight: u32 = signs.iter().map(|s| u32::from(s.weight.max(s.full))).sum();
    weight < EDGE_WEIGHT && signs.iter().all(|s| set.rules[s.rule as usize].tally.is_none())
}

/// True where nothing but blanks and decoration stands between two signs. Most often a word does, and it shows at once.
fn beside(doc: &Document<'_>, start: usize, end: usize) -> bool {
    let gap = doc.raw.get(start..end).unwrap_or("");
    !gap.trim_start_matches(' ').starts_with(|c: char| c.is_ascii_alphabetic()) && thin(doc, start, end)
}

/// What a run lacks.
enum Lack {
    /// A sign of weight 3 on a line that goes on.
    Heavy,
    /// The same, in a run that does not fill its lines.
    Held,
    /// Weight: what it has, what is wanted, at an edge of the text or not.
    Weight(u32, u32, bool),
    /// An author announces it.
    Announced,
}

impl Lack {
    fn told(&self) -> String {
        match self {
            Lack::Heavy => "its line goes on, and nothing of weight 3 stands beside it".to_owned(),
            Lack::Held => "inside a line, only a sign of weight 3 holds a run together".to_owned(),
            Lack::Weight(weight, wanted, edge) => {
                format!("the run weighs {weight}, {wanted} are wanted {}", if *edge { "here" } else { "between lines of prose" })
            }
            Lack::Announced => "the line above ends with a colon and announces it".to_owned(),
        }
    }
}

/// Of overlapping signs those that together leave the least of the text unexplained; a heavy one weighs more than any others.
fn disjoint(signs: Vec<Sign>) -> Vec<Sign> {
    let mut kept = Vec::with_capacity(signs.len());
    let mut from = 0;
    while let Some(first) = signs.get(from) {
        // Signs that overlap, and those that overlap them.
        let (mut to, mut end, mut alike) = (from + 1, first.span.end(), true);
        while let Some(next) = signs.get(to).filter(|next| next.span.start() < end) {
            alike &= next.span == first.span;
            end = end.max(next.span.end());
            to += 1;
        }
        let group = &signs[from..to];
        from = to;
        match alike {
            // Of several at one place the heaviest, the last of those.
            true => kept.extend(group.iter().max_by_key(|s| s.weight).cloned()),
            false => choose(group, &mut kept),
        }
    }
    kept
}

/// The same for signs that overlap one another.
fn choose(signs: &[Sign], kept: &mut Vec<Sign>) {
    let mut order: Vec<&Sign> = signs.iter().collect();
    order.sort_by_key(|s| (s.span.end(), s.span.start(), s.weight));
    // For each sign, in the order of their ends: the best that can be had up to it (bytes of heavy signs, bytes, few signs), and
    // what comes before it where it takes part in that.
    let mut best: Vec<(usize, usize, Reverse<usize>)> = Vec::with_capacity(order.len() + 1);
    best.push((0, 0, Reverse(0)));
    let mut taken: Vec<Option<usize>> = Vec::with_capacity(order.len());
    for (n, sign) in order.iter().enumerate() {
        let before = order[..n].partition_point(|s| s.span.end() <= sign.span.start());
        let heavy = usize::from(sign.weight >= 3) * sign.span.len();
        let (weighty, bytes, Reverse(count)) = best[before];
        let with = (weighty + heavy, bytes + sign.span.len(), Reverse(count + 1));
        let better = with >= best[n];
        taken.push(better.then_some(before));
        best.push(if better { with } else { best[n] });
    }
    let first = kept.len();
    let mut n = order.len();
    while n > 0 {
        n = match taken[n - 1] {
            Some(before) => {
                kept.push(order[n - 1].clone());
                before
            }
            None => n - 1,
        };
    }
    kept[first..].reverse();
}

/// Weak signs without the heavy ones that end them: of “© 2024 The Valley Post. All rights reserved.” the second half
/// is cut alone, and the first is a sign beside it.
fn outside(doc: &Document<'_>, signs: &mut [Sign]) {
    let mut rest = signs;
    while let Some((sign, behind)) = rest.split_first_mut() {
        rest = behind;
        if sign.weight >= 3 {
            continue;
        }
        let (start, end) = (sign.span.start(), sign.span.end());
        let inside = rest.iter().take_while(|s| s.span.start() < end);
        for heavy in inside.filter(|s| s.weight >= 3) {
            if heavy.span.start() > start && heavy.span.end() == end {
                sign.span = Span::covering(doc.raw, start, heavy.span.start());
                sign.stand = if sign.stand == Stand::Whole { Stand::Start } else { Stand::Inner };
            }
        }
    }
}

/// The signs of a run that may be cut with it, line by line: on a line that the run does not fill, only those beside a
/// sign of weight 3, and none that hangs inside a sentence.
fn members(doc: &Document<'_>, signs: &[Sign]) -> Vec<Sign> {
    let mut kept: Vec<Sign> = Vec::with_capacity(signs.len());
    let line = |s: &Sign| doc.line_at(s.span.start());
    let mut from = 0;
    while from < signs.len() {
        let mut to = from + 1;
        while to < signs.len() && line(&signs[to]) == line(&signs[from]) {
            to += 1;
        }
        let mut group = &signs[from..to];
        from = to;
        if heading(doc, group) {
            continue;
        }
        let opens = group.first().is_some_and(|s| matches!(s.stand, Stand::Whole | Stand::Start));
        let closes = group.last().is_some_and(|s| matches!(s.stand, Stand::Whole | Stand::End));
        if !(opens && closes) {
            while let [first, rest @ ..] = group {
                if first.weight >= 3 || opens || sentence_start(doc.raw, first.span.start()) {
                    break;
                }
                group = rest;
            }
            while let [rest @ .., last] = group {
                if last.weight >= 3 || closes || sentence_end(doc.raw, last.span.end()) {
                    break;
                }
                group = rest;
            }
            if !group.iter().any(|s| s.weight >= 3) {
                continue;
            }
        }
        kept.extend_from_slice(group);
    }
    kept
}

/// Two or three single words with nothing but blanks between them: words of a heading ("Social Security") rather than a row.
fn heading(doc: &Document<'_>, group: &[Sign]) -> bool {
    // In scripts without blanks, a phrase of several words has none either.
    let word = |text: &str| !text.contains(char::is_whitespace) && (!text.contains(is_wide) || count_words(text) < 3);
    let single = |s: &Sign| s.weight < 3 && word(s.span.of(doc.raw).trim());
    let blank = |pair: &[Sign]| matches!(doc.raw.get(pair[0].span.end()..pair[1].span.start()), Some(" "));
    // Names of networks are words of no language, and no heading.
    let named = group.iter().all(|s| s.language == 0);
    (2..=3).contains(&group.len()) && !named && group.iter().all(single) && group.windows(2).all(blank)
}

/// True where the line above a run ends with a colon: what follows is what it announces.
fn announced(doc: &Document<'_>, first: &Sign) -> bool {
    let line = doc.line_at(first.span.start());
    let above = (0..line).rev().take(4).map(|n| doc.shape(n)).find(|s| !s.blank);
    above.is_some_and(|s| s.opens && s.words >= 4)
}

/// How many different phrases of a rule stand in a run.
fn different(doc: &Document<'_>, signs: &[Sign], rule: u32) -> usize {
    let mut seen: Vec<String> = signs.iter().filter(|s| s.rule == rule).map(|s| s.phrase.of(doc.raw).to_lowercase()).collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len()
}

/// Cuts the members of a run, or tells what it lacks.
fn run(set: &RuleSet, doc: &Document<'_>, signs: &[Sign], traced: bool, out: &mut Vec<Cut>) -> Result<(), Lack> {
    let signs = &members(doc, signs)[..];
    let (Some(first), Some(last)) = (signs.first(), signs.last()) else {
        return Err(Lack::Heavy);
    };
    if signs.iter().all(|s| s.weight >= 3) {
        return Ok(());
    }
    let whole = Span::covering(doc.raw, first.span.start(), last.span.end());
    // A run that fills its lines is read as lines, however its members are glued together.
    let filled = matches!(first.stand, Stand::Whole | Stand::Start) && matches!(last.stand, Stand::Whole | Stand::End);
    let weight_of = |s: &Sign| if filled { s.full } else { s.weight };
    // Many words of one rule are still one rule: between lines of prose they do not hold a run alone.
    let anchored = signs.iter().any(|s| weight_of(s) >= 3);
    if !anchored && !filled {
        return Err(Lack::Held);
    }
    // Rules of which so many different phrases stand here that they speak as one strong sign.
    let mut full: Vec<u32> = signs.iter().map(|s| s.rule).filter(|&r| filled && set.rules[r as usize].tally.is_some()).collect();
    full.sort_unstable();
    full.dedup();
    full.retain(|&rule| set.rules[rule as usize].tally.is_some_and(|wanted| different(doc, signs, rule) >= usize::from(wanted)));
    let mut rules: Vec<(u32, u8)> = signs.iter().map(|s| (s.rule, if full.contains(&s.rule) { 3 } else { weight_of(s) })).collect();
    rules.sort_unstable_by_key(|&(rule, weight)| (rule, Reverse(weight)));
    rules.dedup_by_key(|&mut (rule, _)| rule);
    let weight: u32 = rules.iter().map(|&(_, w)| u32::from(w)).sum();
    // What weighs enough for any place need not be asked for its own.
    if !anchored && weight < BODY_WEIGHT {
        let edge = weight >= EDGE_WEIGHT || traced;
        let edge = edge && (in_head(doc, whole) || in_tail(doc, whole));
        let wanted = if edge { EDGE_WEIGHT } else { BODY_WEIGHT };
        if weight < wanted {
            return Err(Lack::Weight(weight, wanted, edge));
        }
    }
    // One strong sign may be a mistake in a list that an author announces; a run needs two of them.
    let strong = rules.iter().filter(|&&(_, w)| w >= 3).count();
    if strong < 2 && announced(doc, first) {
        return Err(Lack::Announced);
    }
    let names: Vec<&str> = rules.iter().map(|&(rule, _)| set.rules[rule as usize].info.id.as_str()).collect();
    let evidence_of_run = format!("run: {} signs of {} rules ({})", signs.len(), rules.len(), names.join(", "));
    for (n, sign) in signs.iter().enumerate() {
        if sign.weight >= 3 {
            continue;
        }
        let rule = &set.rules[sign.rule as usize];
        // Whole lines go as lines; inside a line, the gap to the next member goes too.
        let span = match sign.stand {
            Stand::Whole => lines(doc, sign.span),
            _ => {
                let end = signs.get(n + 1).map_or(sign.span.end(), |next| next.span.start().max(sign.span.end()));
                let end = if doc.raw[sign.span.end()..end].contains('\n') { sign.span.end() } else { end };
                Span::covering(doc.raw, sign.span.start(), end)
            }
        };
        let evidence = vec![told("phrase: ", sign.phrase.of(doc.raw)), evidence_of_run.clone()];
        out.push(Cut { span, rule: sign.rule, language: sign.language, confidence: rule.confidence.min(Confidence::Medium), evidence });
    }
    Ok(())
}

fn lines(doc: &Document<'_>, span: Span) -> Span {
    let first = doc.line_at(span.start());
    let last = doc.last_line_of(span);
    Span::covering(doc.raw, doc.lines[first].start(), doc.lines[last].end())
}
