use std::ops::Range;

use proptest::prelude::*;
use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::program::{Mode, Program};
use super::search::{Hit, Search};

/// What the `regex` crate finds.
fn wanted(regex: &Regex, text: &str) -> Vec<(Range<usize>, Option<Range<usize>>)> {
    regex.captures_iter(text).map(|c| (c.get_match().range(), c.name("cut").map(|m| m.range()))).collect()
}

fn plain(hits: Vec<Hit>) -> Vec<(Range<usize>, Option<Range<usize>>)> {
    hits.into_iter().map(|hit| (hit.range, hit.cut)).collect()
}

/// Both ways of running an expression find what the crate finds.
fn same(source: &str, regex: &Regex, find: &Program, test: &Program, text: &str) {
    let wanted = wanted(regex, text);
    assert_eq!(plain(find.find_all(text)), wanted, "{source:?} in {text:?}");
    assert_eq!(test.is_match(text), !wanted.is_empty(), "{source:?} in {text:?}");
    let (find, test) = (find.view(), test.view());
    let mut all = Search::new(&find, text);
    all.steps = 0;
    assert_eq!(plain(all.all()), wanted, "all ways at once: {source:?} in {text:?}");
    let mut any = Search::new(&test, text);
    any.steps = 0;
    assert_eq!(any.any(), !wanted.is_empty(), "all ways at once: {source:?} in {text:?}");
}

fn compare(source: &str, text: &str) {
    let programs = [Mode::Find, Mode::Test].map(|mode| Program::new(source, mode).unwrap());
    same(source, &Regex::new(source).unwrap(), &programs[0], &programs[1], text);
}

#[test]
fn finds_what_the_crate_finds() {
    let texts = ["", "a", "aaa", "ab\nab\r\nabc", "é a_b ß\n", "xaabb aab b\n\n", "Σίσυφος ΣΊΣΥΦΟΣ", "aé\u{301}🙂b"];
    let sources = [
        "",
        "a",
        "a*",
        "a*?",
        "a+?",
        "a{2}",
        "a{1,2}?",
        "a{2,}b",
        "(a|ab)(c|bcd)?",
        "(?:a*)*",
        "(?:a*)+",
        "(?:a|)*b",
        "(?:a*?)*?",
        "(?:|a)+",
        "(?m)^",
        "(?m)$",
        "(?m)^a.*$",
        "(?mR)^.*$",
        r"\Aa",
        r"a\z",
        r"\b",
        r"\B",
        r"\b\w+\b",
        r"(?-u:\b)\w",
        r"\b{start}a",
        r"\b{end-half}",
        "(?P<cut>a+)b",
        "(?:(?P<cut>a)|b)+",
        "x(?P<cut>b)?",
        "(?i)σίσυφος",
        r"\p{Lu}+",
        r"[^\n]*?b",
        r"(?s).*",
        r"[^a]",
        "(?:ab|a)*$",
        "^(?:a|b)*$",
        "[^a]{1,2}?b",
        r"\s*$",
        "(?:[^\n]*b\r?\n)?a",
        "[a&&b]",
        "(?:a[a&&b]|)a",
        "(?:(?:a?){3}){2}b",
        r"(?-u:\w)+",
        "é|🙂",
        "(?:a|b|c|é)+?$",
        "🙂{0,3}b$",
        r"[^\n]*\s*\n",
        "a|b|c|é",
        "(?:ab|bb|cb|éb|aab|b*)b$",
        "(?:ab|b|[ac]c|é|aa|a)+",
        "(?:a*|ab|b|c|é)*c",
        "(?i)(?:ab|b|c|x|aabb)+$",
        "(?:ab|a|b|c|é)?b$",
        r"(?:[^\n]*[ab]\r?\n\s*)+$",
        r"[^\n]*\s*b",
        "a*b?(?:[ab]*c|b*\\z)",
        r"a+(?:a*|b*)*[bc]",
        r"[ab]*\b",
        r"(?m)\w*$",
        r"(?m)^\s*a",
    ];
    for source in sources {
        texts.iter().for_each(|text| compare(source, text));
    }
}

#[test]
fn gives_back_only_what_may_help() {
    let keeps = |source: &str, mode| {
        let program = Program::new(source, mode).unwrap();
        let view = program.view();
        // The one repetition, which is the last thing that was compiled but for the first instruction.
        view.code[view.entry as usize] & super::program::op::KEEPS != 0
    };
    for source in ["a*b", "a*", r"a*\z", "a*[^a]", "[^b]*a*b", "a*(?:b|c*d)", r"(?m)[^\n]*$"] {
        assert!(keeps(source, Mode::Find), "{source}");
    }
    for source in ["a*ab", "a*[a-c]", r"a*\b", "a*b?a", "a*b{0,2}(?:c|a)", "(?m)[a\n]*$", "a*(?:a{0,3}b)"] {
        assert!(!keeps(source, Mode::Find), "{source}");
    }
    assert!(keeps(r"\A\s*$", Mode::Test) && keeps(r"(?m)\A[^\n]*$", Mode::Test));
}

