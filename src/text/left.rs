//! What a text leaves to the pass behind it: its folded twin, and what was read of lines that stand still.

use std::cell::Cell;

use super::folded::Folded;
use super::line::{Line, Packed};
use super::refold::refold;
use super::span::Span;
use super::standing::{Read, Stretch};
use super::{Document, fold};

/// A document without its text.
pub(crate) struct Left {
    folded: Folded,
    lines: Vec<Line>,
    stretches: Vec<Stretch>,
    /// Shapes of lines, where no code stands between fences: these have a say in the shapes between them.
    shapes: Option<Vec<Cell<Packed>>>,
    filled: Option<Vec<u32>>,
}

impl<'t> Document<'t> {
    /// The lines that stand still when these parts of the text, sorted and disjoint, are taken.
    pub fn stretches(&self, removed: &[Span]) -> Vec<Stretch> {
        Read { raw: self.raw, folded: &self.folded, lines: &self.lines }.stretches(removed)
    }

    /// What is known of the text when all but these lines may have changed.
    pub fn leave(mut self, stretches: Vec<Stretch>) -> Left {
        let fenced = self.fences.get().is_none_or(|fences| !fences.is_empty());
        let shapes = self.shapes.take().filter(|_| !fenced);
        Left { folded: self.folded, lines: self.lines, stretches, shapes, filled: self.filled.take() }
    }

    /// The document of what is left, with the lines that stand still; none where it had to be read anew.
    pub fn again(raw: &'t str, left: Left) -> (Document<'t>, Option<Vec<Stretch>>) {
        let Left { folded, lines, mut stretches, shapes, filled } = left;
        let Some((folded, lines)) = refold(raw, folded, lines, &mut stretches) else { return (Document::new(raw), None) };
        let mut doc = Document::of(raw, folded, lines);
        if let Some(filled) = filled {
            doc.filled = doc.carried_sums(filled, &stretches).into();
        }
        if let Some(shapes) = shapes.filter(|_| doc.fences().is_empty()) {
            doc.shapes = carried_shapes(shapes, doc.lines.len(), &stretches).into();
        }
        (doc, Some(stretches))
    }

    /// A text folded from its first byte on.
    pub fn new(raw: &'t str) -> Document<'t> {
        let (folded, lines) = fold::fold(raw);
        Document::of(raw, folded, lines)
    }

    /// How many lines before each are not blank, from what was known of the text before. In place, as all that is carried.
    fn carried_sums(&self, mut filled: Vec<u32>, stretches: &[Stretch]) -> Vec<u32> {
        // Sums before the lines that stand still: they may be written over by what comes before.
        let sums: Vec<u32> = stretches.iter().map(|stretch| filled[stretch.lines.start]).collect();
        let mut count = 0;
        let anew = |filled: &mut Vec<u32>, count: usize, to: usize| {
            for n in count..to {
                filled[n + 1] = filled[n] + self.is_filled(n);
            }
        };
        for (stretch, before) in stretches.iter().zip(sums) {
            let now = stretch.now();
            anew(&mut filled, count, now.start);
            let by = before - filled[now.start];
            for n in now.clone() {
                filled[n + 1] = filled[n + 1 + stretch.lines_by] - by;
            }
            count = now.end;
        }
        anew(&mut filled, count, self.lines.len());
        filled.truncate(self.lines.len() + 1);
        filled
    }
}

/// The shapes of lines that stand still with the lines beside them.
fn carried_shapes(mut shapes: Vec<Cell<Packed>>, lines: usize, stretches: &[Stretch]) -> Vec<Cell<Packed>> {
    let mut count = 0;
    for stretch in stretches {
        let now = stretch.now();
        // A line between blank ones may be indented by the markup of its page.
        let inner = now.start + 1..(now.end - 1).max(now.start + 1);
        shapes[count..inner.start].fill(Cell::default());
        for n in inner.clone() {
            shapes[n] = std::mem::take(&mut shapes[n + stretch.lines_by]);
        }
        count = inner.end;
    }
    shapes.truncate(lines);
    shapes[count..].fill(Cell::default());
    shapes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LINES: &[&str] = &[
        "",
        "",
        " ",
        "   \t",
        "    x = 1",
        "Next",
        "The loaf keeps for three days.",
        "- a",
        "\u{200B}",
        "# Ten",
        "```",
        "\u{3000}",
        "磨坊",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn what_is_carried_over_is_what_would_be_read(
            lines in proptest::collection::vec((0..LINES.len(), 0..2usize), 1..40),
            gone in proptest::collection::vec((0..200usize, 1..20usize), 1..4),
            asked in proptest::collection::vec(0..40usize, 0..40),
        ) {
            let raw: String = lines.iter().flat_map(|&(n, end)| [LINES[n], ["\n", "\r\n"][end]]).collect();
            let mut spans: Vec<Span> = Vec::new();
            for (start, len) in gone {
                let start = raw.floor_char_boundary(start).max(spans.last().map_or(0, |last| last.end()));
                let end = raw.ceil_char_boundary((start + len).min(raw.len()));
                spans.extend((start < end).then(|| Span::covering(&raw, start, end)));
            }
            let doc = Document::new(&raw);
            asked.iter().filter(|&&n| n < doc.lines.len()).for_each(|&n| {
                doc.shape(n);
                doc.filled_before(n);
            });
            let left = crate::apply::cut(&raw, spans.iter().copied());
            let (again, _) = Document::again(&left, {
                let stretches = doc.stretches(&spans);
                doc.leave(stretches)
            });
            let new = Document::new(&left);
            for n in 0..new.lines.len() {
                prop_assert_eq!(again.shape(n), new.shape(n), "{:?} {:?} {}", raw, spans, n);
                prop_assert_eq!(again.filled_before(n + 1), new.filled_before(n + 1), "{:?} {:?} {}", raw, spans, n);
            }
        }
    }
}
