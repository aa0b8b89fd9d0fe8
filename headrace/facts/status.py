"""A release: what stands, of what it was made, and whether every row is accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headrace.facts.domain import DomainFacts
from headrace.facts.flat import FLAT

if TYPE_CHECKING:
    from lake.releases.release import TableCounts


@dataclass(frozen=True)
class FileCounts:
    """The file equation of a raw file."""

    lines: int
    header_lines: int
    records: int
    line_breaks_in_fields: int
    blank_lines: int
    shared_lines: int
    landed: int
    dead_letters: int


@dataclass(frozen=True)
class FileStatus:
    """What became of a raw file: `rows` are those that its records are, `same_content` the other names that it came by,
    `replaced` whether a later delivery took its place, `undeclared_columns` those that no field reads."""

    file: str
    source: str
    period: str | None
    counts: FileCounts = field(metadata=FLAT)
    rows: int
    delivery_order: str | None
    replaced: bool
    landing_file_id: str
    same_content: Sequence[str]
    undeclared_columns: Sequence[str]


@dataclass(frozen=True)
class KeptRelease:
    """A release that is kept; `rows` by table."""

    number: int
    parent: int | None
    kind: str
    run_id: str
    published_at: str
    as_of: str | None
    rolled_back_to: int | None
    rows: Mapping[str, int]


@dataclass(frozen=True)
class Status:
    """The current release of a domain. `marts` counts the rows of each mart; `notices` are sentences on what is no
    error and may still be a surprise."""

    domain: str
    release: int
    parent: int | None
    kind: str
    run_id: str
    published_at: str
    as_of: str | None
    warehouse_release: int | None
    tables: Mapping[str, TableCounts]
    marts: Mapping[str, int]
    files: Sequence[FileStatus]
    notices: Sequence[str]
    releases: Sequence[KeptRelease]
    of_domain: DomainFacts = field(metadata=FLAT)
