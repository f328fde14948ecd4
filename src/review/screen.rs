//! What the screen shows, as rows of text in roles: no terminal, no colours.

use std::ops::Range;

use super::ends::Ends;
use super::state::{Mode, Overlay, Question, Reach, State};
use crate::Confidence;
use crate::decide::{Decision, Example, Group};
use crate::diff::{Look, TextRow, clip, columns_of, counted, glyph, grouped, rows, squeeze};
use crate::escape;

/// What a piece of a row is; the terminal says how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Text that stays, in a line that is cut.
    Text,
    /// Untouched lines.
    Context,
    /// The cut.
    Cut,
    /// Another cut beside it.
    Other,
    /// The cut, where it was decided that it stays.
    Kept,
    /// Marks and folds.
    Sign,
    /// Lines between parts.
    Frame,
    /// Small print.
    Quiet,
    /// A name or a heading.
    Title,
    /// A rule.
    Rule,
    /// A key to press.
    Key,
    /// How sure a cut is.
    Sure(Confidence),
    /// Said: remove.
    Remove,
    /// Said: keep.
    Keep,
    /// Said: later.
    Later,
    /// Something to look at.
    Warning,
}

/// Pieces from left to right.
pub type Row = Vec<(String, Role)>;

/// A whole screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Screen {
    /// From top to bottom, none wider than the screen.
    pub rows: Vec<Row>,
    /// Column and row of the cursor, where something is typed.
    pub cursor: Option<(usize, usize)>,
}

impl Screen {
    /// The rows as plain text.
    pub fn plain(&self) -> String {
        let line = |row: &Row| row.iter().map(|(text, _)| text.as_str()).collect::<String>().trim_end().to_owned() + "\n";
        self.rows.iter().map(line).collect()
    }
}

/// A screen narrower or lower than this shows what fits.
const LEAST: (usize, usize) = (30, 8);

/// Draws `state` on `columns` × `lines`. `marks`: cuts are put between marks, for terminals without colour.
pub fn screen(state: &State, columns: usize, lines: usize, marks: bool) -> Screen {
    let (columns, lines) = (columns.max(LEAST.0), lines.max(LEAST.1));
    let mut screen = match &state.mode {
        Mode::Overlay(overlay, scroll) => over(state, overlay, *scroll, columns, lines, marks),
        _ => groups(state, columns, lines, marks),
    };
    for row in &mut screen.rows {
        fit(row, columns);
    }
    screen.rows.truncate(lines);
    screen
}

/// Cuts a row off at the edge.
fn fit(row: &mut Row, columns: usize) {
    let mut used = 0;
    for (n, (text, _)) in row.iter_mut().enumerate() {
        let width = columns_of(text);
        if used + width > columns {
            // The sign for what is missing takes a column of its own.
            let room = columns - used;
            *text = clip(text, room);
            row.truncate(n + usize::from(room > 0));
            return;
        }
        used += width;
    }
}

/// `left` and `right` in one row, `left` squeezed where it must be.
fn sides(left: Row, right: Row, columns: usize) -> Row {
    let width = |row: &Row| row.iter().map(|(text, _)| columns_of(text)).sum::<usize>();
    let mut row = left;
    let room = columns.saturating_sub(width(&right) + 1);
    fit(&mut row, room);
    row.push((" ".repeat(columns.saturating_sub(width(&row) + width(&right))), Role::Text));
    row.extend(right);
    row
}

fn frame(columns: usize) -> Row {
    vec![("─".repeat(columns), Role::Frame)]
}

fn piece(text: impl Into<String>, role: Role) -> (String, Role) {
    (text.into(), role)
}

fn word(decision: Option<Decision>) -> (String, Role) {
    match decision {
        Some(Decision::Remove) => piece("● goes", Role::Remove),
        Some(Decision::Keep) => piece("○ stays", Role::Keep),
        Some(Decision::Later) => piece("◌ later", Role::Later),
        None => piece("· open", Role::Quiet),
    }
}

