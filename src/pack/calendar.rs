//! Dates and times in folded text: the words come from the languages, the shapes are numeric facts.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

/// Words with bits for the languages that have them. The keys come from packs: nothing hostile is stored here, and what is
/// looked up cannot make it slow.
pub(crate) type WordMap = HashMap<String, u64, Quick>;

/// A hasher for short words.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Quick(u64);

impl BuildHasher for Quick {
    type Hasher = Quick;

    fn build_hasher(&self) -> Quick {
        Quick(0)
    }
}

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.write_u64(u64::from_le_bytes(chunk.try_into().unwrap_or_default()));
        }
        let rest = chunks.remainder().iter().fold(bytes.len() as u64, |sum, &b| sum << 8 | u64::from(b));
        self.write_u64(rest);
    }

    fn write_u8(&mut self, _: u8) {}

    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// Month, weekday and filler words of all languages in use, folded, with the languages (bits) that have them.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Words {
    pub months: WordMap,
    pub weekdays: WordMap,
    pub fillers: WordMap,
}

/// The calendar of some languages: "min" stands in a Portuguese date, and not in an English one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calendar<'w> {
    pub words: &'w Words,
    /// Bits of the languages.
    pub languages: u64,
}

/// What may stand behind the number of a day.
const ORDINALS: [&str; 7] = ["st", "nd", "rd", "th", "er", "º", "ª"];

/// Longest word of a date, in bytes.
const MAX_WORD: usize = 40;

