//! A folder of its own for each test, and the command in it.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// Text that the test packs leave alone.
pub const GRAIN: &str = "The loaf keeps for three days in a linen bag.\n";

/// Text with one removal of high and one of medium confidence.
pub const PAGE: &str = "The loaf keeps for three days in a linen bag.\n\
                        Click to share on X (Opens in new window)\n\
                        Wrap it well.\n\
                        \n\
                        Leave a Reply Cancel reply\n";

/// What is left of it.
pub const CLEANED: &str = "The loaf keeps for three days in a linen bag.\nWrap it well.\n";

/// A folder that goes away with the test.
pub struct Dir(TempDir);

impl Dir {
    pub fn new() -> Dir {
        Dir(TempDir::new().unwrap())
    }

    /// A folder with files.
    pub fn with<B: AsRef<[u8]>>(files: impl IntoIterator<Item = (&'static str, B)>) -> Dir {
        let dir = Dir::new();
        for (name, bytes) in files {
            dir.write(name, bytes);
        }
        dir
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    /// Every file below `name`, with its bytes, sorted.
    pub fn tree(&self, name: &str) -> Vec<(String, Vec<u8>)> {
        let root = self.path(name);
        let mut files = Vec::new();
        collect(&root, &root, &mut files);
        files.sort();
        files
    }

    /// The command, in this folder, with the packs of the tests.
    pub fn dehusk(&self, args: &str) -> Command {
        let mut command = self.bare(args);
        command.env("DEHUSK_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/dehusk.toml"));
        command
    }

    /// The command, in this folder, with the settings it finds.
    pub fn bare(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dehusk"));
        command.args(args.split_whitespace()).current_dir(self.0.path());
        command.env_remove("DEHUSK_CONFIG").env("XDG_CONFIG_HOME", self.path(".config")).env("NO_COLOR", "1");
        command.write_stdin("");
        command
    }

    /// Runs the command and gives exit code, standard output and standard error.
    pub fn run(&self, args: &str) -> (i32, String, String) {
        outcome(&mut self.dehusk(args))
    }
}

pub fn outcome(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            files.push((name, fs::read(&path).unwrap_or_default()));
        }
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// All members of a file.
pub fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut out).unwrap();
    out
}

/// Panics with the whole output where `text` does not hold `part`.
#[track_caller]
pub fn holds(text: &str, part: &str) {
    assert!(text.contains(part), "{part:?} is not in:\n{text}");
}