fn groups(state: &State, columns: usize, lines: usize, marks: bool) -> Screen {
    let mut screen = Screen::default();
    let top = heading(state, columns);
    let bottom = footer(state, columns, lines);
    let (Some(group), Some(example)) = (state.group(), state.example()) else {
        screen.rows.push(top);
        screen.rows.push(frame(columns));
        let nothing = if state.groups.is_empty() { "nothing would go: there is nothing to review" } else { "no group is like that" };
        screen.rows.push(vec![piece(format!(" {nothing}"), Role::Text)]);
        end(&mut screen, state, bottom, lines);
        return screen;
    };
    let mut head = vec![top, frame(columns)];
    head.extend(about(group, columns));
    let mut place = vec![Vec::new(), where_from(state, group, example, columns)];
    let mut notes = notes(example, columns);
    // What explains gives way to what is judged.
    let room = |head: &[Row], place: &[Row], notes: &[Row]| lines.saturating_sub(head.len() + place.len() + notes.len() + bottom.len());
    while room(&head, &place, &notes) < 7 && notes.pop().is_some() {}
    while room(&head, &place, &notes) < 7 && head.len() > 3 {
        head.pop();
    }
    if room(&head, &place, &notes) < 7 {
        place.remove(0);
    }
    let room = room(&head, &place, &notes);
    screen.rows.extend(head);
    screen.rows.extend(place);
    screen.rows.extend(context(state, example, columns, room, marks));
    screen.rows.extend(notes);
    end(&mut screen, state, bottom, lines);
    screen
}

/// Puts the footer at the bottom, and the cursor where something is typed.
fn end(screen: &mut Screen, state: &State, bottom: Vec<Row>, lines: usize) {
    let above = lines.saturating_sub(bottom.len());
    screen.rows.truncate(above);
    screen.rows.resize(above, Vec::new());
    screen.rows.extend(bottom);
    if let Mode::Filter(_) | Mode::Search(_) = state.mode
        && let Some(row) = screen.rows.last()
    {
        let before: usize = row.iter().take(2).map(|(text, _)| columns_of(text)).sum();
        screen.cursor = Some((before, screen.rows.len() - 1));
    }
}

fn heading(state: &State, columns: usize) -> Row {
    let counts = state.counts();
    let mut left = vec![piece(" dehusk review", Role::Title)];
    if state.sample.is_some() {
        left.push(piece("  a sample", Role::Quiet));
    }
    let filter = &state.view.filter;
    for (sign, typed) in [("", &filter.typed), ("/", &filter.searched)] {
        if !typed.is_empty() {
            left.push(piece(format!("  {sign}{}", escape::inline(typed)), Role::Warning));
        }
    }
    let at = if state.shown.is_empty() { 0 } else { state.view.at + 1 };
    let right = vec![
        piece(format!("group {} of {}", grouped(at), grouped(state.shown.len())), Role::Title),
        piece(format!(" · {} open ", grouped(counts.open)), Role::Quiet),
    ];
    sides(left, right, columns)
}

/// The rule, what it takes and what it could cost.
fn about(group: &Group, columns: usize) -> Vec<Row> {
    let seen = match (group.cuts, group.documents) {
        (1, _) => "seen once".to_owned(),
        (cuts, documents) => format!("seen {}× in {}", grouped(cuts as usize), counted(documents as usize, "document", "documents")),
    };
    let sites = if group.sites.len() > 1 { format!(", {} sites", group.sites.len()) } else { String::new() };
    let left = vec![
        piece(format!(" {} ", glyph(group.confidence)), Role::Sure(group.confidence)),
        piece(group.rule.id.clone(), Role::Rule),
        piece(format!("  {}, {}", group.confidence, group.language), Role::Quiet),
    ];
    let mut rows = vec![sides(left, vec![piece(format!("{seen}{sites} "), Role::Quiet)], columns)];
    rows.push(vec![piece(clip(&format!("   {}", group.rule.summary), columns), Role::Text)]);
    if let Some(risk) = &group.rule.risk {
        for row in lines_of(&format!("risk: {risk}"), columns.saturating_sub(4)).into_iter().take(2) {
            rows.push(vec![piece(format!("   {row}"), Role::Warning)]);
        }
    }
    rows
}

/// A text in lines of so many columns, broken at blanks.
fn lines_of(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in escape::inline(text).split_whitespace() {
        match lines.last_mut().filter(|line| columns_of(line) + 1 + columns_of(word) <= columns) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(clip(word, columns)),
        }
    }
    lines
}

