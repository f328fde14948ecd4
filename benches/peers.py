#!/usr/bin/env python3
"""dehusk beside what people run instead: the same text, each in turn, processor time. Prints a Markdown table.

    benches/peers.py [--dehusk BIN] [--megabytes N] [--rounds N] [--only dehusk,rg,...] [--dir DIR] [--no-install]

Two kinds of peers. The first only *look* for phrases and count lines; they tell what a search alone costs:

- `rg` (ripgrep) and `grep` with fixed strings, as they are written and blind to case (Debian: ripgrep);
- Hyperscan with literals, blind to case: a small C program that is built here (Debian: libhyperscan-dev, gcc);
- dehusk's own literal stage, folding included, and the `aho-corasick` crate's own choice, with the same phrases
  (`benches/search.rs`, which is built here).

The second *clean*, and are what a pipeline has today:

- datatrove's C4 filter, its part that drops lines (sentences are not counted: that needs a model);
- data-juicer's mapper that replaces what regular expressions match, with 50 of them (lines that begin with a phrase);
- jusText, each line given as a paragraph;
- Python's `re`, 200 phrases tried on each line.

The phrases are those of patterns/languages/, in a stable random order, as they are searched for: what stands before, between or
behind holes. dehusk always looks for all of them, in 50 languages, decides by what stands around, and writes the cleaned records.
The text is pages of about 5 KB made from fixtures/ (benches/folder.py); slow peers get the first part of it. Each command
also runs on an empty text, and that start is taken off; it has a column of its own. What is missing is told and left out.
Python's peers live in target/peers, installed there the first time (--no-install: only what is there).
"""

import argparse
import html
import json
import os
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from folder import page, paragraphs, spread, texts

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "peers"
# What data-juicer imports and does not ask for stands here too.
LIBRARIES = ["datatrove[processing]", "justext", "lxml_html_clean", "py-data-juicer", "regex", "aiohttp"]
FEW, MANY = 1_500, 10_000

HYPERSCAN = r"""
#include <hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *slurp(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    fseek(file, 0, SEEK_END);
    *length = ftell(file);
    rewind(file);
    char *bytes = malloc(*length + 1);
    if (fread(bytes, 1, *length, file) != *length) exit(2);
    bytes[*length] = 0;
    fclose(file);
    return bytes;
}

static int found(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *count) {
    ++*(unsigned long *)count;
    return 0;
}

/* phrases, one a line; text, a page between NUL bytes */
int main(int argc, char **argv) {
    size_t length, n = 0, room = 1 << 16;
    const char **phrases = malloc(room * sizeof *phrases);
    size_t *lengths = malloc(room * sizeof *lengths);
    unsigned *flags = malloc(room * sizeof *flags), *ids = malloc(room * sizeof *ids);
    for (char *line = strtok(slurp(argv[1], &length), "\n"); line && n < room; line = strtok(NULL, "\n"), n++) {
        phrases[n] = line, lengths[n] = strlen(line), flags[n] = HS_FLAG_CASELESS, ids[n] = n;
    }
    hs_database_t *database;
    hs_compile_error_t *error;
    if (hs_compile_lit_multi(phrases, flags, ids, lengths, n, HS_MODE_BLOCK, NULL, &database, &error) != HS_SUCCESS) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    hs_scratch_t *scratch = NULL;
    if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) return 1;
    unsigned long count = 0;
    char *text = slurp(argv[2], &length), *end = text + length;
    while (text < end) {
        size_t size = strlen(text);
        hs_scan(database, text, size, 0, scratch, found, &count);
        text += size + 1;
    }
    printf("%lu\n", count);
    return 0;
}
"""


def phrases():
    """The literal part of every phrase of the packs that is long enough to be looked for alone."""
    found = set()
    for path in sorted((ROOT / "patterns/languages").glob("*.toml")):
        for words in tomllib.loads(path.read_text(encoding="utf-8")).get("slots", {}).values():
            for phrase in words:
                part = max((part.strip() for part in re.split(r"\{[^}]*\}|\n", phrase)), key=len)
                if len(part.encode()) >= 8:
                    found.add(part)
    ordered = sorted(found)
    random.Random(3).shuffle(ordered)
    return ordered


# ------------------------------------------------------------------ peers in Python, run by the interpreter of target/peers


