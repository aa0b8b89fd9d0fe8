"""JSON: what was written lands as it was written; what is no object of different keys is a dead letter."""

from __future__ import annotations

import json as python_json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lake.config.configuration import Source
from lake.errors import DataError
from lake.landing.formats import json, json_elements
from lake.landing.formats import text as texts
from lake.landing.formats.json_elements import Element, SequenceCutting, WholeArrayCutting, elements
from lake.landing.formats.json_wrapper import WrappedCutting
from tests.unit.lake.landing.formats.places import Place, column, counts, source, tolerant


def lines(**read: Any) -> Source:
    return source(format="json", **read)


def test_numbers_land_as_they_are_written_and_nested_values_as_compact_text(place: Place) -> None:
    data = (
        '{"PO": 4500001234, "net": 1.10, "exp": 1e3, "big": 12345678901234567890123, "neg": -0.0}\n'
        '{"PO": "00010", "ok": true, "no": false, "of": { "a" : [1.0, null, "é\\n"], "b": {} }, "none": null}\n'
    )
    landed = place.land(data.encode(), lines())
    assert place.names(landed) == ["PO", "net", "exp", "big", "neg", "ok", "no", "of", "none"]
    assert place.rows(landed) == [
        ("4500001234", "1.10", "1e3", "12345678901234567890123", "-0.0", None, None, None, None, 1),
        ("00010", None, None, None, None, "true", "false", '{"a":[1.0,null,"é\\n"],"b":{}}', None, 2),
    ]
    assert counts(landed) == (2, 0, 2, 0, 0)


def test_a_key_that_appears_late_has_its_column(place: Place) -> None:
    data = b'{"PO":1}\n' * 50 + b'{"PO":2,"late":"x","Order No":3}\n'
    with patch.object(texts, "BLOCK_BYTES", 16), patch.object(json, "CELLS_AT_ONCE", 8):
        landed = place.land(data, lines())
    assert place.names(landed) == ["PO", "late", "Order No"]
    assert place.rows(landed) == [("1", None, None, number) for number in range(1, 51)] + [("2", "x", "3", 51)]


def test_declared_keys_land_under_their_first_header_in_any_order(place: Place) -> None:
    landed = place.land(b'{"vendor":"A","order no.":1}\n{"ORDER NO.":2}\n', lines(columns=(column("x", "Vendor"),)))
    assert place.names(landed) == ["Vendor", "order no.", "ORDER NO._"]


def test_an_empty_text_is_no_null(place: Place) -> None:
    assert place.rows(place.land(b'{"PO":"","Vendor":null}\n{"PO":" "}', lines())) == [("", None, 1), (" ", None, 2)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(b'{"PO":1', "not_json: Expecting ',' delimiter at character 8", id="cut short"),
        pytest.param(b'{"PO":1}{"PO":2}', "not_json: Extra data at character 9", id="two objects"),
        pytest.param(b'{"PO":01}', "not_json: Expecting ',' delimiter at character 8", id="a leading zero"),
        pytest.param(b"{'PO':1}", "not_json: Expecting property name", id="other quotes"),
        pytest.param(b'{"PO":NaN}', "not_json: NaN", id="not a number"),
        pytest.param(b'{"PO":-Infinity}', "not_json: -Infinity", id="infinity"),
        pytest.param(b'{"PO":"a\tb"}', "not_json: Invalid control character", id="a tab inside a text"),
        pytest.param(b'{"PO":1,"PO":1}', "twice: key 'PO'", id="a key twice"),
        pytest.param(b'{"PO":{"a":1,"a":2}}', "twice: key 'a'", id="a key twice below"),
        pytest.param(b"[1]", "not_object: an array, expected an object", id="an array"),
        pytest.param(b'"PO"', "not_object: a text, expected an object", id="a text"),
        pytest.param(b"12", "not_object: a number, expected an object", id="a number"),
        pytest.param(b"null", "not_object: null, expected an object", id="null"),
        pytest.param(b"true", "not_object: true or false, expected an object", id="true"),
        pytest.param(b'{"PO":"\xff"}', "undecodable: byte 8 of the record is not utf-8", id="another encoding"),
        pytest.param(b'{"PO":"\\ud800"}', "surrogate: half a character", id="half a character"),
        pytest.param(b'{"\\udfff":1}', "surrogate: half a character", id="half a character in a key"),
        pytest.param(b'{"PO":' + b"[" * 90_000 + b"]" * 90_000 + b"}", "too_deep", id="90,000 levels"),
        pytest.param(b'{"PO":' + b"[" * 800 + b"]" * 800 + b"}", "too_deep", id="800 levels"),
    ],
)
def test_what_is_no_object_is_a_dead_letter(place: Place, line: bytes, reason: str) -> None:
    landed = place.land(b'\n{"PO":"first"}\n \r\n' + line + b'\n{"PO":"last"}', tolerant(lines(records="lines")))
    assert place.rows(landed) == [("first", 1), ("last", 3)]
    ((number, at, said, raw),) = place.dead(landed)
    assert (number, at, raw) == (2, 4, line)
    assert said.startswith(reason)
    assert counts(landed) == (5, 0, 3, 2, 1)


