//! The file of decisions: one JSON line each, appended, read to its last whole line; the last one for a key holds.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::key::{neighbours, normal, place_key, rule_key, text_key};
use crate::plan::visible;
use crate::text::Span;
use crate::{Cleaned, Confidence};

/// How far a decision reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Everything that a rule takes.
    Rule,
    /// One text, wherever the rule takes it.
    #[default]
    Text,
    /// One text between its neighbours.
    Place,
}

impl Scope {
    /// The word used in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Rule => "rule",
            Scope::Text => "text",
            Scope::Place => "place",
        }
    }
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// The text stays.
    Keep,
    /// It goes.
    Remove,
    /// Undecided: takes an earlier decision back.
    Later,
}

impl Decision {
    /// The word used in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Decision::Keep => "keep",
            Decision::Remove => "remove",
            Decision::Later => "later",
        }
    }
}

/// Other ends for a cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The text that goes instead; it is found by its words, at or around the cut.
    pub cut: String,
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Hash of what it is about.
    pub key: String,
    /// How far it reaches.
    pub scope: Scope,
    /// The rule that makes the cut.
    pub rule: String,
    /// What was decided.
    pub decision: Decision,
    /// The text that was decided about, as one place has it.
    #[serde(default)]
    pub text: String,
    /// How often it was seen.
    #[serde(default)]
    pub seen: u64,
    /// The day.
    #[serde(default)]
    pub at: String,
    /// Confidence of the cut; one below the level of a run goes only if it was decided so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// The level (`--min-confidence`) of the run that was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Confidence>,
    /// Other ends of the cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<Edit>,
    /// Where the one who decided saw it, for people: `file:line`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// What a person adds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Record {
    /// The same subject, undecided.
    pub fn taken_back(&self) -> Record {
        Record { decision: Decision::Later, edit: None, at: today(), note: String::new(), ..self.clone() }
    }
}

/// All decisions that hold, by key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decisions {
    held: HashMap<String, Record>,
    /// Keys of what an edited cut leaves: it must not go in the next run.
    rests: HashMap<String, Record>,
    /// Texts that stay, whichever rule takes them.
    kept: HashMap<String, Record>,
    /// What is undecided stays.
    only: bool,
}

impl Decisions {
    /// Reads a file. One that is not there holds no decisions.
    ///
    /// # Errors
    /// Where it cannot be read, or a line is no decision. A last line without an end was cut off by a crash and is skipped.
    pub fn read(path: &Path) -> Result<Decisions, BookError> {
        let mut decisions = Decisions::default();
        match File::open(path) {
            Ok(file) => decisions.add_lines(BufReader::new(file))?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(e.into()),
        }
        Ok(decisions)
    }

    /// Adds the lines of a file; later ones win.
    ///
    /// # Errors
    /// As [`Decisions::read`].
    pub fn add_lines(&mut self, mut input: impl BufRead) -> Result<(), BookError> {
        let mut line = String::new();
        let mut number = 0;
        loop {
            line.clear();
            if input.read_line(&mut line)? == 0 || !line.ends_with('\n') {
                return Ok(());
            }
            number += 1;
            if line.trim().is_empty() {
                continue;
            }
            let record = serde_json::from_str(&line).map_err(|e| BookError::Malformed { line: number, message: e.to_string() })?;
            self.add(record);
        }
    }

    /// Adds a decision; it replaces an earlier one of the same key.
    pub fn add(&mut self, record: Record) {
        for rest in rests(&record) {
            if record.decision == Decision::Remove {
                self.rests.insert(text_key(&record.rule, &rest), record.clone());
            } else {
                self.rests.remove(&text_key(&record.rule, &rest));
            }
        }
        if record.scope == Scope::Text {
            let text = text_key("", &normal(&record.text));
            if record.decision == Decision::Keep {
                self.kept.insert(text, record.clone());
            } else if self.kept.get(&text).is_some_and(|held| held.key == record.key) {
                self.kept.remove(&text);
            }
        }
        self.held.insert(record.key.clone(), record);
    }

    /// What is undecided stays, instead of going as it does without decisions.
    pub fn only(mut self, only: bool) -> Decisions {
        self.only = only;
        self
    }

    pub(super) fn keeps_undecided(&self) -> bool {
        self.only
    }

    /// The decision that holds for a key, `later` included.
    pub fn get(&self, key: &str) -> Option<&Record> {
        self.held.get(key)
    }

