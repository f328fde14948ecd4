//! The one pass over the text: anchors found, phrases confirmed around them, each match placed in its line.

use super::again::Earlier;
use super::anchored::Trials;
use super::check::mentioned;
use super::language::Languages;
use super::lists::Lists;
use super::regex::Windows;
use super::sign::Stand;
use super::{literal, unanchored};
use crate::pack::{At, Role, RuleSet, Using};
use crate::text::boundary::{word_end, word_start};
use crate::text::{Document, Span, is_wide, is_wordy};

/// A confirmed phrase. A text has hundreds, which are sorted and moved: offsets of the folded text have 32 bits, as its lines have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    pub span: Span,
    pub fold: FoldRange,
    /// Where the anchor that led to it stands in the folded text, or the line of a phrase without one; `NO_ANCHOR` for a regex.
    anchor: u32,
    pub rule: u32,
    pub language: u16,
    /// Words in the phrase's literals, of which a few count.
    pub words: u8,
    pub stand: Stand,
}

/// A range of the folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FoldRange {
    start: u32,
    end: u32,
}

/// Words, where no more than a few make a difference.
fn few(words: u16) -> u8 {
    u8::try_from(words).unwrap_or(u8::MAX)
}

const NO_ANCHOR: u32 = u32::MAX;

impl FoldRange {
    pub fn start(self) -> usize {
        self.start as usize
    }

    pub fn end(self) -> usize {
        self.end as usize
    }
}

impl From<(usize, usize)> for FoldRange {
    fn from((start, end): (usize, usize)) -> FoldRange {
        FoldRange { start: start as u32, end: end as u32 }
    }
}

impl Match {
    /// A match of a regex.
    pub fn of_regex(rule: u32, words: u16, span: Span, fold: (usize, usize), stand: Stand) -> Match {
        Match { span, fold: fold.into(), anchor: NO_ANCHOR, rule, language: 0, words: few(words), stand }
    }

    /// Where the anchor that led to it stands in the folded text; none for a regex.
    pub fn anchor(&self) -> Option<usize> {
        (self.anchor != NO_ANCHOR).then_some(self.anchor as usize)
    }

    /// The same match at another place, with its anchor and its range in the folded text `by` bytes farther to the front.
    pub fn moved(&self, span: Span, by: usize) -> Match {
        let moved = |at: u32| at - by as u32;
        let fold = FoldRange { start: moved(self.fold.start), end: moved(self.fold.end) };
        Match { span, fold, anchor: moved(self.anchor), ..*self }
    }
}

/// Where a match stands: its span, its range of the folded text, and what is around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stood {
    span: Span,
    fold: FoldRange,
    stand: Stand,
}

/// Everything the scan found, by what it is for.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub main: Vec<Match>,
    pub near: Lists,
    pub until: Lists,
    pub left: Lists,
    pub right: Lists,
    /// Anchors of regexes, as ranges of the folded text, with their rules.
    pub tried: Vec<(usize, usize, u32)>,
    /// The last folded range that was placed, and where it lies if it is bounded; of rules for whole lines and of others.
    placed: [Option<Placed>; 2],
}

/// A folded range, and where it stands in the original, if it begins and ends where words do.
type Placed = ((usize, usize), Option<Stood>);

/// Matches for which there is room at first: a short text has some dozens. The allocator has a kilobyte at hand.
const MATCHES: usize = 1024 / size_of::<Match>();

