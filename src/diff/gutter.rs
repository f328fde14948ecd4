//! One document as people see it: the rules in a gutter, the text beside them with its cuts where they are.
//!
//! ```text
//! crawl/blog/sourdough.txt                                      3 removals  −612 B  14%
//! ─────────────────────────┬────────────────────────────────────────────────────────────
//! dates/leading-stamp    ▓ │    1  [- date 2024-03-18 -]Feed the starter twice a day, and
//! ```
//!
//! A rule stands once for each removal, beside the row where the removal begins, so that the eye can go down one column.

use std::collections::{HashSet, VecDeque};

use super::Options;
use super::against::Changes;
use super::fold::{Item, Room, changed_line, context_line, items};
use super::style::{Ink, Style, glyph};
use super::view::{Mark, View};
use super::width::{Seg, bytes, clip, counted, grouped, percent, shown, squeeze, start, width, wrap};
use crate::pack::Confidence;
use crate::{Cleaned, Flag};

/// Rows wider than this are hard to read, whatever the terminal.
const MAX_WIDTH: usize = 160;
/// Narrower than this nothing fits beside a gutter.
const MIN_WIDTH: usize = 40;
/// Reasons shown for a removal; `all` shows the rest.
const NOTES: usize = 2;
/// Rows of a reason.
const NOTE_ROWS: usize = 2;

/// The view of one document; empty where there is nothing to tell.
pub(super) fn render(name: &str, cleaned: &Cleaned<'_>, options: &Options) -> String {
    let mut out = String::new();
    if !cleaned.changed() && cleaned.flags().is_empty() {
        return out;
    }
    let removed = cleaned.removed_bytes();
    let figures = [
        (Ink::Quiet, counted(cleaned.removals().len(), "removal", "removals")),
        (Ink::Loss, format!("−{}", bytes(removed))),
        (Ink::Title, percent(removed, cleaned.original().len())),
    ];
    title(&mut out, name, &figures, options);
    for flag in cleaned.flags() {
        options.style.paint(&mut out, Ink::Warning, &format!("! {}", warning(*flag, cleaned.changed())));
        out.push('\n');
    }
    body(&mut out, &View::of(cleaned), options);
    out
}

/// The view of where two answers differ.
pub(super) fn compared(name: &str, view: &View<'_>, options: &Options) -> String {
    let mut out = String::new();
    let (more, less) = Changes::sizes(view);
    let back = view.marks.iter().filter(|mark| mark.back).count();
    let mut figures = Vec::new();
    if back < view.marks.len() {
        figures.push((Ink::Loss, format!("{} more, −{}", grouped(view.marks.len() - back), bytes(more))));
    }
    if back > 0 {
        figures.push((Ink::Back, format!("{} less, +{}", grouped(back), bytes(less))));
    }
    title(&mut out, name, &figures, options);
    body(&mut out, view, options);
    out
}

fn body(out: &mut String, view: &View<'_>, options: &Options) {
    let items = items(view, options.context, options.all);
    if !items.is_empty() {
        let shape = Shape::new(options.width, &items);
        shape.frame(out, options.style, '┬');
        Gutter { out, view, options, shape, waiting: VecDeque::new(), said: HashSet::new() }.draw(&items);
        shape.frame(out, options.style, '┴');
    }
    out.push('\n');
}

fn warning(flag: Flag, changed: bool) -> &'static str {
    match flag {
        Flag::Unsettled if changed => "more stays than was decided: without it the next run would take what was kept",
        Flag::HeavyLoss => "most of this text would have gone: only what is certain was cut",
        Flag::Unsettled => "left as it is: each pass over it found more to cut",
    }
}

/// `name                    3 removals  −612 B  14%`
fn title(out: &mut String, name: &str, figures: &[(Ink, String)], options: &Options) {
    let style = options.style;
    let columns = options.width.clamp(MIN_WIDTH, MAX_WIDTH);
    let right: usize = figures.iter().map(|(_, figure)| width(figure) + 2).sum();
    let link = options.document_link(name);
    let name = squeeze(name, columns.saturating_sub(right).max(8));
    style.link(out, link.as_deref(), |out| style.paint(out, Ink::Title, &name));
    pad(out, columns.saturating_sub(width(&name) + right));
    for (ink, figure) in figures {
        out.push_str("  ");
        style.paint(out, *ink, figure);
    }
    out.push('\n');
}

/// Where the columns of a document stand.
#[derive(Clone, Copy)]
struct Shape {
    width: usize,
    /// Columns of a rule's name.
    name: usize,
    /// Columns of a line number.
    number: usize,
}

