#!/usr/bin/env python3
"""What a second thread gives, beside what the machine can give at all.

    benches/threads.py [--dehusk BIN] [--dir DIR] [--megabytes 24] [--rounds 5] [--only folder,jsonl,jsonl.gz,jsonl.zst]

The same pages are cleaned in turn

- by one process with one thread that cleans;
- by one process that is bound to one processor, whatever its threads (`taskset`);
- by two such processes at once, each on half of the pages and on a processor of its own: nothing is shared but the machine;
- by one process with two threads.

Tables give medians of the time on the clock, and what a second processor gave: the time of one over that of two. Where two
processes that share nothing do not reach twice the speed, the machine is the limit: processors may be halves of one core, or
share memory and clock.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from folder import ROOT, make_folder, put_aside


def run(*commands):
    """Wall and processor seconds of commands that run at the same time."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    running = [subprocess.Popen(["bash", "-c", command]) for command in commands]
    if any([one.wait() for one in running]):
        sys.exit(f"{commands} failed")
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def make(home, kind, megabytes):
    """Half of the pages twice, and all of them."""
    pages, parts = home / "pages", [home / "0", home / "1"]
    for n, part in enumerate(parts):
        make_folder(pages / str(n), megabytes * 100, seed=n)
    whole = pages
    if kind == "folder":
        return [pages / "0", pages / "1"], whole
    parts, lines = [], []
    for n in (0, 1):
        texts = [path.read_text(encoding="utf-8") for path in sorted((pages / str(n)).rglob("*.txt"))]
        lines.append("".join(json.dumps({"id": n, "text": text}, ensure_ascii=False) + "\n" for n, text in enumerate(texts)))
    for name, text in (("0", lines[0]), ("1", lines[1]), ("all", "".join(lines))):
        path = home / f"{name}.jsonl"
        path.write_text(text, encoding="utf-8")
        packer = {"jsonl.gz": "gzip -k", "jsonl.zst": "zstd -q -k"}.get(kind)
        if packer:
            subprocess.run([*packer.split(), str(path)], check=True)
            path = path.with_name(f"{name}.{kind}")
        parts.append(path)
    return parts[:2], parts[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dehusk", default=str(ROOT / "target/release/dehusk"))
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--megabytes", type=int, default=24, help="of pages")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="folder,jsonl,jsonl.gz,jsonl.zst")
    args = parser.parse_args()
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("one processor: nothing to measure")
    print("| pages as | one thread | on one processor | two processes | two threads | processes give | threads give | processor time, two threads / one |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for kind in args.only.split(","):
        with tempfile.TemporaryDirectory(dir=args.dir, prefix="dehusk-bench-") as home:
            home = Path(home)
            (first, second), whole = make(home, kind, args.megabytes)

            def clean(path, threads, out="out"):
                to = f"--out {home}/{out}" if kind == "folder" else "> /dev/null"
                return f"exec {args.dehusk} clean {path} --isolated --quiet --threads {threads} {to}"

            def bound(processor, command):
                return command.replace("exec ", f"exec taskset -c {processor} ", 1)

            ways = {
                "one": [clean(whole, 1)],
                "bound": [bound(0, clean(whole, 1))],
                "processes": [bound(0, clean(first, 1, "out-0")), bound(1, clean(second, 1, "out-1"))],
                "threads": [clean(whole, 2)],
            }
            times = {way: [] for way in ways}
            for n in range(args.rounds + 1):
                for way, commands in ways.items():
                    for out in ("out", "out-0", "out-1"):
                        put_aside(home / out)
                    taken = run(*commands)
                    if n > 0:
                        times[way].append(taken)
            wall = {way: statistics.median(wall for wall, _ in taken) for way, taken in times.items()}
            cpu = {way: statistics.median(cpu for _, cpu in taken) for way, taken in times.items()}
            print(
                f"| {kind} | {wall['one']:.2f} s | {wall['bound']:.2f} s | {wall['processes']:.2f} s | {wall['threads']:.2f} s "
                f"| {wall['bound'] / wall['processes']:.2f} | {wall['one'] / wall['threads']:.2f} | {cpu['threads'] / cpu['one']:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
