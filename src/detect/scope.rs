//! From a match to the range that goes: the match, its line, the list it opens, the text before or behind it.

use std::cell::OnceCell;

use super::check::{No, goes_on, no, told, why};
use super::scan::{Found, Match};
use super::sign::{Cut, Sign, Stand, thin};
use crate::pack::{At, ItemEnd, Rule, Scope, TitleEnd, TitleSide};
use crate::text::boundary::sentence_start;
use crate::text::{Document, Span, count_words, ends_sentence, is_wordy};

/// Share of its line that a match must make up for the whole line to go, where the rule says nothing.
const COVER: f32 = 0.5;

/// Longest text that is looked at for a title. Labels may stand a million times in one line: what each of them costs
/// must not depend on how long that line is.
pub(super) const MAX_TITLE_BYTES: usize = 2000;

/// From this length on, a line may have been wrapped.
const WRAPPED: usize = 60;

/// Words that titles with teasers have on average, at least.
const TITLE_WORDS: usize = 4;

/// Places where residue certainly goes on.
pub(super) struct Strong<'s> {
    doc: &'s Document<'s>,
    /// The signs that are known.
    signs: &'s [Sign],
    held: &'s Held,
}

/// What is taken already, and what follows from it, found when it is asked for.
#[derive(Default)]
pub(super) struct Held {
    /// Sorted spans of what is taken, with those of heavy signs, which end a title or a list as well.
    spans: Vec<Span>,
    /// So many signs were known then.
    signs: usize,
    led: OnceCell<Vec<usize>>,
    opened: OnceCell<Vec<usize>>,
}

impl Held {
    pub fn new(signs: &[Sign], cuts: &[Cut]) -> Held {
        let heavy = signs.iter().filter(|s| s.weight >= 2).map(|s| s.span);
        let mut spans: Vec<Span> = cuts.iter().map(|c| c.span).chain(heavy).collect();
        spans.sort();
        // Ends must grow as starts do, so that a binary search finds overlaps.
        let mut end = None;
        spans.retain(|span| {
            end < Some(span.end()) && {
                end = Some(span.end());
                true
            }
        });
        Held { spans, signs: signs.len(), ..Held::default() }
    }
}

impl<'s> Strong<'s> {
    pub fn new(doc: &'s Document<'s>, signs: &'s [Sign], held: &'s Held) -> Strong<'s> {
        Strong { doc, signs: &signs[..held.signs], held }
    }

    /// True where something strong covers part of `start..end`.
    pub fn touches(&self, start: usize, end: usize) -> bool {
        let n = self.held.spans.partition_point(|s| s.end() <= start);
        self.held.spans.get(n).is_some_and(|s| s.start() < end)
    }

    /// True where a sign that begins as a sentence does ends at `at`, blanks and decoration aside: what stands behind “… the first
    /// sack. Post navigation” is no title.
    pub fn opens(&self, at: usize) -> bool {
        let opened = self.held.opened.get_or_init(|| {
            let signs = self.signs.iter().map(|s| s.span).filter(|s| sentence_start(self.doc.raw, s.start()));
            let mut ends: Vec<usize> = signs.map(Span::end).collect();
            ends.sort_unstable();
            ends
        });
        let n = opened.partition_point(|&end| end <= at);
        opened[..n].last().is_some_and(|&end| thin(self.doc, end, at))
    }

    /// Where residue begins again at or behind `at`, before `end`.
    pub fn next(&self, at: usize, end: usize) -> Option<usize> {
        let led = self.held.led.get_or_init(|| self.led());
        let n = led.partition_point(|&s| s < at);
        led.get(n).copied().filter(|&s| s < end)
    }

    /// Where weak signs begin that lead to something strong, with nothing between: “Leave a Reply”, “Cancel reply”, and the notice
    /// of the form. A title that is glued to them ends there. Sorted.
    fn led(&self) -> Vec<usize> {
        let strong = &self.held.spans;
        let mut signs: Vec<Span> = self.signs.iter().map(|s| s.span).chain(strong.iter().copied()).collect();
        signs.sort_by_key(|s| (s.start(), s.end()));
        let mut starts: Vec<usize> = Vec::new();
        for span in signs.into_iter().rev() {
            let leads = starts.last().is_some_and(|&next| span.end() <= next && thin(self.doc, span.end(), next));
            if leads || strong.binary_search_by_key(&span.start(), |s| s.start()).is_ok() {
                starts.push(span.start());
            }
        }
        starts.reverse();
        starts
    }
}

