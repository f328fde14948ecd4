//! `restore`: back to the original, or not at all.

use std::fs;

use crate::support::{CLEANED, Dir, GRAIN, PAGE, gzip, holds};

#[test]
fn an_output_folder_is_restored_elsewhere_or_in_place() {
    let dir = Dir::with([("in/a.txt", PAGE), ("in/sub/b.txt", PAGE), ("in/sub/c.txt", GRAIN)]);
    assert_eq!(dir.run("clean in --out out --log log.jsonl.zst").0, 0);
    let (code, _, err) = dir.run("restore log.jsonl.zst out --out back");
    assert_eq!(code, 0, "{err}");
    assert_eq!(dir.tree("back"), dir.tree("in"), "files that did not change are copied too");
    let (code, _, err) = dir.run("restore log.jsonl.zst out --in-place");
    assert_eq!(code, 0, "{err}");
    holds(&err, "2 documents restored, 4 removals put back");
    assert_eq!(dir.tree("out"), dir.tree("in"));
    let (code, _, err) = dir.run("restore log.jsonl.zst out --in-place");
    assert_eq!(code, 0);
    holds(&err, "2 documents were the originals already");
    // Without a folder nobody knows where the cleaned texts are.
    let (code, _, err) = dir.run("restore log.jsonl.zst --in-place");
    assert_eq!(code, 2);
    holds(&err, "the log does not say where its cleaned text is");
}

#[test]
fn a_log_put_away_with_gzip_is_a_log() {
    let dir = Dir::with([("in/a.txt", PAGE)]);
    assert_eq!(dir.run("clean in --out out --log log.jsonl").0, 0);
    let plain = dir.run("stats log.jsonl --format csv");
    dir.write("log.jsonl.gz", gzip(&dir.read("log.jsonl")));
    assert_eq!(dir.run("stats log.jsonl.gz --format csv"), plain);
    assert_eq!(dir.run("diff in --against log.jsonl.gz"), dir.run("diff in --against log.jsonl"));
    let (code, _, err) = dir.run("restore log.jsonl.gz out --out back");
    assert_eq!(code, 0, "{err}");
    assert_eq!(dir.tree("back"), dir.tree("in"));
}

#[test]
fn two_runs_are_undone_one_after_the_other() {
    let dir = Dir::with([("in/a.txt", PAGE), ("in/b.txt", PAGE)]);
    assert_eq!(dir.run("clean in --in-place --min-confidence high").0, 0);
    let between = dir.tree("in");
    assert_eq!(dir.run("clean in --in-place").0, 0);
    let runs: Vec<String> = dir
        .run("restore dehusk.removals.jsonl.zst --run nonsense --in-place")
        .2
        .lines()
        .find_map(|line| line.trim().strip_prefix("runs: "))
        .unwrap()
        .split(", ")
        .map(str::to_owned)
        .collect();
    assert_eq!(runs.len(), 2);
    let cleaned = dir.tree("in");
    assert_eq!(dir.run(&format!("restore dehusk.removals.jsonl.zst --run {} --in-place", runs[1])).0, 0);
    assert_eq!(dir.tree("in"), between);
    for (name, bytes) in cleaned {
        dir.write(&format!("in/{name}"), bytes);
    }
    let (code, _, err) = dir.run("restore dehusk.removals.jsonl.zst --in-place");
    assert_eq!(code, 0, "{err}");
    assert!(dir.tree("in").iter().all(|(_, bytes)| bytes == PAGE.as_bytes()));
    // The same, into a folder.
    dir.write("in/a.txt", CLEANED);
    dir.write("in/b.txt", CLEANED);
    let (code, _, err) = dir.run("restore dehusk.removals.jsonl.zst in --out back");
    assert_eq!(code, 0, "{err}");
    assert!(dir.tree("back").len() == 2 && dir.tree("back").iter().all(|(_, bytes)| bytes == PAGE.as_bytes()));
}

#[test]
fn a_text_that_was_changed_since_is_left_alone() {
    let dir = Dir::with([("in/a.txt", PAGE), ("in/b.txt", PAGE)]);
    assert_eq!(dir.run("clean in --in-place").0, 0);
    dir.write("in/a.txt", "A new text.\n");
    let (code, _, err) = dir.run("restore dehusk.removals.jsonl.zst --in-place");
    assert_eq!(code, 2);
    holds(&err, "not the cleaned text that the log describes");
    assert_eq!((dir.text("in/a.txt").as_str(), dir.text("in/b.txt").as_str()), ("A new text.\n", PAGE));
}

#[test]
fn a_damaged_log_writes_nothing() {
    let dir = Dir::with([("in/a.txt", PAGE)]);
    assert_eq!(dir.run("clean in --in-place --log log.jsonl").0, 0);
    let log = dir.text("log.jsonl");
    dir.write("log.jsonl", log.replace("Leave a Reply Cancel", "Leave a Rebly Cancel"));
    let (code, _, err) = dir.run("restore log.jsonl --in-place");
    assert_eq!(code, 2);
    holds(&err, "the log is damaged");
    dir.write("log.jsonl", "not a log\n");
    let (code, _, err) = dir.run("restore log.jsonl --in-place");
    assert_eq!(code, 2);
    holds(&err, "line 1: not a line of a removal log");
    dir.write("log.jsonl", log.replace("\"doc\":\"a.txt\"", "\"doc\":\"../in/a.txt\""));
    let (code, _, err) = dir.run("restore log.jsonl --in-place");
    assert_eq!(code, 2);
    holds(&err, "leads out of its folder");
    assert_eq!(dir.text("in/a.txt"), CLEANED);
}

#[test]
fn one_file_and_standard_input_are_restored_by_their_hash() {
    let dir = Dir::with([("page.txt", PAGE)]);
    let (_, out, _) = dir.run("clean page.txt --log log.jsonl");
    dir.write("other-name.txt", out);
    let (code, _, err) = dir.run("restore log.jsonl other-name.txt --in-place");
    assert_eq!(code, 0, "{err}");
    assert_eq!(dir.text("other-name.txt"), PAGE);

    let mut piped = dir.dehusk("clean - --log piped.jsonl");
    let output = piped.write_stdin(PAGE).output().unwrap();
    dir.write("piped.txt", output.stdout);
    assert_eq!(dir.run("restore piped.jsonl piped.txt --out back").0, 0);
    assert_eq!(dir.text("back/piped.txt"), PAGE);
}

#[test]
fn paths_outside_the_working_directory_find_their_way_back() {
    let dir = Dir::with([("a/x.txt", PAGE), ("b/x.txt", PAGE), ("work/y.txt", PAGE)]);
    let mut clean = dir.dehusk("clean ../a ../b/x.txt y.txt --in-place");
    let (code, _, err) = crate::support::outcome(clean.current_dir(dir.path("work")));
    assert_eq!(code, 0, "{err}");
    assert_eq!(dir.text("a/x.txt"), CLEANED);
    fs::rename(dir.path("work/dehusk.removals.jsonl.zst"), dir.path("log.zst")).unwrap();
    let (code, _, err) = dir.run("restore log.zst --in-place");
    assert_eq!(code, 0, "{err}");
    for name in ["a/x.txt", "b/x.txt", "work/y.txt"] {
        assert_eq!(dir.text(name), PAGE, "{name}");
    }
}
