"""Landing's files are written once, in groups of rows, and what has landed is not read again."""

from __future__ import annotations

import gzip
from unittest.mock import patch

import pyarrow.parquet as pq
import pytest

from lake.landing import files as landing_files
from lake.landing import land_file as landing
from lake.landing.formats import text as texts
from lake.landing.landed_file import LandedFile, landing_key
from tests.unit.lake.landing.places import ORDERS, Place, reading

DIRTY = b"PO,Vendor\n" + b"".join(b"%d\n" % n if n % 3 == 0 else b"%d,A\n" % n for n in range(1, 31))


def row_group_count(place: Place, landed: LandedFile, ending: str) -> int:
    path = place.lake.local_path(landing_key("procurement", "orders", landed.landing_file_id, ending))
    return pq.read_metadata(path).num_row_groups


@pytest.mark.parametrize(
    ("bound", "limit", "groups", "dead_groups"),
    [
        pytest.param("ROWS_TOGETHER", 1000, 1, 1, id="a small file is one group"),
        pytest.param("ROWS_TOGETHER", 8, 3, 2, id="by rows"),
        pytest.param("BYTES_TOGETHER", 1, 20, 10, id="by bytes"),
    ],
)
def test_rows_are_written_in_groups(place: Place, bound: str, limit: int, groups: int, dead_groups: int) -> None:
    with patch.object(landing_files, bound, limit), patch.object(texts, "BLOCK_BYTES", 1):
        landed = place.land(DIRTY, reading(dead_letter_halt_ratio=1.0))
    assert place.rows(landed) == [(str(n), "A", n) for n in range(1, 31) if n % 3]
    assert place.dead(landed) == [(n, n + 1, "ragged: 1 fields, the header has 2", b"%d" % n) for n in range(3, 31, 3)]
    assert row_group_count(place, landed, "parquet") == groups
    assert row_group_count(place, landed, "dead.parquet") == dead_groups


def test_a_content_that_has_landed_is_not_read_again(place: Place) -> None:
    first = place.land(b"PO,Vendor\n1,A\n")
    with patch.object(landing, "format_named", side_effect=AssertionError("read again")):
        assert place.land(b"PO,Vendor\n1,A\n", ORDERS, key="renamed.csv") == first
        assert place.land(gzip.compress(b"PO,Vendor\n1,A\n"), ORDERS, key="packed.csv.gz") == first
        assert place.land(gzip.compress(b"PO,Vendor\n1,A\n"), ORDERS, key="packed.csv") == first
