//! The packs' own examples, run: alone, together, twice, and with each constraint left out.
//!
//! `dehusk test` and `cargo test` both come here, so that a pack author and the project's own checks see the same.

mod lint;
mod mark;

use std::fmt;

use serde::Serialize;

use crate::cleaner::Cleaner;
use crate::pack::{Confidence, PackError, Packs, Rule};
use mark::Marked;

/// What can be wrong with a rule or its examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A marked cut was not made.
    Missing,
    /// Something was cut in a text that must stay, or outside the marks.
    Noisy,
    /// The cut has another range than the marks.
    Wrong,
    /// Cleaning the cleaned text changed it again.
    Unsettled,
    /// A constraint that no example needs.
    Unpinned,
    /// A rule that is not written as it should be.
    Lint,
    /// A known gap that works now: move it to `removes`.
    Promote,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Kind::Missing => "missing",
            Kind::Noisy => "noisy",
            Kind::Wrong => "wrong",
            Kind::Unsettled => "unsettled",
            Kind::Unpinned => "unpinned",
            Kind::Lint => "lint",
            Kind::Promote => "promote",
        })
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// What kind of thing.
    pub kind: Kind,
    /// The rule, or `language family` for an example of a language.
    pub rule: String,
    /// Which example: `removes 1`, `keeps 2`.
    pub example: String,
    /// `file:line` of the rule or example.
    pub source: String,
    /// What was missed or cut, or what to change.
    pub detail: String,
}

/// What a trial of packs found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Checks that went well.
    pub passed: usize,
    /// Everything else.
    pub problems: Vec<Problem>,
}

struct Example<'p> {
    rule: String,
    name: String,
    source: String,
    text: &'p str,
    removes: bool,
    level: Confidence,
}

/// Runs every example of `packs`.
///
/// # Errors
/// Where the packs do not compile.
pub fn run(packs: &Packs) -> Result<Report, PackError> {
    let build = |level| Cleaner::builder().packs(packs.clone()).preview(true).min_confidence(level).build();
    let mut cleaners = [build(Confidence::Medium)?, build(Confidence::Low)?];
    let mut report = Report::default();
    let examples = examples(packs);
    for example in &examples {
        let cleaner = &cleaners[usize::from(example.level == Confidence::Low)];
        together(cleaner, example, &mut report);
    }
    gaps(packs, &cleaners[1], &mut report);
    for info in cleaners[1].rules().to_vec() {
        let own: Vec<&Example<'_>> = examples.iter().filter(|e| e.rule == info.id).collect();
        let cleaner = &mut cleaners[usize::from(info.confidence == Confidence::Low)];
        if let Some(index) = cleaner.rules().iter().position(|r| r.id == info.id) {
            unpinned(cleaner, index, &own, &mut report);
        }
    }
    lint::run(packs, &mut report);
    report.problems.sort_by(|a, b| (&a.rule, a.kind, &a.example).cmp(&(&b.rule, b.kind, &b.example)));
    Ok(report)
}

fn examples(packs: &Packs) -> Vec<Example<'_>> {
    let mut all = Vec::new();
    for loaded in &packs.rules {
        let table = &loaded.table;
        let id = table.id.get_ref();
        let level = if table.confidence == Confidence::Low { Confidence::Low } else { Confidence::Medium };
        for (removes, list) in [(true, &table.removes), (false, &table.keeps)] {
            for (n, text) in list.iter().enumerate() {
                let name = format!("{} {}", if removes { "removes" } else { "keeps" }, n + 1);
                all.push(Example { rule: id.clone(), name, source: packs.place(loaded.file, text.span()), text: text.get_ref(), removes, level });
            }
        }
    }
    for language in &packs.languages {
        for (n, example) in language.examples.iter().enumerate() {
            for (removes, text) in [(true, &example.removes), (false, &example.keeps)] {
                if let Some(text) = text {
                    let name = format!("{} {}", if removes { "removes" } else { "keeps" }, n + 1);
                    let rule = format!("{} {}", language.table.code, example.family);
                    all.push(Example { rule, name, source: packs.place(language.file, text.span()), text: text.get_ref(), removes, level: Confidence::Medium });
                }
            }
        }
    }
    all
}

