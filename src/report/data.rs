//! The figures as the page reads them: short names, tables instead of repeated words, and no more than fits.

use std::collections::HashMap;
use std::ops::Range;

use serde::Serialize;

use super::count::{Report, name};
use super::{About, page};
use crate::Confidence;
use crate::decide::{Example, Group, Record, rule_key};
use crate::diff::{counted, grouped};
use crate::escape;

/// Sites that are told one by one.
const SITES: usize = 500;
/// Characters of a removed text that are shown, at its start and at its end.
const SHOWN: [usize; 2] = [1400, 500];
/// Characters of context on each side.
const AROUND: usize = 420;
/// Lines of it that hold words, besides the cut's own.
const LINES: usize = 3;
/// Examples of a group.
const EXAMPLES: usize = 5;
/// Bytes for what stands around the groups.
const SPARE: usize = 1024;
/// What of the room goes to the riskiest groups before the others are sampled.
const RISKY: usize = 2;

#[derive(Serialize)]
struct Head<'a> {
    schema: u32,
    tool: &'a str,
    made: &'a str,
    id: &'a str,
    source: String,
    level: Confidence,
    partial: bool,
    file: &'a str,
    apply: String,
    packs: Vec<(&'a str, &'a str, usize)>,
    decisions: &'a [Record],
    totals: Totals,
    loss: Vec<u64>,
    rules: Vec<Rule<'a>>,
    sites: Vec<(String, u64, u64, u64, u64, u64)>,
    sites_left: usize,
    languages: Vec<(&'a str, u64, u64)>,
    documents: Vec<Document>,
}

#[derive(Serialize)]
struct Totals {
    documents: usize,
    changed: usize,
    bytes: usize,
    removed: usize,
    removals: usize,
    groups: usize,
    heavy: usize,
    unsettled: usize,
    halved: usize,
    errors: usize,
}

#[derive(Serialize)]
struct Rule<'a> {
    id: &'a str,
    summary: String,
    risk: Option<String>,
    confidence: Confidence,
    /// Key of a decision for the rule.
    k: String,
    documents: usize,
    cuts: usize,
    bytes: usize,
    groups: u64,
    at: &'a [u64],
}

/// Name, site, bytes, removed, cuts, flag, rules with their cuts, strip.
type Document = (String, Option<usize>, u64, u64, u64, Option<crate::Flag>, Vec<(usize, u64)>, Vec<[u16; 2]>);

/// A group; what is left out has the value that most of them have.
#[derive(Serialize)]
struct Shown<'a> {
    /// Rule.
    r: usize,
    /// Confidence: 0 high, 1 medium, 2 low.
    c: u8,
    k: &'a str,
    t: String,
    /// Cuts.
    n: u64,
    /// Documents, where they are not as many.
    #[serde(skip_serializing_if = "Option::is_none")]
    d: Option<u64>,
    b: u64,
    /// Sites.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    s: Vec<usize>,
    /// Language.
    l: usize,
    /// Cuts by third of the text.
    h: [u64; 3],
    x: Vec<Place<'a>>,
}

/// An example of a group.
#[derive(Serialize)]
struct Place<'a> {
    /// Key of a decision for this place alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    k: Option<&'a str>,
    /// Document.
    d: usize,
    /// Line.
    n: usize,
    /// Text before, and behind: what stays and what other rules take, in turns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    a: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    z: Vec<String>,
    /// The text that goes, where it is another than that of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    t: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    e: Vec<String>,
}

/// Names of documents, each told once.
#[derive(Default)]
struct Names {
    known: HashMap<String, usize>,
    list: Vec<String>,
    size: usize,
}

impl Names {
    fn get(&mut self, name: &str) -> usize {
        if let Some(at) = self.known.get(name) {
            return *at;
        }
        let shown = escape::inline(name).into_owned();
        self.size += shown.len() + 3;
        self.known.insert(name.to_owned(), self.list.len());
        self.list.push(shown);
        self.list.len() - 1
    }
}

