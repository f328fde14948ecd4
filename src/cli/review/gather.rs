//! Groups of everything that would go, or that has gone: from documents, or from a removal log.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use dehusk::decide::{Found, Group, Groups, site};
use dehusk::log::{Event, Reader, State};
use dehusk::{Cleaner, RuleInfo, weave};

use crate::cli::messages::Trouble;
use crate::cli::session::{Loaded, Session, Totals};
use crate::source::{Choice, Document, Input};

/// The groups of a session, the riskiest first.
pub fn groups(session: &Session, cleaner: &Cleaner) -> Result<(Vec<Group>, Totals)> {
    if let [Input::File(path)] = session.inputs.0.as_slice()
        && is_log(path)
    {
        return Ok((logged(path, cleaner)?.sorted(), Totals { documents: 1, ..Totals::default() }));
    }
    let mut all = Groups::default();
    session.watch();
    let totals = session.each(
        |entry, loaded| {
            let Loaded::Text(document) = loaded else { return Ok(None) };
            let cleaned = cleaner.clean(&document.text);
            let mut groups = Groups::default();
            groups.add(&entry.file(), entry.record.as_deref().map(|record| record.number), entry.site(), &cleaned);
            Ok(Some((groups, cleaned.removed_bytes())))
        },
        |groups| {
            all.merge(groups);
            Ok(())
        },
    )?;
    let mut groups = all.sorted();
    groups.retain(super::shown);
    Ok((groups, totals))
}

/// True for a removal log: its first line begins a run, or is a removal.
fn is_log(path: &Path) -> bool {
    let named = path.extension().is_some_and(|e| e == "jsonl" || e == "zst");
    named && Reader::open(path).is_ok_and(|mut log| matches!(log.next(), Ok(Some(Event::Begin(_) | Event::Removal(_)))))
}

/// A removal of a log.
struct Removed {
    rule: String,
    lang: String,
    confidence: dehusk::Confidence,
    start: usize,
    text: String,
    evidence: Vec<String>,
}

/// The groups of the last run in a log. Where the documents are still there, as they were or cleaned, their text is the
/// context; else each cut stands alone.
fn logged(path: &Path, cleaner: &Cleaner) -> Result<Groups> {
    let trouble = |why: String| Trouble::new(format!("{}: {why}", path.display()));
    let known: HashMap<&str, &Arc<RuleInfo>> = cleaner.rules().iter().map(|rule| (rule.id.as_str(), rule)).collect();
    let mut unknown: HashMap<String, Arc<RuleInfo>> = HashMap::new();
    let mut folder = String::new();
    let mut all = Groups::default();
    let mut waiting: Vec<Removed> = Vec::new();
    let mut reader = Reader::open(path).map_err(|e| trouble(e.to_string()))?;
    while let Some(event) = reader.next().map_err(|e| trouble(e.to_string()))? {
        match event {
            Event::Begin(begin) => {
                all = Groups::default();
                folder = begin.folder;
            }
            Event::Removal(r) => waiting.push(Removed {
                rule: r.rule.into_owned(),
                lang: r.lang.into_owned(),
                confidence: r.confidence,
                start: r.bytes[0],
                text: r.text.into_owned(),
                evidence: r.evidence.into_iter().map(|e| e.into_owned()).collect(),
            }),
            Event::Doc(doc) => {
                let removed = std::mem::take(&mut waiting);
                let file =
                    if doc.doc.starts_with('/') || folder.is_empty() { (*doc.doc).into() } else { Path::new(&folder).join(&*doc.doc) };
                // What a record was would have to be looked for in its file.
                let original = if doc.record.is_none() { original(&file, &doc.before, &doc.after, &removed) } else { None };
                let mut found = Vec::with_capacity(removed.len());
                for r in &removed {
                    let rule = match known.get(r.rule.as_str()) {
                        Some(rule) => Arc::clone(rule),
                        None => Arc::clone(unknown.entry(r.rule.clone()).or_insert_with(|| gone(&r.rule, r.confidence))),
                    };
                    found.push(Found {
                        rule,
                        language: r.lang.clone(),
                        confidence: r.confidence,
                        evidence: r.evidence.clone(),
                        bytes: r.start..r.start + r.text.len(),
                    });
                }
                let name = file.display().to_string();
                match original {
                    Some(text) => all.add_found(&name, doc.record, site(&doc.doc), &text, &found),
                    None => {
                        for (mut one, r) in found.into_iter().zip(&removed) {
                            one.bytes = 0..r.text.len();
                            all.add_found(&name, doc.record, site(&doc.doc), &r.text, &[one]);
                        }
                    }
                }
            }
            Event::Records(_) | Event::File(_) | Event::End(_) => {}
        }
    }
    Ok(all)
}

/// The text that a document had before the run.
fn original(file: &Path, before: &State, after: &State, removed: &[Removed]) -> Option<String> {
    let bytes = std::fs::read(file).ok()?;
    let state = State::of(&bytes);
    let text = Document::from_bytes(bytes, Choice::default()).ok()?.text;
    let text = match state {
        state if state == *before => text,
        state if state == *after => weave(&text, removed.iter().map(|r| (r.start, r.text.as_str())))?,
        _ => return None,
    };
    removed.iter().all(|r| text.get(r.start..r.start + r.text.len()) == Some(&r.text)).then_some(text)
}

/// A rule that no pack has any more.
fn gone(id: &str, confidence: dehusk::Confidence) -> Arc<RuleInfo> {
    Arc::new(RuleInfo::unknown(id, confidence))
}
