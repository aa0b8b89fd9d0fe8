"""Made-up procurement extracts: the documents of a ledger, clean or dirty, with the truth beside them.

`out/raw/<table>/<table>_<period>_d<number>.csv[.gz]` is what the ledger sends. Where formats are mixed there are other
delimiters and `.zst` too, and some months of each table in other forms (forms.py), each read by a source of its own in
`out/configs/`. `out/truth/` says what it all means:

* `outcomes.parquet`: a row for each record, with its file (below `raw/`; of Parquet its manifest), outcome, reasons and
  key. A re-sent copy of a file has no rows: it lands once.
* `curated_<table>.parquet`: the curated rows of a table by key, personal names not masked.
* `legs.parquet`: the true legs of every case, from the documents before any dirt: `case_id`, `leg`, `document_id`,
  `start_on`, `end_on`, `leg_status`, `reason`. A document that dirt broke or left out has its legs all the same.
  `order_to_submission` and `submission_to_release` are the first of the case. `recorded_to_released` ends with the
  removal of the invoice's first block. Calendar days of the paying companies' zone.
* `cases.parquet`: a row for each order item: vendor, category, and whether it was cancelled, deleted, ever invoiced.
* `invoice_factors.parquet`: a row for each invoice: its drivers, and `clearing_factor`, by which all that is planted
  multiplied the days from its date to its clearing before they were moved to the nearest payment run.
* `drivers.json`: each driver with its leg and multiplier. `planted.json`: each planted vendor or effect, from when, and
  by how much.
* `files.parquet`: lines, records, dead letters and blank lines of every file.
* `slow_vendor.json`: the vendor that is slowest by far, all along, and the leg that shows it.
* `generation.json`: parameters, counts and the hash of every other file. It is written last.

Of purchase orders and invoices alone (`SPINE`) the orders themselves say when they were submitted and released, and no
invoice takes another back; otherwise only `approvals` say it, and these columns of the orders are empty.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from samples.dirt_levels import DIRT_LEVELS, Dirt
from samples.marker import GenerationError, check_whole, summary_there, write_json, write_marker
from samples.procurement.clock import NULL, ZONE, Window, to_date
from samples.procurement.damage import damage, tear
from samples.procurement.deliveries import Counts, deliver
from samples.procurement.dirt import repeat_lines, smudge, unsettle, void
from samples.procurement.durations import FAMILIES, Family
from samples.procurement.entities import Words
from samples.procurement.invoices import documents
from samples.procurement.layout import Table
from samples.procurement.legs import cases_table, legs_table
from samples.procurement.printing import print_column
from samples.procurement.scenario import DRIVERS, INVOICE_DRIVERS, PLANTS, Plant, Scenario, planted
from samples.procurement.sheet import Sheet
from samples.procurement.tables import APPROVALS, INVOICE_NUMBER, ORDERS, SPINE, TABLE_NAMES, chosen_tables, is_spine
from samples.procurement.truth import curated_table, judge, outcome_table
from samples.procurement.world import World, make_world
from samples.procurement.writing import Progress, RawFile, files_table, write_raw
from samples.streams import Streams

__all__ = ["SPINE", "GenerationError", "GenerationSummary", "generate_procurement"]

GENERATOR_VERSION = 3
Formats = Literal["csv", "mixed"]
FORMATS: tuple[Formats, ...] = get_args(Formats)
SLOW_LEG = "invoice_date_to_cleared"
MOST_ROWS = 50_000_000
# Raw records of each table for each order item made, by dirt, measured over 24 months; the vendors' are few.
_ROWS_PER_ITEM: dict[str, tuple[float, float, float]] = {
    "vendors": (0.01, 0.02, 0.02),
    "purchase_orders": (2.45, 2.48, 2.55),
    "approvals": (1.12, 1.13, 1.16),
    "purchase_order_changes": (0.27, 0.27, 0.28),
    "goods_receipts": (1.12, 1.42, 1.69),
    "invoices": (1.01, 1.31, 1.57),
    "payment_blocks": (0.12, 0.12, 0.12),
    "payments": (0.71, 0.87, 1.06),
}


@dataclass(frozen=True)
class GenerationSummary:
    """What lies in the folder.

    `raw_rows` counts records by table without re-sent copies, `outcomes` the expected outcomes by table, `dirt` how
    often each kind was planted (cells, rows or files, as the kind says). `already_there`: an earlier call made it.
    """

    rows: int
    seed: int
    dirt_level: Dirt
    tables: list[str]
    plants: list[str]
    durations: Family
    formats: Formats
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
    *,
    rows: int,
    seed: int,
    dirt: Dirt,
    out: Path,
    tables: Collection[str] = TABLE_NAMES,
    plants: Collection[str] = (),
    durations: Family = "lognormal",
    formats: Formats = "csv",
    progress: Progress | None = None,
) -> GenerationSummary:
    """Write about `rows` raw records over all `tables` and their truth into `out`: the same bytes for the same
    arguments.

    `plants` are those of scenario.py. `progress` is told each file as it is written, and the records of its table so
    far. A folder that holds this very generation is left as it is; any other folder that is not empty is refused.
    """
    _check(rows, seed, dirt, tables, plants, durations, formats)
    asked = _Asked(
        rows,
        seed,
        dirt,
        tuple(name for name in TABLE_NAMES if name in tables),
        tuple(name for name in PLANTS if name in plants),
        durations,
        formats,
    )
    if there := _already_there(out, asked.parameters):
        return there
    streams, scenario = Streams(seed), Scenario(Window(months=months_for(rows)), frozenset(asked.plants), durations)
    world = make_world(
        _items_for(asked), scenario, streams, awkward=dirt != "none", has_reversals=not is_spine(asked.tables)
    )
    (out / "truth").mkdir(parents=True, exist_ok=True)
    written = [
        _make_table(table, world, asked, streams, out, progress or _silent) for table in chosen_tables(asked.tables)
    ]
    files = [file for made in written for file in made.files]
    _write_truth(world, written, files, out / "truth")
    counts: Counts = {}
    for made in written:
        counts = _add(counts, made.counts)
    summary = GenerationSummary(
        rows=rows,
        seed=seed,
        dirt_level=dirt,
        tables=list(asked.tables),
        plants=list(asked.plants),
        durations=durations,
        formats=formats,
        files=len(files),
        raw_rows={made.name: len(made.records) for made in written},
        outcomes={made.name: made.outcomes for made in written},
        dirt=dict(sorted(counts.items())),
        data_from=to_date(scenario.window.first_day),
        data_through=to_date(scenario.window.last_day),
        time_zone_name=ZONE,
        slow_vendor_id=world.vendors.code(world.vendors.slowest),
        slow_leg=SLOW_LEG,
    )
    write_marker(out, asked.parameters, asdict(summary))
    return summary


@dataclass(frozen=True)
class _Asked:
    """The arguments, in their canonical order."""

    rows: int
    seed: int
    dirt: Dirt
    tables: tuple[str, ...]
    plants: tuple[Plant, ...]
    durations: Family
    formats: Formats

    @property
    def parameters(self) -> dict[str, object]:
        """As JSON gives them back."""
        listed = {"tables": list(self.tables), "plants": list(self.plants)}
        return asdict(self) | listed | {"version": GENERATOR_VERSION}


@dataclass(frozen=True)
class _Made:
    """What came of one table: its files, a row of `records` for each record, and counts."""

    name: str
    files: list[RawFile]
    records: pa.Table
    outcomes: dict[str, int]
    counts: Counts


def months_for(rows: int) -> int:
    """Months of the window: 24 from 12,000 rows on, 3 or more from 200 rows on."""
    return min(24, max(rows // 500, 3 if rows >= 200 else 1))


def rows_per_item(table_name: str, dirt: Dirt) -> float:
    """About how many raw records a table has for each order item."""
    return _ROWS_PER_ITEM[table_name][DIRT_LEVELS.index(dirt)]


def _items_for(asked: _Asked) -> int:
    return max(1, round(asked.rows / sum(rows_per_item(name, asked.dirt) for name in asked.tables)))


def _make_table(table: Table, world: World, asked: _Asked, streams: Streams, out: Path, progress: Progress) -> _Made:
    """Deliver, soil, write and judge one table."""
    sheet, counts = deliver(table, world, asked.dirt, streams.of(f"deliver {table.name}"))
    if table.name == ORDERS.name and APPROVALS.name in asked.tables:
        sheet = _without_approvals(sheet)
    sheet, soiled = _soil(sheet, world.words, asked.dirt, streams.of(f"soil {table.name}"))
    written, traits = write_raw(
        sheet,
        world.scenario.window,
        world.words,
        asked.dirt,
        out / "raw",
        streams.of(f"write {table.name}"),
        progress,
        is_mixed=asked.formats == "mixed",
    )
    verdicts = judge(sheet)
    _write_table(curated_table(sheet, verdicts, world.words), out / "truth" / f"curated_{table.name}.parquet")
    records = outcome_table(sheet, verdicts, written)
    return _Made(table.name, written, records, verdicts.counts(), _add(_add(counts, soiled), traits))


def _without_approvals(orders: Sheet) -> Sheet:
    """The orders' own submission and release left empty."""
    empty = np.full(len(orders), NULL, dtype=np.int64)
    return Sheet(orders.table, orders.values | {"submitted_at": empty, "released_at": empty.copy()}, orders.delivery)


