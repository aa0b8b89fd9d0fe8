"""Fixed width ("a notepad file"): columns stand at the same characters of every line.

The characters between declared columns land too, under the name of their place (`from_11_to_15`): nothing of a line
is lost. The spaces that fill a column up are no part of its text. A line that ends before its last column, or that has
more than spaces behind it, is a dead letter. Places are counted in characters, not bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.errors import DataError
from lake.landing.formats.table import Block, DeadLetter, Readable, Table
from lake.landing.formats.text import CountedLines, block_encoding, split_lines, utf8_lines
from lake.landing.headers import missing_columns, settle

if TYPE_CHECKING:
    from lake.config.configuration import Source
    from lake.config.read_options import Read, Slice

Cut = tuple[str, int, int]


def open_table(stream: Readable, source: Source, scratch: Path) -> Table:
    """The table of a file. Raises DataError where the layout lacks a required column, or the file a header line."""
    read = source.read
    encoding = block_encoding(read.encoding)
    cuts = cuts_of(read.layout)
    header = [name for name, _, _ in cuts]
    settled = settle(header, source)
    if settled.missing:
        raise missing_columns(header, settled, source, where="the layout under [read]")
    lines = CountedLines(utf8_lines(stream, read.encoding))
    blocks = _below_header(iter(lines), read.header_line_count)
    return Table(
        header=header,
        settled=settled,
        dialect={"encoding": encoding, "header_line_count": str(read.header_line_count)},
        header_line_count=read.header_line_count,
        blank_line_count=0,
        blocks=records(
            blocks, cuts, encoding, is_padded=read.short_lines == "pad", first_line=1 + read.header_line_count
        ),
        line_count=lambda: lines.count,
        suspects="encoding and layout",
    )


def record_lines(stream: Readable, read: Read, dialect: Mapping[str, str], scratch: Path) -> Iterator[tuple[int, int]]:
    """Every record's number and the line on which it stands."""
    header_line_count = int(dialect["header_line_count"])
    lines = chain.from_iterable(map(split_lines, utf8_lines(stream, read.encoding)))
    record = 0
    for number, line in enumerate(lines, start=1):
        if number > header_line_count and line.rstrip(b"\r\n").strip(b" "):
            record += 1
            yield record, number


def cuts_of(layout: Sequence[Slice]) -> list[Cut]:
    """Name, first and last place (from 1) of every column, those between the declared ones too."""
    cuts: list[Cut] = []
    end = 0
    for column in layout:
        if column.start > end + 1:
            cuts.append((f"from_{end + 1}_to_{column.start - 1}", end + 1, column.start - 1))
        end = column.start + column.width - 1
        cuts.append((column.name, column.start, end))
    return cuts


def records(
    blocks: Iterator[bytes], cuts: Sequence[Cut], encoding: str, *, is_padded: bool, first_line: int
) -> Iterator[Block]:
    """The records of the lines, numbered from 1. A line of nothing but spaces is blank."""
    record, line = 1, first_line
    for block in blocks:
        parsed = _parsed(block, cuts, encoding, is_padded, record, line)
        yield parsed
        record += parsed.record_count
        line += parsed.line_count


def _parsed(
    block: bytes, cuts: Sequence[Cut], encoding: str, is_padded: bool, first_record: int, first_line: int
) -> Block:
    raws = [line.rstrip(b"\r\n") for line in split_lines(block)]
    places = [place for place, raw in enumerate(raws) if raw.strip(b" ")]
    texts = _decoded([raws[place] for place in places], encoding)
    reasons = _reasons(texts, cuts, is_padded, encoding)
    dead = [
        DeadLetter(first_record + at, first_line + places[at], reason, raws[places[at]])
        for at, reason in sorted(reasons.items())
    ]
    parses = np.ones(len(places), bool)
    parses[list(reasons)] = False
    landed = texts.filter(pa.array(parses))
    return Block(
        record_numbers=pa.array(np.flatnonzero(parses) + first_record, pa.int64()),
        columns=[_column(landed, first, last) for _, first, last in cuts],
        dead_letters=dead,
        line_count=len(raws),
        record_count=len(places),
        blank_line_count=len(raws) - len(places),
        line_break_in_field_count=0,
    )


def _decoded(raws: list[bytes], encoding: str) -> pa.Array:
    """The lines as text, null where one is not in the encoding."""
    try:
        return pa.array([raw.decode(encoding) for raw in raws], pa.string())
    except UnicodeDecodeError:
        return pa.array([_text_or_none(raw, encoding) for raw in raws], pa.string())


def _text_or_none(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _reasons(texts: pa.Array, cuts: Sequence[Cut], is_padded: bool, encoding: str) -> dict[int, str]:
    """Why lines are no records, by their place: `undecodable`, `short` or `long`."""
    end = cuts[-1][2]
    lengths = pc.utf8_length(texts)
    filled = pc.utf8_length(pc.utf8_rtrim(texts, " "))
    reasons = {int(at): f"undecodable: the line is not {encoding}" for at in np.flatnonzero(texts.is_null())}
    for at in _where(pc.greater(filled, end)):
        reasons[at] = f"long: text up to character {filled[at]}, the layout ends at {end}"
    for at in [] if is_padded else _where(pc.less(lengths, end)):
        reasons[at] = f"short: {lengths[at]} characters, the layout has {end}"
    return reasons


def _where(condition: pa.Array) -> list[int]:
    return [int(at) for at in np.flatnonzero(condition.fill_null(False).to_numpy(zero_copy_only=False))]


def _column(texts: pa.Array, first: int, last: int) -> pa.Array:
    return pc.utf8_trim(pc.utf8_slice_codeunits(texts, first - 1, last), " ")


def _below_header(blocks: Iterator[bytes], line_count: int) -> Iterator[bytes]:
    """The blocks without the first lines. Raises DataError where there are fewer."""
    left = line_count
    for block in blocks:
        lines = split_lines(block)
        if rest := b"".join(lines[left:]):
            yield rest
        left = max(0, left - len(lines))
    if left:
        raise DataError(
            f"the file has {line_count - left} lines, expected {line_count} header lines (header_line_count under "
            "[read])"
        )
