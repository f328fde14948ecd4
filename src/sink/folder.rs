//! `--out DIR`: cleaned copies under the same relative paths.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::atomic::{Pending, Place, write_new};
use super::stage::Stage;
use crate::source::Version;

/// Bytes from which on a copy by the file system is worth the look: some share them instead of copying.
const LARGE: usize = 1 << 20;

/// An output folder that cannot be made to write outside itself or over its input.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    /// Input folders that lie in it.
    inside: Vec<PathBuf>,
    place: Place,
    made: Mutex<Made>,
    /// Where it is written until the run has ended, if it is new.
    stage: Option<Stage>,
}

/// Folders that are known to be there, and the last of them that was asked for: most files are beside the one before.
#[derive(Debug, Default)]
struct Made {
    all: HashSet<PathBuf>,
    last: PathBuf,
    /// The last one of a folder that nobody sees yet: its place, and a handle to it.
    open: Option<(PathBuf, Arc<fs::File>)>,
}

/// The file whose place in the world a written one takes.
#[derive(Clone, Debug, Default)]
pub struct Like<'p> {
    /// Where it is.
    pub path: Option<&'p Path>,
    /// Its mode, where that is known already.
    pub permissions: Option<fs::Permissions>,
}

impl<'p> Like<'p> {
    /// A file of which nothing is known yet.
    pub fn at(path: Option<&'p Path>) -> Like<'p> {
        Like { path, permissions: None }
    }

    fn permissions(&self) -> io::Result<Option<fs::Permissions>> {
        match (&self.permissions, self.path) {
            (Some(known), _) => Ok(Some(known.clone())),
            (None, path) => path.map(|path| fs::metadata(path).map(|file| file.permissions())).transpose(),
        }
    }
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
        let wanted = judged(root, &inputs)?;
        fs::create_dir_all(&wanted)?;
        let place = if overwrite { Place::Taken } else { Place::Free };
        Ok(Folder::of(wanted.canonicalize()?, inputs, place, None))
    }

    /// The same, and where `root` is not there yet, nothing of it is seen before [`Folder::finish`]: what is written needs no
    /// second name then.
    pub fn fresh<'p>(root: &Path, inputs: impl IntoIterator<Item = &'p Path>) -> Result<Folder, Refused> {
        let inputs: Vec<&Path> = inputs.into_iter().collect();
        let real: Vec<_> = inputs.iter().map(|i| i.canonicalize()).collect::<Result<_, _>>()?;
        match Stage::new(&judged(root, &real)?)? {
            Some(stage) => Ok(Folder::of(stage.root().canonicalize()?, Vec::new(), Place::Fresh, Some(stage))),
            None => Folder::new(root, inputs, false),
        }
    }

    fn of(root: PathBuf, inputs: Vec<PathBuf>, place: Place, stage: Option<Stage>) -> Folder {
        let inside = inputs.into_iter().filter(|input| input.starts_with(&root)).collect();
        Folder { root, inside, place, made: Mutex::default(), stage }
    }

    /// The run has ended: the folder can be seen.
    pub fn finish(&self) -> io::Result<()> {
        self.stage.as_ref().map_or(Ok(()), Stage::finish)
    }

    /// Where a document goes.
    pub fn target(&self, place: &Path) -> io::Result<PathBuf> {
        stays_below(place)?;
        let target = self.root.join(place);
        if self.inside.iter().any(|input| target.starts_with(input)) {
            return Err(io::Error::other("the output would fall into the input"));
        }
        Ok(target)
    }

    /// The same, where no file is in the way. Whether that is still so counts once more when it is written.
    pub fn free(&self, place: &Path) -> io::Result<PathBuf> {
        let target = self.target(place)?;
        if self.place != Place::Taken && target.exists() { Err(self.exists(&target)) } else { Ok(target) }
    }

    /// Writes `bytes` as the document at `place`, with the mode of the file `like`.
    pub fn write(&self, place: &Path, bytes: &[u8], like: &Like<'_>) -> io::Result<()> {
        self.fill(place, &mut &*bytes, like)
    }

    /// Gives a document that is to be written as it was read, `bytes` in the `version` it had then: by another name for the same
    /// file where `link` asks for that, by a copy that the file system makes where it is large.
    pub fn keep(&self, place: &Path, bytes: &[u8], like: &Like<'_>, version: Option<&Version>, link: bool) -> io::Result<()> {
        if let (Some(from), Some(version)) = (like.path, version) {
            let cheap = if link {
                self.link(place, from, version)
            } else if bytes.len() >= LARGE {
                self.copy_version(place, from, version)
            } else {
                Ok(false)
            };
            match cheap {
                Ok(true) => return Ok(()),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Err(e),
                _ => {}
            }
        }
        self.write(place, bytes, like)
    }

    /// Another name for `from`; false where that is no file in this version, or the disk cannot do it.
    fn link(&self, place: &Path, from: &Path, version: &Version) -> io::Result<bool> {
        let target = self.target(place)?;
        if !fs::symlink_metadata(from)?.is_file() {
            return Ok(false);
        }
        self.make_parent(&target)?;
        if self.place == Place::Taken && target.exists() {
            return Ok(!same_file(from, &target) && linked(from, &target)); // what is another file is written over as ever
        }
        fs::hard_link(from, &target).map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => self.exists(&target),
            _ => e,
        })?;
        if Version::of(&fs::metadata(&target)?) == *version {
            return Ok(true);
        }
        // Somebody has written to it since it was read.
        fs::remove_file(&target)?;
        Ok(false)
    }

    /// A copy of `from`; false where that is not in this version any more.
    fn copy_version(&self, place: &Path, from: &Path, version: &Version) -> io::Result<bool> {
        let mut file = fs::File::open(from)?;
        if Version::of(&file.metadata()?) != *version {
            return Ok(false);
        }
        let pending = self.pending(self.target(place)?, &mut file, &Like::at(Some(from)))?;
        if Version::of(&file.metadata()?) != *version {
            return Ok(false);
        }
        pending.commit().map(|()| true)
    }

    /// Copies a file to `place` as it is, without holding it in memory.
    pub fn copy(&self, place: &Path, from: &Path) -> io::Result<()> {
        self.fill(place, &mut fs::File::open(from)?, &Like::at(Some(from)))
    }

    /// Begins a file at `place` that is written piece by piece.
    pub fn begin(&self, place: &Path, like: Option<&Path>) -> io::Result<Pending> {
        let target = self.free(place)?; // said now, not after hours
        self.pending(target, &mut io::empty(), &Like::at(like))
    }

    fn fill(&self, place: &Path, bytes: &mut impl io::Read, like: &Like<'_>) -> io::Result<()> {
        let written = if self.place == Place::Fresh {
            stays_below(place)?;
            let (parent, name) = split(place);
            write_new(&*self.open(parent)?, name, bytes, like.permissions()?.as_ref())
        } else {
            self.pending(self.target(place)?, bytes, like)?.commit()
        };
        written.map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => self.exists(&self.root.join(place)),
            _ => e,
        })
    }

    fn pending(&self, target: PathBuf, bytes: &mut impl io::Read, like: &Like<'_>) -> io::Result<Pending> {
        let permissions = like.permissions()?;
        // A file that exists is left alone anyway, unless it may be replaced.
        if self.place == Place::Taken && like.path.is_some_and(|like| same_file(like, &target)) {
            return Err(io::Error::other("the output would replace the input"));
        }
        self.make_parent(&target)?;
        Pending::copy(&target, bytes, self.place, permissions.as_ref())
    }

    /// The folder at `place` of one that nobody sees yet.
    fn open(&self, place: &Path) -> io::Result<Arc<fs::File>> {
        let mut made = self.lock();
        if let Some((last, folder)) = &made.open
            && last.as_os_str() == place.as_os_str()
        {
            return Ok(folder.clone());
        }
        let path = self.root.join(place);
        self.make(&mut made, &path)?;
        let folder = Arc::new(fs::File::open(&path)?);
        made.open = Some((place.to_path_buf(), folder.clone()));
        Ok(folder)
    }

    fn lock(&self) -> MutexGuard<'_, Made> {
        // A poisoned lock only means that another document's thread died: the set is still a set.
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn make_parent(&self, target: &Path) -> io::Result<()> {
        let Some(parent) = target.parent() else { return Ok(()) };
        self.make(&mut self.lock(), parent)
    }

    fn make(&self, made: &mut Made, parent: &Path) -> io::Result<()> {
        if made.last.as_os_str() == parent.as_os_str() {
            return Ok(());
        }
        if !made.all.contains(parent) {
            fs::create_dir_all(parent)?;
            if !parent.canonicalize()?.starts_with(&self.root) {
                return Err(io::Error::other("a link in the output folder leads out of it"));
            }
            made.all.insert(parent.to_path_buf());
        }
        made.last = parent.to_path_buf();
        Ok(())
    }

    fn exists(&self, target: &Path) -> io::Error {
        let shown = match (&self.stage, target.strip_prefix(&self.root)) {
            (Some(stage), Ok(below)) => stage.wanted().join(below),
            _ => target.to_path_buf(),
        };
        io::Error::new(io::ErrorKind::AlreadyExists, format!("{} exists already (--overwrite replaces it)", shown.display()))
    }
}

