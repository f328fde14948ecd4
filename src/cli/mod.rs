//! The command line: what is typed becomes a run, what happens becomes words and an exit code.

mod against;
mod args;
mod attributes;
mod check;
mod choices;
mod clean;
mod diff;
mod exit;
mod explain;
mod init;
mod inputs;
mod journal;
mod last_run;
mod logged;
mod manifest;
pub mod messages;
mod new;
mod packfile;
mod pages;
mod pair;
mod record;
mod records;
mod report;
mod restore;
mod restore_records;
#[cfg(feature = "review")]
mod review;
mod rules;
mod session;
mod settings;
mod stats;
mod test;
mod view;
mod watch;

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches};

use args::{Cli, Command, When};
use exit::Exit;
use messages::Trouble;

/// Runs what was typed.
pub fn main() -> ExitCode {
    // A panic is a bug in one document: it is reported with that document, not as a page of its own.
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        std::panic::set_hook(Box::new(|_| {}));
    }
    let matches = match Cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(e) => {
            let code = e.exit_code();
            // Help on a closed pipe is no error.
            let _ = e.print();
            return ExitCode::from(u8::try_from(code).unwrap_or(2));
        }
    };
    let result = Cli::from_arg_matches(&matches).map_err(anyhow::Error::from).and_then(run);
    match result {
        Ok(exit) => exit.into(),
        Err(e) if broken_pipe(&e) => Exit::Done.into(),
        Err(e) => {
            messages::error(&e);
            Exit::Failed.into()
        }
    }
}

fn run(cli: Cli) -> Result<Exit> {
    match cli.command {
        Some(Command::Clean(args)) => clean::run(&args),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::Diff(args)) => diff::run(&args),
        Some(Command::Stats(args)) => stats::run(&args),
        #[cfg(feature = "review")]
        Some(Command::Review(args)) => review::run(&args),
        Some(Command::Explain(args)) => explain::run(&args),
        Some(Command::Report(args)) => report::run(&args),
        Some(Command::Test(args)) => test::run(&args),
        None => bare(cli.bare),
        Some(Command::Restore(args)) => restore::run(&args),
        Some(Command::Rules(args)) => rules::run(&args),
        Some(Command::New(args)) => new::run(&args),
        Some(Command::Init(args)) => init::init(&args),
        Some(Command::Config(args)) => init::config(&args),
        Some(Command::Completions(args)) => pages::completions(&args),
        Some(Command::Man(args)) => pages::man(&args),
    }
}

/// `dehusk PATH…`: the summary of `dehusk diff`, which is safe and useful.
fn bare(mut args: args::DiffArgs) -> Result<Exit> {
    let first = args.input.paths.first().filter(|path| !path.exists()).and_then(|path| path.to_str());
    if let Some(word) = first.filter(|word| *word != "-") {
        let commands: Vec<String> = Cli::command().get_subcommands().map(|c| c.get_name().to_owned()).collect();
        let near = messages::nearest(word, commands.iter().map(String::as_str)).map(|near| format!("did you mean `dehusk {near}`?"));
        let alone = args.input.paths.len() == 1;
        if near.is_some() || alone {
            let title = format!("no such command, file or folder: `{word}`");
            return Err(Trouble::new(title).maybe(near).help("`dehusk -h` lists the commands").into());
        }
    }
    if args.input.paths.is_empty() && args.input.files_from.is_none() && std::io::stdin().is_terminal() {
        Cli::command().print_help()?;
        return Ok(Exit::Failed);
    }
    args.view.summary.get_or_insert(args::SummaryKind::Only);
    diff::run(&args)
}

/// Makes everything that is printed follow `--color`.
pub fn colour(when: Option<When>) {
    match when.unwrap_or_default() {
        When::Auto => {}
        When::Always => anstream::ColorChoice::Always.write_global(),
        When::Never => anstream::ColorChoice::Never.write_global(),
    }
}

/// True where whoever read our output has seen enough.
fn broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe))
}
