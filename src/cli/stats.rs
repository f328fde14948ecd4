//! `dehusk stats`: what goes, counted by rule, family, language and site.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Write, stdout};
use std::path::Path;

use anyhow::{Context, Result};
use dehusk::diff::site_of;
use dehusk::log::{Event, Reader};
use dehusk::{Cleaned, escape};
use serde_json::{Map, Value, json};

use super::args::{StatsArgs, StatsBy, StatsFormat};
use super::exit::Exit;
use super::last_run::named_as_log;
use super::messages::{self, bytes, count, counted, percent};
use super::session::{Loaded, Session};
use super::settings::Typed;
use super::view;
use crate::source::Input;

/// What is counted of a rule, a site ….
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    documents: u64,
    removals: u64,
    bytes: u64,
}

/// Counters. Those of workers are merged; the sum does not depend on the order.
#[derive(Debug, Default)]
struct Stats {
    documents: u64,
    changed: u64,
    removals: u64,
    /// Bytes of all documents; a log does not tell those of documents that did not change.
    bytes: Option<u64>,
    removed: u64,
    groups: [BTreeMap<String, Row>; 4],
}

const GROUPS: [(StatsBy, &str); 4] =
    [(StatsBy::Rule, "rule"), (StatsBy::Family, "family"), (StatsBy::Language, "language"), (StatsBy::Site, "site")];

impl Stats {
    fn document<'r>(&mut self, site: &str, removals: impl Iterator<Item = (&'r str, &'r str, usize)>) {
        let mut seen: [BTreeSet<String>; 4] = Default::default();
        let mut changed = false;
        for (rule, language, bytes) in removals {
            changed = true;
            self.removals += 1;
            self.removed += bytes as u64;
            let family = rule.split('/').next().unwrap_or(rule);
            for ((group, seen), key) in self.groups.iter_mut().zip(&mut seen).zip([rule, family, language, site]) {
                let row = group.entry(key.to_owned()).or_default();
                row.documents += u64::from(seen.insert(key.to_owned()));
                row.removals += 1;
                row.bytes += bytes as u64;
            }
        }
        self.changed += u64::from(changed);
    }

    fn merge(&mut self, other: Stats) {
        self.documents += other.documents;
        self.changed += other.changed;
        self.removals += other.removals;
        self.removed += other.removed;
        self.bytes = self.bytes.zip(other.bytes).map(|(a, b)| a + b);
        for (group, other) in self.groups.iter_mut().zip(other.groups) {
            for (key, more) in other {
                let row = group.entry(key).or_default();
                row.documents += more.documents;
                row.removals += more.removals;
                row.bytes += more.bytes;
            }
        }
    }

    /// Those that lost most first.
    fn sorted(&self, group: usize) -> Vec<(&str, Row)> {
        let mut rows: Vec<(&str, Row)> = self.groups[group].iter().map(|(key, row)| (key.as_str(), *row)).collect();
        rows.sort_by(|(a, x), (b, y)| y.bytes.cmp(&x.bytes).then(a.cmp(b)));
        rows
    }
}

/// Runs the command.
pub fn run(args: &StatsArgs) -> Result<Exit> {
    let settings = args.input.typed().over(args.rules.typed()).over(args.run.typed());
    let session = Session::new(&args.input, &args.run, settings)?.sampled(&args.sample);
    let format = args.format.unwrap_or_default();
    if let [Input::File(path)] = session.inputs.0.as_slice()
        && let Some(stats) = logged(path)?
    {
        print(&stats, &args.by, format)?;
        return Ok(Exit::Done);
    }
    let cleaner = session.cleaner()?;
    session.watch();
    let mut all = Stats { bytes: Some(0), ..Stats::default() };
    let totals = session.each(
        |entry, loaded| {
            let Loaded::Text(document) = loaded else { return Ok(None) };
            let cleaned = cleaner.clean(&document.text);
            let mut stats = Stats { documents: 1, bytes: Some(document.text.len() as u64), ..Stats::default() };
            stats.document(entry.site(), told(&cleaned));
            Ok(Some((stats, cleaned.removed_bytes())))
        },
        |stats| {
            all.merge(stats);
            Ok(())
        },
    )?;
    print(&all, &args.by, format)?;
    Ok(session.close(&totals, "left alone"))
}

fn told<'c>(cleaned: &'c Cleaned<'_>) -> impl Iterator<Item = (&'c str, &'c str, usize)> {
    cleaned.removals().iter().map(|removal| (removal.rule().id.as_str(), removal.language(), removal.span().len()))
}

