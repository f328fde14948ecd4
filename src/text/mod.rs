//! First stage: the text, its folded twin for matching, its lines and their shape.

mod bits;
mod block;
pub(crate) mod boundary;
mod class;
mod fold;
mod folded;
mod kinds;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod left;
mod letter;
mod line;
mod near;
mod refold;
mod span;
mod standing;
mod words;

use std::cell::{Cell, OnceCell, RefCell};

use memchr::memmem;

pub(crate) use bits::{Bits, Whole, bits_from};
pub(crate) use block::{BLOCK, block_at, places};
pub(crate) use class::{is_letter, is_wordy};
pub(crate) use folded::Folded;
pub(crate) use letter::fold_phrase;
use line::{LEAST_PROSE, Packed, has_few_words};
pub(crate) use line::{Line, Shape, ends_sentence, is_bullet, is_hangul, is_mark, is_wide};
use near::partition_near;
pub use span::Span;
pub(crate) use standing::{Stretch, parted};
pub(crate) use words::{count_words, count_words_to};

/// A text made ready for matching.
pub(crate) struct Document<'t> {
    pub raw: &'t str,
    pub folded: Folded,
    pub lines: Vec<Line>,
    /// Somebody wants to read why what is not taken stays.
    pub explained: bool,
    /// One for each line, made when the first is asked for: a text of nothing but line ends has a million.
    shapes: OnceCell<Vec<Cell<Packed>>>,
    /// First and last lines of code between fences.
    fences: OnceCell<Vec<(usize, usize)>>,
    first_prose: OnceCell<Option<usize>>,
    last_prose: OnceCell<Option<usize>>,
    filled: OnceCell<Vec<u32>>,
    letters: OnceCell<(usize, usize)>,
    last_line: Cell<usize>,
    last_folded: Cell<usize>,
    /// The last answers of some kinds about places: phrases with one anchor ask the same one after the other.
    answers: [Cell<(usize, Option<usize>)>; KINDS],
    /// What the last stretch of the folded text holds that was asked about.
    held: RefCell<Held>,
}

/// Which four bytes stand in a stretch of a text, as far as a few bits can tell.
#[derive(Clone, Copy, Default)]
struct Held {
    stretch: (usize, usize),
    bits: [u64; HELD / 64],
}

/// Bits for the four bytes of a stretch; stretches have up to some three hundred.
const HELD: usize = 1024;

impl Held {
    fn bit(four: &[u8]) -> usize {
        let number = u32::from_le_bytes([four[0], four[1], four[2], four[3]]);
        (number.wrapping_mul(0x9E37_79B1) >> (32 - HELD.trailing_zeros())) as usize
    }

    fn has(&self, four: &[u8]) -> bool {
        let bit = Held::bit(four);
        self.bits[bit / 64] >> (bit % 64) & 1 == 1
    }
}

/// Lines on each side of one that are looked at one by one.
const NEAR: usize = 16;

/// Kinds of answers that may be remembered; each has a number of its own below this.
pub(crate) const KINDS: usize = 32;

