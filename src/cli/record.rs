//! The removal log of a run: written before anything is replaced, so that whatever is gone can be put back.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use dehusk::log::{self, Begin, Doc, End, Event, Pack, Removed, SCHEMA, State, Writer};
use dehusk::{Cleaned, Cleaner, Span};

use super::messages::Failure;
use crate::sink::Pending;
use crate::source::{Container, Document, Ending, Entry, Form, Inputs};

/// Replacements that wait for one flush of the log: a flush a document would cost a turn of the disk each.
const BATCH: usize = 256;

/// Threads that wait for the disk: many files flushed at once cost it little more than one.
const FLUSHERS: usize = 16;

/// Where the cleaned texts of the run go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Over the originals.
    InPlace,
    /// Into a folder.
    Out,
    /// To standard output.
    Stdout,
}

/// The log of a run, if it has one.
pub struct Book {
    path: Option<PathBuf>,
    folder: PathBuf,
    /// More than one path was given: a document's place may not tell where it is.
    many: bool,
    head: Begin,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    writer: Option<Writer>,
    waiting: Vec<(String, Pending)>,
    /// The log could not be written: nothing is replaced any more.
    broken: bool,
}

impl Book {
    /// A log at `path`. It is opened with the first removal.
    pub fn new(path: Option<PathBuf>, mode: Mode, inputs: &Inputs, cleaner: &Cleaner) -> Result<Book> {
        let folder = inputs.base().unwrap_or_default();
        let head = Begin {
            schema: SCHEMA,
            run: run_id(),
            tool: env!("CARGO_PKG_VERSION").into(),
            mode: match mode {
                Mode::InPlace => "in-place",
                Mode::Out => "out",
                Mode::Stdout => "stdout",
            }
            .into(),
            folder: folder.display().to_string(),
            packs: if path.is_some() { packs(cleaner) } else { Vec::new() },
        };
        Ok(Book { path, folder, many: inputs.0.len() > 1, head, open: Mutex::default() })
    }

    /// The log, where one has been written.
    pub fn written(&self) -> Option<&Path> {
        self.lock().writer.as_ref().and(self.path.as_deref())
    }

    /// Opens the log now.
    pub fn begin(&self) -> Result<()> {
        self.opened(&mut self.lock())
    }

    /// True where replacements wait for the log.
    pub fn waits(&self) -> bool {
        !self.lock().waiting.is_empty()
    }

    /// True where a log is kept.
    pub fn kept(&self) -> bool {
        self.path.is_some()
    }

    /// The lines of a document that changed; nothing where no log is kept.
    pub fn lines(&self, entry: &Entry, document: &Document<'_>, cleaned: &Cleaned<'_>, after: &[u8]) -> io::Result<Vec<u8>> {
        if self.path.is_none() {
            return Ok(Vec::new());
        }
        let before = State::of(&document.encode(cleaned.original())?);
        self.tell(entry, document.form, cleaned, [before, State::of(after)], |_| None)
    }

