"""The inside of an `.xlsx` workbook, a zip of XML, as far as it must be known before the workbook is loaded."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.parsers import expat

from lake.errors import DataError
from lake.landing.formats.number_formats import Padding, padding
from lake.landing.formats.survey import DamagedWorkbook, Place, Protected, Survey, byte_limit

_READ_BYTES = 1 << 20
_MOST_STYLES = 1 << 16
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_Start = tuple[str, dict[str, str]]


def sheets(path: Path) -> dict[str, bool]:
    """The worksheets in their order, and whether each is visible. Raises DataError where the file is no workbook."""
    with _opened(path) as book:
        return {name: state == "visible" for name, state, part in _sheets(book) if "worksheets/" in part}


def survey(path: Path, sheet_name: str, cell_limit: int) -> Survey:
    """The survey of a sheet. Raises DataError where it, or what is unpacked for it, is larger than the limit allows."""
    with _opened(path) as book:
        part = next(part for name, _, part in _sheets(book) if name == sheet_name)
        read = [info for info in book.infolist() if info.filename == part or _is_read_at_once(info.filename)]
        size, limit = sum(info.file_size for info in read), byte_limit(cell_limit)
        if size > limit:
            raise DataError(
                f"{size:,} bytes are unpacked for sheet {sheet_name!r}, expected at most {limit:,} for cell_limit = "
                f"{cell_limit} (under [read]); have it written in parts, or as CSV"
            )
        for info in read:
            if info.filename != part:
                _read_through(book, info)
        return _Surveying(Survey(sheet_name, cell_limit), _paddings(book)).of(book, part)


def _is_read_at_once(name: str) -> bool:
    """Whether a loader reads the part for any sheet."""
    return name.endswith((".rels", "/sharedStrings.xml", "/styles.xml", "/workbook.xml"))


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as book:
            if any(info.flag_bits & 1 for info in book.infolist()):
                raise Protected
            yield book
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        LookupError,
        NotImplementedError,
        expat.ExpatError,
    ) as error:
        raise DamagedWorkbook(error) from None


def _sheets(book: zipfile.ZipFile) -> list[tuple[str, str, str]]:
    """Name, state and part of every sheet in the order of the workbook."""
    roots = _relations(book, "_rels/.rels", "")
    main = next((target for kind, target in roots.values() if kind.endswith("/officeDocument")), "")
    if not main.endswith(".xml") or main not in book.namelist():
        raise DataError("the file is a zip and no .xlsx workbook; save it as one, or as CSV")
    folder, name = posixpath.split(main)
    relations = _relations(book, f"{folder}/_rels/{name}.rels", folder)
    found = []
    for tag, attributes in _starts(book, main):
        if tag == "sheet":
            key = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            _, part = relations.get(key, ("", ""))
            found.append((attributes.get("name", ""), attributes.get("state", "visible"), part))
    return found


def _paddings(book: zipfile.ZipFile) -> dict[str, Padding]:
    """The styles of cells that pad numbers with zeros, by their place in the list of all styles."""
    part = next((name for name in book.namelist() if name.endswith("/styles.xml")), None)
    styles = _Styles()
    if part is not None:
        with book.open(part) as file:
            styles.parser.ParseFile(file)
    found = {str(place): padding(styles.codes.get(number, "")) for place, number in enumerate(styles.of_cells)}
    return {place: shown for place, shown in found.items() if shown}


class _Styles:
    """The number formats of a workbook, and which of them each style of cells has."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.of_cells: list[str] = []
        self.section = ""
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag in ("numFmts", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"):
            self.section = tag
        elif (self.section, tag) == ("numFmts", "numFmt"):
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif (self.section, tag) == ("cellXfs", "xf"):
            self.of_cells.append(attributes.get("numFmtId", ""))
        if max(len(self.codes), len(self.of_cells)) > _MOST_STYLES:
            raise DamagedWorkbook(f"it has more than {_MOST_STYLES:,} styles")


def _relations(book: zipfile.ZipFile, name: str, folder: str) -> dict[str, tuple[str, str]]:
    """Kind and target of each relation by its id."""
    if name not in book.namelist():
        return {}
    return {
        attributes.get("Id", ""): (
            attributes.get("Type", ""),
            posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/"),
        )
        for tag, attributes in _starts(book, name)
        if tag == "Relationship"
    }


def _starts(book: zipfile.ZipFile, name: str) -> list[_Start]:
    """The elements of a small part, without their prefixes."""
    found: list[_Start] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag.rpartition(":")[2], attributes))
    with book.open(name) as file:
        parser.ParseFile(file)
    return found


def _read_through(book: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Hold the size and the checksum that the zip declares against the part itself."""
    with book.open(info) as file:
        while file.read(_READ_BYTES):
            pass


class _Surveying:
    """One pass over the XML of a sheet."""

    def __init__(self, survey: Survey, paddings: Mapping[str, Padding]) -> None:
        self.survey, self.paddings = survey, paddings
        self.row = self.column = -1
        self.is_error = False
        self.shown: Padding | None = None
        self.formula: Place | None = None
        self.text = ""
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start

    def of(self, book: zipfile.ZipFile, part: str) -> Survey:
        with book.open(part) as file:
            self.parse(file)
        self.end_cell()
        return self.survey

    def parse(self, file: IO[bytes]) -> None:
        while chunk := file.read(_READ_BYTES):
            self.parser.Parse(chunk, False)
        self.parser.Parse(b"", True)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self.end_cell()
            self.row, self.column = self.place(attributes.get("r"))
            self.is_error = attributes.get("t") == "e"
            self.shown = self.paddings.get(attributes.get("s", ""))
        elif tag in ("v", "is"):
            self.formula = None
            self.survey.see(self.row, self.column)
            if self.shown:
                self.survey.padded.see(self.row, self.column, self.shown)
            if self.is_error:
                self.listen()
        elif tag == "f":
            self.formula = (self.row, self.column)
        elif tag == "row":
            self.row, self.column = int(attributes.get("r", self.row + 2)) - 1, -1

    def place(self, reference: str | None) -> Place:
        """A cell without a reference stands behind the one before it."""
        if reference is None:
            return self.row, self.column + 1
        found = _PLACE.fullmatch(reference)
        if not found:
            raise DamagedWorkbook(f"{reference[:20]!r} is no cell")
        column = 0
        for letter in found[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        return int(found[2]) - 1, column - 1

    def listen(self) -> None:
        """Take the text of an error until its element ends."""
        self.text = ""
        self.parser.CharacterDataHandler = self.hear
        self.parser.EndElementHandler = self.end_error

    def hear(self, text: str) -> None:
        self.text += text

    def end_error(self, name: str) -> None:
        self.survey.errors[self.row, self.column] = self.text
        self.parser.CharacterDataHandler = None
        self.parser.EndElementHandler = None

    def end_cell(self) -> None:
        if self.formula:
            self.survey.uncalculated.add(self.formula)
            self.survey.see(*self.formula)
        self.formula = None
