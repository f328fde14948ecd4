//! Lines made of dates, times and the words of a stamp: `Published Nov. 19, 2019 at 5:00 PM | Updated 6:12 PM ET`.
//!
//! No list of phrases has them all, since every site orders them in its own way. What they share is a vocabulary: moments of
//! the calendar, a few words (slots `stamp-word` and `stamp-token`), and names behind a word of `byline-label`.

use super::answer;
use crate::pack::RuleSet;
use crate::text::{Document, is_wordy};

/// False where the word at `at` begins no stamp, whatever comes behind it.
pub(super) fn may_begin(set: &RuleSet, text: &str, at: usize) -> bool {
    let calendar = set.calendar(0);
    let begins = || {
        let word = word(text, at);
        set.stamp_words.get(word) | set.stamp_by.get(word) != 0 || calendar.names(word) || calendar.may_begin(&text[at..])
    };
    text.as_bytes().get(at).is_none_or(u8::is_ascii_digit) || begins()
}

/// The word at `at`.
fn word(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'\'' | b'-');
    let ascii = rest.bytes().take_while(plain).count();
    match rest.as_bytes().get(ascii) {
        Some(b) if !b.is_ascii() => {
            let more = &rest[ascii..];
            &rest[..ascii + more.find(|c: char| !is_wordy(c) && !matches!(c, '\'' | '-')).unwrap_or(more.len())]
        }
        _ => &rest[..ascii],
    }
}

/// Words that a name, a role and an agency may have together.
const MAX_NAMES: usize = 9;
/// The same in scripts without capitals, behind a colon.
const MAX_ANNOUNCED: usize = 4;
/// Bare numbers that are no moments: “5 min”, “12 comments”.
const MAX_NUMBERS: usize = 3;

/// The end of the line that begins at `at` in the folded text, when it is a stamp.
pub(super) fn line_end(set: &RuleSet, doc: &Document<'_>, at: usize) -> Option<usize> {
    let text = &doc.folded.text[..doc.lines[doc.folded_line_at(at)].fold_end().max(at)];
    let calendar = set.calendar(0);
    let (mut moments, mut words, mut names, mut numbers) = (0, 0, 0, 0);
    // How many words of a name may still come.
    let mut open = 0;
    let mut announced = false;
    let mut timed = false;
    // Where the last date ended.
    let mut dated: Option<usize> = None;
    let mut next = at;
    while let Some(c) = text[next..].chars().next() {
        if !is_wordy(c) {
            // What no stamp has: it asks, it calls, it quotes, it counts.
            if matches!(c, '?' | '!' | '"' | '%' | '$' | '€' | '=' | '_' | '…') {
                return None;
            }
            next += c.len_utf8();
            continue;
        }
        // What a line begins with was asked before.
        let date = match next == at {
            true => doc.remembered((answer::DATE_OF_ANY, at), || calendar.date(text, at)),
            false => calendar.date(text, next),
        };
        if let Some(end) = date.or_else(|| calendar.time(text, next).filter(|_| c.is_ascii_digit())) {
            // “12.10. The online menu” at the head of a line is the number of a chapter, not a time of day or a day without a year.
            // A third number of one digit is no year either: “9.24.1. IN”.
            let parts = || text[next..end].trim_end_matches('.').split('.');
            // Nor is a part of one digit, without its zero, surely a day or a month: “2.1.31 Staff”.
            let digits = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            let numbered = next == at && parts().all(digits) && (parts().count() == 2 || parts().any(|part| part.len() == 1));
            // “12 June - 13 July 2014” is how long something lasts.
            let day = date.is_some();
            if day && dated.is_some_and(|last| matches!(text[last..next].trim(), "-" | "--")) {
                return None;
            }
            dated = day.then_some(end);
            moments += usize::from(!numbered);
            (open, timed, next) = (0, !numbered, end);
            continue;
        }
        let word = word(text, next);
        let end = next + word.len();
        let raw = doc.raw.get(doc.folded.raw_start(next)..doc.folded.raw_start(end)).unwrap_or("");
        let capital = raw.starts_with(char::is_uppercase);
        let caseless = raw.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase());
        if c.is_ascii_digit() {
            // “October 26-28” lasts three days, “5. Share 5:20” is an item of a list.
            let days = dated.is_some_and(|last| &text[last..next] == "-" && end - next <= 2);
            if days || (next == at && text[end..].starts_with(". ")) {
                return None;
            }
            numbers += 1;
            if numbers > MAX_NUMBERS {
                return None;
            }
        } else if set.stamp_words.get(word) != 0 {
            // “à”, “le”, “kl”: words between a day and an hour say nothing of a page.
            words += usize::from(word.len() > 2);
        } else if set.stamp_by.get(word) != 0 && !text[end..].starts_with(')') {
            // “a)” is a list's, not a byline's.
            // Where no capital tells a name, a colon must announce it.
            announced = text[end..].starts_with([':', '：']);
            open = MAX_NAMES;
        } else if calendar.names(word) || (timed && (2..=4).contains(&raw.len()) && raw.chars().all(char::is_uppercase)) {
            // A weekday, “at”, a time zone.
        } else if open > 0 && (capital || (announced && caseless && names < MAX_ANNOUNCED) || (names > 0 && word.len() <= 3)) {
            open -= 1;
            names += usize::from(capital || caseless);
        } else {
            return None;
        }
        timed = false;
        next = end;
    }
    // “As of Jan 20, 2002:” announces something.
    if text.trim_end().ends_with(':') {
        return None;
    }
    // A date alone may be a heading of the author's.
    (moments > 0 && words + names > 0).then_some(at + text[at..].trim_end().len())
}
