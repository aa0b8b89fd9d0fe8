"""Workbooks made for tests, in memory."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import xlsxwriter
import xlwt

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Formatted:
    """A number and the format that a spreadsheet shows it by."""

    number: float
    code: str


def xlsx(sheets: Mapping[str, Rows] | Rows, *, hidden: Sequence[str] = (), **options: Any) -> bytes:
    """A workbook of these rows; a cell `=x` is a formula whose value is x, and None is no cell."""
    named = sheets if isinstance(sheets, Mapping) else {"Orders": sheets}
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, options)
    styles = {
        kind: book.add_format({"num_format": style})
        for kind, style in (
            (date, "yyyy-mm-dd"),
            (datetime, "yyyy-mm-dd hh:mm:ss"),
            (time, "hh:mm:ss"),
            (timedelta, "[h]:mm:ss"),
        )
    }
    for name, rows in named.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if isinstance(value, str) and value.startswith("="):
                    is_number = value[1:].replace(".", "").isdigit()
                    sheet.write_formula(row, column, "=A1", None, float(value[1:]) if is_number else value[1:])
                elif type(value) in styles:
                    sheet.write_datetime(row, column, value, styles[type(value)])
                elif isinstance(value, Formatted):
                    sheet.write_number(row, column, value.number, book.add_format({"num_format": value.code}))
                elif isinstance(value, str):
                    sheet.write_string(row, column, value)
                elif value is not None:
                    sheet.write(row, column, value)
    book.close()
    return out.getvalue()


def xls(sheets: Mapping[str, Rows] | Rows, *, hidden: Sequence[str] = ()) -> bytes:
    """The same as an old workbook; a text that begins with `#` is an error."""
    named = sheets if isinstance(sheets, Mapping) else {"Orders": sheets}
    book = xlwt.Workbook()
    styles = {date: xlwt.easyxf(num_format_str="yyyy-mm-dd"), datetime: xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm")}
    for name, rows in named.items():
        sheet = book.add_sheet(name)
        sheet.visibility = int(name in hidden)
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if isinstance(value, str) and value.startswith("#"):
                    sheet.row(row).set_cell_error(column, value)
                elif isinstance(value, Formatted):
                    sheet.write(row, column, value.number, xlwt.easyxf(num_format_str=value.code))
                elif value is not None:
                    sheet.write(row, column, value, styles.get(type(value), xlwt.Style.default_style))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(book: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The workbook with one part of its zip changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name).decode()
            target.writestr(name, change(text) if name == part else text)
    return out.getvalue()


def without_values(book: bytes, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """The workbook as it is written by who does not calculate: formulas without a value."""
    return changed(book, part, lambda text: re.sub("(</f>)<v>[^<]*</v>", r"\1", text))


def protected(book: bytes) -> bytes:
    """A compound file that holds an encrypted package, as a protected `.xlsx` is."""
    old, new = ("\0".join(name).encode() + b"\0" for name in ("Workbook", "EncryptedPackage"))
    at = book.index(old)
    return book[:at] + new.ljust(64, b"\0") + struct.pack("<H", len(new) + 2) + book[at + 66 :]


def with_password(book: bytes) -> bytes:
    """An old workbook that says that its records are encrypted."""
    at = book.index(b"\x09\x08\x10\x00") + 20
    return book[:at] + b"\x2f\x00" + book[at + 2 :]
