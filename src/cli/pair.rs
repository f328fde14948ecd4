//! `diff A B`: two results side by side. Two logs, or two output folders of one crawl, are two runs; two packs answer to the
//! texts named behind them. Shown is what goes now and stayed before, and the reverse.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use dehusk::diff::{ChangeTally, Changes, Earlier, Format, Options, Versions};
use dehusk::log::{Removed, replay};

use super::against::for_people;
use super::args::DiffArgs;
use super::exit::Exit;
use super::last_run::{self, Rules, Sources, Told, is_log};
use super::messages::{self, Trouble, counted};
use super::session::{Loaded, Session};
use super::view::Output;
use crate::source::{Document, Entry, Filter, Found, Inputs, show};

/// What the two paths are.
pub enum Pair {
    /// Logs of two runs.
    Logs(PathBuf, PathBuf),
    /// Folders that two runs have written.
    Folders(PathBuf, PathBuf),
}

/// Two packs before the texts stand for `--against A --pack B`.
pub fn packs(args: &DiffArgs) -> Result<Option<DiffArgs>> {
    let [old, new, texts @ ..] = args.input.paths.as_slice() else { return Ok(None) };
    if args.view.against.is_some() || !is_pack(old) || !is_pack(new) {
        return Ok(None);
    }
    if texts.is_empty() && args.input.files_from.is_none() {
        let trouble = Trouble::new("two packs, and no text to try them on");
        return Err(trouble.help(format!("dehusk diff {} {} crawl/", show(old), show(new))).into());
    }
    let mut args = args.clone();
    args.view.against = Some(old.clone());
    if new.is_dir() && old.is_dir() {
        args.rules.packs = Some(new.clone());
    } else {
        args.rules.pack = Some(vec![new.clone()]);
    }
    args.input.paths.drain(..2);
    Ok(Some(args))
}

/// A file of rules, or a folder that holds rules as `patterns/` does.
fn is_pack(path: &Path) -> bool {
    if path.is_dir() {
        ["rules", "languages"].iter().any(|part| path.join(part).is_dir())
    } else {
        path.extension().is_some_and(|e| e == "toml")
    }
}

/// Two results of one crawl.
pub fn of(args: &DiffArgs) -> Option<Pair> {
    let [old, new] = args.input.paths.as_slice() else { return None };
    if args.view.against.is_some() || args.input.files_from.is_some() {
        return None;
    }
    if is_log(old) && is_log(new) {
        return Some(Pair::Logs(old.clone(), new.clone()));
    }
    (old.is_dir() && new.is_dir() && alike(old, new)).then(|| Pair::Folders(old.clone(), new.clone()))
}

/// Documents that are looked at to tell whether two folders hold the same crawl.
const LOOKED_AT: usize = 64;

/// True where two folders hold the same documents: most names of one are in the other, and the texts under them have most
/// of their lines in common. Two crawls of different pages have neither.
fn alike(old: &Path, new: &Path) -> bool {
    if old.canonicalize().ok() == new.canonicalize().ok() {
        return false;
    }
    let (filter, inputs) = (Filter::default(), Inputs::new(&[new.to_owned()]));
    let Ok(found) = inputs.walk(&filter) else { return false };
    let (mut seen, mut known, mut like) = (0, 0, 0);
    for entry in found.filter_map(|found| if let Found::Document(entry) = found { Some(entry) } else { None }).take(LOOKED_AT) {
        seen += 1;
        let (Ok(a), Some(Ok(b))) = (std::fs::read(old.join(&entry.place)), entry.path.as_ref().map(std::fs::read)) else { continue };
        known += 1;
        let (a, b) = (lines(&a), lines(&b));
        like += usize::from(a.intersection(&b).count() * 2 >= a.len().min(b.len()));
    }
    seen > 0 && known * 2 >= seen && like * 2 > known
}

fn lines(bytes: &[u8]) -> HashSet<&[u8]> {
    bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty()).collect()
}

/// Where a comparison is written, and what it adds up to.
struct Board<'a> {
    out: Output,
    options: &'a Options,
    all: ChangeTally,
    shown: u64,
    most: u64,
}

