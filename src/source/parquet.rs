//! Parquet: the columns of texts are read in batches of rows; nothing else of the file is decoded.
//!
//! Only the physical type matters here, so that plain, dictionary-encoded, large and view strings are all the same.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dehusk::splice::{Pointer, Spelled, Spelling, Unreadable};
use parquet::basic::{LogicalType, Type};
use parquet::column::reader::{ColumnReaderImpl, get_typed_column_reader};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::SchemaDescriptor;

use super::container::{Body, Container, Fault, Holds, Piece, TEXTS, Text, fit};
use super::packing::Packing;

/// Rows that are read, cleaned and written together.
const BATCH: usize = 64;

/// Some rows of the columns that hold texts.
#[derive(Debug, Default)]
pub struct Rows {
    /// One for each text column, in the order of the file.
    pub columns: Vec<Column>,
    /// How many rows there are.
    pub count: usize,
    /// These are the last rows of their group.
    pub last: bool,
    /// What went from each row, where somebody wants to know.
    pub marks: Vec<Mark>,
    /// Id, address and language of each row, where there are such columns.
    about: [Vec<Option<String>>; 3],
}

/// What went from a row.
#[derive(Clone, Debug, Default)]
pub struct Mark {
    /// Bytes.
    pub removed: u64,
    /// By which rules, each once.
    pub rules: Vec<String>,
}

/// Some rows of a column.
#[derive(Debug, Default)]
pub struct Column {
    /// What is not null.
    pub values: Vec<ByteArray>,
    /// Definition levels: a value that is there has the highest.
    definition: Vec<i16>,
    /// Repetition levels: 0 begins a row.
    repetition: Vec<i16>,
    /// The highest definition level.
    defined: i16,
    /// True where rows have one value or none.
    flat: bool,
}

impl Column {
    /// Definition and repetition levels, where the column has any.
    pub fn levels(&self) -> (Option<&[i16]>, Option<&[i16]>) {
        ((self.defined > 0).then_some(&self.definition), (!self.flat).then_some(&self.repetition))
    }

    /// The rows of the values, counted from 0.
    fn rows(&self) -> impl Iterator<Item = usize> {
        let mut row = 0;
        let level = |n: usize| if self.flat { 0 } else { self.repetition.get(n).copied().unwrap_or(0) };
        let defined = |n: usize| self.defined == 0 || self.definition.get(n) == Some(&self.defined);
        let levels = if self.defined == 0 && self.flat { self.values.len() } else { self.definition.len().max(self.repetition.len()) };
        (0..levels).filter_map(move |n| {
            row += usize::from(level(n) == 0);
            defined(n).then(|| row - 1)
        })
    }
}

impl Rows {
    /// Roughly what it holds in memory.
    pub fn weight(&self) -> usize {
        self.columns.iter().flat_map(|column| &column.values).map(|value| value.len() + 64).sum()
    }

    /// The texts, row by row. `number` is that of the first row. The range of a text is its column and its place there.
    pub fn texts(&self, container: &Container, number: u64) -> Vec<(u64, Result<Holds<'_>, Fault>)> {
        let mut found = Vec::new();
        let mut next = 0;
        let several = self.columns.len() > 1;
        if self.columns.is_empty() {
            return (0..self.count).map(|row| (number + row as u64, Ok(Holds::Nothing))).collect();
        }
        for (n, column) in self.columns.iter().enumerate() {
            for (at, (row, value)) in column.rows().zip(&column.values).enumerate() {
                if !several && column.flat {
                    // Rows between two values have none.
                    found.extend((next..row).map(|null| (number + null as u64, Ok(Holds::Nothing))));
                    next = row + 1;
                }
                let record = number + row as u64;
                let holds = match std::str::from_utf8(value.data()) {
                    Ok(text) => {
                        let mut entry = container.entry(record, n);
                        if let Some(record) = &mut entry.record {
                            let about = |which: usize| self.about[which].get(row).cloned().flatten();
                            (record.id, record.url, record.lang) = (about(0), about(1), about(2));
                        }
                        Ok(fit(vec![Text::new(entry, n..at, Spelled { text: text.into(), spelling: Spelling::default() })]))
                    }
                    Err(e) => Err(Unreadable::Utf8(e.valid_up_to()).into()),
                };
                found.push((record, holds));
            }
            if !several && column.flat {
                found.extend((next..self.count).map(|null| (number + null as u64, Ok(Holds::Nothing))));
            }
        }
        found
    }

