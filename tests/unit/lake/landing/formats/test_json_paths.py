"""Fields and records below the first level of an object, by path."""

from __future__ import annotations

import json as python_json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.config.configuration import Source
from lake.landing.formats import json
from lake.landing.formats.json_paths import array_paths, object_paths
from tests.unit.lake.landing.formats.places import Place, column, counts, source, tolerant


def reading(*columns: Any, **read: Any) -> Source:
    return source(format="json", columns=columns, **read)


LATITUDE = column("latitude", "location.latitude", "lat")
ITEMS = reading(column("po_number", "PO"), column("sku", "items[].sku", required=False), records="[].items[]")


class TestFields:
    @pytest.mark.parametrize(
        ("record", "latitude"),
        [
            pytest.param('{"location":{"latitude":42.260,"x":1}}', "42.260", id="inside an object"),
            pytest.param('{"location":{"latitude":{"deg":1}}}', '{"deg":1}', id="an object itself"),
            pytest.param('{"location":{"latitude":null}}', None, id="null"),
            pytest.param('{"location":{"longitude":1}}', None, id="missing"),
            pytest.param('{"location":null}', None, id="missing with its object, which is null"),
            pytest.param('{"other":1}', None, id="missing with its object"),
            pytest.param(
                '{"location.latitude":1,"location":{"latitude":2}}', "1", id="a key with a dot is meant first"
            ),
            pytest.param('{"location":{"latitude":2},"location.latitude":1}', "1", id="wherever it stands"),
            pytest.param('{"location.latitude":1,"location":"here"}', "1", id="a key with a dot beside a text"),
            pytest.param(
                '{"location.latitude":null,"location":{"latitude":2}}', None, id="a key with a dot that is null"
            ),
        ],
    )
    def test_a_header_may_be_a_path(self, place: Place, record: str, latitude: str | None) -> None:
        data = record.encode() + b'\n{"location":{"latitude":7}}'
        landed = place.land(data, reading(LATITUDE))
        found = [row["location.latitude"] for row in place.table(landed)]
        assert found == [latitude, "7"]

    @pytest.mark.parametrize(
        ("record", "reason"),
        [
            pytest.param('{"location":"here"}', "no_object: 'location' is a text, expected", id="a text"),
            pytest.param('{"location":[{"latitude":1}]}', "no_object: 'location' is an array, expected", id="an array"),
            pytest.param('{"location":5}', "no_object: 'location' is a number", id="a number"),
        ],
    )
    def test_what_is_no_object_on_the_way_is_a_dead_letter(self, place: Place, record: str, reason: str) -> None:
        landed = place.land(f'{record}\n{{"location":{{"latitude":7}}}}'.encode(), tolerant(reading(LATITUDE)))
        ((number, line, said, raw),) = place.dead(landed)
        assert (number, line, raw) == (1, 1, record.encode())
        assert said.startswith(reason)
        assert said.endswith("an object with 'location.latitude'")
        assert place.rows(landed) == [('{"latitude":7}', "7", 2)]

    def test_another_header_of_the_field_is_taken_where_no_object_is_on_the_way(self, place: Place) -> None:
        landed = place.land(b'{"location":"here","LAT":3}\n', reading(LATITUDE))
        assert place.rows(landed) == [("here", "3", 1)]

    @pytest.mark.parametrize(
        ("record", "value"),
        [
            pytest.param('{"a":{"b":{"c":1}}}', "1", id="three steps"),
            pytest.param('{"a":{"b.c":1,"b":{"c":2}}}', "1", id="a key with a dot inside an object"),
            pytest.param('{"a":{"b":{"c":1}},"a.b":{"c":2}}', "2", id="the longer key"),
            pytest.param('{"a.b":{"c":2},"a":{"b":{"c":1}}}', "2", id="the longer key, wherever it stands"),
        ],
    )
    def test_where_names_overlap_the_longer_key_is_meant(self, place: Place, record: str, value: str) -> None:
        landed = place.land(record.encode(), reading(column("c", "a.b.c")))
        assert [row["a.b.c"] for row in place.table(landed)] == [value]

    def test_a_path_is_compared_as_other_headers_are(self, place: Place) -> None:
        landed = place.land(b'{"Location":{"LATITUDE ":1}}', reading(LATITUDE))
        assert place.rows(landed) == [('{"LATITUDE ":1}', "1", 1)]

    def test_a_header_with_a_dot_at_its_end_is_no_path(self, place: Place) -> None:
        landed = place.land(b'{"Order No":5}\n', reading(column("x", "Order No.")))
        assert place.rows(landed) == [("5", 1)]

    def test_values_inside_objects_land_only_where_they_are_declared(self, place: Place) -> None:
        assert place.names(place.land(b'{"a":{"b":1,"c":2}}', reading(column("x", "a.c")))) == ["a", "a.c"]


