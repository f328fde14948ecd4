//! Compiled packs as they lie in memory: numbers in sections, texts in one string.
//!
//! The built-in packs are compiled when dehusk is built, and their tables are used where they lie in the program: nothing
//! is read, allocated or hashed for 80,000 phrases at each start. Packs of a user are compiled to the same tables at run time.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use super::guard::Guard;
use super::phrase::{Hole, Part};

/// The sections, in the order in which they lie.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Section {
    /// Where each text begins, and the end of the last one. Anchors come first: their number is that of their text.
    Texts,
    /// For each anchor, where its phrases begin in `AnchorPhrases`, and the end of the last one's.
    Anchors,
    /// Groups of phrases with the same guard: the guard, with their number above; then the phrases.
    AnchorPhrases,
    /// For each anchor, what its phrases have in common ([`guard`](super::guard)).
    Guards,
    /// Four numbers for each phrase: where its parts begin; rule; language and role; words and anchor.
    Phrases,
    Parts,
    /// For each choice, where its texts begin in `ChoiceTexts`, and the end of the last one's. Before them stand the sets of their
    /// first and last bytes, a bit for each byte modulo 32.
    Choices,
    ChoiceTexts,
    /// Phrases without a literal.
    Unanchored,
    /// Tables of the literal stage ([`literals`](super::literals)).
    Long,
    LongFilter,
    LongInner,
    Words,
    WordFilter,
    WordInner,
    Middle,
    Short,
    /// For starts of anchors in the two tables before.
    LeadFilter,
    LeadInner,
    Tiny,
    /// For each byte, the anchor that it is alone, or that one of two bytes begins with it.
    Bytes,
}

const SECTIONS: usize = Section::Bytes as usize + 1;

/// Numbers of one phrase.
const PHRASE: usize = 4;
/// Marks a phrase of an anchor that is found where the one before it is found: it has the same pieces.
const AGAIN: u32 = 1 << 31;
/// Marks a phrase without an anchor.
const NO_ANCHOR: u32 = 0xFF;

/// What a phrase is for in its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    Main,
    Near,
    Until,
    Left,
    Right,
    /// The anchor of a raw regex.
    Regex,
}

impl Role {
    const ALL: [Role; 6] = [Role::Main, Role::Near, Role::Until, Role::Left, Role::Right, Role::Regex];
}

/// The compiled phrases of some packs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tables {
    /// First, where each section begins and the last one ends; then the sections.
    words: Cow<'static, [u32]>,
    text: Cow<'static, str>,
    reach: OnceLock<usize>,
}

/// A phrase of one rule in one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Phrase<'s> {
    pub parts: Parts<'s>,
    /// Index of the literal that the scan looks for, if there is one.
    pub anchor: Option<usize>,
    pub role: Role,
    /// Number of the rule among those that were compiled.
    pub rule: u32,
    /// Number of the language among those that were compiled.
    pub language: u16,
    /// Words in the literals: how much a phrase says.
    pub words: u16,
}

impl<'s> Phrase<'s> {
    /// The literal that the scan looks for, with the blanks around it.
    pub fn literal(&self) -> Option<&'s str> {
        match self.parts.get(self.anchor?)? {
            Piece::Literal(text) => Some(text),
            _ => None,
        }
    }
}

/// Phrases of one anchor that have the same guard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group<'s>(&'s [u32]);

impl<'s> Group<'s> {
    /// The numbers of the phrases; with each, whether it is found just where the one before it is found.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = (u32, bool)> + use<'s> {
        self.0.iter().map(|&word| (word & !AGAIN, word & AGAIN != 0))
    }
}

/// A piece of a compiled phrase.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece<'s> {
    /// Folded text.
    Literal(&'s str),
    Hole(Hole),
    /// Any of these folded texts, the longest first.
    OneOf(Choice<'s>),
}

/// The pieces of a phrase, or some of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'s> {
    tables: &'s Tables,
    words: &'s [u32],
}

/// Texts of which any may stand at a place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice<'s> {
    tables: &'s Tables,
    texts: &'s [u32],
    firsts: u32,
    lasts: u32,
}

/// The bit of a byte in a set of bytes.
fn bit_of(byte: u8) -> u32 {
    1 << (byte % 32)
}

/// The two upper bits of a part tell what the lower ones are.
const KIND: u32 = 30;
const LITERAL: u32 = 0;
const HOLE: u32 = 1;
const ONE_OF: u32 = 2;

impl Tables {
    /// Tables that lie in memory already.
    pub fn new(words: Cow<'static, [u32]>, text: Cow<'static, str>) -> Tables {
        Tables { words, text, reach: OnceLock::new() }
    }

