//! Texts in records: cut in their place, everything around them byte for byte.

use std::fs;

use crate::support::{CLEANED, Dir, GRAIN, PAGE, gunzip, gzip, holds, outcome};

/// `text` as a JSON string, in one of several spellings.
fn json(text: &str, spelling: usize) -> String {
    let plain = serde_json::to_string(text).unwrap();
    match spelling % 3 {
        0 => plain,
        1 => plain.replace('a', "\\u0061").replace("\\n", "\\u000A").replace('é', "\\u00E9").replace('😀', "\\ud83d\\uDE00"),
        _ => plain.replace('é', "\\u00e9").replace('/', "\\/"),
    }
}

const TAIL: &str = "Café 😀 and/or \"tea\"\n";

fn page() -> String {
    format!("{PAGE}{TAIL}")
}

fn cleaned() -> String {
    format!("{CLEANED}\n{TAIL}")
}

/// Records in which everything but the text is odd.
fn lines(text: &str) -> String {
    let mut lines = String::from("\u{feff}");
    for n in 0..9 {
        let text = json(text, n);
        lines.push_str(&format!(
            "{{ \"id\" : {n}.50e+1,\"text\":\"x\", \"n\":0.10,\"deep\":{{\"text\":\"{TAIL2}\"}}\t,\"te\\u0078t\" :{text},\"ü\":[1,2]}}{}",
            if n % 2 == 0 { "\n" } else { "\r\n" },
            TAIL2 = "Leave a Reply Cancel reply"
        ));
    }
    lines.push_str("\n{\"text\":null}");
    lines
}

#[test]
fn lines_keep_everything_but_what_goes() {
    let dir = Dir::with([("a.jsonl", lines(&page()))]);
    let (code, out, err) = dir.run("clean a.jsonl");
    assert_eq!((code, out), (0, lines(&cleaned())), "{err}");
    holds(&err, "1 record has no text");
    for args in ["clean", "clean - --from jsonl"] {
        let (code, out, _) = outcome(dir.dehusk(args).write_stdin(lines(&page()).trim_start_matches('\u{feff}')));
        assert_eq!((code, out.as_str()), (0, lines(&cleaned()).trim_start_matches('\u{feff}')), "{args}");
    }
    let (code, out, _) = dir.run("diff a.jsonl --format short");
    assert_eq!(code, 0);
    holds(&out, "a.jsonl:9:2:1: share/click: Click to share");
    let (code, out, _) = dir.run("check a.jsonl --format json");
    let counts: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, counts["documents"].as_u64(), counts["removals"].as_u64()), (1, Some(9), Some(18)));
}

#[test]
fn records_of_any_length_pass_whatever_blocks_they_lie_in() {
    let plain = "Wrap the loaf well and eat it within three days.";
    let (mut file, mut expected) = (String::from("\u{feff}"), String::from("\u{feff}"));
    for n in 0..400 {
        // From a few bytes to more than a block; every third has something to remove, some are spelled without escapes.
        let words = [plain; 9000][..if n % 50 == 49 { 8000 } else { n * n % 97 }].join(if n % 4 == 0 { " " } else { "\n\n" });
        let end = if n % 5 == 0 { "\r\n" } else { "\n" };
        let (before, after) = if n % 3 == 0 { (PAGE, CLEANED) } else { (words.as_str(), words.as_str()) };
        file.push_str(&format!("{{\"text\":{}}}{end}", json(before, 0)));
        expected.push_str(&format!("{{\"text\":{}}}{end}", json(after, 0)));
    }
    let (file, expected) = (file.trim_end(), expected.trim_end());
    let dir = Dir::with([("in/a.jsonl", file.as_bytes()), ("in/b.jsonl.gz", &gzip(file.as_bytes()))]);
    let (code, _, err) = dir.run("clean in --out out --log log.jsonl");
    assert_eq!(code, 0, "{err}");
    assert!(dir.text("out/a.jsonl") == expected && gunzip(&dir.read("out/b.jsonl.gz")) == expected.as_bytes());
    let output = dir.dehusk("clean - --from jsonl").write_stdin(file).output().unwrap();
    assert!(output.stdout == expected.as_bytes());
    // The log has hashed what was read and what was written.
    assert_eq!(dir.run("restore log.jsonl out --out back").0, 0);
    assert!(dir.text("back/a.jsonl") == file);
}

