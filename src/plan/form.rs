//! Forms of an author's text, of which rules would take lines.
//!
//! What somebody says on a stage, a word that is explained or translated, an entry of a table of contents, an item of a programme,
//! a line of a song and the title of a page may be words of an interface as well. Each of these forms shows in the lines around, and nothing else of them goes.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use memchr::memmem;

use super::fill::taken;
use super::list::{different, is_date};
use crate::detect::Cut;
use crate::pack::RuleSet;
use crate::text::Document;

/// Words of a speaker's name, of a word that is explained, and of its explanation.
const NAME: u32 = 4;
const TERM: u32 = 8;
const EXPLANATION: std::ops::RangeInclusive<u32> = 3..=30;
/// Other words that are explained, at least, and lines of a programme.
const TERMS: usize = 3;
/// Words of an explanation where rules know nearly all that is explained, and pairs that are looked at.
const SHORT: u32 = 16;
const MANY: usize = 200;
const HOURS: usize = 2;
/// Lines of a list of two languages, and bytes of one side.
const ROWS: usize = 5;
const SIDE: usize = 120;
/// Bytes of a line that is as it is, blanks and all.
const LONG: usize = 4_096;
/// Lines of a poem, at most, and its stanzas, at least.
const VERSES: usize = 150;
const STANZAS: usize = 3;
/// Lines of a text that has no menus.
const SMALL: usize = 120;
/// Lines of a list of words, and those that rules take of a text with such a list.
const LIST: usize = 12;
/// Lines that a rule takes of what is spoken.
const SPOKEN: usize = 4;
/// One line of so many at least is a speaker's name.
const SPEAKING: usize = 8;
/// Names that are looked for one by one.
const LOOKS: usize = 8;
/// Lines that are looked at for hours, above and below.
const REACH: usize = 6;
/// Bytes of a line that is a day, and days of a chronicle.
const DAY: usize = 60;
const DAYS: usize = 3;

struct Forms<'d, 't> {
    doc: &'d Document<'t>,
    taken: Vec<bool>,
    /// Lines in which a cut begins.
    cut: Vec<bool>,
    /// Lines with something on them.
    filled: Vec<usize>,
    /// The names of speakers, once they are asked for.
    names: Option<HashSet<&'t str>>,
    /// Which of the filled lines are days, as far as that was asked.
    days: Vec<OnceCell<bool>>,
    /// How often it was looked whether one name stands again, which is less than to look for all.
    looked: usize,
}

/// Leaves out cuts of lines inside such forms; `told` hears of each, and of the form.
pub(super) fn spare(set: &RuleSet, doc: &Document<'_>, cuts: &mut Vec<Cut>, mut told: impl FnMut(&Cut, &'static str)) {
    if cuts.is_empty() {
        return;
    }
    let taken = taken(doc, cuts);
    let filled: Vec<usize> = (0..doc.lines.len()).filter(|&n| !doc.is_blank(n)).collect();
    let mut cut = vec![false; taken.len()];
    cuts.iter().for_each(|c| cut[doc.line_at(c.span.start())] = true);
    let mut forms = Forms { doc, taken, cut, days: vec![OnceCell::new(); filled.len()], filled, names: None, looked: 0 };
    let verse = forms.is_verse();
    let small = forms.filled.len() <= SMALL && forms.filled.iter().filter(|&&n| forms.taken[n]).count() <= LIST;
    cuts.retain(|c| {
        let (first, last) = (doc.line_at(c.span.start()), doc.last_line_of(c.span));
        let whole = (first..=last).all(|n| forms.taken[n] || doc.is_blank(n));
        let Ok(at) = forms.filled.binary_search(&first) else { return true };
        let below = forms.filled.partition_point(|&n| n <= last);
        let one = below == at + 1;
        let weak = set.rules[c.rule as usize].weight < 3;
        let form = match () {
            () if whole && one && forms.explained(at) => "explained in the line below, among other words that are",
            () if whole && one && forms.counted(at) => "numbered, between the numbers before and after it, which stay",
            () if one && forms.scheduled(at) => "at an hour, near other hours of a programme",
            () if one && forms.matched(at) => "beside its translation or explanation, among lines like it",
            () if whole && below <= at + SPOKEN && forms.spoken(at) => "spoken by somebody whose name stands over it",
            () if whole && below <= at + SPOKEN && forms.dated(at, below) => "one of the days of a chronicle",
            () if whole && one && forms.taken_up(at) => "the word that the sentence below begins with",
            () if whole && one && (forms.carried_on(at) || weak && at > 0 && forms.carried_on(at - 1)) => {
                "a part of a sentence that is broken into lines"
            }
            () if small && whole && weak && forms.listed(first, last) => "one of a few short lines, most of which stay",
            () if whole && weak && one && forms.entitled(at) => "the title of the text",
            () if verse && below <= at + SPOKEN => "a line of a text in stanzas",
            () => return true,
        };
        told(c, form);
        false
    });
}