/// Where the example stands, and what was said of it.
fn where_from(state: &State, group: &Group, example: &Example, columns: usize) -> Row {
    let mut right = Vec::new();
    if group.examples.len() > 1 {
        let of = group.examples.len();
        right.push(piece(format!("example {} of {of}  ", state.view.example + 1), Role::Quiet));
    }
    let n = state.shown[state.view.at];
    if let Some(said) = state.place(example) {
        right.push(piece("here: ", Role::Quiet));
        right.push(word(Some(said.decision)));
    } else {
        right.push(word(state.decision(n)));
        if state.texts[n].is_none() && state.decision(n).is_some() {
            right.push(piece(" by its rule", Role::Quiet));
        }
    }
    right.push(piece(" ", Role::Text));
    let name = format!("{}:{}", example.place(), example.line);
    let width: usize = right.iter().map(|(text, _)| columns_of(text)).sum();
    sides(vec![piece(format!(" {}", squeeze(&name, columns.saturating_sub(width + 3))), Role::Title)], right, columns)
}

/// The cut in its text, scrolled so that it is seen.
fn context(state: &State, example: &Example, columns: usize, room: usize, marks: bool) -> Vec<Row> {
    let n = state.shown[state.view.at];
    let said = state.place(example).or(state.texts[n].as_ref());
    let moved = said.and_then(|s| s.edit.as_ref()).map(|e| e.cut.as_str());
    let ends = match &state.mode {
        Mode::Ends(ends) => (**ends).clone(),
        _ => Ends::new(example, moved),
    };
    let kept = said.map(|s| s.decision).or(state.decision(n)) == Some(Decision::Keep) && !matches!(state.mode, Mode::Ends(_));
    let cut = if kept { Role::Kept } else { Role::Cut };
    let above = example.before.matches('\n').count();
    let first = example.line.saturating_sub(above).max(1);
    let digits = (first + ends.text.matches('\n').count()).to_string().len().max(3);
    let width = columns.saturating_sub(digits + 4);
    let [mut before, mut after] = example.others.clone();
    // Without colour, marks tell one cut only.
    before.retain(|[_, end]| !marks && *end <= ends.cut.start);
    let behind = example.before.len() + example.text.len();
    after.retain(|[start, _]| !marks && behind + start >= ends.cut.end);
    let mut cuts: Vec<(Range<usize>, bool)> = before.iter().map(|[start, end]| (*start..*end, true)).collect();
    cuts.push((ends.cut.clone(), false));
    cuts.extend(after.iter().map(|[start, end]| (behind + start..behind + end, true)));
    // A long cut is folded only where it does not fit.
    let mut drawn = rows(&ends.text, &cuts, first, width, true, marks);
    if drawn.len() > room && !matches!(state.mode, Mode::Ends(_)) {
        drawn = rows(&ends.text, &cuts, first, width, false, marks);
    }
    let is_cut = |row: &TextRow| row.pieces.iter().any(|(_, look)| *look == Look::Cut);
    let (begins, ends_at) = (drawn.iter().position(is_cut).unwrap_or(0), drawn.iter().rposition(is_cut).unwrap_or(0));
    // The row that matters: where the moving end is, else the beginning of the cut.
    let focus = match &state.mode {
        Mode::Ends(ends) if ends.last => ends_at,
        _ => begins,
    };
    let lead = (room / 3).min(4);
    let from = focus.saturating_sub(lead) + state.view.scroll;
    let from = from.min(drawn.len().saturating_sub(room.min(3)));
    let from = if drawn.len() <= room { 0 } else { from.min(drawn.len() - room.min(drawn.len())) };
    drawn[from..].iter().take(room).map(|row| text_row(row, digits, cut)).collect()
}

fn text_row(row: &TextRow, digits: usize, cut: Role) -> Row {
    let number = row.number.map(|n| n.to_string()).unwrap_or_default();
    let mut out = vec![piece(format!(" {number:>digits$}  "), Role::Frame)];
    out.extend(row.pieces.iter().map(|(text, look)| {
        let role = match look {
            Look::Text => Role::Text,
            Look::Context => Role::Context,
            Look::Cut => cut,
            Look::Other => Role::Other,
            Look::Sign => Role::Sign,
        };
        piece(text.clone(), role)
    }));
    out
}

/// Why it was cut.
fn notes(example: &Example, columns: usize) -> Vec<Row> {
    let mut rows: Vec<Row> = vec![Vec::new()];
    for reason in example.evidence.iter().take(2) {
        rows.push(vec![piece(clip(&format!(" because {}", escape::inline(reason)), columns), Role::Quiet)]);
    }
    if rows.len() > 1 { rows } else { Vec::new() }
}

