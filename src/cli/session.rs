//! What `clean`, `diff` and `check` share: settings become a cleaner and a stream of documents.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Read};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use dehusk::decide::Decisions;
use dehusk::{Cleaner, CleanerBuilder, Packs};

use super::args::{self, InputArgs, RunArgs};
use super::exit::Exit;
use super::messages::{self, Failure, Trouble, counted};
use super::settings::{Layers, Settings};
use crate::run::{self, Ended, Flow, Progress};
use crate::source::{Choice, Document, Entry, Filter, Form, Found, Input, Inputs, Unread, list, say};

/// Everything a run over documents needs.
pub struct Session {
    /// The settings that hold.
    pub settings: Settings,
    /// The paths.
    pub inputs: Inputs,
    /// Which files of folders are read.
    pub filter: Filter,
    /// Say little.
    pub quiet: bool,
    /// Say more.
    pub verbose: bool,
    choice: Choice,
    max_doc_size: Option<u64>,
    exit_zero: bool,
}

/// What a document is to the one who works on it.
pub enum Loaded {
    /// A text.
    Text(Document),
    /// No text, or one that cannot be written back: its bytes, where they have been read.
    Raw(Option<Vec<u8>>),
}

/// Sums of a run.
#[derive(Debug, Default)]
pub struct Totals {
    /// Texts that were read.
    pub documents: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// Files that were left alone, and why.
    pub left: Vec<(String, String)>,
    /// Texts whose encoding was guessed, by encoding.
    pub encodings: BTreeMap<String, u64>,
    /// What went wrong.
    pub failures: Vec<Failure>,
    /// Stopped by the user.
    pub interrupted: bool,
}

/// One document's way through a worker.
struct Step<T> {
    bytes: usize,
    form: Option<Form>,
    left: Option<(String, String)>,
    failure: Option<Failure>,
    result: Option<T>,
}

impl Session {
    /// Reads the configuration and looks at the paths.
    pub fn new(input: &InputArgs, run: &RunArgs, typed: Settings) -> Result<Session> {
        let settings = Layers::read(&run.common, typed)?.settings();
        super::colour(settings.color);
        let own = std::env::current_dir().into_iter().flat_map(|d| ["dehusk.toml", ".dehusk.toml"].map(|name| d.join(name)));
        let filter = Filter {
            globs: settings.glob.clone().unwrap_or_default(),
            exclude: settings.exclude.clone().unwrap_or_default(),
            hidden: settings.hidden.unwrap_or(false),
            gitignore: settings.gitignore.unwrap_or(false),
            follow: settings.follow.unwrap_or(false),
            any_name: settings.from == Some(args::From::Text),
            once: false,
            own: own.filter_map(|path| path.canonicalize().ok()).collect(),
        };
        Ok(Session {
            choice: settings.encoding.unwrap_or_default(),
            max_doc_size: settings.max_doc_size.as_ref().map(|size| size.bytes).filter(|bytes| *bytes > 0),
            inputs: Inputs::new(&paths(input)?),
            filter,
            quiet: run.common.quiet,
            verbose: run.common.verbose > 0,
            exit_zero: run.exit_zero,
            settings,
        })
    }

    /// The cleaner that the settings ask for.
    pub fn cleaner(&self) -> Result<Cleaner> {
        cleaner(&self.settings)
    }

    /// Listens for Ctrl-C, unless a person types the text: there is nothing to finish then.
    pub fn watch(&self) {
        if !self.inputs.0.contains(&Input::Stdin) {
            run::watch();
        }
    }

    /// Threads, where the user said how many.
    pub fn threads(&self) -> Option<NonZeroUsize> {
        self.settings.threads
    }

