//! Records on their way through `clean`: cut on any thread, written in order by one.

use std::borrow::Cow;
use std::io;
#[cfg(feature = "parquet")]
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anyhow::{Context, Result};
use dehusk::{Cleaned, Cleaner, Span};

use super::args::{OnError, To};
use super::attributes;
use super::clean::Target;
use super::manifest::{Done, version};
use super::messages::Failure;
use super::record::Book;
use super::session::{Session, Step};
use crate::run;
use crate::sink::{Folder, How, Out, Pending, Sink, Stream};
#[cfg(feature = "parquet")]
use crate::source::Mark;
use crate::source::{Body, Container, Ending, Format, Known, Packing, Piece, Text, say, without};

/// What is left of a piece.
pub struct Cut {
    /// Texts that changed.
    pub changed: u64,
    /// Removals.
    pub removals: u64,
    /// Bytes that went.
    pub removed: u64,
    /// What is written.
    body: Body,
    /// Lines of the log.
    lines: Vec<u8>,
    /// A record that is left out.
    dropped: bool,
    /// What lies between records.
    rest: bool,
    /// Texts in it.
    documents: u64,
    /// It could not be read.
    fault: bool,
    /// Its line of attributes.
    attributes: Vec<u8>,
    /// What is written, compressed, where each piece is for itself.
    packed: Option<Vec<u8>>,
    /// The number of the piece and what was found in it, for the journal.
    pub known: Option<(u64, Known)>,
}

impl Cut {
    /// A piece that is not changed.
    fn of(body: Body) -> Cut {
        Cut {
            changed: 0,
            removals: 0,
            removed: 0,
            body,
            lines: Vec::new(),
            dropped: false,
            rest: false,
            documents: 0,
            fault: false,
            attributes: Vec::new(),
            packed: None,
            known: None,
        }
    }
}

/// What a piece becomes.
enum New {
    /// What it was.
    Same,
    /// Another record, or several.
    Record(Vec<u8>),
    /// Texts with others in their places, and what went from each row.
    #[cfg(feature = "parquet")]
    Rows(Vec<(Range<usize>, Vec<u8>)>, Vec<Mark>),
}

impl New {
    fn of(self, body: Body) -> Body {
        match (self, body) {
            (New::Same, body) => body,
            (New::Record(record), _) => Body::Record(record.into()),
            #[cfg(feature = "parquet")]
            (New::Rows(texts, marks), Body::Rows(mut rows)) => {
                texts.into_iter().for_each(|(range, text)| rows.set(&range, text));
                rows.marks = marks;
                Body::Rows(rows)
            }
            #[cfg(feature = "parquet")]
            (New::Rows(..), body) => body,
        }
    }
}

/// What every worker needs.
pub struct Work<'a> {
    /// The run.
    pub session: &'a Session,
    /// The rules.
    pub cleaner: &'a Cleaner,
    /// The log.
    pub book: &'a Book,
    /// Lines of attributes are wanted.
    pub attributes: bool,
    /// What is written.
    pub to: To,
    /// A journal is kept.
    pub journal: bool,
    /// Tables get columns that tell what went.
    pub marks: bool,
    /// The compression that the user asked for.
    pub packing: Option<Packing>,
}

