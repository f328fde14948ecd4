//! A phrase confirmed around its anchor: literals compared, holes filled, to both sides.

use super::holes;
use crate::pack::{Choice, Hole, Parts, Phrase, Piece, RuleSet};
use crate::text::{Document, is_hangul, is_wide, is_wordy, places};

/// Where the next words of a phrase were looked for behind an anchor, and whether they are there: of phrases that go on alike, which
/// are tried one after the other, only the first one looks.
pub(super) struct Looked([(usize, [u32; 3], bool); LOOKED]);

/// A power of two.
const LOOKED: usize = 8;

impl Default for Looked {
    fn default() -> Looked {
        Looked([(usize::MAX, [0; 3], false); LOOKED])
    }
}

/// A phrase around its anchor.
#[derive(Clone, Copy)]
pub(super) struct Around<'s> {
    pub number: u32,
    pub before: Parts<'s>,
    pub behind: Parts<'s>,
    /// Whether the anchor begins with a blank, and whether it ends with one.
    pub blanks: (bool, bool),
    pub language: u16,
}

/// The folded range that a phrase covers, given that its anchor's text stands from `at` to `end`, and that its guard excludes nothing.
pub(super) fn confirm(
    set: &RuleSet,
    doc: &Document<'_>,
    phrase: &Around<'_>,
    (at, end): (usize, usize),
    looked: &mut Looked,
) -> Option<(usize, usize)> {
    let &Around { number, before, behind, blanks, language } = phrase;
    let start = if blanks.0 { start_with_blank(doc, at, before.last_hole())? } else { at };
    // A look at a few bytes comes before any search.
    if !may_end_at(doc, before, start) {
        return None;
    }
    let end = if blanks.1 { end_with_blank(doc, end, behind.first_hole())? } else { end };
    if !looked.may_go_on(set, doc, behind, end) {
        return None;
    }
    let end = rightwards(set, language, doc, behind, end)?;
    let left = leftwards(set, language, doc, before, start)?;
    // "Ada ⏎ says:" is one piece; a headline above a stamp ("{name} posted on {date}") is no name.
    let parts = set.tables.phrase(number).parts;
    let stamped = match (parts.first(), parts.get(1), parts.len()) {
        (Some(Piece::Hole(hole)), Some(Piece::Literal(words)), 3..) => holes::open(hole) && !words.contains(':'),
        _ => false,
    };
    (!stamped || !holes::apart(doc, left, start)).then_some((left, end))
}

/// The same by the phrase's number, with no look ahead.
#[cfg(test)]
pub(super) fn found(set: &RuleSet, doc: &Document<'_>, number: u32, anchor: (usize, usize)) -> Option<(usize, usize)> {
    let anchored = crate::pack::Anchored::new(&set.tables);
    let ((before, behind), language) = (anchored.parts(number)?, set.phrase(number)?.language);
    let phrase = Around { number, before, behind, blanks: anchored.brief(number).blanks(), language };
    confirm(set, doc, &phrase, anchor, &mut Looked::default())
}

impl Looked {
    /// False where the words that must stand behind a hole are nowhere, or what must stand behind them does not begin there.
    fn may_go_on(&mut self, set: &RuleSet, doc: &Document<'_>, parts: Parts<'_>, at: usize) -> bool {
        let Some(hole) = parts.first_hole() else { return may_begin_at(set, doc, parts, at) };
        let head = parts.head();
        let slot = &mut self.0[(head[1] ^ head[2]) as usize % LOOKED];
        if (slot.0, slot.1) != (at, head) {
            let begins = |next: usize| may_begin_at(set, doc, parts.behind(1), next);
            let may = match parts.get(1) {
                _ if !holes::may_begin(set, &doc.folded.text, hole, at) => false,
                Some(Piece::Literal(next)) => ends(doc, hole, next, parts, at).any(|(_, next)| next.is_some_and(begins)),
                _ => true,
            };
            *slot = (at, head, may);
        }
        slot.2
    }
}

/// Where the hole may end with which the parts begin, and where `next`, the literal behind it, ends then with its blank, if it may.
fn ends<'a>(doc: &'a Document<'_>, hole: Hole, next: &'a str, parts: Parts<'a>, at: usize) -> impl Iterator<Item = (usize, Option<usize>)> {
    let text = doc.folded.text.as_str();
    let limit = holes::limit(doc, hole, at, next.len());
    let core = next.trim_matches(' ');
    let blank = core.is_empty();
    let (needle, to) = (if blank { next } else { core }, if text.get(at..limit).is_some() { limit } else { at });
    let beside = parts.behind(1).first_hole();
    places(text, needle, at, to)
        .filter_map(move |n| if blank { Some((n, n)) } else { Some((blank_before(doc, next, n, Some(hole))?, n)) })
        .take(TRIES)
        .filter(move |&(end, _)| end >= at)
        .map(move |(end, n)| (end, if blank { Some(n + next.len()) } else { blank_after(doc, next, n + core.len(), beside) }))
}

