"""In which of several encodings a file is written: UTF-8 by its lines, else the first in which all bytes are text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lake.config.mending import overlay, toml
from lake.errors import DataError
from lake.landing.formats.table import Readable
from lake.landing.formats.text import LONGEST_RECORD, is_transcoded, marked_encoding, refuse_packed, split_lines

_CHUNK_BYTES = 1 << 20
_C1_CONTROL = re.compile("[\x80-\x9f]")
FILE_ENCODING = "file_encoding"
"""In a file's dialect: the encoding that was found, where the source names several."""


@dataclass
class Utf8Lines:
    """Lines with more than ASCII: `valid` are those that are UTF-8, `invalid` are the others; lines count from 1."""

    line_count: int = 0
    valid_line_count: int = 0
    invalid_line_count: int = 0
    first_invalid_line: int = 0

    def take(self, block: bytes) -> list[bytes]:
        """Count a block of whole lines; return those that are invalid."""
        invalid = []
        for number, line in enumerate(() if block.isascii() else split_lines(block), start=self.line_count + 1):
            if line.isascii():
                continue
            try:
                line.decode()
            except UnicodeDecodeError:
                invalid.append(line)
                self.first_invalid_line = self.first_invalid_line or number
            else:
                self.valid_line_count += 1
        self.invalid_line_count += len(invalid)
        self.line_count += block.count(b"\n")
        return invalid

    @property
    def are_utf8(self) -> bool:
        """Whether the valid lines outnumber the invalid ones, or none is invalid. Letters of other encodings are hardly
        ever UTF-8 by chance, so that the invalid lines are damaged ones."""
        return self.valid_line_count > self.invalid_line_count or not self.invalid_line_count


def find_encoding(
    stream: Readable, encodings: tuple[str, ...], scratch: Path, source_name: str
) -> tuple[BinaryIO, str]:
    """The same bytes again, kept in `scratch`, and the first of the encodings that reads them all.

    A byte-order mark decides alone. Without one, `utf-16` and `utf-32` are not tried: any bytes might be them. UTF-8 is
    asked first, and is what the file is in where `are_utf8`: its invalid lines are left to the reader. Text has no NUL,
    which is what one-byte encodings make of wide ones, and no C1 control character (U+0080 to U+009F), which is what
    Latin-1 makes of the letters of Windows. Raises DataError where no encoding is left.
    """
    path = scratch / "text"
    with path.open("wb") as kept:
        while chunk := stream.read(_CHUNK_BYTES):
            kept.write(chunk)
    with path.open("rb") as kept:
        first = kept.read(4)
    refuse_packed(first)
    mark = marked_encoding(first)
    for encoding in sorted(encodings, key=lambda name: not _is_utf8(name)):
        if _is_possible(encoding, mark) and (mark or _reads(path, encoding)):
            return path.open("rb"), encoding
    named = ", ".join(encodings)
    found = f"begins with the byte-order mark of {mark}" if mark else "is text in none of them"
    guess = mark.removesuffix("-le").removesuffix("-be") or _wide(first) or "ITS ENCODING"
    raise DataError(
        f"the file {found}, expected {named}; say its encoding with `encoding` under [read]: "
        f"{overlay(source_name, f'read.encoding = {toml(guess)}')}"
    )


def _wide(first: bytes) -> str:
    """What a Latin letter with a NUL beside it looks like."""
    return {b"\0": "utf-16-le"}.get(first[1:2], {b"\0": "utf-16-be"}.get(first[:1], ""))


def _is_possible(encoding: str, mark: str) -> bool:
    name = codecs.lookup(encoding).name.removesuffix("-sig")
    return mark in (name, f"{name}-le", f"{name}-be") if mark else name not in ("utf-16", "utf-32")


def _is_utf8(encoding: str) -> bool:
    return codecs.lookup(encoding).name.removesuffix("-sig") == "utf-8"


def _reads(path: Path, encoding: str) -> bool:
    is_utf8 = _is_utf8(encoding)
    has_no_controls = not is_utf8 and not is_transcoded(codecs.lookup(encoding).name)
    decoder = codecs.getincrementaldecoder(encoding)("replace" if is_utf8 else "strict")
    is_replaced = False
    try:
        for chunk in _chunks(path):
            text = decoder.decode(chunk, final=not chunk)
            if "\0" in text or (has_no_controls and _C1_CONTROL.search(text)):
                return False
            is_replaced = is_replaced or (is_utf8 and "\ufffd" in text)
    except UnicodeDecodeError:
        return False
    return not is_replaced or _utf8_lines(path).are_utf8


def _utf8_lines(path: Path) -> Utf8Lines:
    """Line by line, and one that is longer than any record may be in pieces: JSON may stand in a single line."""
    lines = Utf8Lines()
    with path.open("rb") as file:
        while line := file.readline(LONGEST_RECORD):
            lines.take(line)
    return lines


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
    yield b""
