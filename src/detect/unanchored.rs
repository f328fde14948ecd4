//! Phrases without a literal (`{date}`, `{date}, {time}`): tried where a short line begins.

use std::cell::OnceCell;
use std::ops::Range;

use super::holes;
use super::phrase;
use super::scan::{Found, Use};
use crate::pack::{Hole, Piece, RuleSet, Unanchored};
use crate::text::{Document, Line, is_wordy};

/// Longest line on which phrases without a literal are tried.
const SHORT_LINE: usize = 64;
/// Longest line that may be a stamp.
const STAMP_LINE: usize = 180;

/// Adds what is found where a short one of these lines begins with a digit or a letter, when it holds a digit at all.
pub(super) fn scan(set: &RuleSet, doc: &Document<'_>, lines: &[Range<usize>], found: &mut Found) {
    for line in lines.iter().flat_map(|lines| &doc.lines[lines.clone()]) {
        let raw = &doc.raw.as_bytes()[line.start..line.end];
        if raw.is_empty() || raw.len() > STAMP_LINE || !raw.iter().any(u8::is_ascii_digit) {
            continue;
        }
        let folded = &doc.folded.text[line.fold_start..line.fold_end];
        let lead = folded.find(|c: char| is_wordy(c)).unwrap_or(folded.len());
        let head = Head {
            set,
            text: &doc.folded.text[..line.fold_end],
            line,
            at: line.fold_start + lead,
            moments: OnceCell::new(),
            date: OnceCell::new(),
        };
        let spoken = OnceCell::new();
        let long = raw.len() > SHORT_LINE;
        for group in set.unanchored.iter().filter(|group| (!long || group.stamp) && head.may_hold(group)) {
            // Languages that have no word of the line agree about it: their answer is found once.
            let (mut strangers, mut own) = (None, None);
            for &(number, language) in &group.phrases {
                let Some(phrase) = set.phrase(number) else { continue };
                let spoken = spoken.get_or_init(|| set.dated_in(folded));
                let stranger = language != 0 && language < 64 && spoken & (1 << language) == 0;
                let known = if stranger { strangers } else { own.filter(|&(of, _)| of == language) };
                let (_, range) = known.unwrap_or_else(|| (language, phrase::from_start(set, doc, &phrase, head.at)));
                *(if stranger { &mut strangers } else { &mut own }) = Some((language, range));
                if let Some(range) = range {
                    found.add(set, doc, Use::of(&phrase), range, line.fold_start);
                }
            }
        }
    }
}

/// Where a short line begins: nearly all phrases want a date or a time, and few lines with a digit have one.
struct Head<'d> {
    set: &'d RuleSet,
    /// The folded text up to the end of the line.
    text: &'d str,
    line: &'d Line,
    /// The first letter or digit.
    at: usize,
    moments: OnceCell<(bool, bool)>,
    date: OnceCell<bool>,
}

impl Head<'_> {
    /// False where nothing of the group can be found.
    fn may_hold(&self, group: &Unanchored) -> bool {
        let begins = match group.first {
            Hole::Date => *self.date.get_or_init(|| self.set.calendar(0).date(self.text, self.at).is_some()),
            Hole::Stamp => true,
            hole => holes::may_begin(self.set, self.text, hole, self.at),
        };
        let needs = group.date || group.time;
        begins && self.holds(group) && (!needs || self.moments(group.date, group.time))
    }

    /// False where a literal of the group is not in the line.
    fn holds(&self, group: &Unanchored) -> bool {
        let first = group.phrases.first().and_then(|&(number, _)| self.set.phrase(number));
        match first.and_then(|phrase| phrase.parts.get(1)) {
            Some(Piece::Literal(text)) => self.text[self.at..].contains(text.trim_matches(' ')),
            _ => true,
        }
    }

    /// Whether the line holds a date and a time, as far as they are wanted, in the words of any language.
    fn moments(&self, date: bool, time: bool) -> bool {
        let &(dated, timed) = self.moments.get_or_init(|| {
            let calendar = self.set.calendar(0);
            let mut before = ' ';
            let (mut dated, mut timed) = (false, false);
            for (at, c) in self.text[self.line.fold_start..].char_indices() {
                if is_wordy(c) && (!is_wordy(before) || before.is_ascii_digit() != c.is_ascii_digit()) {
                    dated = dated || calendar.date(self.text, self.line.fold_start + at).is_some();
                    timed = timed || c.is_ascii_digit() && calendar.time(self.text, self.line.fold_start + at).is_some();
                }
                before = c;
            }
            (dated, timed)
        });
        (dated || !date) && (timed || !time)
    }
}
