//! What can be wrong with a pack, with the place and what to write instead.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

/// A pack that cannot be used: where, why, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// The file cannot be read.
    #[error("{}: {source}\n  help: check the path; a pack is a .toml file or a folder with rules/ and languages/", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is read, but something in it is wrong.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// A selector names nothing.
    #[error("no such family, rule, language or pack: `{selector}`{}\n  help: `dehusk rules` lists all", suggestion(near))]
    UnknownSelector {
        /// What was asked for.
        selector: String,
        /// The nearest known one.
        near: Option<String>,
    },
}

fn suggestion(near: &Option<String>) -> String {
    near.as_ref().map_or_else(String::new, |near| format!("\n  help: did you mean `{near}`?"))
}

/// A place in a pack file and what is wrong there.
#[derive(Debug)]
pub struct ContentError {
    /// The file, as it was named.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The line of the file, for the caret.
    pub excerpt: String,
    /// Width of what the caret marks, in characters.
    pub width: usize,
}

impl ContentError {
    pub(crate) fn at(
        file: &str,
        text: &str,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) -> ContentError {
        let start = text.floor_char_boundary(span.start.min(text.len()));
        let line_start = text[..start].rfind('\n').map_or(0, |n| n + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |n| start + n);
        let end = text.floor_char_boundary(span.end.clamp(start, line_end));
        ContentError {
            file: file.to_owned(),
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            message: message.into(),
            help: help.into(),
            excerpt: text[line_start..line_end].trim_end().to_owned(),
            width: text[start..end].chars().count().max(1),
        }
    }
}

impl std::error::Error for ContentError {}

impl fmt::Display for ContentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.message)?;
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        writeln!(f, "{margin}--> {}:{}:{}", self.file, self.line, self.column)?;
        writeln!(f, "{margin} |")?;
        writeln!(f, "{number} | {}", self.excerpt)?;
        write!(f, "{margin} | {}{}", " ".repeat(self.column - 1), "^".repeat(self.width))?;
        if let Some(help) = &self.help {
            write!(f, "\n{margin} = help: {help}")?;
        }
        Ok(())
    }
}

/// The known word nearest to `word`, where one is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let (distance, best) = known.into_iter().map(|k| (edit_distance(word, k), k)).min()?;
    (distance <= word.chars().count().div_ceil(3)).then(|| best.to_owned())
}

fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_place() {
        let text = "a = 1\nwithn = 2\n";
        let error = ContentError::at("x.toml", text, 6..11, "unknown field `withn`", Some("write `within`".to_owned()));
        assert_eq!(error.to_string(), "unknown field `withn`\n --> x.toml:2:1\n  |\n2 | withn = 2\n  | ^^^^^\n  = help: write `within`");
        assert_eq!(nearest("newsleter", ["ads", "newsletter"]).as_deref(), Some("newsletter"));
        assert_eq!(nearest("zzz", ["ads"]), None);
    }
}
