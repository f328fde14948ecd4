//! Removals of many documents, grouped by what a person decides about: rule and normalised text.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use super::key::{neighbours, normal, place_key, text_key};
use crate::diff::repeats;
use crate::log::Removed;
use crate::plan::visible;
use crate::text::{Shape, Span};
use crate::{Cleaned, Confidence, RuleInfo};

/// Examples kept of a group.
const EXAMPLES: usize = 8;
/// Examples taken from one site while other sites may follow.
const OF_SITE: usize = 3;
/// Bytes of text kept on each side of an example, besides the rest of its line.
const AROUND: usize = 320;
/// Bytes kept of the line that a cut stands on.
const LINE: usize = 640;
/// Sites that are counted one by one; beyond, only their names' number is known to be larger.
const SITES: usize = 64;

/// One place where a text was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The document, as the user would type it.
    pub doc: String,
    /// The record in the document.
    pub record: Option<u64>,
    /// Where the document comes from, as far as its name tells.
    pub site: String,
    /// The line of the cut, from 1.
    pub line: usize,
    /// The column, in characters from 1.
    pub column: usize,
    /// Bytes of the cut in the document's text.
    pub bytes: [usize; 2],
    /// Text before the cut: its line so far and lines above, cut off where that is long.
    pub before: String,
    /// The cut.
    pub text: String,
    /// Text behind the cut.
    pub after: String,
    /// Bytes of `before` and of `after` that other cuts take.
    pub others: [Vec<[usize; 2]>; 2],
    /// Why it was cut.
    pub evidence: Vec<String>,
    /// Key of a decision for this place alone.
    pub key: String,
}

impl Example {
    /// The document, and the record in it: `news.jsonl:118`.
    pub fn place(&self) -> String {
        match self.record {
            Some(record) => format!("{}:{record}", self.doc),
            None => self.doc.clone(),
        }
    }
}

/// Everything that one rule takes under one normalised text.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The rule.
    pub rule: Arc<RuleInfo>,
    /// Key of a decision for this text.
    pub key: String,
    /// The text in normalised form.
    pub normal: String,
    /// The least confidence of its cuts.
    pub confidence: Confidence,
    /// Code of the language whose words were found first.
    pub language: String,
    /// How many cuts.
    pub cuts: u64,
    /// In how many documents.
    pub documents: u64,
    /// Bytes that go.
    pub bytes: u64,
    /// Sites, at most 64 of them.
    pub sites: BTreeSet<String>,
    /// Cuts with the first, the second and the last third of what stays before them: a form below the article is in the
    /// last one, however much of the page it is.
    pub thirds: [u64; 3],
    /// Places, the first ones found; several sites where there are several.
    pub examples: Vec<Example>,
    prose: bool,
    inline: bool,
    middle: bool,
}

impl Group {
    /// The group of one cut, in the given third of its document; what the cut alone knows is the caller's to fill in.
    fn of(rule: Arc<RuleInfo>, normal: String, example: Example, third: usize) -> Group {
        let mut thirds = [0; 3];
        thirds[third] = 1;
        Group {
            key: text_key(&rule.id, &normal),
            confidence: rule.confidence,
            language: String::new(),
            cuts: 1,
            documents: 1,
            bytes: 0,
            sites: BTreeSet::from([example.site.clone()]),
            thirds,
            prose: Shape::reads_as_prose(&example.text),
            inline: false,
            middle: third == 1,
            examples: vec![example],
            rule,
            normal,
        }
    }

    /// How much a mistake here would cost, as a number: unsure, long, like prose, amid the text and rare come first.
    pub fn risk(&self) -> u32 {
        let sure = match self.confidence {
            Confidence::Low => 300,
            Confidence::Medium => 200,
            Confidence::High => 0,
        };
        let words = self.normal.split(' ').count().min(60) as u32;
        let rare = match self.cuts {
            1 => 50,
            2..=4 => 25,
            _ => 0,
        };
        sure + words + rare + 120 * u32::from(self.prose) + 60 * u32::from(self.middle) + 40 * u32::from(self.inline)
    }

    /// The text as its first example has it.
    pub fn text(&self) -> &str {
        self.examples.first().map_or(self.normal.as_str(), |e| e.text.as_str())
    }

