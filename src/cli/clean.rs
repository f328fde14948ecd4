//! `dehusk clean`: residue goes, to where the user said and nowhere else.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use dehusk::log::{End, State};
use dehusk::{Cleaned, Cleaner, escape};

use super::args::{CleanArgs, To};
use super::attributes;
use super::exit::Exit;
use super::journal::{Journal, Replay};
use super::manifest::{self, Earlier, Manifest};
use super::messages::{self, Failure, Trouble, bytes, counted, percent, typed};
use super::record::{Book, Mode};
use super::records::{self, Cut, Records};
use super::session::{Loaded, Session, Step, Totals};
use super::settings::Typed;
use crate::run::{self, Flow};
use crate::sink::{Folder, Like, Pending, Refused};
use crate::source::{Container, Ending, Entry, Found, Input, Item, Items, Packing, Shape, show};

/// The manifest of `--resume`, unless it is called otherwise.
const MANIFEST: &str = ".dehusk-manifest.jsonl";

/// What is said where the journal fails.
const JOURNAL: &str = "the journal of the run cannot be written";

/// Where the log of `--in-place` goes without `--log`.
const LOG: &str = "dehusk.removals.jsonl.zst";

/// Where cleaned texts go.
pub enum Target {
    /// To standard output.
    Stdout,
    /// Into a folder.
    Out(Box<Folder>),
    /// Over the originals.
    InPlace,
    /// Nowhere: only attributes are wanted.
    Nowhere,
}

/// What a worker has done.
enum Done {
    /// One text.
    Text(Box<One>),
    /// A container begins.
    Begin(Arc<Container>),
    /// A piece of it.
    Piece(Box<Cut>),
    /// It has ended.
    End(Arc<Container>, Ending),
}

