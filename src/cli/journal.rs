//! What was found so far in the file that is being written, so that a run that is killed within a large file need not find
//! it again.
//!
//! Half an output is of no use to anyone: a compressed stream cannot be gone on with, a table has its directory at the end.
//! But writing is cheap and cleaning is not. So `--resume` keeps the cuts, in the order of the records, and the next run reads
//! the file again and cuts what the journal says as far as it goes. Whatever comes out is what an undisturbed run writes, by
//! the same way.
//!
//! The journal holds one container, is cut back when the next one begins, and taken away when there is nothing to go on with.
//! It is written like a removal log: JSON Lines in whole frames of zstd.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dehusk::log::Writer;
use serde::{Deserialize, Serialize};

use super::manifest::version;
use crate::source::{Body, Container, Item, Known, Piece};

/// Time between two writes: what a kill may cost.
const PAUSE: Duration = Duration::from_secs(1);

/// Smaller files are done anew: that takes less time than to keep a journal of each.
const WORTH: u64 = 1 << 20;

const SCHEMA: u32 = 1;

/// A line of the journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "lowercase")]
enum Line {
    /// The file that follows.
    Begin(Head),
    /// Pieces in which nothing was found, from a number to a number.
    Same(u64, u64),
    /// What goes from a piece.
    Cut(u64, Known),
}

/// Which file it is, and what decides what is found in it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Head {
    schema: u32,
    doc: String,
    input: (u64, u64),
    settings: String,
}

impl Head {
    fn of(container: &Container, settings: &str) -> Option<Head> {
        let input = version(container.entry.path.as_deref()?).ok()?;
        let doc = container.entry.place.to_string_lossy().into_owned();
        Some(Head { schema: SCHEMA, doc, input, settings: settings.to_owned() })
    }
}

/// Writes the journal of a run.
pub struct Journal {
    path: PathBuf,
    /// All that decides what is in it.
    settings: String,
    /// What the journal of an earlier run begins with, and the last piece it knows.
    earlier: Option<(Head, u64)>,
    open: Option<Writer>,
    /// The last piece that it knows.
    last: u64,
    /// Pieces in which nothing was found, and that are not written yet.
    same: Option<(u64, u64)>,
    written: Instant,
}

impl Journal {
    /// A journal at `path`; `resume` takes up what is there.
    pub fn new(path: &Path, resume: bool, settings: String) -> io::Result<(Journal, Replay)> {
        let mut earlier = None;
        if resume && path.exists() {
            drop(Writer::open(path)?); // cuts off what is torn
            let mut replay = Replay::open(path, &settings)?;
            earlier = replay.head.take().map(|head| (head, replay.end()));
        } else if path.exists() {
            fs::remove_file(path)?;
        }
        let replay = if earlier.is_some() { Replay::open(path, &settings)? } else { Replay::default() };
        let journal = Journal { path: path.to_path_buf(), settings, earlier, open: None, last: 0, same: None, written: Instant::now() };
        Ok((journal, replay))
    }

    /// A container begins. Tells how far an earlier run has come in it.
    pub fn begin(&mut self, container: &Container) -> io::Result<u64> {
        self.end()?;
        let Some(head) = Head::of(container, &self.settings).filter(|head| head.input.0 >= WORTH) else { return Ok(0) };
        let known = self.earlier.take_if(|(earlier, _)| *earlier == head);
        self.last = known.as_ref().map_or(0, |(_, last)| *last);
        if known.is_none() && self.earlier.is_none() && self.path.exists() {
            fs::remove_file(&self.path)?;
        }
        if self.earlier.is_some() {
            return Ok(0); // the file that it tells of is yet to come
        }
        let mut writer = Writer::open(&self.path)?;
        if known.is_none() {
            put(&mut writer, &Line::Begin(head))?;
        }
        self.open = Some(writer);
        self.written = Instant::now();
        Ok(self.last)
    }

