//! Rows of a text with its cuts, for views that are drawn otherwise than by [`super::render`].

use std::ops::Range;

use super::fold::{Item, Room, changed_line, context_line, items};
use super::style::Ink;
use super::view::{Mark, View};
use super::width::{Seg, wrap};
use crate::{Confidence, Span};

/// How a piece of a row looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Text that stays.
    Text,
    /// An untouched line.
    Context,
    /// Text that goes.
    Cut,
    /// Text that goes by another cut.
    Other,
    /// Signs for what is folded, and marks around cuts.
    Sign,
}

/// A row: the number of its line, where it begins one, and its pieces, safe to show.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TextRow {
    pub number: Option<usize>,
    pub pieces: Vec<(String, Look)>,
}

/// `text` with `cuts` (sorted, disjoint; `true`: another cut than the one that matters) in rows of `columns`; its first line
/// has the number `first`. Long cuts are shown whole where `all` says so, and between marks where `marks` does.
pub(crate) fn rows(text: &str, cuts: &[(Range<usize>, bool)], first: usize, columns: usize, all: bool, marks: bool) -> Vec<TextRow> {
    let mark = |(cut, other): &(Range<usize>, bool)| Mark {
        span: Span::covering(text, cut.start, cut.end),
        rule: "",
        confidence: Confidence::High,
        evidence: &[],
        // Told apart by its ink.
        back: *other,
    };
    let view = View { text, marks: cuts.iter().map(mark).collect(), compared: false };
    let room = Room { columns, all, marks };
    let mut out = Vec::new();
    let mut add = |number: Option<usize>, segs: &[Seg]| {
        for (n, row) in wrap(segs, columns).into_iter().enumerate() {
            let pieces = row.into_iter().map(|seg| (seg.text, look(seg.ink))).collect();
            out.push(TextRow { number: number.filter(|_| n == 0).map(|number| number + first - 1), pieces });
        }
    };
    if cuts.is_empty() {
        for (n, line) in text.lines().enumerate() {
            add(Some(n + 1), &context_line(line, room));
        }
        return out;
    }
    for item in items(&view, usize::MAX, all) {
        match item {
            Item::Context { number, text } => add(Some(number), &context_line(text, room)),
            Item::Changed { number, parts } => add(Some(number), &changed_line(&parts, room)),
            Item::Gap(lines) | Item::More(lines) => add(None, &[Seg::new(format!("⋮ {lines} more lines"), Ink::Fold)]),
        }
    }
    out
}

fn look(ink: Ink) -> Look {
    match ink {
        Ink::Context => Look::Context,
        Ink::Cut | Ink::CutNext => Look::Cut,
        Ink::Back => Look::Other,
        Ink::Mark | Ink::Fold | Ink::CutFold => Look::Sign,
        _ => Look::Text,
    }
}
