"""Every version that was ever seen of a curated row's key, with its outcome and its raw record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from headrace.duck.reader import objects
from headrace.explain.raw import RawRecords, Record
from headrace.facts.explain import RawRecord, RowVersion, TracedRow
from headrace.facts.rows import Row
from lake.releases.release import Release
from lake.store.objects import ObjectStore
from schemas.contract import Contract
from schemas.lineage import JUDGEMENT_NAMES, LINEAGE_NAMES
from schemas.render.duckdb import quoted

if TYPE_CHECKING:
    import duckdb

Item = TypeVar("Item")


@dataclass(frozen=True)
class Trail:
    """What an explanation is made of. `limit` cuts long lists; None cuts nothing."""

    lake: ObjectStore
    release: Release
    connection: duckdb.DuckDBPyConnection
    contracts: Mapping[str, Contract]
    raw: RawRecords
    limit: int | None

    def cut(self, items: list[Item]) -> list[Item]:
        return items if self.limit is None else items[: self.limit]

    def objects(self, sql: str, *parameters: Any) -> list[Row]:
        return objects(self.connection, sql, parameters)


def trace_rows(trail: Trail, seeds: Mapping[str, Iterable[Record]]) -> list[TracedRow]:
    """For each table the rows whose records are given, each with all versions of its key, the newest first."""
    found = {table: _by_key(trail, trail.contracts[table], set(records)) for table, records in seeds.items()}
    raw = trail.raw.fetch({_record(version) for keys in found.values() for key in keys for version in key})
    return [
        _traced(trail, versions, trail.contracts[table], raw)
        for table, of_table in found.items()
        for versions in of_table
    ]


def row_numbers(rows: Sequence[TracedRow]) -> dict[tuple[str, str, int], int]:
    """Where each record stands among the traced rows: by table, landing file and record number."""
    return {
        (row.table, version.landing_file_id, version.record_number): position
        for position, row in enumerate(rows)
        for version in row.versions
    }


def _by_key(trail: Trail, contract: Contract, records: set[Record]) -> list[list[Row]]:
    """The versions of each key, in the order of the keys. A row without its whole key stands alone."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    for version in _versions(trail, contract, records):
        key = tuple(version[name] for name in contract.natural_key)
        alone = f"{version['landing_file_id']}-{version['record_number']}-{key}"
        groups[key if _key(version, contract) else alone].append(version)
    return [versions for _, versions in sorted(groups.items(), key=lambda item: str(item[0]))]


def _key(version: Row, contract: Contract) -> Row:
    """Its columns with their values; empty where it is not whole."""
    is_whole = all(version[name] is not None for name in _never_null(contract))
    return {name: version[name] for name in contract.natural_key} if is_whole else {}


def _never_null(contract: Contract) -> list[str]:
    """The parts of the key in which a null is no value."""
    return [name for name in contract.natural_key if contract.by_name[name].is_never_null]


def _versions(trail: Trail, contract: Contract, records: set[Record]) -> list[Row]:
    connection, table = trail.connection, f"outcomes.{quoted(contract.name)}"
    connection.execute("CREATE OR REPLACE TEMP TABLE seeds (landing_file_id VARCHAR, record_number BIGINT)")
    if not records:
        return []
    connection.executemany("INSERT INTO seeds VALUES (?, ?)", sorted(records))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE own AS FROM {table} SEMI JOIN seeds USING (landing_file_id, record_number)"
    )
    keys = [quoted(name) for name in contract.natural_key]
    is_same = " AND ".join(f"one.{key} IS NOT DISTINCT FROM own.{key}" for key in keys)
    is_whole = " AND ".join(["true", *(f"one.{quoted(name)} IS NOT NULL" for name in _never_null(contract))])
    return trail.objects(f"FROM {table} AS one SEMI JOIN own ON {is_same} WHERE {is_whole} UNION FROM own")


def _traced(trail: Trail, versions: list[Row], contract: Contract, raw: Mapping[Record, RawRecord]) -> TracedRow:
    return TracedRow(
        table=contract.name,
        key=_key(versions[0], contract),
        versions=[
            _version(version, contract, trail.raw.of_row(raw[_record(version)], version))
            for version in sorted(versions, key=_newest(contract))
        ],
    )


def _version(version: Row, contract: Contract, raw: RawRecord) -> RowVersion:
    beside = {*LINEAGE_NAMES, *JUDGEMENT_NAMES, *contract.natural_key}
    return RowVersion(
        outcome=version["outcome"],
        reasons=version["reasons"] or [],
        warnings=version["warnings"] or [],
        is_version_conflict=version["is_version_conflict"],
        version={name: version[name] for name in contract.version_order},
        source_name=version["source_name"],
        landing_file_id=version["landing_file_id"],
        record_number=version["record_number"],
        delivery_order=version["delivery_order"],
        values={name: value for name, value in version.items() if name not in beside and value is not None},
        raw=raw,
    )


def _newest(contract: Contract) -> Callable[[Row], tuple[Any, ...]]:
    """The order that decides outcomes, the newest first; what broke a rule competes with nobody and stands last."""
    names = (*contract.version_order, "delivery_order", "record_number", "landing_file_id")

    def place(version: Row) -> tuple[Any, ...]:
        return (version["outcome"] == "quarantined", *(_Down(version[name]) for name in names))

    return place


class _Down:
    """Sorts a value downwards, null last."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: _Down) -> bool:
        if self.value is None or other.value is None:
            return self.value is not None and other.value is None
        return bool(self.value > other.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Down) and self.value == other.value


def _record(version: Row) -> Record:
    return version["landing_file_id"], version["record_number"]
