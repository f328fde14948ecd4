//! A user's pack, added to without touching what a person has written in it: comments, order and blanks stay.

use std::fs;
use std::io;
use std::path::Path;

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value, value};

/// What a new pack begins with.
const HEAD: &str = "\
# Rules and examples of one's own. `dehusk test FILE` tries them, `dehusk diff … --pack FILE` shows what they do.
";

/// Adds an example to the rule `id` where the pack has it, else as a table of its own that names the rule.
pub fn add_example(path: &Path, id: &str, text: &str, keep: bool) -> Result<(), String> {
    let old = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => HEAD.to_owned(),
        Err(e) => return Err(crate::source::say(&e)),
    };
    let mut pack: DocumentMut = old.parse().map_err(|e| format!("not a pack: {e}"))?;
    let field = if keep { "keeps" } else { "removes" };
    let text = literal(text);
    let rules = pack.get_mut("rule").and_then(Item::as_array_of_tables_mut);
    let rule = rules.and_then(|rules| rules.iter_mut().find(|rule| rule.get("id").and_then(Item::as_str) == Some(id)));
    match rule {
        Some(rule) => push(rule, field, text)?,
        None => {
            let examples = pack.entry("example").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
            let examples = examples.as_array_of_tables_mut().ok_or("`example` is not written as [[example]]")?;
            let known =
                |t: &Table| t.get("rule").and_then(Item::as_str) == Some(id) && t.get(field).and_then(Item::as_str) == text.as_str();
            if examples.iter().any(known) {
                return Ok(());
            }
            let mut table = Table::new();
            table.insert("rule", value(id));
            table.insert(field, Item::Value(text));
            examples.push(table);
        }
    }
    let new = pack.to_string();
    // Written beside and moved into place, so that a crash leaves one or the other.
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        io::Write::write_all(&mut file, new.as_bytes())?;
        if let Ok(old) = fs::metadata(path) {
            fs::set_permissions(file.path(), old.permissions())?;
        }
        file.persist(path)?;
        Ok(())
    });
    written.map_err(|e| crate::source::say(&e))
}

/// Adds to a list of a rule; a single text becomes a list.
fn push(rule: &mut Table, field: &str, text: Value) -> Result<(), String> {
    let item = rule.entry(field).or_insert(Item::Value(Value::Array(Array::new())));
    if let Some(single) = item.as_str().map(str::to_owned) {
        let mut list = Array::new();
        list.push_formatted(literal(&single));
        *item = Item::Value(Value::Array(list));
    }
    let list = item.as_array_mut().ok_or_else(|| format!("`{field}` is no list"))?;
    if !list.iter().any(|held| held.as_str() == text.as_str()) {
        let glue = if list.is_empty() { "" } else { " " };
        list.push_formatted(text.decorated(glue, ""));
    }
    Ok(())
}

/// A text as people write it in a pack: between `'''`, or escaped where that cannot be.
fn literal(text: &str) -> Value {
    let steers = |c: char| c.is_control() && c != '\n' && c != '\t';
    if !text.contains("'''") && !text.ends_with('\'') && !text.contains(steers) {
        let newline = if text.contains('\n') { "\n" } else { "" };
        if let Ok(value) = format!("'''{newline}{text}'''").parse::<Value>() {
            return value;
        }
    }
    Value::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_stay_and_examples_come() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my.toml");
        let old = "# ours\n[[rule]]\nid = \"stamps/mill\" # the mill\nkeeps = ['one'] # only this\n\n# the end\n";
        fs::write(&path, old).unwrap();
        add_example(&path, "stamps/mill", "two\nlines it's", true).unwrap();
        add_example(&path, "stamps/mill", "two\nlines it's", true).unwrap();
        add_example(&path, "share/on", "[-Share-]\nx ''' \u{1b}", false).unwrap();
        let new = fs::read_to_string(&path).unwrap();
        assert!(
            new.starts_with("# ours\n[[rule]]\nid = \"stamps/mill\" # the mill\nkeeps = ['one', '''\ntwo\nlines it's'''] # only this\n"),
            "{new}"
        );
        assert!(new.contains("# the end"), "{new}");
        let read: toml::Table = toml::from_str(&new).unwrap();
        assert_eq!(read["example"][0]["rule"].as_str(), Some("share/on"));
        assert_eq!(read["example"][0]["removes"].as_str(), Some("[-Share-]\nx ''' \u{1b}"));
        add_example(&folder.path().join("new.toml"), "a/b", "x", true).unwrap();
        fs::write(&path, "no pack").unwrap();
        assert!(add_example(&path, "a/b", "x", true).is_err());
    }
}
