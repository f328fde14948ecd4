//! `dehusk report`: a run as one HTML file.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write, stdout};
use std::path::Path;

use anyhow::{Context, Result};
use dehusk::Confidence;
use dehusk::decide::{Record, today};
use dehusk::report::{About, Report, SIZE, is_report};

use super::args::ReportArgs;
use super::exit::Exit;
use super::last_run::{self, Sources};
use super::messages::{self, Trouble, bytes, counted};
use super::record::packs;
use super::session::{self, Loaded, Session};
use super::settings::{Layers, Settings, Typed};
use super::view;
use crate::sink::{Pending, Place};
use crate::source::{say, show};

/// What the page calls its decisions when it saves them.
const DECISIONS: &str = "dehusk.decisions.jsonl";

/// Runs the command.
pub fn run(args: &ReportArgs) -> Result<Exit> {
    writable(args)?;
    match &args.log {
        Some(log) => from_log(args, log),
        None => from_paths(args),
    }
}

fn from_paths(args: &ReportArgs) -> Result<Exit> {
    let typed = args.input.typed().over(args.rules.typed()).over(args.run.typed());
    let mut session = Session::new(&args.input, &args.run, typed)?;
    // A report among the documents of its next run would be read as one of them.
    session.filter.own.extend(args.out.iter().filter_map(|out| out.canonicalize().ok()));
    let decisions = decisions(&mut session.settings)?;
    let cleaner = session.cleaner()?;
    session.watch();
    let mut report = Report::default();
    let totals = session.each(
        |entry, loaded| {
            let Loaded::Text(document) = loaded else { return Ok(None) };
            let cleaned = cleaner.clean(&document.text);
            let mut one = Report::default();
            one.add(&entry.file(), entry.record.as_deref().map(|record| record.number), entry.site(), &cleaned);
            Ok(Some((one, cleaned.removed_bytes())))
        },
        |one| {
            report.merge(one);
            Ok(())
        },
    )?;
    let paths = view::paths(&args.input.paths);
    let base = session.inputs.base().unwrap_or_default();
    let about = About {
        source: if paths.is_empty() || paths == "-" { "standard input".into() } else { paths.clone() },
        id: id(&base, &paths),
        level: cleaner.min_confidence(),
        packs: packs(&cleaner),
        apply: format!("dehusk clean {} --decisions {DECISIONS} --out cleaned", if paths.is_empty() { "-" } else { &paths }),
        decisions,
        errors: usize::try_from(totals.failures.count).unwrap_or(usize::MAX),
        ..about(args)
    };
    let quiet = session.quiet;
    finish(args, report, &about, quiet)?;
    Ok(session.close(&totals, "left out"))
}

/// The last run of a removal log. Documents that are still there give the context.
fn from_log(args: &ReportArgs, path: &Path) -> Result<Exit> {
    let typed = args.rules.typed().over(args.run.typed());
    let mut settings = Layers::read(&args.run.common, typed)?.settings();
    super::colour(settings.color);
    let decisions = decisions(&mut settings)?;
    let cleaner = session::cleaner(&settings)?;
    let mut report = Report::default();
    let mut least = Confidence::High;
    let run = last_run::read(
        path,
        &cleaner,
        Sources::Read,
        |_| true,
        |told, rules| {
            least = told.removed.iter().map(|r| r.confidence).fold(least, Confidence::min);
            let (name, record, site) = (&*told.doc.doc, told.doc.record, told.site());
            match told.cleaned(rules) {
                Some(cleaned) => report.add(name, record, site, &cleaned),
                None => report.add_logged(name, record, site, told.doc.before.bytes, &told.removed, &rules.0),
            }
            Ok(())
        },
    )?;
    if run.runs > 1 && !args.run.common.quiet {
        messages::aside(&format!("{} holds {}: the report shows the last one", show(path), counted(run.runs, "run", "runs")));
    }
    let folder = run.begin.as_ref().map(|begin| begin.folder.clone()).unwrap_or_default();
    let about = About {
        source: show(path),
        id: id(Path::new(&folder), ""),
        level: least,
        packs: run.begin.map(|begin| begin.packs).unwrap_or_default(),
        apply: format!("dehusk clean PATH --decisions {DECISIONS} --out cleaned"),
        decisions,
        errors: usize::try_from(run.errors).unwrap_or(usize::MAX),
        partial: true,
        ..about(args)
    };
    finish(args, report, &about, args.run.common.quiet)?;
    Ok(Exit::Done)
}

fn about(args: &ReportArgs) -> About {
    About {
        source: String::new(),
        made: today(),
        id: String::new(),
        level: Confidence::Medium,
        packs: Vec::new(),
        file: DECISIONS.into(),
        apply: String::new(),
        decisions: Vec::new(),
        errors: 0,
        partial: false,
        size: args.max_size.as_ref().map_or(SIZE, |size| usize::try_from(size.bytes).unwrap_or(usize::MAX)),
    }
}

/// What the page remembers its decisions under: the folder, without telling its name.
fn id(folder: &Path, paths: &str) -> String {
    blake3::hash(format!("{}\0{paths}", folder.display()).as_bytes()).to_hex()[..16].to_owned()
}

/// What was decided before. The page shows it beside everything that would go without it.
fn decisions(settings: &mut Settings) -> Result<Vec<Record>> {
    let decided = session::decisions(settings)?;
    (settings.decisions, settings.only_decided) = (None, None);
    Ok(decided.iter().flat_map(|decided| decided.records()).cloned().collect())
}

/// Asks before the work whether its result may be written.
fn writable(args: &ReportArgs) -> Result<()> {
    match &args.out {
        None if stdout().is_terminal() => {
            Err(Trouble::new("`dehusk report` needs a place to write").help("--out report.html    write the report there").into())
        }
        Some(out) if out.as_os_str() != "-" && out.exists() => {
            let mut head = Vec::new();
            File::open(out)
                .and_then(|file| file.take(4096).read_to_end(&mut head))
                .with_context(|| format!("{} cannot be read", show(out)))?;
            if is_report(&head) || head.is_empty() {
                return Ok(());
            }
            Err(Trouble::new(format!("{} exists and is no report: it is not replaced", show(out)))
                .help("name another file with --out")
                .into())
        }
        _ => Ok(()),
    }
}

fn finish(args: &ReportArgs, report: Report, about: &About, quiet: bool) -> Result<()> {
    let (documents, groups) = (report.documents(), report.groups() as u64);
    let page = report.page(about);
    let Some(out) = args.out.as_deref().filter(|out| out.as_os_str() != "-") else {
        return Ok(stdout().lock().write_all(page.as_bytes())?);
    };
    let written = Pending::copy(out, &mut page.as_bytes(), Place::Taken, None).and_then(Pending::commit);
    written.map_err(|e: io::Error| Trouble::new(format!("{} cannot be written", show(out))).at(say(&e)))?;
    if !quiet {
        messages::note(&format!(
            "{}: {}, {}, {}; open it in a browser",
            show(out),
            counted(documents, "document", "documents"),
            counted(groups, "group of removals", "groups of removals"),
            bytes(page.len() as u64)
        ));
    }
    Ok(())
}
