//! What stands directly before and behind a match, as a reader sees it, and what expressions say of it.
//!
//! Rules that look for the same words look at the same places, one after the other, and many of them with the same expressions.

use std::borrow::Cow;

use memchr::{memchr2, memchr3};

use crate::pack::LazyRegex;
use crate::text::{Document, Span};

/// Bytes before and behind a match that `before` and `after` see.
pub(super) const VIEW: usize = 300;

/// Answers that are remembered; a power of two.
const ANSWERS: usize = 16;

/// A side of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Before,
    Behind,
}

/// What an expression said of a place.
#[derive(Clone, Copy)]
struct Answer {
    asked: (usize, Shown, usize),
    matches: bool,
}

/// What was seen last, on both sides, and what was said of it.
#[derive(Default)]
pub(super) struct View<'d> {
    /// The place, and the text that stands there.
    seen: [Option<(usize, Cow<'d, str>)>; 2],
    answers: [Option<Answer>; ANSWERS],
}

impl<'d> View<'d> {
    /// True if the expression matches what stands on this side of the match.
    pub fn shows(&mut self, doc: &Document<'d>, span: Span, side: Shown, regex: &LazyRegex) -> bool {
        let Some(program) = regex.get() else { return true };
        let at = if side == Shown::Before { span.start() } else { span.end() };
        let asked = (program.place(), side, at);
        let slot = program.place() / ANSWERS % ANSWERS;
        match self.answers[slot].filter(|answer| answer.asked == asked) {
            Some(answer) => answer.matches,
            None => {
                let matches = program.is_match(self.seen(doc, side, at));
                self.answers[slot] = Some(Answer { asked, matches });
                matches
            }
        }
    }

    /// What a reader sees on this side of a place.
    fn seen(&mut self, doc: &Document<'d>, side: Shown, at: usize) -> &str {
        let seen = &mut self.seen[side as usize];
        if seen.as_ref().is_none_or(|&(place, _)| place != at) {
            *seen = Some((at, if side == Shown::Before { before(doc, at) } else { behind(doc, at) }));
        }
        seen.as_ref().map_or("", |(_, seen)| seen)
    }
}

fn before<'d>(doc: &Document<'d>, at: usize) -> Cow<'d, str> {
    let view = doc.raw.ceil_char_boundary(at.saturating_sub(VIEW));
    let seen = plain(&doc.raw[view..at]);
    // The bracket of a link that holds the match: its target lies behind what is seen.
    if !seen.ends_with('[') || !in_link(doc, at) {
        return seen;
    }
    match seen {
        Cow::Borrowed(seen) => Cow::Borrowed(&seen[..seen.len() - 1]),
        Cow::Owned(mut seen) => {
            seen.pop();
            Cow::Owned(seen)
        }
    }
}

fn behind<'d>(doc: &Document<'d>, at: usize) -> Cow<'d, str> {
    let view = doc.raw.floor_char_boundary((at + VIEW).min(doc.raw.len()));
    plain(&doc.raw[at..view])
}

/// True where a link's text begins at `at`: `[Share this post](/share)`.
fn in_link(doc: &Document<'_>, at: usize) -> bool {
    let line = &doc.raw[at..doc.lines[doc.line_at(at)].end().max(at)];
    doc.raw[..at].ends_with('[')
        && line.find(['[', ']']).is_some_and(|n| line[n..].strip_prefix("](").is_some_and(|target| target.contains(')')))
}

/// Text as a reader sees it: without link targets, brackets of links, emphasis and escapes of Markdown.
fn plain(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    if memchr3(b'[', b']', b'*', bytes).is_none() && memchr2(b'_', b'\\', bytes).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Brackets behind the last link belong to none.
    let last_link = text.rfind("](").map_or(usize::MAX, |at| text.len() - at);
    while let Some(at) = rest.find(['[', ']', '*', '_', '\\']) {
        out.push_str(&rest[..at]);
        let sign = &rest[at..];
        let target = sign.strip_prefix("](").and_then(|t| Some((t.find([')', '\n'])?, t))).filter(|&(n, t)| t[n..].starts_with(')'));
        rest = match target {
            Some((n, t)) => &t[n + 1..],
            None if sign.starts_with('[') && sign.len() < last_link => {
                out.push('[');
                &sign[1..]
            }
            None if sign.starts_with("]") => {
                out.push(']');
                &sign[1..]
            }
            None => &sign[1..],
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_markdown_as_a_reader_does() {
        assert_eq!(plain("** [Why *it*](https://x.y/z.html) was \\* [1]"), " Why it was  [1]");
        assert_eq!(plain("](/x) more"), " more");
    }
}
