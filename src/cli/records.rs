//! Records on their way through `clean`: cut on any thread, written in order by one.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use anyhow::{Context, Result};
use dehusk::{Cleaner, Span};

use super::args::OnError;
use super::clean::Target;
use super::messages::Failure;
use super::record::Book;
use super::session::{Session, Step};
use crate::sink::{Out, Pending, Stream};
use crate::source::{Body, Container, Ending, Format, Packing, Piece, Text};

/// What is left of a piece.
#[derive(Default)]
pub struct Cut {
    /// Texts that changed.
    pub changed: u64,
    /// Removals.
    pub removals: u64,
    /// Bytes that went.
    pub removed: u64,
    /// What is written.
    bytes: Vec<u8>,
    /// Lines of the log.
    lines: Vec<u8>,
    /// A record that is left out.
    dropped: bool,
    /// What lies between records.
    rest: bool,
}

/// Cuts the texts of a piece.
pub fn cut<T>(session: &Session, cleaner: &Cleaner, book: &Book, container: &Container, piece: Piece, step: &mut Step<T>) -> Cut {
    let texts = match session.texts(container, &piece, step) {
        Ok(texts) => texts,
        Err(failure) => {
            step.fail(failure);
            let keep = session.on_error() == OnError::Keep;
            let bytes = if keep { whole(piece.body) } else { Vec::new() };
            return Cut { bytes, dropped: !keep, ..Cut::default() };
        }
    };
    let mut done = Cut { rest: matches!(piece.body, Body::Rest(_)), ..Cut::default() };
    let mut cuts = Vec::with_capacity(texts.len());
    for text in &texts {
        let cleaned = cleaner.clean(&text.document.text);
        cuts.push(cleaned.removals().iter().map(|removal| (removal.span().start(), removal.span().end())).collect::<Vec<_>>());
        if !cleaned.changed() {
            continue;
        }
        done.changed += 1;
        done.removals += cleaned.removals().len() as u64;
        done.removed += cleaned.removed_bytes() as u64;
        let raw = |span: Span| spelling(container, piece.body.bytes(), text, span);
        match book.record_lines(&text.entry, &cleaned, raw) {
            Ok(lines) => done.lines.extend(lines),
            Err(e) => step.fail(Failure::io(&text.entry.name, &e)),
        }
    }
    done.bytes = match &piece.body {
        Body::Record(record) if done.changed > 0 => container.cut(record, &texts, &cuts),
        _ => whole(piece.body),
    };
    done
}

fn whole(body: Body) -> Vec<u8> {
    match body {
        Body::Rest(bytes) | Body::Left(bytes, _) | Body::Record(bytes) => bytes,
        #[cfg(feature = "parquet")]
        Body::Rows(_) => Vec::new(),
    }
}

/// How the record spells a part of its text, where that is not the plainest way.
fn spelling<'t>(container: &Container, record: &[u8], text: &'t Text, span: Span) -> Option<Cow<'t, str>> {
    if !matches!(container.format, Format::Jsonl | Format::Json) {
        return None;
    }
    let raw = record.get(text.range.clone())?;
    let raw = raw.get(text.spelled.raw(span.start())..text.spelled.raw(span.end()))?;
    let plain = container.spell(span.of(&text.document.text));
    (raw != plain).then(|| String::from_utf8_lossy(raw).into_owned().into())
}

/// Writes containers, one after the other.
pub struct Records<'a> {
    target: &'a Target,
    book: &'a Book,
    packing: Option<Packing>,
    open: Option<Stream>,
    changed: u64,
    /// The commas of a JSON list, where records of it may be left out.
    commas: Option<Commas>,
}

/// What lies between the records of a JSON list waits for the next record, since it goes where that goes.
#[derive(Default)]
struct Commas {
    waiting: Vec<u8>,
    /// The first record was left out: the comma behind it goes.
    skip: bool,
}