impl Work<'_> {
    /// Cuts the texts of a piece.
    pub fn cut<T>(&self, container: &Container, mut piece: Piece, step: &mut Step<T>) -> Cut {
        let attributes = self.attributes && matches!(piece.body, Body::Record(_) | Body::Left(_, Some(_)));
        if matches!(piece.body, Body::Left(_, None)) && self.session.on_error() != OnError::Keep {
            return Cut { rest: true, ..Cut::of(Body::nothing()) }; // it goes with its beginning
        }
        let (failures, known) = (step.failed(), piece.known.take());
        let Some(texts) = self.session.texts(container, &piece, step) else {
            return self.unread(container, piece, attributes, step);
        };
        let rest = matches!(piece.body, Body::Rest(_));
        // A row of a table stays where it is, but the file is not what it should be.
        let fault = step.failed() > failures;
        let (known, attributes) = match known.filter(|known| known.fits(&texts)) {
            Some(known) => {
                let line = match known.attributes.as_bytes() {
                    b"" if attributes => self.told(container, &piece, !texts.is_empty(), None, step),
                    line => line.to_vec(),
                };
                (known, line)
            }
            None => {
                // A panic is a bug of ours: the record goes through as it is, like any that cannot be read.
                let found = catch_unwind(AssertUnwindSafe(|| self.find(container, &piece, &texts, attributes, step)));
                match found {
                    Ok(found) => found,
                    Err(panic) => {
                        drop(texts);
                        step.fail(Failure::new(container.name(piece.number), run::said(&*panic)));
                        return self.unread(container, piece, attributes, step);
                    }
                }
            }
        };
        let documents = texts.len() as u64;
        let new = self.new_body(container, &piece, &texts, &known);
        drop(texts);
        let mut done = Cut { documents, rest, fault, attributes, lines: known.lines.as_bytes().to_vec(), ..Cut::of(new.of(piece.body)) };
        for (_, cuts) in known.texts.iter().filter(|(_, cuts)| !cuts.is_empty()) {
            done.changed += 1;
            done.removals += cuts.len() as u64;
            done.removed += cuts.iter().map(|(from, to)| (to - from) as u64).sum::<u64>();
        }
        let packing = self.packing.unwrap_or(container.packing);
        if container.format == Format::Wet && self.to == To::Same && packing != Packing::None {
            // What fails here is tried again where it is written.
            done.packed = packing.whole(done.body.bytes()).ok();
        }
        if self.journal && !rest && !fault {
            done.known = Some((piece.number, known));
        }
        done
    }

    /// What is written of a piece whose texts are known.
    fn new_body(&self, container: &Container, piece: &Piece, texts: &[Text<'_>], known: &Known) -> New {
        if self.to == To::Jsonl {
            let cut = |n: usize, text: &Text<'_>| match known.texts.get(n) {
                Some((_, cuts)) => line(text, &without(&text.document.text, cuts)),
                None => line(text, &text.document.text),
            };
            return New::Record(texts.iter().enumerate().flat_map(|(n, text)| cut(n, text)).collect());
        }
        match &piece.body {
            Body::Record(record) if !known.is_same() => {
                let cuts: Vec<&[(usize, usize)]> = known.texts.iter().map(|(_, cuts)| cuts.as_slice()).collect();
                New::Record(container.cut(record, texts, &cuts))
            }
            #[cfg(feature = "parquet")]
            Body::Rows(rows) => {
                let changed = texts.iter().zip(&known.texts).filter(|(_, (_, cuts))| !cuts.is_empty());
                let new = changed.map(|(text, (_, cuts))| (text.range.clone(), without(&text.document.text, cuts).into_bytes()));
                New::Rows(new.collect(), if self.marks { marks(piece.number, rows.count, texts, known) } else { Vec::new() })
            }
            _ => New::Same,
        }
    }

    /// A piece that could not be read.
    fn unread<T>(&self, container: &Container, piece: Piece, attributes: bool, step: &mut Step<T>) -> Cut {
        let dropped = self.session.on_error() != OnError::Keep;
        let told = if attributes && !dropped { self.told(container, &piece, false, None, step) } else { Vec::new() };
        let body = if dropped || self.to == To::Jsonl { Body::nothing() } else { piece.body };
        Cut { dropped, attributes: told, fault: true, ..Cut::of(body) }
    }

    /// Cleans the texts of a piece: what goes, and the line of attributes.
    fn find<T>(&self, container: &Container, piece: &Piece, texts: &[Text<'_>], attributes: bool, step: &mut Step<T>) -> (Known, Vec<u8>) {
        let cleaned: Vec<Cleaned<'_>> = texts.iter().map(|text| self.cleaner.clean(&text.document.text)).collect();
        let told = if attributes { self.told(container, piece, !cleaned.is_empty(), cleaned.first(), step) } else { Vec::new() };
        let mut known = Known::default();
        if cleaned.iter().all(|cleaned| !cleaned.changed()) {
            return (known, told);
        }
        let mut lines = Vec::new();
        for (text, cleaned) in texts.iter().zip(&cleaned) {
            let cuts = cleaned.removals().iter().map(|removal| (removal.span().start(), removal.span().end())).collect();
            known.texts.push((text.document.text.len(), cuts));
            if self.marks {
                let mut rules: Vec<String> = cleaned.removals().iter().map(|removal| removal.rule().id.to_string()).collect();
                rules.sort();
                rules.dedup();
                known.rules.push(rules);
            }
            let raw = |span: Span| spelling(container, piece.body.bytes(), text, span);
            if cleaned.changed() {
                match self.book.record_lines(&text.entry, cleaned, raw) {
                    Ok(some) => lines.extend(some),
                    Err(e) => step.fail(Failure::io(&text.entry.name, &e)),
                }
            }
        }
        // Both are JSON.
        known.lines = String::from_utf8(lines).unwrap_or_default();
        if self.journal {
            known.attributes = String::from_utf8_lossy(&told).into_owned();
        }
        (known, told)
    }

    fn told<T>(&self, container: &Container, piece: &Piece, text: bool, cleaned: Option<&Cleaned<'_>>, step: &mut Step<T>) -> Vec<u8> {
        let id = container.id(piece.body.bytes());
        if id.is_none() {
            let failure = Failure::new(container.name(piece.number), "no id that is a string: attributes need one");
            step.fail(failure.help("--id-field NAME says where it is"));
        }
        attributes::line(&id.unwrap_or_default(), text, cleaned).unwrap_or_default()
    }
}