/// The counts of all runs in a removal log; `None` where the file is none.
fn logged(path: &Path) -> Result<Option<Stats>> {
    if !named_as_log(path) {
        return Ok(None);
    }
    let Ok(mut reader) = Reader::open(path) else { return Ok(None) };
    if !matches!(reader.next(), Ok(Some(Event::Begin(_)))) {
        return Ok(None);
    }
    let mut stats = Stats::default();
    let mut waiting: Vec<(String, String, usize)> = Vec::new();
    while let Some(event) = reader.next().with_context(|| format!("{} cannot be read", path.display()))? {
        match event {
            Event::Removal(removal) => {
                waiting.push((removal.rule.into_owned(), removal.lang.into_owned(), removal.bytes[1] - removal.bytes[0]));
            }
            Event::Doc(doc) => {
                let site = doc.url.as_deref().map_or_else(|| site_of(&doc.doc), site_of);
                stats.document(site, waiting.iter().map(|(rule, lang, bytes)| (rule.as_str(), lang.as_str(), *bytes)));
                waiting.clear();
            }
            Event::End(end) => stats.documents += end.documents,
            Event::Begin(_) | Event::Records(_) | Event::File(_) => {}
        }
    }
    Ok(Some(stats))
}

fn print(stats: &Stats, by: &[StatsBy], format: StatsFormat) -> Result<()> {
    let wanted = |group: StatsBy| by.is_empty() || by.contains(&group);
    let mut out = BufWriter::new(stdout().lock());
    match format {
        StatsFormat::Text => text(&mut out, stats, wanted)?,
        StatsFormat::Csv => {
            writeln!(out, "by,key,documents,removals,bytes")?;
            for (n, (_, name)) in GROUPS.iter().enumerate().filter(|(_, (group, _))| wanted(*group)) {
                for (key, row) in stats.sorted(n) {
                    let plain = !key.contains(['"', ',', '\n', '\r']);
                    let key = if plain { key.to_owned() } else { format!("\"{}\"", key.replace('"', "\"\"")) };
                    writeln!(out, "{name},{key},{},{},{}", row.documents, row.removals, row.bytes)?;
                }
            }
        }
        StatsFormat::Json => {
            let mut all = Map::new();
            let sums = [
                ("documents", Some(stats.documents)),
                ("changed", Some(stats.changed)),
                ("removals", Some(stats.removals)),
                ("bytes", stats.bytes),
                ("bytes_removed", Some(stats.removed)),
            ];
            all.extend(sums.map(|(name, number)| (name.to_owned(), number.into())));
            for (n, (_, name)) in GROUPS.iter().enumerate().filter(|(_, (group, _))| wanted(*group)) {
                let row =
                    |(key, row): (&str, Row)| json!({*name: key, "documents": row.documents, "removals": row.removals, "bytes": row.bytes});
                all.insert(format!("by_{name}"), Value::Array(stats.sorted(n).into_iter().map(row).collect()));
            }
            writeln!(out, "{}", Value::Object(all))?;
        }
    }
    out.flush()?;
    Ok(())
}

/// Rows of a table for people; the other formats have all.
const SHOWN: usize = 40;

fn text(out: &mut impl Write, stats: &Stats, wanted: impl Fn(StatsBy) -> bool) -> Result<()> {
    let documents = counted(stats.documents, "document", "documents");
    let removals = counted(stats.removals, "removal", "removals");
    let share = stats.bytes.map(|all| format!(" ({})", percent(stats.removed, all))).unwrap_or_default();
    writeln!(out, "{documents}, {} with residue, {removals}, −{}{share}", count(stats.changed), bytes(stats.removed))?;
    let safe = view::on_terminal();
    for (n, (_, name)) in GROUPS.iter().enumerate().filter(|(_, (group, _))| wanted(*group)) {
        let rows = stats.sorted(n);
        if rows.is_empty() {
            continue;
        }
        let shown = |key: &str| if safe { escape::inline(key).into_owned() } else { key.to_owned() };
        let width = rows.iter().take(SHOWN).map(|(key, _)| shown(key).chars().count()).max().unwrap_or(0).max(name.len());
        writeln!(out, "\n  {name:width$}  {:>10}  {:>10}  {:>10}  share", "documents", "removals", "bytes")?;
        for (key, row) in rows.iter().take(SHOWN) {
            let (documents, removals, size) = (messages::count(row.documents), messages::count(row.removals), bytes(row.bytes));
            let share = percent(row.bytes, stats.removed);
            writeln!(out, "  {:width$}  {documents:>10}  {removals:>10}  {size:>10}  {share:>5}", shown(key))?;
        }
        if rows.len() > SHOWN {
            writeln!(out, "  … {} more (--format csv has all)", count((rows.len() - SHOWN) as u64))?;
        }
    }
    Ok(())
}