def pages_of(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def work(name, path, words):
    listed = Path(words).read_text(encoding="utf-8").splitlines()
    if name == "re":
        tried = [re.compile(re.escape(phrase), re.IGNORECASE) for phrase in listed[:200]]
        clean = lambda text: "\n".join(line for line in text.split("\n") if not any(one.search(line) for one in tried))
    elif name == "datatrove":
        from datatrove.data import Document
        from datatrove.pipeline.filters import C4QualityFilter

        c4 = C4QualityFilter(min_num_sentences=-1)

        def clean(text):
            document = Document(text=text, id="0")
            c4.filter(document)
            return document.text

    elif name == "data-juicer":
        from data_juicer.ops.mapper.replace_content_mapper import ReplaceContentMapper

        # Lines that begin with the phrase, as such a list is usually written.
        mapper = ReplaceContentMapper(pattern=[rf"(?im)^[ \t]*{re.escape(phrase)}[^\n]*\n?" for phrase in listed[:50]])
        clean = lambda text: mapper.process_batched({"text": [text]})["text"][0]
    elif name == "justext":
        import justext

        stop = justext.get_stoplist("English")

        def clean(text):
            body = "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n"))
            return "\n".join(part.text for part in justext.justext(f"<html><body>{body}</body></html>", stop) if not part.is_boilerplate)

    with open(os.devnull, "w", encoding="utf-8") as out:
        for record in pages_of(path):
            record["text"] = clean(record["text"])
            out.write(json.dumps(record, ensure_ascii=False) + "\n")


# ------------------------------------------------------------------ the run


def make(home, megabytes):
    """Pages as JSON Lines, as plain text, and as texts between NUL bytes; of each size that a peer takes, and empty."""
    rng, grain, scraped = random.Random(1), paragraphs(), texts("scraped")
    made = []
    while sum(len(text) for text in made) < megabytes * 1_000_000:
        made.append(page(rng, grain, scraped).replace("\0", ""))
    sizes = {}
    for share in (0.0, 2.0, 16.0, float(megabytes)):
        share = min(share, megabytes)
        some, size = [], 0
        for text in made:
            if size >= share * 1_000_000:
                break
            some.append(text)
            size += len(text.encode())
        stem = home / f"{share:g}"
        Path(f"{stem}.jsonl").write_text("".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in some), encoding="utf-8")
        Path(f"{stem}.txt").write_text("\n".join(some), encoding="utf-8")
        Path(f"{stem}.nul").write_text("\0".join(some), encoding="utf-8")
        sizes[share] = size
    return sizes


def python(install):
    """The interpreter that has the libraries, or None."""
    inside, ready = VENV / "bin/python", VENV / ".ready"
    if not install:
        return inside if inside.exists() else None
    if not ready.exists() or ready.read_text() != " ".join(LIBRARIES):
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        # One by one: what cannot be installed is one peer less, no more.
        for library in LIBRARIES:
            subprocess.run([VENV / "bin/pip", "install", "--quiet", "--disable-pip-version-check", library])
        ready.write_text(" ".join(LIBRARIES))
    return inside


def hyperscan(home):
    """The program that scans with Hyperscan, or None."""
    source, program = home / "scan.c", home / "scan"
    source.write_text(HYPERSCAN)
    if not shutil.which("gcc"):
        return None
    built = subprocess.run(["gcc", "-O2", "-o", program, source, "-I/usr/include/hs", "-lhs"], capture_output=True)
    return program if built.returncode == 0 else None


def search():
    """The program that looks for phrases as dehusk does, or with an automaton; None where it cannot be built."""
    cargo = os.environ.get("CARGO", "cargo")
    built = subprocess.run(
        [cargo, "bench", "--no-run", "--quiet", "--features", "bench", "--bench", "search", "--message-format=json"],
        cwd=ROOT, capture_output=True, text=True,
    ) if shutil.which(cargo) else None
    if built is None or built.returncode != 0:
        return None
    told = (json.loads(line) for line in built.stdout.splitlines() if line.startswith("{"))
    programs = [one["executable"] for one in told if one.get("executable") and one["target"]["name"] == "search"]
    return programs[-1] if programs else None


