//! The constraints of a rule, one after the other, cheap ones first. Each answers with the reason when it says no.

use memchr::memmem;

use super::answer;
use super::scan::{Found, Match};
use super::sign::Stand;
use super::view::{Shown, VIEW, View};
use crate::pack::{At, LazyRegex, Rule, Side, Zone};
use crate::text::boundary::{capital, in_quotation, quoted, sentence_end, sentence_start};
use crate::text::{Document, Shape, Span};

/// Bytes that stand for a line where a text has few line ends.
const LINE_BYTES: usize = 200;

/// Characters of a word that is only itself: a longer one may have an ending.
const SHORT_WORD: usize = 4;

/// Characters of a text in a message.
const SHORT: usize = 60;

/// Why a rule did not fire: the name of the constraint, and what it found, if somebody wants to read it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct No(Option<Box<(&'static str, String)>>);

impl No {
    /// The constraint and the reason.
    pub fn told(self) -> Option<(String, String)> {
        self.0.map(|no| (no.0.to_owned(), no.1))
    }
}

/// Says no. The reason is put into words only where somebody wants to read it: most words of a text are refused.
pub(super) fn no<T>(doc: &Document<'_>, constraint: &'static str, reason: impl FnOnce() -> String) -> Result<T, No> {
    Err(why(doc, constraint, reason))
}

/// The same, as a reason.
pub(super) fn why(doc: &Document<'_>, constraint: &'static str, reason: impl FnOnce() -> String) -> No {
    No(doc.explained.then(|| Box::new((constraint, reason()))))
}

/// What the position of a match allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Where the rule wants it.
    Right,
    /// A rule for whole lines or sentences found inside one: good only as a member of a run.
    Glued,
}

/// What was found out about the place of the last match: rules and languages have the same words, and ask one after the other.
#[derive(Default)]
pub(super) struct Here {
    at: Option<(Span, Stand)>,
    used: bool,
    capital: bool,
    wrapped: Option<bool>,
    goes_on: Option<bool>,
    starts: Option<bool>,
    ends: Option<bool>,
}

impl Here {
    pub fn place(&mut self, doc: &Document<'_>, rule: &Rule, found: &Match) -> Result<Place, No> {
        let span = found.span;
        if self.at != Some((span, found.stand)) {
            let used = doc.explained || mentioned(doc, found).is_ok();
            *self = Here { at: Some((span, found.stand)), used, capital: used && capital(span.of(doc.raw)), ..Here::default() };
        }
        if !self.used {
            return no(doc, "quoted", String::new);
        }
        if doc.explained {
            mentioned(doc, found)?;
        }
        place(doc, rule, found, self)
    }
}

fn place(doc: &Document<'_>, rule: &Rule, found: &Match, here: &mut Here) -> Result<Place, No> {
    let span = found.span;
    if rule.capital && !here.capital {
        return no(doc, "case", || format!("“{}” does not begin with a capital letter", short(span.of(doc.raw))));
    }
    if found.stand == Stand::Whole && *here.wrapped.get_or_insert_with(|| wrapped(doc, span)) {
        return no(doc, "at", || "it ends a sentence that began on the line before".to_owned());
    }
    let goes_on = || {
        let below = doc.last_line_of(span) + 1;
        below < doc.lines.len() && goes_on(doc.line(below))
    };
    if found.stand == Stand::Whole && here.capital && *here.goes_on.get_or_insert_with(goes_on) && broken(doc, rule, found) {
        return no(doc, "at", || "it stands inside a sentence that is broken at its links".to_owned());
    }
    let capital = here.capital;
    let right = match rule.at {
        At::Anywhere => true,
        At::Line => found.stand == Stand::Whole,
        At::LineStart => matches!(found.stand, Stand::Whole | Stand::Start),
        At::LineEnd => matches!(found.stand, Stand::Whole | Stand::End),
        At::TextStart => span.start() <= doc.letters().0,
        At::TextEnd => span.end() >= doc.letters().1,
        At::Sentence => {
            capital
                && *here.starts.get_or_insert_with(|| sentence_start(doc.raw, span.start()))
                && (rule.title.is_some() || *here.ends.get_or_insert_with(|| sentence_end(doc.raw, span.end())))
        }
    };
    if right {
        return Ok(Place::Right);
    }
    if matches!(rule.at, At::Line | At::Sentence) && capital {
        return Ok(Place::Glued);
    }
    let wanted = match rule.at {
        At::Line => "a line of its own",
        At::LineStart => "the start of a line",
        At::LineEnd => "the end of a line",
        At::TextStart => "the start of the text",
        At::TextEnd => "the end of the text",
        At::Sentence => "a sentence of its own",
        At::Anywhere => "any place",
    };
    no(doc, "at", || format!("wants {wanted}"))
}

