//! Last stage of the command: cleaned texts go to disk. Only this folder writes the user's files.

mod atomic;
mod folder;

pub use atomic::{Pending, Place};
pub use folder::{Folder, Refused};
