"""Parquet: values of any plain type as text, and deliveries that a manifest says are whole."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake.config.configuration import Domain, Source
from lake.errors import DataError
from lake.landing.claims import Claim, claim_files
from lake.landing.formats import parquet
from lake.landing.land_file import land_file
from lake.landing.landed_file import LandedFile
from lake.landing.manifests import read_manifests
from tests.unit.lake.landing.formats.places import Place, column, counts, source, tolerant

EXTRACT = source(format="parquet", manifest=False)
DOMAIN = Domain("procurement", ignored_files=("*.md",))
MOMENT = datetime(2024, 1, 31, 10, 0, 0, 500_000)


def packed(table: pa.Table | dict[str, Any], **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), out, **options)
    return out.getvalue()


def test_rows_land_in_the_order_of_the_file(place: Place, tmp_path: Path) -> None:
    data = packed({"Vendor": ["A", None, ""], "order no.": [1, 2, None], "x": [1.5, 2.0, None]}, row_group_size=2)
    with patch.object(parquet, "ROWS_AT_ONCE", 2):
        landed = place.land(data, EXTRACT)
    assert place.names(landed) == ["Vendor", "PO", "x"]
    assert place.rows(landed) == [("A", "1", "1.5", 1), (None, "2", "2", 2), ("", None, None, 3)]
    assert counts(landed) == (3, 0, 3, 0, 0)
    assert landed.undeclared_columns == ["x"]
    assert place.lines(data, EXTRACT, landed, tmp_path / "x") == {1: 1, 2: 2, 3: 3}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        pytest.param(pa.array(["é "]), "é ", id="text"),
        pytest.param(pa.array(["x"], pa.large_string()), "x", id="long text"),
        pytest.param(pa.array(["x"], pa.string_view()), "x", id="text by view"),
        pytest.param(pa.array(["x"]).dictionary_encode(), "x", id="a dictionary"),
        pytest.param(pa.array([1.5]).dictionary_encode(), "1.5", id="a dictionary of doubles"),
        pytest.param(pa.array([-(2**63)]), "-9223372036854775808", id="the least of 64 bits"),
        pytest.param(pa.array([2**64 - 1], pa.uint64()), "18446744073709551615", id="the greatest without a sign"),
        pytest.param(pa.array([7], pa.int8()), "7", id="8 bits"),
        pytest.param(pa.array([True]), "true", id="true"),
        pytest.param(pa.array([12.0]), "12", id="a whole double"),
        pytest.param(pa.array([2.899453e7]), "28994530", id="no exponent"),
        pytest.param(pa.array([0.1], pa.float32()), "0.1", id="32 bits"),
        pytest.param(pa.array([float("nan")]), "NaN", id="no number"),
        pytest.param(pa.array([Decimal("1.10")], pa.decimal128(18, 2)), "1.10", id="a decimal"),
        pytest.param(pa.array([Decimal("-1E-10")], pa.decimal128(38, 10)), "-0.0000000001", id="a small decimal"),
        pytest.param(pa.array([Decimal("9" * 60)], pa.decimal256(60, 0)), "9" * 60, id="60 digits"),
        pytest.param(pa.array([date(2024, 1, 31)]), "2024-01-31", id="a date"),
        pytest.param(pa.array([MOMENT], pa.timestamp("us")), "2024-01-31 10:00:00.5", id="a moment"),
        pytest.param(pa.array([datetime(2024, 1, 31)], pa.timestamp("ns")), "2024-01-31 00:00:00", id="midnight"),
        pytest.param(pa.array([10], pa.timestamp("ns")), "1970-01-01 00:00:00.00000001", id="ten nanoseconds"),
        pytest.param(pa.array([MOMENT], pa.timestamp("ms", "UTC")), "2024-01-31 10:00:00.5Z", id="in UTC"),
        pytest.param(
            pa.array([MOMENT.replace(tzinfo=UTC, microsecond=0)], pa.timestamp("us", "Europe/Amsterdam")),
            "2024-01-31 11:00:00+01:00",
            id="in a zone",
        ),
        pytest.param(pa.array([time(10, 0)], pa.time64("us")), "10:00:00", id="a time"),
        pytest.param(pa.array([time(10, 0)], pa.time32("s")), "10:00:00", id="a time in seconds"),
        pytest.param(pa.array([timedelta(hours=30)], pa.duration("us")), "30:00:00", id="a duration"),
        pytest.param(pa.array([b"\x00\xff"]), "00ff", id="bytes"),
        pytest.param(pa.array([b"\x00\xff"], pa.binary(2)), "00ff", id="bytes of one length"),
        pytest.param(pa.array([None]), None, id="a column of nulls"),
    ],
)
def test_types(place: Place, values: pa.Array, text: str | None) -> None:
    nothing = pa.nulls(1, values.type)
    table = pa.table({"PO": ["1", "2"], "x": pa.chunked_array([values, nothing])})
    assert place.rows(place.land(packed(table), EXTRACT)) == [("1", text, 1), ("2", None, 2)]


def test_a_text_that_is_not_utf8_is_a_dead_letter(place: Place) -> None:
    bad = pa.Array.from_buffers(pa.string(), 3, pa.array([b"a", b"\xff", b"c"]).buffers())
    landed = place.land(packed({"PO": ["1", "2", "3"], "Vendor": bad}), tolerant(EXTRACT))
    assert place.rows(landed) == [("1", "a", 1), ("3", "c", 3)]
    assert place.dead(landed) == [(2, 2, "undecodable: column 'Vendor' is not utf-8", b"\xff")]
    assert counts(landed) == (3, 0, 3, 0, 1)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(b"", "the file is no Parquet, or damaged", id="empty"),
        pytest.param(b"PO\n1\n", "the file is no Parquet, or damaged", id="CSV"),
        pytest.param(packed({"PO": ["1"]})[:-6], "the file is no Parquet, or damaged", id="cut short"),
        pytest.param(packed({"PO": [["1"]]}), "column 'PO' holds list<element: string>", id="lists"),
        pytest.param(packed({"PO": [{"a": 1}]}), "column 'PO' holds struct<a: int64>, expected plain", id="structs"),
        pytest.param(packed({"x": ["1"]}), "the schema of the file has no column for po_number", id="no key"),
        pytest.param(packed({"PO": ["1"], "po": ["1"]}), "the header has 2 columns for po_number", id="two keys"),
    ],
)
def test_what_cannot_be_read_is_refused(place: Place, data: bytes, sentence: str) -> None:
    assert sentence in place.refused(data, EXTRACT)


def test_a_damaged_page_is_a_sentence(place: Place) -> None:
    data = packed({"PO": [str(n) for n in range(5000)]}, compression="zstd", use_dictionary=False)
    sentence = place.refused(data[:2000] + b"\0" * 2000 + data[4000:], EXTRACT)
    assert "the file is no Parquet, or damaged" in sentence


def test_a_table_without_rows_is_an_empty_delivery(place: Place) -> None:
    landed = place.land(packed(pa.table({"PO": pa.array([], pa.string())})), EXTRACT)
    assert (place.rows(landed), landed.record_count, landed.header) == ([], 0, ["PO"])


class TestManifest:
    """A delivery of several files."""

    extract = replace(source(format="parquet"), claims=(r"orders_(?P<period>[0-9-]+)[.]manifest[.]json$",))
    first, second = packed({"PO": ["1", "2"], "x": ["a", "b"]}), packed({"x": ["c"], "PO": ["3"]})

    def claims(self, place: Place, of: Source | None = None) -> list[Claim]:
        files, sources = list(place.raw.list()), [of or self.extract]
        manifests = read_manifests(place.raw, files, sources, DOMAIN)
        return claim_files(files, sources, DOMAIN, arrived_at="2024-02-01T00:00:00Z", where="raw", manifests=manifests)

    def deliver(self, place: Place, *listed: Any, name: str = "in/orders_2024-01.manifest.json") -> None:
        place.raw.put("in/a.parquet", self.first)
        place.raw.put("in/b.parquet", self.second)
        place.raw.put(name, json.dumps({"files": list(listed)}).encode())

    def landed(self, place: Place) -> LandedFile:
        (claim,) = self.claims(place)
        return land_file(place.raw, place.lake, claim, self.extract)

    def refused(self, place: Place) -> str:
        with pytest.raises(DataError) as caught:
            self.landed(place)
        assert [info.key for info in place.lake.list()] == []
        return str(caught.value)

    def test_its_files_land_as_one_by_the_names_of_their_columns(self, place: Place) -> None:
        sha256 = hashlib.sha256(self.second).hexdigest()
        listed = ({"name": "a.parquet", "rows": 2}, {"name": "b.parquet", "rows": 1, "sha256": sha256.upper()})
        self.deliver(place, *listed)
        landed = self.landed(place)
        assert place.rows(landed) == [("1", "a", 1), ("2", "b", 2), ("3", "c", 3)]
        assert counts(landed) == (3, 0, 3, 0, 0)
        assert (landed.raw_key, landed.period) == ("in/orders_2024-01.manifest.json", "2024-01")

    def test_dead_letters_are_numbered_through_all_files(self, place: Place) -> None:
        bad = pa.Array.from_buffers(pa.string(), 2, pa.array([b"a", b"\xff"]).buffers())
        self.deliver(place, {"name": "a.parquet", "rows": 2}, {"name": "c.parquet", "rows": 2})
        place.raw.put("in/c.parquet", packed({"PO": ["3", "4"], "x": bad}))
        place.raw.delete(["in/b.parquet"])
        (claim,) = self.claims(place)
        landed = land_file(place.raw, place.lake, claim, tolerant(self.extract))
        assert [row[-1] for row in place.rows(landed)] == [1, 2, 3]
        assert [(number, line) for number, line, _, _ in place.dead(landed)] == [(4, 4)]

    def test_another_content_of_any_file_is_another_delivery(self, place: Place) -> None:
        self.deliver(place, {"name": "a.parquet", "rows": 2}, {"name": "b.parquet", "rows": 1})
        before, (claim,) = self.landed(place), self.claims(place)
        place.raw.put("in/b.parquet", packed({"x": ["d"], "PO": ["3"]}))
        (claim_after,) = self.claims(place)
        assert claim_after.file.etag != claim.file.etag
        assert self.landed(place).landing_file_id != before.landing_file_id

    def test_a_file_that_no_manifest_lists(self, place: Place) -> None:
        self.deliver(place, {"name": "a.parquet", "rows": 2})
        with pytest.raises(DataError, match=r"^in/b.parquet: no source claims this file and no manifest lists it"):
            self.claims(place)
        every = replace(self.extract, claims=("in/(?P<period>x)?",))
        with pytest.raises(
            DataError, match=r"^in/b.parquet: no manifest lists this file; expected .* manifest = false"
        ):
            self.claims(place, every)

    def test_files_need_none_where_the_source_says_so(self, place: Place) -> None:
        place.raw.put("in/a.parquet", self.first)
        assert [claim.parts for claim in self.claims(place, replace(EXTRACT, claims=("in/",)))] == [()]

    def test_a_past_delivery_is_claimed_by_its_name_alone(self, place: Place) -> None:
        self.deliver(place, {"name": "a.parquet", "rows": 2}, {"name": "b.parquet", "rows": 1})
        (manifest,) = place.raw.list("in/orders")
        (claim,) = claim_files([manifest], [self.extract], DOMAIN, arrived_at="now", where="raw")
        assert (claim.period, claim.parts) == ("2024-01", ())

    @pytest.mark.parametrize(
        ("listed", "sentence"),
        [
            pytest.param([], "the manifest lists no files", id="nothing"),
            pytest.param(
                [{"name": "c.parquet", "rows": 1}], "the delivery is not whole: it lists c.parquet", id="gone"
            ),
            pytest.param([{"name": "a.parquet"}], "expected a name, a number of rows", id="no rows"),
            pytest.param([{"name": "a.parquet", "rows": True}], "expected a name, a number of rows", id="rows"),
            pytest.param(
                [{"name": "a.parquet", "rows": -1}], "expected a name, a number of rows", id="fewer than none"
            ),
            pytest.param(
                [{"name": "a.parquet", "rows": 2, "sha256": 3}], "expected a name", id="a sha256 that is none"
            ),
            pytest.param(["a.parquet"], "expected a name, a number of rows", id="names alone"),
            pytest.param([{"name": "../a.parquet", "rows": 1}], "'.' or '..'", id="out of the folder"),
            pytest.param([{"name": "a.parquet", "rows": 2}] * 2, "lists in/a.parquet twice, expected once", id="twice"),
            pytest.param(
                [{"name": "a.parquet", "rows": 3}, {"name": "b.parquet", "rows": 1}],
                "in/a.parquet has 2 rows, its manifest expected 3",
                id="more rows than there are",
            ),
            pytest.param(
                [{"name": "a.parquet", "rows": 2, "sha256": "00"}, {"name": "b.parquet", "rows": 1}],
                "its manifest expected 00",
                id="another sha256",
            ),
        ],
    )
    def test_what_a_manifest_promises_is_held_against_the_files(
        self, place: Place, listed: list[Any], sentence: str
    ) -> None:
        self.deliver(place, *listed)
        said = self.refused(place)
        assert said.startswith("in/orders_2024-01.manifest.json: ")
        assert sentence in said

    def test_what_a_manifest_promises_is_held_against_files_that_have_landed(self, place: Place) -> None:
        self.deliver(place, {"name": "a.parquet", "rows": 2}, {"name": "b.parquet", "rows": 1})
        landed = self.landed(place)
        assert self.landed(place) == landed
        self.deliver(place, {"name": "a.parquet", "rows": 2}, {"name": "b.parquet", "rows": 2})
        with pytest.raises(DataError) as caught:
            self.landed(place)
        assert str(caught.value) == (
            "in/orders_2024-01.manifest.json: its files have 3 rows, its manifest expected 4; ask for it again"
        )

    @pytest.mark.parametrize(
        "said", [b"{", b"[]", b'{"files": 3}', b"\xff"], ids=["cut", "a list", "a number", "bytes"]
    )
    def test_a_manifest_that_is_none(self, place: Place, said: bytes) -> None:
        place.raw.put("orders_2024-01.manifest.json", said)
        assert "orders_2024-01.manifest.json: the manifest" in self.refused(place)

    def test_two_manifests_of_one_file(self, place: Place) -> None:
        self.deliver(place, {"name": "a.parquet", "rows": 2}, {"name": "b.parquet", "rows": 1})
        self.deliver(place, {"name": "a.parquet", "rows": 2}, name="in/orders_2024-02.manifest.json")
        assert "orders_2024-02.manifest.json: the manifest lists in/a.parquet and so does in/orders_2024-01" in (
            self.refused(place)
        )

    def test_files_of_other_columns(self, place: Place) -> None:
        self.deliver(place, {"name": "a.parquet", "rows": 2}, {"name": "c.parquet", "rows": 1})
        place.raw.put("in/c.parquet", packed({"PO": ["3"], "y": ["3"]}))
        place.raw.delete(["in/b.parquet"])
        assert "in/c.parquet: its columns are not those of the first file of its manifest: 'x', 'y'" in (
            self.refused(place)
        )

    def test_a_file_that_changed_since_it_was_listed(self, place: Place) -> None:
        self.deliver(place, {"name": "a.parquet", "rows": 2}, {"name": "b.parquet", "rows": 1})
        (claim,) = self.claims(place)
        place.raw.put("in/b.parquet", self.first)
        with pytest.raises(DataError, match="the file changed while it was read"):
            land_file(place.raw, place.lake, claim, self.extract)

    def test_a_manifest_that_nobody_need_claim_is_not_read(self, place: Place) -> None:
        self.deliver(place, {"name": "a.parquet", "rows": 2}, {"name": "b.parquet", "rows": 1})
        place.raw.put("orders_2024-02.manifest.json.md", b"no manifest")
        place.raw.put("other.manifest.json", b"no manifest")
        files = list(place.raw.list())
        assert list(read_manifests(place.raw, files, [self.extract], DOMAIN)) == ["in/orders_2024-01.manifest.json"]


def test_a_day_and_a_month_are_decided_beside_nulls(place: Place) -> None:
    dated = replace(
        EXTRACT, columns=(*EXTRACT.columns, column("on", "On", rule="date", ambiguous_formats=["%d/%m/%Y", "%m/%d/%Y"]))
    )
    landed = place.land(packed({"PO": ["1", "2"], "On": ["31/01/2024", None]}), dated)
    assert landed.decided_formats == {"on": "%d/%m/%Y"}
