//! The folded twin of a text: what matching reads, with the way back to the original.
//!
//! Folding makes matching blind to case, to the kind and number of blanks, to typographic variants, to composition, to
//! invisible characters and to Markdown escapes and link targets. It happens once per text, so that a phrase needs one
//! spelling only; offsets are mapped back through the places where the two texts drift apart.

use std::cell::Cell;

use unicode_normalization::char::{canonical_combining_class, compose};

use super::block::{BLOCK, Block};
use super::class::is_wordy;
use super::letter::{Fold, Kind, fold_char, simple, simple_of_two, two_bytes};
use super::line::Line;

/// A folded text with its map to the original.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    /// Lower-case text with single blanks; `\n` stands only where a paragraph ends (an empty line).
    pub text: String,
    /// Folded offsets at which a new piece may begin inside what looks like a word: `2040|Next article|Rise`.
    pub seams: Vec<u32>,
    /// Where the distance between the two offsets changes: `(folded, original)`, sorted by both.
    drift: Vec<(u32, u32)>,
    /// How many drift points stood before the last place that was asked about: the next one is near it.
    last: Cell<usize>,
}

impl Folded {
    /// Offset in the original of the character that begins at `at`.
    pub fn raw_start(&self, at: usize) -> usize {
        let (fold, raw) = self.drift_before(at);
        raw + (at - fold)
    }

    fn drift_before(&self, at: usize) -> (usize, usize) {
        let behind = |n: usize| self.drift.get(n).is_none_or(|&(fold, _)| fold as usize > at);
        let before = |n: usize| n.checked_sub(1).is_none_or(|n| (self.drift[n].0 as usize) <= at);
        let last = self.last.get();
        let near = [last, last + 1].into_iter().find(|&n| n <= self.drift.len() && before(n) && behind(n));
        let count = near.unwrap_or_else(|| self.drift.partition_point(|&(fold, _)| fold as usize <= at));
        self.last.set(count);
        match count {
            0 => (0, 0),
            n => {
                let (fold, raw) = self.drift[n - 1];
                (fold as usize, raw as usize)
            }
        }
    }

    /// Offset in the original just behind the character that ends at `at`.
    pub fn raw_end(&self, original: &str, at: usize) -> usize {
        let Some(last) = self.text[..at].chars().next_back() else { return 0 };
        let mut end = original.floor_char_boundary(self.raw_start(at - last.len_utf8()));
        if let Some(c) = original[end..].chars().next() {
            end += c.len_utf8();
        }
        // The marks that were composed into the character belong to it.
        for c in original[end..].chars().take_while(|&c| c >= '\u{300}' && canonical_combining_class(c) != 0) {
            end += c.len_utf8();
        }
        end
    }

    /// Folded offset of the first character that stands at or behind `raw` in the original.
    pub fn fold_start(&self, raw: usize) -> usize {
        let n = self.drift.partition_point(|&(_, r)| r as usize <= raw);
        let (fold, base) = if n == 0 { (0, 0) } else { (self.drift[n - 1].0 as usize, self.drift[n - 1].1 as usize) };
        let next = self.drift.get(n).map_or(self.text.len(), |&(f, _)| f as usize);
        self.text.ceil_char_boundary((fold + (raw - base)).min(next))
    }
}

/// Marks bytes that are no plain ASCII: blanks, what Markdown gives a meaning, parts of longer characters.
const SPECIAL: u8 = 5;

/// For each byte, its kind, or `SPECIAL`.
const CLASSES: [u8; 256] = {
    let mut classes = [Kind::Other as u8; 256];
    let mut b = 0;
    while b < 256 {
        classes[b] = match b as u8 {
            b'a'..=b'z' => Kind::Lower as u8,
            b'A'..=b'Z' => Kind::Upper as u8,
            b'0'..=b'9' => Kind::Digit as u8,
            b'[' | b']' | b'\\' | b'`' | b' ' | b'\t'..=b'\r' | 128.. => SPECIAL,
            _ => Kind::Other as u8,
        };
        b += 1;
    }
    classes
};

