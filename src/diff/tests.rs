//! What people see, as snapshots, and what must hold of it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::sample::{cleaned, from, removal};
use super::{ByRule, BySite, ChangeTally, Changes, Depth, Earlier, Format, Options, Printer, Style, Summary, Tally, render};
use crate::Cleaned;

/// A scraped page: stamp, essay, promo in a sentence, share row, form.
fn page() -> Cleaned<'static> {
    let mut text = String::from(
        "⟦dates/leading-stamp medium|phrase: date 2024-03-18¦ date 2024-03-18 ⟧Feed the starter twice a day, and keep it out of the sun.\r\n\r\n",
    );
    for day in 3..30 {
        text.push_str(&format!("On day {day} the jar was a little fuller, and the kitchen smelled of apples.\r\n\r\n"));
    }
    text.push_str(
        "The mill at the bend of the river ground rye until the spring of the flood. Its stones lie in the garden now, and \
         children jump from one to the next. ⟦related/also-read medium|near: Read more on breads of the river valleys|near: Next¦Also Read: Five mills that still turn, and \
         where to find them ⟧What the water took was not the wheel but the road to it. For two winters flour came over the \
         hill on sledges, and the price of a loaf was chalked on the door of the inn. That was the whole trick, as we said, \
         and nobody has found a better one since.\r\n\
         ⟦share/click-to-share high¦Click to share on X (Opens in new window)\r\n⟧\
         ⟦share/click-to-share high¦Click to print (Opens in new window)\r\n⟧\r\n\
         ⟦comments/reply-form high|phrase: Leave a Reply|7 lines to the edge of the text|near: Name|near: Email address|near: Comment moderation¦Leave a Reply Cancel reply\r\n\r\n\
         Your email address will not be published. Required fields are marked *\r\nComment *\r\nName *\r\nEmail *\r\n\
         Website\r\nSave my name in this browser.\r\nPost Comment⟧",
    );
    cleaned(&text)
}

/// One long line with everything glued into it, wide letters and hostile bytes.
fn glued() -> Cleaned<'static> {
    cleaned(
        "パン種は一日に二回、水と小麦粉を与えて育てます。⟦share/glued-row high|phrase: x|run: 3 signs of 1 rules (share/glued-row)¦シェア ⟧⟦share/glued-row high|phrase: x|run: 3 signs of 1 rules (share/glued-row)¦ツイート ⟧\
         ⟦newsletter/sign-up-line-with-a-long-name low¦メルマガ登録⟧焼く前の晩に冷蔵庫から出しておきます。\n\
         \tA line\u{1b}[31m with \u{202e}teeth ⟦media/player low¦Play\u{7} video⟧ in it.\n\
         خبزنا في المدينة القديمة ⟦share/x high¦شارك هذا المقال⟧ وما زلنا نخبز.\n\
         A family 👨\u{200d}👩\u{200d}👧 bakes ⟦share/x high¦Share 👍🏽 now⟧ every Friday.\n",
    )
}

fn human(width: usize) -> Options {
    Options { width, ..Options::default() }
}

fn shown(name: &str, cleaned: &Cleaned<'_>, options: &Options) -> String {
    String::from_utf8(render(name, cleaned, options)).expect("rendered text is text")
}

#[test]
fn a_page_at_three_widths() {
    for width in [60, 80, 100, 140] {
        insta::assert_snapshot!(format!("page_{width}"), shown("crawl/blog/sourdough.txt", &page(), &human(width)));
    }
}

#[test]
fn a_page_in_full() {
    let options = Options { all: true, ..human(80) };
    insta::assert_snapshot!(shown("crawl/blog/sourdough.txt", &page(), &options));
}

#[test]
fn a_page_in_colour() {
    for (depth, name) in [(Depth::Ansi, "ansi"), (Depth::Fixed, "fixed"), (Depth::True, "true")] {
        let style = Style { depth, links: true, ..Style::PLAIN };
        let options = Options { style, documents_url: Some("file:///home/ada/".to_owned()), ..human(80) };
        insta::assert_snapshot!(
            format!("colour_{name}"),
            shown("p.txt", &page(), &options).escape_debug().to_string().replace("\\n", "\n")
        );
    }
}

