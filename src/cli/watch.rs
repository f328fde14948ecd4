//! `diff --watch`: writing a rule as a conversation. Files are looked at by the clock: that works on every disk, also over a
//! network, and a pack is a handful of files.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use anyhow::Result;

use super::args::{DiffArgs, When};
use super::exit::Exit;
use super::messages::{self, Trouble, counted};
use super::settings::{Layers, Settings, Typed};
use crate::run;

/// How often files are looked at.
const PAUSE: Duration = Duration::from_millis(250);

/// When each file was changed, and how long it is; nothing for one that is not there.
type Stamps = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Shows the diff, and shows it again whenever something it depends on has changed.
pub fn run(args: &DiffArgs) -> Result<Exit> {
    let mut args = args.clone();
    args.view.paging = Some(When::Never);
    if args.input.paths.iter().any(|path| path.as_os_str() == "-") || (args.input.paths.is_empty() && args.input.files_from.is_none()) {
        return Err(Trouble::new("--watch reads its texts again and again: standard input cannot be")
            .help("dehusk diff FILE… --watch")
            .into());
    }
    run::watch();
    loop {
        // A configuration that is broken at the moment is told of, and waited for.
        let settings = Layers::read(&args.run.common, args.rules.typed()).map(|layers| layers.settings());
        let stamps = settings.as_ref().map(|settings| stamps(settings, &args)).unwrap_or_default();
        if stdout().is_terminal() {
            write!(stdout(), "\x1b[H\x1b[2J\x1b[3J")?;
            stdout().flush()?;
        }
        let shown = settings.as_ref().map(|_| ()).map_err(|e| anyhow::anyhow!("{e}")).and_then(|()| super::diff::once(&args));
        match shown {
            Ok(Exit::Interrupted) => return Ok(Exit::Done),
            Ok(_) => {}
            Err(e) => messages::error(&e),
        }
        stdout().flush()?;
        messages::aside(&format!("watching {}; Ctrl-C ends", counted(stamps.len() as u64, "file", "files")));
        loop {
            if run::interrupted() {
                return Ok(Exit::Done);
            }
            sleep(PAUSE);
            let settings = Layers::read(&args.run.common, args.rules.typed()).map(|layers| layers.settings());
            if settings.map(|settings| self::stamps(&settings, &args)).unwrap_or_default() != stamps {
                break;
            }
        }
    }
}

fn stamps(settings: &Settings, args: &DiffArgs) -> Stamps {
    let mut stamps = Stamps::new();
    let packs = settings.pack.iter().flatten().chain(&settings.packs).chain(&settings.decisions).chain(&args.view.against);
    for path in packs.filter(|path| !path.as_os_str().is_empty()) {
        look(path, true, &mut stamps);
    }
    // Of folders only their packs: a crawl is too large to be looked at four times a second.
    args.input.paths.iter().filter(|path| path.is_file()).for_each(|path| look(path, false, &mut stamps));
    stamps
}

fn look(path: &Path, folders: bool, stamps: &mut Stamps) {
    if folders && path.is_dir() {
        for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() || path.extension().is_some_and(|e| e == "toml") {
                look(&path, true, stamps);
            }
        }
        return;
    }
    let stamp = std::fs::metadata(path).ok().and_then(|file| Some((file.modified().ok()?, file.len())));
    stamps.insert(path.to_owned(), stamp);
}
