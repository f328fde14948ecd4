//! Example texts: the cut marked `[-like this-]`.

use crate::apply::Removal;

/// An example taken apart: the text, and which of its bytes should go.
pub(super) struct Marked {
    pub text: String,
    /// Start and end of each marked cut in `text`.
    pub cuts: Vec<(usize, usize)>,
}

impl Marked {
    /// Reads the marks. A text without any has no cuts.
    pub fn parse(example: &str) -> Result<Marked, String> {
        let mut text = String::with_capacity(example.len());
        let mut cuts = Vec::new();
        let mut rest = example;
        while let Some(open) = rest.find("[-") {
            text.push_str(&rest[..open]);
            let inside = &rest[open + 2..];
            let close = inside.find("-]").ok_or("a mark `[-` is never closed")?;
            cuts.push((text.len(), text.len() + close));
            text.push_str(&inside[..close]);
            rest = &inside[close + 2..];
        }
        text.push_str(rest);
        Ok(Marked { text, cuts })
    }

    fn should_go(&self, at: usize) -> bool {
        self.cuts.iter().any(|&(start, end)| start <= at && at < end)
    }

    /// Compares what went with what should, white space aside: what was missed, and what was cut by mistake.
    pub fn compare(&self, removals: &[Removal]) -> (String, String) {
        let goes = |at: usize| removals.iter().any(|r| r.span().range().contains(&at));
        let collect = |wanted: &dyn Fn(usize) -> bool| {
            let mut out = String::new();
            let mut open = false;
            for (at, c) in self.text.char_indices() {
                if c.is_whitespace() {
                    if open && !out.ends_with(' ') && wanted(at) {
                        out.push(' ');
                    }
                } else if wanted(at) {
                    out.push(c);
                    open = true;
                } else if open {
                    out.truncate(out.trim_end().len());
                    out.push_str(" … ");
                    open = false;
                }
            }
            out.trim_end_matches([' ', '…']).to_owned()
        };
        let missed = collect(&|at| self.should_go(at) && !goes(at));
        let extra = collect(&|at| !self.should_go(at) && goes(at));
        (missed, extra)
    }
}

/// A text with marks around what goes; cuts with nothing but blanks between them are one.
pub(super) fn write(text: &str, removals: &[Removal]) -> String {
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    for removal in removals {
        let cut = removal.span().of(text);
        let start = removal.span().start() + (cut.len() - cut.trim_start().len());
        let end = removal.span().start() + cut.trim_end().len();
        if start >= end {
            continue;
        }
        match cuts.last_mut() {
            Some(last) if text[last.1..start].trim().is_empty() => last.1 = end,
            _ => cuts.push((start, end)),
        }
    }
    let mut out = String::with_capacity(text.len() + cuts.len() * 4);
    let mut at = 0;
    for (start, end) in cuts {
        out.push_str(&text[at..start]);
        out.push_str("[-");
        out.push_str(&text[start..end]);
        out.push_str("-]");
        at = end;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_marks() {
        let marked = Marked::parse("a [-b-] c [-d-]").unwrap();
        assert_eq!(marked.text, "a b c d");
        assert_eq!(marked.cuts, [(2, 3), (6, 7)]);
        assert!(Marked::parse("a [-b").is_err());
        assert_eq!(marked.compare(&[]), ("b … d".to_owned(), String::new()));
    }
}
