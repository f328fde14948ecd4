//! Compiled packs as they lie in memory: numbers in sections, texts in one string.
//!
//! The built-in packs are compiled when dehusk is built, and their tables are used where they lie in the program: nothing
//! is read, allocated or hashed for 80,000 phrases at each start. Packs of a user are compiled to the same tables at run time.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::gate::Gate;
use super::guard::Guard;
use super::phrase::{Hole, Part};

/// The sections, in the order in which they lie.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Section {
    /// Where each text begins, and the end of the last one. Anchors come first: their number is that of their text.
    Texts,
    /// For each anchor, the number of its first group, and behind the last anchor the number of all groups.
    Anchors,
    /// Two numbers for each group of phrases that have an anchor, a guard and a gate in common: these, and the first of the phrases,
    /// which end where those of the next group begin. Behind the last one stands where its phrases end.
    Groups,
    /// For each anchor, what its phrases have in common ([`guard`](super::guard)).
    Guards,
    /// Four numbers for each phrase: where its parts begin; rule; language, marks and role; words and anchor. Phrases of one
    /// anchor stand together, and those without an anchor come last.
    Phrases,
    Parts,
    /// For each choice, where its texts begin in `ChoiceTexts`, and the end of the last one's. Before them stand the sets of their
    /// first and last bytes, a bit for each byte modulo 32.
    Choices,
    ChoiceTexts,
    /// Phrases without a literal.
    Unanchored,
    /// What [`Tables::reach`] tells.
    Reach,
    /// Tables of the literal stage ([`literals`](super::literals)).
    Longer,
    LongerFilter,
    Long,
    LongFilter,
    Words,
    WordFilter,
    Middle,
    Short,
    /// For starts of anchors in the two tables before.
    LeadFilter,
    Tiny,
    /// For each byte, the anchor that it is alone, or that one of two bytes begins with it.
    Bytes,
}

const SECTIONS: usize = Section::Bytes as usize + 1;

/// Numbers of one phrase.
const PHRASE: usize = 4;
/// Marks a phrase of an anchor that is found where the one before it is found: it has the same pieces.
const AGAIN: u32 = 1 << 15;
/// Marks a phrase that is its anchor.
const WHOLE: u32 = 1 << 14;
/// Marks a phrase whose anchor begins with a blank, or ends with one.
const BLANK_BEFORE: u32 = 1 << 13;
const BLANK_BEHIND: u32 = 1 << 12;
/// Marks a phrase that counts only in a text of its language.
const WEAK: u32 = 1 << 11;
/// Marks a phrase of a rule that wants a line of its own.
const LINE: u32 = 1 << 10;
/// What the role is told from.
const ROLE: u32 = 7;
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
    /// The first numbers of `words`.
    starts: [u32; SECTIONS + 1],
}

/// A phrase of one rule in one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Phrase<'s> {
    pub parts: Parts<'s>,
    /// Index of the literal that the scan looks for, if there is one.
    #[cfg_attr(not(test), allow(dead_code, reason = "tests compare it"))]
    pub anchor: Option<usize>,
    pub role: Role,
    /// Number of the rule among those that were compiled.
    pub rule: u32,
    /// Number of the language among those that were compiled.
    pub language: u16,
    /// Words in the literals: how much a phrase says.
    pub words: u16,
}

/// The phrases of each anchor, read by the scan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchored<'t> {
    guards: &'t [u32],
    anchors: &'t [u32],
    groups: &'t [[u32; 2]],
    phrases: &'t [[u32; PHRASE]],
    parts: Parts<'t>,
}

/// Phrases that have an anchor and what must stand around it in common.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub guard: Guard,
    pub gate: Gate,
    /// Their numbers.
    pub phrases: Range<u32>,
}

/// What decides most often whether a phrase is tried at all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brief<'t>(&'t [u32; PHRASE]);

