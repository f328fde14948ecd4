//! The packs as they are shipped: their own examples, and the pages under `fixtures/`.

use std::fs;
use std::path::{Path, PathBuf};

use dehusk::{Cleaner, Packs, trial};

fn fixture(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files
}

/// The lines in which two texts differ.
fn difference(expected: &str, found: &str) -> String {
    use std::collections::BTreeSet;
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (expected, found) = (lines(expected), lines(found));
    let lost = expected.difference(&found).map(|l| format!("    lost: {l}\n"));
    let left = found.difference(&expected).map(|l| format!("    left: {l}\n"));
    lost.chain(left).collect()
}

#[test]
fn examples_of_the_packs() {
    let report = trial::run(&Packs::builtin()).expect("the built-in packs compile");
    let list: String =
        report.problems.iter().map(|p| format!("{} {} {} ({}): {}\n", p.kind, p.rule, p.example, p.source, p.detail)).collect();
    assert!(report.problems.is_empty(), "{} checks passed, {} did not:\n{list}", report.passed, report.problems.len());
    assert!(report.passed > 1000, "only {} checks ran", report.passed);
}

#[test]
fn scraped_pages_come_out_as_expected() {
    let cleaner = Cleaner::builtin();
    let mut wrong = String::new();
    for file in fixture("scraped") {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let scraped = fs::read_to_string(&file).unwrap();
        let expected = fs::read_to_string(file.with_file_name("").join("../expected").join(&name)).unwrap();
        let cleaned = cleaner.clean(&scraped);
        if cleaned.text() != expected {
            wrong += &format!("{name}\n{}", difference(&expected, cleaned.text()));
        }
    }
    assert!(wrong.is_empty(), "pages that come out otherwise than expected:\n{wrong}");
}

#[test]
fn pages_without_residue_stay_as_they_are() {
    let cleaner = Cleaner::builtin();
    let mut wrong = String::new();
    for file in fixture("untouched") {
        let text = fs::read_to_string(&file).unwrap();
        for removal in cleaner.clean(&text).removals() {
            wrong += &format!("{}: {} took {:?}\n", file.display(), removal.rule().id, removal.span().of(&text));
        }
    }
    assert!(wrong.is_empty(), "grain was removed:\n{wrong}");
}
