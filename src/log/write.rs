//! Writing: whole lines, whole frames, appended.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::Event;

/// Compression that costs less time than the disk.
const LEVEL: i32 = 3;

/// Lines gathered before they are written without being asked to.
const GATHER: usize = 1 << 20;

/// Appends events to a log.
#[derive(Debug)]
pub struct Writer {
    file: File,
    compressed: bool,
    lines: Vec<u8>,
}

impl Writer {
    /// Opens `path` to append to it; makes it where there is none. The torn end of a killed run is cut off.
    pub fn open(path: &Path) -> io::Result<Writer> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let compressed = path.extension().is_some_and(|e| e == "zst");
        let whole = if compressed { whole_frames(&mut file)? } else { whole_lines(&mut file)? };
        if whole < file.metadata()?.len() {
            file.set_len(whole)?;
        }
        Ok(Writer { file, compressed, lines: Vec::new() })
    }

    /// Adds an event. It may wait in memory until [`Writer::flush`].
    pub fn write(&mut self, event: &Event<'_>) -> io::Result<()> {
        serde_json::to_writer(&mut self.lines, event)?;
        self.lines.push(b'\n');
        if self.lines.len() >= GATHER { self.push() } else { Ok(()) }
    }

    /// Adds whole lines, each an event as [`Event`] serialises.
    pub fn write_lines(&mut self, lines: &[u8]) -> io::Result<()> {
        self.lines.extend_from_slice(lines);
        if self.lines.len() >= GATHER { self.push() } else { Ok(()) }
    }

    /// Everything written so far reaches the disk.
    pub fn flush(&mut self) -> io::Result<()> {
        self.push()?;
        self.file.sync_data()
    }

    fn push(&mut self) -> io::Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        if self.compressed {
            self.file.write_all(&zstd::bulk::compress(&self.lines, LEVEL)?)?;
        } else {
            self.file.write_all(&self.lines)?;
        }
        self.lines.clear();
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Whoever must know whether this works has called `flush`.
        let _ = self.push();
    }
}

/// The length of the file up to its last line end.
fn whole_lines(file: &mut File) -> io::Result<u64> {
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut block = [0; 4096];
    while end > 0 {
        let size = block.len().min(usize::try_from(end).unwrap_or(usize::MAX));
        end -= size as u64;
        file.seek(SeekFrom::Start(end))?;
        file.read_exact(&mut block[..size])?;
        if let Some(at) = memchr::memrchr(b'\n', &block[..size]) {
            return Ok(end + at as u64 + 1);
        }
    }
    Ok(0)
}

/// The length of the file up to the end of its last whole zstd frame.
fn whole_frames(file: &mut File) -> io::Result<u64> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut whole = 0;
    let mut room = 4u64 << 20;
    while whole < length {
        file.seek(SeekFrom::Start(whole))?;
        let mut bytes = Vec::new();
        Read::by_ref(file).take(room).read_to_end(&mut bytes)?;
        let before = whole;
        let mut rest = bytes.as_slice();
        while let Ok(size) = zstd::zstd_safe::find_frame_compressed_size(rest) {
            if size == 0 || size > rest.len() {
                break;
            }
            whole += size as u64;
            rest = &rest[size..];
            if rest.is_empty() {
                break;
            }
        }
        if whole == before {
            if bytes.len() as u64 == length - whole {
                break; // all there is, and no frame in it: torn
            }
            room *= 4;
        }
    }
    Ok(whole)
}
