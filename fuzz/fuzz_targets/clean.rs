//! Any text keeps the guarantees, at every level.
#![no_main]

#[path = "../../tests/support/guarantees.rs"]
mod guarantees;

use std::sync::LazyLock;

use dehusk::{Cleaner, Confidence};
use libfuzzer_sys::fuzz_target;

static LEVELS: LazyLock<[Cleaner; 2]> = LazyLock::new(|| {
    [Confidence::Low, Confidence::High].map(|level| Cleaner::builder().preview(true).min_confidence(level).build().expect("the built-in packs compile"))
});

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for cleaner in LEVELS.iter() {
        if let Err(why) = guarantees::check(cleaner, &text) {
            panic!("at level {}: {why}\n{text:?}", cleaner.min_confidence());
        }
    }
});
