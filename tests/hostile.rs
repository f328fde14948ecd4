//! Large documents made to be slow: they must come through, and keep the guarantees. That the work grows no faster
//! than the text is measured by `cargo bench --bench linear`, not here: tests do not look at the clock.

mod support;

use dehusk::Cleaner;
use support::guarantees::check;
use support::hostile::MAKERS;

#[test]
fn small_hostile_documents_keep_the_guarantees() {
    let cleaner = Cleaner::builtin();
    let mut wrong = Vec::new();
    for (name, make) in MAKERS {
        for size in [1, 100, 4_000, 20_000] {
            if let Err(why) = check(&cleaner, &make(size)) {
                wrong.push(format!("{name}, {size} bytes: {why}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} broken guarantees:\n{}", wrong.len(), wrong.join("\n"));
}

/// Those that a page might really be, at a size that only linear work gets through.
const LARGE: &[&str] = &[
    "tiny lines",
    "only newlines",
    "only blanks",
    "one word",
    "one wide word",
    "digits",
    "numbered",
    "open brackets",
    "open parentheses",
    "link middles",
    "hashes",
    "bidi",
    "combining",
    "ellipses",
    "related, then blank lines",
    "reply form, then blanks",
];

#[test]
fn large_hostile_documents_come_through() {
    let cleaner = Cleaner::builtin();
    for (name, make) in MAKERS {
        let text = make(if LARGE.contains(name) { 5_000_000 } else { 100_000 });
        let cleaned = cleaner.clean(&text);
        assert_eq!(cleaned.text().len() + cleaned.removed_bytes(), text.len(), "{name}");
    }
}
