"""A raw file copied onto this machine's disk before it is read: what it is, its hash says, and it cannot change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lake.errors import DataError
from lake.landing.claims import Part
from lake.landing.formats.table import Readable
from lake.landing.unpacking import packing_of, unpacked
from lake.store.objects import ObjectChanged, ObjectStore

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class RawCopy:
    """A raw file as it lay there. `sha256` is of its content, unpacked: a file and the same file packed are one."""

    part: Part
    path: Path
    unpacked_limit_bytes: int
    sha256: str

    @contextmanager
    def content(self) -> Iterator[Readable]:
        """Its content, unpacked, to be read once: the copy is gone afterwards."""
        with self.path.open("rb") as packed:
            yield unpacked(packed, self.part.file.key, self.unpacked_limit_bytes)
        self.path.unlink()


def copy_raw(raw: ObjectStore, part: Part, path: Path, unpacked_limit_bytes: int) -> RawCopy:
    """Copy a raw file to `path` and hash it.

    Raises ObjectChanged where it is not as it was listed, DataError where it cannot be unpacked, or where its manifest,
    which is of the bytes as they lie there, promises another SHA-256.
    """
    file = part.file
    with raw.open(file.key, file.etag) as body, path.open("wb") as kept:
        digest, size = hashlib.sha256(), 0
        for chunk in _chunks(body):
            digest.update(chunk)
            size += len(chunk)
            kept.write(chunk)
    if size != file.size or raw.stat(file.key).etag != file.etag:
        raise ObjectChanged(f"{file.key} changed while it was read")
    sha256 = digest.hexdigest()
    if part.sha256 not in (None, sha256):
        raise DataError(f"it has sha256 {sha256}, its manifest expected {part.sha256}; ask for it again")
    with path.open("rb") as packed:
        if packing_of(packed.peek(), file.key):
            sha256 = _sha256(unpacked(packed, file.key, unpacked_limit_bytes))
    return RawCopy(part, path, unpacked_limit_bytes, sha256)


def _sha256(content: Readable) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(content):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(stream: Readable) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK_BYTES):
        yield chunk