/// True where a line is the rest of a hard-wrapped sentence: the line before goes on, and this one begins small or ends with
/// the full stop.
fn wrapped(doc: &Document<'_>, span: Span) -> bool {
    let line = doc.line_at(span.start());
    let Some(above) = line.checked_sub(1) else { return false };
    let text = doc.line(line).trim();
    let stops = || {
        let short = || span.of(doc.raw).split_whitespace().count() < 4 && !text.contains(|c: char| c.is_numeric());
        text.ends_with('.') && !text.ends_with("..") && short()
    };
    if !text.starts_with(char::is_lowercase) && !stops() {
        return false;
    }
    let before = doc.shape(above);
    !(before.blank || before.words < 7 || before.ends_sentence || before.opens || before.heading > 0)
}

/// True where a match, before a line that goes on with a sentence, stands inside a sentence that is broken at its links:
/// extractors that break lines at inline tags put each link on a line of its own, and the sentence goes on below.
fn broken(doc: &Document<'_>, rule: &Rule, found: &Match) -> bool {
    let span = found.span;
    let (first, last) = (doc.line_at(span.start()), doc.last_line_of(span));
    // “Follow”, “The Post”, “on”, “Facebook”, and a comma below.
    if last >= first + 2 {
        return true;
    }
    // What stands in the middle of a sentence may be a marker of an ad; a date or a weak word is a word of the sentence.
    if rule.weight >= 3 && found.words > 0 {
        return false;
    }
    // The full stop of the sentence alone on its line.
    if doc.line(last + 1).trim() == "." {
        return true;
    }
    let Some(above) = first.checked_sub(1).map(|n| doc.shape(n)) else { return false };
    let open = above.words > 0 && !above.ends_sentence && !above.opens && above.heading == 0;
    open && (above.words > 1 || doc.shape(last + 1).words > 1)
}

/// True for a line that goes on with a sentence.
pub(super) fn goes_on(line: &str) -> bool {
    let mut signs = line.trim_start().chars();
    match signs.next() {
        Some(',' | '.' | ';' | ')') => true,
        // Not a name such as “iTunes”.
        Some(c) => c.is_lowercase() && !signs.next().is_some_and(char::is_uppercase),
        None => false,
    }
}

/// Text between code fences or quotation marks is mentioned, not used.
pub(super) fn mentioned(doc: &Document<'_>, found: &Match) -> Result<(), No> {
    let span = found.span;
    if doc.fenced(span.start()) {
        return no(doc, "code", || "it stands between code fences".to_owned());
    }
    if quoted(doc.raw, span.start(), span.end()) || (found.stand != Stand::Whole && in_quotation(doc.raw, span.start(), span.end())) {
        return no(doc, "quoted", || "it is only mentioned: it stands in quotation marks".to_owned());
    }
    Ok(())
}

/// What must stand directly around a match, whatever the language of its words.
pub(super) fn surroundings<'d>(doc: &Document<'d>, rule: &Rule, found: &Match, view: &mut View<'d>) -> Result<(), No> {
    let span = found.span;
    let mut shows = |side: Shown, regex: &LazyRegex| view.shows(doc, span, side, regex);
    if let Some(before) = rule.before.as_ref().filter(|r| !shows(Shown::Before, r)) {
        return no(doc, "before", || format!("the text before does not match {}", before.source));
    }
    if let Some(veto) = rule.not_before.as_ref().filter(|r| shows(Shown::Before, r)) {
        return no(doc, "not-before", || format!("the text before matches {}", veto.source));
    }
    if let Some(after) = rule.after.as_ref().filter(|r| !shows(Shown::Behind, r)) {
        return no(doc, "after", || format!("the text behind does not match {}", after.source));
    }
    if let Some(veto) = rule.not_after.as_ref().filter(|r| shows(Shown::Behind, r)) {
        return no(doc, "not-after", || format!("the text behind matches {}", veto.source));
    }
    if !rule.unless.is_empty() {
        let line = around(doc, (found.fold.start(), found.fold.end()));
        if let Some(veto) = rule.unless.iter().map(|veto| &veto.text).find(|text| says(line, text)) {
            return no(doc, "unless", || format!("“{veto}” stands in the line"));
        }
    }
    Ok(())
}

