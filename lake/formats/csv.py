"""CSV as found: every physical line becomes part of a record, a dead letter, the header or a blank line.

Lines are counted from the bytes; records are parsed by block. A block that Arrow's parser can be trusted with (as many
records as line ends, no quote inside a text, no undecodable byte) goes the fast way; any other goes record by record
through Python's `csv`, strictly. Arrow alone would fold lines into one field after a stray quote, without an error.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv

from lake.errors import DataError

BLOCK_BYTES = 1 << 22
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Dialect:
    """How one file is written: settled by the source's configuration and the file's own header."""

    delimiter: str
    quote: str
    encoding: str
    has_multiline_fields: bool = False

    @cached_property
    def quote_inside_text(self) -> re.Pattern[bytes]:
        """A quote with text on both sides: neither opening nor closing a field, nor doubled."""
        quote, delimiter = re.escape(self.quote.encode()), re.escape(self.delimiter.encode())
        edge = rb"[" + delimiter + rb"\r\n" + quote + rb"]"
        return re.compile(rb"(?<!" + edge + rb")(?<!^)" + quote + rb"(?!" + edge + rb")(?!$)")


@dataclass(frozen=True)
class DeadLetter:
    """A record that could not be parsed into fields."""

    record_number: int
    line_number: int
    reason: str
    raw: bytes


@dataclass(frozen=True)
class Block:
    """Some of a file's records: the numbers and text columns of those that parsed, and the others."""

    record_numbers: pa.Array
    columns: list[pa.Array]
    dead_letters: list[DeadLetter]
    line_count: int
    record_count: int
    blank_line_count: int
    line_break_in_field_count: int


@dataclass(frozen=True)
class Header:
    """The first line that is not blank, as text and as names."""

    text: str
    names: list[str]
    delimiter: str
    line_count: int


class StrayQuote(DataError):
    """A quote where none may be: the borders of records cannot be trusted after it."""


def utf8_lines(stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    """Whole lines in blocks of about BLOCK_BYTES, the byte-order mark taken off; UTF-16 and UTF-32 turned into UTF-8.

    Other encodings keep their bytes: in all of them a line feed is one byte. Raises DataError where the file's mark
    contradicts the encoding promised.
    """
    first = stream.read(BLOCK_BYTES)
    marked = next((name for mark, name in _MARKS if first.startswith(mark)), None)
    wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    if marked and marked != "utf-8" and not wide:
        raise DataError(f"the file begins with the byte-order mark of {marked}, promised {encoding}; "
                        f'say encoding = "{marked}" under [read] if all files of the source are so')
    if wide:
        yield from _whole_lines(_transcoded(first, stream, encoding))
        return
    if marked == "utf-8":
        first = first[len(codecs.BOM_UTF8):]
    yield from _whole_lines(_chunks(first, stream))


def read_header(line: bytes, *, line_count: int, encoding: str, quote: str, delimiter: str) -> Header:
    """The names in a header line under one delimiter; the whole line is one name where it cannot be parsed so.

    Raises DataError where it cannot be decoded.
    """
    try:
        text = line.decode(encoding).rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise DataError(f"line {line_count}: the header is not {encoding}: {error.reason} "
                        f"at byte {error.start + 1}") from None
    try:
        names = next(csv.reader([text], delimiter=delimiter, quotechar=quote, strict=True), [])
    except csv.Error:
        names = [text]
    return Header(text, names, delimiter, line_count)


def records(blocks: Iterator[bytes], dialect: Dialect, *, column_count: int, first_line: int) -> Iterator[Block]:
    """The records of a file after its header, block by block, numbered from 1 and by line from `first_line`."""
    if dialect.has_multiline_fields:
        blocks = iter((b"".join(blocks),))
    record, line = 1, first_line
    for block in blocks:
        parsed = _fast(block, dialect, column_count, record) or _exact(block, dialect, column_count, record, line)
        yield parsed
        record += parsed.record_count
        line += parsed.line_count


def _fast(block: bytes, dialect: Dialect, column_count: int, first_record: int) -> Block | None:
    """The block by Arrow, or None where its answer could differ from the strict reading."""
    line_count = _line_count(block)
    text = _decoded(block, dialect.encoding)
    if text is None or column_count == 1 or dialect.has_multiline_fields or dialect.quote_inside_text.search(text):
        return None
    invalid: list[object] = []

    def refuse(row: object) -> str:
        invalid.append(row)
        return "error"

    names = [str(i) for i in range(column_count)]
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(text),
            read_options=pa.csv.ReadOptions(use_threads=False, column_names=names, block_size=len(text) + 1),
            parse_options=pa.csv.ParseOptions(delimiter=dialect.delimiter, quote_char=dialect.quote,
                                              invalid_row_handler=refuse),
            convert_options=pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()),
                                                  strings_can_be_null=False, null_values=[]),
        )
    except pa.ArrowInvalid:
        return None
    if invalid or table.num_rows != line_count:
        return None
    numbers = pa.array(np.arange(first_record, first_record + table.num_rows))
    columns = [column.combine_chunks() for column in table.columns]
    return Block(numbers, columns, [], line_count, table.num_rows, 0, 0)