fn keys(pairs: &[(&str, &str)]) -> Row {
    let mut row = Row::new();
    for (n, (key, what)) in pairs.iter().enumerate() {
        row.push(piece(if n == 0 { " " } else { "   " }, Role::Text));
        row.push(piece(*key, Role::Key));
        row.push(piece(format!(" {what}"), Role::Quiet));
    }
    row
}

fn footer(state: &State, columns: usize, lines: usize) -> Vec<Row> {
    let mut rows = vec![frame(columns)];
    let reach = match state.view.reach {
        Reach::Text => "this text",
        Reach::Place => "this place only",
    };
    match &state.mode {
        Mode::Ends(ends) => {
            let end = if ends.last { "end" } else { "beginning" };
            rows.push(vec![piece(format!(" moving the {end} of the cut"), Role::Warning)]);
            rows.push(keys(&[
                ("h l", "by word"),
                ("j k", "by line"),
                ("Tab", "the other end"),
                ("Enter", "goes so"),
                ("Esc", "as it was"),
            ]));
        }
        Mode::Filter(_) => {
            rows.push(vec![piece(" low medium high · open kept removed later · @site · part of a rule's name; Esc leaves", Role::Quiet)]);
        }
        Mode::Search(_) => rows.push(vec![piece(" words of a text, or part of a document's name; Esc leaves", Role::Quiet)]),
        Mode::Ask(_) => {}
        _ => {
            let on = if state.view.reach == Reach::Place { Role::Warning } else { Role::Quiet };
            let mut first = vec![piece(format!(" {reach}:"), on), piece(" ", Role::Text)];
            first.extend(keys(&[("y", "goes"), ("n", "stays"), ("s", "later"), ("e", "move its ends"), ("u", "undo")]));
            rows.push(first);
            if lines >= 16 {
                let place = if state.view.reach == Reach::Place { ("t", "this text") } else { ("p", "this place only") };
                rows.push(keys(&[("Y N S", "all of this rule"), place, ("[ ]", "example"), ("J K", "group"), ("?", "keys")]));
            }
        }
    }
    rows.push(status(state, columns));
    rows
}

/// What is typed, asked or told; else how far one has come.
fn status(state: &State, columns: usize) -> Row {
    match &state.mode {
        Mode::Filter(typed) => return vec![piece(" filter: ", Role::Key), piece(escape::inline(typed).into_owned(), Role::Text)],
        Mode::Search(typed) => return vec![piece(" search: ", Role::Key), piece(escape::inline(typed).into_owned(), Role::Text)],
        Mode::Ask(Question::AllHigh(open)) => {
            let what = counted(*open, "group of high confidence", "groups of high confidence");
            return vec![
                piece(format!(" remove {what} unseen? "), Role::Warning),
                piece("y", Role::Key),
                piece("/", Role::Quiet),
                piece("n", Role::Key),
            ];
        }
        _ => {}
    }
    let counts = state.counts();
    let mut right: Row = vec![
        piece(format!("{} go", grouped(counts.removed)), Role::Remove),
        piece(" · ", Role::Quiet),
        piece(format!("{} stay", grouped(counts.kept)), Role::Keep),
        piece(" · ", Role::Quiet),
        piece(format!("{} later", grouped(counts.later)), Role::Later),
        piece(" · q leaves, all is saved ", Role::Quiet),
    ];
    let left = match (&state.message, state.estimate()) {
        (Some(message), _) => {
            right.truncate(5);
            right.push(piece(" ", Role::Text));
            vec![piece(format!(" {}", escape::inline(message)), Role::Warning)]
        }
        (None, Some(estimate)) => vec![piece(format!(" {estimate}"), Role::Title)],
        _ => Vec::new(),
    };
    sides(left, right, columns)
}

/// Every key, for `?` and the documents.
const HELP: &[(&str, &str)] = &[
    ("y Enter", "it goes"),
    ("n", "it stays"),
    ("s Space", "later"),
    ("Y N S", "the same for everything of this rule that is open"),
    ("A", "everything open that is of high confidence goes, after a question"),
    ("p t", "decide for this place only; for this text everywhere (the default)"),
    ("e", "move the ends of the cut: h l by word, j k by line, Tab the other end, Enter"),
    ("x", "write this text into your pack as an example (--pack FILE)"),
    ("u", "undo, as far back as you like"),
    ("[ ] ← →", "example of the group"),
    ("J K ↓ ↑", "next, previous group; g G first, last; Tab next open one"),
    ("f", "filter: rule, @site, low medium high, open kept removed later"),
    ("/", "search in texts and names of documents; Esc shows all again"),
    ("o", "open the document in $EDITOR at the line"),
    ("d", "the whole document, with all its cuts"),
    ("i", "what the rule is for, with its examples"),
    ("PgUp PgDn", "scroll a long text"),
    ("q Ctrl-C", "leave; every decision is saved already"),
];

