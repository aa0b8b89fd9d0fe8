"""Text as lines of bytes: the encoding that was expected, held against the byte-order mark, and physical lines."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain

from lake.errors import DataError
from lake.landing.formats.table import Readable

BLOCK_BYTES = 1 << 22
LONGEST_RECORD = 1 << 26
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PACKED = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip, as Excel workbooks are"),
    (b"\xd0\xcf\x11\xe0", "an old Office document, as .xls workbooks are"),
    (b"PAR1", "Parquet"),
)
_ASCII = bytes(range(128))


class CountedLines:
    """Blocks of bytes, and how many physical lines they have together, whatever a parser makes of them: line feeds, and
    a last line without one."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._line_feeds, self._is_line_open = 0, False
        self._blocks = blocks

    @property
    def count(self) -> int:
        return self._line_feeds + self._is_line_open

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks:
            self._line_feeds += block.count(b"\n")
            self._is_line_open = not block.endswith(b"\n") if block else self._is_line_open
            yield block


def block_encoding(encoding: str) -> str:
    """The encoding of the blocks that `utf8_lines` gives: UTF-8 where it transcodes, else the file's own."""
    name = codecs.lookup(encoding).name
    return "utf-8" if name == "utf-8-sig" or is_transcoded(name) else name


def utf8_lines(stream: Readable, encoding: str) -> Iterator[bytes]:
    """As `utf8_chunks`, in whole lines. Raises DataError besides where a line is longer than LONGEST_RECORD."""
    return whole_lines(utf8_chunks(stream, encoding))


def utf8_chunks(stream: Readable, encoding: str) -> Iterator[bytes]:
    """Blocks of about BLOCK_BYTES, the byte-order mark taken off, in `block_encoding(encoding)`.

    An encoding that writes ASCII as ASCII keeps its bytes. Raises DataError where the file's mark contradicts the
    encoding expected, and where it is a packed file.
    """
    first = _first(stream)
    refuse_packed(first)
    marked = marked_encoding(first)
    mark = next((mark for mark, name in _MARKS if name == marked), b"")
    name = _expected(encoding, marked)
    chunks = _chunks(first[len(mark) :], stream)
    return _transcoded(chunks, name) if is_transcoded(name) else chunks


def refuse_packed(first: bytes) -> None:
    """Raises DataError where the first bytes are those of a packed file."""
    if packed := next((name for mark, name in _PACKED if first.startswith(mark)), None):
        raise DataError(
            f"found a file packed as {packed}, expected text; unpack it: only what is packed once, with gzip or zstd, "
            "is unpacked here"
        )


def marked_encoding(first: bytes) -> str:
    """The encoding of which the first bytes are the byte-order mark; empty where they are none."""
    return next((name for mark, name in _MARKS if first.startswith(mark)), "")


def split_lines(block: bytes) -> list[bytes]:
    """Lines by line feed alone."""
    lines = block.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def line_count_of(block: bytes) -> int:
    """Physical lines: line feeds, and a last line without one."""
    return block.count(b"\n") + (not block.endswith(b"\n") and len(block) > 0)


def _expected(encoding: str, marked: str) -> str:
    """The encoding to read with, without the mark. Raises DataError where the mark says another, or is needed."""
    name = codecs.lookup(encoding).name.removesuffix("-sig")
    if marked and marked not in (name, f"{name}-le", f"{name}-be"):
        family = marked.removesuffix("-le").removesuffix("-be")
        raise DataError(
            f"the file begins with the byte-order mark of {marked}, expected {encoding}; say encoding = "
            f'"{family}" under [read] if all files of the source are so'
        )
    if name in ("utf-16", "utf-32") and not marked:
        raise DataError(
            f'the file has no byte-order mark, which {encoding} needs; say encoding = "{name}-le" or '
            f'"{name}-be" under [read]'
        )
    return marked or name


def is_transcoded(name: str) -> bool:
    """Whether bytes cannot be cut and searched as if they were ASCII: wide, stateful and EBCDIC encodings."""
    return _ASCII.decode("ascii").encode(name, "replace") != _ASCII


def _transcoded(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Half a surrogate pair becomes bytes that are no UTF-8, so that only its own record is a dead letter."""
    decoder = codecs.getincrementaldecoder(name)("surrogatepass" if name.startswith("utf") else "strict")
    line = 1
    for chunk in chain(chunks, (b"",)):
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            raise DataError(f"about line {line}: the file is not {name}: {error.reason}") from None
        line += text.count("\n")
        yield text.encode("utf-8", "surrogatepass")


def _first(stream: Readable) -> bytes:
    """The first bytes, enough to hold any mark."""
    first = stream.read(BLOCK_BYTES)
    while len(first) < 4 and (more := stream.read(BLOCK_BYTES)):
        first += more
    return first


def _chunks(first: bytes, stream: Readable) -> Iterator[bytes]:
    if first:
        yield first
    while chunk := stream.read(BLOCK_BYTES):
        yield chunk


def whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks cut anew where a line ends. Raises DataError where one is longer than LONGEST_RECORD."""
    held, line = b"", 1
    for chunk in chunks:
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield held + chunk[:cut]
            line += chunk.count(b"\n")
            held = chunk[cut:]
        else:
            held += chunk
        if len(held) > LONGEST_RECORD:
            raise DataError(
                f"line {line} is longer than {LONGEST_RECORD:,} bytes; expected records that end with a "
                "line feed (old Macs end them with a carriage return: convert the file)"
            )
    if held:
        yield held
