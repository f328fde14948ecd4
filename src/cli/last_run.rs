//! The last run of a removal log, document by document, beside the texts as they were before it where those can still be had.
//! Each run tells of texts as they were then: two of them do not add up.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use dehusk::diff::site_of;
use dehusk::log::{Begin, Doc, Event, ReadError, Reader, Records, Removed, State, replay};
use dehusk::splice::Pointer;
use dehusk::{Cleaned, Cleaner, RuleInfo, weave};

use super::logged::shape;
use super::messages::Trouble;
use crate::source::{Document, Entry, Opened, Seeker, Shape, open, say, show};

/// A document that changed, as the log tells it.
pub struct Told {
    /// What the log says of it.
    pub doc: Doc<'static>,
    /// What went.
    pub removed: Vec<Removed<'static>>,
    /// Where it is.
    pub file: PathBuf,
    /// Its text before the run, where the file is still there: as it was, or cleaned.
    pub original: Option<String>,
}

impl Told {
    /// The site it comes from.
    pub fn site(&self) -> &str {
        site_of(self.doc.url.as_deref().unwrap_or(&self.doc.doc))
    }

    /// The cleaning that the log tells of, where the text is known.
    pub fn cleaned(&self, rules: &Rules) -> Option<Cleaned<'_>> {
        replay(self.original.as_deref()?, &self.removed, &rules.0)
    }

    /// What tells this text from all others of the log.
    pub fn key(&self) -> String {
        key(&self.doc.doc, self.doc.record, self.doc.field.as_deref())
    }
}

/// A document, be it a file or a text of a record.
pub fn key(doc: &str, record: Option<u64>, field: Option<&str>) -> String {
    match (record, field) {
        (None, _) => doc.to_owned(),
        (Some(number), None) => format!("{doc}:{number}"),
        (Some(number), Some(field)) => format!("{doc}:{number}#{field}"),
    }
}

/// Rules by id: those of today's packs, and those that only the log knows.
pub struct Rules(pub HashMap<String, Arc<RuleInfo>>);

/// What a log says of its last run besides the documents.
#[derive(Default)]
pub struct Run {
    /// How it began; `diff --format json` does not say.
    pub begin: Option<Begin>,
    /// Documents that failed.
    pub errors: u64,
    /// Runs in the log.
    pub runs: u64,
}

/// True where a file is named as a removal log may be.
pub fn named_as_log(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "jsonl" || end == "zst" || end == "gz")
}

/// True for a removal log: its first line begins a run, or is a removal.
pub fn is_log(path: &Path) -> bool {
    named_as_log(path) && Reader::open(path).is_ok_and(|mut log| matches!(log.next(), Ok(Some(Event::Begin(_) | Event::Removal(_)))))
}

/// Whether the documents themselves are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sources {
    /// Where they are still there.
    Read,
    /// The log is enough.
    Unread,
}

/// Reads the last run of `log`: `take` gets each document that `wanted` wants.
pub fn read(
    log: &Path,
    cleaner: &Cleaner,
    sources: Sources,
    wanted: impl Fn(&Doc<'_>) -> bool,
    mut take: impl FnMut(Told, &Rules) -> Result<()>,
) -> Result<Run> {
    let trouble = |why: String| Trouble::new(format!("the log {} cannot be read", show(log))).at(why);
    let failed = |e: ReadError| trouble(e.to_string());
    let open = || Reader::open(log).map_err(|e| trouble(say(&e)));
    // Which run is the last one is known at the end.
    let mut run = Run { runs: open()?.runs().map_err(failed)?, ..Run::default() };
    let mut rules = Rules(cleaner.rules().iter().map(|rule| (rule.id.clone(), Arc::clone(rule))).collect());
    let mut earlier = run.runs;
    let mut removed: Vec<Removed<'static>> = Vec::new();
    let mut files = Files::default();
    let mut reader = open()?;
    while let Some(event) = reader.next().map_err(failed)? {
        match event {
            Event::Begin(begin) => {
                earlier -= 1;
                run.begin = Some(begin);
                removed.clear();
            }
            _ if earlier > 0 => {}
            Event::Removal(one) => {
                if !rules.0.contains_key(one.rule.as_ref()) {
                    rules.0.insert(one.rule.to_string(), Arc::new(RuleInfo::unknown(&one.rule, one.confidence)));
                }
                removed.push(one.into_owned());
            }
            Event::Doc(doc) => {
                let removed = std::mem::take(&mut removed);
                if wanted(&doc) {
                    let folder = run.begin.as_ref().map_or("", |begin| begin.folder.as_str());
                    let file = Path::new(folder).join(&*doc.doc);
                    let original = (sources == Sources::Read).then(|| files.original(&file, &doc, &removed)).flatten();
                    take(Told { doc: doc.into_owned(), removed, file, original }, &rules)?;
                }
            }
            Event::Records(head) => files.announced(&head),
            Event::File(_) => {}
            Event::End(end) => run.errors = end.errors,
        }
    }
    Ok(run)
}

/// The files that a log tells of, looked into in the order of the log.
#[derive(Default)]
struct Files {
    /// The shape of the container that comes next.
    shape: Option<(String, Shape)>,
    /// The container that is open, or could not be opened.
    open: Option<(PathBuf, Option<Seeker>)>,
}

impl Files {
    fn announced(&mut self, head: &Records<'_>) {
        self.shape = Some((head.doc.to_string(), shape(&head.format, head.fields.iter().map(|field| &**field))));
    }

    /// The text that a document had before the run. By its hash, so that another text is never taken for it.
    fn original(&mut self, file: &Path, doc: &Doc<'_>, removed: &[Removed<'_>]) -> Option<String> {
        let (state, text) = match doc.record {
            None => {
                let bytes = std::fs::read(file).ok()?;
                let state = State::of(&bytes);
                if state != doc.after && state != doc.before {
                    return None;
                }
                (state, Document::from_bytes(bytes.into(), doc.encoding.parse().unwrap_or_default()).ok()?.text.into_owned())
            }
            Some(number) => {
                let texts = self.container(file, doc)?.texts(number);
                let of_field = |text: &&crate::source::Text<'_>| match &doc.field {
                    None => true,
                    Some(field) => text.entry.record.as_deref().and_then(|r| r.field.as_deref()) == Some(field.as_ref()),
                };
                let text = texts.iter().find(of_field)?.document.text.to_string();
                (State::of(text.as_bytes()), text)
            }
        };
        if state == doc.before {
            return Some(text);
        }
        (state == doc.after).then(|| weave(&text, removed.iter().map(|r| (r.bytes[0], r.text.as_ref())))).flatten()
    }

    fn container(&mut self, file: &Path, doc: &Doc<'_>) -> Option<&mut Seeker> {
        if self.open.as_ref().is_none_or(|(open, _)| open != file) {
            let told = self.shape.take().filter(|(name, _)| *name == doc.doc).map(|(_, shape)| shape);
            let fields = doc.field.iter().filter_map(|field| field.parse::<Pointer>().ok()).collect();
            let shape = told.unwrap_or_else(|| Shape { fields, ..Shape::default() });
            let entry = Entry { path: Some(file.to_owned()), name: show(file), place: file.to_owned(), walked: false, record: None };
            let seeker = match open(&entry, &shape) {
                Ok(Opened::Container(container, reader)) => Some(Seeker::new(container, reader)),
                _ => None,
            };
            self.open = Some((file.to_owned(), seeker));
        }
        self.open.as_mut()?.1.as_mut()
    }
}
