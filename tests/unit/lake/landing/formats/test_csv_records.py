"""Records of CSV: fields, blank lines, line breaks inside fields, and what becomes a dead letter."""

from __future__ import annotations

from itertools import chain, repeat
from unittest.mock import patch

import pytest

from lake.errors import DataError
from lake.landing.formats import csv, csv_blocks
from lake.landing.formats import text as texts
from lake.landing.formats.csv import Dialect, StrayQuote
from lake.landing.formats.table import DeadLetter
from tests.unit.lake.landing.formats.csv_files import AB, COMMA, MULTILINE, Found, read


@pytest.mark.parametrize(
    ("data", "dialect", "reason"),
    [
        pytest.param(b"1,2,3\n", COMMA, "ragged: 3 fields, the header has 2", id="a field too many"),
        pytest.param(b"1\n", COMMA, "ragged: 1 fields, the header has 2", id="a field too few"),
        pytest.param(
            b'1,"2\n',
            COMMA,
            "stray_quote: a quote opens the field and nothing closes it (column 'b')",
            id="a quote that nothing closes",
        ),
        pytest.param(
            b'"1"x,2\n',
            COMMA,
            "stray_quote: text follows the quote that closes the field (column 'a')",
            id="text behind a closing quote",
        ),
        pytest.param(
            b'1,2,"3\n',
            COMMA,
            "stray_quote: a quote opens the field and nothing closes it (field 3)",
            id="in a field without a name",
        ),
        pytest.param(
            b"1,2\r3\n",
            COMMA,
            "stray_return: a carriage return outside quotes (column 'b')",
            id="a carriage return inside a record",
        ),
        pytest.param(
            b"1,\xff\n",
            COMMA,
            "undecodable: byte 3 of the record, in column 'b', is not utf-8",
            id="a byte that is no text",
        ),
        pytest.param(
            b'"1,1",\x81\n',
            Dialect(",", '"', "cp1252"),
            "undecodable: byte 7 of the record, in column 'b', is not cp1252",
            id="undefined in cp1252",
        ),
        pytest.param(
            b'"\xff',
            COMMA,
            "undecodable: byte 2 of the record, in column 'a', is not utf-8",
            id="undecodable inside a quote",
        ),
    ],
)
def test_a_dead_letter_says_what_was_found_and_where(data: bytes, dialect: Dialect, reason: str) -> None:
    found = read(b"0,0\n\n" + data, dialect)
    assert found.dead == [DeadLetter(2, 3, reason, data.rstrip(b"\n"))]
    assert found.rows == [(1, ["0", "0"])]


@pytest.mark.parametrize(
    ("data", "row"),
    [
        pytest.param(b'5" pipe,a"b\n', ['5" pipe', 'a"b'], id="a quote inside an unquoted field is text"),
        pytest.param(b'"",""""\n', ["", '"'], id="empty and one quote"),
        pytest.param(b"\0,\0\n", ["\0", "\0"], id="NUL"),
        pytest.param(b"1,2\r\r\n", ["1", "2"], id="two carriage returns before the line feed"),
        pytest.param(b'"1\r",2\n', ["1\r", "2"], id="a carriage return inside quotes"),
        pytest.param(b"1,2\x1a\n", ["1", "2\x1a"], id="the end-of-file character of DOS is text"),
        pytest.param(b"x" * 300_000 + b",2", ["x" * 300_000, "2"], id="a field beyond the limit of Python's csv"),
        pytest.param(b'"' + b"x" * 300_000 + b'",2', ["x" * 300_000, "2"], id="a quoted one"),
    ],
)
def test_a_row(data: bytes, row: list[str]) -> None:
    assert read(data).rows == [(1, row)]


def test_fields_are_never_null() -> None:
    assert read(b'NA,null\n"",\n', names=AB).rows == [(1, ["NA", "null"]), (2, ["", ""])]


def test_no_records_at_all() -> None:
    assert read(b"") == Found()


@pytest.mark.parametrize("dialect", [COMMA, MULTILINE])
def test_blank_lines_are_counted_and_not_recorded(dialect: Dialect) -> None:
    found = read(b"\n1,2\n\r\n\n3,4\n\n", dialect)
    assert (found.lines, found.records, found.blanks) == (6, 2, 4)
    assert found.rows == [(1, ["1", "2"]), (2, ["3", "4"])]


def test_a_blank_line_is_no_record_of_a_single_column_and_a_quoted_nothing_is() -> None:
    assert read(b'x\n\n""\n', names=("a",)) == Found([(1, ["x"]), (2, [""])], [], 3, 2, 1, 0)


@pytest.mark.parametrize("block_bytes", [1, 3, 7, 1 << 22])
def test_line_breaks_inside_fields_only_where_they_are_declared(block_bytes: int) -> None:
    data = b'1,"a\n\nb"\n2,c\n'
    assert read(data, MULTILINE, block_bytes=block_bytes).rows == [(1, ["1", "a\n\nb"]), (2, ["2", "c"])]
    undeclared = read(data, COMMA, block_bytes=block_bytes)
    assert undeclared.reasons == ["stray_quote", "ragged"]
    assert (undeclared.lines, undeclared.records, undeclared.blanks) == (4, 3, 1)


def test_a_literal_quote_opens_no_field_that_holds_line_breaks() -> None:
    assert read(b'5" pipe,1\n"6\n",2\n7",3\n', MULTILINE).rows == [
        (1, ['5" pipe', "1"]),
        (2, ["6\n", "2"]),
        (3, ['7"', "3"]),
    ]


@pytest.mark.parametrize("block_bytes", [1, 5, 1 << 22])
def test_a_quote_that_nothing_closes_stops_where_line_breaks_are_declared(block_bytes: int) -> None:
    sentence = r"^line 3, record 3: stray quote: .* nothing closes it \(column 'b'\), up to line 5; mend"
    with pytest.raises(StrayQuote, match=sentence):
        read(b'1,2\n3,4\n5,"6\n7,8\n9,', MULTILINE, block_bytes=block_bytes)


def test_a_field_left_open_is_not_gathered_without_end() -> None:
    endless = chain([b'1,"2\n'], repeat(b"3\n"))
    with patch.object(csv_blocks, "LONGEST_RECORD", 100), pytest.raises(StrayQuote, match="line 1, record 1: "):
        list(csv.records(endless, MULTILINE, AB, first_line=1))


def test_a_line_longer_than_the_longest_stops_with_its_number() -> None:
    with (
        patch.object(texts, "LONGEST_RECORD", 100),
        pytest.raises(DataError, match=r"^line 2 is longer than 100 bytes"),
    ):
        read(b"1,2\n" + b"x" * 200, block_bytes=10)
