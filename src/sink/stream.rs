//! Containers written piece by piece, compressed as their input was or as the user asked.

use std::io::{self, BufWriter, IoSlice, IsTerminal, Stdout, Write};
use std::sync::Arc;

use dehusk::escape;
use dehusk::log::State;

use super::atomic::Pending;
use crate::source::{Container, Format, Packer, Packing, Slice};

/// Bytes gathered before they are written.
const BLOCK: usize = 1 << 17;

/// Bytes in memory that may be held for them: of a block there may be but a line that stays.
const HELD: usize = 1 << 20;

/// Pieces written at once: systems take no more.
const PIECES: usize = 1024;

/// Where pieces go.
pub enum Out {
    /// A file that is not yet visible.
    File(Box<BufWriter<Pending>>),
    /// Standard output.
    Stdout(BufWriter<Stdout>),
    /// A terminal: what could steer it is made visible.
    Terminal(Stdout),
    /// Nowhere: only counted.
    Nowhere,
}

impl Out {
    /// Into a file.
    pub fn file(pending: Pending) -> Out {
        Out::File(Box::new(BufWriter::with_capacity(BLOCK, pending)))
    }

    /// To standard output, whatever that is.
    pub fn stdout() -> Out {
        let stdout = io::stdout();
        if stdout.is_terminal() { Out::Terminal(stdout) } else { Out::Stdout(BufWriter::with_capacity(BLOCK, stdout)) }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Out::File(file) => file.write(bytes),
            Out::Stdout(out) => out.write(bytes),
            Out::Terminal(out) => out.write_all(escape::lines(&String::from_utf8_lossy(bytes)).as_bytes()).map(|()| bytes.len()),
            Out::Nowhere => Ok(bytes.len()),
        }
    }

    /// What is gathered already goes past the buffer.
    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Out::File(file) => file.flush().and_then(|()| file.get_mut().write_vectored(parts)),
            Out::Stdout(out) => out.flush().and_then(|()| out.get_mut().write_vectored(parts)),
            Out::Terminal(_) | Out::Nowhere => {
                let part = parts.iter().find(|part| !part.is_empty());
                part.map_or(Ok(0), |part| self.write(part))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Out::File(file) => file.flush(),
            Out::Stdout(out) => out.flush(),
            Out::Terminal(out) => out.flush(),
            Out::Nowhere => Ok(()),
        }
    }
}

/// How containers are written.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// Compressed like this.
    pub packing: Packing,
    /// With columns in tables that tell what went.
    pub marks: bool,
    /// Threads that compress.
    pub threads: usize,
    /// What is written is told at the end.
    pub hash: bool,
}

/// A container that is being written, whatever its format.
pub enum Sink {
    /// Bytes, piece by piece.
    Stream(Box<Stream>),
    /// Rows.
    #[cfg(feature = "parquet")]
    Table(super::Table),
}

impl Sink {
    /// What `container` becomes, into `out`.
    pub fn new(container: &Arc<Container>, out: Out, how: How) -> io::Result<Sink> {
        #[cfg(feature = "parquet")]
        if container.format == Format::Parquet {
            return super::Table::new(container, out, how.marks).map(Sink::Table);
        }
        let members = container.format == Format::Wet;
        Ok(Sink::Stream(Box::new(Stream::new(out, how, members)?)))
    }

    /// Adds a piece; `packed` is the same compressed, where that was done elsewhere.
    pub fn write(&mut self, piece: Slice, packed: Option<&[u8]>) -> io::Result<()> {
        match self {
            Sink::Stream(stream) => stream.write(piece, packed),
            #[cfg(feature = "parquet")]
            Sink::Table(_) => Ok(()),
        }
    }

    /// Adds rows.
    #[cfg(feature = "parquet")]
    pub fn write_rows(&mut self, rows: crate::source::Rows) -> io::Result<()> {
        match self {
            Sink::Stream(_) => Ok(()),
            Sink::Table(table) => table.write(rows),
        }
    }

    /// What was written, before it was compressed, where it was hashed, and the file where there is one.
    pub fn finish(self) -> io::Result<(Option<State>, Option<Pending>)> {
        match self {
            Sink::Stream(stream) => stream.finish(),
            #[cfg(feature = "parquet")]
            Sink::Table(table) => table.finish().map(|pending| (None, pending)),
        }
    }
}

/// A container of bytes that is being written.
pub struct Stream {
    state: Inner,
    packing: Packing,
    hasher: Option<blake3::Hasher>,
    bytes: u64,
    gathered: Gathered,
}

/// Pieces that are written together, so that nothing is copied to be written.
#[derive(Default)]
struct Gathered {
    pieces: Vec<Slice>,
    /// Bytes that they have, and bytes that they hold in memory.
    bytes: usize,
    held: usize,
    /// The last block that counts as held.
    block: usize,
}

impl Gathered {
    /// Adds a piece; tells whether it is time to write.
    fn add(&mut self, piece: Slice) -> bool {
        let (block, held) = piece.block();
        if block != self.block {
            self.held += held;
        }
        self.block = if held > piece.len() { block } else { self.block };
        self.bytes += piece.len();
        if !self.pieces.last_mut().is_some_and(|last| last.join(&piece)) {
            self.pieces.push(piece);
        }
        self.bytes >= BLOCK || self.held >= HELD || self.pieces.len() >= PIECES
    }
}

enum Inner {
    /// One compressed stream.
    Whole(Box<Packer<Out>>),
    /// A stream for each piece, so that readers can jump to one.
    Members(Out),
    /// A write has failed.
    Broken,
}

