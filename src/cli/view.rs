//! What is shown on standard output: its width, its colours, its pager.

use std::io::{self, BufWriter, IsTerminal, Write, stdout};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use dehusk::diff::{self, Depth, Options, Printer, Style, Summary, Tally, pager};
use tempfile::NamedTempFile;
use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};

use super::args::{Theme, When};
use super::messages::typed;
use super::settings::Settings;

/// Columns where there is no terminal to ask.
const COLUMNS: usize = 100;

/// True where standard output is a terminal: text of documents is escaped there.
pub fn on_terminal() -> bool {
    stdout().is_terminal()
}

/// Options of the diff view, as far as settings say them.
pub fn options(settings: &Settings, paths: String) -> Options {
    let when = |when: Option<When>| match when.unwrap_or_default() {
        When::Auto => diff::When::Auto,
        When::Always => diff::When::Always,
        When::Never => diff::When::Never,
    };
    let env = |name: &str| std::env::var(name).ok();
    let mut style = Style::detect(when(settings.color), when(settings.hyperlinks), on_terminal(), env);
    style.theme = match settings.theme.unwrap_or_default() {
        Theme::Dark => diff::Theme::Dark,
        Theme::Light => diff::Theme::Light,
        // Sixteen colours are the terminal's own and fit its ground.
        Theme::Auto if on_terminal() && style.depth >= Depth::Fixed => ground().unwrap_or(style.theme),
        Theme::Auto => style.theme,
    };
    Options {
        style,
        width: settings.width.filter(|w| *w > 0).unwrap_or_else(columns),
        context: settings.context.unwrap_or(2),
        sanitise: on_terminal(),
        paths,
        documents_url: std::env::current_dir().ok().map(|folder| format!("file://{}/", folder.display())),
        ..Options::default()
    }
}

/// Asks the terminal for its ground. One that does not answer is not waited for long.
fn ground() -> Option<diff::Theme> {
    let mut options = QueryOptions::default();
    options.timeout = Duration::from_millis(200);
    match theme_mode(options).ok()? {
        ThemeMode::Dark => Some(diff::Theme::Dark),
        ThemeMode::Light => Some(diff::Theme::Light),
    }
}

/// The columns of the terminal.
pub fn columns() -> usize {
    terminal_size::terminal_size().map_or(COLUMNS, |(width, _)| usize::from(width.0))
}

/// The paths as they would be typed again.
pub fn paths(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| typed(path)).collect::<Vec<_>>().join(" ")
}

/// Prints the summary by rule.
pub fn summary(out: &mut impl Write, settings: &Settings, tally: &Tally, paths: String) -> io::Result<()> {
    let mut printer = Printer::new(out, Options { summary: Summary::Full, ..options(settings, paths) });
    *printer.tally() = tally.clone();
    printer.finish().map(drop)
}

/// Standard output, or a pager in front of it.
pub enum Output {
    /// Standard output.
    Plain(BufWriter<io::StdoutLock<'static>>),
    /// A pager, and the searches it begins with.
    Paged(Child, BufWriter<ChildStdin>, Option<NamedTempFile>),
}

impl Output {
    /// `human`: what comes is for reading, not for programs.
    pub fn new(paging: Option<When>, human: bool) -> Output {
        let wanted = match paging.unwrap_or_default() {
            When::Auto => human && on_terminal() && io::stdin().is_terminal(),
            When::Always => true,
            When::Never => false,
        };
        if wanted && let Some(paged) = pager() {
            return paged;
        }
        Output::Plain(BufWriter::new(stdout().lock()))
    }

    /// Writes what is left and waits until the reader has read it.
    pub fn close(self) -> io::Result<()> {
        match self {
            Output::Plain(mut out) => out.flush(),
            Output::Paged(mut child, mut pipe, _searches) => {
                let flushed = pipe.flush();
                drop(pipe);
                child.wait()?;
                flushed
            }
        }
    }
}

/// `DEHUSK_PAGER`, `PAGER` or `less`; none where it is empty, `cat`, or cannot be started.
fn pager() -> Option<Output> {
    let set = |name: &str| std::env::var(name).ok();
    let line = set("DEHUSK_PAGER").or_else(|| set("PAGER")).unwrap_or_else(|| "less".into());
    let mut words = line.split_whitespace();
    let program = words.next().filter(|program| *program != "cat")?;
    let mut command = Command::new(program);
    let own: Vec<&str> = words.collect();
    let bare = own.is_empty() && program.rsplit('/').next() == Some("less");
    command.args(own).stdin(Stdio::piped());
    let mut searches = None;
    if bare {
        command.args(pager::LESS);
        if std::env::var_os("LESSHISTFILE").is_none() {
            searches = pager::history().ok();
        }
        if let Some(searches) = &searches {
            command.env("LESSHISTFILE", searches.path());
        }
    }
    let mut child = command.spawn().ok()?;
    let pipe = child.stdin.take()?;
    Some(Output::Paged(child, BufWriter::new(pipe), searches))
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Plain(out) => out.write(bytes),
            Output::Paged(_, pipe, _) => pipe.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Plain(out) => out.flush(),
            Output::Paged(_, pipe, _) => pipe.flush(),
        }
    }
}
