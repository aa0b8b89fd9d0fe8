"""The line of a record in its raw file."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from headrace.commands.equations import file_equations
from headrace.explain.lines import lines_of, of_records
from headrace.facts.status import FileCounts
from lake.config.read_options import Read
from lake.landing.deliveries import Delivery, RawFile
from lake.landing.formats.csv import record_lines
from lake.store.folder import FolderStore
from tests.landed import landed_file

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


def test_records_that_share_a_line_are_read_again(tmp_path: Path) -> None:
    """As many records as lines, but not one on each."""
    raw = FolderStore(tmp_path).put("a.json", b'{"x":1}{"x":\n2}')
    landed = landed_file(
        "a", line_count=2, header_line_count=0, record_count=2, line_break_in_field_count=1, shared_line_count=1,
        landing_row_count=2, dialect={"encoding": "utf-8", "records": "concatenated"},
    )  # fmt: skip
    assert landed.lines_close()
    delivery = Delivery(landed, "", (RawFile(raw.key, raw.size, raw.etag),))
    read = Read(format="json", records="concatenated")
    assert lines_of({1, 2}, delivery, str(tmp_path), read).by_record == {1: 1, 2: 1}


def test_records_that_share_a_line_are_taken_off_the_lines() -> None:
    file = FileCounts(
        lines=2,
        header_lines=0,
        records=5,
        line_breaks_in_fields=0,
        blank_lines=0,
        shared_lines=3,
        landed=5,
        dead_letters=0,
    )
    lines, records = file_equations([file])
    assert lines.right == {
        "header": 0,
        "records": 5,
        "line breaks in fields": 0,
        "blank": 0,
        "on the line of another": -3,
    }
    assert (lines.closes, records.closes) == (True, True)
    assert "on the line of another" not in file_equations([replace(file, shared_lines=0)])[0].right
