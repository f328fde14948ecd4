//! WARC records: their head is read, and kept in step with a payload that was cut.

use std::io::{self, BufRead, Read};
use std::ops::Range;

use sha1::{Digest, Sha1};

/// Heads are short; what is longer is no WARC file.
const MOST_HEAD: u64 = 1 << 20;

/// The head of a record.
#[derive(Debug)]
pub struct Head<'r> {
    text: &'r str,
    /// Behind the blank line.
    end: usize,
    length: usize,
}

impl<'r> Head<'r> {
    /// Reads the head of a whole record.
    pub fn parse(record: &'r [u8]) -> Option<Head<'r>> {
        let end = head_end(record)?;
        let text = std::str::from_utf8(&record[..end]).ok().filter(|text| text.starts_with("WARC/"))?;
        let length: usize = value(text, "Content-Length")?.parse().ok()?;
        (end.checked_add(length)? <= record.len()).then_some(Head { text, end, length })
    }

    /// A named field.
    pub fn get(&self, name: &str) -> Option<&'r str> {
        value(self.text, name)
    }

    /// Where the payload is in the record.
    pub fn payload(&self) -> Range<usize> {
        self.end..self.end + self.length
    }

    /// True for records that hold plain text: the conversions of a WET file.
    pub fn holds_text(&self) -> bool {
        let plain = self.get("Content-Type").is_none_or(|kind| kind.trim().to_ascii_lowercase().starts_with("text/plain"));
        plain && matches!(self.get("WARC-Type"), Some("conversion" | "resource"))
    }
}

fn value<'r>(head: &'r str, name: &str) -> Option<&'r str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim_end().eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

fn head_end(record: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = memchr::memchr(b'\n', record.get(from..)?) {
        let line = &record[from..from + at];
        from += at + 1;
        if line.is_empty() || line == b"\r" {
            return Some(from);
        }
    }
    None
}

/// `record`, whose payload begins at `payload`, ends `closing` bytes before its end and was changed: length and digests become
/// those of the new payload. A digest that this version cannot compute is left out, since a wrong one would be worse.
pub fn corrected(record: &[u8], payload: usize, closing: usize) -> Vec<u8> {
    let (head, rest) = record.split_at(payload.min(record.len()));
    let body = &rest[..rest.len().saturating_sub(closing)];
    let mut out = Vec::with_capacity(record.len());
    for line in head.split_inclusive(|b| *b == b'\n') {
        let name_end = memchr::memchr(b':', line).unwrap_or(0);
        let name = String::from_utf8_lossy(&line[..name_end]).trim().to_ascii_lowercase();
        let end = if line.ends_with(b"\r\n") { "\r\n" } else { "\n" };
        let written = String::from_utf8_lossy(&line[..name_end]);
        match name.as_str() {
            "content-length" => out.extend_from_slice(format!("{written}: {}{end}", body.len()).as_bytes()),
            "warc-block-digest" | "warc-payload-digest" => {
                let old = String::from_utf8_lossy(&line[name_end + 1..]).trim().to_owned();
                if let Some(new) = digest(&old, body) {
                    out.extend_from_slice(format!("{written}: {new}{end}").as_bytes());
                }
            }
            _ => out.extend_from_slice(line),
        }
    }
    out.extend_from_slice(rest);
    out
}

/// The digest of `body` in the algorithm and the alphabet of `old`.
fn digest(old: &str, body: &[u8]) -> Option<String> {
    let (algorithm, written) = old.split_once(':')?;
    if !algorithm.eq_ignore_ascii_case("sha1") {
        return None;
    }
    let sum = Sha1::digest(body);
    let hex = written.len() == 40;
    let digits = if hex { sum.iter().map(|b| format!("{b:02x}")).collect() } else { base32(&sum) };
    Some(format!("{algorithm}:{digits}"))
}

fn base32(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(5) {
        let mut group = [0; 5];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = group.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        for n in 0..(chunk.len() * 8).div_ceil(5) {
            out.push(char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(bits >> (35 - 5 * n)) as usize & 31]));
        }
    }
    out
}

/// What could not be read, and why: the bytes must not be lost.
type Broken = (Vec<u8>, io::Error);

