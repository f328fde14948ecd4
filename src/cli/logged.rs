//! A run as its log tells it, read one document after the other.

use std::io;
use std::path::Path;

use clap::ValueEnum;
use dehusk::log::{Event, ReadError, Reader, State};
use dehusk::splice::Pointer;

use super::args::From;
use crate::source::Shape;

/// How a container is read of which a log says what it holds, and where its texts are.
pub fn shape<'f>(format: &str, fields: impl Iterator<Item = &'f str>) -> Shape {
    Shape {
        from: From::from_str(format, true).ok().and_then(From::format),
        fields: fields.filter_map(|field| field.parse::<Pointer>().ok()).collect(),
        ..Shape::default()
    }
}

/// A text of one run, with what was taken from it.
pub struct Piece {
    /// The file.
    pub doc: String,
    /// The record in the file, and its field where it has several texts.
    pub record: Option<u64>,
    /// See `record`.
    pub field: Option<String>,
    /// How the file is encoded.
    pub encoding: String,
    /// It begins with a byte order mark.
    pub bom: bool,
    /// The text as it was.
    pub before: State,
    /// The text as it is.
    pub after: State,
    /// Where each removal began, what it was, and how the record spelled it.
    pub removed: Vec<(usize, String, Option<String>)>,
}

/// A container in which something changed.
pub struct Head {
    /// The file.
    pub doc: String,
    /// What it holds.
    pub format: String,
    /// Where its texts are.
    pub fields: Vec<String>,
}

/// What comes next.
enum Unit {
    Text(Piece),
    Open(Head),
    Record(Piece),
    Close(Option<State>),
}

/// The documents of one run.
pub struct Pieces {
    reader: Reader,
    /// Runs that begin before the one we want.
    skip: usize,
    inside: bool,
    waiting: Option<Unit>,
    /// The container that comes next: iteration stops before it.
    pub opened: Option<Head>,
    /// What the container was before, unpacked; known at its end.
    pub before: Option<State>,
    /// Why the log cannot be read on.
    pub error: Option<ReadError>,
}

impl Pieces {
    /// The documents of run `number` in `log`.
    pub fn new(log: &Path, number: usize) -> io::Result<Pieces> {
        let reader = Reader::open(log)?;
        Ok(Pieces { reader, skip: number, inside: false, waiting: None, opened: None, before: None, error: None })
    }

    fn unit(&mut self) -> Option<Unit> {
        if self.waiting.is_some() {
            return self.waiting.take();
        }
        if self.error.is_some() {
            return None;
        }
        self.read().unwrap_or_else(|error| {
            self.error = Some(error);
            None
        })
    }

    fn read(&mut self) -> Result<Option<Unit>, ReadError> {
        let mut removed = Vec::new();
        while let Some(event) = self.reader.next()? {
            match event {
                Event::Begin(_) if self.inside => return Ok(None),
                Event::Begin(_) if self.skip == 0 => self.inside = true,
                Event::Begin(_) => self.skip -= 1,
                Event::Removal(removal) if self.inside => {
                    removed.push((removal.bytes[0], removal.text.into_owned(), removal.raw.map(|raw| raw.into_owned())));
                }
                Event::Doc(doc) if self.inside => {
                    let piece = Piece {
                        doc: doc.doc.into_owned(),
                        record: doc.record,
                        field: doc.field.map(|field| field.into_owned()),
                        encoding: doc.encoding.into_owned(),
                        bom: doc.bom,
                        before: doc.before,
                        after: doc.after,
                        removed,
                    };
                    return Ok(Some(if piece.record.is_some() { Unit::Record(piece) } else { Unit::Text(piece) }));
                }
                Event::Records(head) if self.inside => {
                    return Ok(Some(Unit::Open(Head {
                        doc: head.doc.into_owned(),
                        format: head.format.into_owned(),
                        fields: head.fields.into_iter().map(|field| field.into_owned()).collect(),
                    })));
                }
                Event::File(file) if self.inside => return Ok(Some(Unit::Close(file.before))),
                _ => {}
            }
        }
        Ok(None)
    }

    /// The next record of the container that was opened; `None` behind the last one.
    pub fn record(&mut self) -> Option<Piece> {
        match self.unit()? {
            Unit::Record(piece) => Some(piece),
            Unit::Close(before) => {
                self.before = before;
                self.waiting = None;
                None
            }
            other => {
                self.waiting = Some(other);
                None
            }
        }
    }

    /// Goes on behind the container, wherever in it we are.
    pub fn leave_container(&mut self) {
        self.before = None;
        loop {
            match self.unit() {
                Some(Unit::Record(_) | Unit::Close(_)) => {}
                other => {
                    self.waiting = other;
                    return;
                }
            }
        }
    }
}

impl Iterator for Pieces {
    type Item = Piece;

    /// The next text that is a file of its own.
    fn next(&mut self) -> Option<Piece> {
        loop {
            match self.unit()? {
                Unit::Text(piece) => return Some(piece),
                Unit::Open(head) => {
                    self.opened = Some(head);
                    return None;
                }
                // Records without their container: another version may know what to do with them.
                Unit::Record(_) | Unit::Close(_) => {}
            }
        }
    }
}
