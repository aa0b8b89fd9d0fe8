"""What a release was made of: its files, and for who may read landing their records and dead letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lake.deliveries import Delivery
from lake.landing import landing_key, read_landed
from lake.objects import ObjectStore

if TYPE_CHECKING:
    import duckdb

FILES = """CREATE TABLE files (landing_file_id VARCHAR, file VARCHAR, source_name VARCHAR, period VARCHAR,
delivery_order VARCHAR, line_count BIGINT, record_count BIGINT, landed_count BIGINT, dead_letter_count BIGINT)"""


def landing_paths(lake: ObjectStore, domain: str, deliveries: Sequence[Delivery]) -> dict[str, dict[str, list[str]]]:
    """The deliveries' files in landing by schema, `landing` and `dead_letters`, and source."""
    return {
        schema: _paths(lake, domain, deliveries, ending)
        for schema, ending in (("landing", "parquet"), ("dead_letters", "dead.parquet"))
    }


def add_files(
    connection: duckdb.DuckDBPyConnection, lake: ObjectStore, domain: str, deliveries: Sequence[Delivery]
) -> None:
    """`files`: a row for each delivery, so that a `landing_file_id` has a name."""
    connection.execute(FILES)
    rows = []
    for delivery in deliveries:
        landed = read_landed(lake, domain, delivery.source_name, delivery.landing_file_id)
        counts = (
            (landed.line_count, landed.record_count, landed.landing_row_count, landed.dead_letter_count)
            if landed
            else (None,) * 4
        )
        named = (delivery.raw_files[0].key, delivery.source_name, delivery.period or None, delivery.order or None)
        rows.append((delivery.landing_file_id, *named, *counts))
    if rows:
        connection.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _paths(lake: ObjectStore, domain: str, deliveries: Sequence[Delivery], ending: str) -> dict[str, list[str]]:
    paths: dict[str, list[str]] = defaultdict(list)
    for delivery in deliveries:
        key = landing_key(domain, delivery.source_name, delivery.landing_file_id, ending)
        if lake.exists(key):
            paths[delivery.source_name].append(str(lake.local_path(key)))
    return paths
