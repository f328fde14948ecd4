//! gzip on several threads, as one member: some readers stop behind the first.
//!
//! Blocks are compressed at the same time, each to a whole number of bytes, and stand side by side in one stream. Each may refer to
//! the end of the block before it, as in a stream that was made in one go, so that small blocks pack as well as large ones. What
//! comes out does not depend on the number of threads.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::{Compress, Compression, Crc, FlushCompress};

/// Bytes that are compressed together. Few enough that no thread waits long for another one's block, the last of a file above all.
const BLOCK: usize = 1 << 18;

/// How far back a block may refer.
const BACK: usize = 1 << 15;

/// Blocks under way for each thread.
const AHEAD: usize = 4;

/// A header that tells nothing: no name, no time, an unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// An empty block, the last one of its stream.
const LAST: [u8; 2] = [3, 0];

/// Something to compress, what came before it, and who waits for it.
type Job = (Arc<Vec<u8>>, Option<Arc<Vec<u8>>>, Sender<io::Result<Vec<u8>>>);

/// Compresses on the way to a writer.
pub struct Gzip<W: Write> {
    out: W,
    level: Compression,
    threads: usize,
    block: Vec<u8>,
    /// The block before.
    before: Option<Arc<Vec<u8>>>,
    crc: Crc,
    /// Threads begin with the second block: most files have but one.
    jobs: Option<SyncSender<Job>>,
    /// What was given to them, in order.
    waiting: VecDeque<Receiver<io::Result<Vec<u8>>>>,
}

impl<W: Write> Gzip<W> {
    /// A stream into `out`, compressed by so many threads.
    pub fn new(mut out: W, level: u32, threads: usize) -> io::Result<Gzip<W>> {
        out.write_all(&HEADER)?;
        let level = Compression::new(level);
        Ok(Gzip { out, level, threads, block: Vec::new(), before: None, crc: Crc::new(), jobs: None, waiting: VecDeque::new() })
    }

    /// Ends the stream and gives the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        let last = std::mem::take(&mut self.block);
        if self.jobs.is_some() && !last.is_empty() {
            self.push(last)?;
        } else if !last.is_empty() {
            let last = deflate(self.level, &last, None)?;
            self.out.write_all(&last)?;
        }
        self.drain(0)?;
        self.out.write_all(&LAST)?;
        self.out.write_all(&self.crc.sum().to_le_bytes())?;
        self.out.write_all(&self.crc.amount().to_le_bytes())?;
        Ok(self.out)
    }

    /// Gives the block to a thread.
    fn push(&mut self, block: Vec<u8>) -> io::Result<()> {
        let jobs = self.jobs.get_or_insert_with(|| begin(self.threads, self.level));
        let (done, result) = channel();
        let block = Arc::new(block);
        jobs.send((block.clone(), self.before.replace(block), done)).map_err(|_| died())?;
        self.waiting.push_back(result);
        self.drain(AHEAD * self.threads)
    }

    /// Writes what is done, until so many blocks are left.
    fn drain(&mut self, left: usize) -> io::Result<()> {
        while self.waiting.len() > left {
            let Some(next) = self.waiting.pop_front() else { break };
            let packed = next.recv().map_err(|_| died())??;
            self.out.write_all(&packed)?;
        }
        Ok(())
    }
}

impl<W: Write> Write for Gzip<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..length]);
        self.crc.update(&bytes[..length]);
        if self.block.len() == BLOCK {
            let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
            self.push(block)?;
        }
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // within a block there is nothing to hand on
    }
}

fn begin(threads: usize, level: Compression) -> SyncSender<Job> {
    let (jobs, todo) = sync_channel::<Job>(AHEAD * threads);
    let todo = Arc::new(Mutex::new(todo));
    for _ in 0..threads {
        let todo = todo.clone();
        std::thread::spawn(move || {
            loop {
                // Nothing that could panic is done under the lock.
                let job = todo.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok((block, before, done)) = job else { return };
                let packed = deflate(level, &block, before.as_ref().map(|before| before.as_slice()));
                drop((block, before));
                // Nobody waits where the writing has failed.
                let _ = done.send(packed);
            }
        });
    }
    jobs
}

