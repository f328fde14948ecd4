//! A phrase confirmed around its anchor: literals compared, holes filled, to both sides.

use super::holes;
use crate::pack::{Parts, Phrase, Piece, RuleSet};
use crate::text::{Document, is_hangul, is_wide, is_wordy, places};

/// The folded range that `phrase` covers, given that its anchor's text begins at `at`, and that its guard excludes nothing.
pub(super) fn confirm(set: &RuleSet, doc: &Document<'_>, phrase: &Phrase<'_>, at: usize) -> Option<(usize, usize)> {
    let (number, anchor) = (phrase.anchor?, phrase.literal()?);
    let (before, behind) = (phrase.parts.before(number), phrase.parts.behind(number));
    let end = literal(doc, anchor.trim_matches(' '), at)?;
    let (start, end) = (blank_before(doc, anchor, at, before.last())?, blank_after(doc, anchor, end, behind.first())?);
    let end = rightwards(set, phrase.language, doc, behind, end)?;
    let left = leftwards(set, phrase.language, doc, before, start)?;
    // "Ada ⏎ says:" is one piece; a headline above a stamp ("{name} posted on {date}") is no name.
    let stamped = match (phrase.parts.first(), phrase.parts.get(1), phrase.parts.len()) {
        (Some(Piece::Hole(hole)), Some(Piece::Literal(words)), 3..) => holes::open(hole) && !words.contains(':'),
        _ => false,
    };
    (!stamped || !holes::apart(doc, left, start)).then_some((left, end))
}

/// A phrase of holes only, from `at`.
pub(super) fn from_start(set: &RuleSet, doc: &Document<'_>, phrase: &Phrase<'_>, at: usize) -> Option<(usize, usize)> {
    Some((at, rightwards(set, phrase.language, doc, phrase.parts, at)?))
}

/// Where `words`, whose core begins at `at`, begin with their own blank. It may be missing where words can touch: in
/// scripts without blanks, in Korean, behind a sign of their own. Not beside a hole that any words fill: there, the
/// blank is what tells the two apart.
fn blank_before(doc: &Document<'_>, words: &str, at: usize, beside: Option<Piece<'_>>) -> Option<usize> {
    let text = &doc.folded.text;
    match (words.starts_with(' '), text[..at].ends_with(' ')) {
        (false, _) => Some(at),
        (true, true) => Some(at - 1),
        (true, false) => (!any_words(beside) && touching(text, at, text[at..].chars().next())).then_some(at),
    }
}

/// The same behind words whose core ends at `end`.
fn blank_after(doc: &Document<'_>, words: &str, end: usize, beside: Option<Piece<'_>>) -> Option<usize> {
    let text = &doc.folded.text;
    match (words.ends_with(' '), text[end..].starts_with(' ')) {
        (false, _) => Some(end),
        (true, true) => Some(end + 1),
        (true, false) => (!any_words(beside) && touching(text, end, text[..end].chars().next_back())).then_some(end),
    }
}

/// True where words may stand at `at` without a blank; `edge` is their own character there.
fn touching(text: &str, at: usize, edge: Option<char>) -> bool {
    let dense = |c: char| is_wide(c) || is_hangul(c);
    let sign = edge.is_some_and(|c| !is_wordy(c));
    sign || text[..at].chars().next_back().is_some_and(dense) || text[at..].chars().next().is_some_and(dense)
}

fn any_words(part: Option<Piece<'_>>) -> bool {
    matches!(part, Some(Piece::Hole(hole)) if holes::open(hole))
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
            let limit = holes::limit(doc, hole, at, next.len());
            text.get(at..limit)?;
            let core = next.trim_matches(' ');
            if core.is_empty() {
                let ends = places(text, next, at, limit).take(TRIES);
                return ends
                    .filter(|&end| holes::fills(set, language, doc, hole, at, end))
                    .find_map(|end| rightwards(set, language, doc, rest.behind(0), end + next.len()));
            }
            places(text, core, at, limit)
                .filter_map(|n| Some((blank_before(doc, next, n, Some(first))?, n)))
                .take(TRIES)
                .filter(|&(end, _)| end >= at && holes::fills(set, language, doc, hole, at, end))
                .find_map(|(_, n)| rightwards(set, language, doc, rest.behind(0), blank_after(doc, next, n + core.len(), rest.get(1))?))
        }
        (Piece::Hole(hole), Some(Piece::OneOf(texts))) => {
            let limit = text.floor_char_boundary(text.len().min(at + hole.reach() + 40));
            text.get(at..limit)?;
            let ends =
                texts.iter().filter(|t| doc.may_hold(at, limit, t)).filter_map(|t| Some((places(text, t, at, limit).next()?, t.len())));
            ends.filter(|&(end, _)| holes::fills(set, language, doc, hole, at, end))
                .find_map(|(end, len)| rightwards(set, language, doc, rest.behind(0), end + len))
        }
        (Piece::Hole(hole), _) => {
            let from = at + (text[at..].len() - text[at..].trim_start_matches(' ').len());
            rightwards(set, language, doc, rest, holes::forward(set, language, doc, hole, from)?)
        }
    }
}

/// Where `needle` stands between `from` and `to`, from right to left.
fn backwards(text: &str, needle: &str, from: usize, to: usize) -> impl Iterator<Item = usize> + use<> {
    places(text, needle, from, to).collect::<Vec<_>>().into_iter().rev()
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
                return backwards(text, previous, floor, at)
                    .take(TRIES)
                    .filter(|&n| holes::fills(set, language, doc, hole, n + previous.len(), at))
                    .find_map(|n| leftwards(set, language, doc, rest, n));
            }
            backwards(text, core, floor, at)
                .filter_map(|n| Some((n, blank_after(doc, previous, n + core.len(), Some(last))?)))
                .take(TRIES)
                .filter(|&(_, end)| end <= at && holes::fills(set, language, doc, hole, end, at))
                .find_map(|(n, _)| leftwards(set, language, doc, rest, blank_before(doc, previous, n, rest.last())?))
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
