"""How objects stand in a JSON file, as the source says it or by the first character, and the way to cut them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from lake.config.read_options import Read
from lake.config.record_paths import RecordPath, record_path
from lake.errors import DataError
from lake.landing.formats.json_elements import BLANKS, Cutter, Element, SequenceCutting, WholeArrayCutting, elements
from lake.landing.formats.json_wrapper import WrappedCutting
from lake.landing.formats.table import Readable
from lake.landing.formats.text import block_encoding, split_lines, utf8_chunks, whole_lines
from lake.landing.headers import shown


@dataclass(frozen=True)
class Layout:
    """How the elements of a file are cut, and which arrays in them hold the records."""

    kind: str
    encoding: str
    nested: tuple[str, ...]
    cut: Callable[[Iterator[bytes]], Iterator[list[Element]]]
    told: Callable[[], Mapping[str, str]] = dict


def layout_of(stream: Readable, read: Read) -> tuple[Layout, Iterator[bytes]]:
    """How the elements stand in the file, as said or by the first character, and its bytes."""
    path = record_path(read.records)
    kind, chunks = _kind(utf8_chunks(stream, read.encoding), read.records, path)
    encoding, nested = block_encoding(read.encoding), path.nested if path else ()
    if kind == "lines":
        return Layout(kind, encoding, nested, _line_elements), chunks
    if encoding != "utf-8" and not _has_one_byte_each(encoding):
        raise DataError(
            f"objects in {encoding} are read by lines only (records under [read]); convert the file to UTF-8"
        )
    if path and path.wrapper:
        wrapped = WrappedCutting(path.wrapper, encoding, allows_more=read.more_pages == "allow")
        return Layout(kind, encoding, nested, lambda of: elements(of, wrapped), lambda: _around(wrapped)), chunks
    cutting: Cutter = WholeArrayCutting() if kind == "array" else SequenceCutting()
    return Layout(kind, encoding, nested, lambda of: elements(of, cutting)), chunks


def _kind(chunks: Iterator[bytes], said: str | None, path: RecordPath | None) -> tuple[str, Iterator[bytes]]:
    """`lines`, `array`, `concatenated` or `wrapped`, and the chunks with those looked at."""
    if said and not path:
        return said, chunks
    if path and path.wrapper:
        return "wrapped", chunks
    looked_at, otherwise = [], "concatenated" if path else "lines"
    for chunk in chunks:
        looked_at.append(chunk)
        if first := chunk.lstrip(BLANKS)[:1]:
            return "array" if first == b"[" else otherwise, chain(looked_at, chunks)
    return otherwise, iter(looked_at)


def _line_elements(chunks: Iterator[bytes]) -> Iterator[list[Element]]:
    first = 1
    for block in whole_lines(chunks):
        lines = split_lines(block)
        yield [
            Element(line.rstrip(b"\r\n") if line.strip(BLANKS) else b"", n, n) for n, line in enumerate(lines, first)
        ]
        first += len(lines)


def _has_one_byte_each(encoding: str) -> bool:
    """Whether no character can have a bracket or a quote among its bytes."""
    return len(bytes(range(256)).decode(encoding, "replace")) == 256


def _around(wrapped: WrappedCutting) -> dict[str, str]:
    """What else stands in the objects around the records: the names of it, and whether more pages follow."""
    told = {"left_out": shown(list(wrapped.left_out)), "next_page": wrapped.more}
    return {name: text for name, text in told.items() if text}
