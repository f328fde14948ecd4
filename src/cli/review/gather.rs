//! Groups of everything that would go, or that has gone: from documents, or from a removal log.

use std::path::Path;

use anyhow::Result;
use dehusk::Cleaner;
use dehusk::decide::{Group, Groups};

use crate::cli::last_run::{self, Sources};
use crate::cli::session::{Loaded, Session, Totals};
use crate::source::{Input, show};

/// The log that a session is to review, where it is one.
pub fn log(session: &Session) -> Option<&Path> {
    match session.inputs.0.as_slice() {
        [Input::File(path)] if last_run::is_log(path) => Some(path),
        _ => None,
    }
}

/// The groups of a session, the riskiest first.
pub fn groups(session: &Session, cleaner: &Cleaner) -> Result<(Vec<Group>, Totals)> {
    let mut all = Groups::default();
    let totals = match log(session) {
        Some(path) => {
            let mut documents = 0;
            last_run::read(
                path,
                cleaner,
                Sources::Read,
                |_| true,
                |told, rules| {
                    documents += 1;
                    let (name, record) = (show(&told.file), told.doc.record);
                    match told.cleaned(rules) {
                        Some(cleaned) => all.add(&name, record, told.site(), &cleaned),
                        // Without the text around them, cuts stand alone.
                        None => all.add_logged(&name, record, told.site(), told.doc.before.bytes, &told.removed, &rules.0),
                    }
                    Ok(())
                },
            )?;
            Totals { documents, ..Totals::default() }
        }
        None => {
            session.watch();
            session.each(
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
            )?
        }
    };
    let mut groups = all.sorted();
    groups.retain(|group| !group.examples.is_empty());
    Ok((groups, totals))
}