/// What went from each of `count` rows, the first of which is `number`.
#[cfg(feature = "parquet")]
fn marks(number: u64, count: usize, texts: &[Text<'_>], known: &Known) -> Vec<Mark> {
    let mut marks = vec![Mark::default(); count];
    for ((text, (_, cuts)), rules) in texts.iter().zip(&known.texts).zip(&known.rules) {
        let row = text.entry.record.as_ref().and_then(|record| usize::try_from(record.number - number).ok());
        let Some(mark) = row.and_then(|row| marks.get_mut(row)) else { continue };
        mark.removed += cuts.iter().map(|(from, to)| (to - from) as u64).sum::<u64>();
        mark.rules.extend(rules.iter().cloned());
        mark.rules.sort();
        mark.rules.dedup();
    }
    marks
}

/// A text as a line of JSON.
fn line(text: &Text<'_>, cleaned: &str) -> Vec<u8> {
    let record = text.entry.record.as_deref();
    let about = [
        ("id", record.and_then(|record| record.id.as_deref())),
        ("url", record.and_then(|record| record.url.as_deref())),
        ("language", record.and_then(|record| record.lang.as_deref())),
        ("text", Some(cleaned)),
    ];
    let members: Vec<String> =
        about.into_iter().filter_map(|(key, value)| Some(format!("\"{key}\":{}", serde_json::to_string(value?).ok()?))).collect();
    format!("{{{}}}\n", members.join(",")).into_bytes()
}

/// How the record spells a part of its text, where that is not the plainest way.
fn spelling<'t>(container: &Container, record: &[u8], text: &'t Text<'_>, span: Span) -> Option<Cow<'t, str>> {
    if !matches!(container.format, Format::Jsonl | Format::Json) {
        return None;
    }
    let raw = record.get(text.range.clone())?;
    let raw = raw.get(text.spelling.raw(span.start())..text.spelling.raw(span.end()))?;
    let plain = container.spell(span.of(&text.document.text));
    (raw != plain).then(|| String::from_utf8_lossy(raw).into_owned().into())
}

/// Writes containers, one after the other.
pub struct Records<'a> {
    target: &'a Target,
    book: &'a Book,
    packing: Option<Packing>,
    open: Option<Sink>,
    /// What is being written.
    container: Option<Arc<Container>>,
    changed: u64,
    /// The line of the log before its records.
    head: Vec<u8>,
    /// Where attributes go, and those of this container.
    attributes: Option<&'a Folder>,
    spans: Option<Stream>,
    /// The file as it was, where a manifest is kept, and what was done to it.
    input: Option<(u64, u64)>,
    manifest: bool,
    /// A file with a record that cannot be read is not written.
    stop: bool,
    to: To,
    /// Tables get columns that tell what went.
    marks: bool,
    /// Threads that compress.
    threads: usize,
    sums: Done,
    faults: u64,
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
    /// What is to be written before a record, which is left as it is; what lies between records is taken in.
    fn pass(&mut self, cut: &mut Cut) -> Vec<u8> {
        if cut.rest {
            let rest = std::mem::replace(&mut cut.body, Body::nothing()).into_bytes();
            let skipped = if self.skip { memchr::memchr(b',', &rest) } else { None };
            self.skip &= skipped.is_none();
            match skipped {
                Some(at) => self.waiting.extend([&rest[..at], &rest[at + 1..]].concat()),
                None => self.waiting.extend_from_slice(&rest),
            }
            return Vec::new();
        }
        if !cut.dropped {
            return std::mem::take(&mut self.waiting);
        }
        match memchr::memchr(b',', &self.waiting) {
            Some(comma) => self.waiting.truncate(comma),
            None => self.skip = true,
        }
        Vec::new()
    }
}