class TestRecords:
    def test_each_item_is_a_record_with_the_fields_of_its_order(self, place: Place, tmp_path: Path) -> None:
        data = b"""[{"PO":"1","v":{"n":1},"items":[{"sku":"a","qty":2},{"sku":"b"}]},
            {"PO":"2","items":[]}, {"PO":"3"}, {"PO":"4","items":null}, {"PO":"5","items":[7,null]}, 6]"""
        landed = place.land(data, tolerant(ITEMS))
        assert place.names(landed) == ["PO", "v", "items[].sku", "items[].qty", "items[]"]
        assert place.rows(landed) == [
            ("1", '{"n":1}', "a", "2", None, 1),
            ("1", '{"n":1}', "b", None, None, 2),
            ("2", None, None, None, None, 3),
            ("3", None, None, None, None, 4),
            ("4", None, None, None, None, 5),
            ("5", None, None, None, None, 7),
        ]
        assert [(number, at, raw) for number, at, _, raw in place.dead(landed)] == [
            (6, 5, b'{"PO":"5","items[]":7}'),
            (8, 6, b"6"),
        ]
        assert counts(landed) == (6, 0, 8, 0, 2)
        assert landed.shared_line_count == 2
        told = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 5, 8: 6}
        assert place.lines(data, ITEMS, landed, tmp_path / "x") == told

    def test_objects_one_behind_another_are_unfolded_too(self, place: Place, tmp_path: Path) -> None:
        data = b'{"PO":1,"items":[{"sku":"a"},\n{"sku":"b"}]} x {"PO":2}\n\n'
        landed = place.land(data, tolerant(ITEMS))
        assert landed.dialect["records"] == "concatenated"
        assert place.rows(landed) == [("1", "a", 1), ("1", "b", 2), ("2", None, 4)]
        assert counts(landed) == (3, 0, 4, 1, 1)
        assert (landed.line_break_in_field_count, landed.shared_line_count) == (1, 3)
        assert place.lines(data, ITEMS, landed, tmp_path / "x") == {1: 1, 2: 1, 3: 2, 4: 2}

    def test_values_in_an_array_land_under_its_path(self, place: Place) -> None:
        landed = place.land(b'[{"n":1,"values":[7,"a",null,{"x":1}]}]', reading(records="[].values[]"))
        assert place.names(landed) == ["n", "values[]", "values[].x"]
        assert place.rows(landed) == [
            ("1", "7", None, 1),
            ("1", "a", None, 2),
            ("1", None, None, 3),
            ("1", None, "1", 4),
        ]

    def test_items_of_items_and_of_objects(self, place: Place) -> None:
        of = reading(column("day", "items[].plan.days[].day"), records="[].items[].plan.days[]")
        data = b'[{"PO":1,"items":[{"n":1,"plan":{"p":9,"days":[{"day":3},{"day":4}]}},{"n":2}]}]'
        landed = place.land(data, of)
        assert place.names(landed) == ["PO", "items[].n", "items[].plan", "items[].plan.days[].day"]
        assert place.rows(landed) == [
            ("1", "1", '{"p":9}', "3", 1),
            ("1", "1", '{"p":9}', "4", 2),
            ("1", "2", None, None, 3),
        ]

    def test_a_field_inside_an_item(self, place: Place) -> None:
        of = reading(column("cent", "items[].price.cent"), records="[].items[]")
        data = b'[{"items":[{"price":{"cent":5}},{"price":"6"}]}]'
        landed = place.land(data, tolerant(of))
        assert place.rows(landed) == [('{"cent":5}', "5", 1)]
        ((number, line, reason, raw),) = place.dead(landed)
        assert (number, line, raw) == (2, 1, b'{"items[].price":"6"}')
        assert reason.startswith("no_object: 'items[].price' is a text")

    @pytest.mark.parametrize(
        ("record", "reason"),
        [
            pytest.param(b'{"PO":1,"items":{"sku":"a"}}', "no_array: 'items' is an object, expected", id="an object"),
            pytest.param(b'{"PO":1,"items":"a"}', "no_array: 'items' is a text, expected an array", id="a text"),
            pytest.param(
                b'{"PO":1,"items[].sku":2,"items":[{"sku":3}]}', "twice: key 'items[].sku'", id="a name twice"
            ),
        ],
    )
    def test_an_order_that_cannot_be_unfolded_is_one_dead_letter(
        self, place: Place, record: bytes, reason: str, tmp_path: Path
    ) -> None:
        data = b"[" + record + b',{"PO":2,"items":[{"sku":"b"}]}]'
        landed = place.land(data, tolerant(ITEMS))
        ((number, line, said, raw),) = place.dead(landed)
        assert (number, line, raw) == (1, 1, record)
        assert said.startswith(reason)
        assert place.rows(landed) == [("2", "b", 2)]
        assert place.lines(data, ITEMS, landed, tmp_path / "x") == {1: 1, 2: 2}

    def test_a_step_that_is_no_object_is_a_dead_letter(self, place: Place) -> None:
        of = tolerant(reading(records="[].a.items[]"))
        landed = place.land(b'[{"a":1},{"a.items":[{"x":1}]},{"a":null}]', of)
        assert [reason for _, _, reason, _ in place.dead(landed)] == [
            "no_object: 'a' is a number, expected an object with 'a.items'"
        ]
        assert place.rows(landed) == [("1", None, 2), (None, None, 3)]

    @pytest.mark.parametrize(
        "record",
        [
            pytest.param(b'{"a":{"b":{"i":[{"x":1}]}},"a.b":{"i":[{"x":2}]}}', id="behind"),
            pytest.param(b'{"a.b":{"i":[{"x":2}]},"a":{"b":{"i":[{"x":1}]}}}', id="before"),
        ],
    )
    def test_where_names_overlap_the_array_of_the_longer_key_is_meant(self, place: Place, record: bytes) -> None:
        landed = place.land(record, reading(records="[].a.b.i[]"))
        assert [row["a.b.i[].x"] for row in place.table(landed)] == ["2"]

    def test_what_many_items_repeat_is_not_held_at_once(self, place: Place) -> None:
        order = {"PO": "x" * 100, "items": [{"sku": n} for n in range(50)]}
        sizes = []
        block = json._block
        with (
            patch.object(json, "BYTES_AT_ONCE", 1000),
            patch.object(json, "_block", lambda found, *rest: sizes.append(len(found)) or block(found, *rest)),
        ):
            landed = place.land(python_json.dumps([order]).encode(), ITEMS)
        assert max(sizes) < 10
        assert [row[1:] for row in place.rows(landed)] == [(str(n), n + 1) for n in range(50)]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(), st.lists(st.integers(), max_size=4) | st.none()), min_size=1, max_size=5),
    st.booleans(),
    st.sampled_from([None, 1]),
)
def test_no_item_and_no_order_is_lost(
    tmp_path_factory: pytest.TempPathFactory, orders: list[Any], is_array: bool, indent: Any
) -> None:
    place = Place(tmp_path_factory.mktemp("place"))
    found = [{"PO": n, "items": skus and [{"sku": sku} for sku in skus]} for n, skus in orders]
    texts = [python_json.dumps(one, indent=indent) for one in found]
    landed = place.land((python_json.dumps(found) if is_array else "".join(texts)).encode(), ITEMS)
    rows = [(row["PO"], row.get("items[].sku")) for row in place.table(landed)]
    assert rows == [(str(n), None if sku is None else str(sku)) for n, skus in orders for sku in skus or [None]]
    assert landed.lines_close()


def test_paths_of_a_record() -> None:
    record = {"a": {"b": 1, "c": {"d": [2]}}, "e": [{}], "f": {"g": [{"h": 1}]}, "i": [], "j": [1, {}]}
    assert list(array_paths(record)) == ["e[]", "f.g[]"]
    assert list(object_paths(record)) == ["a.b", "a.c.d", "f.g"]
