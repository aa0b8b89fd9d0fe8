"""JSON as it was met: files of others, and cases made after public reports. Both lie outside the repository."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from tests.unit.lake.landing.formats.places import Place, column, counts, source, tolerant
from tests.where import SHARED


def shared(name: str) -> bytes:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} absent: it was not checked")
    return path.read_bytes()


def reading(records: str, *columns: Any) -> Any:
    return source(format="json", records=records, columns=columns)


READINGS = "data/sensor/wildrydes_raw_records_from_readme.json"


@pytest.mark.parametrize("key", ["readings", "readings.json.gz"])
def test_two_readings_and_a_line_of_backticks(place: Place, tmp_path: Path, key: str) -> None:
    data = shared(READINGS)
    of = tolerant(reading("concatenated", column("name", "Name")))
    landed = place.land(gzip.compress(data), of, key)
    assert [(row["Name"], row["Distance"], row["Latitude"]) for row in place.table(landed)] == [
        ("Shadowfax", "175", "42.264444250051326"),
        ("Shadowfax", "163", "42.265486935100476"),
    ]
    assert [(number, line, raw) for number, line, _, raw in place.dead(landed)] == [(3, 19, b"```")]
    assert counts(landed) == (19, 0, 3, 0, 1)
    assert place.lines(data, of, landed, tmp_path / "x") == {1: 1, 2: 10, 3: 19}


def test_a_day_of_summaries_end_to_end_is_the_same_day(place: Place) -> None:
    data = shared("data/sensor/wildrydes_shadowfax-2016-02-12.json")
    lines = place.land(data, reading("lines"))
    joined = place.land(data.replace(b"\n", b""), reading("concatenated"), "joined.json")
    assert place.rows(joined) == place.rows(lines)
    assert sum(int(row["Distance"]) for row in place.table(joined)) == 1_892_783
    assert (joined.line_count, joined.record_count, joined.shared_line_count) == (1, 1440, 1439)


def test_the_orders_of_an_odata_wrapper(place: Place) -> None:
    data = shared("cases/20_odata_wrapper/raw/orders_2024-01_d1.json")
    of = reading("d.results[]", column("po", "PO Number"), column("uri", "__metadata.uri"))
    rows = place.table(place.land(data, of))
    assert [(row["PO Number"], row["Item"], row["__metadata.uri"]) for row in rows] == [
        ("4500000001", str(item), "x") for item in range(10, 70, 10)
    ]


def test_the_items_of_an_order(place: Place) -> None:
    data = shared("cases/21_items_nested_in_orders/raw/orders_2024-01_d1.json")
    rows = place.table(place.land(data, reading("[].items[]", column("item", "items[].Item"))))
    assert [(row["PO Number"], row["Vendor"], row["items[].Item"], row["items[].Net Amount"]) for row in rows] == [
        ("4500000001", "V1", "10", "10.00"),
        ("4500000001", "V1", "20", "5.00"),
    ]


def test_a_comma_behind_the_last_order_is_a_dead_letter(place: Place) -> None:
    data = shared("cases/65_json_with_trailing_commas/raw/orders_2024-01_d1.json")
    assert "1 of 7 records could not be read" in place.refused(data, reading("array"))


def test_keys_that_are_null_and_keys_that_are_missing(place: Place) -> None:
    data = shared("cases/65b_json_keys_with_null_and_missing/raw/orders_2024-01_d1.json")
    assert place.land(data, reading("lines")).record_count == 6
