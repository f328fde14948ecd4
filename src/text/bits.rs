//! What stands where in a folded text: a bit for each byte, found while the text is folded. What the text tells itself is not kept: the
//! bits of a large one would take as much memory as the text.

use super::block::{BLOCK, Block};

/// Blocks that are made at once, as long as the text is not shorter.
const AHEAD: usize = 32;

/// Sixty-four bytes of a folded text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits {
    /// Letters and digits, but for Hangul and scripts without blanks.
    pub words: u64,
    pub hangul: u64,
    /// Letters that are small ones in the original.
    pub small: u64,
    /// Where a new piece may begin inside what looks like a word: `2040|Next article|Rise`.
    pub seams: u64,
}

/// The same, with what the text itself tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Whole {
    pub bits: Bits,
    /// First bytes of what stands by itself: signs, and characters of scripts without blanks.
    pub alone: u64,
    pub blank: u64,
}

impl Whole {
    /// Of a block with these bits.
    #[inline(always)]
    pub(super) fn of(bits: Bits, block: &Block) -> Whole {
        let blank = block.is(b' ') | block.is(b'\n');
        Whole { bits, alone: !(bits.words | bits.hangul | blank | block.continued()), blank }
    }
}

/// How a character counts where phrases begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Alone,
    Word,
    Hangul,
    Blank,
}

impl Bits {
    /// The bits of one character of `len` bytes.
    pub(super) fn of(class: Class, len: usize, small: bool) -> Bits {
        let own = (1 << len) - 1;
        let small = if small { own } else { 0 };
        match class {
            Class::Alone => Bits { small, ..Bits::default() },
            Class::Word => Bits { words: own, small, ..Bits::default() },
            Class::Hangul => Bits { hangul: own, small, ..Bits::default() },
            Class::Blank => Bits::default(),
        }
    }

    /// Each kind of bits joined with the same kind of another block.
    #[inline(always)]
    fn joined(&self, other: &Bits, join: impl Fn(u64, u64) -> u64) -> Bits {
        Bits {
            words: join(self.words, other.words),
            hangul: join(self.hangul, other.hangul),
            small: join(self.small, other.small),
            seams: join(self.seams, other.seams),
        }
    }

    #[inline(always)]
    fn add(&mut self, bits: &Bits, moved: impl Fn(u64) -> u64) {
        self.words |= moved(bits.words);
        self.small |= moved(bits.small);
        self.seams |= moved(bits.seams);
        self.hangul |= moved(bits.hangul);
    }
}

/// The bits from bit `n` of a block on, and as many of the block behind it.
#[inline(always)]
pub(crate) fn bits_from(n: usize, [block, behind]: [u64; 2]) -> u64 {
    // Two steps: sixty-four at once would be none.
    block >> n | behind << (BLOCK - 1 - n) << 1
}

/// The bits of the sixty-four bytes from `at` on; none before the text and behind it.
fn piece(blocks: &[Bits], at: isize) -> Bits {
    let (n, shift) = (at.div_euclid(BLOCK as isize), at.rem_euclid(BLOCK as isize));
    let block = |n: isize| usize::try_from(n).ok().and_then(|n| blocks.get(n)).copied().unwrap_or_default();
    block(n).joined(&block(n + 1), |low, high| bits_from(shift as usize, [low, high]))
}

/// The bits of a whole text.
#[derive(Debug, Default)]
pub(crate) struct BitMap {
    blocks: Vec<Bits>,
}

impl BitMap {
    /// With room for a text of so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> BitMap {
        BitMap { blocks: Vec::with_capacity(bytes / BLOCK + 2) }
    }

    /// The bits of bytes from `n` times sixty-four on.
    #[inline(always)]
    pub fn block(&self, n: usize) -> Bits {
        self.blocks.get(n).copied().unwrap_or_default()
    }

    /// True where a new piece may begin inside what looks like a word.
    #[inline]
    pub fn seam(&self, at: usize) -> bool {
        self.block(at / BLOCK).seams >> (at % BLOCK) & 1 == 1
    }

    /// True for a letter that is a small one in the original.
    #[inline]
    pub fn small(&self, at: usize) -> bool {
        self.block(at / BLOCK).small >> (at % BLOCK) & 1 == 1
    }

    /// Adds what stands at `at` and behind it.
    #[inline(always)]
    pub(super) fn add(&mut self, at: usize, bits: &Bits) {
        let (n, shift) = (at / BLOCK, at % BLOCK);
        let [first, second] = self.two(n);
        first.add(bits, |bits| bits << shift);
        // Two steps: sixty-four at once would be none.
        second.add(bits, |bits| bits >> 1 >> (BLOCK - 1 - shift));
    }

    /// A new piece may begin at `at`.
    pub(super) fn add_seam(&mut self, at: usize) {
        self.two(at / BLOCK)[0].seams |= 1 << (at % BLOCK);
    }

    /// Takes back the character at `at`, which is the last one; seams stay.
    pub(super) fn take_back(&mut self, at: usize) {
        let (n, shift) = (at / BLOCK, at % BLOCK);
        let keep = (1 << shift) - 1;
        let [first, second] = self.two(n);
        for (block, keep) in [(first, keep), (second, 0)] {
            let Bits { words, hangul, small, .. } = block;
            for bits in [words, hangul, small] {
                *bits &= keep;
            }
        }
    }

    /// Brings the bits of `len` bytes from `from` to `to`, which is not behind it; those before and behind stay.
    pub(super) fn bring(&mut self, from: usize, to: usize, len: usize) {
        if from != to {
            self.replace(to, len, |blocks, at| piece(blocks, (from + at) as isize - to as isize));
        }
    }

    /// Puts the first `len` bytes of another map at `to`.
    pub(super) fn put(&mut self, to: usize, other: &BitMap, len: usize) {
        self.replace(to, len, |_, at| piece(&other.blocks, at as isize - to as isize));
    }

    /// Replaces the bits of `len` bytes from `to` on by those that `new` tells of a block at a place.
    fn replace(&mut self, to: usize, len: usize, new: impl Fn(&[Bits], usize) -> Bits) {
        let end = to + len;
        for n in to / BLOCK..end.div_ceil(BLOCK) {
            let at = n * BLOCK;
            let own = u64::MAX << to.saturating_sub(at) & u64::MAX >> (at + BLOCK).saturating_sub(end);
            let new = new(&self.blocks, at);
            let [block, _] = self.two(n);
            *block = block.joined(&new, |old, new| old & !own | new & own);
        }
    }

    /// Forgets what stands at `len` and behind it.
    pub(super) fn end(&mut self, len: usize) {
        let (n, shift) = (len / BLOCK, len % BLOCK);
        let [block, _] = self.two(n);
        *block = block.joined(&Bits::default(), |old, _| old & ((1 << shift) - 1));
        self.blocks.truncate(n + 1);
    }

    #[inline(always)]
    fn two(&mut self, n: usize) -> &mut [Bits; 2] {
        // Made while they are near: all at once would be written to memory and read again.
        if n + 2 > self.blocks.len() {
            let more = (n + 2 + AHEAD).min(self.blocks.capacity()).max(n + 2);
            self.blocks.resize(more, Bits::default());
        }
        match self.blocks[n..].first_chunk_mut() {
            Some(two) => two,
            None => unreachable!("as many blocks were made just now"),
        }
    }
}
