//! Containers restored: one pass over the cleaned file and one over the log, side by side.

use std::io;
use std::path::Path;

use dehusk::log::{Begin, State};

use super::logged::{Head, Piece, Pieces, shape};
use super::messages::{self, Failure};
use super::restore::{Finder, Target, below};
use crate::sink::{How, Out, Pending, Sink};
use crate::source::{Body, Container, Entry, Holds, Opened, Shape, Text, open, show};

/// A restoration of containers.
pub struct Job<'a> {
    /// The run that is undone.
    pub begin: &'a Begin,
    /// Where cleaned files are.
    pub finder: &'a Finder,
    /// Where originals go.
    pub target: &'a Target,
    /// Threads that compress.
    pub threads: usize,
    /// A later run of this container has been undone already.
    pub again: bool,
}

/// What has been put back.
#[derive(Default)]
struct Sum {
    records: u64,
    removals: usize,
}

impl Job<'_> {
    /// Puts the removals of a container back; how many records and removals that were.
    pub fn container(&self, head: &Head, pieces: &mut Pieces) -> Result<(u64, usize), Box<Failure>> {
        let fail = |e: &io::Error| Box::new(Failure::io(&head.doc, e));
        let mut place = below(Path::new(&head.doc));
        let path = match self.target {
            Target::Out(folders) if self.again => Some(folders[1].target(&place).map_err(|e| fail(&e))?),
            _ => self.finder.container(&head.doc, self.begin).map_err(Box::new)?,
        };
        let Some(path) = path else { return Ok((0, 0)) };
        if head.doc == "-" && !self.again {
            place = path.file_name().unwrap_or_default().into();
        }
        let entry = Entry { path: Some(path.clone()), name: show(&path), place: place.clone(), walked: false, record: None };
        let shape = Shape { hash: true, ..shape(&head.format, head.fields.iter().map(String::as_str)) };
        let Opened::Container(container, mut reader) = open(&entry, &shape).map_err(|e| fail(&e))? else {
            return Err(Box::new(Failure::new(show(&path), format!("not the {} file that the log describes", head.format))));
        };
        let mut sink = self.sink(&path, &place, &container).map_err(|e| fail(&e))?;
        let mut sum = Sum::default();
        let mut next = pieces.record();
        loop {
            let piece = reader.next().map_err(|e| fail(&e))?;
            let Some(mut piece) = piece else { break };
            let body = std::mem::replace(&mut piece.body, Body::nothing());
            let body = self.body(&container, piece.number, body, &mut next, pieces, &mut sum)?;
            match body {
                #[cfg(feature = "parquet")]
                Body::Rows(rows) => sink.write_rows(rows),
                body => sink.write(body.into_bytes(), None),
            }
            .map_err(|e| fail(&e))?;
        }
        if let Some(missing) = next {
            let record = missing.record.unwrap_or(0);
            return Err(Box::new(Failure::new(
                show(&path),
                format!("record {record} of the log is missing: another file, or one that was changed"),
            )));
        }
        if sum.removals == 0 && matches!(self.target, Target::InPlace) {
            return Ok((0, 0));
        }
        let (after, pending) = sink.finish().map_err(|e| fail(&e))?;
        if let (Some(before), Some(after)) = (&pieces.before, &after)
            && before != after
        {
            messages::aside(&format!("{}: every text is the original, but not every byte around them", head.doc));
        }
        pending.map_or(Ok(()), Pending::commit).map_err(|e| fail(&e))?;
        Ok((sum.records, sum.removals))
    }

    fn sink(&self, path: &Path, place: &Path, container: &std::sync::Arc<Container>) -> io::Result<Sink> {
        let out = match (self.target, &container.version) {
            (Target::InPlace, Some(version)) => Out::file(Pending::replace(path, &[], version)?),
            (Target::InPlace, None) => Out::Nowhere,
            (Target::Out(folders), _) => {
                let like = (!self.again).then_some(path);
                Out::file(folders[usize::from(self.again)].begin(place, like)?)
            }
        };
        Sink::new(container, out, How { packing: container.packing, marks: false, threads: self.threads, hash: true })
    }

    /// A piece of the file with everything back that the log tells of it.
    fn body(
        &self,
        container: &Container,
        number: u64,
        body: Body,
        next: &mut Option<Piece>,
        pieces: &mut Pieces,
        sum: &mut Sum,
    ) -> Result<Body, Box<Failure>> {
        let wanted = |next: &Option<Piece>| next.as_ref().and_then(|piece| piece.record);
        match body {
            Body::Record(record) if wanted(next) == Some(number) => {
                let texts = texts(container.texts(number, &record).map_err(|fault| unlike(container, number, &fault.why))?);
                let mut news = vec![None; texts.len()];
                while wanted(next) == Some(number) {
                    let Some(piece) = next.take() else { break };
                    *next = pieces.record();
                    let field = |text: &Text<'_>| text.entry.record.as_ref().and_then(|record| record.field.clone());
                    let which = texts.iter().position(|text| field(text) == piece.field);
                    let Some(which) = which else { return Err(unlike(container, number, "it has no such text")) };
                    news[which] = woven(container, &record, &texts[which], &piece, number, sum)?;
                }
                let restored = container.splice(&record, &texts, news);
                Ok(Body::Record(restored.into()))
            }
            #[cfg(feature = "parquet")]
            Body::Rows(mut rows) => {
                let mut news = Vec::new();
                for (number, holds) in rows.texts(container, number) {
                    if wanted(next) != Some(number) {
                        continue;
                    }
                    for text in holds.map(texts).unwrap_or_default() {
                        let Some(piece) = next.take() else { break };
                        *next = pieces.record();
                        if let Some(new) = woven(container, &[], &text, &piece, number, sum)? {
                            news.push((text.range, new));
                        }
                    }
                }
                news.into_iter().for_each(|(range, new)| rows.set(&range, new));
                Ok(Body::Rows(rows))
            }
            body => Ok(body),
        }
    }
}

fn texts(holds: Holds<'_>) -> Vec<Text<'_>> {
    match holds {
        Holds::Texts(texts) => texts,
        Holds::Nothing | Holds::Unfit(_) => Vec::new(),
    }
}

fn unlike(container: &Container, number: u64, why: &str) -> Box<Failure> {
    Box::new(Failure::new(container.name(number), format!("not the record that the log describes: {why}")))
}

/// The spelling of one text with everything back; `None` where it is the original already.
fn woven(
    container: &Container,
    record: &[u8],
    text: &Text<'_>,
    piece: &Piece,
    number: u64,
    sum: &mut Sum,
) -> Result<Option<Vec<u8>>, Box<Failure>> {
    let now = State::of(text.document.text.as_bytes());
    if now == piece.before {
        return Ok(None);
    }
    if now != piece.after {
        return Err(unlike(container, number, "its text was changed since, or is another one"));
    }
    let damaged = || Box::new(Failure::new(container.name(number), "the removals do not fit the text: the log is damaged"));
    let whole = dehusk::weave(&text.document.text, piece.removed.iter().map(|(at, text, _)| (*at, text.as_str()))).ok_or_else(damaged)?;
    if State::of(whole.as_bytes()) != piece.before {
        return Err(damaged());
    }
    sum.records += 1;
    sum.removals += piece.removed.len();
    container.weave(record, text, &piece.removed).ok_or_else(damaged).map(Some)
}
