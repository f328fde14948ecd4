//! `dehusk restore`: removed text goes back, checked by hash on both sides.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result};
use dehusk::log::{Begin, Event, Reader, State};
use dehusk::weave;

use super::args::RestoreArgs;
use super::exit::Exit;
use super::logged::{Piece, Pieces};
use super::messages::{self, Failure, Trouble, counted, typed};
use super::restore_records;
use super::settings::{Layers, Typed};
use crate::run::{self, Ended, Flow};
use crate::sink::{Folder, Like, Pending, Refused};
use crate::source::{Filter, Form, Found, Inputs, Version, show};

/// What became of a document.
pub enum Done {
    /// So many removals were put back.
    Restored(usize),
    /// There was nothing to do.
    Original,
}

/// Where cleaned texts are found.
pub struct Finder {
    /// Folders that were named.
    folders: Vec<PathBuf>,
    /// Files that were named, by the hash of what they hold now.
    files: Mutex<HashMap<String, PathBuf>>,
    /// The same, as they were named.
    paths: Vec<PathBuf>,
    named: bool,
}

/// Where originals go.
pub enum Target {
    /// Over the cleaned texts.
    InPlace,
    /// The folder, once careful with what exists, once not: a text may pass through several runs.
    Out(Box<[Folder; 2]>),
}

/// Runs the command.
pub fn run(args: &RestoreArgs) -> Result<Exit> {
    let settings = Layers::read(&args.common, args.common.typed())?.settings();
    super::colour(settings.color);
    let runs = runs(args)?;
    let finder = Finder::new(&args.paths)?;
    let target = target(args, &finder)?;
    run::watch();
    // Documents of later runs: what they were before may be what an earlier run made of them, or something new.
    let mut later: HashMap<String, bool> = HashMap::new();
    let mut failures = Vec::new();
    let (mut texts, mut removals, mut original) = (0u64, 0u64, 0u64);
    let mut ended = Ended::Complete;
    for (number, begin) in runs.iter().rev() {
        let mut pieces = Pieces::new(&args.log, *number)?;
        loop {
            let known = Mutex::new(&mut later);
            ended = run::in_order(
                settings.threads,
                pieces.by_ref(),
                |piece| {
                    let (met, again) = lock(&known).get(&piece.doc).map_or((false, false), |written| (true, *written));
                    let result = catch_unwind(AssertUnwindSafe(|| restore(&piece, begin, &finder, &target, again)));
                    let result = result.unwrap_or_else(|bug| Err(Box::new(Failure::new(&piece.doc, run::said(&*bug)))));
                    (piece.doc, met, result.map_err(|e| *e))
                },
                |(doc, met, result)| {
                    match result {
                        Ok(Done::Restored(number)) => {
                            texts += u64::from(lock(&known).insert(doc, true) != Some(true));
                            removals += number as u64;
                            return Ok(Flow::On);
                        }
                        Ok(Done::Original) => original += u64::from(!met),
                        Err(_) if met => {} // it was written anew between the two runs
                        Err(failure) => failures.push(failure),
                    }
                    lock(&known).entry(doc).or_insert(false);
                    Ok(Flow::On)
                },
            )?;
            let opened = pieces.opened.take();
            let (Ended::Complete, Some(head)) = (ended, opened) else { break };
            let (met, again) = later.get(&head.doc).map_or((false, false), |written| (true, *written));
            let job = restore_records::Job { begin, finder: &finder, target: &target, threads: run::number(settings.threads), again };
            let result = job.container(&head, &mut pieces);
            pieces.leave_container();
            match result {
                Ok((records, number)) if number > 0 => {
                    texts += records;
                    removals += number as u64;
                    later.insert(head.doc, true);
                    continue;
                }
                Ok(_) => original += u64::from(!met),
                Err(_) if met => {}
                Err(failure) => failures.push(*failure),
            }
            later.entry(head.doc).or_insert(false);
        }
        if let Some(error) = pieces.error {
            return Err(error).with_context(|| format!("{} cannot be read", show(&args.log)));
        }
        if ended != Ended::Complete {
            break;
        }
    }
    let copied = match (&target, ended) {
        (Target::Out(folders), Ended::Complete) => copy_rest(&finder, &folders[0], &mut failures)?,
        _ => 0,
    };
    if !args.common.quiet {
        let texts = counted(texts, "document", "documents");
        messages::note(&format!("{texts} restored, {} put back", counted(removals, "removal", "removals")));
        if original > 0 {
            messages::aside(&format!("{} already", counted(original, "document was the original", "documents were the originals")));
        }
        if copied > 0 {
            messages::aside(&format!("{} that the log does not name copied as they are", counted(copied, "document", "documents")));
        }
    }
    messages::failures(&failures, failures.len() as u64, args.common.verbose > 0);
    Ok(match ended {
        Ended::Interrupted => Exit::Interrupted,
        _ if failures.is_empty() => Exit::Done,
        _ => Exit::Failed,
    })
}

