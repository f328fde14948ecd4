//! A phrase confirmed around its anchor: literals compared, holes filled, to both sides.

use super::holes;
use crate::pack::{Part, Phrase, RuleSet};
use crate::text::{Document, is_hangul, is_wide};

/// The folded range that `phrase` covers, given that its anchor's text begins at `at`.
pub(super) fn confirm(set: &RuleSet, doc: &Document<'_>, phrase: &Phrase, at: usize) -> Option<(usize, usize)> {
    let Part::Literal(anchor) = &phrase.parts[phrase.anchor] else { return None };
    let core = anchor.trim_matches(' ');
    let end = literal(doc, core, at)?;
    let (before, behind) = (phrase.parts[..phrase.anchor].last(), phrase.parts.get(phrase.anchor + 1));
    let (start, end) = (blank_before(doc, anchor, at, before)?, blank_after(doc, anchor, end, behind)?);
    let end = rightwards(set, phrase.language, doc, &phrase.parts[phrase.anchor + 1..], end)?;
    let left = leftwards(set, phrase.language, doc, &phrase.parts[..phrase.anchor], start)?;
    // "Ada ⏎ says:" is one piece; a headline above a stamp ("{name} posted on {date}") is no name.
    let stamped = match &phrase.parts[..] {
        [Part::Hole(hole), Part::Literal(words), _, ..] => holes::open(*hole) && !words.contains(':'),
        _ => false,
    };
    (!stamped || !holes::apart(doc, left, start)).then_some((left, end))
}

/// A phrase of holes only, from `at`.
pub(super) fn from_start(set: &RuleSet, doc: &Document<'_>, phrase: &Phrase, at: usize) -> Option<(usize, usize)> {
    Some((at, rightwards(set, phrase.language, doc, &phrase.parts, at)?))
}

/// Where `words`, whose core begins at `at`, begin with their own blank. It may be missing where words can touch: in
/// scripts without blanks, in Korean, behind a sign of their own. Not beside a hole that any words fill: there, the
/// blank is what tells the two apart.
fn blank_before(doc: &Document<'_>, words: &str, at: usize, beside: Option<&Part>) -> Option<usize> {
    let text = &doc.folded.text;
    match (words.starts_with(' '), text[..at].ends_with(' ')) {
        (false, _) => Some(at),
        (true, true) => Some(at - 1),
        (true, false) => (!any_words(beside) && touching(text, at, text[at..].chars().next())).then_some(at),
    }
}

/// The same behind words whose core ends at `end`.
fn blank_after(doc: &Document<'_>, words: &str, end: usize, beside: Option<&Part>) -> Option<usize> {
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
    let sign = edge.is_some_and(|c| !c.is_alphanumeric());
    sign || text[..at].chars().next_back().is_some_and(dense) || text[at..].chars().next().is_some_and(dense)
}

fn any_words(part: Option<&Part>) -> bool {
    matches!(part, Some(Part::Hole(hole)) if holes::open(*hole))
}

fn literal(doc: &Document<'_>, text: &str, at: usize) -> Option<usize> {
    doc.folded.text.get(at..)?.starts_with(text).then_some(at + text.len())
}

/// Places of the next literal that are tried for the end of a hole.
const TRIES: usize = 6;

