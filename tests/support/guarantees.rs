//! The guarantees of the README that concern one text, as one check.

use dehusk::{Cleaned, Cleaner, Span, weave};

/// Checks that a text is only cut, that each cut is explained and can be put back, and that the result is a fixed point.
///
/// # Errors
/// Which guarantee does not hold, and where.
pub fn check(cleaner: &Cleaner, text: &str) -> Result<(), String> {
    let cleaned = cleaner.clean(text);
    only_deletes(text, &cleaned)?;
    explained(cleaner, &cleaned)?;
    if cleaner.clean(text) != cleaned {
        return Err("the second cleaning of the same text differs".to_owned());
    }
    let (told, refusals) = cleaner.explain(text);
    if told != cleaned {
        return Err("`explain` cleans otherwise than `clean`".to_owned());
    }
    if let Some(refusal) = refusals.iter().find(|r| Span::new(text, r.span.start(), r.span.end()).is_none()) {
        return Err(format!("{refusal:?} names no range of the text"));
    }
    let again = cleaner.clean(cleaned.text());
    if again.changed() {
        let first = &again.removals()[0];
        return Err(format!("not idempotent: then {} takes {:?}", first.rule().id, first.span().of(cleaned.text())));
    }
    Ok(())
}

fn only_deletes(text: &str, cleaned: &Cleaned<'_>) -> Result<(), String> {
    if cleaned.original() != text {
        return Err("the original is not the input".to_owned());
    }
    let mut kept = String::new();
    let mut end = 0;
    for removal in cleaned.removals() {
        let span = removal.span();
        let id = &removal.rule().id;
        if Span::new(text, span.start(), span.end()) != Some(span) {
            return Err(format!("{id}: {span:?} is no range of the text or splits a character"));
        }
        if span.is_empty() {
            return Err(format!("{id}: an empty removal at {}", span.start()));
        }
        if span.start() < end {
            return Err(format!("{id}: {span:?} begins before the end {end} of the removal before it"));
        }
        kept.push_str(&text[end..span.start()]);
        end = span.end();
    }
    kept.push_str(&text[end..]);
    if kept != cleaned.text() {
        return Err("the cleaned text is not the original without its removals".to_owned());
    }
    if kept.len() + cleaned.removed_bytes() != text.len() || cleaned.changed() == cleaned.removals().is_empty() {
        return Err("the counts do not fit".to_owned());
    }
    let removed = cleaned.removals().iter().map(|r| (r.span().start(), r.span().of(text)));
    if weave(cleaned.text(), removed).as_deref() != Some(text) {
        return Err("weaving the removals back does not give the original".to_owned());
    }
    if text.ends_with('\n') != kept.ends_with('\n') {
        return Err("the final line end did not stay as it was".to_owned());
    }
    Ok(())
}

fn explained(cleaner: &Cleaner, cleaned: &Cleaned<'_>) -> Result<(), String> {
    for removal in cleaned.removals() {
        let rule = removal.rule();
        let what = || format!("{} at {:?}", rule.id, removal.span());
        if !cleaner.rules().iter().any(|r| r.id == rule.id && r.revision == rule.revision) {
            return Err(format!("{}: not a rule of this cleaner", what()));
        }
        if removal.language().is_empty() {
            return Err(format!("{}: no language", what()));
        }
        if removal.confidence() < cleaner.min_confidence() {
            return Err(format!("{}: confidence {} is below the level", what(), removal.confidence()));
        }
        if !removal.evidence().iter().any(|e| !e.trim().is_empty()) {
            return Err(format!("{}: nothing speaks for its removal", what()));
        }
    }
    Ok(())
}
