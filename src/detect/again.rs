//! What an earlier pass found, as far as a later pass need not look for it again.
//!
//! A pass that takes something is followed by another one, since a cut may bring residue together. Most of the text is what
//! it was: a line is looked at again only where it has changed, or where a phrase may reach from it to a change. A phrase
//! reaches over a line end only through words of its own, covers the lines between wholly, and never reaches over an empty
//! line.

use std::cell::RefCell;
use std::ops::Range;

use super::language::Heard;
use super::lists::merge;
use super::scan::{Found, Match};
use crate::pack::RuleSet;
use crate::text::{Document, Span, Stretch, parted};

/// What a text was found to hold.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(super) found: Found,
    /// The languages that it may be in (bits), if that was asked.
    pub(super) spoken: Option<u64>,
    /// The words by which they were told, where all of the text was read for that.
    pub(super) heard: Option<Heard>,
}

impl Scanned {
    /// What is worth to be kept when only these lines of the text stand still.
    pub fn of(mut self, set: &RuleSet, doc: &Document<'_>, stretches: &[Stretch]) -> Scanned {
        if let Some(heard) = &mut self.heard {
            between(stretches.iter().map(|stretch| stretch.fold.clone()), doc).for_each(|gone| heard.forget(set, doc, gone));
        }
        self
    }
}

/// What stands between these ranges of a folded text.
fn between(ranges: impl Iterator<Item = Range<usize>>, doc: &Document<'_>) -> impl Iterator<Item = Range<usize>> {
    let end = doc.folded.text.len();
    let mut from = 0;
    ranges
        .chain(std::iter::once(end..end))
        .map(move |range| std::mem::replace(&mut from, range.end)..range.start)
        .filter(|range| !range.is_empty())
}

/// A text that was scanned, and what of it stands still in the one that is scanned now.
#[derive(Debug)]
pub(crate) struct Earlier {
    /// Given away when it has been brought to the new text: a large one has tens of megabytes of it.
    found: RefCell<Found>,
    spoken: Option<u64>,
    heard: Option<Heard>,
    stretches: Vec<Stretch>,
}

/// What of an earlier pass need not be found again, and the lines to look at.
pub(super) struct Kept<'e> {
    found: &'e RefCell<Found>,
    pieces: Vec<Piece>,
    /// Lines to look at, in ranges.
    pub fresh: Vec<Range<usize>>,
}

/// Lines of which what was found stands still.
struct Piece {
    /// Where they stood in the earlier folded text.
    fold: Range<usize>,
    /// How far they have moved to the front, in the original and in the folded text.
    raw_by: usize,
    fold_by: usize,
}

impl Earlier {
    pub fn new(scanned: Scanned, stretches: Vec<Stretch>) -> Earlier {
        let Scanned { found, spoken, heard } = scanned;
        Earlier { found: found.into(), spoken, heard, stretches }
    }

    /// The words of the text that is left by which its languages are told, when those of the earlier one are known.
    pub(super) fn heard(&self, set: &RuleSet, doc: &Document<'_>) -> Option<Heard> {
        let mut heard = self.heard.clone()?;
        let still = self.stretches.iter().map(|stretch| stretch.fold.start - stretch.fold_by..stretch.fold.end - stretch.fold_by);
        between(still, doc).for_each(|new| heard.add(set, doc, new));
        Some(heard)
    }

    /// Compares with the text that is left, over whose lines phrases reach at most `reach` bytes. `None` where it speaks another
    /// language now: words that were passed over count then.
    pub(super) fn kept(&self, doc: &Document<'_>, reach: usize, spoken: impl Fn() -> u64) -> Option<Kept<'_>> {
        if self.spoken.is_some_and(|before| spoken() & !before != 0) {
            self.found.take();
            return None;
        }
        let mut kept = Kept { found: &self.found, pieces: Vec::with_capacity(self.stretches.len()), fresh: Vec::new() };
        let mut done = 0;
        for stretch in &self.stretches {
            let still = still(doc, stretch, reach);
            if still.is_empty() {
                continue;
            }
            let behind =
                if still.end == stretch.now().end { stretch.fold.end } else { doc.lines[still.end].fold_start() + stretch.fold_by };
            let fold = doc.lines[still.start].fold_start() + stretch.fold_by..behind;
            kept.pieces.push(Piece { fold, raw_by: stretch.raw_by, fold_by: stretch.fold_by });
            if done < still.start {
                kept.fresh.push(done..still.start);
            }
            done = still.end;
        }
        if done < doc.lines.len() {
            kept.fresh.push(done..doc.lines.len());
        }
        Some(kept)
    }
}

/// The lines of a stretch from which no phrase of at most `reach` bytes reaches a line that has changed or has other neighbours.
fn still(doc: &Document<'_>, stretch: &Stretch, reach: usize) -> Range<usize> {
    let now = stretch.now();
    let length = |n: usize| doc.lines[n].fold_end() - doc.lines[n].fold_start();
    let parted_now = |n: usize| parted(&doc.folded.text, &doc.lines, n);
    // An empty line keeps neighbours apart, where it did so before.
    let [above, below] = stretch.parted;
    let (mut first, mut last) = (now.start, now.end);
    // Bytes of whole lines since the change, while a phrase may reach over them.
    let mut between = 0;
    if !(above && parted_now(first)) {
        while first < now.end && between <= reach && (first == now.start || !parted_now(first)) {
            between += length(first);
            first += 1;
        }
    }
    between = 0;
    if !(below && parted_now(last)) {
        while last > first && between <= reach && (last == now.end || !parted_now(last)) {
            last -= 1;
            between += length(last);
        }
    }
    first..last
}

impl Kept<'_> {
    /// Adds what stands still to what was found anew.
    pub fn add_to(&self, doc: &Document<'_>, found: &mut Found) {
        let earlier = self.found.take();
        let mut mover = Mover { pieces: &self.pieces, here: 0, doc, last: None };
        merge(&mut found.main, earlier.main.into_iter().filter_map(|m| mover.moved(&m)));
        let lists = [
            (earlier.near, &mut found.near),
            (earlier.until, &mut found.until),
            (earlier.left, &mut found.left),
            (earlier.right, &mut found.right),
        ];
        for (earlier, found) in lists {
            found.merge(earlier.iter().filter_map(|m| mover.moved(m)));
        }
        // Regexes are tried anew, since some of them see more than lines.
        found.tried.extend(earlier.tried.iter().filter_map(|&(start, end, rule)| {
            let piece = mover.piece(start)?;
            Some((start - piece.fold_by, end - piece.fold_by, rule))
        }));
    }
}

