//! Containers read piece by piece: never more than one record is held here.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use dehusk::log::State;
use dehusk::splice::{Pointer, csv, json};

use super::blocks::{Blocks, Slice};
use super::container::{BOM, Body, Container, Format, Piece, Shape, TEXTS};
use super::document::Version;
use super::packing::Packing;
use super::values::Value;
use super::walk::Entry;
use super::warc;

/// Bytes of an oversized record that go through at once.
const BLOCK: u64 = 1 << 20;

/// What a file turned out to be.
pub enum Opened {
    /// A container, and its reader.
    Container(Arc<Container>, Box<Reader>),
    /// Plain text: what there is to read, where nobody else can read it again.
    Plain(Option<Blocks>),
}

/// How a container ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ending {
    /// Records that were read.
    pub records: u64,
    /// What was read, unpacked; where it was hashed.
    pub state: Option<State>,
    /// Why it ended before its end.
    pub damage: Option<String>,
}

/// Reads a container.
pub struct Reader {
    input: Blocks,
    format: Format,
    /// Bytes that a record may have.
    most: u64,
    /// Records so far.
    number: u64,
    /// Bytes so far.
    offset: u64,
    hasher: Option<blake3::Hasher>,
    /// Inside a record that is too large.
    oversized: bool,
    value: Value,
    rows: csv::Rows,
    /// Bytes of an oversized WARC record that are still to come.
    payload: u64,
    /// Pieces that were read to learn the names of fields.
    ahead: VecDeque<Piece>,
    /// What stopped the reading, told once what came before has been handed out.
    error: Option<io::Error>,
    done: bool,
    #[cfg(feature = "parquet")]
    table: Option<super::parquet::Reader>,
}

/// Opens the file of `entry`, or standard input, and finds out what it is.
pub fn open(entry: &Entry, shape: &Shape) -> io::Result<Opened> {
    // A pipe can be read once only, whatever it is called.
    let mut once = true;
    let (file, version): (Box<dyn Read + Send>, _) = match &entry.path {
        Some(path) => {
            let file = File::open(path)?;
            let metadata = file.metadata()?;
            once = !metadata.is_file();
            (Box::new(Counted { file, read: shape.read.clone() }), Some(Version::of(&metadata)))
        }
        None => (Box::new(io::stdin()), None),
    };
    let (packing, input) = Packing::unpack(file)?;
    let named = entry.path.as_deref().and_then(Format::of_name);
    let format = match shape.from.or(named) {
        Some(Format::Json | Format::Jsonl) if shape.from.is_none() && !looks_like_json(input.here()) => Format::Text,
        Some(Format::Json) if shape.from.is_none() => json_kind(input.here()),
        Some(format) => format,
        None => Format::of_look(input.here()).unwrap_or(Format::Text),
    };
    if format == Format::Text && packing == Packing::None {
        return Ok(Opened::Plain(once.then_some(input)));
    }
    let mut reader = Reader::new(input, format, shape);
    let mut container = Container {
        entry: entry.clone(),
        format,
        packing,
        fields: shape.fields.clone(),
        guessed: shape.fields.is_empty(),
        names: Vec::new(),
        version,
        columns: Vec::new(),
        about: [shape.id.clone(), shape.url.clone(), shape.lang.clone()],
        about_columns: [None; 3],
        wanted: OnceLock::new(),
        choice: shape.choice,
        bare: shape.bare,
        given_up: AtomicBool::new(false),
        spool: None,
    };
    match format {
        Format::Parquet => reader.open_table(&mut container, &shape.read)?,
        Format::Csv | Format::Tsv => reader.header(&mut container)?,
        Format::Jsonl | Format::Json => reader.names(&mut container),
        Format::Text | Format::Wet => container.fields = usual(TEXTS[0]).into_iter().collect(),
    }
    Ok(Opened::Container(Arc::new(container), Box::new(reader)))
}

/// Tells how much of a file has been read.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(into)?;
        self.read.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

