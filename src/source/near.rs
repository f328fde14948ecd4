//! Files of one folder, opened beside one another: the system looks up a name in a folder that is open, not a whole path.

use std::fs::File;
use std::io;
use std::path::Path;

/// Opens a file for reading, as [`File::open`] does.
#[cfg(unix)]
pub fn open(path: &Path) -> io::Result<File> {
    use std::cell::RefCell;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use rustix::fs::{CWD, Mode, OFlags, openat};
    use rustix::io::retry_on_intr;

    thread_local! {
        /// The folder of the file before, and a handle to it once a second file was wanted from there.
        static LAST: RefCell<(Vec<u8>, Option<File>)> = const { RefCell::new((Vec::new(), None)) };
    }

    let bytes = path.as_os_str().as_bytes();
    let Some(at) = memchr::memrchr(b'/', bytes) else { return File::open(path) };
    let (folder, name) = (&bytes[..=at], OsStr::from_bytes(&bytes[at + 1..]));
    LAST.with_borrow_mut(|(last, handle)| {
        if last.as_slice() != folder {
            last.clear();
            last.extend_from_slice(folder);
            *handle = None;
            return File::open(path);
        }
        if handle.is_none() {
            // Where a folder may be passed through but not read, or handles are used up, the path does it.
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            *handle = retry_on_intr(|| openat(CWD, OsStr::from_bytes(folder), flags, Mode::empty())).ok().map(File::from);
        }
        match handle {
            Some(folder) => Ok(File::from(retry_on_intr(|| openat(&*folder, name, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()))?)),
            None => File::open(path),
        }
    })
}

/// Opens a file for reading, as [`File::open`] does.
#[cfg(not(unix))]
pub fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn every_path_leads_to_its_file() {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(home.path().join("a")).expect("a folder");
        for name in ["x", "y", "a/x", "a/y"] {
            std::fs::write(home.path().join(name), name).expect("a file");
        }
        for name in ["x", "y", "x", "a/x", "a/y", "y", "a/x", "x", "y"] {
            let mut text = String::new();
            open(&home.path().join(name)).and_then(|mut file| file.read_to_string(&mut text)).expect("a text");
            assert_eq!(text, name);
        }
        assert_eq!(open(&home.path().join("z")).expect_err("no file").kind(), io::ErrorKind::NotFound);
        assert_eq!(open(&home.path().join("b/z")).expect_err("no file").kind(), io::ErrorKind::NotFound);
    }
}
