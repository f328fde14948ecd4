//! Expressions into programs.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind, Look, Repetition};

use super::program::{HEAD, Mode, Program, flag, op, switch};

/// Most words of a program, and most of its states: a pack from elsewhere must not take the memory.
const MOST: usize = 1 << 19;

/// Ways that one character chooses from, at least.
const SWITCHED: usize = 4;
/// Characters of a class that is taken apart for that.
const FEW: usize = 3;

/// Why an expression has no program.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Syntax(Box<regex_syntax::Error>),
    #[error("the expression is too large when its repetitions are written out")]
    Large,
}

/// Makes programs that share their classes.
#[derive(Default)]
pub(crate) struct Compiler {
    pool: Vec<u32>,
    classes: HashMap<Vec<u32>, u32>,
    code: Vec<u32>,
    counts: usize,
    flags: u32,
    mode: Option<Mode>,
}

impl Program {
    pub fn new(source: &str, mode: Mode) -> Result<Program, Error> {
        let mut compiler = Compiler::default();
        let head = compiler.add(source, mode)?;
        Ok(Program::at(Cow::Owned(compiler.pool()), head))
    }
}

impl Compiler {
    /// The numbers of all programs.
    pub fn pool(self) -> Vec<u32> {
        self.pool
    }

    /// Compiles one more; the place of its head.
    pub fn add(&mut self, source: &str, mode: Mode) -> Result<u32, Error> {
        let hir = regex_syntax::Parser::new().parse(source).map_err(|error| Error::Syntax(Box::new(error)))?;
        let of = hir.properties();
        self.flags = match () {
            () if of.look_set_prefix().contains(Look::Start) => flag::EDGE,
            // Asked only whether there is a match that reaches the end, it is looked for from there.
            () if mode == Mode::Test && of.look_set_suffix().contains(Look::End) => flag::EDGE | flag::BACK,
            () if of.look_set_prefix().contains(Look::StartLF) => flag::LINE,
            () => 0,
        };
        self.mode = Some(mode);
        self.code = vec![op::MATCH];
        self.counts = 0;
        let entry = self.emit(&hir, 0)?;
        self.keep(entry);
        let mut first = First { bits: [0; 4], flags: 0, seen: vec![false; self.code.len()] };
        first.follow(&self.code, &self.pool, entry);
        let head = self.pool.len() as u32;
        let length = self.code.len();
        self.pool.extend([(length + self.counts) as u32, length as u32, entry, self.flags | first.flags]);
        self.pool.extend(first.bits);
        debug_assert_eq!(self.pool.len() - head as usize, HEAD);
        self.pool.append(&mut self.code);
        Ok(head)
    }

    /// Marks the repetitions that need not give back what they took.
    fn keep(&mut self, entry: u32) {
        let mut seen = vec![false; self.code.len()];
        let mut open = vec![entry];
        while let Some(at) = open.pop() {
            let here = at as usize;
            if std::mem::replace(&mut seen[here], true) {
                continue;
            }
            match self.code[here] & 255 {
                op::MATCH => continue,
                op::SWITCH => {
                    let (along, other) = switch(&self.code, here);
                    open.extend(along.iter().map(|&[_, to]| to).chain(other));
                    continue;
                }
                op::SPLIT => open.push(self.code[here + 2]),
                op::GREEDY if self.keeps(self.code[here + 2], self.code[here + 1]) => self.code[here] |= op::KEEPS,
                _ => {}
            }
            open.push(self.code[here + 1]);
        }
    }