impl Report {
    /// The page.
    pub fn page(mut self, about: &About) -> String {
        let papers = self.suspicious();
        let groups = std::mem::take(&mut self.groups).sorted();
        let total = groups.len();
        let rule_at: HashMap<&str, usize> = self.rules.keys().enumerate().map(|(n, id)| (id.as_str(), n)).collect();
        let mut of_rule = vec![0; rule_at.len()];
        for group in &groups {
            if let Some(at) = rule_at.get(group.rule.id.as_str()) {
                of_rule[*at] += 1;
            }
        }
        let mut sites: Vec<_> = self.sites.iter().collect();
        sites.sort_by_key(|(name, site)| (std::cmp::Reverse(site.removed), *name));
        let sites_left = sites.len().saturating_sub(SITES);
        sites.truncate(SITES);
        let site_at: HashMap<&str, usize> = sites.iter().enumerate().map(|(n, (name, _))| (name.as_str(), n)).collect();
        let mut languages: Vec<_> = self.languages.iter().map(|(code, [cuts, bytes])| (code.as_str(), *cuts, *bytes)).collect();
        languages.sort_by_key(|(code, _, bytes)| (std::cmp::Reverse(*bytes), *code));
        let language_at: HashMap<&str, usize> = languages.iter().enumerate().map(|(n, (code, ..))| (*code, n)).collect();
        let sums = |id: &str| self.tally.rules.get(id).map_or((0, 0, 0), |sum| (sum.documents, sum.cuts, sum.bytes));
        let rules = self.rules.iter().zip(&of_rule).map(|((id, rule), groups)| Rule {
            id,
            summary: escape::inline(&rule.info.summary).into_owned(),
            risk: rule.info.risk.as_deref().map(|risk| escape::inline(risk).into_owned()),
            confidence: rule.info.confidence,
            k: rule_key(id),
            documents: sums(id).0,
            cuts: sums(id).1,
            bytes: sums(id).2,
            groups: *groups,
            at: &rule.places,
        });
        let document = |p: super::count::Paper| -> Document {
            let rules = p.rules.iter().filter_map(|(id, cuts)| Some((*rule_at.get(id.as_str())?, *cuts))).collect();
            (
                escape::inline(&p.name).into_owned(),
                site_at.get(p.site.as_str()).copied(),
                p.bytes,
                p.removed,
                p.cuts,
                p.flag,
                rules,
                p.strip,
            )
        };
        let head = Head {
            schema: 1,
            tool: env!("CARGO_PKG_VERSION"),
            made: &about.made,
            id: &about.id,
            source: escape::inline(&about.source).into_owned(),
            level: about.level,
            partial: about.partial,
            file: &about.file,
            apply: escape::inline(&about.apply).into_owned(),
            packs: about.packs.iter().map(|p| (p.name.as_str(), p.version.as_str(), p.rules)).collect(),
            decisions: &about.decisions,
            totals: Totals {
                documents: self.tally.documents,
                changed: self.tally.changed,
                bytes: self.tally.bytes,
                removed: self.tally.removed,
                removals: self.tally.removals,
                groups: total,
                heavy: self.tally.heavy,
                unsettled: self.tally.unsettled,
                halved: self.tally.halved,
                errors: about.errors,
            },
            loss: self.loss.to_vec(),
            rules: rules.collect(),
            sites: sites
                .iter()
                .map(|(n, s)| (escape::inline(n).into_owned(), s.documents, s.changed, s.bytes, s.removed, s.cuts))
                .collect(),
            sites_left,
            languages: languages.clone(),
            documents: papers.into_iter().map(document).collect(),
        };
        let mut json = to_json(&head);
        json.pop(); // the brace that ends it
        let room = about.size.saturating_sub(json.len() + SPARE);
        let at = |group: &Group| At {
            rule: rule_at.get(group.rule.id.as_str()).copied().unwrap_or_default(),
            language: language_at.get(group.language.as_str()).copied().unwrap_or_default(),
            sites: group.sites.iter().filter_map(|site| site_at.get(site.as_str()).copied()).collect(),
        };
        let fitted = fit(&groups, room, at);
        json.push_str(&fitted);
        json.push('}');
        page::page(&json)
    }
}

/// Where the words of a group stand in the tables.
struct At {
    rule: usize,
    language: usize,
    sites: Vec<usize>,
}

/// The groups as members of the data, and what to say where not all of it fits.
fn fit(groups: &[Group], room: usize, at: impl Fn(&Group) -> At) -> String {
    // Bare first: a group without its surroundings is worth more than surroundings without groups.
    let mut names = Names::default();
    let bare: Vec<usize> = groups
        .iter()
        .map(|g| {
            let before = names.size;
            to_json(&shown(g, at(g), &mut names, false)).len() + 1 + names.size - before
        })
        .collect();
    let all: usize = bare.iter().sum();
    let chosen = choose(&bare, all, room);
    let mut left: usize = chosen.iter().map(|n| bare[*n]).sum();
    let mut names = Names::default();
    let (mut lines, mut spent, mut whole) = (String::new(), 0, 0);
    for &n in &chosen {
        left -= bare[n];
        let before = names.size;
        let mut line = to_json(&shown(&groups[n], at(&groups[n]), &mut names, true));
        // A little is kept for what contexts of others add to the names.
        if spent + line.len() + 1 + names.size - before + left > room {
            line = to_json(&shown(&groups[n], at(&groups[n]), &mut names, false));
        } else {
            whole += 1;
        }
        if !lines.is_empty() {
            lines.push(',');
        }
        lines.push_str(&line);
        spent += line.len() + 1 + names.size - before;
    }
    let mut said = Vec::new();
    if chosen.len() < groups.len() {
        said.push(format!(
            "{} of {} are in this file: the riskiest, and an even sample of the others. The figures count all of them.",
            grouped(chosen.len()),
            counted(groups.len(), "group", "groups")
        ));
    }
    if whole < chosen.len() {
        said.push(format!(
            "{} are shown in their context, the riskiest first; the others with their text alone.",
            counted(whole, "group", "groups")
        ));
    }
    let sampled = (!said.is_empty()).then(|| said.join(" "));
    format!(",\"sampled\":{},\"names\":{},\"groups\":[{lines}]", to_json(&sampled), to_json(&names.list))
}