def _write_truth(world: World, written: list[_Made], files: list[RawFile], truth: Path) -> None:
    _write_table(pa.concat_tables([made.records for made in written]), truth / "outcomes.parquet")
    _write_table(files_table(files), truth / "files.parquet")
    _write_table(legs_table(world), truth / "legs.parquet")
    _write_table(cases_table(world), truth / "cases.parquet")
    _write_table(_invoice_factors(world), truth / "invoice_factors.parquet")
    write_json(truth / "drivers.json", [asdict(driver) for driver in DRIVERS])
    write_json(truth / "planted.json", planted(world.scenario, world.vendors))
    slowest = {"vendor_id": world.vendors.code(world.vendors.slowest), "leg": SLOW_LEG}
    write_json(truth / "slow_vendor.json", slowest)


def _invoice_factors(world: World) -> pa.Table:
    """A row for each invoice by number, those that were taken back or take back among them."""
    invoices = documents(world.invoices)
    flags = {name: invoices[name] == 1 for name in (f"has_{driver.name}" for driver in INVOICE_DRIVERS)}
    number = print_column(invoices["invoice_number"], INVOICE_NUMBER, {})
    return pa.table({"invoice_number": number, **flags, "clearing_factor": invoices["clearing_factor"] / 1_000_000})


def _soil(sheet: Sheet, words: Words, dirt: Dirt, rng: np.random.Generator) -> tuple[Sheet, Counts]:
    """Plant dirt: what breaks a row before what only makes it hard to read."""
    counts: Counts = {}
    for plant in (unsettle, damage, void):
        counts = _add(counts, plant(sheet, dirt, rng))
    counts = _add(counts, smudge(sheet, words, dirt, rng))
    sheet, repeated = repeat_lines(sheet, dirt, rng)
    return sheet, _add(_add(counts, repeated), tear(sheet, dirt, rng))


