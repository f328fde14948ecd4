//! The same documents in every container: the same cleaned texts, and the same way back.

use std::fs;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[path = "../support/document.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod document;

use crate::support::{Dir, gunzip, gzip, outcome};

type Reader = fn(&[u8]) -> Vec<String>;

fn lines(texts: &[String]) -> Vec<u8> {
    let line = |(n, text): (usize, &String)| format!("{{\"id\": \"{n}\", \"text\": {}}}\n", serde_json::to_string(text).unwrap());
    texts.iter().enumerate().map(line).collect::<String>().into_bytes()
}

fn read_lines(bytes: &[u8]) -> Vec<String> {
    let text = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["text"].as_str().unwrap().to_owned();
    std::str::from_utf8(bytes).unwrap().split_terminator('\n').map(text).collect()
}

/// The same with every character that is not plain ASCII, and some that are, written as an escape.
fn escaped(texts: &[String]) -> Vec<u8> {
    let mut out = String::new();
    for text in texts {
        out.push_str("{\"text\":\"");
        for unit in text.encode_utf16() {
            match u8::try_from(unit).map(char::from) {
                Ok(c) if c.is_ascii_alphanumeric() && c != 'a' => out.push(c),
                _ => out.push_str(&format!("\\u{unit:04X}")),
            }
        }
        out.push_str("\"}\n");
    }
    out.into_bytes()
}

fn table(texts: &[String]) -> Vec<u8> {
    let row = |(n, text): (usize, &String)| format!("{n},\"{}\"\r\n", text.replace('"', "\"\""));
    let rows: String = texts.iter().enumerate().map(row).collect();
    format!("id,text\r\n{rows}").into_bytes()
}

fn read_table(bytes: &[u8]) -> Vec<String> {
    // Every row is `N,"…"` here.
    let text = std::str::from_utf8(bytes).unwrap().strip_prefix("id,text\r\n").unwrap();
    let mut texts = Vec::new();
    let mut rest = text;
    while let Some((_, field)) = rest.split_once(",\"") {
        let mut end = 0;
        while field[end..].starts_with("\"\"") || !field[end..].starts_with('"') {
            end += if field[end..].starts_with("\"\"") { 2 } else { field[end..].chars().next().unwrap().len_utf8() };
        }
        texts.push(field[..end].replace("\"\"", "\""));
        rest = &field[end + 1..];
    }
    texts
}

fn archive(texts: &[String]) -> Vec<u8> {
    let record = |text: &String| format!("WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: {}\r\n\r\n{text}\r\n\r\n", text.len());
    texts.iter().map(record).collect::<String>().into_bytes()
}

fn read_archive(bytes: &[u8]) -> Vec<String> {
    let (mut texts, mut rest) = (Vec::new(), std::str::from_utf8(bytes).unwrap());
    while let Some((head, body)) = rest.split_once("\r\n\r\n") {
        let length: usize = head.rsplit_once("Content-Length: ").unwrap().1.parse().unwrap();
        texts.push(body[..length].to_owned());
        rest = &body[length + 4..];
    }
    texts
}

#[cfg(feature = "parquet")]
mod columns {
    use std::sync::Arc;

    use parquet::data_type::{ByteArray, ByteArrayType, Int32Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::record::RowAccessor;
    use parquet::schema::parser::parse_message_type;

    pub fn write(texts: &[String]) -> Vec<u8> {
        let schema = parse_message_type("message m { required int32 n; optional binary text (UTF8); }").unwrap();
        let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(WriterProperties::default())).unwrap();
        for some in texts.chunks(5) {
            let mut group = writer.next_row_group().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int32Type>().write_batch(&vec![7; some.len()], None, None).unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            let values: Vec<ByteArray> = some.iter().map(|text| ByteArray::from(text.as_bytes().to_vec())).collect();
            column.typed::<ByteArrayType>().write_batch(&values, Some(&vec![1; some.len()]), None).unwrap();
            column.close().unwrap();
            group.close().unwrap();
        }
        writer.into_inner().unwrap()
    }

    /// Rows without a text: the column has no type, as where every value was null when the file was made.
    pub fn untyped(rows: usize) -> Vec<u8> {
        let schema = parse_message_type("message m { required int32 n; optional int32 text (UNKNOWN); }").unwrap();
        let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(WriterProperties::default())).unwrap();
        for _ in 0..2 {
            let mut group = writer.next_row_group().unwrap();
            for levels in [None, Some(vec![0; rows])] {
                let mut column = group.next_column().unwrap().unwrap();
                let values = if levels.is_none() { vec![7; rows] } else { Vec::new() };
                column.typed::<Int32Type>().write_batch(&values, levels.as_deref(), None).unwrap();
                column.close().unwrap();
            }
            group.close().unwrap();
        }
        writer.into_inner().unwrap()
    }

    pub fn count(bytes: Vec<u8>) -> (usize, usize) {
        let file = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        (file.get_row_iter(None).unwrap().count(), file.metadata().file_metadata().schema_descr().num_columns())
    }

    pub fn read(bytes: &[u8]) -> Vec<String> {
        let file = SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes)).unwrap();
        file.get_row_iter(None).unwrap().map(|row| row.unwrap().get_string(1).unwrap().clone()).collect()
    }
}

