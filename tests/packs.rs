//! The packs against their own examples, and against the pages of `fixtures/`.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dehusk::{Cleaner, Packs, trial};
use similar::{ChangeTag, DiffTag, TextDiff};
use support::fixture_texts;

#[test]
fn every_example_does_what_it_says() {
    let report = trial::run(&Packs::builtin()).expect("the built-in packs compile");
    assert!(report.passed > 0, "no example was run");
    let mut said = String::new();
    for problem in &report.problems {
        let trial::Problem { kind, rule, example, source, detail } = problem;
        let _ = writeln!(said, "{source}: {kind}: {rule}, {example}\n    {}", detail.replace('\n', "\n    "));
    }
    assert!(report.problems.is_empty(), "{} of {} checks went wrong:\n{said}", report.problems.len(), report.problems.len() + report.passed);
}

#[test]
fn scraped_pages_come_out_as_expected() {
    let cleaner = Cleaner::builtin();
    let mut expected: BTreeMap<String, String> = fixture_texts("expected").into_iter().collect();
    let mut wrong = Vec::new();
    for (name, page) in fixture_texts("scraped") {
        let Some(expected) = expected.remove(&name) else {
            wrong.push(format!("fixtures/scraped/{name} has no file in expected/"));
            continue;
        };
        let cleaned = cleaner.clean(&page);
        if cleaned.text() != expected {
            let mut rules: Vec<&str> = cleaned.removals().iter().map(|r| r.rule().id.as_str()).collect();
            rules.sort_unstable();
            rules.dedup();
            wrong.push(format!("fixtures/scraped/{name} (cut by {})\n{}", rules.join(", "), difference(&expected, cleaned.text())));
        }
    }
    wrong.extend(expected.into_keys().map(|name| format!("fixtures/expected/{name} has no page in scraped/")));
    assert!(wrong.is_empty(), "{} pages differ; - is wanted, + is what came out:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn untouched_pages_stay() {
    let cleaner = Cleaner::builtin();
    let mut wrong = Vec::new();
    for folder in ["untouched", "expected"] {
        for (name, page) in fixture_texts(folder) {
            for removal in cleaner.clean(&page).removals() {
                let evidence = removal.evidence().join("; ");
                wrong.push(format!("fixtures/{folder}/{name}: {} took {:?} ({evidence})", removal.rule().id, removal.span().of(&page)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cuts in pages that must stay:\n{}", wrong.len(), wrong.join("\n"));
}

/// The words that differ in texts of long lines, with some words around them.
fn words(expected: &str, cleaned: &str) -> String {
    let diff = TextDiff::from_words(expected, cleaned);
    let mut out = String::new();
    for group in diff.grouped_ops(8) {
        let mut line = String::new();
        for op in group {
            let old: String = op.old_range().filter_map(|n| diff.old_slice(n)).collect();
            let new: String = op.new_range().filter_map(|n| diff.new_slice(n)).collect();
            match op.tag() {
                DiffTag::Equal => line.push_str(&new),
                _ => {
                    let marked = |sign: char, text: &str| if text.is_empty() { String::new() } else { format!("[{sign}{text}{sign}]") };
                    line += &(marked('-', &old) + &marked('+', &new));
                }
            }
        }
        let _ = writeln!(out, "    … {} …", line.escape_debug());
    }
    out
}

/// The lines that differ, with their numbers and one line around them; what cannot be seen is written out.
fn difference(expected: &str, cleaned: &str) -> String {
    if expected.lines().chain(cleaned.lines()).any(|line| line.len() > 400) {
        return words(expected, cleaned);
    }
    let diff = TextDiff::from_lines(expected, cleaned);
    let mut out = String::new();
    for (n, group) in diff.grouped_ops(1).iter().enumerate() {
        if n > 0 {
            out.push_str("      ...\n");
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, number) = match change.tag() {
                ChangeTag::Delete => ('-', change.old_index()),
                ChangeTag::Insert => ('+', change.new_index()),
                ChangeTag::Equal => (' ', change.new_index()),
            };
            let line = format!("{:?}", change.value());
            let line = if change.tag() == ChangeTag::Equal { change.value().trim_end() } else { &line[1..line.len() - 1] };
            let _ = writeln!(out, "{:>5} {sign} {line}", number.map_or(0, |n| n + 1));
        }
    }
    out
}