    /// The numbers of a section.
    #[inline]
    pub fn section(&self, section: Section) -> &[u32] {
        let n = section as usize;
        &self.words[self.words[n] as usize..self.words[n + 1] as usize]
    }

    /// All texts, one behind the other.
    pub fn texts(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// A text by its number.
    #[inline]
    pub fn text(&self, n: u32) -> &str {
        let ends = self.section(Section::Texts);
        &self.text[ends[n as usize] as usize..ends[n as usize + 1] as usize]
    }

    /// The phrases that have this anchor, those with the same guard together.
    #[inline]
    pub fn anchored(&self, anchor: u32) -> impl Iterator<Item = (Guard, Group<'_>)> {
        let starts = self.section(Section::Anchors);
        let mut rest = &self.section(Section::AnchorPhrases)[starts[anchor as usize] as usize..starts[anchor as usize + 1] as usize];
        std::iter::from_fn(move || {
            let (head, behind) = rest.split_first()?;
            let (phrases, behind) = behind.split_at((head >> 16) as usize);
            rest = behind;
            Some((Guard::from_bits(head & 0xFFFF), Group(phrases)))
        })
    }

    /// What all phrases of an anchor have in common.
    #[inline]
    pub fn anchor_guard(&self, anchor: u32) -> Guard {
        Guard::from_bits(self.section(Section::Guards)[anchor as usize])
    }

    /// Bytes of folded text that a phrase may cover between two line ends, at most: holes at its ends lie in the lines where it begins
    /// and ends. Never asked for a text from which nothing is taken, so it is not counted before.
    pub fn reach(&self) -> usize {
        *self.reach.get_or_init(|| {
            let parts = self.section(Section::Parts);
            let mut choices: HashMap<u32, usize> = HashMap::new();
            let mut of = |word: u32, edge: bool| match word >> KIND {
                HOLE if edge => 0,
                HOLE => Hole::NAMES[(word & ((1 << KIND) - 1)) as usize % Hole::NAMES.len()].1.reach(),
                LITERAL => self.text(word & ((1 << KIND) - 1)).len(),
                _ => *choices.entry(word).or_insert_with(|| match (Parts { tables: self, words: &[word] }).first() {
                    Some(Piece::OneOf(choice)) => choice.iter().map(str::len).max().unwrap_or(0),
                    _ => 0,
                }),
            };
            let phrases = self.section(Section::Phrases);
            let starts = phrases.iter().step_by(PHRASE).map(|&start| start as usize);
            let ends = starts.clone().skip(1).chain([parts.len()]);
            let covered =
                starts.zip(ends).map(|(start, end)| (start..end).map(|n| of(parts[n], n == start || n + 1 == end)).sum::<usize>());
            covered.max().unwrap_or(0)
        })
    }

    /// How many phrases there are.
    #[cfg_attr(not(test), allow(dead_code, reason = "tests compare all of them"))]
    pub fn len(&self) -> usize {
        self.section(Section::Phrases).len() / PHRASE
    }

    /// A phrase by its number.
    #[inline]
    pub fn phrase(&self, n: u32) -> Phrase<'_> {
        let phrases = self.section(Section::Phrases);
        let at = n as usize * PHRASE;
        let parts = self.section(Section::Parts);
        let end = phrases.get(at + PHRASE).map_or(parts.len(), |&end| end as usize);
        let anchor = phrases[at + 3] & NO_ANCHOR;
        Phrase {
            parts: Parts { tables: self, words: &parts[phrases[at] as usize..end] },
            anchor: (anchor != NO_ANCHOR).then_some(anchor as usize),
            role: Role::ALL[(phrases[at + 2] & 0xFFFF) as usize % Role::ALL.len()],
            rule: phrases[at + 1],
            language: (phrases[at + 2] >> 16) as u16,
            words: (phrases[at + 3] >> 8 & 0xFF) as u16,
        }
    }

    /// What is written to the disk when dehusk is built.
    #[allow(dead_code, reason = "the build script writes them, the library reads")]
    pub fn raw(&self) -> (&[u32], &str) {
        (&self.words, &self.text)
    }
}

impl<'s> Parts<'s> {
    pub fn len(&self) -> usize {
        self.words.len()
    }

