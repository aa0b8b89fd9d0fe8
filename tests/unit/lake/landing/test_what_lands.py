"""What lands of a file: its header, its records, its dead letters."""

from __future__ import annotations

import gzip
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.landing.formats import text as texts
from lake.landing.landed_file import read_landed
from schemas.lineage import FILE_ID, RECORD_NUMBER
from tests.unit.lake.landing.places import DATED_OPTIONAL, Place, reading


def test_a_file_lands_as_it_was_written(place: Place) -> None:
    landed = place.land(b'PO,Vendor,Note\n1,"A, B",x\n\n2,,\xc3\xa9\n')
    assert place.rows(landed) == [("1", "A, B", "x", 1), ("2", "", "é", 2)]
    assert list(place.table(landed)[0]) == ["PO", "Vendor", "Note", RECORD_NUMBER, FILE_ID]
    assert (landed.line_count, landed.header_line_count, landed.record_count, landed.blank_line_count) == (4, 1, 2, 1)
    assert (landed.landing_row_count, landed.dead_letter_count, landed.line_break_in_field_count) == (2, 0, 0)
    assert landed.undeclared_columns == ["Note"]
    assert landed.header == ["PO", "Vendor", "Note"]
    assert read_landed(place.lake, "procurement", "orders", landed.landing_file_id) == landed
    key = f"landing/procurement/orders/{landed.landing_file_id}"
    assert place.landed_keys() == [f"{key}.json", f"{key}.parquet"]


cell = st.text(st.characters(codec="utf-8"), max_size=5)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(cell, cell), max_size=8),
    st.sampled_from(["utf-8", "utf-16", "gb18030"]),
    st.booleans(),
    st.integers(1, 200),
)
def test_any_table_lands_whole(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], encoding: str, packed: bool, block_bytes: int
) -> None:
    place = Place(tmp_path_factory.mktemp("place"))
    quoted = "".join('"{}","{}"\r\n'.format(*(value.replace('"', '""') for value in row)) for row in rows)
    data = f"Vendor,PO\r\n{quoted}".encode(encoding)
    with patch.object(texts, "BLOCK_BYTES", block_bytes):
        landed = place.land(
            gzip.compress(data) if packed else data,
            reading(encoding=encoding, has_multiline_fields=True),
            key="orders.csv.gz" if packed else "orders.csv",
        )
    assert place.rows(landed) == [(*row, number) for number, row in enumerate(rows, start=1)]
    assert landed.line_count == 1 + len(rows) + landed.line_break_in_field_count
    assert landed.line_break_in_field_count == quoted.count("\n") - len(rows)


def test_the_order_and_the_names_of_the_header_are_each_files_own(place: Place) -> None:
    first = place.land(b"PO,Vendor\n1,A\n")
    second = place.land(b"extra;vendor;ORDER  no.\nx;A;1\n", key="orders2.csv")
    assert place.table(first)[0]["PO"] == place.table(second)[0]["PO"] == "1"
    assert place.table(first)[0]["Vendor"] == place.table(second)[0]["Vendor"] == "A"
    assert (first.dialect["delimiter"], second.dialect["delimiter"]) == (",", ";")
    assert second.header == ["extra", "vendor", "ORDER  no."]


def test_the_delimiter_is_the_first_under_which_the_header_has_what_is_required(place: Place) -> None:
    landed = place.land(b'"PO|x"|"a,b"|PO\n1|2|3\n', reading(delimiters=(",", "|")))
    assert landed.dialect["delimiter"] == "|"
    assert place.rows(landed) == [("1", "2", "3", 1)]


def test_undeclared_columns_are_kept_under_names_of_their_own(place: Place) -> None:
    header = f"x,PO,x,X, ,column_5,{RECORD_NUMBER},{FILE_ID}"
    landed = place.land(f"{header}\na,b,c,d,e,f,g,h\n".encode())
    names = ["x", "PO", "x_", "X__", "column_5", "column_5_", f"{RECORD_NUMBER}_", f"{FILE_ID}_"]
    assert list(place.table(landed)[0]) == [*names, RECORD_NUMBER, FILE_ID]
    assert place.rows(landed) == [(*"abcdefgh", 1)]


def test_an_optional_column_may_be_missing(place: Place) -> None:
    assert list(place.table(place.land(b"PO,x\n1,2\n"))[0]) == ["PO", "x", RECORD_NUMBER, FILE_ID]


def test_a_header_alone_is_an_empty_delivery(place: Place) -> None:
    landed = place.land(b"PO,Vendor", DATED_OPTIONAL)
    assert place.rows(landed) == []
    assert (landed.line_count, landed.record_count, landed.landing_row_count) == (1, 0, 0)
    assert landed.lines_close()


def test_a_header_over_several_lines(place: Place) -> None:
    landed = place.land(b'\n"PO",Vendor,"a\nb"\n1,A,"x\n\ny"\n', reading(has_multiline_fields=True))
    assert place.rows(landed) == [("1", "A", "x\n\ny", 1)]
    assert (landed.line_count, landed.header_line_count, landed.blank_line_count) == (6, 2, 1)
    assert landed.line_break_in_field_count == 2
    assert landed.lines_close()


def test_dead_letters_say_file_record_line_and_why(place: Place) -> None:
    landed = place.land(b"PO,Vendor\n1,A\n\n2\n3,\xff\n4,D\n", reading(dead_letter_halt_ratio=0.5))
    assert place.rows(landed) == [("1", "A", 1), ("4", "D", 4)]
    common = {"landing_file_id": landed.landing_file_id, "raw_key": "orders.csv"}
    assert place.table(landed, "dead.parquet") == [
        {**common, "record_number": 2, "line_number": 4, "reason": "ragged: 1 fields, the header has 2", "raw": b"2"},
        {
            **common,
            "record_number": 3,
            "line_number": 5,
            "raw": b"3,\xff",
            "reason": "undecodable: byte 3 of the record, in column 'Vendor', is not utf-8",
        },
    ]
    assert landed.dead_letter_count == 2


def test_a_stray_quote_becomes_a_dead_letter_where_the_source_says_so(place: Place) -> None:
    data = b'PO,Vendor\n1,A\n2,"B\n3,C\n'
    landed = place.land(data, reading(stray_quotes="dead_letter", dead_letter_halt_ratio=1.0))
    assert place.rows(landed) == [("1", "A", 1), ("3", "C", 3)]
    assert [row["record_number"] for row in place.table(landed, "dead.parquet")] == [2]


@pytest.mark.parametrize(("dead", "is_refused"), [(1, False), (2, True)], ids=["at the ratio", "above it"])
def test_the_halt_ratio_of_dead_letters(place: Place, dead: int, is_refused: bool) -> None:
    data = b"PO,Vendor\n" + b"1\n" * dead + b"1,A\n" * (10 - dead)
    if not is_refused:
        assert place.land(data, reading(dead_letter_halt_ratio=0.1)).dead_letter_count == dead
        return
    sentence = place.refused(data, reading(dead_letter_halt_ratio=0.1))
    assert "2 of 10 records could not be read, expected at most 10.00%" in sentence
    assert "line 2, record 1: ragged: 1 fields, the header has 2" in sentence
    assert "source orders" in sentence
