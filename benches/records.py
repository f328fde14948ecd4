#!/usr/bin/env python3
"""What the way of a record costs around the cleaner: the text field is a short note in which nothing is found.

    benches/records.py [--bin target/release/dehusk] [--rewrite target/release/examples/rewrite] [--megabytes 300] [--rounds 5]

Each run stands beside the tool that does the least that could be done, in turn, medians of wall and processor time:

- JSON Lines beside a program that parses each line into a tree and writes it again (`cargo build --release --example rewrite`);
- JSONL.zst beside `zstd -dc | zstd -T2`, JSONL.gz beside `gzip -dc | gzip`;
- with --text also the real thing, the cleaned field being the page itself.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def make(path, megabytes):
    """Pages of the fixtures, over and over, each with other numbers and words in it so that they do not compress to nothing."""
    pages = [p.read_text(encoding="utf-8") for name in ("scraped", "untouched") for p in sorted((ROOT / "fixtures" / name).iterdir())]
    words = sorted({word for page in pages for word in page.split()})
    size = number = 0
    with path.open("w", encoding="utf-8") as file:
        while size < megabytes << 20:
            for page in pages:
                number += 1
                mixed = " ".join(words[(number * 7919 + n * n * 31) % len(words)] for n in range(120))
                record = {"id": f"doc-{number}", "url": f"https://example.com/{number}", "note": "A note.", "n": number / 7, "text": f"{mixed}\n\n{page}"}
                size += file.write(json.dumps(record, ensure_ascii=number % 2 == 0) + "\n")


def run(command):
    """Seconds on the wall and of the processors."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(["bash", "-c", f"set -o pipefail; {command} > /dev/null 2> /dev/null"], check=True, env={**os.environ, "LC_ALL": "C"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - begun, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", default=ROOT / "target/release/dehusk")
    parser.add_argument("--rewrite", default=ROOT / "target/release/examples/rewrite")
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", default=None)
    parser.add_argument("--text", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        plain = Path(folder) / "a.jsonl"
        make(plain, args.megabytes)
        for packer in ("zstd -q -3 -k", "gzip -k"):
            subprocess.run([*packer.split(), plain], check=True)
        clean = f"{args.bin} clean --isolated -q --field"
        pairs = [
            ("JSON Lines", f"{clean} note {plain}", f"{args.rewrite} < {plain}", "parse and write"),
            ("JSON Lines, one thread", f"{clean} note -j 1 {plain}", f"{args.rewrite} < {plain}", "parse and write"),
            ("JSONL.zst", f"{clean} note {plain}.zst", f"zstd -dc {plain}.zst | zstd -T2", "zstd -dc, zstd -T2"),
            ("JSONL.gz", f"{clean} note {plain}.gz", f"gzip -dc {plain}.gz | gzip", "gzip -dc, gzip"),
        ]
        if args.text:
            pairs.append(("JSON Lines, the page cleaned", f"{clean} text {plain}", f"{args.rewrite} < {plain}", "parse and write"))
        times = {(n, who): [] for n in range(len(pairs)) for who in (1, 2)}
        for _ in range(args.rounds):
            for n, pair in enumerate(pairs):
                for who in (1, 2):
                    times[n, who].append(run(pair[who]))
        print("| run | wall | processor | beside | wall | processor | ratio of wall |\n| --- | --- | --- | --- | --- | --- | --- |")
        for n, pair in enumerate(pairs):
            (wall, cpu), (other, other_cpu) = ([statistics.median(column) for column in zip(*times[n, who])] for who in (1, 2))
            print(f"| {pair[0]} | {wall:.2f} s | {cpu:.2f} s | {pair[3]} | {other:.2f} s | {other_cpu:.2f} s | {wall / other:.2f} |")


main()
