"""JSON as found: lines of objects, an array of objects, objects one behind another, or an array inside an object.

The keys of all records are the header, so that a key that appears late has its column as any other: what has been
parsed waits on disk until the last object is seen. Numbers land as they are written, nested values as compact JSON
text; null, and a key that an object does not have, as null. What is no object of different keys is a dead letter.

An element is an object of the file, or what stands for one; where objects in it are the records, it has several.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from lake.config.record_paths import EACH
from lake.errors import DataError
from lake.landing.formats.json_elements import Element
from lake.landing.formats.json_layout import Layout, layout_of
from lake.landing.formats.json_paths import NestedColumns, array_paths, unfolded
from lake.landing.formats.json_values import Flaw, cell_of, compact, decoded, kind_of
from lake.landing.formats.table import Block, DeadLetter, Readable, Table
from lake.landing.formats.text import CountedLines
from lake.landing.headers import missing_columns, settle

if TYPE_CHECKING:
    from lake.config.configuration import Source
    from lake.config.read_options import Read

MOST_KEYS = 5_000
CELLS_AT_ONCE = 4_000_000
BYTES_AT_ONCE = 1 << 26
Cells = dict[str, str | None]


@dataclass(frozen=True)
class _Dead:
    """A text that is no record, and why."""

    raw: bytes
    reason: str


_Parsed = tuple[int, int, Sequence[Cells | _Dead]]
"""The first and the last line of an element, and its records: none, where it is a blank line."""


@dataclass
class _Survey:
    """What one pass over a file found out, and where what it parsed waits."""

    path: Path
    keys: dict[str, None] = field(default_factory=dict)
    element_count: int = 0
    has_records: bool = False
    widest: int = 0

    def waiting(self) -> Iterator[list[_Parsed]]:
        with self.path.open("rb") as file:
            while file.peek(1):
                yield pickle.load(file)  # noqa: S301 - written by ourselves a moment ago


def open_table(stream: Readable, source: Source, scratch: Path) -> Table:
    """The table of a file. Raises DataError where no object has a required key, and where an array is cut short."""
    layout, chunks = layout_of(stream, source.read)
    lines = CountedLines(chunks)
    columns = NestedColumns(source.read_columns)
    survey = _surveyed(layout.cut(iter(lines)), layout, columns, scratch / "parsed")
    keys = list(survey.keys)
    settled = settle(keys, source)
    if settled.missing and survey.has_records:
        raise missing_columns(
            keys, settled, source, where="the set of all keys of the file", mend=_mend(survey, layout.kind)
        )
    return Table(
        header=keys,
        settled=settled,
        dialect={"encoding": layout.encoding, "records": layout.kind, **layout.told()},
        header_line_count=0,
        blank_line_count=0,
        blocks=_blocks(survey, keys),
        line_count=lambda: lines.count if layout.kind in ("lines", "concatenated") else survey.element_count,
        suspects="encoding and records",
    )


def record_lines(stream: Readable, read: Read, dialect: Mapping[str, str], scratch: Path) -> Iterator[tuple[int, int]]:
    """Every record's number and its line, or its element."""
    layout, chunks = layout_of(stream, read)
    record = 0
    for element in chain.from_iterable(layout.cut(chunks)):
        for _ in _parsed(element, layout, NestedColumns(()))[2]:
            record += 1
            yield record, element.line


def _mend(survey: _Survey, kind: str) -> str:
    """Where else the records may stand: in arrays inside of what was taken for the first."""
    first = next(one for _, _, found in chain.from_iterable(survey.waiting()) for one in found if isinstance(one, dict))
    inner = {key: decoded(cell.encode(), "utf-8") for key, cell in first.items() if cell and cell[0] in "[{"}
    above = "" if survey.element_count == 1 and kind != "array" else f"{EACH}."
    paths = " or ".join(f'"{above}{path}"' for path in array_paths(inner))
    return f", or say where the records stand: records = {paths} under [read]" if paths else ""


