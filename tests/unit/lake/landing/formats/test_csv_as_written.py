"""CSV of any writer: every field, record and line is found, by the fast way as by the exact one."""

from __future__ import annotations

import csv as python_csv
import io
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from lake.config.read_options import Read
from lake.errors import DataError
from lake.landing.formats import csv, csv_blocks, csv_records
from lake.landing.formats import text as texts
from lake.landing.formats.csv import Dialect, StrayQuote
from lake.landing.formats.table import Block
from tests.unit.lake.landing.formats.csv_files import AB, COMMA, MAY_BE_MARKED, MULTILINE, Found, read

delimiters = st.sampled_from([",", ";", "\t", "|", " "])


quotes = st.sampled_from(['"', "'", "^", "]", "\\"])


block_sizes = st.integers(1, 40) | st.just(texts.BLOCK_BYTES)


characters = st.sampled_from(list(",;\t|\"'^]\\ ab\0é€\ufeff\u2028\x85\x0b\x1a𝄞")) | st.characters(codec="utf-8")


@dataclass(frozen=True)
class Written:
    """A file and what must be found in it."""

    data: bytes
    dialect: Dialect
    names: tuple[str, ...]
    rows: list[tuple[int, list[str]]]
    dead: list[tuple[int, int]]
    blanks: int
    breaks: int


@st.composite
def files(draw: st.DrawFn) -> Written:
    """Records, ragged ones and blank lines by Python's writer."""
    multiline = draw(st.booleans())
    dialect = Dialect(
        draw(delimiters), draw(quotes), draw(st.sampled_from(["utf-8", "utf-16-le", "gb18030"])), multiline
    )
    line_end = draw(st.sampled_from(["\n", "\r\n"]))
    out = io.StringIO(newline="")
    writer = python_csv.writer(
        out,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        lineterminator=line_end,
        quoting=python_csv.QUOTE_ALL if draw(st.booleans()) else python_csv.QUOTE_MINIMAL,
    )
    all_quoted = python_csv.writer(
        out, delimiter=dialect.delimiter, quotechar=dialect.quote, lineterminator=line_end, quoting=python_csv.QUOTE_ALL
    )
    letters = characters.filter(lambda c: c not in "\r\n") | st.just("\r")
    text = st.lists(letters | st.sampled_from(["\n", "\r\n"]) if multiline else letters, max_size=6).map("".join)
    count = draw(st.integers(1, 4))
    rows, dead, blanks, breaks, line, record = [], [], 0, 0, 1, 1
    for kind in draw(st.lists(st.sampled_from(["record", "record", "record", "blank", "ragged"]), max_size=12)):
        if kind == "blank":
            out.write(line_end)
            blanks, line = blanks + 1, line + 1
            continue
        wanted = count if kind == "record" else draw(st.integers(1, 6).filter(lambda n: n != count))
        fields = [draw(text) for _ in range(wanted)]
        # before 3.13 the writer leaves a carriage return unquoted where it is not of the line end
        (all_quoted if any("\r" in f or "\n" in f for f in fields) else writer).writerow(fields)
        inside = sum(f.count("\n") for f in fields)
        if kind == "record":
            rows.append((record, fields))
        else:
            dead.append((record, line))
        breaks, line, record = breaks + inside, line + 1 + inside, record + 1
    text_written = out.getvalue()
    if draw(st.booleans()) and not text_written.endswith(line_end * 2) and text_written not in ("", line_end):
        text_written = text_written.removesuffix(line_end)
    mark = (
        "\ufeff"
        if dialect.encoding in MAY_BE_MARKED and (text_written.startswith("\ufeff") or draw(st.booleans()))
        else ""
    )
    return Written(
        (mark + text_written).encode(dialect.encoding), dialect, tuple("abcdef"[:count]), rows, dead, blanks, breaks
    )


@settings(deadline=None)
@given(files(), block_sizes)
def test_what_pythons_writer_wrote_is_found_field_by_field(file: Written, block_bytes: int) -> None:
    dialect = Dialect(
        file.dialect.delimiter,
        file.dialect.quote,
        texts.block_encoding(file.dialect.encoding),
        file.dialect.has_multiline_fields,
    )
    found = read(file.data, dialect, file.names, encoding=file.dialect.encoding, block_bytes=block_bytes)
    assert found.rows == file.rows
    assert [(letter.record_number, letter.line_number) for letter in found.dead] == file.dead
    assert all(reason == "ragged" for reason in found.reasons)
    assert (found.blanks, found.breaks, found.records) == (file.blanks, file.breaks, len(file.rows) + len(file.dead))
    assert found.lines == found.records + found.breaks + found.blanks