/// The range and what speaks for it.
pub(super) type Extent = Result<(Span, Vec<String>), No>;

pub(super) fn resolve(doc: &Document<'_>, rule: &Rule, index: u32, found: &Match, all: &Found, strong: &Strong<'_>) -> Extent {
    match rule.scope {
        Scope::Span => span(doc, rule, found, strong),
        Scope::Line => line(doc, rule, found, strong),
        Scope::Block => block(doc, rule, index, found, all, strong),
        Scope::Head => edge(doc, rule, 0, whole_lines(doc, found.span).end()),
        Scope::Tail => edge(doc, rule, whole_lines(doc, found.span).start(), doc.raw.len()),
        Scope::Pair => no(doc, "pair", || "a pair is found by its labels".to_owned()),
    }
}

/// The lines that a span touches, without the last line end.
pub(super) fn whole_lines(doc: &Document<'_>, span: Span) -> Span {
    let first = doc.line_at(span.start());
    let last = doc.last_line_of(span);
    Span::covering(doc.raw, doc.lines[first].start(), doc.lines[last].end())
}

fn span(doc: &Document<'_>, rule: &Rule, found: &Match, strong: &Strong<'_>) -> Extent {
    cover(doc, found.span, rule.cover.unwrap_or(0.0))?;
    with_title(doc, rule, found.span, strong)
}

fn line(doc: &Document<'_>, rule: &Rule, found: &Match, strong: &Strong<'_>) -> Extent {
    let lines = whole_lines(doc, found.span);
    if rule.title.is_some() {
        let (taken, evidence) = with_title(doc, rule, found.span, strong)?;
        // What is left of the line must be decoration, otherwise only label and title go.
        let bare = |text: &str| text.len() <= MAX_TITLE_BYTES && !text.contains(is_wordy);
        let all =
            bare(&doc.raw[lines.start()..taken.start().max(lines.start())]) && bare(&doc.raw[taken.end().min(lines.end())..lines.end()]);
        return Ok((
            if all { Span::covering(doc.raw, lines.start().min(taken.start()), lines.end().max(taken.end())) } else { taken },
            evidence,
        ));
    }
    if found.stand == Stand::Whole {
        return Ok((lines, Vec::new()));
    }
    // A rule that says what the rest of the line looks like has no need of a share.
    let pinned = (rule.at == At::LineStart && rule.after.is_some()) || (rule.at == At::LineEnd && rule.before.is_some());
    // A sentence of its own goes without its line: what stands beside it may be grain.
    if rule.at == At::Sentence && rule.cover.is_none() {
        return Ok((found.span, Vec::new()));
    }
    cover(doc, found.span, rule.cover.unwrap_or(if pinned { 0.0 } else { COVER }))?;
    Ok((lines, Vec::new()))
}

fn cover(doc: &Document<'_>, span: Span, wanted: f32) -> Result<(), No> {
    if wanted <= 0.0 {
        return Ok(());
    }
    let lines = whole_lines(doc, span);
    if lines.len() > span.len() * 100 {
        return no(doc, "cover", || "it is a small part of a long line".to_owned());
    }
    let letters = |text: &str| text.chars().filter(|&c| is_wordy(c)).count() as f32;
    let share = letters(span.of(doc.raw)) / letters(lines.of(doc.raw)).max(1.0);
    if share < wanted {
        return no(doc, "cover", || format!("it makes up {:.0}% of its line, {:.0}% are wanted", share * 100.0, wanted * 100.0));
    }
    Ok(())
}

