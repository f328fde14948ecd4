//! What `clean`, `diff` and `check` share: settings become a cleaner and a stream of documents.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Read};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use dehusk::decide::Decisions;
use dehusk::splice::Pointer;
use dehusk::{Cleaner, CleanerBuilder, Packs};

use super::args::{self, InputArgs, OnError, RunArgs, SampleArgs};
use super::exit::Exit;
use super::messages::{self, Failure, Trouble, counted};
use super::settings::{Layers, Settings};
use crate::run::{self, Ended, Flow, Progress};
use crate::source::{
    Batches, Body, Choice, Container, Document, Ending, Entry, Fault, Filter, Form, Format, Found, Holds, Input, Inputs, Item, Items,
    Piece, Shape, Text, Unread, list, sample, say, weigh,
};

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
    /// So many documents by chance, and the seed.
    sample: Option<(usize, u64)>,
    /// Bytes of files that have been read.
    read: Arc<AtomicU64>,
}

/// What a document is to the one who works on it.
pub enum Loaded<'t> {
    /// A text.
    Text(Document<'t>),
    /// No text, or one that cannot be written back: its bytes, where they have been read.
    Raw(Option<Vec<u8>>),
}

/// A list that remembers the first of its items and counts the others: a corpus may have millions of them.
#[derive(Debug)]
pub struct Listed<T> {
    /// The first ones.
    pub first: Vec<T>,
    /// How many there are in all.
    pub count: u64,
}

/// Items that are remembered.
const REMEMBERED: usize = 1000;

impl<T> Listed<T> {
    /// One more.
    pub fn push(&mut self, item: T) {
        self.count += 1;
        if self.first.len() < REMEMBERED {
            self.first.push(item);
        }
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl<T> Default for Listed<T> {
    fn default() -> Listed<T> {
        Listed { first: Vec::new(), count: 0 }
    }
}

impl<T> Extend<T> for Listed<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.push(item));
    }
}

/// Sums of a run.
#[derive(Debug, Default)]
pub struct Totals {
    /// Texts that were read.
    pub documents: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// Files and records that were left alone, and why.
    pub left: Listed<(String, String)>,
    /// Records without a text.
    pub textless: Listed<String>,
    /// Containers whose text was found under a usual name, by name.
    pub guessed: BTreeMap<String, u64>,
    /// Texts whose encoding was guessed, by encoding.
    pub encodings: BTreeMap<String, u64>,
    /// What went wrong.
    pub failures: Listed<Failure>,
    /// Stopped by the user.
    pub interrupted: bool,
}

/// One item's way through a worker: what it adds to the sums.
pub struct Step<T> {
    documents: u64,
    bytes: usize,
    removed: usize,
    forms: Vec<Form>,
    left: Vec<(String, String)>,
    textless: Vec<String>,
    failures: Vec<Failure>,
    results: Vec<T>,
    guessed: Option<String>,
    begun: bool,
    ended: Option<(Arc<Container>, Ending)>,
}

impl<T> Step<T> {
    fn new() -> Step<T> {
        Step {
            documents: 0,
            bytes: 0,
            removed: 0,
            forms: Vec::new(),
            left: Vec::new(),
            textless: Vec::new(),
            failures: Vec::new(),
            results: Vec::new(),
            guessed: None,
            begun: false,
            ended: None,
        }
    }

    fn enter(&mut self, item: &Item) {
        match item {
            Item::Begin(container) => {
                self.begun = true;
                if container.guessed && container.format.has_names() {
                    self.guessed = container.fields.first().map(|field| field.as_str().to_owned());
                }
            }
            Item::End(container, ending) => self.ended = Some((container.clone(), ending.clone())),
            Item::File(..) | Item::Piece(..) => {}
        }
    }

    /// A text was read.
    pub fn read(&mut self, document: &Document<'_>) {
        self.documents += 1;
        self.bytes += document.text.len();
        if document.form.guessed() {
            self.forms.push(document.form);
        }
    }

    /// A result, and how many bytes went for it.
    pub fn give(&mut self, result: T, removed: usize) {
        self.removed += removed;
        self.results.push(result);
    }

    /// A file or record is left alone.
    pub fn leave(&mut self, name: String, why: String) {
        self.left.push((name, why));
    }

    /// A record has no text.
    pub fn without_text(&mut self, name: String) {
        self.textless.push(name);
    }

    /// How often that was said.
    pub fn failed(&self) -> usize {
        self.failures.len()
    }

