//! Files that hold many texts: their formats, and how a text is found in a record and cut in its own spelling.

use std::borrow::Cow;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use dehusk::splice::{Pointer, Spelled, Spelling, Unreadable, csv, json};
use serde::{Deserialize, Serialize};

use super::blocks::Slice;
use super::document::{Document, Unread, Version};
use super::encoding::{Choice, Form};
use super::packing::Packing;
use super::walk::Entry;
use super::warc;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One text.
    Text,
    /// A JSON value a line.
    Jsonl,
    /// JSON values in a list or one after the other, over as many lines as they like.
    Json,
    /// Rows of fields between commas, below a row of names.
    Csv,
    /// The same with tabs.
    Tsv,
    /// Records of the Web ARChive format; WET files hold texts in them.
    Wet,
    /// Columns, in groups of rows.
    Parquet,
}

impl Format {
    /// The format that the name of a file promises, compressed or not.
    pub fn of_name(path: &Path) -> Option<Format> {
        let extension = Packing::bare_extension(path)?;
        let is = |names: &[&str]| names.iter().any(|name| extension.eq_ignore_ascii_case(name));
        Some(match () {
            () if is(&["jsonl", "ndjson"]) => Format::Jsonl,
            () if is(&["json"]) => Format::Json,
            () if is(&["csv"]) => Format::Csv,
            () if is(&["tsv", "tab"]) => Format::Tsv,
            () if is(&["wet", "warc"]) => Format::Wet,
            () if is(&["parquet", "pq"]) => Format::Parquet,
            () => return None,
        })
    }

    /// The format that a file seems to have by its first bytes. Only what cannot be mistaken counts.
    pub fn of_look(head: &[u8]) -> Option<Format> {
        if head.starts_with(b"WARC/1.") || head.starts_with(b"WARC/0.") {
            return Some(Format::Wet);
        }
        if head.starts_with(b"PAR1") {
            return Some(Format::Parquet);
        }
        let head = head.strip_prefix(BOM).unwrap_or(head);
        let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
        // A page of text may begin with a brace, but its first line is not a whole object with a text in it.
        let texts: Vec<Pointer> = TEXTS.iter().filter_map(|name| name.parse().ok()).collect();
        let found = if line.trim_ascii_start().starts_with(b"{") { json::locate(line, &texts).ok()? } else { return None };
        found.iter().any(|found| matches!(found, json::Found::Text(_))).then_some(Format::Jsonl)
    }

    /// The name, as in `--from`.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Jsonl => "jsonl",
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::Wet => "wet",
            Format::Parquet => "parquet",
        }
    }

    /// True where texts are found by name.
    pub fn has_names(self) -> bool {
        !matches!(self, Format::Text | Format::Wet)
    }

    /// What separates the fields of a row.
    pub fn separator(self) -> u8 {
        if self == Format::Tsv { b'\t' } else { b',' }
    }
}

/// The byte order mark of UTF-8.
pub const BOM: &[u8] = b"\xef\xbb\xbf";

/// Names that texts usually have; the first one that the first record has is taken.
pub const TEXTS: [&str; 5] = ["text", "raw_content", "content", "page_content", "body"];

/// How containers are to be read.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// The format of every file, where the user said so.
    pub from: Option<Format>,
    /// Where the texts are; empty: found by the usual names.
    pub fields: Vec<Pointer>,
    /// Where a record's name is.
    pub id: Option<Pointer>,
    /// Where its address is.
    pub url: Option<Pointer>,
    /// Where its language is.
    pub lang: Option<Pointer>,
    /// Records that are larger are left alone.
    pub max: Option<u64>,
    /// How texts are encoded.
    pub choice: Choice,
    /// Hash what is read.
    pub hash: bool,
    /// Nobody asks what the texts of JSON are called: they come without names, ids and addresses.
    pub bare: bool,
    /// Counts the bytes of files, packed as they are, for a line of progress.
    pub read: Arc<AtomicU64>,
}

