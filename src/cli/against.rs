//! `dehusk diff --against`: only what this run answers otherwise than an earlier run, or another version of a pack.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use dehusk::Cleaner;
use dehusk::diff::{ChangeTally, Changes, Earlier, Format, Options};
use dehusk::log::{Event, Reader};

use super::args::DiffArgs;
use super::exit::Exit;
use super::messages::Trouble;
use super::session::{Loaded, Session, cleaner};
use super::settings::Settings;
use super::view::Output;
use crate::source::Entry;

/// The other answer.
enum Other {
    /// Given anew by other packs.
    Packs(Box<Cleaner>),
    /// Told by a log, by document.
    Log(HashMap<String, Vec<Logged>>),
}

/// A removal of a log, and what it held.
struct Logged {
    earlier: Earlier,
    text: u64,
}

/// Runs the command.
pub fn run(args: &DiffArgs, other: &Path, session: &Session, options: &Options) -> Result<Exit> {
    if !matches!(options.format, Format::Human | Format::Short) {
        return Err(Trouble::new("--against shows differences to people only").help("--format human or short").into());
    }
    let cleaner = session.cleaner()?;
    let other = Other::open(other, &session.settings)?;
    session.watch();
    let mut out = Output::new(session.settings.paging, options.format == Format::Human);
    let mut all = ChangeTally::default();
    let mut shown = 0;
    let most = args.view.max_docs.unwrap_or(u64::MAX);
    let totals = session.each(
        |entry, loaded| {
            let Loaded::Text(document) = loaded else { return Ok(None) };
            let mut tally = ChangeTally::default();
            let Some(before) = other.answer(entry, &document.text) else {
                tally.documents = 1;
                tally.other_text = 1;
                return Ok(Some(((Vec::new(), tally), 0)));
            };
            let cleaned = cleaner.clean(&document.text);
            let changes = Changes::new(&cleaned, &before);
            tally.add(&changes);
            Ok(Some(((changes.render(&entry.name, options), tally), cleaned.removed_bytes())))
        },
        |(bytes, tally)| {
            all.merge(&tally);
            shown += u64::from(!bytes.is_empty());
            if shown <= most {
                out.write_all(&bytes)?;
            }
            Ok(())
        },
    )?;
    out.write_all(&all.render(options))?;
    out.flush()?;
    out.close()?;
    let closed = session.close(&totals, "left alone");
    Ok(closed.max(session.found(all.changed > 0 && args.view.exit_code)))
}

impl Other {
    /// `builtin`, a log (`.jsonl`, `.zst`), or a pack: a folder instead of --packs where that was typed, else instead of --pack.
    fn open(path: &Path, settings: &Settings) -> Result<Other> {
        let ends = |end: &str| path.extension().is_some_and(|found| found == end);
        if ends("jsonl") || ends("zst") {
            return Ok(Other::Log(logged(path)?));
        }
        let mut settings = settings.clone();
        if path == Path::new("builtin") {
            settings.pack = None;
            settings.packs = None;
        } else if path.is_dir() && settings.packs.as_deref().is_some_and(|packs| !packs.as_os_str().is_empty()) {
            settings.packs = Some(path.to_owned());
        } else if path.exists() {
            settings.pack = Some(vec![path.to_owned()]);
        } else {
            return Err(Trouble::new(format!("--against {}: no such file or folder", path.display()))
                .help("a removal log, a pack, a folder of packs, or `builtin`")
                .into());
        }
        Ok(Other::Packs(Box::new(cleaner(&settings)?)))
    }

    /// What went from `text`; `None` where the log knows another text under this name.
    fn answer(&self, entry: &Entry, text: &str) -> Option<Vec<Earlier>> {
        match self {
            Other::Packs(cleaner) => Some(Earlier::of(&cleaner.clean(text))),
            Other::Log(documents) => {
                let place = name(&entry.place.to_string_lossy(), entry.record.as_deref().map(|r| (r.number, r.field.as_deref())));
                // What did not change is not in the log.
                let Some(removals) = documents.get(&place).or_else(|| documents.get(&entry.name)) else {
                    return Some(Vec::new());
                };
                let same = |one: &Logged| text.get(one.earlier.bytes.clone()).is_some_and(|held| hash(held) == one.text);
                removals.iter().all(same).then(|| removals.iter().map(|one| one.earlier.clone()).collect())
            }
        }
    }
}

/// The removals of the last run in a log.
fn logged(path: &Path) -> Result<HashMap<String, Vec<Logged>>> {
    let trouble = |why: String| Trouble::new(format!("--against {}: {why}", path.display()));
    let mut reader = Reader::open(path).map_err(|e| trouble(e.to_string()))?;
    let mut documents: HashMap<String, Vec<Logged>> = HashMap::new();
    while let Some(event) = reader.next().map_err(|e| trouble(e.to_string()))? {
        match event {
            Event::Begin(_) => documents.clear(),
            Event::Removal(removed) => {
                let earlier = Earlier {
                    bytes: removed.bytes[0]..removed.bytes[1],
                    rule: removed.rule.into_owned(),
                    confidence: removed.confidence,
                    evidence: removed.evidence.into_iter().map(|reason| reason.into_owned()).collect(),
                };
                let text = hash(&removed.text);
                let doc = name(&removed.doc, removed.record.map(|number| (number, removed.field.as_deref())));
                documents.entry(doc).or_default().push(Logged { earlier, text });
            }
            Event::Doc(_) | Event::Records(_) | Event::File(_) | Event::End(_) => {}
        }
    }
    Ok(documents)
}

/// A document, be it a file or a record of one.
fn name(doc: &str, record: Option<(u64, Option<&str>)>) -> String {
    match record {
        None => doc.to_owned(),
        Some((number, None)) => format!("{doc}:{number}"),
        Some((number, Some(field))) => format!("{doc}:{number}#{field}"),
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
