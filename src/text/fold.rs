//! Folding: one way through a text that makes its folded twin, the map of what stands where, and the lines.
//!
//! Sixty-four bytes at a time, as far as characters fold to as many bytes; what takes more goes one by one.

use super::bits::{BitMap, Bits, Class};
use super::block::BLOCK;
use super::class::is_wordy;
use super::folded::{Folded, note_drift};
use super::kinds::Kinds;
use super::letter::{Fold, Kind, class, composed, fold_char, sign};
use super::line::Line;

/// Folds `raw` and finds its lines on the way. `raw` is shorter than 4 GiB.
#[inline(never)] // a stage is counted by its name (benches/count.py)
pub(crate) fn fold(raw: &str) -> (Folded, Vec<Line>) {
    let mut folder = Folder::new(raw);
    folder.run();
    folder.end()
}

struct Folder<'t> {
    raw: &'t str,
    /// The kind of the last character.
    before: Kind,
    /// The folded text so far, and room behind it.
    text: Vec<u8>,
    len: usize,
    bits: BitMap,
    drift: Vec<(u32, u32)>,
    lines: Vec<Line>,
    line_raw: usize,
    line_fold: usize,
}

/// Lines of a text whose memory counts.
const MANY_LINES: usize = 1 << 16;

/// Room that a block, or a character, needs behind the folded text.
const ROOM: usize = BLOCK;

