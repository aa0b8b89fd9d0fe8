"""Releases: numbered files that say what a domain's tables are. The highest number is the current one.

A release is created exclusively, so that of two runs at once one publishes and the other says who won; there is no
pointer that could be torn.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from lake.config.configuration import Source
from lake.errors import AuditError, DataError
from lake.releases.artefacts import Artefact, parse_artefact
from lake.releases.snapshots import DataFile, Snapshot
from lake.releases.unpivot_as_read import UnpivotAsRead
from lake.store.objects import AlreadyExists, ObjectStore
from schemas.contract import Contract
from schemas.lineage import EMPTY_CELL
from transforms.outcomes import REPLACED

LAKE_FORMAT = 4


@dataclass(frozen=True)
class TableCounts:
    """The run's equations for one curated table, and over everything that ever landed.

    `repeated` says for each landed file of an `events` source how many of its rows another file's rows stand for;
    `outdated` how many rows stand, curated or excluded, although a newer version of them was quarantined. Of a derived
    table `read` and `cumulative["landed"]` are the rows that were derived. Where records are several rows each,
    `read_records` and `landed_records` have the records by how many columns of each are rows.
    """

    read: int
    curated: int
    superseded: int
    duplicate: int
    excluded: int
    quarantined: int
    rows_before: int
    keys_added: int
    keys_replaced: int
    keys_removed: int
    rows_after: int
    version_conflicts: int
    cumulative: dict[str, int]
    reasons: dict[str, int]
    warnings: dict[str, int]
    repeated: dict[str, int]
    outdated: int
    mode: str
    why: str
    read_records: dict[str, int]
    landed_records: dict[str, int]


@dataclass(frozen=True)
class SourceAsRead:
    """How a source's files were read for a release: `columns` are landing names and the fields that they filled, or
    the reasons for which they excluded records; those that were rows are told by `unpivot`."""

    table: str
    read: dict[str, Any]
    columns: tuple[tuple[str, str], ...]
    unpivot: UnpivotAsRead | None

    @classmethod
    def of(cls, source: Source) -> SourceAsRead:
        read = json.loads(json.dumps(asdict(source.read)))  # as it is when it is read again
        columns = tuple((c.landing_name, c.field) for c in source.read_columns)
        return cls(source.table, read, columns, UnpivotAsRead.of(source.unpivot) if source.unpivot else None)

    def plain_columns(self, contract: Contract, names: Iterable[str]) -> set[str]:
        """Those of a file's columns that fill fields, and none that is personal."""
        fields = contract.by_name
        said = [(column, fields[name].personal) for column, name in self.columns if name in fields]
        if self.unpivot:
            is_personal = fields[self.unpivot.cell_field].personal
            said += [(name, is_personal) for name in names if self.unpivot.is_row(name)]
        return {column for column, _ in said} - {column for column, is_personal in said if is_personal}

    def exclusion_reasons(self, contract: Contract) -> set[str]:
        """For what the source excluded records that are no rows of the table, and empty cells."""
        words = {name for _, name in self.columns if name not in contract.by_name}
        return words | {EMPTY_CELL} if self.unpivot else words


@dataclass(frozen=True)
class Release:
    """One published state of a domain: `ledger` is the key of the ledger of its deliveries, `models` are the trained
    ones that are current, by name."""

    domain: str
    number: int
    parent: int | None
    kind: Literal["run", "rollback"]
    run_id: str
    published_at: str
    ledger: str
    curated: dict[str, Snapshot]
    marts: dict[str, Snapshot]
    counts: dict[str, TableCounts]
    digests: dict[str, str]
    as_of: str | None
    sources: dict[str, SourceAsRead] = field(default_factory=dict)
    models: dict[str, Artefact] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    durations_seconds: dict[str, float] = field(default_factory=dict)
    format: int = LAKE_FORMAT

    def tables(self) -> Iterator[Snapshot]:
        yield from self.curated.values()
        yield from self.marts.values()

    def harmless_reasons(self, contract: Contract) -> set[str]:
        return harmless_reasons(contract, self.sources.values())

    def file_keys(self) -> Iterator[str]:
        """Its ledger, and every file of its tables and models."""
        yield self.ledger
        for snapshot in self.tables():
            yield from (file.key for file in snapshot.files)
        for artefact in self.models.values():
            yield from (file.key for file in artefact.files)

    def run_ids(self) -> set[str]:
        """The run that published it, and the one whose training it tells of: its card may lie there."""
        training = self.facts.get("training")
        return {self.run_id, *([training["model_id"]] if training else [])}

    def folders(self) -> set[str]:
        """Every folder of a table or model."""
        return {snapshot.folder for snapshot in self.tables()} | {one.folder for one in self.models.values()}


def harmless_reasons(contract: Contract, sources: Iterable[SourceAsRead]) -> set[str]:
    """The codes among a table's reasons that quarantine nothing: for what a row was excluded or replaced."""
    own = (source for source in sources if source.table == contract.name)
    excluding = set[str]().union(*(source.exclusion_reasons(contract) for source in own))
    return {REPLACED, *excluding, *(exclusion.code for exclusion in contract.exclusions)}


