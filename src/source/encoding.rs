//! Bytes to text and back, only where the way back gives the same bytes.
//!
//! A cleaned file must differ from its input by the removals alone. So a text is cleaned only when decoding and encoding
//! it again reproduces the input byte for byte; anything else is an error that names the remedy.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};

/// How to read a file: what `--encoding` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Choice {
    /// By byte order mark, then UTF-8, then by look.
    #[default]
    Auto,
    /// As the user says.
    Forced(&'static Encoding),
}

impl From<Choice> for String {
    fn from(choice: Choice) -> String {
        match choice {
            Choice::Auto => "auto".into(),
            Choice::Forced(encoding) => encoding.name().to_lowercase(),
        }
    }
}

impl TryFrom<String> for Choice {
    type Error = String;

    fn try_from(label: String) -> Result<Choice, String> {
        label.parse()
    }
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(label: &str) -> Result<Choice, String> {
        if label.eq_ignore_ascii_case("auto") {
            return Ok(Choice::Auto);
        }
        match Encoding::for_label_no_replacement(label.as_bytes()) {
            Some(encoding) => Ok(Choice::Forced(encoding)),
            None => Err(format!(
                "no such encoding: `{label}`; write `auto`, `utf-8`, `utf-16le`, `windows-1252`, `shift_jis` or another name of the web"
            )),
        }
    }
}

/// How a text was written: enough to write it back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// UTF-8, the usual case.
    Utf8 {
        /// Begins with a byte order mark.
        bom: bool,
    },
    /// UTF-8 in which some bytes are broken: each of them is held by a private character of its own.
    Utf8Broken {
        /// Begins with a byte order mark.
        bom: bool,
    },
    /// UTF-16.
    Utf16 {
        /// Low byte first.
        little: bool,
        /// Begins with a byte order mark.
        bom: bool,
    },
    /// One of the web's older encodings.
    Legacy(&'static Encoding),
}

/// Why bytes are no text that could be written back.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Undecodable {
    /// Holds NUL: a binary file, or UTF-16 that does not say so.
    #[error("holds NUL bytes")]
    Binary,
    /// Not what the user or the byte order mark says it is.
    #[error("not valid {encoding} at byte {at}")]
    Malformed {
        /// The encoding that was tried.
        encoding: &'static str,
        /// First offending byte, as far as it is known.
        at: usize,
    },
    /// Can be read, but writing it again would not give the same bytes.
    #[error("read as {encoding}, it could not be written back byte for byte")]
    Irreversible {
        /// The encoding that was tried.
        encoding: &'static str,
    },
}

/// First of the private characters that stand for broken bytes: byte `b` becomes `U+10FE00 + b`.
const BROKEN: u32 = 0x10_FE00;

impl Form {
    /// The name of the encoding, as in messages and in the removal log.
    pub fn name(self) -> &'static str {
        match self {
            Form::Utf8 { .. } => "utf-8",
            Form::Utf8Broken { .. } => "utf-8-broken",
            Form::Utf16 { little: true, .. } => "utf-16le",
            Form::Utf16 { little: false, .. } => "utf-16be",
            Form::Legacy(encoding) => encoding.name(),
        }
    }

    /// True where the file begins with a byte order mark.
    pub fn bom(self) -> bool {
        match self {
            Form::Utf8 { bom } | Form::Utf8Broken { bom } | Form::Utf16 { bom, .. } => bom,
            Form::Legacy(_) => false,
        }
    }

    /// True where nothing but the look of the bytes speaks for this form.
    pub fn guessed(self) -> bool {
        matches!(self, Form::Utf8Broken { .. } | Form::Legacy(_))
    }

    /// The form that a removal log names.
    pub fn from_name(name: &str, bom: bool) -> Option<Form> {
        Some(match name {
            "utf-8" => Form::Utf8 { bom },
            "utf-8-broken" => Form::Utf8Broken { bom },
            "utf-16le" => Form::Utf16 { little: true, bom },
            "utf-16be" => Form::Utf16 { little: false, bom },
            other => Form::Legacy(Encoding::for_label_no_replacement(other.as_bytes())?),
        })
    }

    /// The bytes of `text` in this form; `None` where it cannot say them.
    pub fn encode(self, text: &str) -> Option<Cow<'_, [u8]>> {
        match self {
            Form::Utf8 { bom: false } => Some(Cow::Borrowed(text.as_bytes())),
            Form::Utf8 { bom: true } => Some(Cow::Owned([b"\xef\xbb\xbf", text.as_bytes()].concat())),
            Form::Utf8Broken { bom } => Some(Cow::Owned(unmask(text, bom))),
            Form::Utf16 { little, bom } => Some(Cow::Owned(to_utf16(text, little, bom))),
            Form::Legacy(encoding) => match encoding.encode(text) {
                (bytes, _, false) => Some(bytes),
                (_, _, true) => None,
            },
        }
    }

    /// The text of `bytes`, known to be in this form.
    pub fn decode(self, bytes: Vec<u8>) -> Result<String, Undecodable> {
        let text = match self {
            Form::Utf8 { bom } => utf8(bytes, bom),
            Form::Utf8Broken { bom } => Ok(mask(&bytes[3 * usize::from(bom)..])),
            Form::Utf16 { little, bom } => from_utf16(&bytes, little, bom),
            Form::Legacy(encoding) => legacy(&bytes, encoding),
        }?;
        if memchr::memchr(0, text.as_bytes()).is_some() { Err(Undecodable::Binary) } else { Ok(text) }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Form::Utf8Broken { .. } => "UTF-8 with broken bytes",
            form => form.name(),
        })
    }
}