/// The runs to undo, with their number in the log.
fn runs(args: &RestoreArgs) -> Result<Vec<(usize, Begin)>> {
    let name = show(&args.log);
    let mut reader = Reader::open(&args.log).map_err(|e| {
        Trouble::new(format!("the log {name} cannot be read")).at(crate::source::say(&e)).help("dehusk restore LOG [PATH]… --in-place")
    })?;
    let mut runs = Vec::new();
    let context = || format!("{name} cannot be read");
    while let Some(event) = reader.next().with_context(context)? {
        if let Event::Begin(begin) = event {
            runs.push((runs.len(), begin));
        }
    }
    if reader.torn() {
        messages::warning(&format!("{name} ends within a line: its run was killed. What was replaced is in the log all the same"));
    }
    if runs.is_empty() {
        return Err(Trouble::new(format!("{name} holds no run")).at("it is no removal log, or an empty one").into());
    }
    if let Some(wanted) = &args.run {
        let ids: Vec<String> = runs.iter().map(|(_, begin)| begin.run.clone()).collect();
        runs.retain(|(_, begin)| begin.run == *wanted);
        if runs.is_empty() {
            return Err(Trouble::new(format!("{name} holds no run {wanted}")).at(format!("runs: {}", ids.join(", "))).into());
        }
    } else if let Some((_, last)) = runs.last().cloned() {
        let all = runs.len();
        runs.retain(|(_, begin)| (&begin.folder, &begin.mode) == (&last.folder, &last.mode));
        if runs.len() < all && !args.common.quiet {
            let others = counted((all - runs.len()) as u64, "run", "runs");
            messages::aside(&format!("undoing what was done to {}; the log holds {others} on other folders (--run ID)", last.folder));
        }
    }
    Ok(runs)
}

impl Finder {
    fn new(paths: &[PathBuf]) -> Result<Finder> {
        let mut finder = Finder { folders: Vec::new(), files: Mutex::default(), paths: Vec::new(), named: !paths.is_empty() };
        for path in paths {
            if path.is_dir() {
                finder.folders.push(path.clone());
            } else {
                let hash = File::open(path).and_then(|file| {
                    let mut hasher = blake3::Hasher::new();
                    hasher.update_reader(file)?;
                    Ok(hasher.finalize().to_hex().to_string())
                });
                let hash = hash.map_err(|e| Trouble::new(format!("{} cannot be read", show(path))).at(crate::source::say(&e)))?;
                lock(&finder.files).insert(hash, path.clone());
                finder.paths.push(path.clone());
            }
        }
        Ok(finder)
    }

    /// The container `doc`: among files that were named it is the one of that name, or the only one.
    pub fn container(&self, doc: &str, begin: &Begin) -> Result<Option<PathBuf>, Failure> {
        if self.named && self.folders.is_empty() {
            let same = |path: &&PathBuf| path.file_name() == Path::new(doc).file_name();
            return Ok(self.paths.iter().find(same).or(self.paths.first().filter(|_| self.paths.len() == 1)).cloned());
        }
        self.place(doc, None, begin)
    }

    /// The file that holds the cleaned text of `piece`; `None` where the user asked for others.
    fn find(&self, piece: &Piece, begin: &Begin) -> Result<Option<PathBuf>, Failure> {
        self.place(&piece.doc, Some(&piece.after), begin)
    }

    fn place(&self, doc: &str, after: Option<&State>, begin: &Begin) -> Result<Option<PathBuf>, Failure> {
        let path = Path::new(doc);
        if path.components().any(|c| matches!(c, Component::ParentDir)) {
            return Err(Failure::new(doc, "the log names a path that leads out of its folder"));
        }
        if self.named {
            if let Some(file) = after.and_then(|after| lock(&self.files).get(&after.blake3).cloned()) {
                return Ok(Some(file));
            }
            let below = below(path);
            let found = self.folders.iter().map(|folder| folder.join(&below)).find(|file| file.is_file());
            return match found {
                None if !self.folders.is_empty() => Err(Failure::new(doc, "not found in the folders that were given")),
                found => Ok(found),
            };
        }
        if begin.mode != "in-place" {
            let failure = Failure::new(doc, "the log does not say where its cleaned text is");
            return Err(failure.help("dehusk restore LOG CLEANED/ --out DIR"));
        }
        Ok(Some(Path::new(&begin.folder).join(path)))
    }
}

/// The path below an output folder.
pub fn below(path: &Path) -> PathBuf {
    path.components().filter(|c| matches!(c, Component::Normal(_))).collect()
}

