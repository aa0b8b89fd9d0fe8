"""The inside of an `.xls` workbook, a compound file of records, as far as it must be known before it is loaded."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from lake.errors import DataError
from lake.landing.formats.number_formats import Padding, padding
from lake.landing.formats.survey import DamagedWorkbook, Protected, Survey, byte_limit

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ROWS, _COLUMNS = 1 << 16, 1 << 8
_LAST_SECTOR = 0xFFFFFFF0
_BOF, _EOF, _FILEPASS, _BOUNDSHEET, _SST, _DIMENSIONS = 0x809, 0x0A, 0x2F, 0x85, 0xFC, 0x200
_FORMULA, _BOOLERR, _MULRK, _FORMAT, _XF = 0x06, 0x205, 0xBD, 0x41E, 0xE0
_CELLS = {_FORMULA, _BOOLERR, _MULRK, 0x203, 0x204, 0x27E, 0xD6, 0xFD}
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
_Record = tuple[int, bytes]


def surveys(path: Path, cell_limit: int) -> list[Survey]:
    """The survey of every sheet in the order of the workbook, since a loader loads all of them.

    Raises DataError where a sheet is larger than the limit, the workbook is protected, or the file is none.
    """
    limit = byte_limit(cell_limit)
    if (size := path.stat().st_size) > limit:
        raise DataError(f"the workbook has {size:,} bytes, expected at most {limit:,} for cell_limit = {cell_limit}")
    try:
        stream = _CompoundFile(path.read_bytes()).workbook()
        paddings = _paddings(stream)
        return [_survey(stream, sheet, cell_limit, paddings) for sheet in _sheets(stream)]
    except (struct.error, LookupError, ValueError) as error:
        raise DamagedWorkbook(error) from None


@dataclass(frozen=True)
class _Sheet:
    name: str
    offset: int
    is_visible: bool


def _sheets(stream: bytes) -> list[_Sheet]:
    sheets = []
    is_8 = struct.unpack_from("<H", stream, 4)[0] >= 0x600
    for kind, data in _records(stream, 0):
        if kind == _FILEPASS:
            raise Protected
        if kind == _SST and struct.unpack_from("<I", data, 4)[0] > len(stream):
            raise DamagedWorkbook("it declares more texts than it has bytes")
        if kind == _BOUNDSHEET:
            is_worksheet = data[5] == 0
            sheets.append(
                _Sheet(_name(data, is_8), struct.unpack_from("<I", data)[0], is_worksheet and not data[4] & 3)
            )
    return sheets


def _paddings(stream: bytes) -> dict[int, Padding]:
    """The styles of cells that pad numbers with zeros, by their place in the list of all styles."""
    codes: dict[int, str] = {}
    of_cells: list[int] = []
    for kind, data in _records(stream, 0):
        if kind == _FORMAT and len(data) > 4:  # as versions from 97 on write it; the rare older ones pad nothing
            number, length, flags = struct.unpack_from("<HHB", data)
            is_wide = flags & 1
            codes[number] = data[5 : 5 + (length << is_wide)].decode("utf-16-le" if is_wide else "latin-1", "replace")
        elif kind == _XF:
            of_cells.append(struct.unpack_from("<H", data, 2)[0])
    found = {place: padding(codes.get(number, "")) for place, number in enumerate(of_cells)}
    return {place: shown for place, shown in found.items() if shown}


def _name(data: bytes, is_8: bool) -> str:
    if not is_8:
        return data[7 : 7 + data[6]].decode("cp1252", "replace")
    return data[8 : 8 + 2 * data[6]].decode("utf-16-le") if data[7] & 1 else data[8 : 8 + data[6]].decode("latin-1")


def _survey(stream: bytes, sheet: _Sheet, cell_limit: int, paddings: Mapping[int, Padding]) -> Survey:
    survey = Survey(sheet.name, cell_limit, is_visible=sheet.is_visible)
    for kind, data in _records(stream, sheet.offset):
        if kind == _DIMENSIONS:
            _refuse_impossible(data)
        elif kind in _CELLS:
            row, column = struct.unpack_from("<HH", data)
            last = struct.unpack_from("<H", data, len(data) - 2)[0] if kind == _MULRK else column
            _refuse_beyond(row, last)
            survey.see(row, column)
            survey.see(row, last)
            for place in range(column, last + 1):
                if shown := paddings.get(struct.unpack_from("<H", data, 4 + 6 * (place - column))[0]):
                    survey.padded.see(row, place, shown)
            if error := _error(kind, data):
                survey.errors[row, column] = error
    return survey


def _refuse_impossible(data: bytes) -> None:
    top, rows, left, columns = struct.unpack_from("<IIHH" if len(data) >= 14 else "<HHHH", data)
    if top > rows or left > columns:
        raise DamagedWorkbook("a sheet that ends before it begins")
    _refuse_beyond(rows - 1, columns - 1)


def _refuse_beyond(row: int, column: int) -> None:
    if row >= _ROWS or column >= _COLUMNS:
        raise DamagedWorkbook(f"it has a cell in row {row + 1:,}, column {column + 1:,}, which no .xls can have")


def _error(kind: int, data: bytes) -> str | None:
    """The error of a cell, written in it or as the result of its formula."""
    if kind == _BOOLERR and data[7]:
        return _ERRORS.get(data[6], "#ERROR")
    if kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == 2:
        return _ERRORS.get(data[8], "#ERROR")
    return None


def _records(stream: bytes, at: int) -> Iterator[_Record]:
    """The records of one part of the workbook, without those of charts inside it."""
    depth = 0
    if struct.unpack_from("<H", stream, at)[0] != _BOF:
        raise DamagedWorkbook("no part begins where one is expected")
    while True:
        kind, size = struct.unpack_from("<HH", stream, at)
        at += 4 + size
        if at > len(stream):
            raise DamagedWorkbook("a record ends beyond the file")
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, stream[at - size : at]


class _CompoundFile:
    """Files inside a file: sectors chained by a table, small ones in a stream of their own."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = 1 << struct.unpack_from("<H", data, 30)[0]
        self.small_size = 1 << struct.unpack_from("<H", data, 32)[0]
        if self.size not in (512, 4096) or self.small_size != 64:
            raise DamagedWorkbook(f"sectors of {self.size} and {self.small_size} bytes")
        first, self.least, first_small, _, first_more, _ = struct.unpack_from("<I4xI I I I I", data, 48)
        self.table = self._numbers(self._table_sectors(first_more))
        self.small_table = self._numbers(self._chain(first_small, self.table))
        entries = self._joined(self._chain(first, self.table))
        self.entries = {
            entry[: struct.unpack_from("<H", entry, 64)[0]].decode("utf-16-le", "replace").rstrip("\0"): entry
            for entry in (entries[at : at + 128] for at in range(0, len(entries) - 127, 128))
        }

    def workbook(self) -> bytes:
        """Raises Protected, or DataError where it has none."""
        if "EncryptedPackage" in self.entries:
            raise Protected
        for name in ("Workbook", "Book"):
            if name in self.entries:
                return self._stream(self.entries[name])
        raise DataError("the file is an old Office document and no workbook; save it as .xlsx, or as CSV")

    def _stream(self, entry: bytes) -> bytes:
        start, size = struct.unpack_from("<II", entry, 116)
        if size >= self.least:
            return self._joined(self._chain(start, self.table))[:size]
        small = self._joined(self._chain(struct.unpack_from("<I", self.entries["Root Entry"], 116)[0], self.table))
        places = self._chain(start, self.small_table)
        return b"".join(small[place * self.small_size : (place + 1) * self.small_size] for place in places)[:size]

    def _table_sectors(self, first_more: int) -> list[int]:
        """The sectors of the table itself: 109 named in the header, others in a chain."""
        sectors = list(struct.unpack_from("<109I", self.data, 76))
        at = first_more
        for _ in range(len(self.data) // self.size):
            if at >= _LAST_SECTOR:
                break
            more = struct.unpack(f"<{self.size // 4}I", self._sector(at))
            sectors += more[:-1]
            at = more[-1]
        return [sector for sector in sectors if sector < _LAST_SECTOR]

    def _numbers(self, sectors: Sequence[int]) -> list[int]:
        count = self.size // 4
        return list(chain.from_iterable(struct.unpack(f"<{count}I", self._sector(sector)) for sector in sectors))

    def _chain(self, start: int, table: Sequence[int]) -> list[int]:
        found: list[int] = []
        while start < _LAST_SECTOR:
            if len(found) > len(table):
                raise DamagedWorkbook("a chain of sectors without an end")
            found.append(start)
            start = table[start]
        return found

    def _joined(self, sectors: Sequence[int]) -> bytes:
        return b"".join(map(self._sector, sectors))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        if start >= len(self.data):
            raise DamagedWorkbook("a sector is beyond its end")
        return self.data[start : start + self.size].ljust(self.size, b"\0")
