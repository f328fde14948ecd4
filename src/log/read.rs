//! Reading: event by event, in bounded memory, to the last whole line.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;

use super::{Event, SCHEMA};

/// Why a log cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A line that is no event.
    #[error("line {line}: {message}")]
    Malformed {
        /// From 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// Written by a later version.
    #[error("line {line}: written in schema {found}, this version reads {SCHEMA}")]
    Schema {
        /// From 1.
        line: u64,
        /// The schema of the log.
        found: u32,
    },
}

/// Reads the events of a log.
pub struct Reader {
    input: Box<dyn BufRead + Send>,
    line: String,
    number: u64,
    torn: bool,
}

/// Only the name of a line's type, to tell unknown types from broken lines.
#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
}

impl Reader {
    /// Opens `path`, compressed or not; with gzip too, since logs are put away so.
    pub fn open(path: &Path) -> io::Result<Reader> {
        let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
        let input: Box<dyn BufRead + Send> = match file.fill_buf()? {
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Box::new(BufReader::with_capacity(1 << 16, zstd::stream::read::Decoder::with_buffer(file)?)),
            [0x1f, 0x8b, ..] => Box::new(BufReader::with_capacity(1 << 16, flate2::bufread::MultiGzDecoder::new(file))),
            _ => Box::new(file),
        };
        Ok(Reader { input, line: String::new(), number: 0, torn: false })
    }

    /// True where the log ended within a line or a frame: its run was killed.
    pub fn torn(&self) -> bool {
        self.torn
    }

    /// The next event, `None` at the end.
    #[allow(clippy::should_implement_trait)] // lends from its own buffer
    pub fn next(&mut self) -> Result<Option<Event<'_>>, ReadError> {
        loop {
            if !self.advance()? {
                return Ok(None);
            }
            if matches!(self.kind()?, "begin" | "removal" | "doc" | "records" | "file" | "end") {
                break;
            }
        }
        let event: Event<'_> = match serde_json::from_str(&self.line) {
            Ok(event) => event,
            Err(e) => return Err(self.malformed(&e)),
        };
        match &event {
            Event::Begin(begin) if begin.schema != SCHEMA => Err(ReadError::Schema { line: self.number, found: begin.schema }),
            _ => Ok(Some(event)),
        }
    }

    /// Runs from here to the end. Of most lines no more is read than what they are.
    pub fn runs(mut self) -> Result<u64, ReadError> {
        let mut runs = 0;
        while self.advance()? {
            // As this program writes it; lines that others have written anew are parsed.
            let told = self.line.strip_prefix("{\"type\":\"").and_then(|rest| rest.split_once('"'));
            runs += u64::from(told.map_or_else(|| self.kind(), |(kind, _)| Ok(kind))? == "begin");
        }
        Ok(runs)
    }

    /// The next whole line that is not blank; false at the end.
    fn advance(&mut self) -> Result<bool, ReadError> {
        loop {
            self.line.clear();
            match self.input.read_line(&mut self.line) {
                Ok(0) => return Ok(false),
                Ok(_) if self.line.ends_with('\n') => {}
                Ok(_) => {
                    self.torn = true;
                    return Ok(false);
                }
                Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
                    self.torn = true;
                    return Ok(false);
                }
                Err(e) => return Err(e.into()),
            }
            self.number += 1;
            if !self.line.trim().is_empty() {
                return Ok(true);
            }
        }
    }

    /// The type of the line.
    fn kind(&self) -> Result<&str, ReadError> {
        serde_json::from_str::<Kind<'_>>(&self.line).map(|kind| kind.kind).map_err(|e| self.malformed(&e))
    }

    fn malformed(&self, error: &serde_json::Error) -> ReadError {
        ReadError::Malformed { line: self.number, message: format!("not a line of a removal log: {error}") }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::log::{End, Writer};

    fn ends(path: &Path) -> (Vec<u64>, bool) {
        let mut reader = Reader::open(path).unwrap();
        let mut seen = Vec::new();
        while let Some(event) = reader.next().unwrap() {
            if let Event::End(end) = event {
                seen.push(end.documents);
            }
        }
        (seen, reader.torn())
    }

    #[test]
    fn runs_are_appended_and_torn_ends_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["log.jsonl", "log.jsonl.zst"] {
            let path = folder.path().join(name);
            for documents in [1, 2] {
                let mut writer = Writer::open(&path).unwrap();
                writer.write(&Event::End(End { documents, ..End::default() })).unwrap();
                writer.flush().unwrap();
            }
            assert_eq!(ends(&path), (vec![1, 2], false));
            // A run is killed within a write: the last bytes are missing.
            let whole = std::fs::read(&path).unwrap();
            let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
            file.write_all(&whole[..whole.len() / 2 - 3]).unwrap();
            drop(file);
            assert_eq!(ends(&path), (vec![1, 2], true));
            let mut writer = Writer::open(&path).unwrap();
            writer.write(&Event::End(End { documents: 3, ..End::default() })).unwrap();
            drop(writer);
            assert_eq!(ends(&path), (vec![1, 2, 3], false));
        }
    }

    #[test]
    fn runs_are_counted_however_their_lines_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        std::fs::write(
            &path,
            "{\"type\":\"begin\"}\n\n{\"type\":\"doc\",\"type\":\"x\"}\n{ \"a\": 1, \"type\": \"begin\" }\n{\"type\":\"begin\"",
        )
        .unwrap();
        assert_eq!(Reader::open(&path).unwrap().runs().unwrap(), 2);
    }

    #[test]
    fn unknown_types_are_skipped_and_nonsense_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        std::fs::write(&path, "{\"type\":\"later\",\"data\":1}\nnonsense\n").unwrap();
        let error = Reader::open(&path).unwrap().next().unwrap_err();
        assert!(error.to_string().starts_with("line 2: not a line of a removal log"), "{error}");
    }
}
