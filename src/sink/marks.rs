//! Two more columns of a Parquet table: how many bytes went from a row, and by which rules.
//!
//! A new column must also be told to the descriptions of the table that some writers keep beside Parquet's own: readers that
//! find one believe it, and a column that it does not know is lost, an error, or worse. Arrow's, that of Hugging Face and
//! that of Spark are known here, and each is edited in its place.

use std::sync::Arc;

use dehusk::splice::{Pointer, json};
use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::KeyValue;
use parquet::file::writer::SerializedRowGroupWriter;
use parquet::schema::types::{Type, TypePtr};

use crate::source::Mark;

/// The names of the columns.
pub const NAMES: [&str; 2] = ["dehusk_removed_bytes", "dehusk_rules"];

/// The schema with both columns at its end.
pub fn schema(old: &Type) -> Result<TypePtr> {
    let text = |name| {
        Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(Some(LogicalType::String))
            .with_converted_type(ConvertedType::UTF8)
            .build()
            .map(Arc::new)
    };
    let bytes = Type::primitive_type_builder(NAMES[0], Physical::INT64).with_repetition(Repetition::OPTIONAL).build()?;
    let items = Type::group_type_builder("list").with_repetition(Repetition::REPEATED).with_fields(vec![text("element")?]).build()?;
    let rules = Type::group_type_builder(NAMES[1])
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(Some(LogicalType::List))
        .with_converted_type(ConvertedType::LIST)
        .with_fields(vec![Arc::new(items)])
        .build()?;
    let fields = old.get_fields().iter().cloned().chain([Arc::new(bytes), Arc::new(rules)]).collect();
    Type::group_type_builder(old.name()).with_fields(fields).build().map(Arc::new)
}

/// One of the columns, where the table has it already.
pub fn clash(old: &Type) -> Option<&str> {
    old.get_fields().iter().map(|field| field.name()).find(|name| NAMES.contains(name))
}

/// Writes both columns of a group of rows.
pub fn write<W: std::io::Write + Send>(group: &mut SerializedRowGroupWriter<'_, W>, marks: &[Mark]) -> Result<()> {
    let missing = || ParquetError::General("a column is missing".into());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    let removed: Vec<i64> = marks.iter().map(|mark| i64::try_from(mark.removed).unwrap_or(i64::MAX)).collect();
    column.typed::<Int64Type>().write_batch(&removed, Some(&vec![1; removed.len()]), None)?;
    column.close()?;
    let mut column = group.next_column()?.ok_or_else(missing)?;
    // 1 is an empty list, 3 a rule.
    let (mut rules, mut definition, mut repetition) = (Vec::new(), Vec::new(), Vec::new());
    for mark in marks {
        for (n, rule) in mark.rules.iter().enumerate() {
            rules.push(ByteArray::from(rule.as_bytes().to_vec()));
            definition.push(3);
            repetition.push(i16::from(n > 0));
        }
        if mark.rules.is_empty() {
            definition.push(1);
            repetition.push(0);
        }
    }
    column.typed::<ByteArrayType>().write_batch(&rules, Some(&definition), Some(&repetition))?;
    column.close()
}

/// What the file says of itself, with the new columns in it.
pub fn tell(about: &mut [KeyValue]) {
    for entry in about {
        let Some(value) = &entry.value else { continue };
        let new = match entry.key.as_str() {
            "ARROW:schema" => decode(value).and_then(|schema| arrow(&schema)).map(|schema| encode(&schema)),
            "huggingface" => insert(
                value,
                "/info/features",
                r#""dehusk_removed_bytes": {"dtype": "int64", "_type": "Value"}, "dehusk_rules": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"}"#,
            ),
            "org.apache.spark.sql.parquet.row.metadata" => insert(
                value,
                "/fields",
                r#"{"name":"dehusk_removed_bytes","type":"long","nullable":true,"metadata":{}},{"name":"dehusk_rules","type":{"type":"array","elementType":"string","containsNull":true},"nullable":true,"metadata":{}}"#,
            ),
            _ => None,
        };
        if let Some(new) = new {
            entry.value = Some(new);
        }
    }
}

