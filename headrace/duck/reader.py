"""The tables of a release, or of a run, as DuckDB sees them: views over exactly the files that they name."""
# ruff: noqa: S608 - identifiers are quoted, texts are escaped, and the statement is the operator's own

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headrace.duck.landing_views import add_files, add_landing, landing_files
from headrace.duck.sql import escaped, literal, parquet
from headrace.facts.answer import Answer
from headrace.facts.rows import Row
from headrace.lakes import domain_of, domain_tables, only_in_folders, release_of, run_manifest
from lake.errors import ConfigError, DataError
from lake.landing.ledger import read_ledger
from lake.releases.release import Release, parse_snapshot
from lake.releases.snapshots import Snapshot
from lake.store.objects import ObjectStore
from schemas.contract import Contract, Field
from schemas.lineage import BEYOND_CONTRACT
from schemas.render.duckdb import duckdb_type, quoted

if TYPE_CHECKING:
    import duckdb

READ_ONLY = ("SELECT",)


@dataclass(frozen=True)
class Tables:
    """The snapshots to read, what they are called together, and the ledger of their deliveries."""

    domain: str
    title: str
    curated: Mapping[str, Snapshot]
    marts: Mapping[str, Snapshot]
    ledger: str | None = None


def tables_of_release(release: Release) -> Tables:
    return Tables(release.domain, f"release {release.number}", release.curated, release.marts, release.ledger)


def tables_of_run(lake: ObjectStore, domain: str, run_id: str) -> Tables:
    """What a run wrote, published or not. Raises DataError where it did not come to tables."""
    stages = run_manifest(lake, run_id).get("stages", {})
    told = {stage: stages.get(stage, {}).get("tables", {}) for stage in ("curate", "marts")}
    if not any(told.values()):
        raise DataError(f"run {run_id} wrote no table; its stages done are {', '.join(sorted(stages)) or 'none'}")
    curated, marts = ({name: parse_snapshot(said) for name, said in told[stage].items()} for stage in told)
    _refuse_vacuumed(lake, run_id, [*curated.values(), *marts.values()])
    return Tables(domain, f"run {run_id}", curated, marts, stages.get("land", {}).get("ledger"))


def query(
    lake: ObjectStore,
    domain: str | None,
    sql: str,
    *,
    run_id: str | None = None,
    limit: int | None = None,
    reveal: bool = False,
) -> Answer:
    """The answer to one reading statement, with `reveal` also over landing; without a domain over the only one of the
    lake. Raises ConfigError with DuckDB's sentence where it cannot be answered."""
    import duckdb

    only_in_folders(lake, "headrace query")
    asked = domain_of(lake, domain)
    tables = tables_of_run(lake, asked, run_id) if run_id else tables_of_release(release_of(lake, asked))
    with connect(lake, tables, reveal=reveal) as connection:
        _lock(connection)
        try:
            _check_reads_only(connection, sql)
            found = connection.execute(sql)
            rows = found.fetchall() if limit is None else found.fetchmany(limit + 1)
        except duckdb.Error as error:
            raise ConfigError(_sentence(error, tables)) from None
        columns = tuple(column[0] for column in found.description or ())
    return Answer(columns, rows[:limit], limit is not None and len(rows) > limit)


def connect(lake: ObjectStore, tables: Tables, *, reveal: bool = False) -> duckdb.DuckDBPyConnection:
    """A database in memory: `curated`, `quarantine` and `outcomes` (rows of every outcome) of the curated tables,
    `marts` and `files`; with `reveal` also the raw text, `landing` and `dead_letters` by source."""
    import duckdb

    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'")
    paths = [
        local(lake, file.key)
        for snapshot in (*tables.curated.values(), *tables.marts.values())
        for file in snapshot.files
    ]
    deliveries = read_ledger(lake, tables.ledger) if tables.ledger else ()
    landing = landing_files(lake, tables.domain, deliveries) if reveal else {}
    paths += [path for files in landing.values() for found in files.values() for path in found]
    connection.execute(f"SET allowed_paths = {literal(sorted({*paths, *map(escaped, paths)}))}")
    for zone in ("curated", "marts", "quarantine", "outcomes"):
        connection.execute(f"CREATE SCHEMA {zone}")
    contracts = domain_tables(tables.domain)
    for name, snapshot in tables.curated.items():
        contract = contracts.curated[name]
        for zone, partition in (
            ("curated", {"outcome": "curated"}),
            ("quarantine", {"outcome": "quarantined"}),
            ("outcomes", {}),
        ):
            select = select_snapshot(connection, lake, snapshot, contract, BEYOND_CONTRACT, **partition)
            connection.execute(f"CREATE VIEW {zone}.{quoted(name)} AS {select}")
    for name, snapshot in tables.marts.items():
        select = select_snapshot(connection, lake, snapshot, contracts.marts[name])
        connection.execute(f"CREATE VIEW marts.{quoted(name)} AS {select}")
    if reveal:
        add_landing(connection, landing)
    add_files(connection, deliveries)
    return connection


