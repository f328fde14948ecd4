//! What an earlier pass found, as far as a later pass need not look for it again.
//!
//! A pass that takes something is followed by another one, since a cut may bring residue together. Most of the text is what
//! it was: a line is looked at again only where it has changed, or where a phrase may reach from it to a change. A phrase
//! reaches over a line end only through words of its own, covers the lines between wholly, and never reaches over an empty
//! line.

use std::ops::Range;

use super::scan::{Found, Match};
use crate::pack::RuleSet;
use crate::text::{Document, Line, Span};

/// What a text was found to hold.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(super) found: Found,
    /// The languages that it may be in (bits), if that was asked.
    pub(super) spoken: Option<u64>,
}

/// A text that was scanned, and what was taken from it afterwards.
#[derive(Debug)]
pub(crate) struct Earlier {
    scanned: Scanned,
    folded: String,
    lines: Vec<Line>,
    removed: Vec<Span>,
}

/// What of an earlier pass stands in the text still, and the lines to look at.
pub(super) struct Kept<'e> {
    earlier: &'e Earlier,
    /// For each line of the earlier text, its number now, if what was found from it stands still.
    lines: Vec<Option<usize>>,
    /// Lines to look at, in ranges.
    pub fresh: Vec<Range<usize>>,
}

impl Earlier {
    pub fn new(doc: Document<'_>, scanned: Scanned, removed: impl Iterator<Item = Span>) -> Earlier {
        Earlier { scanned, folded: doc.folded.text, lines: doc.lines, removed: removed.collect() }
    }

    /// Compares with the text that is left. `None` where it speaks another language now: words that were passed over count then.
    pub(super) fn kept(&self, set: &RuleSet, doc: &Document<'_>, spoken: impl Fn() -> u64) -> Option<Kept<'_>> {
        if self.scanned.spoken.is_some_and(|before| spoken() & !before != 0) {
            return None;
        }
        let now = self.still(doc);
        let fresh = self.fresh(doc, &now, set.tables.reach());
        let mut lines = vec![None; self.lines.len()];
        for (n, &before) in now.iter().enumerate() {
            if let Some(before) = before.filter(|_| !fresh[n]) {
                lines[before] = Some(n);
            }
        }
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for n in (0..fresh.len()).filter(|&n| fresh[n]) {
            match ranges.last_mut() {
                Some(last) if last.end == n => last.end += 1,
                _ => ranges.push(n..n + 1),
            }
        }
        Some(Kept { earlier: self, lines, fresh: ranges })
    }

    /// For each line of the text that is left, the line of the earlier text that it is, if it is one.
    fn still(&self, doc: &Document<'_>) -> Vec<Option<usize>> {
        let mut now = vec![None; doc.lines.len()];
        let mut removed = self.removed.iter().peekable();
        let (mut taken, mut n) = (0, 0);
        for (before, line) in self.lines.iter().enumerate() {
            while let Some(span) = removed.next_if(|span| span.end() <= line.start()) {
                taken += span.len();
            }
            if removed.peek().is_some_and(|span| span.start() < line.end().max(line.start() + 1)) {
                continue;
            }
            let start = line.start() - taken;
            while doc.lines.get(n).is_some_and(|line| line.start() < start) {
                n += 1;
            }
            let same = |new: &&Line| {
                (new.start(), new.end() - new.start()) == (start, line.end() - line.start())
                    && self.folded[line.fold_start()..line.fold_end()] == doc.folded.text[new.fold_start()..new.fold_end()]
            };
            if doc.lines.get(n).filter(same).is_some() {
                now[n] = Some(before);
            }
        }
        now
    }

    /// The lines to look at again: those that have changed or have other neighbours, and those from which a phrase of at most `reach`
    /// bytes may reach one of them.
    fn fresh(&self, doc: &Document<'_>, now: &[Option<usize>], reach: usize) -> Vec<bool> {
        let mut fresh: Vec<bool> = now.iter().map(Option::is_none).collect();
        let lines = &doc.lines;
        let parted_now = |n: usize| parted(&doc.folded.text, lines, n);
        let parted_before = |n: usize| parted(&self.folded, &self.lines, n);
        // The lines above and below line start `n`, as lines of the earlier text.
        let above = |n: usize| n.checked_sub(1).map_or(Some(0), |above| now[above].map(|line| line + 1));
        let below = |n: usize| now.get(n).map_or(Some(self.lines.len()), |line| *line);
        // Whether they are other neighbours than before, and no empty line kept and keeps them apart: `line` is where it stood.
        let changed = |n: usize, line: Option<usize>| {
            (above(n).is_none() || above(n) != below(n)) && !(parted_now(n) && line.is_none_or(parted_before))
        };
        // Bytes of whole lines since the last change, while a phrase may reach over them.
        let on = |between: Option<usize>, line: usize| {
            between.filter(|&b| b <= reach).map(|b| b + lines[line].fold_end() - lines[line].fold_start())
        };
        let mut between = None;
        for (line, fresh) in fresh.iter_mut().enumerate() {
            between = if changed(line, below(line)) { Some(0) } else { between.filter(|_| !parted_now(line)) };
            between = on(between, line);
            *fresh |= between.is_some();
        }
        between = None;
        for (line, fresh) in fresh.iter_mut().enumerate().rev() {
            between = if changed(line + 1, above(line + 1)) { Some(0) } else { between.filter(|_| !parted_now(line + 1)) };
            between = on(between, line);
            *fresh |= between.is_some();
        }
        fresh
    }
}

/// True where an empty line stands between line `n` and the one before it, or no line at all.
fn parted(folded: &str, lines: &[Line], n: usize) -> bool {
    let (Some(above), Some(below)) = (n.checked_sub(1).and_then(|n| lines.get(n)), lines.get(n)) else { return true };
    folded.get(above.fold_end()..below.fold_start()).is_some_and(|between| between.contains('\n'))
}

impl Kept<'_> {
    /// Adds what stands still to what was found anew.
    pub fn add_to(&self, doc: &Document<'_>, found: &mut Found) {
        let earlier = &self.earlier.scanned.found;
        let mut mover = Mover { kept: self, doc, line: 0..0, by: None, last: None };
        found.main.extend(earlier.main.iter().filter_map(|m| mover.moved(m)));
        let lists = [
            (&earlier.near, &mut found.near),
            (&earlier.until, &mut found.until),
            (&earlier.left, &mut found.left),
            (&earlier.right, &mut found.right),
        ];
        for (earlier, found) in lists {
            found.extend(earlier.iter().filter_map(|m| mover.moved(m)));
        }
        // Regexes are tried anew, since some of them see more than lines.
        found.tried.extend(earlier.tried.iter().filter_map(|&(start, end, rule)| {
            let (_, fold) = mover.distance(start)?;
            Some((start.wrapping_add(fold), end.wrapping_add(fold), rule))
        }));
    }
}

