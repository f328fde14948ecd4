//! A cleaning that was logged, as if it had just been done.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::Removed;
use crate::apply::{Removal, cut};
use crate::{Cleaned, RuleInfo, Span};

/// The cleaned text that a log tells of: `original` and its removals, whose rules are looked up by id. `None` where they do
/// not belong together.
///
/// ```
/// use dehusk::{Cleaner, log};
/// let page = "Bread is done.\n\nClick to share on X (Opens in new window)\n";
/// let cleaner = Cleaner::builtin();
/// let cleaned = cleaner.clean(page);
/// let logged: Vec<_> = log::removals("page.txt", &cleaned).collect();
/// let rules = cleaner.rules().iter().map(|rule| (rule.id.clone(), rule.clone())).collect();
/// assert_eq!(log::replay(page, &logged, &rules).as_ref(), Some(&cleaned));
/// assert_eq!(log::replay("Another text.", &logged, &rules), None);
/// ```
pub fn replay<'t>(original: &'t str, removed: &[Removed<'_>], rules: &HashMap<String, Arc<RuleInfo>>) -> Option<Cleaned<'t>> {
    let mut end = 0;
    let mut removals = Vec::with_capacity(removed.len());
    for one in removed {
        let [from, to] = one.bytes;
        if from < end || original.get(from..to)? != one.text {
            return None;
        }
        end = to;
        removals.push(Removal {
            span: Span::new(original, from, to)?,
            rule: Arc::clone(rules.get(one.rule.as_ref())?),
            language: one.lang.as_ref().into(),
            confidence: one.confidence,
            evidence: one.evidence.iter().map(|e| e.to_string()).collect(),
        });
    }
    let text = match removals.is_empty() {
        true => Cow::Borrowed(original),
        false => Cow::Owned(cut(original, removals.iter().map(|r| r.span))),
    };
    Some(Cleaned { original, text, removals, flags: Vec::new() })
}
