"""The shape of a raw file: its format, and what `[read]` must say so that landing reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from headrace.facts.profile import Doubt
from headrace.profiling.fixed_shape import layout_of
from headrace.profiling.json_shape import json_shape
from headrace.profiling.rawfile import RawFile
from headrace.profiling.sheet_shape import SEARCHED_ROWS, candidates, header_row, sheets_of
from headrace.profiling.text_shape import cuttings, encoding_of, sample_lines, survey_bytes, titled
from lake.config.configuration import Coverage, Source
from lake.config.mappings import ColumnMapping
from lake.config.read_options import Read
from lake.errors import DataError
from lake.landing.formats import format_named
from lake.landing.formats.csv import StrayQuote
from lake.landing.formats.table import Table
from lake.landing.manifests import ENDING

MOST_BESIDE = 10_000


@dataclass(frozen=True)
class Shape:
    """How a file is to be read, what else was seen of it, and what is not certain.

    `header` are the names by which a workbook's header row is found, and the paths of fields inside JSON's objects.
    """

    read: Read
    header: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    seen: Mapping[str, Any] = field(default_factory=dict)


def shape_of(file: RawFile, *, sheet: str | None = None) -> Shape:
    """Raises DataError where the file is of no format that landing reads, and where there is nothing in it."""
    if file.name.endswith(ENDING):
        raise DataError(f"{file.name} is the manifest of a delivery; profile one of the files that it lists")
    with file.opened() as stream:
        first = stream.read(8)
    if not first:
        raise DataError(f"{file.name} is empty, expected a file with a header or records")
    if first.startswith(b"PAR1"):
        return _parquet(file)
    if first.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _excel(file, sheet)
    return _text(file)


@contextmanager
def opened_table(file: RawFile, shape: Shape) -> Iterator[Table]:
    """The table that landing would see, no column of it declared."""
    with TemporaryDirectory(prefix="headrace-") as scratch, file.opened() as stream:
        source = _source(shape)
        yield format_named(shape.read.format).open_table(stream, source, Path(scratch))


def _source(shape: Shape) -> Source:
    """A source that asks for nothing but the header that was found."""
    columns = tuple(
        ColumnMapping(name, (name,), "verbatim", {}, True, frozenset([""]), "the profile") for name in shape.header
    )
    return Source(
        domain="", name="profile", table="", kind="full", identical_rows="distinct", claims=(), order="delivery",
        read=replace(shape.read, more_pages="allow"), constants={}, columns=columns, coverage=Coverage(),
        where="the profile",
    )  # fmt: skip


def _parquet(file: RawFile) -> Shape:
    beside = islice(file.store.list(), MOST_BESIDE)
    folder = [info.key for info in beside if info.key.endswith(ENDING) and "/" not in info.key]
    listing = [key for key in folder if _lists(file, key)]
    doubt = Doubt(
        "read.manifest", "no manifest lists this file: only who sends it knows whether a delivery of one file is whole"
    )
    return Shape(
        Read(format="parquet", manifest=bool(listing)),
        doubts=() if listing else (doubt,),
        seen={"manifest_file": listing[0] if listing else None},
    )


def _lists(file: RawFile, manifest: str) -> bool:
    try:
        said = json.loads(file.store.read(manifest))
        return any(entry["name"] == file.name for entry in said["files"])
    except (ValueError, KeyError, TypeError):
        return False


def _excel(file: RawFile, asked: str | None) -> Shape:
    with TemporaryDirectory(prefix="headrace-") as scratch:
        sheets = sheets_of(file, Path(scratch))
    seen = {"sheets": {name: {"is_visible": visible} for name, visible in sheets.items()}}
    tried = candidates(sheets, asked)
    for name in tried:
        if shape := _of_sheet(file, name, seen):
            visible = [other for other, is_visible in sheets.items() if is_visible and other != name]
            others = f"the workbook has other sheets too: {', '.join(map(repr, visible))} (profile them with --sheet)"
            return replace(shape, doubts=(Doubt("read.sheet", others),) if visible and asked is None else ())
    raise DataError(f"{file.name}: {', '.join(map(repr, tried)) or 'no visible sheet'}: empty, expected a table")


def _of_sheet(file: RawFile, name: str, seen: Mapping[str, Any]) -> Shape | None:
    """The shape of a sheet that has two rows with values at least."""
    read = Read(format="excel", sheet=name)
    try:
        rows = _first_rows(file, read)
    except DataError as error:
        if "is empty" in str(error):
            return None
        raise
    if len(rows) < 2:
        return None
    place = header_row(rows)
    header = [cell for cell in rows[place] if cell is not None]
    unique = tuple(name for name in header if header.count(name) == 1)
    return Shape(read, unique, (), {**seen, "sheet": name})


def _first_rows(file: RawFile, read: Read) -> list[list[str | None]]:
    with opened_table(file, Shape(read)) as table:
        first = next(islice(table.blocks, 1), None)
        rows: list[list[str | None]] = [[name or None for name in table.header]]
        if first is not None:
            rows += [list(row) for row in zip(*(c[:SEARCHED_ROWS].to_pylist() for c in first.columns), strict=True)]
    return rows[:SEARCHED_ROWS]


def _text(file: RawFile) -> Shape:
    found = survey_bytes(file)
    encoding, doubts = encoding_of(found)
    lines = sample_lines(file, encoding)
    read = Read(encoding=encoding)
    seen = {"byte_order_mark": bool(found.mark)}
    filled = [line for line in lines if line.strip()]
    if not filled:
        raise DataError(f"{file.name} has nothing but blank lines, expected a header or records")
    if json_found := json_shape(lines):
        read = replace(read, format="json", records=json_found.records)
        return Shape(read, json_found.paths, (*doubts, *json_found.doubts), seen)
    if cut := cuttings(lines):
        return _delimited(file, replace(read, delimiters=(cut[0].delimiter,)), filled, doubts, seen)
    if layout := layout_of(lines):
        where = (
            f"cut by what is blank in the first {len(filled):,} lines, of which a longer value may yet say otherwise"
        )
        fixed = replace(
            read, format="fixed_width", layout=layout.slices, header_line_count=layout.header_line_count,
            short_lines="pad" if layout.is_padded else "dead_letter",
        )  # fmt: skip
        return Shape(fixed, (), (*doubts, Doubt("read.layout", where)), seen)
    if over := titled(lines):
        doubts.append(
            Doubt(
                "read.delimiters",
                f"the first line has {over.field_count} fields, most others {over.usual_count}: a title stands "
                "over the header, and landing takes it for the header; have it left out by the sender",
            )
        )
        return Shape(replace(read, delimiters=(over.delimiter,)), (), tuple(doubts), seen)
    one = "no delimiter (, ; tab |) cuts its lines evenly, no place is blank in all: one column is assumed"
    return Shape(read, (), (*doubts, Doubt("read.delimiters", one)), seen)


def _delimited(file: RawFile, read: Read, lines: Sequence[str], doubts: list[Doubt], seen: Mapping[str, Any]) -> Shape:
    """CSV; where fields seem to hold line breaks, and reading it so sets fewer records aside, that too."""
    header = lines[0].split(read.delimiters[0])
    if any(re.fullmatch(r"\s*\"?[-+]?[0-9][0-9.,/:\- ]*\"?\s*", name) for name in header):
        doubts = [*doubts, Doubt("read", "the first line holds numbers or dates: is it the header that landing needs?")]
    plain = replace(read, stray_quotes="dead_letter")
    strays, dead = _stray_quotes(file, plain)
    if strays:
        multiline = replace(plain, has_multiline_fields=True)
        if _stray_quotes(file, multiline)[1] < dead:
            doubt = Doubt("read.has_multiline_fields", "quoted fields hold line breaks, it seems: look at one of them")
            return Shape(replace(multiline, stray_quotes="stop"), (), (*doubts, doubt), seen)
        doubt = Doubt(
            "read.stray_quotes", f"{strays:,} records have a quote where none may be, and would be dead letters"
        )
        return Shape(plain, (), (*doubts, doubt), seen)
    return Shape(read, (), tuple(doubts), seen)


def _stray_quotes(file: RawFile, read: Read) -> tuple[int, int]:
    """How many records have stray quotes, and how many are dead letters; more than all where reading breaks off."""
    strays = dead = 0
    try:
        with opened_table(file, Shape(read)) as table:
            for block in table.blocks:
                strays += sum(letter.reason.startswith("stray_quote") for letter in block.dead_letters)
                dead += len(block.dead_letters)
    except StrayQuote:
        return 1, 1 << 62
    return strays, dead
