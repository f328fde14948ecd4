//! The literal stage beside the `aho-corasick` crate's own choice, on the same anchors and the same pages.
//!
//! - *fold and find*: the text is folded, and every anchor that begins where a word begins is found, but for those that cannot stand
//!   there: inside a word, or with a small letter in the middle of a sentence.
//! - *automaton*: the same anchors as plain bytes, blind to the case of ASCII, every hit; no folding.
//! - *automaton, folded*: the text is folded first, as the literal stage does.
//!
//! `cargo bench --features bench --bench literals`

#[path = "../tests/support/fixtures.rs"]
mod fixtures;

use std::hint::black_box;
use std::time::Duration;

use aho_corasick::{AhoCorasick, MatchKind};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dehusk::bench::Literals;
use fixtures::fixture_texts;

fn literals(criterion: &mut Criterion) {
    let pages: Vec<String> = ["expected", "untouched"].iter().flat_map(|folder| fixture_texts(folder)).map(|(_, text)| text).collect();
    let mut group = criterion.benchmark_group("literals");
    group.throughput(Throughput::Bytes(pages.iter().map(|page| page.len() as u64).sum()));
    for count in [1_500, 10_000, usize::MAX] {
        let literals = Literals::builtin(count);
        let name = literals.texts().count();
        let automaton = |blind| {
            let builder = &mut AhoCorasick::builder();
            builder.match_kind(MatchKind::Standard).ascii_case_insensitive(blind).build(literals.texts()).expect("fewer than 2^31 anchors")
        };
        group.bench_with_input(BenchmarkId::new("fold and find", name), &pages, |bencher, pages| {
            bencher.iter(|| pages.iter().map(|page| literals.count(black_box(page))).sum::<usize>());
        });
        let plain = automaton(true);
        group.bench_with_input(BenchmarkId::new("automaton", name), &pages, |bencher, pages| {
            bencher.iter(|| pages.iter().map(|page| plain.find_overlapping_iter(black_box(page.as_str())).count()).sum::<usize>());
        });
        let folded = automaton(false);
        group.bench_with_input(BenchmarkId::new("automaton, folded", name), &pages, |bencher, pages| {
            let count = |page: &String| folded.find_overlapping_iter(&Literals::folded(black_box(page))).count();
            bencher.iter(|| pages.iter().map(count).sum::<usize>());
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_millis(500));
    targets = literals
}
criterion_main!(benches);