def test_the_line_of_every_record_is_told_again(place: Place, tmp_path: Path) -> None:
    data = b'\n{"PO":1}\n\n{"PO":2}\nx\n'
    landed = place.land(data, tolerant(lines(records="lines")))
    assert place.lines(data, lines(), landed, tmp_path / "x") == {1: 2, 2: 4, 3: 5}


def test_a_whole_pair_of_surrogates_is_a_character(place: Place) -> None:
    assert place.rows(place.land(b'{"PO":"\\ud83d\\ude00"}', lines())) == [("😀", 1)]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'[{"PO":1},{"PO":2}]', id="on one line"),
        pytest.param(b' \n[\n  {\n    "PO": 1\n  },\n  {"PO":2}\n]\n', id="printed prettily"),
        pytest.param(b'[{"PO":1},{"PO":2}]\n\n', id="blank lines behind it"),
    ],
)
def test_an_array_is_told_by_its_first_character(place: Place, data: bytes, tmp_path: Path) -> None:
    landed = place.land(data, lines())
    assert landed.dialect["records"] == "array"
    assert place.rows(landed) == [("1", 1), ("2", 2)]
    assert counts(landed) == (2, 0, 2, 0, 0)
    assert place.lines(data, lines(), landed, tmp_path / "x") == {1: 1, 2: 2}


def test_elements_of_an_array_that_are_no_objects_are_dead_letters(place: Place) -> None:
    data = b'[{"PO":1}, 3, , {"PO":tru}, {"PO":"],[{\\"\\\\"}, ["a"],]'
    landed = place.land(data, tolerant(lines()))
    assert place.rows(landed) == [("1", 1), ('],[{"\\', 5)]
    assert [(number, raw) for number, _, _, raw in place.dead(landed)] == [
        (2, b"3"),
        (3, b""),
        (4, b'{"PO":tru}'),
        (6, b'["a"]'),
        (7, b""),
    ]
    assert counts(landed) == (7, 0, 7, 0, 5)


@pytest.mark.parametrize(
    ("data", "records", "sentence"),
    [
        pytest.param(b'[{"PO":1},{"PO":', None, "ends inside element 2, which nothing closes", id="cut in an object"),
        pytest.param(b'[{"PO":1},', None, "ends inside element 2", id="cut behind a comma"),
        pytest.param(b'[{"PO":"1}]', None, "ends inside element 1", id="a quote that nothing closes"),
        pytest.param(b'[{"PO":1}]x', None, "follows the end of the array, behind element 1", id="text behind it"),
        pytest.param(b'[{"PO":1}]{"PO":2}', None, "follows the end of the array", id="an object behind it"),
        pytest.param(b'[{"PO":1]},{"PO":2}]', None, "follows the end of the array", id="brackets that cross"),
        pytest.param(b'{"PO":1}', "array", 'does not begin with "["', id="no array"),
        pytest.param(b"", "array", "does not begin with", id="nothing"),
        pytest.param(b'{"PO":1}\n{"PO":', "concatenated", "ends inside element 2", id="an object cut short"),
        pytest.param(b'{"Number":1}', None, "the set of all keys of the file has no column for po_number", id="no key"),
        pytest.param(
            b'{"d":{"results":[{"PO":1}]},"x":[1]}', None, 'stand: records = "d.results[]" under', id="a wrapper"
        ),
        pytest.param(
            b'[{"P":"O","a":[{"PO":1}],"b":{"c":[{}]}}]', None, 'records = "[].a[]" or "[].b.c[]" under', id="items"
        ),
        pytest.param(b'{"a":"[x","b":[{}]}\n', None, 'records = "b[]" under', id="a text that looks like an array"),
        pytest.param(b'{"a":[{}]}\n{"a":[{}]}', None, 'records = "[].a[]" under', id="items in lines"),
        pytest.param(b'{"PO":1,"Order No.":2}', None, "the header has 2 columns for po_number", id="two keys"),
        pytest.param(b"PK\x03\x04", None, "packed as zip", id="a workbook"),
        pytest.param(b"PO,Vendor\n1,A\n", None, "line 1, record 1: not_json", id="CSV"),
        pytest.param('{"PO":1}'.encode("utf-16"), None, "mark of utf-16-le, expected utf-8", id="utf-16"),
    ],
)
def test_what_cannot_be_read_is_refused(place: Place, data: bytes, records: Any, sentence: str) -> None:
    assert sentence in place.refused(data, lines(records=records))