fn over(state: &State, overlay: &Overlay, scroll: usize, columns: usize, lines: usize, marks: bool) -> Screen {
    let room = lines.saturating_sub(4);
    let (title, rows) = match overlay {
        Overlay::Help => {
            let line = |(keys, what): &(&str, &str)| vec![piece(format!(" {keys:<11}"), Role::Key), piece((*what).to_owned(), Role::Text)];
            ("keys".to_owned(), HELP.iter().map(line).collect::<Vec<Row>>())
        }
        Overlay::Rule => match state.group() {
            Some(group) => (group.rule.id.clone(), rule(group, columns, marks)),
            None => (String::new(), Vec::new()),
        },
        Overlay::Document { name, text, cuts } => (name.clone(), document(text, cuts, scroll, columns, room, marks)),
    };
    let long = matches!(overlay, Overlay::Document { .. });
    let scroll = if long { 0 } else { scroll.min(rows.len().saturating_sub(room)) };
    let mut screen = Screen::default();
    screen.rows.push(vec![piece(format!(" {}", squeeze(&title, columns - 2)), Role::Title)]);
    screen.rows.push(frame(columns));
    screen.rows.extend(rows.into_iter().skip(scroll).take(room));
    screen.rows.resize(lines - 2, Vec::new());
    screen.rows.push(frame(columns));
    screen.rows.push(keys(&[("j k Space b g G", "scroll"), ("Esc", "back")]));
    screen
}

/// The rule: what it takes, what it could cost, its examples.
fn rule(group: &Group, columns: usize, marks: bool) -> Vec<Row> {
    let info = &group.rule;
    let mut out: Vec<Row> = Vec::new();
    let mut paragraph = |text: &str, role: Role| {
        for row in rows(text, &[], 1, columns.saturating_sub(3), true, marks) {
            out.push(std::iter::once(piece(" ", Role::Text)).chain(row.pieces.into_iter().map(|(text, _)| piece(text, role))).collect());
        }
        out.push(Vec::new());
    };
    paragraph(&info.summary, Role::Text);
    if let Some(docs) = &info.docs {
        paragraph(docs, Role::Text);
    }
    if let Some(risk) = &info.risk {
        paragraph(&format!("risk: {risk}"), Role::Warning);
    }
    paragraph(&format!("{} · pack {} · {} · revision {}", info.confidence, info.pack, info.source, info.revision), Role::Quiet);
    for (what, examples) in [("goes", &info.removes), ("stays", &info.keeps)] {
        for example in examples {
            paragraph(what, Role::Title);
            paragraph(example.trim_matches('\n'), Role::Context);
        }
    }
    out
}

/// Some lines of a document, with what goes from them. A line is no longer than what can be seen of it.
fn document(text: &str, cuts: &[Range<usize>], scroll: usize, columns: usize, room: usize, marks: bool) -> Vec<Row> {
    let mut from = scroll;
    let mut rows = part(text, cuts, from, columns, room, marks);
    // Near the end, what stands above fills the screen.
    while rows.len() < room && from > 0 {
        from -= (room - rows.len()).min(from);
        rows = part(text, cuts, from, columns, room, marks);
    }
    if from < scroll {
        rows.drain(..rows.len().saturating_sub(room));
    }
    rows
}

/// The lines of a document from one on, as many as there is room for.
fn part(text: &str, cuts: &[Range<usize>], scroll: usize, columns: usize, room: usize, marks: bool) -> Vec<Row> {
    let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    let starts: Vec<usize> = starts.skip(scroll).take(room + 1).collect();
    let Some(&start) = starts.first() else { return Vec::new() };
    let end = starts.get(room).copied().unwrap_or(text.len());
    let cuts: Vec<(Range<usize>, bool)> = cuts
        .iter()
        .filter(|c| c.start < end && c.end > start)
        .map(|c| (c.start.max(start) - start..c.end.min(end) - start, false))
        .collect();
    let digits = (scroll + room).to_string().len().max(3);
    let drawn = rows(&text[start..end], &cuts, scroll + 1, columns.saturating_sub(digits + 4), true, marks);
    drawn.iter().map(|row| text_row(row, digits, Role::Cut)).collect()
}
