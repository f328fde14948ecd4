//! Where words, sentences and glued pieces begin and end.

use super::class::{is_letter, is_wordy};
use super::line::{ends_sentence, is_wide};

/// True where a word can begin at `at`: behind a blank or a sign, at a seam of glued text (`…2040Next`), in scripts
/// without blanks everywhere.
pub(crate) fn word_start(text: &str, at: usize) -> bool {
    let Some(before) = text[..at].chars().next_back() else { return true };
    let Some(after) = text[at..].chars().next() else { return true };
    if !is_wordy(before) || !is_wordy(after) || is_wide(after) || is_wide(before) {
        return before != '\'' || !after.is_lowercase();
    }
    seam(before, after, text[at..].chars().nth(1))
}

/// True where a word can end at `at`.
pub(crate) fn word_end(text: &str, at: usize) -> bool {
    let Some(before) = text[..at].chars().next_back() else { return true };
    let Some(after) = text[at..].chars().next() else { return true };
    if !is_wordy(before) || !is_wordy(after) || is_wide(after) || is_wide(before) {
        return true;
    }
    // "3월 18까지": a number and what grows on it.
    !(before.is_numeric() && caseless(after)) && seam(before, after, text[at..].chars().nth(1))
}

/// Two pieces glued together: lower to upper case, digit to letter or back, `NASAShare`, another script: `Twitter에서`.
fn seam(before: char, after: char, next: Option<char>) -> bool {
    (before.is_lowercase() && after.is_uppercase())
        || (before.is_numeric() && after.is_uppercase())
        || (is_letter(before) && !before.is_ascii_lowercase() && after.is_numeric() && before.is_lowercase())
        || (before.is_lowercase() && after.is_numeric())
        || (before.is_uppercase() && after.is_uppercase() && next.is_some_and(char::is_lowercase))
        || caseless(before) != caseless(after)
}

/// A letter of a script without capitals.
fn caseless(c: char) -> bool {
    !c.is_ascii() && is_letter(c) && !c.is_lowercase() && !c.is_uppercase()
}

/// True where a sentence or a line can begin at `at`: nothing, a line end, a closing sign or a seam before it.
pub(crate) fn sentence_start(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches([' ', '\t', '\u{A0}']);
    if before.len() < at {
        // "5. Advertisement": a number and its full stop end no sentence.
        let numbered = before.strip_suffix('.').is_some_and(|b| {
            b.ends_with(|c: char| c.is_ascii_digit())
                && b.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').ends_with(['\n', '\r', ' '])
                || b.len() < 10 && b.bytes().all(|b| b.is_ascii_digit())
        });
        return !numbered
            && (before.is_empty()
                || before.ends_with(['\n', '\r', '|', '•', '·', '»', '›', ':', ']', '*', '_', '\u{2028}'])
                || ends_sentence(before));
    }
    match text[..at].chars().next_back() {
        None => true,
        // Running text without blanks: only its marks begin a sentence.
        Some(c) if is_wide(c) => !text[at..].starts_with(is_wide),
        Some(c) if is_wordy(c) => word_start(text, at),
        Some(c) => !matches!(
            c,
            ',' | ';'
                | '-'
                | '–'
                | '/'
                | '&'
                | '@'
                | '"'
                | '“'
                | '„'
                | '«'
                | '\''
                | '’'
                | '‘'
                | '`'
                | '，'
                | '、'
                | '；'
                | '「'
                | '『'
                | '《'
                | '،'
        ),
    }
}

/// True where a sentence or a line can end at `at`.
pub(crate) fn sentence_end(text: &str, at: usize) -> bool {
    if ends_sentence(&text[..at]) {
        return true;
    }
    let rest = text[at..].trim_start_matches([' ', '\t', '\u{A0}']);
    match rest.chars().next() {
        None
        | Some('\n' | '\r' | '.' | '!' | '?' | '…' | '|' | '•' | '·' | '*' | '[' | ']' | ')' | '。' | '！' | '？' | '»' | '›' | '→') => {
            true
        }
        Some(c) if rest.len() == text.len() - at && is_wide(c) => !text[..at].ends_with(is_wide),
        Some(c) if rest.len() == text.len() - at => {
            !is_wordy(c) && !matches!(c, ',' | ';' | '-' | '–' | '\'' | '’' | '，' | '、' | '；' | '」' | '』' | '》' | '،')
                || word_end(text, at) && c.is_uppercase()
        }
        Some(c) => c.is_uppercase() || c.is_numeric() || is_wide(c),
    }
}

/// True where quotation marks, or code marks, stand directly around: the text is mentioned, not used.
pub(crate) fn quoted(text: &str, start: usize, end: usize) -> bool {
    let followed = |by: &[char]| text[end..].trim_start_matches(['.', ',', '!', ':', '…']).trim_start_matches('\u{A0}').starts_with(by);
    match text[..start].trim_end_matches('\u{A0}').chars().next_back() {
        Some('“' | '"' | '„' | '”') => followed(&['”', '"', '“']),
        Some('‘' | '\'' | '‚' | '’') => followed(&['’', '\'', '‘']),
        Some('«') => followed(&['»']),
        Some('»') => followed(&['«']),
        Some('「' | '『' | '《') => followed(&['」', '』', '》']),
        Some('`') => followed(&['`']),
        _ => false,
    }
}

/// True where a quotation opens directly before the text or closes directly behind it.
pub(crate) fn in_quotation(text: &str, start: usize, end: usize) -> bool {
    let inside = &text[start..end];
    let balanced = |open: char, close: char| inside.contains(open) || inside.contains(close);
    let behind = text[end..].chars().next();
    matches!(text[..start].chars().next_back(), Some('“' | '„' | '«' | '‘' | '`' | '「'))
        || matches!(behind, Some('”' | '」')) && !balanced('“', '”')
        || matches!(behind, Some('"')) && !inside.contains('"')
}

/// True where the first letter of `text` is a capital, or of a script without case.
pub(crate) fn capital(text: &str) -> bool {
    match text.chars().find(|&c| is_letter(c)) {
        Some(c) => c.is_uppercase() || !c.is_lowercase(),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seams_of_glued_text() {
        let text = "impact by 2040Next articleRise";
        assert!(word_start(text, 14));
        assert!(word_end(text, 26));
        assert!(!word_start("context", 3));
        assert!(!word_end("next", 2));
        assert!(word_start("发表评论吧", 6));
        assert!(word_start("2개의 댓글", 1) && word_end("Twitter에서", 7) && !word_start("댓글을", 6) && !word_end("18까지", 2));
    }

    #[test]
    fn sentences() {
        assert!(sentence_start("It ended. Share this", 10));
        assert!(!sentence_start("Please Share this", 7));
        assert!(sentence_end("Share this: The dog", 11));
        assert!(!sentence_end("Also read the book", 9));
        assert!(quoted("a “Reply” b", 5, 10) && quoted("a `Reply.` b", 3, 8));
        assert!(!quoted("a Reply b", 2, 7));
        assert!(!sentence_start("那里的人把评论已关闭", 15) && !sentence_end("那里的人把评论已关闭", 21));
        assert!(sentence_start("人。评论已关闭", 6) && sentence_end("评论已关闭。人", 15));
        assert!(!sentence_start("人，评论已关闭", 6) && !sentence_end("评论已关闭，人", 15));
        assert!(capital("Über") && !capital("über") && capital("分享"));
    }
}
