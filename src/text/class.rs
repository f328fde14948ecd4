//! Letters and digits, told from tables: the standard library searches its own for each character, and texts of most
//! languages ask millions of times.
//!
//! A table is made of blocks of 64 characters, each filled when a character of it is first asked about, from the standard
//! library's answers.

use std::sync::atomic::{AtomicU64, Ordering};

/// Characters below this have a table; above stand emoji, rare ideographs and historic scripts.
const TABLED: usize = 0x1_0000;
const BLOCKS: usize = TABLED / 64;

/// What the standard library says of characters, once it was asked.
struct Class {
    says: fn(char) -> bool,
    /// A bit for each block that is filled.
    filled: [AtomicU64; BLOCKS / 64],
    blocks: [AtomicU64; BLOCKS],
}

impl Class {
    const fn new(says: fn(char) -> bool) -> Class {
        Class { says, filled: [const { AtomicU64::new(0) }; BLOCKS / 64], blocks: [const { AtomicU64::new(0) }; BLOCKS] }
    }

    #[inline]
    fn holds(&self, c: char) -> bool {
        let n = c as usize;
        if n >= TABLED {
            return (self.says)(c);
        }
        let block = n / 64;
        // Filled blocks were written before their bit.
        if self.filled[block / 64].load(Ordering::Acquire) >> (block % 64) & 1 == 0 {
            self.fill(block);
        }
        self.blocks[block].load(Ordering::Relaxed) >> (n % 64) & 1 == 1
    }

    /// Threads that fill a block at the same time write the same.
    #[cold]
    fn fill(&self, block: usize) {
        let bit = |n: usize| char::from_u32((block * 64 + n) as u32).is_some_and(self.says);
        let bits = (0..64).filter(|&n| bit(n)).fold(0, |bits, n| bits | 1 << n);
        self.blocks[block].store(bits, Ordering::Relaxed);
        self.filled[block / 64].fetch_or(1 << (block % 64), Ordering::Release);
    }
}

static WORDY: Class = Class::new(char::is_alphanumeric);
static LETTERS: Class = Class::new(char::is_alphabetic);

/// As [`char::is_alphanumeric`].
#[inline]
pub(crate) fn is_wordy(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { WORDY.holds(c) }
}

/// As [`char::is_alphabetic`].
#[inline]
pub(crate) fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { LETTERS.holds(c) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_the_standard_library_says() {
        for c in '\0'..=char::MAX {
            assert_eq!((is_wordy(c), is_letter(c)), (c.is_alphanumeric(), c.is_alphabetic()), "{c:?}");
        }
    }
}
