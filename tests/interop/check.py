"""Every container through the command and back through the tools that people use. Prints one line a check."""

import bz2
import gzip
import importlib.util
import json
import lzma
import os
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import datasets
import duckdb
import fastwarc
import polars
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import warcio
import zstandard

BIN = sys.argv[1]
REPOSITORY = Path(__file__).resolve().parents[2]
passed = 0


def check(name, good):
    global passed
    if not good:
        sys.exit(f"FAILED  {name}")
    passed += 1
    print(f"ok  {name}", flush=True)


def dehusk(*args, stdin=b"", code=0):
    done = subprocess.run([BIN, *map(str, args), "--isolated"], input=stdin, capture_output=True)
    if done.returncode != code:
        sys.exit(f"dehusk {' '.join(map(str, args))}: exit code {done.returncode}\n{done.stderr.decode()}")
    return done


def pages():
    """Scraped pages of the fixtures, and some texts that try encodings and escapes."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "fixtures/scraped").iterdir())]
    texts = [text for text in texts if "\0" not in text and "\r" not in text]
    texts += ["", "Grüße 😀 e\u0301 \"quoted\", a\tb\n\nLeave a Reply Cancel reply\n", "plain", "a,b;c\td\n"]
    return texts * 3


TEXTS = pages()
IDS = [f"doc-{n}" for n in range(len(TEXTS))]


def plain(folder):
    """What the command makes of the texts as plain files."""
    (folder / "plain").mkdir()
    for name, text in zip(IDS, TEXTS):
        (folder / "plain" / f"{name}.txt").write_text(text, encoding="utf-8", newline="")
    dehusk("clean", folder / "plain", "--out", folder / "plain-out")
    return [(folder / "plain-out" / f"{name}.txt").read_bytes().decode() for name in IDS]


def through(path, *args):
    """Cleans a file into a folder and gives the new one; restores it and gives the original again."""
    out, back, log = path.parent / "out", path.parent / "back", path.parent / "log.jsonl.zst"
    log.unlink(missing_ok=True)
    dehusk("clean", path, "--out", out, "--overwrite", "--log", log, *args)
    dehusk("restore", log, out, "--out", back, "--overwrite")
    return out / path.name, back / path.name


def lines(ascii):
    records = ({"id": i, "n": 1.50, "text": t, "meta": {"k": [1, None]}} for i, t in zip(IDS, TEXTS))
    return "".join(json.dumps(record, ensure_ascii=ascii) + "\n" for record in records)


def filled(frame):
    return [text or "" for text in frame["text"].to_list()]


def main(folder):
    cleaned = plain(folder)
    check("the fixtures hold residue", sum(a != b for a, b in zip(TEXTS, cleaned)) > 30)

    for ascii in (True, False):
        path = folder / "a.jsonl"
        path.write_text(lines(ascii), encoding="utf-8")
        out, back = through(path)
        check(f"jsonl, json module, ascii={ascii}", [json.loads(line)["text"] for line in out.open(encoding="utf-8")] == cleaned)
        check("  restored byte for byte", back.read_bytes() == path.read_bytes())
        check("  polars", polars.read_ndjson(out)["text"].to_list() == cleaned)
        check("  duckdb", [row[0] for row in duckdb.sql(f"select text from '{out}'").fetchall()] == cleaned)
        read = datasets.load_dataset("json", data_files=str(out), cache_dir=str(folder / f"cache{ascii}"), split="train")
        check("  datasets", read["text"][:] == cleaned)

    packers = {
        "gz": gzip.compress,
        "zst": zstandard.ZstdCompressor().compress,
        "bz2": bz2.compress,
        "xz": lzma.compress,
    }
    openers = {
        "gz": gzip.decompress,
        "zst": lambda b: zstandard.ZstdDecompressor().stream_reader(BytesIO(b), read_across_frames=True).read(),
        "bz2": bz2.decompress,
        "xz": lzma.decompress,
    }
    whole = lines(True).encode()
    for name, pack in packers.items():
        path = folder / f"b.jsonl.{name}"
        middle = whole.index(b"\n", len(whole) // 2) + 1
        path.write_bytes(pack(whole[:middle]) + pack(whole[middle:]))
        out, back = through(path)
        texts = [json.loads(line)["text"] for line in openers[name](out.read_bytes()).splitlines()]
        check(f"jsonl.{name} of two streams", texts == cleaned and openers[name](back.read_bytes()) == whole)
        piped = dehusk("clean", "-", "--from", "jsonl", stdin=path.read_bytes()).stdout
        check("  piped", openers[name](piped) == openers[name](out.read_bytes()))

    path = folder / "list.json"
    path.write_text(json.dumps([{"text": text} for text in TEXTS], indent=1), encoding="utf-8")
    check("json list", [record["text"] for record in json.loads(through(path)[0].read_text())] == cleaned)

    frame = polars.DataFrame({"id": IDS, "text": TEXTS, "n": list(range(len(IDS)))})
    path = folder / "c.csv"
    frame.write_csv(path)
    out, back = through(path)
    check("csv, polars", filled(polars.read_csv(out)) == cleaned)
    check("  restored byte for byte", back.read_bytes() == path.read_bytes())
    parse = pa.csv.ParseOptions(newlines_in_values=True)
    keep = pa.csv.ConvertOptions(strings_can_be_null=False)
    check("  pyarrow", pa.csv.read_csv(out, parse_options=parse, convert_options=keep)["text"].to_pylist() == cleaned)
    check("  duckdb", [r[0] or "" for r in duckdb.sql(f"select text from read_csv('{out}', all_varchar=true)").fetchall()] == cleaned)
    path = folder / "c.tsv"
    frame.write_csv(path, separator="\t")
    check("tsv, polars", filled(polars.read_csv(through(path)[0], separator="\t")) == cleaned)

    parquet(folder, cleaned)
    columns(folder, cleaned)
    archives(folder, cleaned)
    mixer(folder)
    print(f"\n{passed} passed, 0 failed")


def parquet(folder, cleaned):
    holes = [None if n % 7 == 3 else text for n, text in enumerate(TEXTS)]
    want = [None if n % 7 == 3 else text for n, text in enumerate(cleaned)]
    features = {"info": {"features": {"text": {"dtype": "string", "_type": "Value"}}}}
    for kind in (pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())):
        for packing in ("snappy", "zstd", "gzip", "lz4", "none"):
            text = pa.array(holes, pa.string())
            text = text.dictionary_encode() if pa.types.is_dictionary(kind) else text.cast(kind)
            table = pa.table({"id": IDS, "text": text, "meta": [{"k": n, "tags": ["x", "y"]} for n in range(len(IDS))]})
            table = table.replace_schema_metadata({"huggingface": json.dumps(features)})
            path = folder / "d.parquet"
            pq.write_table(table, path, compression=packing, row_group_size=50, write_page_index=packing == "zstd")
            out, back = through(path)
            old, new = pq.read_table(path), pq.read_table(out)
            same = new.schema.equals(old.schema, check_metadata=True) and new["text"].to_pylist() == want
            same = same and all(new[name].equals(old[name]) for name in ("id", "meta"))
            a, b = pq.read_metadata(path), pq.read_metadata(out)
            for group in range(a.num_row_groups):
                for column in range(a.num_columns):
                    x, y = a.row_group(group).column(column), b.row_group(group).column(column)
                    same = same and x.compression == y.compression and (x.statistics is None) == (y.statistics is None)
            same = same and a.num_row_groups == b.num_row_groups
            check(f"parquet, {kind}, {packing}", same and pq.read_table(back)["text"].to_pylist() == holes)
    check("  polars", polars.read_parquet(out)["text"].to_list() == want)
    check("  duckdb", [row[0] for row in duckdb.sql(f"select text from '{out}'").fetchall()] == want)
    path = folder / "e.parquet"
    datasets.Dataset.from_dict({"id": IDS, "text": TEXTS}).to_parquet(path)
    read = datasets.Dataset.from_parquet(str(through(path)[0]), cache_dir=str(folder / "cache-parquet"))
    check("parquet written and read by datasets", read["text"][:] == cleaned)
    for writer in (lambda p: polars.DataFrame({"text": TEXTS}).write_parquet(p), lambda p: duckdb.from_arrow(pa.table({"text": TEXTS})).write_parquet(str(p))):
        path = folder / "f.parquet"
        writer(path)
        check("parquet of another writer", pq.read_table(through(path)[0])["text"].to_pylist() == cleaned)
    piped = dehusk("clean", stdin=path.read_bytes()).stdout
    check("parquet piped", pq.read_table(BytesIO(piped))["text"].to_pylist() == cleaned)


def columns(folder, cleaned):
    """Two more columns, and every description of the table that readers go by."""
    removed = [len(a.encode()) - len(b.encode()) for a, b in zip(TEXTS, cleaned)]
    names = ["dehusk_removed_bytes", "dehusk_rules"]

    def good(rows):
        return [row[0] for row in rows] == removed and all((size > 0) == (len(rules) > 0) for size, rules in rows)

    base = pa.table({
        "id": IDS, "text": pa.array(TEXTS, pa.large_string()), "when": pa.array(range(len(IDS)), pa.duration("s")),
        "kind": pa.array(["a"] * len(IDS)).dictionary_encode(), "deep": [{"k": n, "tags": ["x"]} for n in range(len(IDS))],
    })
    features = {"info": {"features": datasets.Features.from_arrow_schema(base.select(["id", "text"]).schema).to_dict()}}
    path = folder / "h.parquet"
    for metadata in (None, {"own": "x"}, {"huggingface": json.dumps(features)}):
        table = (base.select(["id", "text"]) if metadata and "huggingface" in metadata else base).replace_schema_metadata(metadata)
        pq.write_table(table, path, row_group_size=40)
        out, back = through(path, "--add-columns")
        new = pq.read_table(out)
        same = new.schema.names == table.schema.names + names and all(new.schema.field(n).equals(table.schema.field(n)) for n in table.schema.names)
        same = same and new["text"].to_pylist() == cleaned and good(zip(*(new[name].to_pylist() for name in names)))
        kept = {k: v for k, v in (new.schema.metadata or {}).items() if k != b"huggingface"}
        check(f"columns added, pyarrow, metadata {list(metadata or {})}", same and kept == {k: v for k, v in (table.schema.metadata or {}).items() if k != b"huggingface"})
        check("  restored", pq.read_table(back)["text"].to_pylist() == TEXTS)
        check("  polars", good(polars.read_parquet(out, columns=names).rows()))
        check("  duckdb", good(duckdb.sql(f"select {', '.join(names)} from '{out}'").fetchall()))
        check("  again is refused", b"has a column `dehusk_removed_bytes` already" in dehusk("clean", out, "--out", folder / "again", "--add-columns", code=2).stderr)
    read = datasets.Dataset.from_parquet(str(out), cache_dir=str(folder / "cache-columns"))
    check("  datasets", read["text"][:] == cleaned and good(zip(*(read[name][:] for name in names))))
    read = datasets.load_dataset("parquet", data_files=str(out), cache_dir=str(folder / "cache-columns-2"), split="train")
    check("  datasets, load_dataset", read.column_names == ["id", "text", *names])
    for name, write in (("polars", lambda p: polars.DataFrame({"text": TEXTS}).write_parquet(p)), ("duckdb", lambda p: duckdb.from_arrow(pa.table({"text": TEXTS})).write_parquet(str(p)))):
        write(path)
        new = pq.read_table(through(path, "--add-columns")[0])
        check(f"  written by {name}", new["text"].to_pylist() == cleaned and good(zip(*(new[n].to_pylist() for n in names))))


def archives(folder, cleaned):
    from warcio.archiveiterator import ArchiveIterator
    from warcio.warcwriter import WARCWriter

    for name in ("g.warc.wet.gz", "g.warc.wet"):
        path = folder / name
        with path.open("wb") as file:
            writer = WARCWriter(file, gzip=name.endswith("gz"))
            writer.write_record(writer.create_warcinfo_record(name, {"software": "check"}))
            for uri, text in zip(IDS, TEXTS):
                payload = BytesIO(text.encode())
                writer.write_record(
                    writer.create_warc_record(f"https://example.com/{uri}", "conversion", payload, warc_content_type="text/plain")
                )
        out, back = through(path)
        with out.open("rb") as file:
            records = [(r.rec_headers, r.content_stream().read()) for r in ArchiveIterator(file, check_digests="raise")]
        texts = [content.decode() for headers, content in records if headers["WARC-Type"] == "conversion"]
        check(f"{name}, warcio, digests checked", texts == cleaned)
        with out.open("rb") as file:
            read = [r for r in fastwarc.ArchiveIterator(file, verify_digests=True) if r.headers["WARC-Type"] == "conversion"]
            file.seek(0)
            texts = [r.reader.read().decode() for r in fastwarc.ArchiveIterator(file) if r.headers["WARC-Type"] == "conversion"]
        check("  fastwarc", texts == cleaned and len(read) == len(cleaned))
        opened = (lambda p: gzip.decompress(p.read_bytes())) if name.endswith("gz") else Path.read_bytes
        check("  restored byte for byte", opened(back) == opened(path))


def mixer(folder):
    """The Rust mixer, loaded from the package without the package."""
    module = next(Path(importlib.util.find_spec("dolma").submodule_search_locations[0]).glob("dolma*.so"))
    spec = importlib.util.spec_from_file_location("dolma", module)
    dolma = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dolma)
    base = folder / "mix"
    (base / "documents/sub").mkdir(parents=True)
    for name, pack in (("a.jsonl.gz", gzip.compress), ("b.jsonl.gz", gzip.compress)):
        records = ({"id": f"{name}-{i}", "source": "check", "text": t} for i, t in zip(IDS, TEXTS))
        text = "".join(json.dumps(record, ensure_ascii=name < "b") + "\n" for record in records)
        (base / "documents/sub" / name).write_bytes(pack(text.encode()))
    dehusk("clean", base / "documents", "--attributes", base / "attributes/dehusk")
    dehusk("clean", base / "documents", "--out", base / "cleaned")
    stream = {
        "name": "mixed",
        "documents": [f"{base}/documents/sub/*.jsonl.gz"],
        "attributes": ["dehusk"],
        "output": {"path": f"{base}/out", "max_size_in_bytes": 1 << 31},
        "span_replacement": [{"span": "$.attributes.dehusk__v1__remove", "min_score": 0.5, "replacement": "", "syntax": "jsonpath"}],
    }
    work = {"input": f"{base}/in-work", "output": f"{base}/out-work"}
    os.environ["RUST_LOG"] = "warn"
    dolma.mixer_entrypoint(json.dumps({"streams": [stream], "work_dir": work, "processes": 1}))

    def texts(where):
        return {r["id"]: r["text"] for path in where for r in map(json.loads, gzip.open(path, "rt", encoding="utf-8"))}

    mixed, wanted = texts((base / "out").iterdir()), texts((base / "cleaned/sub").iterdir())
    check(f"dolma's mixer cuts what `clean` cuts, {len(wanted)} documents", mixed == wanted and len(wanted) == 2 * len(TEXTS))


with tempfile.TemporaryDirectory() as temporary:
    main(Path(temporary))
os._exit(0)
