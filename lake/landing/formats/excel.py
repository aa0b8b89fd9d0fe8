"""Excel workbooks, `.xlsx` and `.xls`: the rows of one sheet, typed cells as text.

A line is a row of the sheet. The header is the first row with all required headers; it and the rows above it are
header lines. Numbers land with the 15 digits that Excel shows, whole ones that it pads with zeros as they are shown
(`0000000042`), dates and times in ISO form, errors as Excel writes them (`#N/A`), formulas as their values, cells
without a value as null. How large a sheet is, where its errors are and what it pads is read from the file itself: the
loader allots memory by what the file says, takes errors for empty cells, and tells no number formats.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from lake.config.mending import overlay, toml
from lake.errors import DataError
from lake.landing.formats import xls, xlsx
from lake.landing.formats.cells import cell_text, shown_number_text
from lake.landing.formats.survey import DamagedWorkbook, Protected, Survey
from lake.landing.formats.table import Block, DeadLetter, Readable, Table
from lake.landing.headers import Settled, knows_any, missing_columns, settle

if TYPE_CHECKING:
    from lake.config.configuration import Source
    from lake.config.read_options import Read

CELLS_AT_ONCE = 1 << 20
_COPIED_BYTES = 1 << 22
Cells = list[str | None]


def open_table(stream: Readable, source: Source, scratch: Path) -> Table:
    """The table of a workbook's sheet.

    Raises DataError where the workbook is protected, damaged or too large or has no such sheet, and where the sheet has
    no row with the required headers.
    """
    sheet = _opened(stream, source.read, scratch, source_name=source.name)
    row, header, settled = _header(sheet, source)
    return Table(
        header=header,
        settled=settled,
        dialect={"sheet": sheet.name, "header_line_count": str(row + 1)},
        header_line_count=row + 1,
        blank_line_count=0,
        blocks=_blocks(sheet, row + 1, header),
        line_count=lambda: sheet.row_count,
        suspects="the formulas in the sheet",
    )


def record_lines(stream: Readable, read: Read, dialect: Mapping[str, str], scratch: Path) -> Iterator[tuple[int, int]]:
    """Every record's number and its row."""
    sheet = _opened(stream, read, scratch, sheet_name=dialect["sheet"])
    header_line_count, record = int(dialect["header_line_count"]), 0
    for line, cells in enumerate(sheet.rows(), start=1):
        if line > header_line_count and not _is_blank(cells):
            record += 1
            yield record, line


class _Sheet:
    """A sheet that is loaded, and what was known of it before."""

    def __init__(self, survey: Survey, loaded: CalamineSheet, sheets: Mapping[str, bool]) -> None:
        self.name, self.loaded = survey.sheet_name, loaded
        self.others = {name: is_visible for name, is_visible in sheets.items() if name != survey.sheet_name}
        self.loaded_row_count = loaded.end[0] + 1 if loaded.end else 0
        self.row_count = max(self.loaded_row_count, survey.bottom + 1)
        self.left = loaded.start[1] if loaded.start else 0
        self.errors: dict[int, dict[int, str]] = defaultdict(dict)
        for (row, column), text in survey.errors.items():
            self.errors[row][column - self.left] = text
        self.padded = survey.padded
        self.uncalculated: dict[int, int] = {}
        for row, column in sorted(survey.uncalculated, reverse=True):
            self.uncalculated[row] = column - self.left

    def rows(self) -> Iterator[Cells]:
        """The cells of every row of the sheet from its first on, those left of all values left out."""
        for row, values in enumerate(self.loaded.iter_rows()):
            cells = [_text(value) for value in values]
            for place, text in (self.padded.texts(row, self.left, values) | self.errors.get(row, {})).items():
                cells[place] = text
            yield cells
        yield from repeat([None] * self.loaded.width, self.row_count - self.loaded_row_count)


def _opened(
    stream: Readable, read: Read, scratch: Path, *, sheet_name: str | None = None, source_name: str = ""
) -> _Sheet:
    """The sheet of this name, or the one that the source says."""
    path = scratch / "book"
    with path.open("wb") as file:
        shutil.copyfileobj(cast(BinaryIO, stream), file, _COPIED_BYTES)
    with path.open("rb") as kept:
        first = kept.read(len(xls.MAGIC))
    if first == xls.MAGIC:
        surveys = {survey.sheet_name: survey for survey in xls.surveys(path, read.cell_limit)}
        sheets = {name: survey.is_visible for name, survey in surveys.items()}
        survey = surveys[sheet_name or _chosen(sheets, read, source_name)]
        return _Sheet(survey, _loaded(path.rename(scratch / "book.xls"), survey.sheet_name), sheets)
    if first.startswith(b"PK"):
        sheets = xlsx.sheets(path)
        survey = xlsx.survey(path, sheet_name or _chosen(sheets, read, source_name), read.cell_limit)
        return _Sheet(survey, _loaded(path.rename(scratch / "book.xlsx"), survey.sheet_name), sheets)
    raise DataError("the file is empty, expected a workbook" if not first else "the file is no .xlsx or .xls workbook")


