//! Last stage of the command: cleaned texts go to disk. Only this folder writes the user's files.

mod atomic;
mod folder;
#[cfg(feature = "parquet")]
mod marks;
mod stage;
mod stream;
#[cfg(feature = "parquet")]
mod table;

pub use atomic::{Pending, Place};
pub use folder::{Folder, Like, Refused};
pub use stream::{How, Out, Sink, Stream};
#[cfg(feature = "parquet")]
pub use table::Table;
