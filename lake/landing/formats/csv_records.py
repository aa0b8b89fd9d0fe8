"""CSV record by record, strictly: the fields of each, or why it has none.

A quote that does not begin a field is text (`5" pipe`). A quoted field ends with its closing quote: text after it is a
stray quote, and so is a quote that nothing closes. A carriage return belongs to a line end or to a quoted field.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from lake.errors import DataError
from lake.landing.formats.table import Block, DeadLetter
from lake.landing.formats.text import line_count_of, split_lines


@dataclass(frozen=True)
class Dialect:
    """How one file is written: settled by the source's configuration and the file's own header."""

    delimiter: str
    quote: str
    encoding: str
    has_multiline_fields: bool = False

    @cached_property
    def quoted_field(self) -> re.Pattern[str]:
        quote = re.escape(self.quote)
        return re.compile(f"{quote}((?:[^{quote}]++|{quote}{quote})*+){quote}")

    @cached_property
    def rest_of_quoted_field(self) -> re.Pattern[bytes]:
        quote = re.escape(self.quote.encode())
        return re.compile(b"(?:[^%b]++|%b%b)*+%b" % (quote, quote, quote, quote))


class StrayQuote(DataError):  # noqa: N818
    """A quote where none may be: the borders of records cannot be trusted after it."""


class Malformed(Exception):  # noqa: N818
    """A record that is no row of fields: in which field (from 1), and why."""

    def __init__(self, field_number: int, kind: str, why: str) -> None:
        super().__init__(f"{kind}: {why}")
        self.field_number, self.kind, self.why = field_number, kind, why


def exact_block(block: bytes, dialect: Dialect, names: Sequence[str], first_record: int, first_line: int) -> Block:
    """The block record by record."""
    numbers: list[int] = []
    rows: list[list[str]] = []
    dead: list[DeadLetter] = []
    record, line, blank, breaks = first_record, first_line, 0, 0
    raws, unclosed = cut_records(block, dialect)
    for raw in raws:
        inside = line_count_of(raw) - 1
        if not raw.strip(b"\r\n"):
            blank += 1
        else:
            fields, reason = fields_of(raw, dialect, names)
            if reason:
                dead.append(DeadLetter(record, line, reason, raw.rstrip(b"\r\n")))
            else:
                numbers.append(record)
                rows.append(fields)
            breaks += inside
            record += 1
        line += 1 + inside
    if unclosed:
        _, reason = fields_of(unclosed, dialect, names)
        last = line + line_count_of(unclosed) - 1
        said = reason.replace("_", " ", 1)
        raise StrayQuote(f"line {line}, record {record}: {said}, up to line {last}; mend the line")
    return Block(
        pa.array(numbers, pa.int64()),
        text_columns(rows, len(names)),
        dead,
        line - first_line,
        record - first_record,
        blank,
        breaks,
    )


def text_columns(rows: list[list[str]], column_count: int) -> list[pa.Array]:
    columns = zip(*rows, strict=True) if rows else [()] * column_count
    return [pa.array(column, pa.string()) for column in columns]


def fields_of(raw: bytes, dialect: Dialect, names: Sequence[str]) -> tuple[list[str], str]:
    """The record's fields, or why it has none: `undecodable`, `stray_quote`, `stray_return` or `ragged`, and where."""
    try:
        text = raw.decode(dialect.encoding)
    except UnicodeDecodeError as error:
        number = _field_number_at(raw[: error.start].decode(dialect.encoding, "replace"), dialect)
        return [], (
            f"undecodable: byte {error.start + 1} of the record, in {_named(number, names)}, is not {dialect.encoding}"
        )
    try:
        fields = split_fields(text.removesuffix("\n").rstrip("\r"), dialect)
    except Malformed as flaw:
        return [], f"{flaw} ({_named(flaw.field_number, names)})"
    if len(fields) != len(names):
        return [], f"ragged: {len(fields)} fields, the header has {len(names)}"
    return fields, ""


def split_fields(text: str, dialect: Dialect) -> list[str]:
    """The fields of a record without its line end."""
    quote, delimiter = dialect.quote, dialect.delimiter
    if quote not in text and "\r" not in text:
        return text.split(delimiter)
    fields: list[str] = []
    at = 0
    while True:
        if text.startswith(quote, at):
            field, at = _quoted(text, at, dialect, len(fields) + 1)
        else:
            end = text.find(delimiter, at)
            field, at = text[at : end if end >= 0 else None], end if end >= 0 else len(text)
            if "\r" in field:
                raise Malformed(len(fields) + 1, "stray_return", "a carriage return outside quotes")
        fields.append(field)
        if at == len(text):
            return fields
        at += 1


def _quoted(text: str, at: int, dialect: Dialect, field_number: int) -> tuple[str, int]:
    """A quoted field and where it ends."""
    found = dialect.quoted_field.match(text, at)
    if not found:
        raise Malformed(field_number, "stray_quote", "a quote opens the field and nothing closes it")
    end = found.end()
    if end < len(text) and text[end] != dialect.delimiter:
        raise Malformed(field_number, "stray_quote", "text follows the quote that closes the field")
    return found[1].replace(dialect.quote * 2, dialect.quote), end


def _field_number_at(before: str, dialect: Dialect) -> int:
    """The number of the field in which a record's text breaks off."""
    try:
        return len(split_fields(before, dialect))
    except Malformed as flaw:
        return flaw.field_number


def _named(field_number: int, names: Sequence[str]) -> str:
    return f"column {names[field_number - 1]!r}" if field_number <= len(names) else f"field {field_number}"


def cut_records(block: bytes, dialect: Dialect) -> tuple[list[bytes], bytes]:
    """The records of a block that begins with one, and the beginning of one that a quote leaves open at its end."""
    lines = split_lines(block)
    if not dialect.has_multiline_fields:
        return lines, b""
    raws: list[bytes] = []
    held: list[bytes] = []
    is_open = False
    for line in lines:
        held.append(line)
        is_open = _leaves_open(line, dialect, is_open)
        if not is_open:
            raws.append(b"".join(held))
            held = []
    return raws, b"".join(held)


def _leaves_open(line: bytes, dialect: Dialect, is_open: bool) -> bool:
    """Whether a quoted field is open at the end of a line, by whether one was at its beginning."""
    quote, at = dialect.quote.encode(), 0
    next_opening = dialect.delimiter.encode() + quote
    if not is_open and line.startswith(quote):
        is_open, at = True, 1
    while True:
        if is_open:
            closing = dialect.rest_of_quoted_field.match(line, at)
            if not closing:
                return True
            at = closing.end()
        opening = line.find(next_opening, at)
        if opening < 0:
            return False
        is_open, at = True, opening + len(next_opening)
