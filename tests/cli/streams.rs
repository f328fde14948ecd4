//! Standard input, standard output, and what is escaped on the way to a terminal.

use std::io::Read;
use std::process::{Command, Stdio};

use crate::support::{CLEANED, Dir, GRAIN, PAGE, holds, outcome};

#[test]
fn a_filter_is_silent_and_exact() {
    let dir = Dir::new();
    for args in ["clean", "clean -"] {
        let (code, out, err) = outcome(dir.dehusk(args).write_stdin(PAGE));
        assert_eq!((code, out.as_str(), err.as_str()), (0, CLEANED, ""));
    }
    for text in ["", "\n", "no end", "a\r\nb\r\n", GRAIN] {
        let (_, out, _) = outcome(dir.dehusk("clean").write_stdin(text));
        assert_eq!(out, text);
    }
}

#[test]
fn standard_input_has_no_place_of_its_own() {
    let dir = Dir::new();
    for args in ["clean - --out x", "clean - --in-place"] {
        let (code, _, err) = outcome(dir.dehusk(args).write_stdin(PAGE));
        assert_eq!(code, 2);
        holds(&err, "dehusk clean - > cleaned.txt");
    }
}

#[test]
fn exit_codes_are_those_of_the_manual() {
    let dir = Dir::with([("page.txt", PAGE), ("grain.txt", GRAIN)]);
    for (args, code) in [
        ("clean page.txt", 0),
        ("diff page.txt", 0),
        ("diff page.txt --exit-code", 1),
        ("diff grain.txt --exit-code", 0),
        ("diff page.txt --exit-code --exit-zero", 0),
        ("check page.txt", 1),
        ("check page.txt --exit-zero", 0),
        ("check grain.txt", 0),
        ("check page.txt nowhere.txt", 2),
        ("page.txt", 0),
        ("nowhere.txt", 2),
        ("claen page.txt", 2),
        ("clean --no-such-flag", 2),
        ("explain nonsense", 2),
        ("explain page.txt:99", 2),
        ("check page.txt --select nonsense", 2),
        ("test", 0),
        ("--help", 0),
        ("clean --help", 0),
        ("--version", 0),
    ] {
        let (found, out, err) =
            if args == "test" { dir.run(&format!("test {}/tests/cli/packs", env!("CARGO_MANIFEST_DIR"))) } else { dir.run(args) };
        assert_eq!(found, code, "dehusk {args}\n{out}{err}");
    }
}

#[test]
fn a_closed_pipe_is_success() {
    let dir = Dir::with([("big.txt", PAGE.repeat(20_000))]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_dehusk"))
        .args(["clean", "big.txt"])
        .current_dir(dir.path(""))
        .env("DEHUSK_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/dehusk.toml"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut some = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap(); // and closed
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn output_into_a_pipe_has_no_colour_and_no_progress() {
    let dir = Dir::with([("page.txt", PAGE)]);
    let (_, out, err) = outcome(dir.dehusk("diff page.txt").env_remove("NO_COLOR"));
    assert!(!out.contains('\u{1b}') && !err.contains('\u{1b}'));
    let (_, out, _) = outcome(dir.dehusk("diff page.txt --color always").env_remove("NO_COLOR"));
    assert!(out.contains('\u{1b}'));
}

#[test]
fn what_steers_a_terminal_is_shown_as_a_code() {
    let dir = Dir::with([("page.txt", "\u{1b}]0;owned\u{7}The \u{202e}loaf.\nLeave a Reply Cancel reply\n")]);
    let (_, out, _) = dir.run("diff page.txt");
    assert!(!out.contains('\u{1b}') && !out.contains('\u{202e}') && !out.contains('\u{7}'), "{out}");
    let (_, out, _) = dir.run("explain page.txt:1");
    holds(&out, "‹U+001B›]0;owned‹U+0007›The ‹U+202E›loaf.");
    // A file or pipe gets the text itself.
    let (_, out, _) = dir.run("clean page.txt");
    assert_eq!(out, "\u{1b}]0;owned\u{7}The \u{202e}loaf.\n");
}

#[test]
fn json_is_json() {
    let dir = Dir::with([("page.txt", PAGE)]);
    let (_, out, _) = dir.run("check page.txt --format json");
    let check: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((check["documents"].as_u64(), check["removals"].as_u64()), (Some(1), Some(2)));
    let (_, out, _) = dir.run("diff page.txt --format json");
    for line in out.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    let (_, out, _) = dir.run("rules --format json");
    let rules: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
    assert_eq!(rules.len(), 3);
    assert_eq!(rules[0]["id"], "comments/reply");
}

#[test]
fn completions_and_manual_pages_are_made() {
    let dir = Dir::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, out, _) = dir.run(&format!("completions {shell}"));
        assert_eq!(code, 0);
        holds(&out, "in-place");
    }
    let (code, out, _) = dir.run("man");
    assert_eq!(code, 0);
    holds(&out, ".TH dehusk");
    let (code, out, _) = dir.run("man clean");
    assert_eq!(code, 0);
    holds(&out, "in\\-place");
}
