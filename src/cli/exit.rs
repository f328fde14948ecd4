//! The exit codes, all of them.

use std::process::ExitCode;

/// How a command ended, in the order of gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done. `clean`: whether or not something was removed; `check`, `diff --exit-code`: nothing to remove.
    Done = 0,
    /// `check`, `diff --exit-code`: residue found. `test`: an example failed.
    Found = 1,
    /// Bad usage, configuration or pack; or some input could not be read or written (the rest was done).
    Failed = 2,
    /// Ctrl-C. What had begun was finished.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