@settings(deadline=None)
@given(files(), block_sizes)
def test_the_line_of_every_record_is_told_again(file: Written, block_bytes: int) -> None:
    encoding = "gb18030" if file.dialect.encoding == "gb18030" else "utf-8"
    dialect = Dialect(file.dialect.delimiter, file.dialect.quote, encoding, file.dialect.has_multiline_fields)
    text = file.data.decode(file.dialect.encoding)
    if file.dialect.encoding in MAY_BE_MARKED:
        text = text.removeprefix("\ufeff")
    with patch.object(texts, "BLOCK_BYTES", block_bytes):
        read = Read(encoding=encoding, quote=dialect.quote, has_multiline_fields=dialect.has_multiline_fields)
        told = {"delimiter": dialect.delimiter, "encoding": encoding}
        found = dict(csv.record_lines(io.BytesIO(f"h\n{text}".encode(encoding)), read, told, Path()))
    assert list(found) == list(range(1, len(file.rows) + len(file.dead) + 1))
    assert {record: found[record] - 1 for record, _ in file.dead} == dict(file.dead)


pieces = st.sampled_from(
    [
        b",",
        b",",
        b",",
        b'"',
        b'"',
        b'""',
        b"\n",
        b"\n",
        b"\r\n",
        b"\r",
        b"a",
        b"b",
        b" ",
        b"\0",
        b"\xff",
        b"\xc3",
        b"\xc3\xa9",
        b"\xef\xbb\xbf",
        b'","',
        b'",\n',
        b'\n"',
        b'"\n',
        b"a,b\n",
        b'"a","b"\n',
        b'"a""b",c\r\n',
        b"\x81",
    ]
)


contents = st.lists(pieces, max_size=24).map(b"".join) | st.binary(max_size=40)


any_dialect = st.builds(
    Dialect,
    st.sampled_from([",", "b", " "]),
    st.sampled_from(['"', "a"]),
    st.sampled_from(["utf-8", "utf-8", "iso8859-1", "cp1252", "shift_jis"]),
    st.booleans(),
)


@st.composite
def nearly_well_formed(draw: st.DrawFn, count: int) -> bytes:
    """Records of so many fields, some quoted, with up to two accidents."""
    fields = st.sampled_from([b"", b"a", b"b c", b'"a"', b'""', b'"a,b"', b'"a""b"', b'""""', b'"a\nb"', b"\xc3\xa9"])
    lines = draw(st.lists(st.lists(fields, min_size=count, max_size=count).map(b",".join), min_size=1, max_size=5))
    block = b"".join(line + draw(st.sampled_from([b"\n", b"\r\n"])) for line in lines)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(block)))
        block = block[:at] + draw(pieces | st.just(b"")) + block[at + draw(st.integers(0, 2)) :]
    return block.removesuffix(b"\n") if draw(st.booleans()) else block


@settings(deadline=None, max_examples=500)
@given(st.data(), st.integers(1, 3), st.booleans())
def test_the_fast_way_never_answers_otherwise_near_to_what_it_takes(
    data: st.DataObject, count: int, multiline: bool
) -> None:
    block = data.draw(nearly_well_formed(count).filter(bool))
    dialect, names = Dialect(",", '"', "utf-8", multiline), tuple("abc"[:count])
    event("fast" if csv_blocks.BlockReader(dialect, names).parsed(block) else "mixed")
    assert fast(block, dialect, names) == exactly(block, dialect, names)


def fast(block: bytes, dialect: Dialect, names: tuple[str, ...]) -> Block | str:
    """The block as it is read where Arrow helps."""
    try:
        return csv_blocks.BlockReader(dialect, names).read(block, 7, 9)
    except StrayQuote as error:
        return str(error)


