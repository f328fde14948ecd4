//! `dehusk.toml`: found, laid over, checked.

use crate::support::{Dir, PAGE, holds, outcome};

fn packs() -> String {
    format!("packs = {:?}\n", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/packs"))
}

#[test]
fn the_nearest_file_above_counts_and_flags_win() {
    let dir = Dir::with([("project/deep/page.txt", PAGE)]);
    dir.write("dehusk.toml", "this is not read");
    dir.write("project/dehusk.toml", packs() + "min-confidence = \"high\"\n");
    let removals = |args: &str| {
        let mut command = dir.bare(&format!("check page.txt --format json {args}"));
        let (_, out, err) = outcome(command.current_dir(dir.path("project/deep")));
        let json: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
        json["removals"].as_u64().unwrap()
    };
    assert_eq!(removals(""), 1);
    assert_eq!(removals("--min-confidence medium"), 2);
    assert_eq!(removals("--config min-confidence=medium"), 2);
    assert_eq!(removals("--config min-confidence=medium --min-confidence high"), 1);
    dir.write("other.toml", packs() + "ignore = [\"comments\"]\n");
    assert_eq!(removals("--config ../../other.toml"), 1);
}

#[test]
fn a_file_may_build_on_another() {
    let dir = Dir::with([("sub/page.txt", PAGE)]);
    dir.write("base.toml", packs() + "min-confidence = \"high\"\n");
    dir.write("sub/dehusk.toml", "extend = \"../base.toml\"\ncontext = 7\n");
    let (code, out, err) = outcome(dir.bare("config").current_dir(dir.path("sub")));
    assert_eq!(code, 0, "{err}");
    let line = |key: &str| out.lines().find(|l| l.starts_with(key)).unwrap().to_owned();
    assert!(line("min-confidence").contains("\"high\"") && line("min-confidence").ends_with("base.toml"), "{out}");
    assert!(line("context").contains('7') && line("context").ends_with("dehusk.toml"));
    assert!(line("hidden").ends_with("default"));
    dir.write("base.toml", "extend = \"sub/dehusk.toml\"\n");
    let (code, _, err) = outcome(dir.bare("config").current_dir(dir.path("sub")));
    assert_eq!(code, 2);
    holds(&err, "extends itself");
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let dir = Dir::with([("page.txt", PAGE)]);
    dir.write("dehusk.toml", "# mine\nmin-confidense = \"high\"\n");
    let (code, _, err) = outcome(&mut dir.bare("check page.txt"));
    assert_eq!(code, 2);
    holds(&err, "dehusk.toml:2:1");
    holds(&err, "^^^^^^^^^^^^^^");
    holds(&err, "did you mean `min-confidence`?");
    dir.write("dehusk.toml", "context = \"two\"\n");
    let (code, _, err) = outcome(&mut dir.bare("check page.txt"));
    assert_eq!(code, 2);
    holds(&err, "dehusk.toml:1:11");
    assert_eq!(outcome(&mut dir.bare("check page.txt --isolated")).0, 1);
}

#[test]
fn init_writes_a_file_that_changes_nothing() {
    let dir = Dir::with([("page.txt", PAGE)]);
    let (_, before, _) = outcome(&mut dir.bare("config"));
    let (code, _, err) = outcome(&mut dir.bare("init"));
    assert_eq!(code, 0, "{err}");
    let (code, after, err) = outcome(&mut dir.bare("config"));
    assert_eq!((code, after), (0, before), "{err}");
    let (code, _, err) = outcome(&mut dir.bare("init"));
    assert_eq!(code, 2);
    holds(&err, "exists already");
}
