//! What is read stays where it was read: records are slices of the blocks of a file, and nothing is copied on the way to them.
//!
//! A block lives as long as a slice of it. Records are cleaned and written in their order, so that those under way lie side by
//! side: they hold no more than themselves and what stands in the first and the last of their blocks. Who keeps single records
//! out of many takes them away ([`Slice::alone`]).

use std::io::{self, BufRead, Read};
use std::ops::{Deref, Range};
use std::sync::Arc;

/// Bytes read at once.
const BLOCK: usize = 1 << 17;

/// Bytes that are looked at to judge a file.
const LOOK: usize = 1 << 16;

/// Bytes that are enough to tell how it is compressed.
const MAGIC: usize = 6;

/// Bytes that nobody changes any more: part of a block, or all of one.
#[derive(Clone, Debug, Default)]
pub struct Slice {
    block: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl Slice {
    /// Takes `next` in where it lies right behind this one.
    pub fn join(&mut self, next: &Slice) -> bool {
        let touch = Arc::ptr_eq(&self.block, &next.block) && self.range.end == next.range.start;
        if touch {
            self.range.end = next.range.end;
        }
        touch
    }

    /// The same bytes, and nothing else held in memory for them.
    pub fn alone(self) -> Slice {
        if self.range.len() == self.block.len() { self } else { Slice::from(self.to_vec()) }
    }

    /// The block that it is part of, by its address, and the size of it.
    pub fn block(&self) -> (usize, usize) {
        (Arc::as_ptr(&self.block) as usize, self.block.len())
    }
}

impl Deref for Slice {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.block[self.range.clone()]
    }
}

impl From<Vec<u8>> for Slice {
    fn from(bytes: Vec<u8>) -> Slice {
        Slice { range: 0..bytes.len(), block: Arc::new(bytes) }
    }
}

/// Reads block by block.
pub struct Blocks {
    input: Box<dyn Read + Send>,
    /// How large a block is, unless a record is larger.
    size: usize,
    block: Arc<Vec<u8>>,
    /// What of it has been read and not yet handed out.
    here: Range<usize>,
    /// Earlier blocks. Those that nobody holds any more are filled again.
    used: Vec<Arc<Vec<u8>>>,
    /// What came behind the bytes that are here.
    error: Option<io::Error>,
}

impl Blocks {
    /// Reads `input`.
    pub fn new(input: impl Read + Send + 'static) -> Blocks {
        Blocks::with_size(input, BLOCK)
    }

    /// The same in blocks of this size.
    pub fn with_size(input: impl Read + Send + 'static, size: usize) -> Blocks {
        Blocks { input: Box::new(input), size, block: Arc::default(), here: 0..0, used: Vec::new(), error: None }
    }

    /// What has been read and not yet handed out.
    pub fn here(&self) -> &[u8] {
        &self.block[self.here.clone()]
    }

    /// Reads enough of the beginning to judge the file by its look, a first line or a good part of one: a pipe or a decompressor may
    /// give the first bytes one by one.
    pub fn look(&mut self) -> io::Result<&[u8]> {
        let mut seen = 0;
        while self.here.len() < LOOK && (self.here.len() < MAGIC || memchr::memchr(b'\n', &self.here()[seen..]).is_none()) {
            seen = self.here.len();
            match self.fill() {
                Ok(0) => break,
                Ok(_) => {}
                Err(e) if self.here.is_empty() => return Err(e),
                Err(e) => {
                    self.error = Some(e);
                    break;
                }
            }
        }
        Ok(self.here())
    }

