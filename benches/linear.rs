//! Does the work grow with the text, and no faster? Hostile documents of n, 2n and 4n bytes, cleaned one after the other.
//!
//! `cargo bench --bench linear` prints what each byte costs and exits with 1 where four times the text costs more than
//! eight times the time. `cargo bench --bench linear -- NAME` measures those whose name holds NAME; `--size BYTES` sets n.

#[path = "../tests/support/hostile.rs"]
mod hostile;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use dehusk::Cleaner;

/// Growth of the time for four times the text from which on the work is called super-linear.
const LIMIT: f64 = 8.0;
/// Times below this say nothing.
const FLOOR: Duration = Duration::from_millis(4);

fn main() -> ExitCode {
    let mut size = 250_000;
    let mut wanted = None;
    let mut args = std::env::args().skip(1).filter(|a| a != "--bench");
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--size" => size = args.next().and_then(|n| n.parse().ok()).expect("--size takes a number"),
            name => wanted = Some(name.to_owned()),
        }
    }
    let cleaner = Cleaner::builtin();
    let mut slow = Vec::new();
    println!("| document | {size} bytes, ms | x2 | x4 | growth | ns per byte |\n| --- | --- | --- | --- | --- | --- |");
    for (name, make) in hostile::MAKERS.iter().filter(|(name, _)| wanted.as_ref().is_none_or(|w| name.contains(w.as_str()))) {
        let times = [1, 2, 4].map(|factor| measure(&cleaner, &make(size * factor)));
        let growth = times[2].as_secs_f64() / times[0].max(FLOOR).as_secs_f64();
        let [first, second, third] = times.map(|t| t.as_secs_f64() * 1e3);
        let per_byte = third * 1e6 / (4 * size) as f64;
        println!("| {name} | {first:.1} | {second:.1} | {third:.1} | {growth:.1} | {per_byte:.0} |");
        if growth > LIMIT {
            slow.push(*name);
        }
    }
    if slow.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("grows faster than the text: {}", slow.join(", "));
    ExitCode::FAILURE
}

/// The best of some rounds, fewer when one takes long.
fn measure(cleaner: &Cleaner, text: &str) -> Duration {
    let mut best = Duration::MAX;
    let begun = Instant::now();
    for _ in 0..3 {
        let start = Instant::now();
        std::hint::black_box(cleaner.clean(text));
        best = best.min(start.elapsed());
        if begun.elapsed() > Duration::from_secs(2) {
            break;
        }
    }
    best
}