#[test]
fn fields_are_named_by_key_or_pointer() {
    let record = |a: &str, b: &str| format!("{{\"a\":{{\"b\":[0,{}]}},\"c\":{}}}\n", json(a, 0), json(b, 1));
    let dir = Dir::with([("a.jsonl", record(PAGE, PAGE))]);
    assert_eq!(dir.run("clean a.jsonl --field /a/b/1").1, record(CLEANED, PAGE));
    assert_eq!(dir.run("clean a.jsonl --field c").1, record(PAGE, CLEANED));
    assert_eq!(dir.run("clean a.jsonl --field c --field /a/b/1").1, record(CLEANED, CLEANED));
    holds(&dir.run("diff a.jsonl --field c --field /a/b/1 --format short").1, "a.jsonl:1#/a/b/1:2:1: share/click");
    let (code, out, err) = dir.run("clean a.jsonl");
    assert_eq!((code, out), (2, record(PAGE, PAGE)));
    holds(&err, "a.jsonl: no record has a text in `text`");
    holds(&err, "--field NAME says where the text is; the first record has: a, c");
    holds(&dir.run("clean a.jsonl --field /a~x").2, "in a JSON pointer `~` is written `~0`");
}

#[test]
fn other_names_of_the_text_are_known() {
    let dir = Dir::with([("a.jsonl", format!("{{\"page_content\":{}}}\n", json(PAGE, 0)))]);
    let (code, out, err) = dir.run("clean a.jsonl");
    assert_eq!((code, out), (0, format!("{{\"page_content\":{}}}\n", json(CLEANED, 0))));
    holds(&err, "`page_content` is the text of 1 file (--field says otherwise)");
}

#[test]
fn json_in_other_layouts() {
    let list = |text: &str| format!("[\n  {{\n    \"text\": {0}\n  }} , {{\"text\":{0}}},\"odd\"\n]\n", json(text, 0));
    let many = |text: &str| format!("{{\n \"text\":\n {}\n}}\n\n{{\"text\":{}}}", json(text, 0), json(text, 1));
    let strings = |text: &str| format!("[{},{}]", json(text, 1), json(GRAIN, 0));
    for make in [&list as &dyn Fn(&str) -> String, &many, &strings] {
        let dir = Dir::with([("a.json", make(PAGE))]);
        assert_eq!(dir.run("clean a.json").1, make(CLEANED));
        holds(&dir.run("diff a.json --format short").1, "a.json:1:2:1: share/click");
    }
}

#[test]
fn tables_keep_their_quotes() {
    let table = |text: &str| {
        format!(
            "\u{feff}id,text,n\r\n1,\"{}\",\"a\"\"b\"\r\n2,{GRAIN2},x\r\n\r\n3,Leave a Reply Cancel reply,y",
            text.replace('"', "\"\""),
            GRAIN2 = GRAIN.trim()
        )
    };
    let dir = Dir::with([("a.csv", table(&page()))]);
    let (code, out, err) = dir.run("clean a.csv");
    assert_eq!(code, 0, "{err}");
    assert_eq!(out, table(&cleaned()).replace("Leave a Reply Cancel reply", "\"\""));
    holds(&dir.run("diff a.csv --format short").1, "a.csv:3:1:1: comments/reply");
    let (code, _, err) = dir.run("clean a.csv --field body");
    assert_eq!(code, 2);
    holds(&err, "no column `body`; there are: id, text, n");
    dir.write("in/prices.csv", "id,price\n1,2\n");
    let (code, _, err) = dir.run("clean in --out out");
    assert_eq!((code, dir.text("out/prices.csv").as_str()), (0, "id,price\n1,2\n"), "{err}");
    holds(&err, "copied as it is: in/prices.csv: no column `text`; there are: id, price");
    let tsv = |text: &str| format!("text\tid\n\"{text}\"\t1\n");
    dir.write("b.tsv", tsv(PAGE));
    assert_eq!(dir.run("clean b.tsv").1, tsv(CLEANED));
}