impl<'t> Folder<'t> {
    fn new(raw: &'t str) -> Folder<'t> {
        Folder {
            raw,
            before: Kind::Other,
            text: vec![0; raw.len() + ROOM],
            len: 0,
            bits: BitMap::with_capacity(raw.len()),
            drift: Vec::new(),
            lines: Vec::new(),
            line_raw: 0,
            line_fold: 0,
        }
    }

    fn run(&mut self) {
        let bytes = self.raw.as_bytes();
        let mut at = 0;
        let mut folded = [0; 2 * BLOCK];
        while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
            at = self.block(at, block, BLOCK, &mut folded);
        }
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let len = rest.len().min(BLOCK);
            let mut block = [b'\n'; BLOCK];
            block[..len].copy_from_slice(&rest[..len]);
            at = self.block(at, &block, len, &mut folded);
        }
    }

    fn end(mut self) -> (Folded, Vec<Line>) {
        self.text.truncate(self.len);
        let text = whole(self.text);
        let end = self.raw.len();
        if self.line_raw < end || self.lines.is_empty() {
            let fold_end = text.trim_end().len().max(self.line_fold);
            self.lines.push(Line::new(self.line_raw, end, self.line_fold, fold_end));
        }
        // A list that grows by doubling has room for many more lines, which counts where a text has a million.
        if self.lines.len() > MANY_LINES {
            self.lines.shrink_to_fit();
        }
        (Folded::new(text, self.bits, self.drift), self.lines)
    }

    /// Folds the first `len` bytes of the block at `at`; returns the offset behind them, or behind what reaches over their end. The
    /// folded bytes are put into the first half of `folded` on the way.
    #[inline(always)]
    fn block(&mut self, at: usize, bytes: &[u8; BLOCK], len: usize, folded: &mut [u8; 2 * BLOCK]) -> usize {
        let Some(first) = folded.first_chunk_mut() else { return self.raw.len() };
        let kinds = Kinds::of(bytes, len, first);
        let len = kinds.len;
        // A blank is plain where something follows that is surely no white space.
        let odd = (kinds.special | kinds.blank) >> 1 | u64::from(!plain_byte(self.raw.as_bytes().get(at + len))) << (len - 1);
        let stops = kinds.special | kinds.blank & odd;
        let seams = kinds.seams();
        let mut n = 0;
        while n < len {
            let run = ((stops >> n).trailing_zeros() as usize).min(len - n);
            // Two blanks may come together where something between them was left out.
            if run > 0 && !(kinds.blank >> n & 1 == 1 && self.blank_before()) {
                self.plain(at + n, &kinds, seams, n, run, folded);
                n += run;
            } else {
                n = self.other(at + n, bytes[n]) - at;
            }
        }
        at + n
    }

    /// Appends `len` bytes from byte `n` of a block on, which stand at `raw` and fold to as many bytes, and notes their seams.
    #[inline(always)]
    fn plain(&mut self, raw: usize, kinds: &Kinds, seams: u64, n: usize, len: usize, folded: &[u8; 2 * BLOCK]) {
        let own = |bits: u64| bits >> n & (u64::MAX >> (BLOCK - len));
        let mut seams = own(seams) & !1;
        // The first character follows what was folded before, and the last one may be followed by what is no part of the run.
        let first = kinds.at(n);
        if first.parts(self.before) {
            let behind = || match own(kinds.firsts()) & !1 {
                0 => len,
                firsts => firsts.trailing_zeros() as usize,
            };
            if first != self.before || self.small(raw + behind()) {
                seams |= 1;
            }
        }
        self.before = kinds.at(n + len - 1);
        if self.before == Kind::Upper {
            let last = BLOCK - 1 - own(kinds.firsts()).leading_zeros() as usize;
            if last > 0 && kinds.upper >> (n + last - 1) & 1 == 1 && self.small(raw + len) {
                seams |= 1 << last;
            }
        }
        self.mark(raw);
        let bits = Bits { words: own(kinds.words), hangul: own(kinds.hangul), small: own(kinds.lower), seams };
        self.bits.add(self.len, &bits);
        if let (Some(room), Some(folded)) = (self.room(), folded[n..].first_chunk()) {
            *room = *folded;
        }
        let mut ends = own(kinds.ends);
        while ends != 0 {
            let end = ends.trailing_zeros() as usize;
            ends &= ends - 1;
            self.end_line((raw + end, self.len + end), (raw + end + 1, self.len + end + 1));
        }
        self.len += len;
    }

    /// What is behind the folded text.
    #[inline(always)]
    fn room(&mut self) -> Option<&mut [u8; ROOM]> {
        if self.text.len() < self.len + ROOM {
            self.text.resize(self.len * 2 + ROOM, 0);
        }
        self.text[self.len..].first_chunk_mut()
    }

    /// Appends a character.
    fn push(&mut self, c: char, class: Class, small: bool) {
        if let Some(room) = self.room() {
            let len = c.encode_utf8(room).len();
            self.bits.add(self.len, &Bits::of(class, len, small));
            self.len += len;
        }
    }

    /// Appends a sign or a blank of ASCII.
    #[inline(always)]
    fn push_byte(&mut self, b: u8) {
        debug_assert!(b.is_ascii());
        if let Some([room, ..]) = self.room() {
            *room = b;
            self.len += 1;
        }
    }

    /// The last character.
    fn last(&self) -> Option<char> {
        let text = &self.text[..self.len];
        let start = text.iter().rposition(|b| (*b as i8) >= -64)?;
        std::str::from_utf8(&text[start..]).ok()?.chars().next()
    }

    /// Takes back the last character, `c`.
    fn take_back(&mut self, c: char) {
        self.len -= c.len_utf8();
        self.bits.take_back(self.len);
    }

    /// True where a small letter stands at `at`.
    fn small(&self, at: usize) -> bool {
        self.raw[at..].starts_with(char::is_lowercase)
    }

    /// Folds what is special, the byte `b` at `at`, or a blank that is no plain one; returns the offset behind it.
    fn other(&mut self, at: usize, b: u8) -> usize {
        match b {
            b' ' if self.solid(at + 1) => self.blank(at),
            b'\n' if self.solid(at + 1) && !self.blank_before() => self.line_end(at),
            b'\n' if self.raw.as_bytes().get(at + 1) == Some(&b'\n') && self.solid(at + 2) && !self.blank_before() => self.empty_line(at),
            _ => self.special(at),
        }
    }

    /// True where something stands that is no white space.
    fn solid(&self, at: usize) -> bool {
        match self.raw.as_bytes().get(at) {
            None => false,
            Some(b) if b.is_ascii() => !matches!(b, b'\t'..=b'\r' | b' '),
            Some(_) => self.raw[at..].chars().next().is_some_and(|c| !c.is_whitespace()),
        }
    }

    /// Folds a lone blank.
    fn blank(&mut self, at: usize) -> usize {
        self.before = Kind::Other;
        if !self.blank_before() {
            self.mark(at);
            self.push_byte(b' ');
        }
        at + 1
    }

    /// Folds a lone line end at `at`, with no white space beside it.
    fn line_end(&mut self, at: usize) -> usize {
        self.before = Kind::Other;
        let fold_end = self.len;
        self.mark(at);
        self.push_byte(b' ');
        self.end_line((at, fold_end), (at + 1, self.len));
        at + 1
    }

    /// Folds two line ends, with no white space beside them: an empty line.
    fn empty_line(&mut self, at: usize) -> usize {
        self.before = Kind::Other;
        let fold_end = self.len;
        self.mark(at);
        self.push_byte(b'\n');
        self.end_line((at, fold_end), (at + 1, self.len));
        self.end_line((at + 1, self.len), (at + 2, self.len));
        at + 2
    }

    /// Ends the line at an offset of the original and one of the folded text, and begins the next one.
    fn end_line(&mut self, (end, fold_end): (usize, usize), next: (usize, usize)) {
        self.lines.push(Line::new(self.line_raw, end, self.line_fold, fold_end.max(self.line_fold)));
        (self.line_raw, self.line_fold) = next;
    }

    /// Folds one character at `at`, or what Markdown makes of it; returns the offset behind it.
    fn special(&mut self, at: usize) -> usize {
        let Some(c) = self.raw[at..].chars().next() else { return self.raw.len() };
        let end = at + c.len_utf8();
        if let Some(sign) = sign(c) {
            self.before = Kind::Other;
            self.mark(at);
            self.push_byte(sign as u8);
            return end;
        }
        match c {
            '[' if self.opens_link(at) => {
                self.seam(at);
                return end;
            }
            ']' => {
                if let Some(end) = self.link_target(at) {
                    if self.raw[end..].starts_with(|c: char| is_wordy(c) || c == '[') {
                        self.seam(at);
                    }
                    return end;
                }
            }
            '\\' if self.raw.as_bytes().get(at + 1).is_some_and(u8::is_ascii_punctuation) => return end,
            _ => {}
        }
        match fold_char(c) {
            Fold::Blank => return self.blanks(at),
            // A place where a line may break parts words.
            Fold::Drop if c == '\u{200B}' => self.bits.add_seam(self.len),
            Fold::Drop => {}
            Fold::Dots => {
                self.mark(at);
                (0..3).for_each(|_| self.push_byte(b'.'));
            }
            Fold::Keep(folded) => {
                self.note_seam(Kind::of(c), end);
                self.mark(at);
                match composed(self.last(), folded) {
                    Some(one) => self.compose(one),
                    None => self.push(folded, class(folded), c.is_lowercase()),
                }
            }
        }
        end
    }

    /// Puts `one` in the place of the last character, of which it is made.
    fn compose(&mut self, one: char) {
        if let Some(before) = self.last() {
            self.len -= before.len_utf8();
            let small = self.bits.small(self.len);
            self.bits.take_back(self.len);
            self.push(one, class(one), small);
        }
    }

    /// Notes a seam before the character of this kind that is about to be folded; `next` is where the one behind it stands.
    fn note_seam(&mut self, kind: Kind, next: usize) {
        if kind.parts(self.before) && (kind != self.before || self.small(next)) {
            self.bits.add_seam(self.len);
        }
        self.before = kind;
    }

    /// Notes where the next folded character comes from, when the distance has changed.
    fn mark(&mut self, raw: usize) {
        note_drift(&mut self.drift, self.len, raw);
    }

    /// A blank between words that only a link's brackets keep apart.
    fn seam(&mut self, raw: usize) {
        if self.last().is_some_and(is_wordy) {
            self.mark(raw);
            self.push_byte(b' ');
        }
    }

    /// A run of white space from `at`: one blank, or `\n` where it holds an empty line. Ends lines on the way.
    fn blanks(&mut self, at: usize) -> usize {
        self.before = Kind::Other;
        let run = self.raw[at..].find(|c: char| !c.is_whitespace()).map_or(self.raw.len(), |n| at + n);
        let blanks = &self.raw.as_bytes()[at..run];
        let fold_end = self.len;
        let breaks = memchr::memchr_iter(b'\n', blanks).count();
        let blank = if breaks > 1 { b'\n' } else { b' ' };
        if !self.blank_before() {
            self.mark(at);
            self.push_byte(blank);
        } else if breaks > 1 {
            self.take_back(' ');
            self.push_byte(blank);
        }
        let behind = self.len;
        for (n, newline) in memchr::memchr_iter(b'\n', blanks).enumerate() {
            let newline = at + newline;
            let end = if newline > self.line_raw && self.raw.as_bytes()[newline - 1] == b'\r' { newline - 1 } else { newline };
            self.end_line((end, if n == 0 { fold_end } else { behind }), (newline + 1, behind));
        }
        run
    }

    fn blank_before(&self) -> bool {
        self.len > 0 && matches!(self.text[self.len - 1], b' ' | b'\n')
    }

    /// True where the bracket at `at` begins `[label](target)` on one line.
    fn opens_link(&self, at: usize) -> bool {
        let window = &self.raw.as_bytes()[at + 1..self.raw.len().min(at + 300)];
        let label = window.iter().position(|&b| matches!(b, b']' | b'[' | b'\n'));
        label.is_some_and(|n| window[n] == b']' && self.link_target(at + 1 + n).is_some())
    }

    /// The end of `](target)` whose bracket stands at `at`.
    fn link_target(&self, at: usize) -> Option<usize> {
        let bytes = self.raw.as_bytes();
        if bytes.get(at + 1) != Some(&b'(') {
            return None;
        }
        let window = &bytes[at + 2..bytes.len().min(at + 2000)];
        let end = window.iter().position(|&b| matches!(b, b')' | b'\n' | b'<' | b'('))?;
        (window[end] == b')').then_some(at + 2 + end + 1)
    }
}