impl<'t> Document<'t> {
    fn of(raw: &'t str, folded: Folded, lines: Vec<Line>) -> Document<'t> {
        Document {
            raw,
            folded,
            shapes: OnceCell::new(),
            lines,
            explained: false,
            fences: OnceCell::new(),
            first_prose: OnceCell::new(),
            last_prose: OnceCell::new(),
            filled: OnceCell::new(),
            letters: OnceCell::new(),
            last_line: Cell::new(0),
            last_folded: Cell::new(0),
            answers: [const { Cell::new((usize::MAX, None)) }; KINDS],
            held: RefCell::default(),
        }
    }

    /// The answer of this kind about a place, found once as long as the same place is asked about.
    pub fn remembered(&self, (kind, at): (usize, usize), find: impl FnOnce() -> Option<usize>) -> Option<usize> {
        let cell = &self.answers[kind];
        let (place, answer) = cell.get();
        if place == at {
            return answer;
        }
        let answer = find();
        cell.set((at, answer));
        answer
    }

    /// False where the folded text holds no `needle` from `start` to `end`. Many needles are asked for in one stretch, and hardly
    /// one is there.
    pub fn may_hold(&self, start: usize, end: usize, needle: &str) -> bool {
        let needle = needle.as_bytes();
        let (Some(first), Some(last)) = (needle.first_chunk::<4>(), needle.last_chunk::<4>()) else { return true };
        let mut held = self.held.borrow_mut();
        if held.stretch != (start, end) {
            *held = Held { stretch: (start, end), ..Held::default() };
            for four in self.folded.text.as_bytes()[start..end].windows(4) {
                let bit = Held::bit(four);
                held.bits[bit / 64] |= 1 << (bit % 64);
            }
        }
        held.has(first) && held.has(last)
    }

    /// Index of the line that holds byte `at` of the original.
    pub fn line_at(&self, at: usize) -> usize {
        self.last_at(at, &self.last_line, |line| line.start())
    }

    /// Index of the line in which `span` ends: that of its last byte.
    pub fn last_line_of(&self, span: Span) -> usize {
        self.line_at(span.end().saturating_sub(1).max(span.start()))
    }

    /// Index of the line that holds byte `at` of the folded text.
    pub fn folded_line_at(&self, at: usize) -> usize {
        self.last_at(at, &self.last_folded, |line| line.fold_start())
    }

    /// The last line that begins at or before `at`. Most questions concern the line of the one before, or the next one.
    fn last_at(&self, at: usize, last: &Cell<usize>, start: impl Fn(&Line) -> usize) -> usize {
        let begun = |n: usize| self.lines.get(n).is_some_and(|line| start(line) <= at);
        let before = last.get();
        let line = match (begun(before), begun(before + 1)) {
            (true, false) => return before,
            (true, true) if !begun(before + 2) => before + 1,
            _ => partition_near(&self.lines, before, |line| start(line) <= at).saturating_sub(1),
        };
        last.set(line);
        line
    }

    /// Text of line `n`, without its line end.
    pub fn line(&self, n: usize) -> &'t str {
        &self.raw[self.lines[n].start()..self.lines[n].end()]
    }

    /// Shape of line `n`; read when first asked for, since most lines hold nothing to decide.
    #[inline]
    pub fn shape(&self, n: usize) -> Shape {
        let shapes = self.shapes.get_or_init(|| vec![Cell::default(); self.lines.len()]);
        let known = &shapes[n];
        known.get().shape().unwrap_or_else(|| {
            let shape = self.read_shape(n);
            known.set(Packed::new(&shape));
            shape
        })
    }

    fn read_shape(&self, n: usize) -> Shape {
        let line = self.line(n);
        if self.in_fence(n) {
            return Shape { fenced: true, framed: true, ..Shape::of(line) };
        }
        let shape = Shape::of(line);
        if shape.framed && self.indented_by_markup(n) { Shape::of(line.trim_start()) } else { shape }
    }

    /// First and last lines of what stands between code fences, as far as these are closed.
    fn fences(&self) -> &[(usize, usize)] {
        self.fences.get_or_init(|| {
            if memmem::find(self.raw.as_bytes(), b"```").is_none() {
                return Vec::new();
            }
            let fences: Vec<usize> = (0..self.lines.len()).filter(|&n| self.line(n).trim_start().starts_with("```")).collect();
            fences.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
        })
    }

    /// True where byte `at` of the original stands between code fences.
    pub fn fenced(&self, at: usize) -> bool {
        !self.fences().is_empty() && self.in_fence(self.line_at(at))
    }

    fn in_fence(&self, line: usize) -> bool {
        let fences = self.fences();
        let begun = fences.partition_point(|&(first, _)| first <= line);
        begun > 0 && line <= fences[begun - 1].1
    }