fn wet(text: &str) -> Vec<Vec<u8>> {
    let head = "WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 3\r\n\r\nx:y\r\n\r\n".as_bytes().to_vec();
    let record = |n: usize| {
        let head = format!(
            "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://example.com/{n}\r\nWARC-Record-ID: <urn:uuid:{n}>\r\n\
             Content-Type: text/plain\r\nContent-Length: {}\r\n\r\n",
            text.len()
        );
        [head.as_bytes(), text.as_bytes(), b"\r\n\r\n"].concat()
    };
    vec![head, record(1), record(2)]
}

#[test]
fn archives_stay_seekable() {
    let members = |records: Vec<Vec<u8>>| records.iter().map(|record| gzip(record)).collect::<Vec<_>>();
    let dir = Dir::with([("a.wet.gz", members(wet(PAGE)).concat()), ("b.wet", wet(PAGE).concat())]);
    assert_eq!(dir.dehusk("clean b.wet").output().unwrap().stdout, wet(CLEANED).concat());
    let (code, _, err) = dir.run("clean a.wet.gz --out out");
    assert_eq!(code, 0, "{err}");
    let out = dir.read("out/a.wet.gz");
    assert_eq!(gunzip(&out), wet(CLEANED).concat());
    // A reader that knows where a member begins can start there.
    let first = gzip(&wet(CLEANED)[0]).len();
    assert_eq!(gunzip(&out[first..]), wet(CLEANED)[1..].concat());
    holds(&dir.run("diff a.wet.gz --format short").1, "a.wet.gz:2:2:1: share/click");
}

#[test]
fn records_of_any_kind_become_lines() {
    let dir = Dir::with([("a.wet.gz", wet(PAGE).iter().map(|record| gzip(record)).collect::<Vec<_>>().concat())]);
    assert_eq!(dir.run("clean a.wet.gz --to jsonl --compress none --out out").0, 0);
    let line = |n: u8| format!("{{\"id\":\"urn:uuid:{n}\",\"url\":\"https://example.com/{n}\",\"text\":{}}}\n", json(CLEANED, 0));
    assert_eq!(dir.text("out/a.jsonl"), line(1) + &line(2));
    dir.write("b.csv", format!("n,text\n1,\"{PAGE}\"\n"));
    assert_eq!(dir.run("clean b.csv --to jsonl").1, format!("{{\"text\":{}}}\n", json(CLEANED, 0)));
}

#[test]
fn compression_is_told_by_its_bytes_and_kept() {
    let dir = Dir::with([("plain.jsonl", lines(PAGE))]);
    for packing in ["gzip", "zstd", "bzip2", "xz"] {
        let (code, _, err) = dir.run(&format!("clean plain.jsonl --out {packing} --compress {packing} --select none/at-all"));
        assert_eq!(code, 2, "{err}"); // a selection that names nothing
        let (code, _, err) = dir.run(&format!("clean plain.jsonl --out {packing} --compress {packing} --config keep=[\"e\"]"));
        assert_eq!(code, 0, "{err}");
        let packed = dir.tree(packing);
        assert!(packed[0].0.starts_with("plain.jsonl.") && packed[0].1.len() < lines(PAGE).len() / 2);
        // Under a name that says nothing.
        dir.write("packed.jsonl", &packed[0].1);
        let output = dir.dehusk("clean packed.jsonl --compress none").output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), lines(CLEANED), "{packing}");
        let mut piped = dir.dehusk("clean - --from jsonl");
        let output = piped.write_stdin(packed[0].1.clone()).output().unwrap();
        dir.write("out.jsonl", output.stdout);
        assert_eq!(dir.run("clean out.jsonl --compress none").1, lines(CLEANED), "{packing}");
    }
    dir.write("page.txt.gz", gzip(PAGE.as_bytes()));
    assert_eq!(gunzip(&dir.dehusk("clean page.txt.gz").output().unwrap().stdout), CLEANED.as_bytes());
}

