//! `dehusk explain`: a rule, or why a place of a text goes or stays.

use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use dehusk::diff::repeats;
use dehusk::{Cleaned, Confidence, Refusal, Removal, RuleInfo, Span, escape};

use super::args::ExplainArgs;
use super::exit::Exit;
use super::messages::{Trouble, counted, nearest};
use super::session::{builder, cleaner};
use super::settings::{Layers, Settings, Typed};
use crate::source::{Document, Entry, Fault, Holds, Opened, Seeker, Shape, open, say, show};

const GOES: Style = AnsiColor::Red.on_default().bold();
const STAYS: Style = AnsiColor::Green.on_default().bold();
const HEAD: Style = Style::new().bold();
const QUIET: Style = Style::new().dimmed();

/// Refusals shown of a place.
const REFUSALS: usize = 12;

/// Runs the command.
pub fn run(args: &ExplainArgs) -> Result<Exit> {
    let settings = Layers::read(&args.common, args.texts.typed().over(args.rules.typed()).over(args.common.typed()))?.settings();
    super::colour(settings.color);
    if let Some((path, numbers)) = place(&args.what) {
        let entry = Entry { name: show(&path), place: path.clone(), path: Some(path), walked: false, record: None };
        let choice = settings.encoding.unwrap_or_default();
        let fields = settings.field.clone().unwrap_or_default();
        let shape = Shape { from: settings.from.unwrap_or_default().format(), fields, choice, ..Shape::default() };
        let all = args.common.verbose > 0;
        let wrong = |e: &dyn std::fmt::Display| Trouble::new(format!("{}: {e}", entry.name));
        return match open(&entry, &shape).map_err(|e| wrong(&say(&e)))? {
            Opened::Container(container, reader) => explain_record(&settings, Seeker::new(container, reader), &numbers, all),
            Opened::Plain(_) => {
                let [line, column @ ..] = numbers.as_slice() else { return Err(Trouble::new("FILE:LINE[:COLUMN]").into()) };
                let document = Document::read(&entry, choice).map_err(|e| wrong(&e))?;
                explain_place(&settings, &document.text, &Place { name: &entry.name, line: *line, column: column.first().copied(), all })
            }
        };
    }
    // Rules are explained whether or not they take part by default.
    let all = builder(&settings)?.preview(true).site("*").min_confidence(Confidence::Low).build().map_err(|e| anyhow::anyhow!("{e}"))?;
    rule(all.rules(), &args.what)
}

/// What was asked about.
struct Place<'a> {
    name: &'a str,
    line: usize,
    column: Option<usize>,
    /// Every refusal is shown.
    all: bool,
}

/// `FILE:LINE[:COLUMN]`, or `FILE:RECORD[:LINE[:COLUMN]]`, where the file exists.
fn place(what: &str) -> Option<(PathBuf, Vec<usize>)> {
    let mut rest = what;
    let mut numbers = Vec::new();
    while numbers.len() < 3 {
        let (before, last) = rest.rsplit_once(':')?;
        // The field of a record with several texts is chosen by --field.
        numbers.insert(0, last.split('#').next().unwrap_or(last).parse().ok()?);
        rest = before;
        if PathBuf::from(rest).is_file() {
            return Some((rest.into(), numbers));
        }
    }
    None
}

