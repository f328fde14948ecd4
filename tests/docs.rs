//! The documents say what the program does: every run they show is run, every flag stands in the README, links lead
//! somewhere.
//!
//! `DOCS=overwrite cargo test --test docs` writes what the program prints now into the documents.
#![cfg(all(feature = "cli", unix))]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// Every document, by its path below the root.
fn documents() -> Vec<String> {
    let mut names = Vec::new();
    for folder in ["", "docs", "patterns", "fixtures"] {
        for entry in fs::read_dir(root().join(folder)).expect("the folders of the documents are there") {
            let name = entry.expect("a readable folder").file_name().into_string().expect("names are UTF-8");
            if name.ends_with(".md") {
                names.push(if folder.is_empty() { name } else { format!("{folder}/{name}") });
            }
        }
    }
    names.sort();
    names
}

/// A fenced block: its info string, and the range of its lines.
struct Block {
    info: String,
    lines: std::ops::Range<usize>,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String, usize)> = None;
    for (n, line) in text.lines().enumerate() {
        let fence: String = line.chars().take_while(|c| *c == '`').collect();
        match &open {
            None if fence.len() >= 3 => open = Some((fence.clone(), line[fence.len()..].trim().to_owned(), n + 1)),
            Some((opened, info, first)) if fence == *opened && line.len() == fence.len() => {
                blocks.push(Block { info: info.clone(), lines: *first..n });
                open = None;
            }
            _ => {}
        }
    }
    assert!(open.is_none(), "a code fence is never closed");
    blocks
}

/// The text without fenced blocks and inline code.
fn prose(text: &str) -> String {
    let fenced: BTreeSet<usize> = blocks(text).into_iter().flat_map(|b| b.lines.start - 1..b.lines.end + 1).collect();
    let lines = text.lines().enumerate().filter(|(n, _)| !fenced.contains(n));
    lines.map(|(_, line)| line.split('`').step_by(2).collect::<String>() + "\n").collect()
}

/// The anchors of a document's headings, as forges make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let fenced: BTreeSet<usize> = blocks(text).into_iter().flat_map(|b| b.lines).collect();
    let headings = text.lines().enumerate().filter(|(n, line)| line.starts_with('#') && !fenced.contains(n));
    let slug = |line: &str| {
        let kept = line.trim_start_matches('#').trim().to_lowercase();
        kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(|(_, line)| slug(line)).collect()
}

#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for name in documents() {
        let text = read(&name);
        let folder = root().join(&name).parent().map(Path::to_path_buf).unwrap_or_default();
        for target in prose(&text).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let there = if path.is_empty() { root().join(&name) } else { folder.join(path) };
            let known = || fs::read_to_string(&there).is_ok_and(|text| anchors(&text).contains(anchor));
            if !there.exists() || !(anchor.is_empty() || known()) {
                broken.push(format!("{name}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere: {broken:#?}");
}

fn dehusk(args: &[&str]) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_dehusk")).args(args).output().expect("the binary runs");
    String::from_utf8(out.stdout).expect("help is UTF-8")
}

#[test]
fn every_flag_stands_in_the_readme() {
    let top = dehusk(&["--help"]);
    let list = top.split("Commands:").nth(1).and_then(|rest| rest.split("Options:").next()).expect("the help lists commands");
    let commands: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 5, "{commands:?}");
    let readme = read("README.md");
    let tables: String = readme.lines().filter(|line| line.starts_with('|')).collect::<Vec<_>>().join("\n");
    let mut known = BTreeSet::new();
    let mut missing = BTreeSet::new();
    for help in commands.iter().map(|command| dehusk(&[command, "--help"])).chain([top.clone()]) {
        // An option stands at the start of its line, behind its short form.
        let options = help.lines().map(str::trim_start).filter(|line| line.starts_with('-')).flat_map(|line| line.split([' ', ',']));
        for flag in options.filter(|word| word.starts_with("--") && word.len() > 2) {
            let flag: String = flag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            known.insert(flag.clone());
            let stands = ["`", " ", "["].iter().any(|end| tables.contains(&format!("{flag}{end}")));
            if !stands {
                missing.insert(flag);
            }
        }
    }
    assert!(known.len() > 30, "{known:?}");
    assert!(missing.is_empty(), "flags that no table of README.md names: {missing:?}");
    for command in commands {
        assert!(tables.contains(&format!("`{command}")), "no table of README.md names the command {command}");
    }
}