#[test]
fn before_the_damage_everything_is_cleaned() {
    let many = format!("{}\n", lines(&page()).trim_start_matches('\u{feff}')).repeat(400);
    let packed = gzip(many.as_bytes());
    let dir = Dir::with([("in/a.jsonl.gz", &packed[..packed.len() / 2])]);
    let (code, _, err) = dir.run("clean in --out out");
    assert_eq!(code, 2);
    holds(&err, "error: in/a.jsonl.gz: damaged behind record ");
    holds(&err, "of the unpacked file: the file is cut off");
    let out = String::from_utf8(gunzip(&dir.read("out/a.jsonl.gz"))).unwrap();
    // What was read of the last record went through as it is.
    let (whole, _) = out.rsplit_once('\n').unwrap();
    assert!(whole.lines().count() > 100 && !whole.contains("Click to share"), "{err}");
    assert_eq!(out.lines().next(), lines(&cleaned()).trim_start_matches('\u{feff}').lines().next());
    // In place the rest would be lost.
    let before = dir.read("in/a.jsonl.gz");
    assert_eq!(dir.run("clean in --in-place").0, 2);
    assert_eq!(dir.read("in/a.jsonl.gz"), before);
}

#[test]
fn bad_records_are_told_and_kept_or_dropped() {
    let good = |text: &str| format!("{{\"text\":{}}}\n", json(text, 0));
    let bad: [&[u8]; 4] = [b"{broken\n", b"{\"text\":3}\n", b"{\"text\":\"a\\ud800\"}\n", b"{\"text\":\"a\xff\"}\n"];
    let mut file = good(PAGE).into_bytes();
    let mut kept = good(CLEANED).into_bytes();
    for line in bad {
        file.extend(line);
        kept.extend(line);
    }
    file.extend(good(PAGE).bytes());
    kept.extend(good(CLEANED).bytes());
    let dir = Dir::with([("in/a.jsonl", file)]);
    let (code, _, err) = dir.run("clean in --out out");
    assert_eq!((code, dir.read("out/a.jsonl")), (2, kept));
    holds(&err, "error: in/a.jsonl:2: broken JSON at byte 1");
    holds(&err, "error: in/a.jsonl:3: the field `text` is no string");
    holds(&err, "error: in/a.jsonl:4: a lone surrogate (\\ud800) at byte 1 of the text");
    holds(&err, "error: in/a.jsonl:5: invalid UTF-8 at byte 1 of the text");
    let (code, _, _) = dir.run("clean in --out dropped --on-error drop");
    assert_eq!((code, dir.text("dropped/a.jsonl")), (2, good(CLEANED).repeat(2)));
    let (code, _, err) = dir.run("clean in --out stopped --on-error stop");
    assert_eq!((code, dir.tree("stopped").len()), (2, 0), "{err}");
    let list = "[{\"text\":1}, {\"text\": \"a\"} ,{\"text\":2}, {\"text\":\"b\"}, {\"text\":3}]";
    dir.write("a.json", list);
    assert_eq!(dir.run("clean a.json --on-error drop").1, "[ {\"text\": \"a\"} , {\"text\":\"b\"}]");
}

#[test]
fn large_records_and_empty_files_pass() {
    let dir = Dir::with([("in/empty.jsonl", String::new()), ("in/blank.csv", "\n".into())]);
    let line = |text: &str| format!("{{\"text\":{}}}\n", json(text, 0));
    dir.write("in/a.jsonl", [line(PAGE), line(&PAGE.repeat(40_000)), line(PAGE)].concat());
    let (code, _, err) = dir.run("clean in --out out --max-doc-size 4k");
    assert_eq!(code, 0, "{err}");
    holds(&err, "copied as it is: in/a.jsonl:2: larger than --max-doc-size");
    assert_eq!(dir.text("out/a.jsonl"), [line(CLEANED), line(&PAGE.repeat(40_000)), line(CLEANED)].concat());
    assert_eq!((dir.text("out/empty.jsonl"), dir.text("out/blank.csv")), (String::new(), "\n".into()));
}

