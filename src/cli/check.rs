//! `dehusk check`: counts residue, for people and for CI.

use std::io::{BufWriter, Write, stdout};

use anyhow::Result;
use dehusk::diff::Tally;
use serde_json::json;

use super::args::{CheckArgs, CheckFormat};
use super::exit::Exit;
use super::messages::{bytes, counted, percent};
use super::session::{Loaded, Session};
use super::settings::Typed;
use super::view;

/// Runs the command.
pub fn run(args: &CheckArgs) -> Result<Exit> {
    let settings = args.input.typed().over(args.rules.typed()).over(args.run.typed());
    let session = Session::new(&args.input, &args.run, settings)?.sampled(&args.sample);
    let cleaner = session.cleaner()?;
    let format = args.view.format.unwrap_or_default();
    session.watch();
    let mut tally = Tally::default();
    let mut out = BufWriter::new(stdout().lock());
    let safe = view::on_terminal();
    let totals = session.each(
        |entry, loaded| {
            let Loaded::Text(document) = loaded else { return Ok(None) };
            let cleaned = cleaner.clean(&document.text);
            let mut tally = Tally::default();
            tally.add(&cleaned);
            Ok(Some(((entry.name.clone(), tally), cleaned.removed_bytes())))
        },
        |(name, one)| {
            tally.merge(&one);
            if format == CheckFormat::Short && one.removals > 0 {
                let name = if safe { dehusk::escape::inline(&name) } else { name.as_str().into() };
                let removals = counted(one.removals as u64, "removal", "removals");
                let (removed, all) = (one.removed as u64, one.bytes as u64);
                writeln!(out, "{name}: {removals}, {} ({})", bytes(removed), percent(removed, all))?;
            }
            Ok(())
        },
    )?;
    tally.errors = usize::try_from(totals.failures.count).unwrap_or(usize::MAX);
    match format {
        CheckFormat::Human => view::summary(&mut out, &session.settings, &tally, view::paths(&args.input.paths))?,
        CheckFormat::Short => {}
        CheckFormat::Json => writeln!(out, "{}", json(&tally))?,
    }
    out.flush()?;
    let closed = session.close(&totals, "left alone");
    Ok(closed.max(session.found(tally.removals > 0)))
}

fn json(tally: &Tally) -> serde_json::Value {
    let rules = tally.rules.iter().map(|(id, rule)| {
        json!({"rule": id, "confidence": rule.confidence, "documents": rule.documents, "removals": rule.cuts, "bytes": rule.bytes})
    });
    json!({
        "documents": tally.documents,
        "changed": tally.changed,
        "removals": tally.removals,
        "bytes": tally.bytes,
        "bytes_removed": tally.removed,
        "errors": tally.errors,
        "rules": rules.collect::<Vec<_>>(),
    })
}
