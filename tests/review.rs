//! `dehusk review` driven for real: keys into a terminal (tmux), the screen out of it; sizes that change, processes that
//! die, a terminal that is whole afterwards.
#![cfg(all(feature = "review", unix))]

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PAGE: &str = "The loaf keeps for three days in a linen bag.\nClick to share on X (Opens in new window)\nWrap it well.\n\n\
                    Leave a Reply Cancel reply\n";

const SHELL: &str = "env -i PATH=/usr/bin:/bin TERM=tmux-256color LANG=C.UTF-8 PS1='$ ' sh";

struct Desk {
    dir: TempDir,
    socket: String,
}

impl Desk {
    /// A terminal of 80 × 24 in a folder with two pages; `None` where there is no tmux.
    fn open(name: &str) -> Option<Desk> {
        if Command::new("tmux").arg("-V").output().is_err() {
            eprintln!("skipped: tmux is not installed, so nothing was tried");
            assert!(std::env::var_os("CI").is_none(), "the CI has to install tmux");
            return None;
        }
        let dir = TempDir::new().unwrap();
        fs::create_dir(dir.path().join("in")).unwrap();
        fs::write(dir.path().join("in/a.txt"), PAGE).unwrap();
        fs::write(dir.path().join("in/b.txt"), PAGE.replace("three", "\u{1b}[31mfive\u{202e}\u{7}")).unwrap();
        let desk = Desk { dir, socket: format!("dehusk-{name}-{}", std::process::id()) };
        desk.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "-s", "t", "-c", &desk.path(""), SHELL]);
        Some(desk)
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    fn tmux(&self, args: &[&str]) -> String {
        let out = Command::new("tmux").args(["-L", &self.socket]).args(args).output().unwrap();
        assert!(out.status.success(), "tmux {args:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    }

    fn type_line(&self, line: &str) {
        self.tmux(&["send-keys", "-t", "t", "-l", line]);
        self.tmux(&["send-keys", "-t", "t", "Enter"]);
    }

    fn keys(&self, keys: &[&str]) {
        self.tmux(&[&["send-keys", "-t", "t"], keys].concat());
    }

    fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-t", "t"])
    }

    /// Waits until the screen shows it.
    fn until(&self, text: &str) -> String {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            if screen.contains(text) {
                return screen;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "no `{text}` on the screen:\n{screen}");
            sleep(Duration::from_millis(50));
        }
    }

    /// Types a command of dehusk, on an empty screen.
    fn type_command(&self, env: &str, args: &str) {
        let config = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cli/dehusk.toml");
        let (program, config) = (env!("CARGO_BIN_EXE_dehusk"), config.display());
        // What an earlier command has left is not taken for the answer to this one.
        self.type_line("clear");
        let begun = Instant::now();
        while self.screen().contains("left ") && begun.elapsed() < Duration::from_secs(20) {
            sleep(Duration::from_millis(20));
        }
        self.type_line(&format!("clear; DEHUSK_CONFIG={config} {env} {program} {args}; echo left $?"));
    }

    fn review(&self) {
        self.review_of("in");
    }

    fn review_of(&self, args: &str) {
        self.type_command("", &format!("review {args}"));
        self.until("q leaves"); // not the line that was typed
    }

    /// Runs a command of dehusk and gives the screen with its colours.
    fn coloured(&self, env: &str, args: &str) -> String {
        self.type_command(env, args);
        self.until("left 0\n");
        self.tmux(&["capture-pane", "-p", "-e", "-t", "t"])
    }

    /// Keys one after the other, each followed by what it shows.
    fn walk(&self, steps: &[(&str, &str)]) {
        for (key, shows) in steps {
            self.keys(&[key]);
            self.until(shows);
        }
    }

    /// The process of the review.
    fn process(&self) -> String {
        let shell = self.tmux(&["display-message", "-p", "-t", "t", "#{pane_pid}"]);
        let children = Command::new("ps").args(["-o", "pid=,args=", "--ppid", shell.trim()]).output().unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        let line = children.lines().find(|l| l.contains(" review in")).expect("the review runs").trim().to_owned();
        line.split_whitespace().next().unwrap().to_owned()
    }

    fn kill(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.process()]).status().unwrap().success());
    }

    /// The terminal is as it was before: its own screen, a cursor, an echo.
    fn whole(&self) {
        assert_eq!(self.tmux(&["display-message", "-p", "-t", "t", "#{alternate_on} #{cursor_flag}"]).trim(), "0 1");
        self.type_line("clear; echo typed");
        let screen = self.until("typed\n");
        let settings =
            Command::new("stty").arg("-F").arg(self.tmux(&["display-message", "-p", "-t", "t", "#{pane_tty}"]).trim()).arg("-a").output();
        let settings = String::from_utf8(settings.unwrap().stdout).unwrap();
        let words: Vec<&str> = settings.split_whitespace().map(|word| word.trim_end_matches(';')).collect();
        for setting in ["icanon", "echo", "isig", "opost"] {
            assert!(words.contains(&setting), "{setting}: {settings}\n{screen}");
        }
    }

    fn decisions(&self) -> usize {
        fs::read_to_string(self.path("dehusk.decisions.jsonl")).map_or(0, |text| text.lines().count())
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = Command::new("tmux").args(["-L", &self.socket, "kill-server"]).output();
    }
}

