//! Packs compiled: slots filled language by language, anchors collected into one table.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::error::{ContentError, PackError};
use super::file::{At, RuleTable, Status};
use super::guard::Guard;
use super::info::RuleInfo;
use super::packs::{LoadedRule, Packs};
use super::phrase::{Hole, Part, PhraseError, join_literals, parse};
use super::rule::{Rule, Veto};
use super::select::Selection;
use super::tables::{Role, Tables, Written};
use crate::regex::{Mode, Program};
use crate::text::{count_words, fold_phrase, is_wordy};

/// Packs made ready: what detection needs of them, as long as nobody asks for less.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    pub tables: Tables,
    pub head: Head,
}

/// What is not in the tables.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    pub rules: Vec<Rule>,
    /// The first one is `any`.
    pub languages: Vec<Tongue>,
    /// Every selector that names something.
    pub known: Vec<String>,
}

/// The words of a language that are in no slot, folded.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tongue {
    pub code: String,
    /// Takes part only when previews are asked for.
    pub preview: bool,
    pub months: Vec<String>,
    pub weekdays: Vec<String>,
    pub fillers: Vec<String>,
    pub common: Vec<String>,
    /// Words of stamps, and words that announce a name in one.
    pub stamp_words: Vec<String>,
    pub stamp_by: Vec<String>,
    /// Names for `{network}`; those of `any` are good in every language.
    pub networks: Vec<String>,
}

/// Phrases that one pattern may expand to, beyond which the pack is wrong.
const MAX_EXPANSION: usize = 500;

/// The slots of a language: phrases with the file they stand in.
type Slots<'p> = HashMap<&'p str, Vec<(&'p Spanned<String>, usize)>>;

struct Compiler<'p> {
    packs: &'p Packs,
    /// For each language, its slots: phrases with the file they stand in.
    slots: Vec<Slots<'p>>,
    languages: Vec<Arc<str>>,
    parsed: HashMap<String, Vec<Part>>,
    phrases: Vec<Written>,
}

impl Compiled {
    /// Compiles the selected rules in the selected languages.
    pub fn new(packs: &Packs, selection: &Selection) -> Result<Compiled, PackError> {
        let known = Selection::known(packs);
        selection.check(&known)?;
        let mut compiler = Compiler::new(packs, selection);
        let mut rules = Vec::new();
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for loaded in &packs.rules {
            let id = loaded.table.id.get_ref().as_str();
            check_id(packs, loaded)?;
            if let Some(&first) = seen.get(id) {
                let message = format!("rule `{id}` exists already, in {}", packs.files[first].name);
                return Err(packs
                    .error_at(
                        loaded.file,
                        loaded.table.id.span(),
                        message,
                        "give it another id, or change the rule that is there".to_owned(),
                    )
                    .into());
            }
            seen.insert(id, loaded.file);
            let preview = loaded.table.status == Some(Status::Preview);
            let deprecated = loaded.table.status == Some(Status::Deprecated);
            let takes = selection.takes_rule(id, &loaded.pack, loaded.table.confidence, preview, &loaded.sites);
            if takes && !deprecated {
                let rule = compiler.rule(loaded, rules.len() as u32)?;
                rules.push(rule);
            }
        }
        Ok(compiler.finish(rules, known))
    }
}

fn check_id(packs: &Packs, loaded: &LoadedRule) -> Result<(), ContentError> {
    let id = &loaded.table.id;
    let kebab = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let good = id.get_ref().split_once('/').is_some_and(|(family, name)| kebab(family) && kebab(name));
    if !good {
        return Err(packs.error_at(
            loaded.file,
            id.span(),
            format!("`{}` is no rule id", id.get_ref()),
            "write `family/name` in lower case with hyphens".to_owned(),
        ));
    }
    if !(1..=3).contains(&loaded.table.weight) {
        return Err(packs.error_at(
            loaded.file,
            id.span(),
            format!("weight {} of `{}` is out of range", loaded.table.weight, id.get_ref()),
            "write 1, 2 or 3".to_owned(),
        ));
    }
    Ok(())
}

