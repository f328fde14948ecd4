//! Values that can be typed: formats, levels, sizes.

use std::str::FromStr;

use clap::ValueEnum;
use dehusk::Confidence;
use dehusk::splice::Pointer;
use serde::{Deserialize, Serialize};

use crate::source::Format;

/// What `stats` counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StatsBy {
    /// Rules.
    Rule,
    /// Families of rules.
    Family,
    /// Languages whose words were found.
    Language,
    /// Sites of the documents.
    Site,
}

/// Forms of `stats`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum StatsFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For tables.
    Csv,
}

/// What files hold.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum From {
    /// Judged by name, then by look.
    #[default]
    Auto,
    /// Plain text.
    Text,
    /// JSON Lines.
    Jsonl,
    /// A JSON list, or JSON values one after the other.
    Json,
    /// Comma-separated values.
    Csv,
    /// Tab-separated values.
    Tsv,
    /// WET and WARC.
    #[value(alias = "warc")]
    Wet,
    /// Parquet.
    Parquet,
}

/// A confidence, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// No author writes this.
    High,
    /// With evidence around it.
    Medium,
    /// On request.
    Low,
}

impl std::convert::From<Level> for Confidence {
    fn from(level: Level) -> Confidence {
        match level {
            Level::High => Confidence::High,
            Level::Medium => Confidence::Medium,
            Level::Low => Confidence::Low,
        }
    }
}

/// When colour, links or a pager are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// On a terminal.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// The ground that colours are chosen for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// What the terminal says of itself.
    #[default]
    Auto,
    /// A dark one.
    Dark,
    /// A light one.
    Light,
}

/// Forms of `diff`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people.
    #[default]
    Human,
    /// One line a removal.
    Short,
    /// A patch.
    Unified,
    /// JSON Lines.
    Json,
}

/// Forms of the summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SummaryKind {
    /// None.
    Off,
    /// The rules that removed most.
    #[default]
    Short,
    /// All rules.
    Full,
    /// All rules, and no documents.
    Only,
}

/// Groupings of `diff`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// By rule and text.
    Rule,
    /// By site and rule.
    Site,
}

/// Forms of `check`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people.
    #[default]
    Human,
    /// One line a document.
    Short,
    /// For programs.
    Json,
}

impl From {
    /// The format, where it is said.
    pub fn format(self) -> Option<Format> {
        Some(match self {
            From::Auto => return None,
            From::Text => Format::Text,
            From::Jsonl => Format::Jsonl,
            From::Json => Format::Json,
            From::Csv => Format::Csv,
            From::Tsv => Format::Tsv,
            From::Wet => Format::Wet,
            From::Parquet => Format::Parquet,
        })
    }
}

/// Forms of `rules`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
}

/// What datasets are written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum To {
    /// As they came.
    #[default]
    Same,
    /// JSON Lines.
    Jsonl,
}

/// What becomes of records that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    /// They go through as they are.
    #[default]
    Keep,
    /// They are left out.
    Drop,
    /// The run ends.
    Stop,
}

/// Reads the value of a flag.
pub fn pointer(text: &str) -> Result<Pointer, String> {
    text.parse()
}

/// A number of bytes, as typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size {
    /// The number.
    pub bytes: u64,
    written: String,
}

impl std::convert::From<Size> for String {
    fn from(size: Size) -> String {
        size.written
    }
}

impl TryFrom<String> for Size {
    type Error = String;

    fn try_from(text: String) -> Result<Size, String> {
        text.parse()
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Size, String> {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let unit = match &text[digits.len()..] {
            "" | "B" => Some(1),
            "k" | "K" | "kB" | "KB" | "KiB" => Some(1 << 10),
            "m" | "M" | "MB" | "MiB" => Some(1 << 20),
            "g" | "G" | "GB" | "GiB" => Some(1 << 30),
            _ => None,
        };
        let bytes = digits.parse::<u64>().ok().zip(unit).and_then(|(number, unit)| number.checked_mul(unit));
        let bytes = bytes.ok_or_else(|| format!("no size: `{text}`; write bytes, or a number with k, M or G, such as 64M"))?;
        Ok(Size { bytes, written: text.to_owned() })
    }
}

/// Reads the value of a flag.
pub fn domain(text: &str) -> Result<String, String> {
    let good = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'));
    if good { Ok(text.to_lowercase()) } else { Err("write a domain such as example.com".into()) }
}

/// Reads the value of a flag.
pub fn share(text: &str) -> Result<f64, String> {
    let (number, whole) = match text.strip_suffix('%') {
        Some(number) => (number, 100.0),
        None => (text, 1.0),
    };
    match number.trim().parse::<f64>() {
        Ok(n) if (0.0..=whole).contains(&n) => Ok(n / whole),
        _ => Err("write a share such as 50% or 0.5".into()),
    }
}
