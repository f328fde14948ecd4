//! What the stages cost a byte, on pages made from the fixtures.
//!
//! - *fold and scan*: lines in which nothing is found: the part that every text pays.
//! - *clean text*: pages without residue, with all the words that residue shares with prose.
//! - *residue-rich text*: pages as they were scraped.
//! - *start*: reading and compiling the built-in packs.

#[path = "../tests/support/fixtures.rs"]
mod fixtures;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dehusk::{Cleaner, Packs};
use fixtures::fixture_texts;

/// Bytes of one page, about.
const PAGE: usize = 5_000;
const PAGES: usize = 100;

/// Pages filled with the parts, one after the other and round again.
fn pages(parts: &[String]) -> Vec<String> {
    let mut next = parts.iter().cycle();
    let page = |_| {
        let mut page = String::new();
        while page.len() < PAGE {
            page.push_str(next.next().expect("there are fixtures"));
            page.push_str("\n\n");
        }
        page
    };
    (0..PAGES).map(page).collect()
}

fn texts(folders: &[&str]) -> Vec<String> {
    folders.iter().flat_map(|folder| fixture_texts(folder)).map(|(_, text)| text).collect()
}

fn stages(criterion: &mut Criterion) {
    let cleaner = Cleaner::builtin();
    let clean = texts(&["expected", "untouched"]);
    let found = |line: &str| {
        let (cleaned, refusals) = cleaner.explain(line);
        cleaned.changed() || !refusals.is_empty()
    };
    let bare: Vec<String> =
        clean.iter().flat_map(|text| text.lines()).filter(|line| line.len() > 20 && !found(line)).map(str::to_owned).collect();
    let mut group = criterion.benchmark_group("clean");
    for (name, parts) in [("fold and scan", bare), ("clean text", clean), ("residue-rich text", texts(&["scraped"]))] {
        let pages = pages(&parts);
        group.throughput(Throughput::Bytes(pages.iter().map(|p| p.len() as u64).sum()));
        group.bench_with_input(BenchmarkId::from_parameter(name), &pages, |bencher, pages| {
            bencher.iter(|| pages.iter().map(|page| cleaner.clean(black_box(page)).removed_bytes()).sum::<usize>());
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("start");
    group.bench_function("read and compile the packs", |bencher| bencher.iter(Cleaner::builtin));
    group.bench_function("compile the packs", |bencher| {
        bencher.iter_batched(Packs::builtin, |packs| Cleaner::builder().packs(packs).build().expect("they compile"), BatchSize::LargeInput);
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(5));
    targets = stages
}
criterion_main!(benches);
