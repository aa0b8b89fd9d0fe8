"""Records in an array inside the object that a file is, and what that object says of further pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from lake.config.configuration import Source
from lake.landing.formats import json_wrapper
from lake.landing.formats import text as texts
from lake.landing.formats.json_wrapper import first_array, next_page
from tests.unit.lake.landing.formats.places import Place, counts, source, tolerant


def wrapped(records: str = "d.results[]", **read: Any) -> Source:
    return source(format="json", records=records, **read)


@pytest.mark.parametrize("block_bytes", [1, 7, 1000])
@pytest.mark.parametrize(
    ("data", "records"),
    [
        pytest.param(b'{"d":{"results":[{"PO":1},{"PO":"]}"}]}}', "d.results[]", id="on one line"),
        pytest.param(
            b'\n{\n "d" : {\n "results" :\n [\n{"PO":1},\n{"PO":"]}"}\n]\n}\n}\n\n', "d.results[]", id="prettily"
        ),
        pytest.param(b'{"value":[{"PO":1},{"PO":"]}"}]}', "value[]", id="one step"),
        pytest.param(b'{"d.results":[{"PO":1},{"PO":"]}"}]}', "d.results[]", id="a key with a dot"),
        pytest.param(b'{"d":[{"PO":1}]}\n{"d":[{"PO":"]}"}]}', "d[]", id="two pages one behind another"),
        pytest.param(
            b'{"x":[{"d":{"results":[{"PO":9}]}}],"d":{"results":[{"PO":1},{"PO":"]}"}],"results2":[[]]},"y":"{["}',
            "d.results[]",
            id="other arrays around it",
        ),
        pytest.param(b'{"v\\u0061lue":[{"PO":1},{"PO":"]}"}]}', "value[]", id="a key with an escape"),
    ],
)
def test_the_records_of_the_array_land(
    place: Place, data: bytes, records: str, block_bytes: int, tmp_path: Path
) -> None:
    with patch.object(texts, "BLOCK_BYTES", block_bytes):
        landed = place.land(data, wrapped(records))
    assert place.rows(landed) == [("1", 1), ("]}", 2)]
    assert counts(landed) == (2, 0, 2, 0, 0)
    assert landed.dialect["records"] == "wrapped"
    assert place.lines(data, wrapped(records), landed, tmp_path / "x") == {1: 1, 2: 2}


def test_elements_that_are_no_objects_are_dead_letters(place: Place) -> None:
    landed = place.land(b'{"value":[{"PO":1},2,{"PO":tru},]}', tolerant(wrapped("value[]")))
    assert [(number, line, raw) for number, line, _, raw in place.dead(landed)] == [
        (2, 2, b"2"),
        (3, 3, b'{"PO":tru}'),
        (4, 4, b""),
    ]
    assert counts(landed) == (4, 0, 4, 0, 3)


def test_items_of_records_in_a_wrapper(place: Place) -> None:
    landed = place.land(b'{"d":{"results":[{"PO":1,"i":[{"a":2},{"a":3}]},{"PO":4}]}}', wrapped("d.results[].i[]"))
    assert place.rows(landed) == [("1", "2", 1), ("1", "3", 2), ("4", None, 3)]


def test_an_array_of_nothing_is_an_empty_delivery(place: Place) -> None:
    landed = place.land(b'{"value":[ ]}', wrapped("value[]"))
    assert (place.rows(landed), counts(landed)) == ([], (0, 0, 0, 0, 0))


def test_what_else_stands_in_the_object_is_named(place: Place) -> None:
    data = b'{"@odata.context":"x","d":{"results":[{"PO":1}],"__count":"1","__next":null},"d2":{}}'
    assert place.land(data, wrapped()).dialect["left_out"] == "'@odata.context', 'd.__count', 'd.__next', 'd2'"


@pytest.mark.parametrize(
    ("data", "records", "sentence"),
    [
        pytest.param(
            b'{"error":{"code":1}}', "value[]", "object 1 has no such array, expected an object with", id="none"
        ),
        pytest.param(b'{"error":{"code":1}}', "value[]", "its keys are 'error'", id="the keys that are there"),
        pytest.param(b'{"value":null}', "value[]", "object 1 has no such array", id="null"),
        pytest.param(b'{"value":{"PO":1}}', "value[]", "object 1 has no such array", id="an object"),
        pytest.param(b'{"value":[]}{"values":[]}', "value[]", "object 2 has no such array", id="a page without it"),
        pytest.param(b"", "value[]", "nothing is in the file, expected an object with the array value[]", id="nothing"),
        pytest.param(b'[{"PO":1}]', "value[]", "object 1 begins with '['", id="an array"),
        pytest.param(b'"x"', "value[]", "object 1 begins with '\"'", id="a text"),
        pytest.param(b'}{"value":[]}', "value[]", "object 1 begins with '}'", id="a bracket"),
        pytest.param(
            b'{"value":[{"PO":1}],}', "value[]", "object 1 is no JSON around its array: not_json", id="no JSON"
        ),
        pytest.param(
            b'{"value":[{"PO":1}]} x', "value[]", "ends inside object 2, behind element 1", id="text behind it"
        ),
        pytest.param(b'{"value":[{"PO":1}] x', "value[]", "ends inside object 1, behind element 1", id="cut behind it"),
        pytest.param(b'{"value":[{"PO":1},{"PO', "value[]", "ends inside object 1, behind element 1", id="cut in it"),
        pytest.param(b'{"value":[],"value":[]}', "value[]", "around its array: twice: key 'value'", id="two arrays"),
    ],
)
def test_an_object_without_its_array_is_refused(place: Place, data: bytes, records: str, sentence: str) -> None:
    assert sentence in place.refused(data, wrapped(records))


def test_an_object_without_an_end_does_not_fill_the_memory(place: Place) -> None:
    data = b'{"x":"' + b"x" * 500 + b'","value":[{"PO":1}]}'
    with patch.object(json_wrapper, "LONGEST_RECORD", 300), patch.object(texts, "BLOCK_BYTES", 50):
        assert "object 1 has more than 300 bytes beside the array value[]" in place.refused(data, wrapped("value[]"))
        assert "object 1 begins with '['" in place.refused(b"[" + b"1," * 500, wrapped("value[]"))
        long = b'{"value":[' + b",".join([b'{"PO":1}'] * 100) + b"]}"
        assert place.land(long, wrapped("value[]")).record_count == 100


PAGE = b'{"value":[{"PO":1}],"@odata.nextLink":"https://next"}'


def test_a_page_of_several_is_refused(place: Place) -> None:
    sentence = place.refused(PAGE, wrapped("value[]"))
    assert "the file says by '@odata.nextLink' that more records follow" in sentence
    assert 'say more_pages = "allow" under [read]' in sentence


def test_a_page_of_several_lands_where_it_may(place: Place) -> None:
    landed = place.land(PAGE, wrapped("value[]", more_pages="allow"))
    assert place.rows(landed) == [("1", 1)]
    assert landed.dialect["next_page"] == "@odata.nextLink"
    assert wrapped("value[]", more_pages="allow").reading_digest == wrapped("value[]").reading_digest


def test_all_pages_one_behind_another_are_whole(place: Place) -> None:
    assert place.land(PAGE + b'{"value":[{"PO":2}]}', wrapped("value[]")).record_count == 2


@pytest.mark.parametrize(
    ("said", "key"),
    [
        pytest.param({"@odata.nextLink": "x"}, "@odata.nextLink", id="OData"),
        pytest.param({"d": {"__next": "x"}}, "d.__next", id="OData 2"),
        pytest.param({"next": "x", "previous": None}, "next", id="a link"),
        pytest.param({"links": {"next": {"href": "x"}}}, "links.next", id="a link inside"),
        pytest.param({"has_more": True}, "has_more", id="a flag"),
        pytest.param({"nextPageToken": "x"}, "nextPageToken", id="a token"),
        pytest.param({"done": False, "nextRecordsUrl": "x"}, "nextRecordsUrl", id="Salesforce"),
        pytest.param({"exceededTransferLimit": True}, "exceededTransferLimit", id="ArcGIS"),
        pytest.param({"moreRecords": True}, "moreRecords", id="more records"),
        pytest.param({"is_truncated": "true"}, "is_truncated", id="cut"),
        pytest.param({"nextHref": "x"}, "nextHref", id="another link"),
        pytest.param({"NextMarker": "x"}, "NextMarker", id="S3"),
        pytest.param({"links": [{"rel": "self"}, {"rel": "next", "href": "x"}]}, "links", id="a list of links"),
        pytest.param({"link": [{"relation": "next"}]}, "link", id="FHIR"),
        pytest.param({"links": [{"rel": "self"}, "next"]}, None, id="a list without it"),
        pytest.param({"_scroll_id": "x"}, "_scroll_id", id="Elasticsearch"),
        pytest.param({"next": None, "has_more": False, "nextToken": "", "links": {"next": {}}}, None, id="the last"),
        pytest.param({"nextOrder": 5, "context": "next", "value": [{"next": 1}]}, None, id="other words"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_keys_that_tell_of_further_pages(said: dict[str, Any], key: str | None) -> None:
    assert next_page(said) == key


@pytest.mark.parametrize(
    ("data", "path"),
    [
        pytest.param(b'{"d":{"x":[1],"results":[ {"PO"', "d.results[]", id="cut in the first record"),
        pytest.param(b'{"a":[{"b":1}]}', "a[]", id="whole"),
        pytest.param(b'{"a":[],"b":[[{"c":1}]],"d":1}{"e":[{}]}', None, id="none in the first object"),
        pytest.param(b'[{"a":[{}]}]', None, id="an array"),
        pytest.param(b"", None, id="nothing"),
    ],
)
def test_the_first_array_of_objects(data: bytes, path: str | None) -> None:
    assert first_array(data) == path