/// An open container: what everyone who handles its records must know.
#[derive(Debug)]
pub struct Container {
    /// The file.
    pub entry: Entry,
    /// What it holds.
    pub format: Format,
    /// How it is compressed.
    pub packing: Packing,
    /// Where its texts are.
    pub fields: Vec<Pointer>,
    /// True where the fields were found by the usual names.
    pub guessed: bool,
    /// The names that the first record has, for messages.
    pub names: Vec<String>,
    /// The file as it was when it was opened.
    pub version: Option<Version>,
    /// The same positions in a row, where the format has a row of names.
    pub(super) columns: Vec<usize>,
    /// Where id, address and language are.
    pub(super) about: [Option<Pointer>; 3],
    pub(super) about_columns: [Option<usize>; 3],
    /// All of them in one list.
    pub(super) wanted: OnceLock<Vec<Pointer>>,
    pub(super) choice: Choice,
    pub(super) bare: bool,
    pub(super) given_up: AtomicBool,
    /// The file on the disk that a column-wise format is read from.
    #[cfg_attr(not(feature = "parquet"), allow(dead_code))]
    pub(super) spool: Option<tempfile::TempPath>,
}

/// Something of a container: a record, or what lies between records.
#[derive(Debug)]
pub struct Piece {
    /// The number of the (first) record, from 1.
    pub number: u64,
    /// Where it begins, in bytes of the unpacked file.
    pub offset: u64,
    /// What it is.
    pub body: Body,
    /// What an earlier run has found in it.
    pub known: Option<Known>,
}

/// What goes from a text: from a byte to a byte, sorted and disjoint.
pub type Cuts = Vec<(usize, usize)>;

/// What was found in a piece, for a run that goes on with another one's work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// For each text its length, and what goes; empty where nothing goes at all.
    pub texts: Vec<(usize, Cuts)>,
    /// For each text the rules that took it, where columns are added for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Vec<String>>,
    /// Lines of the log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lines: String,
    /// The line of attributes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub attributes: String,
}

impl Known {
    /// True where nothing was found.
    pub fn is_same(&self) -> bool {
        self.texts.is_empty()
    }

    /// True where it can be about these texts.
    pub fn fits(&self, texts: &[Text<'_>]) -> bool {
        let fits = |(text, (length, cuts)): (&Text<'_>, &(usize, Cuts))| {
            let text = &text.document.text;
            let mut end = 0;
            text.len() == *length
                && cuts.iter().all(|(from, to)| {
                    let sorted = end <= *from && from < to;
                    end = *to;
                    sorted && text.is_char_boundary(*from) && text.is_char_boundary(*to)
                })
        };
        self.is_same() || texts.len() == self.texts.len() && texts.iter().zip(&self.texts).all(fits)
    }
}

/// What a piece is.
#[derive(Debug)]
pub enum Body {
    /// Not a record: goes through as it is.
    Rest(Slice),
    /// A record, or part of one, that is left alone, and why. Only its first part has a reason.
    Left(Slice, Option<String>),
    /// A record.
    Record(Slice),
    /// Rows of a column-wise format.
    #[cfg(feature = "parquet")]
    Rows(super::parquet::Rows),
}

impl Piece {
    /// The records of a piece, each for itself, whoever keeps the others; what is none is left out.
    pub fn documents(self) -> Vec<Piece> {
        match self.body {
            Body::Record(record) => vec![Piece { body: Body::Record(record.alone()), ..self }],
            Body::Rest(_) | Body::Left(..) => Vec::new(),
            #[cfg(feature = "parquet")]
            Body::Rows(rows) => {
                let split = rows.split().into_iter().zip(self.number..);
                split.map(|(rows, number)| Piece { number, offset: 0, body: Body::Rows(rows), known: None }).collect()
            }
        }
    }
}

impl Body {
    /// What is left out.
    pub fn nothing() -> Body {
        Body::Rest(Slice::default())
    }

    /// What the file says here, taken out.
    pub fn into_bytes(self) -> Slice {
        match self {
            Body::Rest(bytes) | Body::Left(bytes, _) | Body::Record(bytes) => bytes,
            #[cfg(feature = "parquet")]
            Body::Rows(_) => Slice::default(),
        }
    }

    /// What the file says here.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Body::Rest(bytes) | Body::Left(bytes, _) | Body::Record(bytes) => bytes,
            #[cfg(feature = "parquet")]
            Body::Rows(_) => &[],
        }
    }

    /// Roughly what it holds in memory.
    pub fn weight(&self) -> usize {
        match self {
            #[cfg(feature = "parquet")]
            Body::Rows(rows) => rows.weight(),
            body => body.bytes().len(),
        }
    }
}

/// Which record a document is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Its number in the file, from 1. In JSON Lines that is the line.
    pub number: u64,
    /// The field, where records have several texts.
    pub field: Option<String>,
    /// Its own name.
    pub id: Option<String>,
    /// The address of its page.
    pub url: Option<String>,
    /// Its language, as the record says.
    pub lang: Option<String>,
}

