"""JSON as found: lines of objects, an array of objects, or objects one behind another.

The keys of all objects are the header, so that a key that appears late has its column as any other: what has been
parsed waits on disk until the last object is seen. Numbers land as they are written, nested values as compact JSON
text; null, and a key that an object does not have, as null. What is no object of different keys is a dead letter.

A line is a physical line in lines of objects, and one element in the other two.
"""

from __future__ import annotations

import json
import pickle
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from json.encoder import encode_basestring
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from lake.errors import DataError
from lake.landing.formats.json_elements import BLANKS, elements
from lake.landing.formats.table import Block, DeadLetter, Readable, Table
from lake.landing.formats.text import CountedLines, block_encoding, split_lines, utf8_chunks, whole_lines
from lake.landing.headers import missing_columns, settle

if TYPE_CHECKING:
    from lake.config.configuration import Source
    from lake.config.read_options import Read

MOST_KEYS = 5_000
_WORDS = {True: "true", False: "false", None: "null"}
CELLS_AT_ONCE = 4_000_000
Cells = dict[str, str | None]


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


class _Flaw(ValueError):  # noqa: N818
    """Why a text is no record."""


@dataclass(frozen=True)
class _Dead:
    """A text that is no record, and why."""

    raw: bytes
    reason: str


Parsed = Cells | _Dead | None


@dataclass
class _Survey:
    """What one pass over a file found out, and where what it parsed waits."""

    path: Path
    keys: dict[str, None] = field(default_factory=dict)
    unit_count: int = 0
    has_records: bool = False

    def waiting(self) -> Iterator[list[Parsed]]:
        with self.path.open("rb") as file:
            while file.peek(1):
                yield pickle.load(file)  # noqa: S301 - written by ourselves a moment ago


def open_table(stream: Readable, source: Source, scratch: Path) -> Table:
    """The table of a file. Raises DataError where no object has a required key, and where an array is cut short."""
    encoding = block_encoding(source.read.encoding)
    kind, chunks = _kind(utf8_chunks(stream, source.read.encoding), source.read.records)
    lines = CountedLines(whole_lines(chunks) if kind == "lines" else chunks)
    survey = _surveyed(_units(iter(lines), kind, encoding), encoding, scratch / "parsed", kind)
    keys = list(survey.keys)
    settled = settle(keys, source)
    if settled.missing and survey.has_records:
        raise missing_columns(keys, settled, source, where="the set of all keys of the file")
    return Table(
        header=keys,
        settled=settled,
        dialect={"encoding": encoding, "records": kind},
        header_line_count=0,
        blank_line_count=0,
        blocks=_blocks(survey, keys),
        line_count=lambda: lines.count if kind == "lines" else survey.unit_count,
        suspects="encoding and records",
    )


def record_lines(stream: Readable, read: Read, dialect: Mapping[str, str], scratch: Path) -> Iterator[tuple[int, int]]:
    """Every record's number and its line, or its element."""
    kind, chunks = _kind(utf8_chunks(stream, read.encoding), dialect["records"])
    units = _units(whole_lines(chunks) if kind == "lines" else chunks, kind, dialect["encoding"])
    record = 0
    for line, unit in enumerate(chain.from_iterable(units), start=1):
        if not _is_blank(unit, kind):
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
    return encode_basestring(value) if isinstance(value, str) else _WORDS[value]


def _kind(chunks: Iterator[bytes], said: str | None) -> tuple[str, Iterator[bytes]]:
    """How the objects stand in the file, as said or by the first character, and the chunks with those looked at."""
    if said:
        return said, chunks
    looked_at = []
    for chunk in chunks:
        looked_at.append(chunk)
        if first := chunk.lstrip(BLANKS)[:1]:
            return "array" if first == b"[" else "lines", chain(looked_at, chunks)
    return "lines", iter(looked_at)