fn containers(texts: &[String]) -> Vec<(&'static str, Vec<u8>, Reader)> {
    vec![
        ("a.jsonl", lines(texts), read_lines),
        ("b.jsonl", escaped(texts), read_lines),
        ("c.jsonl.gz", gzip(&lines(texts)), |bytes| read_lines(&gunzip(bytes))),
        ("d.jsonl.zst", zstd::encode_all(&*lines(texts), 1).unwrap(), |bytes| read_lines(&zstd::decode_all(bytes).unwrap())),
        ("e.csv", table(texts), read_table),
        ("f.wet", archive(texts), read_archive),
        ("g.wet.gz", archive(texts).chunks(1000).flat_map(gzip).collect(), |bytes| read_archive(&gunzip(bytes))),
        #[cfg(feature = "parquet")]
        ("h.parquet", columns::write(texts), columns::read),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn texts_do_not_depend_on_their_container(mut texts in prop::collection::vec(document::documents(), 8..20)) {
        texts.extend(["".into(), "no end".into(), "a\r\nb\r\n".into(), "\"quoted\", and\tmore\n\nLeave a Reply Cancel reply\n".into()]);
        let dir = Dir::new();
        for (n, text) in texts.iter().enumerate() {
            dir.write(&format!("in/texts/{n:02}.txt"), text);
        }
        let containers = containers(&texts);
        for (name, bytes, _) in &containers {
            dir.write(&format!("in/{name}"), bytes);
        }
        let (code, _, err) = outcome(&mut dir.bare("clean in --out out --log log.jsonl"));
        prop_assert_eq!(code, 0, "{}", err);
        let files: Vec<String> = dir.tree("out/texts").into_iter().map(|(_, bytes)| String::from_utf8(bytes).unwrap()).collect();
        prop_assert!(files.iter().zip(&texts).any(|(cleaned, text)| cleaned != text));
        for (name, _, read) in &containers {
            prop_assert_eq!(&read(&dir.read(&format!("out/{name}"))), &files, "{}", name);
        }
        let (code, _, err) = outcome(&mut dir.bare("restore log.jsonl out --out back"));
        prop_assert_eq!(code, 0, "{}", err);
        for (name, bytes, read) in &containers {
            let back = fs::read(dir.path(&format!("back/{name}"))).unwrap();
            prop_assert_eq!(&read(&back), &texts, "{}", name);
            if name.ends_with("jsonl") || name.ends_with("csv") || name.ends_with("wet") {
                prop_assert!(&back == bytes, "{} is not the same byte for byte", name);
            }
        }
    }
}

#[cfg(feature = "parquet")]
#[test]
fn a_table_whose_texts_are_null_and_of_no_type_has_nothing_to_clean() {
    let dir = Dir::with([("empty", "")]);
    std::fs::write(dir.path("a.parquet"), columns::untyped(100)).unwrap();
    for (flags, wanted) in [("", 2), ("--add-columns", 4)] {
        let (code, _, err) = dir.run(&format!("clean a.parquet --out out --overwrite {flags}"));
        assert_eq!(code, 0, "{err}");
        assert!(err.contains("200 records have no text"), "{err}");
        assert_eq!(columns::count(std::fs::read(dir.path("out/a.parquet")).unwrap()), (200, wanted));
    }
}
