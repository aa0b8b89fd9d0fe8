"""Which sheet of a workbook has the table, and which of its rows is the header."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, cast

from headrace.profiling.rawfile import RawFile
from lake.config.read_options import Read
from lake.errors import DataError
from lake.landing.formats import xls, xlsx

SEARCHED_ROWS = 20


def sheets_of(file: RawFile, scratch: Path) -> dict[str, bool]:
    """The sheets in their order, and whether each is visible. Raises DataError where the file is no workbook."""
    path = scratch / "looked_at"
    with file.opened() as stream, path.open("wb") as kept:
        shutil.copyfileobj(cast(BinaryIO, stream), kept, 1 << 22)
    with path.open("rb") as kept:
        is_old = kept.read(len(xls.MAGIC)) == xls.MAGIC
    if is_old:
        return {survey.sheet_name: survey.is_visible for survey in xls.surveys(path, Read.cell_limit)}
    return xlsx.sheets(path)


def candidates(sheets: Mapping[str, bool], asked: str | None) -> list[str]:
    """The sheets to try: the one that is asked for, else the visible ones. Raises DataError."""
    if asked is not None:
        if asked not in sheets:
            raise DataError(f"the workbook has the sheets {', '.join(map(repr, sheets))}, expected a sheet {asked!r}")
        return [asked]
    return [name for name, is_visible in sheets.items() if is_visible]


def header_row(rows: Sequence[Sequence[str | None]]) -> int:
    """The place of the header among the first rows: the first that is filled as widely as the rows below it are.

    A title stands in one or two cells; a header has a text in nearly each column, each its own.
    """
    widths = [sum(cell is not None for cell in row) for row in rows]
    usual = sorted(widths)[len(widths) // 2] if widths else 0
    for place, row in enumerate(rows):
        names = [cell for cell in row if cell is not None]
        if len(names) >= max(1, 0.8 * usual) and len(set(names)) == len(names) and not any(map(_is_number, names)):
            return place
    return 0


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
