//! What of a document is shown: the lines that were cut, some lines around them, and signs for what is left out.
//!
//! A page can be ten thousand short lines or one long one, so text is folded both between lines (`⋯ 31 lines`) and inside
//! them (`⋯ 212 chars ⋯`).

use memchr::memchr_iter;

use super::style::Ink;
use super::view::View;
use super::width::{Seg, counted, end, fits, grouped, shown, start, width};

/// Lines of one removal that are shown before and after the fold; a removal that is hardly longer is shown whole.
const FIRST_LINES: usize = 2;
const LAST_LINES: usize = 1;

/// A row or a sign of the view, in the order of the document.
#[derive(Debug, PartialEq)]
pub(super) enum Item<'t> {
    /// An untouched line.
    Context { number: usize, text: &'t str },
    /// A line something was cut from.
    Changed { number: usize, parts: Vec<Part<'t>> },
    /// So many untouched lines are left out.
    Gap(usize),
    /// So many more lines of the removal before it are left out.
    More(usize),
}

/// A stretch of a line that stays or goes.
#[derive(Debug, PartialEq)]
pub(super) struct Part<'t> {
    pub text: &'t str,
    /// The removal it goes with.
    pub cut: Option<usize>,
    /// The removal becomes visible here.
    pub first: bool,
    /// How the removal is painted.
    pub look: Look,
}

/// How a stretch is painted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Look {
    #[default]
    Kept,
    Cut,
    /// A cut that touches the one before it.
    Next,
    /// It comes back.
    Back,
}

/// Where the lines of a text begin. A line ends at `\n`; the `\r` before it is no part of it.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Lines<'t> {
        let mut starts = vec![0];
        starts.extend(memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        if starts.len() > 1 && starts.last() == Some(&text.len()) {
            starts.pop();
        }
        Lines { text, starts }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The line that holds the byte `offset`.
    pub(super) fn at(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    pub(super) fn start(&self, line: usize) -> usize {
        self.starts[line]
    }

    /// One past the line end.
    pub(super) fn next(&self, line: usize) -> usize {
        self.starts.get(line + 1).copied().unwrap_or(self.text.len())
    }

    /// The line without its end.
    pub(super) fn content(&self, line: usize) -> &'t str {
        let whole = &self.text[self.start(line)..self.next(line)];
        let text = whole.strip_suffix('\n').unwrap_or(whole);
        text.strip_suffix('\r').unwrap_or(text)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Untouched,
    /// A blank line that went with its neighbours: neither context nor worth a row.
    Gone,
    Changed,
}

/// The items of `view`, with `context` untouched lines around what was cut; `all`: removals are not folded.
pub(super) fn items<'t>(view: &View<'t>, context: usize, all: bool) -> Vec<Item<'t>> {
    let lines = Lines::new(view.text);
    let (states, changed) = touched(view, &lines);
    let mut items = Vec::new();
    let mut above: Option<usize> = None;
    let mut changed = changed.into_iter().peekable();
    while let Some((line, parts)) = changed.next() {
        between(&mut items, &lines, &states, (above, Some(line)), context);
        above = Some(line);
        items.push(Item::Changed { number: line + 1, parts });
        if changed.peek().is_none() {
            between(&mut items, &lines, &states, (above, None), context);
        }
    }
    if all { items } else { fold_removals(items) }
}

/// Which lines were touched how, and the parts of those to show.
#[allow(clippy::type_complexity)]
fn touched<'t>(view: &View<'t>, lines: &Lines<'t>) -> (Vec<State>, Vec<(usize, Vec<Part<'t>>)>) {
    let text = view.text;
    let mut states = vec![State::Untouched; lines.len()];
    let mut cuts: Vec<Cuts> = Vec::new();
    for (index, mark) in view.marks.iter().enumerate() {
        let span = mark.span;
        if span.is_empty() {
            continue;
        }
        let first = lines.at(span.start());
        let last = lines.at(span.end() - 1);
        for (line, state) in states.iter_mut().enumerate().take(last + 1).skip(first) {
            let content = lines.start(line)..lines.start(line) + lines.content(line).len();
            let from = span.start().max(content.start);
            let to = span.end().min(content.end);
            if from < to && !text[from..to].trim().is_empty() {
                *state = State::Changed;
                match cuts.last_mut() {
                    Some((last, parts)) if *last == line => parts.push((from, to, index)),
                    _ => cuts.push((line, vec![(from, to, index)])),
                }
            } else if *state == State::Untouched && lines.content(line).trim().is_empty() {
                *state = State::Gone;
            }
        }
    }
    let mut seen = None;
    let changed = cuts.into_iter().map(|(line, cuts)| (line, parts(view, lines, (line, cuts), &mut seen))).collect();
    (states, changed)
}

