//! Lists the files of `patterns/`, so that adding one needs no second place, and compiles them: a program that starts has
//! its packs ready.

#![allow(dead_code, unused_imports, reason = "the modules are those of the library, and not all of them is needed here")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/text"]
mod text {
    mod bits;
    mod block;
    mod class;
    #[cfg(target_arch = "x86_64")]
    mod lanes;
    mod letter;
    mod line;
    mod words;

    pub(crate) use bits::bits_from;
    pub(crate) use class::is_wordy;
    pub(crate) use letter::fold_phrase;
    pub(crate) use line::{is_hangul, is_wide};
    pub(crate) use words::count_words;
}

#[path = "src/regex"]
mod regex {
    mod compile;
    mod program;

    pub(crate) use compile::Compiler;
    pub(crate) use program::{Mode, Program};
}

#[path = "src/pack"]
mod pack {
    mod compile;
    mod error;
    mod file;
    mod filters;
    mod gate;
    mod guard;
    mod info;
    #[cfg(target_arch = "x86_64")]
    mod lanes;
    mod literals;
    mod packs;
    mod phrase;
    mod rule;
    mod select;
    mod tables;

    pub(crate) use compile::Compiled;
    pub(crate) use packs::Packs;
    pub(crate) use select::Selection;
}

use pack::{Compiled, Packs, Selection};
use regex::{Compiler, Mode};

fn main() {
    println!("cargo:rerun-if-changed=patterns");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    let mut list = String::from("&[\n");
    let mut all = Packs::default();
    for folder in ["rules", "languages", "sites"] {
        for file in packs(&root.join("patterns").join(folder)) {
            let name = file.file_name().expect("a listed file has a name").to_string_lossy().into_owned();
            let name = format!("patterns/{folder}/{name}");
            writeln!(list, "    ({name:?}, include_str!({file:?})),").expect("writing to a string");
            let text = fs::read_to_string(&file).expect("a listed file can be read");
            all.add_text(&name, &text, "core").unwrap_or_else(|error| wrong(&error));
        }
    }
    list.push(']');
    fs::write(out.join("packs.rs"), list).expect("the build folder is writable");
    let compiled = Compiled::new(&all, &Selection::everything()).unwrap_or_else(|error| wrong(&error));
    let (words, text) = compiled.tables.raw();
    let big = env::var("CARGO_CFG_TARGET_ENDIAN").is_ok_and(|endian| endian == "big");
    let numbers = |name: &str, words: &[u32]| {
        let bytes: Vec<u8> = words.iter().flat_map(|w| if big { w.to_be_bytes() } else { w.to_le_bytes() }).collect();
        fs::write(out.join(name), bytes).expect("the build folder is writable");
    };
    numbers("tables.bin", words);
    let (expressions, programs) = regexes(&compiled);
    fs::write(out.join("regexes.txt"), expressions).expect("the build folder is writable");
    numbers("regexes.bin", &programs);
    fs::write(out.join("tables.txt"), text).expect("the build folder is writable");
    let head = postcard::to_allocvec(&compiled.head).expect("plain values can be written");
    fs::write(out.join("head.bin"), head).expect("the build folder is writable");
}

/// The regular expressions of all rules: their texts, one behind the other, and their programs as `src/pack/builtin.rs` reads them.
fn regexes(compiled: &Compiled) -> (String, Vec<u32>) {
    let all =
        compiled.head.rules.iter().flat_map(|rule| [&rule.regex, &rule.before, &rule.after, &rule.not_before, &rule.not_after]).flatten();
    let sorted: BTreeSet<(&str, Mode)> = all.map(|regex| (&*regex.source, regex.mode)).collect();
    let (mut text, mut index, mut compiler) = (String::new(), vec![sorted.len() as u32], Compiler::default());
    for (source, mode) in sorted {
        let head = compiler.add(source, mode).unwrap_or_else(|error| wrong(&format!("{source}\n{error}")));
        let start = text.len() as u32;
        text.push_str(source);
        index.extend([start, text.len() as u32, mode as u32, head]);
    }
    index.extend(compiler.pool());
    (text, index)
}

/// Says what is wrong with a pack, and where, and gives up.
fn wrong(error: &dyn std::fmt::Display) -> ! {
    eprintln!("{error}");
    std::process::exit(1)
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
