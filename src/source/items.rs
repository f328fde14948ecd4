//! One stream of everything that is read: plain files, and containers piece by piece, in a stable order.

use std::io::{self, Read};
use std::sync::Arc;

use anyhow::Result;

use super::blocks::Blocks;
use super::container::{Container, Format, Piece, Shape};
use super::packing::Packing;
use super::pieces::{Ending, Opened, Reader, open};
use super::walk::{Entry, Filter, Found, Inputs, say};
use crate::cli::messages::Failure;
use crate::run::Load;

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
    /// What messages call it; nothing for a piece, of which there are many: [`Container::name`] tells it by number.
    pub fn name(&self) -> &str {
        match self {
            Item::File(found, _) => found.name(),
            Item::Piece(..) => "",
            Item::Begin(container) | Item::End(container, _) => &container.entry.name,
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
    open: Option<(Arc<Container>, Box<Reader>)>,
}

impl<'a> Items<'a> {
    /// Everything that `inputs` lead to.
    pub fn new(inputs: &'a Inputs, filter: &'a Filter, shape: Shape) -> Result<Items<'a>> {
        Ok(Items { found: Box::new(inputs.walk(filter)?), shape, open: None })
    }

    /// Leaves out the files that `done` says.
    pub fn skip(mut self, done: impl Fn(&Entry) -> bool + Send + 'a) -> Items<'a> {
        let found = std::mem::replace(&mut self.found, Box::new(std::iter::empty()));
        self.found = Box::new(found.filter(move |found| !matches!(found, Found::Document(entry) if done(entry))));
        self
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
            // Found in a folder: a table of other things is left alone like any file that holds no text.
            Err(e) if entry.walked && self.shape.fields.is_empty() && e.kind() == io::ErrorKind::InvalidInput => {
                Item::File(Found::Left(entry, say(&e)), None)
            }
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

/// Bytes, and pieces, that go to a thread together.
const BATCH: (usize, usize) = (1 << 16, 64);

/// Files that go to a thread together, at most.
const FILES: usize = 16;

/// Pieces and files side by side, so that handing them from thread to thread costs little even where they are small.
pub struct Batches<I> {
    items: I,
    next: Option<Item>,
    /// Files so far.
    files: usize,
}

impl<I> Batches<I> {
    /// The items of a stream, in batches of pieces or of files; anything else goes alone.
    pub fn new(items: I) -> Batches<I> {
        Batches { items, next: None, files: 0 }
    }
}

/// What a batch adds to what is under way. Pieces are told by their bytes, and a batch of them counts as two documents; nobody
/// knows yet how large files are.
pub fn weigh(batch: &[Item]) -> Load {
    let files = batch.iter().filter(|item| matches!(item, Item::File(..))).count();
    let pieces = usize::from(matches!(batch, [Item::Piece(..), ..]));
    Load { documents: files.max(1) + pieces, bytes: batch.iter().map(Item::weight).sum() }
}

/// True for a file that whoever works on it opens.
fn unopened(item: &Item) -> bool {
    matches!(item, Item::File(_, None))
}

impl<I: Iterator<Item = Item>> Iterator for Batches<I> {
    type Item = Vec<Item>;

    fn next(&mut self) -> Option<Vec<Item>> {
        let first = self.next.take().or_else(|| self.items.next())?;
        let mut weight = first.weight();
        // The first files go alone: there may be but a few, and large ones.
        let (files, most) = match first {
            Item::Piece(..) => (false, BATCH.1),
            Item::File(_, None) => (true, (self.files / FILES).clamp(1, FILES)),
            _ => (false, 1),
        };
        let mut batch = Vec::with_capacity(most.min(FILES));
        batch.push(first);
        while weight < BATCH.0 && batch.len() < most {
            let Some(item) = self.items.next() else { break };
            if !(files && unopened(&item) || !files && matches!(item, Item::Piece(..))) {
                self.next = Some(item);
                break;
            }
            weight += item.weight();
            batch.push(item);
        }
        self.files += if files { batch.len() } else { 0 };
        Some(batch)
    }
}

/// `most` documents of a stream, each with the same chance, in their order: one pass, and never more than those in memory.
pub fn sample(items: impl Iterator<Item = Item>, most: usize, seed: u64) -> Vec<Item> {
    let mut chosen: Vec<(u64, Item)> = Vec::with_capacity(most.min(1 << 16));
    let mut chance = Chance(seed);
    let mut seen = 0u64;
    let mut told = Vec::new();
    for item in items {
        match item {
            Item::Piece(container, piece) => {
                for piece in piece.documents() {
                    offer(&mut chosen, most, &mut chance, &mut seen, Item::Piece(container.clone(), piece));
                }
            }
            Item::File(Found::Document(_), _) => offer(&mut chosen, most, &mut chance, &mut seen, item),
            // What failed is told, whatever the sample.
            Item::File(..) => told.push(item),
            Item::End(container, ending) if ending.damage.is_some() => told.push(Item::End(container, ending)),
            Item::Begin(_) | Item::End(..) => {}
        }
    }
    chosen.sort_by_key(|(number, _)| *number);
    chosen.into_iter().map(|(_, item)| item).chain(told).collect()
}

/// Algorithm R: the document that is seen as number n stays with the chance most / n.
fn offer(chosen: &mut Vec<(u64, Item)>, most: usize, chance: &mut Chance, seen: &mut u64, item: Item) {
    *seen += 1;
    if chosen.len() < most {
        chosen.push((*seen, item));
    } else if let Ok(place) = usize::try_from(chance.below(*seen))
        && place < most
    {
        chosen[place] = (*seen, item);
    }
}

/// SplitMix64: small, and the same everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        // The high half of the product: even but for one part in 2^64.
        ((u128::from(z) * u128::from(end)) >> 64) as u64
    }
}

fn failure(entry: &Entry, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::UnexpectedEof => "the file is cut off at its beginning".to_owned(),
        _ => say(error),
    };
    Failure::new(entry.name.clone(), why)
}

fn whole(mut input: Blocks) -> io::Result<Vec<u8>> {
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
        Some(match self.found.next()? {
            Found::Document(entry) if self.may_hold_records(&entry) => self.begin(entry),
            found => Item::File(found, None),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_has_the_same_chance() {
        let mut counts = [0u32; 20];
        for seed in 0..4000 {
            let (mut chosen, mut chance, mut seen) = (Vec::new(), Chance(seed), 0);
            for n in 0..20 {
                let failure = Failure::new(n.to_string(), "");
                offer(&mut chosen, 5, &mut chance, &mut seen, Item::File(Found::Failed(failure), None));
            }
            assert_eq!(chosen.len(), 5);
            for (number, _) in chosen {
                counts[number as usize - 1] += 1;
            }
        }
        // A thousand each; the deviation is about 27.
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
    }
}
