//! What `benches/records.py` measures against: JSON Lines parsed into trees and written again, as a script of ten lines would.

use std::io::{self, BufRead, BufWriter, Write};

fn main() -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 17, io::stdout().lock());
    let mut input = io::BufReader::with_capacity(1 << 17, io::stdin().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let value: serde_json::Value = serde_json::from_slice(&line)?;
        serde_json::to_writer(&mut out, &value)?;
        out.write_all(b"\n")?;
        line.clear();
    }
    out.flush()
}