    /// True where what follows cannot match before the end of the characters of a class, if it does not match behind them: it
    /// may take some of them by repetitions that may as well take none, and needs a character of another kind then, or the edge
    /// of the text, or nothing.
    fn keeps(&self, class: u32, next: u32) -> bool {
        let mut seen = Vec::new();
        let mut open = vec![next];
        while let Some(at) = open.pop() {
            if seen.contains(&at) {
                continue;
            }
            seen.push(at);
            let here = at as usize;
            let (word, after) = (self.code[here], self.code.get(here + 1).copied());
            let other = match word & 255 {
                op::MATCH => true,
                op::CHAR => !self.holds(class, word >> 8),
                op::CLASS => self.apart(class, self.code[here + 2]),
                op::SWITCH => {
                    let (along, other) = switch(&self.code, here);
                    open.extend(other);
                    !along.iter().any(|&[c, _]| self.holds(class, c))
                }
                op::SPLIT => {
                    open.extend([self.code[here + 1], self.code[here + 2]]);
                    true
                }
                op::GREEDY | op::LAZY => {
                    let &[repeated, min, max] = self.code[here + 2..].first_chunk().expect("a repetition has six words");
                    open.extend(after.filter(|_| min == 0));
                    (min, max) == (0, u32::MAX) || self.apart(class, repeated)
                }
                // What is behind in the direction of the run.
                op::LOOK => match Look::from_repr(word >> 8) {
                    Some(Look::Start) => self.back(),
                    Some(Look::End) => !self.back(),
                    Some(Look::StartLF) => self.back() && !self.holds(class, u32::from('\n')),
                    Some(Look::EndLF) => !self.back() && !self.holds(class, u32::from('\n')),
                    _ => false,
                },
                _ => {
                    open.extend(after);
                    true
                }
            };
            if !other {
                return false;
            }
        }
        true
    }

    fn holds(&self, class: u32, c: u32) -> bool {
        ranges(&self.pool, class).any(|(start, end)| (start..=end).contains(&c))
    }

    /// True where two classes have no character in common.
    fn apart(&self, one: u32, other: u32) -> bool {
        ranges(&self.pool, one).all(|(a, b)| ranges(&self.pool, other).all(|(c, d)| b < c || d < a))
    }

    fn back(&self) -> bool {
        self.flags & flag::BACK != 0
    }

    fn push(&mut self, words: &[u32]) -> Result<u32, Error> {
        let at = self.code.len();
        self.code.extend(words);
        if self.code.len() + self.counts > MOST {
            return Err(Error::Large);
        }
        Ok(at as u32)
    }

    /// What an expression does before `next`: its first instruction.
    fn emit(&mut self, hir: &Hir, next: u32) -> Result<u32, Error> {
        match hir.kind() {
            HirKind::Empty => Ok(next),
            HirKind::Literal(literal) => {
                let text = String::from_utf8_lossy(&literal.0);
                let one = |this: &mut Self, next: u32, c: char| this.push(&[op::CHAR | u32::from(c) << 8, next]);
                match self.back() {
                    true => text.chars().try_fold(next, |next, c| one(self, next, c)),
                    false => text.chars().rev().try_fold(next, |next, c| one(self, next, c)),
                }
            }
            HirKind::Class(class) => {
                let class = self.class(class);
                self.push(&[op::CLASS, next, class])
            }
            HirKind::Look(look) => self.push(&[op::LOOK | look.as_repr() << 8, next]),
            HirKind::Repetition(repetition) => self.repetition(repetition, next),
            HirKind::Capture(group) if self.mode == Some(Mode::Find) && group.name.as_deref() == Some("cut") => {
                let end = self.push(&[op::SAVE | 1 << 8, next])?;
                let inner = self.emit(&group.sub, end)?;
                self.push(&[op::SAVE, inner])
            }
            HirKind::Capture(group) => self.emit(&group.sub, next),
            HirKind::Concat(parts) if self.back() => parts.iter().try_fold(next, |next, part| self.emit(part, next)),
            HirKind::Concat(parts) => parts.iter().rev().try_fold(next, |next, part| self.emit(part, next)),
            HirKind::Alternation(parts) if parts.len() >= SWITCHED => self.alternation(parts, next),
            HirKind::Alternation(parts) => self.split(parts, next),
        }
    }

