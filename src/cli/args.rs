//! What can be typed. Parsing does nothing: it only says what was asked for.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use dehusk::Confidence;
use serde::{Deserialize, Serialize};

use crate::source::Choice;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const TOP: &str = "\
{about}

{usage-heading} dehusk COMMAND [OPTIONS] [PATH]...
       dehusk [OPTIONS] PATH...    short for `dehusk diff --summary=only`

Commands:
{subcommands}

Options:
  -h, --help     Print help (see more with '--help')
  -V, --version  Print version{after-help}";

/// Takes scraping residue off extracted text and shows every byte it took.
///
/// Comment forms, share rows, promos, cookie notices and the like go; the piece itself stays. Every removal names its
/// rule and can be put back.
#[derive(Debug, Parser)]
#[command(
    name = "dehusk", version, styles = STYLES, help_template = TOP, max_term_width = 100,
    args_conflicts_with_subcommands = true, disable_help_subcommand = true, subcommand_help_heading = "Commands",
    after_help = "\
Examples:
  dehusk diff crawl/                   look: what would go, and why
  dehusk clean crawl/ --out cleaned/   write a cleaned copy of the folder
  cat page.txt | dehusk clean          filter one text

`dehusk COMMAND -h` lists the options of a command, `--help` explains them all.
Exit codes: 0 done, 1 residue found or a test failed, 2 error, 130 interrupted."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Without a command: what to summarise.
    #[command(flatten)]
    pub bare: DiffArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    Clean(CleanArgs),
    Diff(DiffArgs),
    #[cfg(feature = "review")]
    Review(ReviewArgs),
    Check(CheckArgs),
    Explain(ExplainArgs),
    Report(ReportArgs),
    Restore(RestoreArgs),
    Rules(RulesArgs),
    Test(TestArgs),
    Init(InitArgs),
    Config(ConfigArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

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

    /// How files are encoded: `auto`, or a name such as utf-8, utf-16le, windows-1252, shift_jis [default: auto]
    ///
    /// `auto` goes by byte order mark, then tries UTF-8, then judges by look. A text is cleaned only if writing it back
    /// gives the same bytes.
    #[arg(long, value_name = "ENC")]
    pub encoding: Option<Choice>,

    /// What files hold: `auto` goes by their names, `text` reads every file as plain text [default: auto]
    ///
    /// With `auto`, files of folders whose names say that they hold records, markup or archives (.json, .csv, .html, .gz …)
    /// are left alone.
    #[arg(long, value_name = "FMT", hide_possible_values = true, hide_short_help = true)]
    pub from: Option<From>,

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

    /// Follow what was decided in a review: a file that `dehusk review` or a report has written
    ///
    /// What was kept stays, whatever the rules say; what was accepted goes, whatever --min-confidence says.
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

/// Removes residue from texts
///
/// One text goes to standard output. A folder or several files need --out or --in-place: nothing is overwritten unless
/// asked for in so many words.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dehusk clean page.txt                   the cleaned text on standard output
  cat page.txt | dehusk clean             the same, as a filter
  dehusk clean crawl/ --out cleaned/      a cleaned copy of a folder
  dehusk clean crawl/ --in-place          replace the files; `dehusk restore` puts them back")]
pub struct CleanArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub rules: RuleArgs,
    #[command(flatten)]
    pub run: RunArgs,
}

/// Where cleaned texts go.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Write cleaned copies below DIR, under the same relative paths; files that need no cleaning are copied as they are
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// Replace the files, each at once or not at all, and log what went
    #[arg(long, conflicts_with = "out")]
    pub in_place: bool,

    /// Append what was removed to FILE, as JSON Lines (.jsonl, .jsonl.zst)
    /// [default with --in-place: dehusk.removals.jsonl.zst]
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,

    /// Let --out replace files that exist
    #[arg(long)]
    pub overwrite: bool,
}

