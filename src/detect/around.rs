//! The characters around an anchor: enough to exclude most phrases of most anchors in running text.

use super::holes;
use super::literal::Hit;
use crate::pack::{Around, Guard, RuleSet};
use crate::text::{Document, is_wordy};

/// Looks around the hits of one document, which come in the order of their starts.
pub(super) struct Surroundings<'d> {
    set: &'d RuleSet,
    doc: &'d Document<'d>,
    /// False where what a constraint will refuse is wanted all the same.
    guarded: bool,
    /// The line of the last hit.
    line: usize,
    /// The start of the last hit, whether words stand before it on its line, and whether it begins with a small letter.
    last: (usize, bool, bool),
    hit: Option<Hit>,
    /// What is known around `hit`, and what was asked.
    around: Around,
    asked: Around,
}

impl<'d> Surroundings<'d> {
    pub fn new(set: &'d RuleSet, doc: &'d Document<'d>, guarded: bool) -> Surroundings<'d> {
        let (around, asked) = (Around::default(), Around::default());
        Surroundings { set, doc, guarded, line: 0, last: (usize::MAX, false, false), hit: None, around, asked }
    }

    /// Looks at the next hit.
    pub fn look(&mut self, hit: Hit) {
        let inside = if hit.inside_word { Around::inside_word() } else { Around::default() };
        self.around = if self.guarded { self.place(&hit).and(inside) } else { inside };
        (self.hit, self.asked) = (Some(hit), Around::default());
    }

    /// True where nothing that has this guard can be found around the hit.
    #[inline(always)] // asked of every group of phrases of every anchor
    pub fn exclude(&mut self, guard: Guard) -> bool {
        guard.excludes(self.around) || self.misses(guard)
    }

    /// True where a hole of this guard that was not asked about yet cannot be filled.
    #[inline]
    fn misses(&mut self, guard: Guard) -> bool {
        for hole in guard.unasked(self.asked) {
            let Some(hit) = self.hit else { return false };
            let text = &self.doc.folded.text;
            let may = match hole.place() {
                (kind, true) => holes::may_begin(self.set, text, kind, hit.end),
                (kind, false) => holes::may_end(self.set, text, kind, hit.start),
            };
            self.asked = self.asked.without(hole);
            if !may {
                self.around = self.around.without(hole);
                return true;
            }
        }
        false
    }

    /// What the place excludes: nothing that the constraints would let pass.
    fn place(&mut self, hit: &Hit) -> Around {
        let doc = self.doc;
        while doc.lines.get(self.line + 1).is_some_and(|line| line.fold_start() <= hit.start) {
            self.line += 1;
        }
        if self.last.0 != hit.start {
            let inner = word_before(&doc.folded.text, hit.start).is_some_and(|at| at >= doc.lines[self.line].fold_start());
            self.last = (hit.start, inner, doc.small(hit.start));
        }
        let (_, inner, small) = self.last;
        let goes_on = word_behind(&doc.folded.text, hit.end).is_some_and(|at| at < doc.lines[self.line].fold_end());
        Around::new(inner, small, goes_on)
    }
}

/// Where the letter or digit stands that ends `text[..at]`, a blank aside.
fn word_before(text: &str, at: usize) -> Option<usize> {
    let bytes = &text.as_bytes()[..at];
    let bytes = bytes.strip_suffix(b" ").unwrap_or(bytes);
    let last = *bytes.last()?;
    if last.is_ascii() {
        return last.is_ascii_alphanumeric().then_some(bytes.len() - 1);
    }
    let c = text[..bytes.len()].chars().next_back().filter(|&c| is_wordy(c))?;
    Some(bytes.len() - c.len_utf8())
}

/// Where the letter or digit stands that comes behind `at`, a blank aside.
fn word_behind(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let at = at + usize::from(bytes.get(at) == Some(&b' '));
    let wordy = match bytes.get(at)? {
        b if b.is_ascii() => b.is_ascii_alphanumeric(),
        _ => text[at..].chars().next().is_some_and(is_wordy),
    };
    wordy.then_some(at)
}

#[cfg(test)]
mod tests {
    use crate::detect::detect;
    use crate::pack::{Confidence, RuleSet, Selection};
    use crate::text::Document;
    use std::path::Path;

    /// Guards leave out what the constraints refuse, and nothing else: with and without them, signs and cuts are the same.
    #[test]
    fn guards_change_nothing() {
        let selection = Selection { min_confidence: Some(Confidence::Low), preview: true, ..Selection::default() };
        let mut set = RuleSet::builtin(&selection).unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let texts: Vec<String> = ["scraped", "untouched"]
            .iter()
            .flat_map(|folder| std::fs::read_dir(fixtures.join(folder)).unwrap())
            .filter_map(|entry| std::fs::read_to_string(entry.unwrap().path()).ok())
            .flat_map(|text| [text.split_whitespace().collect::<Vec<_>>().join(" "), text.to_uppercase(), text])
            .collect();
        assert!(texts.len() > 300);
        for text in &texts {
            let doc = Document::new(text);
            let mut told = |guarded| {
                set.guarded = guarded;
                let (found, _) = detect(&set, &doc, None);
                format!("{:?} {:?}", found.signs, found.cuts)
            };
            assert!(told(true) == told(false), "{text}");
        }
    }
}
