"""How the bytes of a source become records: the table `[read]` of its TOML. docs/configuration.md has the keys."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from lake.config.record_paths import record_path
from lake.config.toml_layers import Layers
from lake.errors import ConfigError

FormatName = Literal["csv", "fixed_width", "excel", "json", "parquet"]


@dataclass(frozen=True)
class Slice:
    """Where a column stands in every line of a fixed-width file: `start` counts characters from 1."""

    name: str
    start: int
    width: int


@dataclass(frozen=True)
class Read:
    """How the bytes of a source become records; docs/configuration.md says what each key means."""

    format: FormatName = "csv"
    encoding: str = "utf-8"
    other_encodings: tuple[str, ...] = ()
    delimiters: tuple[str, ...] = (",", ";", "\t", "|")
    quote: str = '"'
    has_multiline_fields: bool = False
    stray_quotes: Literal["stop", "dead_letter"] = "stop"
    layout: tuple[Slice, ...] = ()
    header_line_count: int = 0
    short_lines: Literal["dead_letter", "pad"] = "dead_letter"
    sheet: str | None = None
    sheet_pattern: str | None = None
    header_search_rows: int = 20
    cell_limit: int = 5_000_000
    records: str | None = None
    more_pages: Literal["stop", "allow"] = "stop"
    manifest: bool = True
    unpacked_limit_bytes: int = 1 << 36
    dead_letter_halt_ratio: float = 0.01

    def in_encoding(self, encoding: str | None) -> Read:
        return self if encoding is None else dataclasses.replace(self, encoding=encoding, other_encodings=())

    def stated(self) -> dict[str, Any]:
        """The keys that have a meaning in the format, with their values."""
        return {
            key: value for key, value in dataclasses.asdict(self).items() if self.format in FORMATS_OF.get(key, _ALL)
        }


def parse_read(said: Mapping[str, Any]) -> Read:
    """What `dataclasses.asdict` and JSON made of a Read."""
    lists = {key: tuple(value) for key, value in said.items() if isinstance(value, list)}
    return Read(**{**said, **lists, "layout": tuple(Slice(**part) for part in said["layout"])})


_ALL: tuple[FormatName, ...] = get_args(FormatName)
FORMATS_OF: Mapping[str, tuple[FormatName, ...]] = {
    **dict.fromkeys(("encoding", "other_encodings"), ("csv", "fixed_width", "json")),
    **dict.fromkeys(("delimiters", "quote", "has_multiline_fields", "stray_quotes"), ("csv",)),
    **dict.fromkeys(("layout", "header_line_count", "short_lines"), ("fixed_width",)),
    **dict.fromkeys(("sheet", "sheet_pattern", "header_search_rows", "cell_limit"), ("excel",)),
    **dict.fromkeys(("records", "more_pages"), ("json",)),
    "manifest": ("parquet",),
}


def read_reading(layers: Layers) -> Read:
    """The `[read]` of a source's layers. Raises ConfigError."""
    values = layers.values_of(Read, ("read",))
    left = {*_left_behind(layers, values), *_sheet_left_behind(layers, values)}
    read = Read(**{key: value for key, value in values.items() if key not in left})
    _refuse_unfit_text(read, layers)
    _refuse_unfit_layout(read, layers)
    _refuse_unfit_sheet(read, layers)
    _refuse_unfit_records(read, layers)
    for key in ("header_line_count", "header_search_rows", "cell_limit", "unpacked_limit_bytes"):
        layers.refuse_outside(("read", key), getattr(read, key), 0 if key == "header_line_count" else 1)
    layers.refuse_outside(("read", "dead_letter_halt_ratio"), read.dead_letter_halt_ratio, 0, 1)
    return read


def _left_behind(layers: Layers, values: Mapping[str, Any]) -> list[str]:
    """The keys of another format that stand below the file which says the format: they were that one's.

    Raises ConfigError for those that stand in that file, or above it.
    """
    format_ = values.get("format", Read.format)
    foreign = [key for key in values if format_ not in FORMATS_OF.get(key, _ALL)]
    said = [place for place, document in enumerate(layers.documents) if ("read", "format") in document.lines]
    for document in layers.documents[said[-1] if said else 0 :]:
        for key in foreign:
            if ("read", key) in document.lines:
                raise ConfigError(
                    f"{document.where(('read', key))}: `{key}` is a key of format {' or '.join(FORMATS_OF[key])}, and "
                    f"the source is read as {format_}; leave it out"
                )
    return foreign


def _sheet_left_behind(layers: Layers, values: Mapping[str, Any]) -> list[str]:
    """Of `sheet` and `sheet_pattern` the one that stands below the file which says the other: that one says more.

    Raises ConfigError where one file says both.
    """
    if not {"sheet", "sheet_pattern"} <= values.keys():
        return []
    for document in reversed(layers.documents):
        said = [key for key in ("sheet", "sheet_pattern") if ("read", key) in document.lines]
        if len(said) == 2:
            where = document.where(("read", "sheet_pattern"))
            raise ConfigError(f"{where}: both `sheet` and `sheet_pattern` are said, expected one of them")
        if said:
            return ["sheet_pattern" if said == ["sheet"] else "sheet"]
    return []


def _refuse_unfit_text(read: Read, layers: Layers) -> None:
    for key, encodings in (("encoding", (read.encoding,)), ("other_encodings", read.other_encodings)):
        for encoding in encodings:
            try:
                "".encode(encoding)
            except (LookupError, ValueError):
                raise ConfigError(f"{layers.where('read', key)}: there is no encoding {encoding!r}") from None
    for key, marks in (("delimiters", read.delimiters), ("quote", (read.quote,))):
        if bad := [mark for mark in marks if len(mark) != 1 or not mark.isascii() or mark in "\r\n\0"]:
            raise ConfigError(f"{layers.where('read', key)}: {bad[0]!r} is not one ASCII character, no line end")
    if not read.delimiters or read.quote in read.delimiters:
        raise ConfigError(
            f"{layers.where('read', 'delimiters')}: found {list(read.delimiters)!r}, expected at least "
            f"one, and not the quote, {read.quote!r}"
        )


def _refuse_unfit_layout(read: Read, layers: Layers) -> None:
    where = layers.where("read", "layout")
    if read.format == "fixed_width" and not read.layout:
        raise ConfigError(
            f"{where}: a fixed_width source does not say `layout`; expected its columns, "
            '[{name = "PO", start = 1, width = 10}, ...]'
        )
    end, names = 0, set[str]()
    for column in read.layout:
        if column.start <= end or column.width < 1:
            raise ConfigError(
                f"{where}: column {column.name!r} stands at {column.start}, {column.width} wide; expected columns "
                f"from left to right that do not overlap, this one from {end + 1} on, at least 1 wide"
            )
        if not column.name.strip() or column.name in names:
            raise ConfigError(f"{where}: column {column.name!r} at {column.start} has no name of its own")
        end = column.start + column.width - 1
        names.add(column.name)


def _refuse_unfit_sheet(read: Read, layers: Layers) -> None:
    where = layers.where("read", "sheet_pattern")
    try:
        re.compile(read.sheet_pattern or "")
    except re.error as error:
        raise ConfigError(f"{where}: {read.sheet_pattern!r} is not a regular expression: {error}") from None


def _refuse_unfit_records(read: Read, layers: Layers) -> None:
    try:
        record_path(read.records)
    except ValueError as error:
        raise ConfigError(f"{layers.where('read', 'records')}: {error}") from None