/// Shows what would go, with rule and context; writes nothing
///
/// Exits with 0 like `git diff`, with 1 under --exit-code where there is something to remove.
#[derive(Debug, Default, Args)]
#[command(after_help = "\
Examples:
  dehusk diff crawl/                          every cut in its context, then a summary by rule
  dehusk diff crawl/ --by rule -s related     the cuts of some rules, grouped by text
  dehusk diff crawl/ --pack my.toml --against builtin     what my pack adds
  dehusk diff crawl/ --format unified         a patch
  dehusk diff crawl/ --summary=only           only the summary")]
pub struct DiffArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub rules: RuleArgs,
    #[command(flatten)]
    pub view: ViewArgs,
    #[command(flatten)]
    pub run: RunArgs,
}

/// How removals are shown.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct ViewArgs {
    /// human, short (one line a removal), unified (a patch) or json (JSON Lines) [default: human]
    #[arg(long, value_name = "FMT", hide_possible_values = true)]
    pub format: Option<DiffFormat>,

    /// Lines around a removal [default: 2]
    #[arg(short = 'U', long, value_name = "N")]
    pub context: Option<usize>,

    /// The summary by rule: off, short, full; only is full and nothing else [default: short]
    #[arg(long, value_name = "HOW", hide_possible_values = true, num_args = 0..=1, require_equals = true, default_missing_value = "only")]
    pub summary: Option<SummaryKind>,

    /// Show long removals and long lists whole
    #[arg(short, long)]
    pub all: bool,

    /// Group all cuts by `rule` and text, or by `site` and rule, instead of by document
    #[arg(long, value_name = "WHAT", hide_possible_values = true)]
    pub by: Option<By>,

    /// Show only what another run or pack answers otherwise: a removal log, a pack, or `builtin`
    ///
    /// A log is one of `clean --log` or `diff --format json`. A pack stands in for --pack, a folder of packs for --packs
    /// where that is given; `builtin` is a run without either.
    #[arg(long, value_name = "WHAT", conflicts_with_all = ["by", "min_loss"])]
    pub against: Option<PathBuf>,

    /// Show only documents that lose at least this much, e.g. 50%
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub min_loss: Option<f64>,

    /// Show at most N documents; the summary counts all of them
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub max_docs: Option<u64>,

    /// Exit with 1 where there is something to remove
    #[arg(long)]
    pub exit_code: bool,

    /// Columns [default: those of the terminal, 100 elsewhere]
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub width: Option<usize>,

    /// Colours for a dark or a light ground; `auto` asks the terminal [default: auto]
    #[arg(long, value_name = "GROUND", hide_possible_values = true, hide_short_help = true)]
    pub theme: Option<Theme>,

    /// Link documents to where they are: auto, always, never [default: auto]
    #[arg(long, value_name = "WHEN", hide_possible_values = true, hide_short_help = true)]
    pub hyperlinks: Option<When>,

    /// Show through a pager: auto, always, never [default: auto]
    #[arg(long, value_name = "WHEN", hide_possible_values = true, hide_short_help = true)]
    pub paging: Option<When>,
}

/// Judges what would go, group by group, on a full screen
///
/// Removals are grouped by rule and text, the riskiest first. Every decision is written down at once, by content, so that a
/// review can be left at any time and goes on where it stopped; `clean --decisions` follows it. PATH may also be a removal log.
#[cfg(feature = "review")]
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dehusk review crawl/                          decide; `?` shows the keys
  dehusk review crawl/ --min-confidence low     also what is only offered for review
  dehusk review crawl/ --sample 50              judge 50 cuts: how good is this run?
  dehusk review --import report.jsonl           take over decisions from a report
  dehusk clean crawl/ --out cleaned/ --decisions dehusk.decisions.jsonl")]
pub struct ReviewArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub rules: RuleArgs,
    #[command(flatten)]
    pub view: ReviewView,
    #[command(flatten)]
    pub run: RunArgs,
}

/// What is reviewed, and how it looks.
#[cfg(feature = "review")]
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Review")]
pub struct ReviewView {
    /// Judge N cuts drawn by chance, and end with an estimate of the precision
    #[arg(long, value_name = "N")]
    pub sample: Option<u64>,

