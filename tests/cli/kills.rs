//! Runs that are killed at any moment: files are old or new, never between, and `--resume` does the rest.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::{Dir, GRAIN, PAGE};

/// Kills of each kind; together 50.
const KILLS: u32 = 25;

fn inputs(dir: &Dir) {
    for n in 0..60 {
        dir.write(&format!("in/texts/{n:02}.txt"), if n % 3 == 0 { GRAIN.to_owned() } else { PAGE.repeat(n) });
    }
    let line = |n: usize| format!("{{\"id\":{n},\"text\":{}}}\n", serde_json::to_string(&PAGE.repeat(1 + n % 9)).unwrap());
    for name in ["a.jsonl", "b.jsonl"] {
        dir.write(&format!("in/{name}"), (0..400).map(line).collect::<String>());
    }
    table(&dir.path("in/c.parquet"));
}

#[cfg(feature = "parquet")]
fn table(path: &Path) {
    use parquet::data_type::{ByteArray, ByteArrayType};
    use parquet::file::{properties::WriterProperties, writer::SerializedFileWriter};
    use parquet::schema::parser::parse_message_type;
    use std::sync::Arc;

    let schema = Arc::new(parse_message_type("message m { required binary text (UTF8); }").unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(fs::File::create(path).unwrap(), schema, properties).unwrap();
    for _ in 0..4 {
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let texts: Vec<ByteArray> = (0..100).map(|n| ByteArray::from(PAGE.repeat(1 + n % 9).into_bytes())).collect();
        column.typed::<ByteArrayType>().write_batch(&texts, None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
    }
    writer.close().unwrap();
}

#[cfg(not(feature = "parquet"))]
fn table(_: &Path) {}

fn command(dir: &Dir, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dehusk"));
    command.args(args).current_dir(dir.path("")).env("DEHUSK_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/dehusk.toml"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn visible(dir: &Dir, name: &str) -> Vec<(String, Vec<u8>)> {
    dir.tree(name).into_iter().filter(|(name, _)| !name.rsplit('/').next().unwrap().starts_with(".dehusk-")).collect()
}

/// Kills the command somewhere in its run. The moments go through the whole of it, never quite evenly.
fn kill(dir: &Dir, args: &[&str], whole: Duration, n: u32) {
    let mut child = command(dir, args).spawn().unwrap();
    sleep(whole.mul_f64((f64::from(n) + f64::from(n * 7 % 5) / 5.0) / f64::from(KILLS)));
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
}

#[test]
fn a_killed_copy_is_resumed() {
    let dir = Dir::new();
    inputs(&dir);
    let begun = Instant::now();
    assert!(command(&dir, &["clean", "in", "--out", "whole"]).status().unwrap().success());
    let (took, expected) = (begun.elapsed(), visible(&dir, "whole"));
    for n in 0..KILLS {
        let _ = fs::remove_dir_all(dir.path("out"));
        kill(&dir, &["clean", "in", "--out", "out", "--resume"], took, n);
        for (name, bytes) in visible(&dir, "out") {
            assert!(expected.contains(&(name.clone(), bytes)), "{name} is half-written");
        }
        assert!(command(&dir, &["clean", "in", "--out", "out", "--resume"]).status().unwrap().success());
        assert!(visible(&dir, "out") == expected, "kill {n}");
        assert_eq!(dir.tree("out").len(), expected.len() + 1, "only the manifest is left besides");
    }
}

#[test]
fn a_killed_replacement_is_resumed_and_undone() {
    let dir = Dir::new();
    inputs(&dir);
    let old = dir.tree("in");
    let begun = Instant::now();
    assert!(command(&dir, &["clean", "in", "--out", "whole"]).status().unwrap().success());
    let (took, new) = (begun.elapsed(), visible(&dir, "whole"));
    for n in 0..KILLS {
        for (name, bytes) in &old {
            dir.write(&format!("in/{name}"), bytes);
        }
        for left in [".dehusk-manifest.jsonl", "dehusk.removals.jsonl.zst"] {
            let _ = fs::remove_file(dir.path(left));
        }
        kill(&dir, &["clean", "in", "--in-place", "--resume"], took, n);
        let now = visible(&dir, "in");
        assert_eq!(now.len(), old.len());
        for ((now, old), new) in now.iter().zip(&old).zip(&new) {
            assert!(now == old || now == new, "{} is neither old nor new", now.0);
        }
        assert!(command(&dir, &["clean", "in", "--in-place", "--resume"]).status().unwrap().success());
        assert!(dir.tree("in") == new, "kill {n}");
        if n % 5 == 0 {
            assert!(command(&dir, &["restore", "dehusk.removals.jsonl.zst", "--in-place"]).status().unwrap().success());
            for ((name, now), (_, old)) in dir.tree("in").iter().zip(&old).filter(|(now, _)| !now.0.ends_with("parquet")) {
                assert!(now == old, "{name} is not restored after kill {n}");
            }
        }
    }
}
