//! White space around a cut, healed by deleting white space and nothing else.
//!
//! Cut lines take their line ends along, and the surplus of empty lines that they leave; a cut inside a line leaves one
//! blank. The final line end of a text stays as it was.

use crate::text::Span;

/// Widens `span` (trimmed to its visible text) over the white space that it would leave behind.
///
/// `floor` is the end of the removal before it and `ceiling` the start of the next: white space beyond is theirs.
pub(super) fn heal(text: &str, span: Span, floor: usize, ceiling: usize) -> Span {
    let before = text[floor..span.start()].trim_end_matches(is_blank);
    let mut start = floor + before.len();
    let after = text[span.end()..ceiling].trim_start_matches(is_blank);
    let mut end = ceiling - after.len();
    let opens_line = start == 0 || text[..start].ends_with(['\n', '\r']);
    let closes_line = end == text.len() || text[end..].starts_with(['\n', '\r']);
    match (opens_line, closes_line) {
        (true, true) => return heal_lines(text, start, end, floor, ceiling),
        // The line goes on: its new start has no blank, unless it is indentation that was there before.
        (true, false) => {}
        (false, true) => {}
        (false, false) => {
            // One blank stays between the halves, if there was any; glued text stays glued.
            let led = start < span.start();
            let followed = end > span.end();
            if led && followed {
                start = span.start();
            } else if led {
                let closing = text[end..].starts_with(['.', ',', ';', ':', '!', '?', ')', '…']);
                start = if closing { start } else { span.start() };
            } else if followed {
                let opening = text[..start].ends_with(['(', '[', '“', '„', '«']);
                end = if opening { end } else { span.end() };
            }
        }
    }
    Span::covering(text, start, end)
}

/// The span is whole lines: takes line ends so that neither more nor fewer empty lines stay than stood on one side.
fn heal_lines(text: &str, start: usize, end: usize, floor: usize, ceiling: usize) -> Span {
    let above = line_ends_before(text, start, floor);
    let below = line_ends_after(text, end, ceiling);
    // Looked at from the cut outwards: from the far ends, each cut would read all the white space at the edges of the text.
    let at_top = above.last().is_none_or(|&n| n == 0) && text[..above.last().copied().unwrap_or(start)].trim_end().is_empty();
    let at_bottom = text[below.last().copied().unwrap_or(end)..].trim_start().is_empty();
    if at_bottom {
        // The blank lines before go; the text's own last line end stays.
        let start = above.last().copied().unwrap_or(start);
        let start = if at_top { floor } else { start };
        return Span::covering(text, start, end);
    }
    if at_top {
        let end = below.last().copied().unwrap_or(end);
        return Span::covering(text, start, end);
    }
    // `above` line ends stand before and `below` behind; the larger gap stays.
    let (start, end) = if above.len() >= below.len() {
        (start, below.last().copied().unwrap_or(end))
    } else {
        (above.last().copied().unwrap_or(start), end)
    };
    Span::covering(text, start, end)
}

/// Starts of the line ends (with the blanks between them) that stand directly before `at`, nearest first.
fn line_ends_before(text: &str, at: usize, floor: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut rest = &text[floor..at];
    while let Some(shorter) = rest.strip_suffix("\r\n").or_else(|| rest.strip_suffix(['\n', '\r'])) {
        ends.push(floor + shorter.len());
        let trimmed = shorter.trim_end_matches(is_blank);
        if !trimmed.ends_with(['\n', '\r']) {
            break;
        }
        rest = trimmed;
    }
    ends
}

/// Ends of the line ends that stand directly behind `at`, nearest first.
fn line_ends_after(text: &str, at: usize, ceiling: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut from = at;
    loop {
        let rest = &text[from..ceiling];
        let trimmed = rest.trim_start_matches(is_blank);
        let Some(next) = trimmed.strip_prefix("\r\n").or_else(|| trimmed.strip_prefix(['\n', '\r'])) else { break };
        from = ceiling - next.len();
        ends.push(from);
    }
    ends
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() && c != '\n' && c != '\r'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cuts the part between the marks, healed.
    fn healed(marked: &str) -> String {
        let start = marked.find("[-").unwrap();
        let text = marked.replacen("[-", "", 1).replacen("-]", "", 1);
        let end = marked.find("-]").unwrap() - 2;
        let span = heal(&text, Span::new(&text, start, end).unwrap(), 0, text.len());
        format!("{}{}", &text[..span.start()], &text[span.end()..])
    }

    #[test]
    fn inside_a_line() {
        assert_eq!(healed("One. [-Share this-] Two."), "One. Two.");
        assert_eq!(healed("One.[-Share this-]Two."), "One.Two.");
        assert_eq!(healed("One. [-Share this-]"), "One.");
        assert_eq!(healed("[- date 2024-] In a"), "In a");
        assert_eq!(healed(" [-date 2024-] In a"), "In a");
        assert_eq!(healed("One [-(also read: x)-]. Two"), "One. Two");
    }

    #[test]
    fn whole_lines() {
        assert_eq!(healed("a\n\n[-cut-]\n\nb\n"), "a\n\nb\n");
        assert_eq!(healed("a\n[-cut-]\nb\n"), "a\nb\n");
        assert_eq!(healed("a\n\n[-cut-]\nb\n"), "a\n\nb\n");
        assert_eq!(healed("a\n[-cut-]\n\nb"), "a\n\nb");
        assert_eq!(healed("a\n\n[-cut\n\ncut-]\n"), "a\n");
        assert_eq!(healed("a\n\n[-cut-]"), "a");
        assert_eq!(healed("[-cut-]\n\nb\n"), "b\n");
        assert_eq!(healed("a\r\n\r\n[-cut-]\r\n\r\nb\r\n"), "a\r\n\r\nb\r\n");
        assert_eq!(healed("[-cut-]\n"), "\n");
        assert_eq!(healed("a\r\r[-cut-]\r\rb\r"), "a\r\rb\r");
        assert_eq!(healed("a\r[-cut-]\rb"), "a\rb");
    }
}
