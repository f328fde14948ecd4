//! A byte range of a text that cannot split a character.

use std::ops::Range;

/// A byte range of one particular text. Both ends lie on character boundaries and `start <= end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    // A large text has a million of them, and texts of 4 GiB are not looked at (`cleaner`).
    start: u32,
    end: u32,
}

/// The largest offset.
const MOST: usize = u32::MAX as usize;

impl Span {
    /// The span `start..end` of `text`, or `None` where it would be out of range, reversed or inside a character; or behind the first
    /// 4 GiB.
    pub fn new(text: &str, start: usize, end: usize) -> Option<Span> {
        let whole = start <= end && text.is_char_boundary(start) && text.is_char_boundary(end);
        whole.then_some(Span { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? })
    }

    /// The span of `text` that is nearest to `start..end` and holds all of it, as far as it lies in the first 4 GiB.
    pub fn covering(text: &str, start: usize, end: usize) -> Span {
        // The length of a text that is shorter, or else the last place between two characters that a span can name.
        let most = text.floor_char_boundary(MOST);
        let end = end.min(most);
        let start = start.min(end);
        Span { start: text.floor_char_boundary(start) as u32, end: text.ceil_char_boundary(end) as u32 }
    }

    /// First byte.
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// One past the last byte.
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// Number of bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// True for the empty span.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// As a range to index with.
    pub fn range(self) -> Range<usize> {
        self.start()..self.end()
    }

    /// The text it names.
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }

    /// True where `other` lies inside.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// True where the two share at least one byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_to_split_a_character() {
        let text = "aé\u{1F600}";
        assert!(Span::new(text, 0, 2).is_none());
        assert_eq!(Span::new(text, 1, 3).map(|s| s.of(text)), Some("é"));
        assert!(Span::new(text, 3, 1).is_none());
        assert!(Span::new(text, 0, 99).is_none());
        assert_eq!(Span::covering(text, 2, 5).of(text), text.get(1..7).unwrap());
    }
}