/// Reads `bytes` by `choice`.
pub fn decode(bytes: Vec<u8>, choice: Choice) -> Result<(String, Form), Undecodable> {
    let form = match choice {
        Choice::Auto => detect(&bytes)?,
        Choice::Forced(encoding) => forced(&bytes, encoding),
    };
    Ok((form.decode(bytes)?, form))
}

fn forced(bytes: &[u8], encoding: &'static Encoding) -> Form {
    if encoding == UTF_8 {
        Form::Utf8 { bom: bytes.starts_with(b"\xef\xbb\xbf") }
    } else if encoding == UTF_16LE {
        Form::Utf16 { little: true, bom: bytes.starts_with(b"\xff\xfe") }
    } else if encoding == UTF_16BE {
        Form::Utf16 { little: false, bom: bytes.starts_with(b"\xfe\xff") }
    } else {
        Form::Legacy(encoding)
    }
}

fn detect(bytes: &[u8]) -> Result<Form, Undecodable> {
    if bytes.starts_with(b"\xff\xfe\0\0") {
        return Err(Undecodable::Binary); // UTF-32 or worse
    }
    for (mark, encoding) in [(&b"\xff\xfe"[..], UTF_16LE), (b"\xfe\xff", UTF_16BE)] {
        if bytes.starts_with(mark) {
            return Ok(forced(bytes, encoding));
        }
    }
    let bom = bytes.starts_with(b"\xef\xbb\xbf");
    let body = &bytes[3 * usize::from(bom)..];
    if std::str::from_utf8(body).is_ok() {
        return Ok(Form::Utf8 { bom }); // NUL is valid UTF-8: `Form::decode` sees to it
    }
    if memchr::memchr(0, body).is_some() {
        return Err(Undecodable::Binary);
    }
    if bom || mostly_utf8(body) {
        return Ok(Form::Utf8Broken { bom });
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(body, true);
    Ok(Form::Legacy(detector.guess(None, Utf8Detection::Deny)))
}

/// True where the text is UTF-8 that was damaged on its way: older encodings hardly ever look like UTF-8 by chance.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        // Continuation bytes make the difference between bytes and characters.
        whole += chunk.valid().len() - chunk.valid().chars().count();
        broken += chunk.invalid().len();
    }
    whole >= 2 * broken
}

fn utf8(mut bytes: Vec<u8>, bom: bool) -> Result<String, Undecodable> {
    if bom {
        bytes.drain(..3);
    }
    String::from_utf8(bytes)
        .map_err(|e| Undecodable::Malformed { encoding: "utf-8", at: e.utf8_error().valid_up_to() + 3 * usize::from(bom) })
}

/// Broken bytes become private characters, so that the text can be worked on and written back exactly.
fn mask(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        // A private character that was there already is held like broken bytes: no text is ambiguous.
        for c in chunk.valid().chars() {
            if is_mask(c) {
                text.extend(c.encode_utf8(&mut [0; 4]).bytes().map(masked));
            } else {
                text.push(c);
            }
        }
        text.extend(chunk.invalid().iter().copied().map(masked));
    }
    text
}

fn masked(byte: u8) -> char {
    // The sum lies in plane 16, where every value is a character.
    char::from_u32(BROKEN + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn is_mask(c: char) -> bool {
    (BROKEN + 0x80..=BROKEN + 0xff).contains(&(c as u32))
}

fn unmask(text: &str, bom: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + 3);
    if bom {
        bytes.extend_from_slice(b"\xef\xbb\xbf");
    }
    let mut copied = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| is_mask(*c)) {
        bytes.extend_from_slice(&text.as_bytes()[copied..at]);
        bytes.push((c as u32 - BROKEN) as u8);
        copied = at + c.len_utf8();
    }
    bytes.extend_from_slice(&text.as_bytes()[copied..]);
    bytes
}

fn from_utf16(bytes: &[u8], little: bool, bom: bool) -> Result<String, Undecodable> {
    let encoding = if little { "utf-16le" } else { "utf-16be" };
    let body = &bytes[2 * usize::from(bom)..];
    let units = body.chunks_exact(2).map(|pair| {
        let pair = [pair[0], pair[1]];
        if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    });
    let mut text = String::with_capacity(body.len());
    let mut at = 2 * usize::from(bom);
    for unit in char::decode_utf16(units) {
        match unit {
            Ok(c) => {
                text.push(c);
                at += 2 * c.len_utf16();
            }
            Err(_) => return Err(Undecodable::Malformed { encoding, at }),
        }
    }
    if body.len() % 2 == 1 { Err(Undecodable::Malformed { encoding, at }) } else { Ok(text) }
}