    /// Reads every document, has `work` look at it in parallel and hands the results on in order.
    ///
    /// `work` returns its result and how many bytes it removed. What failed or was left alone is in the totals.
    pub fn each<T: Send>(
        &self,
        work: impl Fn(&Entry, Loaded) -> Result<Option<(T, usize)>, Failure> + Sync,
        mut consume: impl FnMut(T) -> Result<()>,
    ) -> Result<Totals> {
        let mut totals = Totals::default();
        let mut progress = Progress::new(self.settings.progress.unwrap_or(true) && !self.quiet);
        let fail_fast = self.settings.fail_fast.unwrap_or(false);
        let step = |found: Found| -> Step<(T, usize)> {
            let name = found.name().to_owned();
            let mut step = Step { bytes: 0, form: None, left: None, failure: None, result: None };
            // A panic is a bug of ours in one document: the others go on.
            let outcome = catch_unwind(AssertUnwindSafe(|| self.take(found, &mut step, &work)));
            match outcome.unwrap_or_else(|panic| Err(Failure::new(name, run::said(&*panic)))) {
                Ok(result) => step.result = result,
                Err(failure) => step.failure = Some(failure),
            }
            step
        };
        std::thread::scope(|scope| -> Result<()> {
            if let Some(bar) = progress.total() {
                scope.spawn(move || {
                    if let Ok(all) = self.inputs.walk(&self.filter) {
                        bar.set_length(all.take_while(|_| !run::interrupted()).count() as u64);
                    }
                });
            }
            let ended = run::in_order(self.threads(), self.inputs.walk(&self.filter)?, step, |step| {
                if let Some(form) = step.form {
                    totals.documents += 1;
                    totals.bytes += step.bytes as u64;
                    if self.choice == Choice::Auto && form.guessed() {
                        *totals.encodings.entry(form.to_string()).or_default() += 1;
                    }
                }
                totals.left.extend(step.left);
                let failed = step.failure.is_some();
                totals.failures.extend(step.failure);
                progress.step(step.bytes, step.result.as_ref().map_or(0, |(_, removed)| *removed));
                if let Some((result, _)) = step.result {
                    consume(result)?;
                }
                Ok(if failed && fail_fast { Flow::Stop } else { Flow::On })
            });
            progress.finish();
            totals.interrupted = ended? == Ended::Interrupted;
            Ok(())
        })?;
        Ok(totals)
    }

    fn take<T>(
        &self,
        found: Found,
        step: &mut Step<T>,
        work: impl Fn(&Entry, Loaded) -> Result<Option<T>, Failure>,
    ) -> Result<Option<T>, Failure> {
        match found {
            Found::Failed(failure) => Err(failure),
            Found::Left(entry, why) => {
                step.left = Some((entry.name.clone(), why));
                if entry.path.is_some() { work(&entry, Loaded::Raw(None)) } else { Ok(None) }
            }
            Found::Document(entry) => self.load(&entry, step, work),
        }
    }

    fn load<T>(
        &self,
        entry: &Entry,
        step: &mut Step<T>,
        work: impl Fn(&Entry, Loaded) -> Result<Option<T>, Failure>,
    ) -> Result<Option<T>, Failure> {
        if let (Some(most), Some(path)) = (self.max_doc_size, &entry.path)
            && let Ok(size) = std::fs::metadata(path).map(|file| file.len())
            && size > most
        {
            step.left = Some((entry.name.clone(), format!("larger than --max-doc-size: {}", messages::bytes(size))));
            return work(entry, Loaded::Raw(None));
        }
        match Document::read(entry, self.choice) {
            Ok(document) if document.bare_returns() => {
                step.left =
                    Some((entry.name.clone(), "its lines end with a bare CR, as on old Macs: `tr '\\r' '\\n'` makes lines of them".into()));
                let bytes = document.encode(&document.text).map_err(|e| Failure::io(&entry.name, &e))?.into_owned();
                work(entry, Loaded::Raw(Some(bytes)))
            }
            Ok(document) => {
                step.bytes = document.text.len();
                step.form = Some(document.form);
                work(entry, Loaded::Text(document))
            }
            Err(Unread::Binary(bytes)) => {
                step.left = Some((entry.name.clone(), "binary: it holds NUL bytes".into()));
                work(entry, Loaded::Raw(bytes))
            }
            Err(Unread::Encoding(error, bytes)) => {
                // Not cleaned, but not lost either: where a copy is written it gets the bytes as they are.
                let done = work(entry, Loaded::Raw(Some(bytes)));
                step.result = done?;
                Err(Failure::new(entry.name.clone(), error.to_string())
                    .help("--encoding ENC says how it is written; `--exclude` leaves it out"))
            }
            Err(Unread::Io(error)) => Err(Failure::new(entry.name.clone(), say(&error))),
        }
    }

    /// Tells on standard error what was left alone, what failed and why nothing was read; the exit code that follows.
    pub fn close(&self, totals: &Totals, left: &str) -> Exit {
        if !self.quiet {
            self.tell_left(totals, left);
            for (encoding, number) in &totals.encodings {
                let are = if *number == 1 { "is" } else { "are" };
                messages::aside(&format!("{} {are} {encoding} (--encoding forces another)", counted(*number, "document", "documents")));
            }
            if totals.documents == 0 && totals.failures.is_empty() && !totals.interrupted {
                self.tell_nothing(totals);
            }
        }
        messages::failures(&totals.failures, self.verbose);
        if totals.interrupted {
            messages::warning("interrupted: what had begun was finished; run the same command again to do the rest");
            return Exit::Interrupted;
        }
        if totals.failures.is_empty() { Exit::Done } else { Exit::Failed }
    }