/// A line and what was cut from it: start and end in the text, and the index of the mark.
type Cuts = (usize, Vec<(usize, usize, usize)>);

fn parts<'t>(view: &View<'_>, lines: &Lines<'t>, (line, cuts): Cuts, seen: &mut Option<usize>) -> Vec<Part<'t>> {
    let content = lines.content(line);
    let base = lines.start(line);
    let mut parts: Vec<Part<'t>> = Vec::with_capacity(cuts.len() * 2 + 1);
    let mut from = 0;
    let keep = |text: &'t str, parts: &mut Vec<Part<'t>>| {
        if !text.is_empty() {
            parts.push(Part { text, cut: None, first: false, look: Look::Kept });
        }
    };
    for (start, end, index) in cuts {
        keep(&content[from..start - base], &mut parts);
        let look = match parts.last() {
            _ if view.marks[index].back => Look::Back,
            Some(Part { look: Look::Cut, .. }) => Look::Next,
            _ => Look::Cut,
        };
        let text = &content[start - base..end - base];
        parts.push(Part { text, cut: Some(index), first: *seen != Some(index), look });
        *seen = Some(index);
        from = end - base;
    }
    keep(&content[from..], &mut parts);
    parts
}

/// Context and gap between two changed lines; `None` is an end of the document.
fn between<'t>(items: &mut Vec<Item<'t>>, lines: &Lines<'t>, states: &[State], ends: (Option<usize>, Option<usize>), context: usize) {
    let from = ends.0.map_or(0, |line| line + 1);
    let to = ends.1.unwrap_or(lines.len());
    let untouched = || (from..to).filter(|&line| states[line] == State::Untouched);
    let blank = |line: &usize| lines.content(*line).trim().is_empty();
    let after = if ends.0.is_some() { context } else { 0 };
    let before = if ends.1.is_some() { context } else { 0 };

    let mut top: Vec<usize> = untouched().take(after).collect();
    let mut bottom: Vec<usize> = untouched().rev().take(before).collect();
    let reached = top.last().map_or(from, |line| line + 1);
    bottom.retain(|&line| line >= reached);
    bottom.reverse();
    let until = bottom.first().copied().unwrap_or(to);
    let between = || untouched().filter(|&line| (reached..until).contains(&line));
    let mut hidden = between().count();
    let edge = ends.0.is_none() || ends.1.is_none();
    if hidden == 1 && !edge {
        // The sign for one line would be as long as the line.
        top.extend(between());
        hidden = 0;
    }
    if hidden > 0 || edge {
        // A blank line beside a fold or an edge tells nothing.
        while top.pop_if(|line| blank(line)).is_some() {
            hidden += 1;
        }
        let blanks = bottom.iter().take_while(|line| blank(line)).count();
        bottom.drain(..blanks);
        hidden += blanks;
    }
    let context = |line: usize| Item::Context { number: line + 1, text: lines.content(line) };
    items.extend(top.into_iter().map(context));
    if hidden > 0 && !edge {
        items.push(Item::Gap(hidden));
    }
    items.extend(bottom.into_iter().map(context));
}

/// Leaves out the middle of removals of many lines.
fn fold_removals(items: Vec<Item<'_>>) -> Vec<Item<'_>> {
    /// The removal that takes all of this line.
    fn whole(item: &Item<'_>) -> Option<usize> {
        match item {
            Item::Changed { parts, .. } if parts.len() == 1 => parts[0].cut,
            _ => None,
        }
    }
    let mut out = Vec::with_capacity(items.len());
    let mut items = items.into_iter().peekable();
    let mut run = Vec::new();
    while let Some(item) = items.next() {
        let removal = whole(&item);
        run.push(item);
        if removal.is_some() && items.peek().is_some_and(|next| whole(next) == removal) {
            continue;
        }
        let hidden = run.len().saturating_sub(FIRST_LINES + LAST_LINES);
        if hidden > 1 {
            let last = run.split_off(run.len() - LAST_LINES);
            run.truncate(FIRST_LINES);
            out.append(&mut run);
            out.push(Item::More(hidden));
            out.extend(last);
        } else {
            out.append(&mut run);
        }
    }
    out
}

/// How much of a line is shown.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Columns of the text.
    pub columns: usize,
    /// Cuts are shown whole, with marks around them where colour does not show them.
    pub all: bool,
    pub marks: bool,
}