#[test]
fn a_pack_from_elsewhere_cannot_take_the_memory() {
    for source in
        ["(?:ab){1000000}", "(?:(?:(?:a{9}b){999}){999}){999}", "a{2000000}", r"(?:\w{0,999}x){999}", "(?:(?:a|b){0,65535}){0,65535}"]
    {
        assert!(Program::new(source, Mode::Find).is_err(), "{source}");
    }
    assert!(Program::new("(?:(?:){1000000000}){1000000000}", Mode::Find).is_ok());
    assert!(Program::new("(", Mode::Find).unwrap_err().to_string().ends_with("unclosed group"));
}

#[test]
fn hostile_texts_take_linear_time() {
    let text = "a".repeat(20_000);
    for source in ["(?:a+)+b", "(?:a|a)*b", "(?:a*)*b", "(?:a?){30}a{30}b", "a*a*a*b$", "(?:a|aa)+$c"] {
        let program = Program::new(source, Mode::Find).unwrap();
        assert!(program.find_all(&text).is_empty(), "{source}");
    }
}

/// Numbers from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most.max(1) as u64) as usize
    }
}

/// A text that an expression is likely to match.
fn sample(hir: &Hir, dice: &mut Dice, out: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(std::str::from_utf8(&literal.0).unwrap()),
        HirKind::Class(Class::Unicode(class)) => {
            // The first ranges are those of the texts that expressions are written for.
            let most = if dice.below(3) == 0 { class.ranges().len() } else { class.ranges().len().min(4) };
            let range = &class.ranges()[dice.below(most)];
            let span = u32::from(range.end()) - u32::from(range.start());
            out.extend(char::from_u32(u32::from(range.start()) + dice.below(span.min(200) as usize + 1) as u32));
        }
        HirKind::Class(Class::Bytes(class)) => out.extend(class.ranges().first().map(|r| char::from(r.start()))),
        HirKind::Repetition(repeat) => {
            let most = repeat.max.unwrap_or(u32::MAX).saturating_sub(repeat.min).min(6);
            for _ in 0..repeat.min as usize + dice.below(most as usize + 1) {
                sample(&repeat.sub, dice, out);
            }
        }
        HirKind::Capture(group) => sample(&group.sub, dice, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| sample(part, dice, out)),
        HirKind::Alternation(parts) => sample(&parts[dice.below(parts.len())], dice, out),
    }
}

#[test]
fn built_in_expressions_find_what_the_crate_finds() {
    let set = crate::pack::RuleSet::builtin(&crate::pack::Selection::everything()).unwrap();
    let all = set.rules.iter().flat_map(|rule| [&rule.regex, &rule.before, &rule.after, &rule.not_before, &rule.not_after]).flatten();
    let mut matched = 0;
    for (number, lazy) in all.enumerate() {
        let hir = regex_syntax::parse(&lazy.source).unwrap();
        let regex = Regex::new(&lazy.source).unwrap();
        let find = Program::new(&lazy.source, Mode::Find).unwrap();
        let test = if lazy.mode == Mode::Test { lazy.get().unwrap().clone() } else { Program::new(&lazy.source, Mode::Test).unwrap() };
        let find = if lazy.mode == Mode::Find { lazy.get().unwrap().clone() } else { find };
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ number as u64);
        for _ in 0..60 {
            let mut text = String::new();
            for _ in 0..1 + dice.below(3) {
                sample(&hir, &mut dice, &mut text);
                text.push_str(["", "\n", "\r\n", " ", "A b. ", "\n\nWord\n"][dice.below(6)]);
            }
            // A character less, or one from elsewhere in the text.
            let mut chars: Vec<char> = text.chars().collect();
            for _ in 0..dice.below(3) {
                if !chars.is_empty() {
                    let at = dice.below(chars.len());
                    let other = chars[dice.below(chars.len())];
                    match dice.below(2) {
                        0 => _ = chars.remove(at),
                        _ => chars[at] = other,
                    }
                }
            }
            let text: String = chars.into_iter().collect();
            matched += usize::from(regex.is_match(&text));
            same(&lazy.source, &regex, &find, &test, &text);
        }
    }
    assert!(matched > 2000, "few texts match: {matched}");
}

/// Expressions of a few letters, with everything that may be repeated in everything else.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a",
        "b",
        "é",
        "[ab]",
        "[^a]",
        ".",
        r"\s",
        r"\w",
        "^",
        "$",
        r"\b",
        r"\B",
        r"(?-u:\b)",
        "",
        "(?m:^)",
        "(?m:$)",
        "\n",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
        let repeat = prop::sample::select(vec!["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{2,}", "{0,2}?", "{1,}?"]);
        prop_oneof![
            (inner.clone(), repeat).prop_map(|(e, repeat)| format!("(?:{e}){repeat}")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner, 2..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_expression_finds_what_the_crate_finds(front in expression(), cut in expression(), behind in expression(), text in "[abé \n_]{0,12}") {
        compare(&format!("{front}(?P<cut>{cut}){behind}"), &text);
        compare(&format!("(?:{front})$"), &text);
    }
}
