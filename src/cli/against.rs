//! `dehusk diff --against`: only what this run answers otherwise than an earlier run, or another version of a pack.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use dehusk::Cleaner;
use dehusk::diff::{ChangeTally, Changes, Earlier, Format, Options};
use dehusk::log::Removed;

use super::args::DiffArgs;
use super::exit::Exit;
use super::last_run::{self, Sources, key};
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

/// Two answers are compared for people.
pub fn for_people(options: &Options) -> Result<()> {
    match options.format {
        Format::Human | Format::Short => Ok(()),
        _ => Err(Trouble::new("two answers are compared for people only").help("--format human or short").into()),
    }
}

/// Runs the command.
pub fn run(args: &DiffArgs, other: &Path, session: &Session, options: &Options) -> Result<Exit> {
    for_people(options)?;
    let cleaner = session.cleaner()?;
    let other = Other::open(other, &session.settings, &cleaner)?;
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
                tally.add_other_text();
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
    /// `builtin`, a log (`.jsonl`, `.zst`, `.gz`), or a pack: a folder instead of --packs where that was typed, else instead of --pack.
    fn open(path: &Path, settings: &Settings, now: &Cleaner) -> Result<Other> {
        if last_run::named_as_log(path) {
            return Ok(Other::Log(logged(path, now)?));
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
                let record = entry.record.as_deref();
                let place = key(&entry.place.to_string_lossy(), record.map(|r| r.number), record.and_then(|r| r.field.as_deref()));
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
fn logged(path: &Path, cleaner: &Cleaner) -> Result<HashMap<String, Vec<Logged>>> {
    let mut documents = HashMap::new();
    last_run::read(
        path,
        cleaner,
        Sources::Unread,
        |_| true,
        |told, _| {
            let logged = |removed: &Removed<'_>| Logged { earlier: Earlier::logged(removed), text: hash(&removed.text) };
            documents.insert(told.key(), told.removed.iter().map(logged).collect());
            Ok(())
        },
    )?;
    Ok(documents)
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
