//! JSON Lines in the form of the removal log: `{"type":"removal","data":{…}}`, one object a line.
//!
//! Offsets are into the original text, in bytes and in characters. Programs that only count read the `doc` lines.

use serde::Serialize;

use super::tally::Tally;
use super::{Address, Options};
use crate::log::{Doc, Removed, State, removals};
use crate::{Cleaned, Flag};

#[derive(Serialize)]
#[serde(tag = "type", content = "data", rename_all = "lowercase")]
enum Message<'a> {
    Removal(Removed<'a>),
    Doc(Document<'a>),
    End(End<'a>),
}

/// The log's own line, and what only a view tells. `before` and `after` describe the texts.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    doc: Doc<'a>,
    removals: usize,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    flags: &'a [Flag],
}

#[derive(Serialize)]
struct End<'a> {
    documents: usize,
    changed: usize,
    removals: usize,
    bytes: usize,
    bytes_removed: usize,
    errors: usize,
    interrupted: bool,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    rule: &'a str,
    documents: usize,
    removals: usize,
    bytes: usize,
}

pub(super) fn render(name: &str, address: Option<Address<'_>>, cleaned: &Cleaned<'_>, options: &Options) -> String {
    let mut out = String::new();
    if !cleaned.changed() && cleaned.flags().is_empty() {
        return out;
    }
    let name = address.map_or(name, |address| address.doc);
    let record = address.map(|address| address.record);
    let field = address.and_then(|address| address.field);
    for removal in removals(name, cleaned) {
        let removal = Removed { record, field: field.map(Into::into), ..removal };
        push(&mut out, &Message::Removal(removal), options.sanitise);
    }
    let doc = Doc {
        doc: name.into(),
        record,
        field: field.map(Into::into),
        id: address.and_then(|address| address.id).map(Into::into),
        url: address.and_then(|address| address.url).map(Into::into),
        encoding: "utf-8".into(),
        bom: false,
        before: State::of(cleaned.original().as_bytes()),
        after: State::of(cleaned.text().as_bytes()),
    };
    let doc = Document { doc, removals: cleaned.removals().len(), flags: cleaned.flags() };
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
        interrupted: false,
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
