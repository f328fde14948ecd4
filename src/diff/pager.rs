//! `less` as a reader of diffs: `n` and `N` go from removal to removal.

use std::io::{self, Write};

use tempfile::NamedTempFile;

/// Options for a `less` that was given none: colours as they are, no pager for what fits, some rows above a found one.
pub const LESS: [&str; 3] = ["-R", "-F", "-j5"];

/// Matches the row in which a rule stands in the gutter.
const LABEL: &str = "[█▓░] │";

/// A search history for `less` in which the last search was for removals, to be named by `LESSHISTFILE`.
///
/// `-p` would do the same, but begin with a jump. The file has to live as long as the reader.
pub fn history() -> io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new()?;
    write!(file, ".less-history-file:\n.search\n\"{LABEL}\n")?;
    file.flush()?;
    Ok(file)
}
