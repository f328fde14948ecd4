//! Files appear whole or not at all: written beside their destination, then moved over it.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, IoSlice, Read, Write};
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::sync::OnceLock;
use std::time::SystemTime;

use dehusk::log::State;
use tempfile::NamedTempFile;

use crate::source::Version;

/// What may stand at the destination.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// Nothing: an existing file is an error.
    Free,
    /// Nothing, in a folder that nobody sees yet.
    Fresh,
    /// Anything: an existing file is replaced.
    Taken,
}

/// A file that is written but not yet visible. Dropped without [`Pending::commit`], it leaves no trace.
#[derive(Debug)]
pub struct Pending {
    temp: NamedTempFile,
    target: PathBuf,
    place: Place,
    /// The file that is replaced, as it was when it was read.
    version: Option<Version>,
    /// When the file was last changed, which its replacement keeps.
    modified: Option<SystemTime>,
    synced: bool,
    /// Over what was written, where somebody wants to know it.
    hasher: Option<blake3::Hasher>,
    written: u64,
}

impl Pending {
    /// A replacement of `target` with `bytes`: mode, owner and time of change are those of the file as it is now. The bytes
    /// reach the disk before the file is replaced; where it is no longer in the `version` that was read, nothing is
    /// replaced: somebody else's words would be lost.
    pub fn replace(target: &Path, bytes: &[u8], version: &Version) -> io::Result<Pending> {
        // A link stays a link: what it leads to is replaced.
        let target = target.canonicalize()?;
        let old = fs::metadata(&target)?;
        if old.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
        }
        let mut pending = Pending::write(target, &mut &*bytes, Place::Taken, Some(&old.permissions()))?;
        pending.version = Some(*version);
        let file = pending.temp.as_file();
        keep_owner(file, &old);
        pending.modified = old.modified().ok();
        Ok(pending)
    }

    /// A copy at `target`, with the mode of `like`.
    pub fn copy(target: &Path, bytes: &mut impl Read, place: Place, like: Option<&Permissions>) -> io::Result<Pending> {
        Pending::write(target.to_path_buf(), bytes, place, like)
    }

    fn write(target: PathBuf, bytes: &mut impl Read, place: Place, like: Option<&Permissions>) -> io::Result<Pending> {
        let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".dehusk-").suffix(".tmp");
        set_mode(&mut builder, like);
        let mut temp = builder.tempfile_in(folder)?;
        io::copy(bytes, temp.as_file_mut())?;
        if let Some(like) = like {
            keep_mode(temp.as_file(), like);
        }
        Ok(Pending { temp, target, place, version: None, modified: None, synced: false, hasher: None, written: 0 })
    }

    /// Hashes what is written from here on.
    pub fn hashed(mut self) -> Pending {
        self.hasher = Some(blake3::Hasher::new());
        self
    }

    /// What was written, where it was hashed.
    pub fn state(&self) -> Option<State> {
        let hash = self.hasher.as_ref()?.finalize().to_hex();
        Some(State { bytes: self.written, blake3: hash.to_string() })
    }

    /// Waits until the bytes are on the disk.
    pub fn sync(&mut self) -> io::Result<()> {
        if let Some(modified) = self.modified {
            // Not every file system can set it; the text matters more.
            let _ = self.temp.as_file().set_modified(modified);
        }
        self.temp.as_file().sync_all()?;
        self.synced = true;
        Ok(())
    }

    /// Makes the file visible under its name.
    pub fn commit(mut self) -> io::Result<()> {
        if self.version.is_some() && !self.synced {
            self.sync()?;
        }
        if let Some(version) = self.version
            && Version::of(&fs::metadata(&self.target)?) != version
        {
            return Err(io::Error::other("the file was changed by someone else meanwhile"));
        }
        match self.place {
            Place::Taken => self.temp.persist(&self.target),
            Place::Free | Place::Fresh => self.temp.persist_noclobber(&self.target),
        }
        .map(drop)
        .map_err(|e| e.error)
    }
}

/// What comes later is added at the end.
impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        let length = self.temp.as_file_mut().write_vectored(parts)?;
        self.written += length as u64;
        if let Some(hasher) = &mut self.hasher {
            let mut left = length;
            for part in parts {
                let written = part.len().min(left);
                hasher.update(&part[..written]);
                left -= written;
            }
        }
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes a file `name` into a folder that nobody looks at before it is whole, with the mode of another. What cannot be written to
/// its end is taken away.
#[cfg(unix)]
pub fn write_new(folder: &File, name: &OsStr, bytes: &mut impl Read, like: Option<&Permissions>) -> io::Result<()> {
    use rustix::fs::{AtFlags, Mode, OFlags, openat, unlinkat};
    use std::os::unix::fs::PermissionsExt;
    // The file has its final mode from the beginning, so that nobody reads what they could not read before.
    let mode = like.map_or(0o666, |like| like.mode() & 0o7777);
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    let mut file = File::from(rustix::io::retry_on_intr(|| openat(folder, name, flags, Mode::from_bits_truncate(mode as _)))?);
    let written = io::copy(bytes, &mut file);
    if written.is_err() {
        unlinkat(folder, name, AtFlags::empty())?;
    } else if let Some(like) = like {
        keep_mode(&file, like);
    }
    written.map(drop)
}

/// The same elsewhere, where there is no such folder.
#[cfg(not(unix))]
pub fn write_new(_: &File, _: &OsStr, _: &mut impl Read, _: Option<&Permissions>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(unix)]
fn set_mode(builder: &mut tempfile::Builder<'_, '_>, like: Option<&Permissions>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(like.map_or_else(|| Permissions::from_mode(0o666), Permissions::clone));
}

#[cfg(not(unix))]
fn set_mode(_: &mut tempfile::Builder<'_, '_>, _: Option<&Permissions>) {}

/// The umask may have taken bits from the mode that the file was created with.
#[cfg(unix)]
fn keep_mode(file: &File, like: &Permissions) {
    use std::os::unix::fs::PermissionsExt;
    let wanted = like.mode() & 0o7777;
    let taken = umask().is_none_or(|mask| wanted & mask != 0 || wanted > 0o777);
    if taken && file.metadata().is_ok_and(|m| m.permissions().mode() & 0o7777 != wanted) {
        let _ = file.set_permissions(Permissions::from_mode(wanted));
    }
}

#[cfg(not(unix))]
fn keep_mode(_: &File, _: &Permissions) {}

/// The bits that new files lose, where the system tells without changing them.
#[cfg(unix)]
fn umask() -> Option<u32> {
    static UMASK: OnceLock<Option<u32>> = OnceLock::new();
    *UMASK.get_or_init(|| {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let mask = status.lines().find_map(|line| line.strip_prefix("Umask:"))?;
        u32::from_str_radix(mask.trim(), 8).ok()
    })
}

#[cfg(unix)]
fn keep_owner(file: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    if file.metadata().is_ok_and(|new| new.uid() != old.uid() || new.gid() != old.gid()) {
        // Only root may; for anyone else the file is now theirs, as after any editor.
        if fchown(file, Some(old.uid()), Some(old.gid())).is_ok() {
            let _ = file.set_permissions(Permissions::from_mode(old.permissions().mode() & 0o7777));
        }
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}
