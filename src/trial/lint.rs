//! Rules that compile but are not written as they should be.

use std::collections::BTreeSet;

use super::{Kind, Problem, Report};
use crate::pack::{Confidence, Packs, slots_of};

pub(super) fn run(packs: &Packs, own: &dyn Fn(usize) -> bool, report: &mut Report) {
    let known: BTreeSet<&str> = packs.languages.iter().flat_map(|l| l.slots.keys().map(String::as_str)).collect();
    let mut used: BTreeSet<String> = BTreeSet::from(["network".to_owned()]);
    for loaded in &packs.rules {
        let table = &loaded.table;
        let slots = slots_of(table);
        used.extend(slots.iter().cloned());
        if !own(loaded.file) {
            continue;
        }
        let mut say = |detail: String| {
            let source = packs.place(loaded.file, table.id.span());
            report.problems.push(Problem {
                kind: Kind::Lint,
                rule: table.id.get_ref().clone(),
                example: String::new(),
                source,
                detail,
                now: None,
            });
        };
        let family = table.id.get_ref().split('/').next().unwrap_or_default();
        let file = std::path::Path::new(&packs.files[loaded.file].name);
        let stem = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        if loaded.sites.is_empty() && file.parent().is_some_and(|p| p.ends_with("rules")) && family != stem {
            say(format!("the family `{family}` does not stand in {family}.toml"));
        }
        if table.removes.is_empty() || table.keeps.is_empty() {
            say("needs at least one example under `removes` and one under `keeps`".to_owned());
        }
        if table.risk.is_none() && table.confidence != Confidence::High {
            say("needs `risk`: what good text could be lost".to_owned());
        }
        if table.summary.chars().count() > 100 {
            say("the summary is longer than 100 characters".to_owned());
        }
        if table.phrases.is_empty() && table.regex.is_none() && table.pair.is_none() && table.fill.is_none() {
            say("has neither `phrases` nor `regex` nor `pair`".to_owned());
        }
        for slot in slots {
            if !known.contains(slot.as_str()) {
                say(format!("no language fills <{slot}>"));
            }
        }
    }
    for language in packs.languages.iter().filter(|language| own(language.file)) {
        for (slot, phrases) in &language.slots {
            let mut seen = BTreeSet::new();
            let place = |span| packs.place(language.file, span);
            for phrase in phrases {
                if !seen.insert(crate::text::fold_phrase(phrase.get_ref().trim())) {
                    let detail = format!("“{}” stands twice in `{slot}`", phrase.get_ref());
                    report.problems.push(Problem {
                        kind: Kind::Lint,
                        rule: language.table.code.clone(),
                        example: String::new(),
                        source: place(phrase.span()),
                        detail,
                        now: None,
                    });
                }
            }
            if !used.contains(slot) {
                let source = phrases.first().map_or_else(String::new, |p| place(p.span()));
                report.problems.push(Problem {
                    kind: Kind::Lint,
                    rule: language.table.code.clone(),
                    example: String::new(),
                    source,
                    detail: format!("no rule uses the slot `{slot}`"),
                    now: None,
                });
            }
        }
    }
}
