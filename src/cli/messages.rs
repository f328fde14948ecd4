//! What the command says: what happened, where, why, and what to type next.
//!
//! Standard output carries data, standard error carries talk. Everything that may hold text of a document or a file name
//! is escaped on its way to a terminal.

use std::fmt;
use std::io::{IsTerminal, Write, stderr};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use dehusk::{diff, escape};

/// Something that went wrong with one document; the run goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The document, as the user would type it.
    pub name: String,
    /// What is wrong with it.
    pub why: String,
    /// What would help.
    pub help: Option<String>,
}

impl Failure {
    /// A failure of the document `name`.
    pub fn new(name: impl Into<String>, why: impl Into<String>) -> Failure {
        Failure { name: name.into(), why: why.into(), help: None }
    }

    /// A failure that the system reports.
    pub fn io(name: impl Into<String>, error: &std::io::Error) -> Failure {
        Failure::new(name, crate::source::say(error))
    }

    /// With what to do about it.
    pub fn help(self, help: impl Into<String>) -> Failure {
        Failure { help: Some(help.into()), ..self }
    }
}

/// An error of the whole command: title, then indented lines of where, why and help.
#[derive(Debug)]
pub struct Trouble {
    title: String,
    where_: Vec<String>,
    help: Vec<String>,
}

impl Trouble {
    /// An error with this title: lower case, no full stop.
    pub fn new(title: impl Into<String>) -> Trouble {
        Trouble { title: title.into(), where_: Vec::new(), help: Vec::new() }
    }

    /// Where it is, or why it is an error.
    pub fn at(mut self, line: impl Into<String>) -> Trouble {
        self.where_.push(line.into());
        self
    }

    /// What to type instead.
    pub fn help(mut self, line: impl Into<String>) -> Trouble {
        self.help.push(line.into());
        self
    }

    /// What to type instead, where there is something.
    pub fn maybe(self, line: Option<String>) -> Trouble {
        match line {
            Some(line) => self.help(line),
            None => self,
        }
    }
}

impl std::error::Error for Trouble {}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)?;
        for line in &self.where_ {
            write!(f, "\n  {line}")?;
        }
        for (n, line) in self.help.iter().enumerate() {
            write!(f, "\n  {}{line}", if n == 0 { "help: " } else { "      " })?;
        }
        Ok(())
    }
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const QUIET: Style = Style::new().dimmed();

/// Prints an error of the whole command.
pub fn error(error: &anyhow::Error) {
    let mut text = error.to_string();
    for cause in error.chain().skip(1) {
        text.push_str("\n  ");
        text.push_str(&cause.to_string().replace('\n', "\n  "));
    }
    talk(&format!("{ERROR}error:{ERROR:#} {}", safe(&text)));
}

/// Prints a warning.
pub fn warning(text: &str) {
    talk(&format!("{WARNING}warning:{WARNING:#} {}", safe(text)));
}

/// Prints a remark.
pub fn note(text: &str) {
    talk(&safe(text));
}

/// Prints a remark of small weight.
pub fn aside(text: &str) {
    talk(&format!("{QUIET}{}{QUIET:#}", safe(text)));
}

fn talk(text: &str) {
    // Nobody is left to tell when standard error is gone.
    let _ = writeln!(anstream::AutoStream::auto(stderr().lock()), "{text}");
}

fn safe(text: &str) -> String {
    if stderr().is_terminal() { escape::lines(text).into_owned() } else { text.to_owned() }
}

/// Failures shown without being asked for more.
const SHOWN: usize = 20;

/// Lists the first of `count` failures; `all` does not stop at the first twenty.
pub fn failures(failures: &[Failure], count: u64, all: bool) {
    let shown = if all { failures.len() } else { SHOWN };
    let mut helped: Vec<&str> = Vec::new();
    for failure in failures.iter().take(shown) {
        talk(&format!("{ERROR}error:{ERROR:#} {}: {}", escape::inline(&failure.name), safe(&failure.why)));
        // The same advice once is enough.
        if let Some(help) = failure.help.as_deref().filter(|help| !helped.contains(help)) {
            talk(&format!("  help: {}", safe(help)));
            helped.push(help);
        }
    }
    let shown = failures.len().min(shown) as u64;
    if count > shown {
        let rest = counted(count - shown, "more error", "more errors");
        aside(&format!("… {rest}{}", if all { "" } else { " (-v lists them)" }));
    }
}

/// Figures look the same in talk and in views: [`dehusk::diff`] writes them.
fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// `12 340`.
pub fn count(number: u64) -> String {
    diff::grouped(size(number))
}

/// `1 document`, `12 340 documents`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    diff::counted(size(number), one, many)
}

/// `612 B`, `1.9 MiB`.
pub fn bytes(number: u64) -> String {
    diff::bytes(size(number))
}

/// `6.3%`.
pub fn percent(part: u64, whole: u64) -> String {
    diff::percent(size(part), size(whole))
}

/// A path as the user would type it into a shell.
pub fn typed(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "/._-+@%=:,".contains(c));
    if plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// The known word that was probably meant.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let (distance, best) = known.into_iter().map(|k| (edits(word, k), k)).min()?;
    (distance <= word.chars().count().div_ceil(3)).then_some(best)
}

/// Edits between two words; swapping neighbours counts once.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut best = changed.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_grouped() {
        assert_eq!(count(999), "999");
        assert_eq!(count(1_240_000), "1 240 000");
        assert_eq!(counted(1, "document", "documents"), "1 document");
        assert_eq!((bytes(612), bytes(2048), bytes(1_992_294)), ("612 B".into(), "2.0 KiB".into(), "1.9 MiB".into()));
        assert_eq!((percent(1, 3), percent(1, 50)), ("33%".into(), "2.0%".into()));
    }

    #[test]
    fn guesses_what_was_meant() {
        assert_eq!(nearest("claen", ["clean", "check"]), Some("clean"));
        assert_eq!(nearest("min-confidnce", ["min-confidence"]), Some("min-confidence"));
        assert_eq!(nearest("crawl", ["clean", "diff"]), None);
    }

    #[test]
    fn troubles_read_what_where_help() {
        let trouble = Trouble::new("`dehusk clean` needs a place to write").at("crawl is a folder").help("--out").help("--in-place");
        assert_eq!(trouble.to_string(), "`dehusk clean` needs a place to write\n  crawl is a folder\n  help: --out\n        --in-place");
    }
}
