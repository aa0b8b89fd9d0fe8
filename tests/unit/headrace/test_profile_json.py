"""How the records of a JSON file stand: what a profile proposes is read as proposed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headrace.profiling.json_shape import json_shape
from tests.unit.headrace.test_profile import HEADER, columns, orders, profiled

ORDERS = [dict(zip(HEADER, row, strict=True)) for row in orders()]
PRETTY = "\n".join(json.dumps(order, indent=2) for order in ORDERS)
NESTED = [{"positions": [{"Item": order.pop("Item")}], "notes": ["x"], **order} for order in map(dict, ORDERS)]


def wrapped(orders: list[dict[str, Any]], **beside: Any) -> dict[str, Any]:
    return {"@odata.context": "x", "d": {"results": orders, **beside}}


@pytest.mark.parametrize(
    ("content", "records", "record_count", "doubts"),
    [
        pytest.param("".join(map(json.dumps, ORDERS)), "concatenated", 30, 0, id="on one line"),
        pytest.param(PRETTY, "concatenated", 30, 0, id="printed prettily"),
        pytest.param(f"{json.dumps(ORDERS[0])}\n{PRETTY}", "concatenated", 31, 0, id="the first on a line of its own"),
        pytest.param("\n".join(map(json.dumps, ORDERS)) + "\n{oops", "lines", 31, 0, id="lines, one of them broken"),
        pytest.param(json.dumps(wrapped(ORDERS)), "d.results[]", 30, 1, id="a wrapper"),
        pytest.param(json.dumps(wrapped(ORDERS), indent=1), "d.results[]", 30, 1, id="a wrapper printed prettily"),
        pytest.param(json.dumps(wrapped(ORDERS, __next="y")), "d.results[]", 30, 2, id="a page of several"),
        pytest.param(
            "\n".join(json.dumps(wrapped([order], next=True)) for order in ORDERS), "d.results[]", 30, 2, id="pages"
        ),
        pytest.param(json.dumps(NESTED), "[].positions[]", 30, 1, id="items of orders"),
        pytest.param("\n".join(map(json.dumps, NESTED)), "[].positions[]", 30, 1, id="items of orders on lines"),
        pytest.param(json.dumps(wrapped(NESTED)), "d.results[].positions[]", 30, 2, id="items of orders in a wrapper"),
    ],
)
def test_where_the_records_stand(tmp_path: Path, content: str, records: str, record_count: int, doubts: int) -> None:
    facts = profiled(tmp_path, "o.json", content)
    assert (facts.shape["format"], facts.shape["records"]) == ("json", records)
    assert (facts.counts.records, facts.counts.is_closed) == (record_count, True)
    assert sum(doubt.at in ("read.records", "read.more_pages") for doubt in facts.doubts) == doubts
    found = {column.field: column.name for column in facts.columns}
    assert found["po_number"] == "PO Number"
    assert found["item_number"] == ("positions[].Item" if records.endswith("positions[]") else "Item")


def test_what_is_left_out_of_a_wrapper_is_named(tmp_path: Path) -> None:
    facts = profiled(tmp_path, "o.json", json.dumps(wrapped(ORDERS, __next="y")))
    assert facts.shape["left_out"] == "'@odata.context', 'd.__next'"
    assert facts.shape["next_page"] == "d.__next"
    (doubt,) = [doubt.unsure for doubt in facts.doubts if doubt.at == "read.more_pages"]
    assert doubt.startswith("by 'd.__next' the file says that more records follow")


def test_the_first_toml_says_the_path_and_no_more_pages(tmp_path: Path) -> None:
    toml = tmp_path / "first.toml"
    profiled(tmp_path, "o.json", json.dumps(wrapped(NESTED, __next="y")), write=toml)
    text = toml.read_text()
    assert 'records = "d.results[].positions[]"\n' in text
    assert 'headers = ["positions[].Item"]\n' in text
    assert "# UNSURE: by 'd.__next'" in text
    assert "\nmore_pages" not in text


def test_fields_inside_objects_have_columns(tmp_path: Path) -> None:
    content = "\n".join(json.dumps({**order, "address": {"country": "DE"}}) for order in ORDERS)
    told = columns(profiled(tmp_path, "o.json", content))
    assert told["address.country"].filled_count == 30
    assert told["address"].filled_count == 30


@pytest.mark.parametrize(
    ("lines", "paths"),
    [
        pytest.param(['{"a":{"b":1}}', '{"a":null}', '{"a":{"c":{"d":2}}}'], ("a.b", "a.c.d"), id="inside objects"),
        pytest.param(['{"a":{"b":1,"c":{"d":1}}}', '{"a":"x"}'], (), id="not where a text leads to them"),
        pytest.param(['{"a":{"b":1}}', '{"a":{"b":{"c":1}}}'], ("a.b",), id="nor where a number does"),
        pytest.param(['{"a":{"b":1},"A.B":2}'], (), id="nor of one name with another"),
        pytest.param(['{"a":[{"b":1},{"b":2,"c":{"d":1}}]}'] * 2, ("a[].c.d",), id="inside the objects of an array"),
        pytest.param(["[", '{"a":{"b":1}}'], (), id="nor of an element that is not over"),
    ],
)
def test_fields_that_a_header_could_name(lines: list[str], paths: tuple[str, ...]) -> None:
    shape = json_shape(lines)
    assert shape
    assert shape.paths == paths


@pytest.mark.parametrize("line", ["", "a,b", "[1,2]", '"x"', "{x}", "12"])
def test_what_does_not_begin_as_json(line: str) -> None:
    assert json_shape([line]) is None


def test_a_wrapper_longer_than_what_is_looked_at_is_known_by_its_beginning() -> None:
    shape = json_shape(['{"next":null,"d":{"results":[{"a":1,"items":[{"b":{"c":1}}]},{"a":'])
    assert shape
    assert (shape.records, shape.paths) == ("d.results[].items[]", ("items[].b.c",))