/// Tells where things stand now. Most questions concern the line of the one before, or the same place.
struct Mover<'k> {
    kept: &'k Kept<'k>,
    doc: &'k Document<'k>,
    /// The last line that was asked about, in the earlier folded text, and how far it has moved.
    line: Range<usize>,
    by: Option<(usize, usize)>,
    /// The last span where it was, how far it has moved, and where it is.
    last: Option<(Span, usize, Span)>,
}

impl Mover<'_> {
    /// The match where it stands now, if it was found by an anchor in a line that stands still.
    fn moved(&mut self, one: &Match) -> Option<Match> {
        let (raw, fold) = self.distance(one.anchor()?)?;
        let span = match self.last {
            Some((before, by, now)) if (before, by) == (one.span, raw) => now,
            _ => Span::covering(self.doc.raw, one.span.start().wrapping_add(raw), one.span.end().wrapping_add(raw)),
        };
        self.last = Some((one.span, raw, span));
        Some(one.moved(span, fold))
    }

    /// How far what stood at `at` of the earlier folded text has moved, in the original and in the folded text.
    fn distance(&mut self, at: usize) -> Option<(usize, usize)> {
        if !self.line.contains(&at) {
            let lines = &self.kept.earlier.lines;
            let next = lines.partition_point(|line| line.fold_start() <= at);
            let line = next.checked_sub(1)?;
            self.line = lines[line].fold_start()..lines.get(next).map_or(usize::MAX, Line::fold_start);
            self.by = self.kept.lines[line].map(|now| {
                let (now, before) = (&self.doc.lines[now], &lines[line]);
                (now.start().wrapping_sub(before.start()), now.fold_start().wrapping_sub(before.fold_start()))
            });
        }
        self.by
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
            CLEANERS.with(|cleaners| cleaners[usize::from(!low)].clean(&text).removals().len());
        }
    }
}
