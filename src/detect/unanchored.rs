//! Phrases without a literal (`{date}`, `{date}, {time}`): tried where a short line begins.

use std::cell::OnceCell;
use std::ops::Range;

use super::language::Languages;
use super::phrase;
use super::scan::{Found, passed_over, refused};
use super::stamp;
use super::{answer, holes};
use crate::pack::{At, Hole, RuleSet, Unanchored};
use crate::text::{BLOCK, Document, Line, block_at, is_wordy, places};

/// Longest line on which phrases without a literal are tried.
const SHORT_LINE: usize = 64;
/// Longest line that may be a stamp.
const STAMP_LINE: usize = 180;

/// Adds what is found where a short one of these lines begins with a digit or a letter, when it holds a digit at all.
pub(super) fn scan(set: &RuleSet, doc: &Document<'_>, languages: &Languages<'_>, lines: &[Range<usize>], found: &mut Found) {
    // What is found here and will be refused for its language, but counts as one of its kind.
    let mut counted: Vec<(u32, (usize, usize))> = Vec::new();
    for line in lines.iter().flat_map(|lines| &doc.lines[lines.clone()]) {
        let (start, end) = (line.start(), line.end());
        let len = end - start;
        if len == 0 || len > STAMP_LINE || !digit_in(doc.raw.as_bytes(), start, end) {
            continue;
        }
        let folded = &doc.folded.text[line.fold_start()..line.fold_end()];
        let lead = folded.find(|c: char| is_wordy(c)).unwrap_or(folded.len());
        let mut head = Head {
            set,
            doc,
            whole: &doc.folded.text,
            text: &doc.folded.text[..line.fold_end()],
            line,
            at: line.fold_start() + lead,
            moments: None,
            begins: None,
        };
        let spoken = OnceCell::new();
        let long = len > SHORT_LINE;
        for group in set.unanchored.iter().filter(|group| !long || group.stamp) {
            if !head.may_hold(group) {
                continue;
            }
            // Languages that have no word of the line agree about it: their answer is found once.
            let (mut strangers, mut own) = (None, None);
            counted.clear();
            for one in &group.phrases {
                if passed_over(set, doc, languages, one) {
                    continue;
                }
                let language = one.language;
                let stranger = (1..64).contains(&language) && spoken.get_or_init(|| set.dated_in(folded)) & (1 << language) == 0;
                let known = if stranger { strangers } else { own.filter(|&(of, _)| of == language) };
                let find = || phrase::from_start(set, doc, &set.phrase(one.number)?, head.at);
                let (_, range) = known.unwrap_or_else(|| (language, find()));
                *(if stranger { &mut strangers } else { &mut own }) = Some((language, range));
                if let Some(range) = range {
                    if set.rules[one.rule as usize].once && refused(set, doc, languages, one) {
                        if counted.contains(&(one.rule, range)) {
                            continue;
                        }
                        counted.push((one.rule, range));
                    }
                    found.add(doc, one, set.rules[one.rule as usize].at == At::Line, range, line.fold_start());
                }
            }
        }
    }
}

/// True where one of these bytes is a digit.
fn digit_in(bytes: &[u8], start: usize, end: usize) -> bool {
    (start..end).step_by(BLOCK).any(|at| match block_at(bytes, at) {
        Some(block) => block.within(b'0', b'9') & (u64::MAX >> BLOCK.saturating_sub(end - at)) != 0,
        None => bytes[at..end].iter().any(u8::is_ascii_digit),
    })
}

/// Where a short line begins: nearly all phrases want a date or a time, and few lines with a digit have one.
struct Head<'d> {
    set: &'d RuleSet,
    doc: &'d Document<'d>,
    /// The folded text, and what of it ends with the line.
    whole: &'d str,
    text: &'d str,
    line: &'d Line,
    /// The first letter or digit.
    at: usize,
    moments: Option<(bool, bool)>,
    /// The last answer about what the line begins with.
    begins: Option<(Hole, bool)>,
}

impl Head<'_> {
    /// False where nothing of the group can be found.
    fn may_hold(&mut self, group: &Unanchored) -> bool {
        self.begins(group.first)
            && group.literal.as_ref().is_none_or(|literal| places(self.whole, literal, self.at, self.text.len()).next().is_some())
            && (!(group.date || group.time) || self.holds(group.date, group.time))
    }

    /// False where the line does not begin with what fits this hole.
    fn begins(&mut self, hole: Hole) -> bool {
        if let Some((_, begins)) = self.begins.filter(|(of, _)| *of == hole) {
            return begins;
        }
        let begins = match hole {
            Hole::Date => self.date().is_some(),
            Hole::Stamp => stamp::may_begin(self.set, self.text, self.at),
            _ => holes::may_begin(self.set, self.text, hole, self.at),
        };
        self.begins = Some((hole, begins));
        begins
    }

    /// The end of the date with which the line begins, in the words of any language.
    fn date(&self) -> Option<usize> {
        self.doc.remembered((answer::DATE_OF_ANY, self.at), || self.set.calendar(0).date(self.text, self.at))
    }

    /// Whether the line holds a date and a time, as far as they are wanted, in the words of any language.
    fn holds(&mut self, date: bool, time: bool) -> bool {
        let (dated, timed) = self.moments.unwrap_or_else(|| self.read_moments());
        self.moments = Some((dated, timed));
        (dated || !date) && (timed || !time)
    }

    fn read_moments(&self) -> (bool, bool) {
        let calendar = self.set.calendar(0);
        let mut before = ' ';
        let (mut dated, mut timed) = (false, false);
        for (at, c) in self.text[self.line.fold_start()..].char_indices() {
            if is_wordy(c) && (!is_wordy(before) || before.is_ascii_digit() != c.is_ascii_digit()) {
                let at = self.line.fold_start() + at;
                let date = || if at == self.at { self.date() } else { calendar.date(self.text, at) };
                dated = dated || date().is_some();
                timed = timed || c.is_ascii_digit() && calendar.time(self.text, at).is_some();
                if dated && timed {
                    break;
                }
            }
            before = c;
        }
        (dated, timed)
    }
}
