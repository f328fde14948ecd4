#!/usr/bin/env python3
"""The quality gate: figures that may only get better.

    quality/gate.py BIN [--scorer DIR]                          compare with quality/floors.toml; exit status 1 below a floor
    quality/gate.py BIN [--scorer DIR] --raise                  move the floors up to what was measured, never down
    quality/gate.py --lower SECTION.KEY=VALUE --reason "…"      the only way down; the reason stays in the file

BIN is a dehusk binary. DIR holds the benchmark (docs/quality.md): its `run` cleans the pages with BIN and scores them. Without
it only the packs are looked at. Figures, one table each:

    articles.<extractor>     f1 after cleaning, way (percent of the way to deleting exactly the residue lines), harm (content
                             lines lost per 10,000: a ceiling), default level
    low.<extractor>          f1 and harm of full-page text at the level low
    annotated.<extractor>    gone (percent of the snippets that must go), lost (of those that must stay, per 10,000: a ceiling)
    languages.<code>         families and rules that the language fills; how many of its whole-block examples are cut as they should
                             be with lines of their own (lines), in one line (glued) and as a list of links (markdown); gone
                             and lost on its annotated pages
    families.<name>          removals over all these texts, default level

--failing lists the examples that fail in one of the layouts. Only the standard library is used.
"""
import argparse
import datetime
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter, defaultdict

HERE = os.path.dirname(os.path.abspath(__file__))
FLOORS = os.path.join(HERE, "floors.toml")
PACKS = os.path.join(os.path.dirname(HERE), "patterns")
FULL_PAGES = ["html-text", "inscriptis", "x_resiliparse_full"]
# Figures that must not rise, and how far below the measured one a floor is set: a change that moves a removal from one
# rule to another is not a step back.
CEILINGS = {"harm", "lost"}
SLACK = {"f1": 0.001, "way": 1.0, "gone": 0.5, "removals": 0.03, "rules": 0, "families": 0, "harm": 0, "lost": 0,
         "lines": 0, "glued": 0, "markdown": 0}
# What every language of the packs fills, measured or not.
LEAST_FAMILIES = 12


def packs(binary):
    """Families and rules that each language fills."""
    done = subprocess.run([binary, "rules", "--format", "json"], capture_output=True, text=True, check=True)
    families, rules = defaultdict(set), Counter()
    for rule in json.loads(done.stdout):
        for language in rule["languages"]:
            if not rule["preview"] and not rule["sites"] and language != "any":
                families[language].add(rule["family"])
                rules[language] += 1
    return {"languages": {code: {"families": len(families[code]), "rules": rules[code]} for code in families}}


def as_list(block):
    """Lines of few words as links of a list, the way page-to-Markdown converters write them."""
    out = []
    for n, line in enumerate(block.split("\n")):
        text = line.strip()
        short = text and len(text.split()) <= 9 and not text.endswith((".", "。")) and not re.match(r"[-*#>|\[\]!]|\d+[.)] ", text)
        out.append(f"- [{text}](/page/{n})" if short else line)
    return "\n".join(out)


LAYOUTS = {"lines": lambda block: block, "glued": lambda block: re.sub(r"\s*\n\s*", " ", block), "markdown": as_list}


def letters(text):
    """What is compared: healed white space, bullets and link targets aside."""
    return "".join(c for c in re.sub(r"\]\([^)\s]*\)", "]", text) if c.isalnum())


