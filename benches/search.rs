//! Looks for phrases in texts and prints how many it met: what `benches/peers.py` runs beside Hyperscan, which does the same.
//!
//! `search WAY PHRASES TEXTS`: a phrase a line, texts between NUL bytes. The ways: `stage`, the literal stage after folding, as dehusk
//! cleans; `automaton`, what the `aho-corasick` crate chooses, blind to the case of ASCII.

use std::process::ExitCode;

use aho_corasick::{AhoCorasick, MatchKind};
use dehusk::bench::Literals;
use dehusk::utf8;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` runs it with nothing to do.
    let [way, phrases, texts] = arguments.as_slice() else { return ExitCode::SUCCESS };
    let read = |path| std::fs::read(path).ok().and_then(|bytes| utf8::owned(bytes).ok());
    let (Some(phrases), Some(texts)) = (read(phrases), read(texts)) else {
        eprintln!("{phrases} or {texts} cannot be read as UTF-8");
        return ExitCode::FAILURE;
    };
    // Ends of texts found as the other programs find them.
    let mut ends: Vec<usize> = memchr::memchr_iter(0, texts.as_bytes()).collect();
    ends.push(texts.len());
    let starts = std::iter::once(0).chain(ends.iter().map(|end| end + 1));
    let texts = starts.zip(&ends).filter_map(|(start, end)| texts.get(start..*end));
    let met: usize = match way.as_str() {
        "stage" => {
            let literals = Literals::of(phrases.lines());
            texts.map(|text| literals.count(text)).sum()
        }
        _ => {
            let builder = &mut AhoCorasick::builder();
            let automaton = builder.match_kind(MatchKind::Standard).ascii_case_insensitive(true).build(phrases.lines());
            let automaton = automaton.expect("fewer than 2^31 phrases");
            texts.map(|text| automaton.find_overlapping_iter(text).count()).sum()
        }
    };
    println!("{met}");
    ExitCode::SUCCESS
}
