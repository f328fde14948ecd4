//! Roles as colours. Orange goes and blue stays: a pair that people with any kind of colour blindness tell apart, and
//! every meaning is also a sign (`●` `○`, marks, a place).

use dehusk::Confidence;
use dehusk::diff::{Depth, Style, Theme};
use dehusk::review::{Role, Screen};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style as Look};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

/// Looks for roles.
pub struct Palette {
    /// How many colours there are.
    pub depth: Depth,
    theme: Theme,
}

impl Palette {
    /// The palette of a terminal.
    pub fn new(style: &Style) -> Palette {
        Palette { depth: style.depth, theme: style.theme }
    }

    /// Paints a screen.
    pub fn paint(&self, screen: &Screen, frame: &mut Frame<'_>) {
        let area = frame.area();
        for (row, y) in screen.rows.iter().zip(area.top()..area.bottom()) {
            let spans: Vec<Span<'_>> = row.iter().map(|(text, role)| Span::styled(text.as_str(), self.look(*role))).collect();
            Line::from(spans).render(Rect { y, height: 1, ..area }, frame.buffer_mut());
        }
        if let Some((x, y)) = screen.cursor {
            let place = |n: usize, most: u16| u16::try_from(n).unwrap_or(most).min(most.saturating_sub(1));
            frame.set_cursor_position(Position::new(place(x, area.width), place(y, area.height)));
        }
    }

    fn look(&self, role: Role) -> Look {
        let plain = Look::new();
        if self.depth == Depth::None {
            return match role {
                Role::Title | Role::Key => plain.add_modifier(Modifier::BOLD),
                Role::Cut => plain.add_modifier(Modifier::REVERSED),
                _ => plain,
            };
        }
        if self.depth == Depth::Ansi {
            return match role {
                Role::Text => plain,
                Role::Context | Role::Quiet | Role::Frame | Role::Sign => plain.add_modifier(Modifier::DIM),
                Role::Cut => plain.fg(Color::Black).bg(Color::Yellow),
                Role::Other => plain.fg(Color::Yellow),
                Role::Kept => plain.fg(Color::White).bg(Color::Blue),
                Role::Title => plain.add_modifier(Modifier::BOLD),
                Role::Rule => plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
                Role::Key => plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
                Role::Sure(Confidence::High) => plain.fg(Color::Blue),
                Role::Sure(Confidence::Medium) | Role::Remove => plain.fg(Color::Yellow),
                Role::Sure(Confidence::Low) => plain.fg(Color::Magenta),
                Role::Keep => plain.fg(Color::Blue).add_modifier(Modifier::BOLD),
                Role::Later => plain.add_modifier(Modifier::DIM),
                Role::Warning => plain.fg(Color::Yellow),
            };
        }
        // Of each role: on dark, on light.
        let of = |dark: u8, light: u8| Color::Indexed(if self.theme == Theme::Dark { dark } else { light });
        match role {
            Role::Text => plain,
            Role::Context => plain.fg(of(248, 241)),
            Role::Cut => plain.fg(of(230, 16)).bg(of(94, 223)),
            Role::Other => plain.fg(of(137, 137)),
            Role::Kept => plain.fg(of(195, 16)).bg(of(24, 153)),
            Role::Sign => plain.fg(of(109, 66)),
            Role::Frame => plain.fg(of(239, 250)),
            Role::Quiet => plain.fg(of(245, 243)),
            Role::Title => plain.add_modifier(Modifier::BOLD),
            Role::Rule => plain.fg(of(116, 24)).add_modifier(Modifier::BOLD),
            Role::Key => plain.fg(of(222, 130)).add_modifier(Modifier::BOLD),
            Role::Sure(Confidence::High) => plain.fg(of(75, 26)),
            Role::Sure(Confidence::Medium) => plain.fg(of(179, 136)),
            Role::Sure(Confidence::Low) => plain.fg(of(176, 133)),
            Role::Remove => plain.fg(of(215, 130)),
            Role::Keep => plain.fg(of(75, 26)),
            Role::Later => plain.fg(of(245, 243)),
            Role::Warning => plain.fg(of(222, 130)),
        }
    }
}
