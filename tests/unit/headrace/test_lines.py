"""The line of a record in its raw file."""

import io

import pytest

from headrace.explain.lines import scan
from lake.formats.csv import Dialect


@pytest.mark.parametrize(
    ("raw", "lines", "is_multiline"),
    [
        pytest.param(b"a,b\n1,2\n3,4\n", {1: 2, 2: 3}, False, id="one line each"),
        pytest.param(b"\n\na,b\n\n1,2\n\n\n3,4", {1: 5, 2: 8}, False, id="blank lines before and between"),
        pytest.param(b"\xef\xbb\xbfa,b\r\n1,2\r\n\r\n3,4\r\n", {1: 2, 2: 4}, False, id="a mark and carriage returns"),
        pytest.param(b'a,b\n"1\n\n1",2\n3,4\n', {1: 2, 2: 5}, True, id="line breaks inside a field, one of them blank"),
        pytest.param(b'a,b\n"1 ""x""\n1",2\n3,4\n', {1: 2, 2: 4}, True, id="doubled quotes inside a field"),
        pytest.param(b'a,b\n5" x,"1\n1"\n3,4\n', {1: 2, 2: 4}, True, id="a quote inside a bare field is text"),
        pytest.param(b"a,b\n", {}, False, id="a header alone"),
    ],
)
def test_lines(raw: bytes, lines: dict[int, int], is_multiline: bool) -> None:
    assert scan(io.BytesIO(raw), {1, 2}, Dialect(",", '"', "utf-8", is_multiline), "utf-8") == lines


def test_wide_encodings_are_read_as_text() -> None:
    raw = "a,b\n\n1,2\n".encode("utf-16")
    assert scan(io.BytesIO(raw), {1}, Dialect(",", '"', "utf-8"), "utf-16") == {1: 3}
