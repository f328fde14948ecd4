//! `new`: what it writes passes its own test and is never written over.

use crate::support::{Dir, holds};

#[test]
fn what_is_begun_passes_its_test() {
    let dir = Dir::new();
    for what in ["rule newsletter/our-letter", "rule stamps/mill", "site example.com", "language eo"] {
        let (code, _, err) = dir.run(&format!("new {what}"));
        assert_eq!(code, 0, "{err}");
        holds(&err, "fill it in");
    }
    for file in ["my-pack.toml", "sites/example.com.toml"] {
        let (code, out, err) = dir.run(&format!("test {file} --isolated"));
        assert_eq!(code, 0, "{file}: {out}{err}");
    }
    let (code, _, err) = dir.run("diff languages --from text --pack languages/eo.toml --isolated");
    assert_eq!(code, 0, "{err}");
    holds(&dir.text("languages/eo.toml"), "# reply-heading = []    # en: ");
    for what in ["rule stamps/mill", "site example.com", "rule Mill", "site a/b", "language Esperanto"] {
        assert_eq!(dir.run(&format!("new {what}")).0, 2, "{what}");
    }
}

#[test]
fn new_cuts_are_accepted_into_examples() {
    let dir = Dir::new();
    assert_eq!(dir.run("new rule stamps/mill").0, 0);
    let begun = dir.text("my-pack.toml");
    let other = begun.replace("[-The words that the page prints-]\n", "[-Another line-]\nThe words that the page prints\n");
    assert_ne!(begun, other);
    dir.write("my-pack.toml", &other);
    let answered = |answer: &'static str| {
        let out = dir.bare("test my-pack.toml --interactive --isolated").write_stdin(answer).output().unwrap();
        (out.status.code(), String::from_utf8(out.stdout).unwrap())
    };
    let (code, out) = answered("n\n");
    assert_eq!(code, Some(1), "{out}");
    assert_eq!(dir.text("my-pack.toml"), other);
    let (_, out) = answered("y\n");
    holds(&out, "[-The words that the page prints-]");
    let now = dir.text("my-pack.toml");
    assert_eq!(now, begun.replace("[-The words", "Another line\n[-The words"), "comments and all else stay");
    let (code, out, err) = dir.run("test my-pack.toml --isolated");
    assert_eq!(code, 0, "{out}{err}");
}
