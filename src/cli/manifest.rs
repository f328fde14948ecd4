//! The manifest of a run: which files are done, with their hashes, so that an interrupted run can go on where it was.
//!
//! JSON Lines. A run begins with the fingerprint of what decides its output: packs, rules, fields. Then one line for each
//! file that is complete, written after the file has become visible. A killed run loses at most the lines of files that are
//! done anyway: they are done again, with the same result.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};
use dehusk::Cleaner;
use dehusk::log::State;
use serde::{Deserialize, Serialize};

use super::journal::{Journal, Replay};
use super::settings::Settings;
use crate::source::Entry;

/// A line of the manifest.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "lowercase")]
enum Line {
    /// A run begins.
    Run {
        /// The version of this format.
        schema: u32,
        /// What decides the output of the run.
        settings: String,
    },
    /// A file is complete.
    File(Done),
}

/// A file that is complete.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Done {
    /// Its place below the output folder, or its path.
    pub doc: String,
    /// The size of the input, and when it was changed, in nanoseconds since 1970.
    pub input: (u64, u64),
    /// What was written.
    pub output: State,
    /// Documents in it, those that changed, removals, bytes that went.
    pub documents: u64,
    /// See `documents`.
    pub changed: u64,
    /// See `documents`.
    pub removals: u64,
    /// See `documents`.
    pub bytes_removed: u64,
}

/// The manifest of this run.
pub struct Manifest {
    path: PathBuf,
    file: File,
    settings: String,
    /// Lines of files that wait for the disk.
    waiting: Vec<(String, Done)>,
}

/// What earlier runs with the same settings have done.
#[derive(Default)]
pub struct Earlier {
    /// By the hash of the name: sizes and times are all that is asked for, and there may be millions.
    done: HashMap<[u8; 16], Versions>,
    in_place: bool,
}

/// The input that was read, and the size of what was written.
struct Versions {
    input: (u64, u64),
    output: u64,
}

/// A name that takes little room.
fn key(doc: &str) -> [u8; 16] {
    let mut key = [0; 16];
    key.copy_from_slice(&blake3::hash(doc.as_bytes()).as_bytes()[..16]);
    key
}

const SCHEMA: u32 = 1;

impl Manifest {
    /// Opens the manifest at `path`; `resume` reads what is there.
    pub fn open(path: &Path, resume: bool, in_place: bool, settings: &Settings, cleaner: &Cleaner) -> Result<(Manifest, Earlier)> {
        let context = || format!("the manifest {} cannot be written", path.display());
        let settings = fingerprint(settings, cleaner);
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).with_context(context)?;
        let (mut done, mut same, mut torn) = (HashMap::new(), false, false);
        let mut input = BufReader::new(&mut file);
        let mut line = String::new();
        while resume && input.read_line(&mut line).with_context(context)? > 0 {
            torn = !line.ends_with('\n');
            match serde_json::from_str(&line) {
                Ok(Line::Run { schema, settings: earlier }) => same = schema == SCHEMA && earlier == settings,
                Ok(Line::File(file)) if same => {
                    done.insert(key(&file.doc), Versions { input: file.input, output: file.output.bytes });
                }
                // The end of a killed run, or lines of a later version.
                Ok(Line::File(_)) | Err(_) => {}
            }
            line.clear();
        }
        let mut manifest = Manifest { path: path.to_path_buf(), file, settings: settings.clone(), waiting: Vec::new() };
        manifest.file.seek(SeekFrom::End(0)).with_context(context)?;
        if torn {
            manifest.file.write_all(b"\n").with_context(context)?;
        }
        manifest.line(&Line::Run { schema: SCHEMA, settings })?;
        Ok((manifest, Earlier { done, in_place }))
    }

    /// The journal of the file that is being written, beside the manifest, and what an earlier run has left in it. `resume`
    /// wants that; `more` is what else decides what a journal holds.
    pub fn journal(&self, resume: bool, more: &str) -> Result<(Journal, Replay)> {
        let path = self.path.with_extension("journal.zst");
        let journal = Journal::new(&path, resume, format!("{} {more}", self.settings));
        journal.with_context(|| format!("the journal {} cannot be written", path.display()))
    }

    /// A file is complete, as soon as it is visible: [`Manifest::settle`] says when.
    pub fn add(&mut self, name: String, done: Done) {
        self.waiting.push((name, done));
    }

    /// What was added is visible, but for the files that failed.
    pub fn settle<'n>(&mut self, failed: impl Iterator<Item = &'n str>) -> Result<()> {
        let failed: Vec<&str> = failed.collect();
        for (name, done) in std::mem::take(&mut self.waiting) {
            if !failed.contains(&name.as_str()) {
                self.line(&Line::File(done))?;
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &Line) -> Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.file.write_all(&bytes).with_context(|| format!("the manifest {} cannot be written", self.path.display()))
    }
}

impl Earlier {
    /// True where nothing is known.
    pub fn is_empty(&self) -> bool {
        self.done.is_empty()
    }

    /// True where an earlier run has finished this file, and neither it nor its output was changed since. `target` is where the
    /// output lies.
    pub fn has(&self, entry: &Entry, target: Option<&Path>) -> bool {
        let Some(path) = &entry.path else { return false };
        let Some(done) = self.done.get(&key(&entry.place.to_string_lossy())) else { return false };
        let Ok(now) = version(path) else { return false };
        if self.in_place {
            // The replacement has the time of the original.
            return now == (done.output, done.input.1);
        }
        now == done.input && target.is_some_and(|target| fs::metadata(target).is_ok_and(|file| file.len() == done.output))
    }
}

/// Size of a file, and when it was changed.
pub fn version(path: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs::metadata(path)?;
    let changed = metadata.modified()?.duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos());
    Ok((metadata.len(), u64::try_from(changed).unwrap_or(0)))
}

/// A name for everything that decides what comes out: the same input gives the same bytes where this is the same.
fn fingerprint(settings: &Settings, cleaner: &Cleaner) -> String {
    // How the run goes and how it is shown decides nothing.
    let decides = Settings {
        threads: None,
        progress: None,
        fail_fast: None,
        color: None,
        theme: None,
        hyperlinks: None,
        paging: None,
        context: None,
        width: None,
        log: None,
        ..settings.clone()
    };
    let mut hasher = blake3::Hasher::new();
    hasher.update(serde_json::to_string(&decides).unwrap_or_default().as_bytes());
    hasher.update(format!("{} {}", env!("CARGO_PKG_VERSION"), cleaner.min_confidence()).as_bytes());
    for rule in cleaner.rules() {
        hasher.update(format!("{} {}\n", rule.id, rule.revision).as_bytes());
    }
    // The same name may hold other decisions by now.
    if let Some(Ok(decisions)) = settings.decisions.as_deref().map(fs::read) {
        hasher.update(&decisions);
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

/// Takes away what a killed run has left half-written in `folder`.
pub fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if entry.file_type()?.is_dir() {
            sweep(&entry.path())?;
        } else if name.starts_with(".dehusk-") && name.ends_with(".tmp") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
