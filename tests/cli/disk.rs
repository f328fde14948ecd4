//! Disks that are full or may not be written, files that are not there any more: a message, exit code 2, nothing half-written.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{CLEANED, Dir, PAGE, holds};

/// A file system of its own; none where the tests may not make one.
struct Small(PathBuf);

impl Small {
    fn new(path: PathBuf, options: &str) -> Option<Small> {
        fs::create_dir_all(&path).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&path).stderr(Stdio::null()).status();
        mounted.is_ok_and(|status| status.success()).then_some(Small(path))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

fn large() -> String {
    // Text that hardly compresses, so that packed output fills the disk, too.
    let mut state = 1u64;
    let mut words = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        format!("{state:x} ")
    };
    (0..600)
        .map(|n| {
            format!("{{\"id\":\"{n}\",\"text\":\"{}\\nLeave a Reply Cancel reply\\n\"}}\n", (0..40).map(|_| words()).collect::<String>())
        })
        .collect()
}

fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let dir = Dir::with([("in/a.jsonl", large()), ("in/0.txt", PAGE.into()), ("in/c.jsonl.gz", String::new())]);
    let Some(small) = Small::new(dir.path("small"), "size=128k") else { return };
    let (code, _, err) = dir.run("clean in --out small/out");
    assert_eq!(code, 2);
    holds(&err, "error: in/a.jsonl: cannot be written: no space left on device");
    assert_eq!(names(&small.0.join("out")), ["0.txt", "c.jsonl.gz"], "the others are done");
    // In place: the file stays.
    fs::remove_dir_all(small.0.join("out")).unwrap();
    let some: String = large().lines().take(120).map(|line| format!("{line}\n")).collect();
    fs::write(small.0.join("a.jsonl"), &some).unwrap();
    let (code, _, err) = dir.run("clean small/a.jsonl --in-place");
    assert_eq!(code, 2, "{err}");
    assert_eq!((names(&small.0), fs::read_to_string(small.0.join("a.jsonl")).unwrap() == some), (vec!["a.jsonl".into()], true));
    // A log that cannot be written: nothing is replaced.
    fs::write(small.0.join("fill"), vec![7; 200_000]).unwrap_err();
    let (code, _, err) = dir.run("clean in --in-place --log small/log.jsonl");
    assert_eq!((code, dir.text("in/0.txt").as_str()), (2, PAGE), "{err}");
    holds(&err, "cannot be written");
}

#[test]
fn a_disk_that_may_not_be_written_is_said() {
    let dir = Dir::with([("in/a.jsonl", large())]);
    let Some(_small) = Small::new(dir.path("small"), "ro") else { return };
    let (code, _, err) = dir.run("clean in --out small/out");
    assert_eq!(code, 2);
    holds(&err, "error: --out small/out: the folder cannot be made");
    holds(&err, "read-only file system");
}

#[test]
fn standard_output_may_be_full_too() {
    let dir = Dir::with([("a.jsonl", large())]);
    let Ok(full) = fs::File::options().write(true).open("/dev/full") else { return };
    let output = Command::new(env!("CARGO_BIN_EXE_dehusk"))
        .args(["clean", "a.jsonl"])
        .current_dir(dir.path(""))
        .env("DEHUSK_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/dehusk.toml"))
        .stdin(Stdio::null())
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    holds(&String::from_utf8_lossy(&output.stderr), "the output cannot be written");
}

#[test]
fn files_that_vanish_do_not_stop_the_others() {
    let dir = Dir::with([("in/b.txt", PAGE)]);
    std::os::unix::fs::symlink(dir.path("gone"), dir.path("in/a.jsonl")).unwrap();
    dir.write("list", "in/b.txt\nin/c.jsonl.zst\n");
    let (code, _, err) = dir.run("clean in --follow --out out");
    assert_eq!((code, dir.text("out/b.txt").as_str()), (2, CLEANED));
    holds(&err, "in/a.jsonl: no such file or folder");
    let (code, _, err) = dir.run("clean --files-from list --out again");
    assert_eq!((code, dir.text("again/in/b.txt").as_str()), (2, CLEANED));
    holds(&err, "in/c.jsonl.zst: no such file or folder");
}