#[test]
fn containers_in_place_are_replaced_whole_and_logged() {
    let dir = Dir::with([("in/a.jsonl", lines(&page())), ("in/b.txt", PAGE.into()), ("in/c.jsonl", lines(GRAIN))]);
    let (code, _, err) = dir.run("clean in --in-place --log log.jsonl");
    assert_eq!(code, 0, "{err}");
    assert_eq!(dir.text("in/a.jsonl"), lines(&cleaned()));
    let log = dir.text("log.jsonl");
    let events: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let removal = events.iter().find(|e| e["type"] == "removal").unwrap();
    assert_eq!((removal["data"]["doc"].as_str(), removal["data"]["record"].as_u64()), (Some("a.jsonl"), Some(1)));
    let file = &events.iter().find(|e| e["type"] == "file").unwrap()["data"];
    assert_eq!(file["before"]["blake3"].as_str(), Some(blake3::hash(lines(&page()).as_bytes()).to_hex().as_str()));
    assert_eq!(file["after"]["blake3"].as_str(), Some(blake3::hash(&dir.read("in/a.jsonl")).to_hex().as_str()));
    assert_eq!((file["packing"].as_str(), file["records"].as_u64()), (Some("none"), Some(11)));
    let head = &events.iter().find(|e| e["type"] == "records").unwrap()["data"];
    assert_eq!((head["format"].as_str(), head["fields"][0].as_str()), (Some("jsonl"), Some("text")));
}

#[test]
fn every_container_is_restored() {
    let dir = Dir::with([
        ("in/a.jsonl", lines(&page()).into_bytes()),
        ("in/b.json", format!("[{{\"text\":{}}}, {{\"text\":{}}}]", json(&page(), 1), json(GRAIN, 0)).into_bytes()),
        ("in/c.csv", format!("id,text\r\n1,\"{PAGE}\"\r\n2,x").into_bytes()),
        ("in/d.wet.gz", wet(PAGE).iter().map(|record| gzip(record)).collect::<Vec<_>>().concat()),
        ("in/e.txt.gz", gzip(PAGE.as_bytes())),
        ("in/f.txt", PAGE.into()),
        ("in/g.jsonl.gz", gzip(lines(PAGE).as_bytes())),
    ]);
    let unpacked = |name: &str| {
        let unpack = |(name, bytes): (String, Vec<u8>)| if name.ends_with(".gz") { (name, gunzip(&bytes)) } else { (name, bytes) };
        dir.tree(name).into_iter().map(unpack).collect::<Vec<_>>()
    };
    let before = unpacked("in");
    assert_eq!(dir.run("clean in --out out --log log.jsonl.zst").0, 0);
    let cleaned = unpacked("out");
    assert!(before.iter().zip(&cleaned).all(|(a, b)| a.1.len() > b.1.len()));
    let (code, _, err) = dir.run("restore log.jsonl.zst out --out back");
    assert_eq!((code, unpacked("back") == before), (0, true), "{err}");
    // In place, in two runs, and undone together.
    let high = dir.run("clean in --in-place --min-confidence high");
    assert_eq!(high.0, 0, "{}", high.2);
    let (code, _, err) = dir.run("clean in --in-place");
    assert_eq!((code, unpacked("in") == cleaned), (0, true), "{err}");
    let (code, _, err) = dir.run("restore dehusk.removals.jsonl.zst --in-place");
    assert_eq!((code, unpacked("in") == before), (0, true), "{err}");
    // One file, under another name.
    dir.write("other.jsonl", dir.read("out/a.jsonl"));
    assert_eq!(dir.run("clean in/a.jsonl --out one --log one.jsonl").0, 0);
    let (code, _, err) = dir.run("restore one.jsonl other.jsonl --in-place");
    assert_eq!((code, dir.text("other.jsonl")), (0, lines(&page())), "{err}");
    // A record that was changed since.
    dir.write("out/a.jsonl", dir.text("out/a.jsonl").replace("Wrap it", "Warp it"));
    let (code, _, err) = dir.run("restore log.jsonl.zst out/a.jsonl --in-place");
    assert_eq!(code, 2);
    holds(&err, "not the record that the log describes: its text was changed since");
}

#[test]
fn a_place_in_a_record_is_explained() {
    let dir = Dir::with([("a.jsonl", lines(PAGE))]);
    let (code, out, err) = dir.run("explain a.jsonl:3:2:1");
    assert_eq!(code, 0, "{err}");
    holds(&out, "a.jsonl:3:2  Click to share on X");
    holds(&out, "share/click");
    let (_, out, _) = dir.run("explain a.jsonl:3");
    assert_eq!(out.matches("goes  ").count(), 2, "{out}");
    holds(&out, "stays the rest of 5 lines; a.jsonl:3:LINE asks about one");
    let (code, _, err) = dir.run("explain a.jsonl:99");
    assert_eq!(code, 2);
    holds(&err, "a.jsonl:99: there is no such record");
}