/// What a worker has done to one document.
#[derive(Default)]
struct One {
    removals: u64,
    removed: u64,
    /// Lines of the log, where one is written.
    lines: Vec<u8>,
    /// A replacement that waits for its lines to be logged.
    pending: Option<Box<(String, Pending)>>,
    /// Bytes for standard output.
    print: Vec<u8>,
    /// For the manifest, where one is kept.
    done: Option<Box<(String, manifest::Done)>>,
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
    let (mut manifest, earlier) = open_manifest(args, &session, &target, log.as_deref(), &cleaner)?;
    let (mut journal, mut replay) = match &manifest {
        Some(manifest) => {
            manifest.journal(args.output.resume, &decides(args, log.is_some())).map(|(journal, replay)| (Some(journal), replay))?
        }
        None => (None, Replay::default()),
    };
    let spans = args.output.attributes.as_deref().map(|folder| attributes_folder(folder, &session, args)).transpose()?;
    session.watch();
    let mode = match target {
        Target::Stdout | Target::Nowhere => Mode::Stdout,
        Target::Out(_) => Mode::Out,
        Target::InPlace => Mode::InPlace,
    };
    let book = Book::new(log, mode, &session.inputs, &cleaner)?;
    if args.output.log.is_some() {
        book.begin()?; // asked for by name: it is there even where nothing goes
    }
    let pieces = records::Work {
        session: &session,
        cleaner: &cleaner,
        book: &book,
        attributes: spans.is_some(),
        to: args.output.to.unwrap_or_default(),
        journal: journal.is_some(),
        marks: args.output.add_columns,
        packing: args.output.compress,
    };
    let work = Work { pieces, target: &target, packing: args.output.compress, manifest: manifest.is_some(), link: args.output.link };
    let mut end = End::default();
    let mut late: Vec<Failure> = Vec::new();
    let mut records = Records::new(&target, &book, args.output.compress)
        .attributes(spans.as_ref())
        .manifest(manifest.is_some())
        .on_error(session.on_error())
        .to(args.output.to.unwrap_or_default())
        .marks(args.output.add_columns)
        .threads(run::number(session.threads()));
    let named = book.kept() || args.output.to == Some(To::Jsonl);
    let shape = Shape { hash: book.kept(), bare: !named, ..session.shape() };
    let skipped = AtomicU64::new(0);
    let done = |entry: &Entry| {
        if earlier.is_empty() {
            return false;
        }
        let place = args.output.compress.map_or_else(|| entry.place.clone(), |packing| packing.rename(&entry.place));
        let output = match &target {
            Target::Out(folder) => folder.target(&place).ok(),
            Target::Nowhere => spans.as_ref().and_then(|folder| folder.target(&entry.place).ok()),
            _ => None,
        };
        let has = earlier.has(entry, output.as_deref());
        skipped.fetch_add(u64::from(has), Ordering::Relaxed);
        has
    };
    let items = Items::new(&session.inputs, &session.filter, shape)?.skip(done).map(|item| replay.recall(item));
    let ran = session.stream(
        items,
        |item, step| work.item(item, step),
        |done| {
            let mut ended = false;
            let failures = match done {
                Done::Text(one) => {
                    end.changed += u64::from(one.removals > 0);
                    end.removals += one.removals;
                    end.bytes_removed += one.removed;
                    if !one.print.is_empty() {
                        stdout().write_all(&one.print)?;
                    }
                    if let (Some(manifest), Some(done)) = (&mut manifest, one.done) {
                        manifest.add(done.0, done.1);
                    }
                    book.take(&one.lines, one.pending)?
                }
                Done::Begin(container) => {
                    let known = journal.as_mut().map_or(Ok(0), |journal| journal.begin(&container)).context(JOURNAL)?;
                    if known > 0 && !session.quiet {
                        messages::aside(&format!("goes on behind {}", escape::inline(&container.name(known))));
                    }
                    records.begin(container).into_iter().collect()
                }
                Done::Piece(mut cut) => {
                    if let (Some(journal), Some((number, known))) = (&mut journal, cut.known.take()) {
                        journal.add(number, known).context(JOURNAL)?;
                    }
                    end.changed += cut.changed;
                    end.removals += cut.removals;
                    end.bytes_removed += cut.removed;
                    records.write(*cut)?
                }
                Done::End(container, ending) => {
                    let mut failures = records.end(&container, &ending)?;
                    if let (Some(manifest), Some(done)) = (&mut manifest, records.done()) {
                        manifest.add(container.entry.name.clone(), done);
                    }
                    if journal.as_ref().is_some_and(Journal::is_open) {
                        failures.extend(book.settle()?); // the replacement of a large file waits for nobody
                    }
                    ended = true;
                    failures
                }
            };
            if let Some(manifest) = manifest.as_mut().filter(|_| !book.waits()) {
                manifest.settle(failures.iter().map(|failure| failure.name.as_str()))?;
            }
            if let (true, Some(journal)) = (ended, &mut journal) {
                journal.end().context(JOURNAL)?;
            }
            late.extend(failures);
            Ok(Flow::On)
        },
    );
    // What has been logged is done, even when something else has failed, and what is half written goes; then the folder is moved.
    let settled = book.settle();
    drop(records);
    if let Target::Out(folder) = &target {
        late.extend(folder.finish().err().map(|e| Failure::io(args.output.out.as_deref().map(show).unwrap_or_default(), &e)));
    }
    let failures = settled?;
    if let Some(manifest) = &mut manifest {
        manifest.settle(failures.iter().map(|failure| failure.name.as_str()))?;
    }
    late.extend(failures);
    let mut totals = match ran {
        // Nobody reads on, and standard input may never end.
        Err(e) if super::broken_pipe(&e) && session.inputs.0.contains(&Input::Stdin) => std::process::exit(0),
        ran => ran?,
    };
    stdout().flush()?;
    totals.failures.extend(late);
    if let Some(journal) = journal.filter(|_| !totals.interrupted) {
        journal.close().context(JOURNAL)?;
    }
    end.documents = totals.documents;
    end.errors = totals.failures.count;
    end.interrupted = totals.interrupted;
    book.end(&end)?;
    if !session.quiet && (session.verbose || !matches!(target, Target::Stdout)) {
        let skipped = skipped.into_inner();
        if skipped > 0 {
            let files = counted(skipped, "file was", "files were");
            messages::aside(&format!("{files} complete already"));
        }
        tell(&end, &totals, args, &book);
    }
    if let (Some(folder), false) = (&args.output.attributes, session.quiet) {
        let name = folder.file_name().map_or_else(|| "dehusk".into(), |name| name.to_string_lossy());
        messages::note("the dolma toolkit cuts what the attributes say with this stanza:");
        messages::note(attributes::stanza(&name).trim_end());
    }
    let left = if matches!(target, Target::InPlace) { "left alone" } else { "copied as it is" };
    Ok(session.close(&totals, left))
}

/// Bytes of a text from which on it is worth a look, before it is cleaned, whether it can be written.
const LARGE: usize = 1 << 16;

/// What every worker needs.
struct Work<'a> {
    pieces: records::Work<'a>,
    target: &'a Target,
    packing: Option<Packing>,
    manifest: bool,
    /// Files that are not changed are links to the originals.
    link: bool,
}