fn target(args: &RestoreArgs, finder: &Finder) -> Result<Target> {
    let Some(out) = &args.out else { return Ok(Target::InPlace) };
    let open = |overwrite| Folder::new(out, finder.folders.iter().map(PathBuf::as_path), overwrite);
    match (open(args.overwrite), open(true)) {
        (Ok(first), Ok(again)) => Ok(Target::Out(Box::new([first, again]))),
        (Err(Refused::Inside(input)), _) => Err(Trouble::new("the output folder lies inside its input")
            .at(format!("{} is in {}", show(out), show(&input)))
            .help("--in-place replaces the cleaned texts")
            .into()),
        (Err(e), _) | (_, Err(e)) => Err(Trouble::new(format!("--out {}: {e}", typed(out))).into()),
    }
}

/// Puts the removals of one document back. `again`: a later run of it has been undone already.
fn restore(piece: &Piece, begin: &Begin, finder: &Finder, target: &Target, again: bool) -> Result<Done, Box<Failure>> {
    let fail = |why: &str| Box::new(Failure::new(&piece.doc, why));
    let mut place = below(Path::new(&piece.doc));
    let path = match target {
        Target::Out(folders) if again => Some(folders[1].target(&place).map_err(|e| Failure::io(&piece.doc, &e))?),
        _ => finder.find(piece, begin)?,
    };
    let Some(path) = path else { return Ok(Done::Original) };
    if piece.doc == "-" && !again {
        place = PathBuf::from(path.file_name().unwrap_or_default()); // standard input had no name
    }
    let (bytes, version) = read(&path).map_err(|e| Failure::io(show(&path), &e))?;
    let now = State::of(&bytes);
    let original = if now == piece.before {
        None
    } else if now != piece.after {
        return Err(Box::new(
            Failure::new(show(&path), "not the cleaned text that the log describes: it was changed since, or is another one")
                .help("only an untouched cleaned text can be restored; what was removed stands in the log"),
        ));
    } else {
        let form = Form::from_name(&piece.encoding, piece.bom).ok_or_else(|| fail("the log names an unknown encoding"))?;
        let text = form.decode(bytes).map_err(|e| fail(&e.to_string()))?;
        let woven = weave(&text, piece.removed.iter().map(|(at, text, _)| (*at, text.as_str())));
        let woven = woven.ok_or_else(|| fail("the removals do not fit the text: the log is damaged"))?;
        let original = form.encode(&woven).ok_or_else(|| fail("the original cannot be written in its encoding: the log is damaged"))?;
        if State::of(&original) != piece.before {
            return Err(fail("what comes out is not the original: the log is damaged"));
        }
        Some(original.into_owned())
    };
    match (target, &original) {
        (Target::InPlace, None) => return Ok(Done::Original),
        (Target::InPlace, Some(original)) => {
            let replaced = Pending::replace(&path, original, &version).and_then(Pending::commit);
            replaced.map_err(|e| Failure::io(show(&path), &e))?;
        }
        (Target::Out(_), None) if again => return Ok(Done::Original),
        (Target::Out(folders), _) => {
            let folder = &folders[usize::from(again)];
            let bytes = match original {
                Some(original) => original,
                None => read(&path).map_err(|e| Failure::io(show(&path), &e))?.0,
            };
            let like = (!again).then_some(path.as_path());
            folder.write(&place, &bytes, &Like::at(like)).map_err(|e| Failure::io(&piece.doc, &e))?;
        }
    }
    // A file that was named may have to go further back.
    let mut files = lock(&finder.files);
    if let Some(file) = files.get(&piece.after.blake3).cloned() {
        files.insert(piece.before.blake3.clone(), file);
    }
    Ok(Done::Restored(piece.removed.len()))
}

fn read(path: &Path) -> io::Result<(Vec<u8>, Version)> {
    let mut file = File::open(path)?;
    let version = Version::of(&file.metadata()?);
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok((bytes, version))
}

/// Files of the folders that the log does not name are the originals already: a whole folder is wanted.
fn copy_rest(finder: &Finder, folder: &Folder, failures: &mut Vec<Failure>) -> Result<u64> {
    let mut copied = 0;
    let filter = Filter { hidden: true, any_name: true, ..Filter::default() };
    for input in &finder.folders {
        let inputs = Inputs::new(std::slice::from_ref(input));
        for found in inputs.walk(&filter)? {
            let Found::Document(entry) = found else { continue };
            let Some(path) = &entry.path else { continue };
            if folder.target(&entry.place).is_ok_and(|target| !target.exists()) {
                match folder.copy(&entry.place, path) {
                    Ok(()) => copied += 1,
                    Err(e) => failures.push(Failure::io(&entry.name, &e)),
                }
            }
        }
    }
    Ok(copied)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