#[test]
fn programs_learn_which_record_it_is() {
    let record = format!("{{\"id\":\"x7\",\"url\":\"https://example.com/a\",\"text\":{}}}\n", json(PAGE, 0));
    let dir = Dir::with([("a.jsonl", record)]);
    let (_, out, _) = dir.run("diff a.jsonl --format json");
    let events: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((events[0]["data"]["doc"].as_str(), events[0]["data"]["record"].as_u64()), (Some("a.jsonl"), Some(1)));
    let doc = &events.iter().find(|e| e["type"] == "doc").unwrap()["data"];
    assert_eq!((doc["id"].as_str(), doc["url"].as_str()), (Some("x7"), Some("https://example.com/a")));
    holds(&dir.run("diff a.jsonl --by site").1, "example.com");
}

#[test]
fn counts_by_rule_family_language_and_site() {
    let line = |n: u8| format!("{{\"url\":\"https://{n}.example/\",\"text\":{}}}\n", json(PAGE, 0));
    let dir = Dir::with([("a.jsonl", (0..4).map(|n| line(n % 2)).collect::<String>())]);
    let (code, out, _) = dir.run("stats a.jsonl --format csv --by site,family");
    assert_eq!(code, 0);
    assert_eq!(
        out,
        "by,key,documents,removals,bytes\nfamily,share,4,4,168\nfamily,comments,4,4,112\nsite,0.example,2,4,140\nsite,1.example,2,4,140\n"
    );
    let (_, out, _) = dir.run("stats a.jsonl --format json");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((json["documents"].as_u64(), json["by_language"][0]["language"].as_str()), (Some(4), Some("en")));
    assert_eq!(dir.run("clean a.jsonl --out out --log log.jsonl").0, 0);
    let (_, logged, _) = dir.run("stats log.jsonl --format csv");
    assert_eq!(logged, dir.run("stats a.jsonl --format csv").1);
    holds(&dir.run("stats log.jsonl").1, "4 documents, 4 with residue, 8 removals");
}

#[test]
fn a_sample_is_the_same_for_the_same_seed() {
    let dir = Dir::with([("a.jsonl", (0..200).map(|_| format!("{{\"text\":{}}}\n", json(PAGE, 0))).collect::<String>())]);
    let lines = |args: &str| dir.run(&format!("diff a.jsonl --format short --sample 10 {args}")).1;
    let zero = lines("");
    assert_eq!(zero.lines().count(), 20);
    assert_eq!(zero, lines("--seed 0 -j 1"));
    assert_ne!(zero, lines("--seed 1"));
    let records: Vec<u32> = zero.lines().map(|line| line.split(':').nth(1).unwrap().parse().unwrap()).collect();
    assert!(records.is_sorted() && records.last() > Some(&20), "{records:?}");
    holds(&dir.run("check a.jsonl --sample 10").1, "10 documents");
    holds(&dir.run("stats a.jsonl --sample 300").1, "200 documents");
}

#[test]
fn attributes_count_characters() {
    let text = format!("Grüße 😀\n{PAGE}");
    let dir =
        Dir::with([("documents/a.jsonl", format!("{{\"id\":\"1\",\"text\":{}}}\n{{\"id\":\"2\",\"text\":\"x\"}}\n", json(&text, 1)))]);
    let (code, _, err) = dir.run("clean documents --attributes attributes/dehusk");
    assert_eq!(code, 0, "{err}");
    holds(&err, "attributes: [\"dehusk\"]");
    let out = dir.text("attributes/dehusk/a.jsonl");
    let lines: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), lines[1]["id"].as_str()), (2, Some("2")));
    let spans = lines[0]["attributes"]["dehusk__v1__remove"].as_array().unwrap();
    let chars: Vec<char> = text.chars().collect();
    let (mut kept, mut from) = (String::new(), 0);
    for span in spans {
        let end = |n: usize| usize::try_from(span[n].as_u64().unwrap()).unwrap();
        kept.extend(&chars[from..end(0)]);
        from = end(1);
    }
    kept.extend(&chars[from..]);
    assert_eq!(kept, format!("Grüße 😀\n{CLEANED}"));
    assert_eq!(dir.run("clean documents --attributes again --resume").0, 0);
    holds(&dir.run("clean documents --attributes again --resume").2, "1 file was complete already");
    assert_eq!(dir.text("again/a.jsonl"), out);
    dir.write("t/a.csv", "id,text\n1,x\n");
    holds(&dir.run("clean t --attributes b").2, "they are for JSON Lines, this is csv");
}

