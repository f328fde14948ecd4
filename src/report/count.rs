//! What documents add up to for the page.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::decide::Groups;
use crate::diff::Tally;
use crate::log::Removed;
use crate::{Cleaned, Confidence, Flag, RuleInfo};

/// Columns of the picture of where cuts lie.
pub(super) const PLACES: usize = 20;

/// Documents that are listed: the most suspicious ones.
const LISTED: usize = 4000;

/// Cuts drawn on the strip of a document.
const DRAWN: usize = 24;

/// Upper ends of the shares by which documents are counted, in per mille; the last column is what is above.
const SHARES: [u64; 6] = [10, 50, 100, 200, 350, 500];

/// Counts documents; see the module.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub(super) groups: Groups,
    pub(super) tally: Tally,
    pub(super) rules: BTreeMap<String, Rule>,
    pub(super) sites: BTreeMap<String, Site>,
    /// Cuts and bytes by language of the phrases.
    pub(super) languages: BTreeMap<String, [u64; 2]>,
    /// Documents by share removed: nothing, then up to each of [`SHARES`], then more.
    pub(super) loss: [u64; SHARES.len() + 2],
    pub(super) papers: Vec<Paper>,
}

#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub info: Arc<RuleInfo>,
    /// Cuts by how much of what stays stands before them: a menu above the text and a form below it are at the ends,
    /// however long they are.
    pub places: [u64; PLACES],
}

#[derive(Clone, Debug, Default)]
pub(super) struct Site {
    pub documents: u64,
    pub changed: u64,
    pub bytes: u64,
    pub removed: u64,
    pub cuts: u64,
}

/// A document of the list.
#[derive(Clone, Debug)]
pub(super) struct Paper {
    pub name: String,
    pub site: String,
    pub bytes: u64,
    pub removed: u64,
    pub cuts: u64,
    pub flag: Option<Flag>,
    /// Rules by the bytes they took: id, cuts.
    pub rules: Vec<(String, u64)>,
    /// Cuts from and to, in per mille of the text.
    pub strip: Vec<[u16; 2]>,
    suspicion: u64,
}

impl Report {
    /// Counts a document of `site`.
    pub fn add(&mut self, doc: &str, record: Option<u64>, site: &str, cleaned: &Cleaned<'_>) {
        let text = cleaned.original();
        let (bytes, removed) = (text.len() as u64, cleaned.removed_bytes() as u64);
        let cuts = cleaned.removals().len() as u64;
        self.groups.add(doc, record, site, cleaned);
        let cuts_here = cleaned.removals().iter().map(|r| Cut {
            rule: r.rule_arc(),
            confidence: r.confidence(),
            language: r.language(),
            from: r.span().start() as u64,
            to: r.span().end() as u64,
        });
        self.tally.add(cleaned);
        let paper = Paper::new(name(doc, record), site, bytes, removed, cuts, cleaned.flags().first().copied());
        self.document(paper, cuts_here);
    }

    /// Counts a document by what a log says of it: its size and its removals. `rules` are those of the log, by id.
    pub fn add_logged(
        &mut self,
        doc: &str,
        record: Option<u64>,
        site: &str,
        bytes: u64,
        removals: &[Removed<'_>],
        rules: &HashMap<String, Arc<RuleInfo>>,
    ) {
        self.groups.add_logged(doc, record, site, bytes, removals, rules);
        let cuts = removals.iter().filter_map(|r| {
            let [from, to] = r.bytes.map(|at| at as u64);
            let rule = rules.get(r.rule.as_ref())?;
            (from <= to).then_some(Cut { rule, confidence: r.confidence, language: &r.lang, from, to })
        });
        let cuts: Vec<Cut<'_>> = cuts.collect();
        let removed = cuts.iter().map(|cut| cut.to - cut.from).sum();
        let sizes = cuts.iter().map(|cut| (cut.rule.id.as_str(), (cut.to - cut.from) as usize, cut.confidence));
        self.tally.count(bytes as usize, &[], sizes);
        let paper = Paper::new(name(doc, record), site, bytes, removed, cuts.len() as u64, None);
        self.document(paper, cuts.into_iter());
    }

    /// Counts a document by its cuts.
    fn document<'a>(&mut self, mut paper: Paper, cuts: impl Iterator<Item = Cut<'a>>) {
        let length = paper.bytes.max(1);
        let mut rules: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        let (mut doubtful, mut inside, mut gone) = (0, 0, 0);
        let stays = paper.bytes.saturating_sub(paper.removed).max(1);
        for cut in cuts {
            let size = cut.to - cut.from;
            let rule = self.rules.entry(cut.rule.id.clone()).or_insert_with(|| Rule::new(cut.rule));
            let here = rules.entry(cut.rule.id.as_str()).or_default();
            let before = cut.from.saturating_sub(gone).min(stays);
            let place = (before * PLACES as u64 / stays).min(PLACES as u64 - 1);
            gone += size;
            rule.places[place as usize] += 1;
            *here = (here.0 + 1, here.1 + size);
            let language = self.languages.entry(cut.language.to_owned()).or_default();
            *language = [language[0] + 1, language[1] + size];
            doubtful += if cut.confidence < Confidence::High { size } else { 0 };
            inside += if (2..PLACES as u64 - 2).contains(&place) { size } else { 0 };
            let mille = |at: u64| u16::try_from(at * 1000 / length).unwrap_or(1000);
            let [from, to] = [mille(cut.from), mille(cut.to)];
            let drawn = paper.strip.len();
            match paper.strip.last_mut() {
                // What would touch on the strip is drawn as one.
                Some(last) if from <= last[1] + 2 => last[1] = to,
                _ if drawn < DRAWN => paper.strip.push([from, to]),
                _ => {}
            }
        }
        let flagged = u64::from(paper.flag.is_some()) * 2000;
        paper.suspicion = (paper.removed + doubtful + inside) * 1000 / length + flagged;
        let mut by_bytes: Vec<_> = rules.into_iter().collect();
        by_bytes.sort_by_key(|(id, (_, bytes))| (std::cmp::Reverse(*bytes), *id));
        paper.rules = by_bytes.into_iter().take(4).map(|(id, (cuts, _))| (id.to_owned(), cuts)).collect();
        self.count(paper);
    }

