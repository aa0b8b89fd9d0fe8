"""CSV as found: every physical line becomes part of a record, a dead letter, the header or a blank line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from lake.errors import DataError
from lake.landing.formats.csv_blocks import records, whole_records
from lake.landing.formats.csv_records import Dialect, Malformed, StrayQuote, cut_records, split_fields
from lake.landing.formats.table import Block, Readable, Table
from lake.landing.formats.text import LONGEST_RECORD, CountedLines, block_encoding, line_count_of, utf8_lines
from lake.landing.headers import Settled, knows_any, missing_columns, settle

if TYPE_CHECKING:
    from lake.config.configuration import Source
    from lake.config.read_options import Read


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
    for block in whole_records(blocks, known) if known.has_multiline_fields else blocks:
        for raw in cut_records(block, known)[0]:
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
            f"a header that source {source.name} knows; expected a header line with {'; '.join(settled.missing)} "
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
        f"found {blank_count} blank lines, expected a header line"
        if blank_count
        else "the file is empty, expected a header line"
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
        return Header(split_fields(text, Dialect(delimiter, quote, encoding)), delimiter, line.line_number)
    except Malformed as flaw:
        if flaw.kind == "stray_return":
            raise DataError(
                f"{where}: the header holds a carriage return without a line feed, as in files of old "
                "Macs; expected lines that end with a line feed; convert the file"
            ) from None
        return Header([text], delimiter, line.line_number, f"field {flaw.field_number}: {flaw.why}")


def _after(rest: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    return chain((rest,) if rest else (), blocks)