    /// Many ways: one character tells which of them there are. Where nobody asks for more than whether there is a match, their order
    /// does not matter; else all must begin with a character.
    fn alternation(&mut self, parts: &[Hir], next: u32) -> Result<u32, Error> {
        let (mut along, mut others) = (BTreeMap::<char, Vec<Hir>>::new(), Vec::new());
        for part in parts {
            match lead(part, self.back()) {
                Some((chars, rest)) => chars.into_iter().for_each(|c| along.entry(c).or_default().push(rest.clone())),
                None => others.push(part.clone()),
            }
        }
        if along.len() < SWITCHED || (self.mode != Some(Mode::Test) && !others.is_empty()) {
            return self.split(parts, next);
        }
        let other = match others.len() {
            0 => op::NONE,
            _ => self.emit(&Hir::alternation(others), next)?,
        };
        let mut words = vec![op::SWITCH, next, along.len() as u32, other];
        for (c, rests) in along {
            words.extend([u32::from(c), self.emit(&Hir::alternation(rests), next)?]);
        }
        self.push(&words)
    }

    fn split(&mut self, parts: &[Hir], next: u32) -> Result<u32, Error> {
        let (last, others) = parts.split_last().expect("an alternation has parts");
        let mut starts = Vec::with_capacity(others.len());
        for part in others {
            starts.push(self.emit(part, next)?);
        }
        let last = self.emit(last, next)?;
        starts.into_iter().rev().try_fold(last, |rest, start| self.push(&[op::SPLIT, start, rest]))
    }

    fn repetition(&mut self, repetition: &Repetition, next: u32) -> Result<u32, Error> {
        let Repetition { min, max, greedy, .. } = *repetition;
        let mut sub = &*repetition.sub;
        while let HirKind::Capture(group) = sub.kind()
            && group.name.as_deref() != Some("cut")
        {
            sub = &group.sub;
        }
        if let Some(class) = single(sub) {
            let class = self.class(&class);
            let first = self.counts as u32;
            self.counts += max.unwrap_or(min) as usize + 1;
            return self.push(&[if greedy { op::GREEDY } else { op::LAZY }, next, class, min, max.unwrap_or(u32::MAX), first]);
        }
        let fork =
            |this: &mut Self, body: u32, next: u32| this.push(&if greedy { [op::SPLIT, body, next] } else { [op::SPLIT, next, body] });
        let Some(max) = max else {
            let idle = sub.properties().minimum_len().is_none_or(|length| length == 0);
            if idle {
                self.flags |= flag::IDLE;
            }
            let again = fork(self, 0, next)?;
            let mut start = self.emit(sub, again)?;
            self.code[again as usize + if greedy { 1 } else { 2 }] = start;
            if min == 0 {
                // What may be empty is tried once before it is told from nothing: that keeps the order of preference.
                return if idle { fork(self, start, next) } else { Ok(again) };
            }
            for _ in 1..min {
                start = self.emit(sub, start)?;
            }
            return Ok(start);
        };
        let mut start = next;
        for _ in min..max {
            let body = self.emit(sub, start)?;
            start = fork(self, body, next)?;
        }
        for _ in 0..min {
            start = self.emit(sub, start)?;
        }
        Ok(start)
    }

    /// The place of a class: a bit for each ASCII character, then the number of ranges beyond, the one character that it leaves out
    /// (plus one; 0 if there are none or more), then the ranges.
    fn class(&mut self, class: &Class) -> u32 {
        let class = match class {
            Class::Unicode(class) => Cow::Borrowed(class),
            Class::Bytes(class) => Cow::Owned(class.to_unicode_class().unwrap_or_else(ClassUnicode::empty)),
        };
        let mut words = vec![0; 6];
        for range in class.iter() {
            let (start, end) = (u32::from(range.start()), u32::from(range.end()));
            (start..=end.min(127)).for_each(|c| words[(c >> 5) as usize] |= 1 << (c & 31));
            if end > 127 {
                words.extend([start.max(128), end]);
                words[4] += 1;
            }
        }
        let out: u32 = words[..4].iter().map(|bits| bits.count_zeros()).sum();
        if out == 1 && words[6..] == [128, u32::from(char::MAX)] {
            words[5] = (0u32..128).find(|c| words[(c >> 5) as usize] >> (c & 31) & 1 == 0).map_or(0, |c| c + 1);
        }
        if let Some(&at) = self.classes.get(&words) {
            return at;
        }
        let at = self.pool.len() as u32;
        self.pool.extend(&words);
        self.classes.insert(words, at);
        at
    }
}

