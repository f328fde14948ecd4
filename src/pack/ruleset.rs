//! The rules, languages and phrases that take part in a run.

use std::sync::Arc;

use super::calendar::{Calendar, Words};
use super::common::Common;
use super::compile::Compiled;
use super::error::PackError;
use super::file::{At, Fill};
use super::lexicon::{self, Lexicon};
use super::packs::Packs;
use super::phrase::Hole;
use super::rule::Rule;
use super::select::Selection;
use super::tables::{Phrase, Piece, Role, Section, Tables};

/// Marks what was compiled and takes no part.
const OUT: u16 = u16::MAX;
const RULE_OUT: u32 = u32::MAX;

/// A phrase by its number, and what it is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Using {
    pub number: u32,
    pub role: Role,
    pub rule: u32,
    pub language: u16,
    pub words: u16,
}

/// Phrases without a literal that have the same pieces, and what a line must hold for them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unanchored {
    /// What a line must begin with.
    pub first: Hole,
    /// What stands behind that, blanks aside.
    pub literal: Option<Box<str>>,
    pub date: bool,
    pub time: bool,
    pub stamp: bool,
    /// One for each rule and language. Where names of networks are wanted, one alone: each language has its own.
    pub phrases: Vec<Using>,
}

/// Everything that detection reads; built once, shared by all threads.
#[derive(Debug)]
pub(crate) struct RuleSet {
    pub rules: Vec<Rule>,
    pub languages: Vec<Arc<str>>,
    /// How far each of them is from a text that is in none: English, words of no language, the rest.
    pub strangers: Vec<u8>,
    pub tables: Tables,
    /// For each compiled rule and language, its number here.
    rule_numbers: Vec<u32>,
    language_numbers: Vec<u16>,
    /// Phrases without a literal (`{date}`): tried on short lines that hold a digit.
    pub unanchored: Vec<Unanchored>,
    /// Rules whose regex needs no anchor, since `at` pins it to an edge of the text.
    pub pinned: Vec<u32>,
    calendar: Words,
    /// The bit of English, which every calendar knows.
    english: u64,
    /// Names for `{network}` with the number of their language, the longest first.
    networks: Vec<(String, u16)>,
    network_starts: Edges,
    network_ends: Edges,
    /// Words of stamps in all languages, and those that announce a name in one.
    pub stamp_words: Lexicon,
    pub stamp_by: Lexicon,
    /// Function word to the languages (bits) that have it.
    pub common: Common,
    /// Languages (bits) whose words count in any text: those that list no function words, and English, which software prints on
    /// pages of every language.
    pub heard: u64,
    /// The same by the numbers that languages had when they were compiled.
    pub always_heard: u64,
    /// True while guards hold: `at` and `case` of the rules are those that were compiled.
    pub guarded: bool,
    /// True where a rule speaks for structure alone, so that texts without any sign are looked at too.
    pub structural: bool,
}

impl RuleSet {
    /// The mark of a language that is that of few texts.
    pub const STRANGER: u8 = 3;

    /// The selected rules in the selected languages.
    pub fn new(packs: &Packs, selection: &Selection) -> Result<RuleSet, PackError> {
        if packs.pristine {
            return RuleSet::builtin(selection);
        }
        Ok(RuleSet::of(Compiled::new(packs, selection)?, selection))
    }

    /// The selected ones of the built-in packs, which were compiled when dehusk was built.
    pub fn builtin(selection: &Selection) -> Result<RuleSet, PackError> {
        let compiled = Compiled::builtin();
        selection.check(&compiled.head.known)?;
        Ok(RuleSet::of(compiled, selection))
    }