    /// Which cuts chance draws; the same number draws the same ones
    #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true, hide_short_help = true)]
    pub seed: u64,

    /// Take over decisions from FILE, such as one that a report exports. Repeatable
    #[arg(long, value_name = "FILE")]
    pub import: Vec<PathBuf>,

    /// List decisions that match nothing in these documents
    #[arg(long)]
    pub prune: bool,

    /// Colours for a dark or a light ground; `auto` asks the terminal [default: auto]
    #[arg(long, value_name = "GROUND", hide_possible_values = true, hide_short_help = true)]
    pub theme: Option<Theme>,
}

/// Counts residue; exits with 1 where it finds any
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dehusk check corpus/                      counts by rule; exit code 1 where residue is found
  dehusk check corpus/ --format short       one line a document
  dehusk check corpus/ --exit-zero          only the report")]
pub struct CheckArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub rules: RuleArgs,
    #[command(flatten)]
    pub view: CheckView,
    #[command(flatten)]
    pub run: RunArgs,
}

/// How the counts are shown.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct CheckView {
    /// human, short (one line a document) or json [default: human]
    #[arg(long, value_name = "FMT", hide_possible_values = true)]
    pub format: Option<CheckFormat>,
}

/// Explains a rule, or why a line of a text went or stayed
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dehusk explain comments/cancel-reply   what the rule takes, where, with examples
  dehusk explain page.txt:38             why line 38 goes or stays
  dehusk explain page.txt:38:12          the same for one place of it")]
pub struct ExplainArgs {
    /// A rule, a family, or FILE:LINE[:COLUMN]
    #[arg(value_name = "ID|FILE:LINE")]
    pub what: String,

    /// How the file is encoded [default: auto]
    #[arg(long, value_name = "ENC", help_heading = "Input")]
    pub encoding: Option<Choice>,

    #[command(flatten)]
    pub rules: RuleArgs,
    #[command(flatten)]
    pub common: CommonArgs,
}

/// Writes a run as one HTML file, to look at and to decide in
///
/// The file opens from disk and needs no network: figures, the removals grouped by rule and text in their context, rules,
/// documents by what they lose. Decisions made in it are saved as a file for `dehusk clean --decisions`; with --decisions it
/// begins with earlier ones.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dehusk report crawl/ --out report.html           what would go from a folder
  dehusk report crawl/ -o report.html --min-confidence low      with what is only offered for review
  dehusk report --log removals.jsonl -o report.html             what a run has removed")]
pub struct ReportArgs {
    #[command(flatten)]
    pub input: InputArgs,

    /// Write the report to FILE, - for standard output; only an earlier report is replaced
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub out: Option<PathBuf>,

    /// Show what the last run of a removal log took, instead of reading documents
    #[arg(long, value_name = "FILE", help_heading = "Input", conflicts_with = "paths")]
    pub log: Option<PathBuf>,

    /// Carry at most this much data, e.g. 50M; beyond, groups are sampled and the page says so [default: 20M]
    #[arg(long, value_name = "SIZE", help_heading = "Output", hide_short_help = true)]
    pub max_size: Option<Size>,

    #[command(flatten)]
    pub rules: RuleArgs,
    #[command(flatten)]
    pub run: RunArgs,
}

/// Puts removed text back, from the log and the cleaned texts
///
/// Every text is checked twice by its hash: that it is the cleaned text of the log, and that the result is the original.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dehusk restore dehusk.removals.jsonl.zst --in-place            undo `dehusk clean --in-place`
  dehusk restore log.jsonl cleaned/ --out original/              rebuild the originals elsewhere
  dehusk restore log.jsonl --run 01K9… --in-place                undo one run of several")]
pub struct RestoreArgs {
    /// The removal log
    #[arg(value_name = "LOG")]
    pub log: PathBuf,

    /// The folder of the cleaned texts, or some of its files [default: where the run left them]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Replace the cleaned texts
    #[arg(long, help_heading = "Output", required_unless_present = "out", conflicts_with = "out")]
    pub in_place: bool,

