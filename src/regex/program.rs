//! A compiled expression: instructions and classes as numbers, so that those of the built-in packs lie in the program ready to run.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// What an expression is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Mode {
    /// Where it matches, and its group `cut`.
    Find,
    /// Whether it matches anywhere.
    Test,
}

/// Instructions: the low eight bits of a word say what is done, the others hold a character, an assertion or a slot. The word
/// behind it is the next instruction. Places of instructions are counted from the first one.
pub(super) mod op {
    pub const MATCH: u32 = 0;
    /// This character.
    pub const CHAR: u32 = 1;
    /// A character of the class in word 2.
    pub const CLASS: u32 = 2;
    /// Characters of the class in word 2: at least word 3, at most word 4. Word 5 is the first of its states.
    pub const GREEDY: u32 = 3;
    /// Besides: it gives nothing back, since that would be in vain.
    pub const KEEPS: u32 = 1 << 8;
    pub const LAZY: u32 = 4;
    /// The next instruction, else the one in word 2.
    pub const SPLIT: u32 = 5;
    /// An assertion, of those of `regex_syntax`.
    pub const LOOK: u32 = 6;
    /// Keeps the place in a slot.
    pub const SAVE: u32 = 7;
    /// Ways that begin with one character each: how many in word 2, the others in word 3 (`NONE` if there are none), then each
    /// character and what stands behind it, sorted.
    pub const SWITCH: u32 = 8;
    pub const NONE: u32 = u32::MAX;
}

/// Words in front of the instructions.
pub(super) const HEAD: usize = 8;

pub(super) mod flag {
    /// It runs from the end of the text towards the start.
    pub const BACK: u32 = 1;
    /// It begins only at the edge of the text where it starts to run.
    pub const EDGE: u32 = 2;
    /// It begins only where lines do.
    pub const LINE: u32 = 4;
    /// It may begin with a character beyond ASCII.
    pub const WIDE: u32 = 8;
    /// It may match without taking a character.
    pub const EMPTY: u32 = 16;
    /// It repeats what may be empty.
    pub const IDLE: u32 = 32;
}

/// A compiled expression, alone or one of many in the same numbers.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pool: Cow<'static, [u32]>,
    /// Where its head lies.
    head: usize,
}

impl Program {
    /// The one whose head lies there.
    pub fn at(pool: Cow<'static, [u32]>, head: u32) -> Program {
        Program { pool, head: head as usize }
    }

    /// Where it lies in memory: what tells it from others.
    pub fn place(&self) -> usize {
        self.pool[self.head..].as_ptr().addr()
    }

    pub(super) fn view(&self) -> View<'_> {
        let (head, rest) = self.pool[self.head..].split_at(HEAD);
        View {
            pool: &self.pool,
            code: &rest[..head[1] as usize],
            states: head[0] as usize,
            entry: head[2],
            flags: head[3],
            first: [head[4], head[5], head[6], head[7]],
        }
    }
}

/// A program taken apart.
#[derive(Clone, Copy)]
pub(super) struct View<'p> {
    pub pool: &'p [u32],
    pub code: &'p [u32],
    /// States that a run may be in: one for each word of the code, and those that count.
    pub states: usize,
    pub entry: u32,
    pub flags: u32,
    /// ASCII characters that it may begin with, a bit each.
    pub first: [u32; 4],
}

/// What a switch does: where it goes with each character, and without one.
#[inline]
pub(super) fn switch(code: &[u32], here: usize) -> (&[[u32; 2]], Option<u32>) {
    let ways = code[here + 4..][..2 * code[here + 2] as usize].as_chunks().0;
    (ways, Some(code[here + 3]).filter(|&other| other != op::NONE))
}

/// Where a switch goes with this character.
#[inline]
pub(super) fn switched(ways: &[[u32; 2]], c: char) -> Option<u32> {
    let at = ways.partition_point(|&[first, _]| first < u32::from(c));
    ways.get(at).filter(|&&[first, _]| first == u32::from(c)).map(|&[_, to]| to)
}

impl View<'_> {
    pub fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// The one character that the class leaves out, an ASCII one.
    #[inline]
    pub fn leaves_out(&self, class: u32) -> Option<u8> {
        self.pool[class as usize + 5].checked_sub(1).map(|c| c as u8)
    }

    /// True if the class holds the character.
    #[inline]
    pub fn holds(&self, class: u32, c: char) -> bool {
        let class = class as usize;
        let c = u32::from(c);
        if c < 128 {
            return self.pool[class + (c >> 5) as usize] >> (c & 31) & 1 == 1;
        }
        let ranges = self.pool[class + 6..][..2 * self.pool[class + 4] as usize].as_chunks::<2>().0;
        ranges.get(ranges.partition_point(|&[_, end]| end < c)).is_some_and(|&[start, _]| start <= c)
    }
}
