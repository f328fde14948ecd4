//! What fits into the holes of a phrase. Every search is bounded, so matching stays linear.

use super::answer;
use crate::pack::{Hole, RuleSet};
use crate::text::boundary::capital;
use crate::text::{Document, count_words_to, is_hangul, is_letter, is_wide, is_wordy};

/// Numbers and words that a date, a time or a number is made of, at most.
const TOKENS: usize = 12;

/// A place as one language sees it.
fn in_language(at: usize, language: u16) -> usize {
    at << 16 | usize::from(language)
}

/// A hole at the end of what is known: the end of what fits from `at` to the right.
pub(super) fn forward(set: &RuleSet, language: u16, doc: &Document<'_>, hole: Hole, at: usize) -> Option<usize> {
    let text = doc.folded.text.as_str();
    match hole {
        Hole::Number => number_end(text, at),
        // Many phrases with the same hole are tried at one place, and each of them with several ends.
        Hole::Date => doc.remembered((hole as usize, in_language(at, language)), || set.calendar(language).moment(this_line(doc, at), at)),
        Hole::Time => set.calendar(language).time(this_line(doc, at), at),
        Hole::Stamp => super::stamp::line_end(set, doc, at),
        Hole::Network => {
            let rest = &text.as_bytes()[at..];
            let begins = |n: &&String| n.as_bytes().first() == rest.first() && rest.starts_with(n.as_bytes());
            let end = || set.networks(language).find(begins).map(|n| at + n.len());
            doc.remembered((hole as usize, in_language(at, language)), end)
        }
        Hole::Url | Hole::Email => {
            let limit = text.floor_char_boundary(text.len().min(at + 2000));
            let end = at + text[at..limit].find([' ', '\n', '"']).unwrap_or(limit - at);
            let found = text[at..end].trim_end_matches(['.', ',', ')', ';']);
            let fits = if hole == Hole::Email {
                found.contains('@')
            } else {
                found.contains('.') && (found.contains('/') || found.contains("www"))
            };
            (fits && found.len() > 4).then_some(at + found.len())
        }
        Hole::Name | Hole::Title | Hole::Words | Hole::Site => {
            doc.remembered((hole as usize, at), || to_line_end(doc, hole, at).or_else(|| capital_words(doc, hole, at)))
        }
    }
}

/// The same to the left: the start of what fits and ends at `at`.
pub(super) fn backward(set: &RuleSet, language: u16, doc: &Document<'_>, hole: Hole, at: usize) -> Option<usize> {
    let text = doc.folded.text.as_str();
    let floor = text.floor_char_boundary(at.saturating_sub(Hole::MAX));
    match hole {
        Hole::Number | Hole::Date | Hole::Time => {
            let language = if hole == Hole::Number { 0 } else { language };
            doc.remembered((answer::backward(hole), in_language(at, language)), || {
                // Candidate starts, from the left: the longest that ends exactly here. None reaches over a line end, and a number is
                // made of few signs.
                let line = doc.lines[doc.folded_line_at(at.saturating_sub(1))].fold_start();
                let floor = floor.max(line.min(at));
                let within = |&(_, c): &(usize, char)| hole != Hole::Number || c.is_ascii_digit() || matches!(c, '.' | ',' | 'k' | 'm');
                let starts = text[floor..at].char_indices().rev().take_while(within).map(|(n, _)| floor + n);
                let starts = starts.filter(|&n| starts_token(text, n));
                let recent: Vec<usize> = starts.take(TOKENS).collect();
                recent.into_iter().rev().find(|&start| fills(set, language, doc, hole, start, at))
            })
        }
        // It is a whole line, found from its start.
        Hole::Stamp => None,
        Hole::Network => set.networks(language).find(|n| text[..at].ends_with(n.as_str())).map(|n| at - n.len()),
        Hole::Url | Hole::Email => {
            let start = floor + text[floor..at].rfind([' ', '\n']).map_or(0, |n| n + 1);
            (forward(set, language, doc, hole, start) == Some(at)).then_some(start)
        }
        Hole::Name | Hole::Title | Hole::Words | Hole::Site => {
            doc.remembered((answer::backward(hole), at), || from_line_start(doc, hole, at).or_else(|| capital_words_before(doc, hole, at)))
        }
    }
}