def _exact(block: bytes, dialect: Dialect, column_count: int, first_record: int, first_line: int) -> Block:
    numbers: list[int] = []
    rows: list[list[str]] = []
    dead: list[DeadLetter] = []
    record, line, blank, breaks = first_record, first_line, 0, 0
    for raw in _raw_records(block, dialect, first_line):
        inside = _line_count(raw) - 1
        if not raw.strip(b"\r\n"):
            blank += 1
        else:
            fields, reason = _fields(raw, dialect, column_count)
            if reason:
                dead.append(DeadLetter(record, line, reason, raw.rstrip(b"\r\n")))
            else:
                numbers.append(record)
                rows.append(fields)
            breaks += inside
            record += 1
        line += 1 + inside
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)] if rows else [
        pa.array([], pa.string()) for _ in range(column_count)]
    return Block(pa.array(numbers, pa.int64()), columns, dead, line - first_line, record - first_record, blank, breaks)


def _fields(raw: bytes, dialect: Dialect, column_count: int) -> tuple[list[str], str | None]:
    """The record's fields, or why it has none: `undecodable`, `stray_quote` or `ragged`, with what was found."""
    try:
        text = raw.decode(dialect.encoding)
    except UnicodeDecodeError as error:
        return [], f"undecodable: byte {error.start + 1} of the record is not {dialect.encoding}"
    text = text.removesuffix("\n").removesuffix("\r")
    try:
        parsed = list(csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter, quotechar=dialect.quote,
                                 strict=True))
    except csv.Error as error:
        return [], f"stray_quote: {error}"
    if len(parsed) != 1:
        return [], "stray_quote: a line break outside quotes"
    if len(parsed[0]) != column_count:
        return [], f"ragged: {len(parsed[0])} fields, the header has {column_count}"
    return parsed[0], None


def _raw_records(block: bytes, dialect: Dialect, first_line: int) -> Iterator[bytes]:
    """The block cut into records: at every line end, or where fields may hold line breaks, at those outside quotes."""
    if not dialect.has_multiline_fields:
        yield from _split_lines(block)
        return
    quote, held, started, line = dialect.quote.encode(), b"", first_line, first_line
    for part in _split_lines(block):
        held += part
        line += 1
        if held.count(quote) % 2 == 0:
            yield held
            held, started = b"", line
    if held:
        raise StrayQuote(f"line {started}: a quote opens a field that nothing closes before the end of the file")


def _split_lines(block: bytes) -> list[bytes]:
    """Lines by line feed alone: a lone carriage return is data."""
    lines = block.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def _decoded(block: bytes, encoding: str) -> bytes | None:
    try:
        text = block.decode(encoding)
    except UnicodeDecodeError:
        return None
    return block if encoding.lower() in ("utf-8", "utf8") else text.encode()


def _line_count(block: bytes) -> int:
    return block.count(b"\n") + (not block.endswith(b"\n") and len(block) > 0)


def _chunks(first: bytes, stream: BinaryIO) -> Iterator[bytes]:
    chunk = first
    while chunk:
        yield chunk
        chunk = stream.read(BLOCK_BYTES)


def _transcoded(first: bytes, stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(first, stream):
            yield decoder.decode(chunk).removeprefix("\ufeff").encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeDecodeError as error:
        raise DataError(f"the file is not {encoding}: {error.reason}") from None


def _whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    held = b""
    for chunk in chunks:
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield held + chunk[:cut]
            held = chunk[cut:]
        else:
            held += chunk
    if held:
        yield held
