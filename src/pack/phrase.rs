//! Phrases as packs write them: literals, typed holes and slots.

use std::sync::Arc;

use crate::text::fold_phrase;

/// What may stand in a hole. The closed set of `patterns/README.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Hole {
    Number,
    Date,
    Time,
    Name,
    Title,
    Words,
    Site,
    Url,
    Email,
    Network,
    Stamp,
}

impl Hole {
    pub const NAMES: [(&'static str, Hole); 11] = [
        ("n", Hole::Number),
        ("date", Hole::Date),
        ("time", Hole::Time),
        ("name", Hole::Name),
        ("title", Hole::Title),
        ("words", Hole::Words),
        ("site", Hole::Site),
        ("url", Hole::Url),
        ("email", Hole::Email),
        ("network", Hole::Network),
        ("stamp", Hole::Stamp),
    ];

    /// Longest text that a hole may hold, in folded bytes.
    pub const MAX: usize = 240;

    /// Longest stretch between two literals that is searched, in folded bytes.
    pub fn reach(self) -> usize {
        match self {
            Hole::Title => Hole::MAX,
            Hole::Name | Hole::Words | Hole::Site => 80,
            Hole::Url => 400,
            _ => 60,
        }
    }

    fn named(name: &str) -> Option<Hole> {
        Hole::NAMES.iter().find(|(known, _)| *known == name).map(|&(_, hole)| hole)
    }
}

/// A piece of a phrase.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// Folded text.
    Literal(String),
    Hole(Hole),
    /// `<slot>`: gone after expansion.
    Slot(String),
    /// A slot beside the one that was expanded: any of these folded texts, the longest first.
    OneOf(Arc<[String]>),
}

impl Part {
    /// True for what a language has its own words for: the same piece is filled otherwise in another one.
    pub fn by_language(&self) -> bool {
        matches!(self, Part::Hole(Hole::Date | Hole::Time | Hole::Stamp | Hole::Network))
    }
}

/// What is wrong with a phrase.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PhraseError {
    Empty,
    UnknownHole(String),
    Unclosed(char),
}

/// Reads a phrase of a pack. Literals are folded here; blanks at the seams of holes stay.
pub(crate) fn parse(phrase: &str) -> Result<Vec<Part>, PhraseError> {
    let mut parts = Vec::new();
    let mut rest = phrase.trim();
    if rest.is_empty() {
        return Err(PhraseError::Empty);
    }
    let mut literal = String::new();
    while let Some(at) = rest.find(['{', '<']) {
        let opening = rest[at..].chars().next().unwrap_or('{');
        let closing = if opening == '{' { '}' } else { '>' };
        let inside = &rest[at + 1..];
        let named = inside.starts_with(|c: char| c.is_ascii_lowercase());
        let name = match inside.find(closing) {
            Some(len) => &inside[..len],
            None if named => return Err(PhraseError::Unclosed(opening)),
            None => "",
        };
        // A "<" or "{" that begins no name is an ordinary sign ("{{", "< 1 min").
        if !is_name(name) {
            literal.push_str(&rest[..at + 1]);
            rest = &rest[at + 1..];
            continue;
        }
        literal.push_str(&rest[..at]);
        push_literal(&mut parts, &mut literal);
        if opening == '<' {
            parts.push(Part::Slot(name.to_owned()));
        } else {
            parts.push(Part::Hole(Hole::named(name).ok_or_else(|| PhraseError::UnknownHole(name.to_owned()))?));
        }
        rest = &rest[at + name.len() + 2..];
    }
    literal.push_str(rest);
    push_literal(&mut parts, &mut literal);
    Ok(parts)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn push_literal(parts: &mut Vec<Part>, literal: &mut String) {
    if !literal.is_empty() {
        let folded = fold_phrase(literal);
        if !folded.is_empty() {
            parts.push(Part::Literal(folded));
        }
        literal.clear();
    }
}

/// Joins literals that expansion has brought side by side.
pub(crate) fn join_literals(parts: Vec<Part>) -> Vec<Part> {
    let mut joined: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(Part::Literal(before)), Part::Literal(next)) => {
                if before.ends_with(' ') && next.starts_with(' ') {
                    before.pop();
                }
                before.push_str(&next);
            }
            (_, part) => joined.push(part),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_holes_and_slots() {
        assert_eq!(
            parse("{n} Thoughts on “{title}”"),
            Ok(vec![
                Part::Hole(Hole::Number),
                Part::Literal(" thoughts on \"".into()),
                Part::Hole(Hole::Title),
                Part::Literal("\"".into())
            ])
        );
        assert_eq!(parse("<share-on> {network}").unwrap()[0], Part::Slot("share-on".into()));
        assert_eq!(parse("< 1 min"), Ok(vec![Part::Literal("< 1 min".into())]));
        assert_eq!(parse("{n"), Err(PhraseError::Unclosed('{')));
        assert_eq!(parse("{{ x }}"), Ok(vec![Part::Literal("{{ x }}".into())]));
        assert_eq!(parse("{nane}"), Err(PhraseError::UnknownHole("nane".into())));
        assert_eq!(parse("  "), Err(PhraseError::Empty));
    }
}