/// End of the parts when they begin at `at`. Depth is bounded by the parts, breadth by choices and tries.
fn rightwards(set: &RuleSet, language: u16, doc: &Document<'_>, parts: &[Part], at: usize) -> Option<usize> {
    let [first, rest @ ..] = parts else { return Some(at) };
    let text = doc.folded.text.as_str();
    match (first, rest.first()) {
        (Part::Literal(words), _) => {
            rightwards(set, language, doc, rest, literal(doc, words, at).or_else(|| literal(doc, words.trim_start_matches(' '), at))?)
        }
        (Part::OneOf(texts), _) => {
            texts.iter().filter_map(|t| literal(doc, t, at)).find_map(|end| rightwards(set, language, doc, rest, end))
        }
        (Part::Hole(hole), Some(Part::Literal(next))) => {
            let limit = text.floor_char_boundary(text.len().min(at + holes::reach(*hole) + next.len()));
            let window = text.get(at..limit)?;
            let core = next.trim_matches(' ');
            if core.is_empty() {
                let ends = window.match_indices(next.as_str()).map(|(n, _)| at + n).take(TRIES);
                return ends
                    .filter(|&end| holes::fills(set, language, doc, *hole, at, end))
                    .find_map(|end| rightwards(set, language, doc, &rest[1..], end + next.len()));
            }
            let starts =
                window.match_indices(core).map(|(n, _)| at + n).filter_map(|n| Some((blank_before(doc, next, n, Some(first))?, n)));
            starts
                .take(TRIES)
                .filter(|&(end, _)| end >= at && holes::fills(set, language, doc, *hole, at, end))
                .find_map(|(_, n)| rightwards(set, language, doc, &rest[1..], blank_after(doc, next, n + core.len(), rest.get(1))?))
        }
        (Part::Hole(hole), Some(Part::OneOf(texts))) => {
            let limit = text.floor_char_boundary(text.len().min(at + holes::reach(*hole) + 40));
            let window = text.get(at..limit)?;
            let ends = texts.iter().filter_map(|t| Some((at + window.find(t.as_str())?, t.len())));
            ends.filter(|&(end, _)| holes::fills(set, language, doc, *hole, at, end))
                .find_map(|(end, len)| rightwards(set, language, doc, &rest[1..], end + len))
        }
        (Part::Hole(hole), _) => {
            let from = at + (text[at..].len() - text[at..].trim_start_matches(' ').len());
            rightwards(set, language, doc, rest, holes::forward(set, language, doc, *hole, from)?)
        }
        (Part::Slot(_), _) => None,
    }
}

/// Start of the parts when they end at `at`.
fn leftwards(set: &RuleSet, language: u16, doc: &Document<'_>, parts: &[Part], at: usize) -> Option<usize> {
    let [rest @ .., last] = parts else { return Some(at) };
    let text = doc.folded.text.as_str();
    let before = &text[..at];
    match (last, rest.last()) {
        (Part::Literal(words), _) => {
            let words = if before.ends_with(words.as_str()) { words.as_str() } else { words.trim_end_matches(' ') };
            before.ends_with(words).then(|| at - words.len()).and_then(|start| leftwards(set, language, doc, rest, start))
        }
        (Part::OneOf(texts), _) => {
            texts.iter().filter(|t| before.ends_with(t.as_str())).find_map(|t| leftwards(set, language, doc, rest, at - t.len()))
        }
        (Part::Hole(hole), Some(Part::Literal(previous))) => {
            let floor = text.ceil_char_boundary(at.saturating_sub(holes::reach(*hole) + previous.len())).min(at);
            let rest = &rest[..rest.len() - 1];
            let core = previous.trim_matches(' ');
            if core.is_empty() {
                let starts = text[floor..at].rmatch_indices(previous.as_str()).map(|(n, _)| floor + n).take(TRIES);
                return starts
                    .filter(|&n| holes::fills(set, language, doc, *hole, n + previous.len(), at))
                    .find_map(|n| leftwards(set, language, doc, rest, n));
            }
            let starts = text[floor..at].rmatch_indices(core).map(|(n, _)| floor + n);
            starts
                .filter_map(|n| Some((n, blank_after(doc, previous, n + core.len(), Some(last))?)))
                .take(TRIES)
                .filter(|&(_, end)| end <= at && holes::fills(set, language, doc, *hole, end, at))
                .find_map(|(n, _)| leftwards(set, language, doc, rest, blank_before(doc, previous, n, rest.last())?))
        }
        (Part::Hole(hole), Some(Part::OneOf(texts))) => {
            let floor = text.ceil_char_boundary(at.saturating_sub(holes::reach(*hole) + 40)).min(at);
            let window = &text[floor..at];
            let starts = texts.iter().filter_map(|t| Some((floor + window.rfind(t.as_str())?, t.len())));
            let rest = &rest[..rest.len() - 1];
            starts
                .filter(|&(n, len)| holes::fills(set, language, doc, *hole, n + len, at))
                .find_map(|(n, _)| leftwards(set, language, doc, rest, n))
        }
        (Part::Hole(hole), _) => {
            let end = before.trim_end_matches(' ').len();
            leftwards(set, language, doc, rest, holes::backward(set, language, doc, *hole, end)?)
        }
        (Part::Slot(_), _) => None,
    }
}
