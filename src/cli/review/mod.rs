//! `dehusk review`: removals of a run, grouped, judged on a full screen; every decision is in its file at once.

mod draw;
mod gather;
mod terminal;

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, IsTerminal, stdin, stdout};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use dehusk::decide::{Book, Decision, Decisions, Example};
use dehusk::log::Doc;
use dehusk::review::{Effect, Event, Setup, State, draw as draw_sample};
use dehusk::{Cleaner, escape};

use super::args::ReviewArgs;
use super::exit::Exit;
use super::last_run::{self, Sources};
use super::messages::{self, Trouble, counted, typed};
use super::packfile;
use super::session::Session;
use super::settings::{Settings, Typed};
use super::view;
use crate::run;
use crate::source::{Document, Entry, Format, Opened, Packing, Seeker, Text, open, show};
use terminal::Terminal;

/// Where decisions are written without `--decisions`.
const BOOK: &str = "dehusk.decisions.jsonl";

/// Runs the command.
pub fn run(args: &ReviewArgs) -> Result<Exit> {
    let typed_settings = args.input.typed().over(args.rules.typed()).over(args.view.typed()).over(args.run.typed());
    if !args.view.import.is_empty() && args.input.paths.is_empty() && args.input.files_from.is_none() {
        let settings = super::settings::Layers::read(&args.run.common, typed_settings)?.settings();
        let path = book_path(&settings);
        import(&args.view.import, &path)?;
        return Ok(Exit::Done);
    }
    let mut session = Session::new(&args.input, &args.run, typed_settings)?;
    let path = book_path(&session.settings);
    // What is reviewed is what the rules would do, not what was decided about it.
    let mut undecided = session.settings.clone();
    undecided.decisions = None;
    undecided.only_decided = None;
    session.filter.own.extend(path.canonicalize().ok());
    if !args.view.import.is_empty() {
        import(&args.view.import, &path)?;
    }
    let book = Decisions::read(&path).map_err(|e| Trouble::new(format!("{}: {e}", path.display())))?;
    let cleaner = super::session::cleaner(&undecided)?;
    if args.view.prune {
        return prune(&session, &cleaner, &book, &path);
    }
    if !stdout().is_terminal() || !stdin().is_terminal() {
        let paths = view::paths(&args.input.paths);
        return Err(Trouble::new("`dehusk review` needs a terminal to ask on")
            .help(format!("dehusk diff --by rule {paths}    the same groups as text"))
            .into());
    }
    let (groups, totals) = gather::groups(&session, &cleaner)?;
    let closed = session.close(&totals, "left alone");
    if totals.interrupted {
        return Ok(closed);
    }
    let sample = args.view.sample.map(|wanted| {
        let cuts: Vec<u64> = groups.iter().map(|g| g.cuts).collect();
        draw_sample(&cuts, wanted, args.view.seed)
    });
    let setup = Setup { level: Some(cleaner.min_confidence()), sample };
    let mut state = State::new(groups, &book, setup);
    let desk = Desk { session: &session, cleaner: &cleaner, path: &path };
    let ended = desk.work(&mut state)?;
    tell(&state, &path, args);
    Ok(closed.max(ended))
}

fn book_path(settings: &Settings) -> PathBuf {
    settings.decisions.clone().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| PathBuf::from(BOOK))
}

/// What was decided, and what to do with it.
fn tell(state: &State, path: &Path, args: &ReviewArgs) {
    let counts = state.counts();
    let open = counts.open;
    messages::note(&format!("{} go, {} stay, {} open", counts.removed, counts.kept, counted(open as u64, "group", "groups")));
    if let Some(estimate) = state.estimate() {
        messages::note(&estimate.to_string());
    }
    if path.exists() {
        let paths = view::paths(&args.input.paths);
        messages::aside(&format!("decisions: {}", path.display()));
        messages::aside(&format!("apply:     dehusk clean {paths} --out cleaned/ --decisions {}", typed(path)));
    }
}

/// Everything around the state: terminal, file, editor.
struct Desk<'a> {
    session: &'a Session,
    cleaner: &'a Cleaner,
    path: &'a Path,
}

