//! One text, read from its file and ready to be cleaned.

use std::borrow::Cow;
use std::fs::{File, Metadata, Permissions};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use super::encoding::{Choice, Form, Undecodable, decode};
use super::near;
use super::walk::Entry;

/// Bytes that show most binary files to be what they are.
const HEAD: usize = 8192;

/// Files that are not larger are read at once.
const SMALL: usize = 1 << 18;

/// A text and how it was written.
#[derive(Debug)]
pub struct Document<'t> {
    /// The text, without byte order mark. That of a record lies in the record, where it is spelled there as it is.
    pub text: Cow<'t, str>,
    /// How to write it back.
    pub form: Form,
    /// The file as it was when it was read.
    pub version: Option<Version>,
    /// Its mode.
    pub permissions: Option<Permissions>,
}

/// Tells whether a file was changed since it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    size: u64,
    changed: Option<SystemTime>,
}

impl Version {
    /// The version of the file that `metadata` describes.
    pub fn of(metadata: &Metadata) -> Version {
        Version { size: metadata.len(), changed: metadata.modified().ok() }
    }
}

/// Why a document could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// No text: left alone, which is no error. Its bytes, where they have been read.
    #[error("binary: it holds NUL bytes")]
    Binary(Option<Vec<u8>>),
    /// Text that could not be written back.
    #[error("{0}")]
    Encoding(Undecodable, Vec<u8>),
    /// The file could not be read.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Reads until the buffer is full or the file has ended; that it has ended where it should is believed.
fn fill(file: &mut File, buffer: &mut [u8], metadata: &Metadata) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match file.read(&mut buffer[read..]) {
            Ok(0) => break,
            Ok(length) => read += length,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        }
        if metadata.is_file() && read as u64 == metadata.len() {
            break;
        }
    }
    Ok(read)
}

impl<'t> Document<'t> {
    /// A text that has just been found: UTF-8, and no file of its own.
    pub fn of(text: Cow<'t, str>) -> Document<'t> {
        Document { text, form: Form::Utf8 { bom: false }, version: None, permissions: None }
    }

    /// Reads a document that is in memory already. UTF-8 is taken over without a copy.
    pub fn from_bytes(bytes: Cow<'t, [u8]>, choice: Choice) -> Result<Document<'t>, Unread> {
        if choice != Choice::Auto || bytes.starts_with(b"\xef\xbb\xbf") {
            return Document::decode(bytes, choice);
        }
        let text = match bytes {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| Cow::Borrowed(bytes)),
            Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|e| Cow::Owned(e.into_bytes())),
        };
        match text {
            Ok(text) if memchr::memchr(0, text.as_bytes()).is_some() => Err(Unread::Binary(Some(text.into_owned().into_bytes()))),
            Ok(text) => Ok(Document::of(text)),
            Err(bytes) => Document::decode(bytes, choice),
        }
    }

    /// Other bytes are kept for the case that they must be passed on untouched.
    fn decode(bytes: Cow<'t, [u8]>, choice: Choice) -> Result<Document<'t>, Unread> {
        match decode(bytes.to_vec(), choice) {
            Ok((text, form)) => Ok(Document { form, ..Document::of(text.into()) }),
            Err(Undecodable::Binary) => Err(Unread::Binary(Some(bytes.into_owned()))),
            Err(e) => Err(Unread::Encoding(e, bytes.into_owned())),
        }
    }
}

impl Document<'_> {
    /// Reads the document of `entry`.
    pub fn read(entry: &Entry, choice: Choice) -> Result<Document<'static>, Unread> {
        Document::read_with(entry, choice, |path| File::open(path))
    }

    /// The same for one of many, on a thread that lasts no longer than the run: most files lie beside the one before.
    pub fn read_next(entry: &Entry, choice: Choice) -> Result<Document<'static>, Unread> {
        Document::read_with(entry, choice, near::open)
    }

    fn read_with(entry: &Entry, choice: Choice, open: impl Fn(&Path) -> io::Result<File>) -> Result<Document<'static>, Unread> {
        let Some(path) = &entry.path else {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes)?;
            return Document::from_bytes(bytes.into(), choice);
        };
        let mut file = open(path)?;
        let metadata = file.metadata()?;
        // A size that lies (as in /proc) must not cost memory that is not there.
        let size = usize::try_from(metadata.len()).unwrap_or(0).min(1 << 30);
        // A film of ten gigabytes need not be read to the end.
        let mut bytes = vec![0; if size > SMALL { HEAD } else { size + 1 }];
        let read = fill(&mut file, &mut bytes, &metadata)?;
        bytes.truncate(read);
        if choice == Choice::Auto
            && !bytes.starts_with(b"\xff\xfe")
            && !bytes.starts_with(b"\xfe\xff")
            && memchr::memchr(0, &bytes[..read.min(HEAD)]).is_some()
        {
            return Err(Unread::Binary(None));
        }
        if read != size || !metadata.is_file() {
            bytes.reserve((size + 1).saturating_sub(read));
            file.read_to_end(&mut bytes)?;
        }
        let document = Document::from_bytes(bytes.into(), choice)?;
        Ok(Document { version: Some(Version::of(&metadata)), permissions: Some(metadata.permissions()), ..document })
    }

    /// The same, for those who keep it.
    pub fn into_owned(self) -> Document<'static> {
        Document { text: Cow::Owned(self.text.into_owned()), ..self }
    }

    /// Why the text is left alone, where it is.
    pub fn unfit(&self) -> Option<&'static str> {
        if memchr::memchr(0, self.text.as_bytes()).is_some() {
            Some("binary: it holds NUL bytes")
        } else {
            self.bare_returns().then_some("its lines end with a bare CR, as on old Macs: `tr '\\r' '\\n'` makes lines of them")
        }
    }

    /// True where the lines of the text end with nothing but a carriage return: rules that go by lines cannot read it.
    pub fn bare_returns(&self) -> bool {
        memchr::memchr(b'\r', self.text.as_bytes()).is_some() && memchr::memchr(b'\n', self.text.as_bytes()).is_none()
    }

    /// The bytes of `text` in the form of this document.
    ///
    /// `text` holds nothing but characters of the document, so that every one of them can be written.
    pub fn encode<'t>(&self, text: &'t str) -> io::Result<Cow<'t, [u8]>> {
        self.form.encode(text).ok_or_else(|| io::Error::other(format!("the cleaned text cannot be written as {}", self.form)))
    }
}
