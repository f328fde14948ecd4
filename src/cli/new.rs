//! `dehusk new`: the beginning of a rule, a language or a site, that `dehusk test` passes as it stands.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use dehusk::Packs;

use super::args::{NewArgs, NewKind};
use super::exit::Exit;
use super::messages::{self, Trouble, typed};
use crate::source::{say, show};

/// Phrases of another language that a slot shows.
const SHOWN: usize = 4;

/// Runs the command.
pub fn run(args: &NewArgs) -> Result<Exit> {
    let name = args.name.as_str();
    let (path, text) = match args.what {
        NewKind::Rule => (args.file.clone().unwrap_or_else(|| "my-pack.toml".into()), rule(name)?),
        NewKind::Language => (args.file.clone().unwrap_or_else(|| format!("languages/{name}.toml").into()), language(name)?),
        NewKind::Site => (args.file.clone().unwrap_or_else(|| format!("sites/{name}.toml").into()), site(name)?),
    };
    write(&path, &text, args.what == NewKind::Rule)?;
    if !args.common.quiet {
        messages::note(&format!("wrote {}: fill it in, then", show(&path)));
        messages::aside(&format!("dehusk test {}", typed(&path)));
        let site = if args.what == NewKind::Site { format!(" --site {name}") } else { String::new() };
        messages::aside(&format!("dehusk diff crawl/ --pack {}{site} --watch", typed(&path)));
    }
    Ok(Exit::Done)
}

/// Writes a new file; a rule is added to the rules that are there.
fn write(path: &Path, text: &str, append: bool) -> Result<()> {
    let trouble = |e: std::io::Error| Trouble::new(format!("{} cannot be written", show(path))).at(say(&e));
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(trouble)?;
    }
    if path.exists() && !append {
        return Err(Trouble::new(format!("{} exists already", show(path))).help("name another FILE").into());
    }
    let old = if path.exists() { fs::read_to_string(path).map_err(trouble)? } else { String::new() };
    let id = text.lines().find(|line| line.starts_with("id ")).unwrap_or_default();
    if !id.is_empty() && old.lines().any(|line| line.split_whitespace().eq(id.split_whitespace())) {
        return Err(Trouble::new(format!("{} has this rule already", show(path))).into());
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(trouble)?;
    let glue = match old.as_str() {
        "" => "# What each field means: https://docs.rs/dehusk, or patterns/README.md of the project.\n\n",
        old if old.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    file.write_all(format!("{glue}{text}").as_bytes()).map_err(trouble)?;
    Ok(())
}

fn rule(id: &str) -> Result<String, Trouble> {
    let word = |w: &str| !w.is_empty() && w.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !id.split_once('/').is_some_and(|(family, name)| word(family) && word(name)) {
        return Err(
            Trouble::new(format!("`{id}` is no name of a rule")).help("family/name in small letters, such as newsletter/our-letter")
        );
    }
    Ok(body(id, "The words that the page prints"))
}

fn body(id: &str, phrase: &str) -> String {
    format!(
        "[[rule]]
id         = \"{id}\"
scope      = \"line\"            # span, line, block, head, tail or pair: what goes with the words
confidence = \"medium\"          # high: no author writes this; medium: with care; low: only on request
summary    = \"What goes, in one line\"
risk       = \"What good text could be lost with it\"
# What the page prints, with holes for what changes: {{n}} {{date}} {{time}} {{name}} {{title}} {{url}} {{site}} {{network}}
phrases    = [\"{phrase}\"]
# Texts with the cut marked, and texts that stay: at least one of each.
removes    = ['''
The loaf keeps for three days in a linen bag.
[-{phrase}-]
''']
keeps      = ['''
The printer asked her for the words that the page prints on Sundays, and she had none left to give.
''']
"
    )
}

fn site(domain: &str) -> Result<String, Trouble> {
    if domain.is_empty() || !domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.')) {
        return Err(Trouble::new(format!("`{domain}` is no domain")).help("such as example.com"));
    }
    let family: String = domain.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    Ok(format!(
        "# Rules of {domain}. They run with `--site {domain}`, for the sites below it too, and never without.\n\n{}",
        body(&format!("{}/stamp", family.trim_matches('-')), "The words that the page prints")
    ))
}

fn language(code: &str) -> Result<String, Trouble> {
    if !(2..=8).contains(&code.len()) || !code.chars().all(|c| c.is_ascii_lowercase() || c == '-') {
        return Err(Trouble::new(format!("`{code}` is no code of a language")).help("two or three small letters, such as eo"));
    }
    let mut text = format!(
        "# Words of a language, slot by slot: what software prints, as it prints it. Name the software in a comment.
# A slot that nobody has seen on a page stays out.

[language]
code     = \"{code}\"
name     = \"{code}\"
common   = []     # 15 to 40 function words: short words are only trusted in a text of this language
months   = []     # all spellings that stand in dates
weekdays = []

[slots]
"
    );
    let slots = Packs::builtin().phrases("en");
    for (slot, phrases) in &slots {
        let shown: Vec<String> = phrases.iter().take(SHOWN).map(|p| format!("{p:?}")).collect();
        let more = if phrases.len() > SHOWN { ", …" } else { "" };
        let _ = writeln!(text, "# {slot} = []    # en: {}{more}", shown.join(", "));
    }
    text.push_str(
        "
# For each family with words above, without the signs at the left: a whole block as the software prints it, and a sentence that stays.
# [[example]]
# family  = \"comments\"
# removes = '''
# A line of the piece.
# [-What goes-]
# '''
",
    );
    Ok(text)
}
