//! Cuts closed over the decoration that only they gave a meaning: the rest of a Markdown link, emphasis marks, bullets
//! of a line that is gone.

use std::cmp::Ordering;

use crate::detect::Cut;
use crate::text::{Document, Span, is_wordy};

/// Closes each cut over its own link and emphasis, then over the decoration of lines of which nothing else is left.
pub(super) fn close(doc: &Document<'_>, cuts: &mut [Cut]) {
    for n in 0..cuts.len() {
        let floor = if n == 0 { 0 } else { cuts[n - 1].span.end() };
        let ceiling = cuts.get(n + 1).map_or(doc.raw.len(), |c| c.span.start());
        cuts[n].span = wrapped(doc.raw, cuts[n].span, floor, ceiling);
    }
    whole_lines(doc, cuts);
}

/// `[label](target)` whose label is cut goes as a whole; so do `**` and its kin around it.
fn wrapped(text: &str, span: Span, floor: usize, ceiling: usize) -> Span {
    let (mut start, mut end) = (span.start(), span.end());
    for _ in 0..3 {
        let before = &text[floor..start];
        let after = &text[end..ceiling];
        let inside = &text[start..end];
        let opened = inside.rfind('[').is_some_and(|o| !inside[o..].contains(']'));
        if after.starts_with("](")
            && (opened || before.ends_with('['))
            && let Some(close) = after.find([')', '\n'])
            && after[close..].starts_with(')')
        {
            end += close + 1;
            start -= usize::from(!opened);
            start -= usize::from(!opened && text[floor..start].ends_with('!'));
            continue;
        }
        // "(Required fields are marked *)": brackets that have nothing left to hold, or of which one half is cut.
        let bracket = [('(', ')'), ('（', '）'), ('【', '】')].into_iter().find_map(|(open, close)| {
            let (led, followed) = (before.ends_with(open), after.starts_with(close));
            if !led && !followed {
                return None;
            }
            let (opens, closes) = (inside.matches(open).count(), inside.matches(close).count());
            match opens.cmp(&closes) {
                Ordering::Less if led => Some((open.len_utf8(), 0)),
                Ordering::Equal if led && followed => Some((open.len_utf8(), close.len_utf8())),
                Ordering::Greater if followed => Some((0, close.len_utf8())),
                _ => None,
            }
        });
        if let Some((open, close)) = bracket {
            (start, end) = (start - open, end + close);
            continue;
        }
        let mark = ["**", "__", "*", "_", "`"].into_iter().find(|m| before.ends_with(*m) && after.starts_with(*m));
        let Some(mark) = mark else { break };
        start -= mark.len();
        end += mark.len();
    }
    Span::covering(text, start, end)
}

/// Where cuts leave nothing of a line but bullets, bars and link targets, these go with them.
fn whole_lines(doc: &Document<'_>, cuts: &mut [Cut]) {
    let mut from = 0;
    while from < cuts.len() {
        // Cuts that share a line with the one before them.
        let mut to = from + 1;
        while to < cuts.len() && doc.line_at(cuts[to].span.start()) == doc.line_at(cuts[to - 1].span.end().saturating_sub(1)) {
            to += 1;
        }
        let group = &mut cuts[from..to];
        from = to;
        let Some(last) = group.len().checked_sub(1) else { continue };
        let start = doc.lines[doc.line_at(group[0].span.start())].start();
        let end = doc.lines[doc.line_at(group[last].span.end().saturating_sub(1))].end();
        let gaps = std::iter::once((start, group[0].span.start()))
            .chain(group.windows(2).map(|w| (w[0].span.end(), w[1].span.start())))
            .chain([(group[last].span.end(), end)]);
        if !gaps.clone().all(|(a, b)| a >= b || idle(doc, a, b)) {
            continue;
        }
        let starts: Vec<usize> = group.iter().map(|c| c.span.start()).collect();
        for n in 0..=last {
            let first = if n == 0 { start.min(starts[0]) } else { starts[n] };
            let stop = starts.get(n + 1).copied().unwrap_or(end.max(group[last].span.end()));
            let part = &doc.raw[first..stop];
            group[n].span = Span::covering(doc.raw, first, first + part.trim_end().len());
        }
    }
}

/// No word of the folded text between the two places: link targets do not count, and neither do signs.
fn idle(doc: &Document<'_>, start: usize, end: usize) -> bool {
    if end - start > 4000 {
        return false;
    }
    let (a, b) = (doc.folded.fold_start(start), doc.folded.fold_start(end));
    let text = doc.folded.text.get(a..b.max(a)).unwrap_or("x");
    text.chars().all(|c| !is_wordy(c) && !matches!(c, '"' | '?' | '%' | '$' | '\''))
}