/// Explains a line of a record, or all that goes from it.
fn explain_record(settings: &Settings, mut seeker: Seeker, numbers: &[usize], all: bool) -> Result<Exit> {
    let (number, place) = numbers.split_first().map_or((0, numbers), |(number, rest)| (*number as u64, rest));
    let name = seeker.container.name(number);
    let trouble = |why: String| Trouble::new(format!("{name}: {why}"));
    let texts = match seeker.record(number).map_err(|e| trouble(say(&e)))? {
        None => return Err(trouble("there is no such record, or it is none".into()).into()),
        Some(Ok(Holds::Texts(texts))) => texts,
        Some(Ok(Holds::Unfit(why)) | Err(Fault { why, .. })) => return Err(trouble(why.clone()).into()),
        _ => return Err(trouble("the record has no text".into()).help("--field NAME says where it is").into()),
    };
    let Some(text) = texts.first() else { return Err(trouble("the record has no text".into()).into()) };
    if let [line, column @ ..] = place {
        return explain_place(settings, &text.document.text, &Place { name: &name, line: *line, column: column.first().copied(), all });
    }
    let cleaned = cleaner(settings)?;
    let cleaned = cleaned.clean(&text.document.text);
    let mut out = BufWriter::new(anstream::AutoStream::auto(stdout().lock()));
    writeln!(out, "{HEAD}{}{HEAD:#}  {}", escape::inline(&name), clip(&text.document.text))?;
    for removal in cleaned.removals() {
        writeln!(out)?;
        tell_removal(&mut out, &cleaned, removal)?;
    }
    let lines = counted(text.document.text.lines().count() as u64, "line", "lines");
    writeln!(out, "\n{STAYS}stays{STAYS:#} {} of {lines}; {name}:LINE asks about one", if cleaned.changed() { "the rest" } else { "all" })?;
    out.flush()?;
    Ok(Exit::Done)
}

