//! A phrase confirmed around its anchor: literals compared, holes filled, to both sides.

use super::holes;
use crate::pack::{Part, Phrase, RuleSet};
use crate::text::Document;

/// The folded range that `phrase` covers, given that its anchor's text begins at `at`.
pub(super) fn confirm(set: &RuleSet, doc: &Document<'_>, phrase: &Phrase, at: usize) -> Option<(usize, usize)> {
    let Part::Literal(anchor) = &phrase.parts[phrase.anchor] else { return None };
    let lead = anchor.len() - anchor.trim_start_matches(' ').len();
    let start = at.checked_sub(lead)?;
    let end = literal(doc, anchor, start)?;
    let end = rightwards(set, doc, &phrase.parts[phrase.anchor + 1..], end)?;
    let start = leftwards(set, doc, &phrase.parts[..phrase.anchor], start)?;
    Some((start, end))
}

/// A phrase of holes only, from `at`.
pub(super) fn from_start(set: &RuleSet, doc: &Document<'_>, phrase: &Phrase, at: usize) -> Option<(usize, usize)> {
    Some((at, rightwards(set, doc, &phrase.parts, at)?))
}

fn literal(doc: &Document<'_>, text: &str, at: usize) -> Option<usize> {
    doc.folded.text.get(at..)?.starts_with(text).then_some(at + text.len())
}

fn rightwards(set: &RuleSet, doc: &Document<'_>, parts: &[Part], mut at: usize) -> Option<usize> {
    let text = doc.folded.text.as_str();
    let mut n = 0;
    while n < parts.len() {
        match (&parts[n], parts.get(n + 1)) {
            (Part::Literal(words), _) => at = literal(doc, words, at).or_else(|| literal(doc, words.trim_start_matches(' '), at))?,
            (Part::Hole(hole), Some(Part::Literal(next))) => {
                // The nearest place where the hole is filled and the literal follows.
                let limit = text.floor_char_boundary(text.len().min(at + holes::reach(*hole) + next.len()));
                let window = text.get(at..limit)?;
                let (start, _) = window.match_indices(next.as_str()).take(4).find(|(n, _)| holes::fills(set, doc, *hole, at, at + n))?;
                at += start + next.len();
                n += 1;
            }
            (Part::Hole(hole), _) => {
                let from = at + (text[at..].len() - text[at..].trim_start_matches(' ').len());
                at = holes::forward(set, doc, *hole, from)?;
            }
            (Part::Slot(_), _) => return None,
        }
        n += 1;
    }
    Some(at)
}

fn leftwards(set: &RuleSet, doc: &Document<'_>, parts: &[Part], mut at: usize) -> Option<usize> {
    let text = doc.folded.text.as_str();
    let mut n = parts.len();
    while n > 0 {
        n -= 1;
        match (&parts[n], n.checked_sub(1).map(|b| &parts[b])) {
            (Part::Literal(words), _) => {
                let before = &text[..at];
                let words = if before.ends_with(words.as_str()) { words.as_str() } else { words.trim_end_matches(' ') };
                at = before.ends_with(words).then(|| at - words.len())?;
            }
            (Part::Hole(hole), Some(Part::Literal(previous))) => {
                let floor = text.floor_char_boundary(at.saturating_sub(holes::reach(*hole) + previous.len()));
                let window = text.get(floor..at)?;
                let (start, _) = window.rmatch_indices(previous.as_str()).take(4).find(|(n, _)| holes::fills(set, doc, *hole, floor + n + previous.len(), at))?;
                at = floor + start;
                n -= 1;
            }
            (Part::Hole(hole), _) => {
                let end = text[..at].trim_end_matches(' ').len();
                at = holes::backward(set, doc, *hole, end)?;
            }
            (Part::Slot(_), _) => return None,
        }
    }
    Some(at)
}
