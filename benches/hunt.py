#!/usr/bin/env python3
"""Hunts false removals: runs `dehusk diff` over folders of clean prose and groups what would go.

    benches/hunt.py PROSE [PROSE ...] [--dehusk BIN] [--packs DIR] [--rule PREFIX] [--skip PREFIX] [--show N]
                    [--context N] [--save FILE] [--against FILE] [--max-per-mb RATE]

Each PROSE is a folder of plain text files; its name is taken for the language (`prose/de prose/fr …`). Prose that came from
books, manuals and man pages holds no page furniture, so every removal is a suspect: read them all. Numbers in the texts are
written as 0, so that lines which differ in a number alone stand together.

--context N     shows N characters on both sides of the first removal of each group
--save FILE     writes the groups as JSON; --against FILE shows only groups that are not in such a file (what is new?)
--max-per-mb    exits with 1 when a folder has more removals per million bytes
What dehusk says is used as it is: nothing here knows a rule.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys


def removals(binary, folder, extra):
    """The removal records of one folder, and its size in bytes."""
    command = [binary, "diff", "--format", "json", "--from", "text", "--no-progress", "--isolated", *extra, folder]
    found, size = [], 0
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, encoding="utf-8") as run:
        for line in run.stdout:
            record = json.loads(line)
            if record["type"] == "removal":
                found.append(record["data"])
            elif record["type"] == "end":
                size = record["data"]["bytes"]
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with {run.returncode}")
    return found, size


def shape(text):
    """A removed text as a group shows it: one line, numbers as 0."""
    return re.sub(r"\d+", "0", " ".join(text.split()))


def around(record, width):
    """What stands on both sides of a removal, or nothing if the file cannot be read again."""
    try:
        with open(record["doc"], "rb") as file:
            data = file.read()
    except OSError:
        return ""
    start, end = record["bytes"]
    left = data[max(0, start - width):start].decode("utf-8", "replace")
    right = data[end:end + width].decode("utf-8", "replace")
    return f"{left}[-{data[start:end].decode('utf-8', 'replace')}-]{right}".replace("\n", "⏎")


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("prose", nargs="+")
    ask.add_argument("--dehusk", default="dehusk")
    ask.add_argument("--packs")
    ask.add_argument("--rule", default="", help="only rules that begin so")
    ask.add_argument("--skip", action="append", default=[], help="without rules that begin so (repeatable)")
    ask.add_argument("--show", type=int, default=12, help="groups a rule (default 12)")
    ask.add_argument("--context", type=int, default=0)
    ask.add_argument("--save")
    ask.add_argument("--against")
    ask.add_argument("--max-per-mb", type=float)
    given, extra = ask.parse_known_args()
    if given.packs:
        extra += ["--packs", given.packs]

    groups = collections.defaultdict(list)
    table = []
    for folder in given.prose:
        name = os.path.basename(os.path.normpath(folder))
        found, size = removals(given.dehusk, folder, extra)
        found = [r for r in found if r["rule"].startswith(given.rule) and not any(r["rule"].startswith(s) for s in given.skip)]
        table.append((name, size, len(found)))
        for record in found:
            groups[record["rule"], record["lang"], shape(record["text"])].append(record)

    known = set()
    if given.against:
        with open(given.against, encoding="utf-8") as file:
            known = {tuple(group["key"]) for group in json.load(file)}
    by_rule = collections.defaultdict(list)
    for key, records in groups.items():
        if key not in known:
            by_rule[key[:2]].append((key[2], records))
    for (rule, lang), rows in sorted(by_rule.items()):
        print(f"{rule} [{lang}]  {sum(len(r) for _, r in rows)} removals, {len(rows)} texts")
        rows.sort(key=lambda row: (-len(row[1]), row[0]))
        for text, records in rows[:given.show]:
            first = records[0]
            print(f"  {len(records):6}  {text[:120]}  ({os.path.basename(first['doc'])}:{first['line']})")
            if given.context:
                print(f"          {around(first, given.context)}")
        if len(rows) > given.show:
            print(f"          … and {len(rows) - given.show} more texts")

    print(f"\n{'folder':12} {'MB':>9} {'removals':>9} {'per MB':>8}")
    over = False
    for name, size, count in [*table, ("all", sum(t[1] for t in table), sum(t[2] for t in table))]:
        rate = count / (size / 1e6) if size else 0.0
        over |= given.max_per_mb is not None and rate > given.max_per_mb
        print(f"{name:12} {size / 1e6:9.2f} {count:9} {rate:8.2f}")
    if given.save:
        with open(given.save, "w", encoding="utf-8") as file:
            json.dump([{"key": list(key), "count": len(records)} for key, records in sorted(groups.items())], file,
                      ensure_ascii=False, indent=0)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