/// A bit for each pair of kinds between which a seam may be: the first times five, and the second. The second is ASCII here.
const SEAMS: u32 = {
    1 << (Kind::Lower as u32 * 5 + Kind::Upper as u32)
        | 1 << (Kind::Digit as u32 * 5 + Kind::Upper as u32)
        | 1 << (Kind::Lower as u32 * 5 + Kind::Digit as u32)
        | 1 << (Kind::Upper as u32 * 5 + Kind::Digit as u32)
        | 1 << (Kind::Digit as u32 * 5 + Kind::Lower as u32)
        | 1 << (Kind::Upper as u32 * 5 + Kind::Upper as u32)
        | 1 << (Kind::Caseless as u32 * 5 + Kind::Lower as u32)
        | 1 << (Kind::Caseless as u32 * 5 + Kind::Upper as u32)
        | 1 << (Kind::Caseless as u32 * 5 + Kind::Digit as u32)
};

/// The kind of a byte of plain ASCII, or of a blank.
fn kind_of(b: u8) -> Kind {
    Kind::ALL.get(usize::from(CLASSES[usize::from(b)])).copied().unwrap_or_default()
}

fn plain_byte(b: Option<&u8>) -> bool {
    b.is_some_and(|&b| CLASSES[b as usize] != SPECIAL)
}

struct Folder<'t> {
    raw: &'t str,
    before: Kind,
    /// The folded text so far.
    text: String,
    out: Folded,
    lines: Vec<Line>,
    line_raw: usize,
    line_fold: usize,
}

/// Folds `raw` and finds its lines on the way. `raw` is shorter than 4 GiB.
#[inline(never)] // a stage is counted by its name (benches/count.py)
pub(crate) fn fold(raw: &str) -> (Folded, Vec<Line>) {
    let text = String::with_capacity(raw.len());
    let mut folder = Folder { raw, before: Kind::Other, text, out: Folded::default(), lines: Vec::new(), line_raw: 0, line_fold: 0 };
    folder.run();
    folder.out.text = folder.text;
    (folder.out, folder.lines)
}

/// Folds a phrase of a pack: as a text, without the line break rules, trimmed.
pub(crate) fn fold_phrase(phrase: &str) -> String {
    let mut out = String::with_capacity(phrase.len());
    for c in phrase.chars() {
        match fold_char(c) {
            Fold::Keep(c) => push_composed(&mut out, c),
            Fold::Dots => out.push_str("..."),
            Fold::Blank if !out.ends_with(' ') => out.push(' '),
            Fold::Blank | Fold::Drop => {}
        }
    }
    out
}

fn push_composed(out: &mut String, c: char) {
    if c as u32 >= 0x300
        && (canonical_combining_class(c) != 0 || ('\u{1161}'..='\u{11C2}').contains(&c))
        && let Some(before) = out.chars().next_back()
        && let Some(one) = compose(before, c)
    {
        out.pop();
        // "α" and its accent as two characters.
        out.push(if let Fold::Keep(plain) = fold_char(one) { plain } else { one });
    } else {
        out.push(c);
    }
}

/// What stands in a block, as far as folding asks: a bit for each byte.
struct Kinds {
    upper: u64,
    lower: u64,
    digit: u64,
    blank: u64,
    /// What is no plain ASCII and no blank.
    special: u64,
}

impl Kinds {
    #[inline(always)]
    fn of(block: &Block) -> Kinds {
        Kinds {
            upper: block.within(b'A', b'Z'),
            lower: block.within(b'a', b'z'),
            digit: block.within(b'0', b'9'),
            blank: block.is(b' '),
            special: block.high() | block.within(b'\t', b'\r') | block.within(b'[', b']') | block.is(b'`'),
        }
    }