#[test]
fn keys_in_screen_out() {
    let Some(desk) = Desk::open("keys") else { return };
    desk.review();
    let screen = desk.until("group 1 of 2 · 2 open");
    insta::assert_snapshot!("first", screen);
    desk.keys(&["]"]);
    let hostile = desk.until("in/b.txt");
    assert!(hostile.contains("‹U+001B›[31mfive‹U+202E›‹U+0007›"), "{hostile}");
    desk.keys(&["n"]);
    desk.until("group 2 of 2 · 1 open");
    assert_eq!(desk.decisions(), 1, "written before the next key");
    desk.keys(&["u"]);
    desk.until("group 1 of 2 · 2 open");
    assert_eq!(desk.decisions(), 2);
    // Another size, while it runs.
    desk.tmux(&["resize-window", "-t", "t", "-x", "110", "-y", "34"]);
    desk.until(&"─".repeat(110));
    desk.tmux(&["resize-window", "-t", "t", "-x", "60", "-y", "16"]);
    let small = desk.until("q leaves");
    assert!(small.lines().count() <= 16 && !small.contains(&"─".repeat(61)), "{small}");
    desk.tmux(&["resize-window", "-t", "t", "-x", "80", "-y", "24"]);
    desk.keys(&["?"]);
    desk.until("every decision is saved already");
    desk.keys(&["Escape"]);
    desk.until("q leaves");
    desk.keys(&["d"]);
    desk.until("in/");
    desk.keys(&["Escape"]);
    desk.until("q leaves");
    desk.keys(&["y"]);
    desk.until("1 open");
    desk.keys(&["q"]);
    desk.until("left 0");
    desk.whole();
}

#[test]
fn killed_and_gone_on() {
    let Some(desk) = Desk::open("killed") else { return };
    desk.review();
    desk.until("2 open");
    desk.keys(&["y"]);
    desk.until("1 open");
    desk.kill("-KILL");
    desk.until("left 137");
    // What a process that is killed so leaves is for the shell to mend; here a new one takes its place.
    desk.tmux(&["respawn-pane", "-k", "-t", "t", SHELL]);
    assert_eq!(desk.decisions(), 1);
    desk.review();
    desk.until("1 open");
    desk.until("1 go");
    desk.kill("-TERM");
    desk.until("left 130");
    desk.whole();
}

#[test]
fn leaving_in_a_hurry_leaves_the_terminal_whole() {
    let Some(desk) = Desk::open("hurry") else { return };
    desk.review();
    desk.keys(&["C-c"]);
    desk.until("left 0");
    desk.whole();
    if cfg!(debug_assertions) {
        desk.review();
        desk.keys(&["n"]);
        desk.until("1 open");
        desk.keys(&["C-p"]);
        desk.until("a bug in dehusk, please report it");
        desk.until("left ");
        desk.whole();
        assert_eq!(desk.decisions(), 1);
    }
}

fn lines(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("{{\"text\":\"{}\"}}\n", text.replace('\n', "\\n"))).collect()
}