#[test]
fn a_glued_line() {
    insta::assert_snapshot!(shown("glued.txt", &glued(), &human(80)));
}

#[test]
fn every_row_fits() {
    for width in [40, 60, 79, 80, 100, 140, 300] {
        for cleaned in [page(), glued()] {
            for row in shown("a/long/way/to/the/name/of/a/file/that/is/longer/than/most.txt", &cleaned, &human(width)).lines() {
                assert!(super::width::width(row) <= width, "{width}: {row:?}");
            }
        }
    }
}

#[test]
fn a_summary() {
    for (width, summary) in [(80, Summary::Short), (100, Summary::Full)] {
        let options = Options { paths: "crawl/blog".to_owned(), summary, ..human(width) };
        let mut printer = Printer::new(Vec::new(), options.clone());
        printer.document("a.txt", &page()).unwrap();
        printer.document("b.txt", &glued()).unwrap();
        printer.document("c.txt", &cleaned("Nothing here.")).unwrap();
        printer.tally().hold_back("newsletter/sign-up-line");
        printer.tally().errors = 3;
        let bytes = printer.finish().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let end = text.split_once("3 documents").expect("a summary").1;
        insta::assert_snapshot!(format!("summary_{width}"), format!("3 documents{end}"));
    }
}

#[test]
fn an_empty_run_says_so() {
    let printer = Printer::new(Vec::new(), human(80));
    assert_eq!(printer.finish().unwrap(), b"0 documents, nothing to remove\n");
}

#[test]
fn tallies_merge() {
    let mut one = Tally::default();
    one.add(&page());
    one.add(&glued());
    let (mut left, mut right) = (Tally::default(), Tally::default());
    left.add(&glued());
    right.add(&page());
    left.merge(&right);
    assert_eq!(one, left);
}

#[test]
fn one_line_a_removal() {
    let options = Options { format: Format::Short, ..human(80) };
    insta::assert_snapshot!(shown("p.txt", &page(), &options));
    insta::assert_snapshot!(shown("g.txt", &glued(), &options));
}

