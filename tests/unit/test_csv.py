"""The reader of CSV against Python's own writer and reader, and its fast way against its exact one."""

from __future__ import annotations

import csv as python_csv
import io
from dataclasses import dataclass, field
from itertools import chain, repeat
from pathlib import Path
from unittest.mock import patch

import pyarrow as pa
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from lake.config import Read
from lake.errors import DataError
from lake.formats import csv
from lake.formats import text as texts
from lake.formats.csv import Dialect, StrayQuote
from lake.formats.table import Block, DeadLetter

COMMA = Dialect(",", '"', "utf-8")
MULTILINE = Dialect(",", '"', "utf-8", has_multiline_fields=True)
AB = ("a", "b")
MAY_BE_MARKED = ("utf-8", "utf-16-le")


@dataclass
class Found:
    """All that a file's blocks say, put together."""

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    lines: int = 0
    records: int = 0
    blanks: int = 0
    breaks: int = 0

    def add(self, block: Block) -> None:
        columns = [column.to_pylist() for column in block.columns]
        numbers = block.record_numbers.to_pylist()
        self.rows += [(number, list(row)) for number, row in zip(numbers, zip(*columns, strict=True), strict=True)]
        self.dead += block.dead_letters
        self.lines += block.line_count
        self.records += block.record_count
        self.blanks += block.blank_line_count
        self.breaks += block.line_break_in_field_count

    @property
    def reasons(self) -> list[str]:
        return [letter.reason.split(":")[0] for letter in self.dead]


def read(
    data: bytes,
    dialect: Dialect = COMMA,
    names: tuple[str, ...] = AB,
    *,
    encoding: str = "",
    block_bytes: int = texts.BLOCK_BYTES,
) -> Found:
    """Records of a file that has no header."""
    found = Found()
    with patch.object(texts, "BLOCK_BYTES", block_bytes):
        for block in csv.records(
            texts.utf8_lines(io.BytesIO(data), encoding or dialect.encoding), dialect, names, first_line=1
        ):
            found.add(block)
    return found


def header(data: bytes, *, multiline: bool = False, encoding: str = "utf-8") -> tuple[csv.HeaderLine, bytes]:
    blocks = texts.utf8_lines(io.BytesIO(data), encoding)
    line, rest = csv.take_header(blocks, quote='"', has_multiline_fields=multiline)
    return line, b"".join(rest)


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
    block = data.draw(nearly_well_formed(count))
    dialect = Dialect(",", '"', "utf-8", multiline)
    fast = csv._fast(block, dialect, count, 7) if block else None
    event("fast" if fast else "exact")
    assert fast in (None, exactly(block, dialect, tuple("abc"[:count])))


def exactly(block: bytes, dialect: Dialect, names: tuple[str, ...]) -> Block | None:
    try:
        return csv._exact(block, dialect, names, 7, 9)
    except StrayQuote:
        return None


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
    fast = csv._fast(block, dialect, count, 7)
    assert fast in (None, exactly(block, dialect, names))


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
    fast = csv._fast(block, dialect, len(names), 7)
    assert fast is not None
    assert fast == exactly(block, dialect, names)
    assert fast.record_count == 2


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
        assert csv._split(line, dialect) == expected
    except csv._Malformed:
        assert expected is None


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
    with patch.object(csv, "LONGEST_RECORD", 100), pytest.raises(StrayQuote, match="line 1, record 1: "):
        list(csv.records(endless, MULTILINE, AB, first_line=1))


def test_a_line_longer_than_the_longest_stops_with_its_number() -> None:
    with (
        patch.object(texts, "LONGEST_RECORD", 100),
        pytest.raises(DataError, match=r"^line 2 is longer than 100 bytes"),
    ):
        read(b"1,2\n" + b"x" * 200, block_bytes=10)


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
        pytest.param("a".encode("utf-16"), "utf-8", "mark of utf-16-le, promised utf-8", id="utf-16 as utf-8"),
        pytest.param("a".encode("utf-32"), "utf-16", "mark of utf-32-le, promised utf-16", id="utf-32 as utf-16"),
        pytest.param(b"\xef\xbb\xbfa", "latin-1", "mark of utf-8, promised latin-1", id="utf-8 as latin-1"),
        pytest.param(b"\xef\xbb\xbfa", "utf-16", "mark of utf-8, promised utf-16", id="utf-8 as utf-16"),
        pytest.param(b"\xfe\xff\0a", "utf-16-le", "mark of utf-16-be, promised utf-16-le", id="the other end first"),
        pytest.param("a".encode("utf-16-be"), "utf-16", 'no byte-order mark, .* say encoding = "utf-16-le"', id="none"),
        pytest.param(
            "a\nb".encode("utf-16-le") + b"x",
            "utf-16-le",
            "line 2: the file is not utf-16-le: truncated",
            id="half a character at the end",
        ),
        pytest.param(b"\x1f\x8b\x08", "utf-8", "packed as gzip, promised text", id="gzip"),
        pytest.param(b"PK\x03\x04", "utf-8", "packed as zip, as Excel workbooks are", id="a workbook"),
    ],
)
def test_a_file_that_is_not_what_was_promised(data: bytes, encoding: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        list(texts.utf8_lines(io.BytesIO(data), encoding))


def test_a_stream_that_gives_little_at_a_time() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(1)

    assert list(texts.utf8_lines(Slow("\ufeffa,b\n1,2".encode()), "utf-8")) == [b"a,b\n", b"1,2"]


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
        pytest.param(b"", False, "the file is empty, promised a header line", id="empty"),
        pytest.param(b"\xef\xbb\xbf", False, "the file is empty", id="a mark alone"),
        pytest.param(b"\n\r\n \n", False, "found 3 blank lines, promised a header line", id="blank lines alone"),
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
