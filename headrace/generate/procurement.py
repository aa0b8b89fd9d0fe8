"""Made-up procurement extracts: orders and invoices of a ledger, clean or dirty, with the truth beside them.

`out/raw/<table>/<table>_<period>_d<number>.csv[.gz]` is what the ledger sends; `out/truth/` says what it means:

* `outcomes.parquet`: a row for each record, with its file (below `raw/`), outcome, reasons and key. A re-sent copy of
  a file has no rows: it lands once.
* `curated_purchase_orders.parquet`, `curated_invoices.parquet`: the curated rows by key, personal names not masked.
* `files.parquet`: lines, records, dead letters and blank lines of every file.
* `slow_vendor.json`: the vendor that is slowest by far, and the leg that shows it.
* `generation.json`: parameters, counts and the hash of every other file. It is written last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headrace.generate.clock import ZONE, Window, to_date
from headrace.generate.damage import damage, tear
from headrace.generate.deliveries import Counts, deliver_invoices, deliver_orders
from headrace.generate.dirt import repeat_lines, smudge, unsettle, void
from headrace.generate.entities import Vendors, Words, make_vendors, make_words
from headrace.generate.invoices import last_posting, make_invoice_lines
from headrace.generate.layout import DIRT_LEVELS, Dirt
from headrace.generate.orders import make_items, make_versions
from headrace.generate.sheet import Sheet
from headrace.generate.truth import curated_table, judge, outcome_table
from headrace.generate.writing import Progress, RawFile, files_table, write_raw

GENERATOR_VERSION = 1
SLOW_LEG = "invoice_date_to_cleared"
MARKER = "truth/generation.json"
MOST_ROWS = 50_000_000
# Raw records for each item made, measured over 24 months.
_ROWS_PER_ITEM: dict[Dirt, float] = {"none": 3.3, "realistic": 3.7, "hostile": 4.0}


class GenerationError(ValueError):
    """Nothing was generated, for the reason given."""


@dataclass(frozen=True)
class GenerationSummary:
    """What lies in the folder.

    `raw_rows` counts records by table without re-sent copies, `outcomes` the expected outcomes by table, `dirt` how
    often each kind was planted (cells, rows or files, as the kind says). `already_there`: an earlier call made it.
    """

    rows: int
    seed: int
    dirt_level: Dirt
    files: int
    raw_rows: dict[str, int]
    outcomes: dict[str, dict[str, int]]
    dirt: dict[str, int]
    data_from: date
    data_through: date
    time_zone_name: str
    slow_vendor_id: str
    slow_leg: str
    already_there: bool = False


def generate_procurement(
    *, rows: int, seed: int, dirt: Dirt, out: Path, progress: Progress | None = None
) -> GenerationSummary:
    """Write about `rows` raw records and their truth into `out`, the same bytes for the same arguments.

    `progress` is told each file as it is written, and the records of its table so far. A folder that holds this very
    generation is left as it is; any other folder that is not empty is refused.
    """
    _check(rows, seed, dirt)
    if there := _already_there(out, {"rows": rows, "seed": seed, "dirt": dirt, "version": GENERATOR_VERSION}):
        return there
    streams = iter(np.random.SeedSequence(seed).spawn(16))
    window = Window(months=months_for(rows))
    sheets, vendors, words, counts = _sheets(rows, dirt, window, streams)
    truth = out / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    tell = progress or _silent
    files: list[RawFile] = []
    outcomes: dict[str, dict[str, int]] = {}
    tables = []
    for sheet in sheets:
        written, traits = write_raw(sheet, window, words, dirt, out / "raw", _rng(streams), tell)
        files += written
        counts = _add(counts, traits)
        verdicts = judge(sheet)
        outcomes[sheet.table.name] = verdicts.counts()
        tables.append(outcome_table(sheet, verdicts, written))
        _write_table(curated_table(sheet, verdicts, words), truth / f"curated_{sheet.table.name}.parquet")
    _write_table(pa.concat_tables(tables), truth / "outcomes.parquet")
    _write_table(files_table(files), truth / "files.parquet")
    _write_json(truth / "slow_vendor.json", {"vendor_id": vendors.slowest_id, "leg": SLOW_LEG})
    summary = GenerationSummary(
        rows=rows,
        seed=seed,
        dirt_level=dirt,
        files=len(files),
        raw_rows={s.table.name: len(s) for s in sheets},
        outcomes=outcomes,
        dirt=dict(sorted(counts.items())),
        data_from=to_date(window.first_day),
        data_through=to_date(window.last_day),
        time_zone_name=ZONE,
        slow_vendor_id=vendors.slowest_id,
        slow_leg=SLOW_LEG,
    )
    _write_marker(out, summary)
    return summary


def months_for(rows: int) -> int:
    """Months of the window: 24 from 12,000 rows on, 3 or more from 200 rows on."""
    return min(24, max(rows // 500, 3 if rows >= 200 else 1))


def _sheets(
    rows: int, dirt: Dirt, window: Window, streams: Iterator[np.random.SeedSequence]
) -> tuple[list[Sheet], Vendors, Words, Counts]:
    items_count = max(1, round(rows / _ROWS_PER_ITEM[dirt]))
    vendor_count = min(3000, max(12, items_count // 120))
    people = min(400, 20 + vendor_count)
    vendors = make_vendors(vendor_count, _rng(streams))
    words = make_words(vendor_count, people, awkward=dirt != "none", rng=_rng(streams))
    items = make_items(items_count, vendors, people, window, _rng(streams))
    lines = make_invoice_lines(items, vendors, people, window, _rng(streams))
    versions = make_versions(items, last_posting(lines, items), window, _rng(streams))
    orders, of_orders = deliver_orders(versions, window, dirt, _rng(streams))
    invoices, of_invoices = deliver_invoices(lines, window, dirt, _rng(streams))
    counts, sheets = _add(of_orders, of_invoices), []
    for sheet in (orders, invoices):
        dirty, kinds = _soil(sheet, words, dirt, _rng(streams))
        sheets.append(dirty)
        counts = _add(counts, kinds)
    return sheets, vendors, words, counts


def _soil(sheet: Sheet, words: Words, dirt: Dirt, rng: np.random.Generator) -> tuple[Sheet, Counts]:
    """Plant dirt: what breaks a row before what only makes it hard to read."""
    counts: Counts = {}
    for plant in (unsettle, damage, void):
        counts = _add(counts, plant(sheet, dirt, rng))
    counts = _add(counts, smudge(sheet, words, dirt, rng))
    sheet, repeated = repeat_lines(sheet, dirt, rng)
    return sheet, _add(_add(counts, repeated), tear(sheet, dirt, rng))


def _check(rows: int, seed: int, dirt: str) -> None:
    if isinstance(rows, bool) or not isinstance(rows, int) or not 10 <= rows <= MOST_ROWS:
        raise GenerationError(f"rows is {rows!r}; a whole number from 10 to {MOST_ROWS:,} is promised.")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise GenerationError(f"seed is {seed!r}; a whole number from 0 to 2^63 - 1 is promised.")
    if dirt not in DIRT_LEVELS:
        raise GenerationError(f"dirt is {dirt!r}; one of {', '.join(DIRT_LEVELS)} is promised.")


def _already_there(out: Path, parameters: dict[str, object]) -> GenerationSummary | None:
    """The summary of the same generation where `out` holds it; None where `out` is new or empty."""
    if out.exists() and not out.is_dir():
        raise GenerationError(f"{out} is a file; a folder to generate into is promised.")
    if not out.exists() or not any(out.iterdir()):
        return None
    if not (out / MARKER).is_file():
        raise GenerationError(
            f"{out} is not empty and holds no finished generation (no {MARKER}): "
            "choose another folder, or empty this one."
        )
    try:
        marker = json.loads((out / MARKER).read_text())
        held, promised, summary = marker["parameters"], marker["sha256"], marker["summary"]
    except (ValueError, KeyError, TypeError) as error:
        raise GenerationError(
            f"{out / MARKER} is not what a generation writes ({error!r}): choose another folder, or empty this one."
        ) from error
    if held != parameters:
        raise GenerationError(
            f"{out} holds another generation, {held}, than {parameters}: choose another folder, or empty this one."
        )
    if differing := _differing(out, promised):
        raise GenerationError(
            f"{out} holds this generation, but {len(differing)} of its files were changed, added or "
            f"removed since ({differing[0]}): choose another folder, or empty this one."
        )
    dates = {name: date.fromisoformat(summary[name]) for name in ("data_from", "data_through")}
    return replace(GenerationSummary(**(summary | dates)), already_there=True)


def _differing(out: Path, promised: dict[str, str]) -> list[str]:
    have = _hashes(out)
    return sorted(name for name in have.keys() | promised.keys() if have.get(name) != promised.get(name))


def _hashes(out: Path) -> dict[str, str]:
    paths = sorted(path for path in out.rglob("*") if path.is_file() and path != out / MARKER)
    return {path.relative_to(out).as_posix(): _sha256(path) for path in paths}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_marker(out: Path, summary: GenerationSummary) -> None:
    parameters = {"rows": summary.rows, "seed": summary.seed, "dirt": summary.dirt_level, "version": GENERATOR_VERSION}
    _write_json(out / MARKER, {"parameters": parameters, "summary": asdict(summary), "sha256": _hashes(out)})


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, sort_keys=True, default=date.isoformat) + "\n")


def _write_table(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd")


def _rng(streams: Iterator[np.random.SeedSequence]) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(next(streams)))


def _add(counts: Counts, more: Counts) -> Counts:
    return {kind: counts.get(kind, 0) + more.get(kind, 0) for kind in counts | more}


def _silent(name: str, rows: int) -> None:
    """Where nobody asks for progress."""
