//! Decisions on the pages of `fixtures/`: what was decided happens, nothing else does, and it happens again.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use proptest::prelude::*;

use super::*;
use crate::plan::visible;
use crate::text::Span;
use crate::{Cleaned, Cleaner, Confidence, Flag, weave};

fn pages() -> &'static [(String, String)] {
    static PAGES: OnceLock<Vec<(String, String)>> = OnceLock::new();
    PAGES.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scraped");
        let mut pages: Vec<(String, String)> = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|file| {
                let path = file.unwrap().path();
                Some((path.file_name()?.to_str()?.to_owned(), std::fs::read_to_string(&path).ok()?))
            })
            .collect();
        pages.sort();
        pages
    })
}

fn plain(level: Confidence) -> &'static Arc<Cleaner> {
    static CLEANERS: OnceLock<[Arc<Cleaner>; 2]> = OnceLock::new();
    let build = |level| Arc::new(Cleaner::builder().min_confidence(level).build().unwrap());
    let [medium, low] = CLEANERS.get_or_init(|| [build(Confidence::Medium), build(Confidence::Low)]);
    if level == Confidence::Low { low } else { medium }
}

/// What [`crate::CleanerBuilder::decisions`] builds, without compiling the packs each time.
struct Deciding(Decided);

impl Deciding {
    fn clean<'t>(&self, text: &'t str) -> Cleaned<'t> {
        self.0.clean(plain(Confidence::Medium), text)
    }
}

fn deciding(decisions: Decisions) -> Deciding {
    let levels = decisions.levels();
    let others = levels.into_iter().filter(|level| *level != Confidence::Medium).map(|level| Arc::clone(plain(level))).collect();
    Deciding(Decided { decisions: Arc::new(decisions), others })
}

#[test]
fn a_cleaner_is_built_with_decisions() {
    let (name, text) = &pages()[1];
    let mut decisions = Decisions::default();
    for group in groups(plain(Confidence::Low), name, text) {
        let decision = if group.confidence == Confidence::Low { Decision::Remove } else { Decision::Keep };
        decisions.add(record(&group, Scope::Text, decision, Confidence::Low));
    }
    let built = Cleaner::builder().decisions(decisions.clone()).build().unwrap();
    assert_eq!(built.clean(text), deciding(decisions).clean(text));
}

fn groups(cleaner: &Cleaner, name: &str, text: &str) -> Vec<Group> {
    let mut groups = Groups::default();
    groups.add(name, None, "", &cleaner.clean(text));
    groups.sorted()
}

fn record(group: &Group, scope: Scope, decision: Decision, level: Confidence) -> Record {
    let key = match scope {
        Scope::Rule => rule_key(&group.rule.id),
        Scope::Text => group.key.clone(),
        Scope::Place => group.examples[0].key.clone(),
    };
    Record {
        key,
        scope,
        rule: group.rule.id.clone(),
        decision,
        text: group.text().to_owned(),
        seen: group.cuts,
        at: today(),
        confidence: Some(group.confidence),
        level: Some(level),
        edit: None,
        place: String::new(),
        note: String::new(),
    }
}

/// The bytes of letters that go.
fn letters(cleaned: &Cleaned<'_>) -> BTreeSet<usize> {
    let text = cleaned.original();
    let spans = cleaned.removals().iter().map(|r| r.span());
    spans.flat_map(|s| s.range().filter(|&at| text.as_bytes()[at] > b' ')).collect()
}

fn sound(cleaned: &Cleaned<'_>) {
    let text = cleaned.original();
    let removed = cleaned.removals().iter().map(|r| (r.span().start(), r.span().of(text)));
    assert_eq!(weave(cleaned.text(), removed).as_deref(), Some(text));
    assert!(cleaned.removals().windows(2).all(|p| p[0].span().end() <= p[1].span().start()));
    assert!(cleaned.removals().iter().all(|r| !r.span().is_empty()));
}

#[test]
fn without_decisions_nothing_changes() {
    let cleaner = deciding(Decisions::default());
    for (name, text) in pages() {
        assert_eq!(cleaner.clean(text), plain(Confidence::Medium).clean(text), "{name}");
    }
}

