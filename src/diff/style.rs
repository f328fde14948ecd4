//! How the view is painted: which colours a terminal has, and what each of them means.
//!
//! Meaning never hangs on a hue alone: a cut is struck through, stands on a ground that is lighter or darker than the rest
//! (24-bit colour, where long cuts have to be read with ease), or stands in `[-…-]` (no colour). Confidence is also a glyph,
//! and what was folded is also a sign.

use std::fmt::Write;

use crate::pack::Confidence;

/// How many colours the target shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// No colour and no attributes: cuts are marked `[-…-]`.
    None,
    /// The sixteen colours of the terminal's own palette.
    Ansi,
    /// The 256-colour palette.
    Fixed,
    /// 24-bit colour.
    True,
}

/// The ground the view stands on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Light text on a dark ground.
    #[default]
    Dark,
    /// Dark text on a light ground.
    Light,
}

/// When colour (or a hyperlink) is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// Where the target is a terminal that understands it.
    #[default]
    Auto,
    /// Even into a pipe.
    Always,
    /// Not at all.
    Never,
}

/// What the target can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Colours.
    pub depth: Depth,
    /// Dark or light ground.
    pub theme: Theme,
    /// Hyperlinks (OSC 8) around names of documents.
    pub links: bool,
}

impl Style {
    /// Without colour, attributes and links.
    pub const PLAIN: Style = Style { depth: Depth::None, theme: Theme::Dark, links: false };

    /// What the environment says about the target. `terminal`: it is one. `env` looks up a variable.
    ///
    /// `NO_COLOR` (not empty) takes colour away, `CLICOLOR_FORCE` (neither empty nor `0`) gives it to a pipe, `TERM=dumb` has
    /// none; an explicit [`When`] wins over all of them.
    pub fn detect(colour: When, links: When, terminal: bool, env: impl Fn(&str) -> Option<String>) -> Style {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        let term = env("TERM").unwrap_or_default();
        let dumb = term == "dumb";
        let forced = set("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let coloured = match colour {
            When::Always => true,
            When::Never => false,
            When::Auto if set("NO_COLOR").is_some() => false,
            When::Auto => forced || (terminal && !dumb),
        };
        let colour_term = env("COLORTERM").unwrap_or_default();
        let depth = if !coloured {
            Depth::None
        } else if matches!(colour_term.as_str(), "truecolor" | "24bit") || term.ends_with("-direct") {
            Depth::True
        } else if term.contains("256color") {
            Depth::Fixed
        } else {
            Depth::Ansi
        };
        let links = match links {
            When::Always => true,
            When::Never => false,
            When::Auto => terminal && !dumb && depth != Depth::None && opens_links(&env),
        };
        Style { depth, theme: ground(env("COLORFGBG").as_deref()), links }
    }

    /// True where cuts are marked `[-…-]`, because nothing else would show them.
    pub(super) fn marks(self) -> bool {
        self.depth == Depth::None
    }

    /// Writes `text` in the colours of `ink`.
    pub(super) fn paint(self, out: &mut String, ink: Ink, text: &str) {
        let codes = self.codes(ink);
        if text.is_empty() || codes.is_empty() {
            out.push_str(text);
            return;
        }
        // Writing to a String cannot fail.
        let _ = write!(out, "\x1b[{codes}m{text}\x1b[0m");
    }

    /// Writes what `inner` writes as a hyperlink to `target`.
    pub(super) fn link(self, out: &mut String, target: Option<&str>, inner: impl FnOnce(&mut String)) {
        match target {
            // A control byte would end the sequence early, and what follows would steer the terminal.
            Some(target) if self.links && !target.chars().any(char::is_control) => {
                let _ = write!(out, "\x1b]8;;{target}\x1b\\");
                inner(out);
                out.push_str("\x1b]8;;\x1b\\");
            }
            _ => inner(out),
        }
    }