#[test]
fn records_are_reviewed() {
    let Some(desk) = Desk::open("records") else { return };
    fs::remove_dir_all(desk.path("in")).unwrap();
    fs::create_dir(desk.path("in")).unwrap();
    fs::write(desk.path("in/news.jsonl"), lines(&["Only grain.\n", PAGE, &PAGE.replace("three", "five")])).unwrap();
    let wet = "The ferry runs again.\r\n\r\nLeave a Reply Cancel reply\r\n";
    let warc = format!(
        "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://example.org/ferry\r\nContent-Type: text/plain\r\n\
         Content-Length: {}\r\n\r\n{wet}\r\n\r\n",
        wet.len()
    );
    fs::write(desk.path("in/pages.wet"), warc).unwrap();
    desk.review();
    // The riskiest first: a record is named as `explain` takes it, and its text is shown whole.
    desk.until("in/news.jsonl:2:2");
    desk.walk(&[("d", "Wrap it well"), ("Escape", "q leaves"), ("n", "1 open")]);
    desk.until("seen 3×");
    desk.walk(&[
        ("]", "in/news.jsonl:3:5"),
        ("d", "five days"),
        ("Escape", "q leaves"),
        ("]", "in/pages.wet:1:3"),
        ("d", "The ferry runs"),
    ]);
    desk.walk(&[("Escape", "q leaves"), ("y", "all decided"), ("q", "left 0")]);
    desk.coloured("NO_COLOR=1", "clean in --out out --decisions dehusk.decisions.jsonl --quiet");
    let cleaned = fs::read_to_string(desk.path("out/news.jsonl")).unwrap();
    assert_eq!((cleaned.matches("Click to share").count(), cleaned.matches("Leave a Reply").count()), (2, 0), "{cleaned}");
    assert!(!fs::read_to_string(desk.path("out/pages.wet")).unwrap().contains("Leave a Reply"));
}

#[test]
fn a_log_is_reviewed() {
    let Some(desk) = Desk::open("log") else { return };
    fs::write(desk.path("in/c.jsonl"), lines(&[PAGE])).unwrap();
    desk.coloured("NO_COLOR=1", "clean in --in-place --log log.jsonl --quiet");
    assert!(!fs::read_to_string(desk.path("in/a.txt")).unwrap().contains("Click to share"));
    // The texts are cleaned by now; they are shown as they were.
    desk.review_of("log.jsonl");
    desk.until("in/a.txt:2");
    desk.until("Wrap it well.");
    desk.walk(&[("d", "Leave a Reply"), ("Escape", "q leaves"), ("]", "example 2 of 3"), ("]", "in/c.jsonl:1:2"), ("d", "Leave a Reply")]);
    desk.walk(&[("Escape", "q leaves"), ("n", "1 open"), ("y", "all decided"), ("q", "left 0")]);
    desk.coloured("NO_COLOR=1", "restore log.jsonl --in-place --quiet");
    desk.coloured("NO_COLOR=1", "clean in --out out --decisions dehusk.decisions.jsonl --quiet");
    let cleaned = fs::read_to_string(desk.path("out/a.txt")).unwrap();
    assert!(cleaned.contains("Click to share") && !cleaned.contains("Leave a Reply"), "{cleaned}");
}

#[test]
fn a_sample_ends_with_an_interval() {
    let Some(desk) = Desk::open("sample") else { return };
    desk.review_of("in --sample 4");
    desk.until("a sample");
    desk.walk(&[("n", "1 open"), ("y", "all judged: precision 50% (15–85%), 2 of 4"), ("q", "left 0")]);
    desk.until("precision 50% (15–85%), 2 of 4");
    desk.whole();
}

#[test]
fn an_example_goes_into_the_pack() {
    let Some(desk) = Desk::open("example") else { return };
    let pack = "# Mine.\n[pack]\nname = \"mine\"   # a name\n\n# Nothing here yet.\n";
    fs::write(desk.path("my.toml"), pack).unwrap();
    desk.review_of("in --pack my.toml");
    desk.walk(&[("n", "1 open"), ("k", "stays"), ("x", "an example that stays")]);
    let written = fs::read_to_string(desk.path("my.toml")).unwrap();
    assert!(written.starts_with("# Mine.\n[pack]\nname = \"mine\"   # a name\n") && written.contains("# Nothing here yet."), "{written}");
    assert!(written.contains("keeps") && written.contains("Click to share on X"), "{written}");
    // The pack is broken by another hand meanwhile: told, and nothing is written into it.
    fs::write(desk.path("my.toml"), "[pack\n").unwrap();
    desk.walk(&[("x", "not a pack"), ("q", "left 0")]);
    assert_eq!(fs::read_to_string(desk.path("my.toml")).unwrap(), "[pack\n");
    desk.whole();
}

#[test]
fn ends_are_moved_and_undone() {
    let Some(desk) = Desk::open("ends") else { return };
    desk.review();
    desk.walk(&[
        ("e", "moving the end"),
        ("h", "moving the end"),
        ("Tab", "moving the beginning"),
        ("l", "moving"),
        ("Enter", "goes with these ends"),
    ]);
    let read = || fs::read_to_string(desk.path("dehusk.decisions.jsonl")).unwrap();
    assert!(read().contains("\"edit\":{\"cut\":\"to share on X (Opens in new"), "{}", read());
    desk.walk(&[("u", "2 open"), ("u", "nothing more to take back")]);
    assert!(read().lines().last().unwrap().contains("\"decision\":\"later\""), "{}", read());
    // By signal, amid moving: the terminal is given back.
    desk.walk(&[("e", "moving the end")]);
    desk.kill("-TERM");
    desk.until("left 130");
    desk.whole();
}