impl<'t> Forms<'_, 't> {
    fn line(&self, at: usize) -> Option<&'t str> {
        let line = self.doc.line(*self.filled.get(at)?);
        // No form has such lines; a megabyte of blanks is not read for each of the cuts behind them.
        Some(if line.len() > LONG { line } else { line.trim() })
    }

    /// True for a line that stays.
    fn stays(&self, at: usize) -> bool {
        self.filled.get(at).is_some_and(|&n| !self.taken[n])
    }

    /// A word and a line that explains it: so many such pairs stand next to this one.
    fn explained(&self, at: usize) -> bool {
        let shape = |at: usize| self.doc.shape(self.filled[at]);
        let term = |at: usize| shape(at).title(TERM) && !shape(at).ends_sentence && !shape(at).call;
        let pair = |at: usize| {
            at + 1 < self.filled.len()
                && term(at)
                && self.stays(at + 1)
                && (shape(at + 1).ends_sentence || self.alone(at))
                && !shape(at + 1).bullet
                && EXPLANATION.contains(&shape(at + 1).words)
        };
        if !pair(at) {
            return false;
        }
        let mut first = at;
        while first >= 2 && at - first < MANY && pair(first - 2) {
            first -= 2;
        }
        let mut pairs: Vec<usize> = Vec::new();
        while pair(first) && pairs.len() < MANY {
            pairs.push(first);
            first += 2;
        }
        let lines: Vec<usize> = pairs.iter().map(|&at| self.filled[at]).collect();
        let staying = pairs.iter().filter(|&&at| self.stays(at)).count();
        let short = pairs.iter().all(|&at| shape(at + 1).words <= SHORT);
        different(self.doc, &lines) && (staying >= TERMS && staying * 2 >= pairs.len() || staying > 0 && short && pairs.len() > TERMS)
    }

    /// Two lines with nothing above and below them.
    fn alone(&self, at: usize) -> bool {
        let (first, second) = (self.filled[at], self.filled[at + 1]);
        let far = |at: Option<usize>| at.and_then(|at| self.filled.get(at)).map_or(usize::MAX, |&n| n.abs_diff(first));
        second == first + 1 && far(at.checked_sub(1)) > 1 && far(Some(at + 2)) > 2
    }

    /// A numbered line between the numbers before and after it, or beside two of them, which stay.
    fn counted(&self, at: usize) -> bool {
        let here = self.line(at).and_then(number);
        let is =
            |at: Option<usize>, n: Option<u32>| at.is_some_and(|at| n.is_some() && self.line(at).and_then(number) == n && self.stays(at));
        let (one, two) = (here.and_then(|n| n.checked_sub(1)), here.and_then(|n| n.checked_sub(2)));
        let above = is(at.checked_sub(1), one);
        let below = is(Some(at + 1), here.map(|n| n + 1));
        above && (below || is(at.checked_sub(2), two)) || below && is(Some(at + 2), here.map(|n| n + 2))
    }

    /// An hour and what happens then, near others.
    fn scheduled(&self, at: usize) -> bool {
        let hour = |at: usize| self.line(at).is_some_and(is_hour);
        let near = at.saturating_sub(REACH)..=at + REACH;
        hour(at) && near.filter(|&n| n != at && self.stays(n) && hour(n)).count() >= HOURS
    }

    /// A word and another with a dash between them, among lines like it: a list of words and their translations.
    fn matched(&self, at: usize) -> bool {
        let halves = |at: usize| self.line(at).and_then(halves);
        if halves(at).is_none() {
            return false;
        }
        let lines = self.filled.len();
        let first = (at.saturating_sub(MANY)..at).rev().take_while(|&n| halves(n).is_some()).last().unwrap_or(at);
        let rows: Vec<(&str, &str)> = (first..lines.min(at + MANY)).map_while(halves).collect();
        let mut sides: Vec<&str> = rows.iter().flat_map(|&(left, right)| [left, right]).collect();
        sides.sort_unstable();
        rows.len() >= ROWS && at < first + rows.len() && sides.windows(2).all(|pair| pair[0] != pair[1])
    }

    /// A short text without any prose, in stanzas of a few short lines, of each of which something stays.
    fn is_verse(&self) -> bool {
        let lines = self.taken.len();
        if self.filled.len() > VERSES || self.doc.first_prose().is_some() {
            return false;
        }
        let blank = |&n: &usize| self.doc.is_blank(n);
        let numbers: Vec<usize> = (0..lines).collect();
        let stanzas = || numbers.split(blank).filter(|stanza| !stanza.is_empty());
        let verse = |n: &usize| self.doc.shape(*n).title(TERM * 2) && !self.doc.shape(*n).bullet;
        let whole = |stanza: &[usize]| stanza.iter().all(verse) && stanza.iter().any(|&n| !self.taken[n]);
        let stays = self.filled.iter().filter(|&&n| !self.taken[n]).count();
        stays * 5 >= self.filled.len() * 2
            && stanzas().filter(|stanza| stanza.len() > 1).count() >= STANZAS
            && stanzas().all(|stanza| stanza.len() <= LIST && whole(stanza))
    }

    /// The first line of the text, over a stamp and its prose: the title of the page, whatever it is called.
    fn entitled(&self, at: usize) -> bool {
        let shape = |at: usize| self.filled.get(at).map(|&n| self.doc.shape(n));
        let prose = self.stays(2) && shape(2).is_some_and(|s| s.prose);
        let stamp = !self.stays(1) && self.filled.get(1).is_some_and(|&n| is_date(self.doc, n));
        at == 0 && prose && stamp && shape(0).is_some_and(|s| s.words <= NAME)
    }

    /// A day and a sentence in turns: a chronicle or a diary.
    fn dated(&self, at: usize, below: usize) -> bool {
        let day = |at: usize| self.is_day(at);
        let Some(mut first) = (at.saturating_sub(1)..below + 1).find(|&n| day(n)) else { return false };
        while first >= 2 && at - first.min(at) < MANY && day(first - 2) {
            first -= 2;
        }
        let days: Vec<usize> = (first..self.filled.len()).step_by(2).take(MANY).take_while(|&n| day(n)).collect();
        let entry = |&&n: &&usize| self.filled.get(n + 1).is_some_and(|&line| self.doc.shape(line).ends_sentence);
        let lines: Vec<usize> = days.iter().map(|&n| self.filled[n]).collect();
        // Most of them stay, and what stands between the days are sentences, which titles are not.
        let staying = days.iter().filter(|&&n| self.stays(n) && self.stays(n + 1)).count();
        days.len() >= DAYS
            && at <= first + 2 * days.len()
            && staying > 0
            && days.iter().filter(entry).count() + 1 >= days.len()
            && different(self.doc, &lines)
    }

    /// True for a line that is a day; each is looked at once.
    fn is_day(&self, at: usize) -> bool {
        self.days.get(at).is_some_and(|day| *day.get_or_init(|| self.line(at).is_some_and(is_day)))
    }

    /// A heading whose words the sentence below begins with: “Share / Share the bread and the salt.”
    fn taken_up(&self, at: usize) -> bool {
        let (Some(head), Some(below)) = (self.line(at), self.line(at + 1)) else { return false };
        let shape = |at: usize| self.doc.shape(self.filled[at]);
        // One word: more are the name of a thing that a banner explains.
        let rest = shape(at).words == 1 && head.len() <= SIDE && self.stays(at + 1) && shape(at + 1).ends_sentence;
        rest && below.strip_prefix(head).is_some_and(|rest| rest.starts_with([' ', ',']))
    }

    /// A few words behind a finished sentence that the line below ends in small letters: a sentence broken into lines, as in a poem.
    fn carried_on(&self, at: usize) -> bool {
        let shape = |at: usize| self.doc.shape(self.filled[at]);
        let (Some(line), Some(below)) = (self.line(at), self.line(at + 1)) else { return false };
        below.starts_with(char::is_lowercase)
            && line.ends_with(char::is_alphanumeric)
            && shape(at).words <= NAME
            && !shape(at).bullet
            && shape(at + 1).words <= TERM
            && below.ends_with('.')
            && !below.ends_with("..")
            && (at == 0 || shape(at - 1).ends_sentence)
    }

    /// What somebody says: names stand over it and over other lines, in turns.
    fn spoken(&mut self, at: usize) -> bool {
        let Some(above) = at.checked_sub(1).filter(|&above| self.is_name(above)) else { return false };
        if self.names.is_none() {
            self.looked += 1;
            let again = |name: &str| memmem::find_iter(self.doc.raw.as_bytes(), name).nth(1).is_some();
            if self.looked <= LOOKS && !self.line(above).is_some_and(again) {
                return false;
            }
            self.names = Some(self.speakers());
        }
        self.names.as_ref().is_some_and(|names| self.line(above).is_some_and(|name| names.contains(name)))
    }

    /// The names of a play or an interview, which stand more than once each, over lines most of which stay.
    fn speakers(&self) -> HashSet<&'t str> {
        let mut names: HashMap<&str, Vec<usize>> = HashMap::new();
        // Only lines that stand more than once can be such names, and few do: the others need not be read.
        let repeated = self.repeated();
        if repeated.len() * SPEAKING < self.filled.len() {
            return HashSet::new();
        }
        for at in repeated.into_iter().filter(|&at| self.is_name(at)) {
            names.entry(self.line(at).unwrap_or("")).or_default().push(at);
        }
        names.retain(|_, places| places.len() > 1);
        let mut said = 0;
        let mut kept: HashSet<&str> = HashSet::new();
        for line in names.values().flatten().filter_map(|place| self.filled.get(place + 1)) {
            said += 1;
            // A name over a name is none, and nobody says one thing again and again.
            let text = self.doc.line(*line).trim();
            if !self.cut[*line] && !names.contains_key(text) {
                kept.insert(text);
            }
        }
        // The short lines of a page's menus come again as well, but far apart.
        let many = said * SPEAKING >= self.filled.len();
        if names.len() > 1 && many && kept.len() * 2 >= said { names.into_keys().collect() } else { HashSet::new() }
    }

    /// Lines that may stand more than once, as far as their length and their ends tell.
    fn repeated(&self) -> Vec<usize> {
        let number = |at: usize| {
            let line = self.line(at).unwrap_or("").as_bytes();
            let ends = match (line.first_chunk::<8>(), line.last_chunk::<8>()) {
                (Some(first), Some(last)) => u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29),
                _ => line.iter().fold(0, |number, &b| number << 8 | u64::from(b)),
            };
            ends.wrapping_add(line.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        };
        let mut lines: Vec<(u64, u32)> = (0..self.filled.len()).map(|at| (number(at), at as u32)).collect();
        lines.sort_unstable();
        lines.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1).flatten().map(|&(_, at)| at as usize).collect()
    }

    fn is_name(&self, at: usize) -> bool {
        let line = self.doc.line(self.filled[at]);
        // Words of long lines need not be counted.
        if line.len() > SIDE || self.cut[self.filled[at]] || line.contains(|c: char| c.is_ascii_digit()) {
            return false;
        }
        let shape = self.doc.shape(self.filled[at]);
        (1..=NAME).contains(&shape.words) && !shape.ends_sentence && !shape.bullet && !shape.framed && shape.heading == 0
    }

    /// Words among others in one paragraph of a few short lines, most of which stay.
    fn listed(&self, first: usize, last: usize) -> bool {
        let items = |&n: &usize| !self.doc.is_blank(n);
        let above: Vec<usize> = (0..first).rev().take_while(items).take(LIST).collect();
        let below: Vec<usize> = (last + 1..self.taken.len()).take_while(items).take(LIST).collect();
        let stays = |n: &&usize| {
            let shape = self.doc.shape(**n);
            !self.taken[**n] && shape.title(TERM) && !shape.ends_sentence
        };
        let count = |lines: &[usize]| lines.iter().filter(stays).count();
        let (over, under, all) = (count(&above), count(&below), above.len() + below.len() + last + 1 - first);
        over > 0 && under > 0 && all <= LIST && (over + under) * 2 >= all && self.filled.len() < self.taken.len()
    }
}