/// A piece of a possible date.
enum Token<'t> {
    Number(&'t str),
    Word(&'t str),
}

impl Calendar<'_> {
    fn month(&self, word: &str) -> bool {
        self.words.months.get(word).is_some_and(|l| l & self.languages != 0)
    }

    fn weekday(&self, word: &str) -> bool {
        self.words.weekdays.get(word).is_some_and(|l| l & self.languages != 0)
    }

    fn filler(&self, word: &str) -> bool {
        self.words.fillers.get(word).is_some_and(|l| l & self.languages != 0)
    }

    /// False where no date begins at the start of `rest`, which begins with no digit.
    pub fn may_begin(&self, rest: &str) -> bool {
        let word = &rest[..rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len())];
        self.month(word) || self.weekday(word) || ORDINALS.contains(&word)
    }

    /// False where `before` ends with no word or number that may be the last one of a date or a time.
    pub fn may_end(&self, before: &str) -> bool {
        let before = before.trim_end_matches('.');
        let rest = before.trim_end_matches(char::is_alphabetic);
        let word = &before[rest.len()..];
        // "14h", "18日", "a.m", "5th": a word behind a digit, or a short one.
        rest.ends_with(|c: char| c.is_ascii_digit() || matches!(c, 'º' | 'ª' | '.'))
            || !word.is_empty() && (word.chars().nth(2).is_none() || self.month(word) || self.filler(word))
    }

    /// End of the date that begins at `at` in folded `text`, the longest one.
    pub fn date(&self, text: &str, at: usize) -> Option<usize> {
        self.numeric(text, at).or_else(|| self.worded(text, at))
    }

    /// The date at `at` with the time of day behind it, if there is one: `March 18, 2024 at 6:18 PM`.
    pub fn moment(&self, text: &str, at: usize) -> Option<usize> {
        let end = self.date(text, at)?;
        let mut next = end;
        for _ in 0..3 {
            next += text[next..].len() - text[next..].trim_start_matches([' ', ',', '-', '|', '/', '·', '\u{60C}']).len();
            if let Some(stop) = self.time(text, next) {
                return Some(stop);
            }
            match token(text, next) {
                Some((Token::Word(word), stop)) if self.filler(word) => next = stop,
                _ => break,
            }
        }
        Some(end)
    }

    /// `2024-03-18`, `18.03.2024`, `3/18/24`, `2024年3月18日`, `2024-03-18t09:00:00z`.
    fn numeric(&self, text: &str, at: usize) -> Option<usize> {
        let (first, mut end) = digits(text, at, 4)?;
        let (mut parts, mut count) = ([first, "", ""], 1);
        let mut separator = None;
        while count < 3 {
            let mut rest = text[end..].chars();
            let sign = rest.next()?;
            let wide = matches!(sign, '年' | '月' | '년' | '월');
            if !matches!(sign, '.' | '/' | '-') && !wide {
                break;
            }
            if !wide && separator.is_some_and(|s| s != sign) {
                return None;
            }
            separator = Some(sign);
            let mut next = end + sign.len_utf8();
            next += text[next..].len() - text[next..].trim_start_matches(' ').len();
            let Some((digits, stop)) = digits(text, next, 4) else {
                // "18.03." and "2024年3月" end with their sign.
                break;
            };
            parts[count] = digits;
            count += 1;
            end = stop;
        }
        if text[end..].starts_with(['日', '일', '月', '월']) {
            end += text[end..].chars().next().map_or(0, char::len_utf8);
        }
        let year = |d: &str| d.len() == 4 && (d.starts_with("19") || d.starts_with("20") || d.starts_with("18"));
        let small = |d: &str| d.len() <= 2 && d.parse::<u32>().is_ok_and(|n| (1..=31).contains(&n));
        let fits = match parts[..count] {
            [y, m, d] if year(y) => small(m) && small(d),
            [d, m, y] => small(d) && small(m) && (year(y) || y.len() == 2),
            [y, m] if year(y) => small(m) && matches!(separator, Some('月' | '년' | '年' | '월')),
            _ => false,
        };
        if !fits || text[end..].starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        if text[end..].starts_with('t')
            && let Some(stop) = self.time(text, end + 1)
        {
            return Some(stop);
        }
        Some(end)
    }

    /// `March 18, 2024`, `Mo., 18. März 2024`, `18 de marzo de 2024`, `Nov 12`.
    fn worded(&self, text: &str, at: usize) -> Option<usize> {
        let (mut month, mut number, mut year) = (0, 0, 0);
        let mut end = at;
        let mut best = None;
        let mut next = at;
        for _ in 0..8 {
            let Some((token, stop)) = token(text, next) else { break };
            match token {
                Token::Number(digits) if digits.len() == 4 => year += 1,
                Token::Number(digits) if digits.len() <= 2 => number += 1,
                Token::Number(_) => break,
                Token::Word(word) if self.month(word) => month += 1,
                Token::Word(word) if self.weekday(word) && month == 0 => {}
                Token::Word(word) if self.filler(word) && end > at => {}
                Token::Word(word) if ORDINALS.contains(&word) => {}
                Token::Word(_) => break,
            }
            if month > 1 || number > 1 || year > 1 {
                break;
            }
            end = stop;
            if month == 1 && number + year > 0 && matches!(token, Token::Number(_))
                || (month == 1 && number == 1 && matches!(token, Token::Word(w) if self.month(w)))
            {
                best = Some(end);
            }
            let rest = &text[end..];
            let gap = rest.len() - rest.trim_start_matches([' ', ',', '.', '/', '-', '\u{60C}']).len();
            if gap > 3 {
                break;
            }
            next = end + gap;
        }
        best
    }

    /// End of the time of day at `at`: `9:05`, `09:05:33 pm est`, `14h30`, `9 a.m.`, `09.05 uhr`.
    pub fn time(&self, text: &str, at: usize) -> Option<usize> {
        let (hours, mut end) = digits(text, at, 2)?;
        if hours.parse::<u32>().map_or(true, |h| h > 24) {
            return None;
        }
        let mut minutes = false;
        for _ in 0..2 {
            let sign = text[end..].chars().next();
            if !matches!(sign, Some(':' | 'h' | '.')) {
                break;
            }
            let Some((m, stop)) = digits(text, end + 1, 2) else { break };
            if m.len() != 2 || m.parse::<u32>().map_or(true, |m| m > 59) || (sign == Some('.') && minutes) {
                break;
            }
            minutes = true;
            end = stop;
        }
        if text[end..].starts_with('.') && text[end + 1..].starts_with(|c: char| c.is_ascii_digit()) {
            // Fractions of a second.
            end = digits(text, end + 1, 9).map_or(end, |(_, stop)| stop);
        }
        if text[end..].starts_with('z') {
            end += 1;
        }
        let mut half = false;
        for _ in 0..2 {
            let rest = &text[end..];
            let word = rest.trim_start_matches(' ');
            let from = end + rest.len() - word.len();
            let stop = word.find(|c: char| !c.is_alphanumeric() && c != '.').unwrap_or(word.len());
            let suffix = word[..stop].trim_end_matches('.');
            let named = matches!(suffix, "am" | "pm" | "a.m" | "p.m" | "h") || self.filler(suffix);
            if suffix.is_empty() || !named || suffix.bytes().any(|b| b.is_ascii_digit()) {
                break;
            }
            half = true;
            end = from + suffix.len() + usize::from(word[suffix.len()..].starts_with('.') && suffix.contains('.'));
        }
        // "+01:00"
        if minutes
            && text[end..].starts_with(['+', '-'])
            && let Some((_, stop)) = digits(text, end + 1, 2)
            && text[stop..].starts_with(':')
            && let Some((_, stop)) = digits(text, stop + 1, 2)
        {
            end = stop;
        }
        (minutes || half).then_some(end)
    }
}

