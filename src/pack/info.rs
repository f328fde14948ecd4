//! What the world may know of a rule.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How sure a rule is that no author wrote what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Offered for review, removed only when asked.
    Low,
    /// Removed by default, with evidence around it.
    Medium,
    /// No author writes this.
    High,
}

impl Confidence {
    /// The word used in packs, logs and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Confidence {
    type Err = String;

    fn from_str(word: &str) -> Result<Confidence, String> {
        match word {
            "low" => Ok(Confidence::Low),
            "medium" => Ok(Confidence::Medium),
            "high" => Ok(Confidence::High),
            other => Err(format!("no such confidence: `{other}`; write high, medium or low")),
        }
    }
}

/// What a rule takes when it matches. A closed set: see `patterns/README.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The match itself.
    Span,
    /// The line or lines it stands on.
    Line,
    /// Its line and what the line opens: a list of titles, or everything down to a closing phrase.
    Block,
    /// From the start of the text to it.
    Head,
    /// From it to the end of the text.
    Tail,
    /// Two labels and the titles beside them.
    Pair,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Scope::Span => "span",
            Scope::Line => "line",
            Scope::Block => "block",
            Scope::Head => "head",
            Scope::Tail => "tail",
            Scope::Pair => "pair",
        })
    }
}

/// A rule as reports, logs and `explain` name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleInfo {
    /// `family/name`.
    pub id: String,
    /// The part of the id before the slash.
    pub family: String,
    /// One line: what it takes.
    pub summary: String,
    /// What good text could be lost with it.
    pub risk: Option<String>,
    /// What it is and where it comes from, at length.
    pub docs: Option<String>,
    /// Software or kinds of sites that print it.
    pub origin: Vec<String>,
    /// What it takes when it matches.
    pub scope: Scope,
    /// How sure it is.
    pub confidence: Confidence,
    /// 3 cuts alone; 2 and 1 only in a run.
    pub weight: u8,
    /// Runs only when previews are asked for.
    pub preview: bool,
    /// Goes by structure, not by words (`fill`).
    pub structural: bool,
    /// Sites it is for, by domain; empty: every site.
    pub sites: Vec<String>,
    /// Eight hex digits over the rule's text: which version of the rule made a cut.
    pub revision: String,
    /// The pack it comes from.
    pub pack: String,
    /// `file:line` of the pack.
    pub source: String,
    /// Languages that fill its slots.
    pub languages: Vec<String>,
    /// Examples that clean, the cut marked `[-…-]`.
    pub removes: Vec<String>,
    /// Examples that stay.
    pub keeps: Vec<String>,
}

impl RuleInfo {
    /// A rule that no pack has any more: what is left of it is its name in a log.
    #[cfg(feature = "cli")]
    pub fn unknown(id: &str, confidence: Confidence) -> RuleInfo {
        RuleInfo {
            id: id.to_owned(),
            family: id.split('/').next().unwrap_or(id).to_owned(),
            summary: "a rule that no pack has any more".to_owned(),
            risk: None,
            docs: None,
            origin: Vec::new(),
            scope: Scope::Span,
            confidence,
            weight: 3,
            preview: false,
            structural: false,
            sites: Vec::new(),
            revision: String::new(),
            pack: String::new(),
            source: String::new(),
            languages: Vec::new(),
            removes: Vec::new(),
            keeps: Vec::new(),
        }
    }
}
