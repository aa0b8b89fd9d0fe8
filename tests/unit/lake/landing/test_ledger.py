"""What has landed: lines that close, kills at any write, entries of other versions, and the ledger of deliveries."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.errors import DataError
from lake.landing.deliveries import Delivery, RawFile
from lake.landing.formats import csv
from lake.landing.land_file import land_file
from lake.landing.landed_file import landing_key, read_landed
from lake.landing.ledger import read_ledger, write_ledger
from lake.store.folder import FolderStore
from lake.store.objects import ObjectInfo
from tests.crash import Crash, CrashingStore
from tests.landed import landed_file
from tests.unit.lake.landing.places import ORDERS, Place, column, reading


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("crash_at", [1, 2, 3])
def test_killed_at_any_write_it_lands_whole_when_it_is_run_again(place: Place, crash_at: int, after: bool) -> None:
    data = b"PO,Vendor\n1,A\n2\n"
    source = reading(dead_letter_halt_ratio=1.0)
    claim = place.claim(data)
    with pytest.raises(Crash):
        land_file(place.raw, CrashingStore(place.lake, crash_at, after=after), claim, source)
    landed = land_file(place.raw, place.lake, claim, source)
    whole = Place(place.raw.root.parent / "whole")
    assert whole.land(data, source).landing_file_id == landed.landing_file_id
    assert place.rows(landed) == [("1", "A", 1)]
    assert [row["raw"] for row in place.table(landed, "dead.parquet")] == [b"2"]
    assert place.landed_keys() == whole.landed_keys()


def test_lines_that_do_not_close_are_refused(place: Place) -> None:
    """A parser that loses a line is found out by the bytes."""

    def losing(*args: Any, **named: Any) -> Any:
        for block in exactly(*args, **named):
            yield replace(block, record_count=block.record_count - 1)

    exactly = csv.records
    with patch.object(csv, "records", losing):
        assert "3 lines do not close: 1 header + 1 records (2 landed, 0 dead letters)" in place.refused(b"PO\n1\n2\n")


def test_a_block_that_is_never_parsed_is_found_out(place: Place) -> None:
    def forgetting(blocks: Any, *args: Any, **named: Any) -> Any:
        list(blocks)
        return iter(())

    with patch.object(csv, "records", forgetting):
        assert "3 lines do not close: 1 header + 0 records" in place.refused(b"PO\n1\n2\n")


@pytest.mark.parametrize("entry", [{"unknown": 1}, {}, [1]], ids=["another key", "keys missing", "no table"])
def test_an_entry_of_another_version_is_a_sentence(place: Place, entry: object) -> None:
    landed = place.land(b"PO\n1\n")
    place.lake.put(landing_key("procurement", "orders", landed.landing_file_id, "json"), json.dumps(entry).encode())
    with pytest.raises(DataError, match=rf"{landed.landing_file_id}.json is no entry of a landed file of this version"):
        read_landed(place.lake, "procurement", "orders", landed.landing_file_id)


def test_nothing_has_landed_where_there_is_no_entry(place: Place) -> None:
    assert read_landed(place.lake, "procurement", "orders", "0" * 32) is None


def test_two_fields_may_share_a_column_and_must_agree_on_its_name(place: Place) -> None:
    shared = replace(ORDERS, columns=(*ORDERS.columns, column("activity_name", "PO")))
    assert place.rows(place.land(b"PO\n1\n", shared)) == [("1", 1)]
    disagreeing = replace(ORDERS, columns=(*ORDERS.columns, column("activity_name", "Order No.", "PO")))
    with pytest.raises(DataError, match="activity_name and another column name the header 'PO' with different first"):
        place.land(b"PO\n2\n", disagreeing)


def test_objects_are_what_the_store_said(place: Place) -> None:
    claim = place.claim(b"PO\n1\n")
    landed = land_file(place.raw, place.lake, claim, ORDERS)
    assert ObjectInfo(landed.raw_key, landed.raw_size, landed.raw_etag) == claim.file


texts = st.text(max_size=8)
deliveries = st.builds(
    lambda file_id, order, files, header, decided: Delivery(
        landed_file(file_id, header=header, columns=header, decided_formats=decided), order, files
    ),
    st.text("0123456789abcdef", min_size=32, max_size=32),
    st.sampled_from(["", "2024-01/0001", "2024-01/~12345"]),
    st.lists(st.builds(RawFile, st.sampled_from(["a.csv", "ü/b.csv"]), st.integers(0, 2**62), texts), min_size=1).map(
        tuple
    ),
    st.lists(st.text(st.characters(), max_size=5), max_size=4),
    st.dictionaries(texts, texts, max_size=3),
)


@settings(deadline=None)
@given(st.lists(deliveries, max_size=5))
def test_a_ledger_is_read_as_it_was_written(written: list[Delivery]) -> None:
    """Headers may hold half of a surrogate pair, which JSON can write and UTF-8 cannot."""
    with TemporaryDirectory() as folder:
        write_ledger(FolderStore(folder), "ledger.parquet", written)
        assert read_ledger(FolderStore(folder), "ledger.parquet") == tuple(written)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"PAR1 no Parquet", id="no Parquet"),
        pytest.param(None, id="another table"),
    ],
)
def test_a_damaged_ledger_is_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    if content is None:
        pq.write_table(pa.table({"a": [1]}), tmp_path / "ledger.parquet")
    else:
        (tmp_path / "ledger.parquet").write_bytes(content)
    with pytest.raises(DataError, match=r"ledger\.parquet is no ledger of deliveries: .*; restore the file"):
        read_ledger(FolderStore(tmp_path), "ledger.parquet")


COUNTED = """
import os, sys
from lake.landing.ledger import read_ledger
from lake.store.folder import FolderStore
def threads(): return len(os.listdir("/proc/self/task"))
before = threads()
assert len(read_ledger(FolderStore(sys.argv[1]), "ledger.parquet")) == 1
print(threads() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted as Linux lists them")
def test_a_ledger_is_read_by_no_thread_that_could_abort_a_process_that_ends(tmp_path: Path) -> None:
    """One that holds the file needs Python to let it go, which may be gone by then."""
    write_ledger(FolderStore(tmp_path), "ledger.parquet", [Delivery(landed_file("a"), "", (RawFile("a.csv", 1, "e"),))])
    done = subprocess.run([sys.executable, "-c", COUNTED, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


def test_a_ledger_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"ledger\.parquet, the ledger of deliveries, is gone; restore the file"):
        read_ledger(FolderStore(tmp_path), "ledger.parquet")


@pytest.mark.parametrize("place", range(4, 2000, 97))
def test_a_bit_that_flipped_in_a_ledger_is_a_sentence_or_nothing(tmp_path: Path, place: int) -> None:
    written = (Delivery(landed_file("a"), "2024-01/0001", (RawFile("a.csv", 1, "e"),)),)
    write_ledger(FolderStore(tmp_path), "ledger.parquet", written)
    damaged = bytearray((tmp_path / "ledger.parquet").read_bytes())
    damaged[place % len(damaged)] ^= 1
    (tmp_path / "ledger.parquet").write_bytes(damaged)
    try:
        found = read_ledger(FolderStore(tmp_path), "ledger.parquet")
    except DataError as error:
        assert "is no ledger of deliveries" in str(error)  # noqa: PT017 - or it is read as it was
    else:
        assert found == written
