//! A new output folder on its way: written under another name beside its place, and put there at the end of the run.
//!
//! Nobody sees it half-written, so that its files need no temporary names of their own. A run that is killed leaves it under that
//! name, and the next run that wants the same place takes it away.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// A folder that is not yet where it is going to be.
#[derive(Debug)]
pub struct Stage {
    root: PathBuf,
    wanted: PathBuf,
    finished: AtomicBool,
    /// Locked as long as the run lasts: what a killed run has left is free.
    _lock: File,
}

impl Stage {
    /// Makes one for a folder that is going to be at `wanted`; none where something is there already, or where folders cannot be
    /// locked.
    pub fn new(wanted: &Path) -> io::Result<Option<Stage>> {
        let (Some(parent), Some(name)) = (wanted.parent(), wanted.file_name()) else { return Ok(None) };
        if cfg!(not(unix)) || fs::symlink_metadata(wanted).is_ok() {
            return Ok(None);
        }
        let mut hidden = std::ffi::OsString::from(".dehusk-");
        hidden.push(name);
        hidden.push(".tmp");
        let root = parent.join(hidden);
        fs::create_dir_all(parent)?;
        if fs::create_dir(&root).is_err() {
            // Left by a run that was killed, or in use by another one: then this one gets on without.
            let Ok(left) = File::open(&root) else { return Ok(None) };
            if left.try_lock().is_err() || fs::remove_dir_all(&root).is_err() || fs::create_dir(&root).is_err() {
                return Ok(None);
            }
        }
        let lock = File::open(&root)?;
        if lock.try_lock().is_err() {
            return Ok(None);
        }
        Ok(Some(Stage { root, wanted: wanted.to_path_buf(), finished: AtomicBool::new(false), _lock: lock }))
    }

    /// Where it is now.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where it is going to be.
    pub fn wanted(&self) -> &Path {
        &self.wanted
    }

    /// Puts it in its place.
    pub fn finish(&self) -> io::Result<()> {
        if self.finished.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        // Somebody else's folder is not replaced, even where it is empty.
        if fs::symlink_metadata(&self.wanted).is_ok() {
            let why = format!("{} has come into being meanwhile; the texts are in {}", self.wanted.display(), self.root.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
        }
        fs::rename(&self.root, &self.wanted)
    }
}

/// The run has failed: what is complete can be seen, and nothing is left where there is nothing.
impl Drop for Stage {
    fn drop(&mut self) {
        if !*self.finished.get_mut() && fs::remove_dir(&self.root).is_err() {
            let _ = self.finish();
        }
    }
}