/// A text of a record.
#[derive(Debug)]
pub struct Text<'r> {
    /// Its name.
    pub entry: Entry,
    /// The text.
    pub document: Document<'r>,
    /// Where the record spells it.
    pub range: Range<usize>,
    /// How the record spells it.
    pub spelling: Spelling,
}

impl<'r> Text<'r> {
    /// A text that a record spells there.
    pub(super) fn new(entry: Entry, range: Range<usize>, spelled: Spelled<'r>) -> Text<'r> {
        Text { entry, document: Document::of(spelled.text), range, spelling: spelled.spelling }
    }
}

/// What a record has.
#[derive(Debug)]
pub enum Holds<'r> {
    /// Texts.
    Texts(Vec<Text<'r>>),
    /// No text, which is no error: the field is `null` or missing, or the record is not of the kind that holds text.
    Nothing,
    /// A text that is left alone, and why.
    Unfit(String),
}

impl Holds<'_> {
    /// The same, for those who do not keep the record.
    pub fn into_owned(self) -> Holds<'static> {
        match self {
            Holds::Texts(texts) => {
                Holds::Texts(texts.into_iter().map(|text| Text { document: text.document.into_owned(), ..text }).collect())
            }
            Holds::Nothing => Holds::Nothing,
            Holds::Unfit(why) => Holds::Unfit(why),
        }
    }
}

/// Why a record cannot be cleaned.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What is wrong with it.
    pub why: String,
    /// What would help.
    pub help: Option<String>,
}

impl From<Unreadable> for Fault {
    fn from(error: Unreadable) -> Fault {
        Fault { why: error.to_string(), help: Some("--on-error drop leaves such records out, stop ends the run".into()) }
    }
}

impl Container {
    /// Nothing more of it is needed.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    /// True once nothing more of it is needed.
    pub fn given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    /// Id, address and language are looked for under their usual names, where the user named no others.
    pub(super) fn usual_names(&mut self) {
        let usual = [&["id"][..], &["url", "uri", "source_url"], &["language", "lang"]];
        for (pointer, usual) in self.about.iter_mut().zip(usual) {
            if pointer.is_none() {
                let has = |name: &&&str| self.names.iter().any(|key| key == **name);
                *pointer = usual.iter().find(has).and_then(|name| name.parse().ok());
            }
        }
    }

