//! `dehusk restore`: removed text goes back, checked by hash on both sides.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result};
use dehusk::log::{Begin, Event, ReadError, Reader, State};
use dehusk::weave;

use super::args::RestoreArgs;
use super::exit::Exit;
use super::messages::{self, Failure, Trouble, counted, typed};
use super::settings::{Layers, Typed};
use crate::run::{self, Ended, Flow};
use crate::sink::{Folder, Pending, Refused};
use crate::source::{Filter, Form, Found, Inputs, Version, show};

/// A document of one run, with what was taken from it.
struct Piece {
    doc: String,
    record: Option<u64>,
    encoding: String,
    bom: bool,
    before: State,
    after: State,
    removed: Vec<(usize, String)>,
}

/// What became of a document.
enum Done {
    Restored(usize),
    Original,
}

/// Where cleaned texts are found.
struct Finder {
    /// Folders that were named.
    folders: Vec<PathBuf>,
    /// Files that were named, by the hash of what they hold now.
    files: Mutex<HashMap<String, PathBuf>>,
    named: bool,
}

/// Where originals go.
enum Target {
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

/// The documents of one run, read one after the other.
struct Pieces {
    reader: Reader,
    /// Runs that begin before the one we want.
    skip: usize,
    inside: bool,
    error: Option<ReadError>,
}

impl Pieces {
    fn new(log: &Path, number: usize) -> io::Result<Pieces> {
        Ok(Pieces { reader: Reader::open(log)?, skip: number, inside: false, error: None })
    }

    fn piece(&mut self) -> Result<Option<Piece>, ReadError> {
        let mut removed: Vec<(usize, String)> = Vec::new();
        while let Some(event) = self.reader.next()? {
            match event {
                Event::Begin(_) if self.inside => return Ok(None),
                Event::Begin(_) if self.skip == 0 => self.inside = true,
                Event::Begin(_) => self.skip -= 1,
                Event::Removal(removal) if self.inside => removed.push((removal.bytes[0], removal.text.into_owned())),
                Event::Doc(doc) if self.inside => {
                    return Ok(Some(Piece {
                        doc: doc.doc.into_owned(),
                        record: doc.record,
                        encoding: doc.encoding.into_owned(),
                        bom: doc.bom,
                        before: doc.before,
                        after: doc.after,
                        removed,
                    }));
                }
                _ => {}
            }
        }
        Ok(None)
    }
}

impl Iterator for Pieces {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if self.error.is_some() {
            return None;
        }
        self.piece().unwrap_or_else(|error| {
            self.error = Some(error);
            None
        })
    }
}

impl Finder {
    fn new(paths: &[PathBuf]) -> Result<Finder> {
        let mut finder = Finder { folders: Vec::new(), files: Mutex::default(), named: !paths.is_empty() };
        for path in paths {
            if path.is_dir() {
                finder.folders.push(path.clone());
            } else {
                let bytes =
                    std::fs::read(path).map_err(|e| Trouble::new(format!("{} cannot be read", show(path))).at(crate::source::say(&e)))?;
                lock(&finder.files).insert(State::of(&bytes).blake3, path.clone());
            }
        }
        Ok(finder)
    }

    /// The file that holds the cleaned text of `piece`; `None` where the user asked for others.
    fn find(&self, piece: &Piece, begin: &Begin) -> Result<Option<PathBuf>, Failure> {
        let path = Path::new(&piece.doc);
        if path.components().any(|c| matches!(c, Component::ParentDir)) {
            return Err(Failure::new(&piece.doc, "the log names a path that leads out of its folder"));
        }
        if self.named {
            if let Some(file) = lock(&self.files).get(&piece.after.blake3) {
                return Ok(Some(file.clone()));
            }
            let below = below(path);
            let found = self.folders.iter().map(|folder| folder.join(&below)).find(|file| file.is_file());
            return match found {
                None if !self.folders.is_empty() => Err(Failure::new(&piece.doc, "not found in the folders that were given")),
                found => Ok(found),
            };
        }
        if begin.mode != "in-place" {
            let failure = Failure::new(&piece.doc, "the log does not say where its cleaned text is");
            return Err(failure.help("dehusk restore LOG CLEANED/ --out DIR"));
        }
        Ok(Some(Path::new(&begin.folder).join(path)))
    }
}

/// The path below an output folder.
fn below(path: &Path) -> PathBuf {
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
    if piece.record.is_some() {
        return Err(fail("a record of a file: this version restores text files"));
    }
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
        let woven = weave(&text, piece.removed.iter().map(|(at, text)| (*at, text.as_str())));
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
            folder.write(&place, &bytes, like).map_err(|e| Failure::io(&piece.doc, &e))?;
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
                match std::fs::read(path).and_then(|bytes| folder.write(&entry.place, &bytes, Some(path))) {
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
