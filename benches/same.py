#!/usr/bin/env python3
"""Do two builds of dehusk give the same answers? For changes that must change nothing but the time.

    benches/same.py OLD NEW [FOLDER ...] [--level LEVEL ...]

OLD and NEW are two programs, each FOLDER holds texts (default: the folders of fixtures/). Both programs print every removal
with place, rule, language and evidence (`dehusk diff --format json`), at each level; the first differences are shown.
"""

import argparse
import itertools
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What differs between two runs of one program.
PASSING = {"rev", "run", "time", "seconds", "duration", "tool", "version"}


def answers(program, folder, level):
    command = [program, "diff", "--format", "json", "--from", "text", "--no-progress", "--isolated", "--min-confidence", level, folder]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}\nended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout.splitlines()


def told(line):
    """A line without what passes."""
    def plain(value):
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items() if k not in PASSING}
        return [plain(v) for v in value] if isinstance(value, list) else value
    return plain(json.loads(line)) if line else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("folders", nargs="*", default=[str(ROOT / "fixtures" / name) for name in ("scraped", "expected", "untouched", "messy")])
    parser.add_argument("--level", nargs="*", default=["high", "medium", "low"])
    args = parser.parse_args()
    differences = lines = 0
    for folder, level in itertools.product(args.folders, args.level):
        for old, new in itertools.zip_longest(answers(args.old, folder, level), answers(args.new, folder, level), fillvalue=b""):
            lines += 1
            if old != new and told(old) != told(new):
                differences += 1
                if differences <= 5:
                    print(f"{folder}, {level}\n  old: {old.decode()[:2000]}\n  new: {new.decode()[:2000]}")
    print(f"{lines} answers compared, {differences} differ")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
