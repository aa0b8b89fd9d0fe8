"""What a store holds, for tests."""

from __future__ import annotations

from lake.store.objects import ObjectStore

MIB = 1 << 20


def keys(store: ObjectStore, prefix: str = "") -> list[str]:
    return [info.key for info in store.list(prefix)]


def contents(store: ObjectStore) -> dict[str, bytes]:
    return {key: store.read(key) for key in keys(store)}
