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
fn a_new_folder_is_seen_when_the_run_has_ended() {
    let dir = Dir::new();
    inputs(&dir);
    let begun = Instant::now();
    assert!(command(&dir, &["clean", "in", "--out", "whole"]).status().unwrap().success());
    let (took, expected) = (begun.elapsed(), dir.tree("whole"));
    for n in 0..5 {
        kill(&dir, &["clean", "in", "--out", "out/of/here"], took, n * 5);
        assert!(!dir.path("out/of/here").exists() || dir.tree("out/of/here") == expected, "kill {n}");
        let _ = fs::remove_dir_all(dir.path("out/of/here"));
    }
    // What a killed run has left is taken away, and what another one is writing is left alone.
    fs::create_dir_all(dir.path("out/of/.dehusk-here.tmp/texts")).unwrap();
    dir.write("out/of/.dehusk-here.tmp/texts/00.txt", "half");
    assert!(command(&dir, &["clean", "in", "--out", "out/of/here"]).status().unwrap().success());
    assert!(dir.tree("out") == expected.iter().map(|(name, bytes)| (format!("of/here/{name}"), bytes.clone())).collect::<Vec<_>>());
    fs::create_dir_all(dir.path("out/of/.dehusk-other.tmp")).unwrap();
    let lock = fs::File::open(dir.path("out/of/.dehusk-other.tmp")).unwrap();
    lock.lock().unwrap();
    assert!(command(&dir, &["clean", "in", "--out", "out/of/other"]).status().unwrap().success());
    assert!(dir.tree("out/of/other") == expected && dir.path("out/of/.dehusk-other.tmp").exists());
    // A log inside the folder needs it from the beginning.
    assert!(command(&dir, &["clean", "in", "--out", "again", "--log", "again/log.jsonl"]).status().unwrap().success());
    assert_eq!(dir.tree("again").len(), expected.len() + 1);
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

#[test]
fn half_a_packed_file_is_never_seen() {
    let dir = Dir::new();
    dir.write("in/a.jsonl", large());
    for (packing, name) in [("gzip", "a.jsonl.gz"), ("zstd", "a.jsonl.zst")] {
        let args = |out| ["clean", "in", "--compress", packing, "--out", out];
        let begun = Instant::now();
        assert_eq!(command(&dir, &args("whole")).status().unwrap().code(), Some(2)); // one of its lines is broken
        let (took, expected) = (begun.elapsed(), dir.read(&format!("whole/{name}")));
        for n in 0..6 {
            let _ = fs::remove_dir_all(dir.path("out"));
            fs::create_dir_all(dir.path("out")).unwrap();
            kill(&dir, &args("out"), took, 4 * n + 1);
            let seen = visible(&dir, "out");
            assert!(seen.iter().all(|(seen, bytes)| seen == name && *bytes == expected), "{packing}, kill {n}");
        }
    }
}

/// A file that takes long enough to be killed within.
fn large() -> String {
    let line =
        |n: usize| format!("{{\"id\":\"{n}\",\"text\":{}}}\n", serde_json::to_string(&format!("{n}\n{PAGE}").repeat(n % 40)).unwrap());
    (0..1200).map(line).collect::<String>() + "{broken\n" + &(0..1200).map(line).collect::<String>()
}

#[test]
fn a_large_file_is_gone_on_with_where_the_killed_run_was() {
    let dir = Dir::new();
    dir.write("in/a.jsonl", large());
    dir.write("in/b.jsonl", GRAIN);
    let args = |name: &str| format!("clean in --out {name} --log {name}.log.jsonl --attributes {name}/spans --resume");
    let whole = dir.run(&args("whole"));
    assert_eq!(whole.0, 2);
    let mut child = command(&dir, &args("again").split(' ').collect::<Vec<_>>()).spawn().unwrap();
    let journal = dir.path("again/.dehusk-manifest.journal.zst");
    while child.try_wait().unwrap().is_none() && fs::metadata(&journal).map_or(0, |file| file.len()) == 0 {
        sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(journal.exists(), "the run was over before it could be killed");
    let (code, _, err) = dir.run(&args("again"));
    assert_eq!(code, 2);
    let behind = err.split("goes on behind in/a.jsonl:").nth(1).unwrap_or_else(|| panic!("{err}"));
    assert!(behind.split_whitespace().next().unwrap().parse::<u64>().unwrap() > 1, "{err}");
    let said = |err: &str| err.lines().filter(|line| !line.contains("goes on")).collect::<Vec<_>>().join("\n");
    assert_eq!(said(&err).replace("again", "whole"), said(&whole.2));
    assert!(!journal.exists());
    let manifest = |(name, _): &(String, Vec<u8>)| !name.starts_with('.');
    assert!(dir.tree("again").into_iter().filter(manifest).eq(dir.tree("whole").into_iter().filter(manifest)));
    // The log of the second run is that of a whole one, but for its name and time.
    let log = |name: &str| dir.text(name).lines().map(str::to_owned).collect::<Vec<_>>();
    let (resumed, whole) = (log("again.log.jsonl"), log("whole.log.jsonl"));
    assert!(resumed.ends_with(&whole[1..]));
    assert_eq!(dir.run("restore again.log.jsonl again --out back").0, 0);
    assert!(dir.text("back/a.jsonl") == large());
}
