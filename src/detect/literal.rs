//! The literal stage: every anchor that begins where a word begins, found with one probe per word.
//!
//! An automaton reads its tables once per byte, and with thousands of phrases these do not fit the nearest caches. Here
//! the text is probed only where a phrase can start: at word starts, at the seams of glued text, at signs, and at every
//! character of scripts without blanks. Filters of the first bytes say no almost always (`pack/filters.rs`). The
//! Aho-Corasick automaton of the crate is the reference that it is tested against.

use std::ops::Range;

use super::places::Blocks;
use crate::pack::{Around, NEAR, Near64, Passed, Probe, Tables};
use crate::text::Document;

/// An anchor in the folded text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub anchor: u32,
    pub start: usize,
    pub end: usize,
    /// A word goes on behind it: good only for phrases that go on without a blank.
    pub inside_word: bool,
}

/// Calls `found` with each anchor that begins in one of these `lines` of the folded text, at a place where a word can begin. Starts
/// grow; at one start, short anchors come before long ones. `guarded` leaves out what the place excludes, as far as that is seen at once.
pub(super) fn find(tables: &Tables, doc: &Document<'_>, lines: &[Range<usize>], guarded: bool, mut found: impl FnMut(Hit)) {
    let probe = Probe::new(tables);
    let bytes = doc.folded.text.as_bytes();
    let (mut passed, mut hits): (_, Vec<(u32, usize)>) = (Passed::default(), Vec::new());
    for mut blocks in lines.iter().map(|lines| Blocks::new(doc, lines)) {
        let mut next = blocks.next();
        while let Some(places) = next {
            next = blocks.next();
            let behind = next.unwrap_or_default();
            let mut padded = [0; NEAR];
            let seen = match bytes[places.at..].first_chunk() {
                Some(seen) => seen,
                None => {
                    let rest = &bytes[places.at..];
                    padded[..rest.len()].copy_from_slice(rest);
                    &padded
                }
            };
            let middle = if guarded { places.middle } else { 0 };
            let near = Near64 { bytes: seen, words: [places.words, behind.words], seams: [places.seams, behind.seams], middle };
            probe.pass(&near, places.starts, &mut passed);
            while let Some(place) = passed.take() {
                let at = places.at + place.at;
                hits.clear();
                probe.look_up(&bytes[at..], &near, place, &mut hits);
                for &(anchor, len) in &hits {
                    let (start, end) = (at, at + len);
                    let inside_word = bytes[end - 1].is_ascii_lowercase()
                        && bytes.get(end).is_some_and(u8::is_ascii_lowercase)
                        && !doc.folded.bits.seam(end);
                    if !inside_word || !tables.anchor_guard(anchor).excludes(Around::inside_word()) {
                        found(Hit { anchor, start, end, inside_word });
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::Guard;
    use crate::text::boundary::{word_end, word_start};
    use crate::text::{fold_phrase, is_hangul, is_wide};
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
            "댓글",
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
                !inside
                    || digits
                    || before.is_some_and(is_hangul) != is_hangul(after)
                    || word_start(doc.raw, doc.raw.floor_char_boundary(doc.folded.raw_start(h.start())))
            })
            .map(|h| (h.start(), h.pattern().as_u32()))
            .collect();
        hits.sort_unstable();
        hits
    }

    fn found(tables: &Tables, doc: &Document<'_>, guarded: bool) -> Vec<(usize, u32)> {
        let mut hits = Vec::new();
        find(tables, doc, std::slice::from_ref(&(0..doc.lines.len())), guarded, |hit| hits.push((hit.start, hit.anchor)));
        hits.sort_unstable();
        hits
    }

    fn raw() -> impl Strategy<Value = String> {
        let pieces = [
            "Share this",
            "share",
            "Share",
            "A",
            " ",
            " ",
            "\n",
            "2040",
            "Next article",
            "Rise",
            "e-mail",
            "Δ",
            "发表评论",
            "上",
            "Читать",
            "читать",
            "(required)",
            "%d",
            "3comments",
            "zab",
            "ab",
            "é",
            "[a](b)",
            "X",
            "x",
            "댓글",
            "3댓글",
            "글",
            "\u{94d}",
            "ß",
            "…",
            "’",
        ];
        proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn finds_what_the_automaton_finds(raw in raw()) {
            let doc = Document::new(&raw);
            let texts = literals();
            prop_assert_eq!(found(&Tables::of_anchors(&texts), &doc, false), reference(&doc, &texts));
        }

        /// Of anchors that are good for nothing inside a word, those may be left out that end there, and nothing else.
        #[test]
        fn finds_whole_words(raw in raw()) {
            let doc = Document::new(&raw);
            let texts = literals();
            let all = reference(&doc, &texts);
            let hits = found(&Tables::of_guarded(&texts, |_| Guard::whole_word()), &doc, false);
            prop_assert!(hits.iter().all(|hit| all.contains(hit)));
            let ends = |&&(start, anchor): &&(usize, u32)| {
                let end = doc.folded.raw_end(&raw, start + texts[anchor as usize].len());
                word_end(&raw, end)
            };
            let left: Vec<_> = all.iter().filter(ends).filter(|hit| !hits.contains(hit)).collect();
            prop_assert!(left.is_empty(), "{left:?}");
        }

        /// Of anchors that want a capital letter, those may be left out that stand before a small one in a line.
        #[test]
        fn finds_capitals(raw in raw()) {
            let doc = Document::new(&raw);
            let texts = literals();
            let all = reference(&doc, &texts);
            let hits = found(&Tables::of_guarded(&texts, |_| Guard::capital()), &doc, true);
            prop_assert!(hits.iter().all(|hit| all.contains(hit)));
            let left: Vec<_> = all.iter().filter(|(start, _)| !doc.small(*start)).filter(|hit| !hits.contains(hit)).collect();
            prop_assert!(left.is_empty(), "{left:?}");
        }
    }
}
