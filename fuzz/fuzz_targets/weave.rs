//! Putting removals back never panics, and undoes any cutting.
#![no_main]

use dehusk::{Span, weave};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, Vec<(u16, &str)>, Vec<(u16, u8)>)| {
    let (text, wild, cuts) = input;
    // What a damaged log may say.
    let wild: Vec<(usize, &str)> = wild.into_iter().map(|(at, text)| (at.into(), text)).collect();
    if let Some(woven) = weave(text, wild.iter().copied()) {
        assert_eq!(woven.len(), text.len() + wild.iter().map(|(_, text)| text.len()).sum::<usize>());
    }
    // What a cleaner says: sorted, disjoint, on character boundaries.
    let mut cleaned = String::new();
    let mut removed = Vec::new();
    let mut end = 0;
    for (gap, len) in cuts {
        let span = Span::covering(text, end + usize::from(gap), end + usize::from(gap) + usize::from(len));
        if span.start() >= end && !span.is_empty() {
            cleaned.push_str(&text[end..span.start()]);
            removed.push((span.start(), span.of(text)));
            end = span.end();
        }
    }
    cleaned.push_str(&text[end..]);
    assert_eq!(weave(&cleaned, removed).as_deref(), Some(text));
});
