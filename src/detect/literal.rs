//! The literal stage: every anchor that begins where a word begins, found with one probe per word.
//!
//! An automaton reads its tables once per byte, and with thousands of phrases these do not fit the nearest caches. Here
//! the text is probed only where a phrase can start: at word starts, at the seams of glued text, at signs, and at every
//! character of scripts without blanks. A small table of the first bytes says no almost always (`pack/literals.rs`). The
//! Aho-Corasick automaton of the crate is the reference that it is tested against.

use crate::pack::{Probe, Tables};
use crate::text::{Document, is_wide};

/// Calls `found` with the number and the start of each anchor that stands in the document's folded text at a place where a
/// word can begin. Starts grow; at one start, short anchors come before long ones.
pub(super) fn find(tables: &Tables, doc: &Document<'_>, mut found: impl FnMut(u32, usize)) {
    let probe = Probe::new(tables);
    let text = doc.folded.text.as_str();
    let bytes = text.as_bytes();
    let mut seams = doc.folded.seams.iter().map(|&s| s as usize).peekable();
    // True behind a letter or digit of a script with blanks: a word goes on.
    let mut inside = false;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let (wordy, wide, len) = if byte.is_ascii() {
            (byte.is_ascii_alphanumeric(), false, 1)
        } else {
            let Some(c) = text[at..].chars().next() else { break };
            let wide = is_wide(c);
            (c.is_alphanumeric() && !wide, wide, c.len_utf8())
        };
        let seam = seams.next_if(|&s| s <= at).is_some();
        if (!wordy || !inside || seam) && byte != b' ' && byte != b'\n' {
            probe.at(&bytes[at..], |n| found(n, at));
        }
        inside = wordy && !wide;
        at += len;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::boundary::word_start;
    use crate::text::fold_phrase;
    use aho_corasick::{AhoCorasick, MatchKind};
    use proptest::prelude::*;

    fn literals() -> Vec<Box<str>> {
        let words = [
            "share",
            "share this",
            "a",
            "%d",
            "next article",
            "e-mail",
            "δ",
            "发表评论",
            "评论",
            "читать",
            "(required)",
            "comments",
            "ab",
            "previous post",
            "x",
        ];
        words.iter().map(|w| fold_phrase(w).into()).collect()
    }

    /// What the automaton finds at places where a word can begin.
    fn reference(doc: &Document<'_>, texts: &[Box<str>]) -> Vec<(usize, u32)> {
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(texts.iter().map(|t| t.as_bytes())).unwrap();
        let mut hits: Vec<(usize, u32)> = automaton
            .find_overlapping_iter(doc.folded.text.as_bytes())
            .filter(|h| {
                let text = &doc.folded.text;
                let (before, after) = (text[..h.start()].chars().next_back(), text[h.start()..].chars().next().unwrap());
                let inside = before.is_some_and(char::is_alphanumeric) && after.is_alphanumeric() && !is_wide(after);
                let digits = before.is_some_and(|c| c.is_ascii_digit()) != after.is_ascii_digit();
                !inside || digits || word_start(doc.raw, doc.raw.floor_char_boundary(doc.folded.raw_start(h.start())))
            })
            .map(|h| (h.start(), h.pattern().as_u32()))
            .collect();
        hits.sort_unstable();
        hits
    }

    proptest! {
        #[test]
        fn finds_what_the_automaton_finds(pieces in proptest::collection::vec(prop_oneof![
            Just("Share this"), Just("share"), Just("A"), Just(" "), Just("\n"), Just("2040"), Just("Next article"), Just("Rise"), Just("e-mail"),
            Just("Δ"), Just("发表评论"), Just("上"), Just("Читать"), Just("(required)"), Just("%d"), Just("3comments"), Just("zab"), Just("é"), Just("[a](b)"), Just("X")
        ], 0..40)) {
            let raw = pieces.concat();
            let doc = Document::new(&raw);
            let texts = literals();
            let mut hits = Vec::new();
            find(&Tables::of_anchors(&texts), &doc, |n, at| hits.push((at, n)));
            hits.sort_unstable();
            prop_assert_eq!(hits, reference(&doc, &texts));
        }
    }
}
