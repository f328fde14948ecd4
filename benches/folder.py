#!/usr/bin/env python3
"""Whole runs of `dehusk clean` over folders and large texts, measured against `cp -r`; prints Markdown tables.

    benches/folder.py [--dehusk BIN] [--dir DIR] [--files N] [--rounds N] [--threads N] [--only start,folder,way,large,growth,size]

Pages of about 5 KB are made from fixtures/: 70% prose alone, 30% with residue. Both commands are run in turn, so that a
busy machine slows both; the tables give medians and, in brackets, quartiles. `cpu` is user + system time.

Whatever is written stays until the end. ext4 does not give the inode of a file away for minutes after its removal, but looks at each
of them when it creates another: where 40,000 files were removed before, `cp -r` of 20,000 took 4.4 s instead of 0.5 s, and the ratio told
nothing about either program. For figures of a disk, remove nothing there in the five minutes before either.
"""

import argparse
import contextlib
import itertools
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = 5_000


def texts(folder):
    return [p.read_text(encoding="utf-8") for p in sorted((ROOT / "fixtures" / folder).iterdir()) if p.is_file()]


def paragraphs():
    """Grain that the cleaner leaves alone, a paragraph each."""
    parts = [part for text in texts("expected") for part in text.replace("\r\n", "\n").split("\n\n")]
    return [part for part in parts if len(part) > 80 and "```" not in part]


def prose(rng, grain, size):
    page, taken = [], 0
    while taken < size:
        page.append(rng.choice(grain))
        taken += len(page[-1])
    return "\n\n".join(page) + "\n"