/// `record` with `members` at the end of the list or object at `pointer`.
fn insert(record: &str, pointer: &str, members: &str) -> Option<String> {
    let pointer: Pointer = pointer.parse().ok()?;
    let json::Found::Other(range) = json::locate(record.as_bytes(), &[pointer]).ok()?.pop()? else { return None };
    let inside = record.get(range.start + 1..range.end - 1)?;
    let comma = if inside.trim().is_empty() { "" } else { ", " };
    Some(format!("{}{comma}{members}{}", &record[..range.end - 1], &record[range.end - 1..]))
}

/// Arrow's schema, a flatbuffer within a message, with the two fields at its end.
///
/// Every address in such a buffer is the distance to something further on. So a new beginning is put before the old buffer:
/// a message, a schema and a list of fields of its own, which refer to the old fields where they are.
fn arrow(message: &[u8]) -> Option<Vec<u8>> {
    // A mark, the length, the buffer; older writers have no mark.
    let from = if message.starts_with(&[0xff; 4]) { 8 } else { 4 };
    let old = Buffer(message.get(from..)?);
    let root = old.follow(0)?;
    let schema = old.follow(old.field(root, 2)?)?;
    let list = old.follow(old.field(schema, 1)?)?;
    let fields = old.number(list)? as usize;
    let metadata = old.field(schema, 2).and_then(|at| old.follow(at));
    let features = old.field(schema, 3).and_then(|at| old.follow(at));
    let version = old.field(root, 0).and_then(|at| old.0.get(at..at + 2)).map_or([4, 0], |bytes| [bytes[0], bytes[1]]);
    if old.field(schema, 0).is_some_and(|at| old.0.get(at) != Some(&0)) {
        return None; // big-endian
    }

    let mut new = Vec::new();
    let begin = address(&mut new);
    // Message: version, 1 (a schema), the schema.
    let message = table(&mut new, &[4, 6, 8], 12);
    resolve(&mut new, begin, message);
    new[message + 4..message + 6].copy_from_slice(&version);
    new[message + 6] = 1;
    // Schema: endianness, fields, metadata, features.
    let (has_metadata, has_features) = (if metadata.is_some() { 12 } else { 0 }, if features.is_some() { 16 } else { 0 });
    let about = table(&mut new, &[4, 8, has_metadata, has_features], 20);
    resolve(&mut new, message + 8, about);
    let entries = new.len();
    resolve(&mut new, about + 8, entries);
    new.extend(u32::try_from(fields + 2).ok()?.to_le_bytes());
    new.resize(new.len() + 4 * (fields + 2), 0);
    let entry = |n: usize| entries + 4 + 4 * n;
    // 2: a number of 64 bits with a sign; 12: a list; 5: a string.
    let (bytes, kind, _) = field(&mut new, NAMES[0], 2);
    resolve(&mut new, entry(fields), bytes);
    let number = table(&mut new, &[4, 8], 12);
    (new[number + 4], new[number + 8]) = (64, 1);
    resolve(&mut new, kind, number);
    let (rules, kind, children) = field(&mut new, NAMES[1], 12);
    resolve(&mut new, entry(fields + 1), rules);
    // The one child of the list follows on its number of children.
    new[children..children + 4].copy_from_slice(&1u32.to_le_bytes());
    let child = address(&mut new);
    let nothing = table(&mut new, &[], 4);
    resolve(&mut new, kind, nothing);
    let (element, kind, _) = field(&mut new, "element", 5);
    resolve(&mut new, child, element);
    let nothing = table(&mut new, &[], 4);
    resolve(&mut new, kind, nothing);
    // Numbers of 64 bits in the old buffer stay where multiples of 8 are.
    new.resize(new.len().next_multiple_of(8), 0);
    let start = new.len();
    for n in 0..fields {
        resolve(&mut new, entry(n), start + old.follow(list + 4 + 4 * n)?);
    }
    for (slot, target) in [(12, metadata), (16, features)] {
        if let Some(target) = target {
            resolve(&mut new, about + slot, start + target);
        }
    }
    new.extend_from_slice(old.0);
    new.resize(new.len().next_multiple_of(8), 0);
    Some([&[0xff; 4], &u32::try_from(new.len()).ok()?.to_le_bytes()[..], &new].concat())
}

