//! JSON: strings are located by pointer in one pass, unescaped, and cut or woven in their own spelling.

mod marks;
mod walk;

use std::ops::Range;

use serde::de::IgnoredAny;

use super::{Joint, Pointer, Spelled, Spelling, Unreadable};

/// What a pointer leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A string: where it stands in the record, without its quotation marks.
    Text(Range<usize>),
    /// `null`: there is no text.
    Null,
    /// A number, a list …: where it stands.
    Other(Range<usize>),
    /// The record has no such key.
    Missing,
}

/// Finds what each of `pointers` leads to. Of keys that are repeated the last one counts, as in most parsers.
///
/// # Errors
/// Where `record` is not one JSON value.
pub fn locate(record: &[u8], pointers: &[Pointer]) -> Result<Vec<Found>, Unreadable> {
    if let Some(found) = walk::locate(record, pointers) {
        return Ok(found);
    }
    // From here on the scanner may trust the syntax.
    serde_json::from_slice::<IgnoredAny>(record).map_err(|e| syntax(record, &e))?;
    Ok(scanned(record, pointers))
}

/// The same for a record that is known to be JSON.
fn scanned(record: &[u8], pointers: &[Pointer]) -> Vec<Found> {
    let mut found = vec![Found::Missing; pointers.len()];
    let wanted: Vec<(usize, &[String])> = pointers.iter().enumerate().map(|(n, pointer)| (n, pointer.tokens())).collect();
    let at = blank(record, 0);
    for (n, _) in wanted.iter().filter(|(_, tokens)| tokens.is_empty()) {
        found[*n] = value(record, at, end_of(record, at));
    }
    scan(record, at, &wanted, &mut found);
    found
}

/// The keys of a record that is an object, as they are spelled; for messages.
pub fn keys(record: &[u8]) -> Vec<String> {
    let mut keys = Vec::new();
    if serde_json::from_slice::<IgnoredAny>(record).is_ok() {
        members(record, blank(record, 0), |key, _, _| keys.push(String::from_utf8_lossy(key).into_owned()));
    }
    keys
}

fn syntax(record: &[u8], error: &serde_json::Error) -> Unreadable {
    // Line and column to a byte: records may be spread over lines.
    let before: usize = record.split_inclusive(|b| *b == b'\n').take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    let text = error.to_string();
    let why = text.rfind(" at line ").map_or(text.as_str(), |at| &text[..at]).to_owned();
    Unreadable::Syntax { at: (before + error.column().saturating_sub(1)).min(record.len()), why }
}

/// Follows pointers into the value at `at`; gives its end.
fn scan(record: &[u8], at: usize, wanted: &[(usize, &[String])], found: &mut [Found]) -> usize {
    let mut visit = |token: &dyn Fn(&str) -> bool, start: usize, end: usize| {
        let mut deeper: Vec<(usize, &[String])> = Vec::new();
        for (n, tokens) in wanted {
            let Some((first, rest)) = tokens.split_first() else { continue };
            if !token(first) {
                continue;
            }
            if rest.is_empty() {
                found[*n] = value(record, start, end);
            } else {
                found[*n] = Found::Missing; // a repeated key hides what was before
                deeper.push((*n, rest));
            }
        }
        if !deeper.is_empty() {
            scan(record, start, &deeper, found);
        }
    };
    match record.get(at) {
        Some(b'{') => members(record, at, |key, start, end| visit(&|token| same_key(key, token), start, end)),
        Some(b'[') => {
            let mut number = 0usize;
            items(record, at, |start, end| {
                let position = number;
                visit(&|token| token.parse() == Ok(position), start, end);
                number += 1;
            })
        }
        _ => end_of(record, at),
    }
}

fn value(record: &[u8], start: usize, end: usize) -> Found {
    match record.get(start) {
        Some(b'"') => Found::Text(start + 1..end.saturating_sub(1).max(start + 1)),
        Some(b'n') => Found::Null,
        _ => Found::Other(start..end),
    }
}

