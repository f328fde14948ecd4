//! The ends of a cut, moved by hand: by words and by lines, within the text that is at hand.

use std::ops::Range;

use crate::decide::Example;
use crate::text::is_wide;

/// A cut whose ends are being moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Ends {
    /// Context and cut.
    pub text: String,
    /// The cut as the rule made it.
    pub old: Range<usize>,
    /// The cut as it would be.
    pub cut: Range<usize>,
    /// The end that moves is the last one.
    pub last: bool,
    /// Words of the text.
    words: Vec<Range<usize>>,
}

/// A way to move an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One word back.
    Left,
    /// One word on.
    Right,
    /// To the line above.
    Up,
    /// To the line below.
    Down,
}

impl Ends {
    /// The ends of an example; `cut` is a cut that was moved before.
    pub fn new(example: &Example, cut: Option<&str>) -> Ends {
        let text = format!("{}{}{}", example.before, example.text, example.after);
        let old = example.before.len()..example.before.len() + example.text.len();
        let found = cut
            .and_then(|cut| text.match_indices(cut).map(|(at, cut)| at..at + cut.len()).find(|r| r.start < old.end && r.end > old.start));
        let words = words(&text);
        Ends { cut: found.unwrap_or_else(|| old.clone()), old, text, last: true, words }
    }

    /// The text that would go.
    pub fn chosen(&self) -> &str {
        &self.text[self.cut.clone()]
    }

    /// Moves the end that moves; at least one word stays inside.
    pub fn step(&mut self, step: Step) {
        if self.last {
            let ends = self.words.iter().map(|w| w.end);
            let ok = |end: &usize| *end > self.cut.start;
            let line_end = |at: usize| self.text[at..].find('\n').map_or(self.text.len(), |n| at + n);
            let to = match step {
                Step::Left => ends.filter(|e| *e < self.cut.end).rfind(ok),
                Step::Right => ends.filter(|e| *e > self.cut.end).find(ok),
                Step::Up => {
                    let start = self.text[..self.cut.end].rfind('\n').unwrap_or(0);
                    ends.filter(|e| *e <= start).rfind(ok)
                }
                Step::Down => {
                    let here = line_end(self.cut.end);
                    let end = if self.text[self.cut.end..here].trim().is_empty() {
                        let next = self.text[here..].find(|c: char| !c.is_whitespace()).map_or(here, |n| here + n);
                        line_end(next)
                    } else {
                        here
                    };
                    ends.filter(|e| *e <= end && *e > self.cut.end).rfind(ok)
                }
            };
            self.cut.end = to.unwrap_or(self.cut.end);
        } else {
            let starts = self.words.iter().map(|w| w.start);
            let ok = |start: &usize| *start < self.cut.end;
            let line_start = |at: usize| self.text[..at].rfind('\n').map_or(0, |n| n + 1);
            let to = match step {
                Step::Left => starts.filter(|s| *s < self.cut.start).rfind(ok),
                Step::Right => starts.filter(|s| *s > self.cut.start).find(ok),
                Step::Up => {
                    let here = line_start(self.cut.start);
                    let start = if self.text[here..self.cut.start].trim().is_empty() {
                        line_start(self.text[..here].trim_end().len())
                    } else {
                        here
                    };
                    let mut starts = starts.filter(|s| *s >= start && *s < self.cut.start);
                    starts.find(ok)
                }
                Step::Down => {
                    let end = self.text[self.cut.start..].find('\n').map_or(self.text.len(), |n| self.cut.start + n);
                    let mut starts = starts.filter(|s| *s > end);
                    starts.find(ok)
                }
            };
            self.cut.start = to.unwrap_or(self.cut.start);
        }
    }
}

/// What stands between blanks; each character of a script without blanks.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if c.is_whitespace() {
            open = false;
        } else if is_wide(c) {
            words.push(at..end);
            // Signs behind it belong to it.
            open = true;
        } else if open && !(c.is_alphanumeric() && words.last().is_some_and(|w| text[w.clone()].ends_with(is_wide))) {
            if let Some(word) = words.last_mut() {
                word.end = end;
            }
        } else {
            words.push(at..end);
            open = true;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(before: &str, text: &str, after: &str) -> Example {
        Example {
            doc: "a.txt".into(),
            record: None,
            site: ".".into(),
            line: 1,
            column: 1,
            bytes: [0, 0],
            before: before.into(),
            others: [Vec::new(), Vec::new()],
            text: text.into(),
            after: after.into(),
            evidence: Vec::new(),
            key: String::new(),
        }
    }

    fn walk(ends: &mut Ends, steps: &[Step]) -> String {
        steps.iter().for_each(|s| ends.step(*s));
        ends.chosen().to_owned()
    }

    #[test]
    fn ends_move_by_words_and_lines() {
        let mut ends = Ends::new(&example("The mill is old.\n\n", "Share this: now", "\nA line\nmore of it"), None);
        assert_eq!(walk(&mut ends, &[Step::Left]), "Share this:");
        assert_eq!(walk(&mut ends, &[Step::Right, Step::Right]), "Share this: now\nA");
        assert_eq!(walk(&mut ends, &[Step::Down]), "Share this: now\nA line");
        assert_eq!(walk(&mut ends, &[Step::Down]), "Share this: now\nA line\nmore of it");
        assert_eq!(walk(&mut ends, &[Step::Down, Step::Right, Step::Up, Step::Up]), "Share this: now");
        assert_eq!(walk(&mut ends, &[Step::Up]), "Share this: now", "the cut is never empty");
        ends.last = false;
        assert_eq!(walk(&mut ends, &[Step::Right]), "this: now");
        assert_eq!(walk(&mut ends, &[Step::Up]), "Share this: now");
        assert_eq!(walk(&mut ends, &[Step::Up]), "The mill is old.\n\nShare this: now");
        assert_eq!(walk(&mut ends, &[Step::Down, Step::Down, Step::Down]), "Share this: now");
        assert_eq!(walk(&mut ends, &[Step::Left]), "old.\n\nShare this: now");
    }

    #[test]
    fn an_end_can_stand_between_characters_of_chinese() {
        let mut ends = Ends::new(&example("桥。", "分享到", "微博"), None);
        assert_eq!(walk(&mut ends, &[Step::Left]), "分享");
        assert_eq!(walk(&mut ends, &[Step::Right, Step::Right]), "分享到微");
        let again = Ends::new(&example("桥。", "分享到", "微博"), Some("享到微"));
        assert_eq!(again.chosen(), "享到微");
    }
}
