//! Columns of a terminal: how many a text takes, and where it can be broken.
//!
//! Everything counts in grapheme clusters, so that an accent stays on its letter and a family emoji is one picture.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::style::Ink;
use crate::escape;

/// A grapheme cluster longer than this is no letter but an attack: windows into a text are cut by bytes as well.
const BYTES_A_COLUMN: usize = 32;

/// Columns that `text` takes as it stands.
pub(crate) fn width(text: &str) -> usize {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// `text` of a document as it is shown: tabs become blanks, what steers or hides becomes visible.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    if text.contains('\t') {
        return Cow::Owned(escape::inline(&text.replace('\t', "  ")).into_owned());
    }
    escape::inline(text)
}

/// The longest beginning of `text` that is shown in at most `columns`.
pub(super) fn start(text: &str, columns: usize) -> &str {
    let window = &text[..text.floor_char_boundary(columns.saturating_mul(BYTES_A_COLUMN))];
    let mut used = 0;
    for (at, grapheme) in window.grapheme_indices(true) {
        used += width(&shown(grapheme));
        if used > columns {
            return &text[..at];
        }
    }
    window
}

/// The longest end of `text` that is shown in at most `columns`.
pub(super) fn end(text: &str, columns: usize) -> &str {
    let from = text.len().saturating_sub(columns.saturating_mul(BYTES_A_COLUMN));
    let from = text.ceil_char_boundary(from);
    let mut used = 0;
    for (at, grapheme) in text[from..].grapheme_indices(true).rev() {
        used += width(&shown(grapheme));
        if used > columns {
            return &text[from + at + grapheme.len()..];
        }
    }
    &text[from..]
}

/// True where all of `text` is shown in at most `columns`.
pub(super) fn fits(text: &str, columns: usize) -> bool {
    start(text, columns).len() == text.len()
}

/// `text` in at most `columns`, its middle replaced by `…` where it is longer: of a path both ends matter.
pub(crate) fn squeeze(text: &str, columns: usize) -> String {
    let text = shown(text);
    if fits(&text, columns) {
        return text.into_owned();
    }
    let room = columns.saturating_sub(1);
    format!("{}…{}", start(&text, room / 3), end(&text, room - room / 3))
}

/// `text` in at most `columns`, its end replaced by `…` where it is longer.
pub(crate) fn clip(text: &str, columns: usize) -> String {
    let text = shown(text);
    if fits(&text, columns) {
        return text.into_owned();
    }
    format!("{}…", start(&text, columns.saturating_sub(1)).trim_end())
}

/// A piece of a row in one ink, already safe to show.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seg {
    pub text: String,
    pub ink: Ink,
    /// The removal that begins with this piece.
    pub begins: Option<usize>,
}

impl Seg {
    pub(super) fn new(text: impl Into<String>, ink: Ink) -> Seg {
        Seg { text: text.into(), ink, begins: None }
    }
}

/// `segs` in rows of at most `columns`, broken at blanks, between wide characters, or where nothing else helps.
pub(super) fn wrap(segs: &[Seg], columns: usize) -> Vec<Vec<Seg>> {
    let columns = columns.max(2);
    let mut rows = Rows::default();
    for seg in segs {
        let whole = matches!(seg.ink, Ink::Fold | Ink::CutFold | Ink::Mark);
        let mut begins = seg.begins;
        let pieces: Box<dyn Iterator<Item = &str>> =
            if whole { Box::new(std::iter::once(seg.text.as_str())) } else { Box::new(seg.text.graphemes(true)) };
        for piece in pieces {
            rows.push(piece, seg.ink, begins.take(), columns);
        }
    }
    rows.finish(columns)
}

/// One grapheme on its way into a row.
struct Cell<'s> {
    text: &'s str,
    ink: Ink,
    begins: Option<usize>,
    width: usize,
}

#[derive(Default)]
struct Rows<'s> {
    done: Vec<Vec<Seg>>,
    row: Vec<Cell<'s>>,
    used: usize,
    /// Cells of the row before which it may be broken.
    breaks: usize,
    /// A removal began with a blank that is not shown, because a row ended there.
    carried: Option<usize>,
}

impl<'s> Rows<'s> {
    fn push(&mut self, text: &'s str, ink: Ink, begins: Option<usize>, columns: usize) {
        let width = width(text);
        let blank = text == " ";
        if self.row.last().is_some_and(|before| begins.is_some() || breaks_between(before, text, width, ink)) {
            self.breaks = self.row.len();
        }
        if self.used + width > columns && !blank {
            self.wrap_here();
        }
        if self.used + width > columns && !blank {
            // No break at all: the word is cut where the row is full, its closing mark stays with its end.
            self.breaks = self.row.len().saturating_sub(usize::from(matches!(text, "-]" | "+}")));
            self.wrap_here();
        }
        let begins = begins.or_else(|| self.carried.take());
        self.used += width;
        self.row.push(Cell { text, ink, begins, width });
    }

    /// Ends the row at its last break and starts the next with what follows.
    fn wrap_here(&mut self) {
        if self.breaks == 0 {
            return;
        }
        let mut rest = self.row.split_off(self.breaks);
        let mut carried = None;
        while let Some(blank) = self.row.pop_if(|cell| cell.text == " ") {
            carried = blank.begins.or(carried);
        }
        match rest.first_mut() {
            Some(first) => first.begins = first.begins.or(carried),
            None => self.carried = carried,
        }
        let full = std::mem::replace(&mut self.row, rest);
        self.used = self.row.iter().map(|cell| cell.width).sum();
        self.breaks = 0;
        if !full.is_empty() {
            self.done.push(joined(&full));
        }
    }