/// Where the text is to be explained, also what is refused at once.
#[inline(never)] // a stage is counted by its name (benches/count.py)
pub(super) fn scan(set: &RuleSet, doc: &Document<'_>, languages: &Languages<'_>, earlier: Option<&Earlier>) -> Found {
    let mut found = Found { main: Vec::with_capacity(MATCHES), near: Lists::with_capacity(MATCHES), ..Found::default() };
    let kept = earlier.and_then(|earlier| earlier.kept(doc, set.tables.reach(), || languages.spoken()));
    let whole = 0..doc.lines.len();
    let lines = kept.as_ref().map_or(std::slice::from_ref(&whole), |kept| &kept.fresh);
    let mut trials = Trials::new(set, doc, languages);
    literal::find(&set.tables, doc, lines, set.guarded && !doc.explained, |hit| trials.add(hit, &mut found));
    if !set.unanchored.is_empty() {
        unanchored::scan(set, doc, languages, lines, &mut found);
    }
    if let Some(kept) = &kept {
        kept.add_to(doc, &mut found);
        found.tried.sort_unstable();
    }
    let mut windows = Windows::default();
    for &(start, end, rule) in &found.tried {
        windows.add(set, doc, rule, (start, end));
    }
    windows.find(set, doc, &mut found.main);
    // In runs, nearly: hits come in the order of their starts.
    found.main.sort_by_key(|m| m.span.start());
    for here in found.main.chunk_by_mut(|a, b| a.span.start() == b.span.start()).filter(|here| here.len() > 1) {
        here.sort_by_key(|m| (m.rule, m.language, std::cmp::Reverse(m.span.end())));
    }
    // The longest match of a rule at a place speaks for the shorter ones; not where it is glued to what may be the first word
    // of another button: “Facebook पर शेयर करें Pinterest पर …”. Those are signs at best, so they have few words.
    found.main.dedup_by(|m, longest| {
        (m.span.start(), m.rule, m.language) == (longest.span.start(), longest.rule, longest.language)
            && (m.span == longest.span
                || longest.stand == Stand::Whole
                || m.words > 3
                || set.rules[m.rule as usize].at != At::Line
                || mentioned(doc, longest).is_err())
    });
    #[cfg(test)]
    if kept.is_some() {
        // Whatever a test cleans: what is kept and what is new are all that there is, but for words that are refused in the end.
        let whole = scan(set, doc, languages, None);
        let heard = |m: &&Match| !set.rules[m.rule as usize].says_little(usize::from(m.words)) || languages.speaks(m.language);
        let told = |found: &Found| -> Vec<String> {
            let lists = [&found.near, &found.until, &found.left, &found.right].map(|list| list.by_rule().flat_map(|(_, list)| list));
            found.main.iter().filter(heard).chain(lists.into_iter().flatten()).map(|m| format!("{m:?}")).collect()
        };
        let (kept, whole) = (told(&found), told(&whole));
        let odd = |these: &[String], those: &[String]| these.iter().filter(|m| !those.contains(m)).cloned().collect::<Vec<_>>();
        assert!(kept == whole, "{:?} {:#?} {:#?}", doc.raw, odd(&kept, &whole), odd(&whole, &kept));
    }
    found
}

/// True for a phrase that says too little in a language that is not that of the text: it would be refused for that.
#[inline]
pub(super) fn passed_over(set: &RuleSet, doc: &Document<'_>, languages: &Languages<'_>, one: &Using) -> bool {
    !set.rules[one.rule as usize].once && refused(set, doc, languages, one)
}

/// The same, where it may be asked how many there are: those of one rule at one place are all told by the first.
pub(super) fn refused(set: &RuleSet, doc: &Document<'_>, languages: &Languages<'_>, one: &Using) -> bool {
    let removes = one.role == Role::Main && set.guarded && !doc.explained;
    removes && set.rules[one.rule as usize].says_little(usize::from(one.words)) && !languages.speaks(one.language)
}

impl Found {
    /// Places a phrase that was found at `fold` by what stands at `anchor`; its rule wants a `line` or not.
    pub fn add(&mut self, doc: &Document<'_>, one: &Using, line: bool, fold: (usize, usize), anchor: usize) {
        if let Some(stood) = self.stood(doc, line, fold) {
            self.put(one, stood, anchor);
        }
    }