def exactly(block: bytes, dialect: Dialect, names: tuple[str, ...]) -> Block | str:
    """The block read record by record."""
    try:
        return csv_records.exact_block(block, dialect, names, 7, 9)
    except StrayQuote as error:
        return str(error)


@settings(deadline=None)
@given(contents.filter(bool), any_dialect, st.integers(1, 4))
@example(b'"x,"y",z\n', COMMA, 2)
@example(b'""x,y\n', COMMA, 2)
@example(b'"a"""b,c\n', COMMA, 2)
@example(b'x,"1\n2"\rz,w\n', COMMA, 2)
@example(b'x,"1\n2"\rz,w\n', MULTILINE, 2)
@example(b"\xef\xbb\xbfa,b\n", COMMA, 2)
@example(b"a\rb,c\n", COMMA, 2)
@example(b"\xef\xbb\xbf\n", COMMA, 2)
@example(b"a,b\rc,d\n\n", COMMA, 2)
def test_the_fast_way_never_answers_otherwise_than_the_exact_one(block: bytes, dialect: Dialect, count: int) -> None:
    names = tuple("abcd"[:count])
    assert fast(block, dialect, names) == exactly(block, dialect, names)


@pytest.mark.parametrize(
    ("block", "dialect"),
    [
        pytest.param(b"1,2\n3,4\n", COMMA, id="plain"),
        pytest.param(b"1,2\r\n3,4", COMMA, id="carriage returns, no line end at the end"),
        pytest.param(b'"1","2"\n"3","4"\n', COMMA, id="all quoted"),
        pytest.param(b'"1,1","2""2"\n"""",""\n', COMMA, id="delimiters and quotes inside quotes"),
        pytest.param(b",\n,\n", COMMA, id="empty fields"),
        pytest.param(b'1\n""\n', COMMA, id="one column"),
        pytest.param(b"\xe9,2\n3,4\n", Dialect(",", '"', "iso8859-1"), id="latin-1"),
        pytest.param(b'"1\n\n1",2\n3,"4\r\n"\n', MULTILINE, id="line breaks where they are declared"),
        pytest.param("\u2028,\x85\n\x0b,\x1c\n".encode(), COMMA, id="line separators that are none"),
    ],
)
def test_the_fast_way_is_taken(block: bytes, dialect: Dialect) -> None:
    names = AB if b"," in block else ("a",)
    parsed = csv_blocks.BlockReader(dialect, names).parsed(block)
    assert parsed is not None
    assert (parsed.rows.num_rows, len(parsed.ragged)) == (2, 0)
    assert fast(block, dialect, names) == exactly(block, dialect, names)


@settings(deadline=None)
@given(contents, any_dialect, st.integers(1, 4), st.integers(1, 20))
def test_the_size_of_blocks_changes_nothing(data: bytes, dialect: Dialect, count: int, block_bytes: int) -> None:
    names = tuple("abcd"[:count])
    try:
        whole: Found | str = read(data, dialect, names)
    except DataError as error:
        whole = str(error)
    try:
        parts: Found | str = read(data, dialect, names, block_bytes=block_bytes)
    except DataError as error:
        parts = str(error)
    assert parts == whole


@settings(deadline=None)
@given(contents, any_dialect, st.integers(1, 4))
def test_every_physical_line_is_something(data: bytes, dialect: Dialect, count: int) -> None:
    try:
        found = read(data, dialect, tuple("abcd"[:count]))
    except DataError:
        return
    assert found.lines == texts.line_count_of(data.removeprefix(b"\xef\xbb\xbf"))
    assert found.lines == found.records + found.breaks + found.blanks
    numbers = [number for number, _ in found.rows] + [letter.record_number for letter in found.dead]
    assert sorted(numbers) == list(range(1, found.records + 1))


@settings(deadline=None)
@given(st.text(st.sampled_from('ab",; \0é'), min_size=1, max_size=16), st.sampled_from([",", ";", " "]))
def test_one_record_is_what_pythons_strict_reader_reads(line: str, delimiter: str) -> None:
    dialect = Dialect(delimiter, '"', "utf-8")
    try:
        expected = next(python_csv.reader([line], delimiter=delimiter, strict=True))
    except python_csv.Error:
        expected = None
    try:
        assert csv_records.split_fields(line, dialect) == expected
    except csv_records.Malformed:
        assert expected is None
