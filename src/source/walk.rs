//! From paths to documents: which files are read, under which name, in which order.
//!
//! Files come in a stable order, whatever the number of threads: paths as they were given, folders sorted by name.
//! `.gitignore` is not honoured unless asked for: data folders are usually ignored by git and would vanish in silence.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::FileType;
use std::io;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};
use dehusk::diff::site_of;
use ignore::overrides::{Override, OverrideBuilder};
use ignore::{DirEntry, WalkBuilder};

use super::container::Record;
use super::list::{self, List, Step};
use super::packing::Packing;
use crate::cli::messages::Failure;

/// The name of our own ignore files, in gitignore's syntax.
pub(super) const IGNORE_FILE: &str = ".dehuskignore";

/// Files whose names say that they hold markup or archives: line by line cleaning would break them.
const NOT_PLAIN: &[&str] = &["arrow", "html", "htm", "xhtml", "xml", "toml", "yaml", "yml", "zip", "pdf"];

/// One file (or standard input) that is to be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// Where it is; `None` is standard input.
    pub path: Option<PathBuf>,
    /// How messages call it: as the user would type it.
    pub name: String,
    /// Its place below the output folder, and its name in the removal log.
    pub place: PathBuf,
    /// Found in a folder rather than named by the user.
    pub walked: bool,
    /// Which record of the file it is; a file that is one text has none.
    pub record: Option<Box<Record>>,
}

impl Entry {
    /// The file, as the user would type it; `-` is standard input.
    pub fn file(&self) -> String {
        self.path.as_deref().map_or_else(|| "-".into(), show)
    }

    /// The site it comes from: that of the page's address, else that of the path.
    pub fn site(&self) -> &str {
        let url = self.record.as_deref().and_then(|record| record.url.as_deref());
        site_of(url.unwrap_or(&self.name))
    }
}

/// What a walk yields.
#[derive(Debug)]
pub enum Found {
    /// A document to read.
    Document(Entry),
    /// A file that is left alone, and why.
    Left(Entry, String),
    /// Something that could not be read.
    Failed(Failure),
}

impl Found {
    /// What messages call it.
    pub fn name(&self) -> &str {
        match self {
            Found::Document(entry) | Found::Left(entry, _) => &entry.name,
            Found::Failed(failure) => &failure.name,
        }
    }
}

/// A path that the user gave, looked at once.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A single file.
    File(PathBuf),
    /// A folder and everything in it.
    Folder(PathBuf),
    /// Nothing that can be read.
    Missing(PathBuf, String),
}

/// Everything the user asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Inputs(pub Vec<Input>);

/// Which files of a folder are read.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Keep only these; `!` excludes.
    pub globs: Vec<String>,
    /// Leave these out, in gitignore's syntax.
    pub exclude: Vec<String>,
    /// Read hidden files too.
    pub hidden: bool,
    /// Honour `.gitignore`.
    pub gitignore: bool,
    /// Follow symbolic links.
    pub follow: bool,
    /// Read files as text whatever their names say.
    pub any_name: bool,
    /// A file that links reach twice is read once: it is going to be replaced.
    pub once: bool,
    /// Files that belong to the run itself: its log, its configuration.
    pub own: Vec<PathBuf>,
}

impl Inputs {
    /// Looks at `paths`; the same file or folder named twice counts once.
    pub fn new(paths: &[PathBuf]) -> Inputs {
        let mut seen = HashSet::new();
        let inputs = paths.iter().filter_map(|path| {
            if path.as_os_str() == "-" {
                return seen.insert(PathBuf::from("-")).then_some(Input::Stdin);
            }
            let real = match path.canonicalize() {
                Ok(real) => real,
                Err(e) => return Some(Input::Missing(path.clone(), say(&e))),
            };
            seen.insert(real).then(|| if path.is_dir() { Input::Folder(path.clone()) } else { Input::File(path.clone()) })
        });
        Inputs(inputs.collect())
    }

