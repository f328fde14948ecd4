//! The state machine of a review, fed with keys; what it shows, on screens of several sizes.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use proptest::prelude::*;

use super::*;
use crate::decide::{Decision, Decisions, Group, Groups, Scope};
use crate::log::{Removed, replay};
use crate::{Confidence, RuleInfo};

/// Some groups: texts, rules and sites of several kinds.
fn found() -> &'static Arc<[Group]> {
    static GROUPS: OnceLock<Arc<[Group]>> = OnceLock::new();
    GROUPS.get_or_init(|| {
        let rule = |id: &str, sure: Confidence| {
            Arc::new(RuleInfo {
                summary: format!("What {id} takes"),
                risk: (sure != Confidence::High).then(|| "a sentence that is truly about it".to_owned()),
                ..RuleInfo::unknown(id, sure)
            })
        };
        let share = rule("share/row", Confidence::High);
        let sign_up = rule("newsletter/sign-up", Confidence::Medium);
        let related = rule("related/list", Confidence::Low);
        let mut all = Groups::default();
        for n in 0..7 {
            let (head, middle, tail) =
                ("The mill was sold.\n\n", "\n\nNobody knows what the new owner wants.\n\n", "\n分享到微博 \u{202e}x\n");
            let (first, second) = (format!("Share this: page {n}"), ["Sign up for our letter", "Get our news by mail each day"][n % 2]);
            let third = format!("Also read: {}", ["soup", "bread", "salt", "oil"][n % 4]);
            let text = format!("{head}{first}{middle}{second}\n{third}{tail}");
            let cut = |part: &str, rule: &Arc<RuleInfo>| {
                let at = text.find(part).unwrap();
                Removed {
                    doc: "".into(),
                    record: None,
                    field: None,
                    rule: rule.id.clone().into(),
                    lang: "en".into(),
                    rev: "".into(),
                    confidence: rule.confidence,
                    bytes: [at, at + part.len()],
                    chars: [0, 0],
                    line: 1,
                    text: part.to_owned().into(),
                    raw: None,
                    evidence: vec![format!("near: {part}").into()],
                }
            };
            let removed = [cut(&first, &share), cut(second, &sign_up), cut(&third, &related)];
            let rules = [&share, &sign_up, &related].map(|rule| (rule.id.clone(), Arc::clone(rule))).into();
            let cleaned = replay(&text, &removed, &rules).unwrap();
            all.add(&format!("crawl/site{}/page{n}.txt", n % 3), None, ["a.example", "b.example"][n % 2], &cleaned);
        }
        all.sorted().into()
    })
}

fn state() -> State {
    State::new(Arc::clone(found()), &Decisions::default(), Setup { level: Some(Confidence::Low), sample: None })
}

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    keys.chars().flat_map(|c| state.apply(Event::Key(if c == '\n' { Key::Enter } else { Key::Char(c) }))).collect()
}

/// What the effects wrote.
fn written(effects: &[Effect]) -> Decisions {
    let mut decisions = Decisions::default();
    for effect in effects {
        if let Effect::Save(records) = effect {
            records.iter().for_each(|r| decisions.add(r.clone()));
        }
    }
    decisions
}

#[test]
fn the_riskiest_come_first() {
    let sure: Vec<Confidence> = found().iter().map(|g| g.confidence).collect();
    assert!(sure.is_sorted(), "{sure:?}");
    assert_eq!(found().last().map(|g| (g.cuts, g.sites.len())), Some((7, 2)), "numbers do not tell texts apart");
}

#[test]
fn decisions_are_saved_and_gone_on_from() {
    let mut review = state();
    let effects = press(&mut review, "nyY");
    let decisions = written(&effects);
    assert_eq!(decisions.len(), 3);
    let again = State::new(Arc::clone(found()), &decisions, Setup::default());
    assert_eq!(again.counts(), review.counts());
    assert_eq!(again.group(), review.group(), "goes on at the first that is open");
    let rule = decisions.records().into_iter().find(|r| r.scope == Scope::Rule).unwrap();
    assert_eq!((rule.decision, rule.rule.as_str(), rule.seen), (Decision::Remove, "related/list", 7));
}

#[test]
fn one_place_is_decided_alone() {
    let mut review = state();
    let first = review.group().unwrap().clone();
    let effects = press(&mut review, "pn");
    let Some(Effect::Save(records)) = effects.first() else { panic!("{effects:?}") };
    assert_eq!((records[0].scope, records[0].key.as_str()), (Scope::Place, first.examples[0].key.as_str()));
    assert_eq!(review.counts().kept, 0, "the text is open still");
}

#[test]
fn ends_are_moved_and_stored() {
    let mut review = state();
    press(&mut review, "G");
    let effects = press(&mut review, "eh\n");
    let decisions = written(&effects);
    let cut = decisions.records()[0].edit.as_ref().unwrap().cut.clone();
    assert_eq!(cut, "Share this: page");
    let effects = press(&mut review, "x");
    let [Effect::Example(wish)] = &effects[..] else { panic!("{effects:?}") };
    assert!(!wish.keep && wish.text.contains("[-Share this: page-] 0"), "{wish:?}");
    press(&mut review, "u");
    assert_eq!(review.counts().removed, 0);
}