/// True where the words stand in the line. In scripts that write single words they begin where a word does, and short ones end there too:
/// “dit” is no part of “edition”, but “schrieb” is of “schrieben”.
fn says(line: &str, words: &str) -> bool {
    // Greek and Cyrillic letters are the last of the scripts whose words take nothing in front or behind.
    let cased = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && c < '\u{530}');
    let (first, last) = (cased(words.chars().next()), cased(words.chars().next_back()) && words.chars().count() <= SHORT_WORD);
    memmem::find_iter(line.as_bytes(), words).any(|at| {
        let (before, after) = (line[..at].chars().next_back(), line[at + words.len()..].chars().next());
        !(first && cased(before) || last && cased(after))
    })
}

/// The folded line or lines of a match, clipped where lines are endless.
fn around<'d>(doc: &'d Document<'_>, fold: (usize, usize)) -> &'d str {
    let first = doc.lines[doc.line_at(doc.folded.raw_start(fold.0))].fold_start();
    let last = doc.lines[doc.line_at(doc.folded.raw_start(fold.1.saturating_sub(1)))].fold_end();
    let text = &doc.folded.text;
    let start = text.ceil_char_boundary(first.max(fold.0.saturating_sub(VIEW)));
    let end = text.floor_char_boundary(last.min(fold.1 + VIEW));
    text.get(start..end).unwrap_or("")
}

/// Where in the text a match must stand.
pub(super) fn position(doc: &Document<'_>, rule: &Rule, span: Span) -> Result<(), No> {
    let Some(place) = &rule.place else { return Ok(()) };
    let line = doc.line_at(span.start());
    if let Some(zone) = place.zone {
        let (head, tail) = (|| in_head(doc, span), || in_tail(doc, span));
        let fits = match zone {
            Zone::Head => head(),
            Zone::Tail => tail(),
            Zone::Edge => head() || tail(),
            Zone::Body => !head() && !tail(),
        };
        if !fits {
            return no(doc, "where.zone", || "it stands between lines of prose".to_owned());
        }
    }
    if let Some(most) = place.from_top {
        let above = doc.filled_before(line);
        if above >= most {
            return no(doc, "where.from_top", || format!("{above} lines stand above it, at most {} may", most.saturating_sub(1)));
        }
    }
    if let Some(most) = place.from_end {
        let below = doc.filled_before(doc.lines.len()) - doc.filled_before(line + 1);
        if below >= most {
            return no(doc, "where.from_end", || format!("{below} lines stand below it, at most {} may", most.saturating_sub(1)));
        }
    }
    Ok(())
}

/// Lines that are looked at themselves: what lies beyond the place need not be read for them.
const FEW: usize = 8;

/// True where a line of prose stands above this one.
fn prose_above(doc: &Document<'_>, line: usize) -> bool {
    if line <= FEW { (0..line).any(|n| doc.is_prose(n)) } else { doc.first_prose().is_some_and(|first| first < line) }
}

/// True where one stands below it.
fn prose_below(doc: &Document<'_>, line: usize) -> bool {
    let mut below = line + 1..doc.lines.len();
    if below.len() <= FEW { below.any(|n| doc.is_prose(n)) } else { doc.last_prose().is_some_and(|last| last > line) }
}

/// No prose before it: neither a line nor the start of its own.
pub(crate) fn in_head(doc: &Document<'_>, span: Span) -> bool {
    let read = || {
        let line = doc.line_at(span.start());
        let before = doc.raw.floor_char_boundary(doc.lines[line].start().max(span.start().saturating_sub(VIEW * 8)));
        let before = &doc.raw[before..span.start()];
        (!prose_above(doc, line) && !Shape::reads_as_prose(before)).then_some(0)
    };
    // Rules ask for the same places, one after the other.
    doc.remembered((answer::HEAD, span.start()), read).is_some()
}

/// No prose behind it.
pub(crate) fn in_tail(doc: &Document<'_>, span: Span) -> bool {
    let read = || {
        let line = doc.last_line_of(span);
        let after = doc.raw.ceil_char_boundary(doc.lines[line].end().clamp(span.end(), span.end() + VIEW * 8));
        let after = &doc.raw[span.end()..after];
        (!prose_below(doc, line) && !Shape::reads_as_prose(after)).then_some(0)
    };
    match span.is_empty() {
        true => read().is_some(),
        false => doc.remembered((answer::TAIL, span.end()), read).is_some(),
    }
}

/// False where the text holds too few of the words that must stand around a match, wherever they are.
pub(super) fn may_be_near(rule: &Rule, index: u32, all: &Found) -> bool {
    rule.near.as_ref().is_none_or(|near| all.near.len() >= near.min && all.near.of(index).len() >= near.min)
}