/// The match with the title beside it.
fn with_title(doc: &Document<'_>, rule: &Rule, span: Span, strong: &Strong<'_>) -> Extent {
    let Some(title) = &rule.title else { return Ok((span, Vec::new())) };
    let lines = whole_lines(doc, span);
    if title.side == TitleSide::Before {
        let text = &doc.raw[clip_back(doc, lines.start(), span.start())..span.start()];
        fits_title(doc, text, title.max_words)?;
        return Ok((Span::covering(doc.raw, lines.start(), span.end()), vec![told("title: ", text)]));
    }
    let from = span.end();
    let reach = doc.raw.floor_char_boundary(lines.end().min(from + MAX_TITLE_BYTES));
    let rest = &doc.raw[from..reach];
    let opened = doc.raw[..span.start()].trim_end_matches([' ', '*', '_']).chars().next_back();
    if title.ends.contains(&TitleEnd::Bracket)
        && let Some((open, close)) = opened.and_then(|c| match c {
            '(' => Some(('(', ')')),
            '[' => Some(('[', ']')),
            '【' => Some(('【', '】')),
            '（' => Some(('（', '）')),
            _ => None,
        })
    {
        let end = rest.find(close).ok_or_else(|| why(doc, "title.ends", || "the bracket never closes".to_owned()))?;
        let text = &rest[..end];
        fits_title(doc, text, title.max_words)?;
        let start = doc.raw[..span.start()].rfind(open).unwrap_or(span.start());
        return Ok((Span::covering(doc.raw, start, from + end + close.len_utf8()), vec![told("title: ", text)]));
    }
    if title.ends.contains(&TitleEnd::Line) {
        let end = strong.next(from + 1, reach).unwrap_or(reach);
        let text = doc.raw[from..end].trim_end();
        match fits_title(doc, text, title.max_words) {
            Ok(()) if end == lines.end() || end < reach => {
                return Ok((Span::covering(doc.raw, span.start(), from + text.len()), vec![told("title: ", text)]));
            }
            Ok(()) => return no(doc, "title.max_words", || "the line goes on too far".to_owned()),
            Err(no) if !title.ends.contains(&TitleEnd::Sentence) => return Err(no),
            Err(_) => {}
        }
    }
    if title.ends.contains(&TitleEnd::Sentence) {
        let end = rest.char_indices().find(|&(n, c)| {
            matches!(c, '.' | '!' | '?' | '…' | '。')
                && rest[n + c.len_utf8()..].chars().next().is_none_or(|c| c.is_whitespace() || c.is_uppercase())
        });
        let end = end.map(|(n, c)| n + c.len_utf8()).ok_or_else(|| why(doc, "title.ends", || "no sentence ends behind it".to_owned()))?;
        if count_words(&rest[..end]) <= title.max_words as usize {
            return Ok((Span::covering(doc.raw, span.start(), from + end), vec![told("title: ", &rest[..end])]));
        }
    }
    no(doc, "title.ends", || "no title ends where it should".to_owned())
}

fn clip_back(doc: &Document<'_>, start: usize, end: usize) -> usize {
    doc.raw.floor_char_boundary(start.max(end.saturating_sub(MAX_TITLE_BYTES)))
}

/// A link title: some words, not too many, no sentence that ends inside or with a full stop.
pub(super) fn fits_title(doc: &Document<'_>, text: &str, max_words: u32) -> Result<(), No> {
    if text.len() > MAX_TITLE_BYTES {
        return no(doc, "title.max_words", || format!("{} bytes stand beside it, a title has at most {max_words} words", text.len()));
    }
    let text = text.trim();
    let words = count_words(text);
    if words == 0 {
        return no(doc, "title", || "there is no title beside it".to_owned());
    }
    if words > max_words as usize {
        return no(doc, "title.max_words", || format!("{words} words stand beside it, a title has at most {max_words}"));
    }
    if inner_ends(text) > 0
        || (text.ends_with('。'))
        || (ends_sentence(text) && text.trim_end_matches(['"', '”', ')', '»']).ends_with('.') && words > 8 && !text.ends_with("..."))
    {
        return no(doc, "title", || "sentences stand beside it, not a title".to_owned());
    }
    Ok(())
}

