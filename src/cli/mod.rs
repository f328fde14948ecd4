//! The command line: what is typed becomes a run, what happens becomes words and an exit code.

mod args;
mod check;
mod clean;
mod exit;
pub mod messages;
mod record;
mod session;
mod settings;

use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches};

use args::{Cli, Command, When};
use exit::Exit;

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
        _ => Ok(Exit::Failed),
    }
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