    /// Something could not be read or written.
    pub fn fail(&mut self, failure: Failure) {
        self.failures.push(failure);
    }
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
            sample: None,
            read: Arc::default(),
            settings,
        })
    }

    /// Only some documents, where that is asked for.
    pub fn sampled(self, args: &SampleArgs) -> Session {
        Session { sample: args.sample.map(|most| (most, args.seed.unwrap_or(0))), ..self }
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

    /// How containers are read.
    pub fn shape(&self) -> Shape {
        let settings = &self.settings;
        Shape {
            from: settings.from.and_then(args::From::format),
            fields: settings.field.clone().unwrap_or_default(),
            id: settings.id_field.clone(),
            url: settings.url_field.clone(),
            lang: settings.lang_field.clone(),
            max: self.max_doc_size,
            choice: self.choice,
            hash: false,
            bare: false,
            read: self.read.clone(),
        }
    }

    /// Reads every document, be it a file or a record of one, has `work` look at it in parallel and hands the results on in
    /// order.
    ///
    /// `work` returns its result and how many bytes it removed. What failed or was left alone is in the totals.
    pub fn each<T: Send>(
        &self,
        work: impl Fn(&Entry, Loaded<'_>) -> Result<Option<(T, usize)>, Failure> + Sync,
        mut consume: impl FnMut(T) -> Result<()>,
    ) -> Result<Totals> {
        let work = |item: Item, step: &mut Step<T>| -> Result<(), Failure> {
            match item {
                Item::File(found, bytes) => self.file(found, bytes, step, &work),
                Item::Begin(_) | Item::End(..) => Ok(()),
                Item::Piece(container, piece) => {
                    for text in self.texts(&container, &piece, step).unwrap_or_default() {
                        if let Some((result, removed)) = work(&text.entry, Loaded::Text(text.document))? {
                            step.give(result, removed);
                        }
                    }
                    Ok(())
                }
            }
        };
        let items = Items::new(&self.inputs, &self.filter, self.shape())?;
        let consume = |result| consume(result).map(|()| Flow::On);
        match self.sample {
            Some((most, seed)) => self.stream(sample(items.take_while(|_| !run::interrupted()), most, seed).into_iter(), work, consume),
            None => self.stream(items, work, consume),
        }
    }

    /// The same for those who handle containers themselves: `work` gets everything that is read, piece by piece.
    pub fn stream<T: Send>(
        &self,
        items: impl Iterator<Item = Item> + Send,
        work: impl Fn(Item, &mut Step<T>) -> Result<(), Failure> + Sync,
        mut consume: impl FnMut(T) -> Result<Flow>,
    ) -> Result<Totals> {
        let mut totals = Totals::default();
        let mut progress = Progress::new(self.settings.progress.unwrap_or(true) && !self.quiet);
        let fail_fast = self.settings.fail_fast.unwrap_or(false) || self.on_error() == OnError::Stop;
        let work = |items: Vec<Item>| -> Step<T> {
            let (mut step, mut name) = (Step::new(), String::new());
            for item in items {
                step.enter(&item);
                let (file, before) = (matches!(item, Item::File(..)), step.bytes);
                name.clear();
                name.push_str(item.name());
                let piece = if let Item::Piece(container, piece) = &item { Some((container.clone(), piece.number)) } else { None };
                // A panic is a bug of ours in one document: the others go on.
                let outcome = catch_unwind(AssertUnwindSafe(|| work(item, &mut step)));
                if file {
                    self.read.fetch_add((step.bytes - before) as u64, Ordering::Relaxed);
                }
                let name = || piece.map_or_else(|| name.clone(), |(container, number)| container.name(number));
                if let Err(failure) = outcome.unwrap_or_else(|panic| Err(Failure::new(name(), run::said(&*panic)))) {
                    step.fail(failure);
                }
            }
            step
        };
        // Documents and textless records of the container that is being read.
        let mut inside = (0u64, 0u64);
        std::thread::scope(|scope| -> Result<()> {
            if let Some(bar) = progress.total() {
                scope.spawn(move || {
                    if let Some(size) = self.inputs.size(&self.filter, run::interrupted) {
                        bar.set_length(size);
                    }
                });
            }
            let ended = run::stream(
                self.threads(),
                Batches::new(items),
                |items| weigh(items),
                work,
                |step| {
                    totals.documents += step.documents;
                    totals.bytes += step.bytes as u64;
                    if step.begun {
                        inside = (0, 0);
                    }
                    inside.0 += step.documents;
                    inside.1 += step.textless.len() as u64;
                    for form in step.forms.iter().filter(|_| self.choice == Choice::Auto) {
                        *totals.encodings.entry(form.to_string()).or_default() += 1;
                    }
                    if let Some(name) = step.guessed {
                        *totals.guessed.entry(name).or_default() += 1;
                    }
                    totals.left.extend(step.left);
                    let failed = !step.failures.is_empty();
                    totals.failures.extend(step.failures);
                    if let Some((container, ending)) = step.ended {
                        totals.failures.extend(ending.damage.map(|why| {
                            let failure = Failure::new(container.entry.name.clone(), why);
                            failure.help("everything before that place was read; the rest needs another copy of the file")
                        }));
                        match no_texts(&container, inside) {
                            Some(why) if container.entry.walked => totals.left.push((container.entry.name.clone(), why.why)),
                            Some(why) => totals.failures.push(why),
                            None => {}
                        }
                    }
                    totals.textless.extend(step.textless);
                    progress.step(step.documents, step.bytes, step.removed, self.read.load(Ordering::Relaxed));
                    let mut flow = if failed && fail_fast { Flow::Stop } else { Flow::On };
                    for result in step.results {
                        if consume(result)? == Flow::Stop {
                            flow = Flow::Stop;
                        }
                    }
                    Ok(flow)
                },
            );
            progress.finish();
            totals.interrupted = ended? == Ended::Interrupted;
            Ok(())
        })?;
        Ok(totals)
    }

    /// What becomes of records that cannot be read.
    pub fn on_error(&self) -> OnError {
        self.settings.on_error.unwrap_or_default()
    }

    /// The texts of a piece, and what there is to tell about it. `None` for a record that cannot be read, which has been
    /// reported.
    pub fn texts<'p, T>(&self, container: &Container, piece: &'p Piece, step: &mut Step<T>) -> Option<Vec<Text<'p>>> {
        match &piece.body {
            Body::Rest(_) => Some(Vec::new()),
            Body::Left(_, why) => {
                match (why, self.on_error()) {
                    (Some(why), OnError::Keep) => step.leave(container.name(piece.number), why.clone()),
                    (Some(why), _) => {
                        step.fail(Failure::new(container.name(piece.number), why.clone()));
                        return None;
                    }
                    (None, _) => {}
                }
                Some(Vec::new())
            }
            Body::Record(record) => {
                let holds = container.texts(piece.number, record).map_err(|fault| match container.format {
                    Format::Text => fault,
                    _ => Fault { why: format!("{}, at byte {} of the file", fault.why, piece.offset), ..fault },
                });
                Self::held(|| container.name(piece.number), holds, step)
            }
            #[cfg(feature = "parquet")]
            Body::Rows(rows) => {
                let mut texts = Vec::new();
                for (number, holds) in rows.texts(container, piece.number) {
                    texts.extend(Self::held(|| container.name(number), holds, step).into_iter().flatten());
                }
                Some(texts)
            }
        }
    }

    fn held<'p, T>(name: impl Fn() -> String, holds: Result<Holds<'p>, Fault>, step: &mut Step<T>) -> Option<Vec<Text<'p>>> {
        match holds {
            Ok(Holds::Texts(texts)) => {
                texts.iter().for_each(|text| step.read(&text.document));
                return Some(texts);
            }
            Ok(Holds::Nothing) => step.without_text(name()),
            Ok(Holds::Unfit(why)) => step.leave(name(), why),
            Err(Fault { why, help }) => {
                step.fail(Failure { name: name(), why, help });
                return None;
            }
        }
        Some(Vec::new())
    }

    /// A file that is one text, or none.
    pub fn file<T>(
        &self,
        found: Found,
        bytes: Option<Vec<u8>>,
        step: &mut Step<T>,
        work: impl Fn(&Entry, Loaded<'_>) -> Result<Option<(T, usize)>, Failure>,
    ) -> Result<(), Failure> {
        let give = |step: &mut Step<T>, done: Option<(T, usize)>| {
            if let Some((result, removed)) = done {
                step.give(result, removed);
            }
        };
        let entry = match found {
            Found::Failed(failure) => return Err(failure),
            Found::Left(entry, why) => {
                step.leave(entry.name.clone(), why);
                if entry.path.is_some() {
                    let done = work(&entry, Loaded::Raw(None))?;
                    give(step, done);
                }
                return Ok(());
            }
            Found::Document(entry) => entry,
        };
        let size = || match (&bytes, &entry.path) {
            (Some(bytes), _) => Some(bytes.len() as u64),
            (None, path) => path.as_ref().and_then(|path| std::fs::metadata(path).ok()).map(|file| file.len()),
        };
        if let Some(most) = self.max_doc_size
            && let Some(size) = size()
            && size > most
        {
            step.leave(entry.name.clone(), format!("larger than --max-doc-size: {}", messages::bytes(size)));
            let done = work(&entry, Loaded::Raw(bytes))?;
            give(step, done);
            return Ok(());
        }
        let read = match bytes {
            Some(bytes) => Document::from_bytes(bytes.into(), self.choice),
            None => Document::read_next(&entry, self.choice),
        };
        let done = match read {
            Ok(document) => match document.unfit() {
                Some(why) => {
                    step.leave(entry.name.clone(), why.into());
                    let bytes = document.encode(&document.text).map_err(|e| Failure::io(&entry.name, &e))?.into_owned();
                    work(&entry, Loaded::Raw(Some(bytes)))?
                }
                None => {
                    step.read(&document);
                    work(&entry, Loaded::Text(document))?
                }
            },
            Err(Unread::Binary(bytes)) => {
                step.leave(entry.name.clone(), "binary: it holds NUL bytes".into());
                work(&entry, Loaded::Raw(bytes))?
            }
            Err(Unread::Encoding(error, bytes)) => {
                // Not cleaned, but not lost either: where a copy is written it gets the bytes as they are.
                let done = work(&entry, Loaded::Raw(Some(bytes)))?;
                give(step, done);
                return Err(Failure::new(entry.name.clone(), error.to_string())
                    .help("--encoding ENC says how it is written; `--exclude` leaves it out"));
            }
            Err(Unread::Io(error)) => return Err(Failure::new(entry.name.clone(), say(&error))),
        };
        give(step, done);
        Ok(())
    }

    /// Tells on standard error what was left alone, what failed and why nothing was read; the exit code that follows.
    pub fn close(&self, totals: &Totals, left: &str) -> Exit {
        if !self.quiet {
            self.tell_left(totals, left);
            self.tell_records(totals);
            for (encoding, number) in &totals.encodings {
                let are = if *number == 1 { "is" } else { "are" };
                messages::aside(&format!("{} {are} {encoding} (--encoding forces another)", counted(*number, "document", "documents")));
            }
            if totals.documents == 0 && totals.failures.is_empty() && !totals.interrupted {
                self.tell_nothing(totals);
            }
        }
        messages::failures(&totals.failures.first, totals.failures.count, self.verbose);
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
        for (name, why) in totals.left.first.iter().take(shown) {
            messages::aside(&format!("{left}: {}: {why}", dehusk::escape::inline(name)));
        }
        let shown = totals.left.first.len().min(shown) as u64;
        if totals.left.count > shown {
            let more = counted(totals.left.count - shown, "more", "more");
            messages::aside(&format!("{left}: {more}{}", if self.verbose { "" } else { " (-v lists them)" }));
        }
    }

    fn tell_records(&self, totals: &Totals) {
        for (field, number) in totals.guessed.iter().filter(|(field, _)| *field != "text") {
            let what = if field.is_empty() { "the strings themselves are".to_owned() } else { format!("`{field}` is") };
            messages::aside(&format!("{what} the text of {} (--field says otherwise)", counted(*number, "file", "files")));
        }
        if let Some(first) = totals.textless.first.first() {
            let records = counted(totals.textless.count, "record has", "records have");
            messages::aside(&format!("{records} no text and passed as they are, the first is {}", dehusk::escape::inline(first)));
        }
    }

    fn tell_nothing(&self, totals: &Totals) {
        let filtered = !self.filter.globs.is_empty() || !self.filter.exclude.is_empty();
        let why = if !totals.textless.is_empty() {
            "no record has a text"
        } else if !totals.left.is_empty() {
            "all files were left alone"
        } else if self.inputs.single() {
            "it is empty"
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

/// A container of which no record has a text was probably asked for the wrong field.
fn no_texts(container: &Container, (texts, textless): (u64, u64)) -> Option<Failure> {
    // A column may be empty, and so may be a field that is there.
    let there = |field: &Pointer| field.tokens().first().is_some_and(|name| container.names.contains(name));
    if texts > 0
        || textless == 0
        || !container.format.has_names()
        || container.format == Format::Parquet
        || container.fields.iter().any(there)
    {
        return None;
    }
    let field = container.fields.first().map_or("text", |field| field.as_str());
    let failure = Failure::new(container.entry.name.clone(), format!("no record has a text in `{field}`"));
    let names: Vec<String> = container.names.iter().take(12).cloned().collect();
    let has = if names.is_empty() { String::new() } else { format!("; the first record has: {}", names.join(", ")) };
    Some(failure.help(format!("--field NAME says where the text is{has}")))
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
