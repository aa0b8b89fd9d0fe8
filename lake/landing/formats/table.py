"""What landing knows of a format: a header, then blocks of text columns, dead letters and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from lake.landing.headers import Settled

if TYPE_CHECKING:
    from lake.config.configuration import Source
    from lake.config.read_options import Read


class Readable(Protocol):
    """What is asked of a stream of bytes."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class DeadLetter:
    """A record that could not be parsed into fields; `raw` is UTF-8 where the file had to be transcoded."""

    record_number: int
    line_number: int
    reason: str
    raw: bytes


@dataclass(frozen=True)
class Block:
    """Some of a table's records: the numbers and text columns of those that parsed, and the others.

    Records are numbered from 1. A line is what the format counts: a physical line of text, a row of a sheet or of a
    Parquet file, an element of a JSON array. `shared_line_count` are the records that begin on the line on which the
    one before them ends.
    """

    record_numbers: pa.Array
    columns: list[pa.Array]
    dead_letters: list[DeadLetter]
    line_count: int
    record_count: int
    blank_line_count: int
    line_break_in_field_count: int
    shared_line_count: int = 0


@dataclass(frozen=True)
class Table:
    """One file as its format opened it: the header is known, the records are still to come, once.

    `line_count` is asked when all blocks are taken, and counts by other means than the records. `dialect` is what was
    found out by the file itself, and `suspects` what to check first where many records cannot be read.
    """

    header: list[str]
    settled: Settled
    dialect: Mapping[str, str]
    header_line_count: int
    blank_line_count: int
    blocks: Iterator[Block]
    line_count: Callable[[], int]
    suspects: str


class Format(Protocol):
    """A module of `lake.landing.formats`, named as in `[read] format`."""

    def open_table(self, stream: Readable, source: Source, scratch: Path) -> Table:
        """The table of a file; `scratch` is an empty folder of its own. Raises DataError, one sentence."""

    def record_lines(
        self, stream: Readable, read: Read, dialect: Mapping[str, str], scratch: Path
    ) -> Iterator[tuple[int, int]]:
        """Every record's number and the line on which it begins, as `open_table` counts them."""