fn broken(bytes: Vec<u8>, why: &str) -> Broken {
    (bytes, io::Error::new(io::ErrorKind::InvalidData, why))
}

/// Reads the head of the next record, with the blank lines before it, and tells the length of its payload; `None` at the end.
pub fn head(mut input: &mut dyn BufRead) -> Result<Option<(Vec<u8>, u64)>, Broken> {
    let mut head = Vec::new();
    let mut begun = 0;
    loop {
        let before = head.len();
        if let Err(e) = (&mut input).take(MOST_HEAD).read_until(b'\n', &mut head) {
            return Err((head, e));
        }
        let line = &head[before..];
        let blank = matches!(line, b"\n" | b"\r\n");
        if line.is_empty() {
            // Blank lines behind the last record are nothing to keep: each record has its own.
            return if before == begun { Ok(None) } else { Err(broken(head, "the file ends within the head of a record")) };
        } else if before == begun && blank {
            begun = head.len();
        } else if before == begun && !line.starts_with(b"WARC/") {
            return Err(broken(head, "not a WARC record"));
        } else if blank {
            break;
        } else if head.len() as u64 > MOST_HEAD {
            return Err(broken(head, "a WARC head without end"));
        }
    }
    head.drain(..begun);
    let length = std::str::from_utf8(&head).ok().and_then(|text| value(text, "Content-Length")?.parse().ok());
    match length {
        Some(length) => Ok(Some((head, length))),
        None => Err(broken(head, "a WARC record without Content-Length")),
    }
}

/// Reads the payload behind `head`, and the blank lines that close the record.
pub fn body(mut input: &mut dyn BufRead, head: Vec<u8>, length: u64) -> Result<Vec<u8>, Broken> {
    let mut record = head;
    let before = record.len() as u64;
    // What the head says is not memory that is there.
    if let Err(e) = (&mut input).take(length).read_to_end(&mut record) {
        return Err((record, e));
    }
    if record.len() as u64 != before + length {
        return Err((record, io::ErrorKind::UnexpectedEof.into()));
    }
    for expected in [b'\r', b'\n', b'\r', b'\n'] {
        match input.fill_buf().map(|bytes| bytes.first().copied()) {
            Ok(Some(byte)) if byte == expected => {
                record.push(expected);
                input.consume(1);
            }
            Ok(Some(b'\n')) if expected == b'\r' => {}
            Ok(_) => break,
            Err(e) => return Err((record, e)),
        }
    }
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str =
        "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Block-Digest: sha1:X\r\ncontent-length:  5\r\nX-Other: y\r\n\r\nabc\r\n\r\n\r\n";

    #[test]
    fn heads_follow_their_payload() {
        let head = Head::parse(RECORD.as_bytes()).unwrap();
        assert!(head.holds_text());
        assert_eq!((head.get("x-other"), &RECORD[head.payload()]), (Some("y"), "abc\r\n"));
        let start = head.payload().start;
        let cut = [&RECORD.as_bytes()[..start], b"abc\r\n\r\n"].concat();
        let new = String::from_utf8(corrected(&cut, start, 4)).unwrap();
        assert!(new.contains("content-length: 3\r\n"), "{new}");
        // sha1 of "abc", in base 32.
        assert!(new.contains("WARC-Block-Digest: sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5\r\n"), "{new}");
    }

    #[test]
    fn records_are_read_one_by_one() {
        let file = RECORD.repeat(2);
        let mut input = file.as_bytes();
        for _ in 0..2 {
            let (bytes, length) = head(&mut input).unwrap().unwrap();
            assert_eq!(body(&mut input, bytes, length).unwrap(), RECORD.as_bytes());
        }
        assert!(head(&mut input).unwrap().is_none());
        let mut cut = &RECORD.as_bytes()[..RECORD.len() - 9];
        let (bytes, length) = head(&mut cut).unwrap().unwrap();
        assert!(body(&mut cut, bytes, length).is_err());
        assert!(head(&mut &b"nonsense\n"[..]).is_err() && head(&mut &b"WARC/1.0\r\n"[..]).is_err());
    }
}
