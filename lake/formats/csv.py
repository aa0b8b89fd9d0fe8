"""CSV as found: every physical line becomes part of a record, a dead letter, the header or a blank line.

Records are parsed by block. A block in which every quote opens a field, closes one or is doubled, and whose records
are as many as its line ends promise, goes the fast way, by Arrow's parser; any other goes record by record, strictly.
Arrow alone would fold lines into one field after a stray quote, without an error.

A quote that does not begin a field is text (`5" pipe`). A quoted field ends with its closing quote: text after it is a
stray quote, and so is a quote that nothing closes. A carriage return belongs to a line end or to a quoted field.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.csv

from lake.errors import DataError
from lake.formats.table import Block, DeadLetter, Readable, Table
from lake.formats.text import LONGEST_RECORD, CountedLines, block_encoding, line_count_of, split_lines, utf8_lines
from lake.headers import Settled, knows_any, missing_columns, settle

if TYPE_CHECKING:
    from lake.config import Source
    from lake.reading import Read

_LINE_FEED, _RETURN = ord("\n"), ord("\r")


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


@dataclass(frozen=True)
class HeaderLine:
    """The first record that is not blank, as it stands: from line `line_number` on, after blank lines."""

    raw: bytes
    line_number: int
    line_count: int
    blank_line_count: int


@dataclass(frozen=True)
class Header:
    """A header under one delimiter. Where it cannot be parsed so, `flaw` says why, and all of it is one name."""

    names: list[str]
    delimiter: str
    line_number: int
    flaw: str = ""


class StrayQuote(DataError):  # noqa: N818
    """A quote where none may be: the borders of records cannot be trusted after it."""


class _Malformed(Exception):  # noqa: N818
    """A record that is no row of fields: in which field (from 1), and why."""

    def __init__(self, field_number: int, kind: str, why: str) -> None:
        super().__init__(f"{kind}: {why}")
        self.field_number, self.kind, self.why = field_number, kind, why


def open_table(stream: Readable, source: Source, scratch: Path) -> Table:
    """The table of a file, under the first delimiter that gives its header every required column.

    Raises DataError where there is no such header, and while the blocks are taken StrayQuote, unless the source sets
    records with stray quotes aside.
    """
    read = source.read
    encoding = block_encoding(read.encoding)
    lines = CountedLines(utf8_lines(stream, read.encoding))
    line, blocks = take_header(iter(lines), quote=read.quote, has_multiline_fields=read.has_multiline_fields)
    header, settled = _settled_header(line, source, encoding)
    dialect = Dialect(header.delimiter, read.quote, encoding, read.has_multiline_fields)
    parsed = records(blocks, dialect, settled.names, first_line=line.line_number + line.line_count)
    return Table(
        header=header.names,
        settled=settled,
        dialect={"delimiter": header.delimiter, "encoding": encoding},
        header_line_count=line.line_count,
        blank_line_count=line.blank_line_count,
        blocks=_without_stray_quotes(parsed, source.name) if read.stray_quotes == "stop" else parsed,
        line_count=lambda: lines.count,
        suspects="encoding, delimiter and quote",
    )


def record_lines(stream: Readable, read: Read, dialect: Mapping[str, str], scratch: Path) -> Iterator[tuple[int, int]]:
    """Every record's number and the line on which it begins, as `records` counts them."""
    known = Dialect(dialect["delimiter"], read.quote, dialect["encoding"], read.has_multiline_fields)
    header, blocks = take_header(
        utf8_lines(stream, read.encoding), quote=known.quote, has_multiline_fields=known.has_multiline_fields
    )
    record, line = 1, header.line_number + header.line_count
    for block in _whole_records(blocks, known) if known.has_multiline_fields else blocks:
        for raw in _cut(block, known)[0]:
            if raw.strip(b"\r\n"):
                yield record, line
                record += 1
            line += line_count_of(raw)


def _settled_header(line: HeaderLine, source: Source, encoding: str) -> tuple[Header, Settled]:
    tried = []
    for delimiter in source.read.delimiters:
        header = read_header(line, encoding=encoding, quote=source.read.quote, delimiter=delimiter)
        settled = settle(header.names, source)
        if not settled.missing:
            return header, settled
        tried.append((header, settled))
    header, settled = min(tried, key=lambda one: len(one[1].missing))
    flaw = f" ({header.flaw})" if header.flaw else ""
    if not knows_any(header.names, source):
        raise DataError(
            f"line {line.line_number}: none of its {len(header.names)} cells (delimiter {header.delimiter!r}){flaw} is "
            f"a header that source {source.name} knows; promised a header line with {'; '.join(settled.missing)} "
            f"({source.where})"
        )
    where = f"line {line.line_number}: the header, read with delimiter {header.delimiter!r}{flaw},"
    raise missing_columns(header.names, settled, source, where=where, mend=", or add the delimiter to [read]")


