//! Lists that an author wrote, of which doubtful rules would take parts.
//!
//! The words of an interface are items of a list like others, and so are dates. Three shapes tell that a list is the author's:
//! its other items stay, above and below; a line of prose announces it and prose goes on behind it; or dates and single
//! titles take turns in it.

use std::collections::BTreeMap;

use super::fill::taken;
use crate::detect::Cut;
use crate::pack::{Confidence, RuleSet};
use crate::text::{Document, is_bullet};

/// Items of an announced list, and words of the line that announces it.
const ANNOUNCED: std::ops::RangeInclusive<usize> = 3..=12;
const ANNOUNCING: u32 = 7;
const ANNOUNCED_BY_TWO: u32 = 4;
/// Words of an item that are too many for a menu, its mark aside.
const MENU_WORDS: usize = 3;
/// Words of an item.
const ITEM_WORDS: u32 = 20;
/// Words of the sentence behind an announced list.
const SENTENCE: u32 = 4;
/// Words of a line that is no more than a date.
const DATE_WORDS: u32 = 6;
/// Titles between two dates.
const TITLES: usize = 2;

/// True for a short line with a year.
pub(super) fn is_date(doc: &Document<'_>, n: usize) -> bool {
    let digits = |part: &str| part.len() == 4 && matches!(part.as_bytes()[..2], [b'1', b'5'..=b'9'] | [b'2', b'0']);
    let line = doc.line(n);
    memchr::memchr2(b'1', b'2', line.as_bytes()).is_some()
        && line.split(|c: char| !c.is_ascii_digit()).any(digits)
        && doc.shape(n).words <= DATE_WORDS
}

/// False for a line that opens nothing: a colon ends what does, signs behind it aside.
fn opens(line: &str) -> bool {
    line.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, ':' | '：')).ends_with([':', '：'])
}

/// True where no line stands twice.
pub(super) fn different(doc: &Document<'_>, lines: &[usize]) -> bool {
    let mut texts: Vec<String> = lines.iter().map(|&n| doc.line(n).trim().to_lowercase()).collect();
    texts.sort_unstable();
    texts.windows(2).all(|pair| pair[0] != pair[1])
}