/// Where each of these texts stands first, and how long it is. Hundreds may be looked for; where what stands before them has one
/// end or two that are `known`, those alone are looked at that begin there.
fn chosen<'a>(
    doc: &'a Document<'_>,
    texts: Choice<'a>,
    (from, to): (usize, usize),
    known: Option<[Option<usize>; 2]>,
) -> impl Iterator<Item = (usize, usize)> {
    let text = doc.folded.text.as_str();
    let starts = move |known: [Option<usize>; 2]| known.into_iter().flatten().filter_map(|end| text.get(end..));
    let any = known.is_none_or(|known| starts(known).any(|rest| rest.bytes().next().is_some_and(|b| texts.may_begin(b))));
    let texts = any.then(|| texts.iter()).into_iter().flatten();
    texts
        .filter(move |t| known.is_none_or(|known| starts(known).any(|rest| rest.starts_with(t))) && doc.may_hold(from, to, t))
        .filter_map(move |t| Some((places(text, t, from, to).next()?, t.len())))
}

/// False where the parts cannot begin at `at`: a look at a word, or a byte.
fn may_begin_at(set: &RuleSet, doc: &Document<'_>, parts: Parts<'_>, at: usize) -> bool {
    let text = doc.folded.text.as_str();
    match parts.first() {
        Some(Piece::Hole(hole)) => holes::may_begin(set, text, hole, at),
        Some(Piece::OneOf(texts)) => text.as_bytes().get(at).is_some_and(|&b| texts.may_begin(b)),
        _ => true,
    }
}

/// False where the parts cannot end at `at`: a look at a byte.
fn may_end_at(doc: &Document<'_>, parts: Parts<'_>, at: usize) -> bool {
    match parts.last() {
        Some(Piece::OneOf(texts)) => doc.folded.text.as_bytes()[..at].last().is_some_and(|&b| texts.may_end(b)),
        _ => true,
    }
}

/// A phrase of holes only, from `at`.
pub(super) fn from_start(set: &RuleSet, doc: &Document<'_>, phrase: &Phrase<'_>, at: usize) -> Option<(usize, usize)> {
    Some((at, rightwards(set, phrase.language, doc, phrase.parts, at)?))
}

/// Where `words`, whose core begins at `at`, begin with their own blank. It may be missing where words can touch: in
/// scripts without blanks, in Korean, behind a sign of their own. Not beside a hole that any words fill: there, the
/// blank is what tells the two apart.
fn blank_before(doc: &Document<'_>, words: &str, at: usize, beside: Option<Hole>) -> Option<usize> {
    if words.as_bytes().first() == Some(&b' ') { start_with_blank(doc, at, beside) } else { Some(at) }
}

fn start_with_blank(doc: &Document<'_>, at: usize, beside: Option<Hole>) -> Option<usize> {
    let text = &doc.folded.text;
    if text.as_bytes()[..at].last() == Some(&b' ') {
        return Some(at - 1);
    }
    (!beside.is_some_and(holes::open) && touching(text, at, text[at..].chars().next())).then_some(at)
}

/// The same behind words whose core ends at `end`.
fn blank_after(doc: &Document<'_>, words: &str, end: usize, beside: Option<Hole>) -> Option<usize> {
    if words.as_bytes().last() == Some(&b' ') { end_with_blank(doc, end, beside) } else { Some(end) }
}

fn end_with_blank(doc: &Document<'_>, end: usize, beside: Option<Hole>) -> Option<usize> {
    let text = &doc.folded.text;
    if text.as_bytes().get(end) == Some(&b' ') {
        return Some(end + 1);
    }
    (!beside.is_some_and(holes::open) && touching(text, end, text[..end].chars().next_back())).then_some(end)
}

/// True where words may stand at `at` without a blank; `edge` is their own character there.
fn touching(text: &str, at: usize, edge: Option<char>) -> bool {
    let dense = |c: char| is_wide(c) || is_hangul(c);
    let sign = edge.is_some_and(|c| !is_wordy(c));
    sign || text[..at].chars().next_back().is_some_and(dense) || text[at..].chars().next().is_some_and(dense)
}

fn literal(doc: &Document<'_>, text: &str, at: usize) -> Option<usize> {
    doc.folded.text.get(at..)?.starts_with(text).then_some(at + text.len())
}

/// Places of the next literal that are tried for the end of a hole.
const TRIES: usize = 6;