    /// Write the originals below DIR
    #[arg(short, long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,

    /// Let --out replace files that exist
    #[arg(long, help_heading = "Output")]
    pub overwrite: bool,

    /// Undo this run only [default: all runs on the folder of the last one]
    #[arg(long, value_name = "ID", help_heading = "Run")]
    pub run: Option<String>,

    #[command(flatten)]
    pub common: CommonArgs,
}

/// Lists the rules
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dehusk rules                       every rule, by family
  dehusk rules comments share        two families
  dehusk rules --why related/list    what a rule could cost, and what holds it back
  dehusk rules --format json         for programs")]
pub struct RulesArgs {
    /// Families, rules, @packs or :languages [default: all]
    #[arg(value_name = "SEL")]
    pub selectors: Vec<String>,

    /// Say why a rule is there, what it could cost and what keeps it from doing so
    #[arg(long, value_name = "ID")]
    pub why: Option<String>,

    /// human or json [default: human]
    #[arg(long, value_name = "FMT", hide_possible_values = true)]
    pub format: Option<ListFormat>,

    #[command(flatten)]
    pub rules: RuleArgs,
    #[command(flatten)]
    pub common: CommonArgs,
}

/// Runs the examples that packs carry
///
/// Every example is run together with all other rules, then over its own result, which must not change again. Rules of weight
/// 3 are also run without the others: they may cut nothing outside of the marks. Constraints that no example needs are named,
/// and rules that are not written as they should be.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dehusk test                    the built-in packs
  dehusk test patterns/          a folder of packs
  dehusk test my-pack.toml       the examples of one file, with the built-in rules around them")]
pub struct TestArgs {
    /// Packs: files or folders [default: the built-in ones]
    #[arg(value_name = "PACK")]
    pub packs: Vec<PathBuf>,

    /// Only problems of these rules or families (comma or repeat)
    #[arg(short, long, value_name = "SEL", value_delimiter = ',')]
    pub select: Vec<String>,

    #[command(flatten)]
    pub common: CommonArgs,
}

/// Writes a commented dehusk.toml
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The folder [default: the working directory]
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,

    #[command(flatten)]
    pub common: CommonArgs,
}

/// Shows the settings that hold here, and where each comes from
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// Only this key
    #[arg(value_name = "KEY")]
    pub key: Option<String>,

    #[command(flatten)]
    pub common: CommonArgs,
}

/// Writes completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dehusk completions bash > ~/.local/share/bash-completion/completions/dehusk
  dehusk completions zsh > ~/.zfunc/_dehusk
  dehusk completions fish > ~/.config/fish/completions/dehusk.fish")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// Writes the manual page
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dehusk man | man -l -
  dehusk man clean > dehusk-clean.1")]
pub struct ManArgs {
    /// The page of this command [default: of dehusk]
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// What files hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum From {
    /// Judged by name.
    Auto,
    /// Plain text.
    Text,
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

/// Forms of `rules`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
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
            "k" | "K" | "KiB" => Some(1 << 10),
            "m" | "M" | "MiB" => Some(1 << 20),
            "g" | "G" | "GiB" => Some(1 << 30),
            _ => None,
        };
        let bytes = digits.parse::<u64>().ok().zip(unit).and_then(|(number, unit)| number.checked_mul(unit));
        let bytes = bytes.ok_or_else(|| format!("no size: `{text}`; write bytes, or a number with k, M or G, such as 64M"))?;
        Ok(Size { bytes, written: text.to_owned() })
    }
}

fn domain(text: &str) -> Result<String, String> {
    let good = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'));
    if good { Ok(text.to_lowercase()) } else { Err("write a domain such as example.com".into()) }
}

fn share(text: &str) -> Result<f64, String> {
    let (number, whole) = match text.strip_suffix('%') {
        Some(number) => (number, 100.0),
        None => (text, 1.0),
    };
    match number.trim().parse::<f64>() {
        Ok(n) if (0.0..=whole).contains(&n) => Ok(n / whole),
        _ => Err("write a share such as 50% or 0.5".into()),
    }
}
