"""CSV block by block: Arrow parses the records that it can be trusted with, the others are read one by one, strictly.

Arrow is trusted with text in which every quote opens a field, closes one or is doubled, and which gives as many records
as its line ends promise. Otherwise it would fold lines into one field after a stray quote, without an error. Where a
block is not such a text, the records that spoil it are found and left out. What Arrow calls ragged is read again too.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv

from lake.landing.formats.csv_records import Dialect, cut_records, exact_block, fields_of, text_columns
from lake.landing.formats.table import Block, DeadLetter
from lake.landing.formats.text import LONGEST_RECORD, line_count_of

_LINE_FEED, _RETURN = ord("\n"), ord("\r")


def records(blocks: Iterator[bytes], dialect: Dialect, names: Sequence[str], *, first_line: int) -> Iterator[Block]:
    """The records of a file after its header, block by block, numbered from 1 and by line from `first_line`.

    Raises StrayQuote where fields may hold line breaks and a quote opens one that nothing closes.
    """
    reader = BlockReader(dialect, names)
    record, line = 1, first_line
    for block in whole_records(blocks, dialect) if dialect.has_multiline_fields else blocks:
        parsed = reader.read(block, record, line)
        yield parsed
        record += parsed.record_count
        line += parsed.line_count


def whole_records(blocks: Iterator[bytes], dialect: Dialect) -> Iterator[bytes]:
    """Blocks cut where a record ends; the last may end in one that its quote leaves open."""
    rest = b""
    for block in blocks:
        if not rest and dialect.encoding == "utf-8" and breaks_in_fields(block, dialect) is not None:
            yield block
            continue
        raws, rest = cut_records(rest + block, dialect)
        if raws:
            yield b"".join(raws)
        if len(rest) > LONGEST_RECORD:
            break
    if rest:
        yield rest


@dataclass(frozen=True)
class _Parsed:
    """What Arrow made of a text: its rows, the places of the ragged records, and the line breaks in fields."""

    rows: pa.Table
    ragged: np.ndarray
    breaks: int

    @property
    def record_count(self) -> int:
        return self.rows.num_rows + len(self.ragged)


class BlockReader:
    """Reads the blocks of one file: each begins with a record, and ends with one or, as the last, in one left open."""

    def __init__(self, dialect: Dialect, names: Sequence[str]) -> None:
        self.dialect, self.names = dialect, names
        self._ragged: list[int] = []
        own = [str(place) for place in range(len(names))]
        self._reading = pa.csv.ReadOptions(use_threads=False, column_names=own)
        self._parsing = pa.csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote,
            newlines_in_values=dialect.has_multiline_fields,
            invalid_row_handler=self._leave_out,
        )
        self._converting = pa.csv.ConvertOptions(
            column_types=dict.fromkeys(own, pa.string()), strings_can_be_null=False, null_values=[]
        )

    def read(self, block: bytes, first_record: int, first_line: int) -> Block:
        """The block's records; the same as `exact_block` gives."""
        parsed = self.parsed(block)
        if parsed and not len(parsed.ragged):
            return _all_rows(parsed, first_record)
        mixed = self._mixed(block, parsed, first_record, first_line)
        return mixed or exact_block(block, self.dialect, self.names, first_record, first_line)

    def parsed(self, block: bytes) -> _Parsed | None:
        """The block by Arrow, or None where its answer could differ from the strict reading."""
        text = decoded(block, self.dialect.encoding)
        return None if text is None else self._by_arrow(text)

    def _by_arrow(self, text: bytes) -> _Parsed | None:
        # Arrow takes U+FEFF at the beginning of a block for a byte-order mark.
        if not text or text.startswith(codecs.BOM_UTF8):
            return None
        breaks = breaks_in_fields(text, self.dialect)
        if breaks is None or (breaks and not self.dialect.has_multiline_fields):
            return None
        self._ragged.clear()
        self._reading.block_size = len(text) + 1
        try:
            rows = pa.csv.read_csv(pa.BufferReader(text), self._reading, self._parsing, self._converting)
        except pa.ArrowInvalid:
            return None
        parsed = _Parsed(rows, np.array(self._ragged, np.int64) - 1, breaks)
        return parsed if parsed.record_count == line_count_of(text) - breaks else None

    def _leave_out(self, row: pa.csv.InvalidRow) -> str:
        self._ragged.append(row.number)
        return "skip"

    def _mixed(self, block: bytes, parsed: _Parsed | None, first_record: int, first_line: int) -> Block | None:
        """The block of which some records are read one by one; None where even so Arrow cannot be trusted."""
        raws, unclosed = cut_records(block, self.dialect)
        if unclosed:
            return None
        trusted = np.arange(len(raws))
        if parsed is None:
            texts = self._texts(block, raws)
            trusted = np.flatnonzero(~_doubtful(texts, self.dialect))
            parsed = self._by_arrow(b"".join([texts[place] or b"" for place in trusted.tolist()]))
        if parsed is None or parsed.record_count != len(trusted):
            return None
        by_arrow = np.delete(trusted, parsed.ragged)
        singly = _Singly(raws, by_arrow, self.dialect, self.names, first_record, first_line)
        if not set(trusted[parsed.ragged].tolist()) <= singly.ragged:
            return None
        return singly.with_rows(parsed.rows)

    def _texts(self, block: bytes, raws: list[bytes]) -> Sequence[bytes | None]:
        """The records in UTF-8; None for each that is not what it was expected to be."""
        encoding = self.dialect.encoding
        if encoding != "utf-8":
            return [decoded(raw, encoding) for raw in raws]
        if decoded(block, encoding) is not None:
            return raws
        return [raw if raw.isascii() else decoded(raw, encoding) for raw in raws]


