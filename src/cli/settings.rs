//! `dehusk.toml`: found, read, laid over one another, and checked down to the column.
//!
//! The nearest `dehusk.toml` or `.dehusk.toml` above the working directory counts; corpora are not projects, so folders of
//! documents are not searched. Files are not merged unless one says `extend`. Flags win over `--config KEY=VALUE`, which
//! wins over the file.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use dehusk::Confidence;
use dehusk::splice::Pointer;
use serde::{Deserialize, Serialize};

use super::args::{self, CommonArgs, Theme, When};
use super::messages::{Trouble, nearest};
use crate::source::Choice;

/// The names a configuration may have, the first one wins.
const NAMES: [&str; 2] = ["dehusk.toml", ".dehusk.toml"];

/// What the sample and `dehusk config` say of a key.
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What holds without it, as written in TOML.
    pub default: &'static str,
    /// What it does.
    pub about: &'static str,
}

macro_rules! settings {
    ($($(#[doc = $about:literal])+ $name:ident: $kind:ty = $key:literal, $default:literal;)+) => {
        /// Settings of one layer: what is not set is `None`.
        #[derive(Clone, Debug, Default, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Settings {
            $($(#[doc = $about])+ #[serde(rename = $key, skip_serializing_if = "Option::is_none")] pub $name: Option<$kind>,)+
        }

        /// Every key, in the order of the sample.
        pub const KEYS: &[Key] = &[$(Key { name: $key, default: $default, about: concat!($($about),+) }),+];

        impl Settings {
            /// These settings, and those of `lower` where nothing is said.
            pub fn over(self, lower: Settings) -> Settings {
                Settings { $($name: self.$name.or(lower.$name)),+ }
            }
        }
    };
}

settings! {
    /// A configuration to build on, relative to this file.
    extend: PathBuf = "extend", r#""""#;
    /// Run only these families, rules, @packs or :languages.
    select: Vec<String> = "select", r#"["all"]"#;
    /// Run without these.
    ignore: Vec<String> = "ignore", "[]";
    /// Run these too.
    extend_select: Vec<String> = "extend-select", "[]";
    /// Lowest confidence that is removed: high, medium or low.
    min_confidence: Confidence = "min-confidence", r#""medium""#;
    /// Packs to add, relative to this file.
    pack: Vec<PathBuf> = "pack", "[]";
    /// A folder of packs instead of the built-in ones.
    packs: PathBuf = "packs", r#""""#;
    /// Languages whose residue is looked for; auto is all.
    lang: Vec<String> = "lang", r#"["auto"]"#;
    /// The site that the texts come from, by domain: its own rules take part too.
    site: String = "site", r#""""#;
    /// What was decided in reviews, relative to this file.
    decisions: PathBuf = "decisions", r#""""#;
    /// Remove only what was decided so.
    only_decided: bool = "only-decided", "false";
    /// Also run rules that are still being tried out.
    preview: bool = "preview", "false";
    /// Texts with one of these phrases are never cut where it stands.
    keep: Vec<String> = "keep", "[]";
    /// Keep only files of folders that match.
    glob: Vec<String> = "glob", "[]";
    /// Leave out files and folders, in gitignore's syntax.
    exclude: Vec<String> = "exclude", "[]";
    /// How files are encoded: auto, utf-8, windows-1252 ….
    encoding: Choice = "encoding", r#""auto""#;
    /// What files hold: auto goes by names and look; text, jsonl, json, csv, tsv, wet, parquet.
    from: args::From = "from", r#""auto""#;
    /// Where the texts of records are: keys, columns or JSON pointers; without it, the usual names.
    field: Vec<Pointer> = "field", "[]";
    /// Where the id of a record is.
    id_field: Pointer = "id-field", r#""id""#;
    /// Where the address of a record is.
    url_field: Pointer = "url-field", r#""url""#;
    /// Where the language of a record is.
    lang_field: Pointer = "lang-field", r#""language""#;
    /// Records that cannot be read: keep, drop or stop.
    on_error: args::OnError = "on-error", r#""keep""#;
    /// Texts that are larger are left alone, such as 64M; 0 is no limit.
    max_doc_size: args::Size = "max-doc-size", r#""0""#;
    /// Read hidden files and folders.
    hidden: bool = "hidden", "false";
    /// Honour .gitignore.
    gitignore: bool = "gitignore", "false";
    /// Follow symbolic links.
    follow: bool = "follow", "false";
    /// Where removals are logged, relative to this file.
    log: PathBuf = "log", r#""dehusk.removals.jsonl.zst""#;
    /// Lines that `diff` shows around a removal.
    context: usize = "context", "2";
    /// Columns of `diff`; 0 asks the terminal.
    width: usize = "width", "0";
    /// Colours: auto, always or never.
    color: When = "color", r#""auto""#;
    /// Colours for a dark or a light ground: auto, dark or light.
    theme: Theme = "theme", r#""auto""#;
    /// Links to documents: auto, always or never.
    hyperlinks: When = "hyperlinks", r#""auto""#;
    /// A pager for `diff`: auto, always or never.
    paging: When = "paging", r#""auto""#;
    /// Threads; without it, one a core.
    threads: NonZeroUsize = "threads", "1";
    /// A line of progress on a terminal.
    progress: bool = "progress", "true";
    /// Stop at the first document that fails.
    fail_fast: bool = "fail-fast", "false";
}

/// Settings and where they come from, the strongest first.
#[derive(Debug, Default)]
pub struct Layers(pub Vec<(String, Settings)>);

impl Layers {
    /// The settings that hold.
    pub fn settings(&self) -> Settings {
        self.0.iter().fold(Settings::default(), |above, (_, below)| above.over(below.clone()))
    }

    /// Reads what `common` asks for, or finds it, below the settings of the command line.
    pub fn read(common: &CommonArgs, typed: Settings) -> Result<Layers> {
        let mut layers = vec![("command line".to_owned(), typed)];
        let mut file = None;
        let mut keys = Vec::new();
        for config in &common.config {
            match config.split_once('=') {
                Some((key, value)) if !Path::new(config).is_file() => keys.push(assignment(key.trim(), value.trim())?),
                _ => file = Some(PathBuf::from(config)),
            }
        }
        // The last one typed wins.
        layers.extend(keys.into_iter().rev().map(|settings| ("--config".to_owned(), settings)));
        let file = match file {
            Some(file) => Some(file),
            None if common.isolated => None,
            None => find()?,
        };
        if let Some(file) = file {
            read_chain(&file, &mut layers)?;
        }
        Ok(Layers(layers))
    }
}

/// The configuration that holds here, where there is one.
fn find() -> Result<Option<PathBuf>> {
    let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(path) = var("DEHUSK_CONFIG") {
        return Ok(Some(path));
    }
    let here = std::env::current_dir().context("the working directory cannot be read")?;
    let project = here.ancestors().flat_map(|folder| NAMES.map(|name| folder.join(name))).find(|path| path.is_file());
    let user = || {
        let folder = var("XDG_CONFIG_HOME").or_else(|| var("HOME").map(|home| home.join(".config")))?;
        Some(folder.join("dehusk").join(NAMES[0])).filter(|path| path.is_file())
    };
    Ok(project.or_else(user))
}

/// Reads `file` and what it extends.
fn read_chain(file: &Path, layers: &mut Vec<(String, Settings)>) -> Result<()> {
    let mut next = Some(file.to_path_buf());
    let mut seen = Vec::new();
    while let Some(path) = next.take() {
        let text = fs::read_to_string(&path).map_err(|e| {
            Trouble::new(format!("the configuration {} cannot be read", path.display()))
                .at(crate::source::say(&e))
                .help("`dehusk init` writes one, --isolated does without")
        })?;
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        if seen.contains(&real) {
            return Err(Trouble::new(format!("{} extends itself", path.display())).help("take `extend` out of one of the files").into());
        }
        seen.push(real);
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut settings = parse(&text, &path.display().to_string())?;
        next = settings.extend.take().map(|extends| folder.join(extends));
        layers.push((path.display().to_string(), relative_to(settings, folder)));
    }
    Ok(())
}

/// Paths in a configuration are relative to it.
fn relative_to(mut settings: Settings, folder: &Path) -> Settings {
    for path in settings.pack.iter_mut().flatten().chain(&mut settings.packs).chain(&mut settings.log).chain(&mut settings.decisions) {
        *path = folder.join(&*path);
    }
    settings
}

/// Reads a configuration; `name` is for messages.
fn parse(text: &str, name: &str) -> Result<Settings, Trouble> {
    toml::from_str(text).map_err(|e| complaint(&e, text, name))
}

/// `--config KEY=VALUE`. A bare word is a string: `--config color=never` needs no quotes.
fn assignment(key: &str, value: &str) -> Result<Settings, Trouble> {
    let name = format!("--config {key}={value}");
    let toml = format!("{key} = {value}");
    let quoted = format!("{key} = \"{value}\"");
    parse(if toml::from_str::<toml::Table>(&toml).is_ok() { &toml } else { &quoted }, &name)
}

/// What is wrong with a configuration, with line and caret.
fn complaint(error: &toml::de::Error, text: &str, name: &str) -> Trouble {
    let message = error.message();
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    let title = match unknown {
        Some(key) => format!("unknown key `{key}`"),
        None => message.lines().next().unwrap_or("not a configuration").to_owned(),
    };
    let mut trouble = Trouble::new(title);
    if let Some(span) = error.span() {
        let start = text.floor_char_boundary(span.start);
        let begins = text[..start].rfind('\n').map_or(0, |n| n + 1);
        let ends = text[start..].find('\n').map_or(text.len(), |n| start + n);
        let end = text.floor_char_boundary(span.end.clamp(start, ends));
        let line = text[..start].matches('\n').count() + 1;
        let column = text[begins..start].chars().count();
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        trouble = trouble
            .at(format!("{margin}--> {name}:{line}:{}", column + 1))
            .at(format!("{margin} |"))
            .at(format!("{number} | {}", text[begins..ends].trim_end()))
            .at(format!("{margin} | {}{}", " ".repeat(column), "^".repeat(text[start..end].chars().count().max(1))));
    } else {
        trouble = trouble.at(format!("--> {name}"));
    }
    match unknown {
        Some(key) => {
            let near = nearest(&key.replace('_', "-"), KEYS.iter().map(|k| k.name)).map(|near| format!("did you mean `{near}`?"));
            trouble.maybe(near).help("`dehusk config` lists all keys")
        }
        None => trouble.help("`dehusk config` lists all keys and what they hold"),
    }
}

/// A switch that may be typed both ways.
pub fn switch(on: bool, off: bool) -> Option<bool> {
    if on { Some(true) } else { off.then_some(false) }
}

/// Settings that come from flags.
pub trait Typed {
    /// What was typed.
    fn typed(&self) -> Settings;
}

impl Typed for args::InputArgs {
    fn typed(&self) -> Settings {
        let list = |list: &Vec<String>| (!list.is_empty()).then(|| list.clone());
        Settings {
            glob: list(&self.glob),
            exclude: list(&self.exclude),
            id_field: self.id_field.clone(),
            url_field: self.url_field.clone(),
            lang_field: self.lang_field.clone(),
            on_error: self.on_error,
            max_doc_size: self.max_doc_size.clone(),
            hidden: switch(self.hidden, self.no_hidden),
            gitignore: switch(self.gitignore, self.no_gitignore),
            follow: switch(self.follow, self.no_follow),
            ..self.texts.typed()
        }
    }
}

impl Typed for args::TextArgs {
    fn typed(&self) -> Settings {
        Settings {
            encoding: self.encoding,
            from: self.from,
            field: (!self.field.is_empty()).then(|| self.field.clone()),
            ..Settings::default()
        }
    }
}

impl Typed for args::RuleArgs {
    fn typed(&self) -> Settings {
        Settings {
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            extend_select: self.extend_select.clone(),
            min_confidence: self.min_confidence.map(Into::into),
            pack: self.pack.clone(),
            packs: self.packs.clone(),
            lang: self.lang.clone(),
            site: self.site.clone(),
            decisions: self.decisions.clone(),
            only_decided: self.only_decided.then_some(true),
            preview: switch(self.preview, self.no_preview),
            ..Settings::default()
        }
    }
}

impl Typed for args::RunArgs {
    fn typed(&self) -> Settings {
        Settings {
            threads: self.threads,
            fail_fast: switch(self.fail_fast, self.no_fail_fast),
            progress: self.no_progress.then_some(false),
            ..self.common.typed()
        }
    }
}

impl Typed for args::CommonArgs {
    fn typed(&self) -> Settings {
        Settings { color: self.color, ..Settings::default() }
    }
}

#[cfg(feature = "review")]
impl Typed for args::ReviewView {
    fn typed(&self) -> Settings {
        Settings { theme: self.ground.theme, ..Settings::default() }
    }
}

impl Typed for args::ViewArgs {
    fn typed(&self) -> Settings {
        Settings {
            context: self.context,
            width: self.width,
            theme: self.ground.theme,
            hyperlinks: self.hyperlinks,
            paging: self.paging,
            ..Settings::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stronger_layers_win_key_by_key() {
        let strong = parse("context = 5\n", "a").unwrap();
        let weak = parse("context = 1\nhidden = true\nmin-confidence = \"low\"\n", "b").unwrap();
        let both = strong.over(weak);
        assert_eq!((both.context, both.hidden, both.min_confidence), (Some(5), Some(true), Some(Confidence::Low)));
    }

    #[test]
    fn an_unknown_key_is_shown_with_what_was_meant() {
        let trouble = parse("# settings\nmin_confidnce = \"low\"\n", "dehusk.toml").unwrap_err();
        assert_eq!(
            trouble.to_string(),
            "unknown key `min_confidnce`\n   --> dehusk.toml:2:1\n    |\n  2 | min_confidnce = \"low\"\n    | ^^^^^^^^^^^^^\n  \
             help: did you mean `min-confidence`?\n        `dehusk config` lists all keys"
        );
    }

    #[test]
    fn one_key_may_be_set_without_quotes() {
        assert_eq!(assignment("color", "never").unwrap().color, Some(When::Never));
        assert_eq!(assignment("select", "[\"share\"]").unwrap().select, Some(vec!["share".into()]));
        assert!(assignment("colour", "never").is_err());
    }
}