    /// Where a phrase stands that was found at `fold`, of a rule for whole lines or another one; `None` where no words begin and end.
    pub fn stood(&mut self, doc: &Document<'_>, line: bool, fold: (usize, usize)) -> Option<Stood> {
        let (mut start, mut end) = fold;
        let bytes = doc.folded.text.as_bytes();
        // Most phrases begin and end with a letter.
        if !bytes.get(start).is_some_and(u8::is_ascii_graphic) || !bytes[..end].last().is_some_and(u8::is_ascii_graphic) {
            let text = &doc.folded.text[start..end];
            (start, end) = (start + text.len() - text.trim_start().len(), start + text.trim_end().len());
        }
        if line {
            // The closing signs that a whole-line phrase may have or not.
            end += bytes[end..].iter().take_while(|b| matches!(b, b':' | b'.' | b'!')).count();
        }
        if start >= end {
            return None;
        }
        // Phrases of many rules and languages are found at one place, one after the other.
        let known = self.placed.iter().flatten().find(|(range, _)| *range == (start, end));
        match known {
            Some(&(_, placed)) => placed,
            None => {
                let span = doc.raw_span(start, end);
                let bounded = bounded(doc, span, start, end);
                let placed = bounded.then(|| Stood { span, fold: (start, end).into(), stand: stand(doc, span, start, end) });
                self.placed[usize::from(line)] = Some(((start, end), placed));
                placed
            }
        }
    }

    #[inline]
    pub fn put(&mut self, one: &Using, stood: Stood, anchor: usize) {
        let (&Using { role, rule, language, words, .. }, Stood { span, fold, stand }) = (one, stood);
        let found = Match { span, fold, rule, language, stand, words: few(words), anchor: anchor as u32 };
        match role {
            Role::Main | Role::Regex => self.main.push(found),
            Role::Near => self.near.push(found),
            Role::Until => self.until.push(found),
            Role::Left => self.left.push(found),
            Role::Right => self.right.push(found),
        }
    }
}

/// Both ends lie where words begin and end, if they touch words at all.
fn bounded(doc: &Document<'_>, span: Span, start: usize, end: usize) -> bool {
    let text = &doc.folded.text;
    let bytes = text.as_bytes();
    // Nearly always blanks and letters of ASCII are around it.
    let plain = |at: Option<usize>| at.is_some_and(|at| bytes.get(at).is_some_and(|b| b.is_ascii() && !b.is_ascii_alphanumeric()));
    let letter = |at: usize| bytes[at].is_ascii_alphabetic();
    if plain(start.checked_sub(1)) && plain(Some(end)) && letter(start) && letter(end - 1) {
        return true;
    }
    // "5.2 Comments" and "1,204 Views" do not begin in the middle of their number.
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    if digit(text[start..].chars().next())
        && text[..start].ends_with(['.', ',', '-', '/', ':'])
        && digit(text[..start - 1].chars().next_back())
    {
        return false;
    }
    let wordy = |c: Option<char>| c.is_some_and(|c| is_wordy(c) && !is_wide(c));
    let open = !wordy(text[start..].chars().next()) || !wordy(text[..start].chars().next_back()) || word_start(doc.raw, span.start());
    open && (!wordy(text[..end].chars().next_back()) || !wordy(text[end..].chars().next()) || word_end(doc.raw, span.end()))
}

pub(super) fn stand(doc: &Document<'_>, span: Span, start: usize, end: usize) -> Stand {
    let first = &doc.lines[doc.line_at(span.start())];
    let last = if span.end() <= first.end() { first } else { &doc.lines[doc.last_line_of(span)] };
    let before = doc.folded.text.get(first.fold_start().min(start)..start).unwrap_or("");
    let after = doc.folded.text.get(end..last.fold_end().max(end)).unwrap_or("");
    match (decoration(before, false), decoration(after, true)) {
        (true, true) => Stand::Whole,
        (true, false) => Stand::Start,
        (false, true) => Stand::End,
        (false, false) => Stand::Inner,
    }
}

/// Signs around a line that say nothing: bullets, hashes, arrows, brackets. Quotation marks do: they mark what is
/// only mentioned; so do a question mark or a comma behind it.
fn decoration(text: &str, behind: bool) -> bool {
    let speaks =
        |c: char| is_wordy(c) || matches!(c, '"' | '\'' | '%' | '$' | '&' | '@') || (behind && matches!(c, '?' | '؟' | ',' | ';' | '/'));
    // Nearly always the first character speaks.
    text.chars().enumerate().all(|(n, c)| n < 24 && !speaks(c))
}
