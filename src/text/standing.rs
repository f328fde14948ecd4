//! Which lines of a text stand still when something is taken from it.
//!
//! A line end parts what is folded before it from what is folded behind it, where the next line begins with a character that
//! folds to one of its own: no link, no escape and no composition reaches over it, and white space ends there. Between two such
//! places, of which nothing between them is taken, the folded twin is what it was, at another place.

use std::ops::Range;

use super::fold::begins;
use super::folded::Folded;
use super::line::Line;
use super::span::Span;

/// Lines that stand still.
#[derive(Debug)]
pub(crate) struct Stretch {
    /// What they are of the earlier text: bytes, bytes of its folded twin, and lines.
    pub raw: Range<usize>,
    pub fold: Range<usize>,
    pub lines: Range<usize>,
    /// How far they have moved to the front since, in each of the three.
    pub raw_by: usize,
    pub fold_by: usize,
    pub lines_by: usize,
    /// Whether an empty line stood above them, and below them.
    pub parted: [bool; 2],
}

impl Stretch {
    /// Their numbers now.
    pub fn now(&self) -> Range<usize> {
        self.lines.start - self.lines_by..self.lines.end - self.lines_by
    }
}

/// A text with its twin.
pub(super) struct Read<'t> {
    pub raw: &'t str,
    pub folded: &'t Folded,
    pub lines: &'t [Line],
}

impl Read<'_> {
    /// The lines that stand still when `removed` is taken, which is sorted and disjoint. How far the twin and the lines move is not
    /// known yet.
    pub fn stretches(&self, removed: &[Span]) -> Vec<Stretch> {
        let gone: Vec<Range<usize>> =
            removed.chunk_by(|a, b| a.end() == b.start()).map(|touching| touching[0].start()..touching[touching.len() - 1].end()).collect();
        let mut out = Vec::with_capacity(gone.len() + 1);
        let mut taken = 0;
        for n in 0..=gone.len() {
            let (above, below) = (n.checked_sub(1).map(|n| &gone[n]), gone.get(n));
            taken += above.map_or(0, Range::len);
            if let Some(lines) = self.standing(above, below) {
                let (first, behind) = (&self.lines[lines.start], &self.lines[lines.end]);
                let parted = [lines.start, lines.end].map(|n| parted(&self.folded.text, self.lines, n));
                let (raw, fold) = (first.start()..behind.start(), first.fold_start()..behind.fold_start());
                out.push(Stretch { raw, fold, lines, raw_by: taken, fold_by: 0, lines_by: 0, parted });
            }
        }
        out
    }

    /// Lines between two ranges that are taken.
    fn standing(&self, above: Option<&Range<usize>>, below: Option<&Range<usize>>) -> Option<Range<usize>> {
        let (from, to) = (above.map_or(0, |gone| gone.end), below.map_or(self.raw.len(), |gone| gone.start));
        // A line that begins just there must begin one still.
        let begins_line = above.is_some_and(|gone| self.raw[..gone.start].ends_with('\n'));
        let mut first = self.lines.partition_point(|line| line.start() < from);
        if self.lines.get(first)?.start() == from && !begins_line {
            first += 1;
        }
        while self.lines.get(first).filter(|line| line.start() < to)?.start() < to && !self.stands(first) {
            first += 1;
        }
        // What follows now on the last line end that stands must end the white space there as well.
        let goes_on = below.is_none_or(|gone| self.raw[gone.end..].chars().next().is_none_or(begins));
        let mut last = self.lines.partition_point(|line| line.start() <= to).checked_sub(1)?;
        while last > first && !(self.stands(last) && (self.lines[last].start() < to || goes_on)) {
            last -= 1;
        }
        (last > first).then_some(first..last)
    }

    /// True where what is folded before line `n` has no say in how the line is folded, and the other way round.
    fn stands(&self, n: usize) -> bool {
        let line = &self.lines[n];
        n > 0 && self.raw[line.start()..].starts_with(begins) && !self.folded.bits.seam(line.fold_start())
    }
}

/// True where an empty line stands between line `n` and the one before it, or no line at all.
pub(crate) fn parted(folded: &str, lines: &[Line], n: usize) -> bool {
    let (Some(above), Some(below)) = (n.checked_sub(1).and_then(|n| lines.get(n)), lines.get(n)) else { return true };
    folded.get(above.fold_end()..below.fold_start()).is_some_and(|between| between.contains('\n'))
}
