//! `--out DIR`: cleaned copies under the same relative paths.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

use super::atomic::{Pending, Place};

/// An output folder that cannot be made to write outside itself or over its input.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    inputs: Vec<PathBuf>,
    place: Place,
    made: Mutex<HashSet<PathBuf>>,
}

/// Why an output folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It lies in the folder that is read.
    #[error("the output folder lies inside its input")]
    Inside(PathBuf),
    /// It exists and is no folder.
    #[error("the output is not a folder")]
    NoFolder,
    /// It cannot be made.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl Folder {
    /// Makes `root` if need be. `inputs` are the folders that are read.
    pub fn new<'p>(root: &Path, inputs: impl IntoIterator<Item = &'p Path>, overwrite: bool) -> Result<Folder, Refused> {
        let inputs: Vec<_> = inputs.into_iter().map(|i| i.canonicalize()).collect::<Result<_, _>>()?;
        // Judged before it is made: a refused run leaves nothing behind.
        let wanted = resolve(root)?;
        if let Some(input) = inputs.iter().find(|input| wanted.starts_with(input)) {
            return Err(Refused::Inside(input.clone()));
        }
        if wanted.exists() && !wanted.is_dir() {
            return Err(Refused::NoFolder);
        }
        fs::create_dir_all(&wanted)?;
        let place = if overwrite { Place::Taken } else { Place::Free };
        Ok(Folder { root: wanted.canonicalize()?, inputs, place, made: Mutex::default() })
    }

    /// Where a document goes.
    pub fn target(&self, place: &Path) -> io::Result<PathBuf> {
        if place.as_os_str().is_empty() || !place.components().all(|c| matches!(c, Component::Normal(_))) {
            return Err(io::Error::other("the path leads out of the output folder"));
        }
        let target = self.root.join(place);
        if self.inputs.iter().any(|input| target.starts_with(input)) {
            return Err(io::Error::other("the output would fall into the input"));
        }
        Ok(target)
    }

    /// Writes `bytes` as the document at `place`, with the mode of the file `like`.
    pub fn write(&self, place: &Path, bytes: &[u8], like: Option<&Path>) -> io::Result<()> {
        self.fill(place, &mut &*bytes, like)
    }

    /// Copies a file to `place` as it is, without holding it in memory.
    pub fn copy(&self, place: &Path, from: &Path) -> io::Result<()> {
        self.fill(place, &mut fs::File::open(from)?, Some(from))
    }

    /// Begins a file at `place` that is written piece by piece.
    pub fn begin(&self, place: &Path, like: Option<&Path>) -> io::Result<Pending> {
        let target = self.target(place)?;
        if self.place == Place::Free && target.exists() {
            return Err(exists(&target)); // said now, not after hours
        }
        self.pending(target, &mut io::empty(), like)
    }

    fn fill(&self, place: &Path, bytes: &mut impl io::Read, like: Option<&Path>) -> io::Result<()> {
        let target = self.target(place)?;
        self.pending(target.clone(), bytes, like)?.commit().map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => exists(&target),
            _ => e,
        })
    }

    fn pending(&self, target: PathBuf, bytes: &mut impl io::Read, like: Option<&Path>) -> io::Result<Pending> {
        let real = like.map(fs::metadata).transpose()?;
        if let (Some(like), Some(_)) = (like, &real)
            && same_file(like, &target)
        {
            return Err(io::Error::other("the output would replace the input"));
        }
        self.make_parent(&target)?;
        Pending::copy(&target, bytes, self.place, real.as_ref())
    }

    fn make_parent(&self, target: &Path) -> io::Result<()> {
        let Some(parent) = target.parent() else { return Ok(()) };
        // A poisoned lock only means that another document's thread died: the set is still a set.
        let mut made = self.made.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !made.contains(parent) {
            fs::create_dir_all(parent)?;
            if !parent.canonicalize()?.starts_with(&self.root) {
                return Err(io::Error::other("a link in the output folder leads out of it"));
            }
            made.insert(parent.to_path_buf());
        }
        Ok(())
    }
}

fn exists(target: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, format!("{} exists already (--overwrite replaces it)", target.display()))
}

fn same_file(one: &Path, other: &Path) -> bool {
    other.exists() && matches!((one.canonicalize(), other.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// The absolute path that `path` will have once it exists.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    for ancestor in absolute.ancestors() {
        if let Ok(real) = ancestor.canonicalize() {
            let rest = absolute.strip_prefix(ancestor).unwrap_or(Path::new(""));
            return Ok(if rest.as_os_str().is_empty() { real } else { real.join(rest) });
        }
    }
    Ok(absolute)
}
