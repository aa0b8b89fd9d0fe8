"""The tables of a release in a database in memory, made by their contracts, with rows of a test's own."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import duckdb

from headrace.duck.reader import objects
from schemas.domains import DOMAINS
from schemas.lineage import LANDING_LINEAGE
from schemas.render.duckdb import domain_ddl, quoted
from tests.frames import FILLER


def database(domain: str, **rows: list[dict[str, Any]]) -> duckdb.DuckDBPyConnection:
    """A table that is not named is empty; cells that are not stated are fillers where required, else null."""
    connection = duckdb.connect(":memory:")
    connection.execute(domain_ddl(DOMAINS[domain]))
    connection.execute("CREATE TABLE files (landing_file_id VARCHAR, file VARCHAR)")
    for name, told in rows.items():
        zone = "curated" if name in DOMAINS[domain].curated else "marts"
        for row in told:
            whole = _filled(domain, name, zone, row)
            columns = ", ".join(map(quoted, whole))
            marks = ", ".join("?" for _ in whole)
            connection.execute(f"INSERT INTO {zone}.{quoted(name)} ({columns}) VALUES ({marks})", list(whole.values()))
    return connection


def trail_of(
    connection: duckdb.DuckDBPyConnection, *, marts: tuple[str, ...], curated: tuple[str, ...], limit: int | None = 10
) -> SimpleNamespace:
    """What an explanation asks of a release, over a database; the way to raw records is not there."""
    return SimpleNamespace(
        connection=connection,
        release=SimpleNamespace(number=7, marts=dict.fromkeys(marts), curated=dict.fromkeys(curated)),
        contracts={},
        limit=limit,
        cut=lambda items: items if limit is None else items[:limit],
        objects=lambda sql, *parameters: objects(connection, sql, parameters),
    )


def _filled(domain: str, name: str, zone: str, row: Mapping[str, Any]) -> dict[str, Any]:
    contract = getattr(DOMAINS[domain], zone)[name]
    fields = (*contract.fields, *(LANDING_LINEAGE if zone == "curated" else ()))
    if unknown := set(row) - {field.name for field in fields}:
        raise KeyError(f"{name} has no {unknown}")
    return {f.name: row.get(f.name, FILLER[type(f.type)] if f.required else None) for f in fields}
