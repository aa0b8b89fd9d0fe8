"""JSON as found: lines of objects, an array of objects, or objects one behind another.

The file is read twice: first for the keys of all its objects, which are the header, so that a key that appears late
has its column as any other; then for the records. Numbers land as they are written, nested values as compact JSON
text; null, and a key that an object does not have, as null. What is no object of different keys is a dead letter.

A line is a physical line in lines of objects, and one element in the other two.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from lake.errors import DataError
from lake.formats import text
from lake.formats.json_elements import BLANKS, elements
from lake.formats.table import Block, DeadLetter, Readable, Table
from lake.formats.text import block_encoding, split_lines, utf8_chunks, whole_lines
from lake.headers import missing_columns, settle

if TYPE_CHECKING:
    from lake.config import Read, Source

MOST_KEYS = 5_000
CELLS_AT_ONCE = 4_000_000
Cells = dict[str, str | None]


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


class _Flaw(ValueError):  # noqa: N818
    """Why a text is no record."""


@dataclass(frozen=True)
class _Text:
    """The text of a file on disk, and how its objects stand in it."""

    path: Path
    encoding: str
    kind: str

    def units(self) -> Iterator[list[bytes]]:
        """Physical lines, or elements, some at a time."""
        if self.kind == "lines":
            yield from map(split_lines, whole_lines(self.chunks()))
        else:
            yield from elements(self.chunks(), is_array=self.kind == "array")

    def chunks(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while chunk := file.read(text.BLOCK_BYTES):
                yield chunk

    def is_blank(self, unit: bytes) -> bool:
        return self.kind == "lines" and not unit.strip(BLANKS)


def open_table(stream: Readable, source: Source, scratch: Path) -> Table:
    """The table of a file. Raises DataError where no object has a required key, and where an array is cut short."""
    kept, line_count = _kept(stream, source.read, scratch, source.read.records)
    keys, unit_count, has_records = _surveyed(kept)
    settled = settle(keys, source)
    if settled.missing and has_records:
        raise missing_columns(keys, settled, source, where="the set of all keys of the file")
    return Table(
        header=keys,
        settled=settled,
        dialect={"encoding": kept.encoding, "records": kept.kind},
        header_line_count=0,
        blank_line_count=0,
        blocks=_blocks(kept, keys),
        line_count=lambda: line_count if kept.kind == "lines" else unit_count,
        suspects="encoding and records",
    )


def record_lines(stream: Readable, read: Read, dialect: Mapping[str, str], scratch: Path) -> Iterator[tuple[int, int]]:
    """Every record's number and its line, or its element."""
    kept, _ = _kept(stream, read, scratch, dialect["records"])
    record = 0
    for line, unit in enumerate(chain.from_iterable(kept.units()), start=1):
        if not kept.is_blank(unit):
            record += 1
            yield record, line


def compact(value: Any) -> str:
    """A parsed value as JSON text without blanks, its numbers as they were written."""
    if isinstance(value, _Number):
        return value
    if isinstance(value, dict):
        return "{" + ",".join(f"{compact(key)}:{compact(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _kept(stream: Readable, read: Read, scratch: Path, kind: str | None) -> tuple[_Text, int]:
    """The text on disk, since it is read twice, and its physical lines."""
    path, encoding = scratch / "text", block_encoding(read.encoding)
    first, last, line_feeds = b"", b"", 0
    with path.open("wb") as file:
        for chunk in utf8_chunks(stream, read.encoding):
            file.write(chunk)
            first, last = first or chunk.lstrip(BLANKS)[:1], chunk[-1:] or last
            line_feeds += chunk.count(b"\n")
    kept = _Text(path, encoding, kind or ("array" if first == b"[" else "lines"))
    if kept.kind != "lines" and not _may_be_cut(encoding):
        raise DataError(
            f"objects in {encoding} are read by lines only (records under [read]); convert the file to UTF-8"
        )
    return kept, line_feeds + (last not in (b"", b"\n"))


def _may_be_cut(encoding: str) -> bool:
    """Whether no character has a bracket or a quote among its bytes but these themselves."""
    return encoding == "utf-8" or len(bytes(range(256)).decode(encoding, "replace")) == 256


def _surveyed(kept: _Text) -> tuple[list[str], int, bool]:
    """The keys of all objects as they appear one after another, the number of units, and whether any is a record."""
    keys: dict[str, None] = {}
    unit_count, has_records = 0, False
    for units in kept.units():
        unit_count += len(units)
        for unit in units:
            if not kept.is_blank(unit):
                parsed, _ = _parsed(unit, kept.encoding)
                has_records = has_records or parsed is not None
                keys.update(dict.fromkeys(parsed or ()))
        if len(keys) > MOST_KEYS:
            raise DataError(
                f"the first {unit_count:,} objects have {len(keys):,} keys, promised at most {MOST_KEYS:,}: its keys "
                "look like values"
            )
    return list(keys), unit_count, has_records


def _blocks(kept: _Text, keys: Sequence[str]) -> Iterator[Block]:
    record, line = 1, 1
    at_once = max(1, CELLS_AT_ONCE // (len(keys) + 1))
    for units in kept.units():
        for start in range(0, len(units), at_once):
            block = _block(kept, units[start : start + at_once], keys, record, line)
            yield block
            record += block.record_count
            line += block.line_count


def _block(kept: _Text, units: list[bytes], keys: Sequence[str], first_record: int, first_line: int) -> Block:
    numbers: list[int] = []
    rows: list[Cells] = []
    dead: list[DeadLetter] = []
    record = first_record
    for line, unit in enumerate(units, start=first_line):
        if kept.is_blank(unit):
            continue
        parsed, reason = _parsed(unit, kept.encoding)
        if parsed is None:
            dead.append(DeadLetter(record, line, reason, unit.rstrip(b"\r\n")))
        else:
            numbers.append(record)
            rows.append(parsed)
        record += 1
    return Block(
        record_numbers=pa.array(numbers, pa.int64()),
        columns=[pa.array([row.get(key) for row in rows], pa.string()) for key in keys],
        dead_letters=dead,
        line_count=len(units),
        record_count=record - first_record,
        blank_line_count=len(units) - (record - first_record),
        line_break_in_field_count=0,
    )


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    return str(value) if isinstance(value, str) else compact(value)


def _parsed(unit: bytes, encoding: str) -> tuple[Cells | None, str]:
    """The cells of an object, or why it has none."""
    try:
        written = unit.rstrip(b"\r\n").decode(encoding)
        found = _DECODER.decode(written)
        if not isinstance(found, dict):
            return None, f"not_object: {_KINDS[type(found)]}, promised an object"
        cells = {key: _cell(value) for key, value in found.items()}
        if "\\u" in written:
            "".join([*cells, *filter(None, cells.values())]).encode()
    except UnicodeDecodeError as error:
        return None, f"undecodable: byte {error.start + 1} of the record is not {encoding}"
    except UnicodeEncodeError:
        return None, "surrogate: half a character, \\ud800 to \\udfff, stands alone"
    except json.JSONDecodeError as error:
        return None, f"not_json: {error.msg} at character {error.pos + 1}"
    except _Flaw as flaw:
        return None, str(flaw)
    except RecursionError:
        return None, "too_deep: values within values beyond what can be read"
    return cells, ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise _Flaw(f"twice: key {name[:80]!r}")
    return found


def _constant(name: str) -> None:
    raise _Flaw(f"not_json: {name}")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_Number, parse_float=_Number, parse_constant=_constant)
_KINDS: dict[type, str] = {
    list: "an array", str: "a text", _Number: "a number", bool: "true or false", type(None): "null",
}  # fmt: skip