def _without_stray_quotes(blocks: Iterator[Block], source_name: str) -> Iterator[Block]:
    for block in blocks:
        stray = next((letter for letter in block.dead_letters if letter.reason.startswith("stray_quote")), None)
        if stray:
            said = stray.reason.replace("_", " ", 1)
            raise StrayQuote(
                f"line {stray.line_number}, record {stray.record_number}: {said}; mend the line, say "
                'has_multiline_fields = true if fields may hold line breaks, or stray_quotes = "dead_letter" to set '
                f"such records aside (both under [read] of source {source_name})"
            )
        yield block


def take_header(
    blocks: Iterator[bytes], *, quote: str, has_multiline_fields: bool
) -> tuple[HeaderLine, Iterator[bytes]]:
    """The header, unparsed since its delimiter is not known yet, and the blocks after it."""
    held, blank_count, line_count = b"", 0, 0
    for block in blocks:
        while block and len(held) <= LONGEST_RECORD:
            line, end, block = block.partition(b"\n")
            if not held and not line.strip():
                blank_count += 1
                continue
            held += line + end
            line_count += 1
            if not has_multiline_fields or held.count(quote.encode()) % 2 == 0:
                return HeaderLine(held, blank_count + 1, line_count, blank_count), _after(block, blocks)
        if len(held) > LONGEST_RECORD:
            break
    if held:
        raise DataError(f"line {blank_count + 1}: the header opens a quote that nothing closes")
    raise DataError(
        f"found {blank_count} blank lines, promised a header line"
        if blank_count
        else "the file is empty, promised a header line"
    )


def read_header(line: HeaderLine, *, encoding: str, quote: str, delimiter: str) -> Header:
    """The names in a header under one delimiter. Raises DataError where it cannot be decoded or has no line end."""
    where = f"line {line.line_number}"
    try:
        text = line.raw.decode(encoding).rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{where}: byte {error.start + 1} of the header is not {encoding}: {error.reason}; say the "
            "file's encoding under [read]"
        ) from None
    if "\0" in text:
        raise DataError(
            f"{where}: the header holds NUL characters, so that the file is not {encoding}; say its "
            "encoding under [read], such as utf-16-le"
        )
    try:
        return Header(_split(text, Dialect(delimiter, quote, encoding)), delimiter, line.line_number)
    except _Malformed as flaw:
        if flaw.kind == "stray_return":
            raise DataError(
                f"{where}: the header holds a carriage return without a line feed, as in files of old "
                "Macs; promised lines that end with a line feed; convert the file"
            ) from None
        return Header([text], delimiter, line.line_number, f"field {flaw.field_number}: {flaw.why}")


def records(blocks: Iterator[bytes], dialect: Dialect, names: Sequence[str], *, first_line: int) -> Iterator[Block]:
    """The records of a file after its header, block by block, numbered from 1 and by line from `first_line`.

    Raises StrayQuote where fields may hold line breaks and a quote opens one that nothing closes.
    """
    record, line = 1, first_line
    for block in _whole_records(blocks, dialect) if dialect.has_multiline_fields else blocks:
        parsed = _fast(block, dialect, len(names), record) or _exact(block, dialect, names, record, line)
        yield parsed
        record += parsed.record_count
        line += parsed.line_count


def _fast(block: bytes, dialect: Dialect, column_count: int, first_record: int) -> Block | None:
    """The block by Arrow, or None where its answer could differ from the strict reading."""
    text = _decoded(block, dialect.encoding)
    # Arrow takes U+FEFF at the beginning of a block for a byte-order mark.
    if text is None or text.startswith(codecs.BOM_UTF8):
        return None
    breaks = _breaks_in_fields(text, dialect)
    if breaks is None or (breaks and not dialect.has_multiline_fields):
        return None
    table = _by_arrow(text, dialect, column_count)
    line_count = line_count_of(block)
    if table is None or table.num_rows != line_count - breaks:
        return None
    numbers = pa.array(np.arange(first_record, first_record + table.num_rows, dtype=np.int64))
    columns = [column.combine_chunks() for column in table.columns]
    return Block(numbers, columns, [], line_count, table.num_rows, 0, breaks)


def _by_arrow(text: bytes, dialect: Dialect, column_count: int) -> pa.Table | None:
    """All rows as text; None where one is ragged."""
    names = [str(i) for i in range(column_count)]
    try:
        return pa.csv.read_csv(
            pa.BufferReader(text),
            read_options=pa.csv.ReadOptions(use_threads=False, column_names=names, block_size=len(text) + 1),
            parse_options=pa.csv.ParseOptions(
                delimiter=dialect.delimiter, quote_char=dialect.quote, newlines_in_values=dialect.has_multiline_fields
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, null_values=[]
            ),
        )
    except pa.ArrowInvalid:
        return None


