//! A phrase confirmed around its anchor: literals compared, holes filled, to both sides.

use super::holes;
use crate::pack::{Hole, Parts, Phrase, Piece, RuleSet};
use crate::text::Document;

/// The folded range that `phrase` covers, given that its anchor's text begins at `at`.
pub(super) fn confirm(set: &RuleSet, doc: &Document<'_>, phrase: &Phrase<'_>, at: usize) -> Option<(usize, usize)> {
    let (number, anchor) = (phrase.anchor?, phrase.literal()?);
    let lead = anchor.len() - anchor.trim_start_matches(' ').len();
    let start = at.checked_sub(lead)?;
    let end = literal(doc, anchor, start)?;
    // Most anchors are ordinary words, and most holes beside them cannot be what stands there: cheap looks to both sides
    // come before a search to one.
    let (before, behind) = (phrase.parts.before(number), phrase.parts.behind(number));
    let possible = |piece, look: fn(&RuleSet, &str, Hole, usize) -> bool, at| match piece {
        Some(Piece::Hole(hole)) => look(set, &doc.folded.text, hole, at),
        _ => true,
    };
    if !possible(before.last(), holes::may_end, start) || !possible(behind.first(), holes::may_begin, end) {
        return None;
    }
    let end = rightwards(set, phrase.language, doc, behind, end)?;
    let start = leftwards(set, phrase.language, doc, before, start)?;
    Some((start, end))
}

/// A phrase of holes only, from `at`.
pub(super) fn from_start(set: &RuleSet, doc: &Document<'_>, phrase: &Phrase<'_>, at: usize) -> Option<(usize, usize)> {
    Some((at, rightwards(set, phrase.language, doc, phrase.parts, at)?))
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
    match (first, rest.first()) {
        (Piece::Literal(words), _) => {
            rightwards(set, language, doc, rest, literal(doc, words, at).or_else(|| literal(doc, words.trim_start_matches(' '), at))?)
        }
        (Piece::OneOf(texts), _) => {
            texts.iter().filter_map(|t| literal(doc, t, at)).find_map(|end| rightwards(set, language, doc, rest, end))
        }
        (Piece::Hole(hole), Some(Piece::Literal(next))) => {
            let limit = holes::limit(doc, hole, at, next.len());
            let window = text.get(at..limit)?;
            if !holes::may_begin(set, text, hole, at) {
                return None;
            }
            let ends = window.match_indices(next).map(|(n, _)| at + n).take(TRIES);
            ends.filter(|&end| holes::fills(set, language, doc, hole, at, end))
                .find_map(|end| rightwards(set, language, doc, rest.behind(0), end + next.len()))
        }
        (Piece::Hole(hole), Some(Piece::OneOf(texts))) => {
            let limit = text.floor_char_boundary(text.len().min(at + holes::reach(hole) + 40));
            let window = text.get(at..limit)?;
            if !holes::may_begin(set, text, hole, at) {
                return None;
            }
            let ends = texts.iter().filter_map(|t| Some((at + window.find(t)?, t.len())));
            ends.filter(|&(end, _)| holes::fills(set, language, doc, hole, at, end))
                .find_map(|(end, len)| rightwards(set, language, doc, rest.behind(0), end + len))
        }
        (Piece::Hole(hole), _) => {
            let from = at + (text[at..].len() - text[at..].trim_start_matches(' ').len());
            rightwards(set, language, doc, rest, holes::forward(set, language, doc, hole, from)?)
        }
    }
}

/// Start of the parts when they end at `at`.
fn leftwards(set: &RuleSet, language: u16, doc: &Document<'_>, parts: Parts<'_>, at: usize) -> Option<usize> {
    let Some((last, rest)) = parts.split_last() else { return Some(at) };
    let text = doc.folded.text.as_str();
    let before = &text[..at];
    match (last, rest.last()) {
        (Piece::Literal(words), _) => {
            let words = if before.ends_with(words) { words } else { words.trim_end_matches(' ') };
            before.ends_with(words).then(|| at - words.len()).and_then(|start| leftwards(set, language, doc, rest, start))
        }
        (Piece::OneOf(texts), _) => {
            texts.iter().filter(|t| before.ends_with(t)).find_map(|t| leftwards(set, language, doc, rest, at - t.len()))
        }
        (Piece::Hole(hole), Some(Piece::Literal(previous))) => {
            if !holes::may_end(set, text, hole, at) {
                return None;
            }
            let floor = text.ceil_char_boundary(at.saturating_sub(holes::reach(hole) + previous.len())).min(at);
            let starts = text[floor..at].rmatch_indices(previous).map(|(n, _)| floor + n).take(TRIES);
            let rest = rest.before(rest.len() - 1);
            starts
                .filter(|&n| holes::fills(set, language, doc, hole, n + previous.len(), at))
                .find_map(|n| leftwards(set, language, doc, rest, n))
        }
        (Piece::Hole(hole), Some(Piece::OneOf(texts))) => {
            if !holes::may_end(set, text, hole, at) {
                return None;
            }
            let floor = text.ceil_char_boundary(at.saturating_sub(holes::reach(hole) + 40)).min(at);
            let window = &text[floor..at];
            let starts = texts.iter().filter_map(|t| Some((floor + window.rfind(t)?, t.len())));
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
