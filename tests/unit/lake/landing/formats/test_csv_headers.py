"""Headers of CSV: where they end, what they may be, and files without one."""

from __future__ import annotations

from itertools import chain, repeat
from unittest.mock import patch

import pyarrow as pa
import pytest

from lake.errors import DataError
from lake.landing.formats import csv
from lake.landing.formats import text as texts
from tests.unit.lake.landing.formats.csv_files import AB, COMMA, header, read


@pytest.mark.parametrize(
    ("data", "multiline", "line", "rest"),
    [
        pytest.param(b"a,b\n1,2\n", False, csv.HeaderLine(b"a,b\n", 1, 1, 0), b"1,2\n", id="the first line"),
        pytest.param(b"\n \r\n\na,b\n", False, csv.HeaderLine(b"a,b\n", 4, 1, 3), b"", id="after blank lines"),
        pytest.param(b"a,b", False, csv.HeaderLine(b"a,b", 1, 1, 0), b"", id="no line end"),
        pytest.param(
            b'"a\nb",c\n1,2\n',
            True,
            csv.HeaderLine(b'"a\nb",c\n', 1, 2, 0),
            b"1,2\n",
            id="a line break in a name, where they are declared",
        ),
        pytest.param(b'"a\nb",c\n', False, csv.HeaderLine(b'"a\n', 1, 1, 0), b'b",c\n', id="and where they are not"),
        pytest.param(b'\n"a\n\nb"\n', True, csv.HeaderLine(b'"a\n\nb"\n', 2, 3, 1), b"", id="a blank line in a name"),
    ],
)
@pytest.mark.parametrize("block_bytes", [1, 4, 1 << 22])
def test_the_header_is_taken(data: bytes, multiline: bool, line: csv.HeaderLine, rest: bytes, block_bytes: int) -> None:
    with patch.object(texts, "BLOCK_BYTES", block_bytes):
        assert header(data, multiline=multiline) == (line, rest)


@pytest.mark.parametrize(
    ("data", "multiline", "sentence"),
    [
        pytest.param(b"", False, "the file is empty, expected a header line", id="empty"),
        pytest.param(b"\xef\xbb\xbf", False, "the file is empty", id="a mark alone"),
        pytest.param(b"\n\r\n \n", False, "found 3 blank lines, expected a header line", id="blank lines alone"),
        pytest.param(b'\n"a\nb\n', True, "line 2: the header opens a quote that nothing closes", id="open quote"),
    ],
)
def test_a_file_without_a_header(data: bytes, multiline: bool, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        header(data, multiline=multiline)


def test_a_header_left_open_is_not_gathered_without_end() -> None:
    endless = chain([b'"a\n'], repeat(b"a\n"))
    with patch.object(csv, "LONGEST_RECORD", 100), pytest.raises(DataError, match="nothing closes"):
        csv.take_header(endless, quote='"', has_multiline_fields=True)


@pytest.mark.parametrize(
    ("raw", "delimiter", "names"),
    [
        pytest.param(b"a,b\r\n", ",", ["a", "b"], id="plain"),
        pytest.param(b'"a,b",c', ",", ["a,b", "c"], id="quoted"),
        pytest.param(b"a,b", ";", ["a,b"], id="another delimiter"),
        pytest.param(b"a,,b,", ",", ["a", "", "b", ""], id="empty names"),
        pytest.param(b"a,a", ",", ["a", "a"], id="a name twice"),
        pytest.param('"x\ny",é'.encode(), ",", ["x\ny", "é"], id="a line break in a name"),
    ],
)
def test_header_names(raw: bytes, delimiter: str, names: list[str]) -> None:
    found = csv.read_header(csv.HeaderLine(raw, 1, 1, 0), encoding="utf-8", quote='"', delimiter=delimiter)
    assert (found.names, found.flaw) == (names, "")


def test_a_header_that_cannot_be_parsed_is_one_name_and_says_why() -> None:
    found = csv.read_header(csv.HeaderLine(b'a,"b\n', 1, 1, 0), encoding="utf-8", quote='"', delimiter=",")
    assert (found.names, found.flaw) == (['a,"b'], "field 2: a quote opens the field and nothing closes it")


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        pytest.param(b"caf\xe9,b\n", "line 3: byte 4 of the header is not utf-8", id="another encoding"),
        pytest.param("a,b\n".encode("utf-16-le"), "line 3: the header holds NUL characters", id="unmarked utf-16"),
        pytest.param(b"a,b\r1,2\r3,4\r", "line 3: the header holds a carriage return .* old Macs", id="old Mac"),
    ],
)
def test_a_header_in_another_encoding_or_without_line_feeds(raw: bytes, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        csv.read_header(csv.HeaderLine(raw, 3, 1, 2), encoding="utf-8", quote='"', delimiter=",")


def test_a_ragged_block_is_no_worse_beside_good_ones() -> None:
    found = read(b"1,2\n3\n4,5\n", block_bytes=4)
    assert found.rows == [(1, ["1", "2"]), (3, ["4", "5"])]
    assert [(letter.record_number, letter.line_number) for letter in found.dead] == [(2, 2)]


def test_columns_of_an_exact_block_without_rows_are_text() -> None:
    (block,) = csv.records(iter([b"1\n"]), COMMA, AB, first_line=1)
    assert [column.type for column in block.columns] == [pa.string(), pa.string()]
    assert block.record_numbers.type == pa.int64()