/// False where nothing that fits the hole begins at `at`, blanks aside: a look at one word, no search.
pub(super) fn may_begin(set: &RuleSet, text: &str, hole: Hole, at: usize) -> bool {
    if !matches!(hole, Hole::Number | Hole::Date | Hole::Time | Hole::Network) {
        return true;
    }
    let Some(rest) = text.as_bytes().get(at..) else { return true };
    let at = at + rest.iter().take_while(|&&b| b == b' ').count();
    let digit = text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    match (hole, text.get(at..)) {
        (Hole::Number, _) | (_, None) => digit,
        (Hole::Date, Some(rest)) => digit || set.calendar(0).may_begin(rest),
        // The half of the day may stand before the hour.
        (Hole::Time, Some(rest)) => digit || rest.starts_with(|c| is_wide(c) || is_hangul(c)),
        (_, Some(rest)) => set.may_begin_network(rest),
    }
}

/// The same for what ends at `at`.
pub(super) fn may_end(set: &RuleSet, text: &str, hole: Hole, at: usize) -> bool {
    if !matches!(hole, Hole::Number | Hole::Date | Hole::Time | Hole::Network) {
        return true;
    }
    let Some(before) = text.get(..at) else { return true };
    let blanks = before.bytes().rev().take_while(|&b| b == b' ').count();
    let before = &before[..at - blanks];
    match hole {
        Hole::Number => before.as_bytes().last().is_some_and(|b| b.is_ascii_digit() || matches!(b, b'k' | b'm')),
        Hole::Date | Hole::Time => set.calendar(0).may_end(before),
        _ => set.may_end_network(before),
    }
}

/// How far behind `at` the literal behind a hole is looked for: such holes hold no line end.
pub(super) fn limit(doc: &Document<'_>, hole: Hole, at: usize, literal: usize) -> usize {
    let text = doc.folded.text.as_str();
    let mut limit = text.len().min(at + hole.reach() + literal);
    if matches!(hole, Hole::Name | Hole::Title | Hole::Words | Hole::Site) {
        limit = limit.min(doc.lines[doc.folded_line_at(at)].fold_end().max(at) + literal);
    }
    text.floor_char_boundary(limit)
}

/// True where `text[start..end]` may fill the hole between two literals.
pub(super) fn fills(set: &RuleSet, language: u16, doc: &Document<'_>, hole: Hole, start: usize, end: usize) -> bool {
    let text = &doc.folded.text[start..end];
    match hole {
        Hole::Name | Hole::Title | Hole::Words | Hole::Site => {
            has_words(text, max_words(hole))
                && lettered(hole, text)
                && same_line(doc, start, end)
                && (hole == Hole::Title || !breaks_sentence(text))
        }
        // A date may have its time in the hole, or in the next one.
        Hole::Date => forward(set, language, doc, hole, start) == Some(end) || date_alone(set, language, doc, start) == Some(end),
        _ => forward(set, language, doc, hole, start) == Some(end),
    }
}

/// Where what fills the hole from `start` may end, if that does not depend on what stands behind it.
pub(super) fn ends(set: &RuleSet, language: u16, doc: &Document<'_>, hole: Hole, start: usize) -> Option<[Option<usize>; 2]> {
    match hole {
        Hole::Name | Hole::Title | Hole::Words | Hole::Site => None,
        Hole::Date => Some([forward(set, language, doc, hole, start), date_alone(set, language, doc, start)]),
        _ => Some([forward(set, language, doc, hole, start), None]),
    }
}

