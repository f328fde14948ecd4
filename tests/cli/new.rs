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
