"""A store that dies at a chosen mutation, to prove that a run which was killed anywhere can simply run again."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

from pyspark.cloudpickle import register_pickle_by_value

from lake.store.objects import ObjectInfo, ObjectStore

# A worker knows the product's packages, not its tests.
register_pickle_by_value(sys.modules[__name__])

Result = TypeVar("Result")


class Crash(BaseException):
    """The process is gone. Not an `Exception`, so that no handler of the product survives it."""


class CrashingStore(ObjectStore):
    """Delegates to a store and raises `Crash` right before its n-th mutation, or right after it, counted from 1.

    Once crashed it stays dead: no later mutation, such as one from a `finally`, gets through. `crash_at=0` only counts.
    `put`, `put_file`, `create` and `delete` are mutations, also those that the store refuses.
    """

    def __init__(self, store: ObjectStore, crash_at: int, *, after: bool = False) -> None:
        self.store, self.crash_at, self.after = store, crash_at, after
        self.uri = store.uri
        self.mutations = 0
        self.crashed = False

    def _mutate(self, act: Callable[[], Result]) -> Result:
        self._die_if(self.crashed)
        self.mutations += 1
        reached = self.mutations == self.crash_at
        self._die_if(reached and not self.after)
        try:
            return act()
        finally:
            self._die_if(reached)

    def _die_if(self, dying: bool) -> None:
        if dying:
            self.crashed = True
            raise Crash(f"killed {'after' if self.after else 'before'} mutation {self.crash_at} of {self.uri}")

    def put(self, key: str, data: bytes) -> ObjectInfo:
        return self._mutate(lambda: self.store.put(key, data))

    def put_file(self, key: str, local_path: str | os.PathLike[str]) -> ObjectInfo:
        return self._mutate(lambda: self.store.put_file(key, local_path))

    def create(self, key: str, data: bytes) -> ObjectInfo:
        return self._mutate(lambda: self.store.create(key, data))

    def delete(self, keys: Iterable[str]) -> int:
        return self._mutate(lambda: self.store.delete(keys))

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        return self.store.list(prefix)

    def stat(self, key: str) -> ObjectInfo:
        return self.store.stat(key)

    def open(self, key: str, etag: str | None = None) -> BinaryIO:
        return self.store.open(key, etag)

    def sweep(self, older_than_seconds: float) -> int:
        return self.store.sweep(older_than_seconds)

    def local_path(self, key: str) -> Path | None:
        return self.store.local_path(key)

    def uri_of(self, key: str) -> str:
        return self.store.uri_of(key)