fn to_utf16(text: &str, little: bool, bom: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() * 2 + 2);
    for unit in bom.then_some(0xfeff).into_iter().chain(text.encode_utf16()) {
        bytes.extend_from_slice(&if little { unit.to_le_bytes() } else { unit.to_be_bytes() });
    }
    bytes
}

fn legacy(bytes: &[u8], encoding: &'static Encoding) -> Result<String, Undecodable> {
    let name = encoding.name();
    let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) else {
        return Err(Undecodable::Malformed { encoding: name, at: first_malformed(bytes, encoding) });
    };
    match encoding.encode(&text) {
        (back, _, false) if *back == *bytes => Ok(text.into_owned()),
        _ => Err(Undecodable::Irreversible { encoding: name }),
    }
}

/// Where decoding stops, for the message only.
fn first_malformed(bytes: &[u8], encoding: &'static Encoding) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut sink = vec![0; 4096];
    let mut at = 0;
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(&bytes[at..], &mut sink, true);
        at += read;
        match result {
            encoding_rs::DecoderResult::OutputFull => continue,
            encoding_rs::DecoderResult::InputEmpty => return at,
            encoding_rs::DecoderResult::Malformed(bad, after) => return at.saturating_sub(usize::from(bad) + usize::from(after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(bytes: &[u8]) -> (String, Form) {
        let (text, form) = decode(bytes.to_vec(), Choice::Auto).expect("readable");
        assert_eq!(form.encode(&text).as_deref(), Some(bytes), "{form:?}");
        assert_eq!(Form::from_name(form.name(), form.bom()), Some(form));
        (text, form)
    }

    #[test]
    fn unicode_comes_back() {
        assert_eq!(round(b""), (String::new(), Form::Utf8 { bom: false }));
        assert_eq!(round("Zopf".as_bytes()).1, Form::Utf8 { bom: false });
        assert_eq!(round(b"\xef\xbb\xbfZopf"), ("Zopf".into(), Form::Utf8 { bom: true }));
        assert_eq!(round(b"\xff\xfeZ\0\xe9\0=\xd8\x00\xde"), ("Zé😀".into(), Form::Utf16 { little: true, bom: true }));
        assert_eq!(round(b"\xfe\xff\0Z").1, Form::Utf16 { little: false, bom: true });
    }

    #[test]
    fn older_encodings_come_back() {
        let (text, form) = round(b"Le caf\xe9 ferme \xe0 minuit, l\x92\xe9t\xe9 aussi.\r\n");
        assert_eq!((text.as_str(), form), ("Le café ferme à minuit, l’été aussi.\r\n", Form::Legacy(encoding_rs::WINDOWS_1252)));
        let (bytes, ..) = encoding_rs::SHIFT_JIS.encode("今日は天気がいいので、散歩に出かけました。コメントを残す");
        assert_eq!(round(&bytes).1, Form::Legacy(encoding_rs::SHIFT_JIS));
        let (bytes, ..) = encoding_rs::WINDOWS_1251.encode("Сегодня хорошая погода, и мы пошли гулять в парк.");
        assert_eq!(round(&bytes).1, Form::Legacy(encoding_rs::WINDOWS_1251));
    }

    #[test]
    fn broken_utf8_is_held_byte_for_byte() {
        let (text, form) = round(b"Gr\xc3\xbc\xc3\x9fe aus K\xc3\xb6ln \xff und Z\xc3\xbcrich, \xf4\x8f\xba\x81 \xe2\x82");
        assert_eq!(form, Form::Utf8Broken { bom: false });
        assert!(text.starts_with("Grüße aus Köln "));
    }

    #[test]
    fn what_cannot_come_back_is_refused() {
        assert_eq!(decode(b"PK\x03\x04\0\0".to_vec(), Choice::Auto), Err(Undecodable::Binary));
        assert_eq!(decode(b"\xff\xfe\0\0Z\0\0\0".to_vec(), Choice::Auto), Err(Undecodable::Binary));
        let lone = decode(b"\xff\xfea\0\x00\xd8b\0".to_vec(), Choice::Auto);
        assert_eq!(lone, Err(Undecodable::Malformed { encoding: "utf-16le", at: 4 }));
        let utf8 = "utf-8".parse().unwrap();
        assert_eq!(decode(b"ab\xff".to_vec(), utf8), Err(Undecodable::Malformed { encoding: "utf-8", at: 2 }));
        let sjis = "shift_jis".parse().unwrap();
        // 0x87 0x90 and 0x81 0xE0 are the same character: only one of them is written.
        assert_eq!(decode(b"\x87\x90".to_vec(), sjis), Err(Undecodable::Irreversible { encoding: "Shift_JIS" }));
        assert!("utf-9".parse::<Choice>().is_err());
    }
}
