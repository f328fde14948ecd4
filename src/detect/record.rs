//! Records: lines of labelled values under one another, such as the fields of a book, a package or a patent.
//!
//! “Author: Ann Example” is a stamp under a headline and a field between “Title: …” and “Publisher: …”. A stamp has few
//! companions, and these are residue as well; a record has fields that no rule knows.

use super::scan::Match;
use super::sign::Stand;
use crate::text::{Document, is_wordy};

/// Fields that are looked at above and below a match.
const REACH: usize = 8;
/// Letters and blanks of a label, and its words.
const LABEL: usize = 30;
const LABEL_WORDS: usize = 4;
/// Fields of a record that no rule knows, at least.
const STRANGERS: usize = 2;

/// True where the line of a match is a field among fields, most of which no rule knows. `known` tells whether words of a rule
/// begin a line.
pub(super) fn field(doc: &Document<'_>, one: &Match, known: impl Fn(usize) -> bool) -> bool {
    let line = doc.line_at(one.span.start());
    if !matches!(one.stand, Stand::Whole | Stand::Start) || !labelled(doc.line(line)) {
        return false;
    }
    // Fields that no rule knows, and those that one knows. Blank lines are no part of a record; a line of another shape ends it.
    let count = |lines: &mut dyn Iterator<Item = usize>| {
        let fields = lines.filter(|&n| !doc.shape(n).blank).take(REACH).take_while(|&n| labelled(doc.line(n)));
        fields.fold((0, 0), |(strangers, residue), n| if known(n) { (strangers, residue + 1) } else { (strangers + 1, residue) })
    };
    let above = count(&mut (0..line).rev());
    let below = count(&mut (line + 1..doc.lines.len()));
    let (strangers, residue) = (above.0 + below.0, above.1 + below.1);
    strangers >= residue && strangers >= if above != (0, 0) { STRANGERS } else { STRANGERS + 1 }
}

/// `Label: value`, the label of a few words that begin with a letter, and no address.
fn labelled(line: &str) -> bool {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '-' | '•' | '>' | '|' | '+'));
    // Where a colon stands no farther than a label is long, of one byte or of three.
    let reach = &line.as_bytes()[..line.len().min(LABEL * 3 + 1)];
    let colon = |&at: &usize| reach[at] == b':' || line.as_bytes()[at..].starts_with("：".as_bytes());
    let Some(at) = memchr::memchr2_iter(b':', "：".as_bytes()[0], reach).find(colon).filter(|&at| at > 0) else { return false };
    let (label, value) = (&line[..at], line[at..].trim_start_matches([':', '：', '*', '_']));
    label.starts_with(|c: char| c.is_alphabetic())
        && label.chars().count() <= LABEL
        && label.split_whitespace().count() <= LABEL_WORDS
        && !value.starts_with('/')
        && value.contains(is_wordy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_fields_by_their_labels() {
        for line in ["Author: Ann Example", "- **Author:** Ann", "Éditeur : Presses du Port", "出版社：港出版", "Patent No.: 12"] {
            assert!(labelled(line), "{line}");
        }
        for line in ["https://example.org", "10:12 the wheel stood", "What we know of the old mill: nothing", "Author:", "The wheel"] {
            assert!(!labelled(line), "{line}");
        }
    }
}
