//! The packs' own examples, run: together with all other rules, a second time over their own result, alone with their own
//! rule, and with each constraint left out.
//!
//! `dehusk test` and `cargo test` both come here, so that a pack author and the project's own checks see the same.

mod lint;
mod mark;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::cleaner::Cleaner;
use crate::pack::{Confidence, ExampleTable, LoadedRule, PackError, Packs, Rule, Status};
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
    /// An example that goes, as it is written and with the cuts that are made now.
    #[serde(skip)]
    pub now: Option<(String, String)>,
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
    /// The site that its rule is for, where it is for one.
    site: Option<&'p str>,
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
    run_some(packs, &|_| true)
}

/// Runs the examples of one file of `packs`, together with all rules of `packs`.
///
/// # Errors
/// Where the packs do not compile.
pub fn run_file(packs: &Packs, file: &Path) -> Result<Report, PackError> {
    let name = file.to_string_lossy();
    run_some(packs, &|n| packs.files[n].name == name)
}

fn run_some(packs: &Packs, own: &dyn Fn(usize) -> bool) -> Result<Report, PackError> {
    let mut stage = Stage { packs, cleaners: BTreeMap::new() };
    stage.cleaner(Confidence::Medium, None)?; // packs that do not compile are told of even without examples
    let mut report = Report::default();
    let examples = examples(packs, own);
    for example in &examples {
        together(stage.cleaner(example.level, example.site)?, example, &mut report);
    }
    for loaded in packs.rules.iter().filter(|loaded| own(loaded.file)) {
        let id = loaded.table.id.get_ref();
        let site = loaded.sites.first().map(String::as_str);
        let level = level(loaded.table.confidence);
        gaps(packs, loaded, stage.cleaner(Confidence::Low, site)?, &mut report);
        let own: Vec<&Example<'_>> = examples.iter().filter(|e| e.rule == *id).collect();
        if loaded.table.weight >= 3 && loaded.table.fill.is_none() && loaded.table.status != Some(Status::Deprecated) {
            let cleaner = Cleaner::on_trial(packs, Some(id), site, level)?;
            own.iter().for_each(|example| alone(&cleaner, example, &mut report));
        }
        let cleaner = stage.cleaner(level, site)?;
        if let Some(index) = cleaner.rules().iter().position(|r| r.id == *id) {
            unpinned(cleaner, index, &own, &mut report);
        }
    }
    lint::run(packs, own, &mut report);
    report.problems.sort_by(|a, b| (&a.rule, a.kind, &a.example).cmp(&(&b.rule, b.kind, &b.example)));
    Ok(report)
}

/// Cleaners with all rules, made when first asked for.
struct Stage<'p> {
    packs: &'p Packs,
    cleaners: BTreeMap<(Confidence, Option<&'p str>), Cleaner>,
}

impl<'p> Stage<'p> {
    fn cleaner(&mut self, level: Confidence, site: Option<&'p str>) -> Result<&mut Cleaner, PackError> {
        use std::collections::btree_map::Entry;
        Ok(match self.cleaners.entry((level, site)) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(free) => free.insert(Cleaner::on_trial(self.packs, None, site, level)?),
        })
    }
}

/// The level at which a rule is tried: the default one, unless it would not take part.
fn level(confidence: Confidence) -> Confidence {
    confidence.min(Confidence::Medium)
}

fn examples<'p>(packs: &'p Packs, own: &dyn Fn(usize) -> bool) -> Vec<Example<'p>> {
    let mut all = Vec::new();
    for loaded in packs.rules.iter().filter(|loaded| own(loaded.file)) {
        let table = &loaded.table;
        let id = table.id.get_ref();
        let level = level(table.confidence);
        let site = loaded.sites.first().map(String::as_str);
        for (removes, list) in [(true, &table.removes), (false, &table.keeps)] {
            for (n, text) in list.iter().enumerate() {
                let name = format!("{} {}", if removes { "removes" } else { "keeps" }, n + 1);
                all.push(Example {
                    rule: id.clone(),
                    site,
                    name,
                    source: packs.place(loaded.file, text.span()),
                    text: text.get_ref(),
                    removes,
                    level,
                });
            }
        }
    }
    for language in packs.languages.iter().filter(|language| own(language.file)) {
        for (n, example) in language.examples.iter().enumerate() {
            all.extend(tables(packs, language.file, example, n, format!("{} {}", language.table.code, example.family)));
        }
    }
    for (n, (example, file)) in packs.examples.iter().enumerate().filter(|(_, (_, file))| own(*file)) {
        all.extend(tables(packs, *file, example, n, example.family.clone()));
    }
    all
}

