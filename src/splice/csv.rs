//! Rows of CSV and TSV: fields are located without being copied, and cut in their own spelling.
//!
//! A field in quotation marks may hold separators, line ends and doubled quotation marks (RFC 4180). A row ends with a
//! line feed outside of quotation marks.

use std::ops::Range;

use super::{Spelled, Unreadable};

/// Where the fields of a row stand, quotation marks and all.
pub fn fields(row: &[u8], separator: u8) -> Vec<Range<usize>> {
    let body = row.strip_suffix(b"\n").map_or(row, |row| row.strip_suffix(b"\r").unwrap_or(row)).len();
    let mut fields = Vec::new();
    let mut start = 0;
    loop {
        let end = field_end(&row[..body], start, separator).unwrap_or(body);
        fields.push(start..end);
        if end >= body {
            return fields;
        }
        start = end + 1;
    }
}

/// The end of the field that begins at `start`; `None` where its quotation mark is not closed.
fn field_end(row: &[u8], start: usize, separator: u8) -> Option<usize> {
    let mut at = start;
    if row.get(at) == Some(&b'"') {
        at += 1;
        loop {
            at += memchr::memchr(b'"', row.get(at..)?)? + 1;
            if row.get(at) != Some(&b'"') {
                break;
            }
            at += 1;
        }
    }
    let rest = row.get(at..).unwrap_or_default();
    Some(at + memchr::memchr(separator, rest).unwrap_or(rest.len()))
}

/// Finds where rows end, though they come in pieces.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rows {
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum State {
    #[default]
    FieldStart,
    Plain,
    Quoted,
    /// A quotation mark inside quotes: the end of the field, or the first of two.
    Closing,
}

impl Rows {
    /// The length of `bytes` up to the end of the row; `None` where it goes on.
    pub fn end(&mut self, bytes: &[u8], separator: u8) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            match self.state {
                State::Quoted => match memchr::memchr(b'"', &bytes[at..]) {
                    Some(found) => {
                        at += found + 1;
                        self.state = State::Closing;
                    }
                    None => return None,
                },
                State::Plain => match memchr::memchr2(b'\n', separator, &bytes[at..]) {
                    Some(found) => {
                        at += found + 1;
                        self.state = State::FieldStart;
                        if bytes[at - 1] == b'\n' {
                            return Some(at);
                        }
                    }
                    None => return None,
                },
                State::FieldStart | State::Closing if bytes[at] == b'"' => {
                    self.state = State::Quoted;
                    at += 1;
                }
                State::FieldStart | State::Closing => self.state = State::Plain,
            }
        }
        None
    }

    /// True where the bytes so far end inside quotation marks.
    pub fn open(&self) -> bool {
        self.state == State::Quoted
    }
}

/// True where a field stands in quotation marks.
pub fn quoted(field: &[u8]) -> bool {
    field.len() >= 2 && field.starts_with(b"\"") && field.ends_with(b"\"")
}

/// Reads a field.
///
/// # Errors
/// Where it is not UTF-8, or its quotation mark is not closed.
pub fn read(field: &[u8]) -> Result<Spelled<'_>, Unreadable> {
    let utf8 = |from: usize, to: usize| std::str::from_utf8(&field[from..to]).map_err(|e| Unreadable::Utf8(from + e.valid_up_to()));
    let mut spelled = Spelled::default();
    if field.first() != Some(&b'"') {
        spelled.push(utf8(0, field.len())?);
        return Ok(spelled);
    }
    let mut at = 1;
    spelled.joint(at);
    loop {
        let found = memchr::memchr(b'"', &field[at..]).ok_or(Unreadable::Quote)?;
        spelled.push(utf8(at, at + found)?);
        at += found + 1;
        match field.get(at) {
            Some(b'"') => {
                spelled.push("\"");
                at += 1;
                spelled.joint(at);
            }
            // What follows a closing mark belongs to the field, as most readers have it.
            _ => {
                if at < field.len() {
                    spelled.joint(at);
                    spelled.push(utf8(at, field.len())?);
                }
                return Ok(spelled);
            }
        }
    }
}

/// The spelling of `text` in quotation marks, without the outer ones.
pub fn spell(text: &str) -> Vec<u8> {
    text.replace('"', "\"\"").into_bytes()
}

/// A field that says `text`, in quotation marks.
pub fn quote(text: &str) -> Vec<u8> {
    [b"\"", spell(text).as_slice(), b"\""].concat()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn rows_end_outside_of_quotes() {
        let table = b"a,\"b\n\"\"c\"\r\nx\"y,z\n\"open";
        for step in 1..table.len() {
            let (mut rows, mut ends, mut base) = (Rows::default(), Vec::new(), 0);
            for chunk in table.chunks(step) {
                let mut from = 0;
                while let Some(end) = rows.end(&chunk[from..], b',') {
                    from += end;
                    ends.push(base + from);
                }
                base += chunk.len();
            }
            assert_eq!(ends, [11, 17], "{step}");
            assert!(rows.open());
        }
    }

    #[test]
    fn fields_are_read_and_cut() {
        let row = b"1,\"say \"\"hi\"\", you\",,x\r\n";
        let found: Vec<&[u8]> = fields(row, b',').into_iter().map(|r| &row[r]).collect();
        assert_eq!(found, [&b"1"[..], b"\"say \"\"hi\"\", you\"", b"", b"x"]);
        let spelled = read(found[1]).unwrap();
        assert_eq!(spelled.text, "say \"hi\", you");
        assert_eq!(spelled.spelling.without(found[1], [(3, 8)]), b"\"say, you\"");
        assert_eq!(spelled.spelling.without(found[1], [(0, 13)]), b"\"\"");
        assert_eq!(read(b"\"open"), Err(Unreadable::Quote));
        assert_eq!(read(b"plain").unwrap().text, "plain");
    }

    #[test]
    fn what_is_spelled_in_one_part_is_not_copied() {
        for (field, text, borrowed) in [
            (&b"plain"[..], "plain", true),
            (b"", "", true),
            (b"\"quoted, \n\"", "quoted, \n", true),
            (b"\"\"", "", true),
            (b"\"say \"\"hi\"\"\"", "say \"hi\"", false),
            (b"\"quoted\" and not", "quoted and not", false),
        ] {
            let spelled = read(field).unwrap();
            assert_eq!(spelled.text, text);
            assert_eq!(matches!(spelled.text, Cow::Borrowed(_)), borrowed, "{text}");
        }
    }
}
