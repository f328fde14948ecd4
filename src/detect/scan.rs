//! The one pass over the text: anchors found, phrases confirmed around them, each match placed in its line.

use std::collections::BTreeMap;

use super::again::Earlier;
use super::check::mentioned;
use super::language::{Languages, weak};
use super::regex::Windows;
use super::sign::Stand;
use super::{around::Surroundings, literal, phrase, unanchored};
use crate::pack::{At, Phrase, Role, RuleSet};
use crate::text::boundary::{word_end, word_start};
use crate::text::{Document, Span, is_wide, is_wordy};

/// A confirmed phrase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    pub span: Span,
    pub fold: (usize, usize),
    pub rule: u32,
    pub language: u16,
    pub stand: Stand,
    /// Words in the phrase's literals.
    pub words: u16,
    /// Where the anchor that led to it stands in the folded text, or the line of a phrase without one; none for a regex.
    pub anchor: Option<usize>,
}

/// Everything the scan found, by what it is for. Maps are keyed by rule.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub main: Vec<Match>,
    pub near: BTreeMap<u32, Vec<Match>>,
    pub until: BTreeMap<u32, Vec<Match>>,
    pub left: BTreeMap<u32, Vec<Match>>,
    pub right: BTreeMap<u32, Vec<Match>>,
    /// Anchors of regexes, as ranges of the folded text, with their rules.
    pub tried: Vec<(usize, usize, u32)>,
    /// The last folded range that was placed, and where it lies if it is bounded; of rules for whole lines and of others.
    placed: [Option<Placed>; 2],
}

/// A folded range, and its span and stand in the original, if it begins and ends where words do.
type Placed = ((usize, usize), Option<(Span, Stand)>);

/// Where the text is to be explained, also what is refused at once.
#[inline(never)] // a stage is counted by its name (benches/count.py)
pub(super) fn scan(set: &RuleSet, doc: &Document<'_>, languages: &Languages<'_>, earlier: Option<&Earlier>) -> Found {
    let mut found = Found::default();
    let guarded = set.guarded && !doc.explained;
    let mut around = Surroundings::new(set, doc, guarded);
    let kept = earlier.and_then(|earlier| earlier.kept(set, doc, || languages.spoken()));
    let whole = 0..doc.lines.len();
    let lines = kept.as_ref().map_or(std::slice::from_ref(&whole), |kept| &kept.fresh);
    literal::find(&set.tables, doc, lines, guarded, |hit| {
        around.look(hit);
        if around.exclude(set.tables.anchor_guard(hit.anchor)) {
            return;
        }
        for (guard, phrases) in set.tables.anchored(hit.anchor) {
            if around.exclude(guard) {
                continue;
            }
            // Where phrases with the same pieces are found, once that is known.
            let mut answer = None;
            for (number, again) in phrases.iter() {
                answer = answer.filter(|_| again);
                if answer == Some(None) {
                    continue;
                }
                let Some(phrase) = set.phrase(number) else { continue };
                if phrase.role == Role::Regex {
                    found.tried.push((hit.start, hit.end, phrase.rule));
                    continue;
                }
                // Most languages of a word that many have are not those of the text; they would be refused for that.
                if guarded && phrase.role == Role::Main {
                    let rule = &set.rules[phrase.rule as usize];
                    if weak(rule, phrase.words) && !rule.once && !languages.speaks(phrase.language) {
                        continue;
                    }
                }
                let whole = phrase.parts.len() == 1;
                let find = || if whole { Some((hit.start, hit.end)) } else { phrase::confirm(set, doc, &phrase, hit.start) };
                if let Some(range) = *answer.get_or_insert_with(find) {
                    found.add(set, doc, &phrase, range, hit.start);
                }
            }
        }
    });
    if !set.unanchored.is_empty() {
        unanchored::scan(set, doc, lines, &mut found);
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
    // Anchors come in the order of their ends, phrases without an anchor last; lists are searched by their starts.
    for list in [&mut found.near, &mut found.until, &mut found.left, &mut found.right].into_iter().flat_map(BTreeMap::values_mut) {
        list.sort_by_key(|m| (m.span.start(), m.span.end()));
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
        let heard = |m: &&Match| !weak(&set.rules[m.rule as usize], m.words) || languages.speaks(m.language);
        let told = |found: &Found| -> Vec<String> {
            let lists = [&found.near, &found.until, &found.left, &found.right].map(|list| list.values().flatten());
            found.main.iter().filter(heard).chain(lists.into_iter().flatten()).map(|m| format!("{m:?}")).collect()
        };
        let (kept, whole) = (told(&found), told(&whole));
        let odd = |these: &[String], those: &[String]| these.iter().filter(|m| !those.contains(m)).cloned().collect::<Vec<_>>();
        assert!(kept == whole, "{:?} {:#?} {:#?}", doc.raw, odd(&kept, &whole), odd(&whole, &kept));
    }
    found
}

impl Found {
    /// Places a phrase that was found at `fold` by what stands at `anchor`.
    pub fn add(&mut self, set: &RuleSet, doc: &Document<'_>, phrase: &Phrase<'_>, fold: (usize, usize), anchor: usize) {
        let text = &doc.folded.text[fold.0..fold.1];
        let start = fold.0 + text.len() - text.trim_start().len();
        let mut end = fold.0 + text.trim_end().len();
        let line = set.rules[phrase.rule as usize].at == At::Line;
        if line {
            // The closing signs that a whole-line phrase may have or not.
            end += doc.folded.text[end..].bytes().take_while(|b| matches!(b, b':' | b'.' | b'!')).count();
        }
        if start >= end {
            return;
        }
        // Phrases of many rules and languages are found at one place, one after the other.
        let placed = match self.placed[usize::from(line)] {
            Some((range, placed)) if range == (start, end) => placed,
            _ => {
                let span = doc.raw_span(start, end);
                let placed = bounded(doc, span, start, end).then(|| (span, stand(doc, span, start, end)));
                self.placed[usize::from(line)] = Some(((start, end), placed));
                placed
            }
        };
        let Some((span, stand)) = placed else { return };
        let Phrase { rule, language, words, .. } = *phrase;
        let found = Match { span, fold: (start, end), rule, language, stand, words, anchor: Some(anchor) };
        match phrase.role {
            Role::Main | Role::Regex => self.main.push(found),
            Role::Near => self.near.entry(phrase.rule).or_default().push(found),
            Role::Until => self.until.entry(phrase.rule).or_default().push(found),
            Role::Left => self.left.entry(phrase.rule).or_default().push(found),
            Role::Right => self.right.entry(phrase.rule).or_default().push(found),
        }
    }
}

/// Both ends lie where words begin and end, if they touch words at all.
fn bounded(doc: &Document<'_>, span: Span, start: usize, end: usize) -> bool {
    let text = &doc.folded.text;
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
    let last = &doc.lines[doc.last_line_of(span)];
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
    let speaks = |c: char| is_wordy(c) || matches!(c, '"' | '\'' | '%' | '$' | '&' | '@') || (behind && matches!(c, '?' | ',' | ';' | '/'));
    // Nearly always the first character speaks.
    text.chars().enumerate().all(|(n, c)| n < 24 && !speaks(c))
}