impl Shape {
    fn new(width: usize, items: &[Item<'_>]) -> Shape {
        let width = width.clamp(MIN_WIDTH, MAX_WIDTH);
        let last = items.iter().rev().find_map(|item| match item {
            Item::Context { number, .. } | Item::Changed { number, .. } => Some(*number),
            _ => None,
        });
        let digits = last.unwrap_or(1).ilog10() as usize + 1;
        Shape { width, name: (width * 28 / 100).clamp(14, 32), number: digits.max(4) + 1 }
    }

    /// Columns left of the frame: name, blank, glyph, blank.
    fn gutter(&self) -> usize {
        self.name + 3
    }

    /// Columns of the text.
    fn text(&self) -> usize {
        self.width.saturating_sub(self.gutter() + 1 + self.number + 2)
    }

    fn frame(&self, out: &mut String, style: Style, joint: char) {
        let left = "─".repeat(self.gutter());
        let right = "─".repeat(self.width - self.gutter() - 1);
        style.paint(out, Ink::Frame, &format!("{left}{joint}{right}"));
        out.push('\n');
    }
}

/// What stands left of the frame in one row.
enum Cell {
    Rule { name: String, times: usize, confidence: Confidence },
    Note(String),
}

struct Gutter<'a, 't> {
    out: &'a mut String,
    view: &'a View<'t>,
    options: &'a Options,
    shape: Shape,
    waiting: VecDeque<Cell>,
    /// Reasons given already: a run of cuts gives its own once.
    said: HashSet<String>,
}

impl Gutter<'_, '_> {
    fn draw(mut self, items: &[Item<'_>]) {
        let room = Room { columns: self.shape.text(), all: self.options.all, marks: self.options.style.marks() };
        for item in items {
            match item {
                Item::Context { number, text } => {
                    let segs = context_line(text, room);
                    self.row(Some((*number, Ink::Number)), &segs);
                }
                Item::Gap(lines) => self.sign(Ink::Fold, &format!("⋯ {}", counted(*lines, "line", "lines"))),
                Item::More(lines) => {
                    let what = counted(*lines, "more line", "more lines");
                    let sign = format!("⋮ {what} removed");
                    let hint = format!("{sign}  (-a shows all)");
                    self.sign(Ink::CutFold, if width(&hint) <= self.shape.text() { &hint } else { &sign });
                }
                Item::Changed { number, parts } => self.changed(*number, &changed_line(parts, room)),
            }
        }
        self.spill(|_| true);
    }

    fn changed(&mut self, number: usize, segs: &[Seg]) {
        let rows = wrap(segs, self.shape.text());
        if rows.iter().flatten().any(|seg| seg.begins.is_some()) {
            // The reasons of the removal before must not stand under the rule of this one.
            self.spill(|_| true);
        }
        for (at, row) in rows.iter().enumerate() {
            for index in row.iter().filter_map(|seg| seg.begins) {
                self.label(index);
            }
            self.row((at == 0).then_some((number, Ink::CutNumber)), row);
        }
        // Rules stand beside their own line; reasons may run on beside what follows.
        self.spill(|cell| matches!(cell, Cell::Rule { .. }));
    }

    /// Puts the rule of a removal and its reasons in the gutter.
    fn label(&mut self, index: usize) {
        let Some(mark) = self.view.marks.get(index) else { return };
        let confidence = mark.confidence;
        let name = match (self.view.compared, mark.back) {
            (false, _) => mark.rule.to_owned(),
            (true, false) => format!("− {}", mark.rule),
            (true, true) => format!("+ {}", mark.rule),
        };
        let reasons = reasons(mark, self.view.text, self.options.all);
        let news: Vec<String> = reasons.into_iter().filter(|reason| self.said.insert(reason.clone())).collect();
        // A share row glued into one line holds the same few rules again and again: each stands there once, counted.
        let same = self.waiting.iter_mut().find_map(|cell| match cell {
            Cell::Rule { name: before, times, confidence: sure } if *before == name && *sure == confidence => Some(times),
            _ => None,
        });
        if let Some(times) = same.filter(|_| news.is_empty()) {
            *times += 1;
            return;
        }
        self.waiting.push_back(Cell::Rule { name, times: 1, confidence });
        for reason in news {
            self.note(&reason);
        }
    }

    fn note(&mut self, reason: &str) {
        let segs = [Seg::new(shown(reason), Ink::Note)];
        let columns = self.shape.gutter() - 3;
        let rows = wrap(&segs, columns);
        let most = if self.options.all { rows.len() } else { NOTE_ROWS };
        let more = rows.len() > most;
        for (at, row) in rows.into_iter().take(most).enumerate() {
            let mut text: String = row.into_iter().map(|seg| seg.text).collect();
            if more && at + 1 == most {
                text = format!("{}…", start(&text, columns - 1).trim_end());
            }
            self.waiting.push_back(Cell::Note(text));
        }
    }

    /// Rows without text for the waiting cells, as long as one of them is `urgent`.
    fn spill(&mut self, urgent: impl Fn(&Cell) -> bool) {
        while self.waiting.iter().any(&urgent) {
            self.row(None, &[]);
        }
    }

    fn sign(&mut self, ink: Ink, text: &str) {
        self.row(None, &[Seg::new(clip(text, self.shape.text()), ink)]);
    }

    fn row(&mut self, number: Option<(usize, Ink)>, segs: &[Seg]) {
        let style = self.options.style;
        self.cell();
        style.paint(self.out, Ink::Frame, "│");
        if number.is_none() && segs.is_empty() {
            self.out.push('\n');
            return;
        }
        match number {
            Some((number, ink)) => style.paint(self.out, ink, &format!("{number:>0$}", self.shape.number)),
            None => pad(self.out, self.shape.number),
        }
        let empty = segs.iter().all(|seg| seg.text.trim_end().is_empty());
        if !empty {
            self.out.push_str("  ");
            for seg in segs {
                style.paint(self.out, seg.ink, &seg.text);
            }
        }
        self.out.push('\n');
    }

    /// The gutter of one row.
    fn cell(&mut self) {
        let style = self.options.style;
        let gutter = self.shape.gutter();
        match self.waiting.pop_front() {
            None => pad(self.out, gutter),
            Some(Cell::Note(text)) => {
                self.out.push_str("  ");
                style.paint(self.out, Ink::Note, &text);
                pad(self.out, gutter.saturating_sub(2 + width(&text)));
            }
            Some(Cell::Rule { name, times, confidence }) => {
                let times = if times > 1 { format!(" ×{times}") } else { String::new() };
                let (first, rest) = two_rows(&name, self.shape.name.saturating_sub(width(&times)));
                style.paint(self.out, Ink::Rule, &first);
                style.paint(self.out, Ink::Note, &times);
                pad(self.out, self.shape.name.saturating_sub(width(&first) + width(&times)) + 1);
                style.paint(self.out, Ink::Sure(confidence), glyph(confidence));
                self.out.push(' ');
                if let Some(rest) = rest {
                    self.waiting.push_front(Cell::Note(rest));
                }
            }
        }
    }
}

/// A name too long for the gutter goes on in the next row, after its slash or a hyphen where there is one.
fn two_rows(name: &str, columns: usize) -> (String, Option<String>) {
    let name = shown(name);
    let first = start(&name, columns);
    if first.len() == name.len() {
        return (name.into_owned(), None);
    }
    let at = first.rfind(['/', '-']).map_or(first.len(), |at| at + 1);
    (name[..at].to_owned(), Some(name[at..].to_owned()))
}

/// Why a removal went, as far as the cut does not say so itself.
///
/// A reason is `kind: what`. The phrase, the title and the labels of a cut stand in the cut; what lies outside of it (the
/// run, the list's end, the neighbours) is told. `all` tells everything.
fn reasons(mark: &Mark<'_>, original: &str, all: bool) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    for reason in mark.evidence {
        let (kind, what) = reason.split_once(": ").unwrap_or(("", reason));
        if repeats(reason, mark.span.of(original)) {
            continue;
        } else if all {
            reasons.push(reason.clone());
        } else if matches!(kind, "phrase" | "title" | "pair" | "closed by") || obvious(what, mark, original) {
        } else if kind == "near"
            && let Some(last) = reasons.last_mut().filter(|last| last.starts_with("near: "))
        {
            last.push_str(" · ");
            last.push_str(what);
        } else {
            // The names of the rules, the way a list ended: `explain` and `-a` have them.
            let whole = reason.split(" (").next().unwrap_or(reason);
            let brief = match kind {
                "list" => whole.split(", ").next(),
                "run" => whole.split(" of ").next(),
                _ => None,
            };
            reasons.push(brief.unwrap_or(whole).to_owned());
        }
    }
    if !all {
        reasons.truncate(NOTES);
    }
    reasons
}

/// True where a piece of evidence says no more than the cut: the phrase that was found is all that goes.
pub fn repeats(evidence: &str, cut: &str) -> bool {
    let Some(phrase) = evidence.strip_prefix("phrase: ") else { return false };
    let cut = cut.split_whitespace().collect::<Vec<_>>().join(" ");
    // Long phrases are told by their beginning.
    phrase == cut || phrase.strip_suffix('…').is_some_and(|beginning| !beginning.is_empty() && cut.starts_with(beginning))
}

/// True where the cut itself says `what`.
fn obvious(what: &str, mark: &Mark<'_>, original: &str) -> bool {
    let folded = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    // A cut may be a whole document; what is said of it stands near its start or not at all.
    let cut = mark.span.of(original);
    let head = &cut[..cut.floor_char_boundary(600)];
    folded(head).contains(&folded(what))
}

fn pad(out: &mut String, columns: usize) {
    out.extend(std::iter::repeat_n(' ', columns));
}
