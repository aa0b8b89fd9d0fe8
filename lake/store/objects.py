"""Bytes by key, in a folder or in an S3 bucket, behind one interface.

The only place of Headrace that opens, lists, writes or deletes bytes outside Spark's own Parquet reads and writes. An
object appears whole under its final name or not at all; `create` lets exactly one of many writers win; a reader who
names an ETag reads that content or gets `ObjectChanged`. boto3 is imported only where S3 is spoken to.
"""

# ruff: noqa: N818 - exceptions are named for what was found
from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from lake.errors import HeadraceError

TEMPORARY = ".tmp-"


class StoreError(HeadraceError):
    """A store could not do what it was asked; the message is a sentence for the operator."""


class MissingObject(StoreError):
    """There is no object under this key."""


class AlreadyExists(StoreError):
    """An exclusive creation came second."""


class ObjectChanged(StoreError):
    """The object is no longer the one whose ETag was named."""


class StoreFull(StoreError):
    """The disk or its quota is used up."""


class StoreDenied(StoreError):
    """The store or one of its objects is closed to us."""


class BadKey(StoreError, ValueError):
    """A key that could leave its root, mean two things, or collide with a temporary file."""


class BadUri(StoreError, ValueError):
    """A URI that names neither a folder nor an S3 bucket."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """An object as listed: its key relative to the root of the store, its size in bytes, its ETag without quotes."""

    key: str
    size: int
    etag: str


class ObjectStore(Protocol):
    """What jobs know of a store. Stores are picklable and may be used by several threads.

    Keys are relative, with `/` between segments; a key that could mean something else raises `BadKey`.
    """

    uri: str

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """List all objects whose keys start with the prefix, at any depth, sorted by key."""

    def stat(self, key: str) -> ObjectInfo:
        """Return size and ETag of one object, or raise `MissingObject`."""

    def exists(self, key: str) -> bool:
        """Tell whether there is an object under this key."""
        try:
            return bool(self.stat(key))
        except MissingObject:
            return False

    def open(self, key: str, etag: str | None = None) -> BinaryIO:
        """Open an object for streamed, seekable reading; with an ETag, only while that is still its content."""

    def read(self, key: str) -> bytes:
        """Return a small object whole."""
        with self.open(key) as file:
            return file.read()

    def put(self, key: str, data: bytes) -> ObjectInfo:
        """Write an object whole under its final name, replacing what was there."""

    def put_file(self, key: str, local_path: str | os.PathLike[str]) -> ObjectInfo:
        """Do as `put` does, with the content of a local file of any size."""

    def create(self, key: str, data: bytes) -> ObjectInfo:
        """Write an object that must not be there yet, or raise `AlreadyExists`; of many writers one wins."""

    def delete(self, keys: Iterable[str]) -> int:
        """Delete objects; missing ones are fine. Return how many different keys are gone now, missing ones included."""

    def sweep(self, older_than_seconds: float) -> int:
        """Remove what killed writers left (temporary files, unfinished uploads) and return how many there were."""

    def local_path(self, key: str) -> Path | None:
        """Return the path of a key in a folder, or None where there are no paths."""

    def uri_of(self, key: str) -> str:
        """Return the full URI of a key or of a folder of keys, as Spark reads it."""


def open_store(uri: str, *, client: Any = None) -> ObjectStore:
    """Open `s3://bucket/prefix`, `s3a://bucket/prefix`, `file:///folder` or a plain path, made absolute.

    As in Spark, what follows `file://` is taken as it stands, without percent-decoding.
    """
    from lake.store.folder import FolderStore
    from lake.store.s3 import S3Store

    if found := re.fullmatch(r"s3a?://([^/]+)/?(.*)", uri, re.DOTALL):
        return S3Store(found[1], found[2], client)
    if found := re.fullmatch(r"file:(?:///|/(?!/))(.*)", uri, re.DOTALL):
        return FolderStore(f"/{found[1]}")
    if not uri or "\0" in uri or "://" in uri or uri.startswith("file:"):
        raise BadUri(f"{uri!r} names no store: expected s3://bucket/prefix, s3a://..., file:///folder or a path")
    return FolderStore(uri)


def check_key(key: str) -> str:
    """Return the key, or raise `BadKey` where it could leave its root or mean two things."""
    if flaw := _flaw(key):
        raise BadKey(f"{key!r} cannot be the key of an object: {flaw}")
    return key


def _flaw(key: str) -> str | None:
    segments = key.split("/")
    flaws = {
        "it is empty": not key,
        "it is absolute": key.startswith("/"),
        "it has an empty segment": "" in segments,
        "it has a segment '.' or '..'": not {".", ".."}.isdisjoint(segments),
        "it has a backslash": "\\" in key,
        "it has a NUL": "\0" in key,
        "it is not text that UTF-8 can hold": any("\ud800" <= character <= "\udfff" for character in key),
        f"names that start with {TEMPORARY} are temporary files": segments[-1].startswith(TEMPORARY),
    }
    return next((flaw for flaw, found in flaws.items() if found), None)


def check_prefix(prefix: str) -> str:
    return prefix and check_key(prefix.removesuffix("/")) and prefix
