"""Releases of two lakes compared: all tables row by row, and what the release says of them but for the run's name."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import duckdb

from lake.landing.ledger import read_ledger
from lake.store.folder import FolderStore
from tests.parity.tables import Table, differences

# What a run is called, how long it took and which engine ran it; the tables' folders have the run's name too.
OF_THE_RUN = ("run_id", "published_at", "versions", "durations_seconds", "curated", "marts", "digests", "facts")


def newest(lake: Path, domain: str = "procurement") -> dict[str, Any]:
    """The current release, as it stands in its file."""
    [*_, last] = sorted((lake / "releases" / domain).glob("*.json"))
    return json.loads(last.read_text(encoding="utf-8"))


def release_differences(one: Path, other: Path, *, also_left_out: tuple[str, ...] = ()) -> list[str]:
    """Sentences on what differs between the current releases of two lakes."""
    first, second = (_with_deliveries(newest(lake), lake) for lake in (one, other))
    left_out = {*OF_THE_RUN, *also_left_out}
    said = [f"`{key}`: {told}" for key in first if key not in left_out for told in _told(first[key], second.get(key))]
    tables = [{**release["curated"], **release["marts"]} for release in (first, second)]
    if tables[0].keys() != tables[1].keys():
        return [*said, f"tables differ: {sorted(tables[0].keys() ^ tables[1].keys())}"]
    for name in tables[0]:
        pair = [_table(lake, snapshots[name]) for lake, snapshots in ((one, tables[0]), (other, tables[1]))]
        if pair[0].files or pair[1].files:
            said += [f"{name}: {told}" for told in differences(*pair)]
    return said


def row_count(lake: Path) -> dict[str, int]:
    """Rows of every table, by the release."""
    found = newest(lake)
    tables = {**found["curated"], **found["marts"]}
    return {name: sum(file["row_count"] for file in table["files"]) for name, table in tables.items()}


def _with_deliveries(release: dict[str, Any], lake: Path) -> dict[str, Any]:
    """The release with what its ledger says, but for when a file came, which a folder's ETag tells too, and which of
    several names of one content landed first."""
    ledger = read_ledger(FolderStore(lake), release.pop("ledger"))
    files = [[(file.key, file.size) for file in delivery.raw_files] for delivery in ledger]
    landed = [replace(delivery.landed, raw_key="", raw_size=0, raw_etag="", arrived_at="") for delivery in ledger]
    places = [delivery.order for delivery in ledger]
    return {**release, "deliveries": [*zip(map(asdict, landed), places, files, strict=True)]}


def _told(one: Any, other: Any) -> list[str]:
    """What differs, as near to the leaf as names lead."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = dict.fromkeys([*one, *other])
        return [f"{key}: {told}" for key in keys for told in _told(one.get(key), other.get(key))]
    return [] if one == other else [f"{str(one)[:300]} and {str(other)[:300]}"]


def _table(lake: Path, snapshot: dict[str, Any]) -> Table:
    files = tuple(str(lake / file["key"]) for file in snapshot["files"] if file["row_count"])
    if not files:
        return Table((), ())
    listed = ", ".join(f"'{file}'" for file in files)
    described = duckdb.sql(
        f"DESCRIBE SELECT * FROM read_parquet([{listed}], hive_partitioning = true, hive_types_autocast = false)"
    ).fetchall()
    return Table(tuple(sorted((row[0], row[1]) for row in described)), files)