impl<'t> Anchored<'t> {
    pub fn new(tables: &'t Tables) -> Anchored<'t> {
        Anchored {
            guards: tables.section(Section::Guards),
            anchors: tables.section(Section::Anchors),
            groups: tables.section(Section::Groups).as_chunks().0,
            phrases: tables.section(Section::Phrases).as_chunks().0,
            parts: Parts { tables, words: tables.section(Section::Parts) },
        }
    }

    /// What all phrases of an anchor have in common.
    #[inline]
    pub fn guard(&self, anchor: u32) -> Guard {
        Guard::from_bits(self.guards[anchor as usize])
    }

    /// The phrases that have this anchor, those with the same guard and gate together.
    #[inline]
    pub fn groups(self, anchor: u32) -> impl Iterator<Item = Group> + use<'t> {
        // The first of the next group is where the last one ends.
        let groups = &self.groups[self.anchors[anchor as usize] as usize..=self.anchors[anchor as usize + 1] as usize];
        groups.iter().zip(&groups[1..]).map(|(&[around, first], &[_, end])| Group {
            guard: Guard::from_bits(around & 0xFFFF),
            gate: Gate::from_bits((around >> 16) as u16),
            phrases: first..end,
        })
    }

    /// A phrase by its number.
    #[inline]
    pub fn brief(&self, n: u32) -> Brief<'t> {
        Brief(&self.phrases[n as usize])
    }

    /// The pieces of a phrase before its anchor and behind it; `None` where it has no anchor.
    #[inline]
    pub fn parts(&self, n: u32) -> Option<(Parts<'t>, Parts<'t>)> {
        let &[start, _, _, last] = self.phrases.get(n as usize)?;
        let end = self.phrases.get(n as usize + 1).map_or(self.parts.words.len(), |&[end, ..]| end as usize);
        let words = self.parts.words.get(start as usize..end)?;
        let (before, behind) = words.split_at_checked((last & NO_ANCHOR) as usize)?;
        Some((Parts { words: before, ..self.parts }, Parts { words: behind.get(1..)?, ..self.parts }))
    }
}

