//! First stage of the command: paths become documents. Only this folder reads the user's files.
//!
//! A folder is walked, and each of its files is one text or a container of many. [`Items`] is one stream of all of that, in a
//! stable order and in bounded memory: plain files are named, and opened by whoever works on them; containers are opened here
//! and handed out [`Piece`] by piece. [`Container::texts`] finds the texts of a record, on any thread.
//!
//! Commands that only look use [`crate::cli`]'s `Session::each`, which does all of this and calls them with each document,
//! be it a file, a line of JSON Lines or a row of a table. `Entry::name` is what to call it (`news.jsonl:118`),
//! `Entry::record` tells which record it is.

mod blocks;
mod container;
mod document;
mod encoding;
mod gzip;
mod items;
mod list;
mod near;
mod packing;
#[cfg(feature = "parquet")]
mod parquet;
mod pieces;
mod seeker;
mod values;
mod walk;
mod warc;

#[cfg(test)]
pub use blocks::Blocks;
pub use blocks::Slice;
pub use container::{Body, Container, Fault, Format, Holds, Known, Piece, Shape, Text, without};
pub use document::{Document, Unread, Version};
pub use encoding::{Choice, Form};
pub use items::{Batches, Item, Items, sample, weigh};
pub use packing::{Packer, Packing};
#[cfg(feature = "parquet")]
pub use parquet::{Column, Mark, Rows, wrong};
pub use pieces::{Ending, Opened, open};
pub use seeker::Seeker;
pub use walk::{Entry, Filter, Found, Input, Inputs, list, say, show};
