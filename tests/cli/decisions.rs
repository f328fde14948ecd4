//! `--decisions`: what was said of a text holds, wherever it stands, and everything can still be put back.

use dehusk::decide::{normal, rule_key, text_key};

use crate::support::{CLEANED, Dir, PAGE, holds};

/// A line of the file.
fn line(key: &str, scope: &str, rule: &str, decision: &str, text: &str) -> String {
    format!("{{\"key\":\"{key}\",\"scope\":\"{scope}\",\"rule\":\"{rule}\",\"decision\":\"{decision}\",\"text\":\"{text}\"}}\n")
}

/// The first removal of the page: rule and text.
fn first(dir: &Dir) -> (String, String) {
    let out = dir.run("diff in --format json").1;
    let value: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    let word = |name: &str| value["data"][name].as_str().unwrap().trim().to_owned();
    (word("rule"), word("text"))
}

#[test]
fn kept_texts_stay_in_every_command() {
    let dir = Dir::with([("in/a.txt", PAGE), ("in/b.txt", PAGE)]);
    let (rule, text) = first(&dir);
    dir.write("said.jsonl", line(&text_key(&rule, &normal(&text)), "text", &rule, "keep", &text));
    let (code, _, err) = dir.run("clean in --out out --log log.jsonl --decisions said.jsonl");
    assert_eq!(code, 0, "{err}");
    holds(&dir.text("out/a.txt"), &text);
    assert_ne!(dir.text("out/a.txt"), PAGE);
    assert_eq!(dir.run("clean out --in-place --decisions said.jsonl").0, 0);
    assert!(!dir.path("dehusk.removals.jsonl.zst").exists(), "cleaned texts stay as they are");
    assert_eq!(dir.run("restore log.jsonl out --out back").0, 0);
    assert_eq!(dir.tree("back"), dir.tree("in"));
    assert!(!dir.run("diff in --format short --decisions said.jsonl").1.contains(&text));
    // A later line takes it back; the last line was not written to its end.
    let mut lines = dir.text("said.jsonl");
    lines.push_str(&line(&text_key(&rule, &normal(&text)), "text", &rule, "later", &text));
    lines.push_str("{\"key\":\"b3:");
    dir.write("said.jsonl", lines);
    assert_eq!(dir.run("clean in/a.txt --decisions said.jsonl").1, CLEANED);
}

#[test]
fn only_what_was_decided_goes() {
    let dir = Dir::with([("in/a.txt", PAGE)]);
    let (rule, text) = first(&dir);
    assert_eq!(dir.run("clean in/a.txt --only-decided").1, PAGE);
    dir.write("said.jsonl", line(&rule_key(&rule), "rule", &rule, "remove", ""));
    let (code, out, err) = dir.run("clean in/a.txt --only-decided --decisions said.jsonl");
    assert_eq!(code, 0, "{err}");
    assert!(!out.contains(&text) && out != CLEANED, "{out}");
}

#[test]
fn a_file_that_is_not_there_or_no_decisions_is_said() {
    let dir = Dir::with([("in/a.txt", PAGE), ("bad.jsonl", "{}\n")]);
    let (code, _, err) = dir.run("clean in/a.txt --decisions none.jsonl");
    assert_eq!(code, 2);
    holds(&err, "--decisions none.jsonl: no such file");
    let (code, _, err) = dir.run("diff in --decisions bad.jsonl");
    assert_eq!(code, 2);
    holds(&err, "--decisions bad.jsonl: line 1: not a decision: missing field `key`");
}
