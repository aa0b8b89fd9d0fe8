"""Made-up search ranks and volumes, and the truth beside them.

`out/raw/` has what is sent, as CSV or as Parquet with manifests: `search_ranks/search_ranks_<month>_d<number>.csv`,
`search_volumes/search_volumes_<grain>_<month>_d<number>.csv` and `special_dates/special_dates_d1.csv`. `out/truth/`:

* `expected.parquet`: a row for each term and day: its rank, and `expected_search_count`, the mean that is planted.
* `outcomes.parquet`: a row for each record, with its file, record number, outcome, reasons and key. A copy of a file
  has no rows: it lands once.
* `curated_search_ranks.parquet`, `curated_search_volumes.parquet`: the curated rows by key. `available_on` is by
  `LABELS_KNOWN_AFTER_DAYS`, as in the packaged configuration.
* `planted.json`: events with lifts, marketplaces with scale and slope, effects of departments, weekdays, years and
  seasons.
* `shocks.parquet`: the shock of each marketplace and day, a level shift in it.
* `files.parquet`: lines, records and dead letters of every file.
* `generation.json`: parameters, counts and the hash of every other file. It is written last.

Where ranks are dealt out to order each day's volumes exactly, `expected_search_count` is the mean that the day's
volume was drawn with, not its mean at that rank.
"""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from samples.marker import summary_there, write_json, write_marker
from samples.outcomes import OUTCOMES
from samples.search.dirt import soil
from samples.search.events import EVENTS, occurrences
from samples.search.files import RawFile, files_table, in_file_order, record_places, write_files
from samples.search.records import FAULT, Records, TableName, label_records, rank_records
from samples.search.scenario import LABELS_KNOWN_AFTER_DAYS, SHIFT, SHIFT_DAYS_BEFORE_THE_END, SearchScenario
from samples.search.truth import curated_table, days_array, expected_table, judge, keys
from samples.search.world import World, make_world
from samples.streams import Streams

GENERATOR_VERSION = 1


@dataclass(frozen=True)
class SearchSummary:
    """What lies in the folder: records and expected outcomes by table, and how often each kind of dirt was planted."""

    files: int
    raw_rows: dict[str, int]
    outcomes: dict[str, dict[str, int]]
    dirt: dict[str, int]
    data_from: str
    data_through: str
    grain: str
    known_after_days: int
    already_there: bool = False


@dataclass(frozen=True)
class _Made:
    files: list[RawFile]
    outcomes: pa.Table
    counts: dict[str, int]
    dirt: dict[str, int]


def generate_search(scenario: SearchScenario, out: Path) -> SearchSummary:
    """Write a scenario's raw files and their truth into `out`: the same bytes for the same scenario.

    A folder that holds this very generation is left as it is; any other folder that is not empty is refused.
    """
    parameters = {"domain": "search", "version": GENERATOR_VERSION, **scenario.parameters}
    if (there := summary_there(out, parameters)) is not None:
        return SearchSummary(**{**there, "already_there": True})
    world, streams = make_world(scenario), Streams(scenario.seed)
    raw, truth = out / "raw", out / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    made: dict[str, _Made] = {"search_ranks": _make("search_ranks", rank_records(world), world, streams, out)}
    if labels := label_records(world, streams):
        made["search_volumes"] = _make("search_volumes", labels, world, streams, out)
    event_days = write_special_dates(scenario, raw)
    _write_table(pa.concat_tables([one.outcomes for one in made.values()]), truth / "outcomes.parquet")
    files = [file for one in made.values() for file in one.files]
    _write_table(files_table(files), truth / "files.parquet")
    _write_table(expected_table(world), truth / "expected.parquet")
    _write_table(_shocks(world), truth / "shocks.parquet")
    write_json(truth / "planted.json", _planted(world))
    summary = SearchSummary(
        files=len(files) + 1,
        raw_rows={name: len(one.outcomes) for name, one in made.items()} | {"special_dates": event_days},
        outcomes={name: one.counts for name, one in made.items()},
        dirt={f"{name}: {kind}": count for name, one in made.items() for kind, count in one.dirt.items()},
        data_from=scenario.first_on.isoformat(),
        data_through=scenario.last_on.isoformat(),
        grain=scenario.grain,
        known_after_days=LABELS_KNOWN_AFTER_DAYS[scenario.grain],
    )
    write_marker(out, parameters, asdict(summary))
    return summary