/// A folder with the fixtures and packs in it, in which the commands of one document run one after the other.
fn workshop() -> TempDir {
    let dir = TempDir::new().expect("a temporary folder");
    for folder in ["fixtures", "patterns"] {
        copy(&root().join(folder), &dir.path().join(folder));
    }
    dir
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the temporary folder is writable");
    for entry in fs::read_dir(from).expect("a folder of the project") {
        let path = entry.expect("a readable folder").path();
        let there = to.join(path.file_name().expect("a listed file has a name"));
        if path.is_dir() {
            copy(&path, &there);
        } else {
            fs::copy(&path, &there).expect("the temporary folder is writable");
        }
    }
}

/// What a shell shows for a line that was typed: both streams.
fn run(line: &str, folder: &Path) -> Vec<String> {
    let bin = Path::new(env!("CARGO_BIN_EXE_dehusk")).parent().expect("the binary lies in a folder");
    let mut path = vec![PathBuf::from(bin)];
    path.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    let out = Command::new("sh")
        .args(["-c", &format!("{{ {line}\n}} 2>&1")])
        .current_dir(folder)
        .env("PATH", std::env::join_paths(path).expect("PATH can be extended"))
        .env("NO_COLOR", "1")
        .env("HOME", folder)
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("DEHUSK_CONFIG")
        .stdin(std::process::Stdio::null())
        .output()
        .expect("there is a shell");
    String::from_utf8_lossy(&out.stdout).lines().map(|line| line.trim_end().to_owned()).collect()
}

/// A line `...` stands for any number of lines.
fn shows(expected: &[&str], actual: &[String]) -> bool {
    match expected.split_first() {
        None => actual.is_empty(),
        Some((&"...", rest)) => (0..=actual.len()).any(|n| shows(rest, &actual[n..])),
        Some((line, rest)) => actual.first().is_some_and(|first| first == line.trim_end()) && shows(rest, &actual[1..]),
    }
}

#[test]
fn shown_runs_are_what_the_program_prints() {
    let overwrite = std::env::var_os("DOCS").is_some_and(|v| v == "overwrite");
    let mut wrong = Vec::new();
    for name in documents() {
        let text = read(&name);
        let lines: Vec<&str> = text.lines().collect();
        let mut now: Vec<String> = Vec::new();
        let mut at = 0;
        let mut dir = None;
        for block in blocks(&text).into_iter().filter(|b| b.info == "console") {
            let dir = dir.get_or_insert_with(workshop);
            let mut n = block.lines.start;
            while n < block.lines.end {
                let typed = lines[n].strip_prefix("$ ").unwrap_or_else(|| panic!("{name}:{}: no command before this line", n + 1));
                let next = (n + 1..block.lines.end).find(|&m| lines[m].starts_with("$ ")).unwrap_or(block.lines.end);
                // An empty line before the next command is only for the eye.
                let gap = usize::from(next < block.lines.end && lines[next - 1].is_empty());
                let (expected, actual) = (&lines[n + 1..next - gap], run(typed, dir.path()));
                if !shows(expected, &actual) {
                    wrong.push(format!("{name}:{}: $ {typed}\n{}", n + 1, actual.join("\n")));
                    now.extend(lines[at..=n].iter().map(|l| (*l).to_owned()));
                    now.extend(actual);
                    at = next - gap;
                }
                n = next;
            }
        }
        if overwrite && at > 0 {
            now.extend(lines[at..].iter().map(|l| (*l).to_owned()));
            fs::write(root().join(&name), now.join("\n") + "\n").expect("the documents are writable");
        }
    }
    assert!(overwrite || wrong.is_empty(), "other output than the documents show (DOCS=overwrite accepts it):\n\n{}", wrong.join("\n\n"));
}

/// A block that names a file in its info string shows that file; a line `…` leaves lines out.
#[test]
fn shown_files_are_the_files() {
    let mut seen = 0;
    for name in documents() {
        let text = read(&name);
        let lines: Vec<&str> = text.lines().collect();
        for block in blocks(&text) {
            let Some(file) = block.info.split_whitespace().nth(1) else { continue };
            let file = read(file);
            let have: Vec<String> = file.lines().map(|line| line.trim_end().to_owned()).collect();
            let expected: Vec<&str> = lines[block.lines.clone()].iter().map(|l| if *l == "…" { "..." } else { l }).collect();
            assert!(shows(&expected, &have), "{name}:{}: not what {} holds", block.lines.start, block.info);
            seen += 1;
        }
    }
    assert!(seen > 0);
}
