//! Stand-in until the command's own module is there.

use std::borrow::Cow;
use std::fmt::Write;

/// `text` with control and format characters made visible, for one line.
pub(super) fn inline(text: &str) -> Cow<'_, str> {
    let hides = |c: char| c.is_control() || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    if !text.chars().any(hides) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    for c in text.chars() {
        if hides(c) {
            let _ = write!(out, "‹U+{:04X}›", c as u32);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}
