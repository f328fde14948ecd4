//! What several commands take: texts, rules, how a run goes.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgAction, Args};
use dehusk::splice::Pointer;

use super::choices::*;
use crate::source::Choice;

/// Which texts are read.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Input")]
pub struct InputArgs {
    /// Files, folders, or - for standard input [default: standard input, if it is piped]
    #[arg(value_name = "PATH", help_heading = "Arguments")]
    pub paths: Vec<PathBuf>,

    /// Read more paths from FILE (- for standard input), one a line
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub files_from: Option<PathBuf>,

    /// The paths of --files-from end with NUL
    #[arg(short = '0', long = "null", requires = "files_from", hide_short_help = true)]
    pub nul: bool,

    /// Keep only files of folders that match; `!` excludes. Repeatable
    #[arg(short, long = "glob", value_name = "GLOB")]
    pub glob: Vec<String>,

    /// Leave out files and folders, in gitignore's syntax. Repeatable
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    #[command(flatten)]
    pub texts: TextArgs,

    /// Where its id is [default: id]
    #[arg(long, value_name = "NAME", value_parser = pointer, hide_short_help = true)]
    pub id_field: Option<Pointer>,

    /// Where its address is, for counts by site [default: url]
    #[arg(long, value_name = "NAME", value_parser = pointer, hide_short_help = true)]
    pub url_field: Option<Pointer>,

    /// Where its language is, for the log and for counts [default: language, lang]
    #[arg(long, value_name = "NAME", value_parser = pointer, hide_short_help = true)]
    pub lang_field: Option<Pointer>,

    /// Records that cannot be read: `keep` passes them through, `drop` leaves them out, `stop` ends the run [default: keep]
    ///
    /// They are counted and told with their place in any case, and the exit code is 2.
    #[arg(long, value_name = "HOW", hide_possible_values = true, hide_short_help = true)]
    pub on_error: Option<OnError>,

    /// Leave texts alone that are larger, e.g. 64M; k, M and G count in 1024 [default: none]
    #[arg(long, value_name = "SIZE", hide_short_help = true)]
    pub max_doc_size: Option<Size>,

    /// Read hidden files and folders too
    #[arg(long, overrides_with = "no_hidden", hide_short_help = true)]
    pub hidden: bool,
    #[arg(long, overrides_with = "hidden", hide = true)]
    pub no_hidden: bool,

    /// Honour .gitignore (.dehuskignore always is)
    #[arg(long, overrides_with = "no_gitignore", hide_short_help = true)]
    pub gitignore: bool,
    #[arg(long, overrides_with = "gitignore", hide = true)]
    pub no_gitignore: bool,

    /// Follow symbolic links
    #[arg(long, overrides_with = "no_follow", hide_short_help = true)]
    pub follow: bool,
    #[arg(long, overrides_with = "follow", hide = true)]
    pub no_follow: bool,
}

/// Which rules take part.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Rules")]
pub struct RuleArgs {
    /// Run only these: families, rules, @packs, :languages (comma or repeat)
    #[arg(short, long, value_name = "SEL", value_delimiter = ',')]
    pub select: Option<Vec<String>>,

    /// Run without these
    #[arg(short, long, value_name = "SEL", value_delimiter = ',')]
    pub ignore: Option<Vec<String>>,

    /// Run these too
    #[arg(long, value_name = "SEL", value_delimiter = ',', hide_short_help = true)]
    pub extend_select: Option<Vec<String>>,

    /// Lowest confidence that is removed: high, medium, low [default: medium]
    ///
    /// high: no author writes this. medium: with evidence around it. low: only on request, for review.
    #[arg(long, value_name = "LEVEL", hide_possible_values = true)]
    pub min_confidence: Option<Level>,

    /// Add rules from a pack, a file or a folder. Repeatable
    #[arg(long, value_name = "PACK")]
    pub pack: Option<Vec<PathBuf>>,

    /// Use the packs of a folder instead of the built-in ones (for pack authors)
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    pub packs: Option<PathBuf>,

    /// Only residue in these languages, e.g. en,de; `auto` is all of them [default: auto]
    #[arg(long, value_name = "LANG", value_delimiter = ',')]
    pub lang: Option<Vec<String>>,