#[test]
fn what_is_undecided_may_stay() {
    let cleaner = deciding(Decisions::default().only(true));
    for (name, text) in pages() {
        assert_eq!(cleaner.clean(text).text(), text, "{name}");
    }
}

#[test]
fn every_group_can_be_refused() {
    let mut widened = 0;
    for (name, text) in pages() {
        let base = letters(&plain(Confidence::Medium).clean(text));
        for group in groups(plain(Confidence::Medium), name, text) {
            for scope in [Scope::Text, Scope::Rule] {
                let mut decisions = Decisions::default();
                decisions.add(record(&group, scope, Decision::Keep, Confidence::Medium));
                let cleaner = deciding(decisions);
                let cleaned = cleaner.clean(text);
                sound(&cleaned);
                for example in &group.examples {
                    let [start, end] = example.bytes;
                    let span = Span::covering(text, start, end);
                    assert!(cleaned.removals().iter().all(|r| !visible(text, r.span()).overlaps(span)), "{name}: {}", example.text);
                }
                assert!(letters(&cleaned).is_subset(&base), "{name}: {} brings new cuts", group.normal);
                // No is no for good, also when the result is cleaned again.
                assert_eq!(cleaner.clean(cleaned.text()).text(), cleaned.text(), "{name}: {scope:?} {}", group.normal);
                widened += usize::from(cleaned.flags().contains(&Flag::Unsettled));
            }
        }
    }
    assert!(widened > 0, "no page tries what stays beside a kept text");
}

#[test]
fn a_low_find_goes_when_accepted() {
    let mut seen = 0;
    for (name, text) in pages() {
        for group in groups(plain(Confidence::Low), name, text).iter().filter(|g| g.confidence == Confidence::Low) {
            let mut decisions = Decisions::default();
            decisions.add(record(group, Scope::Text, Decision::Remove, Confidence::Low));
            let cleaned = deciding(decisions).clean(text);
            sound(&cleaned);
            let [start, end] = group.examples[0].bytes;
            let gone = letters(&cleaned);
            assert!((start..end).filter(|&at| text.as_bytes()[at] > b' ').all(|at| gone.contains(&at)), "{name}: {}", group.normal);
            seen += 1;
        }
    }
    assert!(seen > 3, "the fixtures hold low finds");
}

#[test]
fn a_place_is_not_every_place() {
    let text = "The mill was sold in spring and reopened in the autumn.\n\nShare this:\nClick to share on X (Opens in new window)\n\n\
                The miller bakes on Fridays, and people come from far.\n\nShare this:\nClick to share on X (Opens in new window)\n";
    let groups = groups(plain(Confidence::Medium), "mill.txt", text);
    let group = groups.iter().find(|g| g.normal.starts_with("click to share")).unwrap();
    assert_eq!((group.cuts, group.documents, group.examples.len()), (2, 1, 2));
    let mut decisions = Decisions::default();
    decisions.add(record(group, Scope::Place, Decision::Keep, Confidence::Medium));
    let cleaned = deciding(decisions.clone()).clean(text);
    assert_eq!(cleaned.text().matches("Click to share").count(), 1);
    assert!(cleaned.text().find("Click to share") < cleaned.text().find("The miller"));
    assert_eq!(deciding(decisions).clean(cleaned.text()).text(), cleaned.text());
}

#[test]
fn the_ends_of_a_cut_can_be_moved() {
    let head = "The mill was sold in spring and reopened in the autumn.\n";
    let text = format!("{head}\nYour email address will not be published. Required fields are marked *\nAda Miller\n");
    let group = groups(plain(Confidence::Medium), "mill.txt", &text).remove(0);
    assert_eq!(group.cuts, 1);
    let edited = |cut: &str| {
        let mut record = record(&group, Scope::Text, Decision::Remove, Confidence::Medium);
        record.edit = Some(Edit { cut: cut.to_owned() });
        let mut decisions = Decisions::default();
        decisions.add(record);
        let cleaner = deciding(decisions);
        let cleaned = cleaner.clean(&text);
        sound(&cleaned);
        cleaned.text().to_owned()
    };
    assert_eq!(edited("Your email address will not be published. Required fields are marked *\nAda Miller"), head);
    assert_eq!(edited("Required fields are marked *"), format!("{head}\nYour email address will not be published.\nAda Miller\n"));
    assert_eq!(edited("words of another page"), text);
}

