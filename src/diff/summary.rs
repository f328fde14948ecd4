//! The end of the view: what went by rule, what deserves a second look, and what to type for it.

use super::style::{Ink, Style, glyph};
use super::tally::{RuleTally, Tally};
use super::width::{bytes, counted, grouped, percent, squeeze, width};
use super::{Options, Summary};
use crate::Confidence;

/// The command that shows what a lower level would find.
const LOOK: &str = if cfg!(feature = "review") { "dehusk review --min-confidence low" } else { "dehusk diff --min-confidence low" };

/// Rules of the short form.
const RULES: usize = 12;
/// Columns of a full bar.
const BAR: usize = 24;

pub(super) fn render(tally: &Tally, options: &Options) -> String {
    let mut out = String::new();
    if options.summary == Summary::Off {
        return out;
    }
    let style = options.style;
    total(&mut out, tally, style);
    if !tally.rules.is_empty() {
        out.push('\n');
        table(&mut out, tally, options);
    }
    out.push_str(&closing(tally, options));
    if !tally.rules.is_empty() {
        out.push_str("\n  ");
        for confidence in [Confidence::High, Confidence::Medium, Confidence::Low] {
            style.paint(&mut out, Ink::Sure(confidence), glyph(confidence));
            style.paint(&mut out, Ink::Quiet, &format!(" {confidence}   "));
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}

/// `1 240 documents, 911 with residue, 3 402 removals, −1.9 MiB (6.3%)`
fn total(out: &mut String, tally: &Tally, style: Style) {
    let documents = counted(tally.documents, "document", "documents");
    if tally.removals == 0 {
        style.paint(out, Ink::Title, &documents);
        out.push_str(", nothing to remove\n");
        return;
    }
    let removals = counted(tally.removals, "removal", "removals");
    style.paint(out, Ink::Title, &documents);
    out.push_str(&format!(", {} with residue, {removals}, ", grouped(tally.changed)));
    style.paint(out, Ink::Loss, &format!("−{}", bytes(tally.removed)));
    out.push_str(&format!(" ({})\n", percent(tally.removed, tally.bytes)));
}

fn table(out: &mut String, tally: &Tally, options: &Options) {
    let style = options.style;
    let mut rules: Vec<(&String, &RuleTally)> = tally.rules.iter().collect();
    rules.sort_by(|a, b| b.1.bytes.cmp(&a.1.bytes).then_with(|| a.0.cmp(b.0)));
    let most = if options.summary == Summary::Short { RULES } else { usize::MAX };
    // A line saying that one more rule exists would be as long as the rule's own.
    let shown = if rules.len() <= most.saturating_add(1) { rules.len() } else { most };

    let total = tally.removed.max(1);
    let rows: Vec<Row> = rules[..shown].iter().map(|(id, rule)| Row::new(id, rule, total)).collect();
    let columns = options.width.clamp(40, 160);
    // Two blanks before, glyph, four columns of figures, bar.
    let widest = rows.iter().map(|row| width(&row.rule)).max().unwrap_or(0).max(4);
    let figures = Columns::of(&rows);
    let name = widest.min(columns.saturating_sub(figures.all() + 6)).max(8);
    let bar = columns.saturating_sub(name + figures.all() + 8).min(BAR);

    let head = format!(
        "  {:<name$}   {:>d$}  {:>c$}  {:>b$}  {:>s$}",
        "rule",
        "docs",
        "cuts",
        "bytes",
        "share",
        d = figures.documents,
        c = figures.cuts,
        b = figures.bytes,
        s = figures.share,
    );
    style.paint(out, Ink::Quiet, &head);
    out.push('\n');
    let largest = rules.first().map_or(1, |(_, rule)| rule.bytes).max(1);
    for (row, (_, rule)) in rows.iter().zip(&rules) {
        out.push_str("  ");
        let shown = squeeze(&row.rule, name);
        style.paint(out, Ink::Rule, &shown);
        out.extend(std::iter::repeat_n(' ', name - width(&shown) + 1));
        style.paint(out, Ink::Sure(rule.confidence), glyph(rule.confidence));
        out.push_str(&format!(
            " {:>d$}  {:>c$}  {:>b$}  {:>s$}  ",
            row.documents,
            row.cuts,
            row.bytes,
            row.share,
            d = figures.documents,
            c = figures.cuts,
            b = figures.bytes,
            s = figures.share,
        ));
        style.paint(out, Ink::Bar, &bar_of(rule.bytes, largest, bar));
        out.push('\n');
    }
    if shown < rules.len() {
        let rest = format!("  … {} (--summary=full)", counted(rules.len() - shown, "more rule", "more rules"));
        style.paint(out, Ink::Quiet, &rest);
        out.push('\n');
    }
}

struct Row {
    rule: String,
    documents: String,
    cuts: String,
    bytes: String,
    share: String,
}

impl Row {
    fn new(id: &str, rule: &RuleTally, total: usize) -> Row {
        Row {
            rule: id.to_owned(),
            documents: grouped(rule.documents),
            cuts: grouped(rule.cuts),
            bytes: bytes(rule.bytes),
            share: format!("{:.1}%", rule.bytes as f64 * 100.0 / total as f64),
        }
    }
}

/// Columns the figures need.
struct Columns {
    documents: usize,
    cuts: usize,
    bytes: usize,
    share: usize,
}

impl Columns {
    fn of(rows: &[Row]) -> Columns {
        let widest = |figure: fn(&Row) -> &String| rows.iter().map(|row| width(figure(row))).max().unwrap_or(0);
        Columns {
            documents: widest(|row| &row.documents).max(4),
            cuts: widest(|row| &row.cuts).max(4),
            bytes: widest(|row| &row.bytes).max(8),
            share: widest(|row| &row.share).max(5),
        }
    }

    fn all(&self) -> usize {
        self.documents + self.cuts + self.bytes + self.share + 8
    }
}

/// A bar in eighths of a column.
fn bar_of(part: usize, whole: usize, columns: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (part as f64 / whole as f64 * columns as f64 * 8.0).round() as usize;
    let eighths = if part > 0 && columns > 0 { eighths.max(1) } else { 0 };
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

/// What deserves a look, with the command that shows it.
fn closing(tally: &Tally, options: &Options) -> String {
    let mut lines: Vec<(&str, String, String)> = Vec::new();
    let paths = options.paths.as_str();
    let typed = |command: &str| format!("{command} {paths}").trim_end().to_owned();
    if tally.held_back > 0 {
        let finds = counted(tally.held_back, "low-confidence find", "low-confidence finds");
        let rules = counted(tally.held_back_rules.len(), "rule", "rules");
        lines.push(("held back:", format!("{finds} in {rules}"), typed(LOOK)));
    }
    if tally.halved > 0 {
        let lose = if tally.halved == 1 { "loses" } else { "lose" };
        let documents = counted(tally.halved, "document", "documents");
        lines.push(("unusual:", format!("{documents} {lose} more than half"), typed("dehusk diff --min-loss 50%")));
    }
    if tally.heavy > 0 {
        let documents = counted(tally.heavy, "document", "documents");
        lines.push(("guarded:", format!("{documents} would have lost most of the text; only what is certain went"), String::new()));
    }
    if tally.unsettled > 0 {
        let documents = counted(tally.unsettled, "document", "documents");
        lines.push(("left alone:", format!("{documents}, wholly or in part, because cleaning did not settle"), String::new()));
    }
    let mut out = String::new();
    if lines.is_empty() && tally.errors == 0 {
        return out;
    }
    out.push('\n');
    let style = options.style;
    let label = lines.iter().map(|(label, ..)| label.len()).max().unwrap_or(0);
    let what = lines.iter().filter(|line| !line.2.is_empty()).map(|(_, what, _)| width(what)).max().unwrap_or(0);
    for (head, text, command) in &lines {
        out.push_str("  ");
        style.paint(&mut out, Ink::Warning, head);
        out.extend(std::iter::repeat_n(' ', label - head.len() + 1));
        out.push_str(text);
        if !command.is_empty() {
            if label + what + width(command) + 8 > options.width {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', label + 3));
            } else {
                out.extend(std::iter::repeat_n(' ', what - width(text) + 2));
            }
            style.paint(&mut out, Ink::Quiet, "→  ");
            style.paint(&mut out, Ink::Command, command);
        }
        out.push('\n');
    }
    if tally.errors > 0 {
        out.push_str("  ");
        let text = format!("{} could not be read (listed on stderr)", counted(tally.errors, "input", "inputs"));
        style.paint(&mut out, Ink::Warning, &text);
        out.push('\n');
    }
    out
}