def write_special_dates(scenario: SearchScenario, raw: Path) -> int:
    """Every planted event of every marketplace, also of the next year; how many."""
    codes = [*scenario.marketplaces, *(["FR"] if "new-marketplace" in scenario.plants else [])]
    years = range(scenario.first_on.year - 1, scenario.last_on.year + 2)
    rows = [
        (code, event.name, day.isoformat(), event.lead_days, event.lag_days)
        for code in codes
        for event, day in occurrences(years)
    ]
    path = raw / "special_dates" / "special_dates_d1.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("Marketplace", "Event", "Date", "Lead Days", "Lag Days"))
        writer.writerows(rows)
    return len(rows)


def _make(table: TableName, records: Records, world: World, streams: Streams, out: Path) -> _Made:
    """Soil, order, write and judge the records of one table."""
    scenario = world.scenario
    soiled, dirt = soil(records, table, scenario.grain, scenario.dirt, streams.of(f"soil {table}"))
    if scenario.rendering == "parquet":  # a row of a Parquet file cannot be torn
        fault = np.where(soiled["fault"] == FAULT["torn"], FAULT["none"], soiled["fault"])
        soiled, dirt = soiled.having(fault=fault), {kind: count for kind, count in dirt.items() if kind != "torn"}
    lying = in_file_order(soiled, world)
    files = write_files(lying, world, table, out / "raw", streams.of(f"write {table}"))
    verdicts = judge(lying, table)
    _write_table(curated_table(lying, verdicts, world, table), out / "truth" / f"curated_{table}.parquet")
    names, numbers = record_places(lying, files)
    is_known = np.isin(lying["fault"], [FAULT[name] for name in ("none", "zero", "missing", "unreadable")])
    outcomes = pa.table(
        {
            "table_name": pa.array([table] * len(lying)),
            "file": names,
            "record_number": numbers,
            "outcome": pa.array(list(OUTCOMES)).take(pa.array(verdicts.outcome)),
            "reasons": pa.array([[reason] if reason else [] for reason in verdicts.reason], pa.list_(pa.string())),
            **keys(lying, world, table, is_known),
            "day_on": days_array(lying["day"]),
        }
    )
    return _Made(files, outcomes, verdicts.counts(), dirt)


def _planted(world: World) -> dict[str, Any]:
    scenario = world.scenario
    drawn = {name: values for name, values in world.planted.items() if name != "shocks"}
    return {
        "marketplaces": {cell.marketplace.code: asdict(cell.marketplace) for cell in world.cells},
        "departments": {cell.department: cell.effect for cell in world.cells},
        "events": [
            {
                "event_name": event.name,
                "lead_days": event.lead_days,
                "lag_days": event.lag_days,
                "lift": event.lift,
                "added": dict(event.added),
            }
            for event in EVENTS
        ],
        "level_shift": {
            "marketplace_code": world.cells[0].marketplace.code,
            "from": scenario.days_before_the_end(SHIFT_DAYS_BEFORE_THE_END),
            "ln_shift": SHIFT,
        }
        if "level-shift" in scenario.plants
        else None,
        "labelled_term_count": int(world.is_labelled.sum()),
        **drawn,
    }


def _shocks(world: World) -> pa.Table:
    shocks: dict[str, Any] = world.planted["shocks"]
    days = world.first_day + np.arange(world.scenario.day_count)
    return pa.concat_tables(
        pa.table({"marketplace_code": [code] * len(days), "day_on": days_array(days), "ln_shock": values})
        for code, values in shocks.items()
    )


def _write_table(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd")