/// The two sides of a dash or an equals sign that stands alone in its line, with blanks around it.
fn halves(line: &str) -> Option<(&str, &str)> {
    fn sign(text: &str) -> Option<(&str, &str)> {
        [" – ", " — ", " - ", " = "].iter().find_map(|sign| text.split_once(sign))
    }
    // Two short sides: a line of a megabyte, in which there are a hundred thousand cuts, is not read for each of them.
    if line.len() > 2 * SIDE + " — ".len() {
        return None;
    }
    // A dash is a hyphen or begins so.
    memchr::memchr3(b'-', b'=', "–".as_bytes()[0], line.as_bytes())?;
    let (left, right) = sign(line)?;
    let side = |text: &str| text.contains(char::is_alphabetic) && text.len() <= SIDE && !text.contains(['|', '[', '(', '/']);
    (side(left) && side(right) && sign(right).is_none()).then_some((left, right))
}

/// How many digits a line begins with; four where there are more.
fn digits(line: &str) -> usize {
    line.bytes().take(4).take_while(u8::is_ascii_digit).count()
}

/// The number that a line begins with, and a word behind it.
fn number(line: &str) -> Option<u32> {
    let (digits, rest) = line.split_at(digits(line));
    let rest = rest.strip_prefix(['.', ')']).unwrap_or(rest);
    let word = rest.starts_with(char::is_whitespace) && rest.trim_start().starts_with(char::is_alphabetic);
    if word && digits.len() <= 3 { digits.parse().ok() } else { None }
}