impl Brief<'_> {
    /// Number of the rule among those that were compiled.
    #[inline]
    pub fn rule(self) -> u32 {
        self.0[1]
    }

    /// Number of the language among those that were compiled.
    #[inline]
    pub fn language(self) -> u16 {
        (self.0[2] >> 16) as u16
    }

    #[inline]
    pub fn role(self) -> Role {
        Role::ALL[(self.0[2] & ROLE) as usize % Role::ALL.len()]
    }

    /// Words in the literals.
    #[inline]
    pub fn words(self) -> u16 {
        (self.0[3] >> 8 & 0xFF) as u16
    }

    /// The phrase is its anchor.
    #[inline]
    pub fn whole(self) -> bool {
        self.0[2] & WHOLE != 0
    }

    /// Whether its anchor begins with a blank, and whether it ends with one.
    #[inline]
    pub fn blanks(self) -> (bool, bool) {
        (self.0[2] & BLANK_BEFORE != 0, self.0[2] & BLANK_BEHIND != 0)
    }

    /// It is found just where the phrase before it is found.
    #[inline]
    pub fn again(self) -> bool {
        self.0[2] & AGAIN != 0
    }

    /// It counts only in a text of its language.
    #[inline]
    pub fn weak(self) -> bool {
        self.0[2] & WEAK != 0
    }

    /// Its rule wants a line of its own.
    #[inline]
    pub fn line(self) -> bool {
        self.0[2] & LINE != 0
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

/// The hole that a part is, if it is one.
#[inline]
fn hole(word: u32) -> Option<Hole> {
    (word >> KIND == HOLE).then(|| Hole::NAMES[(word & ((1 << KIND) - 1)) as usize % Hole::NAMES.len()].1)
}

impl Tables {
    /// Tables that lie in memory already.
    pub fn new(words: Cow<'static, [u32]>, text: Cow<'static, str>) -> Tables {
        let mut starts = [0; SECTIONS + 1];
        starts.copy_from_slice(&words[..=SECTIONS]);
        Tables { words, text, starts }
    }

    /// The numbers of a section.
    #[inline]
    pub fn section(&self, section: Section) -> &[u32] {
        let n = section as usize;
        &self.words[self.starts[n] as usize..self.starts[n + 1] as usize]
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

    /// What all phrases of an anchor have in common.
    #[inline]
    pub fn anchor_guard(&self, anchor: u32) -> Guard {
        Guard::from_bits(self.section(Section::Guards)[anchor as usize])
    }

    /// Bytes of folded text that a phrase may cover between two line ends, at most: holes at its ends lie in the lines where it begins
    /// and ends.
    pub fn reach(&self) -> usize {
        self.section(Section::Reach).first().map_or(0, |&reach| reach as usize)
    }

    /// How many phrases there are.
    #[cfg_attr(not(test), allow(dead_code, reason = "tests compare all of them"))]
    pub fn len(&self) -> usize {
        self.section(Section::Phrases).len() / PHRASE
    }

    /// A phrase by its number.
    #[inline]
    pub fn phrase(&self, n: u32) -> Phrase<'_> {
        let phrases = self.section(Section::Phrases).as_chunks::<PHRASE>().0;
        let parts = self.section(Section::Parts);
        let words = &phrases[n as usize];
        let end = phrases.get(n as usize + 1).map_or(parts.len(), |&[end, ..]| end as usize);
        let (brief, anchor) = (Brief(words), words[3] & NO_ANCHOR);
        Phrase {
            parts: Parts { tables: self, words: &parts[words[0] as usize..end] },
            anchor: (anchor != NO_ANCHOR).then_some(anchor as usize),
            role: brief.role(),
            rule: brief.rule(),
            language: brief.language(),
            words: brief.words(),
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

    /// What tells the first three pieces, and whether there are as many.
    #[inline]
    pub fn head(&self) -> [u32; 3] {
        std::array::from_fn(|n| self.words.get(n).copied().unwrap_or(u32::MAX))
    }

    /// The first piece, if it is a hole.
    #[inline]
    pub fn first_hole(&self) -> Option<Hole> {
        self.words.first().copied().and_then(hole)
    }

    /// The last piece, if it is a hole.
    #[inline]
    pub fn last_hole(&self) -> Option<Hole> {
        self.words.last().copied().and_then(hole)
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
    /// Its rule wants a line of its own.
    pub line: bool,
    /// It is what its rule removes, and says too little outside of its language.
    pub weak: bool,
}

impl Written {
    /// What must stand around its anchor: the guard, and the gate above it.
    fn around(&self) -> u32 {
        let gate = self.anchor.map_or(Gate::default(), |anchor| Gate::of(&self.parts, anchor));
        u32::from(gate.bits()) << 16 | self.guard.bits()
    }

    /// Bytes that it may cover between two line ends, at most.
    fn reach(&self) -> usize {
        let edge = |n: usize| n == 0 || n + 1 == self.parts.len();
        let of = |(n, part): (usize, &Part)| match part {
            Part::Hole(_) if edge(n) => 0,
            Part::Hole(hole) => hole.reach(),
            Part::Literal(text) => text.len(),
            Part::OneOf(texts) => texts.iter().map(String::len).max().unwrap_or(0),
            Part::Slot(_) => 0,
        };
        self.parts.iter().enumerate().map(of).sum()
    }

    /// What decides where it is found, its language aside.
    fn pieces(&self) -> (&[Part], Option<usize>) {
        (&self.parts, self.anchor)
    }
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

    /// How many phrases there are.
    fn phrases(&self) -> u32 {
        (self.sections[Section::Phrases as usize].len() / PHRASE) as u32
    }

    fn phrase(&mut self, phrase: &'p Written, again: bool) {
        let start = self.sections[Section::Parts as usize].len() as u32;
        let anchor = phrase.anchor.map_or(NO_ANCHOR, |a| (a as u32).min(NO_ANCHOR));
        let blanks = match phrase.anchor.and_then(|anchor| phrase.parts.get(anchor)) {
            Some(Part::Literal(text)) => (text.starts_with(' '), text.ends_with(' ')),
            _ => (false, false),
        };
        let mark = |is: bool, mark: u32| if is { mark } else { 0 };
        let marks = mark(again, AGAIN)
            | mark(phrase.parts.len() == 1, WHOLE)
            | mark(blanks.0, BLANK_BEFORE)
            | mark(blanks.1, BLANK_BEHIND)
            | mark(phrase.weak, WEAK)
            | mark(phrase.line, LINE);
        self.sections[Section::Phrases as usize].extend([
            start,
            phrase.rule,
            u32::from(phrase.language) << 16 | marks | phrase.role as u32,
            u32::from(phrase.words.min(0xFF)) << 8 | anchor,
        ]);
        for part in &phrase.parts {
            let part = self.part(part);
            self.sections[Section::Parts as usize].push(part);
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
        let mut anchored: Vec<Vec<&Written>> = Vec::new();
        let mut unanchored: Vec<&Written> = Vec::new();
        for phrase in phrases {
            let anchor = phrase.anchor.filter(|&a| a < NO_ANCHOR as usize).and_then(|a| phrase.parts.get(a));
            let Some(Part::Literal(text)) = anchor else {
                unanchored.push(phrase);
                continue;
            };
            let text = text.trim_matches(' ');
            // A comma finds every sentence: with holes beside it, a short line is the better place to start.
            if text.is_empty() || (phrase.parts.len() > 1 && !text.contains(char::is_alphanumeric)) {
                unanchored.push(phrase);
            } else {
                let anchor = builder.text(text) as usize;
                anchored.resize_with(anchored.len().max(anchor + 1), Vec::new);
                anchored[anchor].push(phrase);
            }
        }
        let anchors = builder.texts.clone();
        for mut list in anchored {
            let start = (builder.sections[Section::Groups as usize].len() / 2) as u32;
            builder.sections[Section::Anchors as usize].push(start);
            builder.sections[Section::Guards as usize].push(Guard::common(list.iter().map(|phrase| phrase.guard)).bits());
            let pieces = Written::pieces;
            // What languages share is remembered from one phrase to the next, and what phrases with the same pieces share.
            // Where a phrase is its anchor, rules come one after the other, as they are wanted in the end.
            list.sort_by_key(|phrase| {
                let rule = if phrase.parts.len() == 1 { phrase.rule } else { u32::MAX };
                (phrase.around(), rule, phrase.language)
            });
            let mut known: HashMap<_, usize> = HashMap::new();
            let order: Vec<usize> = list.iter().enumerate().map(|(at, phrase)| *known.entry(pieces(phrase)).or_insert(at)).collect();
            let mut list: Vec<(usize, &Written)> = order.into_iter().zip(list).collect();
            list.sort_by_key(|&(order, phrase)| (phrase.around(), order));
            for group in list.chunk_by(|(_, a), (_, b)| a.around() == b.around()) {
                let first = builder.phrases();
                builder.sections[Section::Groups as usize].extend([group[0].1.around(), first]);
                let mut before = None;
                for &(_, phrase) in group {
                    let again = before == Some(pieces(phrase)) && !phrase.parts.iter().any(Part::by_language);
                    builder.phrase(phrase, again);
                    before = Some(pieces(phrase));
                }
            }
        }
        builder.sections[Section::Reach as usize].push(phrases.iter().map(Written::reach).max().unwrap_or(0) as u32);
        let groups = (builder.sections[Section::Groups as usize].len() / 2) as u32;
        builder.sections[Section::Anchors as usize].push(groups);
        let end = builder.phrases();
        builder.sections[Section::Groups as usize].extend([0, end]);
        for phrase in unanchored {
            let number = builder.phrases();
            builder.sections[Section::Unanchored as usize].push(number);
            builder.phrase(phrase, false);
        }
        let end = builder.sections[Section::ChoiceTexts as usize].len() as u32;
        builder.sections[Section::Choices as usize].push(end);
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
    #[cfg(test)]
    pub fn of_anchors(texts: &[Box<str>]) -> Tables {
        Tables::of_guarded(texts, |_| Guard::default())
    }

    /// Tables of phrases that are one literal each and have these guards.
    pub fn of_guarded(texts: &[Box<str>], guard: impl Fn(usize) -> Guard) -> Tables {
        let written = |n: usize| Written {
            parts: vec![Part::Literal(texts[n].to_string())],
            anchor: Some(0),
            role: Role::Main,
            rule: 0,
            language: 0,
            words: 1,
            guard: guard(n),
            line: false,
            weak: false,
        };
        Tables::build(&(0..texts.len()).map(written).collect::<Vec<_>>())
    }
}