/// Explains a rule, or every rule of a family.
pub fn rule<'r>(rules: impl IntoIterator<Item = &'r Arc<RuleInfo>> + Clone, what: &str) -> Result<Exit> {
    let mut out = BufWriter::new(anstream::AutoStream::auto(stdout().lock()));
    if let Some(rule) = rules.clone().into_iter().find(|rule| rule.id == what) {
        tell_rule(&mut out, rule)?;
    } else {
        let family: Vec<_> = rules.clone().into_iter().filter(|rule| rule.family == what).collect();
        if family.is_empty() {
            return Err(unknown(rules, what).into());
        }
        for rule in family {
            writeln!(out, "{HEAD}{}{HEAD:#}\n    {}", rule.id, rule.summary)?;
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn unknown<'r>(rules: impl IntoIterator<Item = &'r Arc<RuleInfo>>, what: &str) -> Trouble {
    if let Some((file, line)) = what.split_once(':')
        && line.starts_with(|c: char| c.is_ascii_digit())
    {
        return Trouble::new(format!("{file}: no such file")).help("dehusk explain FILE:LINE");
    }
    let known = rules.into_iter().flat_map(|rule| [rule.id.as_str(), rule.family.as_str()]);
    let near = nearest(what, known).map(|near| format!("did you mean `{near}`?"));
    Trouble::new(format!("no such rule or family: `{what}`"))
        .maybe(near)
        .help("`dehusk rules` lists all; for a place of a text write FILE:LINE")
}

fn tell_rule(out: &mut impl Write, rule: &RuleInfo) -> Result<()> {
    writeln!(out, "{HEAD}{}{HEAD:#}\n{}\n", rule.id, rule.summary)?;
    let mut facts = vec![("takes", takes(rule)), ("confidence", sure(rule).into())];
    if rule.weight < 3 {
        facts.push(("sign", format!("weight {} of 3: cuts only beside other signs", rule.weight)));
    }
    facts.extend(rule.risk.as_ref().map(|risk| ("risk", risk.clone())));
    if !rule.origin.is_empty() {
        facts.push(("printed by", rule.origin.join(", ")));
    }
    if !rule.languages.is_empty() {
        facts.push(("languages", rule.languages.join(", ")));
    }
    if rule.preview {
        facts.push(("status", "being tried out: runs with --preview".into()));
    }
    facts.push(("written in", format!("{} (pack {}, revision {})", rule.source, rule.pack, rule.revision)));
    for (name, fact) in facts {
        writeln!(out, "  {QUIET}{name:<11}{QUIET:#} {fact}")?;
    }
    for (title, style, examples) in [("goes", GOES, &rule.removes), ("stays", STAYS, &rule.keeps)] {
        for example in examples {
            writeln!(out, "\n{style}{title}{style:#}")?;
            for line in example.trim_matches('\n').lines() {
                writeln!(out, "  {QUIET}│{QUIET:#} {}", marked(line))?;
            }
        }
    }
    Ok(())
}

/// The cut of an example in colour; its marks stay, so that it can be copied.
fn marked(line: &str) -> String {
    escape::inline(line).replace("[-", &format!("{GOES}[-")).replace("-]", &format!("-]{GOES:#}"))
}

fn takes(rule: &RuleInfo) -> String {
    match rule.scope.to_string().as_str() {
        "span" => "the words themselves",
        "line" => "the line they stand on",
        "block" => "their line and what it opens: a list, or everything to a closing phrase",
        "head" => "everything from the start of the text to them",
        "tail" => "everything from them to the end of the text",
        "pair" => "two labels and the titles beside them",
        other => other,
    }
    .to_owned()
}

fn sure(rule: &RuleInfo) -> &'static str {
    match rule.confidence {
        Confidence::High => "high: no author writes this",
        Confidence::Medium => "medium: removed by default, with evidence around it",
        Confidence::Low => "low: removed only on request (--min-confidence low)",
    }
}

fn explain_place(settings: &Settings, text: &str, &Place { name, line, column, all }: &Place<'_>) -> Result<Exit> {
    let span = line_span(text, line).ok_or_else(|| {
        let lines = counted(text.lines().count() as u64, "line", "lines");
        Trouble::new(format!("{name}:{line}: there is no such line")).at(format!("the text has {lines}, counted from 1"))
    })?;
    let spot = match column {
        None => span,
        Some(column) => {
            let shown = span.of(text);
            let at = column.checked_sub(1).and_then(|n| shown.char_indices().nth(n)).ok_or_else(|| {
                Trouble::new(format!("{name}:{line}:{column}: there is no such column"))
                    .at(format!("the line has {}, counted from 1", counted(shown.chars().count() as u64, "character", "characters")))
            })?;
            Span::covering(text, span.start() + at.0, span.start() + at.0 + at.1.len_utf8())
        }
    };
    let (cleaned, refusals) = cleaner(settings)?.explain(text);
    let mut out = BufWriter::new(anstream::AutoStream::auto(stdout().lock()));
    writeln!(out, "{HEAD}{}:{line}{HEAD:#}  {}\n", escape::inline(name), clip(span.of(text)))?;
    let gone: Vec<&Removal> = cleaned.removals().iter().filter(|r| r.span().overlaps(spot)).collect();
    for (n, removal) in gone.iter().enumerate() {
        if n > 0 {
            writeln!(out)?;
        }
        tell_removal(&mut out, &cleaned, removal)?;
    }
    if !taken(text, spot, &gone) {
        let held = held_back(settings, text, spot, &gone)?;
        let tried: Vec<&Refusal> = refusals.iter().filter(|r| r.span.overlaps(spot)).collect();
        if !gone.is_empty() {
            writeln!(out)?;
        }
        writeln!(out, "{STAYS}stays{STAYS:#}{}", if gone.is_empty() { "" } else { " (the rest)" })?;
        for line in &held {
            writeln!(out, "  {line}")?;
        }
        if held.is_empty() && tried.is_empty() {
            writeln!(out, "  no anchor there: no rule knows words of this place")?;
        }
        tell_refusals(&mut out, text, &tried, all || column.is_some())?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn tell_removal(out: &mut impl Write, cleaned: &Cleaned<'_>, removal: &Removal) -> Result<()> {
    let text = cleaned.original();
    let (span, rule) = (removal.span(), removal.rule());
    let core = trimmed(text, span);
    let (first, last) = (line_of(text, core.start()), line_of(text, core.end().saturating_sub(1).max(core.start())));
    let lines = if first == last { format!("line {first}") } else { format!("lines {first} to {last}") };
    writeln!(out, "{GOES}goes{GOES:#}   {HEAD}{}{HEAD:#}  ({}, {}, {lines})", rule.id, removal.confidence(), removal.language())?;
    writeln!(out, "       {}", rule.summary)?;
    writeln!(out, "       {QUIET}cut{QUIET:#}      {}", clip(span.of(text)))?;
    let says = |evidence: &&String| !repeats(evidence, span.of(text));
    for (n, evidence) in removal.evidence().iter().filter(says).enumerate() {
        let label = if n == 0 { "because" } else { "and" };
        writeln!(out, "       {QUIET}{label:<8}{QUIET:#} {}", clip(evidence))?;
    }
    writeln!(out, "       {QUIET}more{QUIET:#}     dehusk explain {}", rule.id)?;
    Ok(())
}

/// Rules that would cut here if the settings let them, and the setting that does not.
fn held_back(settings: &Settings, text: &str, spot: Span, gone: &[&Removal]) -> Result<Vec<String>> {
    let level = settings.min_confidence.unwrap_or(Confidence::Medium);
    let wide = Settings {
        site: Some("*".to_owned()),
        select: None,
        ignore: None,
        lang: None,
        min_confidence: Some(Confidence::Low),
        preview: Some(true),
        decisions: None,
        only_decided: None,
        ..settings.clone()
    };
    let all = cleaner(&wide)?;
    let mut lines = Vec::new();
    // What only a decision keeps.
    let decided = settings.decisions.is_some() || settings.only_decided == Some(true);
    let undecided = Settings { decisions: None, only_decided: None, ..settings.clone() };
    let before = if decided { cleaner(&undecided)?.clean(text).removals().to_vec() } else { Vec::new() };
    for removal in all.clean(text).removals().iter().filter(|r| r.span().overlaps(spot)) {
        let rule = removal.rule();
        if gone.iter().any(|g| g.rule().id == rule.id && g.span().overlaps(removal.span())) {
            continue;
        }
        let why = if before.iter().any(|b| b.rule().id == rule.id && b.span().overlaps(removal.span())) {
            match &settings.decisions {
                Some(file) => format!("would take it, but a decision in {} keeps it", file.display()),
                None => "would take it, but nothing was decided, and --only-decided leaves that alone".to_owned(),
            }
        } else if removal.confidence() < level {
            format!("would take it with --min-confidence {}", removal.confidence())
        } else if let Some(site) = rule.sites.first().filter(|_| cleaner(settings).is_ok_and(|c| c.rules().iter().all(|r| r.id != rule.id)))
        {
            format!("would take it with --site {site}")
        } else if rule.preview && settings.preview != Some(true) {
            "would take it with --preview".to_owned()
        } else {
            "would take it, but --select, --ignore or --lang leave it out".to_owned()
        };
        lines.push(format!("{HEAD}{}{HEAD:#} ({}, {}) {why}", rule.id, removal.confidence(), removal.language()));
    }
    Ok(lines)
}

fn tell_refusals(out: &mut impl Write, text: &str, tried: &[&Refusal], all: bool) -> Result<()> {
    let mut told: Vec<&Refusal> = Vec::new();
    for refusal in tried {
        let same = |other: &&Refusal| {
            (&other.rule.id, &other.constraint, other.span.of(text)) == (&refusal.rule.id, &refusal.constraint, refusal.span.of(text))
        };
        if !told.iter().any(same) {
            told.push(refusal);
        }
    }
    let (mut shown, far): (Vec<&Refusal>, Vec<&Refusal>) = told.into_iter().partition(|refusal| came_near(text, refusal));
    let near = shown.len();
    if all {
        shown.extend(&far);
    }
    if !shown.is_empty() {
        writeln!(out, "  tried and refused:")?;
    }
    for refusal in shown.iter().take(if all { usize::MAX } else { REFUSALS }) {
        let rule = &refusal.rule;
        writeln!(out, "  {HEAD}{}{HEAD:#} ({}, {}) at “{}”", rule.id, rule.confidence, refusal.language, clip(refusal.span.of(text)))?;
        writeln!(out, "      {QUIET}{:<8}{QUIET:#} {}", refusal.constraint, escape::inline(&refusal.detail))?;
        if let Some(remedy) = remedy(&refusal.constraint) {
            writeln!(out, "      {QUIET}to go{QUIET:#}    {remedy}")?;
        }
    }
    if !all && near > REFUSALS {
        writeln!(out, "  {QUIET}… {} more; FILE:LINE:COLUMN asks about one place{QUIET:#}", near - REFUSALS)?;
    }
    if !all && !far.is_empty() {
        let first = if near > 0 { "and" } else { "nothing came near;" };
        let what = match far.len() {
            1 => "1 word that only matters on a line of its own, -v shows it".to_owned(),
            many => format!("{many} words that only matter on lines of their own, -v shows them"),
        };
        writeln!(out, "  {QUIET}{first} {what}{QUIET:#}")?;
    }
    Ok(())
}

/// What would have made a refused match go.
fn remedy(constraint: &str) -> Option<&'static str> {
    Some(match constraint.split('.').next().unwrap_or(constraint) {
        "form" => "in a text of another form",
        "run" => "beside other signs of residue, on lines that they fill",
        "near" => "with more of the words that the rule wants near it",
        "cover" => "on a line that holds little else",
        "language" => "in a text of that language",
        "once" => "as the only one of its kind in the text",
        "case" => "with a capital letter",
        "before" => "behind what the rule wants there",
        "after" => "before what the rule wants there",
        "not-before" => "behind something else",
        "not-after" => "before something else",
        "record" => "without other labelled lines around it",
        "unless" => "without these words in its line",
        "title" => "with one short title beside it",
        "items" => "above short titles, and an end of the list that the rule knows",
        "until" => "with one of the closing phrases below it",
        "limit" => "with less that would go along",
        "pair" => "with both labels, and a title at each",
        "where" => "in the part of the text that the rule is for",
        "quoted" => "outside of quotation marks",
        "code" => "outside of code",
        _ => return None,
    })
}

/// True where a rule hardly missed: its words fill their line, or say much, or stand where the rule wants them. Short words
/// in a sentence (“by”, “next”) are found everywhere and tell nothing.
fn came_near(text: &str, refusal: &Refusal) -> bool {
    let span = refusal.span;
    let words = span.of(text).split_whitespace().count();
    let start = text[..span.start()].rfind('\n').map_or(0, |n| n + 1);
    let end = text[span.end()..].find('\n').map_or(text.len(), |n| span.end() + n);
    let alone = !text[start..span.start()].contains(char::is_alphanumeric) && !text[span.end()..end].contains(char::is_alphanumeric);
    alone || (refusal.rule.weight >= 3 && words > 2) || !matches!(refusal.constraint.as_str(), "at" | "case" | "language")
}

/// True where removals took every visible character of `spot`, one of them or several together.
fn taken(text: &str, spot: Span, gone: &[&Removal]) -> bool {
    let stays = |at: usize| !gone.iter().any(|r| r.span().range().contains(&at));
    let mut visible = spot.of(text).char_indices().filter(|(_, c)| !c.is_whitespace()).peekable();
    !gone.is_empty() && !visible.any(|(at, _)| stays(spot.start() + at))
}

/// One line's worth of `text`, safe to show.
fn clip(text: &str) -> String {
    const MOST: usize = 100;
    let flat = text.trim().replace("\r\n", " ⏎ ").replace('\n', " ⏎ ");
    let shown = escape::inline(&flat);
    if shown.chars().count() <= MOST {
        return shown.into_owned();
    }
    let head: String = shown.chars().take(MOST - 20).collect();
    let tail: String = shown.chars().rev().take(16).collect::<Vec<_>>().into_iter().rev().collect();
    format!("{} ⋯ {}", head.trim_end(), tail.trim_start())
}

/// The span without white space around it; never empty where it was not.
fn trimmed(text: &str, span: Span) -> Span {
    let shown = span.of(text);
    let start = span.start() + (shown.len() - shown.trim_start().len());
    let end = span.start() + shown.trim_end().len();
    if start < end { Span::covering(text, start, end) } else { span }
}

/// Line `number`, from 1, without its end.
fn line_span(text: &str, number: usize) -> Option<Span> {
    let mut at = 0;
    for (n, line) in text.split_inclusive('\n').enumerate() {
        if n + 1 == number {
            let bare = line.trim_end_matches(['\n', '\r']);
            return Some(Span::covering(text, at, at + bare.len()));
        }
        at += line.len();
    }
    None
}

fn line_of(text: &str, at: usize) -> usize {
    memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count() + 1
}