/// A block, compressed to a whole number of bytes; it may refer to the end of the one before.
fn deflate(level: Compression, block: &[u8], before: Option<&[u8]>) -> io::Result<Vec<u8>> {
    // A new one for each block: one that is reset remembers enough of the block before to find other matches now and then, and which
    // block that was depends on the threads.
    let mut packer = Compress::new(level, false);
    if let Some(before) = before {
        packer.set_dictionary(&before[before.len().saturating_sub(BACK)..])?;
    }
    let mut packed = Vec::with_capacity(block.len() / 2 + 1024);
    loop {
        let from = usize::try_from(packer.total_in()).unwrap_or(usize::MAX);
        packer.compress_vec(&block[from.min(block.len())..], &mut packed, FlushCompress::Sync)?;
        // Room that is left says that everything is out.
        if packed.len() < packed.capacity() && packer.total_in() == block.len() as u64 {
            return Ok(packed);
        }
        packed.reserve(block.len() / 4 + 1024);
    }
}

fn died() -> io::Error {
    io::Error::other("a thread that compresses died")
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    /// Bytes some of which compress well, and some hardly at all.
    fn some(length: usize, seed: u64) -> Vec<u8> {
        let mut state = seed;
        let mut byte = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        (0..length).map(|n| if n % BLOCK < BLOCK / 3 { byte() } else { b'a' + (n / 7 % 20) as u8 }).collect()
    }

    fn packed(bytes: &[u8], threads: usize, piece: usize) -> Vec<u8> {
        let mut packer = Gzip::new(Vec::new(), 6, threads).unwrap();
        bytes.chunks(piece).for_each(|some| packer.write_all(some).unwrap());
        packer.finish().unwrap()
    }

    #[test]
    fn one_member_whatever_the_threads() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 7 * BLOCK + 77] {
            let bytes = some(length, 1);
            let packed_by = [1, 3].map(|threads| packed(&bytes, threads, 100_003));
            assert!(packed_by[0] == packed_by[1]);
            // A reader of a single member.
            let (mut back, mut reader) = (Vec::new(), flate2::bufread::GzDecoder::new(&*packed_by[0]));
            reader.read_to_end(&mut back).unwrap();
            assert!(back == bytes && reader.into_inner().is_empty(), "{length}");
        }
    }

    #[test]
    fn a_block_is_packed_the_same_whichever_thread_has_it() {
        // Words in an order that never comes back, as in prose: many matches are nearly as good as others.
        let words = [
            "the ",
            "loaf ",
            "keeps ",
            "for ",
            "three ",
            "days ",
            "and ",
            "a ",
            "night ",
            "when ",
            "it ",
            "is ",
            "wrapped ",
            "well, ",
            "they say. ",
        ];
        let mut state = 7u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            words[(state >> 40) as usize % words.len()]
        };
        let prose: Vec<u8> = (0..400_000).flat_map(|_| next().bytes()).collect();
        let first = packed(&prose, 1, 1 << 17);
        for threads in [2, 3, 2, 3, 2] {
            assert!(packed(&prose, threads, 1 << 17) == first);
        }
    }

    #[test]
    fn small_blocks_pack_as_well_as_a_whole() {
        // Lines that have something in common with those before them, as records have.
        let lines: Vec<u8> = (0..40_000u64)
            .flat_map(|n| format!("{{\"id\":{n},\"url\":\"https://example.com/{}\"}}\n", n * n % 7919).into_bytes())
            .collect();
        let mut whole = flate2::write::GzEncoder::new(Vec::new(), Compression::new(6));
        whole.write_all(&lines).unwrap();
        let (whole, blocks) = (whole.finish().unwrap().len(), packed(&lines, 2, 1 << 16).len());
        assert!(blocks * 100 <= whole * 101, "{blocks} beside {whole}");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
        #[test]
        fn every_length_comes_back_and_a_part_is_an_error(
            length in 0usize..3 * BLOCK, seed: u64, piece in 1usize..2 * BLOCK, threads in 1usize..4, cut in 0.0f64..1.0,
        ) {
            let bytes = some(length, seed);
            let packed = packed(&bytes, threads, piece);
            let read = |packed: &[u8]| {
                let mut back = Vec::new();
                flate2::read::MultiGzDecoder::new(packed).read_to_end(&mut back).map(|_| back)
            };
            proptest::prop_assert!(read(&packed).unwrap() == bytes);
            let part = &packed[..(packed.len() as f64 * cut) as usize];
            // Nothing at all is no stream, and none that is broken off.
            proptest::prop_assert!(part.is_empty() || read(part).is_err());
        }
    }
}