def release_key(domain: str, number: int) -> str:
    return f"releases/{domain}/{number:08d}.json"


def release_numbers(lake: ObjectStore, domain: str) -> list[int]:
    """The numbers of the releases that are kept, ascending."""
    found = (re.fullmatch(r"(\d{8})\.json", info.key.rsplit("/", 1)[-1]) for info in lake.list(f"releases/{domain}/"))
    return sorted(int(match[1]) for match in found if match)


def current_release(lake: ObjectStore, domain: str) -> Release | None:
    """The release with the highest number; None in a lake that has none."""
    numbers = release_numbers(lake, domain)
    return _read(lake, domain, numbers[-1]) if numbers else None


def read_release(lake: ObjectStore, domain: str, number: int) -> Release:
    """One release. Raises DataError where a newer Headrace wrote it, or where there is none of that number."""
    if number not in (known := release_numbers(lake, domain)):
        raise DataError(f"there is no release {number} of {domain} in {lake.uri}; kept are {known or 'none'}")
    return _read(lake, domain, number)


def _read(lake: ObjectStore, domain: str, number: int) -> Release:
    try:
        said = json.loads(lake.read(release_key(domain, number)))
    except ValueError as error:
        raise DataError(f"{lake.uri_of(release_key(domain, number))} is no JSON: {error}; restore the file") from None
    return parse_release(said, lake.uri)


def parse_release(said: dict[str, Any], where: str) -> Release:
    found = said.get("format", 0)
    if found != LAKE_FORMAT:
        age, mend = ("a newer", "install that version") if found > LAKE_FORMAT else ("an older", "run into a new lake")
        raise DataError(
            f"{where} was written by {age} Headrace (lake format {found}, this one knows {LAKE_FORMAT}); {mend}, "
            "nothing was changed"
        )
    return Release(
        **{
            **said,
            "curated": {name: parse_snapshot(s) for name, s in said["curated"].items()},
            "marts": {name: parse_snapshot(s) for name, s in said["marts"].items()},
            "counts": {name: TableCounts(**c) for name, c in said["counts"].items()},
            "sources": {name: parse_source(s) for name, s in said["sources"].items()},
            "models": {name: parse_artefact(s) for name, s in said["models"].items()},
        }
    )


def parse_source(said: dict[str, Any]) -> SourceAsRead:
    unpivot = UnpivotAsRead.parse(said["unpivot"]) if said["unpivot"] else None
    columns = tuple((column, name) for column, name in said["columns"])
    return SourceAsRead(said["table"], said["read"], columns, unpivot)


def parse_snapshot(said: dict[str, Any]) -> Snapshot:
    return Snapshot(
        **{**said, "files": tuple(DataFile(**file) for file in said["files"]), "replaced": tuple(said["replaced"])}
    )


def as_json(value: Any) -> bytes:
    return json.dumps(asdict(value), indent=1, sort_keys=True, default=str).encode()


def publish(lake: ObjectStore, release: Release) -> Release:
    """Create the release's file. Raises AuditError where another run was first, also where its release is of a greater
    number and that one was vacuumed."""
    newest = max(release_numbers(lake, release.domain), default=0)
    if newest > release.number:
        raise AuditError(
            f"release {newest} of {release.domain} was published while run {release.run_id} was working on release "
            f"{release.number}; nothing was published, run again"
        )
    try:
        lake.create(release_key(release.domain, release.number), as_json(release))
    except AlreadyExists:
        winner = read_release(lake, release.domain, release.number)
        if winner.run_id == release.run_id:
            return winner
        raise AuditError(
            f"release {release.number} of {release.domain} was published by run {winner.run_id} at "
            f"{winner.published_at} while this one was working; nothing was published, run again"
        ) from None
    return release


def rollback(lake: ObjectStore, domain: str, *, to: int | None, run_id: str, published_at: str) -> Release:
    """Publish a new release with the snapshots and inputs of an older one, by default of the one before."""
    current = current_release(lake, domain)
    if current is None:
        raise DataError(f"{lake.uri} has no release of {domain} to roll back from")
    target = current.parent if to is None else to
    if target is None:
        raise DataError(f"release {current.number} of {domain} has no parent to roll back to")
    older = read_release(lake, domain, target)
    if older.number == current.number:
        raise DataError(f"release {current.number} of {domain} is the current one already")
    missing = [key for key in older.file_keys() if not lake.exists(key)]
    if missing:
        raise DataError(f"release {older.number} of {domain} cannot be rolled back to: {missing[0]} is gone (vacuumed)")
    return publish(
        lake,
        replace(
            older,
            number=current.number + 1,
            parent=current.number,
            kind="rollback",
            run_id=run_id,
            published_at=published_at,
            facts={**older.facts, "rolled_back_to": older.number},
        ),
    )