#[test]
fn a_run_goes_on_where_it_was() {
    let dir = Dir::with([("in/a.jsonl", lines(&page())), ("in/b.txt", PAGE.into()), ("in/c.txt", GRAIN.into())]);
    let (code, _, err) = dir.run("clean in --out out --resume");
    assert_eq!(code, 0, "{err}");
    let done = dir.tree("out");
    fs::remove_file(dir.path("out/b.txt")).unwrap();
    dir.write("out/.dehusk-left.tmp", "half");
    let modified = fs::metadata(dir.path("out/a.jsonl")).unwrap().modified().unwrap();
    let (code, _, err) = dir.run("clean in --out out --resume");
    assert_eq!(code, 0, "{err}");
    holds(&err, "2 files were complete already");
    holds(&err, "1 document, 1 cleaned");
    let visible = |tree: Vec<(String, Vec<u8>)>| tree.into_iter().filter(|(name, _)| !name.starts_with('.')).collect::<Vec<_>>();
    assert_eq!(visible(dir.tree("out")), visible(done));
    assert!(!dir.path("out/.dehusk-left.tmp").exists());
    assert_eq!(fs::metadata(dir.path("out/a.jsonl")).unwrap().modified().unwrap(), modified);
    let manifest = dir.text("out/.dehusk-manifest.jsonl");
    holds(&manifest, blake3::hash(&dir.read("out/a.jsonl")).to_hex().as_str());
    // Other settings: nothing of it counts.
    let (_, _, err) = dir.run("clean in --out out --resume --min-confidence high");
    assert!(!err.contains("complete already"), "{err}");
    assert_eq!(dir.run("clean in --in-place --resume").0, 0);
    holds(&dir.run("clean in --in-place --resume").2, "3 files were complete already");
    holds(&dir.run("clean in/b.txt --resume").2, "--resume and --manifest need --out, --in-place or --attributes");
}

#[test]
fn a_record_that_is_too_large_is_kept_dropped_or_fatal() {
    let record = |text: &str| format!("{{\"text\":{}}}", json(text, 0));
    let list = |texts: &[&str]| format!("[{}]", texts.iter().map(|text| record(text)).collect::<Vec<_>>().join(", "));
    let large = "word ".repeat(300_000);
    let dir = Dir::with([
        ("in/a.json", list(&[PAGE, &large, PAGE])),
        ("in/b.jsonl", [PAGE, &large, PAGE].map(|text| record(text) + "\n").concat()),
    ]);
    let (code, _, err) = dir.run("clean in --out kept --max-doc-size 1MB");
    assert_eq!((code, dir.text("kept/a.json") == list(&[CLEANED, &large, CLEANED])), (0, true));
    holds(&err, "copied as it is: in/b.jsonl:2: larger than --max-doc-size");
    let (code, _, err) = dir.run("clean in --out dropped --max-doc-size 1M --on-error drop");
    assert_eq!((code, dir.text("dropped/a.json")), (2, list(&[CLEANED, CLEANED])));
    assert_eq!(dir.text("dropped/b.jsonl"), (record(CLEANED) + "\n").repeat(2));
    holds(&err, "error: in/a.json:2: larger than --max-doc-size");
    let (code, _, _) = dir.run("clean in/b.jsonl --out stopped --max-doc-size 1M --on-error stop");
    assert!(code == 2 && dir.tree("stopped").is_empty());
}