def select_snapshot(
    connection: duckdb.DuckDBPyConnection,
    lake: ObjectStore,
    snapshot: Snapshot,
    contract: Contract,
    beyond: Sequence[Field] = (),
    **partition: str,
) -> str:
    """A SELECT of the snapshot's rows: the columns of its files, then what their folders say; by the contract where it
    has no rows. Timestamps are plain UTC ones."""
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for file in snapshot.files:
        if file.row_count and partition.items() <= file.partition.items():
            groups.setdefault(tuple(file.partition.items()), []).append(local(lake, file.key))
    if not groups:
        nulls = ", ".join(f"NULL::{duckdb_type(f.type)} AS {quoted(f.name)}" for f in (*contract.fields, *beyond))
        return f"SELECT {nulls} WHERE false"
    typed = {field.name: duckdb_type(field.type) for field in beyond}
    return " UNION ALL ".join(
        f"SELECT {', '.join([*_columns(connection, paths[0]), *_of_folders(folders, typed)])} FROM {parquet(paths)}"
        for folders, paths in groups.items()
    )


def local(lake: ObjectStore, key: str) -> str:
    path = lake.local_path(key)
    if path is None:
        raise ConfigError(f"{lake.uri_of(key)} is not in a folder: DuckDB reads files of folder lakes only so far")
    return str(path)


def objects(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """The rows of a query by the names of their columns."""
    found = connection.execute(sql, list(parameters))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _columns(connection: duckdb.DuckDBPyConnection, path: str) -> list[str]:
    described = connection.execute(f"DESCRIBE SELECT * FROM {parquet([path])}").fetchall()
    return [
        f"{quoted(name)}::TIMESTAMP AS {quoted(name)}" if kind == "TIMESTAMP WITH TIME ZONE" else quoted(name)
        for name, kind, *_ in described
    ]


def _of_folders(folders: Iterable[tuple[str, str]], typed: Mapping[str, str]) -> list[str]:
    return [f"{literal(value)}::{typed.get(name, 'VARCHAR')} AS {quoted(name)}" for name, value in folders]


def _lock(connection: duckdb.DuckDBPyConnection) -> None:
    """From here on the release's files can be read, and nothing else of this machine."""
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _check_reads_only(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise ConfigError(f"found {len(statements)} statements, expected one")
    if (kind := statements[0].type.name) not in READ_ONLY:
        raise ConfigError(
            f"found a statement of kind {kind}, expected one that reads: SELECT, FROM, VALUES, DESCRIBE or SUMMARIZE"
        )


def _sentence(error: Exception, tables: Tables) -> str:
    said = " ".join(line.strip() for line in str(error).split("\n\nLINE")[0].splitlines() if line.strip())
    if "does not exist" not in said:
        return said
    names = [*(f"curated.{name}" for name in tables.curated), *(f"marts.{name}" for name in tables.marts)]
    hint = (
        f"; {tables.title} has {', '.join(names)}, quarantine.* and outcomes.* beside each curated table, files, and "
        "with --reveal landing.* and dead_letters.* by source"
    )
    return said + (hint if "Table" in said or "Schema" in said else "")


def _refuse_vacuumed(lake: ObjectStore, run_id: str, snapshots: Iterable[Snapshot]) -> None:
    if gone := [file.key for snapshot in snapshots for file in snapshot.files if not lake.exists(file.key)]:
        raise DataError(f"the tables of run {run_id} are gone (vacuumed): {gone[0]} is not there")
