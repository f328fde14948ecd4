//! Containers written piece by piece, compressed as their input was or as the user asked.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::sync::Arc;

use dehusk::escape;
use dehusk::log::State;

use super::atomic::Pending;
use crate::source::{Container, Format, Packer, Packing};

/// Bytes gathered before they are written.
const BLOCK: usize = 1 << 17;

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
    pub fn write(&mut self, piece: &[u8], packed: Option<&[u8]>) -> io::Result<()> {
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
        Ok(Stream { state, packing, hasher: how.hash.then(blake3::Hasher::new), bytes: 0 })
    }

    /// Adds a piece; `packed` is the same as a member.
    pub fn write(&mut self, piece: &[u8], packed: Option<&[u8]>) -> io::Result<()> {
        if piece.is_empty() {
            return Ok(());
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(piece);
        }
        self.bytes += piece.len() as u64;
        match std::mem::replace(&mut self.state, Inner::Broken) {
            Inner::Whole(mut packer) => {
                packer.write_all(piece)?;
                self.state = Inner::Whole(packer);
            }
            Inner::Members(mut out) => {
                match packed {
                    Some(packed) => out.write_all(packed)?,
                    None => out.write_all(&self.packing.whole(piece)?)?,
                }
                self.state = Inner::Members(out);
            }
            Inner::Broken => return Err(io::Error::other("an earlier part could not be written")),
        }
        Ok(())
    }

    /// What was written, before it was compressed, where it was hashed, and the file where there is one.
    pub fn finish(self) -> io::Result<(Option<State>, Option<Pending>)> {
        let state = self.hasher.map(|hasher| State { bytes: self.bytes, blake3: hasher.finalize().to_hex().to_string() });
        let out = match self.state {
            Inner::Whole(packer) => packer.finish()?,
            Inner::Members(out) => out,
            Inner::Broken => return Err(io::Error::other("an earlier part could not be written")),
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
