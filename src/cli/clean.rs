//! `dehusk clean`: residue goes, to where the user said and nowhere else.

use std::io::{self, IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::Result;
use dehusk::log::End;
use dehusk::{Cleaned, Cleaner, escape};

use super::args::CleanArgs;
use super::exit::Exit;
use super::messages::{self, Failure, Trouble, bytes, counted, percent, typed};
use super::record::{Book, Mode};
use super::session::{Loaded, Session, Totals};
use super::settings::Typed;
use crate::sink::{Folder, Pending, Refused};
use crate::source::{Entry, Found, Input, show};

/// Where the log of `--in-place` goes without `--log`.
const LOG: &str = "dehusk.removals.jsonl.zst";

/// Where cleaned texts go.
enum Target {
    Stdout,
    Out(Folder),
    InPlace,
}

/// What a worker has done to one document.
struct Done {
    removals: u64,
    removed: u64,
    /// Lines of the log, where one is written.
    lines: Vec<u8>,
    /// A replacement that waits for its lines to be logged.
    pending: Option<(String, Pending)>,
    /// Bytes for standard output.
    print: Vec<u8>,
}

/// Runs the command.
pub fn run(args: &CleanArgs) -> Result<Exit> {
    let settings = args.input.typed().over(args.rules.typed()).over(args.run.typed());
    let mut session = Session::new(&args.input, &args.run, settings)?;
    let target = target(args, &session)?;
    let log = log_path(args, &session, &target);
    session.filter.once = matches!(target, Target::InPlace);
    session.filter.own.extend(log.as_deref().and_then(real_name));
    let cleaner = session.cleaner()?;
    session.watch();
    let mode = match target {
        Target::Stdout => Mode::Stdout,
        Target::Out(_) => Mode::Out,
        Target::InPlace => Mode::InPlace,
    };
    let book = Book::new(log, mode, &session.inputs, &cleaner)?;
    if args.output.log.is_some() {
        book.begin()?; // asked for by name: it is there even where nothing goes
    }
    let mut end = End::default();
    let mut late = Vec::new();
    let ran = session.each(
        |entry, loaded| clean(entry, loaded, &cleaner, &target, &book),
        |done| {
            end.changed += u64::from(done.removals > 0);
            end.removals += done.removals;
            end.bytes_removed += done.removed;
            if !done.print.is_empty() {
                stdout().write_all(&done.print)?;
            }
            late.extend(book.take(&done.lines, done.pending)?);
            Ok(())
        },
    );
    // What has been logged is done, even when something else has failed.
    late.extend(book.settle()?);
    let mut totals = ran?;
    stdout().flush()?;
    totals.failures.extend(late);
    end.documents = totals.documents;
    end.errors = totals.failures.len() as u64;
    end.interrupted = totals.interrupted;
    book.end(&end)?;
    if !session.quiet && (session.verbose || !matches!(target, Target::Stdout)) {
        tell(&end, &totals, args, &book);
    }
    let left = if matches!(target, Target::InPlace) { "left alone" } else { "copied as it is" };
    Ok(session.close(&totals, left))
}

/// Cleans one document and brings it on its way.
fn clean(entry: &Entry, loaded: Loaded, cleaner: &Cleaner, target: &Target, book: &Book) -> Result<Option<(Done, usize)>, Failure> {
    let fail = |e: io::Error| Failure::io(&entry.name, &e);
    let mut done = Done { removals: 0, removed: 0, lines: Vec::new(), pending: None, print: Vec::new() };
    let document = match loaded {
        Loaded::Text(document) => document,
        Loaded::Raw(bytes) => {
            match (target, bytes, &entry.path) {
                (Target::Stdout, Some(bytes), _) => done.print = bytes,
                (Target::Stdout, None, Some(path)) => done.print = std::fs::read(path).map_err(fail)?,
                (Target::Out(folder), Some(bytes), path) => folder.write(&entry.place, &bytes, path.as_deref()).map_err(fail)?,
                (Target::Out(folder), None, Some(path)) => folder.copy(&entry.place, path).map_err(fail)?,
                _ => {}
            }
            return Ok(Some((done, 0)));
        }
    };
    let cleaned = cleaner.clean(&document.text);
    let after = document.encode(cleaned.text()).map_err(fail)?;
    if cleaned.changed() {
        done.lines = book.lines(entry, &document, &cleaned, &after).map_err(fail)?;
    }
    match target {
        Target::Stdout => done.print = for_stdout(&cleaned, &after),
        Target::Out(folder) => folder.write(&entry.place, &after, entry.path.as_deref()).map_err(fail)?,
        Target::InPlace => {
            if let (true, Some(path), Some(version)) = (cleaned.changed(), &entry.path, &document.version) {
                let pending = Pending::replace(path, &after, version).map_err(fail)?;
                done.pending = Some((entry.name.clone(), pending));
            }
        }
    }
    let removed = cleaned.removed_bytes();
    done.removals = cleaned.removals().len() as u64;
    done.removed = removed as u64;
    Ok(Some((done, removed)))
}

/// The cleaned text: as it was written for files and pipes, made safe for a terminal.
fn for_stdout(cleaned: &Cleaned<'_>, after: &[u8]) -> Vec<u8> {
    if stdout().is_terminal() { escape::lines(cleaned.text()).into_owned().into_bytes() } else { after.to_vec() }
}

/// Where the texts go, or why that cannot be.
fn target(args: &CleanArgs, session: &Session) -> Result<Target> {
    let stdin = session.inputs.0.contains(&Input::Stdin);
    if let Some(out) = &args.output.out {
        if stdin {
            return Err(Trouble::new("standard input has no name to write it under").help("dehusk clean - > cleaned.txt").into());
        }
        return match Folder::new(out, session.inputs.folders(), args.output.overwrite) {
            Ok(folder) => Ok(Target::Out(folder)),
            Err(e) => Err(refused(&e, out).into()),
        };
    }
    if args.output.in_place {
        if stdin {
            return Err(Trouble::new("standard input cannot be replaced").help("dehusk clean - > cleaned.txt").into());
        }
        return Ok(Target::InPlace);
    }
    if session.inputs.single() {
        return Ok(Target::Stdout);
    }
    Err(no_place(session)?.into())
}

fn refused(error: &Refused, out: &Path) -> Trouble {
    match error {
        Refused::Inside(input) => Trouble::new("the output folder lies inside its input")
            .at(format!("{} is in {}", show(out), show(input)))
            .help("--out ../cleaned    a folder beside the input"),
        Refused::NoFolder => {
            Trouble::new(format!("--out {}: this is a file", typed(out))).help("--out takes a folder; one text goes to standard output")
        }
        Refused::Io(e) => Trouble::new(format!("--out {}: the folder cannot be made", typed(out))).at(crate::source::say(e)),
    }
}

/// A folder was given, but no place to write.
fn no_place(session: &Session) -> Result<Trouble> {
    let documents = session.inputs.walk(&session.filter)?.filter(|found| matches!(found, Found::Document(_))).count();
    let documents = counted(documents as u64, "document", "documents");
    let (what, typed_paths) = match session.inputs.0.as_slice() {
        [Input::Folder(folder)] => (format!("{} is a folder with {documents}", show(folder)), typed(folder)),
        many => (format!("{} paths with {documents}", many.len()), "PATH…".to_owned()),
    };
    let look = format!("dehusk diff {typed_paths}");
    let width = look.chars().count().max(15) + 4;
    Ok(Trouble::new("`dehusk clean` needs a place to write")
        .at(what)
        .help(format!("{:width$}write cleaned copies", "--out cleaned/"))
        .help(format!("{:width$}replace them (undo with `dehusk restore`)", "--in-place"))
        .help(format!("{look:width$}only look")))
}

/// Where the log goes, if there is one.
fn log_path(args: &CleanArgs, session: &Session, target: &Target) -> Option<PathBuf> {
    match target {
        Target::InPlace => Some(args.output.log.clone().or_else(|| session.settings.log.clone()).unwrap_or_else(|| PathBuf::from(LOG))),
        _ => args.output.log.clone(),
    }
}

/// The real path of a file that may not exist yet.
fn real_name(path: &Path) -> Option<PathBuf> {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(parent.canonicalize().ok()?.join(path.file_name()?))
}

/// One line of what was done, and how to undo it.
fn tell(end: &End, totals: &Totals, args: &CleanArgs, book: &Book) {
    let documents = counted(totals.documents, "document", "documents");
    if end.removals == 0 {
        messages::note(&format!("{documents}, nothing to remove"));
    } else {
        let removals = counted(end.removals, "removal", "removals");
        let share = percent(end.bytes_removed, totals.bytes);
        let cleaned = messages::count(end.changed);
        messages::note(&format!("{documents}, {cleaned} cleaned, {removals}, −{} ({share})", bytes(end.bytes_removed)));
    }
    if let Some(out) = &args.output.out {
        messages::aside(&format!("written to {}", show(out)));
    }
    if let Some(log) = book.written() {
        let log = typed(log);
        messages::aside(&match (args.output.in_place, &args.output.out) {
            (true, _) => format!("undo: dehusk restore {log} --in-place"),
            (_, Some(out)) => format!("originals: dehusk restore {log} {} --out DIR", typed(out)),
            _ => format!("removals: {log}"),
        });
    }
}