    fn finish(mut self, columns: usize) -> Vec<Vec<Seg>> {
        while self.used > columns && self.row.pop_if(|cell| cell.text == " " && cell.begins.is_none()).is_some() {
            self.used -= 1;
        }
        if !self.row.is_empty() {
            self.done.push(joined(&self.row));
        }
        self.done
    }
}

/// True where a row may end between `before` and the piece after it.
fn breaks_between(before: &Cell<'_>, text: &str, width: usize, ink: Ink) -> bool {
    if before.text == " " {
        return text != " ";
    }
    let folded = |ink: Ink| matches!(ink, Ink::Fold | Ink::CutFold);
    let wide = before.width > 1 || width > 1;
    // Marks stay with their words, and no row begins with what closes or ends with what opens.
    let closes = text.starts_with(|c| "、。，．・：；？！）］｝」』】〕〉》’”…ーっゃゅょッャュョ-+".contains(c));
    let opens = before.text.ends_with(|c| "（［｛「『【〔〈《‘“-".contains(c));
    text != " " && (folded(ink) || folded(before.ink) || wide && !closes && !opens)
}

/// Neighbouring cells of one ink become one piece.
fn joined(cells: &[Cell<'_>]) -> Vec<Seg> {
    let mut segs: Vec<Seg> = Vec::new();
    for cell in cells {
        match segs.last_mut() {
            Some(last) if last.ink == cell.ink && cell.begins.is_none() => last.text.push_str(cell.text),
            _ => segs.push(Seg { text: cell.text.to_owned(), ink: cell.ink, begins: cell.begins }),
        }
    }
    segs
}

/// Thousands apart, as people write them: `12 340`.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// Bytes as people read them: `612 B`, `1.1 MiB`.
pub fn bytes(number: usize) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if number < 1024 {
        return format!("{number} B");
    }
    let mut value = number as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if value < 9.95 { format!("{value:.1} {}", UNITS[unit]) } else { format!("{value:.0} {}", UNITS[unit]) }
}

/// `part` of `whole` in per cent: `14%`, `0.4%`.
pub fn percent(part: usize, whole: usize) -> String {
    if part == 0 || whole == 0 {
        return "0%".to_owned();
    }
    match part as f64 * 100.0 / whole as f64 {
        s if s < 0.05 => "<0.1%".to_owned(),
        s if s < 9.95 => format!("{s:.1}%"),
        // Only all of it is all of it.
        s if s > 99.0 && part < whole => "99%".to_owned(),
        s => format!("{s:.0}%"),
    }
}

/// `1 removal`, `3 removals`.
pub fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, columns: usize) -> Vec<String> {
        let rows = wrap(&[Seg::new(text, Ink::Text)], columns);
        rows.into_iter().map(|row| row.into_iter().map(|seg| seg.text).collect()).collect()
    }

    #[test]
    fn columns_of_many_scripts() {
        for (text, columns) in
            [("loaf", 4), ("日本語", 6), ("e\u{301}te\u{301}", 3), ("👨\u{200d}👩\u{200d}👧", 2), ("🇩🇪", 2), ("سلام", 4), ("ｶﾞ", 2)]
        {
            assert_eq!(width(text), columns, "{text:?}");
        }
    }

    #[test]
    fn ends_of_a_text() {
        assert_eq!(start("日本語", 5), "日本");
        assert_eq!(end("日本語", 5), "本語");
        assert_eq!(start("ab\u{1b}cd", 3), "ab");
        assert_eq!(end("e\u{301}e\u{301}", 1), "e\u{301}");
        assert_eq!(start("", 5), "");
        assert!(fits("four", 4) && !fits("fours", 4));
    }

    #[test]
    fn a_mountain_of_accents_is_cut() {
        let zalgo = format!("a{}", "\u{301}".repeat(100_000));
        assert!(start(&zalgo, 4).len() <= 4 * BYTES_A_COLUMN);
        assert!(end(&zalgo, 4).len() <= 4 * BYTES_A_COLUMN);
    }

    #[test]
    fn squeezed_names_keep_both_ends() {
        assert_eq!(squeeze("crawl/blog/2024/sourdough.txt", 16), "crawl…rdough.txt");
        assert_eq!(squeeze("short.txt", 16), "short.txt");
        assert_eq!(clip("Sign up for our letter", 10), "Sign up f…");
    }

    #[test]
    fn rows_break_at_blanks() {
        assert_eq!(rows("the loaf keeps for three days", 12), ["the loaf", "keeps for", "three days"]);
        assert_eq!(rows("unbelievable", 5), ["unbel", "ievab", "le"]);
        assert_eq!(rows("日本語の文章", 5), ["日本", "語の", "文章"]);
        assert_eq!(rows("ab cd", 5), ["ab cd"]);
        assert_eq!(rows("日本。語", 5), ["日", "本。", "語"]);
    }

    #[test]
    fn a_fold_is_never_broken() {
        let segs = [Seg::new("some text ", Ink::Text), Seg::new("⋯ 31 chars ⋯", Ink::Fold), Seg::new(" on", Ink::Text)];
        let rows = wrap(&segs, 16);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1][0].text, "⋯ 31 chars ⋯");
    }

    #[test]
    fn figures() {
        assert_eq!(grouped(1_234_567), "1 234 567");
        assert_eq!(grouped(12), "12");
        assert_eq!(bytes(612), "612 B");
        assert_eq!(bytes(1_150_000), "1.1 MiB");
        assert_eq!(bytes(215_040), "210 KiB");
        assert_eq!(percent(1, 10_000), "<0.1%");
        assert_eq!(percent(14, 100), "14%");
        assert_eq!(percent(999, 1000), "99%");
    }
}