/// The text, which is made of whole characters.
pub(super) fn whole(text: Vec<u8>) -> String {
    debug_assert!(std::str::from_utf8(&text).is_ok(), "whole characters are folded to whole characters");
    // SAFETY: `text` is made of whole characters. `plain` appends runs of `raw` that begin and end where characters do (`Kinds`
    // ends a block before a character that goes on behind it, and stops at the first byte of one that it does not fold), in which
    // ASCII was made small and a letter replaced by another of as many bytes; all else is appended and taken back by `push`,
    // `push_byte` and `take_back`, a character at a time. `refold` moves whole lines of such a text and puts such texts between them.
    // To read it all again for a proof takes 3 to 8% of the time of a run. Tests run with the assertion, on any text
    // (`any_text_folds_in_blocks`, `of_any_text`).
    unsafe { String::from_utf8_unchecked(text) }
}

/// True for a character that folds to one of its own wherever it begins a line, whatever follows.
pub(super) fn begins(c: char) -> bool {
    match c {
        '[' | ']' | '\\' => false,
        c if c.is_ascii() => c.is_ascii_graphic(),
        c => sign(c).is_some() || matches!(fold_char(c), Fold::Keep(_) | Fold::Dots),
    }
}

/// True for a byte of ASCII that is no white space.
fn plain_byte(b: Option<&u8>) -> bool {
    b.is_some_and(|&b| matches!(b, b'!'..=b'~'))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::bits::Whole;
    use super::*;
    use proptest::prelude::*;

    fn folded(raw: &str) -> String {
        fold(raw).0.text
    }

    #[test]
    fn blind_to_spelling() {
        assert_eq!(folded("Leave  a\u{A0}Reply"), "leave a reply");
        assert_eq!(folded("don’t “go” – now…"), "don't \"go\" - now...");
        assert_eq!(folded("ＮＥＸＴ\u{200B}page"), "nextpage");
        assert_eq!(folded("Réponse"), folded("Re\u{301}ponse"));
        assert_eq!(folded("ОТВЕТ"), "ответ");
        assert_eq!(folded("a\r\nb\r\n\r\nc"), "a b\nc");
        assert_eq!(folded("Fields \\*"), "fields *");
        assert_eq!(folded("١٨ ۲ ३ ๔"), "18 2 3 4");
        assert_eq!(folded("Distribuiţi"), folded("Distribuiți"));
        assert_eq!(folded("Διαβάστε επίσης"), folded("ΔΙΑΒΑΣΤΕ ΕΠΙΣΗΣ"));
        assert_eq!(folded("α\u{301}"), "α");
        assert_eq!(folded("ख\u{93C}बर"), folded("\u{959}बर"));
    }

    #[test]
    fn link_targets_vanish() {
        assert_eq!(folded("Leave [Cancel reply](/x#respond) now"), "leave cancel reply now");
        assert_eq!(folded("by[eric](u)[2025](v)"), "by eric 2025");
        assert_eq!(folded("see [1] (note)"), "see [1] (note)");
    }

    #[test]
    fn offsets_lead_back() {
        let raw = "Тест…  „Ёж”\u{200B} e\u{301}nd [Ca](u) ＸY";
        let (twin, _) = fold(raw);
        for (at, c) in twin.text.char_indices() {
            let start = twin.raw_start(at);
            assert!(start <= raw.len());
            if c.is_alphanumeric() {
                assert!(raw.is_char_boundary(start), "{at} {c}");
                let end = twin.raw_end(raw, at + c.len_utf8());
                assert_eq!(folded(&raw[start..end]), c.to_string());
            }
        }
    }

    #[test]
    fn lines_know_both_texts() {
        let raw = "One  two\r\n\r\n\tthree\nfour";
        let (folded, lines) = fold(raw);
        let seen: Vec<(&str, &str)> =
            lines.iter().map(|l| (&raw[l.start()..l.end()], folded.text[l.fold_start()..l.fold_end()].trim())).collect();
        assert_eq!(seen, [("One  two", "one two"), ("", ""), ("\tthree", "three"), ("four", "four")]);
    }

    /// Folds one character after the other.
    fn slowly(raw: &str) -> (Folded, Vec<Line>) {
        let mut folder = Folder::new(raw);
        let mut at = 0;
        while at < raw.len() {
            at = folder.other(at, raw.as_bytes()[at]);
        }
        folder.end()
    }

    fn told((folded, lines): &(Folded, Vec<Line>)) -> String {
        let blocks = (0..folded.text.len().div_ceil(BLOCK)).map(|n| folded.block(n)).collect::<Vec<_>>();
        let starts = folded.text.char_indices().map(|(at, _)| folded.raw_start(at)).collect::<Vec<_>>();
        format!("{:?} {starts:?} {lines:?} {blocks:#x?}", folded.text)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn blocks_fold_as_characters_do(pieces in proptest::collection::vec(0..PIECES.len(), 0..200)) {
            let raw: String = pieces.iter().map(|&n| PIECES[n]).collect();
            prop_assert_eq!(told(&fold(&raw)), told(&slowly(&raw)), "{}", raw);
        }

        #[test]
        fn any_text_folds_in_blocks(raw in ".{0,150}") {
            prop_assert_eq!(told(&fold(&raw)), told(&slowly(&raw)), "{}", raw);
        }

        #[test]
        fn bits_tell_what_the_text_holds(pieces in proptest::collection::vec(0..PIECES.len(), 0..100)) {
            let raw: String = pieces.iter().map(|&n| PIECES[n]).collect();
            let (folded, _) = fold(&raw);
            for (at, c) in folded.text.char_indices() {
                let (Whole { bits, alone, blank }, bit) = (folded.block(at / BLOCK), at % BLOCK);
                let has = |bits: u64| bits >> bit & 1 == 1;
                let class = class(c);
                prop_assert_eq!(
                    (has(bits.words), has(bits.hangul), has(alone), has(blank)),
                    (class == Class::Word, class == Class::Hangul, class == Class::Alone, class == Class::Blank)
                );
                prop_assert_eq!(has(bits.small), raw.get(folded.raw_start(at)..).is_some_and(|rest| rest.starts_with(char::is_lowercase)), "{} at {}", c, at);
            }
        }
    }

    pub(in super::super) const PIECES: &[&str] = &[
        "a",
        "b",
        "sha",
        "Next",
        "A",
        "B",
        "NASA",
        "7",
        "2040",
        " ",
        " ",
        "  ",
        "\n",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        ".",
        ", ",
        "(",
        ")",
        "’",
        "“",
        "…",
        "–",
        "é",
        "É",
        "ß",
        "ẞ",
        "İ",
        "ı",
        "ё",
        "Ж",
        "ж",
        "ς",
        "Ά",
        "δ",
        "ש",
        "ي",
        "ـ",
        "١",
        "क",
        "ख\u{93C}",
        "\u{94D}",
        "ท",
        "ี",
        "๔",
        "发",
        "表",
        "。",
        "、",
        "か",
        "が",
        "か\u{3099}",
        "댓",
        "글",
        "Ạ",
        "ạ",
        "Ａ",
        "ＸＹ",
        "\u{200B}",
        "\u{AD}",
        "\u{A0}",
        "\u{3000}",
        "e\u{301}",
        "E\u{301}",
        "[",
        "]",
        "](u)",
        "[a](b)",
        "\\*",
        "`",
        "😀",
        "🏃🏽",
        "²",
        "½",
        "ǅ",
        "ﬁ",
        "Ⱥ",
        "\u{85}",
        "༢",
    ];
}
