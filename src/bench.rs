//! A stage alone, for `benches/literals.rs`. Not part of the library's interface.

use crate::detect::count_anchors;
use crate::pack::{Compiled, Tables};
use crate::text::Document;

/// Some anchors of the built-in packs, as the literal stage looks for them.
pub struct Literals {
    texts: Vec<Box<str>>,
    tables: Tables,
}

impl Literals {
    /// About so many of the built-in anchors, from all over the packs.
    pub fn builtin(count: usize) -> Literals {
        let all = Compiled::builtin().tables;
        let step = all.anchors().div_ceil(count.max(1)).max(1);
        let texts: Vec<Box<str>> = (0..all.anchors()).step_by(step).map(|n| all.text(n as u32).into()).collect();
        Literals { tables: Tables::of_anchors(&texts), texts }
    }

    /// The anchors, folded.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }

    /// Folds a text and counts the anchors in it that stand where a word can begin.
    pub fn count(&self, text: &str) -> usize {
        count_anchors(&self.tables, &Document::new(text))
    }

    /// The folded text, in which an automaton may look for the same.
    pub fn folded(text: &str) -> String {
        Document::new(text).folded.text
    }
}
