//! Parquet written anew: the columns of texts are encoded again, everything else is copied as it lies in the file.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use parquet::basic::{Compression, Encoding};
use parquet::bloom_filter::Sbbf;
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArrayType;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;

use super::atomic::Pending;
use super::marks;
use super::stream::Out;
use crate::source::{Column, Container, Rows, wrong};

/// Batches that wait for the writer.
const WAITING: usize = 4;

/// A table that is being written, on a thread of its own: its writers borrow from one another.
pub struct Table {
    rows: SyncSender<Rows>,
    writer: JoinHandle<Result<Out>>,
}

impl Table {
    /// A copy of the table `container` into `out`; `marks` adds the columns that tell what went.
    pub fn new(container: &Arc<Container>, out: Out, marks: bool) -> io::Result<Table> {
        let file = File::open(container.table().ok_or(io::ErrorKind::NotFound)?)?;
        let policy = PageIndexPolicy::Optional;
        let metadata = ParquetMetaDataReader::new().with_page_index_policy(policy).parse_and_finish(&file).map_err(wrong)?;
        if marks && let Some(name) = marks::clash(metadata.file_metadata().schema()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it has a column `{name}` already")));
        }
        let (rows, waiting) = sync_channel(WAITING);
        let container = container.clone();
        let writer = std::thread::spawn(move || {
            let source = Source { file: &file, metadata: &metadata, leaves: container.leaves(), marks };
            write(&source, out, &waiting)
        });
        Ok(Table { rows, writer })
    }

    /// Adds rows.
    pub fn write(&self, rows: Rows) -> io::Result<()> {
        // A writer that has failed says why at the end.
        let _ = self.rows.send(rows);
        Ok(())
    }

    /// Ends the file.
    pub fn finish(self) -> io::Result<Option<Pending>> {
        drop(self.rows);
        let written = self.writer.join().map_err(|_| io::Error::other("the writer of the table died"))?;
        match written.map_err(wrong)? {
            Out::File(file) => Ok(Some(file.into_inner().map_err(io::IntoInnerError::into_error)?)),
            mut out => {
                io::Write::flush(&mut out)?;
                Ok(None)
            }
        }
    }
}

/// The table as it is, and what becomes of it.
struct Source<'s> {
    file: &'s File,
    metadata: &'s ParquetMetaData,
    /// The columns of texts.
    leaves: &'s [usize],
    /// Two columns more.
    marks: bool,
}

fn write(source: &Source<'_>, out: Out, waiting: &Receiver<Rows>) -> Result<Out> {
    let Source { metadata, leaves, marks, .. } = *source;
    let mut schema = metadata.file_metadata().schema_descr().root_schema_ptr();
    if marks {
        schema = marks::schema(&schema)?;
    }
    let mut writer = SerializedFileWriter::new(out, schema, Arc::new(properties(metadata, leaves, marks)))?;
    for group in 0..metadata.num_row_groups() {
        // Where the input ends early, the groups before are whole.
        let Ok(first) = waiting.recv() else { break };
        copy_group(&mut writer, source, group, first, waiting)?;
    }
    writer.into_inner()
}

