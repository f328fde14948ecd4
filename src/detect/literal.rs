//! The literal stage: every anchor that begins where a word begins, found with one probe per word.
//!
//! An automaton reads its tables once per byte, and with thousands of phrases these do not fit the nearest caches. Here
//! the text is probed only where a phrase can start: at word starts, at the seams of glued text, at signs, and at every
//! character of scripts without blanks. A small table of the first bytes says no almost always (`pack/literals.rs`). The
//! Aho-Corasick automaton of the crate is the reference that it is tested against.

use crate::pack::{Around, Probe, Tables};
use crate::text::{BLOCK, Document, block_at, is_hangul, is_wide, is_wordy};

/// Bytes within which a seam must be known to tell whether a word goes on behind a short anchor.
const WHOLE_WORDS: usize = 8;

/// What a character does to the word that it stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Ends it: a blank, a sign, a character of a script without blanks.
    None,
    Word,
    /// Of Hangul, which Latin words and digits are glued to without being one word with it.
    Hangul,
}

fn part_of(c: char) -> Part {
    match c {
        c if is_hangul(c) => Part::Hangul,
        c if !is_wide(c) && is_wordy(c) => Part::Word,
        _ => Part::None,
    }
}

/// An anchor in the folded text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub anchor: u32,
    pub start: usize,
    pub end: usize,
    /// A word goes on behind it: good only for phrases that go on without a blank.
    pub inside_word: bool,
}

/// Calls `found` with each anchor that stands in the document's folded text at a place where a word can begin. Starts grow;
/// at one start, short anchors come before long ones.
pub(super) fn find(tables: &Tables, doc: &Document<'_>, mut found: impl FnMut(Hit)) {
    let probe = Probe::new(tables);
    let bytes = doc.folded.text.as_bytes();
    let mut hits: Vec<(u32, usize)> = Vec::new();
    places(doc, |at, seams| {
        let glued = seams.first().is_some_and(|&seam| seam as usize <= at + WHOLE_WORDS);
        probe.at(&bytes[at..], glued, &mut hits);
        if hits.is_empty() {
            return;
        }
        for (anchor, len) in hits.drain(..) {
            let (start, end) = (at, at + len);
            let inside_word = bytes[end - 1].is_ascii_lowercase()
                && bytes.get(end).is_some_and(u8::is_ascii_lowercase)
                && !seams.iter().take_while(|&&s| s as usize <= end).any(|&s| s as usize == end);
            if !inside_word || !tables.anchor_guard(anchor).excludes(Around::inside_word()) {
                found(Hit { anchor, start, end, inside_word });
            }
        }
    });
}

/// Calls `visit` with each place of the folded text where a phrase can begin, and the seams from there or a little before it.
#[inline(always)]
fn places(doc: &Document<'_>, mut visit: impl FnMut(usize, &[u32])) {
    let text = doc.folded.text.as_str();
    let bytes = text.as_bytes();
    let mut seams = doc.folded.seams.as_slice();
    // What the character before was: behind a part of a word, the word goes on.
    let mut before = Part::None;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let plain = byte.is_ascii() && bytes.get(at + 1).is_some_and(u8::is_ascii);
        if let Some(block) = plain.then(|| block_at(bytes, at)).flatten() {
            // ASCII up to the next longer character, or to the end of the block.
            let len = block.high().trailing_zeros() as usize;
            let word = block.wordy();
            let mut probes = word & !(word << 1 | u64::from(before == Part::Word)) | !word;
            let here = seams;
            while let Some((&seam, behind)) = seams.split_first().filter(|(seam, _)| (**seam as usize) < at + len) {
                probes |= 1 << (seam as usize - at);
                seams = behind;
            }
            probes &= !(block.is(b' ') | block.is(b'\n')) & (u64::MAX >> (BLOCK - len));
            while probes != 0 {
                visit(at + probes.trailing_zeros() as usize, here);
                probes &= probes - 1;
            }
            before = if word >> (len - 1) & 1 == 1 { Part::Word } else { Part::None };
            at += len;
            continue;
        }
        let (part, len) = if byte.is_ascii() {
            (if byte.is_ascii_alphanumeric() { Part::Word } else { Part::None }, 1)
        } else if let (0xC3..0xE0, Some(&second)) = (byte, bytes.get(at + 1)) {
            // Letters of two bytes, of no script without blanks.
            let c = char::from_u32(u32::from(byte & 0x1F) << 6 | u32::from(second & 0x3F));
            (if c.is_some_and(is_wordy) { Part::Word } else { Part::None }, 2)
        } else {
            let Some(c) = text[at..].chars().next() else { break };
            (part_of(c), c.len_utf8())
        };
        let glued = seams.first().is_some_and(|&seam| seam as usize <= at);
        while seams.first().is_some_and(|&seam| seam as usize <= at) {
            seams = &seams[1..];
        }
        if (part == Part::None || part != before || glued) && byte != b' ' && byte != b'\n' {
            visit(at, seams);
        }
        before = part;
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

    proptest! {
        #[test]
        fn finds_what_the_automaton_finds(pieces in proptest::collection::vec(prop_oneof![
            Just("Share this"), Just("share"), Just("A"), Just(" "), Just("\n"), Just("2040"), Just("Next article"), Just("Rise"), Just("e-mail"),
            Just("Δ"), Just("发表评论"), Just("上"), Just("Читать"), Just("(required)"), Just("%d"), Just("3comments"), Just("zab"), Just("é"), Just("[a](b)"), Just("X"), Just("댓글"), Just("3댓글"), Just("글")
        ], 0..40)) {
            let raw = pieces.concat();
            let doc = Document::new(&raw);
            let texts = literals();
            let mut hits = Vec::new();
            find(&Tables::of_anchors(&texts), &doc, |hit| hits.push((hit.start, hit.anchor)));
            hits.sort_unstable();
            prop_assert_eq!(hits, reference(&doc, &texts));
        }
    }
}