    /// Hands out bytes as long as `take` wants more of them, and `most` of them at most: it is shown each byte once, and says how many
    /// it takes, and whether it has enough then; where it has not, it takes all. At the end of the input, or before an error, there
    /// may be less than it wants.
    pub fn gather(&mut self, most: u64, mut take: impl FnMut(&[u8]) -> (usize, bool)) -> (Slice, Option<io::Error>) {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let (mut taken, mut error) = (0, None);
        loop {
            let here = self.here();
            let new = &here[taken..here.len().min(most)];
            if !new.is_empty() {
                let (used, enough) = take(new);
                taken += used;
                if enough || taken >= most {
                    break;
                }
            }
            match self.fill() {
                Ok(0) => break,
                Ok(_) => {}
                Err(e) => {
                    error = Some(e);
                    break;
                }
            }
        }
        (self.split(taken), error)
    }

    /// Hands out the first bytes of what is here.
    fn split(&mut self, length: usize) -> Slice {
        let range = self.here.start..self.here.start + length;
        self.here.start = range.end;
        if length == 0 {
            return Slice::default();
        }
        // A pipe may give a few bytes at a time: a block that is mostly empty is not kept for them.
        if 2 * self.here.end < self.block.len() {
            return Slice::from(self.block[range].to_vec());
        }
        Slice { block: self.block.clone(), range }
    }

