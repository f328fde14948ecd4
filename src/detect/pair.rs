//! Two labels, each with the title of a neighbouring page: `Previous post … Next post …`.
//!
//! The titles cannot be recognised; the two labels and the titles' shape hold them. Four layouts: labels on lines of
//! their own with the titles under them, labels before their titles on one line or two, labels behind their titles, and
//! everything glued into one line.

use super::check::{No, no, short};
use super::scan::Match;
use super::scope::{Extent, MAX_TITLE_BYTES, Strong, fits_title, whole_lines};
use super::sign::Stand;
use crate::pack::Rule;
use crate::text::boundary::{capital, sentence_start};
use crate::text::{Document, Span, is_wide, is_wordy};

/// Filled lines, and bytes without the white space of empty ones, that the two labels may stand apart.
const MAX_LINES: usize = 6;
const MAX_BYTES: usize = 700;

/// The partner of `one` among `others`: the nearest one behind it, in its language where several share the words.
pub(super) fn partner<'m>(doc: &Document<'_>, one: &Match, others: &'m [Match]) -> Option<&'m Match> {
    let n = others.partition_point(|o| o.span.start() < one.span.end());
    let nearest = others.get(n)?;
    let alike = others[n..].iter().take_while(|o| o.span.start() == nearest.span.start()).find(|o| o.language == one.language);
    let other = alike.unwrap_or(nearest);
    let lines = doc.filled_before(doc.line_at(other.span.start())) - doc.filled_before(doc.line_at(one.span.start()));
    (lines <= MAX_LINES && other.fold.start().saturating_sub(one.fold.end()) <= MAX_BYTES).then_some(other)
}

/// The range of two labels and their titles.
pub(super) fn resolve(doc: &Document<'_>, rule: &Rule, one: &Match, two: &Match, strong: &Strong<'_>) -> Extent {
    let words = rule.max_title_words;
    for label in [one, two] {
        let (start, end) = (label.span.start(), label.span.end());
        if doc.raw[..end].ends_with(is_wide) && doc.raw[end..].starts_with(is_wide)
            || doc.raw[..start].ends_with(is_wide) && doc.raw[start..].starts_with(is_wide)
        {
            return no(doc, "pair", || format!("the words around “{}” go on", short(label.span.of(doc.raw))));
        }
        if !capital(label.span.of(doc.raw)) {
            return no(doc, "pair", || format!("“{}” does not begin with a capital letter", short(label.span.of(doc.raw))));
        }
    }
    let between = &doc.raw[one.span.end()..two.span.start()];
    let labels = whole_lines(doc, Span::covering(doc.raw, one.span.start(), two.span.end()));
    let before = &doc.raw[labels.start()..one.span.start()];
    let led = filled(before);
    let own_lines = one.stand == Stand::Whole && two.stand == Stand::Whole;
    // Labels behind their titles: "Title A Previous post Title B", on lines of their own or one.
    let behind = led && !sentence_start(doc.raw, one.span.start()) && !strong.opens(one.span.start());
    let start = if !led {
        labels.start()
    } else if behind {
        fits_title(doc, before, words)?;
        labels.start()
    } else {
        one.span.start()
    };
    let inner: Vec<&str> = between.lines().map(str::trim).filter(|l| filled(l)).collect();
    if inner.len() > 3 {
        return no(doc, "pair", || format!("{} lines stand between the labels", inner.len()));
    }
    for line in &inner {
        fits_title(doc, line, words * 2)?;
    }
    let end = if own_lines {
        under(doc, rule, two, inner.len(), strong)?
    } else {
        let line_end = labels.end();
        let stop = strong.next(two.span.end(), line_end).unwrap_or(line_end);
        let text = &doc.raw[two.span.end()..stop];
        if filled(text) {
            fits_title(doc, text, words)?;
        } else if !led && inner.is_empty() {
            // Two bare labels in one line.
            return Ok((Span::covering(doc.raw, start, two.span.end()), vec!["pair: two labels without titles".to_owned()]));
        } else if !led && two.stand == Stand::End && one.stand == Stand::Start && inner.len() == 1 && !between.contains('\n') {
            // "Previous Title … Next" with the second title on the next line.
            return Ok((Span::covering(doc.raw, start, under(doc, rule, two, 1, strong)?), vec![evidence(doc, one, two)]));
        }
        two.span.end() + text.trim_end().len()
    };
    Ok((Span::covering(doc.raw, start, end), vec![evidence(doc, one, two)]))
}

fn evidence(doc: &Document<'_>, one: &Match, two: &Match) -> String {
    format!("pair: {} … {}", short(one.span.of(doc.raw)), short(two.span.of(doc.raw)))
}

/// With labels on lines of their own, the second label has as many titles under it as the first.
fn under(doc: &Document<'_>, rule: &Rule, two: &Match, titles: usize, strong: &Strong<'_>) -> Result<usize, No> {
    let label = doc.line_at(two.span.start());
    let mut end = doc.lines[label].end();
    let mut left = titles;
    let mut n = label + 1;
    while left > 0 {
        let Some(line) = doc.lines.get(n) else { break };
        let shape = doc.shape(n);
        n += 1;
        if shape.blank {
            continue;
        }
        // A sign of the label with its title ("Next post: {title}", wrapped) is no other residue.
        if strong.next(two.span.end(), line.end()).is_some() {
            break;
        }
        if !shape.title(rule.max_title_words) {
            return no(doc, "title", || "prose stands where the second title should".to_owned());
        }
        end = line.end();
        left -= 1;
    }
    Ok(end)
}

/// True where the text holds a letter or digit, or is too long to look.
fn filled(text: &str) -> bool {
    text.len() > MAX_TITLE_BYTES || text.contains(is_wordy)
}
