"""A raw file that is opened as often as it must be looked at, unpacked as landing unpacks it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lake.config.read_options import Read
from lake.errors import ConfigError
from lake.landing.formats.table import Readable
from lake.landing.unpacking import unpacked
from lake.store.objects import MissingObject, ObjectInfo, ObjectStore, open_store

SHOWN_FILES = 12


@dataclass(frozen=True)
class RawFile:
    """One object of a folder or a bucket."""

    store: ObjectStore
    info: ObjectInfo

    @classmethod
    def at(cls, place: str) -> RawFile:
        """The file of a path or an `s3://` URI. Raises ConfigError for a folder, with files of it that are worth a
        profile, and what the store says where there is nothing."""
        folder, _, name = place.rpartition("/")
        store = open_store(folder or ("/" if place.startswith("/") else "."))
        try:
            if name:
                return cls(store, store.stat(name))
        except MissingObject:
            if not _is_folder(place):
                raise
        raise ConfigError(_of_folder(place))

    @property
    def name(self) -> str:
        return self.info.key

    @contextmanager
    def opened(self) -> Iterator[Readable]:
        """Its bytes from the first on."""
        with self.store.open(self.info.key, self.info.etag) as body:
            yield unpacked(body, self.info.key, Read.unpacked_limit_bytes)


def _is_folder(place: str) -> bool:
    """Whether anything lies below; an empty folder of this machine is one too."""
    return Path(place).is_dir() or any(True for _ in open_store(place).list())


def _of_folder(place: str) -> str:
    """What to profile instead: the first of each name, but for its digits."""
    alike: dict[str, list[str]] = defaultdict(list)
    for info in open_store(place).list():
        alike[re.sub("[0-9]+", "0", info.key)].append(f"{place.rstrip('/')}/{info.key}")
    if not alike:
        return f"{place} is a folder without a file; expected one file"
    firsts = [files[0] + (f" ({len(files)} alike)" if len(files) > 1 else "") for files in alike.values()]
    more = f" and {len(firsts) - SHOWN_FILES} more" if len(firsts) > SHOWN_FILES else ""
    return f"{place} is a folder; expected one file: profile {', '.join(firsts[:SHOWN_FILES])}{more}, each by itself"
