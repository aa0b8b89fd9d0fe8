"""Excel: the rows of one sheet as text, and every kind of workbook that cannot be read as one sentence."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.config.configuration import Source
from lake.landing.formats import excel
from lake.landing.formats.cells import shown_number_text
from tests.unit.lake.landing.formats.places import Place, column, counts, source, tolerant
from tests.unit.lake.landing.formats.workbooks import (
    Formatted,
    changed,
    protected,
    with_password,
    without_values,
    xls,
    xlsx,
)

ROWS = [["PO", "Vendor", "Net"], ["10001", "Müller", 12.5], ["10002", None, 4500001234]]
SHEET = "xl/worksheets/sheet1.xml"


def book(**read: Any) -> Source:
    return source(format="excel", **read)


@pytest.mark.parametrize("written", [xlsx, xls])
def test_rows_land_as_text(place: Place, written: Any) -> None:
    landed = place.land(written(ROWS), book())
    assert place.names(landed) == ["PO", "Vendor", "Net"]
    assert place.rows(landed) == [("10001", "Müller", "12.5", 1), ("10002", None, "4500001234", 2)]
    assert counts(landed) == (3, 1, 2, 0, 0)
    assert (landed.undeclared_columns, landed.dialect["sheet"]) == (["Net"], "Orders")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("", None, id="an empty text is no value"),
        pytest.param(" x\n", " x\n", id="a text as it stands"),
        pytest.param("12.0", "12.0", id="a text that looks like a number"),
        pytest.param(12.0, "12", id="a whole number"),
        pytest.param(0, "0", id="zero"),
        pytest.param(-0.5, "-0.5", id="a half"),
        pytest.param(1e-7, "0.0000001", id="no exponent"),
        pytest.param(1e20, "100000000000000000000.0", id="rounded by the spreadsheet"),
        pytest.param(True, "true", id="true"),
        pytest.param(False, "false", id="false"),
        pytest.param(date(2024, 1, 31), "2024-01-31", id="a date"),
        pytest.param(date(1900, 1, 1), "1900-01-01", id="the first date"),
        pytest.param(date(1900, 3, 1), "1900-03-01", id="behind the day that was not"),
        pytest.param(datetime(2024, 1, 31, 10), "2024-01-31 10:00:00", id="a moment"),
        pytest.param(datetime(2024, 1, 31, 23, 59, 59), "2024-01-31 23:59:59", id="a second before midnight"),
        pytest.param(datetime(2024, 1, 31), "2024-01-31", id="a moment at midnight is a date"),
        pytest.param(time(10, 0), "10:00:00", id="a time"),
        pytest.param(timedelta(hours=26, minutes=30), "26:30:00", id="more than a day"),
        pytest.param("=20944.559999999998", "20944.56", id="a formula's value with the digits that are shown"),
        pytest.param("=done", "done", id="a formula's text"),
        pytest.param("=#DIV/0!", "#DIV/0!", id="a formula's error"),
        pytest.param("=#N/A", "#N/A", id="no value available"),
    ],
)
def test_cells(place: Place, value: Any, text: str | None) -> None:
    landed = place.land(xlsx([["PO", "x"], ["1", value], ["2", "end"]]), book())
    assert place.rows(landed) == [("1", text, 1), ("2", "end", 2)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(12, "12", id="a whole number"),
        pytest.param(12.25, "12.25", id="a number"),
        pytest.param(True, "true", id="true"),
        pytest.param(date(2024, 1, 31), "2024-01-31", id="a date"),
        pytest.param(datetime(2024, 1, 31, 10), "2024-01-31 10:00:00", id="a moment"),
        pytest.param("#DIV/0!", "#DIV/0!", id="an error"),
        pytest.param("#N/A!", "#N/A", id="no value available"),
    ],
)
def test_cells_of_an_old_workbook(place: Place, value: Any, text: str) -> None:
    landed = place.land(xls([["PO", "x"], ["1", value], [None, value]]), book())
    assert place.rows(landed) == [("1", text, 1), (None, text, 2)]


@pytest.mark.parametrize("written", [xlsx, xls])
@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        pytest.param(42, "0000000000", "0000000042", id="a document number with its zeros"),
        pytest.param(0, "00000", "00000", id="zero"),
        pytest.param(12345678901, "0000000000", "12345678901", id="a longer number"),
        pytest.param(-42, "0000", "-0042", id="below zero"),
        pytest.param(4.5, "0000", "4.5", id="no whole number"),
        pytest.param(42, "0", "42", id="one zero pads nothing"),
        pytest.param(42, "0.00", "42", id="decimal places"),
        pytest.param(42, "#,##0", "42", id="groups"),
        pytest.param(42, '00" EUR"', "42", id="a unit behind it"),
        pytest.param(42, '"PO-"0000', "PO-0042", id="words before it"),
        pytest.param(123456789, "000\\-00\\-0000", "123-45-6789", id="marks between its digits"),
        pytest.param(1234567, "00000\\-0000;00000", "00123-4567", id="by its first section"),
    ],
)
def test_a_number_that_is_padded_lands_as_it_is_shown(
    place: Place, written: Any, number: float, code: str, text: str
) -> None:
    rows = [["x", "PO"], [1, Formatted(number, code)], [2, None], [3, 42], [4, "42"], [5, Formatted(number, code)]]
    landed = place.land(written(rows), book())
    assert [row[1] for row in place.rows(landed)] == [text, None, "42", "42", text]


@pytest.mark.parametrize("written", [xlsx, xls])
def test_padded_cells_beside_one_another_and_left_of_them_nothing(place: Place, written: Any) -> None:
    rows = [[None, "PO", "Vendor"], *([None, Formatted(n, "00000"), Formatted(n, "000")] for n in (1, 2))]
    landed = place.land(written(rows), book())
    assert place.rows(landed) == [("00001", "001", 1), ("00002", "002", 2)]


def test_dates_of_workbooks_that_count_from_1904(place: Place) -> None:
    landed = place.land(xlsx([["PO", "On"], ["1", date(2024, 1, 31)]], date_1904=True), book())
    assert place.rows(landed) == [("1", "2024-01-31", 1)]


def test_an_error_alone_in_its_row_is_a_record(place: Place) -> None:
    landed = place.land(xlsx([["PO", "x"], [None, "=#REF!"], [None, None], ["=#NAME?"]]), book())
    assert place.rows(landed) == [(None, "#REF!", 1), ("#NAME?", None, 2)]
    assert counts(landed) == (4, 1, 2, 1, 0)


def test_the_header_is_the_first_row_with_all_required_headers(place: Place, tmp_path: Path) -> None:
    rows = [["Orders of January", None, None], [], ["Vendor", "by", "PO number"], [None, "order no.", "Vendor"]]
    data = xlsx([*rows, [None, "1", "A"], [], ["x", "2", None], []])
    landed = place.land(data, book())
    assert place.names(landed) == ["column_1", "PO", "Vendor"]
    assert place.rows(landed) == [(None, "1", "A", 1), ("x", "2", None, 2)]
    assert counts(landed) == (7, 4, 2, 1, 0)
    assert place.lines(data, book(), landed, tmp_path / "x") == {1: 5, 2: 7}


def test_a_table_may_begin_anywhere(place: Place) -> None:
    rows = [[], [None, None, "PO", "Vendor"], [None, None, "1", "=#N/A"]]
    landed = place.land(xlsx(rows), book())
    assert place.names(landed) == ["PO", "Vendor"]
    assert place.rows(landed) == [("1", "#N/A", 1)]
    assert counts(landed) == (3, 2, 1, 0, 0)


def test_merged_titles_are_header_lines(place: Place) -> None:
    def merged(text: str) -> str:
        return text.replace("</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>')

    data = changed(xlsx([["Orders"], ["PO", "Vendor"], ["1", "A"]]), SHEET, merged)
    landed = place.land(data, book())
    assert place.rows(landed) == [("1", "A", 1)]
    assert counts(landed) == (3, 2, 1, 0, 0)


def test_the_header_is_looked_for_in_so_many_rows(place: Place) -> None:
    data = xlsx([["x"]] * 2 + [["PO"], ["1"]])
    assert place.rows(place.land(data, book(header_search_rows=3))) == [("1", 1)]
    other = Place(place.raw.root.parent / "other")
    assert "none of the first 2 rows of sheet 'Orders' has a header" in other.refused(data, book(header_search_rows=2))


@pytest.mark.parametrize("written", [xlsx, xls])
def test_a_header_alone_is_an_empty_delivery(place: Place, written: Any) -> None:
    landed = place.land(written([["PO", "Vendor"]]), book())
    assert (place.rows(landed), counts(landed)) == ([], (1, 1, 0, 0, 0))


THREE = {"Notes": [["x"]], "Orders 2024": ROWS, "Orders 2023": [["PO"], ["9"]], "Old": [["PO"], ["8"]]}


class TestSheet:
    @pytest.mark.parametrize("written", [xlsx, xls])
    @pytest.mark.parametrize(
        ("read", "first"),
        [
            pytest.param({"sheet": "Orders 2023"}, "9", id="by name"),
            pytest.param({"sheet": "Old"}, "8", id="a hidden one by name"),
            pytest.param({"sheet_pattern": "orders.*4$"}, None, id="a pattern in another case"),
            pytest.param({"sheet_pattern": "(?i)^orders .*4$"}, "10001", id="by pattern"),
        ],
    )
    def test_chosen(self, place: Place, written: Any, read: dict[str, Any], first: str | None) -> None:
        data = written(THREE, hidden=["Old"])
        if first is None:
            assert "expected one sheet that 'orders.*4$' matches" in place.refused(data, book(**read))
        else:
            assert place.rows(place.land(data, book(**read)))[0][0] == first

    def test_the_only_visible_one_needs_no_name(self, place: Place) -> None:
        data = xlsx({"Orders": ROWS, "Settings": [["x"]]}, hidden=["Settings"])
        assert place.land(data, book()).dialect["sheet"] == "Orders"

    @pytest.mark.parametrize("written", [xlsx, xls])
    @pytest.mark.parametrize(
        ("read", "expected"),
        [
            pytest.param({"sheet": "Order"}, "expected a sheet 'Order'", id="a name that none has"),
            pytest.param({"sheet": "orders 2024"}, "expected a sheet 'orders 2024'", id="case counts"),
            pytest.param({"sheet_pattern": "^Orders"}, "of which 2 match; expected one sheet", id="two match"),
            pytest.param({}, "expected one sheet; say its name with `sheet`", id="several and none named"),
        ],
    )
    def test_not_there(self, place: Place, written: Any, read: dict[str, Any], expected: str) -> None:
        sentence = place.refused(written(THREE), book(**read))
        assert "the workbook has the sheets 'Notes', 'Orders 2024', 'Orders 2023', 'Old'" in sentence
        assert expected in sentence

    def test_it_is_part_of_the_identity(self) -> None:
        digests = {book(**read).reading_digest for read in ({}, {"sheet": "x"}, {"sheet_pattern": "x"})}
        assert len(digests) == 3
        assert book(cell_limit=7).reading_digest == book().reading_digest


def test_a_formula_without_a_value_is_a_dead_letter(place: Place) -> None:
    data = without_values(xlsx([["PO", "x"], ["1", "=2"], ["2", 3], ["=4", None]]))
    landed = place.land(data, tolerant(book()))
    assert place.rows(landed) == [("2", "3", 2)]
    said = "has no value; open the workbook in a spreadsheet and save it"
    assert place.dead(landed) == [
        (1, 2, f"uncalculated: a formula in column 'x' {said}", b'["1", null]'),
        (3, 4, f"uncalculated: a formula in column 'PO' {said}", b"[null, null]"),
    ]
    assert counts(landed) == (4, 1, 3, 0, 2)


def without_references(text: str) -> str:
    return re.sub(' r="[A-Z]+[0-9]+"', "", text)


def test_cells_without_a_reference_stand_behind_one_another(place: Place) -> None:
    data = changed(xlsx([["PO", "x"], ["1", "=#N/A"]]), SHEET, without_references)
    assert place.rows(place.land(data, book())) == [("1", "#N/A", 1)]


def test_formatted_cells_without_a_value_are_nothing(place: Place) -> None:
    far = '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    data = changed(xlsx(ROWS), SHEET, lambda text: text.replace("</sheetData>", far))
    assert counts(place.land(data, book())) == (3, 1, 2, 0, 0)


class TestLimits:
    @pytest.mark.parametrize("written", [xlsx, xls])
    def test_cells(self, place: Place, written: Any) -> None:
        data = written(ROWS)
        sentence = place.refused(data, book(cell_limit=8))
        assert "sheet 'Orders' has at least 3 rows x 3 columns = 9 cells, expected at most 8" in sentence
        assert len(place.rows(place.land(data, book(cell_limit=9)))) == 2

    def test_a_cell_far_away_fills_no_memory(self, place: Place) -> None:
        far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        data = changed(xlsx(ROWS), SHEET, lambda text: text.replace("</sheetData>", far))
        sentence = place.refused(data, book())
        assert "sheet 'Orders' has at least 1,048,576 rows x 16,384 columns = 17,179,869,184 cells" in sentence
        assert "expected at most 5,000,000 (cell_limit under [read])" in sentence

    def test_a_cell_far_away_in_an_old_workbook(self, place: Place) -> None:
        rows: list[list[Any]] = [["PO"], *([[]] * 65_534), [None] * 255 + [1]]
        sentence = place.refused(xls(rows), book())
        assert "sheet 'Orders' has at least 65,536 rows x 256 columns = 16,777,216 cells" in sentence

    def test_what_unpacks_to_too_much(self, place: Place) -> None:
        spaces = " " * (1 << 24) + "</sst>"
        data = changed(xlsx(ROWS), "xl/sharedStrings.xml", lambda text: text.replace("</sst>", spaces))
        assert len(data) < 100_000
        sentence = place.refused(data, book(cell_limit=9))
        assert "bytes are unpacked for sheet 'Orders', expected at most 16,777,216 for cell_limit = 9" in sentence
        assert len(place.rows(place.land(data, book()))) == 2

    def test_other_sheets_do_not_count(self, place: Place) -> None:
        data = xlsx({"Orders": ROWS, "Big": [["x"] * 50] * 50})
        assert len(place.rows(place.land(data, book(sheet="Orders", cell_limit=9)))) == 2


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(b"", "the file is empty, expected a workbook", id="empty"),
        pytest.param(b"PO,Vendor\n1,A\n", "the file is no .xlsx or .xls workbook", id="CSV"),
        pytest.param(xlsx([]), "sheet 'Orders' is empty, expected a header row", id="an empty workbook"),
        pytest.param(xls([]), "sheet 'Orders' is empty, expected a header row", id="an empty old workbook"),
        pytest.param(protected(xls(ROWS)), "protected with a password; ask for it without one", id="protected"),
        pytest.param(with_password(xls(ROWS)), "protected with a password", id="an old one, protected"),
        pytest.param(cut(xlsx(ROWS)), "damaged or cut short", id="cut short"),
        pytest.param(cut(xls(ROWS)), "damaged or cut short", id="an old one, cut short"),
        pytest.param(
            changed(xlsx(ROWS), SHEET, lambda text: text[:-40]), "damaged or cut short", id="cut inside the zip"
        ),
        pytest.param(
            changed(xlsx(ROWS), SHEET, lambda text: text.replace('r="A2"', 'r="2A"')),
            "damaged or cut short: '2A' is no cell",
            id="a cell that is none",
        ),
        pytest.param(
            changed(xlsx(ROWS), SHEET, lambda text: text.replace('"A2"', '"A9"')),
            "damaged or cut short: row 2 of sheet 'Orders' stands behind row 9",
            id="rows out of order",
        ),
        pytest.param(
            changed(xlsx(ROWS), "_rels/.rels", lambda text: text.replace("officeDocument", "x")),
            "the file is a zip and no .xlsx workbook",
            id="another zip",
        ),
        pytest.param(
            xlsx([["Vendor", "Date"], ["A", 1]]),
            "row 1 of sheet 'Orders', the nearest to a header in its first 2, has no column for po_number",
            id="no required header",
        ),
        pytest.param(xlsx([["PO", "PO"], ["1", "2"]]), "the header has 2 columns for po_number", id="a header twice"),
    ],
)
def test_what_cannot_be_read_is_refused(place: Place, data: bytes, sentence: str) -> None:
    assert sentence in place.refused(data, book())


@pytest.mark.parametrize(
    ("dimensions", "sentence"),
    [
        pytest.param((0, 70_000, 0, 2), "a cell in row 70,000, column 2, which no .xls can have", id="too many rows"),
        pytest.param((0, 3, 0, 300), "a cell in row 3, column 300, which no .xls can have", id="too many columns"),
        pytest.param((9, 3, 0, 2), "a sheet that ends before it begins", id="the end before the beginning"),
    ],
)
def test_an_old_workbook_of_impossible_dimensions(
    place: Place, dimensions: tuple[int, int, int, int], sentence: str
) -> None:
    data = xls(ROWS)
    at = data.index(b"\x00\x02\x0e\x00") + 4
    assert sentence in place.refused(data[:at] + struct.pack("<IIHH", *dimensions) + data[at + 12 :], book())


def test_a_zip_that_lies_about_a_size_is_damaged(place: Place) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(ROWS))) as found, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in found.namelist():
            target.writestr(name, found.read(name))
            if name == "xl/sharedStrings.xml":
                target.getinfo(name).file_size = 10
    assert "damaged or cut short" in place.refused(out.getvalue(), book())


def test_a_loader_that_panics_is_a_sentence(place: Place) -> None:
    class PanicException(BaseException):
        pass

    with patch.object(excel, "CalamineWorkbook") as loader:
        loader.from_path.side_effect = PanicException("index out of bounds")
        assert "the workbook is damaged or cut short: the loader cannot follow it" in place.refused(xlsx(ROWS), book())


cells = (
    st.none()
    | st.booleans()
    | st.integers(-(10**14), 10**14)
    | st.floats(-1e14, 1e14).map(lambda x: float(f"{x:.12g}"))
    | st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=4).filter(lambda x: not x.startswith("="))
)


def text_of(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else shown_number_text(float(value))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(cells, cells), max_size=6), st.sampled_from([xlsx, xls]), st.integers(1, 8))
def test_any_table_lands_whole(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, Any]], written: Any, at_once: int
) -> None:
    place = Place(tmp_path_factory.mktemp("place"))
    of = source(format="excel", columns=(column("x", "A"),))
    plain = [tuple(f"'{cell}" if isinstance(cell, str) and cell[:1] == "#" else cell for cell in row) for row in rows]
    with patch.object(excel, "CELLS_AT_ONCE", at_once):
        landed = place.land(written([["A", "B"], *plain]), of)
    texts = [tuple(map(text_of, row)) for row in plain]
    filled = [row for row in texts if any(row)]
    assert place.rows(landed) == [(*row, number) for number, row in enumerate(filled, start=1)]
    assert landed.record_count == len(filled)
    assert landed.lines_close()
