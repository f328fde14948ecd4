//! What `explain`, `test`, `rules` and `diff` answer, where a page of output says more than the question.

use crate::support::{Dir, GRAIN, holds, outcome};

const PACK: &str = r#"
[[rule]]
id         = "local/recipe-plea"
scope      = "line"
confidence = "high"
summary    = "The line under every post of a baking blog that asks for recipes"
phrases    = ["Send us your recipe and win a bread knife"]
removes    = ['''
The loaf keeps for three days.
[-Send us your recipe and win a bread knife!-]
''']
keeps      = ['''The mayor said: “Send us your recipe and win a bread knife”, and nobody did.''']
"#;

const PLEA: &str = "The loaf keeps for three days in a linen bag.\nSend us your recipe and win a bread knife!\n";

#[test]
fn a_line_that_several_removals_took_does_not_stay() {
    let dir = Dir::with([("page.txt", format!("{GRAIN}Leave a Reply Cancel reply. Leave a Reply Cancel reply.\n"))]);
    let (_, out, _) = dir.run("explain page.txt:2");
    assert_eq!(out.matches("goes  ").count(), 2, "{out}");
    assert!(!out.contains("stays"), "{out}");
    let dir = Dir::with([("page.txt", format!("{GRAIN}Wrap it well. Leave a Reply Cancel reply. Keep it dry.\n"))]);
    holds(&dir.run("explain page.txt:2").1, "stays (the rest)");
}

#[test]
fn words_that_stand_everywhere_are_only_counted() {
    let dir = Dir::with([("page.txt", "They share the loaf with whoever comes by on the day it was baked.\n\nShare this\n")]);
    let explain = |args: &str| dir.run(&format!("explain page.txt:{args} --min-confidence low")).1;
    let brief = explain("1");
    holds(&brief, "nothing came near; 1 word that only matters on a line of its own, -v shows it");
    assert!(!brief.contains("share/word"), "{brief}");
    for whole in [explain("1 -v"), explain("1:6")] {
        holds(&whole, "share/word (low, en) at “share”");
        assert!(!whole.contains("-v shows"), "{whole}");
    }
}

#[test]
fn a_pack_of_ones_own_is_tested_for_itself() {
    let dir = Dir::with([("share.toml", PACK)]);
    let (code, out, err) = outcome(&mut dir.bare("test share.toml"));
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    // Two examples, together and alone.
    holds(&out, "ok   4 checks passed (the examples of share.toml, run together with the built-in packs)");
    dir.write("share.toml", PACK.replace("[-Send", "Send").replace("!-]", "!"));
    let (code, out, _) = outcome(&mut dir.bare("test share.toml"));
    assert_eq!(code, 1);
    holds(&out, "failed   1 problem");
    holds(&out, "share.toml:8");
}

#[test]
fn rules_of_a_site_run_for_that_site_alone() {
    let dir = Dir::with([("pack/sites/mill.example.toml", PACK), ("page.txt", PLEA)]);
    let clean = |site: &str| outcome(&mut dir.bare(&format!("clean page.txt --pack pack {site}"))).1;
    for elsewhere in ["", "--site example", "--site windmill.example"] {
        assert_eq!(clean(elsewhere), PLEA, "{elsewhere}");
    }
    for there in ["--site mill.example", "--site News.Mill.example"] {
        assert_eq!(clean(there), GRAIN, "{there}");
    }
    holds(&outcome(&mut dir.bare("rules local --pack pack")).1, "local/recipe-plea");
    holds(&outcome(&mut dir.bare("explain page.txt:2 --pack pack")).1, "would take it with --site mill.example");
    holds(&outcome(&mut dir.bare("test pack/sites/mill.example.toml")).1, "ok   4 checks passed");
    let (code, _, err) = outcome(&mut dir.bare("clean page.txt --site https://mill.example/"));
    assert_eq!(code, 2);
    holds(&err, "write a domain such as example.com");
}

#[test]
fn a_veto_with_a_hole_is_an_error_with_its_place() {
    let dir = Dir::with([("page.txt", PLEA)]);
    dir.write("my.toml", PACK.replace("removes ", "unless     = [\"says {name}\"]\nremoves "));
    let (code, _, err) = outcome(&mut dir.bare("clean page.txt --pack my.toml"));
    assert_eq!(code, 2);
    holds(&err, "`unless` of `local/recipe-plea` takes plain words");
    holds(&err, "my.toml:8:15");
    holds(&err, "help: write the words that veto the match, without holes");
}

#[test]
fn a_list_of_rules_holds_all_of_them() {
    let dir = Dir::new();
    for args in ["rules", "rules --config min-confidence=high"] {
        let (_, out, _) = dir.run(args);
        holds(&out, "share/word     ░");
        holds(&out, "3 rules");
    }
    assert!(!dir.run("rules --min-confidence medium").1.contains("share/word "));
}

#[test]
fn structure_alone_is_not_held_back() {
    let menu = "Home\nBread\nAbout the mill\n\n";
    let prose = "The mill at the bend of the river ground rye until the spring of the flood, and its stones lie in the garden now.\n";
    let dir = Dir::with([("page.txt", format!("{}{}", menu.repeat(5), prose.repeat(4)))]);
    let (_, low, _) = outcome(&mut dir.bare("diff page.txt --min-confidence low --summary"));
    holds(&low, "boundaries/outside");
    let (_, out, _) = outcome(&mut dir.bare("diff page.txt --summary"));
    assert!(!out.contains("held back"), "{out}");
}
