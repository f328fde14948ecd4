//! A pack is a file from anywhere: it is refused with a reason, or its rules keep the guarantees.
#![no_main]

#[path = "../../tests/support/guarantees.rs"]
mod guarantees;

use dehusk::{Cleaner, Confidence, Packs};
use libfuzzer_sys::fuzz_target;

/// A page with something for most rules to find.
const PAGE: &str = "Home\nAbout\n\nMarch 18, 2024 by Ann Miller\n\nThe miller opened the sluice before dawn, and the wheel began to turn.\n\n\
    Share this: Facebook 3 Twitter\nRead more: [The lock](https://example.org/lock)\n\nPrevious post The lock Next post The dyke\n\n\
    Related\n\nThe mill at night\n12 thoughts on “The mill”\n\nLeave a Reply Cancel reply\nYour email address will not be published.\n© 2024 The Mill\n";

fuzz_target!(|text: &str| {
    let packs = match Packs::parse("rules/fuzz.toml", text) {
        Ok(packs) => packs,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    match Cleaner::builder().packs(packs).preview(true).min_confidence(Confidence::Low).build() {
        Ok(cleaner) => {
            for page in [PAGE, text] {
                if let Err(why) = guarantees::check(&cleaner, page) {
                    panic!("{why}\n{text}");
                }
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
