//! Looks for phrases in texts and prints how many it met: what `benches/peers.py` runs beside Hyperscan, which does the same.
//!
//! `search WAY PHRASES TEXTS`: a phrase a line, texts between NUL bytes. The ways: `stage`, the literal stage after folding, as dehusk
//! cleans; `automaton`, what the `aho-corasick` crate chooses, blind to the case of ASCII.

use std::process::ExitCode;

use aho_corasick::{AhoCorasick, MatchKind};
use dehusk::bench::Literals;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` runs it with nothing to do.
    let [way, phrases, texts] = arguments.as_slice() else { return ExitCode::SUCCESS };
    let (phrases, texts) = match (std::fs::read_to_string(phrases), std::fs::read_to_string(texts)) {
        (Ok(phrases), Ok(texts)) => (phrases, texts),
        (Err(e), _) | (_, Err(e)) => {
            eprintln!("{e}");
            return ExitCode::FAILURE;
        }
    };
    let texts = texts.split('\0');
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