/// An untouched line, in one row.
pub(super) fn context_line(text: &str, room: Room) -> Vec<Seg> {
    let mut segs = Vec::new();
    if fits(text, room.columns) {
        segs.push(Seg::new(shown(text), Ink::Context));
        return segs;
    }
    // `⋯ 1 234 567 chars ⋯` and two blanks.
    let left = room.columns.saturating_sub(12 + width(&grouped(text.len())));
    let head = start(text, left * 3 / 5);
    let head = word_end(head, &text[head.len()..]);
    folded(&mut segs, text, (width(&shown(head)), left.saturating_sub(width(&shown(head)))), Ink::Context);
    segs
}

/// A line with cuts: enough of what stays to read the cut in its sentence, and the cut itself.
pub(super) fn changed_line(parts: &[Part<'_>], room: Room) -> Vec<Seg> {
    let columns = room.columns;
    let near = columns.clamp(24, 72);
    let far = near / 2;
    let mut segs = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let Some(index) = part.cut else {
            let before = if at == 0 { far } else { near };
            let after = if at + 1 == parts.len() { far } else { near };
            folded(&mut segs, part.text, (before, after), Ink::Text);
            continue;
        };
        let begins = segs.len();
        let (ink, open, close) = match part.look {
            Look::Back => (Ink::Back, "{+", "+}"),
            Look::Next => (Ink::CutNext, "[-", "-]"),
            _ => (Ink::Cut, "[-", "-]"),
        };
        if room.marks {
            segs.push(Seg::new(open, Ink::Mark));
        }
        if room.all {
            segs.push(Seg::new(shown(part.text), ink));
        } else {
            folded(&mut segs, part.text, (columns * 5 / 2, columns), ink);
        }
        if room.marks {
            segs.push(Seg::new(close, Ink::Mark));
        }
        if part.first
            && let Some(seg) = segs.get_mut(begins)
        {
            seg.begins = Some(index);
        }
    }
    segs
}

/// `text` with its middle left out where it is longer than the two ends and a sign.
fn folded(segs: &mut Vec<Seg>, text: &str, (before, after): (usize, usize), ink: Ink) {
    let head = start(text, before);
    let tail = end(&text[head.len()..], after);
    let hidden = &text[head.len()..text.len() - tail.len()];
    // A fold has to be worth its sign.
    if hidden.is_empty() || fits(text, before + after + 16) && ink != Ink::Context {
        segs.push(Seg::new(shown(text), ink));
        return;
    }
    let head = word_end(head, &text[head.len()..]);
    let tail = word_start(&text[..text.len() - tail.len()], tail);
    let hidden = text[head.len()..text.len() - tail.len()].chars().count();
    let sign = format!("⋯ {} ⋯", counted(hidden, "char", "chars"));
    if !head.is_empty() {
        segs.push(Seg::new(format!("{} ", shown(head)), ink));
    }
    segs.push(Seg::new(sign, if matches!(ink, Ink::Cut | Ink::CutNext) { Ink::CutFold } else { Ink::Fold }));
    if !tail.is_empty() {
        segs.push(Seg::new(format!(" {}", shown(tail)), ink));
    }
}

/// `text` up to the end of its last whole word, unless that would cost half of it.
fn word_end<'t>(text: &'t str, next: &str) -> &'t str {
    if !splits(text, next) {
        return text.trim_end();
    }
    match text.rfind(char::is_whitespace) {
        Some(at) if at * 2 > text.len() => text[..at].trim_end(),
        _ => text,
    }
}

/// `text` from its first whole word on, unless that would cost half of it.
fn word_start<'t>(before: &str, text: &'t str) -> &'t str {
    if !splits(before, text) {
        return text.trim_start();
    }
    match text.find(char::is_whitespace) {
        Some(at) if at * 2 < text.len() => text[at..].trim_start(),
        // The end of one word tells nothing.
        None if text.len() < 12 && text.is_ascii() => "",
        _ => text,
    }
}

/// True where a word runs on from `left` into `right`.
fn splits(left: &str, right: &str) -> bool {
    let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    !blank(left.chars().next_back()) && !blank(right.chars().next())
}
