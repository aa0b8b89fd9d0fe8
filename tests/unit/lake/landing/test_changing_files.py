"""Files that change, vanish or are closed while they are read, and disks that are full."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO
from unittest.mock import patch

import pytest

from lake.errors import DataError
from lake.landing import land_file as landing
from lake.landing.formats.table import DeadLetter
from lake.landing.land_file import land_file
from lake.store.folder import FolderStore
from lake.store.objects import ObjectInfo, StoreDenied, StoreFull
from tests.unit.lake.landing.places import ORDERS, Place


class DuringRead(FolderStore):
    """A raw folder in which something happens at the first read."""

    def __init__(self, root: Path, happens: Callable[[Path], object]) -> None:
        super().__init__(root)
        self.happens = happens

    def open(self, key: str, etag: str | None = None) -> BinaryIO:
        path, waiting = self.local_path(key), [self.happens]

        class Watched(io.BufferedReader):
            def read(self, size: int | None = -1, /) -> bytes:
                found = super().read(size)
                if waiting:
                    waiting.pop()(path)
                return found

        return Watched(super().open(key, etag).detach())


def appended(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"9,Z\n")


def cut(path: Path) -> None:
    os.truncate(path, 100)


@pytest.mark.parametrize(
    ("happens", "key", "words"),
    [
        pytest.param(appended, "orders.csv", "changed while it was read", id="appended to"),
        pytest.param(cut, "orders.csv.gz", "changed while it was read", id="cut, so that it looks damaged"),
        pytest.param(lambda path: path.write_bytes(b"other"), "orders.csv", "changed while", id="written anew"),
        pytest.param(Path.unlink, "orders.csv", "was listed and is gone", id="removed"),
    ],
)
def test_a_file_that_changes_under_the_reader(
    place: Place, tmp_path: Path, happens: Callable[[Path], object], key: str, words: str
) -> None:
    data = b"PO,Vendor\n" + os.urandom(200_000).hex().encode() + b",1\n"
    claim = place.claim(gzip.compress(data) if key.endswith("gz") else data, key)
    with pytest.raises(DataError, match=rf"^{key}: the file {words}"):
        land_file(DuringRead(tmp_path / "raw", happens), place.lake, claim, ORDERS)
    assert place.landed_keys() == []


def test_a_file_of_which_only_a_part_arrives(place: Place) -> None:
    class Short(FolderStore):
        def open(self, key: str, etag: str | None = None) -> BinaryIO:
            return io.BytesIO(super().open(key, etag).read()[:-4])

    with pytest.raises(DataError, match=r"^orders.csv: the file changed while it was read"):
        land_file(Short(place.raw.root), place.lake, place.claim(b"PO\n1\n22\n33\n"), ORDERS)
    assert place.landed_keys() == []


def test_a_file_that_changed_since_it_was_listed(place: Place) -> None:
    claim = place.claim(b"PO\n1\n")
    place.raw.put("orders.csv", b"PO\n12\n")
    with pytest.raises(DataError, match=r"^orders.csv: the file changed while it was read"):
        land_file(place.raw, place.lake, claim, ORDERS)


def test_a_file_that_vanished_since_it_was_listed(place: Place) -> None:
    claim = place.claim(b"PO\n1\n")
    place.raw.delete(["orders.csv"])
    with pytest.raises(DataError, match=r"^orders.csv: the file was listed and is gone"):
        land_file(place.raw, place.lake, claim, ORDERS)


def test_a_file_that_may_not_be_read(place: Place) -> None:
    class Closed(FolderStore):
        def open(self, key: str, etag: str | None = None) -> BinaryIO:
            raise StoreDenied(f"cannot read {key}: access denied")

    claim = place.claim(b"PO\n1\n")
    with pytest.raises(StoreDenied, match=r"^orders.csv: cannot read orders.csv: access denied"):
        land_file(Closed(place.raw.root), place.lake, claim, ORDERS)


def test_a_full_lake_is_said_as_such(place: Place) -> None:
    class Full(FolderStore):
        def put_file(self, key: str, local_path: Any) -> ObjectInfo:
            raise StoreFull(f"cannot write {key}: the disk is full")

    with pytest.raises(StoreFull, match=r"^orders.csv: cannot write landing/.*: the disk is full"):
        land_file(place.raw, Full(place.lake.root), place.claim(b"PO\n1\n"), ORDERS)
    assert place.landed_keys() == []


def test_a_full_temporary_disk_is_a_sentence(place: Place) -> None:
    class Full(landing.DeadLettersFile):
        def add(self, letters: list[DeadLetter]) -> None:
            raise OSError(28, "No space left on device")

    with patch.object(landing, "DeadLettersFile", Full):
        assert "cannot keep its records in" in place.refused(b"PO\n1\n")
