//! Two answers side by side, the same look again and again, and patches that `patch` takes.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::support::{CLEANED, Dir, GRAIN, PAGE, holds};

const RULE: &str = "[pack]\nname = \"mine\"\n\n[[rule]]\nid = \"mine/oven\"\nscope = \"line\"\nconfidence = \"high\"\n\
                    summary = \"An oven\"\nphrases = [\"Wrap it well\"]\nat = \"line\"\nremoves = ['''\nA loaf.\n[-Wrap it well-]\n''']\n";

fn lacks(text: &str, part: &str) {
    assert!(!text.contains(part), "`{part}` is in:\n{text}");
}

#[test]
fn two_packs_before_the_texts() {
    let dir = Dir::with([
        ("old.toml", "[pack]\nname = \"mine\"\n".to_owned()),
        ("new.toml", RULE.to_owned()),
        ("in/a.txt", PAGE.replace("well.", "well")),
    ]);
    let (code, out, err) = dir.run("diff old.toml new.toml in");
    assert_eq!(code, 0, "{err}");
    holds(&out, "1 more, −");
    holds(&out, "mine/oven");
    lacks(&out, "share/click");
    let (_, back, _) = dir.run("diff new.toml old.toml in");
    holds(&back, "1 less, +");
    holds(&back, "mine/oven");
    assert_eq!(out, dir.run("diff in --pack new.toml --against old.toml").1, "the same as --against");
    let (code, _, err) = dir.run("diff old.toml new.toml");
    assert_eq!(code, 2);
    holds(&err, "dehusk diff old.toml new.toml crawl/");
}

#[test]
fn two_logs_are_two_runs() {
    let lines = format!("{{\"text\":{}}}\n", serde_json::to_string(PAGE).unwrap());
    let dir = Dir::with([("in/a.txt", PAGE.to_owned()), ("in/b.txt", PAGE.to_owned()), ("in/c.jsonl", lines)]);
    assert_eq!(dir.run("clean in --out one --log one.jsonl --ignore share").0, 0);
    assert_eq!(dir.run("clean in --out two --log two.jsonl.zst --ignore comments").0, 0);
    let both = |old: &str, new: &str| {
        let (code, out, err) = dir.run(&format!("diff {old} {new}"));
        assert_eq!(code, 0, "{err}");
        out
    };
    let out = both("one.jsonl", "two.jsonl.zst");
    for part in [
        "a.txt",
        "c.jsonl:1",
        "1 more, −",
        "1 less, +",
        "[-Click to share on X (Opens in new window)-]",
        "{+Leave a Reply Cancel reply+}",
        "3 documents, 3 with a difference: 3 cuts more",
        "3 cuts less",
    ] {
        holds(&out, part);
    }
    // The text around a cut is shown where it can be had: of records too.
    holds(&out, "Wrap it well");
    assert_eq!(out.matches("The loaf keeps").count(), 3, "{out}");
    lacks(&both("one.jsonl", "one.jsonl"), "cuts more");
    // Only the earlier run took something.
    assert_eq!(dir.run("clean in/a.txt --out three --log three.jsonl --ignore comments,share").0, 0);
    assert_eq!(dir.run("clean in --out four --log four.jsonl --ignore comments,share").0, 0);
    if fs::exists(dir.path("four.jsonl")).unwrap() {
        holds(&both("one.jsonl", "four.jsonl"), "less (+");
    }
    // Without the texts, what went stands alone at its lines.
    fs::remove_dir_all(dir.path("in")).unwrap();
    let alone = both("one.jsonl", "two.jsonl.zst");
    holds(&alone, "Click to share on X");
    holds(&alone, "3 documents, 3 with a difference: 3 cuts more");
    lacks(&alone, "The loaf keeps");
    let exit = dir.run("diff one.jsonl two.jsonl.zst --exit-code").0;
    assert_eq!(exit, 1);
}

#[test]
fn two_folders_of_one_crawl_are_two_runs() {
    let dir = Dir::with([("in/a.txt", PAGE), ("in/deep/b.txt", PAGE), ("in/c.txt", GRAIN)]);
    assert_eq!(dir.run("clean in --out one --ignore share").0, 0);
    assert_eq!(dir.run("clean in --out two --ignore comments").0, 0);
    let (code, out, err) = dir.run("diff one two");
    assert_eq!(code, 0, "{err}");
    holds(&err, "two results of one crawl");
    for part in ["goes now", "stays now", "Click to share on X", "Leave a Reply", "3 documents, 2 with a difference"] {
        holds(&out, part);
    }
    // What both left is context.
    lacks(&out, "{-The loaf");
    let (_, out, _) = dir.run("diff one one");
    holds(&out, "with residue");
    // Folders of different pages are two inputs, as ever.
    let dir = Dir::with([("x/index.txt", PAGE), ("y/index.txt", "Ovens are built of stone.\nThey last.\n")]);
    holds(&dir.run("diff x y").1, "2 documents, 1 with residue");
}

/// A `diff --watch`, and what it prints.
struct Watched(Child, Receiver<String>);

