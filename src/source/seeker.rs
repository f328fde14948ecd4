//! Records of a container by their number, for those who know which ones they want.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use super::container::{Body, Container, Fault, Format, Holds, Text};
use super::pieces::Reader;

/// Reads a container from its beginning, and stops at the records that are asked for.
pub struct Seeker {
    /// The container.
    pub container: Arc<Container>,
    reader: Box<Reader>,
    ahead: VecDeque<(u64, Result<Holds<'static>, Fault>)>,
}

impl Seeker {
    /// Begins at the first record.
    pub fn new(container: Arc<Container>, reader: Box<Reader>) -> Seeker {
        Seeker { container, reader, ahead: VecDeque::new() }
    }

    /// What record `number` holds; `None` where there is no such record. Numbers are asked for in ascending order, and may be
    /// asked for again.
    pub fn record(&mut self, number: u64) -> io::Result<Option<&Result<Holds<'static>, Fault>>> {
        while self.ahead.front().is_some_and(|(n, _)| *n < number) {
            self.ahead.pop_front();
        }
        while self.ahead.is_empty() {
            let Some(piece) = self.reader.next()? else { return Ok(None) };
            // A compressed text is one record, whatever it is called.
            let here = if self.container.format == Format::Text { number } else { piece.number };
            match &piece.body {
                Body::Record(record) if here >= number => {
                    self.ahead.push_back((here, self.container.texts(here, record).map(Holds::into_owned)));
                }
                #[cfg(feature = "parquet")]
                Body::Rows(rows) => {
                    let rows = rows.texts(&self.container, here).into_iter().filter(|(row, _)| *row >= number);
                    self.ahead.extend(rows.map(|(row, holds)| (row, holds.map(Holds::into_owned))));
                }
                _ => {}
            }
        }
        Ok(self.ahead.front().filter(|(n, _)| *n == number).map(|(_, holds)| holds))
    }

    /// The texts of record `number`; none where it has none or cannot be read.
    pub fn texts(&mut self, number: u64) -> &[Text<'static>] {
        match self.record(number) {
            Ok(Some(Ok(Holds::Texts(texts)))) => texts,
            _ => &[],
        }
    }
}