    /// The sum of two groups of the same key; `later` was found later.
    fn merge(&mut self, later: Group) {
        self.confidence = self.confidence.min(later.confidence);
        self.cuts += later.cuts;
        self.documents += later.documents;
        self.bytes += later.bytes;
        for site in later.sites {
            if self.sites.len() < SITES {
                self.sites.insert(site);
            }
        }
        for (sum, more) in self.thirds.iter_mut().zip(later.thirds) {
            *sum += more;
        }
        for example in later.examples {
            self.take(example);
        }
        self.prose |= later.prose;
        self.inline |= later.inline;
        self.middle |= later.middle;
    }

    fn take(&mut self, example: Example) {
        let of_site = self.examples.iter().filter(|e| e.site == example.site).count();
        if self.examples.len() < EXAMPLES && of_site < OF_SITE {
            self.examples.push(example);
        }
    }
}

/// Groups of a run. Made per document and merged in the order of the documents: the result does not depend on threads.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    groups: Vec<Group>,
    known: HashMap<String, usize>,
}

impl Groups {
    /// Adds the removals of a document.
    pub fn add(&mut self, doc: &str, record: Option<u64>, site: &str, cleaned: &Cleaned<'_>) {
        let text = cleaned.original();
        let spans: Vec<Span> = cleaned.removals().iter().map(|r| visible(text, r.span())).collect();
        let mut here = Groups::default();
        // Lines and columns are counted on from cut to cut: linear in the text, however long its lines are.
        let (mut line, mut column, mut at) = (1, 1, 0);
        let stays = (text.len() - spans.iter().map(|s| s.len()).sum::<usize>()).max(1);
        let mut gone = 0;
        for (n, ((removal, span), (before, after))) in cleaned.removals().iter().zip(&spans).zip(neighbours(text, &spans)).enumerate() {
            if span.is_empty() {
                continue;
            }
            let skipped = &text[at..span.start()];
            line += memchr::memchr_iter(b'\n', skipped.as_bytes()).count();
            column = match skipped.rfind('\n') {
                Some(end) => skipped[end + 1..].chars().count() + 1,
                None => column + skipped.chars().count(),
            };
            at = span.start();
            let cut = span.of(text);
            let normal = normal(cut);
            let rule = Arc::clone(removal.rule_arc());
            let (above, below) = (before_of(text, at), after_of(text, span.end()));
            let example = Example {
                doc: doc.to_owned(),
                record,
                site: site.to_owned(),
                line,
                column,
                bytes: [span.start(), span.end()],
                others: [
                    within(at - above.len()..at, spans[..n].iter().rev()),
                    within(span.end()..span.end() + below.len(), spans[n + 1..].iter()),
                ],
                before: above.to_owned(),
                text: cut.to_owned(),
                after: below.to_owned(),
                evidence: removal.evidence().iter().filter(|e| !repeats(e, cut)).cloned().collect(),
                key: place_key(&rule.id, &normal, (&before, &after)),
            };
            let third = ((at - gone) * 3 / stays).min(2);
            gone += span.len();
            let beside = [&text[line_start(text, at)..at], &text[span.end()..line_end(text, span.end())]];
            let mut group = Group::of(rule, normal, example, third);
            group.confidence = removal.confidence();
            group.language = removal.language().to_owned();
            group.bytes = removal.span().len() as u64;
            group.inline = beside.iter().any(|r| r.contains(char::is_alphanumeric));
            here.put(group);
        }
        // Twice in one document is still one document.
        here.groups.iter_mut().for_each(|g| g.documents = 1);
        self.merge(here);
    }

