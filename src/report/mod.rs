//! A run as one HTML file: opened from disk, without a network, it shows what goes and takes decisions.
//!
//! [`Report`] counts documents (workers may each have one, they are merged), [`Report::page`] writes the file. The page is
//! `page.html` with `page.css` and the script of `script/`, and the figures beside them as JSON.
//!
//! Text of documents is hostile. It reaches the page as JSON in a block that is no script, with everything escaped that
//! could end it; the script turns it into text nodes and nothing else; and a Content-Security-Policy holds the browser to
//! that: no script and no style but these two, by their hashes, no markup made from strings, no address to load from.

mod count;
mod data;
mod page;
#[cfg(test)]
mod tests;

pub use count::Report;
pub use page::is_report;

use crate::Confidence;
use crate::decide::Record;
use crate::log::Pack;

/// Bytes of data that a page may carry unless it is told otherwise: what a browser opens without a pause.
pub const SIZE: usize = 20 << 20;

/// What a page says of its run besides the figures.
#[derive(Clone, Debug)]
pub struct About {
    /// What was read, as it was typed.
    pub source: String,
    /// The day.
    pub made: String,
    /// What the page's decisions are remembered under: the same for the same documents, and no path.
    pub id: String,
    /// Lowest confidence that is removed.
    pub level: Confidence,
    /// The packs.
    pub packs: Vec<Pack>,
    /// The name that decisions are saved under.
    pub file: String,
    /// The command that applies them.
    pub apply: String,
    /// What was decided before.
    pub decisions: Vec<Record>,
    /// Documents that could not be read.
    pub errors: usize,
    /// Only documents that changed are known (a removal log): shares are of those.
    pub partial: bool,
    /// Bytes of data at most; beyond, groups are sampled.
    pub size: usize,
}
