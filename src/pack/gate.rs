//! What must stand behind an anchor where a hole that any words fill parts it from the next words of its phrase: “by {name} on …”.
//!
//! Such words are those of everyday speech, and have dozens of phrases. Whether the next words of a phrase stand near enough is told
//! for all of them at once, from the words of the line: nearly none has to be tried. What a gate refuses would never be found.

use super::phrase::{Hole, Part};

/// What one phrase wants behind its anchor: nothing, or a word that begins with some letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gate(u16);

/// How the words begin that stand behind an anchor: a bit for each first byte, and for each hash of the first three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Begun {
    firsts: u64,
    threes: u64,
}

/// Marks a gate that wants a word, and one of at least three bytes.
const WORD: u16 = 1 << 15;
const THREE: u16 = 1 << 14;
/// The first bytes of a word are told by six bits, its first three by six more.
const BITS: u32 = 6;

fn first(bytes: u32) -> u32 {
    bytes & 63
}

fn three(bytes: u32) -> u32 {
    (bytes & 0xFF_FFFF).wrapping_mul(0x9E37_79B1) >> (32 - BITS)
}

impl Gate {
    /// How far behind its anchor, and behind the end of its line, a word may begin.
    pub const REACH: (usize, usize) = (83, 2);

    /// Of a phrase by its pieces.
    pub fn of(parts: &[Part], anchor: usize) -> Gate {
        let (Some(Part::Hole(Hole::Name | Hole::Words | Hole::Site)), Some(Part::Literal(next))) =
            (parts.get(anchor + 1), parts.get(anchor + 2))
        else {
            return Gate::default();
        };
        // Where a hole that any words fill ends with a blank, the literal behind it needs one of its own.
        let word = next.trim_matches(' ').as_bytes();
        if word.is_empty() || !next.starts_with(' ') || next.len() - word.len() > Gate::REACH.1 {
            return Gate::default();
        }
        let bytes = word.iter().take(3).rev().fold(0, |bytes, &b| bytes << 8 | u32::from(b));
        Gate(WORD | first(bytes) as u16 | if word.len() >= 3 { THREE | (three(bytes) << BITS) as u16 } else { 0 })
    }

    pub fn from_bits(bits: u16) -> Gate {
        Gate(bits)
    }

    pub fn bits(self) -> u16 {
        self.0
    }

    /// True where something is wanted.
    #[inline]
    pub fn wants(self) -> bool {
        self.0 & WORD != 0
    }

    /// False where none of these words is the one that is wanted.
    #[inline]
    pub fn lets(self, begun: Begun) -> bool {
        begun.firsts >> (self.0 & 63) & 1 == 1 && (self.0 & THREE == 0 || begun.threes >> (self.0 >> BITS & 63) & 1 == 1)
    }
}

impl Begun {
    /// Adds a word by its first four bytes, the first one lowest.
    #[inline]
    pub fn add(&mut self, bytes: u32) {
        self.firsts |= 1 << first(bytes);
        self.threes |= 1 << three(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::phrase::parse;

    fn gate(phrase: &str) -> Gate {
        Gate::of(&parse(phrase).unwrap(), 0)
    }

    fn begun(words: &[&str]) -> Begun {
        let mut begun = Begun::default();
        for word in words {
            let bytes = word.bytes().chain([b' '; 4]).take(4).collect::<Vec<_>>();
            begun.add(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
        }
        begun
    }

    #[test]
    fn lets_what_stands_there() {
        let line = begun(&["next", "article", "on", "|", "à", "fin"]);
        for phrase in ["next {words} article", "by {name} on {date}", "by {name} | {date}", "next {words} articles", "par {name} à {time}"]
        {
            assert!(gate(phrase).wants() && gate(phrase).lets(line), "{phrase}");
        }
        for phrase in ["next {words} story", "by {name} published {date}", "by {name} » {date}"] {
            assert!(gate(phrase).wants() && !gate(phrase).lets(line), "{phrase}");
        }
        for phrase in ["by {name}", "by {name}, {date}", "by {name} {date}", "posted {date} by {name}", "about {title} news"] {
            assert!(!gate(phrase).wants(), "{phrase}");
        }
    }
}