    /// Adds the removals of a document of `length` bytes as a log tells them: without the text around them. `rules` are
    /// looked up by id.
    pub fn add_logged(
        &mut self,
        doc: &str,
        record: Option<u64>,
        site: &str,
        length: u64,
        removals: &[Removed<'_>],
        rules: &HashMap<String, Arc<RuleInfo>>,
    ) {
        let mut here = Groups::default();
        let stays = length.saturating_sub(removals.iter().map(|r| r.text.len() as u64).sum()).max(1);
        let mut gone = 0;
        for removal in removals {
            let text = removal.text.trim();
            let Some(rule) = rules.get(removal.rule.as_ref()).filter(|_| !text.is_empty()) else { continue };
            let normal = normal(text);
            let lead = removal.text.len() - removal.text.trim_start().len();
            let start = removal.bytes[0] + lead;
            let example = Example {
                doc: doc.to_owned(),
                record,
                site: site.to_owned(),
                line: removal.line + removal.text[..lead].matches('\n').count(),
                column: 1,
                bytes: [start, start + text.len()],
                before: String::new(),
                text: text.to_owned(),
                after: String::new(),
                others: [Vec::new(), Vec::new()],
                evidence: removal.evidence.iter().filter(|e| !repeats(e, text)).map(|e| e.to_string()).collect(),
                key: place_key(&rule.id, &normal, ("", "")),
            };
            let third = usize::try_from((start as u64).saturating_sub(gone) * 3 / stays).unwrap_or(2).min(2);
            gone += removal.text.len() as u64;
            let mut group = Group::of(Arc::clone(rule), normal, example, third);
            group.confidence = removal.confidence;
            group.language = removal.lang.clone().into_owned();
            group.bytes = removal.text.len() as u64;
            here.put(group);
        }
        here.groups.iter_mut().for_each(|g| g.documents = 1);
        self.merge(here);
    }

    /// Adds groups that were found later.
    pub fn merge(&mut self, later: Groups) {
        for group in later.groups {
            self.put(group);
        }
    }

    fn put(&mut self, group: Group) {
        match self.known.get(&group.key) {
            Some(&n) => self.groups[n].merge(group),
            None => {
                self.known.insert(group.key.clone(), self.groups.len());
                self.groups.push(group);
            }
        }
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// True where nothing was removed.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// All groups, the riskiest first; those of one rule and much the same risk stand together.
    pub fn sorted(self) -> Vec<Group> {
        const BAND: u32 = 40;
        let mut groups = self.groups;
        groups.sort_by(|a, b| {
            let rank = |g: &Group| (std::cmp::Reverse(g.risk() / BAND), std::cmp::Reverse(g.cuts));
            (rank(a).0, &a.rule.id, rank(a).1, &a.normal).cmp(&(rank(b).0, &b.rule.id, rank(b).1, &b.normal))
        });
        groups
    }
}

/// Start of the line that holds `at`, or a place some way before it where the line is long.
fn line_start(text: &str, at: usize) -> usize {
    let from = text.ceil_char_boundary(at.saturating_sub(LINE));
    memchr::memrchr(b'\n', &text.as_bytes()[from..at]).map_or(from, |n| from + n + 1)
}

/// End of the line that holds `at`, or a place some way behind it where the line is long.
fn line_end(text: &str, at: usize) -> usize {
    let to = text.floor_char_boundary((at + LINE).min(text.len()));
    memchr::memchr(b'\n', &text.as_bytes()[at..to]).map_or(to, |n| at + n)
}

/// The parts of a range that `spans` take, which come from near to far; relative to its start.
fn within<'s>(range: Range<usize>, spans: impl Iterator<Item = &'s Span>) -> Vec<[usize; 2]> {
    let near = spans.take_while(|s| s.end() > range.start && s.start() < range.end).filter(|s| !s.is_empty());
    let mut parts: Vec<[usize; 2]> =
        near.map(|s| [s.start().max(range.start) - range.start, s.end().min(range.end) - range.start]).collect();
    parts.sort();
    parts
}

/// Some lines before `at`, and its own line to there.
fn before_of(text: &str, at: usize) -> &str {
    let line = line_start(text, at);
    let from = text.ceil_char_boundary(line.saturating_sub(AROUND));
    if from == 0 || line > 0 && text.as_bytes()[line - 1] != b'\n' {
        return &text[from.max(if from == 0 { 0 } else { line })..at];
    }
    // Whole lines where there are any.
    let start = memchr::memchr(b'\n', &text.as_bytes()[from..line]).map_or(line, |n| from + n + 1);
    &text[start..at]
}

/// The rest of the line at `at`, and some lines behind it.
fn after_of(text: &str, at: usize) -> &str {
    let line = line_end(text, at);
    if text.as_bytes().get(line) != Some(&b'\n') {
        return &text[at..line];
    }
    let to = text.floor_char_boundary((line + AROUND).min(text.len()));
    let stop = if to == text.len() { to } else { memchr::memrchr(b'\n', &text.as_bytes()[line..to]).map_or(to, |n| line + n) };
    &text[at..stop]
}
