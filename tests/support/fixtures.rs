//! The pages of `fixtures/`.
#![allow(dead_code, reason = "each user takes its part")]

use std::fs;
use std::path::{Path, PathBuf};

/// Every file below a folder of `fixtures/`, sorted, with its bytes.
pub fn fixtures(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder)];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for path in entries.map(|e| e.expect("a fixture can be listed").path()) {
            if path.is_dir() {
                open.push(path);
            } else {
                let bytes = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
                files.push((path, bytes));
            }
        }
    }
    files.sort();
    files
}

/// The same as text; broken bytes and other encodings become replacement characters, which is a text as well.
pub fn fixture_texts(folder: &str) -> Vec<(String, String)> {
    let name = |path: &Path| path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    fixtures(folder).into_iter().map(|(path, bytes)| (name(&path), String::from_utf8_lossy(&bytes).into_owned())).collect()
}