fn digits(text: &str, at: usize, max: usize) -> Option<(&str, usize)> {
    let rest = &text[at..];
    let len = rest.bytes().take_while(u8::is_ascii_digit).count();
    (len > 0 && len <= max).then(|| (&rest[..len], at + len))
}

fn token(text: &str, at: usize) -> Option<(Token<'_>, usize)> {
    if let Some((number, end)) = digits(text, at, 4) {
        let rest = &text[end..];
        // "18. März", "1er mars", "3rd"
        let ordinal = if rest.starts_with(". ") || rest.starts_with('º') || rest.starts_with('ª') {
            rest.chars().next().map_or(0, char::len_utf8)
        } else {
            0
        };
        return Some((Token::Number(number), end + ordinal));
    }
    let rest = &text[at..];
    let len = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    (len > 0 && len <= MAX_WORD).then(|| (Token::Word(&rest[..len]), at + len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        let map = |words: &[&str]| words.iter().map(|w| ((*w).to_owned(), 1)).collect();
        Words {
            months: map(&["march", "nov", "marzo", "märz"]),
            weekdays: map(&["mo", "monday", "lunes"]),
            fillers: map(&["de", "um", "uhr", "at", "est"]),
        }
    }

    #[test]
    fn dates() {
        let words = words();
        let c = Calendar { words: &words, languages: 1 };
        for date in [
            "2024-03-18",
            "18.03.2024",
            "3/18/24",
            "2024年3月18日",
            "march 18, 2024",
            "mo., 18. märz 2024",
            "lunes 18 de marzo de 2024",
            "nov 12",
            "12 nov",
            "nov. 12, 2019",
            "march 2024",
            "2024-03-18t09:00:00z",
        ] {
            assert_eq!(c.date(date, 0), Some(date.len()), "{date}");
        }
        for other in ["1.2", "march on", "12 de", "1-2-3-4", "monday", "999", "12/345"] {
            assert_eq!(c.date(other, 0), None, "{other}");
        }
        assert_eq!(c.date("march 18, 2024 the", 0), Some(14));
        for moment in ["march 18, 2024 at 6:18 pm", "18.03.2024, 18:05 uhr", "2024-03-18 09:00"] {
            assert_eq!(c.moment(moment, 0), Some(moment.len()), "{moment}");
        }
        assert_eq!(c.moment("march 18, 2024 at the", 0), Some(14));
        assert_eq!(Calendar { languages: 2, ..c }.date("march 18, 2024", 0), None);
    }

    #[test]
    fn times() {
        let words = words();
        let c = Calendar { words: &words, languages: 1 };
        for time in ["9:05", "09:05:33 pm est", "14h30", "9 a.m.", "09.05 uhr", "07:47 pm"] {
            assert_eq!(c.time(time, 0), Some(time.len()), "{time}");
        }
        for other in ["9", "12 cats", "99:10"] {
            assert_eq!(c.time(other, 0), None, "{other}");
        }
    }
}
