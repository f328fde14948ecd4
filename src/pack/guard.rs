//! What the characters around an anchor exclude, before any of its phrases is confirmed.
//!
//! Most anchors that a text holds are ordinary words in the middle of a sentence: “by”, “de”, “more”. A rule that wants a
//! line of its own, or a sentence of its own, cannot begin with such a word, and that is seen from the characters beside
//! it. What a guard excludes would have been refused later by [`place`](crate::detect) or for its word bounds; so guards
//! change no result, and are not asked where refusals are to be told.

use super::file::At;
use super::phrase::{Hole, Part};
use crate::text::is_wordy;

/// What one phrase, or every phrase of an anchor, needs around its anchor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Guard(u16);

/// What is around an anchor, as far as it excludes something. The bits are those of the guards that exclude it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Around(u16);

/// The match begins with the anchor, and is good only as a line or with a capital letter.
const LINE: u16 = 1;
/// The same, good only with a capital letter.
const CAPITAL: u16 = 2;
/// The same, good only where a line begins.
const START: u16 = 4;
/// The match ends with the anchor, and is good only where a line ends.
const END: u16 = 8;
/// No word goes on behind the anchor.
const WORD: u16 = 16;
/// The first of the bits of [`Beside`].
const HOLES: u32 = 5;

impl Guard {
    /// Of a phrase; `place` is what its rule wants of the place, where the phrase is what the rule removes.
    pub fn of(parts: &[Part], anchor: Option<usize>, place: Option<(At, bool)>) -> Guard {
        let Some((n, Part::Literal(text))) = anchor.and_then(|n| Some((n, parts.get(n)?))) else { return Guard::default() };
        let last = n + 1 == parts.len();
        let parted = |text: &String| text.starts_with(|c: char| !is_wordy(c));
        let next = match parts.get(n + 1) {
            Some(Part::OneOf(texts)) => texts.iter().all(parted),
            _ => false,
        };
        let mut bits = if last || next || text.ends_with(' ') { WORD } else { 0 };
        if let Some((at, capital)) = place.filter(|_| n == 0) {
            bits |= match at {
                At::Line => LINE,
                At::LineStart | At::TextStart => START,
                At::Sentence => CAPITAL,
                At::LineEnd | At::TextEnd | At::Anywhere => 0,
            };
            bits |= if capital { CAPITAL } else { 0 };
        }
        if let Some((At::LineEnd | At::TextEnd, _)) = place.filter(|_| last) {
            bits |= END;
        }
        let hole = |n: usize| if let Some(Part::Hole(hole)) = parts.get(n) { Some(*hole) } else { None };
        let beside = [(hole(n + 1), true), (n.checked_sub(1).and_then(hole), false)];
        for beside in beside.into_iter().filter_map(|(hole, behind)| Beside::of(hole?, behind)) {
            bits |= beside.bit();
        }
        Guard(bits)
    }

    /// Of an anchor that is good only with a capital letter.
    pub fn capital() -> Guard {
        Guard(CAPITAL)
    }

    /// Of an anchor behind which no word goes on.
    #[cfg(test)]
    pub fn whole_word() -> Guard {
        Guard(WORD)
    }

    /// What all these have in common.
    pub fn common(guards: impl Iterator<Item = Guard>) -> Guard {
        Guard(guards.fold(u16::MAX, |all, guard| all & guard.0))
    }

    pub fn from_bits(bits: u32) -> Guard {
        Guard(bits as u16)
    }

    pub fn bits(self) -> u32 {
        u32::from(self.0)
    }

    /// True where nothing that has this guard can be found.
    #[inline]
    pub fn excludes(self, around: Around) -> bool {
        self.0 & around.0 != 0
    }

    /// The holes beside the anchor that `asked` does not hold.
    #[inline]
    pub fn unasked(self, asked: Around) -> impl Iterator<Item = Beside> {
        let mut bits = (self.0 & !asked.0) >> HOLES;
        std::iter::from_fn(move || {
            let hole = Beside::ALL.get(bits.trailing_zeros() as usize)?;
            bits &= bits - 1;
            Some(*hole)
        })
    }
}

/// A hole directly beside an anchor, which a look at one word can exclude.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    NumberBehind,
    TimeBehind,
    DateBehind,
    NumberBefore,
    /// Or a time of day.
    DateBefore,
    NetworkBehind,
    NetworkBefore,
}

impl Beside {
    pub const ALL: [Beside; 7] = [
        Beside::NumberBehind,
        Beside::TimeBehind,
        Beside::DateBehind,
        Beside::NumberBefore,
        Beside::DateBefore,
        Beside::NetworkBehind,
        Beside::NetworkBefore,
    ];

    fn bit(self) -> u16 {
        1 << (HOLES + self as u32)
    }

    fn of(hole: Hole, behind: bool) -> Option<Beside> {
        match (hole, behind) {
            (Hole::Number, true) => Some(Beside::NumberBehind),
            (Hole::Time, true) => Some(Beside::TimeBehind),
            (Hole::Date, true) => Some(Beside::DateBehind),
            (Hole::Network, true) => Some(Beside::NetworkBehind),
            (Hole::Number, false) => Some(Beside::NumberBefore),
            (Hole::Date | Hole::Time, false) => Some(Beside::DateBefore),
            (Hole::Network, false) => Some(Beside::NetworkBefore),
            _ => None,
        }
    }

    /// The hole, and whether it stands behind the anchor.
    pub fn place(self) -> (Hole, bool) {
        match self {
            Beside::NumberBehind => (Hole::Number, true),
            Beside::TimeBehind => (Hole::Time, true),
            Beside::DateBehind => (Hole::Date, true),
            Beside::NetworkBehind => (Hole::Network, true),
            Beside::NumberBefore => (Hole::Number, false),
            Beside::DateBefore => (Hole::Date, false),
            Beside::NetworkBefore => (Hole::Network, false),
        }
    }
}

impl Around {
    /// `inner`: words stand before the anchor on its line; `small`: it begins with a small letter; `goes_on`: words stand
    /// behind it on its line.
    #[inline]
    pub fn new(inner: bool, small: bool, goes_on: bool) -> Around {
        let bit = |is: bool, bits: u16| if is { bits } else { 0 };
        Around(bit(inner && small, LINE) | bit(small, CAPITAL) | bit(inner, START) | bit(goes_on, END))
    }

    pub fn and(self, other: Around) -> Around {
        Around(self.0 | other.0)
    }

    /// In the middle of a sentence, before a small letter.
    #[inline]
    pub fn middle() -> Around {
        Around::new(true, true, false)
    }

    /// Besides, nothing that fits this hole stands there.
    pub fn without(self, hole: Beside) -> Around {
        Around(self.0 | hole.bit())
    }

    /// Where a word goes on behind the anchor, whatever else.
    #[inline]
    pub fn inside_word() -> Around {
        Around(WORD)
    }
}
