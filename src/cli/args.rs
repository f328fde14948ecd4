//! What can be typed. Parsing does nothing: it only says what was asked for.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub use super::choices::*;
pub use super::inputs::*;
use crate::source::Packing;

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
    Stats(StatsArgs),
    Explain(ExplainArgs),
    Report(ReportArgs),
    Restore(RestoreArgs),
    Rules(RulesArgs),
    Test(TestArgs),
    New(NewArgs),
    Init(InitArgs),
    Config(ConfigArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
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

    /// Let files that need no cleaning be the originals themselves below --out (hard links), where the disk can do that
    #[arg(long, requires = "out", hide_short_help = true)]
    pub link: bool,

    /// Compress what is written: none, gzip, zstd, bzip2, xz [default: as the input was]
    #[arg(long, value_name = "HOW", hide_possible_values = true, conflicts_with = "in_place", hide_short_help = true)]
    pub compress: Option<Packing>,

    /// What datasets are written as: `same`, or `jsonl`, a line for each text with its id, url and language [default: same]
    #[arg(long, value_name = "FMT", hide_possible_values = true, hide_short_help = true, conflicts_with_all = ["in_place", "log", "attributes"])]
    pub to: Option<To>,

    /// Write what would go below DIR, as span attributes of the dolma toolkit; JSON Lines only
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    pub attributes: Option<PathBuf>,

    /// Add two columns to Parquet files: dehusk_removed_bytes, and dehusk_rules, a list of the rules that took them
    #[arg(long, hide_short_help = true, conflicts_with = "to")]
    pub add_columns: bool,

    /// Go on with a run that was interrupted: files that are complete are not done again, nor is what was done of a large one
    #[arg(long)]
    pub resume: bool,

    /// Keep a list of complete files, with hashes, in FILE
    /// [default with --resume: .dehusk-manifest.jsonl in the output folder, or beside the log]
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub manifest: Option<PathBuf>,
}

/// Shows what would go, with rule and context; writes nothing
///
/// Exits with 0 like `git diff`, with 1 under --exit-code where there is something to remove.
///
/// Two results are compared where both are named: two logs, or two output folders of one crawl, are two runs; two packs before
/// the texts are two versions. Shown is what goes now and stayed before, and what went before and stays now.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  dehusk diff crawl/                          every cut in its context, then a summary by rule
  dehusk diff crawl/ --by rule -s related     the cuts of some rules, grouped by text
  dehusk diff old.jsonl new.jsonl             two runs, by their logs or output folders
  dehusk diff old.toml new.toml crawl/        two versions of a pack
  dehusk diff crawl/ --pack my.toml --watch   again whenever my pack changes
  dehusk diff crawl/ --format unified         a patch")]
pub struct DiffArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub sample: SampleArgs,
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

    /// Group all cuts by `rule` and text, or by `site` and rule
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

    /// Run again after each change of a pack, until Ctrl-C
    ///
    /// Also of the decisions and of files that are named; not of the files of a folder.
    #[arg(long, conflicts_with = "exit_code")]
    pub watch: bool,

    /// Columns [default: those of the terminal, 100 elsewhere]
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub width: Option<usize>,

    #[command(flatten)]
    pub ground: ThemeArgs,

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

    #[command(flatten)]
    pub ground: ThemeArgs,
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
    pub sample: SampleArgs,
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

/// Counts what goes, by rule, family, language and site
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dehusk stats crawl/                             what would go
  dehusk stats dehusk.removals.jsonl.zst          what went, from a log
  dehusk stats news.jsonl.zst --by site --format csv > sites.csv")]
pub struct StatsArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub sample: SampleArgs,
    #[command(flatten)]
    pub rules: RuleArgs,

    /// rule, family, language, site (comma or repeat) [default: all]
    #[arg(long, value_name = "WHAT", value_delimiter = ',', hide_possible_values = true, help_heading = "Output")]
    pub by: Vec<StatsBy>,

    /// text, json or csv [default: text]
    #[arg(long, value_name = "FMT", hide_possible_values = true, help_heading = "Output")]
    pub format: Option<StatsFormat>,

    #[command(flatten)]
    pub run: RunArgs,
}

/// Explains a rule, or why a line of a text went or stayed
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dehusk explain comments/cancel-reply   what the rule takes, where, with examples
  dehusk explain page.txt:38             why line 38 goes or stays
  dehusk explain page.txt:38:12          the same for one place of it
  dehusk explain news.jsonl:118          what goes from record 118, and why")]
pub struct ExplainArgs {
    /// A rule, a family, FILE:LINE[:COLUMN], or FILE:RECORD[:LINE[:COLUMN]] of a dataset
    #[arg(value_name = "ID|FILE:LINE")]
    pub what: String,

    #[command(flatten)]
    pub texts: TextArgs,
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

    /// Offer to write examples anew with the cuts that are made now
    #[arg(long)]
    pub interactive: bool,

    /// Only problems of these rules or families (comma or repeat)
    #[arg(short, long, value_name = "SEL", value_delimiter = ',')]
    pub select: Vec<String>,

    #[command(flatten)]
    pub common: CommonArgs,
}

/// Writes the beginning of a rule, a language or a site, to be filled in
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dehusk new rule newsletter/our-letter       a rule in my-pack.toml
  dehusk new language eo                      languages/eo.toml: every slot, with the English words
  dehusk new site example.com                 sites/example.com.toml
  dehusk test my-pack.toml                    tries what you have written
  dehusk diff crawl/ --pack my-pack.toml --watch    shows what it does, again after each change")]
pub struct NewArgs {
    /// rule, language or site
    #[arg(value_name = "WHAT", hide_possible_values = true)]
    pub what: NewKind,

    /// The rule (family/name), the code of the language, the domain of the site
    #[arg(value_name = "NAME")]
    pub name: String,

    /// The file [default: my-pack.toml, languages/CODE.toml, sites/DOMAIN.toml]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    #[command(flatten)]
    pub common: CommonArgs,
}

/// What `new` begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum NewKind {
    /// A rule.
    Rule,
    /// Words of a language.
    Language,
    /// Rules of a site.
    Site,
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
