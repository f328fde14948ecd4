//! The files of a folder in the order of their names, listed folder by folder: the plain way of a walk.
//!
//! A corpus has a million files and, mostly, no ignore file: what each of them costs here is a name in a list. A folder in which
//! an ignore file has a say goes to the crate `ignore`, which finds the same files in the same order.

use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use super::walk::{Entry, IGNORE_FILE, say, show};
use crate::cli::messages::Failure;

/// What comes next.
pub enum Step {
    /// Something that is no folder, and its name.
    Item(Entry, OsString, FileType),
    /// A folder in which an ignore file has a say: to be walked by somebody else.
    Ignores(PathBuf),
    /// Something could not be read.
    Failed(Failure),
}

/// One folder: what is in it, and how far the walk is.
struct Level {
    path: PathBuf,
    /// The same, as messages show it.
    name: String,
    place: PathBuf,
    items: std::vec::IntoIter<(OsString, FileType)>,
}

/// The walk.
pub struct List {
    levels: Vec<Level>,
    hidden: bool,
    /// What comes before everything else, last first.
    ready: Vec<Step>,
}

impl List {
    /// Walks `folder`, whose files have their places below `place`. `hidden` files are listed where that is asked for.
    pub fn new(folder: &Path, place: PathBuf, hidden: bool) -> List {
        let mut list = List { levels: Vec::new(), hidden, ready: Vec::new() };
        list.enter(folder.to_path_buf(), show(folder), place);
        list
    }

    fn enter(&mut self, path: PathBuf, name: String, place: PathBuf) {
        let (mut items, mut ignores) = (Vec::new(), false);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(e) => return self.ready.push(Step::Failed(Failure::new(name, say(&e)))),
        };
        for entry in entries {
            let read = entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?)));
            match read {
                Ok((file, _)) if !self.hidden && file.as_encoded_bytes().starts_with(b".") => ignores |= file == IGNORE_FILE,
                Ok((file, kind)) => {
                    ignores |= file == IGNORE_FILE;
                    items.push((file, kind));
                }
                Err(e) => self.ready.push(Step::Failed(Failure::new(name.clone(), say(&e)))),
            }
        }
        if ignores {
            self.ready = vec![Step::Ignores(path)];
        } else {
            items.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
            self.levels.push(Level { path, name, place, items: items.into_iter() });
        }
    }
}

impl Iterator for List {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            if let Some(step) = self.ready.pop() {
                return Some(step);
            }
            let level = self.levels.last_mut()?;
            let Some((file, kind)) = level.items.next() else {
                self.levels.pop();
                continue;
            };
            let (path, place) = (beside(&level.path, &file), beside(&level.place, &file));
            let mut name = String::with_capacity(level.name.len() + 1 + file.len());
            name.push_str(&level.name);
            if path.as_os_str().len() > level.path.as_os_str().len() + file.len() {
                name.push(std::path::MAIN_SEPARATOR);
            }
            name.push_str(&file.to_string_lossy());
            if kind.is_dir() {
                self.enter(path, name, place);
            } else {
                return Some(Step::Item(Entry { path: Some(path), name, place, walked: true, record: None }, file, kind));
            }
        }
    }
}

/// `folder/file`, made in one step.
fn beside(folder: &Path, file: &OsStr) -> PathBuf {
    let mut path = OsString::with_capacity(folder.as_os_str().len() + 1 + file.len());
    path.push(folder);
    let mut path = PathBuf::from(path);
    path.push(file);
    path
}

/// True where an ignore file above `folder` has a say in it, or may have one.
pub fn ignored_from_above(folder: &Path) -> bool {
    let above = |path: io::Result<PathBuf>| match path {
        Ok(path) => path.ancestors().skip(1).any(|above| fs::symlink_metadata(above.join(IGNORE_FILE)).is_ok()),
        Err(_) => true,
    };
    above(folder.canonicalize()) || above(std::path::absolute(folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Filter, Found, Input, Inputs};

    /// Names of what is found, in order.
    fn found(folder: &Path, filter: &Filter) -> Vec<(String, PathBuf, bool)> {
        let inputs = Inputs(vec![Input::Folder(folder.to_path_buf())]);
        let tell = |found: Found| match found {
            Found::Document(entry) => (entry.name, entry.place, true),
            Found::Left(entry, why) => (format!("{}: {why}", entry.name), entry.place, false),
            Found::Failed(failure) => (format!("{failure:?}"), PathBuf::new(), false),
        };
        inputs.walk(filter).expect("a walk").map(tell).collect()
    }

    #[test]
    fn a_listed_folder_is_walked_like_any_other() {
        let home = tempfile::tempdir().expect("a folder");
        let at = |name: &str| home.path().join(name);
        for folder in ["a/deep/er", "a.d", "b/left", ".hidden", "empty"] {
            fs::create_dir_all(at(folder)).expect("a folder");
        }
        for file in
            ["a/z.txt", "a/deep/er/x", "a.d/y.MD", "a-b", "b/left/n.txt", "b/m.html", ".hidden/s", ".dehusk-x", "Z", "\u{e4}", "b/n.tar.gz"]
        {
            fs::write(at(file), "x").expect("a file");
        }
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            fs::write(home.path().join(OsStr::from_bytes(b"no\xff.txt")), "x").expect("a file");
            std::os::unix::fs::symlink("Z", at("link")).expect("a link");
            std::os::unix::fs::symlink(home.path(), at("round")).expect("a link");
        }
        for ignores in [None, Some(".dehuskignore"), Some("b/.dehuskignore")] {
            if let Some(file) = ignores {
                fs::write(at(file), "left/\n").expect("a file");
            }
            for hidden in [false, true] {
                let listed = found(home.path(), &Filter { hidden, ..Filter::default() });
                // A glob that excludes nothing sends the walk the other way.
                let walked = found(home.path(), &Filter { hidden, exclude: vec!["nothing-of-that-name".into()], ..Filter::default() });
                assert_eq!(listed, walked);
                assert_eq!(listed.iter().any(|(name, ..)| name.ends_with("n.txt")), ignores.is_none());
                assert_eq!(listed.iter().any(|(name, ..)| name.ends_with("/s")), hidden);
            }
        }
    }
}