/// The words that must stand around it, in its language or in none: those that do.
pub(super) fn near(doc: &Document<'_>, rule: &Rule, index: u32, found: &Match, all: &Found) -> Result<Vec<Span>, No> {
    let Some(near) = &rule.near else { return Ok(Vec::new()) };
    let hits = all.near.of(index);
    let line = doc.line_at(found.span.start());
    let reach = near.within.saturating_mul(LINE_BYTES);
    // The lines that count, clipped where they are endless.
    let (first, last) = doc.filled_lines_off(line, near.within);
    let first = doc.lines[first].start().max(found.span.start().saturating_sub(reach));
    let last = doc.lines[last].end().min(found.span.end().saturating_add(reach));
    let from = hits.partition_point(|h| h.span.start() < first);
    let text = |m: &Match| doc.folded.text.get(m.fold.start()..m.fold.end()).unwrap_or("");
    let mut seen: Vec<&Match> = Vec::new();
    let enough = near.min.checked_sub(1).is_none_or(|n| hits.get(from + n).is_some_and(|h| h.span.start() <= last));
    if !enough && !doc.explained {
        return no(doc, "near", String::new);
    }
    for hit in hits[from..].iter().take_while(|h| h.span.start() <= last) {
        let before = hit.span.end() <= found.span.start();
        let after = hit.span.start() >= found.span.end();
        let side = match near.side {
            Side::Before => before,
            Side::After => after,
            Side::Both => before || after,
        };
        // A Polish form is held together by Polish words, or by words of no language.
        let tongue = hit.language == found.language || hit.language == 0 || found.language == 0;
        if !side || !tongue {
            continue;
        }
        let own = if near.own { hit.stand == Stand::Whole } else { doc.line_at(hit.span.start()) == line || !inside(doc, hit) };
        if own && !seen.iter().any(|s| text(s) == text(hit)) {
            seen.push(hit);
        }
        if seen.len() >= near.min.max(3) {
            break;
        }
    }
    if seen.len() < near.min {
        return no(doc, "near", || format!("wants {} of its signs within {} lines, found {}", near.min, near.within, seen.len()));
    }
    Ok(seen.iter().map(|m| m.span).collect())
}

/// True where words hang inside a sentence of running text: on another line, these are no signs.
fn inside(doc: &Document<'_>, hit: &Match) -> bool {
    let start = hit.span.start();
    let begins = sentence_start(doc.raw, start) && capital(hit.span.of(doc.raw));
    hit.stand != Stand::Whole && !begins && doc.shape(doc.line_at(start)).prose
}

/// A text for messages: one line, not long.
pub(super) fn short(text: &str) -> String {
    told("", text)
}

/// The same behind what it is.
pub(crate) fn told(what: &str, text: &str) -> String {
    let mut line = String::with_capacity(what.len() + text.len().min(SHORT * 2));
    line.push_str(what);
    let mut left = SHORT;
    for (n, word) in text.split_whitespace().enumerate() {
        let gap = usize::from(n > 0);
        let room = left.saturating_sub(gap);
        if gap <= left && n > 0 {
            line.push(' ');
        }
        if let Some((at, _)) = word.char_indices().nth(room) {
            line.push_str(&word[..at]);
            line.push('…');
            break;
        }
        line.push_str(word);
        left = room - word.chars().count();
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LINES: &[&str] = &[
        "",
        "Menu",
        "The loaf keeps for three days in a cool room, and nobody in the house has ever asked for a second one before that.",
        "Home About Contact",
        "She wrote the recipe down, because she had forgotten what went into it. It rained, and the mill stood still all day.",
    ];

    proptest! {
        #[test]
        fn finds_prose_above_and_below(lines in proptest::collection::vec(0..LINES.len() * 4, 1..30)) {
            // Mostly lines that are no prose.
            let text = lines.iter().map(|&n| LINES.get(n).unwrap_or(&LINES[n % 2])).copied().collect::<Vec<_>>().join("\n");
            let doc = Document::new(&text);
            for line in 0..doc.lines.len() {
                prop_assert_eq!(prose_above(&doc, line), doc.first_prose().is_some_and(|first| first < line));
                prop_assert_eq!(prose_below(&doc, line), doc.last_prose().is_some_and(|last| last > line));
            }
        }
    }

    #[test]
    fn shortens() {
        let whole = "a bridge of stone and a road that nobody had ever walked twic";
        for n in 0..=whole.len() {
            let wanted = if n > 60 { format!("{}…", &whole[..60]) } else { whole[..n].trim().to_owned() };
            assert_eq!(short(&whole[..n]), wanted);
        }
        let fifty_nine = "x".repeat(59);
        assert_eq!(short(&format!("{fifty_nine} y")), format!("{fifty_nine} …"));
        assert_eq!(short(&format!(" {fifty_nine}z\n\ty")), format!("{fifty_nine}z…"));
        assert_eq!(told("phrase: ", " é \u{A0} é"), "phrase: é é");
    }
}
