//! One pass over a record that checks it and finds what pointers lead to. It accepts nothing that the parser of `serde_json` would
//! refuse; what it does not like (control characters, great depth, broken syntax) goes the longer way, which also says what is wrong.

use super::marks::Marks;
use super::{Found, Pointer, SIMPLE, same_key, value};

/// Deeper records go the longer way.
const DEPTH: usize = 100;

/// What each pointer leads to; `None` where the longer way is to be gone.
pub(super) fn locate(record: &[u8], pointers: &[Pointer]) -> Option<Vec<Found>> {
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    let record = record.strip_suffix(b"\r").unwrap_or(record);
    let mut walk = Walk { record, marks: Marks::new(record)?, found: vec![Found::Missing; pointers.len()], depth: 0 };
    let wanted: Vec<(usize, &[String])> = pointers.iter().enumerate().map(|(n, pointer)| (n, pointer.tokens())).collect();
    let start = walk.blank(0);
    let end = walk.value(start, &wanted)?;
    for (n, _) in wanted.iter().filter(|(_, tokens)| tokens.is_empty()) {
        walk.found[*n] = value(record, start, end);
    }
    (walk.blank(end) == record.len()).then_some(walk.found)
}

/// Digits of numbers to the base of 16, and what they mean; all bits are set where a byte is none.
pub(super) const HEX: [u8; 256] = {
    let mut hex = [u8::MAX; 256];
    let mut n = 0;
    while n < 16 {
        hex[b"0123456789abcdef"[n] as usize] = n as u8;
        hex[b"0123456789ABCDEF"[n] as usize] = n as u8;
        n += 1;
    }
    hex
};

struct Walk<'r> {
    record: &'r [u8],
    marks: Marks,
    found: Vec<Found>,
    depth: usize,
}

/// Pointers, or what is left of them on the way.
type Wanted<'p> = [(usize, &'p [String])];

impl Walk<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.record.get(at).copied()
    }

    /// There are no other blanks than this one.
    fn blank(&self, mut at: usize) -> usize {
        while self.byte(at) == Some(b' ') {
            at += 1;
        }
        at
    }

    /// The end of the value at `at`.
    fn value(&mut self, at: usize, wanted: &Wanted<'_>) -> Option<usize> {
        match self.byte(at)? {
            b'"' => self.string(at),
            b'{' => self.nested(at, b'}', wanted, Walk::member),
            b'[' => self.nested(at, b']', wanted, Walk::item),
            b'-' | b'0'..=b'9' => self.number(at),
            b't' => self.word(at, b"true"),
            b'f' => self.word(at, b"false"),
            b'n' => self.word(at, b"null"),
            _ => None,
        }
    }

    /// What stands between two marks, with commas: `part` takes the number of a part and its place, and tells its end.
    fn nested(
        &mut self,
        at: usize,
        close: u8,
        wanted: &Wanted<'_>,
        part: impl Fn(&mut Self, usize, usize, &Wanted<'_>) -> Option<usize>,
    ) -> Option<usize> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let mut at = self.blank(at + 1);
        if self.byte(at)? != close {
            for number in 0.. {
                at = part(self, number, at, wanted)?;
                at = self.blank(at);
                match self.byte(at)? {
                    b',' => at = self.blank(at + 1),
                    byte if byte == close => break,
                    _ => return None,
                }
            }
        }
        self.depth -= 1;
        Some(at + 1)
    }

    fn member(&mut self, _: usize, at: usize, wanted: &Wanted<'_>) -> Option<usize> {
        if self.byte(at)? != b'"' {
            return None;
        }
        let end = self.string(at)?;
        let key = &self.record[at + 1..end - 1];
        let colon = self.blank(end);
        if self.byte(colon)? != b':' {
            return None;
        }
        let start = self.blank(colon + 1);
        self.visit(start, wanted, |token| same_key(key, token))
    }

    fn item(&mut self, number: usize, at: usize, wanted: &Wanted<'_>) -> Option<usize> {
        self.visit(at, wanted, |token| token.parse() == Ok(number))
    }

    /// A value that pointers may lead to or through.
    fn visit(&mut self, start: usize, wanted: &Wanted<'_>, is: impl Fn(&str) -> bool) -> Option<usize> {
        let mut met = wanted.iter().filter_map(|(n, tokens)| tokens.split_first().map(|(first, rest)| (*n, first, rest)));
        let Some(first) = met.by_ref().find(|(_, first, _)| is(first)) else { return self.value(start, &[]) };
        let met: Vec<(usize, &[String])> =
            std::iter::once(first).chain(met.filter(|(_, first, _)| is(first))).map(|(n, _, rest)| (n, rest)).collect();
        for (n, _) in &met {
            self.found[*n] = Found::Missing; // a repeated key hides what was before
        }
        let end = self.value(start, &met)?;
        for (n, _) in met.iter().filter(|(_, rest)| rest.is_empty()) {
            self.found[*n] = value(self.record, start, end);
        }
        Some(end)
    }

    /// The end of the string at `at`, behind its closing mark.
    fn string(&self, at: usize) -> Option<usize> {
        let mut at = at + 1;
        loop {
            at = self.marks.next(at)?;
            if self.record[at] == b'"' {
                return Some(at + 1);
            }
            at = self.escapes(at)?;
        }
    }

    /// The end of the escapes at `at`: they often come one after the other.
    fn escapes(&self, at: usize) -> Option<usize> {
        let hex = |byte: &u8| HEX[usize::from(*byte)];
        let mut rest = &self.record[at..];
        loop {
            rest = match rest {
                [b'\\', b'u', a, b, c, d, more @ ..] if (hex(a) | hex(b) | hex(c) | hex(d)) < 16 => more,
                [b'\\', letter, more @ ..] if SIMPLE[usize::from(*letter)] != 0 => more,
                [b'\\', ..] => return None,
                _ => return Some(self.record.len() - rest.len()),
            }
        }
    }

    fn number(&self, at: usize) -> Option<usize> {
        let digits = |at: usize| at + self.record.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
        let some = |at: usize| Some(digits(at)).filter(|end| *end > at);
        let whole = at + usize::from(self.byte(at) == Some(b'-'));
        let mut end = if self.byte(whole) == Some(b'0') { whole + 1 } else { some(whole)? };
        if self.byte(end) == Some(b'.') {
            end = some(end + 1)?;
        }
        if let Some(b'e' | b'E') = self.byte(end) {
            end = some(end + 1 + usize::from(matches!(self.byte(end + 1), Some(b'+' | b'-'))))?;
        }
        Some(end)
    }

    fn word(&self, at: usize, word: &[u8]) -> Option<usize> {
        self.record[at..].starts_with(word).then_some(at + word.len())
    }
}