#[test]
fn json_lines() {
    let options = Options { format: Format::Json, ..human(80) };
    let text = shown("g.txt", &glued(), &options);
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']));
    for line in text.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        if value["type"] == "removal" {
            let data = &value["data"];
            let original = glued().original();
            let (from, to) = (data["bytes"][0].as_u64().unwrap() as usize, data["bytes"][1].as_u64().unwrap() as usize);
            assert_eq!(data["text"], original[from..to]);
            let (from, to) = (data["chars"][0].as_u64().unwrap() as usize, data["chars"][1].as_u64().unwrap() as usize);
            assert_eq!(data["text"], original.chars().skip(from).take(to - from).collect::<String>());
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn cuts_of_a_rule() {
    let mut left = ByRule::default();
    let mut right = ByRule::default();
    for at in 0..30 {
        let page = cleaned(&format!("Grain.\n⟦share/count high¦{at} shares⟧\n⟦share/say medium¦Say it in {}⟧\n", "x".repeat(at % 23)));
        if at % 2 == 0 {
            left.add(&format!("doc{at}.txt"), &page)
        } else {
            right.add(&format!("doc{at}.txt"), &page)
        };
    }
    let mut other = right.clone();
    other.merge(left.clone());
    left.merge(right);
    assert_eq!(left.render(&human(80)), other.render(&human(80)));
    insta::assert_snapshot!(String::from_utf8(left.render(&human(80))).unwrap());
}

#[test]
fn no_control_byte_reaches_a_terminal() {
    let mut text = String::from("Grain ");
    text.extend((0..0xa0u8).map(char::from).filter(|c| !"⟦⟧¦\n".contains(*c)));
    let hostile = cleaned(&format!("{text}\n⟦x/y low|{text}¦{text}⟧\n{text}\n"));
    for format in [Format::Human, Format::Short, Format::Unified, Format::Json] {
        let options = Options { format, ..human(80) };
        let out = shown(&text, &hostile, &options);
        let control = out.chars().find(|c| c.is_control() && *c != '\n' && !(format == Format::Unified && *c == '\t'));
        assert_eq!(control, None, "{format:?}");
    }
}

/// Applies a unified patch, as strictly as `patch` with no fuzz.
fn apply(patch: &str, old: &str) -> String {
    let lines: Vec<&str> = old.split_inclusive('\n').collect();
    let mut out = String::new();
    let mut at = 0;
    let mut rows = patch.split_inclusive('\n').skip(2).peekable();
    while let Some(row) = rows.next() {
        if let Some(head) = row.strip_prefix("@@ -") {
            let place = head.split([' ', ',']).next().unwrap().parse::<usize>().unwrap();
            let empty = head.split(' ').next().unwrap().ends_with(",0");
            let start = if empty { place } else { place - 1 };
            out.extend(lines[at..start].iter().copied());
            at = start;
            continue;
        }
        let whole = rows.next_if(|next| next.starts_with('\\')).is_none();
        let (sign, text) = row.split_at(1);
        let text = if whole { text } else { text.strip_suffix('\n').unwrap() };
        match sign {
            " " | "-" => {
                assert_eq!(lines[at], text, "context");
                at += 1;
                if sign == " " {
                    out.push_str(text);
                }
            }
            "+" => out.push_str(text),
            other => panic!("{other:?}"),
        }
    }
    out.extend(lines[at..].iter().copied());
    out
}

fn patch_options(context: usize) -> Options {
    Options { format: Format::Unified, sanitise: false, context, ..Options::default() }
}

/// Texts of few letters, so that lines repeat, with random cuts.
fn any_cleaned() -> impl Strategy<Value = Cleaned<'static>> {
    let piece = prop_oneof![Just("\n"), Just("\r\n"), Just("a"), Just("Share this"), Just(" "), Just("é日"), Just("\t"), Just("\r")];
    prop::collection::vec((piece, any::<bool>()), 0..40).prop_map(|pieces| {
        let original: String = pieces.iter().map(|(piece, _)| *piece).collect();
        let original: &'static str = Box::leak(original.into_boxed_str());
        let mut at = 0;
        let mut removals = Vec::new();
        for (piece, gone) in pieces {
            if gone {
                removals.push(removal(original, at, at + piece.len(), "x/y high"));
            }
            at += piece.len();
        }
        from(original, removals)
    })
}

proptest! {
    #[test]
    fn a_patch_gives_the_cleaned_text(cleaned in any_cleaned(), context in 0usize..4) {
        let patch = shown("p.txt", &cleaned, &patch_options(context));
        if patch.is_empty() {
            prop_assert_eq!(cleaned.original(), cleaned.text());
        } else {
            prop_assert_eq!(apply(&patch, cleaned.original()), cleaned.text());
        }
    }

    #[test]
    fn anything_can_be_shown(cleaned in any_cleaned(), width in 0usize..200, context in 0usize..4) {
        let options = Options { context, ..human(width) };
        for row in shown("p.txt", &cleaned, &options).lines() {
            prop_assert!(super::width::width(row) <= width.max(40));
        }
    }
}

#[test]
fn patch_applies_it() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("plain.txt", page()),
        ("with a blank.txt", glued()),
        ("no-end.txt", cleaned("Grain.\n⟦x/y high¦Share this\n⟧More⟦x/y high¦ Share⟧")),
        ("joined.txt", cleaned("Grain⟦x/y high¦\nShare\n⟧ and more\nEnd\n")),
        ("empty.txt", cleaned("⟦x/y high¦Share this\r\n⟧")),
    ];
    let mut patch = Vec::new();
    for (name, cleaned) in &cases {
        std::fs::write(folder.path().join(name), cleaned.original()).unwrap();
        patch.extend(render(&format!("./{name}"), cleaned, &patch_options(3)));
    }
    let run = Command::new("patch")
        .args(["-p1", "--binary", "--fuzz=0"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    // `patch` is not on every machine; the property above holds everywhere.
    let Ok(mut run) = run else { return };
    run.stdin.take().unwrap().write_all(&patch).unwrap();
    let output = run.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    for (name, cleaned) in &cases {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        assert_eq!(text, cleaned.text(), "{name}");
    }
}

#[test]
fn cuts_of_sites() {
    let mut sites = BySite::default();
    for at in 0..4 {
        sites.add("example.org", &page());
        sites.add(if at % 2 == 0 { "crawl/blog" } else { "news.example.com" }, &glued());
    }
    insta::assert_snapshot!(String::from_utf8(sites.render(&human(80))).unwrap());
}

#[test]
fn two_answers_compared() {
    let now = cleaned(
        "Grain stays.⟦share/x high¦ Share this⟧\n⟦comments/form high|run: 3 signs¦Leave a Reply\nName\nEmail⟧\nMore grain.\n\
         Sign up for the letter\n⟦footer/copyright high¦© 2024 The Mill\n⟧",
    );
    let text = now.original();
    let at = |needle: &str| text.find(needle).unwrap()..text.find(needle).unwrap() + needle.len();
    let earlier = |needle: &str, rule: &str| Earlier {
        bytes: at(needle),
        rule: rule.to_owned(),
        confidence: crate::Confidence::Medium,
        evidence: Vec::new(),
    };
    let before = [
        earlier("Share this", "share/old"),
        earlier("Name\nEmail\n", "comments/label"),
        earlier("Sign up for the letter", "newsletter/line"),
    ];
    let changes = Changes::new(&now, &before);
    let mut tally = ChangeTally::default();
    tally.add(&changes);
    let mut shown = changes.render("a.txt", &human(80));
    shown.extend(tally.render(&human(80)));
    shown.extend(changes.render("a.txt", &Options { format: Format::Short, ..human(80) }));
    insta::assert_snapshot!(String::from_utf8(shown).unwrap());
    assert!(Changes::new(&now, &Earlier::of(&now)).is_empty());
}

#[test]
fn the_log_reads_what_the_view_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("diff.jsonl");
    let mut printer = Printer::new(Vec::new(), Options { format: Format::Json, ..human(80) });
    printer.document("p.txt", &page()).unwrap();
    std::fs::write(&path, printer.finish().unwrap()).unwrap();
    let mut reader = crate::log::Reader::open(&path).unwrap();
    let mut events = 0;
    while reader.next().unwrap().is_some() {
        events += 1;
    }
    assert_eq!(events, page().removals().len() + 2);
}

/// `LOOK=100 cargo test --lib look -- --ignored --nocapture` shows the view on a real terminal.
#[test]
#[ignore = "for eyes"]
fn look() {
    let width = std::env::var("LOOK").ok().and_then(|width| width.parse().ok()).unwrap_or(80);
    let mut style = Style::detect(super::When::Always, super::When::Auto, true, |name| std::env::var(name).ok());
    if std::env::var_os("LIGHT").is_some() {
        style.theme = super::Theme::Light;
    }
    let options = Options { style, paths: "crawl/blog".to_owned(), ..human(width) };
    let mut printer = Printer::new(std::io::stdout(), options.clone());
    printer.document("crawl/blog/sourdough.txt", &page()).unwrap();
    printer.document("crawl/blog/glued.txt", &glued()).unwrap();
    printer.tally().hold_back("newsletter/sign-up-line");
    printer.finish().unwrap();
    let mut rules = ByRule::default();
    rules.add("crawl/blog/sourdough.txt", &page());
    std::io::stdout().write_all(&rules.render(&options)).unwrap();
}