/// Tells where things stand now. Most questions concern the piece of the one before, or the same place.
struct Mover<'k> {
    pieces: &'k [Piece],
    /// The first piece that ends behind the last place.
    here: usize,
    doc: &'k Document<'k>,
    /// The last span where it was, how far it has moved, and where it is.
    last: Option<(Span, usize, Span)>,
}

impl Mover<'_> {
    /// The match where it stands now, if it was found by an anchor in a line that stands still.
    fn moved(&mut self, one: &Match) -> Option<Match> {
        let &Piece { raw_by, fold_by, .. } = self.piece(one.anchor()?)?;
        let span = match self.last {
            Some((before, by, now)) if (before, by) == (one.span, raw_by) => now,
            _ => Span::covering(self.doc.raw, one.span.start() - raw_by, one.span.end() - raw_by),
        };
        self.last = Some((one.span, raw_by, span));
        Some(one.moved(span, fold_by))
    }

    /// The piece that holds what stood at `at` of the earlier folded text.
    fn piece(&mut self, at: usize) -> Option<&Piece> {
        let ends_behind = |n: usize| self.pieces.get(n).is_none_or(|piece| at < piece.fold.end);
        if !ends_behind(self.here) || self.here.checked_sub(1).is_some_and(ends_behind) {
            self.here = self.pieces.partition_point(|piece| piece.fold.end <= at);
        }
        self.pieces.get(self.here).filter(|piece| piece.fold.start <= at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::{Cleaner, Confidence};

    const PIECES: &[&str] = &[
        "The loaf keeps for three days.",
        "She baked it on 18 March and wrote the recipe down, because nobody else in the house could remember what went into it.",
        "Leave a Reply",
        "Cancel reply",
        "Your email address will not be published.",
        "Share this:",
        "Facebook",
        "Twitter",
        "Next article",
        "Previous post",
        "The mill turns again",
        "Posted on March 18, 2024 by Ada",
        "18.03.2024, 18:05",
        "Read more:",
        "3 Comments",
        "Tags: bread, rye",
        "Advertisement",
        "Kommentar schreiben",
        "Antworten abbrechen",
        "Deine E-Mail-Adresse wird nicht veröffentlicht.",
        "Das Brot hält sich drei Tage.",
        "댓글 남기기",
        "发表评论",
        "面包可以保存三天。",
        "Subscribe to our",
        "newsletter",
        "×",
    ];
    const BETWEEN: &[&str] = &[" ", "\n", "\n", "\n\n", "", " | ", "\r\n"];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        /// The scan compares itself with a scan of everything, in tests (`scan.rs`).
        #[test]
        fn a_later_pass_finds_what_a_first_one_would(
            pieces in proptest::collection::vec((0..PIECES.len(), 0..BETWEEN.len()), 1..25),
            low: bool,
        ) {
            thread_local! {
                static CLEANERS: [Cleaner; 2] = [Confidence::Low, Confidence::Medium].map(|least| Cleaner::builder().min_confidence(least).build().unwrap());
            }
            let text: String = pieces.iter().flat_map(|&(piece, between)| [PIECES[piece], BETWEEN[between]]).collect();
            CLEANERS.with(|cleaners| {
                let cleaner = &cleaners[usize::from(!low)];
                let mut same = text.clone();
                prop_assert_eq!(cleaner.clean_in_place(&mut same), cleaner.clean(&text));
                Ok(())
            })?;
        }
    }
}
