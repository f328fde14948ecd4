//! A stage alone, for `benches/literals.rs` and `benches/search.rs`. Not part of the library's interface.

use crate::detect::count_anchors;
use crate::pack::{Compiled, Guard, Tables};
use crate::text::{Document, fold_phrase};

/// Some anchors of the built-in packs, as the literal stage looks for them.
pub struct Literals {
    texts: Vec<Box<str>>,
    tables: Tables,
}

impl Literals {
    /// About so many of the built-in anchors, from all over the packs, each with what its phrases need around it.
    pub fn builtin(count: usize) -> Literals {
        let all = Compiled::builtin().tables;
        let step = all.anchors().div_ceil(count.max(1)).max(1);
        let anchors: Vec<u32> = (0..all.anchors() as u32).step_by(step).collect();
        let texts: Vec<Box<str>> = anchors.iter().map(|&n| all.text(n).into()).collect();
        Literals { tables: Tables::of_guarded(&texts, |n| all.anchor_guard(anchors[n])), texts }
    }

    /// Phrases, folded here, that need nothing around them.
    pub fn of<'p>(phrases: impl Iterator<Item = &'p str>) -> Literals {
        let mut texts: Vec<Box<str>> = phrases.map(fold_phrase).filter(|phrase| !phrase.is_empty()).map(String::into_boxed_str).collect();
        texts.sort_unstable();
        texts.dedup();
        Literals { tables: Tables::of_guarded(&texts, |_| Guard::default()), texts }
    }

    /// The anchors, folded.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }

    /// Folds a text and counts the anchors in it that stand where a word can begin, but for places that their guards exclude at once.
    pub fn count(&self, text: &str) -> usize {
        count_anchors(&self.tables, &Document::new(text))
    }

    /// The folded text, in which an automaton may look for the same.
    pub fn folded(text: &str) -> String {
        Document::new(text).folded.text
    }
}
