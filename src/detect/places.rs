//! Where a phrase can begin: sixty-four bytes of the folded text at a time, a bit for each byte.

use std::ops::Range;

use crate::text::{BLOCK, Document, block_at, is_hangul, is_wide, is_wordy};

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
    /// Bytes behind a word of the same line, a blank between them aside. A few of these bytes may be missing.
    pub inner: u64,
}

/// Some lines of the text block by block.
pub(super) struct Blocks<'d> {
    doc: &'d Document<'d>,
    at: usize,
    /// Where the lines end.
    end: usize,
    seams: &'d [u32],
    /// The next line that begins.
    line: usize,
    /// Bytes of a character that goes on from the block before: of words, and of Hangul.
    over: (u64, u64),
    last: Last,
}

/// The last bits of a block.
#[derive(Clone, Copy, Default)]
struct Last {
    words: u64,
    hangul: u64,
    /// Words and Hangul, the last two bits.
    wordy: u64,
    blank: u64,
    line: u64,
}

impl<'d> Blocks<'d> {
    pub fn new(doc: &'d Document<'d>, lines: &Range<usize>) -> Blocks<'d> {
        let at = doc.lines[lines.start].fold_start();
        let end = doc.lines.get(lines.end).map_or(doc.folded.text.len(), |line| line.fold_start());
        let seams = &doc.folded.seams[doc.folded.seams.partition_point(|&seam| (seam as usize) < at)..];
        Blocks { doc, at, end, seams, line: lines.start, over: (0, 0), last: Last::default() }
    }
}

/// Bits of these offsets, which are sorted, as far as they lie in the block at `at`, and how many those are.
#[inline(always)]
fn bits(offsets: impl Iterator<Item = usize>, at: usize) -> (u64, usize) {
    let (mut bits, mut count) = (0, 0);
    for offset in offsets.take_while(|&offset| offset < at + BLOCK) {
        bits |= 1 << offset.saturating_sub(at);
        count += 1;
    }
    (bits, count)
}

impl Iterator for Blocks<'_> {
    type Item = Places;

    #[inline(always)]
    fn next(&mut self) -> Option<Places> {
        let (doc, at) = (self.doc, self.at);
        let text = doc.folded.text.as_str();
        let bytes = text.as_bytes();
        if at >= self.end {
            return None;
        }
        let mut padded = [b' '; BLOCK];
        let block = match block_at(bytes, at) {
            Some(block) => block,
            None => {
                let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
                padded[..rest.len()].copy_from_slice(rest);
                block_at(&padded, 0)?
            }
        };
        self.at += BLOCK;
        let high = block.high();
        let blank = block.is(b' ');
        let mut words = block.wordy() | self.over.0;
        let mut hangul = self.over.1;
        // Each by itself: signs, and characters of scripts without blanks.
        let mut alone = !(words | high | blank | block.is(b'\n'));
        self.over = (0, 0);
        let mut leads = high & !block.continued();
        while leads != 0 {
            let n = leads.trailing_zeros();
            leads &= leads - 1;
            let Some(c) = text[at + n as usize..].chars().next() else { break };
            let own = ((1u128 << c.len_utf8()) - 1) << n;
            if is_hangul(c) {
                hangul |= own as u64;
                self.over.1 |= (own >> BLOCK) as u64;
            } else if !is_wide(c) && is_wordy(c) {
                words |= own as u64;
                self.over.0 |= (own >> BLOCK) as u64;
            } else {
                alone |= 1 << n;
            }
        }
        let (seams, count) = bits(self.seams.iter().map(|&seam| seam as usize), at);
        self.seams = &self.seams[count..];
        let (lines, count) = bits(doc.lines[self.line..].iter().map(|line| line.fold_start()), at);
        self.line += count;
        let last = self.last;
        let wordy = words | hangul;
        let starts = words & !(words << 1 | last.words) | hangul & !(hangul << 1 | last.hangul) | alone | seams;
        let behind = wordy << 1 | last.wordy >> 1;
        let behind_blank = (blank << 1 | last.blank) & (wordy << 2 | last.wordy);
        let inner = (behind | behind_blank) & !(lines | lines << 1 | last.line);
        self.last = Last {
            words: words >> (BLOCK - 1),
            hangul: hangul >> (BLOCK - 1),
            wordy: wordy >> (BLOCK - 2),
            blank: blank >> (BLOCK - 1),
            line: lines >> (BLOCK - 1),
        };
        let own = u64::MAX >> BLOCK.saturating_sub(self.end - at);
        Some(Places { at, starts: starts & !(blank | block.is(b'\n')) & own, words, seams, inner })
    }
}