    fn piece(&self, word: u32) -> Piece<'s> {
        let n = word & ((1 << KIND) - 1);
        match word >> KIND {
            LITERAL => Piece::Literal(self.tables.text(n)),
            HOLE => Piece::Hole(Hole::NAMES[n as usize % Hole::NAMES.len()].1),
            _ => {
                let starts = self.tables.section(Section::Choices);
                let texts = &self.tables.section(Section::ChoiceTexts)[starts[n as usize] as usize..starts[n as usize + 1] as usize];
                match texts {
                    &[firsts, lasts, ref texts @ ..] => Piece::OneOf(Choice { tables: self.tables, texts, firsts, lasts }),
                    _ => Piece::OneOf(Choice { tables: self.tables, texts, firsts: 0, lasts: 0 }),
                }
            }
        }
    }

    pub fn get(&self, n: usize) -> Option<Piece<'s>> {
        self.words.get(n).map(|&word| self.piece(word))
    }

    pub fn first(&self) -> Option<Piece<'s>> {
        self.get(0)
    }

    pub fn last(&self) -> Option<Piece<'s>> {
        self.words.last().map(|&word| self.piece(word))
    }

    pub fn split_first(&self) -> Option<(Piece<'s>, Parts<'s>)> {
        let (first, words) = self.words.split_first()?;
        Some((self.piece(*first), Parts { words, ..*self }))
    }

    pub fn split_last(&self) -> Option<(Piece<'s>, Parts<'s>)> {
        let (last, words) = self.words.split_last()?;
        Some((self.piece(*last), Parts { words, ..*self }))
    }

    /// The pieces before piece `n`.
    pub fn before(&self, n: usize) -> Parts<'s> {
        Parts { words: &self.words[..n], ..*self }
    }

    /// The pieces behind piece `n`.
    pub fn behind(&self, n: usize) -> Parts<'s> {
        Parts { words: &self.words[n + 1..], ..*self }
    }

    /// An order in which the same pieces stand together.
    pub fn cmp(&self, other: &Parts<'_>) -> std::cmp::Ordering {
        self.words.cmp(other.words)
    }

    /// True where one of the pieces is this hole.
    pub fn wants(&self, hole: Hole) -> bool {
        self.words.contains(&(HOLE << KIND | hole as u32))
    }
}

impl<'s> Choice<'s> {
    /// False where none of the texts begins with this byte.
    #[inline]
    pub fn may_begin(&self, byte: u8) -> bool {
        self.firsts & bit_of(byte) != 0
    }

    /// False where none of the texts ends with this byte.
    #[inline]
    pub fn may_end(&self, byte: u8) -> bool {
        self.lasts & bit_of(byte) != 0
    }

    pub fn iter(&self) -> impl Iterator<Item = &'s str> + use<'s> {
        let tables = self.tables;
        self.texts.iter().map(move |&n| tables.text(n))
    }
}

/// A phrase as the compiler makes it.
#[derive(Debug)]
pub(crate) struct Written {
    pub parts: Vec<Part>,
    pub anchor: Option<usize>,
    pub role: Role,
    pub rule: u32,
    pub language: u16,
    pub words: u16,
    pub guard: Guard,
}

/// Fills tables.
#[derive(Default)]
struct Builder<'p> {
    known: HashMap<&'p str, u32>,
    texts: Vec<&'p str>,
    choices: HashMap<&'p [String], u32>,
    sections: [Vec<u32>; SECTIONS],
}

impl<'p> Builder<'p> {
    fn text(&mut self, text: &'p str) -> u32 {
        *self.known.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() as u32 - 1
        })
    }

    fn part(&mut self, part: &'p Part) -> u32 {
        match part {
            Part::Literal(text) => LITERAL << KIND | self.text(text),
            Part::Hole(hole) => HOLE << KIND | *hole as u32,
            Part::OneOf(texts) => ONE_OF << KIND | self.choice(texts),
            // Expansion leaves none; nothing is ever found with an empty choice.
            Part::Slot(_) => ONE_OF << KIND | self.choice(&[]),
        }
    }

    fn choice(&mut self, texts: &'p [String]) -> u32 {
        if let Some(&n) = self.choices.get(texts) {
            return n;
        }
        let n = self.choices.len() as u32;
        self.choices.insert(texts, n);
        let start = self.sections[Section::ChoiceTexts as usize].len() as u32;
        self.sections[Section::Choices as usize].push(start);
        let set = |byte: fn(&[u8]) -> Option<&u8>| texts.iter().filter_map(|t| byte(t.as_bytes())).fold(0, |set, &b| set | bit_of(b));
        let edges = [set(|text| text.first()), set(|text| text.last())];
        self.sections[Section::ChoiceTexts as usize].extend(edges);
        for text in texts {
            let text = self.text(text);
            self.sections[Section::ChoiceTexts as usize].push(text);
        }
        n
    }
}

