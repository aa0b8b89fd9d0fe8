"""The line of a record in its raw file."""

import io
from pathlib import Path

import pytest

from headrace.explain.lines import of_records
from lake.config.read_options import Read
from lake.landing.formats.csv import record_lines

FOUND = {"delimiter": ",", "encoding": "utf-8"}


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
def test_lines(raw: bytes, lines: dict[int, int], is_multiline: bool, tmp_path: Path) -> None:
    read = Read(has_multiline_fields=is_multiline)
    assert of_records(record_lines(io.BytesIO(raw), read, FOUND, tmp_path), {1, 2}) == lines


def test_wide_encodings_are_read_as_text(tmp_path: Path) -> None:
    raw = "a,b\n\n1,2\n".encode("utf-16")
    assert of_records(record_lines(io.BytesIO(raw), Read(encoding="utf-16"), FOUND, tmp_path), {1}) == {1: 3}