/// End of the parts when they begin at `at`. Depth is bounded by the parts, breadth by choices and tries.
fn rightwards(set: &RuleSet, language: u16, doc: &Document<'_>, parts: Parts<'_>, at: usize) -> Option<usize> {
    let Some((first, rest)) = parts.split_first() else { return Some(at) };
    let text = doc.folded.text.as_str();
    // A look at one word comes before any search.
    if let Piece::Hole(hole) = first
        && !holes::may_begin(set, text, hole, at)
    {
        return None;
    }
    match (first, rest.first()) {
        (Piece::Literal(words), _) => {
            rightwards(set, language, doc, rest, literal(doc, words, at).or_else(|| literal(doc, words.trim_start_matches(' '), at))?)
        }
        (Piece::OneOf(texts), _) => {
            let begins = text.as_bytes().get(at).is_some_and(|&b| texts.may_begin(b));
            let ends = begins.then(|| texts.iter()).into_iter().flatten().filter_map(|t| literal(doc, t, at));
            ends.into_iter().find_map(|end| rightwards(set, language, doc, rest, end))
        }
        (Piece::Hole(hole), Some(Piece::Literal(next))) => {
            let rest = rest.behind(0);
            ends(doc, hole, next, parts, at)
                .filter_map(|(end, next)| Some((end, next.filter(|&next| may_begin_at(set, doc, rest, next))?)))
                .filter(|&(end, _)| holes::fills(set, language, doc, hole, at, end))
                .find_map(|(_, next)| rightwards(set, language, doc, rest, next))
        }
        (Piece::Hole(hole), Some(Piece::OneOf(texts))) => {
            let limit = text.floor_char_boundary(text.len().min(at + hole.reach() + 40));
            text.get(at..limit)?;
            let known = holes::ends(set, language, doc, hole, at);
            let fills = |&(end, _): &(usize, usize)| holes::fills(set, language, doc, hole, at, end);
            #[cfg(test)]
            assert!(chosen(doc, texts, (at, limit), known).filter(fills).eq(chosen(doc, texts, (at, limit), None).filter(fills)));
            chosen(doc, texts, (at, limit), known)
                .filter(fills)
                .find_map(|(end, len)| rightwards(set, language, doc, rest.behind(0), end + len))
        }
        (Piece::Hole(hole), _) => {
            let from = at + (text[at..].len() - text[at..].trim_start_matches(' ').len());
            rightwards(set, language, doc, rest, holes::forward(set, language, doc, hole, from)?)
        }
    }
}

/// The last few of these, from right to left.
fn backwards<T: Copy>(all: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    let mut last = [None; TRIES];
    let count = all.fold(0, |n, one| {
        last[n % TRIES] = Some(one);
        n + 1
    });
    (count.saturating_sub(TRIES)..count).rev().filter_map(move |n| last[n % TRIES])
}

/// Start of the parts when they end at `at`.
fn leftwards(set: &RuleSet, language: u16, doc: &Document<'_>, parts: Parts<'_>, at: usize) -> Option<usize> {
    let Some((last, rest)) = parts.split_last() else { return Some(at) };
    let text = doc.folded.text.as_str();
    let before = &text[..at];
    if let Piece::Hole(hole) = last
        && !holes::may_end(set, text, hole, at)
    {
        return None;
    }
    match (last, rest.last()) {
        (Piece::Literal(words), _) => {
            let words = if before.ends_with(words) { words } else { words.trim_end_matches(' ') };
            before.ends_with(words).then(|| at - words.len()).and_then(|start| leftwards(set, language, doc, rest, start))
        }
        (Piece::OneOf(texts), _) => {
            let ends = before.as_bytes().last().is_some_and(|&b| texts.may_end(b));
            ends.then(|| texts.iter())
                .into_iter()
                .flatten()
                .filter(|t| before.ends_with(t))
                .find_map(|t| leftwards(set, language, doc, rest, at - t.len()))
        }
        (Piece::Hole(hole), Some(Piece::Literal(previous))) => {
            let floor = text.ceil_char_boundary(at.saturating_sub(hole.reach() + previous.len())).min(at);
            let rest = rest.before(rest.len() - 1);
            let core = previous.trim_matches(' ');
            if core.is_empty() {
                return backwards(places(text, previous, floor, at))
                    .filter(|&n| holes::fills(set, language, doc, hole, n + previous.len(), at))
                    .find_map(|n| leftwards(set, language, doc, rest, n));
            }
            let ended = |n| Some((n, blank_after(doc, previous, n + core.len(), Some(hole))?));
            backwards(places(text, core, floor, at).filter_map(ended))
                .filter(|&(_, end)| end <= at && holes::fills(set, language, doc, hole, end, at))
                .find_map(|(n, _)| leftwards(set, language, doc, rest, blank_before(doc, previous, n, rest.last_hole())?))
        }
        (Piece::Hole(hole), Some(Piece::OneOf(texts))) => {
            let floor = text.ceil_char_boundary(at.saturating_sub(hole.reach() + 40)).min(at);
            let window = &text[floor..at];
            let held = texts.iter().filter(|t| doc.may_hold(floor, at, t));
            let starts = held.filter_map(|t| Some((floor + window.rfind(t)?, t.len())));
            let rest = rest.before(rest.len() - 1);
            starts
                .filter(|&(n, len)| holes::fills(set, language, doc, hole, n + len, at))
                .find_map(|(n, _)| leftwards(set, language, doc, rest, n))
        }
        (Piece::Hole(hole), _) => {
            let end = before.trim_end_matches(' ').len();
            leftwards(set, language, doc, rest, holes::backward(set, language, doc, hole, end)?)
        }
    }
}
