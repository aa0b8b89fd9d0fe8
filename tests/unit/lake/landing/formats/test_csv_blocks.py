"""Dirty CSV is read as fast as Arrow can, and exactly as it is read record by record."""

from __future__ import annotations

from itertools import product
from unittest.mock import patch

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from lake.errors import DataError
from lake.landing.formats import csv_blocks
from lake.landing.formats import text as texts
from lake.landing.formats.csv import Dialect, StrayQuote
from lake.landing.formats.csv_blocks import BlockReader
from lake.landing.formats.csv_records import exact_block
from tests.unit.lake.landing.formats.csv_files import AB, COMMA, MULTILINE, Found, read

ENCODINGS = ("utf-8", "utf-8", "cp1252", "shift_jis")
fields = st.sampled_from(
    [b"", b"a", b"b c", b'"a"', b'""', b'"a,b"', b'"a""b"', b'5" pipe', b"\xc3\xa9", b'"\xc3\xa9"', b"\xef\xbb\xbfx"]
)
line_ends = st.sampled_from([b"\n", b"\n", b"\r\n"])
DIRT = [
    *(b"", b"", b"a", b"a,b,c,d", b",,,,", b'"a', b'a,"b', b'"a"x,b', b'"a""', b'x"', b'"', b'""a,b', b'a,"b"c'),
    *(b"\xff,b", b'a,"\xff"', b"\x81,\x81", b"a\rb,c", b"\ra", b"a\r", b"\r", b"\0", b" ", b"\xef\xbb\xbf", b"\xef"),
    *(b'"a\nb",c', b'"a\r\nb","\n\n"', b'a,"\nb""\n"', b'"a\nb",c,"\n",d', b'"\xff\n",b'),
]


@st.composite
def dirty_texts(draw: st.DrawFn) -> tuple[bytes, int]:
    """Rows of so many fields, and among them lines that are none."""
    count = draw(st.integers(1, 3))
    rows = st.lists(fields, min_size=count, max_size=count).map(b",".join)
    many_rows = st.lists(rows, max_size=8)
    lines: list[bytes] = []
    for dirt in draw(st.lists(st.sampled_from(DIRT), max_size=6)):
        lines += [*draw(many_rows), dirt]
    lines += draw(many_rows)
    text = b"".join(line + draw(line_ends) for line in lines)
    return (text[: -draw(st.integers(1, 2))] if draw(st.booleans()) else text), count


dialects = st.builds(Dialect, st.just(","), st.just('"'), st.sampled_from(ENCODINGS), st.booleans())


def one_by_one(data: bytes, dialect: Dialect, names: tuple[str, ...]) -> Found:
    """All of a file as one block, record by record."""
    found = Found()
    if dialect.encoding == "utf-8":
        data = data.removeprefix(b"\xef\xbb\xbf")
    if data:
        found.add(exact_block(data, dialect, names, 1, 1))
    return found


@settings(deadline=None, max_examples=600)
@given(dirty_texts(), dialects, st.integers(1, 60) | st.just(texts.BLOCK_BYTES))
def test_blocks_of_any_size_give_what_reading_record_by_record_gives(
    text: tuple[bytes, int], dialect: Dialect, block_bytes: int
) -> None:
    data, names = text[0], tuple("abc"[: text[1]])
    assume(dialect.encoding == "utf-8" or not data.startswith(b"\xef\xbb\xbf"))
    try:
        expected: Found | str = one_by_one(data, dialect, names)
    except StrayQuote as error:
        expected = str(error)
    try:
        found: Found | str = read(data, dialect, names, block_bytes=block_bytes)
    except DataError as error:
        found = str(error)
    event("refused" if isinstance(found, str) else f"{min(len(found.dead), 3)} dead letters")
    assert found == expected


ROWS = b'1,"x, y"\n"2",z\n' * 50
DIRTY = {
    "ragged": b"1\n",
    "ragged, with quotes": b'"1","2","3"\n',
    "blank": b"\n",
    "blank, with a carriage return": b"\r\n",
    "a stray quote": b'1,"2\n',
    "text behind a quote": b'1,"2"x\n',
    "a quote that is text": b'1,5" pipe\n',
    "a carriage return": b"1\r,2\n",
    "a byte that is no text": b"1,\xff\n",
    "a mark where none may be": b"\xef\xbb\xbf1,2\n",
}


# A stray quote that opens a field may close in a later line where fields may hold line breaks.
SINGLE = [pytest.param(COMMA, dirt, id=name) for name, dirt in DIRTY.items()]
SEVERAL = [
    pytest.param(MULTILINE, dirt, id=f"{name}, fields of several lines")
    for name, dirt in DIRTY.items()
    if name != "a stray quote"
]


@pytest.mark.parametrize(("dialect", "dirt"), SINGLE + SEVERAL)
def test_only_the_records_with_something_amiss_are_read_one_by_one(dialect: Dialect, dirt: bytes) -> None:
    block = dirt + ROWS + dirt + ROWS + dirt
    expected = exact_block(block, dialect, AB, 7, 9)
    one = csv_blocks.fields_of
    with (
        patch.object(csv_blocks, "exact_block", side_effect=AssertionError("all are read one by one")),
        patch.object(csv_blocks, "fields_of", side_effect=one) as singly,
    ):
        assert BlockReader(dialect, AB).read(block, 7, 9) == expected
    assert singly.call_count <= 3


@pytest.mark.parametrize(("one", "other"), product(DIRTY.values(), DIRTY.values()))
def test_dirt_beside_dirt(one: bytes, other: bytes) -> None:
    for block in (one + other, ROWS + one + other + ROWS, one + ROWS + other.removesuffix(b"\n")):
        assert BlockReader(COMMA, AB).read(block, 7, 9) == exact_block(block, COMMA, AB, 7, 9)


def test_a_block_where_arrow_answers_otherwise_is_read_record_by_record() -> None:
    reader = BlockReader(COMMA, AB)
    block = ROWS + b"1\n" + ROWS
    reader._ragged = Wrong()
    assert reader.read(block, 7, 9) == exact_block(block, COMMA, AB, 7, 9)


class Wrong(list[int]):
    """Row numbers that are off by one."""

    def append(self, number: int) -> None:
        super().append(number + 1)


@pytest.mark.parametrize("text", [b'"a\nb",c\n', b'a,b\n"c\n\nd",e\n'])
def test_whole_blocks_of_fields_with_line_breaks_are_not_cut_line_by_line(text: bytes) -> None:
    with patch.object(csv_blocks, "cut_records", side_effect=AssertionError("cut line by line")):
        assert list(csv_blocks.whole_records(iter([text, text]), MULTILINE)) == [text, text]