/// The end of the date from `start`, without its time.
fn date_alone(set: &RuleSet, language: u16, doc: &Document<'_>, start: usize) -> Option<usize> {
    let date = || set.calendar(language).date(this_line(doc, start), start);
    doc.remembered((answer::DATE_ALONE, in_language(start, language)), date)
}

/// Names and sites hold a letter and no colon; a title or a tag may be a number.
fn lettered(hole: Hole, text: &str) -> bool {
    !matches!(hole, Hole::Name | Hole::Site) || (text.contains(is_letter) && !text.contains([':', '|']))
}

/// The folded text up to the end of the line that holds `at`.
fn this_line<'d>(doc: &'d Document<'_>, at: usize) -> &'d str {
    &doc.folded.text[..doc.lines[doc.folded_line_at(at)].fold_end().max(at)]
}

/// Holes that any words fill.
pub(super) fn open(hole: Hole) -> bool {
    matches!(hole, Hole::Name | Hole::Title | Hole::Words | Hole::Site)
}

/// True where a line ends between the two places, blanks before and behind them aside.
pub(super) fn apart(doc: &Document<'_>, start: usize, end: usize) -> bool {
    let text = &doc.folded.text;
    let end = text.len() - text[end..].trim_start_matches(' ').len();
    doc.folded_line_at(start) != doc.folded_line_at(end)
}

/// A hole never reaches over a line end, hard-wrapped or not.
fn same_line(doc: &Document<'_>, start: usize, end: usize) -> bool {
    let (from, to) = (doc.folded.raw_start(start), doc.folded.raw_start(end));
    !doc.raw.as_bytes()[from.min(to)..to].contains(&b'\n')
}

fn max_words(hole: Hole) -> usize {
    match hole {
        Hole::Title => 20,
        Hole::Name => 5,
        _ => 4,
    }
}

/// True for a text of so many words at most, and one at least. What a hole is asked about is often half a paragraph.
fn has_words(text: &str, most: usize) -> bool {
    (1..=most).contains(&count_words_to(text, most))
}

/// A full stop, question or exclamation mark inside, initials and abbreviations aside.
fn breaks_sentence(text: &str) -> bool {
    let mut word = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '.' | '!' | '?' if chars.peek() == Some(&' ') && (c != '.' || word > 3) => return true,
            '。' | '！' | '？' => return true,
            c if is_wordy(c) => word += 1,
            _ => word = 0,
        }
    }
    false
}

/// `3`, `1,204`, `1.2k`, `12+`; not a part of a date, a version or a longer number.
fn number_end(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let mut end = rest.bytes().take_while(u8::is_ascii_digit).count();
    if end == 0 || end > 9 {
        return None;
    }
    // "1,204" and "1.2k" are numbers; "5.2" is a section.
    while let Some(b'.' | b',') = rest.as_bytes().get(end) {
        let more = rest[end + 1..].bytes().take_while(u8::is_ascii_digit).count();
        let short = more > 0 && more < 3 && matches!(rest.as_bytes().get(end + 1 + more), Some(b'k' | b'm'));
        if more != 3 && !short {
            break;
        }
        end += 1 + more;
    }
    if rest[end..].starts_with(['.', ',']) && rest[end + 1..].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some(b'k' | b'm') = rest.as_bytes().get(end)
        && !rest[end + 1..].starts_with(|c: char| is_wordy(c))
    {
        end += 1;
    }
    Some(at + end)
}

fn starts_token(text: &str, at: usize) -> bool {
    let class = |c: char| if c.is_ascii_digit() { 1 } else { 2 * u8::from(is_wordy(c)) };
    let before = text[..at].chars().next_back().map_or(0, class);
    let after = text[at..].chars().next().map_or(0, class);
    after != 0 && before != after
}