class _Singly:
    """The records of a block that Arrow did not read, read one by one; records and lines of all of them counted."""

    def __init__(
        self,
        raws: list[bytes],
        by_arrow: np.ndarray,
        dialect: Dialect,
        names: Sequence[str],
        first_record: int,
        first_line: int,
    ) -> None:
        is_left = np.ones(len(raws), bool)
        is_left[by_arrow] = False
        left = np.flatnonzero(is_left).tolist()
        is_blank = np.zeros(len(raws), bool)
        is_blank[[place for place in left if not raws[place].strip(b"\r\n")]] = True
        self.by_arrow, self.blank_count = by_arrow, int(is_blank.sum())
        self.numbers = first_record + np.arange(len(raws)) - np.cumsum(is_blank)
        line_counts = np.ones(len(raws), np.int64)
        if dialect.has_multiline_fields:
            line_counts = np.fromiter(map(line_count_of, raws), np.int64, len(raws))
        self.line_count = int(line_counts.sum())
        lines = first_line + np.cumsum(line_counts) - line_counts
        self.rows: list[list[str]] = []
        self.places: list[int] = []
        self.dead: list[DeadLetter] = []
        self.ragged: set[int] = set()
        for place in left:
            if is_blank[place]:
                continue
            fields, reason = fields_of(raws[place], dialect, names)
            if not reason:
                self.rows.append(fields)
                self.places.append(place)
                continue
            if reason.startswith("ragged"):
                self.ragged.add(place)
            raw = raws[place].rstrip(b"\r\n")
            self.dead.append(DeadLetter(int(self.numbers[place]), int(lines[place]), reason, raw))

    def with_rows(self, rows: pa.Table) -> Block:
        """The block of these records and of Arrow's rows."""
        columns = [column.combine_chunks() for column in rows.columns]
        places = self.by_arrow
        if self.rows:
            own = text_columns(self.rows, rows.num_columns)
            places = np.concatenate([places, self.places])
            order = np.argsort(places, kind="stable")
            columns = [pa.concat_arrays(pair).take(pa.array(order)) for pair in zip(columns, own, strict=True)]
            places = places[order]
        count = len(self.numbers)
        return Block(
            record_numbers=pa.array(self.numbers[places], pa.int64()),
            columns=columns,
            dead_letters=self.dead,
            line_count=self.line_count,
            record_count=count - self.blank_count,
            blank_line_count=self.blank_count,
            line_break_in_field_count=self.line_count - count,
        )


def _all_rows(parsed: _Parsed, first_record: int) -> Block:
    count = parsed.record_count
    numbers = pa.array(np.arange(first_record, first_record + count, dtype=np.int64))
    columns = [column.combine_chunks() for column in parsed.rows.columns]
    return Block(numbers, columns, [], count + parsed.breaks, count, 0, parsed.breaks)


def decoded(block: bytes, encoding: str) -> bytes | None:
    """The block as UTF-8, or None where it is not what it was expected to be."""
    try:
        text = block.decode(encoding)
    except UnicodeDecodeError:
        return None
    return block if encoding == "utf-8" else text.encode()


def breaks_in_fields(text: bytes, dialect: Dialect) -> int | None:
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


def _doubtful(texts: Sequence[bytes | None], dialect: Dialect) -> np.ndarray:
    """Which records spoil a text for Arrow: those that could not be decoded (None), blank lines, and those with a quote
    or a carriage return in an odd place or a byte-order mark. To miss one costs time only: Arrow's text is checked."""
    is_doubtful = np.array([text is None for text in texts], bool)
    lengths = np.fromiter((len(text or b"") for text in texts), np.int64, len(texts))
    ends = np.cumsum(lengths)
    starts = ends - lengths
    whole = b"".join([text or b"" for text in texts])
    seen = np.frombuffer(whole + b"\n", np.uint8)

    def mark(places: np.ndarray) -> None:
        is_doubtful[np.searchsorted(ends, places, side="right")] = True

    returns = np.flatnonzero(seen == _RETURN)
    mark(returns[(returns + 1 == len(whole)) | (seen[np.minimum(returns + 1, len(whole))] != _LINE_FEED)])
    is_doubtful |= (lengths == 1) & (seen[starts] == _LINE_FEED)
    is_doubtful |= (lengths == 2) & (seen[starts] == _RETURN)
    for place in np.flatnonzero(seen[starts] == codecs.BOM_UTF8[0]).tolist():
        is_doubtful[place] |= (texts[place] or b"").startswith(codecs.BOM_UTF8)
    quotes = np.flatnonzero(seen == ord(dialect.quote))
    if len(quotes):
        owners = np.searchsorted(ends, quotes, side="right")
        counts = np.bincount(owners, minlength=len(texts))
        is_doubtful |= counts % 2 == 1
        mark(quotes[~_stand_well(seen, quotes, owners, np.cumsum(counts) - counts, dialect)])
    return is_doubtful


def _stand_well(
    seen: np.ndarray, quotes: np.ndarray, owners: np.ndarray, firsts: np.ndarray, dialect: Dialect
) -> np.ndarray:
    """Which quotes open a field, close one or are doubled, where they open and close by turns in each record."""
    is_opening = (np.arange(len(quotes)) - firsts[owners]) % 2 == 0
    is_doubled = (np.diff(quotes) == 1) & (np.diff(owners) == 0) & ~is_opening[:-1]
    delimiter = ord(dialect.delimiter)
    begins = np.isin(seen[quotes - 1], (delimiter, _LINE_FEED))
    ends = np.isin(seen[quotes + 1], (delimiter, _LINE_FEED, _RETURN))
    begins[1:] |= is_doubled
    ends[:-1] |= is_doubled
    return np.where(is_opening, begins, ends)