fn copy_group(
    writer: &mut SerializedFileWriter<Out>,
    source: &Source<'_>,
    number: usize,
    first: Rows,
    waiting: &Receiver<Rows>,
) -> Result<()> {
    let Source { file, metadata, leaves, marks: marked } = *source;
    let source = metadata.row_group(number);
    let mut group = writer.next_row_group()?;
    let mut first = Some(first);
    // With several text columns the later ones wait for the first: a group of them is held in memory.
    let mut marks = Vec::new();
    let mut held: Vec<Vec<Column>> = leaves.iter().map(|_| Vec::new()).collect();
    if leaves.is_empty() {
        // No text in it: everything is copied.
        let mut rows = first.take();
        while let Some(some) = rows {
            marks.extend(some.marks);
            rows = if some.last { None } else { Some(waiting.recv().map_err(|_| broken())?) };
        }
    }
    for n in 0..source.num_columns() {
        let Some(leaf) = leaves.iter().position(|leaf| *leaf == n) else {
            let column = source.column(n);
            let index = metadata.page_index();
            let close = ColumnCloseResult {
                bytes_written: u64::try_from(column.compressed_size()).unwrap_or(0),
                rows_written: u64::try_from(source.num_rows()).unwrap_or(0),
                metadata: column.clone(),
                bloom_filter: Sbbf::read_from_column_chunk(column, file).ok().flatten(),
                column_index: index.and_then(|index| index.column_index(number, n)).cloned(),
                offset_index: index.and_then(|index| index.offset_index(number, n)).cloned(),
            };
            group.append_column(file, close)?;
            continue;
        };
        let mut column = group.next_column()?.ok_or_else(|| ParquetError::General("a column is missing".into()))?;
        let mut put = |some: &Column| -> Result<()> {
            let texts = column.typed::<ByteArrayType>();
            let (definition, repetition) = some.levels();
            texts.write_batch(&some.values, definition, repetition).map(drop)
        };
        if leaf == 0 {
            let mut rows = first.take();
            while let Some(some) = rows {
                marks.extend(some.marks);
                let mut columns = some.columns.into_iter();
                if let Some(some) = columns.next() {
                    put(&some)?;
                }
                for (held, some) in held.iter_mut().skip(1).zip(columns) {
                    held.push(some);
                }
                rows = if some.last { None } else { Some(waiting.recv().map_err(|_| broken())?) };
            }
        }
        for some in held[leaf].drain(..) {
            put(&some)?;
        }
        column.close()?;
    }
    if marked {
        marks::write(&mut group, &marks)?;
    }
    group.close()?;
    Ok(())
}

fn broken() -> ParquetError {
    ParquetError::General("the table breaks off within a group of rows".into())
}

/// Compression, dictionaries, statistics and filters of the text columns as they were, and what the file says of itself.
fn properties(metadata: &ParquetMetaData, leaves: &[usize], marks: bool) -> WriterProperties {
    let about = metadata.file_metadata();
    let mut words = about.key_value_metadata().cloned();
    if marks {
        words.iter_mut().for_each(|words| marks::tell(words));
    }
    let mut properties = WriterProperties::builder().set_key_value_metadata(words);
    if let Some(name) = about.created_by() {
        // Readers work around the mistakes of old writers by this name, and most of the file is still theirs.
        properties = properties.set_created_by(name.to_owned());
    }
    let Some(group) = metadata.row_groups().first() else { return properties.build() };
    properties = properties.set_sorting_columns(group.sorting_columns().cloned());
    let indexed = group.columns().iter().any(|column| column.offset_index_offset().is_some());
    properties = properties.set_offset_index_disabled(!indexed);
    if let Some(first) = leaves.first() {
        // That of the new columns; those that are copied are not compressed again.
        properties = properties.set_compression(current(group.column(*first).compression()));
    }
    for leaf in leaves {
        let column = group.column(*leaf);
        let path = || column.column_path().clone();
        let dictionary = column.encodings().any(|e| matches!(e, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY));
        let statistics = match (column.column_index_offset(), column.statistics()) {
            (Some(_), _) => EnabledStatistics::Page,
            (None, Some(_)) => EnabledStatistics::Chunk,
            (None, None) => EnabledStatistics::None,
        };
        properties = properties
            .set_column_compression(path(), current(column.compression()))
            .set_column_dictionary_enabled(path(), dictionary)
            .set_column_statistics_enabled(path(), statistics)
            .set_column_bloom_filter_enabled(path(), column.bloom_filter_offset().is_some());
    }
    properties.build()
}

fn current(compression: Compression) -> Compression {
    match compression {
        Compression::LZ4 => Compression::LZ4_RAW, // the older form is deprecated and read differently by different readers
        other => other,
    }
}
