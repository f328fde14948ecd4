//! Lists the files of `patterns/`, so that adding one needs no second place.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=patterns");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let mut list = String::from("&[\n");
    for folder in ["rules", "languages", "sites"] {
        for file in packs(&root.join("patterns").join(folder)) {
            let name = file.file_name().expect("a listed file has a name").to_string_lossy().into_owned();
            writeln!(list, "    ({:?}, include_str!({:?})),", format!("patterns/{folder}/{name}"), file).expect("writing to a string");
        }
    }
    list.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    fs::write(out.join("packs.rs"), list).expect("the build folder is writable");
}

/// The pack files of a folder, sorted, so that builds on every machine agree.
fn packs(folder: &Path) -> Vec<PathBuf> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> =
        entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    files
}
