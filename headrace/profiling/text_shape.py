"""How text is written: encoding by mark, NULs and the validity of UTF-8; the delimiter by how evenly it cuts."""

from __future__ import annotations

import codecs
import csv
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from headrace.facts.profile import Doubt
from headrace.profiling.rawfile import RawFile
from lake.landing.formats.encodings import Utf8Lines
from lake.landing.formats.table import Readable
from lake.landing.formats.text import BLOCK_BYTES, split_lines, utf8_lines, whole_lines

SAMPLE_LINES = 2_000
SAMPLE_BYTES = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
EVEN_RATIO = 0.9
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NUL_RATIO = 0.3
_ONLY_CP1252 = frozenset(range(0x80, 0xA0))
_NOT_CP1252 = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))


@dataclass
class Bytes:
    """What all bytes of a file say of its encoding, counted in lines."""

    mark: str = ""
    lines: Utf8Lines = field(default_factory=Utf8Lines)
    high_bytes: set[int] = field(default_factory=set)
    nul_at_even: float = 0.0
    nul_at_odd: float = 0.0


def survey_bytes(file: RawFile) -> Bytes:
    """One pass over the file. `high_bytes` are those of the lines that are not UTF-8."""
    found = Bytes()
    with file.opened() as stream:
        first = stream.read(BLOCK_BYTES)
        found.mark = next((name for mark, name in _MARKS if first.startswith(mark)), "")
        if not found.mark and first:
            found.nul_at_even = first[::2].count(0) / len(first[::2])
            found.nul_at_odd = first[1::2].count(0) / max(1, len(first[1::2]))
        if not _is_wide(found):
            for block in whole_lines(_chunks(first, stream)):
                for line in found.lines.take(block):
                    found.high_bytes |= {byte for byte in line if byte >= 0x80}
    return found


def encoding_of(found: Bytes) -> tuple[str, list[Doubt]]:
    """The encoding as a source says it, and what it rests on where it is not certain."""
    if found.mark:
        return found.mark, []
    if found.nul_at_odd > _NUL_RATIO or found.nul_at_even > _NUL_RATIO:
        name = "utf-16-le" if found.nul_at_odd > found.nul_at_even else "utf-16-be"
        return name, [_doubt(f"{name} by its NUL bytes alone: the file has no byte-order mark")]
    lines = found.lines
    if not lines.invalid_line_count:
        return "utf-8", []
    where = f"line {lines.first_invalid_line:,} and {lines.invalid_line_count - 1:,} more are not UTF-8"
    if lines.are_utf8:
        return "utf-8", [_doubt(f"{where}, {lines.valid_line_count:,} lines are: those will be dead letters")]
    name = "cp1252" if found.high_bytes & _ONLY_CP1252 and not found.high_bytes & _NOT_CP1252 else "latin-1"
    return name, [
        _doubt(
            f"{where}; {name} reads every byte, and so do others (cp1252, latin-1, cp850): look whether its accents "
            "come out right"
        )
    ]


def sample_lines(file: RawFile, encoding: str) -> list[str]:
    """The first lines as text, without their ends; blank ones too."""
    lines: list[str] = []
    with file.opened() as stream:
        for block in utf8_lines(stream, encoding):
            wanted = split_lines(block[:SAMPLE_BYTES])[: SAMPLE_LINES - len(lines)]
            lines += [_text(line, encoding).rstrip("\r\n") for line in wanted]
            if len(lines) >= SAMPLE_LINES or len(block) >= SAMPLE_BYTES:
                break
    return lines


@dataclass(frozen=True)
class Cutting:
    """What a delimiter makes of some lines: the fields of the header, and the share of records with as many."""

    delimiter: str
    field_count: int
    even_ratio: float
    usual_count: int


def cuttings(lines: Sequence[str]) -> list[Cutting]:
    """The delimiters that cut the lines evenly, the best first."""
    found = [cutting for delimiter in DELIMITERS if (cutting := _cutting(lines, delimiter))]
    even = [cutting for cutting in found if cutting.even_ratio >= EVEN_RATIO]
    return sorted(even, key=lambda one: (-one.field_count, -one.even_ratio, DELIMITERS.index(one.delimiter)))


def titled(lines: Sequence[str]) -> Cutting | None:
    """The delimiter that cuts all lines but the first evenly: a title stands over the header."""
    found = (_cutting(lines, delimiter) for delimiter in DELIMITERS)
    return next((one for one in found if one and one.field_count < one.usual_count and one.usual_count > 2), None)


def _cutting(lines: Sequence[str], delimiter: str) -> Cutting | None:
    try:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return None
    usual = statistics.mode(counts) if counts else 0
    if usual < 2:
        return None
    return Cutting(delimiter, counts[0], counts.count(counts[0]) / len(counts) if counts[0] > 1 else 0.0, usual)


def _text(line: bytes, encoding: str) -> str:
    """A line of `utf8_lines`: in UTF-8 where it was transcoded."""
    try:
        return line.decode("utf-8" if encoding.startswith(("utf-16", "utf-32")) else encoding)
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _is_wide(found: Bytes) -> bool:
    marked = found.mark.startswith(("utf-16", "utf-32"))
    return marked or max(found.nul_at_even, found.nul_at_odd) > _NUL_RATIO


def _chunks(first: bytes, stream: Readable) -> Iterator[bytes]:
    while first:
        yield first
        first = stream.read(BLOCK_BYTES)


def _doubt(sentence: str) -> Doubt:
    return Doubt("read.encoding", sentence)
