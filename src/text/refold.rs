//! The folded twin of a text from which something was taken, made of the one before.
//!
//! Lines that stand still (`standing`) are moved to where they are now, in place: a text of a hundred megabytes has one twin, not
//! two. What lies between them is folded anew.

use std::ops::Range;

use super::bits::BitMap;
use super::fold::{fold, whole};
use super::folded::{Folded, note_drift};
use super::line::Line;
use super::standing::Stretch;

/// The twin and the lines of `raw`, made of those of the text before, of which `stretches` stand still; notes how far these move.
/// `None` where what is folded anew takes more room than there was: links that are none any more.
pub(super) fn refold(raw: &str, folded: Folded, lines: Vec<Line>, stretches: &mut [Stretch]) -> Option<(Folded, Vec<Line>)> {
    let (text, bits, before) = folded.into_parts();
    let drift = Vec::with_capacity(before.len());
    let mut new = Refold { text: text.into_bytes(), bits, lines, before, drift, raw: 0, len: 0, count: 0, seam: false };
    for stretch in stretches {
        new.anew(&raw[..stretch.raw.start - stretch.raw_by], stretch.fold.start, stretch.lines.start)?;
        new.keep(stretch);
    }
    let room = (new.text.len(), new.lines.len());
    new.anew(raw, room.0, room.1)?;
    Some(new.end())
}

/// A twin whose first part is that of the new text, and the rest that of the text before.
struct Refold {
    text: Vec<u8>,
    bits: BitMap,
    lines: Vec<Line>,
    /// Drift points of the text before, and of the new one.
    before: Vec<(u32, u32)>,
    drift: Vec<(u32, u32)>,
    /// How much of the new text is folded, to how many bytes and lines.
    raw: usize,
    len: usize,
    count: usize,
    /// A new piece may begin behind what is folded.
    seam: bool,
}

impl Refold {
    /// Folds what follows to the end of `raw`, which has to end before so many bytes of the twin and so many lines.
    fn anew(&mut self, raw: &str, room: usize, lines: usize) -> Option<()> {
        let piece = &raw[self.raw..];
        if piece.is_empty() {
            return (self.len <= room && self.count <= lines).then_some(());
        }
        let (folded, found) = fold(piece);
        let (text, bits, drift) = folded.into_parts();
        if self.len + text.len() > room || self.count + found.len() > lines {
            return None;
        }
        self.text[self.len..][..text.len()].copy_from_slice(text.as_bytes());
        // The bit behind the last byte is of what follows.
        self.bits.put(self.len, &bits, text.len());
        self.end_piece();
        self.seam = bits.seam(text.len());
        let first = drift.first().filter(|point| point.0 == 0).map_or(0, |point| point.1 as usize);
        note_drift(&mut self.drift, self.len, self.raw + first);
        let behind = drift.iter().filter(|point| point.0 > 0);
        self.drift.extend(behind.map(|&(fold, raw)| (fold + self.len as u32, raw + self.raw as u32)));
        for (line, found) in self.lines[self.count..].iter_mut().zip(&found) {
            *line = moved(found, |raw| raw + self.raw, |fold| fold + self.len);
        }
        (self.raw, self.len, self.count) = (raw.len(), self.len + text.len(), self.count + found.len());
        Some(())
    }

    /// Moves what stands still to where it is now.
    fn keep(&mut self, stretch: &mut Stretch) {
        let Range { start, end } = stretch.fold;
        (stretch.fold_by, stretch.lines_by) = (start - self.len, stretch.lines.start - self.count);
        self.text.copy_within(start..end, self.len);
        self.bits.bring(start, self.len, end - start);
        self.end_piece();
        let point = |at: usize| self.before.partition_point(|&(fold, _)| fold as usize <= at);
        let (first, behind) = (point(start), point(end - 1));
        let (fold, raw) = first.checked_sub(1).map_or((0, 0), |n| self.before[n]);
        note_drift(&mut self.drift, self.len, raw as usize + (start - fold as usize) - stretch.raw_by);
        let (fold_by, raw_by) = (stretch.fold_by, stretch.raw_by);
        let points = self.before[first..behind].iter();
        self.drift.extend(points.map(|&(fold, raw)| (fold - fold_by as u32, raw - raw_by as u32)));
        for n in stretch.lines.clone() {
            self.lines[n - stretch.lines_by] = moved(&self.lines[n], |raw| raw - raw_by, |fold| fold - fold_by);
        }
        self.raw = stretch.raw.end - raw_by;
        self.len += end - start;
        self.count += stretch.lines.len();
    }

    /// Sets the seam that the piece before has left.
    fn end_piece(&mut self) {
        if std::mem::take(&mut self.seam) {
            self.bits.add_seam(self.len);
        }
    }