/// Visits the members of the object at `at`: the key as it is spelled, start and end of the value.
fn members(record: &[u8], at: usize, mut visit: impl FnMut(&[u8], usize, usize)) -> usize {
    let mut at = blank(record, at + 1);
    while record.get(at) == Some(&b'"') {
        let key_end = string_end(record, at);
        let key = record.get(at + 1..key_end.saturating_sub(1)).unwrap_or_default();
        let start = blank(record, blank(record, key_end) + 1); // past the colon
        let end = end_of(record, start);
        visit(key, start, end);
        at = blank(record, end);
        if record.get(at) != Some(&b',') {
            break;
        }
        at = blank(record, at + 1);
    }
    at + 1
}

/// Visits the values of the list at `at`.
fn items(record: &[u8], at: usize, mut visit: impl FnMut(usize, usize)) -> usize {
    let mut at = blank(record, at + 1);
    while at < record.len() && record[at] != b']' {
        let end = end_of(record, at);
        visit(at, end);
        at = blank(record, end);
        if record.get(at) != Some(&b',') {
            break;
        }
        at = blank(record, at + 1);
    }
    at + 1
}

fn blank(record: &[u8], mut at: usize) -> usize {
    while matches!(record.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// The end of the string that begins at `at`, behind its closing mark.
fn string_end(record: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(found) = record.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if record[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    record.len()
}

/// The end of the value that begins at `at`.
fn end_of(record: &[u8], at: usize) -> usize {
    match record.get(at) {
        Some(b'"') => string_end(record, at),
        Some(b'{' | b'[') => {
            let (mut at, mut depth) = (at, 0usize);
            while at < record.len() {
                match record[at] {
                    b'"' => {
                        at = string_end(record, at);
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            return at + 1;
                        }
                    }
                    _ => {}
                }
                at += 1;
            }
            record.len()
        }
        _ => {
            let rest = record.get(at..).unwrap_or_default();
            at + rest.iter().position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r')).unwrap_or(rest.len())
        }
    }
}

fn same_key(spelled: &[u8], token: &str) -> bool {
    // What is escaped is longer than what it means.
    if spelled.len() <= token.len() {
        return spelled == token.as_bytes() && !spelled.contains(&b'\\');
    }
    spelled.contains(&b'\\') && read(spelled).is_ok_and(|key| key.text == token)
}

/// Reads the inside of a string. One without escapes is a text as it lies there.
///
/// # Errors
/// Where it is no text: bytes that are not UTF-8, half a surrogate pair.
pub fn read(raw: &[u8]) -> Result<Spelled<'_>, Unreadable> {
    let Some(first) = memchr::memchr(b'\\', raw) else {
        let text = std::str::from_utf8(raw).map_err(|e| Unreadable::Utf8(e.valid_up_to()))?;
        return Ok(Spelled { text: text.into(), spelling: Spelling::default() });
    };
    let mut text = Vec::with_capacity(raw.len());
    let mut joints = Vec::new();
    let (mut from, mut at) = (0, first);
    loop {
        text.extend_from_slice(&raw[from..at]);
        // They often come one after the other.
        while raw.get(at) == Some(&b'\\') {
            match raw.get(at + 1).map_or(0, |byte| SIMPLE[usize::from(*byte)]) {
                0 => {
                    let (c, length) = escape_at(raw, at).map_err(|e| earlier(raw, at).unwrap_or(e))?;
                    text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    at += length;
                }
                byte => {
                    text.push(byte);
                    at += 2;
                }
            }
            joints.push(Joint { text: text.len(), raw: at });
        }
        // Between words that are spelled in numbers stands one blank.
        if raw.get(at + 1) == Some(&b'\\') {
            text.push(raw[at]);
            at += 1;
            from = at;
            continue;
        }
        from = at;
        match memchr::memchr(b'\\', &raw[at..]) {
            Some(found) => at += found,
            None => break,
        }
    }
    text.extend_from_slice(&raw[from..]);
    // An escape is a whole character: what is no UTF-8 on one side of it stays so.
    match String::from_utf8(text) {
        Ok(text) => Ok(Spelled { text: text.into(), spelling: Spelling { joints } }),
        Err(e) => Err(earlier(raw, raw.len()).unwrap_or(Unreadable::Utf8(e.utf8_error().valid_up_to()))),
    }
}

/// The first place before `end` where the bytes between escapes are no UTF-8.
fn earlier(raw: &[u8], end: usize) -> Option<Unreadable> {
    std::str::from_utf8(&raw[..end]).err().map(|e| Unreadable::Utf8(e.valid_up_to()))
}

/// What escapes of one letter stand for.
const SIMPLE: [u8; 256] = {
    let mut simple = [0; 256];
    let (letters, meanings) = (b"ntrbf\"\\/", b"\n\t\r\x08\x0c\"\\/");
    let mut n = 0;
    while n < letters.len() {
        simple[letters[n] as usize] = meanings[n];
        n += 1;
    }
    simple
};

/// The character of the escape of a number at `at`, and its length.
fn escape_at(raw: &[u8], at: usize) -> Result<(char, usize), Unreadable> {
    let high = unit(raw, at).ok_or_else(|| Unreadable::Syntax { at, why: "invalid escape".into() })?;
    if let Some(c) = char::from_u32(u32::from(high)) {
        return Ok((c, 6));
    }
    let low = unit(raw, at + 6).filter(|low| (0xDC00..0xE000).contains(low) && high < 0xDC00);
    let low = low.ok_or(Unreadable::Surrogate(at, high))?;
    let code = 0x1_0000 + ((u32::from(high) - 0xD800) << 10) + (u32::from(low) - 0xDC00);
    Ok((char::from_u32(code).ok_or(Unreadable::Surrogate(at, high))?, 12))
}

/// The four hex digits of `\uXXXX` at `at`.
fn unit(raw: &[u8], at: usize) -> Option<u16> {
    let [b'\\', b'u', digits @ ..] = raw.get(at..at + 6)? else { return None };
    let value = |digit: &u8| walk::HEX[usize::from(*digit)];
    // What is none has all bits set.
    let valid = digits.iter().fold(0, |all, digit| all | value(digit)) < 16;
    valid.then(|| digits.iter().fold(0, |sum, digit| sum << 4 | u16::from(value(digit))))
}

/// `text` in the plainest spelling: what must be escaped is, everything else stands for itself.
pub fn spell(text: &str) -> Vec<u8> {
    let mut quoted = serde_json::to_vec(text).unwrap_or_default();
    quoted.pop();
    if !quoted.is_empty() {
        quoted.remove(0);
    }
    quoted
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn pointers(written: &[&str]) -> Vec<Pointer> {
        written.iter().map(|p| p.parse().unwrap()).collect()
    }

    fn text(record: &str, pointer: &str) -> Option<String> {
        match &locate(record.as_bytes(), &pointers(&[pointer])).unwrap()[0] {
            Found::Text(range) => Some(read(&record.as_bytes()[range.clone()]).unwrap().text.into_owned()),
            _ => None,
        }
    }

    #[test]
    fn strings_are_found_by_key_and_pointer() {
        let record = r#" { "a":[1,{"b":"x\"y"}], "te\u0078t" : "T" ,"n":null,"k/~":"odd","":{"":"empty"}, "deep":{"deep":{"s":"d"}}} "#;
        assert_eq!(text(record, "text").as_deref(), Some("T"));
        assert_eq!(text(record, "/a/1/b").as_deref(), Some("x\"y"));
        assert_eq!(text(record, "/k~1~0").as_deref(), Some("odd"));
        assert_eq!(text(record, "//").as_deref(), Some("empty"));
        assert_eq!(text(record, "/deep/deep/s").as_deref(), Some("d"));
        assert_eq!(text(record, "a"), None);
        assert_eq!(text(r#""alone""#, "").as_deref(), Some("alone"));
        let found = locate(record.as_bytes(), &pointers(&["n", "a", "none", "/a/7"])).unwrap();
        assert_eq!(found[0], Found::Null);
        assert!(matches!(found[1], Found::Other(_)));
        assert_eq!(found[2..], [Found::Missing, Found::Missing]);
        assert!("/a~2".parse::<Pointer>().is_err());
    }

    proptest::proptest! {
        #[test]
        fn both_ways_to_a_text_agree(record in record(), cut in 0usize..400, byte in proptest::option::of(0u8..=255)) {
            let pointers = pointers(&["text", "a", "/a/b", "/deep/a/1", "/0", "/1/text", "", "none", "/text/a"]);
            let mut bytes = record.into_bytes();
            let at = cut % (bytes.len() + 1);
            match byte {
                Some(0) => bytes.truncate(at),
                Some(byte) if at < bytes.len() => bytes[at] = byte,
                _ => {}
            }
            let valid = serde_json::from_slice::<IgnoredAny>(&bytes).is_ok();
            match walk::locate(&bytes, &pointers) {
                Some(found) => proptest::prop_assert!(valid && found == scanned(&bytes, &pointers)),
                // It may refuse what is unusual, but not what is plain.
                None => proptest::prop_assert!(!valid || bytes.iter().any(|b| *b < b' ')),
            }
        }
    }

    /// Records of all kinds, with keys that pointers want.
    fn record() -> impl proptest::strategy::Strategy<Value = String> {
        use proptest::prelude::*;
        let text = prop_oneof![
            Just(r#""""#),
            Just(r#""a""#),
            Just(r#""x\"y\\""#),
            Just(r#""\u00e9\ud83d\ude00\n""#),
            Just(r#""é""#),
            Just(r#""\q""#),
            Just(r#""\u00g0""#),
            Just("1"),
            Just("-0.5e+7"),
            Just("01"),
            Just("1."),
            Just("-"),
            Just("true"),
            Just("nul"),
            Just("null"),
            Just("{}"),
            Just("[]"),
            Just("\t7 "),
        ]
        .prop_map(str::to_owned);
        let key = prop_oneof![Just("text"), Just("a"), Just("b"), Just("deep"), Just("te\\u0078t"), Just("")];
        let value = text.prop_recursive(4, 24, 4, move |inner| {
            let member = (key.clone(), inner.clone(), "[ ]{0,2}")
                .prop_map(|(key, value, blank)| format!("{blank}\"{key}\"{blank}:{blank}{value}{blank}"));
            prop_oneof![
                proptest::collection::vec(member, 0..4).prop_map(|members| format!("{{{}}}", members.join(","))),
                proptest::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            ]
        });
        (value, "[ \n]{0,2}").prop_map(|(value, end)| format!("{value}{end}"))
    }

    proptest::proptest! {
        #[test]
        fn strings_are_read_as_a_parser_reads_them(parts in proptest::collection::vec(part(), 0..12)) {
            let raw = parts.concat();
            let quoted = [b"\"", raw.as_slice(), b"\""].concat();
            match (read(&raw), serde_json::from_slice::<String>(&quoted)) {
                (Ok(spelled), Ok(text)) => {
                    proptest::prop_assert_eq!(&spelled.text, &text);
                    proptest::prop_assert_eq!(matches!(spelled.text, Cow::Borrowed(_)), !raw.contains(&b'\\'));
                    // Every character lies where the spelling says.
                    for (at, c) in text.char_indices() {
                        let rest = spelled.spelling.without(&raw, [(at, at + c.len_utf8())]);
                        proptest::prop_assert_eq!(read(&rest).unwrap().text, [&text[..at], &text[at + c.len_utf8()..]].concat());
                    }
                }
                (Err(error), Err(_)) => {
                    // Whatever is wrong first is told, at its place.
                    let at = match error {
                        Unreadable::Utf8(at) | Unreadable::Surrogate(at, _) | Unreadable::Syntax { at, .. } => at,
                        Unreadable::Quote => raw.len(),
                    };
                    proptest::prop_assert!(read(&raw[..at]).is_ok() && at < raw.len());
                }
                (read, parsed) => proptest::prop_assert!(false, "{read:?} beside {parsed:?}"),
            }
        }
    }

    /// Something of a string.
    fn part() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
        use proptest::prelude::*;
        prop_oneof![
            16 => proptest::sample::select(vec!["a", "é", "жук", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\u0416", "\\ud83d\\ude00", "plain words"])
                .prop_map(|part| part.as_bytes().to_vec()),
            1 => proptest::sample::select(vec![&b"\xff"[..], b"\xc3", b"\xa9", b"\\q", b"\\u00g0", b"\\ud800", b"\\udc00", b"\\u12"]).prop_map(<[u8]>::to_vec),
        ]
    }

    #[test]
    fn what_lies_too_deep_is_refused_as_ever() {
        for depth in [100, 127, 128, 200] {
            let record = "[".repeat(depth) + &"]".repeat(depth);
            let valid = serde_json::from_str::<IgnoredAny>(&record).is_ok();
            assert_eq!(locate(record.as_bytes(), &pointers(&["text"])).is_ok(), valid, "{depth}");
        }
    }

    #[test]
    fn the_last_of_repeated_keys_counts() {
        assert_eq!(text(r#"{"text":"a","text":"b"}"#, "text").as_deref(), Some("b"));
        assert_eq!(text(r#"{"m":{"t":"a"},"m":{}}"#, "/m/t"), None);
    }

    #[test]
    fn escapes_are_read_and_stay_as_they_are() {
        let raw = br#"\u0041\ud83d\ude00\/\n\"\u00E9 tail"#;
        let spelled = read(raw).unwrap();
        assert_eq!(spelled.text, "A😀/\n\"é tail");
        assert_eq!(spelled.spelling.without(raw, [(1, 5)]), br#"\u0041\/\n\"\u00E9 tail"#);
        assert_eq!(spelled.spelling.without(raw, [(0, 1), (8, 15)]), br#"\ud83d\ude00\/\n\""#);
        assert_eq!(spelled.spelling.without(raw, [(0, spelled.text.len())]), b"");
    }

    #[test]
    fn what_was_cut_is_woven_back() {
        let raw = br#"caf\u00e9 one\ntwo \u0026 three"#;
        let before = read(raw).unwrap();
        let (start, end) = (before.text.find("one").unwrap(), before.text.find("two").unwrap());
        let cleaned = before.spelling.without(raw, [(start, end)]);
        let after = read(&cleaned).unwrap();
        assert_eq!(after.spelling.with(&after.text, &cleaned, [(start, end - start, &br"one\n"[..])]).unwrap(), raw);
        assert_eq!(after.spelling.with(&after.text, &cleaned, [(999, 1, &b"x"[..])]), None);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(read(br"a\ud800b"), Err(Unreadable::Surrogate(1, 0xd800)));
        assert_eq!(read(br"\udc00"), Err(Unreadable::Surrogate(0, 0xdc00)));
        assert_eq!(read(b"ab\xff"), Err(Unreadable::Utf8(2)));
        let error = locate(b"{\"text\": \"a\",}", &pointers(&["text"])).unwrap_err();
        assert!(error.to_string().starts_with("broken JSON at byte 1"), "{error}");
        assert!(locate(b"", &[]).is_err() && locate(b"{} {}", &[]).is_err());
    }

    #[test]
    fn the_plain_spelling_is_json() {
        for text in ["", "a\"b\\c\n\u{1}é😀/", "\"", "\u{2028}"] {
            assert_eq!(read(&spell(text)).unwrap().text, text);
        }
    }
}