impl Tables {
    /// Tables of these phrases.
    pub fn build(phrases: &[Written]) -> Tables {
        let mut builder = Builder::default();
        let mut anchored: Vec<Vec<u32>> = Vec::new();
        for (n, phrase) in (0u32..).zip(phrases) {
            let anchor = phrase.anchor.filter(|&a| a < NO_ANCHOR as usize).and_then(|a| phrase.parts.get(a));
            let Some(Part::Literal(text)) = anchor else {
                builder.sections[Section::Unanchored as usize].push(n);
                continue;
            };
            let text = text.trim_matches(' ');
            // A comma finds every sentence: with holes beside it, a short line is the better place to start.
            if text.is_empty() || (phrase.parts.len() > 1 && !text.contains(char::is_alphanumeric)) {
                builder.sections[Section::Unanchored as usize].push(n);
            } else {
                let anchor = builder.text(text) as usize;
                anchored.resize_with(anchored.len().max(anchor + 1), Vec::new);
                anchored[anchor].push(n);
            }
        }
        let anchors = builder.texts.clone();
        for mut list in anchored {
            let start = builder.sections[Section::AnchorPhrases as usize].len() as u32;
            builder.sections[Section::Anchors as usize].push(start);
            builder.sections[Section::Guards as usize].push(Guard::common(list.iter().map(|&n| phrases[n as usize].guard)).bits());
            let guard = |n: &u32| phrases[*n as usize].guard.bits();
            let pieces = |n: u32| (&phrases[n as usize].parts, phrases[n as usize].anchor);
            // What languages share is remembered from one phrase to the next, and what phrases with the same pieces share.
            list.sort_by_key(|n| (guard(n), phrases[*n as usize].language));
            let mut known: HashMap<_, usize> = HashMap::new();
            let order: HashMap<u32, usize> = list.iter().enumerate().map(|(at, &n)| (n, *known.entry(pieces(n)).or_insert(at))).collect();
            list.sort_by_key(|n| (guard(n), order[n]));
            for group in list.chunk_by(|a, b| guard(a) == guard(b)).flat_map(|same| same.chunks(0xFFFF)) {
                let groups = &mut builder.sections[Section::AnchorPhrases as usize];
                groups.push((group.len() as u32) << 16 | guard(&group[0]));
                for (at, &n) in group.iter().enumerate() {
                    let again = at > 0 && pieces(group[at - 1]) == pieces(n) && !phrases[n as usize].parts.iter().any(Part::by_language);
                    groups.push(n | if again { AGAIN } else { 0 });
                }
            }
        }
        for phrase in phrases {
            let start = builder.sections[Section::Parts as usize].len() as u32;
            let anchor = phrase.anchor.map_or(NO_ANCHOR, |a| (a as u32).min(NO_ANCHOR));
            builder.sections[Section::Phrases as usize].extend([
                start,
                phrase.rule,
                u32::from(phrase.language) << 16 | phrase.role as u32,
                u32::from(phrase.words.min(0xFF)) << 8 | anchor,
            ]);
            for part in &phrase.parts {
                let part = builder.part(part);
                builder.sections[Section::Parts as usize].push(part);
            }
        }
        for (list, items) in [(Section::Anchors, Section::AnchorPhrases), (Section::Choices, Section::ChoiceTexts)] {
            let end = builder.sections[items as usize].len() as u32;
            builder.sections[list as usize].push(end);
        }
        let guards = std::mem::take(&mut builder.sections[Section::Guards as usize]);
        let guard = |n: usize| Guard::from_bits(guards.get(n).copied().unwrap_or_default());
        super::literals::build(&anchors, guard, &mut builder.sections);
        builder.sections[Section::Guards as usize] = guards;
        let mut text = String::with_capacity(builder.texts.iter().map(|t| t.len()).sum());
        for part in &builder.texts {
            builder.sections[Section::Texts as usize].push(text.len() as u32);
            text.push_str(part);
        }
        builder.sections[Section::Texts as usize].push(text.len() as u32);
        let mut words = Vec::with_capacity(SECTIONS + 1 + builder.sections.iter().map(Vec::len).sum::<usize>());
        let mut at = SECTIONS as u32 + 1;
        words.push(at);
        for section in &builder.sections {
            at += section.len() as u32;
            words.push(at);
        }
        words.extend(builder.sections.iter().flatten());
        Tables::new(words.into(), text.into())
    }
}

#[cfg(any(test, feature = "bench"))]
impl Tables {
    /// How many anchors there are; their texts come first.
    #[cfg(feature = "bench")]
    pub fn anchors(&self) -> usize {
        self.section(Section::Guards).len()
    }

    /// Tables of phrases that are one literal each.
    pub fn of_anchors(texts: &[Box<str>]) -> Tables {
        Tables::of_guarded(texts, Guard::default())
    }

    /// The same, of phrases that all have this guard.
    pub fn of_guarded(texts: &[Box<str>], guard: Guard) -> Tables {
        let written = |text: &str| Written {
            parts: vec![Part::Literal(text.to_string())],
            anchor: Some(0),
            role: Role::Main,
            rule: 0,
            language: 0,
            words: 1,
            guard,
        };
        Tables::build(&texts.iter().map(|text| written(text)).collect::<Vec<_>>())
    }
}
