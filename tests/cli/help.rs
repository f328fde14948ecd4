//! What `-h` and `--help` say, kept in `docs/help/` so that a change is seen in review.
//!
//! `SNAPSHOTS=overwrite cargo test --test cli` accepts it.

use std::fs;
use std::path::Path;

use crate::support::Dir;

const COMMANDS: [&str; 16] = [
    "",
    "clean",
    "diff",
    "review",
    "check",
    "stats",
    "explain",
    "report",
    "restore",
    "rules",
    "test",
    "new",
    "init",
    "config",
    "completions",
    "man",
];

#[test]
fn help_is_what_is_kept() {
    let dir = Dir::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/help");
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite");
    let mut stale = Vec::new();
    for command in COMMANDS {
        for (flag, name) in [("-h", "short"), ("--help", "long")] {
            let (code, out, _) = dir.run(&format!("{command} {flag}"));
            assert_eq!(code, 0);
            let title = if command.is_empty() { "dehusk".to_owned() } else { format!("dehusk-{command}") };
            let path = folder.join(format!("{title}.{name}.txt"));
            let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
            let shown = lines.join("\n") + "\n";
            if overwrite {
                fs::create_dir_all(&folder).unwrap();
                fs::write(&path, &shown).unwrap();
            } else if fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n") != shown {
                stale.push(path);
            }
        }
    }
    assert!(stale.is_empty(), "changed: {stale:?}\nSNAPSHOTS=overwrite cargo test --test cli accepts it");
}

#[test]
fn short_help_is_short() {
    let dir = Dir::new();
    assert!(dir.run("-h").1.lines().count() <= 40);
    for command in &COMMANDS[1..] {
        let lines = dir.run(&format!("{command} -h")).1.lines().count();
        assert!(lines <= 55, "dehusk {command} -h has {lines} lines");
    }
}