def _chosen(sheets: Mapping[str, bool], read: Read, source_name: str) -> str:
    """The name of the one sheet that is meant; hidden sheets only where they are named. Raises DataError."""
    if read.sheet is not None:
        found, expected = [name for name in sheets if name == read.sheet], f"a sheet {read.sheet!r}"
    elif read.sheet_pattern is not None:
        found = [name for name in sheets if re.search(read.sheet_pattern, name)]
        expected = f"one sheet that {read.sheet_pattern!r} matches"
    else:
        found, expected = [name for name, is_visible in sheets.items() if is_visible], "one sheet"
    if len(found) != 1:
        matching = f", of which {len(found)} match" if found and read.sheet_pattern is not None else ""
        raise DataError(
            f"the workbook has the sheets {', '.join(map(repr, sheets))}{matching}; expected {expected}; say its name "
            f"with `sheet` or `sheet_pattern` under [read]: {overlay(source_name, _named(sheets))}"
        )
    return found[0]


def _another(sheet: _Sheet, source: Source) -> str:
    """How to read another sheet, where there is one."""
    if not sheet.others:
        return ""
    return f" (it has {', '.join(map(repr, sheet.others))}): {overlay(source.name, _named(sheet.others))}"


def _named(sheets: Mapping[str, bool]) -> str:
    """The line that names a sheet: the first visible one."""
    return f"read.sheet = {toml(next((name for name, is_visible in sheets.items() if is_visible), 'ITS NAME'))}"


def _loaded(path: Path, name: str) -> CalamineSheet:
    try:
        return CalamineWorkbook.from_path(path).get_sheet_by_name(name)
    except PasswordError:
        raise Protected from None
    except CalamineError as error:
        raise DamagedWorkbook(error) from None
    except BaseException as error:
        # A panic of the loader is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise DamagedWorkbook("the loader cannot follow it") from None


def _header(sheet: _Sheet, source: Source) -> tuple[int, list[str], Settled]:
    """The first row that has all required headers and one at least: its place, its names, and how they land."""
    tried = []
    for row, cells in enumerate(islice(sheet.rows(), source.read.header_search_rows)):
        header = [cell or "" for cell in cells]
        settled = settle(header, source)
        if not settled.missing and (knows_any(header, source) or not source.columns):
            return row, header, settled
        tried.append((row, header, settled))
    if not tried:
        raise DataError(f"sheet {sheet.name!r} is empty, expected a header row")
    row, header, settled = min(tried, key=lambda one: (len(one[2].missing), not knows_any(one[1], source)))
    if not knows_any(header, source):
        raise DataError(
            f"none of the first {len(tried)} rows of sheet {sheet.name!r} has a header that source {source.name} "
            f"knows; expected one with {'; '.join(settled.missing) or 'any of its columns'} ({source.where}); say "
            f"another `sheet`, or a greater header_search_rows under [read]{_another(sheet, source)}"
        )
    where = f"row {row + 1} of sheet {sheet.name!r}, the nearest to a header in its first {len(tried)},"
    raise missing_columns(header, settled, source, where=where, mend=", or a greater header_search_rows under [read]")


def _blocks(sheet: _Sheet, header_line_count: int, header: Sequence[str]) -> Iterator[Block]:
    rows = islice(enumerate(sheet.rows()), header_line_count, None)
    at_once = max(1, CELLS_AT_ONCE // max(1, len(header)))
    record = 1
    while some := list(islice(rows, at_once)):
        block = _block(some, sheet, header, record)
        yield block
        record += block.record_count


def _block(rows: Sequence[tuple[int, Cells]], sheet: _Sheet, header: Sequence[str], first_record: int) -> Block:
    filled = [(row, cells) for row, cells in rows if not _is_blank(cells) or row in sheet.uncalculated]
    numbers: list[int] = []
    landed: list[Cells] = []
    dead: list[DeadLetter] = []
    for record, (row, cells) in enumerate(filled, start=first_record):
        if row in sheet.uncalculated:
            reason = _uncalculated(sheet.uncalculated[row], header)
            dead.append(DeadLetter(record, row + 1, reason, json.dumps(cells, ensure_ascii=False).encode()))
        else:
            numbers.append(record)
            landed.append(cells)
    columns = zip(*landed, strict=True) if landed else [()] * len(header)
    return Block(
        record_numbers=pa.array(numbers, pa.int64()),
        columns=[pa.array(column, pa.string()) for column in columns],
        dead_letters=dead,
        line_count=len(rows),
        record_count=len(filled),
        blank_line_count=len(rows) - len(filled),
        line_break_in_field_count=0,
    )


def _uncalculated(place: int, header: Sequence[str]) -> str:
    named = f"column {header[place]!r}" if 0 <= place < len(header) else "a column without a header"
    return f"uncalculated: a formula in {named} has no value; open the workbook in a spreadsheet and save it"


def _is_blank(cells: Cells) -> bool:
    return not any(cell is not None for cell in cells)


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value or None
    return shown_number_text(value) if isinstance(value, float) else cell_text(value)
