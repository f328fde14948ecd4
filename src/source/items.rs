//! One stream of everything that is read: plain files, and containers piece by piece, in a stable order.

use std::collections::HashSet;
use std::io::{self, BufRead, Read};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;

use super::container::{Container, Format, Piece, Shape};
use super::packing::Packing;
use super::pieces::{Ending, Opened, Reader, open};
use super::walk::{Entry, Filter, Found, Inputs, say};
use crate::cli::messages::Failure;

/// What comes next.
#[derive(Debug)]
pub enum Item {
    /// A file that is one text, or none at all; its bytes where they had to be read to tell.
    File(Found, Option<Vec<u8>>),
    /// A container begins.
    Begin(Arc<Container>),
    /// A piece of it.
    Piece(Arc<Container>, Piece),
    /// It has ended, well or not.
    End(Arc<Container>, Ending),
}

impl Item {
    /// What messages call it.
    pub fn name(&self) -> String {
        match self {
            Item::File(found, _) => found.name().to_owned(),
            Item::Piece(container, piece) => container.name(piece.number),
            Item::Begin(container) | Item::End(container, _) => container.entry.name.clone(),
        }
    }

    /// Roughly what it holds in memory.
    pub fn weight(&self) -> usize {
        match self {
            Item::File(_, bytes) => bytes.as_ref().map_or(0, Vec::len),
            Item::Piece(_, piece) => piece.body.weight(),
            Item::Begin(_) | Item::End(..) => 0,
        }
    }
}

/// The stream. It reads while it is asked, and never ahead.
pub struct Items<'a> {
    found: Box<dyn Iterator<Item = Found> + Send + 'a>,
    shape: Shape,
    /// Places that are left out: they have been done.
    done: HashSet<PathBuf>,
    open: Option<(Arc<Container>, Box<Reader>)>,
}

impl<'a> Items<'a> {
    /// Everything that `inputs` lead to.
    pub fn new(inputs: &'a Inputs, filter: &'a Filter, shape: Shape) -> Result<Items<'a>> {
        Ok(Items { found: Box::new(inputs.walk(filter)?), shape, done: HashSet::new(), open: None })
    }

    fn begin(&mut self, entry: Entry) -> Item {
        let failed = |entry: &Entry, e: &io::Error| Item::File(Found::Failed(failure(entry, e)), None);
        match open(&entry, &self.shape) {
            Ok(Opened::Container(container, reader)) => {
                self.open = Some((container.clone(), reader));
                Item::Begin(container)
            }
            Ok(Opened::Plain(None)) => Item::File(Found::Document(entry), None),
            Ok(Opened::Plain(Some(input))) => match whole(input) {
                Ok(bytes) => Item::File(Found::Document(entry), Some(bytes)),
                Err(e) => failed(&entry, &e),
            },
            Err(e) => failed(&entry, &e),
        }
    }

    /// Files that are named by hand, and those whose names promise it, are looked into; all others are texts, and are opened
    /// by the threads that clean them.
    fn may_hold_records(&self, entry: &Entry) -> bool {
        match (self.shape.from, &entry.path) {
            (Some(Format::Text), Some(path)) => Packing::of_name(path) != Packing::None,
            (Some(_), _) | (None, None) => true,
            (None, Some(path)) => !entry.walked || Format::of_name(path).is_some() || Packing::of_name(path) != Packing::None,
        }
    }
}

fn failure(entry: &Entry, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::UnexpectedEof => "the file is cut off at its beginning".to_owned(),
        _ => say(error),
    };
    Failure::new(entry.name.clone(), why)
}

fn whole(mut input: Box<dyn BufRead + Send>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Iterator for Items<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        if let Some((container, mut reader)) = self.open.take() {
            if container.given_up() {
                return Some(Item::End(container, reader.ending(None)));
            }
            return Some(match reader.next() {
                Ok(Some(piece)) => {
                    self.open = Some((container.clone(), reader));
                    Item::Piece(container, piece)
                }
                Ok(None) => Item::End(container, reader.ending(None)),
                Err(e) => Item::End(container, reader.ending(Some(&e))),
            });
        }
        loop {
            let found = self.found.next()?;
            return Some(match found {
                Found::Document(entry) if self.done.contains(&entry.place) => continue,
                Found::Document(entry) if self.may_hold_records(&entry) => self.begin(entry),
                found => Item::File(found, None),
            });
        }
    }
}
