//! Dates and times in folded text: the words come from the languages, the shapes are numeric facts.

use super::lexicon::{self, Lexicon};
use crate::text::{is_hangul, is_letter, is_mark, is_wide, is_wordy};

/// Month, weekday and filler words of all languages in use, folded, with the languages (bits) that have them.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Words {
    /// Several words too: `tháng 3`, `มี.ค`.
    months: Lexicon,
    weekdays: Lexicon,
    fillers: Lexicon,
    /// The first words of months, weekdays, and signs of ordinal numbers: with what dates begin.
    heads: Lexicon,
    /// The last words of months, and fillers: with what dates end.
    tails: Lexicon,
    /// The first words of those with more in them than letters.
    mixed: Lexicon,
    /// All of these.
    any: Lexicon,
    /// Languages that have words of this kind which begin with no letter.
    signs: u64,
}

/// A letter, or a mark that belongs to one.
fn lettered(c: char) -> bool {
    is_letter(c) || is_mark(c)
}

impl Words {
    pub fn new<'w>(months: lexicon::Words<'w>, weekdays: lexicon::Words<'w>, fillers: lexicon::Words<'w>) -> Words {
        let (mut heads, mut tails) = (weekdays.clone(), fillers.clone());
        for &(month, bits) in &months {
            let head = month.find(|c| !lettered(c)).unwrap_or(month.len());
            let tail = month.trim_end_matches(lettered).len();
            heads.push((&month[..head], bits));
            tails.push((&month[tail..], bits));
        }
        heads.extend(ORDINALS.map(|sign| (sign, u64::MAX)));
        let words = [&months, &weekdays, &fillers].into_iter().flatten();
        let (mut mixed, mut signs) = (lexicon::Words::new(), 0);
        for (word, bits) in words.filter(|(word, _)| !word.chars().all(lettered)) {
            match word.find(|c| !lettered(c)) {
                Some(0) | None => signs |= bits,
                Some(head) => mixed.push((&word[..head], *bits)),
            }
        }
        let any = [&*months, &*weekdays, &*fillers, &*mixed].concat();
        let all = [months, weekdays, fillers, heads, tails, mixed, any];
        let [months, weekdays, fillers, heads, tails, mixed, any] = all.map(Lexicon::new);
        Words { months, weekdays, fillers, heads, tails, mixed, any, signs }
    }

    /// Languages (bits) that have a word of `text` which those of `known` have not: all others read its dates alike, as long as they
    /// know the words of `known`.
    pub fn languages_of(&self, text: &str, known: u64) -> u64 {
        let new = |bits: u64| if bits & known == 0 { bits } else { 0 };
        let mut all = self.signs;
        let mut rest = text;
        while let Some(at) = rest.find(lettered) {
            let word = word(&rest[at..]);
            if self.any.get(word) != 0 {
                all |= new(self.months.get(word)) | new(self.weekdays.get(word)) | new(self.fillers.get(word)) | self.mixed.get(word);
            }
            rest = &rest[at + word.len()..];
        }
        all
    }
}

