"""A raw file that is opened as often as it must be looked at, unpacked as landing unpacks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lake.config import Read
from lake.errors import ConfigError
from lake.formats.table import Readable
from lake.objects import ObjectInfo, ObjectStore, open_store
from lake.unpacking import unpacked


@dataclass(frozen=True)
class RawFile:
    """One object of a folder or a bucket."""

    store: ObjectStore
    info: ObjectInfo

    @classmethod
    def at(cls, place: str) -> RawFile:
        """The file of a path or an `s3://` URI. Raises ConfigError or what the store says where there is none."""
        folder, _, name = place.rpartition("/")
        if not name:
            raise ConfigError(f"{place!r} names no file; promised the path of one file")
        store = open_store(folder or ("/" if place.startswith("/") else "."))
        return cls(store, store.stat(name))

    @property
    def name(self) -> str:
        return self.info.key

    @contextmanager
    def opened(self) -> Iterator[Readable]:
        """Its bytes from the first on."""
        with self.store.open(self.info.key, self.info.etag) as body:
            yield unpacked(body, self.info.key, Read.unpacked_limit_bytes)
