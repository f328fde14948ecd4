//! What would go, shown: the view of `dehusk diff`.
//!
//! The removals are the truth; nothing here compares texts. One document is rendered by [`render`], a pure function that
//! workers may call in parallel; a [`Printer`] puts the pieces out in order and ends with a summary.
//!
//! ```
//! use dehusk::diff::{Format, Options, Printer, Style};
//!
//! let options = Options { format: Format::Human, style: Style::PLAIN, ..Options::default() };
//! let mut printer = Printer::new(Vec::new(), options);
//! // for (name, cleaned) in documents { printer.document(name, &cleaned)?; }
//! let shown = printer.finish()?;
//! # Ok::<(), std::io::Error>(())
//! ```

mod against;
mod by_rule;
mod by_site;
mod fold;
mod gutter;
mod json;
pub mod pager;
mod rows;
#[cfg(test)]
mod sample;
mod short;
mod style;
mod summary;
mod tally;
#[cfg(test)]
mod tests;
mod unified;
mod view;
mod width;

use std::io::{self, Write};

pub use against::{ChangeTally, Changes, Earlier, Versions};
pub use by_rule::ByRule;
pub use by_site::{BySite, site_of};
pub use gutter::repeats;
pub(crate) use rows::{Look, TextRow, rows};
pub(crate) use style::glyph;
pub use style::{Depth, Style, Theme, When};
pub use tally::{RuleTally, Tally};
pub use width::{bytes, counted, grouped, percent};
pub(crate) use width::{clip, squeeze, width as columns_of};

use crate::Cleaned;

/// In which form removals are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: gutter, folded context, inline cuts.
    #[default]
    Human,
    /// One line a removal: `file:line:column: rule: text`.
    Short,
    /// A patch that `patch -p1` applies.
    Unified,
    /// JSON Lines, in the form of the removal log.
    Json,
}

/// What is printed after the documents. Only people get one: the other formats are read by programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Summary {
    /// Nothing.
    Off,
    /// The rules that removed most.
    #[default]
    Short,
    /// Every rule.
    Full,
    /// Every rule, and no documents before it.
    Only,
}

/// How removals are shown.
#[derive(Clone, Debug)]
pub struct Options {
    /// The form.
    pub format: Format,
    /// Untouched lines around a removal.
    pub context: usize,
    /// Columns of the target.
    pub width: usize,
    /// Long removals are shown whole.
    pub all: bool,
    /// Colours and links.
    pub style: Style,
    /// The target is a terminal: what could steer it or hide is made visible. The human view always does so.
    pub sanitise: bool,
    /// The document is a file that begins with a byte order mark, which is no part of its text: a patch has to name it.
    pub bom: bool,
    /// What follows the documents.
    pub summary: Summary,
    /// What was typed after `dehusk diff`, for the commands the summary ends with.
    pub paths: String,
    /// Where documents are, such as `file:///home/ada/`: the name of a document is put after it.
    pub documents_url: Option<String>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            format: Format::Human,
            context: 2,
            width: 80,
            all: false,
            style: Style::PLAIN,
            sanitise: true,
            bom: false,
            summary: Summary::Short,
            paths: String::new(),
            documents_url: None,
        }
    }
}

impl Options {
    /// Names of documents are paths: what a link may not hold is written in hex.
    fn document_link(&self, name: &str) -> Option<String> {
        let base = self.documents_url.as_ref()?;
        // A record is shown in its file.
        let name = match name.rsplit_once(':') {
            Some((file, record)) if record.starts_with(|c: char| c.is_ascii_digit()) => file,
            _ => name,
        };
        let mut link = if name.starts_with('/') { "file://".to_owned() } else { base.clone() };
        for byte in name.trim_start_matches("./").bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => link.push(char::from(byte)),
                _ => link.push_str(&format!("%{byte:02X}")),
            }
        }
        Some(link)
    }
}

/// Which record of a file a document is, for programs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Address<'a> {
    /// The file.
    pub doc: &'a str,
    /// The number of the record.
    pub record: u64,
    /// Its field, where it has several texts.
    pub field: Option<&'a str>,
    /// Its own id.
    pub id: Option<&'a str>,
    /// The address of its page.
    pub url: Option<&'a str>,
}

/// One document in the form that `options` ask for; empty where nothing is to be told.
pub fn render(name: &str, cleaned: &Cleaned<'_>, options: &Options) -> Vec<u8> {
    render_record(name, None, cleaned, options)
}

/// The same for what may be a record of a file.
pub fn render_record(name: &str, address: Option<Address<'_>>, cleaned: &Cleaned<'_>, options: &Options) -> Vec<u8> {
    if options.summary == Summary::Only {
        return Vec::new();
    }
    match options.format {
        Format::Human => gutter::render(name, cleaned, options),
        Format::Short => short::render(name, cleaned, options),
        Format::Unified => unified::render(name, cleaned, options),
        Format::Json => json::render(name, address, cleaned, options),
    }
    .into_bytes()
}

/// Puts out documents one after the other, and what they add up to.
pub struct Printer<W: Write> {
    out: W,
    options: Options,
    tally: Tally,
}

impl<W: Write> Printer<W> {
    /// A printer into `out`.
    pub fn new(out: W, options: Options) -> Printer<W> {
        Printer { out, options, tally: Tally::default() }
    }

    /// Shows a document.
    pub fn document(&mut self, name: &str, cleaned: &Cleaned<'_>) -> io::Result<()> {
        self.tally.add(cleaned);
        self.out.write_all(&render(name, cleaned, &self.options))
    }

    /// Shows a document that was rendered and counted elsewhere.
    pub fn rendered(&mut self, bytes: &[u8], tally: &Tally) -> io::Result<()> {
        self.tally.merge(tally);
        self.out.write_all(bytes)
    }

    /// What was counted so far; what the documents alone do not tell is added here before [`Printer::finish`].
    pub fn tally(&mut self) -> &mut Tally {
        &mut self.tally
    }

    /// Ends with the summary and gives the target back.
    pub fn finish(mut self) -> io::Result<W> {
        let end = match self.options.format {
            Format::Human => summary::render(&self.tally, &self.options),
            Format::Json => json::end(&self.tally),
            Format::Short | Format::Unified => String::new(),
        };
        self.out.write_all(end.as_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }
}
