//! The terminal of a review: taken over, drawn on, asked for keys, and given back whatever happens.

use std::io::{self, Write, stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dehusk::diff::{Depth, Style};
use dehusk::review::{Event, Key, State, screen};
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{self, Event as Input, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};

use super::draw::Palette;
use crate::run;

/// How long a key is waited for before looking whether the process was told to end.
const PATIENCE: Duration = Duration::from_millis(150);

/// True while the terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Standard output, which tells a terminal of sixteen colours of its own colours only: crossterm writes `38;5;3` for yellow,
/// which such a terminal may take for blinking italics.
struct Screen {
    waiting: Vec<u8>,
    sixteen: bool,
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // Sequences come in pieces; when all is written they are whole.
        let bytes = std::mem::take(&mut self.waiting);
        let mut out = stdout().lock();
        match std::str::from_utf8(&bytes).ok().filter(|_| self.sixteen) {
            Some(text) => out.write_all(sixteen(text).as_bytes())?,
            None => out.write_all(&bytes)?,
        }
        out.flush()
    }
}

/// The same with `38;5;N` and `48;5;N` of the first sixteen as 30 to 37, 90 to 97 and so on.
fn sixteen(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("\x1b[");
        let Some((codes, rest)) = part.split_once('m').filter(|(codes, _)| codes.bytes().all(|b| b.is_ascii_digit() || b == b';')) else {
            out.push_str(part);
            continue;
        };
        let codes: Vec<&str> = codes.split(';').collect();
        let mut at = 0;
        while at < codes.len() {
            out.push_str(if at > 0 { ";" } else { "" });
            let number = codes.get(at + 2).and_then(|n| n.parse::<u8>().ok()).filter(|n| *n < 16 && codes[at + 1] == "5");
            match (codes[at], number) {
                ("38" | "48", Some(n)) => {
                    let base = if codes[at] == "48" { 10 } else { 0 } + if n < 8 { 30 } else { 82 };
                    out.push_str(&(base + n).to_string());
                    at += 3;
                }
                (code, _) => {
                    out.push_str(code);
                    at += 1;
                }
            }
        }
        out.push('m');
        out.push_str(rest);
    }
    out
}

/// The terminal, taken over until this is dropped.
pub struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Screen>>,
    palette: Palette,
}

impl Terminal {
    /// Takes the terminal over. A panic gives it back before it is told.
    pub fn enter(style: &Style) -> io::Result<Terminal> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                if TAKEN.load(Ordering::SeqCst) {
                    leave();
                    eprintln!("error: a bug in dehusk, please report it: {info}\n  every decision is saved; run the same command to go on");
                }
                before(info);
            }));
        });
        std::thread::spawn(watch);
        take()?;
        let out = Screen { waiting: Vec::new(), sixteen: style.depth == Depth::Ansi };
        let inner = ratatui::Terminal::new(CrosstermBackend::new(out))?;
        let mut terminal = Terminal { inner, palette: Palette::new(style) };
        terminal.inner.clear()?;
        Ok(terminal)
    }

    /// Draws the state.
    pub fn draw(&mut self, state: &State) -> io::Result<()> {
        let palette = &self.palette;
        self.inner.draw(|frame| {
            let area = frame.area();
            let screen = screen(state, usize::from(area.width), usize::from(area.height), palette.depth == Depth::None);
            palette.paint(&screen, frame);
        })?;
        Ok(())
    }

    /// What happens next: nothing for a while (`None`), something to draw anew for (`Some(None)`), or an event.
    pub fn next(&mut self) -> io::Result<Option<Option<Event>>> {
        if !event::poll(PATIENCE)? {
            return Ok(None);
        }
        Ok(match event::read()? {
            Input::Key(key) if key.kind != KeyEventKind::Release => {
                self::key(key).map(|key| {
                    // For the test that a panic leaves no broken terminal behind.
                    if cfg!(debug_assertions) && key == Key::Ctrl('p') {
                        panic!("asked for by the test");
                    }
                    Some(Event::Key(key))
                })
            }
            Input::Resize(..) => Some(None),
            _ => None,
        })
    }

    /// Gives the terminal to something else, and takes it back.
    pub fn aside<T>(&mut self, work: impl FnOnce() -> T) -> io::Result<T> {
        leave();
        let done = work();
        take()?;
        self.inner.clear()?;
        Ok(done)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        leave();
    }
}

/// Ends the program when it was told to and does not: reading from a terminal that has gone away never comes back. Every
/// decision is saved by then.
fn watch() {
    while !run::interrupted() {
        std::thread::sleep(PATIENCE);
    }
    std::thread::sleep(Duration::from_secs(1));
    if TAKEN.load(Ordering::SeqCst) {
        leave();
        std::process::exit(130);
    }
}

fn take() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    let taken = enable_raw_mode().and_then(|()| execute!(stdout(), EnterAlternateScreen));
    if taken.is_err() {
        leave();
    }
    taken
}

/// Gives the terminal back; twice does no harm.
fn leave() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // Where the terminal is gone there is nobody to tell.
        let _ = execute!(stdout(), LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    Some(match event.code {
        KeyCode::Char(c) if event.modifiers.contains(KeyModifiers::CONTROL) => Key::Ctrl(c),
        KeyCode::Char(_) if event.modifiers.contains(KeyModifiers::ALT) => return None,
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Tab => Key::Tab,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::sixteen;

    #[test]
    fn sixteen_colours_are_named_as_such() {
        assert_eq!(sixteen("a\x1b[38;5;3;48;5;0mb\x1b[38;5;14mc\x1b[48;5;8m"), "a\x1b[33;40mb\x1b[96mc\x1b[100m");
        assert_eq!(sixteen("\x1b[1m\x1b[38;5;200mx\x1b[2;3Hm\x1b[0m"), "\x1b[1m\x1b[38;5;200mx\x1b[2;3Hm\x1b[0m");
        assert_eq!(sixteen("\x1b[38m \x1b[48;5m"), "\x1b[38m \x1b[48;5m");
    }
}