def _surveyed(found: Iterator[list[Element]], layout: Layout, columns: NestedColumns, path: Path) -> _Survey:
    survey = _Survey(path)
    with path.open("wb") as file:
        for some in found:
            parsed = [_parsed(element, layout, columns) for element in some]
            pickle.dump(parsed, file, pickle.HIGHEST_PROTOCOL)
            survey.element_count += len(some)
            survey.widest = max([survey.widest, *(_width(records) for _, _, records in parsed if len(records) > 1)])
            for cells in chain.from_iterable(records for _, _, records in parsed):
                if isinstance(cells, dict):
                    survey.has_records = True
                    survey.keys.update(dict.fromkeys(cells))
            if len(survey.keys) > MOST_KEYS:
                raise DataError(
                    f"the first {survey.element_count:,} objects have {len(survey.keys):,} keys, promised at most "
                    f"{MOST_KEYS:,}: its keys look like values"
                )
    return survey


def _width(records: Sequence[Cells | _Dead]) -> int:
    """About how large each of the records of an element is: what they share is repeated when they land."""
    return sum(len(cell) for cell in records[0].values() if cell) if isinstance(records[0], dict) else 0


def _blocks(survey: _Survey, keys: Sequence[str]) -> Iterator[Block]:
    record, last_line = 1, 0
    at_once = max(1, min(CELLS_AT_ONCE // (len(keys) + 1), BYTES_AT_ONCE // max(1, survey.widest)))
    for parsed in survey.waiting():
        lines = _lines(parsed, last_line)
        found = [(line, one) for line, _, records in parsed for one in records]
        for start in range(0, max(1, len(found)), at_once):
            yield _block(found[start : start + at_once], keys, record, _Lines() if start else lines)
            record += len(found[start : start + at_once])
        last_line = parsed[-1][1]


def _block(found: Sequence[tuple[int, Cells | _Dead]], keys: Sequence[str], first_record: int, lines: _Lines) -> Block:
    numbered = list(enumerate(found, start=first_record))
    rows = [(record, one) for record, (_, one) in numbered if isinstance(one, dict)]
    return Block(
        record_numbers=pa.array([record for record, _ in rows], pa.int64()),
        columns=[pa.array([cells.get(key) for _, cells in rows], pa.string()) for key in keys],
        dead_letters=[
            DeadLetter(record, line, one.reason, one.raw) for record, (line, one) in numbered if isinstance(one, _Dead)
        ],
        line_count=lines.line_count,
        record_count=len(found),
        blank_line_count=lines.blank_count,
        line_break_in_field_count=lines.break_count,
        shared_line_count=lines.shared_count,
    )


class _Lines(NamedTuple):
    """The lines of some elements: all, the blank ones, those that end inside one, and those that records share."""

    line_count: int = 0
    blank_count: int = 0
    break_count: int = 0
    shared_count: int = 0


def _lines(parsed: Sequence[_Parsed], last_line: int) -> _Lines:
    first, shared = last_line, 0
    for line, last, records in parsed:
        shared += max(0, len(records) - 1) + (line == last_line)
        last_line = last
    blank = sum(not records for _, _, records in parsed)
    return _Lines(last_line - first, blank, sum(last - line for line, last, _ in parsed), shared)


def _parsed(element: Element, layout: Layout, columns: NestedColumns) -> _Parsed:
    """The records of an element, or why it has none."""
    raw = element.raw
    if not raw and layout.kind in ("lines", "concatenated"):
        return element.line, element.last_line, ()
    try:
        value = decoded(raw, layout.encoding)
        if not isinstance(value, dict):
            raise Flaw(f"not_object: {kind_of(value)}, promised an object")
        records = list(unfolded(value, layout.nested))
    except Flaw as flaw:
        return element.line, element.last_line, [_Dead(raw, str(flaw))]
    return (
        element.line,
        element.last_line,
        [_cells(one, columns, raw if len(records) == 1 else None) for one in records],
    )


def _cells(record: dict[str, Any], columns: NestedColumns, raw: bytes | None) -> Cells | _Dead:
    """The cells of a record; `raw` is how it is written, where it is not one of several."""
    try:
        return {name: cell_of(value) for name, value in columns.added(record).items()}
    except Flaw as flaw:
        return _Dead(raw or compact(record).encode(), str(flaw))