    fn codes(self, ink: Ink) -> &'static str {
        let (ansi, dark, light) = ink.codes();
        match (self.depth, self.theme) {
            (Depth::None, _) => "",
            (Depth::True, Theme::Dark) if ink == Ink::Cut => "38;2;255;176;168;48;2;84;28;34",
            (Depth::True, Theme::Light) if ink == Ink::Cut => "38;2;150;12;28;48;2;255;216;214",
            (Depth::True, Theme::Dark) if ink == Ink::CutNext => "38;2;255;176;168;48;2;104;38;40",
            (Depth::True, Theme::Light) if ink == Ink::CutNext => "38;2;150;12;28;48;2;250;200;200",
            (Depth::True, Theme::Dark) if ink == Ink::Back => "4;38;2;168;224;176;48;2;20;62;36",
            (Depth::True, Theme::Light) if ink == Ink::Back => "4;38;2;10;92;40;48;2;208;242;214",
            (Depth::True, Theme::Dark) if ink == Ink::CutFold => "38;2;196;124;120;48;2;84;28;34",
            (Depth::True, Theme::Light) if ink == Ink::CutFold => "38;2;170;96;98;48;2;255;216;214",
            (Depth::Ansi, _) => ansi,
            (_, Theme::Dark) => dark,
            (_, Theme::Light) => light,
        }
    }
}

/// What a piece of the view is; the palette says how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Text that stays, in a line that was cut.
    Text,
    /// An untouched line, for orientation.
    Context,
    /// Text that goes.
    Cut,
    /// Text that goes, right behind other text that goes with another rule.
    CutNext,
    /// Text that went before and stays now.
    Back,
    /// `[-` and `-]` around it, where colour does not show it.
    Mark,
    /// `⋯ 31 lines`, `⋯ 212 chars ⋯`.
    Fold,
    /// The same inside a cut.
    CutFold,
    /// Lines and corners.
    Frame,
    /// The number of an untouched line.
    Number,
    /// The number of a line that was cut.
    CutNumber,
    /// A rule's name.
    Rule,
    /// Why the rule fired.
    Note,
    /// The glyph of a confidence.
    Sure(Confidence),
    /// A document's name.
    Title,
    /// How much went.
    Loss,
    /// A figure of the summary.
    Figure,
    /// Column heads and small print.
    Quiet,
    /// Bars of the summary.
    Bar,
    /// Something to type.
    Command,
    /// Something to look at.
    Warning,
}

impl Ink {
    /// Codes for 16 colours, for 256 on dark, for 256 on light.
    fn codes(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Ink::Text | Ink::Figure | Ink::Mark => ("", "", ""),
            Ink::Context => ("2", "38;5;247", "38;5;242"),
            Ink::Cut | Ink::CutNext => ("9;31", "9;38;5;210", "9;38;5;124"),
            Ink::Back => ("4;32", "4;38;5;114", "4;38;5;28"),
            Ink::CutFold => ("2;31", "38;5;138", "38;5;131"),
            Ink::Fold => ("2;36", "38;5;66", "38;5;66"),
            Ink::Frame | Ink::Number => ("2", "38;5;240", "38;5;249"),
            Ink::CutNumber => ("31", "38;5;174", "38;5;131"),
            Ink::Rule => ("36", "38;5;116", "38;5;24"),
            Ink::Note => ("2", "3;38;5;245", "3;38;5;243"),
            Ink::Sure(Confidence::High) => ("34", "38;5;75", "38;5;26"),
            Ink::Sure(Confidence::Medium) => ("33", "38;5;179", "38;5;136"),
            Ink::Sure(Confidence::Low) => ("35", "38;5;176", "38;5;133"),
            Ink::Title => ("1", "1", "1"),
            Ink::Loss => ("31", "38;5;210", "38;5;124"),
            Ink::Quiet => ("2", "38;5;245", "38;5;243"),
            Ink::Bar => ("34", "38;5;75", "38;5;26"),
            Ink::Command => ("1;36", "1;38;5;116", "1;38;5;24"),
            Ink::Warning => ("33", "38;5;179", "38;5;136"),
        }
    }
}