/// A hole that ends its phrase takes the rest of its line, when that is short enough.
fn to_line_end(doc: &Document<'_>, hole: Hole, at: usize) -> Option<usize> {
    let raw = doc.folded.raw_start(at);
    let line = &doc.lines[doc.line_at(raw)];
    let end = line.fold_end();
    if end > at + Hole::MAX {
        return None;
    }
    let text = doc.folded.text.get(at..end)?.trim_end();
    let fits = has_words(text, max_words(hole)) && lettered(hole, text) && (hole == Hole::Title || !breaks_sentence(text));
    // A name of several words begins with a capital letter; a lone one may be a login.
    let begins = || doc.raw.get(raw..).is_some_and(|rest| capital(rest.trim_start_matches(|c: char| !is_wordy(c))));
    let named = || hole != Hole::Name || has_words(text, 1) || begins();
    (fits && named()).then_some(at + text.len())
}

fn from_line_start(doc: &Document<'_>, hole: Hole, at: usize) -> Option<usize> {
    let raw = doc.folded.raw_start(at.checked_sub(1)?);
    let line = &doc.lines[doc.line_at(raw)];
    if at > line.fold_start() + Hole::MAX {
        return None;
    }
    let text = doc.folded.text.get(line.fold_start()..at)?;
    let lead = text.len() - text.trim_start_matches(|c: char| !is_wordy(c)).len();
    let fits = has_words(text, max_words(hole)) && lettered(hole, text) && !breaks_sentence(text);
    fits.then_some(line.fold_start() + lead)
}

/// In the middle of a long line: the run of capitalised words from `at`. Scripts without case have no such run.
fn capital_words(doc: &Document<'_>, hole: Hole, at: usize) -> Option<usize> {
    if hole == Hole::Title {
        return None;
    }
    let line = &doc.lines[doc.line_at(doc.folded.raw_start(at))];
    let text = &doc.folded.text[..line.fold_end().max(at)];
    let mut end = None;
    let mut next = at;
    for _ in 0..max_words(hole) {
        let limit = text.floor_char_boundary(text.len().min(next + Hole::MAX));
        let len = text[next..limit].find(|c: char| !is_name_char(c)).unwrap_or(limit - next);
        let word = &text[next..next + len];
        let raw = doc.folded.raw_start(next);
        let cased = doc.raw.get(raw..).is_some_and(|r| r.starts_with(char::is_uppercase));
        if word.is_empty() || !cased {
            break;
        }
        let stop = next + word.trim_end_matches('.').len();
        end = Some(stop);
        if (word.ends_with('.') && word.len() > 3) || !text[next + len..].starts_with(' ') {
            break;
        }
        next += len + 1;
    }
    end
}

fn capital_words_before(doc: &Document<'_>, hole: Hole, at: usize) -> Option<usize> {
    if hole == Hole::Title {
        return None;
    }
    let text = doc.folded.text.as_str();
    let line = doc.lines[doc.line_at(doc.folded.raw_start(at.saturating_sub(1)))].fold_start();
    let mut start = None;
    let mut end = at;
    for _ in 0..max_words(hole) {
        let floor = text.ceil_char_boundary(end.saturating_sub(Hole::MAX).max(line)).min(end);
        let word = text[floor..end]
            .rfind(|c: char| !is_name_char(c))
            .map_or(floor, |n| floor + n + text[floor + n..].chars().next().map_or(1, char::len_utf8));
        if word == end || text[word..end].ends_with('.') && end - word > 3 {
            break;
        }
        let raw = doc.folded.raw_start(word);
        if !doc.raw.get(raw..).is_some_and(|r| capital(&r[..r.chars().next().map_or(0, char::len_utf8)])) {
            break;
        }
        start = Some(word);
        if word <= line || !text[..word].ends_with(' ') {
            break;
        }
        end = word - 1;
    }
    start
}

fn is_name_char(c: char) -> bool {
    is_wordy(c) || matches!(c, '\'' | '-' | '.' | '@' | '_')
}
