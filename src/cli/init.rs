//! `dehusk init` and `dehusk config`: a commented sample, and the settings that hold.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write, stdout};
use std::path::Path;

use anstyle::Style;
use anyhow::Result;

use super::args::{ConfigArgs, InitArgs};
use super::exit::Exit;
use super::messages::{self, Trouble, nearest};
use super::settings::{KEYS, Layers, Typed};
use crate::source::show;

const QUIET: Style = Style::new().dimmed();

/// Writes the sample.
pub fn init(args: &InitArgs) -> Result<Exit> {
    let folder = args.folder.as_deref().unwrap_or(Path::new("."));
    let path = folder.join("dehusk.toml");
    let made = OpenOptions::new().write(true).create_new(true).open(&path);
    let mut file = made.map_err(|e| match e.kind() {
        io::ErrorKind::AlreadyExists => {
            Trouble::new(format!("{} exists already", show(&path))).help("`dehusk config` shows what holds here")
        }
        _ => Trouble::new(format!("{} cannot be written", show(&path))).at(crate::source::say(&e)),
    })?;
    file.write_all(sample().as_bytes())?;
    if !args.common.quiet {
        messages::note(&format!("wrote {}: every setting is there, commented out", show(&path)));
    }
    Ok(Exit::Done)
}

/// Every key with its default, commented out.
pub fn sample() -> String {
    let mut text = String::from(
        "# Settings of dehusk for this folder and those below it.\n\
         # Every key is a flag of the same name; flags win. `dehusk config` shows what holds and why.\n",
    );
    for key in KEYS {
        text.push_str(&format!("\n# {}\n# {} = {}\n", key.about.trim(), key.name, key.default));
    }
    text
}

/// Shows the settings that hold.
pub fn config(args: &ConfigArgs) -> Result<Exit> {
    let layers = Layers::read(&args.common, args.common.typed())?;
    super::colour(layers.settings().color);
    if let Some(wanted) = &args.key
        && !KEYS.iter().any(|key| key.name == wanted)
    {
        let near = nearest(wanted, KEYS.iter().map(|key| key.name)).map(|near| format!("did you mean `{near}`?"));
        return Err(Trouble::new(format!("no such key: `{wanted}`")).maybe(near).help("`dehusk config` lists all keys").into());
    }
    let mut out = BufWriter::new(anstream::AutoStream::auto(stdout().lock()));
    let tables = layers.0.iter().map(|(origin, settings)| Ok((origin, serde_json::to_value(settings)?)));
    let tables: Vec<_> = tables.collect::<Result<_>>()?;
    for key in KEYS.iter().filter(|key| key.name != "extend" && args.key.as_ref().is_none_or(|wanted| wanted == key.name)) {
        // JSON and TOML write these values alike: strings, numbers, switches and lists of strings.
        let set = tables.iter().find_map(|(origin, table)| Some((origin.as_str(), table.get(key.name)?)));
        let (value, origin) = match set {
            Some((origin, value)) => (value.to_string(), origin),
            None if key.name == "threads" => ("one a core".to_owned(), "default"),
            None => (key.default.to_owned(), "default"),
        };
        writeln!(out, "{:<15} = {value:<32} {QUIET}# {origin}{QUIET:#}", key.name)?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::super::settings::Settings;
    use super::*;

    #[test]
    fn the_sample_is_a_configuration_and_names_every_key() {
        let off: Settings = toml::from_str(&sample()).unwrap();
        assert!(off.select.is_none());
        let uncommented: String =
            sample().lines().filter_map(|l| l.strip_prefix("# ").filter(|l| l.contains(" = "))).map(|l| format!("{l}\n")).collect();
        let on: Settings = toml::from_str(&uncommented).unwrap();
        assert_eq!((on.context, on.hidden), (Some(2), Some(false)));
        assert_eq!(serde_json::to_value(&on).unwrap().as_object().unwrap().len(), KEYS.len());
    }
}
