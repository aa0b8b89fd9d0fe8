"""One raw cell to show for a reason: what a quarantined row had where a value could not be read."""

from __future__ import annotations

from collections.abc import Iterable

from pyspark.sql import functions as F
from pyspark.sql import types as T

from lake.config.mending import overlay, setting_that_reads
from lake.landing.deliveries import Delivery
from lake.landing.landed_file import landing_key
from lake.releases.release import SourceAsRead
from lake.releases.snapshots import Snapshot, read_snapshot
from lake.run.run import Run
from schemas.landing_columns import landing_column
from schemas.lineage import BEYOND_CONTRACT, RECORD_NUMBER

UNREADABLE = "_unreadable"


def unreadable_cell(run: Run, deliveries: Iterable[Delivery], table: Snapshot, code: str) -> str | None:
    """`'12.13.2024' in orders.csv, record 7`: the first, by file and record, of the rows that have the reason, and the
    lines of a configuration that would read it, where some are known. None for other reasons, and where the column
    fills a personal field."""
    contract = run.tables.curated[table.table]
    name = code.removesuffix(UNREADABLE)
    if not code.endswith(UNREADABLE):
        return None
    rows = read_snapshot(run.engine, run.lake, table, contract, BEYOND_CONTRACT, outcome="quarantined")
    has_reason = F.coalesce(F.array_contains("reasons", code), F.lit(False))
    found = (
        rows.where(has_reason)
        .orderBy("landing_file_id", "record_number", *contract.key, *contract.version_order)
        .first()
    )
    if found is None:
        return None
    delivery = next(d for d in deliveries if d.landing_file_id == found["landing_file_id"])
    source = SourceAsRead.of(run.configuration.source(delivery.source_name))
    column = next((column for column, filled in source.columns if filled == name), None)
    if source.unpivot and source.unpivot.cell_field == name:
        column = source.unpivot.by_value(delivery.landed.unpivoted).get(found[source.unpivot.header_field])
    if column is None or column not in source.plain_columns(contract, [column]):
        return None
    text = _landed(run, delivery, found["record_number"], column)
    place = f", column {column!r}" if source.unpivot and source.unpivot.is_row(column) else ""
    told = f"{text!r} in {delivery.raw_files[0].key}, record {found['record_number']}{place}"
    setting = setting_that_reads(run.configuration.source(delivery.source_name), name, text)
    return f"{told}: if that is right, {overlay(delivery.source_name, setting)}" if setting else told


def _landed(run: Run, delivery: Delivery, record_number: int, column: str) -> str:
    key = landing_key(run.domain, delivery.source_name, delivery.landing_file_id, "parquet")
    cell = T.StructField(landing_column(column), T.StringType())
    schema = T.StructType([cell, T.StructField(RECORD_NUMBER, T.LongType())])
    landed = run.engine.read([run.lake.uri_of(key)], schema)
    [row] = landed.where(F.col(RECORD_NUMBER) == record_number).select(cell.name).collect()
    return str(row[0])
