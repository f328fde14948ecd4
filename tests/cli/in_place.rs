//! `--in-place`: the file or its whole replacement, the log before either.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::support::{CLEANED, Dir, GRAIN, PAGE, holds};

#[test]
fn files_are_replaced_and_keep_mode_and_time() {
    let dir = Dir::with([("in/a.txt", PAGE), ("in/b.txt", GRAIN)]);
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(dir.path("in/a.txt")).unwrap().set_modified(then).unwrap();
    #[cfg(unix)]
    fs::set_permissions(dir.path("in/a.txt"), std::os::unix::fs::PermissionsExt::from_mode(0o604)).unwrap();
    let (code, _, err) = dir.run("clean in --in-place");
    assert_eq!(code, 0, "{err}");
    holds(&err, "undo: dehusk restore dehusk.removals.jsonl.zst --in-place");
    assert_eq!((dir.text("in/a.txt").as_str(), dir.text("in/b.txt").as_str()), (CLEANED, GRAIN));
    let metadata = fs::metadata(dir.path("in/a.txt")).unwrap();
    assert_eq!(metadata.modified().unwrap(), then);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777, 0o604);
    assert_eq!(dir.tree("in").len(), 2, "no temporary file is left");
}

#[test]
fn the_log_tells_everything() {
    let dir = Dir::with([("in/ä.txt", format!("Grüße.\n{PAGE}"))]);
    assert_eq!(dir.run("clean in --in-place --log log.jsonl").0, 0);
    let log = dir.text("log.jsonl");
    let events: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let types: Vec<&str> = events.iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["begin", "removal", "removal", "doc", "end"]);
    assert_eq!((&events[0]["data"]["schema"], &events[0]["data"]["mode"]), (&1.into(), &"in-place".into()));
    let removal = &events[1]["data"];
    let original = format!("Grüße.\n{PAGE}");
    let offset = |key: &str, n: usize| usize::try_from(removal[key][n].as_u64().unwrap()).unwrap();
    assert_eq!(removal["text"], original[offset("bytes", 0)..offset("bytes", 1)]);
    let chars: String = original.chars().skip(offset("chars", 0)).take(offset("chars", 1) - offset("chars", 0)).collect();
    assert_eq!(removal["text"], chars);
    assert_eq!((removal["doc"].as_str(), removal["line"].as_u64()), (Some("ä.txt"), Some(3)));
    assert_eq!((removal["rule"].as_str(), removal["lang"].as_str()), (Some("share/click"), Some("en")));
    let doc = &events[3]["data"];
    assert_eq!(doc["before"]["bytes"].as_u64(), Some(original.len() as u64));
    assert_eq!(doc["before"]["blake3"].as_str(), Some(blake3::hash(original.as_bytes()).to_hex().as_str()));
    assert_eq!(doc["after"]["blake3"].as_str(), Some(blake3::hash(&dir.read("in/ä.txt")).to_hex().as_str()));
    let end = &events[4]["data"];
    assert_eq!((end["documents"].as_u64(), end["removals"].as_u64(), end["errors"].as_u64()), (Some(1), Some(2), Some(0)));
}

#[test]
fn the_log_does_not_depend_on_threads() {
    let dir = Dir::new();
    for n in 0..60 {
        dir.write(&format!("in/{n:02}.txt"), PAGE.repeat(1 + n % 4));
    }
    let log = |threads: u8| {
        let name = format!("log-{threads}.jsonl");
        assert_eq!(dir.run(&format!("clean in --out out --overwrite --log {name} -j {threads}")).0, 0);
        let log = dir.text(&name);
        log.split_once('\n').unwrap().1.to_owned() // all but the name of the run
    };
    assert_eq!(log(1), log(7));
}

#[test]
fn nothing_is_replaced_without_a_log() {
    let dir = Dir::with([("in/a.txt", PAGE), ("log.jsonl/in-the-way", "")]);
    let (code, _, err) = dir.run("clean in --in-place --log log.jsonl");
    assert_eq!(code, 2);
    holds(&err, "the removal log log.jsonl cannot be written");
    assert_eq!(dir.text("in/a.txt"), PAGE);
    assert_eq!(dir.tree("in").len(), 1);
}