/// The glyph of a confidence: the fuller, the surer.
pub(crate) fn glyph(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "█",
        Confidence::Medium => "▓",
        Confidence::Low => "░",
    }
}

/// `COLORFGBG` is `foreground;background` in the sixteen-colour palette; 7 and 9 to 15 are light.
fn ground(colours: Option<&str>) -> Theme {
    let background = colours.and_then(|c| c.rsplit(';').next()?.parse::<u8>().ok());
    match background {
        Some(7 | 9..=15) => Theme::Light,
        _ => Theme::Dark,
    }
}

/// Terminals known to open hyperlinks. Others print rubbish or nothing, so the unknown ones get none.
fn opens_links(env: &impl Fn(&str) -> Option<String>) -> bool {
    let program = env("TERM_PROGRAM").unwrap_or_default();
    let term = env("TERM").unwrap_or_default();
    let vte = env("VTE_VERSION").and_then(|version| version.parse::<u32>().ok()).unwrap_or(0);
    matches!(program.as_str(), "iTerm.app" | "WezTerm" | "vscode" | "ghostty" | "Hyper" | "rio" | "Tabby")
        || ["xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm"].contains(&term.as_str())
        || ["WT_SESSION", "KITTY_WINDOW_ID", "DOMTERM", "KONSOLE_VERSION"].iter().any(|name| env(name).is_some())
        || vte >= 5000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env<'v>(vars: &'v [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'v {
        |name| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_string())
    }

    fn depth(colour: When, terminal: bool, vars: &[(&str, &str)]) -> Depth {
        Style::detect(colour, When::Auto, terminal, env(vars)).depth
    }

    #[test]
    fn the_environment_decides_the_colours() {
        let xterm = ("TERM", "xterm-256color");
        assert_eq!(depth(When::Auto, true, &[xterm]), Depth::Fixed);
        assert_eq!(depth(When::Auto, true, &[xterm, ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(depth(When::Auto, true, &[("TERM", "linux")]), Depth::Ansi);
        assert_eq!(depth(When::Auto, true, &[("TERM", "dumb")]), Depth::None);
        assert_eq!(depth(When::Auto, false, &[xterm]), Depth::None);
        assert_eq!(depth(When::Auto, false, &[xterm, ("CLICOLOR_FORCE", "1")]), Depth::Fixed);
        assert_eq!(depth(When::Auto, false, &[xterm, ("CLICOLOR_FORCE", "0")]), Depth::None);
        assert_eq!(depth(When::Auto, true, &[xterm, ("NO_COLOR", "1")]), Depth::None);
        assert_eq!(depth(When::Auto, true, &[xterm, ("NO_COLOR", "")]), Depth::Fixed);
        assert_eq!(depth(When::Always, false, &[xterm, ("NO_COLOR", "1")]), Depth::Fixed);
        assert_eq!(depth(When::Never, true, &[xterm, ("CLICOLOR_FORCE", "1")]), Depth::None);
    }

    #[test]
    fn links_only_where_they_open() {
        let links = |vars: &[(&str, &str)]| Style::detect(When::Auto, When::Auto, true, env(vars)).links;
        assert!(links(&[("TERM", "xterm-kitty")]));
        assert!(links(&[("TERM", "xterm-256color"), ("VTE_VERSION", "7200")]));
        assert!(!links(&[("TERM", "xterm-256color")]));
        assert!(!links(&[("TERM", "xterm-kitty"), ("NO_COLOR", "1")]));
    }

    #[test]
    fn a_hostile_target_makes_no_link() {
        let style = Style { links: true, ..Style::PLAIN };
        let mut out = String::new();
        style.link(&mut out, Some("https://x\u{7}rm"), |out| out.push('a'));
        assert_eq!(out, "a");
    }

    #[test]
    fn grounds() {
        assert_eq!(ground(Some("0;15")), Theme::Light);
        assert_eq!(ground(Some("15;default;0")), Theme::Dark);
        assert_eq!(ground(Some("15;8")), Theme::Dark);
        assert_eq!(ground(None), Theme::Dark);
    }
}
