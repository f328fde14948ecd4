//! The pack files as they are written: one type for each table, unknown fields refused.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::info::{Confidence, Scope};

/// `rules/<family>.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFile {
    #[serde(default)]
    pub pack: Option<PackTable>,
    #[serde(default)]
    pub rule: Vec<RuleTable>,
    /// Examples for rules of other packs.
    #[serde(default)]
    pub example: Vec<ExampleTable>,
}

/// What a pack says of itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackTable {
    pub name: String,
    #[serde(default)]
    #[allow(dead_code, reason = "read so that packs may carry it; nothing depends on it yet")]
    pub version: Option<String>,
    #[serde(default)]
    pub format: Option<u32>,
}

/// One rule; see `patterns/README.md` for every field.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RuleTable {
    pub id: Spanned<String>,
    pub scope: Scope,
    pub confidence: Confidence,
    #[serde(default = "three")]
    pub weight: u8,
    pub summary: String,
    pub risk: Option<String>,
    pub docs: Option<String>,
    #[serde(default)]
    pub origin: Vec<String>,
    #[serde(default)]
    pub phrases: Vec<Spanned<String>>,
    pub regex: Option<Spanned<String>>,
    #[serde(default)]
    pub anchors: Vec<Spanned<String>>,
    pub at: Option<At>,
    #[serde(default)]
    pub case: Case,
    pub before: Option<Spanned<String>>,
    pub after: Option<Spanned<String>>,
    /// The same view; what matches here vetoes.
    pub not_before: Option<Spanned<String>>,
    pub not_after: Option<Spanned<String>>,
    #[serde(default)]
    pub unless: Vec<Spanned<String>>,
    pub cover: Option<f32>,
    pub near: Option<NearTable>,
    /// What the rule takes says nothing of what stands beside it.
    #[serde(default)]
    pub mute: bool,
    /// What the rule takes may mark the entries of an author's list: dates that take turns with titles.
    #[serde(default)]
    pub series: bool,
    /// So many different phrases of the rule in one run weigh 3 together.
    pub tally: Option<u8>,
    /// Nothing else in the text matches the rule: a lone date is a stamp, a dozen are a chronicle.
    #[serde(default)]
    pub once: bool,
    #[serde(rename = "where")]
    pub place: Option<PlaceTable>,
    pub title: Option<TitleTable>,
    pub items: Option<ItemsTable>,
    #[serde(default)]
    pub until: Vec<Spanned<String>>,
    pub limit: Option<LimitTable>,
    pub pair: Option<PairTable>,
    pub fill: Option<FillTable>,
    pub status: Option<Status>,
    #[serde(default)]
    pub removes: Vec<Spanned<String>>,
    #[serde(default)]
    pub keeps: Vec<Spanned<String>>,
    #[serde(default)]
    pub gaps: Vec<Spanned<String>>,
}

fn three() -> u8 {
    3
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum At {
    Line,
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    Sentence,
    Anywhere,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Case {
    #[default]
    Any,
    Capital,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Status {
    Stable,
    Preview,
    Deprecated,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NearTable {
    pub any: Vec<Spanned<String>>,
    #[serde(default = "one")]
    pub min: usize,
    #[serde(default = "ten")]
    pub within: usize,
    #[serde(default)]
    pub side: Side,
    /// Only what stands on lines of its own counts.
    #[serde(default)]
    pub own: bool,
}

fn one() -> usize {
    1
}

fn ten() -> usize {
    10
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Side {
    Before,
    After,
    #[default]
    Both,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaceTable {
    pub zone: Option<Zone>,
    pub from_top: Option<usize>,
    pub from_end: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Zone {
    Head,
    Tail,
    Edge,
    Body,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TitleTable {
    #[serde(default = "twenty")]
    pub max_words: u32,
    #[serde(default)]
    pub side: TitleSide,
    #[serde(default)]
    pub ends: Vec<TitleEnd>,
}

fn twenty() -> u32 {
    20
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TitleSide {
    #[default]
    After,
    Before,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TitleEnd {
    Line,
    Bracket,
    Sentence,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemsTable {
    #[serde(default = "twelve")]
    pub max: usize,
    #[serde(default = "one")]
    pub min: usize,
    #[serde(default = "words25")]
    pub max_words: u32,
    #[serde(default = "all_ends")]
    pub ends: Vec<ItemEnd>,
    /// Lines that are residue already are items like others and do not end the list.
    #[serde(default)]
    pub through: bool,
    /// Each title may have a teaser of at most so many words under it.
    #[serde(default)]
    pub teasers: u32,
}

impl Default for ItemsTable {
    fn default() -> ItemsTable {
        ItemsTable { max: 12, min: 1, max_words: 25, ends: all_ends(), through: false, teasers: 0 }
    }
}

fn twelve() -> usize {
    12
}

fn words25() -> u32 {
    25
}

fn all_ends() -> Vec<ItemEnd> {
    vec![ItemEnd::Text, ItemEnd::Residue, ItemEnd::Prose, ItemEnd::Bullets, ItemEnd::Blank]
}

/// Where a list of titles may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ItemEnd {
    Text,
    Residue,
    Prose,
    Bullets,
    Blank,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitTable {
    pub lines: Option<usize>,
    pub prose: Option<usize>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PairTable {
    pub left: Vec<Spanned<String>>,
    pub right: Vec<Spanned<String>>,
}

/// A structural rule: no words of its own, only what stands between or outside what others found.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FillTable {
    pub kind: Fill,
    #[serde(default = "three_lines")]
    pub max_lines: usize,
    #[serde(default = "words25")]
    pub max_words: u32,
    /// `outside`: worth without which nothing is a region of the text.
    #[serde(default = "least")]
    pub least: f32,
    /// Worth that a further region must outweigh.
    #[serde(default = "again")]
    pub again: f32,
    /// Lines that may stand between a region and the nearest residue, above and below.
    #[serde(default = "above")]
    pub above: usize,
    #[serde(default = "below")]
    pub below: usize,
    /// Lines that stay where no residue is near.
    #[serde(default = "three_lines")]
    pub near: usize,
    /// So many lines and more go though none of them has been recognised.
    #[serde(default = "forty")]
    pub alone: usize,
}

fn three_lines() -> usize {
    3
}

fn least() -> f32 {
    5.0
}

fn again() -> f32 {
    12.0
}

fn above() -> usize {
    12
}

fn below() -> usize {
    20
}

fn forty() -> usize {
    40
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fill {
    /// Short lines between two cuts behind the last line of prose.
    Gap,
    /// Everything outside the region where the prose is.
    Outside,
}

/// `languages/<code>.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LanguageFile {
    pub language: LanguageTable,
    #[serde(default)]
    pub slots: std::collections::BTreeMap<String, Vec<Spanned<String>>>,
    #[serde(default)]
    pub example: Vec<ExampleTable>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct LanguageTable {
    pub code: String,
    #[allow(dead_code, reason = "for people who read the file")]
    pub name: String,
    #[serde(default)]
    pub common: Vec<String>,
    #[serde(default)]
    pub months: Vec<String>,
    #[serde(default)]
    pub weekdays: Vec<String>,
    #[serde(default)]
    pub date_words: Vec<String>,
    pub status: Option<Status>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExampleTable {
    /// A family, or with `rule` one rule: for people, and for what a test says.
    #[serde(alias = "rule")]
    pub family: String,
    pub removes: Option<Spanned<String>>,
    pub keeps: Option<Spanned<String>>,
}