def _units(chunks: Iterator[bytes], kind: str, encoding: str) -> Iterator[list[bytes]]:
    """Physical lines, or elements, some at a time."""
    if kind == "lines":
        return map(split_lines, chunks)
    if encoding != "utf-8" and not _has_one_byte_each(encoding):
        raise DataError(
            f"objects in {encoding} are read by lines only (records under [read]); convert the file to UTF-8"
        )
    return elements(chunks, is_array=kind == "array")


def _has_one_byte_each(encoding: str) -> bool:
    """Whether no character can have a bracket or a quote among its bytes."""
    return len(bytes(range(256)).decode(encoding, "replace")) == 256


def _is_blank(unit: bytes, kind: str) -> bool:
    return kind == "lines" and not unit.strip(BLANKS)


def _surveyed(units: Iterator[list[bytes]], encoding: str, path: Path, kind: str) -> _Survey:
    survey = _Survey(path)
    with path.open("wb") as file:
        for some in units:
            parsed = [None if _is_blank(unit, kind) else _parsed(unit, encoding) for unit in some]
            pickle.dump(parsed, file, pickle.HIGHEST_PROTOCOL)
            survey.unit_count += len(some)
            for cells in parsed:
                if isinstance(cells, dict):
                    survey.has_records = True
                    survey.keys.update(dict.fromkeys(cells))
            if len(survey.keys) > MOST_KEYS:
                raise DataError(
                    f"the first {survey.unit_count:,} objects have {len(survey.keys):,} keys, promised at most "
                    f"{MOST_KEYS:,}: its keys look like values"
                )
    return survey


def _blocks(survey: _Survey, keys: Sequence[str]) -> Iterator[Block]:
    record, line = 1, 1
    at_once = max(1, CELLS_AT_ONCE // (len(keys) + 1))
    for parsed in survey.waiting():
        for start in range(0, len(parsed), at_once):
            block = _block(parsed[start : start + at_once], keys, record, line)
            yield block
            record += block.record_count
            line += block.line_count


def _block(parsed: Sequence[Parsed], keys: Sequence[str], first_record: int, first_line: int) -> Block:
    found = [(line, one) for line, one in enumerate(parsed, start=first_line) if one is not None]
    numbered = list(enumerate(found, start=first_record))
    rows = [(record, one) for record, (_, one) in numbered if isinstance(one, dict)]
    return Block(
        record_numbers=pa.array([record for record, _ in rows], pa.int64()),
        columns=[pa.array([cells.get(key) for _, cells in rows], pa.string()) for key in keys],
        dead_letters=[
            DeadLetter(record, line, one.reason, one.raw) for record, (line, one) in numbered if isinstance(one, _Dead)
        ],
        line_count=len(parsed),
        record_count=len(found),
        blank_line_count=len(parsed) - len(found),
        line_break_in_field_count=0,
    )


def _cell(value: Any) -> str | None:
    if isinstance(value, str):
        return str(value)
    return None if value is None else compact(value)


def _parsed(unit: bytes, encoding: str) -> Cells | _Dead:
    """The cells of an object, or why it has none."""
    raw = unit.rstrip(b"\r\n")
    try:
        written = raw.decode(encoding)
        found = _DECODER.decode(written)
        if not isinstance(found, dict):
            return _Dead(raw, f"not_object: {_KINDS[type(found)]}, promised an object")
        cells = {key: _cell(value) for key, value in found.items()}
        if "\\u" in written:
            "".join([*cells, *filter(None, cells.values())]).encode()
    except UnicodeDecodeError as error:
        return _Dead(raw, f"undecodable: byte {error.start + 1} of the record is not {encoding}")
    except UnicodeEncodeError:
        return _Dead(raw, "surrogate: half a character, \\ud800 to \\udfff, stands alone")
    except json.JSONDecodeError as error:
        return _Dead(raw, f"not_json: {error.msg} at character {error.pos + 1}")
    except _Flaw as flaw:
        return _Dead(raw, str(flaw))
    except RecursionError:
        return _Dead(raw, "too_deep: values within values beyond what can be read")
    return cells


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
