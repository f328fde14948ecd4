#!/usr/bin/env python3
"""Peak memory of the command on large containers, made here from the fixtures: a JSONL.zst and a Parquet file; and on many files.

    benches/memory.py [--bin target/release/dehusk] [--megabytes 2048] [--files 0] [--folder DIR]

Needs the `zstd` command, and pyarrow for the Parquet part (which is left out without it). `--files N` takes N small files instead,
a thousand to a folder and all in one folder. Prints a table for docs/performance.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def texts():
    """The fixtures, over and over, each a little different."""
    pages = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "fixtures/scraped").iterdir())]
    grain = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "fixtures/untouched").iterdir())]
    number = 0
    while True:
        for page in pages + 3 * grain:
            number += 1
            yield f"Document {number}.\n\n{page}"


def run(command, out):
    """Seconds, and the peak resident size in MB. The kernel's own figure for children would count this process as well."""
    begun = time.time()
    process = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE)
    peak = 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
            peak = max([peak] + [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")])
        except OSError:
            pass
        time.sleep(0.02)
    if process.returncode != 0:
        sys.exit(f"{command}: {process.stderr.read().decode()}")
    return time.time() - begun, peak / 1024


def many(args):
    """N small files, every tenth with residue."""
    print("| run | files | time | peak memory |\n| --- | --- | --- | --- |")
    for shape, share in (("a thousand to a folder", 1000), ("all in one folder", args.files)):
        with tempfile.TemporaryDirectory(dir=args.folder) as temporary:
            folder = Path(temporary)
            for number in range(args.files):
                if number % share == 0:
                    place = folder / f"in/{number // share:04}"
                    place.mkdir(parents=True)
                page = "Wrap it well.\n\nLeave a Reply Cancel reply\n" if number % 10 == 0 else "Wrap it well.\n"
                (place / f"page-{number:07}.txt").write_text(f"Loaf {number}.\n{page}")
            seconds, memory = run([args.bin, "clean", folder / "in", "--out", folder / "out", "--isolated", "-q", "--resume"], None)
            written = sum(len(files) for _, _, files in os.walk(folder / "out"))
            if written != args.files + 1:
                sys.exit(f"{written} files were written")
            print(f"| `clean in --out out --resume`, {shape} | {args.files} | {seconds:.0f} s | {memory:.0f} MB |", flush=True)
            seconds, memory = run([args.bin, "clean", folder / "in", "--out", folder / "out", "--isolated", "-q", "--resume"], None)
            print(f"| the same again, all complete | {args.files} | {seconds:.0f} s | {memory:.0f} MB |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", default=ROOT / "target/release/dehusk")
    parser.add_argument("--megabytes", type=int, default=2048)
    parser.add_argument("--files", type=int, default=0)
    parser.add_argument("--folder", default=None)
    args = parser.parse_args()
    if args.files:
        return many(args)
    with tempfile.TemporaryDirectory(dir=args.folder) as temporary:
        folder = Path(temporary)
        size = 0
        path = folder / "corpus.jsonl.zst"
        with path.open("wb") as file:
            packer = subprocess.Popen(["zstd", "-3", "-q"], stdin=subprocess.PIPE, stdout=file)
            # Some of it once, then over and over: this script would take longer than the command.
            block = bytearray()
            for number, text in enumerate(texts()):
                block += (json.dumps({"id": str(number), "text": text}) + "\n").encode()
                if len(block) > min(args.megabytes, 16) << 20:
                    break
            while size < args.megabytes << 20:
                packer.stdin.write(block)
                size += len(block)
            packer.stdin.close()
            packer.wait()
        print("| run | unpacked | packed | time | peak memory |\n| --- | --- | --- | --- | --- |")
        row = "| {} | {:.0f} MB | {:.0f} MB | {:.0f} s | {:.0f} MB |"
        packed = path.stat().st_size / 1e6
        with (folder / "out").open("wb") as out:
            seconds, memory = run([args.bin, "clean", path, "--isolated", "-q"], out)
        print(row.format("`clean corpus.jsonl.zst`", size / 1e6, packed, seconds, memory), flush=True)
        (folder / "out").unlink()
        if memory > 200:
            sys.exit("more than 200 MB")
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError:
            return
        path.unlink()
        path = folder / "corpus.parquet"
        size, group = 0, 0
        source = texts()
        with pyarrow.parquet.ParquetWriter(path, pyarrow.schema([("id", pyarrow.string()), ("text", pyarrow.string())]), compression="zstd") as writer:
            while size < args.megabytes << 18:
                some = [next(source) for _ in range(20_000)]
                writer.write_table(pyarrow.table({"id": [str(n) for n in range(len(some))], "text": some}), row_group_size=len(some))
                group = max(group, sum(len(text.encode()) for text in some))
                size += sum(len(text.encode()) for text in some)
        seconds, memory = run([args.bin, "clean", path, "--out", folder / "cleaned", "--isolated", "-q"], None)
        print(row.format(f"`clean corpus.parquet`, groups of {group / 1e6:.0f} MB", size / 1e6, path.stat().st_size / 1e6, seconds, memory))


main()
