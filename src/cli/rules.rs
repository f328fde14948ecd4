//! `dehusk rules`: what there is.

use std::io::{BufWriter, Write, stdout};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use dehusk::{Confidence, RuleInfo};

use super::args::{ListFormat, RulesArgs};
use super::exit::Exit;
use super::explain;
use super::messages::counted;
use super::session::builder;
use super::settings::{Layers, Typed};
use super::view;

const HEAD: Style = Style::new().bold();
const RULE: Style = AnsiColor::Cyan.on_default();
const QUIET: Style = Style::new().dimmed();

/// Runs the command.
pub fn run(args: &RulesArgs) -> Result<Exit> {
    let mut typed = args.rules.typed();
    if !args.selectors.is_empty() {
        typed.select = Some(args.selectors.clone());
    }
    let mut settings = Layers::read(&args.common, typed.over(args.common.typed()))?.settings();
    super::colour(settings.color);
    if settings.preview.is_none() {
        settings.preview = Some(true); // a list shows what is being tried out, and says so
    }
    settings.min_confidence = args.rules.min_confidence.map(Into::into).or(Some(Confidence::Low));
    settings.site.get_or_insert_with(|| "*".to_owned()); // of every site, unless one is asked for
    let cleaner = builder(&settings)?.build().map_err(|e| anyhow::anyhow!("{e}"))?;
    let mut rules: Vec<&Arc<RuleInfo>> = cleaner.rules().iter().collect();
    if let Some(id) = &args.why {
        return why(&rules, id, args.format);
    }
    rules.sort_by(|a, b| (&a.family, &a.id).cmp(&(&b.family, &b.id)));
    let mut out = BufWriter::new(anstream::AutoStream::auto(stdout().lock()));
    match args.format.unwrap_or_default() {
        ListFormat::Json => writeln!(out, "{}", serde_json::to_string_pretty(&rules.iter().map(|rule| &***rule).collect::<Vec<_>>())?)?,
        ListFormat::Human => list(&mut out, &rules)?,
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn why(rules: &[&Arc<RuleInfo>], id: &str, format: Option<ListFormat>) -> Result<Exit> {
    if let (Some(ListFormat::Json), Some(rule)) = (format, rules.iter().find(|rule| rule.id == id)) {
        writeln!(stdout(), "{}", serde_json::to_string_pretty(&***rule)?)?;
        return Ok(Exit::Done);
    }
    explain::rule(rules.iter().copied(), id)
}

fn list(out: &mut impl Write, rules: &[&Arc<RuleInfo>]) -> Result<()> {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let columns = view::columns().max(width + 30);
    let mut family = "";
    for rule in rules {
        if rule.family != family {
            if !family.is_empty() {
                writeln!(out)?;
            }
            family = &rule.family;
            writeln!(out, "{HEAD}{family}{HEAD:#}")?;
        }
        let glyph = match rule.confidence {
            Confidence::High => '█',
            Confidence::Medium => '▓',
            Confidence::Low => '░',
        };
        let mut summary = rule.summary.clone();
        if rule.preview {
            summary.insert_str(0, "(preview) ");
        }
        let room = columns - width - 13;
        if summary.chars().count() > room {
            summary = summary.chars().take(room - 1).collect::<String>() + "…";
        }
        writeln!(out, "  {RULE}{:<width$}{RULE:#} {glyph} {QUIET}{:<5}{QUIET:#}  {summary}", rule.id, rule.scope)?;
    }
    writeln!(out, "\n{}   █ high   ▓ medium   ░ low (only with --min-confidence low)", counted(rules.len() as u64, "rule", "rules"))?;
    Ok(())
}