#[test]
fn colours_are_those_of_the_terminal() {
    let Some(desk) = Desk::open("colours") else { return };
    let diff = "diff in/a.txt --paging never --summary=off";
    let colour = |code: &str| matches!(code.parse::<u8>(), Ok(30..=38 | 40..=48 | 90..=107));
    let coloured =
        |screen: &str| screen.split("\u{1b}[").skip(1).any(|part| part.split('m').next().is_some_and(|codes| codes.split(';').any(colour)));
    for plain in ["NO_COLOR=1", "TERM=dumb"] {
        let screen = desk.coloured(plain, diff);
        assert!(!coloured(&screen) && screen.contains("[-Click to share"), "{plain}: {screen:?}");
    }
    let sixteen = desk.coloured("TERM=linux", diff);
    assert!(sixteen.contains("\u{1b}[31m") || sixteen.contains(";31m"), "{sixteen:?}");
    assert!(!sixteen.contains("38;5"), "{sixteen:?}");
    let dark = desk.coloured("TERM=xterm-256color COLORFGBG='15;0'", &format!("{diff} --theme dark"));
    let light = desk.coloured("TERM=xterm-256color", &format!("{diff} --theme light"));
    assert!(dark.contains("38;5;210") && light.contains("38;5;124"), "{dark:?}\n{light:?}");
    assert!(!dark.contains("[-Click"), "colour shows it");
    // The full screen as well: marks where there is no colour.
    desk.type_command("NO_COLOR=1", "review in");
    let screen = desk.until("q leaves");
    assert!(screen.contains("[-Click to share") && !coloured(&desk.tmux(&["capture-pane", "-p", "-e", "-t", "t"])), "{screen}");
    desk.walk(&[("q", "left 0")]);
    desk.type_command("TERM=linux", "review in");
    desk.until("q leaves");
    assert!(!desk.tmux(&["capture-pane", "-p", "-e", "-t", "t"]).contains("38;5"));
    desk.walk(&[("q", "left 0")]);
}

#[test]
fn wide_letters_keep_the_columns() {
    let Some(desk) = Desk::open("wide") else { return };
    let page = format!(
        "{}\n{}\n{}\nखेत की मिट्टी और पानी की बात यहाँ लिखी गई है, और लोग उसे पढ़ते हैं, क्योंकि गाँव में सब जानते हैं।\n{PAGE}",
        "桥上的石头是从山那边运来的，".repeat(9),
        "كان الطحان يخبز كل يوم جمعة ويأتي الناس من القرى البعيدة ".repeat(3),
        "Cafe\u{301} 🥖 bread 👍 and 🧈 butter, ".repeat(5),
    );
    fs::write(desk.path("in/a.txt"), &page).unwrap();
    for (width, args) in
        [("80", "diff in/a.txt --paging never --summary=off -U 9 --all"), ("61", "diff in/a.txt --paging never --summary=off -U 9")]
    {
        desk.tmux(&["resize-window", "-t", "t", "-x", width, "-y", "60"]);
        sleep(Duration::from_millis(600)); // tmux tells the program a little later
        let screen = {
            desk.type_command("NO_COLOR=1", args);
            desk.until("left 0\n")
        };
        let rows: Vec<&str> = screen.lines().skip_while(|row| !row.contains('┬')).skip(1).take_while(|row| !row.contains('┴')).collect();
        assert!(rows.len() >= 8, "{screen}");
        // A row that the terminal had to break, or that our columns got wrong, has no gutter.
        let gutters: Vec<Option<usize>> = rows.iter().map(|row| row.chars().position(|c| c == '│')).collect();
        assert!(gutters.iter().all(|at| at.is_some() && *at == gutters[0]), "{width}: {screen}");
    }
    desk.tmux(&["resize-window", "-t", "t", "-x", "80", "-y", "24"]);
    sleep(Duration::from_millis(600));
    desk.review();
    let screen = desk.until("q leaves");
    assert!(screen.contains("group 1 of 2"), "{screen}");
    desk.walk(&[("d", "桥上的石头"), ("Escape", "q leaves"), ("q", "left 0")]);
    desk.whole();
}
