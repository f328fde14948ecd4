//! Text of documents, made safe to show on a terminal.
//!
//! Scraped text is hostile until shown otherwise: escape sequences recolour or retitle a terminal, bidirectional controls
//! make a line read other than it is, tag characters and zero-width ones hide words. Nothing of a document reaches a
//! terminal before it has gone through here. What is hidden becomes visible as `‹U+202E›`; files and pipes get the text
//! itself.

use std::borrow::Cow;
use std::fmt::Write;

/// `text` with everything that could steer the terminal or hide made visible; line ends and tabs stay.
///
/// ```
/// assert_eq!(dehusk::escape::lines("red\u{1b}[31m\nnext\tcell"), "red‹U+001B›[31m\nnext\tcell");
/// ```
pub fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, true)
}

/// Like [`lines`], for text that must stay on one line: line ends and tabs become visible too.
///
/// ```
/// assert_eq!(dehusk::escape::inline("Share\tthis\n"), "Share‹U+0009›this‹U+000A›");
/// ```
pub fn inline(text: &str) -> Cow<'_, str> {
    escaped(text, false)
}

fn escaped(text: &str, keep_breaks: bool) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        let stays = match c {
            '\n' | '\t' => keep_breaks,
            '\r' => keep_breaks && text[at + 1..].starts_with('\n'),
            // Most text by far: no table is asked.
            ' '..='~' => true,
            _ => !hides(c, before),
        };
        if !stays {
            out.push_str(&text[copied..at]);
            // Writing to a String cannot fail.
            let _ = write!(out, "‹U+{:04X}›", c as u32);
            copied = at + c.len_utf8();
        }
        before = Some(c);
    }
    if copied == 0 && out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// True where `c`, standing after `before`, is invisible, reorders its line or is taken as a command.
fn hides(c: char, before: Option<char>) -> bool {
    match c {
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' => true,
        // Joiners are spelling in Persian, in Indic scripts and in emoji; after anything else they only hide.
        '\u{200c}' | '\u{200d}' => !before.is_some_and(joins),
        '\u{200b}' | '\u{200e}' | '\u{200f}' => true,
        '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' => true,
        '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' => true,
        // Tags and the variation selectors of the plane beside them: whole sentences have been smuggled in both.
        '\u{e0000}'..='\u{e0fff}' => true,
        _ => c.is_control(),
    }
}

/// Scripts and pictures whose letters a joiner may follow.
fn joins(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{18af}'
        | '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{fb50}'..='\u{fdff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_borrowed() {
        for text in ["", "Plain.\r\nTwo lines\tand a tab\n", "Größe — “Zitat” 日本語 ☃", "می\u{200c}خواهم", "👨\u{200d}👩\u{200d}👧"]
        {
            assert!(matches!(lines(text), Cow::Borrowed(_)), "{text:?}");
        }
    }

    #[test]
    fn nothing_steers_or_hides() {
        let cases = [
            ("\u{1b}]0;title\u{7}", "‹U+001B›]0;title‹U+0007›"),
            ("a\rb", "a‹U+000D›b"),
            ("\u{9b}31m", "‹U+009B›31m"),
            ("abc\u{202e}fed", "abc‹U+202E›fed"),
            ("\u{feff}x\u{200b}y\u{200d}z", "‹U+FEFF›x‹U+200B›y‹U+200D›z"),
            ("\u{e0041}\u{e0100}", "‹U+E0041›‹U+E0100›"),
            ("\u{2028}", "‹U+2028›"),
        ];
        for (raw, shown) in cases {
            assert_eq!(lines(raw), shown);
        }
    }

    #[test]
    fn inline_keeps_one_line() {
        assert_eq!(inline("a\r\nb\tc"), "a‹U+000D›‹U+000A›b‹U+0009›c");
    }
}