    /// Names to positions in a row.
    pub(super) fn find_columns(&mut self) -> io::Result<()> {
        let column = |pointer: &Pointer| self.names.iter().position(|name| pointer.tokens() == [name.clone()]);
        let missing = self.fields.iter().find(|pointer| column(pointer).is_none());
        if missing.is_some() || self.fields.is_empty() {
            let wanted = missing.map_or(TEXTS[0], Pointer::as_str);
            let why = format!("no column `{wanted}`; there are: {} (--field NAME says which)", self.names.join(", "));
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let (columns, about) =
            (self.fields.iter().filter_map(column).collect(), self.about.each_ref().map(|p| p.as_ref().and_then(column)));
        (self.columns, self.about_columns) = (columns, about);
        Ok(())
    }

    /// What messages call a record.
    pub fn name(&self, number: u64) -> String {
        if self.format == Format::Text { self.entry.name.clone() } else { format!("{}:{number}", self.entry.name) }
    }

    /// The texts of a record.
    pub fn texts<'r>(&self, number: u64, record: &'r [u8]) -> Result<Holds<'r>, Fault> {
        match self.format {
            Format::Text => self.whole(record),
            Format::Jsonl | Format::Json => self.json(number, record),
            Format::Csv | Format::Tsv => self.row(number, record),
            Format::Wet => self.warc(number, record),
            Format::Parquet => Ok(Holds::Nothing),
        }
    }

    /// The id of a record, whether or not it has a text.
    pub fn id(&self, record: &[u8]) -> Option<String> {
        let pointer = self.about[0].as_ref()?;
        let record = record.strip_prefix(BOM).unwrap_or(record);
        match json::locate(record, std::slice::from_ref(pointer)).ok()?.pop()? {
            json::Found::Text(range) => json::read(&record[range]).ok().map(|id| id.text.into_owned()),
            _ => None,
        }
    }

    /// The record with its texts cut: `cuts` holds, for each text, the ranges that go.
    pub fn cut(&self, record: &[u8], texts: &[Text<'_>], cuts: &[&[(usize, usize)]]) -> Vec<u8> {
        let spelled = |text: &Text<'_>, cuts: &[(usize, usize)]| {
            let raw = &record[text.range.clone()];
            match text.document.form {
                Form::Utf8 { bom: false } => text.spelling.without(raw, cuts.iter().copied()),
                form => form.encode(&without(&text.document.text, cuts)).unwrap_or(raw.into()).into_owned(),
            }
        };
        let news = texts.iter().zip(cuts).map(|(text, cuts)| if cuts.is_empty() { None } else { Some(spelled(text, cuts)) });
        self.splice(record, texts, news)
    }

    /// The record with other spellings of its texts; `None` leaves one as it is.
    pub fn splice(&self, record: &[u8], texts: &[Text<'_>], news: impl IntoIterator<Item = Option<Vec<u8>>>) -> Vec<u8> {
        let mut news: Vec<(Range<usize>, Vec<u8>)> =
            texts.iter().zip(news).filter_map(|(text, new)| Some((text.range.clone(), new?))).collect();
        news.sort_by_key(|(range, _)| range.start);
        let mut out = Vec::with_capacity(record.len());
        let mut from = 0;
        for (range, mut new) in news {
            if matches!(self.format, Format::Csv | Format::Tsv) && !csv::quoted(&new) {
                // Without its beginning, or all of it, a bare field may read as something else.
                let text = String::from_utf8_lossy(&new).into_owned();
                if new.is_empty() || new.contains(&b'"') {
                    new = csv::quote(&text);
                }
            }
            out.extend_from_slice(&record[from..range.start]);
            out.extend_from_slice(&new);
            from = range.end;
        }
        out.extend_from_slice(&record[from..]);
        if self.format == Format::Wet {
            return texts.first().map_or(out.clone(), |text| warc::corrected(&out, text.range.start, record.len() - text.range.end));
        }
        out
    }

    /// How a text is spelled once `removed` is back in it: for each removal where it began, what it was, and its spelling where
    /// that is not the plainest. `None` where they cannot belong to this text.
    pub fn weave(&self, record: &[u8], text: &Text<'_>, removed: &[(usize, String, Option<String>)]) -> Option<Vec<u8>> {
        if !matches!(self.format, Format::Jsonl | Format::Json | Format::Csv | Format::Tsv) {
            let woven = dehusk::weave(&text.document.text, removed.iter().map(|(at, text, _)| (*at, text.as_str())))?;
            return text.document.form.encode(&woven).map(Cow::into_owned);
        }
        let spellings: Vec<Vec<u8>> =
            removed.iter().map(|(_, text, raw)| raw.as_ref().map_or_else(|| self.spell(text), |raw| raw.as_bytes().to_vec())).collect();
        let removed = removed.iter().zip(&spellings).map(|((at, text, _), raw)| (*at, text.len(), raw.as_slice()));
        text.spelling.with(&text.document.text, &record[text.range.clone()], removed)
    }

    /// The plain spelling of a text that was removed, as [`Container::splice`] wants it.
    pub fn spell(&self, text: &str) -> Vec<u8> {
        match self.format {
            Format::Jsonl | Format::Json => json::spell(text),
            Format::Csv | Format::Tsv => csv::spell(text),
            _ => text.as_bytes().to_vec(),
        }
    }

    pub(super) fn entry(&self, number: u64, field: usize) -> Entry {
        let several = self.fields.len() > 1;
        let field = self.fields.get(field).filter(|_| several).map(|pointer| pointer.as_str().to_owned());
        let mut name = self.name(number);
        if let Some(field) = &field {
            name.push('#');
            name.push_str(field);
        }
        let record = Some(Box::new(Record { number, field, ..Record::default() }));
        Entry { path: self.entry.path.clone(), name, place: self.entry.place.clone(), walked: self.entry.walked, record }
    }

    fn whole<'r>(&self, record: &'r [u8]) -> Result<Holds<'r>, Fault> {
        match Document::from_bytes(record.into(), self.choice) {
            Ok(document) => {
                let text = Text { entry: self.entry(1, 0), document, range: 0..record.len(), spelling: Spelling::default() };
                Ok(fit(vec![text]))
            }
            Err(Unread::Binary(_)) => Ok(Holds::Unfit("binary: it holds NUL bytes".into())),
            Err(e) => Err(Fault { why: e.to_string(), help: Some("--encoding ENC says how it is written".into()) }),
        }
    }

    fn json<'r>(&self, number: u64, record: &'r [u8]) -> Result<Holds<'r>, Fault> {
        let lead = if number == 1 && record.starts_with(BOM) { BOM.len() } else { 0 };
        let about = || self.about.iter().flatten().filter(|_| !self.bare);
        let wanted = self.wanted.get_or_init(|| self.fields.iter().chain(about()).cloned().collect());
        let mut found = json::locate(&record[lead..], wanted)?.into_iter();
        let fields: Vec<json::Found> = found.by_ref().take(self.fields.len()).collect();
        let mut about = self.about.iter().map(|pointer| {
            let range = match pointer.as_ref().and_then(|_| found.next())? {
                json::Found::Text(range) => return json::read(&record[lead..][range]).ok().map(|read| read.text.into_owned()),
                json::Found::Other(range) => range,
                _ => return None,
            };
            std::str::from_utf8(&record[lead..][range]).ok().map(str::to_owned)
        });
        let (id, url, lang) = (about.next().flatten(), about.next().flatten(), about.next().flatten());
        let mut texts = Vec::new();
        for (n, found) in fields.into_iter().enumerate() {
            let range = match found {
                json::Found::Text(range) => range.start + lead..range.end + lead,
                json::Found::Null | json::Found::Missing => continue,
                json::Found::Other(_) => {
                    return Err(Fault {
                        why: format!("the field `{}` is no string", self.fields[n].as_str()),
                        help: Some("--field NAME says where the text is".into()),
                    });
                }
            };
            let mut entry = if self.bare { Entry::default() } else { self.entry(number, n) };
            if let Some(record) = &mut entry.record {
                (record.id, record.url, record.lang) = (id.clone(), url.clone(), lang.clone());
            }
            texts.push(Text::new(entry, range.clone(), json::read(&record[range])?));
        }
        Ok(fit(texts))
    }

    fn row<'r>(&self, number: u64, record: &'r [u8]) -> Result<Holds<'r>, Fault> {
        let fields = csv::fields(record, self.format.separator());
        let value = |column: Option<usize>| {
            let field = record.get(fields.get(column?)?.clone())?;
            csv::read(field).ok().map(|read| read.text.into_owned())
        };
        let [id, url, lang] = self.about_columns.map(value);
        let mut texts = Vec::new();
        for (n, column) in self.columns.iter().enumerate() {
            let Some(range) = fields.get(*column).cloned() else { continue };
            let mut entry = self.entry(number, n);
            if let Some(record) = &mut entry.record {
                (record.id, record.url, record.lang) = (id.clone(), url.clone(), lang.clone());
            }
            texts.push(Text::new(entry, range.clone(), csv::read(&record[range])?));
        }
        Ok(fit(texts))
    }

    fn warc<'r>(&self, number: u64, record: &'r [u8]) -> Result<Holds<'r>, Fault> {
        let head = warc::Head::parse(record).ok_or(Fault { why: "not a WARC record".into(), help: None })?;
        if !head.holds_text() {
            return Ok(Holds::Nothing);
        }
        let range = head.payload();
        let text = std::str::from_utf8(&record[range.clone()]).map_err(|e| Unreadable::Utf8(e.valid_up_to()))?;
        let mut entry = self.entry(number, 0);
        if let Some(record) = &mut entry.record {
            record.id = head.get("WARC-Record-ID").map(|id| id.trim_matches(['<', '>']).to_owned());
            record.url = head.get("WARC-Target-URI").map(|url| url.trim_matches(['<', '>']).to_owned());
            record.lang = head.get("WARC-Identified-Content-Language").map(str::to_owned);
        }
        Ok(fit(vec![Text::new(entry, range, Spelled { text: text.into(), spelling: Spelling::default() })]))
    }
}

/// A text in a record is treated as it would be in a file.
pub fn fit(texts: Vec<Text<'_>>) -> Holds<'_> {
    for text in &texts {
        if let Some(why) = text.document.unfit() {
            return Holds::Unfit(why.to_owned());
        }
    }
    if texts.is_empty() { Holds::Nothing } else { Holds::Texts(texts) }
}

/// `text` without ranges that are sorted and disjoint.
pub fn without(text: &str, cuts: &[(usize, usize)]) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in cuts {
        kept.push_str(&text[from..*start]);
        from = *end;
    }
    kept.push_str(&text[from..]);
    kept
}
