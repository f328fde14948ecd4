//! Compression: told by the first bytes, never by the name alone.

use std::fmt;
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::blocks::Blocks;
use super::gzip::Gzip;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Packing {
    /// Not at all.
    #[default]
    None,
    /// gzip, of one member or many.
    Gzip,
    /// zstd, of one frame or many.
    Zstd,
    /// bzip2, of one stream or many.
    Bzip2,
    /// xz, of one stream or many.
    Xz,
}

/// Threads that compress at most: a few of them keep up with many that clean, and each holds some MB.
const PACKERS: usize = 6;

/// The same as [`Path::extension`], in less time: every file of a folder is asked for it.
fn extension(path: &Path) -> Option<&str> {
    let bytes = path.as_os_str().as_encoded_bytes();
    let dot = memchr::memrchr(b'.', bytes)?;
    // A dot that begins a name, or has a separator behind it.
    let plain = dot > 0 && !std::path::is_separator(char::from(bytes[dot - 1])) && bytes[dot - 1] != b'.';
    if plain && !bytes[dot..].iter().any(|byte| std::path::is_separator(char::from(*byte))) {
        return std::str::from_utf8(&bytes[dot + 1..]).ok();
    }
    path.extension()?.to_str()
}

impl Packing {
    /// The packing of a file that begins with `head`.
    pub fn of(head: &[u8]) -> Packing {
        match head {
            [0x1f, 0x8b, 0x08, ..] => Packing::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Packing::Zstd,
            // A skippable frame may come first.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Packing::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, ..] => Packing::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Packing::Xz,
            _ => Packing::None,
        }
    }

    /// The packing that a name promises.
    pub fn of_name(path: &Path) -> Packing {
        extension(path).map_or(Packing::None, Packing::of_extension)
    }

    fn of_extension(extension: &str) -> Packing {
        let is = |names: &[&str]| names.iter().any(|name| extension.eq_ignore_ascii_case(name));
        match () {
            () if is(&["gz", "gzip"]) => Packing::Gzip,
            () if is(&["zst", "zstd"]) => Packing::Zstd,
            () if is(&["bz2"]) => Packing::Bzip2,
            () if is(&["xz"]) => Packing::Xz,
            () => Packing::None,
        }
    }

    /// The end of a file's name, that of its packing left out.
    pub fn bare_extension(path: &Path) -> Option<&str> {
        let last = extension(path)?;
        let packed = Packing::of_extension(last) != Packing::None;
        if packed { Path::new(path.file_stem()?).extension()?.to_str() } else { Some(last) }
    }

    /// What names of such files end with.
    pub fn extension(self) -> Option<&'static str> {
        match self {
            Packing::None => None,
            Packing::Gzip => Some("gz"),
            Packing::Zstd => Some("zst"),
            Packing::Bzip2 => Some("bz2"),
            Packing::Xz => Some("xz"),
        }
    }

    /// `path` as it is called in this packing.
    pub fn rename(self, path: &Path) -> PathBuf {
        let bare = if Packing::of_name(path) == Packing::None { path.to_path_buf() } else { path.with_extension("") };
        match self.extension() {
            Some(extension) => {
                let mut name = bare.into_os_string();
                name.push(".");
                name.push(extension);
                name.into()
            }
            None => bare,
        }
    }

    /// Reads through the compression, if there is any; tells which it is. Enough has been read to judge the file by its look.
    pub fn unpack(input: impl Read + Send + 'static) -> io::Result<(Packing, Blocks)> {
        let mut input = Blocks::new(input);
        let packing = Packing::of(input.look()?);
        let mut unpacked = match packing {
            Packing::None => return Ok((packing, input)),
            Packing::Gzip => Blocks::new(flate2::bufread::MultiGzDecoder::new(input)),
            Packing::Zstd => Blocks::new(zstd::stream::read::Decoder::with_buffer(input)?),
            Packing::Bzip2 => Blocks::new(Small(bzip2::bufread::MultiBzDecoder::new(input))),
            Packing::Xz => Blocks::new(Xz { unpacker: liblzma::bufread::XzDecoder::new_multi_decoder(input), error: None }),
        };
        unpacked.look()?;
        Ok((packing, unpacked))
    }

    /// `bytes` as a stream of their own.
    pub fn whole(self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut packer = self.pack(Vec::new())?;
        packer.write_all(bytes)?;
        packer.finish()
    }

    /// Compresses a large stream on several threads, where the format allows that. How many they are changes no byte.
    pub fn pack_large<W: Write>(self, out: W, threads: usize) -> io::Result<Packer<W>> {
        let threads = threads.clamp(1, PACKERS);
        match self {
            Packing::Gzip => Ok(Packer::Blocks(Gzip::new(out, 6, threads)?)),
            Packing::Zstd => {
                let mut packer = zstd::stream::write::Encoder::new(out, 3)?;
                packer.multithread(u32::try_from(threads).unwrap_or(1))?;
                // By default a job takes 8 MB, and there are more jobs than threads.
                packer.set_parameter(zstd::zstd_safe::CParameter::JobSize(2 << 20))?;
                Ok(Packer::Zstd(packer))
            }
            other => other.pack(out),
        }
    }

    /// Compresses what is written, at the level that the tool of that name takes by default.
    pub fn pack<W: Write>(self, out: W) -> io::Result<Packer<W>> {
        Ok(match self {
            Packing::None => Packer::Plain(out),
            Packing::Gzip => Packer::Gzip(flate2::write::GzEncoder::new(out, flate2::Compression::new(6))),
            Packing::Zstd => Packer::Zstd(zstd::stream::write::Encoder::new(out, 3)?),
            Packing::Bzip2 => Packer::Bzip2(bzip2::write::BzEncoder::new(out, bzip2::Compression::new(9))),
            Packing::Xz => Packer::Xz(liblzma::write::XzEncoder::new(out, 6)),
        })
    }
}