    fn count(&mut self, paper: Paper) {
        let site = self.sites.entry(paper.site.clone()).or_default();
        site.documents += 1;
        site.changed += u64::from(paper.cuts > 0);
        site.bytes += paper.bytes;
        site.removed += paper.removed;
        site.cuts += paper.cuts;
        let share = paper.removed * 1000 / paper.bytes.max(1);
        let column = if paper.removed == 0 { 0 } else { 1 + SHARES.iter().filter(|end| share >= **end).count() };
        self.loss[column] += 1;
        if paper.cuts > 0 || paper.flag.is_some() {
            self.papers.push(paper);
            self.shorten(2 * LISTED);
        }
    }

    /// Adds what another worker counted in later documents.
    pub fn merge(&mut self, later: Report) {
        self.groups.merge(later.groups);
        self.tally.merge(&later.tally);
        for (id, more) in later.rules {
            let rule = self.rules.entry(id).or_insert_with(|| Rule::new(&more.info));
            rule.places.iter_mut().zip(more.places).for_each(|(sum, more)| *sum += more);
        }
        for (name, more) in later.sites {
            let site = self.sites.entry(name).or_default();
            site.documents += more.documents;
            site.changed += more.changed;
            site.bytes += more.bytes;
            site.removed += more.removed;
            site.cuts += more.cuts;
        }
        for (code, more) in later.languages {
            let sum = self.languages.entry(code).or_default();
            *sum = [sum[0] + more[0], sum[1] + more[1]];
        }
        self.loss.iter_mut().zip(later.loss).for_each(|(sum, more)| *sum += more);
        self.papers.extend(later.papers);
        self.shorten(2 * LISTED);
    }

    /// Groups of removals.
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// Documents counted.
    pub fn documents(&self) -> u64 {
        self.tally.documents as u64
    }

    /// The most suspicious documents, in that order.
    pub(super) fn suspicious(&mut self) -> Vec<Paper> {
        self.shorten(0);
        std::mem::take(&mut self.papers)
    }

    /// Sorts and cuts the list of documents where it has grown beyond `most`.
    fn shorten(&mut self, most: usize) {
        if self.papers.len() > most {
            self.papers.sort_by(|a, b| (b.suspicion, &a.name).cmp(&(a.suspicion, &b.name)));
            self.papers.truncate(LISTED);
        }
    }
}

impl Paper {
    fn new(name: String, site: &str, bytes: u64, removed: u64, cuts: u64, flag: Option<Flag>) -> Paper {
        Paper { name, site: site.to_owned(), bytes, removed, cuts, flag, rules: Vec::new(), strip: Vec::new(), suspicion: 0 }
    }
}

/// A cut as it is counted.
struct Cut<'a> {
    pub rule: &'a Arc<RuleInfo>,
    pub confidence: Confidence,
    pub language: &'a str,
    pub from: u64,
    pub to: u64,
}

impl Rule {
    fn new(info: &Arc<RuleInfo>) -> Rule {
        Rule { info: Arc::clone(info), places: [0; PLACES] }
    }
}

/// How a document is named on the page.
pub(super) fn name(doc: &str, record: Option<u64>) -> String {
    match record {
        Some(record) => format!("{doc}:{record}"),
        None => doc.to_owned(),
    }
}