    /// Reads on, behind what is here; tells how much that was, nothing at the end.
    fn fill(&mut self) -> io::Result<usize> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let left = self.here.len();
        // At least half of a block is for what is new: a long line is moved a few times only, however little comes at once.
        let roomy = 2 * left <= self.block.len() && !self.block.is_empty();
        match Arc::get_mut(&mut self.block).filter(|_| roomy) {
            Some(block) => block.copy_within(self.here.clone(), 0),
            None => {
                let mut block = self.room(2 * left);
                if let Some(room) = Arc::get_mut(&mut block) {
                    room[..left].copy_from_slice(self.here());
                }
                let old = std::mem::replace(&mut self.block, block);
                if old.len() == self.size {
                    self.used.push(old);
                }
            }
        }
        self.here = 0..left;
        let Some(block) = Arc::get_mut(&mut self.block) else { return Ok(0) }; // it is this one's alone
        loop {
            match self.input.read(&mut block[left..]) {
                Ok(read) => {
                    self.here.end += read;
                    return Ok(read);
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }

    /// A block of this size at least that nobody else holds.
    fn room(&mut self, least: usize) -> Arc<Vec<u8>> {
        if least <= self.size
            && let Some(free) = self.used.iter_mut().position(|block| Arc::get_mut(block).is_some())
        {
            return self.used.swap_remove(free);
        }
        Arc::new(vec![0; least.next_power_of_two().max(self.size)])
    }
}

impl Read for Blocks {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.here.is_empty() && self.error.is_none() && into.len() >= self.size {
            return self.input.read(into);
        }
        let mut here = self.fill_buf()?;
        let length = here.read(into)?;
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Blocks {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.here.is_empty() {
            self.fill()?;
        }
        Ok(self.here())
    }

    fn consume(&mut self, length: usize) {
        self.here.start += length.min(self.here.len());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    /// Gives so many bytes at once, and an error at the end.
    struct Drops(VecDeque<u8>, usize, bool);

    impl Read for Drops {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() && std::mem::take(&mut self.2) {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let most = self.1.min(into.len());
            self.0.read(&mut into[..most])
        }
    }

    fn to_line_end(bytes: &[u8]) -> (usize, bool) {
        memchr::memchr(b'\n', bytes).map_or((bytes.len(), false), |end| (end + 1, true))
    }

    /// All lines, and whether an error came behind them. With `hold` they are held to the end.
    fn lines(mut blocks: Blocks, most: u64, hold: bool) -> (Vec<Vec<u8>>, bool) {
        let (mut lines, mut held) = (Vec::new(), Vec::new());
        loop {
            let (line, error) = blocks.gather(most, to_line_end);
            let end = line.is_empty();
            lines.extend((!end).then(|| line.to_vec()));
            held.extend(hold.then_some(line));
            if error.is_some() || end {
                let same = held.iter().filter(|line| !line.is_empty()).map(|line| line.to_vec());
                assert!(!hold || same.eq(lines.iter().cloned()), "a block was filled again that somebody held");
                return (lines, error.is_some());
            }
        }
    }

    proptest! {
        #[test]
        fn lines_are_the_same_in_blocks_of_any_size(
            text in proptest::collection::vec(prop_oneof![3 => Just(b'a'), 2 => Just(b'b'), 1 => Just(b'\n'), 1 => Just(b'\r')], 0..300),
            size in 1usize..40,
            step in 1usize..60,
            most in prop_oneof![Just(u64::MAX), 1u64..50],
            hold: bool,
            fails: bool,
        ) {
            let mut expected = Vec::new();
            let mut rest = text.as_slice();
            loop {
                let mut line = Vec::new();
                if (&mut rest).take(most).read_until(b'\n', &mut line).unwrap() == 0 {
                    break;
                }
                expected.push(line);
            }
            let blocks = Blocks::with_size(Drops(text.clone().into(), step, fails), size);
            prop_assert_eq!(lines(blocks, most, hold), (expected, fails));
        }

        #[test]
        fn whoever_reads_it_gets_all(text in proptest::collection::vec(0u8..4, 0..300), size in 1usize..40, step in 1usize..60, part in 1usize..60, look: bool) {
            let mut blocks = Blocks::with_size(Drops(text.clone().into(), step, false), size);
            if look {
                let head = blocks.look().unwrap();
                prop_assert!(text.starts_with(head) && (!head.is_empty() || text.is_empty()));
            }
            let (mut back, mut bytes) = (Vec::new(), vec![0; part]);
            loop {
                let length = blocks.read(&mut bytes).unwrap();
                if length == 0 {
                    break;
                }
                back.extend_from_slice(&bytes[..length]);
            }
            prop_assert_eq!(back, text);
        }
    }

    #[test]
    fn lines_of_a_block_lie_side_by_side_in_it() {
        let text = b"one\ntwo\nthree\nfour\n".repeat(20);
        let mut blocks = Blocks::with_size(io::Cursor::new(text.clone()), 64);
        let (mut joined, mut out): (Vec<Slice>, Vec<u8>) = (Vec::new(), Vec::new());
        for line in std::iter::from_fn(|| Some(blocks.gather(u64::MAX, to_line_end).0).filter(|line| !line.is_empty())) {
            if !joined.last_mut().is_some_and(|last| last.join(&line)) {
                joined.push(line);
            }
        }
        joined.iter().for_each(|part| out.extend_from_slice(part));
        assert_eq!(out, text);
        assert!(joined.len() <= text.len() / 40, "{}", joined.len());
        // What is taken away holds nothing else.
        let part = joined.swap_remove(1);
        let (alone, before) = (part.clone().alone(), part.to_vec());
        assert_eq!((&*alone, alone.block().1), (before.as_slice(), before.len()));
    }

    #[test]
    fn blocks_that_nobody_holds_are_filled_again() {
        let mut blocks = Blocks::with_size(io::repeat(b'a'), 64);
        let mut held = VecDeque::new();
        for _ in 0..1000 {
            held.push_back(blocks.gather(48, |bytes| (bytes.len(), false)).0);
            if held.len() > 5 {
                held.pop_front();
            }
        }
        assert!(blocks.used.len() <= 6, "{}", blocks.used.len());
    }

    #[test]
    fn what_drips_in_is_not_moved_with_every_drop() {
        struct Counted(usize);
        impl Read for Counted {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                let length = into.len().min(16).min(self.0);
                self.0 -= length;
                into[..length].fill(b'a');
                Ok(length)
            }
        }
        // Quadratic, this would take minutes.
        let mut blocks = Blocks::with_size(Counted(1 << 24), 64);
        let (line, error) = blocks.gather(u64::MAX, |bytes| (bytes.len(), false));
        assert!(line.len() == 1 << 24 && error.is_none());
    }
}