impl Desk<'_> {
    fn work(&self, state: &mut State) -> Result<Exit> {
        run::watch();
        let mut book = None;
        let mut terminal = Terminal::enter(&view::options(&self.session.settings, String::new()).style)?;
        terminal.draw(state)?;
        while !state.over() {
            if run::interrupted() {
                return Ok(Exit::Interrupted);
            }
            let Some(event) = terminal.next()? else { continue };
            if let Some(event) = event {
                let mut effects = state.apply(event);
                while let Some(effect) = effects.pop() {
                    if let Some(event) = self.carry_out(effect, &mut book, &mut terminal)? {
                        effects.extend(state.apply(event));
                    }
                }
            }
            terminal.draw(state)?;
        }
        Ok(Exit::Done)
    }

    /// Does what the state asks for; what that answers.
    fn carry_out(&self, effect: Effect, book: &mut Option<Book>, terminal: &mut Terminal) -> Result<Option<Event>> {
        match effect {
            Effect::Quit => Ok(None),
            Effect::Save(records) => {
                let trouble = |e: std::io::Error| Trouble::new(format!("{}: the decision cannot be written: {e}", self.path.display()));
                let book = match book {
                    Some(book) => book,
                    None => book.insert(Book::open(self.path).map_err(trouble)?),
                };
                book.add_all(&records).map_err(trouble)?;
                Ok(None)
            }
            Effect::Open(example) => match line_in_file(&example) {
                Some(line) => Ok(terminal.aside(|| edit(&example.doc, line))?.err().map(Event::Told)),
                None => Ok(Some(Event::Told("no file that an editor could show: `d` shows the text of the record".to_owned()))),
            },
            Effect::Load(example) => Ok(Some(Event::Document(self.load(&example)))),
            Effect::Example(wish) => {
                let pack = self.session.settings.pack.iter().flatten().rfind(|p| !p.is_dir());
                let told = match pack {
                    None => "no pack to write to: start with --pack my-pack.toml".to_owned(),
                    Some(pack) => match packfile::add_example(pack, &wish.rule, &wish.text, wish.keep) {
                        Ok(()) if wish.keep => format!("{}: an example that stays; `dehusk test` tries it", pack.display()),
                        Ok(()) => format!("{}: an example that goes; `dehusk test` tries it", pack.display()),
                        Err(e) => format!("{}: {e}", pack.display()),
                    },
                };
                Ok(Some(Event::Told(told)))
            }
        }
    }

    /// The text that an example stands in, and what goes from it: of a log, as it was before the run.
    fn load(&self, example: &Example) -> Result<(String, Vec<Range<usize>>), String> {
        let name = escape::inline(&example.doc).into_owned();
        if let Some(log) = gather::log(self.session) {
            return self.logged(log, example).ok_or_else(|| format!("{name}: neither as it was nor as the run left it"));
        }
        let path = PathBuf::from(&example.doc);
        let entry = Entry { path: Some(path.clone()), name: example.doc.clone(), place: path, walked: false, record: None };
        let shape = self.session.shape();
        let text = match example.record {
            None => Document::read(&entry, shape.choice).map_err(|e| format!("{name}: {e}"))?.text.into_owned(),
            Some(number) => {
                let Ok(Opened::Container(container, reader)) = open(&entry, &shape) else {
                    return Err(format!("{name}: cannot be read again"));
                };
                let mut seeker = Seeker::new(container, reader);
                let here = |text: &&Text<'_>| text.document.text.get(example.bytes[0]..example.bytes[1]) == Some(example.text.as_str());
                let found = seeker.texts(number).iter().find(here).map(|text| text.document.text.to_string());
                found.ok_or_else(|| format!("{name}: record {number} is another one now"))?
            }
        };
        let cuts = self.cleaner.clean(&text).removals().iter().map(|r| r.span().range()).collect();
        Ok((text, cuts))
    }

    fn logged(&self, log: &Path, example: &Example) -> Option<(String, Vec<Range<usize>>)> {
        let mut found = None;
        let wanted = |doc: &Doc<'_>| doc.record == example.record && example.doc.ends_with(doc.doc.as_ref());
        let read = last_run::read(log, self.cleaner, Sources::Read, wanted, |told, _| {
            if show(&told.file) == example.doc && found.is_none() {
                let cuts = told.removed.iter().map(|r| r.bytes[0]..r.bytes[1]).collect();
                found = told.original.filter(|text| text.get(example.bytes[0]..example.bytes[1]) == Some(&example.text)).map(|t| (t, cuts));
            }
            Ok(())
        });
        read.ok().and(found)
    }
}