    /// Bytes between which and the one before, in the block, a seam is.
    #[inline(always)]
    fn seams(&self) -> u64 {
        let (upper, lower, digit) = (self.upper, self.lower, self.digit);
        let after = |kinds: u64| kinds << 1;
        // "USANext": the last capital begins a word.
        after(lower) & (upper | digit) | after(digit) & (upper | lower) | after(upper) & (digit | upper & lower >> 1)
    }
}

impl Folder<'_> {
    fn run(&mut self) {
        let bytes = self.raw.as_bytes();
        let mut at = 0;
        while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
            at = self.block(at, block);
        }
        while let Some(&b) = bytes.get(at) {
            at = match CLASSES[b as usize] {
                SPECIAL => self.other(at, b),
                _ => self.plain(at),
            };
        }
        self.end_line(bytes.len());
    }

    /// Folds the block at `at`; returns the offset behind it, or behind what reaches over its end.
    #[inline(always)]
    fn block(&mut self, at: usize, bytes: &[u8; BLOCK]) -> usize {
        let block = Block::new(bytes);
        let kinds = Kinds::of(&block);
        // A blank is plain where something follows that is surely no white space.
        let odd = (kinds.special | kinds.blank) >> 1 | u64::from(!plain_byte(self.raw.as_bytes().get(at + BLOCK))) << (BLOCK - 1);
        let stops = kinds.special | kinds.blank & odd;
        let seams = kinds.seams();
        let mut n = 0;
        while n < BLOCK {
            let len = ((stops >> n).trailing_zeros() as usize).min(BLOCK - n);
            // Two blanks may come together where something between them was left out.
            let len = if len > 0 && kinds.blank >> n & 1 == 1 && self.blank_before() { 0 } else { len };
            if len > 0 {
                self.plain_run(at + n, len, &kinds, seams, n);
                n += len;
            } else {
                n = self.other(at + n, bytes[n]) - at;
            }
        }
        at + n
    }

    /// Appends plain ASCII from byte `n` of a block, which stands at `raw`, and notes its seams.
    #[inline(always)]
    fn plain_run(&mut self, raw: usize, len: usize, kinds: &Kinds, seams: u64, n: usize) {
        let fold = self.text.len();
        let bytes = self.raw.as_bytes();
        let (first, end) = (kind_of(bytes[raw]), kind_of(bytes[raw + len - 1]));
        let mut seams = seams >> n & (u64::MAX >> (BLOCK - len)) & !1;
        // The first byte follows what was folded before, and the last one may be followed by a longer character.
        if SEAMS >> (self.before as u8 * 5 + first as u8) & 1 != 0 && (self.before != first || first != Kind::Upper || self.small(raw + 1))
        {
            seams |= 1;
        }
        let last = n + len - 1;
        if len > 1 && kinds.upper >> (last - 1) & 3 == 3 && self.small(raw + len) {
            seams |= 1 << (len - 1);
        }
        while seams != 0 {
            self.out.seams.push((fold + seams.trailing_zeros() as usize) as u32);
            seams &= seams - 1;
        }
        self.before = end;
        self.mark(raw);
        self.append(raw, raw + len, kinds.upper >> n & (u64::MAX >> (BLOCK - len)) != 0);
    }

    /// Appends plain ASCII, with its capitals made small if there are any.
    #[inline(always)]
    fn append(&mut self, start: usize, end: usize, capitals: bool) {
        let fold = self.text.len();
        self.text.push_str(&self.raw[start..end]);
        if capitals {
            self.text[fold..].make_ascii_lowercase();
        }
    }

    /// True where a small letter stands at `at`.
    fn small(&self, at: usize) -> bool {
        self.raw[at..].starts_with(char::is_lowercase)
    }

    /// Folds plain ASCII from `at`, where less than a block is left, as far as it goes; returns the offset behind it.
    fn plain(&mut self, at: usize) -> usize {
        let bytes = self.raw.as_bytes();
        let fold = self.text.len();
        let mut end = at;
        let mut before = self.before as u8;
        while let Some(&b) = bytes.get(end) {
            let mut class = CLASSES[b as usize];
            if class == SPECIAL {
                if b != b' ' || !plain_byte(bytes.get(end + 1)) {
                    break;
                }
                class = Kind::Other as u8;
            }
            if SEAMS >> (before * 5 + class) & 1 != 0 {
                let both = class == Kind::Upper as u8 && before == class;
                if !both || self.small(end + 1) {
                    self.out.seams.push((fold + end - at) as u32);
                }
            }
            before = class;
            end += 1;
        }
        self.before = Kind::ALL[before as usize];
        self.mark(at);
        self.append(at, end, true);
        end
    }

    /// Folds what is no plain ASCII, the byte `b` at `at`, or a blank that is no plain one; returns the offset behind it.
    fn other(&mut self, at: usize, b: u8) -> usize {
        match b {
            b' ' if self.solid(at + 1) => self.blank(at),
            b'\n' if self.solid(at + 1) => self.line_end(at),
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
            self.text.push(' ');
        }
        at + 1
    }

    /// Folds a lone line end at `at`, with no white space behind it.
    fn line_end(&mut self, at: usize) -> usize {
        if self.blank_before() {
            return self.special(at);
        }
        self.before = Kind::Other;
        let fold_end = self.text.len().max(self.line_fold);
        self.mark(at);
        self.text.push(' ');
        self.lines.push(Line::new(self.line_raw, at, self.line_fold, fold_end));
        self.line_raw = at + 1;
        self.line_fold = self.text.len();
        at + 1
    }

    /// Folds what is not plain ASCII at `at`; returns the offset behind it.
    fn special(&mut self, at: usize) -> usize {
        let Some(c) = self.raw[at..].chars().next() else { return self.raw.len() };
        if let Some((folded, kind)) = simple(c) {
            return self.letters(at, c, folded, kind);
        }
        match c {
            '[' if self.opens_link(at) => {
                self.seam(at);
                return at + 1;
            }
            ']' => {
                if let Some(end) = self.link_target(at) {
                    if self.raw[end..].starts_with(|c: char| is_wordy(c) || c == '[') {
                        self.seam(at);
                    }
                    return end;
                }
            }
            '\\' if self.raw.as_bytes().get(at + 1).is_some_and(u8::is_ascii_punctuation) => return at + 1,
            _ => {}
        }
        match fold_char(c) {
            Fold::Blank => return self.blanks(at),
            // A place where a line may break parts words.
            Fold::Drop if c == '\u{200B}' && self.out.seams.last().is_none_or(|&s| (s as usize) < self.text.len()) => {
                self.out.seams.push(self.text.len() as u32);
            }
            Fold::Drop => {}
            Fold::Dots => {
                self.mark(at);
                self.text.push_str("...");
            }
            Fold::Keep(folded) => {
                self.note_seam(Kind::of(c), at + c.len_utf8());
                self.mark(at);
                push_composed(&mut self.text, folded);
            }
        }
        at + c.len_utf8()
    }

    /// Folds `c` at `at` to `folded`, and such letters behind it, with single blanks between them.
    fn letters(&mut self, mut at: usize, c: char, folded: char, kind: Kind) -> usize {
        let bytes = self.raw.as_bytes();
        let table = two_bytes();
        let (mut len, mut folded, mut kind) = (c.len_utf8(), folded, kind);
        let mut drifts = true;
        loop {
            if drifts {
                self.mark(at);
            }
            at += len;
            if kind != Kind::Lower || self.before != kind {
                self.note_seam(kind, at);
            }
            self.text.push(folded);
            drifts = len != folded.len_utf8();
            let Some(&next) = bytes.get(at) else { return at };
            // No white space has such a first byte.
            let two = |b: u8| (0xC3..0xE0).contains(&b);
            let mut first = next;
            if next == b' ' && bytes.get(at + 1).is_some_and(|&b| two(b)) {
                if drifts {
                    self.mark(at);
                    drifts = false;
                }
                self.text.push(' ');
                self.before = Kind::Other;
                at += 1;
                first = bytes[at];
            }
            let twin = match bytes.get(at + 1) {
                Some(&second) if two(first) => {
                    len = 2;
                    simple_of_two(table, first, second)
                }
                _ if first.is_ascii() => return at,
                _ => self.raw[at..].chars().next().and_then(|c| {
                    len = c.len_utf8();
                    simple(c)
                }),
            };
            let Some(twin) = twin else { return at };
            (folded, kind) = twin;
        }
    }

    /// Notes a seam before the character of this kind that is about to be folded; `next` is where the one behind it stands.
    fn note_seam(&mut self, kind: Kind, next: usize) {
        let seam = match (self.before, kind) {
            (Kind::Lower | Kind::Digit, Kind::Upper) | (Kind::Lower | Kind::Upper, Kind::Digit) | (Kind::Digit, Kind::Lower) => true,
            (Kind::Lower | Kind::Upper | Kind::Digit, Kind::Caseless) | (Kind::Caseless, Kind::Lower | Kind::Upper | Kind::Digit) => true,
            (Kind::Upper, Kind::Upper) => self.raw[next..].starts_with(char::is_lowercase),
            _ => false,
        };
        if seam {
            self.out.seams.push(self.text.len() as u32);
        }
        self.before = kind;
    }

    /// Notes where the next folded character comes from, when the distance has changed.
    fn mark(&mut self, raw: usize) {
        let fold = self.text.len();
        let (last_fold, last_raw) = self.out.drift.last().map_or((0, 0), |&(f, r)| (f as usize, r as usize));
        if raw - last_raw != fold - last_fold.min(fold) {
            if last_fold == fold && !self.out.drift.is_empty() {
                self.out.drift.pop();
            }
            self.out.drift.push((fold as u32, raw as u32));
        }
    }

    /// A blank between words that only a link's brackets keep apart.
    fn seam(&mut self, raw: usize) {
        if self.text.ends_with(is_wordy) {
            self.mark(raw);
            self.text.push(' ');
        }
    }

    /// A run of white space from `at`: one blank, or `\n` where it holds an empty line. Ends lines on the way.
    fn blanks(&mut self, at: usize) -> usize {
        self.before = Kind::Other;
        let run = self.raw[at..].find(|c: char| !c.is_whitespace()).map_or(self.raw.len(), |n| at + n);
        let blanks = &self.raw.as_bytes()[at..run];
        let fold_end = self.text.len();
        let breaks = memchr::memchr_iter(b'\n', blanks).count();
        if !self.blank_before() {
            self.mark(at);
            self.text.push(if breaks > 1 { '\n' } else { ' ' });
        } else if breaks > 1 {
            self.text.pop();
            self.text.push('\n');
        }
        let behind = self.text.len();
        for (n, newline) in memchr::memchr_iter(b'\n', blanks).enumerate() {
            let newline = at + newline;
            let end = if newline > self.line_raw && self.raw.as_bytes()[newline - 1] == b'\r' { newline - 1 } else { newline };
            let fold_end = if n == 0 { fold_end.max(self.line_fold) } else { behind };
            self.lines.push(Line::new(self.line_raw, end, self.line_fold, fold_end));
            self.line_raw = newline + 1;
            self.line_fold = behind;
        }
        run
    }

    fn blank_before(&self) -> bool {
        matches!(self.text.as_bytes().last(), Some(b' ' | b'\n'))
    }

    fn end_line(&mut self, end: usize) {
        if self.line_raw < end || self.lines.is_empty() {
            let fold_end = self.text.trim_end().len().max(self.line_fold);
            self.lines.push(Line::new(self.line_raw, end, self.line_fold, fold_end));
        }
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