    /// The site that the texts come from, e.g. example.com: its own rules take part too
    ///
    /// Packs hold rules of a site under sites/DOMAIN.toml. They run for that site and the sites below it, and never without --site.
    #[arg(long, value_name = "DOMAIN", value_parser = domain, hide_short_help = true)]
    pub site: Option<String>,

    /// Follow the decisions of a review
    ///
    /// A file that `dehusk review` or a report has written. What was kept stays, whatever the rules say; what was accepted goes, whatever --min-confidence says.
    #[arg(long, value_name = "FILE")]
    pub decisions: Option<PathBuf>,

    /// Remove only what was decided so; the rest stays
    #[arg(long, hide_short_help = true)]
    pub only_decided: bool,

    /// Also run rules that are still being tried out
    #[arg(long, overrides_with = "no_preview", hide_short_help = true)]
    pub preview: bool,
    #[arg(long, overrides_with = "preview", hide = true)]
    pub no_preview: bool,
}

/// How the run goes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Run")]
pub struct RunArgs {
    /// Threads [default: one a core]
    #[arg(short = 'j', long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,

    /// Stop at the first document that fails
    #[arg(long, overrides_with = "no_fail_fast", hide_short_help = true)]
    pub fail_fast: bool,
    #[arg(long, overrides_with = "fail_fast", hide = true)]
    pub no_fail_fast: bool,

    /// Exit with 0 where residue was found
    #[arg(long, hide_short_help = true)]
    pub exit_zero: bool,

    /// Show no progress line
    #[arg(long, hide_short_help = true)]
    pub no_progress: bool,

    #[command(flatten)]
    pub common: CommonArgs,
}

/// What every command takes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "General")]
pub struct CommonArgs {
    /// Only errors on standard error
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// More about what was skipped and what failed
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,

    /// Colours: auto, always, never [default: auto]
    #[arg(long, value_name = "WHEN", hide_possible_values = true, hide_short_help = true)]
    pub color: Option<When>,

    /// Read this configuration instead of dehusk.toml, or set one key of it. Repeatable
    #[arg(long, value_name = "FILE|KEY=VALUE", hide_short_help = true)]
    pub config: Vec<String>,

    /// Read no configuration file
    #[arg(long, hide_short_help = true)]
    pub isolated: bool,
}

/// Documents by chance.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Input")]
pub struct SampleArgs {
    /// Only N documents by chance, from one pass over all of them
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub sample: Option<usize>,

    /// Which chance: the same seed chooses the same documents [default: 0]
    #[arg(long, value_name = "S", requires = "sample", hide_short_help = true)]
    pub seed: Option<u64>,
}

/// How a file becomes texts.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Input")]
pub struct TextArgs {
    /// How files are encoded: `auto`, utf-8, windows-1252 … [default: auto]
    ///
    /// `auto` goes by byte order mark, then tries UTF-8, then judges by look. A text is cleaned only if writing it back
    /// gives the same bytes.
    #[arg(long, value_name = "ENC")]
    pub encoding: Option<Choice>,

    /// What files hold: auto, text, jsonl, json, csv, tsv, wet, parquet [default: auto]
    ///
    /// `auto` goes by their names (compressed or not) and, for standard input and unknown names, by their look. `text` reads
    /// every file as plain text. Files of folders that are markup or archives by their names (.html, .xml, .zip …) are left alone.
    #[arg(long, value_name = "FMT", hide_possible_values = true, hide_short_help = true)]
    pub from: Option<From>,

    /// A record's text: key, column or JSON pointer. Repeatable [default: text]
    ///
    /// A pointer begins with a slash: /page/text. Without --field it is the first of text, raw_content, content, page_content and
    /// body that the first record of a file has.
    #[arg(long, value_name = "NAME", value_parser = pointer)]
    pub field: Vec<Pointer>,
}

/// The ground that colours are for.
#[derive(Clone, Debug, Default, Args)]
pub struct ThemeArgs {
    /// Colours for a dark or a light ground; `auto` asks the terminal [default: auto]
    #[arg(long, value_name = "GROUND", hide_possible_values = true, hide_short_help = true)]
    pub theme: Option<Theme>,
}