    /// The lines of a text of a record that changed. `raw` tells how the record spelled a removal, where that is not plain.
    pub fn record_lines<'t>(
        &self,
        entry: &Entry,
        cleaned: &Cleaned<'t>,
        raw: impl Fn(Span) -> Option<Cow<'t, str>>,
    ) -> io::Result<Vec<u8>> {
        if self.path.is_none() {
            return Ok(Vec::new());
        }
        let states = [State::of(cleaned.original().as_bytes()), State::of(cleaned.text().as_bytes())];
        self.tell(entry, Form::Utf8 { bom: false }, cleaned, states, raw)
    }

    fn tell<'t>(
        &self,
        entry: &Entry,
        form: Form,
        cleaned: &Cleaned<'t>,
        [before, after]: [State; 2],
        raw: impl Fn(Span) -> Option<Cow<'t, str>>,
    ) -> io::Result<Vec<u8>> {
        let mut lines = Vec::new();
        let name = self.name(entry)?;
        let record = entry.record.as_deref();
        let field = record.and_then(|record| record.field.as_deref());
        for (told, removal) in log::removals(&name, cleaned).zip(cleaned.removals()) {
            let record = record.map(|record| record.number);
            push(&mut lines, &Event::Removal(Removed { record, field: field.map(Into::into), raw: raw(removal.span()), ..told }))?;
        }
        let doc = Doc {
            doc: name.as_str().into(),
            record: record.map(|record| record.number),
            field: field.map(Into::into),
            id: record.and_then(|record| record.id.as_deref()).map(Into::into),
            url: record.and_then(|record| record.url.as_deref()).map(Into::into),
            encoding: form.name().into(),
            bom: form.bom(),
            before,
            after,
        };
        push(&mut lines, &Event::Doc(doc))?;
        Ok(lines)
    }

    /// The line before the records of a container.
    pub fn records_line(&self, container: &Container) -> io::Result<Vec<u8>> {
        let mut lines = Vec::new();
        if self.path.is_some() {
            let doc = self.name(&container.entry)?;
            let fields = container.fields.iter().map(|field| field.as_str().into()).collect();
            push(&mut lines, &Event::Records(log::Records { doc: doc.as_str().into(), format: container.format.name().into(), fields }))?;
        }
        Ok(lines)
    }

    /// The line of a container that was written.
    pub fn file_line(&self, container: &Container, ending: &Ending, after: Option<State>) -> io::Result<Vec<u8>> {
        let mut lines = Vec::new();
        if self.path.is_some() {
            let doc = self.name(&container.entry)?;
            let file = log::Container {
                doc: doc.as_str().into(),
                packing: container.packing.to_string().into(),
                records: ending.records,
                before: ending.state.clone(),
                after,
            };
            push(&mut lines, &Event::File(file))?;
        }
        Ok(lines)
    }

    /// Takes the lines of the next document, and the replacement that must wait for them.
    pub fn take(&self, lines: &[u8], pending: Option<Box<(String, Pending)>>) -> Result<Vec<Failure>> {
        if lines.is_empty() && pending.is_none() {
            return Ok(Vec::new());
        }
        let mut open = self.lock();
        self.opened(&mut open)?;
        let written = open.writer.as_mut().map_or(Ok(()), |writer| writer.write_lines(lines));
        self.check(&mut open, written)?;
        open.waiting.extend(pending.map(|waits| *waits));
        let full = open.waiting.len() >= BATCH;
        drop(open);
        if full { self.settle() } else { Ok(Vec::new()) }
    }

    /// Writes the log to the disk, then makes the replacements that waited for it.
    pub fn settle(&self) -> Result<Vec<Failure>> {
        let mut open = self.lock();
        if open.broken || open.waiting.is_empty() {
            open.waiting.clear();
            return Ok(Vec::new());
        }
        let flushed = open.writer.as_mut().map_or(Ok(()), Writer::flush);
        self.check(&mut open, flushed)?;
        let mut waiting = std::mem::take(&mut open.waiting);
        let share = waiting.len().div_ceil(FLUSHERS);
        std::thread::scope(|scope| {
            for some in waiting.chunks_mut(share) {
                // What fails here is tried again, and reported, when the file is replaced.
                scope.spawn(|| some.iter_mut().for_each(|(_, pending)| drop(pending.sync())));
            }
        });
        Ok(waiting.into_iter().filter_map(|(name, pending)| pending.commit().err().map(|e| Failure::io(name, &e))).collect())
    }

    /// Ends the log, where one was begun.
    pub fn end(&self, end: &End) -> Result<()> {
        let mut open = self.lock();
        let written = open.writer.as_mut().map_or(Ok(()), |writer| {
            writer.write(&Event::End(end.clone()))?;
            writer.flush()
        });
        self.check(&mut open, written)
    }

    fn opened(&self, open: &mut Open) -> Result<()> {
        if let (None, Some(path)) = (&open.writer, &self.path) {
            let begun = Writer::open(path).and_then(|mut writer| {
                writer.write(&Event::Begin(self.head.clone()))?;
                Ok(writer)
            });
            match begun {
                Ok(writer) => open.writer = Some(writer),
                Err(e) => self.check(open, Err(e))?,
            }
        }
        Ok(())
    }

    fn check(&self, open: &mut Open, result: io::Result<()>) -> Result<()> {
        open.broken |= result.is_err();
        let path = self.path.as_deref().unwrap_or(Path::new("-"));
        result.with_context(|| format!("the removal log {} cannot be written; nothing more is replaced", path.display()))
    }

    /// What the log calls a document: its path below the folder of the run, absolute where it lies elsewhere.
    fn name(&self, entry: &Entry) -> io::Result<String> {
        let Some(path) = &entry.path else { return Ok("-".into()) };
        let mut name = entry.place.clone();
        if self.many {
            let real = path.canonicalize()?;
            if !self.folder.join(&name).canonicalize().is_ok_and(|there| there == real) {
                name = real;
            }
        }
        let name = name.into_os_string().into_string();
        name.map_err(|_| io::Error::other("its name is not UTF-8: the removal log cannot hold it (rename it, or --exclude it)"))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        // Only this thread writes; a worker that died held no half-written line.
        self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn push(lines: &mut Vec<u8>, event: &Event<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *lines, event)?;
    lines.push(b'\n');
    Ok(())
}

/// The packs of a cleaner: the version of a pack is a hash over the revisions of its rules.
pub fn packs(cleaner: &Cleaner) -> Vec<Pack> {
    let mut packs: BTreeMap<&str, (blake3::Hasher, usize)> = BTreeMap::new();
    for rule in cleaner.rules() {
        let (hasher, rules) = packs.entry(&rule.pack).or_default();
        hasher.update(format!("{} {}\n", rule.id, rule.revision).as_bytes());
        *rules += 1;
    }
    let pack = |(name, (hasher, rules)): (&str, (blake3::Hasher, usize))| Pack {
        name: name.into(),
        version: hasher.finalize().to_hex()[..8].into(),
        rules,
    };
    packs.into_iter().map(pack).collect()
}

/// A name for the run that sorts by time: milliseconds and chance, in Crockford's base 32 (a ULID).
fn run_id() -> String {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis());
    let chance = || u128::from(RandomState::new().build_hasher().finish());
    let value = (millis << 80) | (((chance() << 64) | chance()) & ((1 << 80) - 1));
    (0..26).rev().map(|n| char::from(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(value >> (5 * n)) as usize & 31])).collect()
}
