//! Texts as they are: every encoding comes out as it went in, less the removals.

use std::fs;
use std::path::Path;

use crate::support::{CLEANED, Dir, PAGE, holds};

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let unit = |u: u16| if little { u.to_le_bytes() } else { u.to_be_bytes() };
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect()
}

#[test]
fn cleaned_texts_keep_their_encoding() {
    let latin = |text: &str| text.replace("linen", "caf\u{e9}").chars().map(|c| c as u8).collect::<Vec<u8>>();
    let marked = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let pairs = [
        ("bom.txt", marked(PAGE), marked(CLEANED)),
        ("le.txt", utf16(PAGE, true), utf16(CLEANED, true)),
        ("be.txt", utf16(PAGE, false), utf16(CLEANED, false)),
        ("latin.txt", latin(PAGE), latin(CLEANED)),
        ("crlf.txt", PAGE.replace('\n', "\r\n").into(), CLEANED.replace('\n', "\r\n").into()),
        (
            "broken.txt",
            [b"gr\xc3\xbc\xc3\x9fe \xff\n", PAGE.as_bytes()].concat(),
            [b"gr\xc3\xbc\xc3\x9fe \xff\n", CLEANED.as_bytes()].concat(),
        ),
    ];
    let dir = Dir::with(pairs.clone().map(|(name, before, _)| (name, before)));
    for (name, _, after) in &pairs {
        let output = dir.dehusk(&format!("clean {name}")).output().unwrap();
        assert_eq!(output.stdout, *after, "{name} on standard output");
    }
    fs::create_dir(dir.path("in")).unwrap();
    for (name, ..) in &pairs {
        fs::rename(dir.path(name), dir.path("in").join(name)).unwrap();
    }
    let (code, _, err) = dir.run("clean in --in-place");
    assert_eq!(code, 0, "{err}");
    holds(&err, "1 document is windows-1252");
    holds(&err, "1 document is UTF-8 with broken bytes");
    for (name, _, after) in &pairs {
        assert_eq!(dir.read(&format!("in/{name}")), *after, "{name} in place");
    }
    let (code, _, err) = dir.run("restore dehusk.removals.jsonl.zst --in-place");
    assert_eq!(code, 0, "{err}");
    for (name, before, _) in &pairs {
        assert_eq!(dir.read(&format!("in/{name}")), *before, "{name} restored");
    }
}

#[test]
fn what_could_not_be_written_back_is_an_error_and_stays() {
    let lone = b"\xff\xfea\0\x00\xd8b\0";
    let dir = Dir::with([("in/bad.txt", lone.to_vec()), ("in/good.txt", PAGE.into())]);
    let (code, _, err) = dir.run("clean in --in-place");
    assert_eq!(code, 2);
    holds(&err, "error: in/bad.txt: not valid utf-16le at byte 4");
    holds(&err, "--encoding");
    assert_eq!((dir.read("in/bad.txt"), dir.text("in/good.txt").as_str()), (lone.to_vec(), CLEANED));
    // A copy holds it as it is: nothing is lost on the way.
    let (code, ..) = dir.run("clean in --out out");
    assert_eq!((code, dir.read("out/bad.txt")), (2, lone.to_vec()));
}

#[test]
fn an_encoding_can_be_forced() {
    let cyrillic = b"\xd5\xeb\xe5\xe1\nLeave a Reply Cancel reply\n"; // windows-1251
    let dir = Dir::with([("a.txt", cyrillic.to_vec())]);
    let output = dir.dehusk("clean a.txt --encoding windows-1251").output().unwrap();
    assert_eq!(output.stdout, b"\xd5\xeb\xe5\xe1\n");
    assert!(output.stderr.is_empty());
    let (code, _, err) = dir.run("clean a.txt --encoding utf-8");
    assert_eq!(code, 2);
    holds(&err, "not valid utf-8 at byte 0");
    let (code, _, err) = dir.run("clean a.txt --encoding utf-9");
    assert_eq!(code, 2);
    holds(&err, "no such encoding: `utf-9`");
}

#[test]
fn binary_files_are_left_alone() {
    let dir = Dir::with([("in/a.bin", &b"\0\x01Leave a Reply Cancel reply\n"[..])]);
    let (code, _, err) = dir.run("clean in --in-place");
    assert_eq!(code, 0);
    holds(&err, "left alone: in/a.bin: binary: it holds NUL bytes");
    assert!(!dir.path("dehusk.removals.jsonl.zst").exists());
    // As a filter: the bytes go through.
    let output = dir.dehusk("clean in/a.bin").output().unwrap();
    assert_eq!(output.stdout, dir.read("in/a.bin"));
}

/// The fixtures, cleaned by the built-in packs in place and put back.
#[test]
fn messy_fixtures_come_back_byte_for_byte() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/messy");
    let dir = Dir::new();
    for entry in fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        dir.write(&format!("in/{}", path.file_name().unwrap().to_str().unwrap()), fs::read(&path).unwrap());
    }
    let before = dir.tree("in");
    let clean = |args: &str| crate::support::outcome(&mut dir.bare(args));
    let (code, _, err) = clean("clean in --out out");
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = clean("clean in --in-place --log log.jsonl");
    assert_eq!(code, 0, "{err}");
    assert_eq!(dir.tree("in"), dir.tree("out"));
    assert!(dir.tree("in").iter().zip(&before).filter(|(a, b)| a != b).count() >= 8);
    let (code, _, err) = clean("restore log.jsonl --in-place");
    assert_eq!(code, 0, "{err}");
    assert_eq!(dir.tree("in"), before);
}