/// Which groups fit: all of them, or the riskiest for half of the room and every so manieth of the others.
fn choose(bare: &[usize], all: usize, room: usize) -> Vec<usize> {
    if all <= room {
        return (0..bare.len()).collect();
    }
    let mut spent = 0;
    let first = bare
        .iter()
        .take_while(|size| {
            spent += **size;
            spent <= room / RISKY
        })
        .count();
    let mut chosen: Vec<usize> = (0..first).collect();
    let rest: usize = bare[first..].iter().sum();
    let room = room - room / RISKY;
    let (mut due, mut spent) = (0usize, 0);
    for (n, size) in bare.iter().enumerate().skip(first) {
        due += size;
        // Taken as soon as its share of the room has come up.
        if (due as u128 * room as u128 / rest.max(1) as u128) as usize >= spent + size {
            spent += size;
            chosen.push(n);
        }
    }
    chosen
}

fn shown<'a>(group: &'a Group, at: At, names: &mut Names, whole: bool) -> Shown<'a> {
    let text = clip(group.text());
    let examples = group.examples.iter().take(if whole { EXAMPLES } else { 1 });
    let x = examples.map(|example| place(example, &text, names, whole)).collect();
    Shown {
        r: at.rule,
        c: match group.confidence {
            Confidence::High => 0,
            Confidence::Medium => 1,
            Confidence::Low => 2,
        },
        k: &group.key,
        n: group.cuts,
        d: (group.documents != group.cuts).then_some(group.documents),
        b: group.bytes,
        s: at.sites,
        l: at.language,
        h: group.thirds,
        x,
        t: text,
    }
}

fn place<'a>(example: &'a Example, text: &str, names: &mut Names, whole: bool) -> Place<'a> {
    let d = names.get(&name(&example.doc, example.record));
    let own = clip(&example.text);
    let mut place = Place { k: None, d, n: example.line, a: Vec::new(), z: Vec::new(), t: (own != text).then_some(own), e: Vec::new() };
    if whole {
        // Nothing is known of what stands around it: a log tells no more.
        let alone = example.before.is_empty() && example.after.is_empty();
        place.k = (!alone).then_some(example.key.as_str());
        let [above, below] = &example.others;
        if !alone {
            place.a = turns(&example.before, above, near(&example.before));
            place.z = turns(&example.after, below, 0..near_end(&example.after));
        }
        place.e = example.evidence.iter().map(|e| escape::inline(&clip(e)).into_owned()).collect();
    }
    place
}

/// The end of the text before a cut: its own line, a few lines with words above it.
fn near(before: &str) -> Range<usize> {
    let mut start = before.char_indices().rev().take(AROUND).last().map_or(0, |(at, _)| at);
    let lines = before.rmatch_indices('\n').map(|(at, _)| at);
    let mut end = before.len();
    let mut seen = 0;
    for at in lines {
        // The first stretch is the cut's own line.
        seen += usize::from(end < before.len() && !before[at..end].trim().is_empty());
        if seen == LINES {
            start = start.max(at + 1);
            break;
        }
        end = at;
    }
    start..before.len()
}

/// The same for the text behind a cut.
fn near_end(after: &str) -> usize {
    let most = after.char_indices().nth(AROUND).map_or(after.len(), |(at, _)| at);
    let (mut from, mut seen) = (None, 0);
    for (at, _) in after.match_indices('\n') {
        seen += usize::from(from.is_some_and(|from: usize| !after[from..at].trim().is_empty()));
        if seen == LINES {
            return most.min(at);
        }
        from = Some(at);
    }
    most
}

/// A part of a text as what stays and what others take, in turns.
fn turns(text: &str, others: &[[usize; 2]], part: Range<usize>) -> Vec<String> {
    let mut out = Vec::new();
    let mut at = part.start;
    for [from, to] in others {
        let (from, to) = ((*from).clamp(at, part.end), (*to).clamp(at, part.end));
        if from < to {
            out.push(escape::lines(&text[at..from]).into_owned());
            out.push(escape::lines(&text[from..to]).into_owned());
            at = to;
        }
    }
    out.push(escape::lines(&text[at..part.end]).into_owned());
    out
}

/// A text made fit to be shown: hidden characters visible, and of a long one the start and the end.
fn clip(text: &str) -> String {
    let [start, end] = SHOWN;
    let (Some((from, _)), Some((to, _))) = (text.char_indices().nth(start), text.char_indices().rev().nth(end)) else {
        return escape::lines(text).into_owned();
    };
    if to <= from {
        return escape::lines(text).into_owned();
    }
    let more = text[from..to].chars().count();
    format!("{} ⋯ {} ⋯ {}", escape::lines(&text[..from]), counted(more, "more character", "more characters"), escape::lines(&text[to..]))
}

/// What serialises here has no maps with odd keys and cannot fail.
fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