impl Commas {
    /// What is to be written now.
    fn pass<'c>(&mut self, cut: &'c Cut) -> Cow<'c, [u8]> {
        if cut.rest {
            let skipped = if self.skip { memchr::memchr(b',', &cut.bytes) } else { None };
            self.skip &= skipped.is_none();
            match skipped {
                Some(at) => self.waiting.extend([&cut.bytes[..at], &cut.bytes[at + 1..]].concat()),
                None => self.waiting.extend(&cut.bytes),
            }
            return Cow::Borrowed(&[]);
        }
        if !cut.dropped {
            self.waiting.extend(&cut.bytes);
            return Cow::Owned(std::mem::take(&mut self.waiting));
        }
        match memchr::memchr(b',', &self.waiting) {
            Some(comma) => self.waiting.truncate(comma),
            None => self.skip = true,
        }
        Cow::Borrowed(&[])
    }
}

impl<'a> Records<'a> {
    /// A writer to `target`; `packing` is what the user asked for.
    pub fn new(target: &'a Target, book: &'a Book, packing: Option<Packing>) -> Records<'a> {
        Records { target, book, packing, open: None, changed: 0, commas: None }
    }

    /// Begins a container. One that cannot be written is not read any further.
    pub fn begin(&mut self, container: Arc<Container>) -> Option<Failure> {
        self.changed = 0;
        self.commas = (container.format == Format::Json).then(Commas::default);
        match self.stream(&container) {
            Ok(stream) => {
                self.open = Some(stream);
                None
            }
            Err(e) => {
                self.open = None;
                container.give_up();
                Some(Failure::io(container.entry.name.clone(), &e))
            }
        }
    }

    fn stream(&self, container: &Container) -> io::Result<Stream> {
        let packing = self.packing.unwrap_or(container.packing);
        let entry = &container.entry;
        let out = match self.target {
            Target::Stdout => Out::stdout(),
            Target::Out(folder) => {
                let place = if self.packing.is_some() { packing.rename(&entry.place) } else { entry.place.clone() };
                Out::file(folder.begin(&place, entry.path.as_deref())?)
            }
            Target::InPlace => match (&entry.path, &container.version) {
                (Some(path), Some(version)) => Out::file(Pending::replace(path, &[], version)?),
                _ => Out::Nowhere,
            },
        };
        Stream::new(out, packing, container.format == Format::Wet)
    }

    /// Adds a piece and its lines to the log.
    pub fn write(&mut self, cut: &Cut) -> Result<Vec<Failure>> {
        let Some(stream) = &mut self.open else { return Ok(Vec::new()) };
        self.changed += cut.changed;
        let bytes = self.commas.as_mut().map_or(Cow::Borrowed(cut.bytes.as_slice()), |commas| commas.pass(cut));
        stream.write(&bytes).context("the output cannot be written")?;
        self.book.take(&cut.lines, None)
    }

    /// Ends the container: it becomes visible, whole.
    pub fn end(&mut self, container: &Container, ending: &Ending) -> Result<Vec<Failure>> {
        let Some(mut stream) = self.open.take() else { return Ok(Vec::new()) };
        if let Some(commas) = self.commas.take() {
            stream.write(&commas.waiting).context("the output cannot be written")?;
        }
        let name = &container.entry.name;
        let (after, pending) = stream.finish().context("the output cannot be written")?;
        let in_place = matches!(self.target, Target::InPlace);
        if in_place && (self.changed == 0 || ending.damage.is_some()) {
            // What lies behind the damage may be saved by other means: the file stays.
            return Ok(Vec::new());
        }
        let lines = if self.changed > 0 { self.book.file_line(container, ending, Some(after))? } else { Vec::new() };
        match pending {
            Some(pending) if in_place => self.book.take(&lines, Some((name.clone(), pending))),
            Some(pending) => {
                let mut failures = self.book.take(&lines, None)?;
                failures.extend(pending.commit().err().map(|e| Failure::io(name.clone(), &e)));
                Ok(failures)
            }
            None => self.book.take(&lines, None),
        }
    }
}
