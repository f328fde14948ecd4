//! What the characters around an anchor exclude, before any of its phrases is confirmed.
//!
//! Most anchors that a text holds are ordinary words in the middle of a sentence: “by”, “de”, “more”. A rule that wants a
//! line of its own, or a sentence of its own, cannot begin with such a word, and that is seen from the characters beside
//! it. What a guard excludes would have been refused later by [`place`](crate::detect) or for its word bounds; so guards
//! change no result, and are not asked where refusals are to be told.

use super::file::At;
use super::phrase::Part;

/// What one phrase, or every phrase of an anchor, needs around its anchor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Guard(u8);

/// What is around an anchor, as far as it excludes something. The bits are those of the guards that exclude it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Around(u8);

/// The match begins with the anchor, and is good only as a line or with a capital letter.
const LINE: u8 = 1;
/// The same, good only with a capital letter.
const CAPITAL: u8 = 2;
/// The same, good only where a line begins.
const START: u8 = 4;
/// The match ends with the anchor, and is good only where a line ends.
const END: u8 = 8;
/// No word goes on behind the anchor.
const WORD: u8 = 16;

impl Guard {
    /// Of a phrase; `place` is what its rule wants of the place, where the phrase is what the rule removes.
    pub fn of(parts: &[Part], anchor: Option<usize>, place: Option<(At, bool)>) -> Guard {
        let Some((n, Part::Literal(text))) = anchor.and_then(|n| Some((n, parts.get(n)?))) else { return Guard::default() };
        let last = n + 1 == parts.len();
        let mut bits = if last || text.ends_with(' ') { WORD } else { 0 };
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
        Guard(bits)
    }

    /// What all these have in common.
    pub fn common(guards: impl Iterator<Item = Guard>) -> Guard {
        Guard(guards.fold(u8::MAX, |all, guard| all & guard.0))
    }

    pub fn from_bits(bits: u32) -> Guard {
        Guard(bits as u8)
    }

    pub fn bits(self) -> u32 {
        u32::from(self.0)
    }

    /// True where nothing that has this guard can be found.
    #[inline]
    pub fn excludes(self, around: Around) -> bool {
        self.0 & around.0 != 0
    }
}

impl Around {
    /// `inner`: words stand before the anchor on its line; `small`: it begins with a small letter; `goes_on`: words stand
    /// behind it on its line; `inside_word`: a word goes on behind it.
    #[inline]
    pub fn new(inner: bool, small: bool, goes_on: bool, inside_word: bool) -> Around {
        let bit = |is: bool, bits: u8| if is { bits } else { 0 };
        Around(bit(inner && small, LINE) | bit(small, CAPITAL) | bit(inner, START) | bit(goes_on, END) | bit(inside_word, WORD))
    }

    /// Where a word goes on behind the anchor, whatever else.
    #[inline]
    pub fn inside_word() -> Around {
        Around(WORD)
    }
}
