"""CSV in every encoding, and files that are not what was expected."""

from __future__ import annotations

import io

import pytest

from lake.errors import DataError
from lake.landing.formats import text as texts
from lake.landing.formats.csv import Dialect
from tests.unit.lake.landing.formats.csv_files import COMMA, Found, read

BOTH_LINES = "é,€\n1,2\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        pytest.param(BOTH_LINES.encode(), "utf-8", id="utf-8"),
        pytest.param(BOTH_LINES.encode("utf-8-sig"), "utf-8", id="utf-8 with its mark"),
        pytest.param(BOTH_LINES.encode(), "utf-8-sig", id="utf-8-sig without"),
        pytest.param(BOTH_LINES.encode("utf-8-sig"), "UTF8", id="another name of utf-8"),
        pytest.param(BOTH_LINES.encode("cp1252"), "cp1252", id="cp1252"),
        pytest.param(BOTH_LINES.encode("iso8859-15"), "iso8859-15", id="iso8859-15"),
        pytest.param(BOTH_LINES.encode("utf-16"), "utf-16", id="utf-16 with a little mark"),
        pytest.param("\ufeff".encode("utf-16-be") + BOTH_LINES.encode("utf-16-be"), "utf-16", id="with a big mark"),
        pytest.param(BOTH_LINES.encode("utf-16-le"), "utf-16-le", id="utf-16-le without a mark"),
        pytest.param(BOTH_LINES.encode("utf-16-be"), "utf-16-be", id="utf-16-be without a mark"),
        pytest.param("\ufeff".encode("utf-16-le") + BOTH_LINES.encode("utf-16-le"), "utf-16-le", id="with one"),
        pytest.param(BOTH_LINES.encode("utf-32"), "utf-32", id="utf-32"),
        pytest.param(BOTH_LINES.encode("cp1140"), "cp1140", id="EBCDIC, whose line feed is another byte"),
        pytest.param(BOTH_LINES.encode("gb18030"), "gb18030", id="gb18030"),
        pytest.param(BOTH_LINES.encode("utf-7"), "utf-7", id="utf-7"),
    ],
)
@pytest.mark.parametrize("block_bytes", [1, 2, 3, 1 << 22])
def test_encodings(data: bytes, encoding: str, block_bytes: int) -> None:
    dialect = Dialect(",", '"', texts.block_encoding(encoding))
    found = read(data, dialect, encoding=encoding, block_bytes=block_bytes)
    assert found == Found([(1, ["é", "€"]), (2, ["1", "2"])], [], 2, 2, 0, 0)


def test_stateful_encodings_are_read_as_a_whole() -> None:
    data = "日本,x\n語,y\n".encode("iso2022_jp")
    assert read(data, Dialect(",", '"', texts.block_encoding("iso2022_jp")), encoding="iso2022_jp").rows == [
        (1, ["日本", "x"]),
        (2, ["語", "y"]),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le"])
@pytest.mark.parametrize("block_bytes", [1, 4, 1 << 22])
def test_only_the_first_mark_is_a_mark(encoding: str, block_bytes: int) -> None:
    data = "\ufeff\ufeff1,2\n\ufeff3,\ufeff4\n".encode(encoding.removesuffix("-sig"))
    found = read(data, Dialect(",", '"', texts.block_encoding(encoding)), encoding=encoding, block_bytes=block_bytes)
    assert found.rows == [(1, ["\ufeff1", "2"]), (2, ["\ufeff3", "\ufeff4"])]


def test_half_a_surrogate_pair_is_one_dead_letter() -> None:
    data = "1,2\n".encode("utf-16-le") + b"\x00\xd8" + ",3\n4,5\n".encode("utf-16-le")
    found = read(data, COMMA, encoding="utf-16-le")
    assert found.reasons == ["undecodable"]
    assert found.rows == [(1, ["1", "2"]), (3, ["4", "5"])]


@pytest.mark.parametrize(
    ("data", "encoding", "sentence"),
    [
        pytest.param("a".encode("utf-16"), "utf-8", "mark of utf-16-le, expected utf-8", id="utf-16 as utf-8"),
        pytest.param("a".encode("utf-32"), "utf-16", "mark of utf-32-le, expected utf-16", id="utf-32 as utf-16"),
        pytest.param(b"\xef\xbb\xbfa", "latin-1", "mark of utf-8, expected latin-1", id="utf-8 as latin-1"),
        pytest.param(b"\xef\xbb\xbfa", "utf-16", "mark of utf-8, expected utf-16", id="utf-8 as utf-16"),
        pytest.param(b"\xfe\xff\0a", "utf-16-le", "mark of utf-16-be, expected utf-16-le", id="the other end first"),
        pytest.param("a".encode("utf-16-be"), "utf-16", 'no byte-order mark, .* say encoding = "utf-16-le"', id="none"),
        pytest.param(
            "a\nb".encode("utf-16-le") + b"x",
            "utf-16-le",
            "line 2: the file is not utf-16-le: truncated",
            id="half a character at the end",
        ),
        pytest.param(b"\x1f\x8b\x08", "utf-8", "packed as gzip, expected text", id="gzip"),
        pytest.param(b"PK\x03\x04", "utf-8", "packed as zip, as Excel workbooks are", id="a workbook"),
    ],
)
def test_a_file_that_is_not_what_was_expected(data: bytes, encoding: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        list(texts.utf8_lines(io.BytesIO(data), encoding))


def test_a_stream_that_gives_little_at_a_time() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(1)

    assert list(texts.utf8_lines(Slow("\ufeffa,b\n1,2".encode()), "utf-8")) == [b"a,b\n", b"1,2"]
