"""On which physical line of its raw file a record begins: by arithmetic where that is exact, else by reading it."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from lake.config.read_options import Read
from lake.errors import HeadraceError
from lake.landing.deliveries import Delivery
from lake.landing.formats import format_named
from lake.landing.formats.encodings import FILE_ENCODING
from lake.landing.unpacking import unpacked
from lake.store.objects import open_store


@dataclass(frozen=True)
class Lines:
    """The line of each record asked for; where it is not known, `note` says why."""

    by_record: dict[int, int]
    note: str | None = None


def lines_of(records: Collection[int], delivery: Delivery, raw_uri: str, read: Read) -> Lines:
    """Where every record is one line and no line is blank, the record's number tells it. Otherwise the raw file is read
    again, if it is still what it was."""
    landed = delivery.landed
    if landed.blank_line_count == landed.line_break_in_field_count == landed.shared_line_count == 0:
        return Lines({record: landed.header_line_count + record for record in records})
    for file in delivery.raw_files:
        try:
            with (
                tempfile.TemporaryDirectory(prefix="headrace-") as folder,
                open_store(raw_uri).open(file.key, file.etag) as body,
            ):
                stream = unpacked(body, file.key, read.unpacked_limit_bytes)
                told = read.in_encoding(landed.dialect.get(FILE_ENCODING))
                found = format_named(read.format).record_lines(stream, told, landed.dialect, Path(folder))
                return Lines(of_records(found, set(records)))
        except (HeadraceError, OSError):
            continue
    return Lines(
        {},
        f"its line is not known: the file has {landed.blank_line_count} blank lines, "
        f"{landed.line_break_in_field_count} line breaks in fields and {landed.shared_line_count} records on the line "
        f"of another, and is no longer in {raw_uri} as it was read",
    )


def of_records(found: Iterable[tuple[int, int]], records: set[int]) -> dict[int, int]:
    """The line of each of the records, of pairs of record and line in order."""
    lines: dict[int, int] = {}
    last = max(records, default=0)
    for record, line in found:
        if record in records:
            lines[record] = line
        if record >= last:
            break
    return lines
