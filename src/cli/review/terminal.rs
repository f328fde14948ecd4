//! The terminal of a review: taken over, drawn on, asked for keys, and given back whatever happens.

use std::io::{self, Stdout, stdout};
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

/// The terminal, taken over until this is dropped.
pub struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Stdout>>,
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
        let inner = ratatui::Terminal::new(CrosstermBackend::new(stdout()))?;
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