    /// True where the indent of a line is that of the page's source: the lines around it hold nothing but white space, and
    /// some. People leave the empty lines around their code empty.
    fn indented_by_markup(&self, n: usize) -> bool {
        let beside = [n.checked_sub(1), Some(n + 1).filter(|&n| n < self.lines.len())].map(|n| n.map_or("", |n| self.line(n)));
        self.line(n).starts_with("    ")
            && beside.iter().all(|line| line.trim().is_empty())
            && beside.iter().any(|line| line.trim_end_matches('\r').len() > 3)
    }

    /// The line `count` filled lines before (or behind) line `n`, or the first (or last) one.
    pub fn filled_lines_off(&self, n: usize, count: usize) -> (usize, usize) {
        let before = self.filled_before(n).saturating_sub(count);
        let behind = self.filled_before(n + 1).saturating_add(count);
        // The line that holds the wanted number is the first one behind which there is more than that. It is near, as a rule.
        let sums = self.line_sums();
        let near = (n.saturating_sub(NEAR)..=n).rev().find(|&at| sums[at] as usize <= before);
        let first = near.unwrap_or_else(|| sums.partition_point(|&filled| filled as usize <= before).saturating_sub(1));
        let near = (n..sums.len().min(n + NEAR)).find(|&at| sums[at] as usize >= behind);
        let last = near.unwrap_or_else(|| sums.partition_point(|&filled| (filled as usize) < behind)).saturating_sub(1);
        (first.min(n), last.clamp(n, self.lines.len() - 1))
    }

    /// The first line of prose, `None` where the text has none.
    pub fn first_prose(&self) -> Option<usize> {
        *self.first_prose.get_or_init(|| (0..self.lines.len()).find(|&n| self.is_prose(n)))
    }

    /// The last one.
    pub fn last_prose(&self) -> Option<usize> {
        *self.last_prose.get_or_init(|| (0..self.lines.len()).rfind(|&n| self.is_prose(n)))
    }

    /// True for a line of prose; short ones need not be read for that.
    pub fn is_prose(&self, n: usize) -> bool {
        let line = &self.lines[n];
        let length = line.end() - line.start();
        length >= LEAST_PROSE && !has_few_words(self.raw.as_bytes(), line.start(), length) && self.shape(n).prose
    }

    /// Number of lines before line `n` that are not blank.
    pub fn filled_before(&self, n: usize) -> usize {
        let sums = self.line_sums();
        sums[n.min(sums.len() - 1)] as usize
    }

    /// True for a line of nothing but white space.
    pub fn is_blank(&self, n: usize) -> bool {
        let sums = self.line_sums();
        sums[n] == sums[n + 1]
    }

    /// One for a line that is not blank.
    fn is_filled(&self, n: usize) -> u32 {
        u32::from(!self.line(n).trim_start().is_empty())
    }

    fn line_sums(&self) -> &[u32] {
        self.filled.get_or_init(|| {
            let mut filled = 0;
            let sums = (0..self.lines.len()).map(|n| {
                filled += self.is_filled(n);
                filled
            });
            std::iter::once(0).chain(sums).collect()
        })
    }

    /// Start of the first letter or digit and end of the last one; start and end of the text where it has none.
    pub fn letters(&self) -> (usize, usize) {
        *self.letters.get_or_init(|| {
            let first = self.raw.find(is_wordy);
            let last = self.raw.char_indices().rfind(|&(_, c)| is_wordy(c));
            (first.unwrap_or(self.raw.len()), last.map_or(0, |(at, c)| at + c.len_utf8()))
        })
    }

    /// True where the letter at `at` of the folded text is a small one in the original.
    #[inline]
    pub fn small(&self, at: usize) -> bool {
        self.folded.bits.small(at)
    }

    /// The original span of a folded range.
    pub fn raw_span(&self, start: usize, end: usize) -> Span {
        Span::covering(self.raw, self.folded.raw_start(start), self.folded.raw_end(self.raw, end))
    }
}
