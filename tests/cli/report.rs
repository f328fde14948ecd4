//! `dehusk report`: one file, with the text of documents in it as nothing but data.

use crate::support::{Dir, PAGE, holds};

/// The data of a page.
fn data(page: &str) -> serde_json::Value {
    let open = "<script type=\"application/json\" id=\"data\">";
    let start = page.find(open).expect("a page has data") + open.len();
    let end = start + page[start..].find("</script>").expect("the data ends");
    serde_json::from_str(&page[start..end]).expect("the data is JSON")
}

#[test]
fn a_folder_becomes_a_page() {
    let dir = Dir::with([("in/a.txt", PAGE), ("in/b.txt", PAGE), ("in/c.txt", "Only grain.\n")]);
    let (code, out, err) = dir.run("report in --out report.html");
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    holds(&err, "report.html: 3 documents");
    let page = dir.text("report.html");
    let data = data(&page);
    assert_eq!((&data["totals"]["documents"], &data["totals"]["changed"]), (&3.into(), &2.into()));
    let groups = data["groups"].as_array().unwrap();
    assert!(groups.iter().any(|g| g["t"] == "Click to share on X (Opens in new window)" && g["n"] == 2), "{groups:#?}");
    assert!(data["sampled"].is_null());
    // Neither threads nor a second run change a byte; the report is no document of its next run.
    assert_eq!(dir.run("report in -o - -j 1").1, page);
    assert_eq!(dir.run("report . -o in/report.html").0, 0);
    assert_eq!(dir.run("report . -o in/report.html").0, 0);
    assert_eq!(dir.run("report in -o report.html --from text").0, 0);
}

#[test]
fn only_a_report_is_replaced() {
    let dir = Dir::with([("in/a.txt", PAGE), ("notes.html", "<p>my notes</p>")]);
    let (code, _, err) = dir.run("report in --out notes.html");
    assert_eq!(code, 2);
    holds(&err, "notes.html exists and is no report: it is not replaced");
    assert_eq!(dir.text("notes.html"), "<p>my notes</p>");
    assert_eq!(dir.run("report in --out report.html").0, 0);
    assert_eq!(dir.run("report in --out report.html").0, 0);
}

#[test]
fn documents_cannot_leave_the_data() {
    let evil = "</script><script>alert(1)</script><!--\u{2028}{{script}}";
    let dir = Dir::with([("in/a.txt", format!("{evil}\n{PAGE}{evil}\n"))]);
    let page = dir.run("report in -o -").1;
    assert_eq!(page.matches("</script>").count(), 2);
    assert_eq!(page.matches("<script").count(), 2);
    assert!(!page.contains("alert(1)</"), "the text is escaped");
    assert!(data(&page).to_string().contains("<script>alert(1)</script>"), "and still there");
}

#[test]
fn a_log_tells_the_same_removals() {
    let dir = Dir::with([("in/a.txt", PAGE), ("in/b.txt", PAGE)]);
    assert_eq!(dir.run("clean in --out out --log log.jsonl").0, 0);
    let (code, page, err) = dir.run("report --log log.jsonl --out -");
    assert_eq!(code, 0, "{err}");
    let (logged, read) = (data(&page), data(&dir.run("report in --out -").1));
    for figure in ["changed", "removals", "removed", "groups"] {
        assert_eq!(logged["totals"][figure], read["totals"][figure], "{figure}");
    }
    let keys = |data: &serde_json::Value| {
        let mut keys: Vec<String> = data["groups"].as_array().unwrap().iter().map(|g| g["k"].to_string()).collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(&logged), keys(&read));
    assert_eq!(logged["partial"], true);
    // The documents are there: a place is shown as it was; cleaned ones are woven. Without them, the text stands alone.
    assert_eq!(logged["groups"], read["groups"]);
    std::fs::remove_dir_all(dir.path("in")).unwrap();
    let alone = data(&dir.run("report --log log.jsonl --out -").1);
    assert_eq!(keys(&alone), keys(&read));
    assert!(alone["groups"][0]["x"][0]["a"].is_null() && !read["groups"][0]["x"][0]["a"].is_null());
    let dir = Dir::with([("in/a.txt", PAGE), ("in/b.txt", PAGE)]);
    assert_eq!(dir.run("clean in --in-place --log log.jsonl").0, 0);
    assert_eq!(data(&dir.run("report --log log.jsonl --out -").1)["groups"], read["groups"]);
    assert_eq!(dir.run("restore log.jsonl --in-place").0, 0);
    // A second run is another story.
    assert_eq!(dir.run("clean in/a.txt --log log.jsonl").0, 0);
    let last = data(&dir.run("report --log log.jsonl --out -").1);
    assert_eq!(last["totals"]["changed"], 1);
}

#[test]
fn too_much_is_sampled_and_said_so() {
    let mut log = String::new();
    for n in 0..200 {
        let name: String = format!("{n:03}").bytes().map(|b| char::from(b - b'0' + b'a')).collect();
        let text = format!("The goat {name} on the roof of the town hall");
        let removal = serde_json::json!({"type": "removal", "data": {
            "doc": format!("{n}.txt"), "record": null, "rule": "related/list", "lang": "en", "rev": "0", "confidence": "medium",
            "bytes": [10, 10 + text.len()], "chars": [10, 10 + text.len()], "line": 2, "text": text, "evidence": [],
        }});
        let state = serde_json::json!({"bytes": 100, "blake3": ""});
        let doc = serde_json::json!({"type": "doc", "data": {
            "doc": format!("{n}.txt"), "record": null, "encoding": "utf-8", "bom": false, "before": state, "after": state,
        }});
        log.push_str(&format!("{removal}\n{doc}\n"));
    }
    let dir = Dir::with([("log.jsonl", log)]);
    let whole = data(&dir.run("report --log log.jsonl -o -").1);
    let most = whole.to_string().len() * 3 / 4;
    let some = data(&dir.run(&format!("report --log log.jsonl -o - --max-size {most}")).1);
    assert!(some.to_string().len() <= most);
    let number = |data: &serde_json::Value| data["groups"].as_array().unwrap().len();
    assert_eq!(some["totals"], whole["totals"]);
    assert_eq!(number(&whole), 200);
    assert!((20..190).contains(&number(&some)), "{} in {most} bytes", number(&some));
    holds(some["sampled"].as_str().unwrap(), "the riskiest, and an even sample of the others");
}
