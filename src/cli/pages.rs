//! `dehusk completions` and `dehusk man`, made from the same definitions as the help.

use std::io::{Write, stdout};

use anyhow::Result;
use clap::{Command, CommandFactory};

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::exit::Exit;
use super::messages::{Trouble, nearest};

/// Writes completions.
pub fn completions(args: &CompletionsArgs) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "dehusk", &mut script);
    stdout().write_all(&script)?;
    Ok(Exit::Done)
}

/// Writes a manual page.
pub fn man(args: &ManArgs) -> Result<Exit> {
    let mut all = Cli::command();
    all.build();
    let page = match &args.command {
        None => all,
        Some(name) => {
            let names: Vec<&str> = all.get_subcommands().map(Command::get_name).collect();
            let near = nearest(name, names).map(|near| format!("did you mean `{near}`?"));
            match all.find_subcommand(name) {
                Some(found) => found.clone(),
                None => return Err(Trouble::new(format!("no such command: `{name}`")).maybe(near).into()),
            }
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    stdout().write_all(&text)?;
    Ok(Exit::Done)
}