impl fmt::Display for Packing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Packing::None => "none",
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
            Packing::Bzip2 => "bzip2",
            Packing::Xz => "xz",
        })
    }
}

/// A decompressor that forgets what it had unpacked when it meets damage is asked for little at once.
struct Small<R>(R);

impl<R: Read> Read for Small<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(1 << 13);
        self.0.read(&mut into[..most])
    }
}

/// This one forgets as well, but can tell how much it was.
struct Xz<R> {
    unpacker: liblzma::bufread::XzDecoder<R>,
    /// What came behind the last bytes.
    error: Option<io::Error>,
}

impl<R: BufRead> Read for Xz<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let before = self.unpacker.total_out();
        let read = self.unpacker.read(into);
        match usize::try_from(self.unpacker.total_out() - before) {
            Ok(length) if length > 0 && read.is_err() => {
                self.error = read.err();
                Ok(length)
            }
            _ => read,
        }
    }
}

/// Compresses on the way to a writer.
pub enum Packer<W: Write> {
    /// Not at all.
    Plain(W),
    /// gzip.
    Gzip(flate2::write::GzEncoder<W>),
    /// gzip on several threads.
    Blocks(Gzip<W>),
    /// zstd.
    Zstd(zstd::stream::write::Encoder<'static, W>),
    /// bzip2.
    Bzip2(bzip2::write::BzEncoder<W>),
    /// xz.
    Xz(liblzma::write::XzEncoder<W>),
}

impl<W: Write> Packer<W> {
    /// Ends the stream and gives the writer back.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Packer::Plain(out) => Ok(out),
            Packer::Gzip(packer) => packer.finish(),
            Packer::Blocks(packer) => packer.finish(),
            Packer::Zstd(packer) => packer.finish(),
            Packer::Bzip2(packer) => packer.finish(),
            Packer::Xz(packer) => packer.finish(),
        }
    }
}

impl<W: Write> Write for Packer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Packer::Plain(out) => out.write(bytes),
            Packer::Gzip(packer) => packer.write(bytes),
            Packer::Blocks(packer) => packer.write(bytes),
            Packer::Zstd(packer) => packer.write(bytes),
            Packer::Bzip2(packer) => packer.write(bytes),
            Packer::Xz(packer) => packer.write(bytes),
        }
    }

    fn write_vectored(&mut self, parts: &[io::IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Packer::Plain(out) => out.write_vectored(parts),
            packer => parts.iter().find(|part| !part.is_empty()).map_or(Ok(0), |part| packer.write(part)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Packer::Plain(out) => out.flush(),
            Packer::Gzip(packer) => packer.flush(),
            Packer::Blocks(packer) => packer.flush(),
            Packer::Zstd(packer) => packer.flush(),
            Packer::Bzip2(packer) => packer.flush(),
            Packer::Xz(packer) => packer.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_packing_is_told_by_its_bytes_and_read_in_parts() {
        let text = b"The loaf keeps for three days. ".repeat(5000);
        for packing in [Packing::None, Packing::Gzip, Packing::Zstd, Packing::Bzip2, Packing::Xz] {
            let mut packed = Vec::new();
            // Two streams, one after the other, as many tools write them.
            for half in text.chunks(text.len() / 2 + 1) {
                let mut packer = packing.pack(&mut packed).unwrap();
                packer.write_all(half).unwrap();
                packer.finish().unwrap();
            }
            let (found, mut unpacked) = Packing::unpack(io::Cursor::new(packed)).unwrap();
            let mut back = Vec::new();
            unpacked.read_to_end(&mut back).unwrap();
            assert!(found == packing && back == text, "{packing}");
        }
    }

    #[test]
    fn extensions_are_those_of_paths() {
        for name in
            ["a.txt", "a/b.txt", ".txt", "a/.txt", "a.b/c", "a.b/.c", "..", "a/..", "a..b", "a.", "a", "", "a.txt/", "a/b.tar.gz", ".a.gz"]
        {
            let path = Path::new(name);
            assert_eq!(extension(path), path.extension().map(|e| e.to_str().unwrap()), "{name}");
        }
    }

    #[test]
    fn names_follow_the_packing() {
        assert_eq!(Packing::Zstd.rename(Path::new("a/b.jsonl.gz")), Path::new("a/b.jsonl.zst"));
        assert_eq!(Packing::None.rename(Path::new("b.jsonl.gz")), Path::new("b.jsonl"));
        assert_eq!(Packing::Gzip.rename(Path::new("b.jsonl")), Path::new("b.jsonl.gz"));
    }
}