/// A flatbuffer.
struct Buffer<'b>(&'b [u8]);

impl Buffer<'_> {
    fn number(&self, at: usize) -> Option<u32> {
        Some(u32::from_le_bytes(self.0.get(at..at.checked_add(4)?)?.try_into().ok()?))
    }

    /// What the address at `at` leads to.
    fn follow(&self, at: usize) -> Option<usize> {
        at.checked_add(self.number(at)? as usize).filter(|to| *to < self.0.len())
    }

    /// Where the table at `at` has its field `n`; none where it has the usual value.
    fn field(&self, at: usize, n: usize) -> Option<usize> {
        let back = self.number(at)?.cast_signed();
        let index = usize::try_from(i64::try_from(at).ok()? - i64::from(back)).ok()?;
        let short = |at: usize| Some(usize::from(u16::from_le_bytes(self.0.get(at..at + 2)?.try_into().ok()?)));
        if 4 + 2 * n + 2 > short(index)? {
            return None;
        }
        Some(short(index + 4 + 2 * n)?).filter(|offset| *offset > 0).map(|offset| at + offset)
    }
}

/// Room for an address.
fn address(new: &mut Vec<u8>) -> usize {
    new.extend([0; 4]);
    new.len() - 4
}

/// The address at `at` leads to `target`.
fn resolve(new: &mut [u8], at: usize, target: usize) {
    new[at..at + 4].copy_from_slice(&u32::try_from(target - at).unwrap_or(0).to_le_bytes());
}

/// A table of `size` bytes, whose fields lie at `places`; 0 is a field that is not there. All of it is zero as yet.
fn table(new: &mut Vec<u8>, places: &[u16], size: u16) -> usize {
    // The table begins at a multiple of 4, right behind its index.
    let length = 4 + 2 * places.len();
    new.resize((new.len() + length).next_multiple_of(4) - length, 0);
    let length = u16::try_from(length).unwrap_or(0);
    for short in [length, size].iter().chain(places) {
        new.extend(short.to_le_bytes());
    }
    new.extend(i32::from(length).to_le_bytes());
    let at = new.len() - 4;
    new.resize(at + usize::from(size), 0);
    at
}

/// A field that may be null: where it is, the address of its type, and its empty list of children, which is the last thing in
/// the buffer.
fn field(new: &mut Vec<u8>, name: &str, kind: u8) -> (usize, usize, usize) {
    // Name, null, kind of type, type, dictionary, children.
    let at = table(new, &[8, 4, 5, 12, 0, 16], 20);
    // Those two are bytes behind the distance to the index.
    (new[at + 4], new[at + 5]) = (1, kind);
    let text = new.len();
    resolve(new, at + 8, text);
    new.extend(u32::try_from(name.len()).unwrap_or(0).to_le_bytes());
    new.extend(name.as_bytes());
    new.push(0);
    new.resize(new.len().next_multiple_of(4), 0);
    let children = new.len();
    resolve(new, at + 16, children);
    new.extend([0; 4]);
    (at, at + 12, children)
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64.
fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for some in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, n| bits << 8 | u32::from(some.get(n).copied().unwrap_or(0)));
        for n in 0..4 {
            let digit = char::from(DIGITS[(bits >> (18 - 6 * n)) as usize & 63]);
            text.push(if n <= some.len() { digit } else { '=' });
        }
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for digit in text.bytes().filter(|digit| *digit != b'=') {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_goes_both_ways() {
        for (bytes, text) in [(&b""[..], ""), (b"f", "Zg=="), (b"fo", "Zm8="), (b"foo", "Zm9v"), (b"\xff\xfe\xfd\x00", "//79AA==")] {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text).as_deref(), Some(bytes));
        }
        assert_eq!(decode("a b"), None);
    }

    #[test]
    fn descriptions_that_make_no_sense_are_left_alone() {
        for length in 0..40 {
            assert_eq!(arrow(&vec![0xff; length]), None);
            assert_eq!(arrow(&vec![1; length]), None);
        }
        assert_eq!(insert("{\"info\":{}}", "/info/features", "x"), None);
        assert_eq!(insert("{\"a\":{ }}", "/a", "\"x\":1").as_deref(), Some("{\"a\":{ \"x\":1}}"));
    }
}