#[test]
fn whatever_stands_before_the_damage_of_an_xz_file_is_read() {
    let many = format!("{}\n", lines(PAGE).trim_start_matches('\u{feff}')).repeat(50);
    let dir = Dir::with([("a.jsonl", many.as_bytes())]);
    assert_eq!(dir.run("clean a.jsonl --out packed --compress xz").0, 0);
    let packed = [dir.read("packed/a.jsonl.xz"), b"no xz".to_vec()].concat();
    dir.write("b.jsonl.xz", packed);
    let (code, _, err) = dir.run("clean b.jsonl.xz --out out --compress none");
    assert_eq!(code, 2);
    assert!(dir.text("out/b.jsonl").ends_with("{\"text\":null}\n"), "{err}");
    holds(&err, "the rest needs another copy of the file");
    // A damaged file is not written where the run is to stop.
    assert_eq!(dir.run("clean b.jsonl.xz --out stopped --on-error stop").0, 2);
    assert!(dir.tree("stopped").is_empty());
}

#[test]
fn empty_files_and_empty_fields_are_no_errors() {
    let dir = Dir::with([("a.jsonl", ""), ("b.jsonl", "{\"text\":null}\n")]);
    let (code, _, err) = dir.run("clean a.jsonl");
    assert_eq!(code, 0);
    holds(&err, "nothing was read: it is empty");
    let (code, out, err) = dir.run("clean b.jsonl");
    assert_eq!((code, out.as_str()), (0, "{\"text\":null}\n"));
    holds(&err, "1 record has no text");
}

/// What a tool makes of `bytes`; `None` where it is not installed.
fn through(tool: &str, args: &[&str], bytes: &[u8]) -> Option<Vec<u8>> {
    std::process::Command::new(tool).arg("--version").output().ok()?;
    let output = assert_cmd::Command::new(tool).args(args).write_stdin(bytes).output().unwrap();
    assert!(output.status.success(), "{tool} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

/// Reads a single member, and nothing may lie behind it.
const ONE_MEMBER: &str = "import sys, zlib
unpacker = zlib.decompressobj(31)
sys.stdout.buffer.write(unpacker.decompress(sys.stdin.buffer.read()) + unpacker.flush())
assert unpacker.eof and not unpacker.unused_data";

#[test]
fn other_tools_read_what_was_packed_on_several_threads() {
    let line =
        |n: usize| format!("{{\"id\":{n},\"n\":\"{}\",\"text\":{}}}\n", n * n, json(if n.is_multiple_of(5) { PAGE } else { GRAIN }, n));
    let many: String = (0..20_000).map(line).collect();
    let dir = Dir::with([("a.jsonl", &many)]);
    let expected = dir.dehusk("clean a.jsonl").output().unwrap().stdout;
    assert!(expected.len() < many.len() && expected.len() > 1 << 20);
    type Check<'c> = (&'c str, &'c [&'c str]);
    let tools: [(&str, Check<'_>, &[Check<'_>], &[Check<'_>]); 2] = [
        ("gz", ("gzip", &["-c"]), &[("gzip", &["-t"])], &[("gzip", &["-dc"]), ("python3", &["-c", ONE_MEMBER])]),
        ("zst", ("zstd", &["-qc"]), &[("zstd", &["-qt"])], &[("zstd", &["-qdc"])]),
    ];
    for (extension, (packer, args), tests, readers) in tools {
        let Some(packed) = through(packer, args, many.as_bytes()) else { continue };
        dir.write(&format!("a.jsonl.{extension}"), packed);
        let cleaned = [1, 2, 3].map(|n| dir.dehusk(&format!("clean a.jsonl.{extension} --threads {n}")).output().unwrap().stdout);
        assert!(cleaned[0] == cleaned[1] && cleaned[1] == cleaned[2], "{extension}");
        for (tool, args) in tests {
            through(tool, args, &cleaned[0]);
        }
        for (tool, args) in readers {
            assert!(through(tool, args, &cleaned[0]).is_none_or(|read| read == expected), "{tool}");
        }
        // Broken off, it is no whole stream for them either.
        let half = assert_cmd::Command::new(packer).arg("-t").write_stdin(&cleaned[0][..cleaned[0].len() / 2]).output().unwrap();
        assert!(!half.status.success(), "{packer}");
    }
}