/// The characters of a class.
fn ranges(pool: &[u32], class: u32) -> impl Iterator<Item = (u32, u32)> {
    let (class, wide) = pool[class as usize..].split_at(6);
    let ascii = (0u32..128).filter(|c| class[(c >> 5) as usize] >> (c & 31) & 1 == 1).map(|c| (c, c));
    ascii.chain(wide.as_chunks::<2>().0[..class[4] as usize].iter().map(|&[start, end]| (start, end)))
}

/// The characters of which an expression begins with one, from the side where it begins, if they are few, and what is behind them.
fn lead(hir: &Hir, back: bool) -> Option<(Vec<char>, Hir)> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let mut text = std::str::from_utf8(&literal.0).ok()?.chars();
            let c = if back { text.next_back() } else { text.next() }?;
            Some((vec![c], Hir::literal(text.as_str().as_bytes())))
        }
        HirKind::Class(Class::Unicode(class)) => {
            let chars: Vec<char> = class.iter().flat_map(|range| range.start()..=range.end()).take(FEW + 1).collect();
            (1..=FEW).contains(&chars.len()).then(|| (chars, Hir::empty()))
        }
        HirKind::Concat(parts) => {
            let (end, rest) = if back { parts.split_last() } else { parts.split_first() }?;
            let (chars, behind) = lead(end, back)?;
            let mut parts = rest.to_vec();
            parts.insert(if back { rest.len() } else { 0 }, behind);
            Some((chars, Hir::concat(parts)))
        }
        _ => None,
    }
}

/// What matches one character, whichever.
fn single(hir: &Hir) -> Option<Cow<'_, Class>> {
    match hir.kind() {
        HirKind::Class(class) => Some(Cow::Borrowed(class)),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            let mut chars = text.chars();
            let (c, None) = (chars.next()?, chars.next()) else { return None };
            Some(Cow::Owned(Class::Unicode(ClassUnicode::new([regex_syntax::hir::ClassUnicodeRange::new(c, c)]))))
        }
        _ => None,
    }
}

/// What a program may begin with.
struct First {
    bits: [u32; 4],
    flags: u32,
    seen: Vec<bool>,
}

impl First {
    fn follow(&mut self, code: &[u32], pool: &[u32], entry: u32) {
        let mut open = vec![entry];
        while let Some(at) = open.pop() {
            let at = at as usize;
            if std::mem::replace(&mut self.seen[at], true) {
                continue;
            }
            let arg = code[at] >> 8;
            match code[at] & 255 {
                op::MATCH => self.flags |= flag::EMPTY,
                op::CHAR if arg < 128 => self.bits[(arg >> 5) as usize] |= 1 << (arg & 31),
                op::CHAR => self.flags |= flag::WIDE,
                op::SPLIT => open.extend([code[at + 1], code[at + 2]]),
                op::SWITCH => {
                    let (along, other) = switch(code, at);
                    open.extend(other);
                    for &[c, _] in along {
                        match c {
                            0..128 => self.bits[(c >> 5) as usize] |= 1 << (c & 31),
                            _ => self.flags |= flag::WIDE,
                        }
                    }
                }
                op::LOOK | op::SAVE => open.push(code[at + 1]),
                kind => {
                    let class = &pool[code[at + 2] as usize..];
                    self.bits.iter_mut().zip(class).for_each(|(bits, more)| *bits |= more);
                    if class[4] > 0 {
                        self.flags |= flag::WIDE;
                    }
                    if kind != op::CLASS && code[at + 3] == 0 {
                        open.push(code[at + 1]);
                    }
                }
            }
        }
    }
}