    /// The exit code of a command that found residue.
    pub fn found(&self, residue: bool) -> Exit {
        if residue && !self.exit_zero { Exit::Found } else { Exit::Done }
    }

    fn tell_left(&self, totals: &Totals, left: &str) {
        let shown = if self.verbose { usize::MAX } else { 3 };
        for (name, why) in totals.left.iter().take(shown) {
            messages::aside(&format!("{left}: {}: {why}", dehusk::escape::inline(name)));
        }
        if let Some(more) = totals.left.len().checked_sub(shown).filter(|more| *more > 0) {
            messages::aside(&format!("{left}: {} (-v lists all)", counted(more as u64, "more file", "more files")));
        }
    }

    fn tell_nothing(&self, totals: &Totals) {
        let filtered = !self.filter.globs.is_empty() || !self.filter.exclude.is_empty();
        let why = if !totals.left.is_empty() {
            "all files were left alone"
        } else if filtered {
            "no file passes --glob and --exclude"
        } else if self.filter.hidden {
            "there are no files, or .dehuskignore leaves them out"
        } else {
            "there are no files, or they are hidden (--hidden) or left out by .dehuskignore"
        };
        messages::warning(&format!("nothing was read: {why}"));
    }
}

/// The cleaner that the settings ask for.
pub fn cleaner(settings: &Settings) -> Result<Cleaner> {
    builder(settings)?.build().map_err(|e| pack_trouble(&e))
}

/// The same, not yet built.
pub fn builder(settings: &Settings) -> Result<CleanerBuilder> {
    let mut builder = Cleaner::builder();
    if let Some(folder) = settings.packs.as_deref().filter(|p| !p.as_os_str().is_empty()) {
        builder = builder.packs(load(folder)?);
    }
    for pack in settings.pack.iter().flatten() {
        builder = builder.add_pack_file(pack);
    }
    if let Some(select) = settings.select.as_ref().filter(|s| s.iter().any(|s| s != "all")) {
        builder = builder.select(select);
    }
    let lang: Vec<&String> = settings.lang.iter().flatten().filter(|l| *l != "auto").collect();
    if !lang.is_empty() {
        builder = builder.languages(lang);
    }
    builder = builder.extend_select(settings.extend_select.iter().flatten()).ignore(settings.ignore.iter().flatten());
    builder = builder.preview(settings.preview.unwrap_or(false)).keep(settings.keep.iter().flatten());
    if let Some(site) = settings.site.as_deref().filter(|s| !s.is_empty()) {
        builder = builder.site(site);
    }
    if let Some(level) = settings.min_confidence {
        builder = builder.min_confidence(level);
    }
    if let Some(decisions) = decisions(settings)? {
        builder = builder.decisions(decisions);
    }
    Ok(builder)
}

/// What was decided, where the settings name a file.
pub fn decisions(settings: &Settings) -> Result<Option<Decisions>> {
    let only = settings.only_decided.unwrap_or(false);
    let Some(path) = settings.decisions.as_deref().filter(|p| !p.as_os_str().is_empty()) else {
        return Ok(only.then(|| Decisions::default().only(true)));
    };
    let trouble = |why: String| Trouble::new(format!("--decisions {}: {why}", path.display()));
    if !path.exists() {
        return Err(trouble("no such file".into()).help("`dehusk review` writes one").into());
    }
    let read = Decisions::read(path).map_err(|e| trouble(e.to_string()))?;
    Ok(Some(read.only(only)))
}

/// Packs of a file or a folder.
pub fn load(path: &Path) -> Result<Packs> {
    Packs::load(path).map_err(|e| pack_trouble(&e))
}

fn pack_trouble(error: &dehusk::PackError) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}

/// The paths that were typed, listed or, with neither, piped.
fn paths(input: &InputArgs) -> Result<Vec<PathBuf>> {
    let mut paths = input.paths.clone();
    if let Some(file) = &input.files_from {
        let mut bytes = Vec::new();
        if file.as_os_str() == "-" {
            io::stdin().lock().read_to_end(&mut bytes).context("standard input cannot be read")?;
        } else {
            bytes = std::fs::read(file).with_context(|| format!("--files-from {}", file.display()))?;
        }
        paths.extend(list(&bytes, input.nul));
        return Ok(paths);
    }
    if paths.is_empty() {
        if io::stdin().is_terminal() {
            return Err(Trouble::new("no paths, and nothing is piped in")
                .help("dehusk diff crawl/             look at a folder")
                .help("cat page.txt | dehusk clean    filter one text")
                .into());
        }
        paths.push("-".into());
    }
    Ok(paths)
}
