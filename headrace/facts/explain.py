"""An explanation, down to the raw records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from headrace.facts.flat import FLAT
from headrace.facts.rows import Row

MASK = "•••"
"""Stands for a raw text that is not shown."""


@dataclass(frozen=True)
class RawRecord:
    """A record as landing has it: its line where that is known, and its columns, `declared` those that the source maps
    to fields. A `note` says what could not be found. `file` is null where the release does not name the delivery."""

    file: str | None
    same_content: Sequence[str]
    record_number: int
    line: int | None
    note: str | None
    fields: Row
    is_revealed: bool
    declared: Sequence[str]


@dataclass(frozen=True)
class RowVersion:
    """A version of a curated row and what became of it: `version` are the columns that order it, `values` the other
    fields that are no key and not null."""

    outcome: str
    reasons: Sequence[str]
    warnings: Sequence[str]
    is_version_conflict: bool
    version: Row
    source_name: str
    landing_file_id: str
    record_number: int
    delivery_order: str | None
    values: Row
    raw: RawRecord


@dataclass(frozen=True)
class TracedRow:
    """All versions of a curated table's key, the newest first. The key is empty where it is not whole."""

    table: str
    key: Row
    versions: Sequence[RowVersion]


@dataclass(frozen=True)
class Explanation:
    """What a domain says of a figure; each domain has dataclasses of its own, one for each kind of subject."""


@dataclass(frozen=True)
class Explained:
    """An explanation, and whether raw text is shown whole."""

    domain: str
    lake: str
    explanation: Explanation = field(metadata=FLAT)
    is_revealed: bool
