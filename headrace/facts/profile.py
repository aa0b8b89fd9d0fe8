"""What landing would see in a raw file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Doubt:
    """What somebody must settle: `at` is the key of the source's TOML that it is about, as `read.encoding` or
    `columns.vendor_id`, or `column <header>` of a column that no field comes from."""

    at: str
    unsure: str


@dataclass(frozen=True)
class LineCounts:
    """The file equation: lines = header + records + line breaks in fields + blank lines - records on the line of
    another (`shared_lines`). Dead letters are records."""

    header_lines: int
    blank_lines: int
    records: int
    line_breaks_in_fields: int
    shared_lines: int
    dead_letters: int
    lines: int
    is_closed: bool


@dataclass(frozen=True)
class ProfiledColumn:
    """A column, and the field that comes from it; of several all, with commas. `kind` and `rule` say what most values
    are, `read_ratio` the share that the rule reads, `possible` the rules that read half of them or more, `formats` the
    share of each format. `shows` says whether cells are shown as `values` or as `outlines`. Where `is_distinct_exact`
    or `is_span_exact` is false, the count is an estimate, and the ends are those of the values that were kept."""

    name: str
    field: str | None
    kind: str
    rule: str
    parameters: Mapping[str, Any]
    read_ratio: float
    possible: Mapping[str, float]
    formats: Mapping[str, float]
    filled_count: int
    null_count: int
    null_tokens: Mapping[str, int]
    distinct_count: int
    is_distinct_exact: bool
    judged_value_count: int
    longest: int
    is_personal: bool
    shows: str
    most_frequent: Mapping[str, int]
    least: Any
    greatest: Any
    is_span_exact: bool
    unsure: Sequence[str]


@dataclass(frozen=True)
class WrittenSource:
    """A first source TOML; `says` is why `headrace run` would not accept it as it stands."""

    file: str
    domain: str
    source: str
    is_accepted: bool
    says: str | None


@dataclass(frozen=True)
class Profiled:
    """A raw file. `shape` has the keys of a source's `[read]` that its format has, and what else was seen of it;
    `dead_letters` counts them by reason; `missing_fields` are required and come from no column."""

    file: str
    size_bytes: int
    is_revealed: bool
    shape: Mapping[str, Any]
    counts: LineCounts
    dead_letters: Mapping[str, int]
    first_dead_letters: Sequence[str]
    table: str
    columns: Sequence[ProfiledColumn]
    missing_fields: Sequence[str]
    doubts: Sequence[Doubt]
    written: WrittenSource | None
