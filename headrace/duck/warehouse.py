"""The operator's warehouse: one immutable DuckDB file for each release, `warehouse/<domain>/<release>.duckdb`.

A file appears whole under its name or not at all; a run that was killed before it leaves it to the next.
"""
# ruff: noqa: S608 - identifiers are quoted, texts are escaped

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from headrace.duck.reader import select_snapshot
from headrace.duck.sql import literal
from headrace.lakes import domain_tables, is_folder, warehouse_key
from lake.errors import AuditError
from lake.releases.release import Release
from lake.releases.snapshots import Snapshot
from lake.store.folder import FolderStore
from lake.store.objects import ObjectStore
from schemas.contract import Contract, Field
from schemas.lineage import LANDING_LINEAGE
from schemas.render.duckdb import duckdb_ddl, quoted

if TYPE_CHECKING:
    import duckdb

FORMAT = 1


def build_warehouse(lake: ObjectStore, release: Release) -> str:
    """The key of the release's file; made, checked against the release and published where it is not there yet."""
    key = warehouse_key(release.domain, release.number)
    if lake.exists(key):
        return key
    with tempfile.TemporaryDirectory(prefix="headrace-warehouse-") as folder:
        path = Path(folder) / "release.duckdb"
        _fill(path, _at_hand(lake, release, Path(folder)), release)
        lake.put_file(key, path)
    return key


def _fill(path: Path, lake: ObjectStore, release: Release) -> None:
    import duckdb

    with duckdb.connect(str(path)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE SCHEMA curated; CREATE SCHEMA marts")
        for zone, snapshot, contract, beyond in _tables(release):
            connection.execute(duckdb_ddl(contract, zone, beyond))
            _load(connection, lake, zone, snapshot, contract, beyond)
        _sign(connection, release)


def _tables(release: Release) -> Iterator[tuple[str, Snapshot, Contract, tuple[Field, ...]]]:
    contracts = domain_tables(release.domain)
    for name, snapshot in release.curated.items():
        yield "curated", snapshot, contracts.curated[name], LANDING_LINEAGE
    for name, snapshot in release.marts.items():
        yield "marts", snapshot, contracts.marts[name], ()


def _load(
    connection: duckdb.DuckDBPyConnection,
    lake: ObjectStore,
    zone: str,
    snapshot: Snapshot,
    contract: Contract,
    beyond: tuple[Field, ...],
) -> None:
    """Raises AuditError where the table does not take exactly the snapshot's rows."""
    import duckdb

    partition = {"outcome": "curated"} if zone == "curated" else {}
    table = f"{zone}.{quoted(snapshot.table)}"
    columns = ", ".join(quoted(field.name) for field in (*contract.fields, *beyond))
    rows = select_snapshot(connection, lake, snapshot, contract, beyond, **partition)
    try:
        connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM ({rows})")
    except duckdb.Error as error:
        raise AuditError(
            f"{zone}.{snapshot.table} does not fit its contract in the warehouse: "
            f"{str(error).splitlines()[0]}; the release stands, its warehouse file was not made"
        ) from None
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    expected = snapshot.row_count(**partition)
    if found != (expected,):
        raise AuditError(
            f"{zone}.{snapshot.table}: the warehouse took {found[0] if found else 0:,} rows, the release "
            f"has {expected:,}; its warehouse file was not made"
        )


def _sign(connection: duckdb.DuckDBPyConnection, release: Release) -> None:
    """Say in the file which release it holds."""
    said = {
        "domain": release.domain,
        "number": release.number,
        "run_id": release.run_id,
        "published_at": release.published_at,
        "as_of": release.as_of,
        "warehouse_format": FORMAT,
    }
    values = ", ".join(f"{literal(value)} AS {quoted(name)}" for name, value in said.items())
    connection.execute(f"CREATE SCHEMA headrace; CREATE TABLE headrace.release AS SELECT {values}")


def _at_hand(lake: ObjectStore, release: Release, folder: Path) -> ObjectStore:
    """The lake itself where it is a folder, else a folder with copies of the release's files."""
    if is_folder(lake):
        return lake
    copies = FolderStore(folder / "lake")
    for snapshot in release.tables():
        for file in snapshot.files:
            path = copies.local_path(file.key)
            path.parent.mkdir(parents=True, exist_ok=True)
            with lake.open(file.key) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target)
    return copies