/// What is wrong with the result for one example, if anything.
fn judge(cleaner: &Cleaner, example: &Example<'_>) -> Option<(Kind, String)> {
    let marked = match Marked::parse(example.text) {
        Ok(marked) => marked,
        Err(error) => return Some((Kind::Lint, error)),
    };
    if example.removes && marked.cuts.is_empty() {
        return Some((Kind::Lint, "nothing is marked: write the cut as [-…-]".to_owned()));
    }
    let cleaned = cleaner.clean(&marked.text);
    let (missed, extra) = marked.compare(cleaned.removals());
    let by = || {
        let mut ids: Vec<&str> = cleaned.removals().iter().map(|r| r.rule().id.as_str()).collect();
        ids.dedup();
        ids.join(", ")
    };
    match (missed.is_empty(), extra.is_empty()) {
        (true, true) => {
            let again = cleaner.clean(cleaned.text());
            again.changed().then(|| (Kind::Unsettled, format!("the second cleaning takes {} bytes more", again.removed_bytes())))
        }
        (true, false) => Some((Kind::Noisy, format!("cut by {}: {extra}", by()))),
        (false, true) => Some((Kind::Missing, format!("not cut: {missed}"))),
        (false, false) => Some((Kind::Wrong, format!("not cut: {missed} / cut by {}: {extra}", by()))),
    }
}

fn together(cleaner: &Cleaner, example: &Example<'_>, report: &mut Report) {
    match judge(cleaner, example) {
        None => report.passed += 1,
        Some((kind, detail)) => report.problems.push(problem(kind, example, detail)),
    }
}

fn problem(kind: Kind, example: &Example<'_>, detail: String) -> Problem {
    Problem { kind, rule: example.rule.clone(), example: example.name.clone(), source: example.source.clone(), detail }
}

/// Known gaps must still be gaps.
fn gaps(packs: &Packs, cleaner: &Cleaner, report: &mut Report) {
    for loaded in &packs.rules {
        for (n, gap) in loaded.table.gaps.iter().enumerate() {
            let source = packs.place(loaded.file, gap.span());
            let rule = loaded.table.id.get_ref().clone();
            let example = Example { rule, name: format!("gaps {}", n + 1), source, text: gap.get_ref(), removes: true, level: Confidence::Low };
            match judge(cleaner, &example) {
                None => report.problems.push(problem(Kind::Promote, &example, "this gap works now: move it to `removes`".to_owned())),
                Some(_) => report.passed += 1,
            }
        }
    }
}

/// A constraint, its name and how to leave it out; `false` when the rule has none.
type Constraint = (&'static str, fn(&mut Rule) -> bool);

const CONSTRAINTS: [Constraint; 9] = [
    ("once", |r| std::mem::take(&mut r.once)),
    ("near", |r| r.near.take().is_some()),
    ("before", |r| r.before.take().is_some()),
    ("after", |r| r.after.take().is_some()),
    ("cover", |r| r.cover.take().is_some()),
    ("where", |r| r.place.take().is_some()),
    ("case", |r| std::mem::take(&mut r.capital)),
    ("unless", |r| !std::mem::take(&mut r.unless).is_empty()),
    ("weight", |r| std::mem::replace(&mut r.weight, 3) < 3),
];

/// Leaves out one constraint at a time: if every example of the rule still passes, none of them needs it.
fn unpinned(cleaner: &mut Cleaner, index: usize, own: &[&Example<'_>], report: &mut Report) {
    if own.iter().any(|e| judge(cleaner, e).is_some()) {
        return;
    }
    for (name, drop) in CONSTRAINTS {
        let dropped = cleaner.without(index, drop, |cleaner| own.iter().all(|e| judge(cleaner, e).is_none()));
        match dropped {
            Some(true) => {
                let info = &cleaner.rules()[index];
                let detail = format!("every example passes without `{name}`: drop it, or add a text that needs it");
                report.problems.push(Problem { kind: Kind::Unpinned, rule: info.id.clone(), example: name.to_owned(), source: info.source.clone(), detail });
            }
            Some(false) => report.passed += 1,
            None => {}
        }
    }
}
