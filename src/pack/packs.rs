//! Packs read from files: the built-in ones, or a user's.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{ContentError, PackError};
use super::file::{ExampleTable, LanguageFile, LanguageTable, RuleFile, RuleTable};

/// Rules and languages, read and well-formed, not yet compiled.
#[derive(Clone, Debug, Default)]
pub struct Packs {
    pub(crate) files: Vec<PackFile>,
    pub(crate) rules: Vec<LoadedRule>,
    pub(crate) languages: Vec<LoadedLanguage>,
    /// Examples that stand in a file of rules, and the file.
    pub(crate) examples: Vec<(ExampleTable, usize)>,
    /// The built-in packs and nothing else: they are compiled already.
    pub(crate) pristine: bool,
}

/// Name and text of a file, kept for messages that point into it.
#[derive(Clone, Debug)]
pub(crate) struct PackFile {
    pub name: String,
    pub text: String,
}

#[derive(Clone, Debug)]
pub(crate) struct LoadedRule {
    pub table: RuleTable,
    pub file: usize,
    pub pack: String,
    pub sites: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct LoadedLanguage {
    pub table: LanguageTable,
    pub slots: std::collections::BTreeMap<String, Vec<toml::Spanned<String>>>,
    pub examples: Vec<ExampleTable>,
    pub file: usize,
}

impl Packs {
    /// A pack file, or a folder laid out like `patterns/`.
    ///
    /// # Errors
    /// Where a file cannot be read, or is not a pack: with file, line, column and what to write.
    pub fn load(path: &Path) -> Result<Packs, PackError> {
        let mut packs = Packs::default();
        packs.add_path(path)?;
        Ok(packs)
    }

    /// A pack from its text. `name` stands for the file's path: in messages, and `sites/example.com.toml` names a site.
    ///
    /// ```
    /// use dehusk::{Cleaner, Packs};
    ///
    /// let packs = Packs::parse("rules/stamps.toml", r#"
    ///     [[rule]]
    ///     id         = "stamps/mill"
    ///     scope      = "line"
    ///     confidence = "high"
    ///     summary    = "The stamp of one mill"
    ///     phrases    = ["Ground on {date}"]
    /// "#)?;
    /// let cleaner = Cleaner::builder().packs(packs).build()?;
    /// assert_eq!(cleaner.clean("Flour.\nGround on 2024-03-18\n").text(), "Flour.\n");
    /// # Ok::<(), dehusk::PackError>(())
    /// ```
    ///
    /// # Errors
    /// Where the text is not a pack: with line, column and what to write.
    pub fn parse(name: &str, text: &str) -> Result<Packs, PackError> {
        let mut packs = Packs::default();
        let pack = Path::new(name).file_stem().map_or_else(|| "pack".into(), |s| s.to_string_lossy().into_owned());
        packs.add_text(name, text, &pack)?;
        Ok(packs)
    }

    /// The slots that a language fills, and their phrases.
    pub fn phrases(&self, code: &str) -> std::collections::BTreeMap<String, Vec<String>> {
        let mut slots: std::collections::BTreeMap<String, Vec<String>> = Default::default();
        for language in self.languages.iter().filter(|language| language.table.code == code) {
            for (slot, phrases) in &language.slots {
                slots.entry(slot.clone()).or_default().extend(phrases.iter().map(|p| p.get_ref().clone()));
            }
        }
        slots
    }

    /// Adds the packs of a file or folder to these.
    ///
    /// # Errors
    /// As [`Packs::load`].
    pub fn add_path(&mut self, path: &Path) -> Result<(), PackError> {
        let name = path.file_stem().map_or_else(|| "pack".into(), |s| s.to_string_lossy().into_owned());
        let files = if path.is_dir() { pack_files(path)? } else { vec![path.to_owned()] };
        for file in files {
            let text = fs::read_to_string(&file).map_err(|source| PackError::Read { path: file.clone(), source })?;
            self.add_text(&file.to_string_lossy(), &text, &name)?;
        }
        Ok(())
    }

    /// Adds one pack file's text; `name` tells rules, languages and sites apart and stands in messages.
    pub(crate) fn add_text(&mut self, name: &str, text: &str, pack: &str) -> Result<(), ContentError> {
        let file = self.files.len();
        self.pristine = false;
        self.files.push(PackFile { name: name.to_owned(), text: text.to_owned() });
        let wrong = |e: toml::de::Error| {
            let message = e.message().trim().to_owned();
            ContentError::at(name, text, e.span().unwrap_or(0..0), message, None)
        };
        if text.lines().any(|l| l.trim() == "[language]") {
            let LanguageFile { language, slots, example } = toml::from_str(text).map_err(wrong)?;
            self.languages.push(LoadedLanguage { table: language, slots, examples: example, file });
            return Ok(());
        }
        let RuleFile { pack: table, rule, example } = toml::from_str(text).map_err(wrong)?;
        if let Some(format) = table.as_ref().and_then(|t| t.format).filter(|&f| f != 1) {
            let message = format!("pack format {format} is not known to this version of dehusk");
            return Err(ContentError::at(name, text, 0..1, message, "update dehusk, or write `format = 1`".to_owned()));
        }
        let path = Path::new(name);
        let site = path.parent().is_some_and(|p| p.ends_with("sites"));
        let sites = if site { path.file_stem().map(|s| s.to_string_lossy().into_owned()).into_iter().collect() } else { Vec::new() };
        self.examples.extend(example.into_iter().map(|table| (table, file)));
        let pack = table.map_or_else(|| pack.to_owned(), |t| t.name);
        self.rules.extend(rule.into_iter().map(|table| LoadedRule { table, file, pack: pack.clone(), sites: sites.clone() }));
        Ok(())
    }

    /// An error that points at a place in one of the files.
    pub(crate) fn error_at(
        &self,
        file: usize,
        span: std::ops::Range<usize>,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) -> ContentError {
        let PackFile { name, text } = &self.files[file];
        ContentError::at(name, text, span, message, help)
    }

    /// `file:line` of a place, for reports.
    pub(crate) fn place(&self, file: usize, span: std::ops::Range<usize>) -> String {
        let PackFile { name, text } = &self.files[file];
        format!("{name}:{}", text[..text.floor_char_boundary(span.start.min(text.len()))].matches('\n').count() + 1)
    }
}

/// The pack files below a folder, sorted.
fn pack_files(folder: &Path) -> Result<Vec<PathBuf>, PackError> {
    let wrap = |source| PackError::Read { path: folder.to_owned(), source };
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(wrap)? {
            let path = entry.map_err(wrap)?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "toml") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