/// Sentences that end inside the text: a full word, its sign, a blank or none, and a capital. Initials and abbreviations end none.
fn inner_ends(text: &str) -> usize {
    let signs = text.char_indices().filter(|&(_, c)| matches!(c, '.' | '!' | '?'));
    let ends = signs.filter(|&(at, c)| {
        let word = text[..at].chars().rev().take_while(|&c| is_wordy(c)).count();
        let mut rest = text[at + 1..].chars().skip_while(|c| matches!(c, '"' | '”' | ')' | '»'));
        let opens = |c: Option<char>| c.is_some_and(|c| c.is_uppercase() || matches!(c, '“' | '"' | '«'));
        // “…before you cut it.Previous post”: glued, the next sentence begins at once.
        match rest.next() {
            Some(next) if next.is_whitespace() => (c != '.' || word > 3) && opens(rest.next()),
            Some(next) => {
                word > 1 && next.is_uppercase() && rest.next().is_some_and(char::is_lowercase) && text[..at].ends_with(char::is_lowercase)
            }
            None => false,
        }
    });
    ends.count() + text.matches(['。']).count().saturating_sub(1)
}

/// Head and tail: everything up to an edge of the text, when it holds no prose and is not too long.
fn edge(doc: &Document<'_>, rule: &Rule, start: usize, end: usize) -> Extent {
    let first = doc.line_at(start);
    let last = doc.line_at(end.saturating_sub(1).max(start));
    let count = doc.filled_before(last + 1) - doc.filled_before(first);
    if count > rule.max_lines {
        return no(doc, "limit.lines", || format!("{count} lines would go, at most {} may", rule.max_lines));
    }
    let prose = (first..=last).filter(|&n| doc.shape(n).prose).count();
    if prose > rule.max_prose {
        return no(doc, "limit.prose", || format!("{prose} lines of prose would go"));
    }
    Ok((Span::covering(doc.raw, start, end), vec![format!("{count} lines to the edge of the text")]))
}

/// The label's line and what it opens.
fn block(doc: &Document<'_>, rule: &Rule, index: u32, found: &Match, all: &Found, strong: &Strong<'_>) -> Extent {
    if found.stand != Stand::Whole && rule.at != At::LineStart {
        return no(doc, "at", || "a list can only be told from lines of its own".to_owned());
    }
    let lines = whole_lines(doc, found.span);
    if rule.until {
        return closed_block(doc, rule, index, lines, all, strong);
    }
    let label = doc.line_at(found.span.end().saturating_sub(1));
    let items = List::below(doc, rule, label, strong)?;
    Ok((
        Span::covering(doc.raw, lines.start(), doc.lines[items.last].end()),
        vec![format!("list: {} titles under the label, ended by {}", items.count, items.ended)],
    ))
}

fn closed_block(doc: &Document<'_>, rule: &Rule, index: u32, lines: Span, all: &Found, strong: &Strong<'_>) -> Extent {
    let untils = all.until.of(index);
    let n = untils.partition_point(|u| u.span.start() < lines.end());
    let until = untils.get(n).ok_or_else(|| why(doc, "until", || "no phrase that closes it".to_owned()))?;
    let end = whole_lines(doc, until.span).end();
    let (first, last) = (doc.line_at(lines.start()), doc.line_at(end.saturating_sub(1)));
    let count = doc.filled_before(last + 1) - doc.filled_before(first);
    if count > rule.max_lines {
        return no(doc, "limit.lines", || format!("{count} lines would go, at most {} may", rule.max_lines));
    }
    // Long sentences of the form itself are no prose.
    let prose = (first..=last).filter(|&n| doc.shape(n).prose && !strong.touches(doc.lines[n].start(), doc.lines[n].end())).count();
    if prose > rule.max_prose {
        return no(doc, "limit.prose", || format!("{prose} lines of prose would go"));
    }
    Ok((Span::covering(doc.raw, lines.start(), end), vec![told("closed by: ", until.span.of(doc.raw))]))
}

/// Titles that nobody can recognise alone, held by the label above them, their shape, and the place where they end.
struct List {
    last: usize,
    count: usize,
    ended: &'static str,
}