/// Leaves out cuts of lines inside such lists; `told` hears of each.
pub(super) fn spare(set: &RuleSet, doc: &Document<'_>, cuts: &mut Vec<Cut>, mut told: impl FnMut(&Cut, &'static str)) {
    if cuts.is_empty() {
        return;
    }
    let first = |c: &Cut| doc.line_at(c.span.start());
    let last = |c: &Cut| doc.last_line_of(c.span);
    let bullet = |n: usize| is_bullet(doc.line(n).trim());
    let series = |c: &Cut| set.rules[c.rule as usize].series;
    let bulleted = cuts.iter().any(|c| c.confidence < Confidence::High && bullet(first(c)));
    let dated = cuts.iter().any(series);
    let blank = |n: usize| doc.is_blank(n);
    let taken = taken(doc, cuts);
    // Lines that announce a list of which something is taken.
    let mut opening: Vec<usize> = Vec::new();
    let mut behind = 0;
    for below in (0..taken.len()).filter(|&n| taken[n] && !blank(n)) {
        let above = (behind..below).rev().filter(|&n| !blank(n)).take(ANNOUNCED.end() + 1);
        // A line of two sentences needs fewer words.
        let long = |n: usize| doc.shape(n).words >= if doc.shape(n).flows { ANNOUNCED_BY_TWO } else { ANNOUNCING };
        opening.extend(above.filter(|&n| opens(doc.line(n)) && doc.shape(n).opens && long(n)));
        behind = below + 1;
    }
    if !(bulleted || dated) && opening.is_empty() {
        return;
    }
    let filled: Vec<usize> = (0..doc.lines.len()).filter(|&n| !blank(n)).collect();
    // Doubtful cuts are spared in lists of bullets, all of them in the others.
    let (mut doubtful, mut all) = (vec![false; taken.len()], vec![false; taken.len()]);
    if bulleted {
        // Around the lines that are taken: a text has far more others.
        let mut at = 0;
        while let Some(here) = filled[at..].iter().position(|&n| taken[n]).map(|n| at + n) {
            let items = |n: &usize| bullet(filled[*n]);
            let first = (at..here).rev().take_while(items).last().unwrap_or(here);
            at = (here..filled.len()).take_while(items).last().map_or(here + 1, |last| last + 1);
            let list = &filled[if items(&here) { first } else { here }..at];
            let stays = list.iter().filter(|&&n| !taken[n]).count();
            let held = |end: Option<&usize>| end.is_some_and(|&n| !taken[n]);
            // Before the first prose stand menus, of a word or two an item.
            let words: u32 = list.iter().filter(|&&n| !taken[n]).map(|&n| doc.shape(n).words).sum();
            let menu =
                (words as usize) < stays * MENU_WORDS && doc.first_prose().is_some_and(|first| list.last().is_some_and(|&n| n < first));
            if !menu && held(list.first()) && held(list.last()) && stays * 2 >= list.len() {
                list.iter().for_each(|&n| doubtful[n] = taken[n]);
            }
        }
    }
    for at in opening.into_iter().filter_map(|n| filled.binary_search(&n).ok()) {
        let item = |n: &&usize| taken[**n] || doc.shape(**n).title(ITEM_WORDS) && !doc.shape(**n).ends_sentence;
        let items: Vec<usize> = filled[at + 1..].iter().take(ANNOUNCED.end() + 1).take_while(item).copied().collect();
        let sentence = |n: usize| doc.shape(n).prose || doc.shape(n).ends_sentence && doc.shape(n).words >= SENTENCE;
        let behind = filled.get(at + 1 + items.len()).is_some_and(|&n| sentence(n) && !taken[n]);
        // A marker among many lines is none of them, and a row of buttons has the same one twice.
        let some = items.iter().filter(|&&n| taken[n]).count() * 4 >= items.len();
        if behind && some && ANNOUNCED.contains(&items.len()) && different(doc, &items) {
            items.iter().for_each(|&n| all[n] = true);
        }
    }
    if dated {
        // By lines: a text has far more lines than dates.
        let mut marks: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        for cut in cuts.iter().filter(|c| series(c) && last(c) - first(c) <= 1) {
            (first(cut)..=last(cut)).for_each(|n| marks.entry(n).or_default().push(cut.rule));
        }
        // Dates that nothing takes are entries like others.
        let bare: Vec<bool> = (0..taken.len()).map(|n| !taken[n] && is_date(doc, n)).collect();
        let dates = |n: usize| bare[n] || taken[n] && marks.contains_key(&n);
        let of = |n: usize| marks.get(&n).map_or(&[][..], Vec::as_slice);
        let groups: Vec<&[usize]> = filled.chunk_by(|&a, &b| dates(a) == dates(b)).collect();
        let mut prose = false;
        for (at, group) in groups.iter().enumerate() {
            let short = |g: &&&[usize]| g.len() <= TITLES && g.iter().all(|&n| !taken[n] && doc.shape(n).title(ITEM_WORDS));
            // The next dates, and those behind them.
            let turn = |at: usize| -> Option<usize> {
                groups.get(at + 1).filter(short)?;
                let same = |n: &usize| {
                    bare[*n] || groups[at].iter().any(|&m| bare[m]) || of(*n).iter().any(|r| groups[at].iter().any(|&m| of(m).contains(r)))
                };
                groups.get(at + 2).filter(|g| g.iter().any(same)).map(|_| at + 2)
            };
            if dates(group[0])
                && let Some(next) = turn(at)
                && (prose || turn(next).is_some() || all[group[0]])
            {
                group.iter().chain(groups[next]).for_each(|&n| all[n] = true);
            }
            prose = prose || group.iter().any(|&n| !taken[n] && doc.is_prose(n));
        }
    }
    cuts.retain(|c| {
        let (first, last) = (first(c), last(c));
        let in_all = all[first] && all[last];
        let in_doubt = c.confidence < Confidence::High && doubtful[first] && doubtful[last];
        let spared = in_all || in_doubt;
        if spared {
            told(c, "stands in a list that an author seems to have written");
        }
        !spared
    });
}