    /// The folders among them.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().filter_map(|input| match input {
            Input::Folder(path) => Some(path.as_path()),
            _ => None,
        })
    }

    /// True where there is exactly one text: a file or standard input.
    pub fn single(&self) -> bool {
        matches!(self.0.as_slice(), [Input::Stdin | Input::File(_) | Input::Missing(..)])
    }

    /// The folder that the places of documents are relative to: the only folder given, else the working directory.
    pub fn base(&self) -> io::Result<PathBuf> {
        match self.0.as_slice() {
            [Input::Folder(folder)] => folder.canonicalize(),
            [Input::File(file)] => Ok(file.canonicalize()?.parent().map(Path::to_path_buf).unwrap_or_default()),
            _ => std::env::current_dir()?.canonicalize(),
        }
    }

    /// All documents, in a stable order, found while they are asked for.
    pub fn walk<'a>(&'a self, filter: &'a Filter) -> Result<impl Iterator<Item = Found> + Send + 'a> {
        self.find(filter, true)
    }

    /// The size of all documents, as far as files tell it. Folders are not listed for that: a sorted list of a million files is
    /// held once, by the run itself.
    pub fn size(&self, filter: &Filter, stop: impl Fn() -> bool) -> Option<u64> {
        // Nobody knows how long standard input is.
        if self.0.contains(&Input::Stdin) {
            return None;
        }
        let size = |found: Found| match found {
            Found::Document(entry) => entry.path.and_then(|path| std::fs::metadata(path).ok()).map(|file| file.len()),
            _ => None,
        };
        Some(self.find(filter, false).ok()?.take_while(|_| !stop()).filter_map(size).sum())
    }

    fn find<'a>(&'a self, filter: &'a Filter, sorted: bool) -> Result<impl Iterator<Item = Found> + Send + 'a> {
        let alone = self.0.len() == 1;
        let working = std::env::current_dir().and_then(|d| d.canonicalize()).context("the working directory cannot be read")?;
        let mut roots = Vec::new();
        for input in &self.0 {
            roots.push(match input {
                Input::Stdin => {
                    Root::One(Found::Document(Entry { path: None, name: "-".into(), place: "-".into(), walked: false, record: None }))
                }
                Input::Missing(path, why) => Root::One(Found::Failed(Failure::new(show(path), why.clone()))),
                Input::File(path) => Root::One(Found::Document(Entry {
                    path: Some(path.clone()),
                    name: show(path),
                    place: if alone { path.file_name().map(PathBuf::from).unwrap_or_default() } else { place(path, &working) },
                    walked: false,
                    record: None,
                })),
                Input::Folder(folder) => {
                    let below = if alone { PathBuf::new() } else { place(folder, &working) };
                    Root::Walk(walk_folder(folder, below, filter, sorted)?)
                }
            });
        }
        Ok(roots.into_iter().flatten())
    }
}

/// One path's documents.
enum Root<'a> {
    One(Found),
    Walk(Box<dyn Iterator<Item = Found> + Send + 'a>),
}

impl<'a> IntoIterator for Root<'a> {
    type Item = Found;
    type IntoIter = Box<dyn Iterator<Item = Found> + Send + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        match self {
            Root::One(found) => Box::new(std::iter::once(found)),
            Root::Walk(walk) => walk,
        }
    }
}

/// The files of a folder. Most folders have no ignore file in them or above: then they are listed without looking for what is
/// left out.
fn walk_folder<'a>(
    folder: &'a Path,
    below: PathBuf,
    filter: &'a Filter,
    sorted: bool,
) -> Result<Box<dyn Iterator<Item = Found> + Send + 'a>> {
    let globs = overrides(folder, "--glob", filter.globs.iter().cloned())?;
    let exclude = overrides(folder, "--exclude", filter.exclude.iter().map(|glob| format!("!{glob}")))?;
    let asked = filter.gitignore || filter.follow || !exclude.is_empty();
    if cfg!(not(unix)) || !sorted || asked || list::ignored_from_above(folder) {
        return Ok(Box::new(walk_ignoring(folder, folder, below, filter, sorted, exclude, globs)));
    }
    let list = List::new(folder, below.clone(), filter.hidden);
    Ok(Box::new(Listed { list, folder, below, filter, globs, exclude, inner: None }))
}

/// The files that a list leads to.
struct Listed<'a> {
    list: List,
    folder: &'a Path,
    below: PathBuf,
    filter: &'a Filter,
    globs: Override,
    exclude: Override,
    /// A folder in which an ignore file has a say.
    inner: Option<Box<dyn Iterator<Item = Found> + Send + 'a>>,
}

impl Iterator for Listed<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(inner) = &mut self.inner {
                match inner.next() {
                    Some(found) => return Some(found),
                    None => self.inner = None,
                }
            }
            match self.list.next()? {
                Step::Item(entry, file, kind) => {
                    let left_out = entry.path.as_deref().is_some_and(|path| self.globs.matched(path, false).is_ignore());
                    if let (false, Some(found)) = (left_out, judge(entry, &file, kind, self.folder, &self.below, self.filter)) {
                        return Some(found);
                    }
                }
                Step::Ignores(path) => {
                    let (exclude, globs) = (self.exclude.clone(), self.globs.clone());
                    self.inner = Some(Box::new(walk_ignoring(&path, self.folder, self.below.clone(), self.filter, true, exclude, globs)));
                }
                Step::Failed(failure) => return Some(Found::Failed(failure)),
            }
        }
    }
}

/// The files of `start`, which is `folder` or lies in it, without those that ignore files leave out.
fn walk_ignoring<'a>(
    start: &Path,
    folder: &'a Path,
    below: PathBuf,
    filter: &'a Filter,
    sorted: bool,
    exclude: Override,
    globs: Override,
) -> impl Iterator<Item = Found> + Send + 'a {
    let mut walk = WalkBuilder::new(start);
    walk.standard_filters(false)
        .hidden(!filter.hidden)
        .parents(true)
        .git_ignore(filter.gitignore)
        .git_exclude(filter.gitignore)
        .require_git(false)
        .follow_links(filter.follow)
        .overrides(exclude)
        .add_custom_ignore_filename(IGNORE_FILE);
    if sorted {
        walk.sort_by_file_name(OsStr::cmp);
    }
    walk.build().filter_map(move |step| match step {
        Ok(entry) => look(&entry, folder, &below, filter, &globs),
        Err(e) => Some(Found::Failed(failure(folder, &e))),
    })
}

