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
from lake.landing.headers import missing_columns, settle, told_columns

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


Records = list[Cells | _Dead]


@dataclass
class _Parsed:
    """Some elements: where they begin and end, how many records each has (none, where it is a blank line), and these.
    Lists of plain numbers, so that what waits is soon written and read."""

    lines: list[int] = field(default_factory=list)
    last_lines: list[int] = field(default_factory=list)
    record_counts: list[int] = field(default_factory=list)
    records: Records = field(default_factory=list)

    def add(self, element: Element, records: Records) -> None:
        self.lines.append(element.line)
        self.last_lines.append(element.last_line)
        self.record_counts.append(len(records))
        self.records += records

    def record_lines(self) -> list[int]:
        return [line for line, count in zip(self.lines, self.record_counts, strict=True) for _ in range(count)]


@dataclass
class _Survey:
    """What one pass over a file found out, and where what it parsed waits."""

    path: Path
    keys: dict[str, None] = field(default_factory=dict)
    element_count: int = 0
    has_records: bool = False
    widest: int = 0

    def waiting(self) -> Iterator[_Parsed]:
        with self.path.open("rb") as file:
            while file.peek(1):
                yield pickle.load(file)  # noqa: S301 - written by ourselves a moment ago


def open_table(stream: Readable, source: Source, scratch: Path) -> Table:
    """The table of a file. Raises DataError where no object has a required key, and where an array is cut short."""
    layout, chunks = layout_of(stream, source.read)
    lines = CountedLines(chunks)
    columns = NestedColumns(told_columns(source))
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
        for _ in _records(element, layout, NestedColumns(())):
            record += 1
            yield record, element.line


def _mend(survey: _Survey, kind: str) -> str:
    """Where else the records may stand: in arrays inside of what was taken for the first."""
    first = next(one for parsed in survey.waiting() for one in parsed.records if isinstance(one, dict))
    inner = {key: _value(cell) for key, cell in first.items() if cell and cell[0] in "[{"}
    above = "" if survey.element_count == 1 and kind != "array" else f"{EACH}."
    paths = " or ".join(f'"{above}{path}"' for path in array_paths(inner))
    return f", or say where the records stand: records = {paths} under [read]" if paths else ""


def _value(cell: str) -> Any:
    """What compact JSON is written of; nothing where it is a text that only begins so."""
    try:
        return decoded(cell.encode(), "utf-8")
    except Flaw:
        return None


def _surveyed(found: Iterator[list[Element]], layout: Layout, columns: NestedColumns, path: Path) -> _Survey:
    survey = _Survey(path)
    with path.open("wb") as file:
        for some in found:
            parsed = _Parsed()
            for element in some:
                records = _records(element, layout, columns)
                parsed.add(element, records)
                if len(records) > 1:
                    survey.widest = max(survey.widest, _width(records[0]))
            pickle.dump(parsed, file, pickle.HIGHEST_PROTOCOL)
            survey.element_count += len(some)
            for cells in parsed.records:
                if isinstance(cells, dict):
                    survey.has_records = True
                    survey.keys.update(dict.fromkeys(cells))
            if len(survey.keys) > MOST_KEYS:
                raise DataError(
                    f"the first {survey.element_count:,} objects have {len(survey.keys):,} keys, expected at most "
                    f"{MOST_KEYS:,}: its keys look like values"
                )
    return survey


def _width(record: Cells | _Dead) -> int:
    """About how large each of the records of an element is: what they share is repeated when they land."""
    return sum(len(cell) for cell in record.values() if cell) if isinstance(record, dict) else 0


def _blocks(survey: _Survey, keys: Sequence[str]) -> Iterator[Block]:
    record, last_line = 1, 0
    at_once = max(1, min(CELLS_AT_ONCE // (len(keys) + 1), BYTES_AT_ONCE // max(1, survey.widest)))
    for parsed in survey.waiting():
        counts, record_lines = _lines(parsed, last_line), parsed.record_lines()
        for start in range(0, max(1, len(parsed.records)), at_once):
            some = slice(start, start + at_once)
            yield _block(parsed.records[some], record_lines[some], keys, record + start, _Lines() if start else counts)
        record += len(parsed.records)
        last_line = parsed.last_lines[-1]


def _block(found: Records, lines: Sequence[int], keys: Sequence[str], first_record: int, counts: _Lines) -> Block:
    rows = [(record, one) for record, one in enumerate(found, start=first_record) if isinstance(one, dict)]
    return Block(
        record_numbers=pa.array([record for record, _ in rows], pa.int64()),
        columns=[pa.array([cells.get(key) for _, cells in rows], pa.string()) for key in keys],
        dead_letters=[
            DeadLetter(record, line, one.reason, one.raw)
            for record, (line, one) in enumerate(zip(lines, found, strict=True), start=first_record)
            if isinstance(one, _Dead)
        ],
        line_count=counts.line_count,
        record_count=len(found),
        blank_line_count=counts.blank_count,
        line_break_in_field_count=counts.break_count,
        shared_line_count=counts.shared_count,
    )


class _Lines(NamedTuple):
    """The lines of some elements: all, the blank ones, those that end inside one, and those that records share."""

    line_count: int = 0
    blank_count: int = 0
    break_count: int = 0
    shared_count: int = 0


def _lines(parsed: _Parsed, last_line: int) -> _Lines:
    befores = [last_line, *parsed.last_lines]
    shared = sum(line == before for line, before in zip(parsed.lines, befores, strict=False))
    blank = parsed.record_counts.count(0)
    return _Lines(
        line_count=parsed.last_lines[-1] - last_line,
        blank_count=blank,
        break_count=sum(parsed.last_lines) - sum(parsed.lines),
        shared_count=shared + len(parsed.records) - (len(parsed.lines) - blank),
    )


def _records(element: Element, layout: Layout, columns: NestedColumns) -> Records:
    """The records of an element, or why it has none; nothing of a blank line."""
    raw = element.raw
    if not raw and layout.kind in ("lines", "concatenated"):
        return []
    try:
        value = decoded(raw, layout.encoding)
        if not isinstance(value, dict):
            raise Flaw(f"not_object: {kind_of(value)}, expected an object")
        records = list(unfolded(value, layout.nested)) if layout.nested else [value]
    except Flaw as flaw:
        return [_Dead(raw, str(flaw))]
    return [_cells(one, columns, raw if len(records) == 1 else None) for one in records]


def _cells(record: dict[str, Any], columns: NestedColumns, raw: bytes | None) -> Cells | _Dead:
    """The cells of a record; `raw` is how it is written, where it is not one of several."""
    try:
        return {name: cell_of(value) for name, value in columns.added(record).items()}
    except Flaw as flaw:
        return _Dead(raw or compact(record).encode(), str(flaw))