def layouts(binary):
    """Whole-block examples of the languages, in three layouts: {language: {layout: (good, all)}}, and what fails."""
    jobs = []
    for path in sorted(glob.glob(os.path.join(PACKS, "languages", "*.toml"))):
        with open(path, "rb") as f:
            pack = tomllib.load(f)
        for example in pack.get("example", []):
            parts = re.split(r"\[-(.*?)-\]", example.get("removes", ""), flags=re.S)
            blocks = parts[1::2]
            # Whole blocks: several lines, and no layout of their own.
            if not any("\n" in block.strip() for block in blocks) or any(re.search(r"\]\(|^\s*[-*#|]", block, re.M) for block in blocks):
                continue
            for name, change in LAYOUTS.items():
                text = "".join(change(part) if n % 2 else part for n, part in enumerate(parts))
                jobs.append((pack["language"]["code"], name, example["family"], text, letters("".join(parts[0::2]))))
    good, failing = defaultdict(lambda: defaultdict(list)), []
    with tempfile.TemporaryDirectory() as work:
        source, target = os.path.join(work, "in"), os.path.join(work, "out")
        os.mkdir(source)
        for n, job in enumerate(jobs):
            with open(os.path.join(source, f"{n:05}.txt"), "w", encoding="utf-8", newline="") as f:
                f.write(job[3])
        subprocess.run([binary, "clean", source, "--out", target, "--packs", PACKS], stdin=subprocess.DEVNULL, capture_output=True, check=True)
        for n, (code, name, family, text, wanted) in enumerate(jobs):
            with open(os.path.join(target, f"{n:05}.txt"), encoding="utf-8", newline="") as f:
                cleaned = f.read()
            good[code][name].append(letters(cleaned) == wanted)
            if not good[code][name][-1]:
                failing.append((code, name, family, text, cleaned))
    return {code: {name: (sum(g), len(g)) for name, g in row.items()} for code, row in good.items()}, failing


def pages(binary, scorer):
    """What the benchmark says."""
    figures = defaultdict(dict)
    with tempfile.TemporaryDirectory() as work:
        def run(*args):
            out = os.path.join(work, "scores.json")
            done = subprocess.run([os.path.join(scorer, "run"), binary, "--json", out, "--keep", os.path.join(work, "kept"), *args],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f"the benchmark failed:\n{done.stdout}{done.stderr}")
            with open(out, encoding="utf-8") as f:
                return json.load(f)

        log = os.path.join(work, "removals.jsonl")
        scores = run("--by-lang", "--", "--log", log)
        for name, row in scores["articles"]["extractors"].items():
            if not name.startswith("ALL"):
                figures["articles"][name] = {"f1": row["F1"][1], "way": row["way_pct"], "harm": row["harm_per_10k"], "before": row["F1"][0]}
        for name, row in scores["annotated"]["extractors"].items():
            if not name.startswith("ALL"):
                figures["annotated"][name] = {"gone": row["without_gone_pct"], "lost": row["with_lost_per_10k"], "before": row["F1"][0], "f1": row["F1"][1]}
        for code, row in scores["annotated"]["languages"].items():
            figures["languages"][code] = {"gone": row["without_gone_pct"], "lost": row["with_lost_per_10k"]}
        families = Counter()
        with open(log, encoding="utf-8") as f:
            for line in f:
                event = json.loads(line)
                if event["type"] == "removal":
                    families[event["data"]["rule"].split("/")[0]] += 1
        figures["families"] = {name: {"removals": n} for name, n in families.items()}
        for name, row in run("--set", "articles", "--level", "low", "--only", ",".join(FULL_PAGES))["articles"]["extractors"].items():
            if not name.startswith("ALL"):
                figures["low"][name] = {"f1": row["F1"][1], "harm": row["harm_per_10k"], "before": row["F1"][0]}
    return figures


def read():
    if not os.path.exists(FLOORS):
        return {"lowered": []}
    with open(FLOORS, "rb") as f:
        return {"lowered": [], **tomllib.load(f)}


def write(floors):
    def value(v):
        return json.dumps(v, ensure_ascii=False) if isinstance(v, str) else repr(v)
    lines = ["# Floors of quality, written by quality/gate.py: --raise moves them up, --lower moves one down and says why below.",
             "# harm and lost are ceilings. docs/quality.md says what the figures mean.", ""]
    for entry in floors["lowered"]:
        lines += ["[[lowered]]", *(f"{k} = {value(v)}" for k, v in entry.items()), ""]
    for section in sorted(s for s in floors if s != "lowered"):
        for name in sorted(floors[section]):
            pairs = ", ".join(f"{k} = {value(v)}" for k, v in sorted(floors[section][name].items()))
            lines.append(f"[{section}.{name}]" if not pairs else f"{section}.{name} = {{ {pairs} }}")
    with open(FLOORS, "w", encoding="utf-8") as f:
        # Dotted keys stand before any table.
        head, tables = [x for x in lines if " = { " in x], [x for x in lines[3:] if " = { " not in x]
        f.write("\n".join(lines[:3] + head + [""] + tables).rstrip() + "\n")


def floor(key, measured):
    """The floor that a measured figure allows."""
    slack = SLACK[key]
    if key == "removals":
        return int(measured * (1 - slack))
    if isinstance(measured, int):
        return measured
    return round(measured, 1) if key in CEILINGS else round(measured - slack, 4 if key == "f1" else 1)


