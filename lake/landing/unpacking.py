"""Files packed with gzip or zstd, told by the end of their name or their first bytes, as the bytes that were packed."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, cast

import pyarrow as pa

from lake.errors import DataError
from lake.landing.formats.table import Readable


class Damaged(DataError):  # noqa: N818
    """A packed file that cannot be unpacked to its end."""


def unpacked(stream: Readable, key: str, limit_bytes: int) -> Readable:
    """The stream, unpacked where the name ends with `.gz` or `.zst`, or it begins as such a file does; several members
    or frames are one file.

    Raises Damaged while it is read where the packed file is cut short or not what its name says, and DataError where
    more than `limit_bytes` come out of it.
    """
    begun = _Begun(stream)
    kind = packing_of(begun.first, key)
    return _Unpacking(_KINDS[kind](begun), kind, limit_bytes) if kind else begun


def packing_of(first: bytes, key: str) -> str | None:
    """`gz` or `zst` by the end of a file's name, else by its first bytes; None of a file that is not packed so."""
    named = next((kind for kind in _KINDS if key.lower().endswith(f".{kind}")), None)
    return named or next((kind for kind, mark in _MARKS.items() if first.startswith(mark)), None)


class _Begun:
    """A stream of which the first bytes have been looked at."""

    def __init__(self, stream: Readable) -> None:
        self.stream, self.first = stream, b""
        while len(self.first) < _LONGEST_MARK and (more := stream.read(_LONGEST_MARK - len(self.first))):
            self.first += more
        self.left = self.first

    def read(self, size: int = -1, /) -> bytes:
        left, self.left = self.left, b""
        if 0 <= size <= len(left):
            self.left = left[size:]
            return left[:size]
        return left + self.stream.read(size if size < 0 else size - len(left))


class _Unpacking:
    """A stream that says in words what is wrong with the packed file, and counts what came out of it."""

    def __init__(self, stream: Readable, kind: str, limit_bytes: int) -> None:
        self.stream, self.kind, self.limit_bytes, self.size = stream, kind, limit_bytes, 0

    def read(self, size: int = -1, /) -> bytes:
        try:
            chunk = self.stream.read(size)
        except (EOFError, zlib.error, OSError) as error:
            name = "gzip" if self.kind == "gz" else "zstd"
            raise Damaged(f"the {name} file is truncated or damaged: {error}; ask for it again") from None
        self.size += len(chunk)
        if self.size > self.limit_bytes:
            raise DataError(
                f"more than {self.limit_bytes:,} bytes come out of the packed file, expected at most so many "
                "(unpacked_limit_bytes under [read]); raise the limit if the file is sound"
            )
        return chunk


def _gunzipped(stream: Readable) -> Readable:
    return gzip.GzipFile(fileobj=cast(BinaryIO, stream), mode="rb")


class _ZstdStream:
    """Arrow's unpacking of a stream. It gives an empty file for one of no bytes, as gzip does."""

    def __init__(self, stream: Readable) -> None:
        self.stream = pa.CompressedInputStream(pa.PythonFile(_Source(stream), mode="r"), "zstd")

    def read(self, size: int = -1, /) -> bytes:
        return cast(bytes, self.stream.read(None if size < 0 else size))


class _Source:
    """What Arrow asks of a Python file."""

    closed = False

    def __init__(self, stream: Readable) -> None:
        self.read = stream.read

    def close(self) -> None:
        """Closing is for who opened it."""


_KINDS: dict[str, Callable[[Any], Readable]] = {"gz": _gunzipped, "zst": _ZstdStream}
_MARKS = {"gz": b"\x1f\x8b", "zst": b"\x28\xb5\x2f\xfd"}
_LONGEST_MARK = max(map(len, _MARKS.values()))