impl Work<'_> {
    fn item(&self, item: Item, step: &mut Step<Done>) -> Result<(), Failure> {
        match item {
            Item::File(found, bytes) => self.pieces.session.file(found, bytes, step, |entry, loaded| {
                let input = entry.path.as_deref().filter(|_| self.manifest).and_then(|path| manifest::version(path).ok());
                let mut one = self.clean(entry, loaded)?;
                if let Some((done, input)) = one.done.as_mut().zip(input) {
                    done.1.input = input;
                }
                let removed = usize::try_from(one.removed).unwrap_or(0);
                Ok(Some((Done::Text(Box::new(one)), removed)))
            }),
            Item::Begin(container) => {
                step.give(Done::Begin(container), 0);
                Ok(())
            }
            Item::End(container, ending) => {
                step.give(Done::End(container, ending), 0);
                Ok(())
            }
            Item::Piece(container, piece) => {
                let cut = self.pieces.cut(&container, piece, step);
                let removed = usize::try_from(cut.removed).unwrap_or(0);
                step.give(Done::Piece(Box::new(cut)), removed);
                Ok(())
            }
        }
    }

    /// Cleans one document and brings it on its way.
    fn clean(&self, entry: &Entry, loaded: Loaded<'_>) -> Result<One, Failure> {
        let fail = |e: io::Error| Failure::io(&entry.name, &e);
        let mut done = One::default();
        let complete = |output: State, one: &One| {
            let (removals, bytes_removed) = (one.removals, one.removed);
            let doc = entry.place.to_string_lossy().into_owned();
            let changed = u64::from(removals > 0);
            let told = manifest::Done { doc, output, documents: 1, changed, removals, bytes_removed, ..manifest::Done::default() };
            Box::new((entry.name.clone(), told))
        };
        let mut document = match loaded {
            Loaded::Text(document) => document,
            Loaded::Raw(bytes) => {
                match (self.target, bytes, &entry.path) {
                    (Target::Stdout, Some(bytes), _) => done.print = self.packed(bytes).map_err(fail)?,
                    (Target::Stdout, None, Some(path)) => {
                        done.print = std::fs::read(path).and_then(|bytes| self.packed(bytes)).map_err(fail)?;
                    }
                    (Target::Out(folder), Some(bytes), path) => {
                        folder.write(&entry.place, &bytes, &Like::at(path.as_deref())).map_err(fail)?
                    }
                    (Target::Out(folder), None, Some(path)) => folder.copy(&entry.place, path).map_err(fail)?,
                    _ => {}
                }
                if let (true, Some(path)) = (self.manifest, &entry.path) {
                    let size = std::fs::metadata(path).map_err(fail)?.len();
                    done.done = Some(complete(State { bytes: size, ..State::default() }, &done));
                }
                return Ok(done);
            }
        };
        if let Target::Out(folder) = self.target
            && document.text.len() >= LARGE
        {
            let place = self.packing.map_or_else(|| entry.place.clone(), |packing| packing.rename(&entry.place));
            folder.free(&place).map_err(fail)?;
        }
        let mut text = std::mem::take(&mut document.text).into_owned();
        let cleaned = self.pieces.cleaner.clean_mut(&mut text);
        let after = document.encode(cleaned.text()).map_err(fail)?;
        if cleaned.changed() {
            done.lines = self.pieces.book.lines(entry, &document, &cleaned, &after).map_err(fail)?;
        }
        let mut written = self.manifest.then(|| State::of(&after));
        done.removals = cleaned.removals().len() as u64;
        done.removed = cleaned.removed_bytes() as u64;
        let like = Like { path: entry.path.as_deref(), permissions: document.permissions.clone() };
        match self.target {
            Target::Nowhere => {}
            Target::Stdout => {
                let other = if let Cow::Owned(bytes) = after { Some(bytes) } else { None };
                done.print = self.packed(for_stdout(cleaned, other)).map_err(fail)?;
            }
            Target::Out(folder) => match self.packing {
                Some(packing) => {
                    let packed = self.packed(after.into_owned()).map_err(fail)?;
                    written = written.map(|_| State::of(&packed));
                    folder.write(&packing.rename(&entry.place), &packed, &like).map_err(fail)?;
                }
                None if !cleaned.changed() => {
                    folder.keep(&entry.place, &after, &like, document.version.as_ref(), self.link).map_err(fail)?;
                }
                None => folder.write(&entry.place, &after, &like).map_err(fail)?,
            },
            Target::InPlace => {
                if let (true, Some(path), Some(version)) = (cleaned.changed(), &entry.path, &document.version) {
                    let pending = Pending::replace(path, &after, version).map_err(fail)?;
                    done.pending = Some(Box::new((entry.name.clone(), pending)));
                }
            }
        }
        done.done = written.map(|state| complete(state, &done));
        Ok(done)
    }

    /// A text as `--compress` wants it.
    fn packed(&self, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let Some(packing) = self.packing.filter(|packing| *packing != Packing::None) else { return Ok(bytes) };
        packing.whole(&bytes)
    }
}

