//! The removal log: everything that a run took, so that it can be judged, counted and put back.
//!
//! JSON Lines in UTF-8, one event a line, `{"type": …, "data": …}`. A run writes one `begin`, then for each document that
//! changed its `removal`s followed by one `doc`, then one `end`. Later runs are appended. Documents that did not change
//! are not mentioned.
//!
//! ```json
//! {"type":"begin","data":{"schema":1,"run":"01K…","tool":"0.1.0","mode":"in-place","folder":"/home/ada/crawl","packs":[{"name":"core","version":"5f1c09ab","rules":212}]}}
//! {"type":"removal","data":{"doc":"blog/bread.txt","record":null,"rule":"comments/reply-form","lang":"en","rev":"9c41e0aa","confidence":"high","bytes":[2204,2561],"chars":[2190,2544],"line":38,"text":"Leave a Reply\n…","evidence":["save my name"]}}
//! {"type":"doc","data":{"doc":"blog/bread.txt","record":null,"encoding":"utf-8","bom":false,"before":{"bytes":4311,"blake3":"…"},"after":{"bytes":3954,"blake3":"…"}}}
//! {"type":"end","data":{"documents":1240,"changed":911,"removals":3402,"bytes_removed":1992294,"errors":3,"interrupted":false}}
//! ```
//!
//! - `doc` is the path below `folder` (an absolute path for documents elsewhere), or `-` for standard input.
//! - `bytes` and `chars` are offsets into the *original* text, decoded to UTF-8 and without its byte order mark; `chars`
//!   counts Unicode code points, as Python does. `line` counts from 1.
//! - `before` and `after` describe the *file*: its size and BLAKE3 hash in its own encoding. Weaving the `text`s back into
//!   the cleaned text at `bytes[0]` ([`crate::weave`]) and encoding it as `encoding` gives a file with the hash `before`.
//! - `encoding` is a name of the WHATWG standard; `utf-8-broken` is UTF-8 in which each byte `b` that is part of no
//!   character was read as the private character `U+10FE00 + b`.
//! - `record` is the number of a record in its file, from 1 (in JSON Lines its line); text files have none. For a record
//!   `before` and `after` describe its *text* in UTF-8; `id` and `url` are those of the record, `field` says which text of
//!   several it is. `raw` is what stood in the file (with its escapes), where that is not the plainest spelling.
//! - `records` comes before the records of a container, and tells what it is and where its texts are; `file` follows them: `before` and `after` describe what it held and holds, unpacked.
//! - Readers skip types and fields that they do not know. `schema` changes only when an old reader would go wrong.
//!
//! A file named `….zst` is the same, compressed with zstd: every flush is a frame of its own, so that a killed run leaves
//! a log that can be read to its last whole frame.

mod read;
mod replay;
mod write;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Cleaned, Confidence};

pub use read::{ReadError, Reader};
pub use replay::replay;
pub use write::Writer;

/// The version of the format that is written.
pub const SCHEMA: u32 = 1;

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "lowercase")]
pub enum Event<'a> {
    /// A run begins.
    Begin(Begin),
    /// A range that went.
    #[serde(borrow)]
    Removal(Removed<'a>),
    /// A document that changed; follows its removals.
    Doc(Doc<'a>),
    /// A container in which something changed; its records follow.
    Records(Records<'a>),
    /// The end of a container that was written. Missing where the run ended within it.
    File(Container<'a>),
    /// A run ends. Missing where it was killed.
    End(End),
}

/// A run begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Begin {
    /// The version of this format.
    pub schema: u32,
    /// Names the run: sorts by time.
    pub run: String,
    /// The version of dehusk.
    pub tool: String,
    /// Where the cleaned texts went: `in-place`, `out` or `stdout`.
    pub mode: String,
    /// The folder that `doc`s are relative to.
    pub folder: String,
    /// The packs that were used.
    pub packs: Vec<Pack>,
}

/// A pack of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pack {
    /// Its name.
    pub name: String,
    /// Eight hex digits over the revisions of its selected rules.
    pub version: String,
    /// How many of its rules were selected.
    pub rules: usize,
}

/// A range that went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Removed<'a> {
    /// The document.
    pub doc: Cow<'a, str>,
    /// The record in the document.
    pub record: Option<u64>,
    /// The field of the record, where it has several texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Cow<'a, str>>,
    /// The rule that took it.
    pub rule: Cow<'a, str>,
    /// The language whose words were found, or `any`.
    pub lang: Cow<'a, str>,
    /// The revision of the rule.
    pub rev: Cow<'a, str>,
    /// How sure the rule was.
    pub confidence: Confidence,
    /// Start and end in the original text, in bytes.
    pub bytes: [usize; 2],
    /// Start and end in the original text, in characters.
    pub chars: [usize; 2],
    /// The line it starts on, from 1.
    pub line: usize,
    /// What went.
    pub text: Cow<'a, str>,
    /// How the record spelled it, where that is not the plainest spelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Cow<'a, str>>,
    /// What spoke for it.
    pub evidence: Vec<Cow<'a, str>>,
}