    /// Each row for itself.
    pub fn split(self) -> Vec<Rows> {
        let mut rows: Vec<Rows> = Vec::new();
        let several = self.columns.len();
        for (n, column) in self.columns.into_iter().enumerate() {
            let Column { values, definition, repetition, defined, flat } = column;
            let mut values = values.into_iter();
            let levels = if defined == 0 && flat { values.len() } else { definition.len().max(repetition.len()) };
            let mut row = 0;
            for at in 0..levels {
                let (level, begins) = (definition.get(at).copied(), flat || repetition.get(at) == Some(&0));
                row += usize::from(begins);
                if rows.len() < row {
                    let about = |which: usize| self.about[which].get(row - 1).cloned().into_iter().collect();
                    let columns = (0..several).map(|_| Column::default()).collect();
                    rows.push(Rows { columns, count: 1, about: [about(0), about(1), about(2)], ..Rows::default() });
                }
                let one = &mut rows[row - 1].columns[n];
                (one.defined, one.flat) = (defined, flat);
                one.definition.extend(level);
                one.repetition.extend(repetition.get(at));
                if defined == 0 || level == Some(defined) {
                    one.values.extend(values.next());
                }
            }
        }
        rows
    }

    /// Puts another text in the place of the one that has this range.
    pub fn set(&mut self, range: &Range<usize>, new: Vec<u8>) {
        if let Some(value) = self.columns.get_mut(range.start).and_then(|column| column.values.get_mut(range.end)) {
            *value = ByteArray::from(new);
        }
    }
}

/// What went wrong, as an I/O error.
pub fn wrong(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
        },
        ParquetError::EOF(_) => io::ErrorKind::UnexpectedEof.into(),
        other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
    }
}

type ByteColumn = ColumnReaderImpl<ByteArrayType>;

/// Reads the text columns of a file.
pub struct Reader {
    file: SerializedFileReader<File>,
    /// Text columns, in the order of the file.
    leaves: Vec<usize>,
    about: [Option<usize>; 3],
    /// The next group, and what is open of the current one.
    group: usize,
    open: Option<Group>,
    rows: u64,
    /// Bytes of the file that are done.
    read: Arc<AtomicU64>,
}

struct Group {
    columns: Vec<Leaf>,
    about: [Option<Leaf>; 3],
    left: usize,
}

/// A column that is being read, and its highest levels.
struct Leaf {
    reader: ByteColumn,
    defined: i16,
    repeated: i16,
}

impl Reader {
    /// Opens the file of `container`; what comes from a pipe, or compressed, is put on the disk first, since the directory
    /// of such files stands at their end.
    pub fn open(mut input: impl Read, container: &mut Container, read: &Arc<AtomicU64>) -> io::Result<Reader> {
        if container.packing != Packing::None || !container.entry.path.as_deref().is_some_and(Path::is_file) {
            let mut spool = tempfile::NamedTempFile::new()?;
            io::copy(&mut input, &mut spool)?;
            container.spool = Some(spool.into_temp_path());
        }
        let path = container.table().ok_or(io::ErrorKind::NotFound)?;
        let file = SerializedFileReader::new(File::open(path)?).map_err(wrong)?;
        let schema = file.metadata().file_metadata().schema_descr_ptr();
        container.names = (0..schema.num_columns()).map(|n| schema.column(n).path().string()).collect();
        if container.guessed {
            let found = TEXTS.iter().filter_map(|name| name.parse().ok()).find(|pointer: &Pointer| leaf(&schema, pointer).is_some());
            container.fields = found.into_iter().collect();
        }
        container.usual_names();
        let (mut leaves, mut fields) = (Vec::new(), Vec::new());
        for pointer in &container.fields {
            let Some(n) = leaf(&schema, pointer) else { return Err(no_column(container, pointer.as_str())) };
            if schema.column(n).logical_type_ref() == Some(&LogicalType::Unknown) {
                continue; // nothing but nulls, of no type: nothing to clean
            }
            if schema.column(n).physical_type() != Type::BYTE_ARRAY {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("the column `{}` holds no text", pointer.as_str())));
            }
            leaves.push(n);
            fields.push(pointer.clone());
        }
        if container.fields.is_empty() {
            return Err(no_column(container, TEXTS[0]));
        }
        // In the order of the file, the fields with them.
        let mut order: Vec<usize> = (0..leaves.len()).collect();
        order.sort_by_key(|n| leaves[*n]);
        container.fields = order.iter().map(|n| fields[*n].clone()).collect();
        leaves.sort_unstable();
        container.columns = leaves.clone();
        let about = container.about.each_ref().map(|pointer| {
            let n = leaf(&schema, pointer.as_ref()?)?;
            let column = schema.column(n);
            (column.physical_type() == Type::BYTE_ARRAY && column.max_rep_level() == 0).then_some(n)
        });
        Ok(Reader { file, leaves, about, group: 0, open: None, rows: 0, read: read.clone() })
    }

    /// Rows that were read.
    pub fn read(&self) -> u64 {
        self.rows
    }

    /// The next rows; `None` at the end.
    pub fn next(&mut self) -> io::Result<Option<Piece>> {
        let mut group = match self.open.take() {
            Some(group) => group,
            None if self.group == self.file.num_row_groups() => return Ok(None),
            None => {
                self.group += 1;
                self.begin(self.group - 1).map_err(wrong)?
            }
        };
        let number = self.rows + 1;
        let (rows, read) = group.read().map_err(wrong)?;
        if read == 0 && group.left > 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a column ends before its rows do"));
        }
        group.left -= read.min(group.left);
        self.rows += read as u64;
        let last = group.left == 0;
        if last {
            let done = self.file.metadata().row_group(self.group - 1).compressed_size();
            self.read.fetch_add(u64::try_from(done).unwrap_or(0), Ordering::Relaxed);
        }
        if !last {
            self.open = Some(group);
        }
        Ok(Some(Piece { number, offset: 0, body: Body::Rows(Rows { last, ..rows }), known: None }))
    }

    fn begin(&self, number: usize) -> Result<Group, ParquetError> {
        let group = self.file.get_row_group(number)?;
        let schema = group.metadata().schema_descr_ptr();
        let open = |n: usize| {
            let (defined, repeated) = (schema.column(n).max_def_level(), schema.column(n).max_rep_level());
            group.get_column_reader(n).map(|reader| Leaf { reader: get_typed_column_reader(reader), defined, repeated })
        };
        let columns = self.leaves.iter().map(|n| open(*n)).collect::<Result<_, _>>()?;
        let mut about = [None, None, None];
        for (slot, n) in about.iter_mut().zip(self.about) {
            *slot = n.map(open).transpose()?;
        }
        let left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        Ok(Group { columns, about, left })
    }
}

