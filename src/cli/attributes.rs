//! Span attributes beside a corpus: what would go, for tools that cut for themselves.
//!
//! The layout is that of the dolma toolkit: one line a document, in the order of the documents, in a file of the same name.
//! Offsets count characters (Unicode code points), sorted and disjoint; a second key has the same spans in bytes.

use std::io;

use dehusk::Cleaned;
use dehusk::log;
use serde_json::{Map, Value, json};

/// The key that a mixer replaces. Two underscores part experiment, tagger and type.
pub const KEY: &str = "dehusk__v1__remove";

/// Scores of spans: a mixer takes those of a least score.
fn score(confidence: dehusk::Confidence) -> f64 {
    match confidence {
        dehusk::Confidence::High => 1.0,
        dehusk::Confidence::Medium => 0.75,
        dehusk::Confidence::Low => 0.5,
    }
}

/// The line of a document: with a text or without, and what goes from it, if anything does.
pub fn line(id: &str, text: bool, cleaned: Option<&Cleaned<'_>>) -> io::Result<Vec<u8>> {
    let mut attributes = Map::new();
    if text {
        let mut spans: Vec<([usize; 2], [usize; 2], f64)> = Vec::new();
        for removal in cleaned.into_iter().flat_map(|cleaned| log::removals("", cleaned)) {
            let score = score(removal.confidence);
            match spans.last_mut() {
                // Spans that touch are one, so that nothing of a mixer's reading of edges matters.
                Some(last) if last.0[1] == removal.chars[0] && last.2 == score => {
                    (last.0[1], last.1[1]) = (removal.chars[1], removal.bytes[1]);
                }
                _ => spans.push((removal.chars, removal.bytes, score)),
            }
        }
        let chars: Vec<Value> = spans.iter().map(|(chars, _, score)| json!([chars[0], chars[1], score])).collect();
        let bytes: Vec<Value> = spans.iter().map(|(_, bytes, score)| json!([bytes[0], bytes[1], score])).collect();
        attributes.insert(KEY.into(), chars.into());
        attributes.insert(format!("{KEY}_bytes"), bytes.into());
    }
    let mut line = serde_json::to_vec(&json!({"id": id, "attributes": attributes}))?;
    line.push(b'\n');
    Ok(line)
}

/// What to tell a mixer. `name` is that of the folder below `attributes`.
pub fn stanza(name: &str) -> String {
    format!(
        "streams:\n  - name: dehusked\n    documents: [\"…/documents/*\"]\n    attributes: [\"{name}\"]\n    \
         output: {{path: \"…/dehusked\", max_size_in_bytes: 2147483648}}\n    span_replacement:\n      \
         - {{span: \"$.attributes.{KEY}\", min_score: 0.5, replacement: \"\"}}\n"
    )
}