/// The line of an example in its file, where an editor can show that.
fn line_in_file(example: &Example) -> Option<usize> {
    let path = Path::new(&example.doc);
    let Some(record) = example.record else { return Some(example.line) };
    let plain = Packing::of_name(path) == Packing::None;
    match Format::of_name(path)? {
        // A line is a record.
        Format::Jsonl if plain => usize::try_from(record).ok(),
        Format::Json | Format::Csv | Format::Tsv | Format::Wet if plain => Some(1),
        _ => None,
    }
}

/// Opens a document in the user's editor.
fn edit(doc: &str, line: usize) -> Result<(), String> {
    if !Path::new(doc).is_file() {
        return Err(format!("{}: no file of its own", escape::inline(doc)));
    }
    let set = |name: &str| std::env::var(name).ok().filter(|v| !v.trim().is_empty());
    let editor = set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let mut command = Command::new(program);
    command.args(words);
    let doc = if doc.starts_with('-') { format!("./{doc}") } else { doc.to_owned() };
    match Path::new(program).file_stem().and_then(|s| s.to_str()).unwrap_or(program) {
        "code" | "codium" | "code-insiders" | "cursor" | "zed" => command.args(["--goto", &format!("{doc}:{line}")]),
        "hx" | "helix" | "subl" => command.arg(format!("{doc}:{line}")),
        _ => command.arg(format!("+{line}")).arg(&doc),
    };
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{editor}: {status}")),
        Err(e) => Err(format!("{editor}: {e}; set $EDITOR")),
    }
}

/// Adds decisions from other files, such as those that a report exports.
fn import(files: &[PathBuf], path: &Path) -> Result<()> {
    let trouble = |file: &Path, why: String| Trouble::new(format!("{}: {why}", file.display()));
    let held = Decisions::read(path).map_err(|e| trouble(path, e.to_string()))?;
    let mut new = Decisions::default();
    for file in files {
        let input = File::open(file).map_err(|e| trouble(file, crate::source::say(&e)))?;
        new.add_lines(BufReader::new(input)).map_err(|e| trouble(file, e.to_string()))?;
    }
    let records: Vec<_> = new.records().into_iter().filter(|r| held.get(&r.key) != Some(r)).cloned().collect();
    if !records.is_empty() {
        let mut book = Book::open(path).map_err(|e| trouble(path, e.to_string()))?;
        book.add_all(&records).map_err(|e| trouble(path, e.to_string()))?;
    }
    let known = new.len() - records.len();
    let decisions = counted(records.len() as u64, "decision", "decisions");
    messages::note(&format!("{}: {decisions} added, {known} known already", path.display()));
    Ok(())
}

/// Lists decisions that match nothing in these documents.
fn prune(session: &Session, cleaner: &Cleaner, book: &Decisions, path: &Path) -> Result<Exit> {
    use std::io::Write;

    let mut hit: HashSet<String> = HashSet::new();
    session.watch();
    let totals = session.each(
        |_, loaded| {
            let super::session::Loaded::Text(document) = loaded else { return Ok(None) };
            let cleaned = cleaner.clean(&document.text);
            Ok(Some((book.hits(&cleaned), cleaned.removed_bytes())))
        },
        |keys| {
            hit.extend(keys);
            Ok(())
        },
    )?;
    let idle: Vec<_> = book.records().into_iter().filter(|r| r.decision != Decision::Later && !hit.contains(&r.key)).collect();
    let mut out = anstream::stdout().lock();
    for record in &idle {
        let text: String = record.text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
        writeln!(out, "{}\t{}\t{}\t{}", record.decision.as_str(), record.scope.as_str(), record.rule, escape::inline(&text))?;
    }
    let all = counted(book.len() as u64, "decision", "decisions");
    messages::note(&format!("{}: {} of {all} match nothing here", path.display(), idle.len()));
    Ok(session.close(&totals, "left alone"))
}