def test_an_array_of_bytes_that_look_like_brackets_is_refused(place: Place) -> None:
    assert "read by lines only" in place.refused(b'[{"PO":1}]', lines(encoding="gb18030"))


@pytest.mark.parametrize("data", [b"", b"\n", b"[]", b" [ ] "], ids=["nothing", "a blank line", "an array", "blanks"])
def test_a_file_without_a_record_is_an_empty_delivery(place: Place, data: bytes) -> None:
    landed = place.land(data, lines())
    assert (place.rows(landed), landed.record_count, landed.header) == ([], 0, [])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1", "cp1252"])
@pytest.mark.parametrize("form", ["{}\n", "[{}]"], ids=["lines", "an array"])
def test_encodings(place: Place, encoding: str, form: str) -> None:
    landed = place.land(form.format('{"PO":"Müller"}').encode(encoding), lines(encoding=encoding))
    assert place.rows(landed) == [("Müller", 1)]


def test_objects_one_behind_another(place: Place, tmp_path: Path) -> None:
    data = b'{\n "PO": 1\n}{"PO":"}{"} oops\n\n \n{"PO":3}{"PO":4}\n``` "\n{"PO":5}\n[2024 INFO]'
    of = tolerant(lines(records="concatenated"))
    landed = place.land(data, of)
    assert place.rows(landed) == [("1", 1), ("}{", 2), ("3", 4), ("4", 5), ("5", 7)]
    assert [(number, at, raw) for number, at, _, raw in place.dead(landed)] == [
        (3, 3, b"oops"),
        (6, 7, b'``` "'),
        (8, 9, b"[2024 INFO]"),
    ]
    assert counts(landed) == (9, 0, 8, 2, 3)
    assert (landed.line_break_in_field_count, landed.shared_line_count) == (2, 3)
    assert place.lines(data, of, landed, tmp_path / "x") == {1: 1, 2: 3, 3: 3, 4: 6, 5: 6, 6: 7, 7: 8, 8: 9}


@pytest.mark.parametrize("records", ["concatenated", "lines"])
@pytest.mark.parametrize(
    ("data", "line_count", "blank_count"),
    [
        pytest.param(b"", 0, 0, id="nothing"),
        pytest.param(b"\n", 1, 1, id="a blank line"),
        pytest.param(b" ", 1, 1, id="a blank line without an end"),
        pytest.param(b'{"PO":1}', 1, 0, id="no line end"),
        pytest.param(b'{"PO":1} \n', 1, 0, id="a blank behind"),
        pytest.param(b'{"PO":1}\n ', 2, 1, id="a blank on a line of its own"),
        pytest.param(b'\n\n{"PO":1}\r\n\r\n', 4, 3, id="blank lines around"),
        pytest.param(b'\xef\xbb\xbf{"PO":1}\n', 1, 0, id="a byte-order mark"),
    ],
)
@pytest.mark.parametrize("block_bytes", [1, 100])
def test_every_line_is_accounted_for(
    place: Place, data: bytes, records: str, line_count: int, blank_count: int, block_bytes: int
) -> None:
    with patch.object(texts, "BLOCK_BYTES", block_bytes):
        landed = place.land(data, lines(records=records))
    assert place.rows(landed) == ([("1", 1)] if b"1" in data else [])
    assert (landed.line_count, landed.blank_line_count) == (line_count, blank_count)


def test_keys_that_are_values_are_refused(place: Place) -> None:
    data = b'{"PO":1}\n{"a":1,"b":2,"c":3}\n'
    with patch.object(json, "MOST_KEYS", 3):
        assert "have 4 keys, expected at most 3" in place.refused(data, lines())
    with patch.object(json, "MOST_KEYS", 4):
        assert len(place.rows(place.land(data, lines()))) == 2