impl<'a> Board<'a> {
    fn new(args: &DiffArgs, session: &Session, options: &'a Options) -> Board<'a> {
        let out = Output::new(session.settings.paging, options.format == Format::Human);
        Board { out, options, all: ChangeTally::default(), shown: 0, most: args.view.max_docs.unwrap_or(u64::MAX) }
    }

    fn rendered(&mut self, bytes: &[u8], tally: &ChangeTally) -> Result<()> {
        self.all.merge(tally);
        self.shown += u64::from(!bytes.is_empty());
        if self.shown <= self.most {
            self.out.write_all(bytes)?;
        }
        Ok(())
    }

    fn changes(&mut self, name: &str, changes: &Changes<'_>) -> Result<()> {
        let mut tally = ChangeTally::default();
        tally.add(changes);
        let bytes = changes.render(name, self.options);
        self.rendered(&bytes, &tally)
    }

    fn close(mut self, session: &Session, exit_code: bool) -> Result<Exit> {
        self.out.write_all(&self.all.render(self.options))?;
        self.out.flush()?;
        self.out.close()?;
        Ok(session.found(self.all.changed > 0 && exit_code))
    }
}

/// Compares.
pub fn run(args: &DiffArgs, pair: &Pair, session: &mut Session, options: &Options) -> Result<Exit> {
    for_people(options)?;
    let (old, new) = match pair {
        Pair::Logs(old, new) | Pair::Folders(old, new) => (old, new),
    };
    if !session.quiet {
        let what = if matches!(pair, Pair::Logs(..)) { "logs" } else { "results of one crawl" };
        messages::aside(&format!("two {what}: what {} takes and {} did not, and the reverse", show(new), show(old)));
    }
    match pair {
        Pair::Logs(old, new) => logs(args, old, new, session, options),
        Pair::Folders(old, _) => folders(args, old, session, options),
    }
}

/// The last runs of two logs.
fn logs(args: &DiffArgs, old: &Path, new: &Path, session: &Session, options: &Options) -> Result<Exit> {
    let cleaner = session.cleaner()?;
    let mut before = HashMap::new();
    last_run::read(
        old,
        &cleaner,
        Sources::Unread,
        |_| true,
        |told, _| {
            before.insert(told.key(), told);
            Ok(())
        },
    )?;
    let mut view = Board::new(args, session, options);
    let mut both = HashSet::new();
    last_run::read(
        new,
        &cleaner,
        Sources::Read,
        |_| true,
        |now, rules| {
            let key = now.key();
            let then = before.get(&key).map(|told| (&told.doc.before, told.removed.as_slice()));
            if then.is_some_and(|(state, _)| *state != now.doc.before) {
                view.all.add_other_text();
            } else {
                compare(&mut view, &now, &now.removed, then.map_or(&[], |(_, removed)| removed), rules)?;
            }
            both.insert(key);
            Ok(())
        },
    )?;
    // Where the new run took nothing, only the old one knows the document.
    let alone = |doc: &dehusk::log::Doc<'_>| !both.contains(&last_run::key(&doc.doc, doc.record, doc.field.as_deref()));
    last_run::read(old, &cleaner, Sources::Read, alone, |then, rules| compare(&mut view, &then, &[], &then.removed, rules))?;
    view.close(session, args.view.exit_code)
}

fn compare(view: &mut Board<'_>, told: &Told, now: &[Removed<'_>], then: &[Removed<'_>], rules: &Rules) -> Result<()> {
    let name = told.key();
    let earlier = |removed: &[Removed<'_>]| removed.iter().map(Earlier::logged).collect::<Vec<_>>();
    if let Some(text) = &told.original
        && let Some(cleaned) = replay(text, now, &rules.0)
    {
        return view.changes(&name, &Changes::new(&cleaned, &earlier(then)));
    }
    // The text is gone: what both took of it, at the lines where it stood, is all there is to show.
    let mut parts: Vec<&Removed<'_>> = now.iter().chain(then).collect();
    parts.sort_by_key(|part| (part.bytes[0], part.bytes[1]));
    let (mut text, mut lines, mut end) = (String::new(), 1, 0);
    let mut moved: Vec<(usize, usize)> = Vec::new(); // where a stretch began, and where it begins in what is known
    for part in parts {
        let [from, to] = part.bytes;
        if from > end || text.is_empty() {
            if !text.is_empty() {
                text.push('\n');
                lines += 1;
            }
            let above = part.line.saturating_sub(lines);
            text.extend(std::iter::repeat_n('\n', above));
            lines += above;
            moved.push((from, text.len()));
            end = from;
        }
        if let Some(new) = part.text.get(end.saturating_sub(from)..).filter(|_| to > end) {
            text.push_str(new);
            lines += new.matches('\n').count();
            end = to;
        }
    }
    let here = |removed: &[Removed<'_>]| -> Vec<Removed<'static>> {
        let place = |at: usize| moved.iter().rev().find(|(from, _)| *from <= at).map_or(at, |(from, to)| at - from + to);
        removed.iter().map(|r| Removed { bytes: r.bytes.map(place), ..r.clone().into_owned() }).collect()
    };
    match replay(&text, &here(now), &rules.0) {
        Some(cleaned) => view.changes(&name, &Changes::new(&cleaned, &earlier(&here(then)))),
        None => Ok(()),
    }
}

/// Two folders of results, text by text.
fn folders(args: &DiffArgs, old: &Path, session: &mut Session, options: &Options) -> Result<Exit> {
    session.inputs.0.drain(..1);
    session.watch();
    let mut view = Board::new(args, session, options);
    let choice = session.shape().choice;
    let (mut alone, mut records) = (0, 0);
    let totals = session.each(
        |entry, loaded| {
            let Loaded::Text(now) = loaded else { return Ok(None) };
            let path = old.join(&entry.place);
            let then = Entry { name: show(&path), path: Some(path), ..entry.clone() };
            if entry.record.is_some() {
                return Ok(Some((Compared::Record, 0)));
            }
            let Ok(then) = Document::read(&then, choice) else { return Ok(Some((Compared::Alone, 0))) };
            let versions = Versions::new(&then.text, &now.text);
            let changes = versions.changes();
            let mut tally = ChangeTally::default();
            tally.add(&changes);
            Ok(Some((Compared::Text(changes.render(&entry.name, options), tally), 0)))
        },
        |compared| match compared {
            Compared::Text(bytes, tally) => view.rendered(&bytes, &tally),
            Compared::Alone => {
                alone += 1;
                Ok(())
            }
            Compared::Record => {
                records += 1;
                Ok(())
            }
        },
    )?;
    let exit = view.close(session, args.view.exit_code)?;
    if alone > 0 {
        messages::aside(&format!("{} not in {}", counted(alone, "document is", "documents are"), show(old)));
    }
    if records > 0 {
        let records = counted(records, "record is", "records are");
        messages::warning(&format!("{records} not compared: runs over datasets are compared by their logs (`clean --log`)"));
    }
    Ok(session.close(&totals, "left alone").max(exit))
}

/// What becomes of a document of two folders.
enum Compared {
    /// It is in both.
    Text(Vec<u8>, ChangeTally),
    /// It is in the later folder only.
    Alone,
    /// It is a record of a dataset.
    Record,
}
