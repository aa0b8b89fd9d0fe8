"""In which of several encodings a file is written: the first in which all of its bytes are text."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from lake.errors import DataError
from lake.formats.table import Readable
from lake.formats.text import marked_encoding, refuse_packed
from lake.mending import overlay, toml

_CHUNK_BYTES = 1 << 20
FILE_ENCODING = "file_encoding"
"""In a file's dialect: the encoding that was found, where the source names several."""


def told_encoding(
    stream: Readable, encodings: tuple[str, ...], scratch: Path, source_name: str
) -> tuple[BinaryIO, str]:
    """The same bytes again, kept in `scratch`, and the first of the encodings that reads them all.

    A byte-order mark decides alone. Without one, `utf-16` and `utf-32` are not tried: any bytes might be them. Text has
    no NUL, which is what one-byte encodings make of them. Raises DataError where no encoding is left.
    """
    path = scratch / "text"
    with path.open("wb") as kept:
        while chunk := stream.read(_CHUNK_BYTES):
            kept.write(chunk)
    with path.open("rb") as kept:
        first = kept.read(4)
    refuse_packed(first)
    mark = marked_encoding(first)
    for encoding in encodings:
        if _is_possible(encoding, mark) and (mark or _reads(path, encoding)):
            return path.open("rb"), encoding
    named = ", ".join(encodings)
    found = f"begins with the byte-order mark of {mark}" if mark else "is text in none of them"
    guess = mark.removesuffix("-le").removesuffix("-be") or _wide(first) or "ITS ENCODING"
    raise DataError(
        f"the file {found}, promised {named}; say its encoding with `encoding` under [read]: "
        f"{overlay(source_name, f'read.encoding = {toml(guess)}')}"
    )


def _wide(first: bytes) -> str:
    """What a Latin letter with a NUL beside it looks like."""
    return {b"\0": "utf-16-le"}.get(first[1:2], {b"\0": "utf-16-be"}.get(first[:1], ""))


def _is_possible(encoding: str, mark: str) -> bool:
    name = codecs.lookup(encoding).name.removesuffix("-sig")
    return mark in (name, f"{name}-le", f"{name}-be") if mark else name not in ("utf-16", "utf-32")


def _reads(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        return not any("\0" in decoder.decode(chunk, final=not chunk) for chunk in _chunks(path))
    except UnicodeDecodeError:
        return False


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
    yield b""
