//! Keys of decisions: hashes of what was decided about, in a form that small differences do not change.

use std::collections::VecDeque;
use std::ops::Range;

use crate::text::{Document, Span, is_wide};

/// Words on each side that tell one place of a text from another.
const AROUND: usize = 6;
/// Bytes of a stretch of text that are read for them.
const REACH: usize = 400;

/// A word and its bytes in the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub text: String,
    pub bytes: Range<usize>,
}

/// The words of a text, folded; every number is `0`, and each character of a script without blanks is a word.
pub(super) fn words(text: &str) -> Vec<Word> {
    let doc = Document::new(text);
    let folded = doc.folded.text.as_str();
    let mut words: Vec<Word> = Vec::new();
    let mut begun: Option<usize> = None;
    let mut end = |begun: &mut Option<usize>, at: usize| {
        if let Some(start) = begun.take() {
            let span = doc.raw_span(start, at);
            words.push(Word { text: numberless(&folded[start..at]), bytes: span.range() });
        }
    };
    for (at, c) in folded.char_indices() {
        if is_wide(c) {
            end(&mut begun, at);
            begun = Some(at);
            end(&mut begun, at + c.len_utf8());
        } else if c.is_alphanumeric() {
            begun.get_or_insert(at);
        } else {
            end(&mut begun, at);
        }
    }
    end(&mut begun, folded.len());
    words
}

/// Any number is as good as any other: “3 comments” is the text “12 comments”.
fn numberless(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            '0'..='9' if out.ends_with('0') => {}
            '0'..='9' => out.push('0'),
            c => out.push(c),
        }
    }
    out
}

/// The normalised form of a text: its folded words with single blanks between them, numbers as `0`. A text without words
/// is itself, without blanks around it.
pub fn normal(text: &str) -> String {
    let words = words(text);
    if words.is_empty() {
        return text.trim().to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for word in &words {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&word.text);
    }
    out
}

fn key(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    format!("b3:{}", &hasher.finalize().to_hex()[..32])
}

/// The key of a rule.
pub fn rule_key(rule: &str) -> String {
    key(&[rule])
}

/// The key of a text that a rule takes; `normal` is its normalised form.
pub fn text_key(rule: &str, normal: &str) -> String {
    key(&[rule, normal])
}

/// The key of one place: the text as well as the normalised words before and behind it that stay.
pub fn place_key(rule: &str, normal: &str, (before, after): (&str, &str)) -> String {
    key(&[rule, normal, before, after])
}

/// The words that stand before and behind each of `spans` (sorted, disjoint), those in other spans left out: what stays
/// the same whether or not the others go.
pub(super) fn neighbours(text: &str, spans: &[Span]) -> Vec<(String, String)> {
    let line = |words: &VecDeque<String>| words.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    let mut out = vec![(String::new(), String::new()); spans.len()];
    let mut near: VecDeque<String> = VecDeque::new();
    let mut from = 0;
    for (n, span) in spans.iter().enumerate() {
        let stretch = &text[from..span.start()];
        let start = stretch.ceil_char_boundary(stretch.len().saturating_sub(REACH));
        let found = words(&stretch[start..]);
        // The first word may have lost its head.
        near.extend(found.into_iter().skip(usize::from(start > 0)).map(|w| w.text));
        near.drain(..near.len().saturating_sub(AROUND));
        out[n].0 = line(&near);
        from = span.end();
    }
    near.clear();
    let mut to = text.len();
    for (n, span) in spans.iter().enumerate().rev() {
        let stretch = &text[span.end()..to];
        let end = stretch.floor_char_boundary(REACH.min(stretch.len()));
        let mut found = words(&stretch[..end]);
        if end < stretch.len() {
            found.pop();
        }
        for word in found.into_iter().take(AROUND).rev() {
            near.push_front(word.text);
        }
        near.truncate(AROUND);
        out[n].1 = line(&near);
        to = span.start();
    }
    out
}

