//! Where a phrase can begin: sixty-four bytes of the folded text at a time, a bit for each byte.

use std::ops::Range;

use crate::text::{BLOCK, BitMap, Bits, Document};

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
    bits: &'d BitMap,
    /// Where the lines begin and end.
    start: usize,
    end: usize,
    /// The next block.
    next: usize,
    last: Bits,
}

impl<'d> Blocks<'d> {
    pub fn new(doc: &'d Document<'d>, lines: &Range<usize>) -> Blocks<'d> {
        let start = doc.lines[lines.start].fold_start();
        let end = doc.lines.get(lines.end).map_or(doc.folded.text.len(), |line| line.fold_start());
        let bits = &doc.folded.bits;
        let next = start / BLOCK;
        Blocks { bits, start, end, next, last: next.checked_sub(1).map(|n| bits.block(n)).unwrap_or_default() }
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
        let bits = self.bits.block(self.next);
        let Bits { words, hangul, alone, blank, small, seams, lines } = bits;
        let last = std::mem::replace(&mut self.last, bits);
        self.next += 1;
        let behind = |bits: u64, last: u64, by: usize| bits << by | last >> (BLOCK - by);
        let (wordy, last_wordy) = (words | hangul, last.words | last.hangul);
        let starts = words & !behind(words, last.words, 1) | hangul & !behind(hangul, last.hangul, 1) | alone | seams & (wordy | alone);
        let inner = behind(wordy, last_wordy, 1) | behind(blank, last.blank, 1) & behind(wordy, last_wordy, 2);
        let middle = small & inner & !(lines | behind(lines, last.lines, 1));
        let own = u64::MAX << self.start.saturating_sub(at) & u64::MAX >> (at + BLOCK).saturating_sub(self.end);
        Some(Places { at, starts: starts & own, words, seams, middle })
    }
}
