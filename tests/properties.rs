//! The guarantees of the README, over generated documents and over every fixture.
//!
//! The documents are the same on every run; `PROPTEST_RNG_SEED=…` makes others and `PROPTEST_CASES=…` more of them.

mod support;

use std::sync::LazyLock;

use dehusk::{Cleaned, Cleaner, Confidence, Packs};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use support::document::{documents, soup};
use support::fixtures::fixture_texts;
use support::guarantees::check;

fn cleaner(level: Confidence) -> Cleaner {
    Cleaner::builder().packs(Packs::builtin()).preview(true).min_confidence(level).build().expect("the built-in packs compile")
}

static DEFAULT: LazyLock<Cleaner> = LazyLock::new(Cleaner::builtin);
static LEVELS: LazyLock<[Cleaner; 3]> = LazyLock::new(|| [Confidence::Low, Confidence::Medium, Confidence::High].map(cleaner));

const KEPT: [&str; 4] = ["reply", "share", "2024", "Шлюз"];
static KEEPING: LazyLock<[Cleaner; 4]> =
    LazyLock::new(|| KEPT.map(|phrase| Cleaner::builder().keep([phrase]).build().expect("the built-in packs compile")));

fn config() -> ProptestConfig {
    // A seed would make other documents once the packs change: what was found becomes a fixture or a test of its own.
    let fresh = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_RNG_SEED").is_some() { fresh } else { ProptestConfig { rng_seed: RngSeed::Fixed(1), ..fresh } }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn documents_keep_the_guarantees(text in documents()) {
        for cleaner in LEVELS.iter() {
            if let Err(why) = check(cleaner, &text) {
                prop_assert!(false, "at level {}: {why}", cleaner.min_confidence());
            }
        }
    }

    #[test]
    fn signs_in_any_order_keep_the_guarantees(text in soup()) {
        for cleaner in LEVELS.iter() {
            if let Err(why) = check(cleaner, &text) {
                prop_assert!(false, "at level {}: {why}", cleaner.min_confidence());
            }
        }
    }

    #[test]
    fn kept_phrases_stay(text in documents(), n in 0..KEPT.len()) {
        let (phrase, keeping) = (KEPT[n], &KEEPING[n]);
        prop_assert_eq!(check(keeping, &text), Ok(()));
        let cleaned = keeping.clean(&text);
        for removal in cleaned.removals() {
            prop_assert!(!removal.span().of(&text).contains(phrase), "{} took {:?}", removal.rule().id, removal.span().of(&text));
        }
    }

    #[test]
    fn neighbours_change_nothing(text in documents(), others in prop::collection::vec(documents(), 1..4)) {
        let alone = DEFAULT.clean(&text);
        for other in &others {
            DEFAULT.clean(other);
        }
        prop_assert_eq!(DEFAULT.clean(&text), alone);
    }
}

/// Every fixture as it is, and in the other layouts that extractors leave.
fn pages() -> Vec<(String, String)> {
    type Layout = (&'static str, fn(&str) -> String);
    let layouts: [Layout; 6] = [
        ("as it is", str::to_owned),
        ("crlf", |t| t.replace("\r\n", "\n").replace('\n', "\r\n")),
        ("one line", |t| t.split_whitespace().collect::<Vec<_>>().join(" ")),
        ("glued", |t| t.lines().map(str::trim).collect()),
        ("blank lines between", |t| t.lines().collect::<Vec<_>>().join("\n\n")),
        ("no-break blanks", |t| t.replace(' ', "\u{a0}")),
    ];
    let mut pages = Vec::new();
    for folder in ["scraped", "untouched", "messy", "expected"] {
        for (name, text) in fixture_texts(folder) {
            for (layout, make) in &layouts {
                pages.push((format!("{folder}/{name} ({layout})"), make(&text)));
            }
        }
    }
    pages
}

#[test]
fn fixtures_keep_the_guarantees() {
    let mut wrong = Vec::new();
    for (name, text) in pages() {
        for cleaner in LEVELS.iter() {
            if let Err(why) = check(cleaner, &text) {
                wrong.push(format!("{name} at level {}: {why}", cleaner.min_confidence()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} broken guarantees:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn two_cleaners_and_many_threads_agree() {
    let pages = pages();
    let alone: Vec<Cleaned<'_>> = pages.iter().map(|(_, text)| DEFAULT.clean(text)).collect();
    let other = Cleaner::builtin();
    // Each thread begins at another page, so that all of them meet the lazy parts of the cleaner at once.
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (pages, alone, other) = (&pages, &alone, &other);
            scope.spawn(move || {
                for n in 0..pages.len() {
                    let n = (n + thread * pages.len() / 4) % pages.len();
                    let (name, text) = &pages[n];
                    assert_eq!(other.clean(text), alone[n], "{name}");
                }
            });
        }
    });
}

#[test]
fn the_order_of_pages_changes_nothing() {
    let pages = pages();
    let forward: Vec<Cleaned<'_>> = pages.iter().map(|(_, text)| DEFAULT.clean(text)).collect();
    for (n, (name, text)) in pages.iter().enumerate().rev() {
        assert_eq!(DEFAULT.clean(text), forward[n], "{name}");
    }
}