impl<'p> Compiler<'p> {
    fn new(packs: &'p Packs, selection: &Selection) -> Compiler<'p> {
        // Several files may fill one language: a user's pack adds to a built-in one.
        let mut languages: Vec<Arc<str>> = vec!["any".into()];
        let mut slots: Vec<Slots<'_>> = vec![HashMap::new()];
        for loaded in &packs.languages {
            let code = loaded.table.code.as_str();
            let preview = loaded.table.status == Some(Status::Preview);
            if !selection.takes_language(code) || (preview && !selection.preview) {
                continue;
            }
            let n = languages.iter().position(|l| **l == *code).unwrap_or_else(|| {
                languages.push(code.into());
                slots.push(HashMap::new());
                languages.len() - 1
            });
            for (slot, phrases) in &loaded.slots {
                slots[n].entry(slot).or_default().extend(phrases.iter().map(|p| (p, loaded.file)));
            }
        }
        Compiler { packs, slots, languages, parsed: HashMap::new(), phrases: Vec::new() }
    }

    fn rule(&mut self, loaded: &LoadedRule, index: u32) -> Result<Rule, PackError> {
        let table = &loaded.table;
        let first = self.phrases.len();
        let mut rule = Rule::new(Arc::new(self.info(loaded)), table);
        let fields: [(&[Spanned<String>], Role); 4] = [
            (&table.phrases, Role::Main),
            (table.near.as_ref().map_or(&[], |n| &n.any), Role::Near),
            (&table.until, Role::Until),
            (&table.anchors, Role::Regex),
        ];
        for (written, role) in fields {
            self.phrases_of(loaded, written, role, index, &rule)?;
        }
        if let Some(pair) = &table.pair {
            self.phrases_of(loaded, &pair.left, Role::Left, index, &rule)?;
            self.phrases_of(loaded, &pair.right, Role::Right, index, &rule)?;
        }
        for written in &table.unless {
            for (parts, language) in self.expand(loaded.file, written)? {
                let [Part::Literal(text)] = &parts[..] else {
                    return Err(self.veto_error(loaded, written).into());
                };
                rule.unless.push(Veto { text: text.clone(), language });
            }
        }
        self.check_regex(loaded)?;
        let mut languages: Vec<u16> =
            self.phrases[first..].iter().filter(|p| matches!(p.role, Role::Main | Role::Left | Role::Right)).map(|p| p.language).collect();
        languages.sort_unstable();
        languages.dedup();
        if let Some(info) = Arc::get_mut(&mut rule.info) {
            info.languages = languages.iter().map(|&l| self.languages[l as usize].to_string()).collect();
            if info.languages.is_empty() {
                info.languages.push("any".to_owned());
            }
        }
        Ok(rule)
    }

    /// A veto is looked up as it is written; a hole in it would never match.
    fn veto_error(&self, loaded: &LoadedRule, written: &Spanned<String>) -> ContentError {
        let message =
            format!("`unless` of `{}` takes plain words: `{}` has a hole, or two slots", loaded.table.id.get_ref(), written.get_ref());
        self.packs.error_at(
            loaded.file,
            written.span(),
            message,
            "write the words that veto the match, without holes; `before` and `after` take a regex".to_owned(),
        )
    }

    /// A user's regex is compiled when the pack is read, so that its error points into the file.
    fn check_regex(&self, loaded: &LoadedRule) -> Result<(), ContentError> {
        if loaded.pack == "core" {
            return Ok(());
        }
        let table = &loaded.table;
        for written in regexes(table) {
            if let Err(error) = Program::new(written.get_ref(), Mode::Find) {
                let message = format!("rule `{}`: {}", table.id.get_ref(), error.to_string().lines().last().unwrap_or_default());
                return Err(self.packs.error_at(
                    loaded.file,
                    written.span(),
                    message,
                    "the syntax is that of the Rust regex crate: no look-around, no back-references".to_owned(),
                ));
            }
        }
        Ok(())
    }

    fn info(&self, loaded: &LoadedRule) -> RuleInfo {
        let table = &loaded.table;
        let owned = |list: &[Spanned<String>]| list.iter().map(|s| s.get_ref().clone()).collect::<Vec<_>>();
        let id = table.id.get_ref().clone();
        RuleInfo {
            family: id.split('/').next().unwrap_or_default().to_owned(),
            summary: table.summary.clone(),
            risk: table.risk.clone(),
            docs: table.docs.clone(),
            origin: table.origin.clone(),
            scope: table.scope,
            confidence: table.confidence,
            weight: table.weight,
            preview: table.status == Some(Status::Preview),
            structural: table.fill.is_some(),
            sites: loaded.sites.clone(),
            revision: revision(table),
            pack: loaded.pack.clone(),
            source: self.packs.place(loaded.file, table.id.span()),
            languages: Vec::new(),
            removes: owned(&table.removes),
            keeps: owned(&table.keeps),
            id,
        }
    }

    fn phrases_of(
        &mut self,
        loaded: &LoadedRule,
        written: &[Spanned<String>],
        role: Role,
        index: u32,
        rule: &Rule,
    ) -> Result<(), PackError> {
        // Only what is removed must stand where the rule wants it.
        let place = (role == Role::Main).then_some((rule.at, rule.capital));
        for phrase in written {
            for (mut parts, language) in self.expand(loaded.file, phrase)? {
                if let Some((At::Line, _)) = place {
                    trim_closing(&mut parts);
                }
                if role == Role::Regex && parts.iter().any(|p| !matches!(p, Part::Literal(_))) {
                    return Err(self
                        .packs
                        .error_at(loaded.file, phrase.span(), "an anchor is a literal", "write the text without holes".to_owned())
                        .into());
                }
                let anchor = anchor(&parts, place);
                let words = parts
                    .iter()
                    .map(|p| match p {
                        Part::Literal(text) => count_words(text),
                        Part::OneOf(texts) => texts.last().map_or(0, |t| count_words(t)),
                        _ => 0,
                    })
                    .sum::<usize>();
                // A regex says itself what must stand around its anchor. Where it is not blind to case, neither is the anchor's start.
                let sees_case = || loaded.table.regex.as_ref().is_some_and(|r| !r.get_ref().contains("(?i"));
                let guard = match role {
                    Role::Regex if phrase.get_ref().starts_with(char::is_uppercase) && sees_case() => Guard::capital(),
                    Role::Regex => Guard::default(),
                    _ => Guard::of(&parts, anchor, place),
                };
                let line = rule.at == At::Line;
                let weak = role == Role::Main && !rule.once && rule.says_little(words);
                self.phrases.push(Written { parts, anchor, role, rule: index, language, words: words as u16, guard, line, weak });
            }
        }
        Ok(())
    }

    /// One phrase in every language that fills its slots.
    ///
    /// One slot is written out, phrase by phrase: it becomes the anchor. Further slots stay choices, so that three slots
    /// of thirty phrases make thirty phrases and not 27,000.
    fn expand(&mut self, file: usize, written: &Spanned<String>) -> Result<Vec<(Vec<Part>, u16)>, PackError> {
        let parts = self.parse(file, written)?;
        let slots: Vec<usize> = (0..parts.len()).filter(|&n| matches!(parts[n], Part::Slot(_))).collect();
        if slots.is_empty() {
            return Ok(vec![(parts, 0)]);
        }
        let mut all = Vec::new();
        for language in 0..self.languages.len() {
            let mut fills: HashMap<usize, Vec<(Vec<Part>, bool)>> = HashMap::new();
            for &n in &slots {
                let Part::Slot(slot) = &parts[n] else { continue };
                let mut filling = self.fill(language, slot)?;
                // A button that names its network needs no second name: "Share on X Facebook" is two buttons.
                if parts.contains(&Part::Hole(Hole::Network)) {
                    filling.retain(|(parts, _)| !parts.contains(&Part::Hole(Hole::Network)));
                }
                fills.insert(n, filling);
            }
            if fills.values().any(Vec::is_empty) {
                continue;
            }
            let Some(&lead) = slots.iter().max_by_key(|n| rarity(&fills[n])) else { continue };
            for (lead_parts, lead_own) in &fills[&lead] {
                // A phrase belongs to the language when at least one of its words does.
                let borrowed = language != 0 && !lead_own;
                let mut rows: Vec<(Vec<Part>, bool)> = vec![(Vec::new(), !borrowed)];
                for (n, part) in parts.iter().enumerate() {
                    match fills.get(&n) {
                        None => rows.iter_mut().for_each(|(row, _)| row.push(part.clone())),
                        Some(_) if n == lead => rows.iter_mut().for_each(|(row, _)| row.extend(lead_parts.iter().cloned())),
                        Some(fills) => rows = choose(rows, fills, borrowed),
                    }
                    if rows.len() > MAX_EXPANSION {
                        let message = format!("`{}` expands to more than {MAX_EXPANSION} phrases", written.get_ref());
                        return Err(self.packs.error_at(file, written.span(), message, "use fewer slots in one phrase".to_owned()).into());
                    }
                }
                all.extend(
                    rows.into_iter().filter(|(row, own)| *own && !row.is_empty()).map(|(row, _)| (join_literals(row), language as u16)),
                );
            }
        }
        Ok(all)
    }

    /// The phrases of a slot in a language, with those of `any`; `true` marks the language's own.
    fn fill(&mut self, language: usize, slot: &str) -> Result<Vec<(Vec<Part>, bool)>, PackError> {
        let own = self.slots[language].get(slot).cloned().unwrap_or_default();
        let shared = if language == 0 { Vec::new() } else { self.slots[0].get(slot).cloned().unwrap_or_default() };
        let mut fills = Vec::with_capacity(own.len() + shared.len());
        for ((phrase, file), is_own) in own.into_iter().map(|p| (p, true)).chain(shared.into_iter().map(|p| (p, false))) {
            fills.push((self.parse(file, phrase)?, is_own));
        }
        Ok(fills)
    }

    fn parse(&mut self, file: usize, written: &Spanned<String>) -> Result<Vec<Part>, ContentError> {
        if let Some(parts) = self.parsed.get(written.get_ref()) {
            return Ok(parts.clone());
        }
        let parts = parse(written.get_ref()).map_err(|error| {
            let (message, help) = match error {
                PhraseError::Empty => ("an empty phrase".to_owned(), "write what the page prints".to_owned()),
                PhraseError::Unclosed(c) => (format!("`{c}` is never closed"), "close the hole or slot".to_owned()),
                PhraseError::UnknownHole(name) => {
                    let known: Vec<&str> = Hole::NAMES.iter().map(|(n, _)| *n).collect();
                    (format!("no such hole: {{{name}}}"), format!("write one of {{{}}}", known.join("}, {")))
                }
            };
            self.packs.error_at(file, written.span(), message, help)
        })?;
        self.parsed.insert(written.get_ref().clone(), parts.clone());
        Ok(parts)
    }

    fn finish(self, rules: Vec<Rule>, known: Vec<String>) -> Compiled {
        let languages = self.languages.iter().zip(&self.slots).map(|(code, slots)| self.tongue(code, slots)).collect();
        Compiled { tables: Tables::build(&self.phrases), head: Head { rules, languages, known } }
    }

    fn tongue(&self, code: &str, slots: &Slots<'_>) -> Tongue {
        let networks = slots.get("network").into_iter().flatten().map(|(p, _)| fold_phrase(p.get_ref())).collect();
        let mut tongue = Tongue { code: code.to_owned(), networks, ..Tongue::default() };
        for loaded in self.packs.languages.iter().filter(|l| l.table.code == code) {
            let dated = |words: &[String]| words.iter().map(|w| fold_phrase(w).trim_end_matches('.').to_owned()).collect::<Vec<_>>();
            tongue.preview |= loaded.table.status == Some(Status::Preview);
            tongue.months.extend(dated(&loaded.table.months));
            tongue.weekdays.extend(dated(&loaded.table.weekdays));
            tongue.fillers.extend(dated(&loaded.table.date_words));
            // Single words, whatever phrases they were listed in.
            let slot = |name: &str| {
                let phrases = loaded.slots.get(name).into_iter().flatten();
                let folded = phrases.map(|p| fold_phrase(p.get_ref())).collect::<Vec<_>>().join(" ");
                let words = folded.split(|c: char| !is_wordy(c) && c != '\'' && c != '-').filter(|w| w.contains(char::is_alphabetic));
                words.map(str::to_owned).collect::<Vec<_>>()
            };
            let [opening, others, by] = STAMP_SLOTS;
            tongue.stamp_words.extend(slot(opening).into_iter().chain(slot(others)));
            tongue.stamp_by.extend(slot(by));
            tongue.common.extend(loaded.table.common.iter().map(|w| fold_phrase(w)));
        }
        tongue
    }
}

/// The literal that the scan looks for: the longest one; where the place of the match is told from its first word, that one,
/// since it is excluded nearly everywhere ([`Guard`]).
fn anchor(parts: &[Part], place: Option<(At, bool)>) -> Option<usize> {
    let literal = |n: usize| if let Part::Literal(text) = &parts[n] { Some(text.trim()) } else { None };
    let placed = matches!(place, Some((At::Line | At::LineStart | At::TextStart | At::Sentence, _)));
    if placed && literal(0).is_some_and(|text| text.starts_with(char::is_alphabetic)) {
        return Some(0);
    }
    (0..parts.len()).filter(|&n| literal(n).is_some()).max_by_key(|&n| literal(n).map(str::len))
}

/// How well the phrases of a slot serve as anchors: the length of the shortest one.
fn rarity(fills: &[(Vec<Part>, bool)]) -> usize {
    let longest = |parts: &[Part]| parts.iter().map(|p| if let Part::Literal(t) = p { t.len() } else { 0 }).max().unwrap_or(0);
    fills.iter().map(|(parts, _)| longest(parts)).min().unwrap_or(0)
}

/// Adds a slot to rows of parts: as one choice of literals, and row by row where its phrases have holes.
fn choose(rows: Vec<(Vec<Part>, bool)>, fills: &[(Vec<Part>, bool)], own_only: bool) -> Vec<(Vec<Part>, bool)> {
    let fills = || fills.iter().filter(|(_, own)| *own || !own_only);
    let mut literals: Vec<String> =
        fills().filter_map(|(parts, _)| if let [Part::Literal(text)] = &parts[..] { Some(text.clone()) } else { None }).collect();
    literals.sort_by_key(|l| (std::cmp::Reverse(l.len()), l.clone()));
    literals.dedup();
    let mut grown = Vec::new();
    if !literals.is_empty() {
        let choice = Part::OneOf(literals.into());
        grown.extend(rows.iter().map(|(row, _)| (row.iter().cloned().chain([choice.clone()]).collect(), true)));
    }
    for (parts, _) in fills().filter(|(parts, _)| !matches!(parts[..], [Part::Literal(_)])) {
        grown.extend(rows.iter().map(|(row, _)| (row.iter().chain(parts).cloned().collect(), true)));
    }
    grown
}

/// Closing signs of a whole-line phrase may be missing on the page.
fn trim_closing(parts: &mut Vec<Part>) {
    if let Some(Part::Literal(last)) = parts.last_mut() {
        let kept = last.trim_end_matches([':', '.', '!', ' ']).len();
        if kept > 0 {
            last.truncate(kept);
        } else if parts.len() > 1 {
            parts.pop();
        }
    }
}

/// Every phrase that a rule writes, whatever for.
fn written(table: &RuleTable) -> impl Iterator<Item = &Spanned<String>> {
    let near = table.near.iter().flat_map(|n| &n.any);
    let pair = table.pair.iter().flat_map(|p| p.left.iter().chain(&p.right));
    table.phrases.iter().chain(near).chain(&table.until).chain(&table.anchors).chain(&table.unless).chain(pair)
}

/// The regular expressions of a rule.
fn regexes(table: &RuleTable) -> impl Iterator<Item = &Spanned<String>> {
    [&table.regex, &table.before, &table.after, &table.not_before, &table.not_after].into_iter().flatten()
}

/// Slots whose words fill the hole `{stamp}`; the last one announces names.
const STAMP_SLOTS: [&str; 3] = ["stamp-word", "stamp-token", "byline-label"];

/// Names of the slots that a rule uses.
pub(crate) fn slots_of(table: &RuleTable) -> Vec<String> {
    let parts = written(table).filter_map(|p| parse(p.get_ref()).ok()).flatten();
    let slots = parts.flat_map(|part| match part {
        Part::Slot(name) => vec![name],
        Part::Hole(Hole::Stamp) => STAMP_SLOTS.map(str::to_owned).to_vec(),
        _ => Vec::new(),
    });
    slots.collect()
}

/// Eight hex digits (FNV-1a) over what the rule says, wherever it stands: which version of it made a cut.
fn revision(table: &RuleTable) -> String {
    let mut text = format!("{:?}{:?}{}{:?}{:?}{:?}", table.scope, table.confidence, table.weight, table.at, table.case, table.cover);
    text += &format!("{:?}{:?}{:?}{:?}", table.place, table.title, table.items, table.limit);
    text += &format!("{:?}{}{}", table.fill, table.once, table.series);
    for part in written(table).chain(regexes(table)) {
        text.push('\n');
        text.push_str(part.get_ref());
    }
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    format!("{:08x}", (hash >> 32) as u32 ^ hash as u32)
}
