//! A rule made ready to run: constraints with their defaults filled in.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::file::{At, Case, FillTable, ItemsTable, RuleTable, Side, TitleEnd, TitleSide, Zone};
use super::info::{Confidence, RuleInfo, Scope};
use crate::regex::{Mode, Program};

/// A regular expression, made ready when first used: most texts need none of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LazyRegex {
    pub source: String,
    pub mode: Mode,
    /// It says what stands on the lines below its anchor.
    down: bool,
    #[serde(skip)]
    pub(super) ready: OnceLock<Option<Program>>,
}

impl LazyRegex {
    pub fn new(source: &str, mode: Mode) -> LazyRegex {
        LazyRegex { source: source.to_owned(), mode, down: source.contains(r"\n\s*"), ready: OnceLock::new() }
    }

    /// True where the expression says what stands on the lines below its anchor.
    pub fn reaches_down(&self) -> bool {
        self.down
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Near {
    pub min: usize,
    pub within: usize,
    pub side: Side,
    pub own: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    pub zone: Option<Zone>,
    pub from_top: Option<usize>,
    pub from_end: Option<usize>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Title {
    pub max_words: u32,
    pub side: TitleSide,
    pub ends: Vec<TitleEnd>,
}

/// A folded text that vetoes a match in its line, and the number of its language.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Veto {
    pub text: String,
    pub language: u16,
}

/// A rule as the engine reads it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Rule {
    pub info: Arc<RuleInfo>,
    pub scope: Scope,
    pub confidence: Confidence,
    pub weight: u8,
    pub at: At,
    pub capital: bool,
    pub regex: Option<LazyRegex>,
    pub before: Option<LazyRegex>,
    pub after: Option<LazyRegex>,
    /// What must not stand there.
    pub not_before: Option<LazyRegex>,
    pub not_after: Option<LazyRegex>,
    /// What vetoes a match in its line.
    pub unless: Vec<Veto>,
    pub cover: Option<f32>,
    pub near: Option<Near>,
    pub once: bool,
    pub tally: Option<u8>,
    pub mute: bool,
    pub series: bool,
    pub fill: Option<FillTable>,
    pub place: Option<Place>,
    pub title: Option<Title>,
    pub items: ItemsTable,
    pub until: bool,
    pub max_lines: usize,
    pub max_prose: usize,
    pub max_title_words: u32,
}

impl Rule {
    /// True where something must stand, or must not, directly around a match.
    pub fn looks_around(&self) -> bool {
        let expressions = [&self.before, &self.after, &self.not_before, &self.not_after];
        !self.unless.is_empty() || expressions.into_iter().any(Option::is_some)
    }

    /// True where a phrase of so many words says too little outside of its language.
    pub fn says_little(&self, words: usize) -> bool {
        self.weight < 3 || words <= 2
    }

    pub fn new(info: Arc<RuleInfo>, table: &RuleTable) -> Rule {
        let at = table.at.unwrap_or(match (table.scope, &table.regex) {
            (_, Some(regex)) if regex.get_ref().contains(r"\A") => At::TextStart,
            (_, Some(regex)) if regex.get_ref().contains(r"\z") => At::TextEnd,
            (Scope::Span | Scope::Pair, _) | (_, Some(_)) => At::Anywhere,
            _ => At::Line,
        });
        let regex = |r: &Option<toml::Spanned<String>>, mode| r.as_ref().map(|r| LazyRegex::new(r.get_ref(), mode));
        let limit = table.limit.clone().unwrap_or_default();
        let title = table.title.as_ref().map(|t| Title {
            max_words: t.max_words,
            side: t.side,
            ends: if t.ends.is_empty() { vec![TitleEnd::Line] } else { t.ends.clone() },
        });
        Rule {
            scope: table.scope,
            confidence: table.confidence,
            weight: table.weight,
            at,
            capital: table.case == Case::Capital,
            regex: regex(&table.regex, Mode::Find),
            before: regex(&table.before, Mode::Test),
            after: regex(&table.after, Mode::Test),
            not_before: regex(&table.not_before, Mode::Test),
            not_after: regex(&table.not_after, Mode::Test),
            unless: Vec::new(),
            cover: table.cover,
            near: table.near.as_ref().map(|n| Near { min: n.min, within: n.within, side: n.side, own: n.own }),
            once: table.once,
            tally: table.tally,
            mute: table.mute,
            series: table.series,
            fill: table.fill.clone(),
            place: table.place.as_ref().map(|p| Place { zone: p.zone, from_top: p.from_top, from_end: p.from_end }),
            max_title_words: title.as_ref().map_or(20, |t| t.max_words),
            title,
            items: table.items.clone().unwrap_or_default(),
            until: !table.until.is_empty(),
            max_lines: limit.lines.unwrap_or(40),
            max_prose: limit.prose.unwrap_or(0),
            info,
        }
    }
}