impl<'a> Records<'a> {
    /// A writer to `target`; `packing` is what the user asked for.
    pub fn new(target: &'a Target, book: &'a Book, packing: Option<Packing>) -> Records<'a> {
        Records {
            target,
            book,
            packing,
            open: None,
            container: None,
            changed: 0,
            head: Vec::new(),
            attributes: None,
            spans: None,
            input: None,
            manifest: false,
            stop: false,
            to: To::Same,
            marks: false,
            threads: 1,
            sums: Done::default(),
            faults: 0,
            commas: None,
        }
    }

    /// Writes attributes as well.
    pub fn attributes(self, folder: Option<&'a Folder>) -> Records<'a> {
        Records { attributes: folder, ..self }
    }

    /// Tells what was done, for a manifest.
    pub fn manifest(self, manifest: bool) -> Records<'a> {
        Records { manifest, ..self }
    }

    /// Adds columns to tables.
    pub fn marks(self, marks: bool) -> Records<'a> {
        Records { marks, ..self }
    }

    /// Threads that compress.
    pub fn threads(self, threads: usize) -> Records<'a> {
        Records { threads, ..self }
    }

    /// What is written.
    pub fn to(self, to: To) -> Records<'a> {
        Records { to, ..self }
    }

    /// What becomes of records that cannot be read.
    pub fn on_error(self, on_error: OnError) -> Records<'a> {
        Records { stop: on_error == OnError::Stop, ..self }
    }

    /// Begins a container. One that cannot be written is not read any further.
    pub fn begin(&mut self, container: Arc<Container>) -> Option<Failure> {
        (self.changed, self.faults, self.spans) = (0, 0, None);
        self.sums = Done { doc: container.entry.place.to_string_lossy().into_owned(), ..Done::default() };
        self.input = container.entry.path.as_deref().filter(|_| self.manifest).and_then(|path| version(path).ok());
        if let Some(folder) = self.attributes {
            match self.spans(folder, &container) {
                Ok(spans) => self.spans = Some(spans),
                Err(e) => {
                    container.give_up();
                    return Some(Failure::new(container.entry.name.clone(), format!("its attributes: {}", say(&e))));
                }
            }
        }
        self.commas = (container.format == Format::Json && self.to == To::Same).then(Commas::default);
        match self.book.records_line(&container).and_then(|head| Ok((head, self.sink(&container)?))) {
            Ok((head, sink)) => {
                self.head = head;
                self.container = Some(container);
                self.open = Some(sink);
                None
            }
            Err(e) => {
                self.open = None;
                container.give_up();
                Some(Failure::io(container.entry.name.clone(), &e))
            }
        }
    }

    /// The attributes of a container: a file of the same name and the same compression.
    fn spans(&self, folder: &Folder, container: &Container) -> io::Result<Stream> {
        if container.format != Format::Jsonl {
            return Err(io::Error::other(format!("they are for JSON Lines, this is {}", container.format.name())));
        }
        let pending = self.pending(folder.begin(&container.entry.place, None)?);
        Stream::new(Out::file(pending), How { packing: container.packing, marks: false, threads: self.threads, hash: false }, false)
    }

    fn sink(&self, container: &Arc<Container>) -> io::Result<Sink> {
        // Tables are compressed inside.
        let converted = self.to == To::Jsonl;
        let asked = self.packing.filter(|_| converted || container.format != Format::Parquet);
        let packing = asked.unwrap_or(container.packing);
        let how = How { packing, marks: self.marks, threads: self.threads, hash: self.book.kept() };
        let entry = &container.entry;
        let out = match self.target {
            Target::Stdout => Out::stdout(),
            Target::Out(folder) => {
                let mut place = if asked.is_some() { packing.rename(&entry.place) } else { entry.place.clone() };
                if converted {
                    place = packing.rename(&Packing::None.rename(&place).with_extension("jsonl"));
                }
                Out::file(self.pending(folder.begin(&place, entry.path.as_deref())?))
            }
            Target::InPlace => match (&entry.path, &container.version) {
                (Some(path), Some(version)) => Out::file(self.pending(Pending::replace(path, &[], version)?)),
                _ => Out::Nowhere,
            },
            Target::Nowhere => Out::Nowhere,
        };
        if converted {
            return Ok(Sink::Stream(Box::new(Stream::new(out, how, false)?)));
        }
        Sink::new(container, out, how)
    }

    /// The container cannot be written, on a full disk above all: nothing of it becomes visible, and the others go on. What goes
    /// to standard output has nowhere else to go.
    fn lost(&mut self, error: io::Error, what: &str) -> Result<Failure> {
        (self.open, self.spans, self.input) = (None, None, None);
        let container = self.container.take();
        if matches!(self.target, Target::Stdout) {
            return Err(error).context("the output cannot be written");
        }
        let name = container.map(|container| {
            container.give_up();
            container.entry.name.clone()
        });
        Ok(Failure::new(name.unwrap_or_default(), format!("{what}cannot be written: {}", say(&error))))
    }

    fn pending(&self, pending: Pending) -> Pending {
        if self.manifest { pending.hashed() } else { pending }
    }

    /// What was done to the container that has ended, where it is complete.
    pub fn done(&mut self) -> Option<Done> {
        let input = self.input.take().filter(|_| self.faults == 0)?;
        Some(Done { input, ..std::mem::take(&mut self.sums) })
    }

    /// Adds a piece and its lines to the log.
    pub fn write(&mut self, mut cut: Cut) -> Result<Vec<Failure>> {
        let Some(open) = &mut self.open else { return Ok(Vec::new()) };
        let mut failures = Vec::new();
        if let Some(spans) = &mut self.spans
            && let Err(e) = spans.write(std::mem::take(&mut cut.attributes).into(), None)
        {
            return self.lost(e, "its attributes: ").map(|failure| vec![failure]);
        }
        self.sums.documents += cut.documents;
        self.sums.changed += cut.changed;
        self.sums.removals += cut.removals;
        self.sums.bytes_removed += cut.removed;
        self.faults += u64::from(cut.fault);
        if self.changed == 0 && cut.changed > 0 {
            failures = self.book.take(&self.head, None)?;
        }
        self.changed += cut.changed;
        let between = self.commas.as_mut().map_or(Ok(()), |commas| open.write(commas.pass(&mut cut).into(), None));
        let written = between.and_then(|()| match cut.body {
            #[cfg(feature = "parquet")]
            Body::Rows(rows) => open.write_rows(rows),
            body => open.write(body.into_bytes(), cut.packed.as_deref()),
        });
        if let Err(e) = written {
            return self.lost(e, "").map(|failure| vec![failure]);
        }
        failures.extend(self.book.take(&cut.lines, None)?);
        Ok(failures)
    }

    /// Ends the container: it becomes visible, whole.
    pub fn end(&mut self, container: &Container, ending: &Ending) -> Result<Vec<Failure>> {
        let Some(mut open) = self.open.take() else { return Ok(Vec::new()) };
        let name = &container.entry.name;
        let rest = self.commas.take().map_or(Ok(()), |commas| open.write(commas.waiting.into(), None));
        let (after, pending) = match rest.and_then(|()| open.finish()) {
            Ok(finished) => finished,
            Err(e) => return self.lost(e, "").map(|failure| vec![failure]),
        };
        if let Some(spans) = self.spans.take() {
            let finished = spans.finish().and_then(|(_, pending)| {
                if let (Target::Nowhere, Some(state)) = (self.target, pending.as_ref().and_then(Pending::state)) {
                    self.sums.output = state;
                }
                pending.map_or(Ok(()), Pending::commit)
            });
            if let Err(e) = finished {
                return self.lost(e, "its attributes: ").map(|failure| vec![failure]);
            }
        }
        if let Some(state) = pending.as_ref().and_then(Pending::state) {
            self.sums.output = state;
        }
        if ending.damage.is_some() {
            self.faults += 1; // not complete
        }
        if self.stop && self.faults > 0 {
            return Ok(Vec::new()); // the user did not want it
        }
        let in_place = matches!(self.target, Target::InPlace);
        if in_place
            && self.changed == 0
            && let Some((bytes, _)) = self.input
        {
            self.sums.output.bytes = bytes;
        }
        if in_place && (self.changed == 0 || ending.damage.is_some()) {
            // What lies behind the damage may be saved by other means: the file stays.
            return Ok(Vec::new());
        }
        let lines = if self.changed > 0 { self.book.file_line(container, ending, after)? } else { Vec::new() };
        match pending {
            Some(pending) if in_place => self.book.take(&lines, Some(Box::new((name.clone(), pending)))),
            Some(pending) => {
                let mut failures = self.book.take(&lines, None)?;
                failures.extend(pending.commit().err().map(|e| Failure::io(name.clone(), &e)));
                Ok(failures)
            }
            None => self.book.take(&lines, None),
        }
    }
}