/// The texts of an `[[example]]`.
fn tables<'p>(packs: &'p Packs, file: usize, table: &'p ExampleTable, n: usize, rule: String) -> impl Iterator<Item = Example<'p>> {
    let texts = [(true, &table.removes), (false, &table.keeps)].into_iter().filter_map(|(removes, text)| Some((removes, text.as_ref()?)));
    texts.map(move |(removes, text)| Example {
        rule: rule.clone(),
        site: None,
        name: format!("{} {}", if removes { "removes" } else { "keeps" }, n + 1),
        source: packs.place(file, text.span()),
        text: text.get_ref(),
        removes,
        level: Confidence::Medium,
    })
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
        Some((kind, detail)) => {
            let now = matches!(kind, Kind::Missing | Kind::Noisy | Kind::Wrong).then(|| now(cleaner, example)).flatten();
            report.problems.push(Problem { now, ..problem(kind, example, detail) });
        }
    }
}

/// An example of a cut as it would be written now.
fn now(cleaner: &Cleaner, example: &Example<'_>) -> Option<(String, String)> {
    let marked = Marked::parse(example.text).ok().filter(|_| example.removes)?;
    let cleaned = cleaner.clean(&marked.text);
    cleaned.changed().then(|| (example.text.to_owned(), mark::write(&marked.text, cleaned.removals())))
}

fn problem(kind: Kind, example: &Example<'_>, detail: String) -> Problem {
    Problem { kind, rule: example.rule.clone(), example: example.name.clone(), source: example.source.clone(), detail, now: None }
}

/// A rule without the others cuts nothing outside the marks of its own examples: none of them may be right only because
/// another rule comes first. What the rule misses alone is no problem: `together` saw to that.
fn alone(cleaner: &Cleaner, example: &Example<'_>, report: &mut Report) {
    let Ok(marked) = Marked::parse(example.text) else { return };
    if example.removes && marked.cuts.is_empty() {
        return; // told already
    }
    let (_, extra) = marked.compare(cleaner.clean(&marked.text).removals());
    if extra.is_empty() {
        report.passed += 1;
    } else {
        report.problems.push(problem(Kind::Noisy, example, format!("cut by this rule alone, without the others: {extra}")));
    }
}

/// Known gaps must still be gaps.
fn gaps(packs: &Packs, loaded: &LoadedRule, cleaner: &Cleaner, report: &mut Report) {
    for (n, gap) in loaded.table.gaps.iter().enumerate() {
        let source = packs.place(loaded.file, gap.span());
        let rule = loaded.table.id.get_ref().clone();
        let example = Example {
            rule,
            site: None,
            name: format!("gaps {}", n + 1),
            source,
            text: gap.get_ref(),
            removes: true,
            level: Confidence::Low,
        };
        match judge(cleaner, &example) {
            None => report.problems.push(problem(Kind::Promote, &example, "this gap works now: move it to `removes`".to_owned())),
            Some(_) => report.passed += 1,
        }
    }
}

/// A constraint, its name and how to leave it out; `false` when the rule has none.
type Constraint = (&'static str, fn(&mut Rule) -> bool);

const CONSTRAINTS: [Constraint; 11] = [
    ("once", |r| std::mem::take(&mut r.once)),
    ("near", |r| r.near.take().is_some()),
    ("before", |r| r.before.take().is_some()),
    ("after", |r| r.after.take().is_some()),
    ("not-before", |r| r.not_before.take().is_some()),
    ("not-after", |r| r.not_after.take().is_some()),
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
                report.problems.push(Problem {
                    kind: Kind::Unpinned,
                    rule: info.id.clone(),
                    example: name.to_owned(),
                    source: info.source.clone(),
                    detail,
                    now: None,
                });
            }
            Some(false) => report.passed += 1,
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list that another rule ends.
    const PACK: &str = r#"
[[rule]]
id         = "mill/list"
scope      = "block"
confidence = "high"
summary    = "A list of other pieces"
phrases    = ["Other pieces of the mill"]
removes    = ['''
The stones of the mill lie in the garden now, and children jump from one to the next all day.
[-Other pieces of the mill
A wheel that turned for a year
The road to the river
Follow the mill on paper-]
With a photo by the miller
''']
keeps      = ['''He read other pieces of the mill aloud.''']

[[rule]]
id         = "mill/follow"
scope      = "line"
confidence = "high"
summary    = "A line under the list"
phrases    = ["Follow the mill on paper"]
removes    = ['''
The stones of the mill lie in the garden now, and children jump from one to the next all day.
[-Follow the mill on paper-]
''']
keeps      = ['''They follow the mill on paper only.''']
"#;

    #[test]
    fn a_rule_that_is_right_only_beside_another_is_noisy() {
        let mut packs = Packs::default();
        packs.add_text("rules/mill.toml", PACK, "mill").unwrap();
        let report = run(&packs).unwrap();
        let told: Vec<_> = report.problems.iter().map(|p| (p.kind, p.rule.as_str(), p.example.as_str())).collect();
        assert_eq!(told, [(Kind::Noisy, "mill/list", "removes 1")], "{:#?}", report.problems);
        assert!(report.problems[0].detail.starts_with("cut by this rule alone"));
    }
}