impl Removed<'_> {
    /// The same, with its words its own.
    pub fn into_owned(self) -> Removed<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Removed {
            doc: own(self.doc),
            rule: own(self.rule),
            lang: own(self.lang),
            rev: own(self.rev),
            text: own(self.text),
            field: self.field.map(own),
            raw: self.raw.map(own),
            evidence: self.evidence.into_iter().map(own).collect(),
            record: self.record,
            confidence: self.confidence,
            bytes: self.bytes,
            chars: self.chars,
            line: self.line,
        }
    }
}

/// A document that changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Doc<'a> {
    /// The document.
    pub doc: Cow<'a, str>,
    /// The record in the document.
    pub record: Option<u64>,
    /// The field of the record, where it has several texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Cow<'a, str>>,
    /// The record's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Cow<'a, str>>,
    /// The address of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Cow<'a, str>>,
    /// The encoding of the file.
    pub encoding: Cow<'a, str>,
    /// True where the file begins with a byte order mark.
    pub bom: bool,
    /// The file as it was.
    pub before: State,
    /// The file as it is now.
    pub after: State,
}

impl Doc<'_> {
    /// The same, with its words its own.
    pub fn into_owned(self) -> Doc<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Doc {
            doc: own(self.doc),
            record: self.record,
            field: self.field.map(own),
            id: self.id.map(own),
            url: self.url.map(own),
            encoding: own(self.encoding),
            bom: self.bom,
            before: self.before,
            after: self.after,
        }
    }
}

/// A container in which something changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Records<'a> {
    /// The file.
    pub doc: Cow<'a, str>,
    /// What it holds, as in `--from`.
    pub format: Cow<'a, str>,
    /// Where its texts are, as in `--field`.
    pub fields: Vec<Cow<'a, str>>,
}

/// A container that was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Container<'a> {
    /// The file.
    pub doc: Cow<'a, str>,
    /// How it is compressed, as in `--compress`.
    pub packing: Cow<'a, str>,
    /// How many records it has.
    pub records: u64,
    /// What it held, unpacked; unknown for column-wise formats.
    pub before: Option<State>,
    /// What it holds now, unpacked.
    pub after: Option<State>,
}

/// A file's size and hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Its size.
    pub bytes: u64,
    /// Its BLAKE3 hash in hex.
    pub blake3: String,
}

impl State {
    /// The state of a file with these bytes.
    pub fn of(bytes: &[u8]) -> State {
        State { bytes: bytes.len() as u64, blake3: blake3::hash(bytes).to_hex().to_string() }
    }
}

/// A run ends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// Documents that were read.
    pub documents: u64,
    /// Documents that changed.
    pub changed: u64,
    /// Ranges that went.
    pub removals: u64,
    /// What they held, in bytes of UTF-8.
    pub bytes_removed: u64,
    /// Documents that failed.
    pub errors: u64,
    /// True where the user stopped the run.
    pub interrupted: bool,
}

/// The removals of a cleaned text as the log tells them.
pub fn removals<'a>(doc: &'a str, cleaned: &'a Cleaned<'_>) -> impl Iterator<Item = Removed<'a>> {
    let original = cleaned.original();
    // Characters and lines are counted on from removal to removal: linear in the text, however many there are.
    let (mut at, mut chars, mut line) = (0, 0, 1);
    cleaned.removals().iter().map(move |removal| {
        let span = removal.span();
        let skipped = &original[at..span.start()];
        chars += skipped.chars().count();
        line += memchr::memchr_iter(b'\n', skipped.as_bytes()).count();
        at = span.start();
        let text = span.of(original);
        Removed {
            doc: doc.into(),
            record: None,
            field: None,
            rule: removal.rule().id.as_str().into(),
            lang: removal.language().into(),
            rev: removal.rule().revision.as_str().into(),
            confidence: removal.confidence(),
            bytes: [span.start(), span.end()],
            chars: [chars, chars + text.chars().count()],
            line,
            text: text.into(),
            raw: None,
            evidence: removal.evidence().iter().map(|e| e.as_str().into()).collect(),
        }
    })
}