    /// Every decision that holds, sorted by rule and text.
    pub fn records(&self) -> Vec<&Record> {
        let mut all: Vec<&Record> = self.held.values().collect();
        all.sort_by(|a, b| (&a.rule, a.scope, &a.text, &a.key).cmp(&(&b.rule, b.scope, &b.text, &b.key)));
        all
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// True where nothing was decided.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// The strongest decision for a cut: of its place, its text or its rule. `around` are the normalised words beside it.
    /// What an edited cut leaves is kept, and so is a text that stays, when another rule takes it and nothing was said of that.
    pub fn judge(&self, rule: &str, text: &str, around: (&str, &str)) -> Option<(Decision, &Record)> {
        if self.held.is_empty() {
            return None;
        }
        let normal = normal(text);
        let text = text_key(rule, &normal);
        let anywhere = text_key("", &normal);
        let held = |key: &str| self.held.get(key).filter(|r| r.decision != Decision::Later).map(|r| (r.decision, r));
        held(&place_key(rule, &normal, around))
            .or_else(|| held(&text))
            .or_else(|| self.rests.get(&text).or_else(|| self.kept.get(&anywhere)).map(|r| (Decision::Keep, r)))
            .or_else(|| held(&rule_key(rule)))
    }

    /// Keys of decisions that concern what went from a text.
    pub fn hits(&self, cleaned: &Cleaned<'_>) -> Vec<String> {
        let text = cleaned.original();
        let spans: Vec<Span> = cleaned.removals().iter().map(|r| visible(text, r.span())).collect();
        let mut hits = Vec::new();
        for ((removal, span), (before, after)) in cleaned.removals().iter().zip(&spans).zip(neighbours(text, &spans)) {
            let rule = &removal.rule().id;
            let normal = normal(span.of(text));
            let keys = [rule_key(rule), text_key(rule, &normal), place_key(rule, &normal, (&before, &after))];
            hits.extend(keys.into_iter().filter(|key| self.held.contains_key(key)));
        }
        hits
    }

    /// The levels of the runs in which the decisions were made.
    pub(crate) fn levels(&self) -> Vec<Confidence> {
        let mut levels: Vec<Confidence> = self.held.values().filter(|r| r.decision != Decision::Later).filter_map(|r| r.level).collect();
        levels.sort();
        levels.dedup();
        levels
    }
}

/// The normalised texts before and behind an edited cut.
fn rests(record: &Record) -> Vec<String> {
    let Some(edit) = &record.edit else { return Vec::new() };
    let (whole, cut) = (normal(&record.text), normal(&edit.cut));
    let Some(at) = (!cut.is_empty()).then(|| whole.find(&cut)).flatten() else { return Vec::new() };
    let sides = [whole[..at].trim(), whole[at + cut.len()..].trim()];
    sides.into_iter().filter(|side| !side.is_empty()).map(str::to_owned).collect()
}

/// Why a file of decisions cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// It cannot be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A line that is no decision.
    #[error("line {line}: not a decision: {message}")]
    Malformed {
        /// From 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
}

/// A file of decisions that is being added to. Every decision reaches the file before [`Book::add`] returns.
#[derive(Debug)]
pub struct Book {
    file: File,
}

impl Book {
    /// Opens `path` to append to it; makes it where there is none. A torn last line is cut off.
    pub fn open(path: &Path) -> io::Result<Book> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut tail = Vec::new();
        // A line of a decision is short; what is longer than this and has no end is none.
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(1 << 20)))?;
        Read::by_ref(&mut file).take(1 << 20).read_to_end(&mut tail)?;
        if tail.last().is_some_and(|b| *b != b'\n') {
            let torn = tail.len() - memchr::memrchr(b'\n', &tail).map_or(0, |at| at + 1);
            file.set_len(length - torn as u64)?;
        }
        Ok(Book { file })
    }

    /// Appends a decision.
    pub fn add(&mut self, record: &Record) -> io::Result<()> {
        self.add_all(std::slice::from_ref(record))
    }

    /// Appends decisions, in one write.
    pub fn add_all(&mut self, records: &[Record]) -> io::Result<()> {
        let mut lines = Vec::new();
        for record in records {
            serde_json::to_writer(&mut lines, record)?;
            lines.push(b'\n');
        }
        self.file.write_all(&lines)
    }
}

/// Today's date in UTC, `2026-11-22`.
pub fn today() -> String {
    let days = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs() / 86_400);
    // Days since 0000-03-01, in eras of 400 years: the leap day is the last of a year.
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (month, late) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{date:02}", year + era * 400 + late)
}