def peers(args, home, listed):
    """(group, name, phrases, command with {} where the text's path without extension goes, megabytes at most), and what is missing."""
    few, many, everything = home / "few", home / "many", home / "all"
    for path, number in ((few, FEW), (many, MANY), (everything, len(listed))):
        path.write_text("\n".join(listed[:number]) + "\n", encoding="utf-8")
    found, missing = [("dehusk", "dehusk clean, one thread", "all", [args.dehusk, "clean", "--isolated", "--quiet", "--threads", "1", "{}.jsonl"], None)], []
    for group, tool, each in (("rg", "rg", ["-j1", "-c"]), ("grep", "grep", ["-c"])):
        if not shutil.which(tool):
            missing.append(f"{tool} is not installed")
            continue
        for path, number in ((few, FEW), (many, MANY)):
            found.append((group, f"{tool} -c -F -f", number, [tool, *each, "-F", "-f", path, "{}.txt"], None))
            # Blind to case, ripgrep at 10,000 phrases does not come to an end within minutes.
            if number == FEW:
                found.append((group, f"{tool} -c -i -F -f", number, [tool, *each, "-i", "-F", "-f", path, "{}.txt"], 16))
    if program := hyperscan(home):
        found += [("hyperscan", "Hyperscan, blind to case", number, [program, path, "{}.nul"], None) for path, number in ((few, FEW), (many, MANY))]
    else:
        missing.append("Hyperscan cannot be built: apt-get install gcc libhyperscan-dev")
    if args.only is None or "search" in args.only:
        if program := search():
            for way, name in (("stage", "dehusk's literal stage"), ("automaton", "aho-corasick, blind to case")):
                found += [("search", name, number, [program, way, path, "{}.nul"], None) for path, number in ((few, FEW), (many, MANY))]
        else:
            missing.append("benches/search.rs cannot be built: that needs cargo")
    wanted = args.only is None or {"datatrove", "data-juicer", "justext"} & set(args.only)
    inside = python(not args.no_install) if wanted else None
    for group, name, number, most in (("datatrove", "datatrove, lines of C4", 0, 16), ("data-juicer", "data-juicer, 50 regexes", 50, None), ("justext", "jusText, lines", 0, 2)):
        if args.only is not None and group not in args.only:
            continue
        command = [inside, __file__, "--work", group, "{}.jsonl", few]
        if inside is None or subprocess.run([str(part).format(home / "0") for part in command], capture_output=True).returncode != 0:
            missing.append(f"{group} cannot be imported")
        else:
            found.append((group, name, number or "", command, most))
    found.append(("re", "Python re, line by line", 200, [sys.executable, __file__, "--work", "re", "{}.jsonl", few], 2))
    return [one for one in found if one[0] == "dehusk" or args.only is None or one[0] in args.only], missing


def seconds(command, patience, output):
    """Processor seconds of one run; None where it takes too long."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    locale = {**os.environ, "LC_ALL": "C.UTF-8"}
    try:
        # Into a file: grep stops at the first line it finds where nobody reads its answer.
        with open(output, "wb") as out:
            done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, env=locale, timeout=patience)
    except subprocess.TimeoutExpired:
        return None
    # 1 of rg and grep: nothing was found, as in the empty text.
    if done.returncode > (command[0] in ("rg", "grep")):
        sys.exit(f"{command[0]} failed: {done.stderr.decode(errors='replace')}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dehusk", type=Path, default=ROOT / "target/release/dehusk")
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", type=lambda names: names.split(","), help="dehusk, rg, grep, hyperscan, search, datatrove, data-juicer, justext, re")
    parser.add_argument("--dir", type=Path, help="where the texts are made (default: the system's place for temporary files)")
    parser.add_argument("--patience", type=float, default=120, help="seconds after which a run is given up")
    parser.add_argument("--no-install", action="store_true")
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        return work(*args.work)
    if not args.dehusk.exists():
        sys.exit(f"{args.dehusk} is missing: cargo build --release")
    args.dehusk = args.dehusk.resolve()
    listed = phrases()
    with tempfile.TemporaryDirectory(dir=args.dir, prefix="dehusk-peers-") as temporary:
        home = Path(temporary)
        sizes = make(home, args.megabytes)
        found, missing = peers(args, home, listed)
        # Seconds for a megabyte, and of the start, a round each; a run that was given up is not begun again.
        costs, starts, tired = [[] for _ in found], [[] for _ in found], set()
        for n in range(args.rounds + 1):
            for place, (_, _, _, command, most) in enumerate(found):
                if place in tired:
                    continue
                share = min(args.megabytes, most or args.megabytes)
                empty, full = (seconds([str(part).format(home / stem) for part in command], args.patience, home / "out") for stem in ("0", f"{share:g}"))
                if empty is None or full is None:
                    tired.add(place)
                elif n > 0:  # the first round warms the caches
                    costs[place].append(max(full - empty, 1e-6) / (sizes[share] / 1e6))
                    starts[place].append(empty)
        print(f"{args.megabytes:g} MB of pages, {args.rounds} rounds, {len(listed):,} phrases in the packs; processor time, medians and quartiles.\n")
        print("| run | phrases | MB/s | time / dehusk | start, s |\n| --- | --- | --- | --- | --- |")
        for place, (_, name, number, _, _) in enumerate(found):
            number = f"{len(listed) if number == 'all' else number:,}" if number else ""
            if place in tired:
                print(f"| {name} | {number} | more than {args.patience:g} s | | |")
                continue
            speed = spread([1 / cost for cost in costs[place]], 1, 1)
            beside = spread([cost / own for cost, own in zip(costs[place], costs[0])])
            print(f"| {name} | {number} | {speed} | {beside} | {statistics.median(starts[place]):.2f} |")
        for line in missing:
            print(f"\nLeft out: {line}.")


if __name__ == "__main__":
    main()
