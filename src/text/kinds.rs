//! Of what kind the characters of a block are: what folding must know of sixty-four bytes at once.

use super::block::{Ascii, BLOCK, Block};
use super::letter::{Kind, Letter, letters};

/// A bit for each byte of a block.
pub(super) struct Kinds {
    pub upper: u64,
    pub lower: u64,
    pub digit: u64,
    /// Letters of scripts without capitals.
    pub caseless: u64,
    /// Letters and digits, but for Hangul and scripts without blanks.
    pub words: u64,
    pub hangul: u64,
    pub blank: u64,
    /// Line ends with no white space beside them: they fold to blanks.
    pub ends: u64,
    /// What does not fold by itself to as many bytes, and what Markdown gives a meaning.
    pub special: u64,
    /// Bytes of longer characters but the first of each.
    parts: u64,
    /// How many bytes count: a character that goes on behind the block belongs to the next one.
    pub len: usize,
}

impl Kinds {
    /// Of the first `len` bytes; `folded` becomes the folded ones.
    #[inline(always)]
    pub fn of(bytes: &[u8; BLOCK], len: usize, folded: &mut [u8; BLOCK]) -> Kinds {
        let Ascii { upper, lower, digit, blank, newline, special, high } = Ascii::of(bytes, folded);
        let mut kinds = Kinds {
            upper,
            lower,
            digit,
            caseless: 0,
            words: upper | lower | digit,
            hangul: 0,
            blank,
            ends: 0,
            special: special & !high,
            parts: 0,
            len,
        };
        if high != 0 {
            kinds.longer(bytes, folded);
        }
        if newline != 0 {
            kinds.line_ends(newline, folded);
        }
        kinds
    }

    /// Tells line ends that stand alone from others.
    #[inline(always)]
    fn line_ends(&mut self, newline: u64, folded: &mut [u8; BLOCK]) {
        let solid = !(self.blank | self.special) & u64::MAX >> (BLOCK - self.len);
        self.ends = newline & solid << 1 & solid >> 1;
        self.special &= !self.ends;
        self.blank |= self.ends;
        let mut ends = self.ends;
        while ends != 0 {
            folded[ends.trailing_zeros() as usize & (BLOCK - 1)] = b' ';
            ends &= ends - 1;
        }
    }

    /// Adds the characters that are not ASCII.
    fn longer(&mut self, bytes: &[u8; BLOCK], folded: &mut [u8; BLOCK]) {
        let block = Block::new(bytes);
        let table = letters();
        self.parts = block.continued();
        // Ideographs and what is like them, all from U+4000 to U+9FFF, fold to themselves.
        let ideographs = block.within(0xE4, 0xE9);
        if ideographs >> (BLOCK - 2) != 0 {
            self.len = self.len.min(BLOCK - 2 + (ideographs >> (BLOCK - 2)).trailing_zeros() as usize);
        }
        let mut kinds = [0; Kind::ALL.len()];
        let mut classes = [0; 3];
        let mut leads = block.high() & !self.parts & !ideographs;
        while leads != 0 {
            let n = leads.trailing_zeros() as usize;
            leads &= leads - 1;
            let part = |k: usize| bytes.get(n + k).map(|b| u32::from(b & 0x3F));
            let (len, code) = match bytes[n] {
                first @ ..0xE0 => (2, part(1).map(|second| u32::from(first & 0x1F) << 6 | second)),
                first @ ..0xF0 => (3, part(1).zip(part(2)).map(|(second, third)| u32::from(first & 0xF) << 12 | second << 6 | third)),
                _ => {
                    self.special |= 1 << n;
                    continue;
                }
            };
            let Some(code) = code else {
                self.len = self.len.min(n);
                break;
            };
            let Some(letter) = Letter::of(table, code) else {
                self.special |= 1 << n;
                continue;
            };
            let own = ((1 << len) - 1) << n;
            kinds[letter.kind()] |= own;
            classes[letter.class()] |= own;
            let twin = letter.folded();
            if twin != code {
                let last = n + len - 1;
                folded[last] = 0x80 | (twin & 0x3F) as u8;
                match len {
                    2 => folded[n] = 0xC0 | (twin >> 6) as u8,
                    _ => (folded[n], folded[n + 1]) = (0xE0 | (twin >> 12) as u8, 0x80 | (twin >> 6 & 0x3F) as u8),
                }
            }
        }
        let [_, lower, upper, digit, caseless] = kinds;
        self.lower |= lower;
        self.upper |= upper;
        self.digit |= digit;
        self.caseless |= caseless;
        let [_, words, hangul] = classes;
        self.words |= words;
        self.hangul = hangul;
    }

    /// The kind of what byte `n` belongs to.
    #[inline(always)]
    pub fn at(&self, n: usize) -> Kind {
        let bit = |bits: u64| (bits >> n & 1) as usize;
        Kind::ALL[bit(self.lower) + 2 * bit(self.upper) + 3 * bit(self.digit) + 4 * bit(self.caseless)]
    }

    /// First bytes of characters.
    #[inline(always)]
    pub fn firsts(&self) -> u64 {
        !self.parts
    }

    /// Bytes between which and the one before, in the block, a seam is.
    #[inline(always)]
    pub fn seams(&self) -> u64 {
        let (upper, lower, digit, caseless) = (self.upper, self.lower, self.digit, self.caseless);
        let after = |kinds: u64| kinds << 1;
        let mut seams = after(lower) & (upper | digit) | after(digit) & (upper | lower) | after(upper) & digit;
        if caseless != 0 {
            seams |= after(lower | upper | digit) & caseless | after(caseless) & (lower | upper | digit);
        }
        // "USANext": the last capital begins a word.
        let capitals = after(upper) & upper;
        if capitals != 0 {
            // From the first byte of a small letter to the first byte of the character before it, of up to three bytes.
            let back = |bits: u64| (bits & self.parts) >> 1;
            let mut before = (lower & self.firsts()) >> 1;
            before |= back(before);
            before |= back(before);
            seams |= capitals & before;
        }
        seams & self.firsts()
    }
}
