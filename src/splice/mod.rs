//! Texts inside records: found, read and cut in the record's own spelling.
//!
//! A record is never parsed into a tree and written anew. Its text is located and, where it holds escapes, unescaped; the cleaner
//! says which ranges go, and exactly the bytes that spell those ranges are deleted. Whatever stays is the input's: the order of
//! keys, numbers, white space, repeated keys, and every escape in the spelling it had.
//!
//! ```
//! use dehusk::splice::{Pointer, json};
//!
//! let record = br#"{"id":1e2, "text":"Caf\u00e9.\nShare this" }"#;
//! let found = json::locate(record, &["text".parse::<Pointer>().unwrap()]).unwrap();
//! let json::Found::Text(range) = found[0].clone() else { panic!() };
//! let spelled = json::read(&record[range.clone()]).unwrap();
//! assert_eq!(spelled.text, "Café.\nShare this");
//! // Byte 6 is the line end, the text has 17.
//! assert_eq!(spelled.spelling.without(&record[range], [(6, 17)]), br"Caf\u00e9.");
//! ```

pub mod csv;
pub mod json;

use std::borrow::Cow;
use std::str::FromStr;

/// A text, and where each part of it is spelled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spelled<'r> {
    /// What is spelled. A text that is spelled as it is, without an escape, lies in the record and is borrowed from there.
    pub text: Cow<'r, str>,
    /// How it is spelled.
    pub spelling: Spelling,
}

impl<'r> Spelled<'r> {
    /// Borrowed as long as it comes in one part.
    fn push(&mut self, part: &'r str) {
        if self.text.is_empty() {
            self.text = Cow::Borrowed(part);
        } else if !part.is_empty() {
            self.text.to_mut().push_str(part);
        }
    }

    /// The spelling goes on at `raw`.
    fn joint(&mut self, raw: usize) {
        let joint = Joint { text: self.text.len(), raw };
        match self.spelling.joints.last_mut() {
            Some(last) if last.text == joint.text => *last = joint,
            _ => self.spelling.joints.push(joint),
        }
    }
}

/// Where each part of a text is spelled: what is cut from the text, or comes back into it, is cut and woven in its spelling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spelling {
    /// Places after an escape: from here on text and spelling run side by side.
    joints: Vec<Joint>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Joint {
    text: usize,
    raw: usize,
}

impl Spelling {
    /// Where the character at `offset` of the text begins in the spelling.
    pub fn raw(&self, offset: usize) -> usize {
        let after = self.joints.partition_point(|joint| joint.text <= offset);
        match after.checked_sub(1).and_then(|n| self.joints.get(n)) {
            Some(joint) => joint.raw + (offset - joint.text),
            None => offset,
        }
    }

    /// The spelling without the ranges of the text, which must be sorted, disjoint and on character boundaries.
    pub fn without(&self, raw: &[u8], ranges: impl IntoIterator<Item = (usize, usize)>) -> Vec<u8> {
        let mut kept = Vec::with_capacity(raw.len());
        let mut from = 0;
        for (start, end) in ranges {
            let (start, end) = (self.raw(start), self.raw(end));
            kept.extend_from_slice(raw.get(from..start).unwrap_or_default());
            from = end.max(from);
        }
        kept.extend_from_slice(raw.get(from..).unwrap_or_default());
        kept
    }

    /// The spelling of `text` with others put back: `removed` holds where each began in the *original* text, how long it was,
    /// and how it was spelled. `None` where they cannot belong here.
    pub fn with<'r>(&self, text: &str, raw: &[u8], removed: impl IntoIterator<Item = (usize, usize, &'r [u8])>) -> Option<Vec<u8>> {
        let mut original = Vec::with_capacity(raw.len());
        // Bytes of the cleaned text that were passed, and of the original.
        let (mut taken, mut written, mut from) = (0usize, 0usize, 0usize);
        for (start, length, spelling) in removed {
            let kept = start.checked_sub(written)?;
            taken = taken.checked_add(kept).filter(|n| *n <= text.len() && text.is_char_boundary(*n))?;
            let to = self.raw(taken);
            original.extend_from_slice(raw.get(from..to)?);
            original.extend_from_slice(spelling);
            from = to;
            written = start + length;
        }
        original.extend_from_slice(raw.get(from..)?);
        Some(original)
    }
}

/// Why a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not JSON.
    #[error("broken JSON at byte {at}: {why}")]
    Syntax {
        /// In the record.
        at: usize,
        /// What the parser says.
        why: String,
    },
    /// A string with bytes that are no UTF-8.
    #[error("invalid UTF-8 at byte {0} of the text")]
    Utf8(usize),
    /// Half a surrogate pair: no character, and nothing that a text could hold.
    #[error("a lone surrogate (\\u{1:04x}) at byte {0} of the text")]
    Surrogate(usize, u16),
    /// A quotation mark that is not closed.
    #[error("a quoted field that is not closed")]
    Quote,
}

/// Where in a record the text is: a key (`text`), or a JSON pointer (`/page/text`, `/0`, an empty one for the record itself).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    written: String,
    tokens: Vec<String>,
}

impl Pointer {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The keys and positions on the way.
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }
}

impl FromStr for Pointer {
    type Err = String;

    fn from_str(written: &str) -> Result<Pointer, String> {
        let tokens = match written.strip_prefix('/') {
            Some(_) if written.contains('~') && !escapes_are_whole(written) => {
                return Err(format!("`{written}`: in a JSON pointer `~` is written `~0` and `/` is written `~1`"));
            }
            Some(rest) => rest.split('/').map(|token| token.replace("~1", "/").replace("~0", "~")).collect(),
            None if written.is_empty() => Vec::new(),
            None => vec![written.to_owned()],
        };
        Ok(Pointer { written: written.to_owned(), tokens })
    }
}

fn escapes_are_whole(pointer: &str) -> bool {
    pointer.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']))
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> String {
        pointer.written
    }
}

impl TryFrom<String> for Pointer {
    type Error = String;

    fn try_from(written: String) -> Result<Pointer, String> {
        written.parse()
    }
}

impl serde::Serialize for Pointer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}

impl<'de> serde::Deserialize<'de> for Pointer {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Pointer, D::Error> {
        let written = String::deserialize(deserializer)?;
        written.parse().map_err(serde::de::Error::custom)
    }
}