/// True for a line that begins with a time of day, and a word behind it.
fn is_hour(line: &str) -> bool {
    let hours = digits(line);
    let Some(rest) = line[hours..].strip_prefix([':', '.', 'h', 'H']).filter(|_| (1..=2).contains(&hours)) else { return false };
    digits(rest) == 2 && rest[2..].starts_with(char::is_whitespace) && rest[2..].trim_start().starts_with(char::is_alphabetic)
}

/// True for a line that is a day and nothing else, as far as its form tells: a number and two words beside it, or three behind it, and a year maybe.
fn is_day(line: &str) -> bool {
    let in_day =
        |b: u8| !b.is_ascii() || b.is_ascii_alphanumeric() || matches!(b, b'\t'..=b'\r' | b' ' | b'.' | b',' | b'-' | b'/' | b'\'');
    if line.len() > DAY || !line.bytes().all(in_day) {
        return false;
    }
    let (mut words, mut numbers, mut first) = (0, 0, None);
    for word in line.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if word.starts_with(char::is_numeric) {
            numbers += 1;
            first = first.or(Some(words));
        }
        words += 1;
    }
    first.is_some_and(|first| first <= 1) && (1..=3).contains(&numbers) && words - numbers <= 4 && (words > 1 || line.len() > 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_and_hours() {
        assert_eq!(number("3 Comments"), Some(3));
        assert_eq!(number("12. The loaf"), Some(12));
        assert_eq!(number("3,5 hours"), None);
        assert_eq!(number("2021"), None);
        assert!(is_hour("20:00 Follow me"));
        assert!(is_hour("8.30 Porridge"));
        assert!(!is_hour("20:00"));
        assert!(!is_hour("20:000 sacks"));
        for day in ["3. Mai 1990", "May 3, 1990", "7 January", "3 de mayo de 1990", "1990年5月3日", "3.5.1990", "12 июня 1994"] {
            assert!(is_day(day), "{day}");
        }
        for other in ["Ann Example 3 May 1990", "3 May 1990 at 18:07", "1990", "Mai", "3 May 1990 | Ann Example"] {
            assert!(!is_day(other), "{other}");
        }
        assert_eq!(halves("- Home – Startseite"), Some(("- Home", "Startseite")));
        assert_eq!(halves("Home - News - Sport"), None);
    }
}