    /// A piece was cleaned.
    pub fn add(&mut self, number: u64, known: Known) -> io::Result<()> {
        let Some(writer) = &mut self.open else { return Ok(()) };
        if number <= self.last {
            return Ok(());
        }
        self.last = number;
        if known.is_same() {
            match &mut self.same {
                Some((_, to)) if *to + 1 == number => *to = number,
                same => {
                    if let Some((from, to)) = same.replace((number, number)) {
                        put(writer, &Line::Same(from, to))?;
                    }
                }
            }
        } else {
            if let Some((from, to)) = self.same.take() {
                put(writer, &Line::Same(from, to))?;
            }
            put(writer, &Line::Cut(number, known))?;
        }
        if self.written.elapsed() > PAUSE {
            self.flush()?;
        }
        Ok(())
    }

    /// Nothing more comes of the container: it is visible, or it failed.
    pub fn end(&mut self) -> io::Result<()> {
        self.same = None;
        if self.open.take().is_some() {
            fs::remove_file(&self.path)?;
        }
        Ok(())
    }

    /// True within a container that is worth a journal.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The run is at its end: there is nothing to go on with.
    pub fn close(mut self) -> io::Result<()> {
        self.end()?;
        if self.earlier.is_some() { fs::remove_file(&self.path) } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        let Some(writer) = &mut self.open else { return Ok(()) };
        if let Some((from, to)) = self.same.take() {
            put(writer, &Line::Same(from, to))?;
        }
        self.written = Instant::now();
        writer.flush()
    }
}

/// The run stops within a file: what is known of it stays.
impl Drop for Journal {
    fn drop(&mut self) {
        // Nobody can be told any more; the next run does a little more then.
        let _ = self.flush();
    }
}

fn put(writer: &mut Writer, line: &Line) -> io::Result<()> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    writer.write_lines(&bytes)
}

/// Gives the pieces of a container what the journal of an earlier run knows of them.
#[derive(Default)]
pub struct Replay {
    lines: Option<Box<dyn BufRead + Send>>,
    settings: String,
    head: Option<Head>,
    /// The container that is being read is that of the journal.
    inside: bool,
    next: Option<(u64, u64, Known)>,
}

impl Replay {
    fn open(path: &Path, settings: &str) -> io::Result<Replay> {
        let lines = BufReader::new(zstd::stream::read::Decoder::new(File::open(path)?)?);
        let mut replay = Replay { lines: Some(Box::new(lines)), settings: settings.to_owned(), ..Replay::default() };
        if let Some(Line::Begin(head)) = replay.line()
            && head.settings == settings
        {
            replay.head = Some(head);
        }
        Ok(replay)
    }

    /// The next line; none at the end, or where it cannot be read.
    fn line(&mut self) -> Option<Line> {
        let mut line = Vec::new();
        let whole = self.lines.as_mut()?.read_until(b'\n', &mut line).is_ok_and(|length| length > 0);
        let line = whole.then(|| serde_json::from_slice(&line).ok()).flatten();
        if line.is_none() {
            self.lines = None;
        }
        line
    }

    /// The last piece that it knows.
    fn end(mut self) -> u64 {
        let mut last = 0;
        while let Some(line) = self.line() {
            last = match line {
                Line::Same(_, to) | Line::Cut(to, _) => to,
                Line::Begin(_) => break,
            };
        }
        last
    }

    /// The item, with what is known of it.
    pub fn recall(&mut self, mut item: Item) -> Item {
        match &mut item {
            Item::Begin(container) => {
                self.inside = self.head.is_some() && self.head == Head::of(container, &self.settings);
            }
            Item::Piece(_, piece) if self.inside => piece.known = self.known(piece),
            _ => {}
        }
        item
    }

    fn known(&mut self, piece: &Piece) -> Option<Known> {
        if matches!(piece.body, Body::Rest(_) | Body::Left(..)) {
            return None;
        }
        let number = piece.number;
        while self.next.as_ref().is_none_or(|(_, to, _)| *to < number) {
            self.next = match self.line()? {
                Line::Same(from, to) => Some((from, to, Known::default())),
                Line::Cut(number, known) => Some((number, number, known)),
                Line::Begin(_) => return None,
            };
        }
        let (from, to, known) = self.next.as_mut()?;
        if *from > number {
            return None;
        }
        Some(if *to == number { std::mem::take(known) } else { Known::default() })
    }
}