def better(key, a, b):
    """True where a is better than b."""
    return a < b if key in CEILINGS else a > b


def compare(floors, figures):
    for section, table in sorted(figures.items()):
        for name, row in sorted(table.items()):
            if "before" in row and section != "low" and row["f1"] < row["before"] - 0.0005:
                yield f"{section}.{name}: F1 falls from {row['before']:.4f} to {row['f1']:.4f}"
            if row.get("families", LEAST_FAMILIES) < LEAST_FAMILIES:
                yield f"{section}.{name}: {row['families']} families are filled, {LEAST_FAMILIES} are wanted"
            for key, least in floors.get(section, {}).get(name, {}).items():
                # The last digit of a rounded ceiling is not a step back.
                near = 0.06 if key in CEILINGS else 0
                if key in row and better(key, least, row[key] - near):
                    yield f"{section}.{name}.{key}: {row[key]:.4g}, {'at most' if key in CEILINGS else 'at least'} {least:.4g} is wanted"
    for section, table in sorted(floors.items()):
        for name in sorted(table if section in figures and section != "lowered" else {}):
            # A language without a pack is known from the pages alone.
            if name not in figures[section] and (section != "languages" or "articles" in figures):
                yield f"{section}.{name}: not measured any more"


def raised(floors, figures):
    count = 0
    for section, table in figures.items():
        for name, row in table.items():
            pinned = floors.setdefault(section, {}).setdefault(name, {})
            for key, measured in row.items():
                if key == "before" or section == "annotated" and key == "f1":
                    continue
                new = floor(key, measured)
                if key not in pinned or better(key, new, pinned[key]):
                    pinned[key] = new
                    count += 1
    return count


def lower(floors, request, reason):
    path, _, text = request.partition("=")
    section, _, rest = path.strip().partition(".")
    name, _, key = rest.rpartition(".")
    try:
        old = floors[section][name][key]
        new = type(old)(text)
    except (KeyError, ValueError):
        sys.exit(f"{request}: wanted SECTION.NAME.KEY=VALUE with a floor of {FLOORS}")
    if not better(key, old, new):
        sys.exit(f"{path}: {new} is no step back from {old}; --raise does that")
    floors[section][name][key] = new
    floors["lowered"].append({"floor": path.strip(), "from": old, "to": new, "date": datetime.date.today().isoformat(), "reason": reason})


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("binary", nargs="?")
    ap.add_argument("--scorer", help="folder of the benchmark")
    ap.add_argument("--raise", dest="up", action="store_true")
    ap.add_argument("--lower", metavar="SECTION.NAME.KEY=VALUE")
    ap.add_argument("--reason", default="")
    ap.add_argument("--failing", action="store_true")
    args = ap.parse_args()
    floors = read()
    if args.lower:
        if len(args.reason.split()) < 4:
            ap.error("--lower needs a --reason that others can follow")
        lower(floors, args.lower, args.reason)
        return write(floors)
    if not args.binary:
        ap.error("BIN is needed")
    binary = os.path.abspath(args.binary) if os.sep in args.binary else args.binary
    figures = packs(binary)
    passed, failing = layouts(binary)
    for code, row in passed.items():
        figures["languages"].setdefault(code, {}).update({name: good for name, (good, _) in row.items()})
    if args.failing:
        for code, name, family, text, cleaned in failing:
            print(f"---- {code}, {name}, {family}\n{text.rstrip()}\n  ---- comes out as\n{cleaned.rstrip()}\n")
        for code, row in sorted(passed.items()):
            print(f"{code}  " + "  ".join(f"{name} {good}/{count}" for name, (good, count) in row.items()))
        return
    if args.scorer and os.path.isdir(args.scorer):
        for section, table in pages(binary, args.scorer).items():
            for name, row in table.items():
                figures.setdefault(section, {}).setdefault(name, {}).update(row)
    elif args.scorer:
        print(f"{args.scorer} is not there: only the packs are looked at")
    failures = list(compare(floors, figures))
    for failure in failures:
        print("FAIL " + failure)
    if args.up:
        print(f"{raised(floors, figures)} floors raised")
        write(floors)
    print("quality gate: " + (f"{len(failures)} below their floors" if failures else "passed"))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