    fn end(mut self) -> (Folded, Vec<Line>) {
        self.text.truncate(self.len);
        self.lines.truncate(self.count);
        self.bits.end(self.len);
        self.end_piece();
        if self.lines.is_empty() {
            self.lines.push(Line::new(0, 0, 0, 0));
        }
        (Folded::new(whole(self.text), self.bits, self.drift), self.lines)
    }
}

fn moved(line: &Line, raw: impl Fn(usize) -> usize, fold: impl Fn(usize) -> usize) -> Line {
    Line::new(raw(line.start()), raw(line.end()), fold(line.fold_start()), fold(line.fold_end()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fold::tests::PIECES;
    use super::super::standing::Read;
    use super::super::{BLOCK, Span};
    use super::*;

    fn told((folded, lines): &(Folded, Vec<Line>)) -> String {
        let blocks = (0..folded.text.len() / BLOCK + 3).map(|n| folded.block(n)).collect::<Vec<_>>();
        let starts = folded.text.char_indices().map(|(at, _)| folded.raw_start(at)).collect::<Vec<_>>();
        format!("{:?}\n{starts:?}\n{lines:?}\n{blocks:x?}", folded.text)
    }

    /// Besides those of which folding is tried: more line ends, and lines of prose.
    const MORE: &[&str] = &[
        "The loaf keeps for three days.",
        "\n",
        "\n",
        "\r\n\r\n",
        "\u{301}",
        "[",
        "(u)",
        "\\",
        "\u{2028}",
        "An engineer found cracks in the northern pier of the old bridge, and nobody knows what it will cost to mend them all.",
        "市议会星期一开会，投票通过了新桥的建设方案，桥下的磨坊明年三月就要拆除了。",
    ];

    fn piece() -> impl Strategy<Value = &'static str> {
        proptest::sample::select([PIECES, MORE].concat())
    }

    /// Cuts `removed`, parts of `raw` in eighths of a percent, and compares what is made of the earlier twin with what is folded anew.
    fn same(raw: &str, removed: &[(usize, usize)]) -> Result<bool, TestCaseError> {
        let mut spans: Vec<Span> = Vec::new();
        for &(start, len) in removed {
            let start = raw.floor_char_boundary(start * raw.len() / 800);
            let end = raw.ceil_char_boundary((start + len).min(raw.len()));
            let start = spans.last().map_or(start, |last| start.max(last.end()));
            if start < end {
                spans.push(Span::covering(raw, start, end));
            }
        }
        let left = crate::apply::cut(raw, spans.iter().copied());
        let (folded, lines) = fold(raw);
        let mut stretches = Read { raw, folded: &folded, lines: &lines }.stretches(&spans);
        let before = lines.clone();
        let wanted = fold(&left);
        let Some(new) = refold(&left, folded, lines, &mut stretches) else { return Ok(false) };
        prop_assert_eq!(told(&new), told(&wanted), "{:?} {:?}", raw, spans);
        for stretch in &stretches {
            for (n, now) in stretch.lines.clone().zip(stretch.now()) {
                let (was, is) = (&before[n], &new.1[now]);
                prop_assert_eq!(&raw[was.start()..was.end()], &left[is.start()..is.end()]);
            }
        }
        Ok(!stretches.is_empty())
    }

    fn places() -> impl Strategy<Value = Vec<(usize, usize)>> {
        proptest::collection::vec((0..800usize, 1..40usize), 0..6).prop_map(|mut places| {
            places.sort_unstable();
            places
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn what_stands_still_is_folded_as_before(pieces in proptest::collection::vec(piece(), 0..120), removed in places()) {
            same(&pieces.concat(), &removed)?;
        }

        #[test]
        fn of_lines_too(pieces in proptest::collection::vec((piece(), 0..4usize), 0..120), removed in places()) {
            let raw: String = pieces.iter().flat_map(|&(piece, end)| [piece, ["\n", "\n\n", "\r\n", " "][end]]).collect();
            same(&raw, &removed)?;
        }

        #[test]
        fn of_any_text(raw in "(.{0,30}\n?){0,12}", removed in places()) {
            same(&raw, &removed)?;
        }
    }

    #[test]
    fn most_of_a_text_stands_still() {
        let raw = "The loaf keeps for three days.\nShare this\nNobody knows why.\n\nNobody asked.\n".repeat(300);
        let at = raw.match_indices("Share this\n").map(|(at, text)| Span::covering(&raw, at, at + text.len())).collect::<Vec<_>>();
        let (folded, lines) = fold(&raw);
        let stretches = Read { raw: &raw, folded: &folded, lines: &lines }.stretches(&at);
        let still: usize = stretches.iter().map(|s| s.raw.len()).sum();
        assert_eq!(still, raw.len() - at.len() * 11 - "The loaf keeps for three days.\nNobody asked.\n".len());
        for text in [raw.replace('\n', "\r\n"), raw.replace(' ', "")] {
            assert!(same(&text, &[(10, 30), (300, 1), (500, 12)]).unwrap());
        }
    }
}