impl Watched {
    fn begin(dir: &Dir, args: &[&str]) -> Watched {
        // One pipe for both, so that lines come in their order.
        let (output, input) = std::io::pipe().unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_dehusk"))
            .args(args)
            .current_dir(dir.path(""))
            .env("DEHUSK_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/dehusk.toml"))
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(input.try_clone().unwrap())
            .stderr(input)
            .spawn()
            .unwrap();
        let (send, lines) = channel();
        std::thread::spawn(move || BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Watched(child, lines)
    }

    /// What is printed up to the next look.
    fn look(&self) -> String {
        let mut seen = String::new();
        while !seen.contains("Ctrl-C ends") {
            let line = self.1.recv_timeout(Duration::from_secs(60)).unwrap_or_else(|e| panic!("{e}; so far:\n{seen}"));
            seen.push_str(&line);
            seen.push('\n');
        }
        seen
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_pack_is_watched() {
    let dir = Dir::with([("my.toml", "[pack]\nname = \"mine\"\n".to_owned()), ("in/a.txt", PAGE.replace("well.", "well"))]);
    let watched = Watched::begin(&dir, &["diff", "in", "--pack", "my.toml", "--watch"]);
    let first = watched.look();
    holds(&first, "share/click");
    lacks(&first, "mine/oven");
    dir.write("my.toml", RULE);
    holds(&watched.look(), "mine/oven");
    // Half-typed: told, and waited for.
    dir.write("my.toml", &RULE[..RULE.len() / 2]);
    let broken = watched.look();
    holds(&broken, "error");
    holds(&broken, "my.toml");
    fs::remove_file(dir.path("my.toml")).unwrap();
    holds(&watched.look(), "my.toml");
    dir.write("my.toml", RULE.replace("mine/oven", "mine/stove"));
    holds(&watched.look(), "mine/stove");
    // Saved as editors do: a new file is moved into its place.
    dir.write("my.toml~", RULE.replace("mine/oven", "mine/hearth"));
    fs::rename(dir.path("my.toml~"), dir.path("my.toml")).unwrap();
    holds(&watched.look(), "mine/hearth");
    #[cfg(unix)]
    {
        let mut watched = watched;
        assert!(Command::new("kill").args(["-INT", &watched.0.id().to_string()]).status().unwrap().success());
        assert_eq!(watched.0.wait().unwrap().code(), Some(0));
    }
}

/// `patch` in a folder; false where it is not installed.
fn patch(dir: &Dir, folder: &str, args: &[&str], patch: &str) -> bool {
    dir.write("a.patch", patch);
    let input = fs::File::open(dir.path("a.patch")).unwrap();
    match Command::new("patch").args(args).args(["-p1", "-s", "--binary", "-d", folder]).current_dir(dir.path("")).stdin(input).output() {
        Err(_) => {
            assert!(std::env::var_os("CI").is_none(), "the CI has to install patch");
            false
        }
        Ok(run) => {
            assert!(run.status.success(), "{}{}\n{patch}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
            true
        }
    }
}

#[test]
fn a_patch_of_a_folder_applies_there_and_back() {
    let unended = |text: &str| text.strip_suffix('\n').unwrap().to_owned();
    let inline = "One. Click to share on X (Opens in new window)\nTwo.\n";
    let dir = Dir::with([
        ("in/a.txt", PAGE.to_owned()),
        ("in/deep/crlf.txt", PAGE.replace('\n', "\r\n")),
        ("in/deep/mixed.txt", PAGE.replacen('\n', "\r\n", 2)),
        ("in/no end.txt", unended(PAGE)),
        ("in/no-end-cut.txt", format!("{GRAIN}\nLeave a Reply Cancel reply")),
        ("in/bom.txt", format!("\u{feff}{PAGE}")),
        ("in/bom-first.txt", format!("\u{feff}Leave a Reply Cancel reply\n{GRAIN}")),
        ("in/bom-only.txt", "\u{feff}Leave a Reply Cancel reply".to_owned()),
        ("in/inline.txt", inline.to_owned()),
        ("in/only.txt", "Leave a Reply Cancel reply\n".to_owned()),
        ("in/grain.txt", GRAIN.to_owned()),
        ("in/wide 分享.txt", format!("桥上的石头。\n{PAGE}\u{1b}[31m\n")),
    ]);
    assert_eq!(dir.run("clean in --out cleaned").0, 0);
    for context in [0, 3] {
        let (code, text, err) = outcome_in(&dir, &format!("diff . --format unified -U {context}"));
        assert_eq!(code, 0, "{err}");
        copy(&dir, "in", "work");
        if !patch(&dir, "work", &[], &text) {
            return;
        }
        assert_eq!(dir.tree("work"), dir.tree("cleaned"), "-U {context}");
        patch(&dir, "work", &["-R"], &text);
        assert_eq!(dir.tree("work"), dir.tree("in"), "-U {context}");
        fs::remove_dir_all(dir.path("work")).unwrap();
    }
    assert_ne!(dir.text("cleaned/a.txt"), PAGE);
    assert_eq!(dir.text("cleaned/a.txt"), CLEANED);
}

/// Runs in the folder of the pages, so that the names in the patch are those below it.
fn outcome_in(dir: &Dir, args: &str) -> (i32, String, String) {
    crate::support::outcome(dir.dehusk(args).current_dir(dir.path("in")))
}

fn copy(dir: &Dir, from: &str, to: &str) {
    for (name, bytes) in dir.tree(from) {
        dir.write(&format!("{to}/{name}"), bytes);
    }
}