/// The letters with which a text begins.
fn word(text: &str) -> &str {
    let ascii = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    match text.as_bytes().get(ascii) {
        Some(b) if !b.is_ascii() => &text[..text.find(|c| !lettered(c)).unwrap_or(text.len())],
        _ => &text[..ascii],
    }
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

/// A piece of a possible date.
enum Token<'t> {
    Number(&'t str),
    Word(&'t str),
}

impl Calendar<'_> {
    fn month(&self, word: &str) -> bool {
        self.words.months.get(word) & self.languages != 0
    }

    /// End of the month's name that begins at `at` with a word that ends at `stop`, the longest one.
    fn month_end(&self, text: &str, at: usize, stop: usize) -> Option<usize> {
        if self.words.heads.get(&text[at..stop]) == 0 {
            return None;
        }
        let mut end = self.month(&text[at..stop]).then_some(stop);
        let mut next = stop;
        for _ in 0..2 {
            let gap = usize::from(text[next..].starts_with([' ', '.']));
            let Some((_, stop)) = token(text, next + gap).filter(|_| gap == 1) else { break };
            let stop = next + gap + text[next + gap..stop].trim_end_matches('.').len();
            if self.month(&text[at..stop]) {
                end = Some(stop);
            }
            next = stop;
        }
        end
    }

    fn weekday(&self, word: &str) -> bool {
        self.words.weekdays.get(word) & self.languages != 0
    }

    fn filler(&self, word: &str) -> bool {
        self.words.fillers.get(word) & self.languages != 0
    }

    /// True for a month, a weekday, and the words that stand inside dates.
    pub fn names(&self, word: &str) -> bool {
        self.month(word) || self.weekday(word) || self.filler(word)
    }

    /// False where no date begins at the start of `rest`, which begins with no digit.
    pub fn may_begin(&self, rest: &str) -> bool {
        self.words.heads.get(word(rest)) != 0
    }

    /// False where `before` ends with nothing that may be the last of a date or a time, in any language.
    pub fn may_end(&self, before: &str) -> bool {
        let letters = before.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
        let rest = match before.as_bytes()[..before.len() - letters].last() {
            Some(b) if !b.is_ascii() => before.trim_end_matches(lettered),
            _ => &before[..before.len() - letters],
        };
        let word = &before[rest.len()..];
        if word.is_empty() || !word.is_ascii() {
            // Signs of scripts without blanks may be anything, and weekdays stand in brackets.
            return !word.is_empty() || rest.ends_with(|c: char| c.is_numeric() || matches!(c, '.' | ')'));
        }
        // "14h", "a.m", "pm": a word behind a digit or a full stop, or a short one.
        rest.ends_with(|c: char| c.is_numeric() || c == '.') || word.len() <= 2 || self.words.tails.get(word) != 0
    }

    /// End of the date that begins at `at` in folded `text`, the longest one.
    pub fn date(&self, text: &str, at: usize) -> Option<usize> {
        // Nearly every word begins none.
        match text.as_bytes().get(at)?.is_ascii_digit() {
            true => self.numeric(text, at).or_else(|| self.worded(text, at)),
            false => self.may_begin(&text[at..]).then(|| self.worded(text, at))?,
        }
    }

    /// The date at `at` with the time of day behind it, if there is one: `March 18, 2024 at 6:18 PM`.
    pub fn moment(&self, text: &str, at: usize) -> Option<usize> {
        let mut end = self.date(text, at)?;
        let mut next = end;
        for _ in 0..4 {
            next += text[next..].len() - text[next..].trim_start_matches([' ', ',', '-', '|', '/', '·', '\u{60C}']).len();
            if let Some(stop) = self.time(text, next) {
                return Some(stop);
            }
            let bracket = usize::from(text[next..].starts_with('('));
            match token(text, next + bracket) {
                // "2024年3月18日(月) 18:05", "18.03.2024 Mo."
                Some((Token::Word(word), stop)) if self.weekday(word) && (bracket == 0 || text[stop..].starts_with(')')) => {
                    next = stop + bracket;
                    if bracket == 1 || word.starts_with(is_wide) {
                        end = next;
                    }
                }
                Some((Token::Word(word), stop)) if bracket == 0 && self.filler(word) => {
                    // "kl. 18:05"
                    next = stop + usize::from(text[stop..].starts_with(". "));
                }
                _ => break,
            }
        }
        Some(end)
    }

    /// `2024-03-18`, `18.03.2024`, `3/18/24`, `2024年3月18日`, `2024 年 3 月 18 日`, `2024-03-18t09:00:00z`. Years of the
    /// Persian and the Buddhist calendar count as well.
    fn numeric(&self, text: &str, at: usize) -> Option<usize> {
        let (first, mut end) = digits(text, at, 4)?;
        let (mut parts, mut count) = ([first, "", ""], 1);
        let mut separator = None;
        while count < 3 {
            let Some(mut sign) = text[end..].chars().next() else { break };
            if sign == ' '
                && let Some(behind @ ('年' | '月' | '년' | '월')) = text[end + 1..].chars().next()
            {
                (sign, end) = (behind, end + 1);
            }
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
        let unit = text[end..].trim_start_matches(' ');
        if let Some(sign @ ('日' | '일' | '月' | '월' | '号' | '號')) = unit.chars().next() {
            end = text.len() - unit.len() + sign.len_utf8();
        }
        let year = |d: &str| d.len() == 4 && ["19", "20", "13", "14", "24", "25"].iter().any(|c| d.starts_with(c)) && !past(d);
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
        let (mut month, mut number, mut year) = (0usize, 0, 0);
        let mut end = at;
        let mut best = None;
        let mut next = at;
        for _ in 0..8 {
            let Some((token, mut stop)) = token(text, next) else { break };
            let mut named = false;
            if let Token::Word(_) = token
                && let Some(end) = self.month_end(text, next, stop)
            {
                // "آذار/مارس": two names of one month.
                let twice = month == 1 && text[..next].trim_end_matches(' ').ends_with('/');
                (named, stop) = (true, end);
                month += usize::from(!twice);
            }
            match token {
                Token::Word(_) if named => {}
                Token::Number(digits) if digits.len() == 4 && past(digits) => return None,
                Token::Number(digits) if digits.len() == 4 => year += 1,
                Token::Number(digits) if digits.len() <= 2 => number += 1,
                Token::Number(_) => break,
                Token::Word(word) if self.weekday(word) && month == 0 => {}
                Token::Word(word) if self.filler(word) && end > at => {}
                Token::Word(word) if ORDINALS.contains(&word) => {}
                Token::Word(_) => break,
            }
            if month > 1 || number > 1 || year > 1 {
                break;
            }
            end = stop;
            if month == 1 && number + year > 0 && matches!(token, Token::Number(_)) || (month == 1 && number == 1 && named) {
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
        if text.as_bytes().get(at).is_none_or(|b| b.is_ascii() && !b.is_ascii_digit()) {
            return None;
        }
        // "午後6時5分", "오후 6:05": the half of the day stands before the hour.
        if let Some((Token::Word(word), stop)) = token(text, at)
            && word.starts_with(|c| is_wide(c) || is_hangul(c))
            && self.filler(word)
        {
            let next = stop + usize::from(text[stop..].starts_with(' '));
            return if text[next..].starts_with(|c: char| c.is_ascii_digit()) { self.time(text, next) } else { None };
        }
        let (hours, mut end) = digits(text, at, 2)?;
        if let Some(stop) = clock(text, end) {
            return hours.parse::<u32>().is_ok_and(|h| h <= 24).then_some(stop);
        }
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
            let stop = word.find(|c: char| !is_wordy(c) && c != '.').unwrap_or(word.len());
            let suffix = word[..stop].trim_end_matches('.');
            let named = matches!(suffix, "am" | "pm" | "a.m" | "p.m" | "h") || self.filler(suffix);
            if suffix.is_empty() || !named || suffix.bytes().any(|b| b.is_ascii_digit()) {
                break;
            }
            half = true;
            if matches!(suffix, "gmt" | "utc")
                && word[suffix.len()..].starts_with(['+', '-'])
                && let Some((_, stop)) = digits(text, from + suffix.len() + 1, 2)
            {
                // "gmt+7"
                end = stop;
                break;
            }
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

/// A year before there were pages: its date stands in a history, not in a stamp. (1350 and 1403 are years of today, in Persian.)
fn past(year: &str) -> bool {
    ("1500".."1985").contains(&year)
}

/// `時5分`, `시 05분`, `點`: the rest of a time of day behind its hour.
fn clock(text: &str, at: usize) -> Option<usize> {
    let sign = text[at..].chars().next().filter(|c| matches!(c, '時' | '时' | '點' | '点' | '시'))?;
    let end = at + sign.len_utf8();
    let next = end + usize::from(text[end..].starts_with(' '));
    let minutes = digits(text, next, 2).and_then(|(_, stop)| Some((stop, text[stop..].chars().next()?)));
    match minutes {
        Some((stop, c @ ('分' | '분'))) => Some(stop + c.len_utf8()),
        // "3時間", "2点" count something else.
        _ => (!text[end..].starts_with(|c: char| is_wide(c) || is_hangul(c))).then_some(end).filter(|_| matches!(sign, '時' | '时' | '시')),
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
    let len = word(rest).len();
    (len > 0 && len <= 40).then(|| (Token::Word(&rest[..len]), at + len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        let map = |words: &[&'static str]| words.iter().map(|w| (*w, 1)).collect();
        Words::new(
            map(&["march", "nov", "marzo", "märz", "tháng 3", "มี.ค", "มีนาคม", "मार्च", "מרץ", "اسفند", "آذار", "مارس"]),
            map(&["mo", "monday", "lunes", "月", "星期一"]),
            map(&["de", "um", "uhr", "at", "est", "năm", "오후", "午後", "下午", "kl", "gmt"]),
        )
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
            "2024 年 3 月 18 日",
            "2024년 3월 18일",
            "18 tháng 3 năm 2024",
            "18 มี.ค. 2567",
            "18 มีนาคม 2567",
            "18 मार्च 2024",
            "18 מרץ 2024",
            "28 اسفند 1402",
            "1402/12/28",
            "18 آذار/مارس 2024",
        ] {
            assert_eq!(c.date(date, 0), Some(date.len()), "{date}");
        }
        for other in ["1.2", "march on", "12 de", "1-2-3-4", "monday", "999", "12/345"] {
            assert_eq!(c.date(other, 0), None, "{other}");
        }
        assert_eq!(c.date("march 18, 2024 the", 0), Some(14));
        for moment in [
            "march 18, 2024 at 6:18 pm",
            "18.03.2024, 18:05 uhr",
            "2024-03-18 09:00",
            "2024年3月18日(月) 18時5分",
            "2024年3月18日 星期一 下午6:05",
            "2024-03-18 오후 6:05",
            "18.03.2024 kl. 18:05",
            "18.03.2024 18:05 gmt+7",
        ] {
            assert_eq!(c.moment(moment, 0), Some(moment.len()), "{moment}");
        }
        assert_eq!(c.moment("march 18, 2024 at the", 0), Some(14));
        assert_eq!(Calendar { languages: 2, ..c }.date("march 18, 2024", 0), None);
    }

    #[test]
    fn languages_by_their_words() {
        let words = Words::new(vec![("märz", 2)], vec![("mo", 6)], vec![("tháng 3", 8)]);
        assert_eq!(words.languages_of("18 märz 2024", 0), 2);
        assert_eq!(words.languages_of("mo., 1.2 maerz", 0), 6);
        assert_eq!((words.languages_of("2024", 0), words.languages_of("18 märz", 2), words.languages_of("mo. 18 märz", 2)), (0, 0, 0));
        // Words with more in them than letters are told by their first letters.
        assert_eq!((words.languages_of("18 tháng 3 năm 2024", 2), words.languages_of("18th", 0)), (8, 0));
    }

    #[test]
    fn times() {
        let words = words();
        let c = Calendar { words: &words, languages: 1 };
        for time in ["9:05", "09:05:33 pm est", "14h30", "9 a.m.", "09.05 uhr", "07:47 pm", "午後6時5分", "18시 05분"] {
            assert_eq!(c.time(time, 0), Some(time.len()), "{time}");
        }
        for other in ["9", "12 cats", "99:10", "3時間", "2点"] {
            assert_eq!(c.time(other, 0), None, "{other}");
        }
    }
}
