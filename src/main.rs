//! The `dehusk` command.

use std::process::ExitCode;

mod cli;
mod run;
mod sink;
mod source;

fn main() -> ExitCode {
    cli::main()
}