def test_an_element_without_an_end_does_not_fill_the_memory() -> None:
    endless = iter([b'[{"a":"'] + [b"x" * 50] * 100)
    with (
        patch.object(json_elements, "LONGEST_RECORD", 100),
        pytest.raises(DataError, match="element 1 is longer than 100 bytes"),
    ):
        list(elements(endless, WholeArrayCutting()))


@pytest.mark.parametrize("records", ["lines", "array", "concatenated", "d.results[]", "[].items[]"])
def test_how_records_stand_is_part_of_the_identity(records: Any) -> None:
    assert lines(records=records).reading_digest != lines().reading_digest


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=3), values, max_size=3)


def cut(data: bytes, size: int, cutting: Any) -> list[Element]:
    return [one for some in elements(iter(chunked(data, size)), cutting) for one in some]


def chunked(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@settings(deadline=None)
@given(
    st.lists(values, max_size=5), st.sampled_from([None, 1]), st.booleans(), st.integers(1, 30), st.sampled_from(" \n")
)
@example(["\\", '"', '\\"', [{}]], None, True, 1, " ")
def test_an_array_is_cut_where_python_cuts_it(
    found: list[Any], indent: int | None, is_ascii: bool, size: int, blank: str
) -> None:
    data = f"{blank}{python_json.dumps(found, indent=indent, ensure_ascii=is_ascii)}{blank}"
    ones = cut(data.encode("utf-8", "surrogatepass"), size, WholeArrayCutting())
    assert [python_json.loads(one.raw.decode("utf-8", "surrogatepass")) for one in ones] == found


@settings(deadline=None)
@given(
    st.lists(st.tuples(objects, st.sampled_from([None, 1])), max_size=5),
    st.sampled_from(["", " ", "\n", "\r\n \n"]),
    st.integers(1, 30),
)
def test_objects_are_cut_where_they_end(found: list[Any], between: str, size: int) -> None:
    data = "".join(f"{python_json.dumps(one, indent=indent)}{between}" for one, indent in found).encode()
    ones = cut(data, size, SequenceCutting())
    assert [python_json.loads(one.raw) for one in ones if one.raw] == [one for one, _ in found]
    physical = data.split(b"\n")
    assert all(one.raw[:1] in physical[one.line - 1] and one.raw[-1:] in physical[one.last_line - 1] for one in ones)


CUTTINGS = {
    "array": WholeArrayCutting,
    "concatenated": SequenceCutting,
    "wrapped": lambda: WrappedCutting("a", "utf-8", allows_more=False),
}
PIECES = [b"[", b"]", b"{", b"}", b",", b'"', b'"a"', b":", b"\\", b"1", b" ", b"\n", b'{"a":[', b"]}"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from(sorted(CUTTINGS)))
@example([b'{"a":[', b"1", b",", b"]}", b"\n", b'{"a":[', b"]}"], "wrapped")
def test_any_bytes_are_cut_the_same_in_any_chunks(pieces: list[bytes], kind: str) -> None:
    def found(size: int) -> Any:
        try:
            return cut(b"".join(pieces), size, CUTTINGS[kind]())
        except DataError as error:
            return str(error)

    assert found(1) == found(3) == found(100)


WRITTEN = {
    "lines": lambda found, _: "".join(f"{python_json.dumps(one)}\n" for one in found),
    "array": lambda found, indent: python_json.dumps(found, indent=indent),
    "concatenated": lambda found, indent: "".join(python_json.dumps(one, indent=indent) for one in found),
    "d.results[]": lambda found, indent: python_json.dumps(
        {"d": {"n": {"results": [{}]}, "results": found, "more": []}}, indent=indent
    ),
}


@settings(deadline=None, max_examples=60)
@given(
    st.lists(objects, max_size=6), st.sampled_from(sorted(WRITTEN)), st.sampled_from([None, 0, 2]), st.integers(1, 40)
)
def test_any_objects_land_whole(
    tmp_path_factory: pytest.TempPathFactory, found: list[dict[str, Any]], records: str, indent: Any, block_bytes: int
) -> None:
    place = Place(tmp_path_factory.mktemp("place"))
    data = WRITTEN[records](found, indent)
    with patch.object(texts, "BLOCK_BYTES", block_bytes):
        landed = place.land(data.encode(), lines(records=records, columns=()))
    rows = [dict(zip(landed.header, row, strict=False)) for row in place.rows(landed)]
    assert [{key: cell for key, cell in row.items() if cell is not None} for row in rows] == [
        {key: text_of(value) for key, value in one.items() if value is not None} for one in found
    ]


def text_of(value: Any) -> str:
    compactly = python_json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value if isinstance(value, str) else compactly