    /// Takes of what is compiled what is selected.
    fn of(compiled: Compiled, selection: &Selection) -> RuleSet {
        let Compiled { tables, head } = compiled;
        let mut languages: Vec<Arc<str>> = Vec::new();
        let mut language_numbers = vec![OUT; head.languages.len()];
        let (mut months, mut weekdays, mut fillers) = (lexicon::Words::new(), lexicon::Words::new(), lexicon::Words::new());
        let (mut common, mut heard) = (lexicon::Words::new(), 0);
        let (mut stamp_words, mut stamp_by) = (lexicon::Words::new(), lexicon::Words::new());
        let mut networks: Vec<(String, u16)> = Vec::new();
        for (number, tongue) in language_numbers.iter_mut().zip(&head.languages) {
            if !selection.takes_language(&tongue.code) || (tongue.preview && !selection.preview) {
                continue;
            }
            let n = languages.len();
            *number = n as u16;
            languages.push(tongue.code.as_str().into());
            networks.extend(tongue.networks.iter().map(|name| (name.clone(), n as u16)));
            let bit = 1 << n.min(63);
            let lists = [
                (&mut months, &tongue.months),
                (&mut weekdays, &tongue.weekdays),
                (&mut fillers, &tongue.fillers),
                (&mut stamp_words, &tongue.stamp_words),
                (&mut stamp_by, &tongue.stamp_by),
            ];
            for (all, words) in lists {
                all.extend(words.iter().map(|word| (word.as_str(), bit)));
            }
            if n < 64 {
                common.extend(tongue.common.iter().map(|word| (word.as_str(), bit)));
                heard |= u64::from(tongue.common.is_empty() || matches!(&*tongue.code, "en" | "any")) << n;
            }
        }
        let calendar = Words::new(months, weekdays, fillers);
        networks.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let names = || networks.iter().map(|(name, _)| name.as_bytes());
        let network_starts = Edges::new(names().map(|n| &n[..n.len().min(3)]));
        let network_ends = Edges::new(names().map(|n| &n[n.len().saturating_sub(3)..]));
        let english = languages.iter().position(|code| &**code == "en").map_or(0, |n| 1 << n.min(63));
        let codes: Vec<&str> = languages.iter().map(|code| &**code).collect();
        let mut rules: Vec<Rule> = Vec::new();
        let mut rule_numbers = vec![RULE_OUT; head.rules.len()];
        for (number, mut rule) in rule_numbers.iter_mut().zip(head.rules) {
            let info = &rule.info;
            if !selection.takes_rule(&info.id, &info.pack, info.confidence, info.preview, &info.sites) {
                continue;
            }
            if let Some(info) = Arc::get_mut(&mut rule.info) {
                info.languages.retain(|code| codes.contains(&code.as_str()));
                if info.languages.is_empty() {
                    info.languages.push("any".to_owned());
                }
            }
            rule.unless.retain_mut(|veto| {
                veto.language = language_numbers[veto.language as usize];
                veto.language != OUT
            });
            *number = rules.len() as u32;
            rules.push(rule);
        }
        let always_heard = in_packs(&language_numbers, |n| n >= 64 || heard >> n & 1 == 1);
        let pinned = (0u32..).zip(&rules).filter(|(_, r)| r.regex.is_some() && matches!(r.at, At::TextStart | At::TextEnd)).map(|(n, _)| n);
        let structural = rules.iter().any(|r| r.fill.as_ref().is_some_and(|f| f.kind == Fill::Outside));
        let mut set = RuleSet {
            pinned: pinned.collect(),
            structural,
            guarded: true,
            rules,
            strangers: codes
                .iter()
                .map(|&code| match code {
                    "en" => 1,
                    "any" => 2,
                    _ => RuleSet::STRANGER,
                })
                .collect(),
            languages,
            rule_numbers,
            language_numbers,
            unanchored: Vec::new(),
            english,
            calendar,
            networks,
            network_starts,
            network_ends,
            stamp_words: Lexicon::new(stamp_words),
            stamp_by: Lexicon::new(stamp_by),
            common: Common::new(common),
            heard,
            always_heard,
            tables,
        };
        let numbers = set.tables.section(Section::Unanchored).iter();
        let mut phrases: Vec<(u32, Phrase<'_>)> = numbers.filter_map(|&n| Some((n, set.phrase(n)?))).collect();
        phrases.sort_by(|(_, a), (_, b)| a.parts.cmp(&b.parts).then(a.language.cmp(&b.language)));
        let same = |a: &Phrase<'_>, b: &Phrase<'_>| a.parts.cmp(&b.parts).is_eq() && !a.parts.wants(Hole::Network);
        let groups = phrases.chunk_by(|(_, a), (_, b)| same(a, b)).map(|group| {
            let parts = group[0].1.parts;
            Unanchored {
                // Nothing else begins a phrase without a literal; any word is the weakest demand.
                first: if let Some(Piece::Hole(hole)) = parts.first() { hole } else { Hole::Words },
                literal: match parts.get(1) {
                    Some(Piece::Literal(text)) => Some(text.trim_matches(' ')).filter(|text| !text.is_empty()).map(Box::from),
                    _ => None,
                },
                date: parts.wants(Hole::Date),
                time: parts.wants(Hole::Time),
                stamp: parts.wants(Hole::Stamp),
                phrases: group
                    .iter()
                    .map(|&(number, phrase)| {
                        let Phrase { role, rule, language, words, .. } = phrase;
                        Using { number, role, rule, language, words }
                    })
                    .collect(),
            }
        });
        let mut unanchored: Vec<Unanchored> = groups.collect();
        // What begins alike is asked for once.
        unanchored.sort_by_key(|group| group.first as usize);
        set.unanchored = unanchored;
        set
    }

    /// A phrase by its number, with the numbers of rule and language that they have here; `None` where these take no part.
    #[inline]
    pub fn phrase(&self, n: u32) -> Option<Phrase<'_>> {
        let phrase = self.tables.phrase(n);
        let (rule, language) = self.numbers(phrase.rule, phrase.language)?;
        Some(Phrase { rule, language, ..phrase })
    }

    /// The numbers that a rule and a language have here by those that they had when they were compiled; `None` where one takes no part.
    #[inline]
    pub fn numbers(&self, rule: u32, language: u16) -> Option<(u32, u16)> {
        let (rule, language) = (self.rule_numbers[rule as usize], self.language_numbers[language as usize]);
        (rule != RULE_OUT && language != OUT).then_some((rule, language))
    }

