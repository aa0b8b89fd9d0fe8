"""What a release was made of: its files, and for who may read landing their records and dead letters."""
# ruff: noqa: S608 - identifiers are quoted and texts are escaped

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from headrace.duck.sql import parquet
from lake.landing.deliveries import Delivery
from lake.landing.landed_file import landing_key
from lake.store.objects import ObjectStore
from schemas.lineage import FILE_ID, RECORD_NUMBER
from schemas.render.duckdb import quoted

if TYPE_CHECKING:
    import duckdb

FILES = """CREATE TABLE files (landing_file_id VARCHAR, file VARCHAR, source_name VARCHAR, period VARCHAR,
delivery_order VARCHAR, line_count BIGINT, record_count BIGINT, landed_count BIGINT, dead_letter_count BIGINT)"""

View = tuple[str, str]
FilesByNames = dict[tuple[str, ...], list[str]]


def landing_files(lake: ObjectStore, domain: str, deliveries: Iterable[Delivery]) -> dict[View, FilesByNames]:
    """The deliveries' files in landing by view, `landing.<source>` and `dead_letters.<source>`."""
    views: dict[View, FilesByNames] = defaultdict(lambda: defaultdict(list))
    for delivery in deliveries:
        names = tuple(delivery.landed.columns)
        for schema, ending, called in (("landing", "parquet", names), ("dead_letters", "dead.parquet", ())):
            key = landing_key(domain, delivery.source_name, delivery.landing_file_id, ending)
            if lake.exists(key):
                views[schema, delivery.source_name][called].append(str(lake.local_path(key)))
    return views


def add_landing(connection: duckdb.DuckDBPyConnection, views: Mapping[View, FilesByNames]) -> None:
    """The views `landing.<source>` and `dead_letters.<source>`."""
    for schema in ("landing", "dead_letters"):
        connection.execute(f"CREATE SCHEMA {schema}")
    for (schema, source), files in views.items():
        connection.execute(f"CREATE VIEW {schema}.{quoted(source)} AS {landed_records(files)}")


def landed_records(files: FilesByNames) -> str:
    """A SELECT of the records in landing files: their columns as people see them, put together by name."""
    return " UNION ALL BY NAME ".join(
        f"SELECT * FROM {parquet(paths, union_by_name=not names)}{_called(names)}" for names, paths in files.items()
    )


def add_files(connection: duckdb.DuckDBPyConnection, deliveries: Iterable[Delivery]) -> None:
    """`files`: a row for each delivery, so that a `landing_file_id` has a name."""
    connection.execute(FILES)
    rows = []
    for delivery in deliveries:
        landed = delivery.landed
        counts = (landed.line_count, landed.record_count, landed.landing_row_count, landed.dead_letter_count)
        named = (delivery.raw_files[0].key, delivery.source_name, delivery.period or None, delivery.order or None)
        rows.append((delivery.landing_file_id, *named, *counts))
    if rows:
        connection.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _called(names: tuple[str, ...]) -> str:
    """Columns of records are named by their places; those of dead letters are their own."""
    if not names:
        return ""
    return f" AS t({', '.join(quoted(_printable(name)) for name in (*names, RECORD_NUMBER, FILE_ID))})"


def _printable(name: str) -> str:
    """The name with `?` for half a surrogate pair, which SQL cannot carry."""
    return name.encode("utf-8", "replace").decode()