impl Stream {
    /// A container into `out`. `members`: every piece is compressed for itself.
    pub fn new(out: Out, how: How, members: bool) -> io::Result<Stream> {
        let packing = if matches!(out, Out::Terminal(_) | Out::Nowhere) { Packing::None } else { how.packing };
        let whole = !members || packing == Packing::None;
        let state = if whole { Inner::Whole(Box::new(packing.pack_large(out, how.threads)?)) } else { Inner::Members(out) };
        let hasher = how.hash.then(blake3::Hasher::new);
        Ok(Stream { state, packing, hasher, bytes: 0, gathered: Gathered::default() })
    }

    /// Adds a piece; `packed` is the same as a member.
    pub fn write(&mut self, piece: Slice, packed: Option<&[u8]>) -> io::Result<()> {
        if piece.is_empty() {
            return Ok(());
        }
        self.bytes += piece.len() as u64;
        let at_once = match &mut self.state {
            Inner::Whole(packer) => matches!(**packer, Packer::Plain(Out::Terminal(_))),
            Inner::Members(out) => {
                if let Some(hasher) = &mut self.hasher {
                    hasher.update(&piece);
                }
                let written = match packed {
                    Some(packed) => out.write_all(packed),
                    None => self.packing.whole(&piece).and_then(|packed| out.write_all(&packed)),
                };
                return written.inspect_err(|_| self.state = Inner::Broken);
            }
            Inner::Broken => return Err(broken()),
        };
        if self.gathered.add(piece) || at_once { self.write_gathered() } else { Ok(()) }
    }

    /// Writes what was gathered.
    fn write_gathered(&mut self) -> io::Result<()> {
        let Gathered { pieces, .. } = std::mem::take(&mut self.gathered);
        if let Some(hasher) = &mut self.hasher {
            pieces.iter().for_each(|piece| _ = hasher.update(piece));
        }
        let Inner::Whole(packer) = &mut self.state else { return Ok(()) };
        write_all(packer, &pieces).inspect_err(|_| self.state = Inner::Broken)
    }

    /// What was written, before it was compressed, where it was hashed, and the file where there is one.
    pub fn finish(mut self) -> io::Result<(Option<State>, Option<Pending>)> {
        self.write_gathered()?;
        let state = self.hasher.map(|hasher| State { bytes: self.bytes, blake3: hasher.finalize().to_hex().to_string() });
        let out = match self.state {
            Inner::Whole(packer) => packer.finish()?,
            Inner::Members(out) => out,
            Inner::Broken => return Err(broken()),
        };
        let pending = match out {
            Out::File(file) => Some(file.into_inner().map_err(io::IntoInnerError::into_error)?),
            mut out => {
                out.flush()?;
                None
            }
        };
        Ok((state, pending))
    }
}

fn broken() -> io::Error {
    io::Error::other("an earlier part could not be written")
}

/// Writes all pieces, as many at once as `out` takes.
fn write_all(out: &mut impl Write, pieces: &[Slice]) -> io::Result<()> {
    let mut parts: Vec<IoSlice<'_>> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
    let mut left = parts.as_mut_slice();
    // Nothing at all is written of pieces that are empty, which is no failure.
    IoSlice::advance_slices(&mut left, 0);
    while !left.is_empty() {
        match out.write_vectored(left) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut left, written),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sink::Place;

    /// Takes a few bytes at a time.
    struct Narrow(Vec<u8>, usize);

    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let length = bytes.len().min(self.1);
            self.0.extend_from_slice(&bytes[..length]);
            Ok(length)
        }

        fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
            let parts: Vec<u8> = parts.iter().flat_map(|part| part.iter().copied()).collect();
            self.write(&parts)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn all_is_written_however_little_is_taken(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 0..20), most in 1usize..50) {
            let mut out = Narrow(Vec::new(), most);
            let slices: Vec<Slice> = pieces.iter().cloned().map(Slice::from).collect();
            write_all(&mut out, &slices).unwrap();
            prop_assert_eq!(out.0, pieces.concat());
        }
    }

    #[test]
    fn empty_pieces_are_no_failure() {
        let mut out = Narrow(Vec::new(), 3);
        write_all(&mut out, &[Vec::new().into(), b"bread".to_vec().into(), Vec::new().into()]).unwrap();
        write_all(&mut out, &[Vec::new().into()]).unwrap();
        assert_eq!(out.0, b"bread");
    }

    #[test]
    fn pieces_are_gathered_and_written_in_their_order() {
        let dir = tempfile::tempdir().unwrap();
        for (size, number) in [(10, 5000), (3000, 200), (200_000, 3), (1, 0)] {
            let path = dir.path().join(size.to_string());
            let pending = Pending::copy(&path, &mut io::empty(), Place::Free, None).unwrap().hashed();
            let how = How { packing: Packing::None, marks: false, threads: 1, hash: true };
            let mut stream = Stream::new(Out::file(pending), how, false).unwrap();
            let mut expected = Vec::new();
            for n in 0..number {
                let piece = vec![n as u8; size + n % 7];
                expected.extend_from_slice(&piece);
                stream.write(piece.into(), None).unwrap();
            }
            let (state, pending) = stream.finish().unwrap();
            let pending = pending.unwrap();
            assert_eq!((state.as_ref(), pending.state().as_ref()), (Some(&State::of(&expected)), Some(&State::of(&expected))));
            pending.commit().unwrap();
            assert!(std::fs::read(&path).unwrap() == expected);
        }
    }

    #[test]
    fn what_waits_holds_little_in_memory() {
        // A line of a few bytes out of each block.
        let mut gathered = Gathered::default();
        let mut blocks = crate::source::Blocks::new(io::repeat(b'a'));
        let mut number = 0;
        while !gathered.add(blocks.gather(10, |bytes| (bytes.len(), false)).0) {
            blocks.gather(200_000, |bytes| (bytes.len(), false));
            number += 1;
        }
        assert!(number < 10, "{number} blocks are held");
    }
}
