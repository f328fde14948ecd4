//! The characters around an anchor: enough to exclude most anchors in running text.

use super::literal::Hit;
use crate::pack::Around;
use crate::text::Document;

/// Looks around the hits of one document, which come in the order of their starts.
pub(super) struct Surroundings<'d> {
    doc: &'d Document<'d>,
    /// The line of the last hit.
    line: usize,
    /// The start of the last hit, whether words stand before it on its line, and whether it begins with a small letter.
    last: (usize, bool, bool),
}

impl<'d> Surroundings<'d> {
    pub fn new(doc: &'d Document<'d>) -> Surroundings<'d> {
        Surroundings { doc, line: 0, last: (usize::MAX, false, false) }
    }

    /// What excludes phrases of this hit. Nothing is excluded that the constraints would let pass.
    pub fn of(&mut self, hit: &Hit) -> Around {
        let doc = self.doc;
        while doc.lines.get(self.line + 1).is_some_and(|line| line.fold_start <= hit.start) {
            self.line += 1;
        }
        if self.last.0 != hit.start {
            let inner = word_before(&doc.folded.text[..hit.start]).is_some_and(|at| at >= doc.lines[self.line].fold_start);
            self.last = (hit.start, inner, self.small(hit.start));
        }
        let (_, inner, small) = self.last;
        let goes_on = word_behind(&doc.folded.text, hit.end).is_some_and(|at| at < doc.lines[self.line].fold_end);
        Around::new(inner, small, goes_on, hit.inside_word)
    }

    fn small(&self, at: usize) -> bool {
        let raw = self.doc.folded.raw_start(at);
        match self.doc.raw.as_bytes().get(raw) {
            Some(b) if b.is_ascii() => b.is_ascii_lowercase(),
            _ => self.doc.raw.get(raw..).and_then(|rest| rest.chars().next()).is_some_and(char::is_lowercase),
        }
    }
}

/// Where the letter or digit stands that ends `before`, a blank aside.
fn word_before(before: &str) -> Option<usize> {
    let before = before.strip_suffix(' ').unwrap_or(before);
    let last = before.chars().next_back().filter(|c| c.is_alphanumeric())?;
    Some(before.len() - last.len_utf8())
}

/// Where the letter or digit stands that comes behind `at`, a blank aside.
fn word_behind(text: &str, at: usize) -> Option<usize> {
    let at = at + usize::from(text[at..].starts_with(' '));
    text[at..].chars().next().filter(|c| c.is_alphanumeric())?;
    Some(at)
}