    /// True for a language, by the number that it had when it was compiled, whose weak words are nothing in a text that speaks these (bits),
    /// unless it is always heard.
    #[inline]
    pub fn silent(&self, language: u16, spoken: u64) -> bool {
        self.language_numbers.get(usize::from(language)).is_none_or(|&n| n == OUT || n < 64 && spoken >> n & 1 == 0)
    }

    /// The calendar for phrases of one language: its own words and English ones; all words for phrases of no language.
    pub fn calendar(&self, language: u16) -> Calendar<'_> {
        let languages = if language == 0 { u64::MAX } else { 1 << language.min(63) | self.english };
        Calendar { words: &self.calendar, languages }
    }

    /// Languages (bits) of whose calendars a text has words, but for English ones, which all of them know.
    pub fn dated_in(&self, text: &str) -> u64 {
        self.calendar.languages_of(text, self.english)
    }

    /// What may fill `{network}` in phrases of a language: its own names and those of no language.
    pub fn networks(&self, language: u16) -> impl Iterator<Item = &String> {
        self.networks.iter().filter(move |(_, l)| *l == 0 || *l == language).map(|(name, _)| name)
    }

    /// False where no network's name begins `rest`.
    pub fn may_begin_network(&self, rest: &str) -> bool {
        let bytes = rest.as_bytes();
        self.network_starts.hold(bytes.first_chunk()) || self.network_starts.short.iter().any(|edge| bytes.starts_with(edge))
    }

    /// False where no network's name ends `before`.
    pub fn may_end_network(&self, before: &str) -> bool {
        let bytes = before.as_bytes();
        self.network_ends.hold(bytes.last_chunk()) || self.network_ends.short.iter().any(|edge| bytes.ends_with(edge))
    }
}

/// The languages, by the numbers that they had when they were compiled (bits), of which something holds by their numbers here.
fn in_packs(numbers: &[u16], holds: impl Fn(u16) -> bool) -> u64 {
    numbers.iter().take(64).enumerate().fold(0, |bits, (compiled, &n)| bits | u64::from(n != OUT && holds(n)) << compiled)
}

/// What names begin with, or end with.
#[derive(Debug, PartialEq)]
struct Edges {
    /// Three bytes of each, sorted.
    edges: Vec<[u8; 3]>,
    /// Names of fewer bytes.
    short: Vec<Box<[u8]>>,
}

impl Edges {
    /// Of the first or last bytes of names, at most three.
    fn new<'n>(all: impl Iterator<Item = &'n [u8]>) -> Edges {
        let (mut edges, mut short) = (Vec::new(), Vec::new());
        for edge in all {
            match edge.try_into() {
                Ok(bytes) => edges.push(bytes),
                Err(_) => short.push(edge.into()),
            }
        }
        edges.sort_unstable();
        edges.dedup();
        short.sort_unstable();
        short.dedup();
        Edges { edges, short }
    }

    fn hold(&self, bytes: Option<&[u8; 3]>) -> bool {
        bytes.is_some_and(|bytes| self.edges.binary_search(bytes).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::{Confidence, Piece};

    /// All phrases that take part, in words, sorted: those with one anchor stand together, and anchors in the order of their first phrase.
    fn phrases(set: &RuleSet) -> Vec<String> {
        let tell = |phrase: Phrase<'_>| {
            let pieces = (0..phrase.parts.len()).filter_map(|n| phrase.parts.get(n)).map(|piece| match piece {
                Piece::OneOf(texts) => format!("{:?}", texts.iter().collect::<Vec<_>>()),
                piece => format!("{piece:?}"),
            });
            let Phrase { anchor, role, words, .. } = phrase;
            let (rule, language) = (&set.rules[phrase.rule as usize].info.id, &set.languages[phrase.language as usize]);
            format!("{rule} {language} {role:?} {words} {anchor:?} {}", pieces.collect::<String>())
        };
        let mut told: Vec<String> = (0..set.tables.len() as u32).filter_map(|n| set.phrase(n)).map(tell).collect();
        told.sort_unstable();
        told
    }

    #[test]
    fn taken_later_is_compiled_alone() {
        let packs = Packs::builtin();
        let list = |s: &[&str]| s.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let selections = [
            Selection { min_confidence: Some(Confidence::Medium), ..Selection::default() },
            Selection { min_confidence: Some(Confidence::High), languages: list(&["de", "ja"]), ..Selection::default() },
            Selection { preview: true, ignore: list(&["share", ":en"]), ..Selection::default() },
            Selection { select: list(&["comments", ":pl"]), extend: list(&["share/network"]), ..Selection::default() },
        ];
        for selection in selections {
            let later = RuleSet::builtin(&selection).unwrap();
            let alone = RuleSet::of(Compiled::new(&packs, &selection).unwrap(), &selection);
            assert_eq!(format!("{:?}", later.rules), format!("{:?}", alone.rules));
            assert_eq!(later.languages, alone.languages);
            assert!(phrases(&later) == phrases(&alone));
            assert_eq!(later.unanchored.len(), alone.unanchored.len());
            assert_eq!((later.pinned, later.structural, later.heard), (alone.pinned, alone.structural, alone.heard));
            assert_eq!((later.networks, later.common, later.calendar), (alone.networks, alone.common, alone.calendar));
        }
    }
}
