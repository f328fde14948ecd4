//! `dehusk completions` and `dehusk man`, made from the same definitions as the help.

use std::collections::BTreeSet;
use std::io::{Write, stdout};

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory};
use dehusk::{Cleaner, Confidence};

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::exit::Exit;
use super::messages::{Trouble, nearest};

/// Writes completions.
pub fn completions(args: &CompletionsArgs) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut with_rules(Cli::command()), "dehusk", &mut script);
    stdout().write_all(&script)?;
    Ok(Exit::Done)
}

/// The command, with the families, rules and languages of the built-in packs as values to choose from.
fn with_rules(mut command: Command) -> Command {
    let cleaner = Cleaner::builder().preview(true).min_confidence(Confidence::Low).build();
    let rules = cleaner.as_ref().map(Cleaner::rules).unwrap_or_default();
    // Completion is the last thing this process does: its words may live as long as it does.
    let kept = |words: BTreeSet<String>| words.into_iter().map(|word| &*word.leak()).collect::<Vec<&'static str>>();
    let ids = kept(rules.iter().flat_map(|rule| [rule.family.clone(), rule.id.clone()]).collect());
    let languages = kept(rules.iter().flat_map(|rule| rule.languages.clone()).collect());
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, |sub| {
            sub.mut_args(|arg| match arg.get_id().as_str() {
                "select" | "ignore" | "extend_select" | "selectors" | "why" => arg.value_parser(PossibleValuesParser::new(&ids)),
                "lang" => arg.value_parser(PossibleValuesParser::new(&languages)),
                _ => arg,
            })
        });
    }
    command
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