/// A `.json` file may hold a list, one value over many lines, or JSON Lines under another name.
fn json_kind(head: &[u8]) -> Format {
    let line = head.strip_prefix(BOM).unwrap_or(head).split_inclusive(|b| *b == b'\n').find(|line| !line.trim_ascii().is_empty());
    // A first line that is longer than what was read is that of JSON Lines too.
    let whole = line.is_some_and(|line| line.trim_ascii().starts_with(b"{") && (!line.ends_with(b"\n") || json::locate(line, &[]).is_ok()));
    if whole { Format::Jsonl } else { Format::Json }
}

/// True for what can be JSON at all: a text under a wrong name is still a text.
fn looks_like_json(head: &[u8]) -> bool {
    let head = head.strip_prefix(BOM).unwrap_or(head).trim_ascii_start();
    head.first().is_none_or(|byte| matches!(byte, b'{' | b'[' | b'"'))
}

fn usual(name: &str) -> Option<Pointer> {
    name.parse().ok()
}

fn too_large() -> String {
    "larger than --max-doc-size".into()
}

/// What a decompressor says, in plain words.
fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the file is cut off".into(),
        _ => super::say(error),
    }
}

impl Reader {
    fn new(input: Blocks, format: Format, shape: &Shape) -> Reader {
        Reader {
            input,
            format,
            most: shape.max.unwrap_or(u64::MAX),
            number: 0,
            offset: 0,
            hasher: shape.hash.then(blake3::Hasher::new),
            oversized: false,
            value: Value::default(),
            rows: csv::Rows::default(),
            payload: 0,
            ahead: VecDeque::new(),
            error: None,
            done: false,
            #[cfg(feature = "parquet")]
            table: None,
        }
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// Where the file is damaged. What came before has been handed out.
    pub fn next(&mut self) -> io::Result<Option<Piece>> {
        if let Some(piece) = self.ahead.pop_front() {
            return Ok(Some(piece));
        }
        self.read()
    }

    fn read(&mut self) -> io::Result<Option<Piece>> {
        if let Some(error) = self.error.take() {
            self.done = true;
            return Err(error);
        }
        if self.done {
            return Ok(None);
        }
        #[cfg(feature = "parquet")]
        if let Some(table) = &mut self.table {
            return table.next();
        }
        let piece = match self.format {
            Format::Jsonl => self.line(),
            Format::Json => self.json(),
            Format::Csv | Format::Tsv => self.row(),
            Format::Wet => self.warc(),
            Format::Text => self.text(),
            Format::Parquet => Ok(None),
        };
        match piece {
            Ok(Some(mut piece)) => {
                piece.offset = self.offset;
                let bytes = piece.body.bytes();
                self.offset += bytes.len() as u64;
                if let Some(hasher) = &mut self.hasher {
                    hasher.update(bytes);
                }
                Ok(Some(piece))
            }
            other => {
                self.done = true;
                other
            }
        }
    }

    /// How it ended.
    pub fn ending(self, damage: Option<&io::Error>) -> Ending {
        #[cfg(feature = "parquet")]
        let records = self.table.as_ref().map_or(self.number, super::parquet::Reader::read);
        #[cfg(not(feature = "parquet"))]
        let records = self.number;
        let hash = self.hasher.map(|hasher| hasher.finalize().to_hex().to_string());
        Ending {
            records,
            state: hash.map(|blake3| State { bytes: self.offset, blake3 }),
            damage: damage.map(|error| match self.format {
                Format::Text => format!("damaged at byte {} of the unpacked text: {}", self.offset, why(error)),
                Format::Parquet => format!("damaged behind row {records}: {}", why(error)),
                _ => format!("damaged behind record {records}, at byte {} of the unpacked file: {}", self.offset, why(error)),
            }),
        }
    }

    fn piece(&self, body: Body) -> Option<Piece> {
        Some(Piece { number: self.number, offset: self.offset, body, known: None })
    }

    /// The whole record, or one that is left alone for its size.
    fn record(&self, bytes: Slice) -> Option<Piece> {
        let large = bytes.len() as u64 > self.most;
        self.piece(if large { Body::Left(bytes, Some(too_large())) } else { Body::Record(bytes) })
    }

    /// The file broke off: what was read of the record goes through as it is, the error comes after it.
    fn broken(&mut self, bytes: Slice, error: io::Error) -> io::Result<Option<Piece>> {
        if bytes.is_empty() {
            return Err(error);
        }
        self.error = Some(error);
        Ok(self.piece(Body::Left(bytes, None)))
    }

    /// Part of a record that is too large. `ends` tells whether this is the last part.
    fn oversized(&mut self, bytes: Slice, ends: bool) -> Option<Piece> {
        let reason = (!self.oversized).then(too_large);
        self.oversized = !ends;
        self.piece(Body::Left(bytes, reason))
    }

    /// Bytes that are gathered at most: enough to tell that a record is too large, or a part of it.
    fn enough(&self) -> u64 {
        if self.oversized { BLOCK } else { self.most.saturating_add(1).max(BLOCK) }
    }

    fn line(&mut self) -> io::Result<Option<Piece>> {
        let (line, error) = self.input.gather(self.enough(), |bytes| match memchr::memchr(b'\n', bytes) {
            Some(end) => (end + 1, true),
            None => (bytes.len(), false),
        });
        if let Some(error) = error {
            return self.broken(line, error);
        }
        if line.is_empty() {
            return Ok(None);
        }
        self.number += u64::from(!self.oversized);
        let ends = line.ends_with(b"\n");
        if self.oversized || line.len() as u64 > self.most {
            return Ok(self.oversized(line, ends));
        }
        let bare = if self.offset == 0 { line.strip_prefix(BOM).unwrap_or(&line) } else { &line };
        let blank = bare.trim_ascii().is_empty();
        Ok(self.piece(if blank { Body::Rest(line) } else { Body::Record(line) }))
    }

    fn json(&mut self) -> io::Result<Option<Piece>> {
        let (bytes, error) = self.input.gather(self.enough(), |bytes| self.value.take(bytes));
        let record = self.value.is_record();
        let ends = self.value.ended() || bytes.is_empty();
        if ends || !record {
            self.value.next();
        }
        if bytes.is_empty() {
            return error.map_or(Ok(None), Err);
        }
        if !record && !self.oversized {
            return match error {
                Some(error) => self.broken(bytes, error),
                None => Ok(self.piece(Body::Rest(bytes))),
            };
        }
        if let Some(error) = error {
            return self.broken(bytes, error);
        }
        self.number += u64::from(!self.oversized);
        let large = self.oversized || bytes.len() as u64 > self.most;
        Ok(if large { self.oversized(bytes, ends) } else { self.piece(Body::Record(bytes)) })
    }

    fn row(&mut self) -> io::Result<Option<Piece>> {
        let separator = self.format.separator();
        let mut ends = false;
        let (row, error) = self.input.gather(self.enough(), |bytes| {
            let end = self.rows.end(bytes, separator);
            ends = end.is_some();
            (end.unwrap_or(bytes.len()), ends)
        });
        if let Some(error) = error {
            return self.broken(row, error);
        }
        if row.is_empty() {
            return Ok(None);
        }
        if !self.oversized && row.trim_ascii().is_empty() {
            return Ok(self.piece(Body::Rest(row)));
        }
        self.number += u64::from(!self.oversized);
        let large = self.oversized || row.len() as u64 > self.most;
        Ok(if large { self.oversized(row, ends) } else { self.piece(Body::Record(row)) })
    }

    fn warc(&mut self) -> io::Result<Option<Piece>> {
        if self.payload > 0 {
            let mut part = Vec::new();
            let read = self.input.by_ref().take(self.payload.min(BLOCK)).read_to_end(&mut part);
            self.payload -= part.len() as u64;
            if let Err(e) = read {
                return self.broken(part.into(), e);
            }
            if part.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let ends = self.payload == 0;
            return Ok(self.oversized(part.into(), ends));
        }
        let head = match warc::head(&mut self.input) {
            Ok(Some(head)) => head,
            Ok(None) => return Ok(None),
            Err((bytes, e)) => return self.broken(bytes.into(), e),
        };
        self.number += 1;
        let (bytes, length) = head;
        if (bytes.len() as u64).saturating_add(length) > self.most {
            // The blank lines behind it are those before the next head.
            self.payload = length;
            return Ok(self.oversized(bytes.into(), false));
        }
        match warc::body(&mut self.input, bytes, length) {
            Ok(record) => Ok(self.record(record.into())),
            Err((bytes, e)) => {
                self.number -= 1;
                self.broken(bytes.into(), e)
            }
        }
    }

    fn text(&mut self) -> io::Result<Option<Piece>> {
        let most = if self.oversized { BLOCK } else { self.most.saturating_add(1) };
        let (text, error) = self.input.gather(most, |bytes| (bytes.len(), false));
        if let Some(error) = error {
            return self.broken(text, error);
        }
        if text.is_empty() {
            return Ok(None);
        }
        self.number = 1;
        let large = self.oversized || text.len() as u64 > self.most;
        Ok(if large { self.oversized(text, false) } else { self.piece(Body::Record(text)) })
    }

    /// Reads on to the first record; what was read is handed out later.
    fn peek(&mut self) -> Option<&[u8]> {
        loop {
            match self.read() {
                Ok(Some(piece)) => {
                    let record = matches!(piece.body, Body::Record(_));
                    let skipped = matches!(piece.body, Body::Left(..));
                    self.ahead.push_back(piece);
                    if record || skipped {
                        break;
                    }
                }
                Ok(None) => break,
                Err(e) => {
                    self.error = Some(e);
                    self.done = false;
                    break;
                }
            }
        }
        match &self.ahead.back()?.body {
            Body::Record(record) => Some(record),
            _ => None,
        }
    }

    /// What the first record calls its text, and what else it has.
    fn names(&mut self, container: &mut Container) {
        let mut texts: Vec<Pointer> = TEXTS.iter().filter_map(|name| usual(name)).collect();
        // A list or a file of strings: each is a text.
        texts.extend(usual(""));
        if let Some(record) = self.peek() {
            let record = record.strip_prefix(BOM).unwrap_or(record);
            container.names = json::keys(record);
            if container.guessed {
                let found = json::locate(record, &texts).unwrap_or_default();
                let is_text = |found: &json::Found| matches!(found, json::Found::Text(_));
                container.fields = texts.iter().zip(&found).filter(|(_, f)| is_text(f)).map(|(p, _)| p.clone()).take(1).collect();
            }
        }
        if container.fields.is_empty() {
            container.fields = usual(TEXTS[0]).into_iter().collect();
        }
        container.usual_names();
    }

    /// The row of names.
    fn header(&mut self, container: &mut Container) -> io::Result<()> {
        let separator = self.format.separator();
        let Some(header) = self.peek() else {
            container.fields = if container.guessed { usual(TEXTS[0]).into_iter().collect() } else { container.fields.clone() };
            return Ok(());
        };
        let bare = header.strip_prefix(BOM).unwrap_or(header);
        let name = |range| csv::read(&bare[range]).map(|name| name.text.into_owned()).unwrap_or_default();
        container.names = csv::fields(bare, separator).into_iter().map(name).collect();
        if container.guessed {
            let has = |name: &&&str| container.names.iter().any(|column| column == **name);
            container.fields = TEXTS.iter().find(has).and_then(|name| usual(name)).into_iter().collect();
        }
        container.usual_names();
        // Not a record: it goes through, and rows are counted from behind it.
        if let Some(Piece { number, body, .. }) = self.ahead.back_mut()
            && let Body::Record(bytes) = body
        {
            *body = Body::Rest(bytes.clone());
            *number = 0;
        }
        self.number = 0;
        container.find_columns()
    }

    #[cfg(feature = "parquet")]
    fn open_table(&mut self, container: &mut Container, read: &Arc<AtomicU64>) -> io::Result<()> {
        let input = std::mem::replace(&mut self.input, Blocks::new(io::empty()));
        self.table = Some(super::parquet::Reader::open(input, container, read)?);
        Ok(())
    }

    #[cfg(not(feature = "parquet"))]
    fn open_table(&mut self, _: &mut Container, _: &Arc<AtomicU64>) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "Parquet: this dehusk was built without the feature `parquet`"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a file that lies in blocks of `size` is read as: what each piece is, its number, its place, its bytes.
    fn pieces(file: &[u8], format: Format, size: usize, max: Option<u64>) -> Vec<(&'static str, u64, u64, Vec<u8>)> {
        let input = Blocks::with_size(io::Cursor::new(file.to_vec()), size);
        let mut reader = Reader::new(input, format, &Shape { max, ..Shape::default() });
        let mut pieces = Vec::new();
        while let Ok(Some(piece)) = reader.next() {
            let what = match &piece.body {
                Body::Rest(_) => "rest",
                Body::Left(..) => "left",
                _ => "record",
            };
            pieces.push((what, piece.number, piece.offset, piece.body.bytes().to_vec()));
        }
        pieces
    }

    proptest! {
        #[test]
        fn files_are_read_the_same_in_blocks_of_any_size(
            parts in proptest::collection::vec(proptest::sample::select(&PARTS[..]), 0..40),
            format in proptest::sample::select(&[Format::Jsonl, Format::Json, Format::Csv, Format::Wet, Format::Text][..]),
            size in 1usize..100,
            max in proptest::option::of(0u64..40),
        ) {
            let file = parts.concat();
            let small = pieces(file.as_bytes(), format, size, max);
            prop_assert_eq!(&small, &pieces(file.as_bytes(), format, 1 << 16, max));
            // Blank lines before WARC records go, and a broken file may end early.
            if format != Format::Wet {
                prop_assert_eq!(small.iter().flat_map(|(.., bytes)| bytes.iter().copied()).collect::<Vec<u8>>(), file.as_bytes());
            }
        }

        #[test]
        fn lines_are_those_of_the_file(lines in proptest::collection::vec("[a-c \r]{0,90}", 0..20), size in 1usize..100, bom: bool, ended: bool) {
            let mut file = [if bom { "\u{feff}" } else { "" }, &lines.join("\n")].concat();
            file.push_str(if ended { "\n" } else { "" });
            let found = pieces(file.as_bytes(), Format::Jsonl, size, None);
            let expected: Vec<&[u8]> = file.as_bytes().split_inclusive(|byte| *byte == b'\n').collect();
            prop_assert_eq!(found.len(), expected.len());
            let mut place = 0;
            for (n, ((what, number, offset, bytes), line)) in found.iter().zip(expected).enumerate() {
                let blank = line.strip_prefix(BOM).filter(|_| n == 0).unwrap_or(line).trim_ascii().is_empty();
                prop_assert_eq!((*what, *number, *offset), (if blank { "rest" } else { "record" }, n as u64 + 1, place));
                prop_assert_eq!(bytes.as_slice(), line);
                place += line.len() as u64;
            }
        }
    }

    /// Something of a file of any format.
    const PARTS: [&str; 16] = [
        "{\"text\": \"one \\\" two\"}",
        "\n",
        "\r\n",
        ",",
        " ",
        "\"",
        "[",
        "]",
        "12",
        "\"quoted, \n field\"",
        "plain words that go on for a while, so that blocks end in them",
        "\u{feff}",
        "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 5\r\n\r\nabcde\r\n\r\n",
        "WARC/1.0\r\nContent-Length: 70\r\n\r\n",
        "é",
        "\\",
    ];

    #[test]
    fn blanks_between_values_may_fill_blocks() {
        // They are handed out in parts of a megabyte: a value may begin right behind such a part.
        for blanks in [BLOCK - 2, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK - 1] {
            let file = format!("[\"one\",{}\"two\"]", " ".repeat(blanks as usize));
            let records: Vec<_> =
                pieces(file.as_bytes(), Format::Json, 1 << 17, Some(100)).into_iter().filter(|(what, ..)| *what == "record").collect();
            assert_eq!(records.iter().map(|(.., bytes)| bytes.as_slice()).collect::<Vec<_>>(), [b"\"one\"", b"\"two\""], "{blanks}");
        }
    }
}
