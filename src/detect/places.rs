//! Where a phrase can begin: sixty-four bytes of the folded text at a time, a bit for each byte.

use std::ops::Range;

use crate::text::{BLOCK, Bits, Document, Folded, Line, Whole};

/// Sixty-four bytes of the folded text, and what a phrase must know of its place in them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Places {
    /// Offset of the first byte in the folded text.
    pub at: usize,
    /// Bytes where a phrase can begin: word starts, seams, signs, characters of scripts without blanks.
    pub starts: u64,
    /// Bytes of words: letters and digits, but for Hangul and scripts without blanks.
    pub words: u64,
    /// Bytes at which a new piece may begin inside what looks like a word.
    pub seams: u64,
    /// Small letters behind a word of the same line, a blank between them aside: the middle of a sentence.
    pub middle: u64,
}

/// Some lines of the text block by block.
pub(super) struct Blocks<'d> {
    folded: &'d Folded,
    /// Those that begin in the next block or behind it, and the one before where it is near.
    lines: &'d [Line],
    /// Where the lines begin and end.
    start: usize,
    end: usize,
    /// The next block.
    next: usize,
    last: Whole,
    /// Where lines began in the last block.
    begun: u64,
}

impl<'d> Blocks<'d> {
    pub fn new(doc: &'d Document<'d>, lines: &Range<usize>) -> Blocks<'d> {
        let start = doc.lines[lines.start].fold_start();
        let end = doc.lines.get(lines.end).map_or(doc.folded.text.len(), |line| line.fold_start());
        let next = start / BLOCK;
        let last = next.checked_sub(1).map(|n| doc.folded.block(n)).unwrap_or_default();
        // One that begins just before the first block counts in it.
        let above = doc.lines[..lines.start].partition_point(|line| line.fold_start() + 1 < start);
        let mut blocks = Blocks { folded: &doc.folded, lines: &doc.lines[above..lines.end], start, end, next, last, begun: 0 };
        blocks.begun = blocks.begun_before(next * BLOCK);
        blocks
    }

    /// Where lines begin in the block before `end`, of those that were not told yet.
    #[inline(always)]
    fn begun_before(&mut self, end: usize) -> u64 {
        let mut begun = 0;
        while let Some((line, behind)) = self.lines.split_first()
            && line.fold_start() < end
        {
            begun |= 1 << (line.fold_start() % BLOCK);
            self.lines = behind;
        }
        begun
    }
}

impl Iterator for Blocks<'_> {
    type Item = Places;

    #[inline(always)]
    fn next(&mut self) -> Option<Places> {
        let at = self.next * BLOCK;
        if at >= self.end {
            return None;
        }
        let block = self.folded.block(self.next);
        let lines = self.begun_before(at + BLOCK);
        let (Whole { bits, alone, blank }, last, last_lines) =
            (block, std::mem::replace(&mut self.last, block), std::mem::replace(&mut self.begun, lines));
        let Bits { words, hangul, small, seams } = bits;
        self.next += 1;
        let behind = |bits: u64, last: u64, by: usize| bits << by | last >> (BLOCK - by);
        let (wordy, last_wordy) = (words | hangul, last.bits.words | last.bits.hangul);
        let starts =
            words & !behind(words, last.bits.words, 1) | hangul & !behind(hangul, last.bits.hangul, 1) | alone | seams & (wordy | alone);
        let inner = behind(wordy, last_wordy, 1) | behind(blank, last.blank, 1) & behind(wordy, last_wordy, 2);
        let middle = small & inner & !(lines | behind(lines, last_lines, 1));
        let own = u64::MAX << self.start.saturating_sub(at) & u64::MAX >> (at + BLOCK).saturating_sub(self.end);
        Some(Places { at, starts: starts & own, words, seams, middle })
    }
}