#[test]
fn the_file_outlives_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dehusk.decisions.jsonl");
    let group = &groups(plain(Confidence::Medium), &pages()[0].0, &pages()[0].1)[0];
    let keep = record(group, Scope::Text, Decision::Keep, Confidence::Medium);
    let mut book = Book::open(&path).unwrap();
    book.add(&keep).unwrap();
    std::fs::write(&path, [std::fs::read(&path).unwrap(), b"{\"key\":\"b3:torn".to_vec()].concat()).unwrap();
    assert_eq!(Decisions::read(&path).unwrap().len(), 1);
    let mut book = Book::open(&path).unwrap();
    book.add(&keep.taken_back()).unwrap();
    let read = Decisions::read(&path).unwrap();
    assert_eq!(read.get(&keep.key).map(|r| r.decision), Some(Decision::Later));
    std::fs::write(&path, "nonsense\n").unwrap();
    assert!(Decisions::read(&path).unwrap_err().to_string().starts_with("line 1: not a decision"));
    assert_eq!(Decisions::read(&folder.path().join("none")).unwrap(), Decisions::default());
}

#[test]
fn days_are_counted_right() {
    let today = today();
    assert!(today.len() == 10 && today.as_str() > "2025-01-01" && today.as_str() < "2200-01-01", "{today}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any decisions: exactly what was decided goes (or less, and the page is flagged), the file replays to the same plan, and
    /// the result stays as it is.
    #[test]
    fn decisions_replay(page in 0..1000usize, low in any::<bool>(), picks in prop::collection::vec((0..1000usize, 0..4u8, 0..3u8), 0..12)) {
        let (name, text) = &pages()[page % pages().len()];
        let level = if low { Confidence::Low } else { Confidence::Medium };
        let found = groups(plain(level), name, text);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let mut book = Book::open(&path).unwrap();
        let mut direct = Decisions::default();
        for (group, decision, scope) in picks {
            let Some(group) = found.get(group % found.len().max(1)) else { continue };
            let decision = [Decision::Keep, Decision::Remove, Decision::Keep, Decision::Later][usize::from(decision)];
            let scope = [Scope::Text, Scope::Place, Scope::Rule][usize::from(scope)];
            let record = record(group, scope, decision, level);
            book.add(&record).unwrap();
            direct.add(record);
        }
        let replayed = Decisions::read(&path).unwrap();
        prop_assert_eq!(&replayed, &direct);
        let cleaner = deciding(replayed);
        let cleaned = cleaner.clean(text);
        sound(&cleaned);
        prop_assert_eq!(&cleaned, &deciding(direct.clone()).clean(text));
        let again = cleaner.clean(cleaned.text());
        prop_assert_eq!(again.text(), cleaned.text(), "{} is not settled", name);
        if !low {
            // What goes is what went before, but for what is kept.
            let base = plain(level).clean(text);
            let mut groups = Groups::default();
            groups.add(name, None, "", &base);
            let mut kept: Vec<[usize; 2]> = Vec::new();
            for group in groups.sorted() {
                for example in &group.examples {
                    let held = [&example.key, &group.key, &rule_key(&group.rule.id)];
                    let held = held.into_iter().find_map(|k| direct.get(k).filter(|r| r.decision != Decision::Later));
                    if held.is_some_and(|r| r.decision == Decision::Keep) {
                        kept.push(example.bytes);
                    }
                }
            }
            let mut wanted = letters(&base);
            wanted.retain(|at| !kept.iter().any(|[start, end]| (*start..*end).contains(at)));
            if cleaned.flags().contains(&Flag::Unsettled) {
                prop_assert!(letters(&cleaned).is_subset(&wanted), "{}", name);
            } else {
                prop_assert_eq!(letters(&cleaned), wanted, "{}", name);
            }
        }
    }
}