/// The cleaned text: as it was written for files and pipes, in other bytes where it has them; made safe for a terminal.
fn for_stdout(cleaned: Cleaned<'_>, other: Option<Vec<u8>>) -> Vec<u8> {
    match stdout().is_terminal() {
        true => escape::lines(cleaned.text()).into_owned().into_bytes(),
        false => other.unwrap_or_else(|| cleaned.into_text().into_owned().into_bytes()),
    }
}

/// Where the texts go, or why that cannot be.
fn target(args: &CleanArgs, session: &Session) -> Result<Target> {
    let stdin = session.inputs.0.contains(&Input::Stdin);
    if let Some(out) = &args.output.out {
        if stdin {
            return Err(Trouble::new("standard input has no name to write it under").help("dehusk clean - > cleaned.txt").into());
        }
        let output = &args.output;
        let folder = if seen_at_the_end(args, session, out) {
            Folder::fresh(out, session.inputs.folders())
        } else {
            Folder::new(out, session.inputs.folders(), output.overwrite || output.resume)
        };
        return match folder {
            Ok(folder) => Ok(Target::Out(Box::new(folder))),
            Err(e) => Err(refused(&e, out).into()),
        };
    }
    if args.output.in_place {
        if stdin {
            return Err(Trouble::new("standard input cannot be replaced").help("dehusk clean - > cleaned.txt").into());
        }
        return Ok(Target::InPlace);
    }
    if args.output.attributes.is_some() {
        return Ok(Target::Nowhere);
    }
    if session.inputs.single() {
        return Ok(Target::Stdout);
    }
    Err(no_place(session)?.into())
}

/// True where nothing else looks into the output folder or writes there before the run has ended.
fn seen_at_the_end(args: &CleanArgs, session: &Session, out: &Path) -> bool {
    let output = &args.output;
    let inside = |path: &Path| {
        let up = path.components().any(|part| part == std::path::Component::ParentDir);
        let absolute = std::path::absolute(path).and_then(|path| Ok((path, std::path::absolute(out)?)));
        up || absolute.is_ok_and(|(path, out)| path.starts_with(out))
    };
    let log = output.log.as_deref().or(session.settings.log.as_deref());
    !output.overwrite
        && !output.resume
        && output.manifest.is_none()
        && ![log, output.attributes.as_deref()].into_iter().flatten().any(inside)
}

/// The manifest, where one is asked for, and what it knows of earlier runs.
fn open_manifest(
    args: &CleanArgs,
    session: &Session,
    target: &Target,
    log: Option<&Path>,
    cleaner: &Cleaner,
) -> Result<(Option<Manifest>, Earlier)> {
    let output = &args.output;
    if !output.resume && output.manifest.is_none() {
        return Ok((None, Earlier::default()));
    }
    let usual = match (target, &output.out) {
        (Target::Out(_), Some(out)) => out.join(MANIFEST),
        (Target::InPlace, _) => log.and_then(Path::parent).unwrap_or(Path::new("")).join(MANIFEST),
        (Target::Nowhere, _) => {
            let folder = output.attributes.as_deref().unwrap_or(Path::new(""));
            std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", show(folder)))?;
            folder.join(MANIFEST)
        }
        _ => {
            return Err(Trouble::new("only files can be resumed: --resume and --manifest need --out, --in-place or --attributes")
                .help("dehusk clean crawl/ --out cleaned/ --resume")
                .into());
        }
    };
    if output.resume {
        // What a killed run was writing; nothing of it can be used.
        for folder in session
            .inputs
            .folders()
            .filter(|_| output.in_place)
            .chain(output.out.as_deref())
            .chain(output.attributes.as_deref().filter(|folder| folder.exists()))
        {
            manifest::sweep(folder).with_context(|| format!("{} cannot be read", show(folder)))?;
        }
    }
    let path = output.manifest.clone().unwrap_or(usual);
    let (manifest, earlier) = Manifest::open(&path, output.resume, output.in_place, &session.settings, cleaner)?;
    Ok((Some(manifest), earlier))
}

/// What is in a journal besides what the settings decide.
fn decides(args: &CleanArgs, log: bool) -> String {
    format!("log={log} attributes={} columns={}", args.output.attributes.is_some(), args.output.add_columns)
}

fn attributes_folder(folder: &Path, session: &Session, args: &CleanArgs) -> Result<Folder> {
    Folder::new(folder, session.inputs.folders(), args.output.overwrite || args.output.resume).map_err(|e| refused(&e, folder).into())
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
