//! gzip on several threads, as one member: some readers stop behind the first.
//!
//! Blocks are compressed for themselves, each to its end, and stand side by side in one stream, as `pigz --independent` does it.
//! What comes out does not depend on the number of threads.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::{Compress, Compression, Crc, FlushCompress};

/// Bytes that are compressed together. Larger blocks are hardly smaller.
const BLOCK: usize = 1 << 20;

/// A header that tells nothing: no name, no time, an unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// An empty block, the last one of its stream.
const LAST: [u8; 2] = [3, 0];

type Job = (Vec<u8>, Sender<io::Result<Vec<u8>>>);

/// Compresses on the way to a writer.
pub struct Gzip<W: Write> {
    out: W,
    level: Compression,
    threads: usize,
    block: Vec<u8>,
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
        Ok(Gzip { out, level, threads, block: Vec::new(), crc: Crc::new(), jobs: None, waiting: VecDeque::new() })
    }

    /// Ends the stream and gives the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        self.drain(0)?;
        if !self.block.is_empty() {
            let last = deflate(&mut Compress::new(self.level, false), &self.block)?;
            self.out.write_all(&last)?;
        }
        self.out.write_all(&LAST)?;
        self.out.write_all(&self.crc.sum().to_le_bytes())?;
        self.out.write_all(&self.crc.amount().to_le_bytes())?;
        Ok(self.out)
    }

    /// Gives the block to a thread.
    fn push(&mut self) -> io::Result<()> {
        let jobs = self.jobs.get_or_insert_with(|| begin(self.threads, self.level));
        let (done, result) = channel();
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
        jobs.send((block, done)).map_err(|_| died())?;
        self.waiting.push_back(result);
        self.drain(self.threads + 1)
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
            self.push()?;
        }
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // within a block there is nothing to hand on
    }
}

fn begin(threads: usize, level: Compression) -> SyncSender<Job> {
    let (jobs, todo) = sync_channel::<Job>(threads);
    let todo = Arc::new(Mutex::new(todo));
    for _ in 0..threads {
        let todo = todo.clone();
        std::thread::spawn(move || {
            let mut packer = Compress::new(level, false);
            loop {
                // Nothing that could panic is done under the lock.
                let job = todo.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok((block, done)) = job else { return };
                // Nobody waits where the writing has failed.
                let _ = done.send(deflate(&mut packer, &block));
            }
        });
    }
    jobs
}

/// A block, compressed to a whole number of bytes.
fn deflate(packer: &mut Compress, block: &[u8]) -> io::Result<Vec<u8>> {
    packer.reset();
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

    #[test]
    fn one_member_whatever_the_threads() {
        // Some of it compresses well, some hardly at all.
        let mut state = 1u64;
        let mut byte = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 77] {
            let bytes: Vec<u8> = (0..length).map(|n| if n % BLOCK < BLOCK / 3 { byte() } else { b'a' + (n / 7 % 20) as u8 }).collect();
            let pack = |threads| {
                let mut packer = Gzip::new(Vec::new(), 6, threads).unwrap();
                bytes.chunks(100_003).for_each(|some| packer.write_all(some).unwrap());
                packer.finish().unwrap()
            };
            let packed = pack(1);
            assert!(packed == pack(3));
            // A reader of a single member.
            let (mut back, mut reader) = (Vec::new(), flate2::bufread::GzDecoder::new(&*packed));
            reader.read_to_end(&mut back).unwrap();
            assert!(back == bytes && reader.into_inner().is_empty(), "{length}");
        }
    }
}