impl Group {
    fn read(&mut self) -> Result<(Rows, usize), ParquetError> {
        let mut rows = Rows::default();
        let mut read = if self.columns.is_empty() { self.left.min(BATCH) } else { 0 };
        for leaf in &mut self.columns {
            let column;
            (column, read) = leaf.read()?;
            rows.columns.push(column);
        }
        for (leaf, about) in self.about.iter_mut().zip(&mut rows.about) {
            let Some(leaf) = leaf else { continue };
            let (column, _) = leaf.read()?;
            about.resize(read, None);
            for (row, value) in column.rows().zip(&column.values) {
                if let (Some(slot), Ok(text)) = (about.get_mut(row), std::str::from_utf8(value.data())) {
                    *slot = Some(text.to_owned());
                }
            }
        }
        rows.count = read;
        Ok((rows, read))
    }
}

impl Leaf {
    fn read(&mut self) -> Result<(Column, usize), ParquetError> {
        let mut column = Column { defined: self.defined, flat: self.repeated == 0, ..Column::default() };
        let (definition, repetition) = (&mut column.definition, &mut column.repetition);
        let (read, ..) = self.reader.read_records(BATCH, Some(definition), Some(repetition), &mut column.values)?;
        Ok((column, read))
    }
}

/// The leaf that a pointer names: its path, or its path with dots, or the strings of a list of that name.
fn leaf(schema: &SchemaDescriptor, pointer: &Pointer) -> Option<usize> {
    let tokens = pointer.tokens();
    (0..schema.num_columns()).find(|n| {
        let parts = schema.column(*n).path().parts().to_vec();
        let bare = match parts.as_slice() {
            [head @ .., list, item] if matches!(list.as_str(), "list" | "array") && matches!(item.as_str(), "element" | "item") => {
                head.to_vec()
            }
            _ => parts.clone(),
        };
        parts == tokens || bare == tokens || matches!(tokens, [one] if *one == parts.join("."))
    })
}

fn no_column(container: &Container, wanted: &str) -> io::Error {
    let names = container.names.join(", ");
    io::Error::new(io::ErrorKind::InvalidInput, format!("no column `{wanted}`; there are: {names} (--field NAME says which)"))
}

impl Container {
    /// Where the file can be read from any place.
    pub fn table(&self) -> Option<&Path> {
        self.spool.as_deref().or(self.entry.path.as_deref())
    }

    /// The columns that hold texts.
    pub fn leaves(&self) -> &[usize] {
        &self.columns
    }
}
