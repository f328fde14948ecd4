//! `dehusk diff`: documents go through the cleaner into the view; nothing is written.

use std::io::Write;

use anyhow::Result;
use dehusk::diff::{Address, ByRule, BySite, Format, Options, Printer, Summary, Tally, render_record};
use dehusk::{Cleaned, Cleaner, Confidence};

use super::against;
use super::args::{By, DiffArgs, DiffFormat, SummaryKind};
use super::exit::Exit;
use super::pair;
use super::session::{Loaded, Session, builder};
use super::settings::Typed;
use super::view::{self, Output};
use crate::source::{Entry, Form};

/// Runs the command, once or again and again.
pub fn run(args: &DiffArgs) -> Result<Exit> {
    let packs = pair::packs(args)?;
    let args = packs.as_ref().unwrap_or(args);
    if args.view.watch { super::watch::run(args) } else { once(args) }
}

/// Shows what would go.
pub fn once(args: &DiffArgs) -> Result<Exit> {
    let typed = args.input.typed().over(args.rules.typed()).over(args.view.typed()).over(args.run.typed());
    let mut session = Session::new(&args.input, &args.run, typed)?.sampled(&args.sample);
    let options = options(args, &session);
    let human = options.format == Format::Human;
    let long = human && options.summary != Summary::Only;
    if long && view::on_terminal() {
        session.settings.progress = Some(false); // what is found shows how far it has come
    }
    if let Some(pair) = pair::of(args) {
        return pair::run(args, &pair, &mut session, &options);
    }
    if let Some(other) = &args.view.against {
        return against::run(args, other, &session, &options);
    }
    let cleaner = session.cleaner()?;
    // What a lower level would find is told, as a command to look at it.
    let level = session.settings.min_confidence.unwrap_or(Confidence::Medium);
    let told = human && options.summary != Summary::Off;
    let lower = if told && level > Confidence::Low { lower(&session, level)? } else { None };
    session.watch();
    let mut out = Output::new(session.settings.paging, long);
    let mut printer = Printer::new(&mut out, options.clone());
    let mut groups = args.view.by.map(Groups::new);
    let mut shown = 0;
    let most = args.view.max_docs.unwrap_or(u64::MAX);
    let totals = session.each(
        |entry, loaded| {
            let Loaded::Text(document) = loaded else { return Ok(None) };
            let cleaned = cleaner.clean(&document.text);
            let mut tally = Tally::default();
            if !loses(&cleaned, args.view.min_loss) {
                tally.documents = 1;
                tally.bytes = document.text.len();
                return Ok(Some(((Vec::new(), tally, None), 0)));
            }
            tally.add(&cleaned);
            if let Some(lower) = &lower {
                let low = lower.clean(&document.text);
                for removal in low.removals().iter().filter(|r| r.confidence() < level) {
                    tally.hold_back(&removal.rule().id);
                }
            }
            let (shown, groups) = match args.view.by.map(Groups::new) {
                Some(mut groups) => {
                    groups.add(entry, &cleaned);
                    (Vec::new(), Some(groups))
                }
                None => {
                    let bom = options.format == Format::Unified && document.form == Form::Utf8 { bom: true };
                    let marked = bom.then(|| Options { bom, ..options.clone() });
                    (render_record(&entry.name, address(entry, &entry.file()), &cleaned, marked.as_ref().unwrap_or(&options)), None)
                }
            };
            Ok(Some(((shown, tally, groups), cleaned.removed_bytes())))
        },
        |(mut bytes, tally, groups_here)| {
            if let (Some(all), Some(groups)) = (&mut groups, groups_here) {
                all.merge(groups);
            }
            shown += u64::from(!bytes.is_empty());
            if shown > most {
                bytes.clear();
            }
            Ok(printer.rendered(&bytes, &tally)?)
        },
    )?;
    if let Some(groups) = groups {
        printer.rendered(&groups.render(&options), &Tally::default())?;
    }
    printer.tally().errors = usize::try_from(totals.failures.count).unwrap_or(usize::MAX);
    let residue = printer.tally().removals > 0;
    printer.finish()?;
    out.flush()?;
    out.close()?;
    let closed = session.close(&totals, "left alone");
    Ok(closed.max(session.found(residue && args.view.exit_code)))
}

/// The cleaner of the lowest level, where it would find more. Rules that go by structure find something in almost every text,
/// which is no news; they are left out.
fn lower(session: &Session, level: Confidence) -> Result<Option<Cleaner>> {
    let lowest = || Ok::<_, anyhow::Error>(builder(&session.settings)?.min_confidence(Confidence::Low));
    let all = lowest()?.build()?;
    let structural = all.rules().iter().filter(|rule| rule.structural).map(|rule| rule.id.clone());
    let more = all.rules().iter().any(|rule| !rule.structural && rule.confidence < level);
    Ok(if more { Some(lowest()?.ignore(structural).build()?) } else { None })
}

/// Cuts of many documents, put together otherwise than by document.
enum Groups {
    Rule(ByRule),
    Site(BySite),
}

impl Groups {
    fn new(by: By) -> Groups {
        match by {
            By::Rule => Groups::Rule(ByRule::default()),
            By::Site => Groups::Site(BySite::default()),
        }
    }

    fn add(&mut self, entry: &Entry, cleaned: &Cleaned<'_>) {
        match self {
            Groups::Rule(groups) => groups.add(&entry.name, cleaned),
            Groups::Site(groups) => groups.add(entry.site(), cleaned),
        }
    }

    fn merge(&mut self, other: Groups) {
        match (self, other) {
            (Groups::Rule(all), Groups::Rule(more)) => all.merge(more),
            (Groups::Site(all), Groups::Site(more)) => all.merge(more),
            // All workers group alike.
            _ => {}
        }
    }

    fn render(&self, options: &Options) -> Vec<u8> {
        match self {
            Groups::Rule(groups) => groups.render(options),
            Groups::Site(groups) => groups.render(options),
        }
    }
}

fn address<'a>(entry: &'a Entry, doc: &'a str) -> Option<Address<'a>> {
    let record = entry.record.as_deref()?;
    let (field, id, url) = (record.field.as_deref(), record.id.as_deref(), record.url.as_deref());
    Some(Address { doc, record: record.number, field, id, url })
}

fn loses(cleaned: &Cleaned<'_>, least: Option<f64>) -> bool {
    let Some(least) = least else { return true };
    cleaned.changed() && cleaned.removed_bytes() as f64 >= least * cleaned.original().len() as f64
}

fn options(args: &DiffArgs, session: &Session) -> Options {
    let view = &args.view;
    Options {
        format: match view.format.unwrap_or_default() {
            DiffFormat::Human => Format::Human,
            DiffFormat::Short => Format::Short,
            DiffFormat::Unified => Format::Unified,
            DiffFormat::Json => Format::Json,
        },
        summary: match view.summary.unwrap_or_default() {
            SummaryKind::Off => Summary::Off,
            SummaryKind::Short => Summary::Short,
            SummaryKind::Full => Summary::Full,
            SummaryKind::Only => Summary::Only,
        },
        all: view.all,
        ..view::options(&session.settings, view::paths(&args.input.paths))
    }
}