def page(rng, grain, scraped):
    if rng.random() < 0.7:
        return prose(rng, grain, PAGE)
    text = rng.choice(scraped)
    # More grain in the middle of the page, where a line ends.
    middle = text.find("\n", len(text) // 2) + 1
    return text[:middle] + "\n" + prose(rng, grain, max(0, PAGE - len(text))) + "\n" + text[middle:]


def make_folder(folder, count, seed=1):
    rng, grain, scraped = random.Random(seed), paragraphs(), texts("scraped")
    size = 0
    for n in range(count):
        place = folder / f"{n // 500:03}"
        place.mkdir(parents=True, exist_ok=True)
        data = page(rng, grain, scraped).encode()
        size += len(data)
        (place / f"{n:06}.txt").write_bytes(data)
    return size


def run(command):
    """Wall and processor seconds of one run."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, input=b"x\n", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed: {done.stderr.decode(errors='replace')}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def spread(values, unit=1.0, digits=2):
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
    return f"{middle * unit:.{digits}f} ({low * unit:.{digits}f} to {high * unit:.{digits}f})"


NUMBERS = itertools.count()


def put_aside(path):
    if path.is_dir():
        path.rename(path.with_name(f"{path.name}-{next(NUMBERS)}"))
    else:
        path.unlink(missing_ok=True)


def in_turn(commands, rounds, outputs):
    """Times of each command, one run of each per round after one round that only warms the caches."""
    times = {name: [] for name in commands}
    for n in range(rounds + 1):
        for name, command in commands.items():
            for output in outputs:
                put_aside(output)
            os.sync()
            taken = run(command)
            if n > 0:
                times[name].append(taken)
    for output in outputs:
        put_aside(output)
    return times


def beside_copy(name, times):
    """A row of a table: what a command took, and as a multiple of the copy."""
    taken, copied = times[name], times["cp -r"]
    wall = spread([w / c for (w, _), (c, _) in zip(taken, copied)])
    cpu = spread([u / c for (_, u), (_, c) in zip(taken, copied)])
    return f"| `{name}` | {spread([w for w, _ in taken])} | {spread([c for _, c in taken])} | {wall} | {cpu} |"


def folder(args, home):
    source, copy, out = home / "pages", home / "copy", home / "out"
    size = make_folder(source, args.files)
    commands = {"cp -r": ["cp", "-r", str(source), str(copy)], "dehusk clean --out": clean(args, source, out)}
    for threads in args.threads:
        commands[f"dehusk clean --out, {threads} threads" if threads > 1 else "dehusk clean --out, 1 thread"] = clean(args, source, out, threads)
    times = in_turn(commands, args.rounds, [copy, out])
    print(f"{args.files:,} files, {size / 1e6:.1f} MB, {args.rounds} rounds\n")
    print("| run | wall, s | cpu, s | wall / `cp -r` | cpu / `cp -r` | MB/s |\n| --- | --- | --- | --- | --- | --- |")
    for name, taken in times.items():
        speed = size / 1e6 / statistics.median(w for w, _ in taken)
        print(f"{beside_copy(name, times)} {speed:.0f} |")
    print()


def way(args, home):
    """What files cost around the cleaner: one short line, in which one rule is looked for."""
    source, copy, out = home / "notes", home / "copy", home / "out"
    for n in range(args.files):
        place = source / f"{n // 500:03}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{n:06}.txt").write_text(f"The loaf of day {n} keeps for three days.\n", encoding="utf-8")
    one = ["--isolated", "--select", "comments/form"]
    commands = {
        "cp -r": ["cp", "-r", str(source), str(copy)],
        "dehusk clean --out": [*clean(args, source, out), *one],
        "dehusk clean --out --link": [*clean(args, source, out), *one, "--link"],
        "dehusk clean --out, 1 thread": [*clean(args, source, out, 1), *one],
    }
    times = in_turn(commands, args.rounds, [copy, out])
    print(f"{args.files:,} files of one line, one rule, {args.rounds} rounds\n")
    print("| run | wall, s | cpu, s | wall / `cp -r` | cpu / `cp -r` |\n| --- | --- | --- | --- | --- |")
    for name in times:
        print(beside_copy(name, times))
    print()


def large(args, home):
    """Large texts that stay as they are: what the file system can share instead of copying, and how much of the disk is taken."""
    rng, grain, source, copy, out = random.Random(3), paragraphs(), home / "pages", home / "copy", home / "out"
    source.mkdir()
    for n in range(24):
        (source / f"{n}.txt").write_text(prose(rng, grain, 4_000_000), encoding="utf-8")
    megabytes = sum(path.stat().st_size for path in source.iterdir()) / 1e6
    commands = {
        "cp -r --reflink=never": ["cp", "-r", "--reflink=never", str(source), str(copy)],
        "cp -r": ["cp", "-r", str(source), str(copy)],
        "dehusk clean --out": [*clean(args, source, out), "--isolated", "--select", "comments/form"],
    }
    taken = {}
    for name, command in commands.items():
        os.sync()
        free = os.statvfs(home)
        run(command)
        os.sync()
        taken[name] = (free.f_bfree - os.statvfs(home).f_bfree) * free.f_frsize / 1e6
        put_aside(copy)
        put_aside(out)
    times = in_turn(commands, args.rounds, [copy, out])
    kind = subprocess.run(["stat", "-f", "-c", "%T", str(home)], capture_output=True, text=True).stdout.strip()
    print(f"24 texts, {megabytes:.0f} MB, nothing found, on {kind}, {args.rounds} rounds\n")
    print("| run | wall, s | cpu, s | disk taken, MB |\n| --- | --- | --- | --- |")
    for name, runs in times.items():
        print(f"| `{name}` | {spread([w for w, _ in runs])} | {spread([c for _, c in runs])} | {taken[name]:.0f} |")
    print()


def growth(args, home):
    commands, sizes, out = {}, {}, home / "out"
    for count in (args.files // 10, args.files):
        source = home / f"pages-{count}"
        sizes[count] = make_folder(source, count)
        commands[count] = clean(args, source, out)
    times = in_turn(commands, args.rounds, [out])
    print("| files | MB | wall, s | cpu, s | cpu per file, µs |\n| --- | --- | --- | --- | --- |")
    for count, taken in times.items():
        each = spread([c / count for _, c in taken], 1e6, 0)
        print(f"| {count:,} | {sizes[count] / 1e6:.1f} | {spread([w for w, _ in taken])} | {spread([c for _, c in taken])} | {each} |")
    print()


def size(args, home):
    """A byte of documents of some 1 KB to 200 MB, as JSON Lines of 20 MB at least, one thread; the start is taken off."""
    grain, scraped, commands, bytes_of, out = paragraphs(), texts("scraped"), {"start": [str(args.dehusk), "clean", "-"]}, {}, home / "out"

    def pages(rng, length):
        text, taken = [], 0
        while taken < length:
            text.append(page(rng, grain, scraped))
            taken += len(text[-1])
        return "".join(text)

    sizes = (1, 10, 100, 1_000, 10_000, 100_000, 200_000)
    for kind, make, sizes in (("prose", lambda rng, length: prose(rng, grain, length), sizes), ("pages", pages, sizes[1:])):
        for kilobytes in sizes:
            rng, source, length = random.Random(2), home / f"{kind}-{kilobytes}.jsonl", 0
            with open(source, "w", encoding="utf-8") as file:
                while length < 20_000_000:
                    text = make(rng, kilobytes * 1_000)
                    length += len(text.encode())
                    file.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
            bytes_of[kind, kilobytes] = length
            commands[kind, kilobytes] = clean(args, source, out, 1)
    times = in_turn(commands, max(3, args.rounds // 2), [out])
    start = statistics.median(c for _, c in times.pop("start"))
    print("| documents of | KB | cpu per byte, ns |\n| --- | --- | --- |")
    for (kind, kilobytes), taken in times.items():
        print(f"| {kind} | {kilobytes:,} | {spread([(c - start) / bytes_of[kind, kilobytes] for _, c in taken], 1e9, 1)} |")
    print()


def start(args, home):
    """`echo x | dehusk clean -`, all languages."""
    times = in_turn({"start": [str(args.dehusk), "clean", "-"]}, 10 * args.rounds, [])["start"]
    print("| `echo x \\| dehusk clean -` | wall, ms | cpu, ms |\n| --- | --- | --- |")
    print(f"| start | {spread([w for w, _ in times], 1e3, 1)} | {spread([c for _, c in times], 1e3, 1)} |\n")


def clean(args, source, out, threads=None):
    command = [str(args.dehusk), "clean", str(source), "--out", str(out), "--quiet"]
    return command + (["--threads", str(threads)] if threads else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dehusk", type=Path, default=ROOT / "target/release/dehusk")
    parser.add_argument("--dir", type=Path, help="where the folders are made (default: the system's place for temporary files)")
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, nargs="*", default=[1], help="numbers of threads measured besides the default")
    parser.add_argument("--only", default="start,folder,way,large,growth,size")
    args = parser.parse_args()
    if not args.dehusk.exists():
        sys.exit(f"{args.dehusk} is missing: cargo build --release")
    args.dehusk = args.dehusk.resolve()
    print(f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}\n")
    with contextlib.ExitStack() as homes:
        for name in args.only.split(","):
            home = homes.enter_context(tempfile.TemporaryDirectory(dir=args.dir, prefix="dehusk-bench-"))
            {"start": start, "folder": folder, "way": way, "large": large, "growth": growth, "size": size}[name](args, Path(home))


if __name__ == "__main__":
    main()