def _check(
    rows: int, seed: int, dirt: str, tables: Collection[str], plants: Collection[str], durations: str, formats: str
) -> None:
    check_whole("rows", rows, 10, MOST_ROWS)
    check_whole("seed", seed, 0, 2**63 - 1)
    _check_word("dirt", dirt, DIRT_LEVELS)
    _check_word("durations", durations, FAMILIES)
    _check_word("formats", formats, FORMATS)
    if not tables:
        raise GenerationError(f"tables is empty; some of {', '.join(TABLE_NAMES)} are expected.")
    for name in tables:
        _check_word("tables", name, TABLE_NAMES)
    for name in plants:
        _check_word("plants", name, PLANTS)


def _check_word(argument: str, word: str, known: Collection[str]) -> None:
    if word not in known:
        raise GenerationError(f"{argument} is {word!r}; one of {', '.join(known)} is expected.")


def _already_there(out: Path, parameters: dict[str, object]) -> GenerationSummary | None:
    """The summary of the same generation where `out` holds it."""
    summary = summary_there(out, parameters)
    if summary is None:
        return None
    dates = {name: date.fromisoformat(summary[name]) for name in ("data_from", "data_through")}
    return replace(GenerationSummary(**(summary | dates)), already_there=True)


def _write_table(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd")


def _add(counts: Counts, more: Counts) -> Counts:
    return {kind: counts.get(kind, 0) + more.get(kind, 0) for kind in counts | more}


def _silent(name: str, rows: int) -> None:
    """Where nobody asks for progress."""
