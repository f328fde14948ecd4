//! Texts in JSON are found where a parser finds them, and cutting one leaves a record that differs in that text alone.
#![no_main]

use dehusk::splice::{Pointer, json};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: (&[u8], Vec<(u16, u8)>)| {
    let (record, cuts) = input;
    let names = ["text", "/a/text", "/a/0", "/0/text", "", "/a~1b"];
    let pointers: Vec<Pointer> = names.iter().filter_map(|name| name.parse().ok()).collect();
    let _ = json::keys(record);
    let _ = json::read(record);
    let Ok(found) = json::locate(record, &pointers) else { return };
    // Strings that are no text (half a surrogate pair, bad UTF-8) may stand anywhere; the parser refuses the whole record.
    let Ok(parsed) = serde_json::from_slice::<Value>(record) else { return };
    for (name, found) in names.iter().zip(found) {
        let pointer = if name.is_empty() || name.starts_with('/') { (*name).to_owned() } else { format!("/{name}") };
        let value = parsed.pointer(&pointer);
        let json::Found::Text(range) = found else {
            assert!(!value.is_some_and(Value::is_string), "{name} was not found");
            continue;
        };
        let raw = &record[range.clone()];
        let spelled = json::read(raw).expect("the parser could read it");
        let text = spelled.text.as_ref();
        assert_eq!(value.and_then(Value::as_str), Some(text));
        let (mut spans, mut kept, mut end) = (Vec::new(), String::new(), 0);
        for (gap, length) in &cuts {
            let start = text.floor_char_boundary(end + usize::from(*gap));
            let stop = text.floor_char_boundary(start.max(end) + usize::from(*length));
            if start >= end && stop > start {
                kept.push_str(&text[end..start]);
                spans.push((start, stop));
                end = stop;
            }
        }
        kept.push_str(&text[end..]);
        let cut = spelled.spelling.without(raw, spans.iter().copied());
        let after = json::read(&cut).expect("what is left is still a string");
        assert_eq!(after.text, kept);
        let new = [&record[..range.start], &cut, &record[range.end..]].concat();
        let parsed = serde_json::from_slice::<Value>(&new).expect("what is left is still a record");
        assert_eq!(parsed.pointer(&pointer).and_then(Value::as_str), Some(kept.as_str()));
        // And back, each part in the spelling it had.
        let removed: Vec<(usize, usize, &[u8])> =
            spans.iter().map(|(start, stop)| (*start, stop - start, &raw[spelled.spelling.raw(*start)..spelled.spelling.raw(*stop)])).collect();
        assert_eq!(after.spelling.with(&after.text, &cut, removed).as_deref(), Some(raw));
    }
});
