"""The store that dies, for the tests of runs that are killed."""

from __future__ import annotations

from typing import Any

import pytest

from lake.store.folder import FolderStore
from tests.crash import Crash, CrashingStore
from tests.unit.lake.store.stores import contents


@pytest.mark.parametrize(
    ("crash_at", "after", "expected"),
    [
        pytest.param(1, False, {}, id="before the first mutation"),
        pytest.param(2, False, {"a": b"1"}, id="before the second"),
        pytest.param(2, True, {"a": b"1", "b": b"2"}, id="after the second"),
        pytest.param(3, True, {"b": b"2"}, id="after a deletion"),
        pytest.param(0, False, {"b": b"2", "c": b"3"}, id="never"),
    ],
)
def test_a_crashing_store_dies_at_its_mutation_and_stays_dead(
    folder: FolderStore, crash_at: int, after: bool, expected: dict[str, bytes]
) -> None:
    crashing = CrashingStore(folder, crash_at, after=after)
    steps = [
        lambda: crashing.put("a", b"1"),
        lambda: crashing.create("b", b"2"),
        lambda: crashing.delete(["a"]),
        lambda: crashing.put("c", b"3"),
    ]
    outcomes = [dies(step) for step in steps]
    assert contents(folder) == contents(crashing) == expected
    assert outcomes == [bool(crash_at) and number >= crash_at for number in range(1, 5)]
    assert crashing.mutations == (crash_at or 4)


def dies(step: Any) -> bool:
    try:
        step()
    except Crash:
        return True
    return False