def _breaks_in_fields(text: bytes, dialect: Dialect) -> int | None:
    """The line feeds inside quoted fields; None where a quote or a carriage return stands anywhere else.

    Where every quote at an even place begins a field or doubles the one before it, and every quote at an odd place
    ends a field or is doubled by the next, all parsers agree on what is inside.
    """
    if text.count(b"\r") != text.count(b"\r\n"):
        return None
    seen = np.frombuffer(b"\n" + text + b"\n", np.uint8)
    quotes = np.flatnonzero(seen == ord(dialect.quote))
    if not len(quotes):
        return 0
    if len(quotes) % 2:
        return None
    opening, closing = quotes[::2], quotes[1::2]
    is_doubled = opening[1:] == closing[:-1] + 1
    begins = np.isin(seen[opening - 1], (ord(dialect.delimiter), _LINE_FEED))
    ends = np.isin(seen[closing + 1], (ord(dialect.delimiter), _LINE_FEED, _RETURN))
    begins[1:] |= is_doubled
    ends[:-1] |= is_doubled
    if not (begins.all() and ends.all()):
        return None
    return int((np.searchsorted(quotes, np.flatnonzero(seen == _LINE_FEED)) % 2).sum())


def _exact(block: bytes, dialect: Dialect, names: Sequence[str], first_record: int, first_line: int) -> Block:
    """The block record by record."""
    numbers: list[int] = []
    rows: list[list[str]] = []
    dead: list[DeadLetter] = []
    record, line, blank, breaks = first_record, first_line, 0, 0
    raws, unclosed = _cut(block, dialect)
    for raw in raws:
        inside = line_count_of(raw) - 1
        if not raw.strip(b"\r\n"):
            blank += 1
        else:
            fields, reason = _fields(raw, dialect, names)
            if reason:
                dead.append(DeadLetter(record, line, reason, raw.rstrip(b"\r\n")))
            else:
                numbers.append(record)
                rows.append(fields)
            breaks += inside
            record += 1
        line += 1 + inside
    if unclosed:
        _, reason = _fields(unclosed, dialect, names)
        last = line + line_count_of(unclosed) - 1
        said = reason.replace("_", " ", 1)
        raise StrayQuote(f"line {line}, record {record}: {said}, up to line {last}; mend the line")
    return Block(
        pa.array(numbers, pa.int64()),
        _columns(rows, len(names)),
        dead,
        line - first_line,
        record - first_record,
        blank,
        breaks,
    )


def _columns(rows: list[list[str]], column_count: int) -> list[pa.Array]:
    columns = zip(*rows, strict=True) if rows else [()] * column_count
    return [pa.array(column, pa.string()) for column in columns]


def _fields(raw: bytes, dialect: Dialect, names: Sequence[str]) -> tuple[list[str], str]:
    """The record's fields, or why it has none: `undecodable`, `stray_quote`, `stray_return` or `ragged`, and where."""
    try:
        text = raw.decode(dialect.encoding)
    except UnicodeDecodeError as error:
        number = _field_number_at(raw[: error.start].decode(dialect.encoding, "replace"), dialect)
        return [], (
            f"undecodable: byte {error.start + 1} of the record, in {_named(number, names)}, is not {dialect.encoding}"
        )
    try:
        fields = _split(text.removesuffix("\n").rstrip("\r"), dialect)
    except _Malformed as flaw:
        return [], f"{flaw} ({_named(flaw.field_number, names)})"
    if len(fields) != len(names):
        return [], f"ragged: {len(fields)} fields, the header has {len(names)}"
    return fields, ""


def _split(text: str, dialect: Dialect) -> list[str]:
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
                raise _Malformed(len(fields) + 1, "stray_return", "a carriage return outside quotes")
        fields.append(field)
        if at == len(text):
            return fields
        at += 1


def _quoted(text: str, at: int, dialect: Dialect, field_number: int) -> tuple[str, int]:
    """A quoted field and where it ends."""
    found = dialect.quoted_field.match(text, at)
    if not found:
        raise _Malformed(field_number, "stray_quote", "a quote opens the field and nothing closes it")
    end = found.end()
    if end < len(text) and text[end] != dialect.delimiter:
        raise _Malformed(field_number, "stray_quote", "text follows the quote that closes the field")
    return found[1].replace(dialect.quote * 2, dialect.quote), end


def _field_number_at(before: str, dialect: Dialect) -> int:
    """The number of the field in which a record's text breaks off."""
    try:
        return len(_split(before, dialect))
    except _Malformed as flaw:
        return flaw.field_number


def _named(field_number: int, names: Sequence[str]) -> str:
    return f"column {names[field_number - 1]!r}" if field_number <= len(names) else f"field {field_number}"


def _whole_records(blocks: Iterator[bytes], dialect: Dialect) -> Iterator[bytes]:
    """Blocks cut where a record ends; the last may end in one that its quote leaves open."""
    rest = b""
    for block in blocks:
        raws, rest = _cut(rest + block, dialect)
        if raws:
            yield b"".join(raws)
        if len(rest) > LONGEST_RECORD:
            break
    if rest:
        yield rest


def _cut(block: bytes, dialect: Dialect) -> tuple[list[bytes], bytes]:
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


def _decoded(block: bytes, encoding: str) -> bytes | None:
    """The block as UTF-8, or None where it is not what it was promised to be."""
    try:
        text = block.decode(encoding)
    except UnicodeDecodeError:
        return None
    return block if encoding == "utf-8" else text.encode()


def _after(rest: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    return chain((rest,) if rest else (), blocks)