#[test]
fn a_sample_ends_with_an_estimate() {
    let cuts: Vec<u64> = found().iter().map(|g| g.cuts).collect();
    let setup = Setup { level: None, sample: Some(draw(&cuts, 10, 7)) };
    let mut review = State::new(Arc::clone(found()), &Decisions::default(), setup);
    press(&mut review, "Yn");
    while review.counts().open > 0 {
        press(&mut review, "y");
    }
    let estimate = review.estimate().unwrap();
    assert_eq!(estimate.judged, 10);
    assert!(estimate.right < 10 && screen(&review, 80, 24, true).plain().contains("all judged: precision"));
}

#[test]
fn groups_are_filtered_and_searched() {
    let mut review = state();
    press(&mut review, "fshare\n");
    assert_eq!(review.group().map(|g| g.rule.id.as_str()), Some("share/row"));
    review.apply(Event::Key(Key::Esc));
    press(&mut review, "/SALT\n");
    assert!(review.group().unwrap().normal.contains("salt"));
    press(&mut review, "fnothing\n");
    assert!(review.group().is_none() && press(&mut review, "ynsexodp[]").is_empty());
    assert!(screen(&review, 80, 24, true).plain().contains("no group is like that"));
}

#[test]
fn screens_are_as_large_as_asked() {
    for (columns, lines) in [(80, 24), (60, 16), (120, 40), (30, 8), (1, 1), (200, 60)] {
        let mut review = state();
        for keys in ["", "e", "\n", "?", "q"] {
            press(&mut review, keys);
            let screen = screen(&review, columns, lines, false);
            assert!(screen.rows.len() <= lines.max(8), "{columns}x{lines} {keys}");
            for row in &screen.rows {
                let width: usize = row.iter().map(|(text, _)| crate::diff::columns_of(text)).sum();
                assert!(width <= columns.max(30), "{columns}x{lines} {keys}: {row:?}");
                assert!(row.iter().all(|(text, _)| !text.chars().any(|c| c.is_control() || c == '\u{202e}')), "{row:?}");
            }
        }
    }
}

#[test]
fn what_is_seen() {
    let mut review = state();
    insta::assert_snapshot!("group_80", screen(&review, 80, 24, true).plain());
    insta::assert_snapshot!("group_60", screen(&review, 60, 14, true).plain());
    press(&mut review, "yn");
    press(&mut review, "KKe");
    insta::assert_snapshot!("ends_80", screen(&review, 80, 24, true).plain());
    press(&mut review, "q?");
    insta::assert_snapshot!("keys_80", screen(&review, 80, 24, true).plain());
}

fn key() -> impl Strategy<Value = Key> {
    let keys: Vec<Key> = "ynsYNSAtpeJKjkgGux[]/fdi?hl wq1@"
        .chars()
        .map(Key::Char)
        .chain([Key::Enter, Key::Esc, Key::Tab, Key::Backspace, Key::Up, Key::Down, Key::Left, Key::Right, Key::PageDown, Key::PageUp])
        .collect();
    prop::sample::select(keys)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever was pressed: undone to the start, the review is as it was; what was written down is what is shown.
    #[test]
    fn any_keys_can_be_undone(keys in prop::collection::vec(key(), 0..80), sample in any::<bool>()) {
        let setup = Setup { level: None, sample: sample.then(|| vec![(0, 2), (3, 1)]) };
        let first = State::new(Arc::clone(found()), &Decisions::default(), setup.clone());
        let mut review = first.clone();
        let mut effects = Vec::new();
        let mut pressed = 0;
        for key in keys {
            if !review.over() {
                pressed += 1;
                for effect in review.apply(Event::Key(key)) {
                    if let Effect::Load(_) = effect {
                        review.apply(Event::Document(Ok(("one\ntwo\n".to_owned(), vec![Range { start: 0, end: 3 }]))));
                    }
                    effects.push(effect);
                }
            }
            screen(&review, 80, 24, false);
        }
        let replayed = State::new(Arc::clone(found()), &written(&effects), setup);
        prop_assert_eq!(replayed.counts().removed, review.counts().removed);
        prop_assert_eq!(replayed.counts().kept, review.counts().kept);
        prop_assert_eq!(replayed.estimate(), review.estimate());
        if !review.over() {
            for key in [Key::Esc, Key::Esc].into_iter().chain(std::iter::repeat_n(Key::Char('u'), pressed + 1)) {
                effects.extend(review.apply(Event::Key(key)));
            }
            prop_assert_eq!(&review, &first);
            prop_assert!(written(&effects).records().iter().all(|r| r.decision == Decision::Later));
        }
    }
}
