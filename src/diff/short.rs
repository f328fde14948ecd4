//! One line a removal, as compilers and `grep` write theirs, so that editors can jump to it.

use super::Options;
use super::fold::Lines;
use super::view::View;
use super::width::clip;
use crate::Cleaned;

/// Columns of the removed text; a whole comment list would drown the line.
const TEXT: usize = 120;

pub(super) fn render(name: &str, cleaned: &Cleaned<'_>, options: &Options) -> String {
    lines(name, &View::of(cleaned), options)
}

/// One line a mark; in a comparison the rule has a sign: `-` goes now, `+` comes back.
pub(super) fn lines(name: &str, view: &View<'_>, options: &Options) -> String {
    let mut out = String::new();
    let name = if options.sanitise { crate::escape::inline(name) } else { name.into() };
    let lines = Lines::new(view.text);
    let mut place = Place::default();
    for mark in &view.marks {
        let cut = mark.span.of(view.text);
        // The place of the first word: the blanks before it were only healed.
        let lead = cut.len() - cut.trim_start().len();
        let offset = mark.span.start() + if lead < cut.len() { lead } else { 0 };
        let (line, column) = place.of(&lines, view.text, offset);
        let text = clip(&one_line(cut), TEXT);
        let sign = match (view.compared, mark.back) {
            (false, _) => "",
            (true, false) => "-",
            (true, true) => "+",
        };
        out.push_str(&format!("{name}:{line}:{column}: {sign}{}: {text}\n", mark.rule));
    }
    out
}

/// The beginning of `text` with every run of white space as one blank.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > TEXT * 8 {
            break;
        }
    }
    line
}

/// Counts characters along a line once, however many removals it holds.
#[derive(Default)]
struct Place {
    line: usize,
    offset: usize,
    column: usize,
}

impl Place {
    /// Line and column of `offset`, both from 1, the column in characters. Offsets must not go back.
    fn of(&mut self, lines: &Lines<'_>, text: &str, offset: usize) -> (usize, usize) {
        let line = lines.at(offset);
        if line != self.line || self.offset < lines.start(line) {
            *self = Place { line, offset: lines.start(line), column: 0 };
        }
        self.column += text[self.offset..offset].chars().count();
        self.offset = offset;
        (line + 1, self.column + 1)
    }
}