#[test]
fn a_second_run_changes_nothing() {
    let dir = Dir::with([("in/a.txt", PAGE)]);
    assert_eq!(dir.run("clean in --in-place").0, 0);
    let log = dir.read("dehusk.removals.jsonl.zst");
    let (code, _, err) = dir.run("clean in --in-place");
    assert_eq!(code, 0);
    holds(&err, "1 document, nothing to remove");
    assert_eq!(dir.read("dehusk.removals.jsonl.zst"), log);
}

#[test]
fn its_own_log_and_settings_are_no_documents() {
    let dir = Dir::with([("a.txt", PAGE), ("b.txt", PAGE)]);
    dir.write("dehusk.toml", "keep = [\"Leave a Reply Cancel reply\"]\n");
    let (code, _, err) = dir.run("clean . --in-place --log removals.txt --from text");
    assert_eq!(code, 0, "{err}");
    holds(&err, "2 documents, 2 cleaned");
    let (_, _, err) = dir.run("clean . --in-place --log removals.txt --from text");
    holds(&err, "2 documents, nothing to remove");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_read_only_file_is_an_error_and_the_others_go_on() {
        let dir = Dir::with([("in/a.txt", PAGE), ("in/b.txt", PAGE)]);
        fs::set_permissions(dir.path("in/a.txt"), fs::Permissions::from_mode(0o444)).unwrap();
        let (code, _, err) = dir.run("clean in --in-place");
        assert_eq!(code, 2);
        holds(&err, "error: in/a.txt: permission denied");
        assert_eq!((dir.text("in/a.txt").as_str(), dir.text("in/b.txt").as_str()), (PAGE, CLEANED));
    }

    #[test]
    fn a_link_stays_a_link() {
        let dir = Dir::with([("real.txt", PAGE)]);
        symlink("real.txt", dir.path("link.txt")).unwrap();
        assert_eq!(dir.run("clean link.txt --in-place").0, 0);
        assert!(fs::symlink_metadata(dir.path("link.txt")).unwrap().is_symlink());
        assert_eq!(dir.text("real.txt"), CLEANED);
        assert_eq!(dir.run("restore dehusk.removals.jsonl.zst --in-place").0, 0);
        assert_eq!(dir.text("real.txt"), PAGE);
    }

    /// Ctrl-C in the middle: every file is whole, old or new; the log undoes the new ones; a second run does the rest.
    #[test]
    fn an_interrupted_run_loses_nothing() {
        let dir = Dir::new();
        const FILES: usize = 1500;
        for n in 0..FILES {
            dir.write(&format!("in/{n:04}.txt"), PAGE.repeat(20));
        }
        let before = dir.tree("in");
        let mut child = Command::new(env!("CARGO_BIN_EXE_dehusk"))
            .args(["clean", "in", "--in-place", "-j", "1"])
            .current_dir(dir.path(""))
            .env("DEHUSK_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/dehusk.toml"))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Begun, but far from done: the log appears with the first removals.
        for _ in 0..500 {
            if dir.path("dehusk.removals.jsonl.zst").exists() {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        let code = child.wait().unwrap().code();
        // A very fast machine may be done already.
        assert!(matches!(code, Some(130 | 0)), "{code:?}");
        let after = dir.tree("in");
        assert_eq!(after.len(), FILES, "no temporary file is left");
        let cleaned = crate::support::outcome(dir.dehusk("clean").write_stdin(PAGE.repeat(20))).1;
        let replaced = after.iter().zip(&before).filter(|(now, then)| now != then).count();
        assert!(after.iter().zip(&before).all(|(now, then)| now == then || now.1 == cleaned.as_bytes()));
        if code == Some(130) {
            assert!(replaced < FILES);
        }
        assert_eq!(dir.run("clean in --in-place").0, 0);
        assert!(dir.tree("in").iter().all(|(_, bytes)| bytes == cleaned.as_bytes()));
        let (code, _, err) = dir.run("restore dehusk.removals.jsonl.zst --in-place");
        assert_eq!(code, 0, "{err}");
        assert_eq!(dir.tree("in"), before);
    }
}