/// Where the words of `cut` stand at or around `span`: the range that holds most of it, or `None`.
pub(super) fn moved(text: &str, span: Span, cut: &str) -> Option<Span> {
    let wanted = words(cut);
    let reach = cut.len() * 2 + 64;
    let start = text.floor_char_boundary(span.start().saturating_sub(reach));
    let end = text.ceil_char_boundary((span.end() + reach).min(text.len()));
    let mut there: Vec<Word> = Vec::new();
    // The ends of the old cut divide words, as it did.
    for part in [start..span.start(), span.range(), span.end()..end] {
        there.extend(
            words(&text[part.clone()])
                .into_iter()
                .map(|w| Word { bytes: w.bytes.start + part.start..w.bytes.end + part.start, text: w.text }),
        );
    }
    if wanted.is_empty() || there.len() < wanted.len() {
        return None;
    }
    let inside = |w: &Word| w.bytes.start < span.end() && w.bytes.end > span.start();
    let mut best: Option<(usize, usize)> = None;
    for at in 0..=there.len() - wanted.len() {
        let run = &there[at..at + wanted.len()];
        if run.iter().zip(&wanted).all(|(a, b)| a.text == b.text) {
            let held = run.iter().filter(|w| inside(w)).count();
            if held > best.map_or(0, |(held, _)| held) {
                best = Some((held, at));
            }
        }
    }
    let (_, at) = best?;
    let (mut first, mut last) = (there[at].bytes.start, there[at + wanted.len() - 1].bytes.end);
    // Signs at the ends of the cut go where they stand here as well.
    let lead = cut[..wanted.first()?.bytes.start].trim_start();
    let tail = cut[wanted.last()?.bytes.end..].trim_end();
    if text[..first].ends_with(lead) {
        first -= lead.len();
    }
    if text[last..].starts_with(tail) {
        last += tail.len();
    }
    Span::new(text, first, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_differences_do_not_matter() {
        assert_eq!(normal("  Share\u{a0}THIS: “page 12” "), normal("share this page 3"));
        assert_eq!(normal("[Share](https://a.example/1) | [Tweet](https://a.example/2)"), "share tweet");
        assert_eq!(normal(" * * * "), "* * *");
        assert_eq!(normal("分享 到"), "分 享 到");
        assert_ne!(normal("Share this"), normal("Share that"));
        let (a, b) = (text_key("a/b", "c"), text_key("a", "b c"));
        assert!(a.starts_with("b3:") && a.len() == 35 && a != b);
    }

    #[test]
    fn neighbours_are_what_stays() {
        let text = "One two three. CUT A CUT B four five";
        let a = text.find("CUT A").unwrap();
        let b = text.find("CUT B").unwrap();
        let spans = [Span::covering(text, a, a + 5), Span::covering(text, b, b + 5)];
        let around = neighbours(text, &spans);
        assert_eq!(around[0], ("one two three".to_owned(), "four five".to_owned()));
        assert_eq!(around[0], around[1]);
        assert_eq!(neighbours("One two three. CUT B four five", &[Span::covering(text, 15, 20)])[0], around[1]);
    }

    #[test]
    fn an_edited_cut_is_found_by_its_words() {
        let text = "Bread rises. Posted on 3 May 2024 by Ada. It is good.";
        let at = text.find("Posted").unwrap();
        let span = Span::covering(text, at, at + "Posted on 3 May 2024".len());
        let find = |cut: &str| moved(text, span, cut).map(|s| s.of(text));
        assert_eq!(find("posted on 12 may"), Some("Posted on 3 May"));
        assert_eq!(find("Posted on 3 May 2024 by Ada."), Some("Posted on 3 May 2024 by Ada."));
        assert_eq!(find("by Bob"), None);
        assert_eq!(find("Bread rises"), None);
        assert_eq!(find(""), None);
    }
}
