//! JSON Lines in the form of the removal log: `{"type":"removal","data":{…}}`, one object a line.
//!
//! Offsets are into the original text, in bytes and in characters. Programs that only count read the `doc` lines.

use serde::Serialize;

use super::Options;
use super::fold::Lines;
use super::tally::Tally;
use crate::{Cleaned, Confidence, Flag};

#[derive(Serialize)]
#[serde(tag = "type", content = "data", rename_all = "lowercase")]
enum Message<'a> {
    Removal(Removal<'a>),
    Doc(Doc<'a>),
    End(End<'a>),
}

#[derive(Serialize)]
struct Removal<'a> {
    doc: &'a str,
    rule: &'a str,
    lang: &'a str,
    rev: &'a str,
    confidence: Confidence,
    bytes: [usize; 2],
    chars: [usize; 2],
    line: usize,
    text: &'a str,
    evidence: &'a [String],
}

#[derive(Serialize)]
struct Doc<'a> {
    doc: &'a str,
    removals: usize,
    before: Side,
    after: Side,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    flags: &'a [Flag],
}

#[derive(Serialize)]
struct Side {
    bytes: usize,
    blake3: String,
}

impl Side {
    fn of(text: &str) -> Side {
        Side { bytes: text.len(), blake3: blake3::hash(text.as_bytes()).to_hex().to_string() }
    }
}

#[derive(Serialize)]
struct End<'a> {
    documents: usize,
    changed: usize,
    removals: usize,
    bytes: usize,
    bytes_removed: usize,
    errors: usize,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    rule: &'a str,
    documents: usize,
    removals: usize,
    bytes: usize,
}

pub(super) fn render(name: &str, cleaned: &Cleaned<'_>, options: &Options) -> String {
    let mut out = String::new();
    if !cleaned.changed() && cleaned.flags().is_empty() {
        return out;
    }
    let text = cleaned.original();
    let lines = Lines::new(text);
    let (mut at, mut chars) = (0, 0);
    for removal in cleaned.removals() {
        let span = removal.span();
        let cut = span.of(text);
        chars += text[at..span.start()].chars().count();
        let start = chars;
        chars += cut.chars().count();
        at = span.end();
        let lead = cut.len() - cut.trim_start().len();
        let rule = removal.rule();
        let message = Message::Removal(Removal {
            doc: name,
            rule: &rule.id,
            lang: removal.language(),
            rev: &rule.revision,
            confidence: removal.confidence(),
            bytes: [span.start(), span.end()],
            chars: [start, chars],
            line: lines.at(span.start() + if lead < cut.len() { lead } else { 0 }) + 1,
            text: cut,
            evidence: removal.evidence(),
        });
        push(&mut out, &message, options.sanitise);
    }
    let doc = Doc {
        doc: name,
        removals: cleaned.removals().len(),
        before: Side::of(text),
        after: Side::of(cleaned.text()),
        flags: cleaned.flags(),
    };
    push(&mut out, &Message::Doc(doc), options.sanitise);
    out
}

/// The last line: what the run added up to.
pub(super) fn end(tally: &Tally) -> String {
    let mut out = String::new();
    let rule = |(id, rule): (&'_ String, &super::RuleTally)| (id.clone(), rule.clone());
    let rules: Vec<_> = tally.rules.iter().map(rule).collect();
    let end = End {
        documents: tally.documents,
        changed: tally.changed,
        removals: tally.removals,
        bytes: tally.bytes,
        bytes_removed: tally.removed,
        errors: tally.errors,
        rules: rules
            .iter()
            .map(|(id, rule)| Rule { rule: id, documents: rule.documents, removals: rule.cuts, bytes: rule.bytes })
            .collect(),
    };
    push(&mut out, &Message::End(end), false);
    out
}

fn push(out: &mut String, message: &Message<'_>, ascii: bool) {
    // Strings, numbers and lists cannot fail to become JSON.
    let json = serde_json::to_string(message).unwrap_or_default();
    if ascii {
        // JSON's own escapes keep the text exact and a terminal safe.
        for c in json.chars() {
            if matches!(c, ' '..='~') || c.is_alphanumeric() {
                out.push(c);
            } else {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    } else {
        out.push_str(&json);
    }
    out.push('\n');
}