/// Where the folder will be. Judged before it is made: a refused run leaves nothing behind.
fn judged(root: &Path, inputs: &[PathBuf]) -> Result<PathBuf, Refused> {
    let wanted = resolve(root)?;
    if let Some(input) = inputs.iter().find(|input| wanted.starts_with(input)) {
        return Err(Refused::Inside(input.clone()));
    }
    if wanted.exists() && !wanted.is_dir() {
        return Err(Refused::NoFolder);
    }
    Ok(wanted)
}

/// An error where a path leads anywhere but down.
fn stays_below(place: &Path) -> io::Result<()> {
    let bytes = place.as_os_str().as_encoded_bytes();
    // Most paths need no second look: no name in them begins with a dot.
    let plain = cfg!(unix) && bytes.first().is_some_and(|byte| *byte != b'/' && *byte != b'.') && !bytes.windows(2).any(|two| two == b"/.");
    if !plain && (bytes.is_empty() || !place.components().all(|c| matches!(c, Component::Normal(_)))) {
        return Err(io::Error::other("the path leads out of the output folder"));
    }
    Ok(())
}

/// The folder of a file, and its name.
fn split(place: &Path) -> (&Path, &OsStr) {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let bytes = place.as_os_str().as_bytes();
        match memchr::memrchr(b'/', bytes) {
            Some(at) if at + 1 < bytes.len() => return (Path::new(OsStr::from_bytes(&bytes[..at])), OsStr::from_bytes(&bytes[at + 1..])),
            None => return (Path::new(""), place.as_os_str()),
            Some(_) => {}
        }
    }
    (place.parent().unwrap_or(Path::new("")), place.file_name().unwrap_or_default())
}

fn same_file(one: &Path, other: &Path) -> bool {
    other.exists() && matches!((one.canonicalize(), other.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// True for two names of one file.
#[cfg(unix)]
fn linked(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let file = |path: &Path| fs::symlink_metadata(path).map(|file| (file.dev(), file.ino()));
    matches!((file(one), file(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(not(unix))]
fn linked(_: &Path, _: &Path) -> bool {
    false
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