impl List {
    fn below(doc: &Document<'_>, rule: &Rule, label: usize, strong: &Strong<'_>) -> Result<List, No> {
        let wanted = &rule.items;
        let mut items: Vec<usize> = Vec::new();
        let mut blanks_inside = false;
        let mut end = ItemEnd::Text;
        let mut blank_before = false;
        let mut pause = None;
        let (mut teasers, mut words) = (0, 0);
        let mut under_title = false;
        let mut last = label;
        for n in label + 1..doc.lines.len() {
            let shape = doc.shape(n);
            if shape.blank {
                blank_before = true;
                continue;
            }
            if separates(doc.line(n)) {
                continue;
            }
            // A short line that the next one takes up in small letters is half a sentence, broken at a link.
            if let Some(&above) = items.last()
                && above + 1 == n
                && goes_on(doc.line(n))
                && !goes_on(doc.line(above))
                && doc.lines[above].end() - doc.lines[above].start() < WRAPPED
            {
                items.pop();
                end = ItemEnd::Prose;
                break;
            }
            let line = &doc.lines[n];
            if strong.touches(line.start(), line.end()) && !(wanted.through && shape.title(wanted.max_words)) {
                end = ItemEnd::Residue;
                break;
            }
            let bulleted = items.first().is_some_and(|&f| doc.shape(f).bullet);
            let paused = blank_before
                && !blanks_inside
                && !bulleted
                && items.len() >= wanted.min.max(1)
                && wanted.ends.contains(&ItemEnd::Blank)
                && !blank_under(doc, label);
            if paused && items.len() > 1 {
                end = ItemEnd::Blank;
                break;
            }
            // One title and an empty line: the end, or the beginning of a list with empty lines.
            pause = pause.or(paused.then_some(items.len()));
            if bulleted && !shape.bullet {
                end = ItemEnd::Bullets;
                break;
            }
            if shape.heading > 0 && items.first().is_some_and(|&f| doc.shape(f).heading == 0) {
                end = ItemEnd::Bullets;
                break;
            }
            let sentence = shape.ends_sentence && shape.words > 3 && doc.line(n).trim_end().ends_with(['.', '。']);
            if !shape.title(wanted.max_words) || sentence {
                // A teaser stands under a title, never under the label or another teaser.
                if under_title && shape.words <= wanted.teasers && !shape.opens && !shape.framed {
                    under_title = false;
                    blank_before = false;
                    teasers += 1;
                    last = n;
                    continue;
                }
                end = ItemEnd::Prose;
                break;
            }
            blanks_inside |= blank_before && !items.is_empty();
            blank_before = false;
            items.push(n);
            last = n;
            words += shape.words as usize;
            under_title = true;
            if items.len() > wanted.max && pause.is_some() {
                end = ItemEnd::Prose;
                break;
            }
            if items.len() > wanted.max {
                return no(doc, "items.max", || format!("more than {} titles follow: where they end is unclear", wanted.max));
            }
        }
        if let (ItemEnd::Prose, Some(count)) = (end, pause) {
            items.truncate(count);
            end = ItemEnd::Blank;
        }
        if end == ItemEnd::Prose && items.first().is_some_and(|&f| !doc.shape(f).bullet) {
            // The line before the returning grain may be its heading.
            items.pop();
        }
        if items.len() < wanted.min {
            return no(doc, "items.min", || format!("{} titles follow, at least {} are wanted", items.len(), wanted.min));
        }
        if !wanted.ends.contains(&end) {
            return no(doc, "items.ends", || format!("the list is ended by {}", ended_by(end)));
        }
        // Two pairs at least, and titles as long as headlines are: an article may have sections of one paragraph each.
        if teasers == 1 || (teasers > 1 && words < items.len() * TITLE_WORDS) {
            return no(doc, "items.teasers", || format!("{} titles with {teasers} teasers may be sections of the text", items.len()));
        }
        let last = if teasers > 0 { last } else { *items.last().unwrap_or(&label) };
        Ok(List { last, count: items.len(), ended: ended_by(end) })
    }
}

/// A line of nothing but what stands between the items of a list: `,`, `|`, `•`.
fn separates(line: &str) -> bool {
    let line = line.trim();
    line.chars().nth(2).is_none() && line.chars().all(|c| matches!(c, ',' | '|' | '•' | '·' | '/' | ';' | ' '))
}

/// True where an empty line stands between the label and what follows.
fn blank_under(doc: &Document<'_>, label: usize) -> bool {
    label + 1 < doc.lines.len() && doc.shape(label + 1).blank
}

fn ended_by(end: ItemEnd) -> &'static str {
    match end {
        ItemEnd::Text => "the end of the text",
        ItemEnd::Residue => "other residue",
        ItemEnd::Prose => "prose",
        ItemEnd::Bullets => "the end of its bullets",
        ItemEnd::Blank => "an empty line",
    }
}
