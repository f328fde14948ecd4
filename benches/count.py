#!/usr/bin/env python3
"""Instructions that dehusk executes, counted by valgrind: a measure that no busy machine disturbs.

    benches/count.py [--dehusk BIN] [--check] [--write [--why TEXT]]

- start: `echo x | dehusk clean -`, the whole process.
- plain, and its stages: a byte of pages without residue (fixtures/expected, fixtures/untouched).
- residue, the same: a byte of pages as they were scraped (fixtures/scraped).
- file: a file of one short line, in a folder.
- record: a byte of JSON Lines, the field that is cleaned being a short note.

For all but the first, the same is cleaned once and five times; the difference is divided by what was added, so that neither
the start nor what is built at first use counts. `--write` pins the figures in benches/counts.json with compiler and
architecture; `--check` exits with 1 where one is more than 3% above its pin, and compares nothing where compiler or
architecture differ. A change of packs or fixtures moves them too. A pin that rises by more than
3% takes `--why`, which the file keeps.
"""

import argparse
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "benches/counts.json"
LIMIT = 1.03
# What of the file is no figure.
WORDS = ("compiler", "machine", "why")
# The stages, and the functions that hold them: each holds those that it calls (`detect` the scan).
STAGES = {
    "fold": "dehusk::text::fold::fold",
    "scan": "dehusk::detect::scan::scan",
    "detect": "dehusk::detect::detect",
    "plan": "dehusk::plan::plan",
}


def run(command, stdin=b""):
    """Instructions of one run, and of each stage in it."""
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={place}/out", *command], input=stdin, capture_output=True)
        found = re.search(rb"Collected : (\d+)", done.stderr)
        if not found:
            sys.exit(f"valgrind {' '.join(command)}\n{done.stderr.decode(errors='replace')}")
        told = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", f"{place}/out"], capture_output=True, text=True).stdout
    of = {}
    for stage, name in STAGES.items():
        line = re.search(rf"^ *([\d,]+) .*:{re.escape(name)}(?: |$)", told, re.M)
        of[stage] = int(line.group(1).replace(",", "")) if line else 0
    return int(found.group(1)), of


def count(command, stdin=b""):
    """Instructions of one run."""
    return run(command, stdin)[0]


def once_and_often(make, command):
    """Instructions, and those of each stage, that four more copies of something take, beside one copy. `make` gets a folder and a
    number of copies, `command` gets what it returns, and a place for the output."""
    runs = []
    for copies in (1, 5):
        with tempfile.TemporaryDirectory() as place:
            made = make(Path(place), copies)
            runs.append(run([*command(made, f"{place}/out"), "--threads", "1", "--quiet", "--isolated"]))
    (once, stages_once), (often, stages) = runs
    return often - once, {stage: stages[stage] - stages_once[stage] for stage in STAGES}


def per_byte(binary, folders):
    """Instructions per byte: all, and those of each stage."""
    texts = [p for folder in folders for p in sorted((ROOT / "fixtures" / folder).iterdir()) if p.is_file()]
    size = 4 * sum(p.stat().st_size for p in texts)

    def make(place, copies):
        for copy in range(copies):
            (place / "pages" / str(copy)).mkdir(parents=True)
            for text in texts:
                shutil.copy(text, place / "pages" / str(copy) / text.name)
        return place / "pages"

    more, stages = once_and_often(make, lambda pages, out: [binary, "clean", str(pages), "--out", out])
    if not stages["detect"]:
        sys.exit("the stages have no names: was the program stripped?")
    return round(more / size, 1), {stage: round(stages[stage] / size, 1) for stage in STAGES}


def per_file(binary, number=200):
    def make(place, copies):
        (place / "notes").mkdir()
        for n in range(copies * number):
            (place / f"notes/{n:04}.txt").write_text("The loaf keeps for three days.\n")
        return place / "notes"

    return once_and_often(make, lambda notes, out: [binary, "clean", str(notes), "--out", out])[0] / (4 * number)


def per_record_byte(binary):
    texts = [p.read_text(encoding="utf-8") for p in sorted((ROOT / "fixtures/scraped").iterdir()) if p.is_file()]
    lines = [json.dumps({"id": n, "note": "A note.", "text": text}, ensure_ascii=n % 2 == 0) + "\n" for n, text in enumerate(texts)]

    def make(place, copies):
        (place / "a.jsonl").write_text("".join(lines) * copies, encoding="utf-8")
        return place / "a.jsonl"

    more = once_and_often(make, lambda path, out: [binary, "clean", str(path), "--field", "note"])[0]
    return more / (4 * sum(len(line.encode()) for line in lines))


def machine():
    """Architecture, and whether the wide registers are there for which libraries choose at run time."""
    flags = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    return platform.machine() + (" avx2" if " avx2 " in flags else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dehusk", default=str(ROOT / "target/release/dehusk"))
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--why", help="why more instructions than before are right")
    args = parser.parse_args()
    if not shutil.which("valgrind"):
        print("valgrind is not installed: nothing counted")
        return 0
    compiler = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.strip()
    made = {"compiler": compiler, "machine": machine(), "start": count([args.dehusk, "clean", "--isolated", "-"], b"x\n")}
    for name, folders in (("plain", ["expected", "untouched"]), ("residue", ["scraped"])):
        made[name], stages = per_byte(args.dehusk, folders)
        made |= {f"{name} {stage}": each for stage, each in stages.items()}
    made["file"] = round(per_file(args.dehusk))
    made["record"] = round(per_record_byte(args.dehusk), 2)
    pins = json.loads(PINS.read_text()) if PINS.exists() else {}
    bad = False
    comparable = pins.get("compiler") == compiler and pins.get("machine") == made["machine"]
    for name in [name for name in made if name not in WORDS]:
        unit = {"start": "instructions", "file": "instructions per file"}.get(name, "instructions per byte")
        line = f"{name:15} {made[name]:>14,} {unit}"
        if comparable and name in pins:
            change = made[name] / pins[name]
            bad |= change > LIMIT
            line += f", {change - 1:+.1%}"
        print(line)
    if pins and not comparable:
        print("pinned with another compiler or on another architecture: not compared")
    if args.write:
        if bad and not args.why:
            sys.exit("figures rose by more than 3%: say --why, and the file will tell")
        made["why"] = pins.get("why", []) + ([f"{date.today()}: {args.why}"] if args.why else [])
        PINS.write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n")
    return 1 if args.check and bad else 0


if __name__ == "__main__":
    sys.exit(main())
