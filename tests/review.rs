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

    fn review(&self) {
        let config = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cli/dehusk.toml");
        let (program, config) = (env!("CARGO_BIN_EXE_dehusk"), config.display());
        self.type_line(&format!("clear; DEHUSK_CONFIG={config} {program} review in; echo left $?"));
        self.until("q leaves"); // not the line that was typed
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