fn look(entry: &DirEntry, folder: &Path, below: &Path, filter: &Filter, globs: &Override) -> Option<Found> {
    let kind = entry.file_type()?;
    // Asked here and not of the walk: a file that matches must not become visible though it is hidden.
    if kind.is_dir() || entry.depth() == 0 || globs.matched(entry.path(), false).is_ignore() {
        return None;
    }
    let path = entry.path();
    let found = Entry {
        path: Some(path.to_path_buf()),
        name: show(path),
        place: below.join(path.strip_prefix(folder).unwrap_or(path)),
        walked: true,
        record: None,
    };
    judge(found, entry.file_name(), kind, folder, below, filter)
}

/// What is done with a file (or something else that is no folder) called `name`.
fn judge(found: Entry, name: &OsStr, kind: FileType, folder: &Path, below: &Path, filter: &Filter) -> Option<Found> {
    if name.as_encoded_bytes().starts_with(b".dehusk-") {
        return None; // a manifest, or left by a run that was killed
    }
    if kind.is_symlink() {
        return Some(Found::Left(Entry { path: None, ..found }, "a symbolic link (--follow reads it)".into()));
    }
    if !kind.is_file() {
        return Some(Found::Left(Entry { path: None, ..found }, "neither file nor folder".into()));
    }
    let path = found.path.as_deref()?;
    if filter.own.iter().any(|own| Some(name) == own.file_name() && path.canonicalize().is_ok_and(|real| real == *own)) {
        return None;
    }
    if filter.once && filter.follow && reached_by_link(path, folder, &found.place, below) {
        return Some(Found::Left(Entry { path: None, ..found }, "a link to a file of the same folder".into()));
    }
    match Packing::bare_extension(Path::new(name)) {
        Some(e) if !filter.any_name && NOT_PLAIN.iter().any(|name| e.eq_ignore_ascii_case(name)) => {
            let why = format!("not plain text by its name: .{} (--from text reads it all the same)", e.to_ascii_lowercase());
            Some(Found::Left(found, why))
        }
        _ => Some(Found::Document(found)),
    }
}

/// True where links lead to a file that the walk of `folder` meets without them.
fn reached_by_link(path: &Path, folder: &Path, place: &Path, below: &Path) -> bool {
    let (Ok(real), Ok(root)) = (path.canonicalize(), folder.canonicalize()) else { return false };
    real != root.join(place.strip_prefix(below).unwrap_or(place)) && real.starts_with(root)
}

fn overrides(folder: &Path, flag: &str, globs: impl Iterator<Item = String>) -> Result<Override> {
    let mut builder = OverrideBuilder::new(folder);
    for glob in globs {
        builder.add(&glob).with_context(|| format!("{flag} {}: not a glob", glob.trim_start_matches('!')))?;
    }
    Ok(builder.build()?)
}

/// Where a path of several belongs below an output folder: as it was typed, without leaving that folder.
fn place(path: &Path, working: &Path) -> PathBuf {
    let plain = path.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
    let real = if plain { path.to_path_buf() } else { path.canonicalize().unwrap_or_else(|_| path.to_path_buf()) };
    let inside = real.strip_prefix(working).unwrap_or(&real);
    inside.components().filter(|c| matches!(c, Component::Normal(_))).collect()
}

fn failure(folder: &Path, error: &ignore::Error) -> Failure {
    match error {
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => failure(folder, err),
        ignore::Error::WithPath { path, err } => {
            let inner = failure(path, err);
            Failure::new(show(path), inner.why)
        }
        ignore::Error::Loop { ancestor, child } => {
            Failure::new(show(child), format!("a symbolic link that leads back to {}", show(ancestor)))
        }
        ignore::Error::Io(e) => Failure::new(show(folder), say(e)),
        other => Failure::new(show(folder), other.to_string()),
    }
}

/// An I/O error in plain words, without the system's number.
pub fn say(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => {
            let text = error.to_string();
            match text.rfind(" (os error ") {
                Some(at) => text[..at].to_lowercase(),
                None => text,
            }
        }
    }
}

/// A path as messages show it.
pub fn show(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Paths from a list: one a line, or separated by NUL.
pub fn list(bytes: &[u8], nul: bool) -> Vec<PathBuf> {
    let separator = if nul { b'\0' } else { b'\n' };
    let items = bytes.split(|b| *b == separator).map(|item| if nul { item } else { item.strip_suffix(b"\r").unwrap_or(item) });
    items.filter(|item| !item.is_empty()).map(bytes_to_path).collect()
}

#[cfg(unix)]
fn bytes_to_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn bytes_to_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
