"""On which physical line of its raw file a record begins: by arithmetic where that is exact, else by reading it."""

from __future__ import annotations

import gzip
from collections.abc import Collection
from dataclasses import dataclass
from typing import BinaryIO, cast

from lake.config import Read
from lake.deliveries import Delivery
from lake.errors import HeadraceError
from lake.formats.csv import Dialect, record_lines
from lake.landing import LandedFile
from lake.objects import open_store


@dataclass(frozen=True)
class Lines:
    """The line of each record asked for; where it is not known, `note` says why."""

    by_record: dict[int, int]
    note: str | None = None


def lines_of(records: Collection[int], landed: LandedFile, delivery: Delivery, raw_uri: str, read: Read) -> Lines:
    """Where every record is one line and no line is blank, the record's number tells it. Otherwise the raw file is read
    again, if it is still what it was."""
    if landed.blank_line_count == 0 and landed.line_break_in_field_count == 0:
        return Lines({record: landed.header_line_count + record for record in records})
    for file in delivery.raw_files:
        try:
            with open_store(raw_uri).open(file.key, file.etag) as body:
                stream = gzip.GzipFile(fileobj=body) if file.key.lower().endswith(".gz") else body
                dialect = Dialect(
                    landed.dialect["delimiter"], read.quote, landed.dialect["encoding"], read.has_multiline_fields
                )
                return Lines(scan(cast(BinaryIO, stream), set(records), dialect, read.encoding))
        except (HeadraceError, OSError, EOFError):
            continue
    return Lines(
        {},
        f"its line is not known: the file has {landed.blank_line_count} blank lines and "
        f"{landed.line_break_in_field_count} line breaks in fields, and is no longer in {raw_uri} as it "
        "was read",
    )


def scan(stream: BinaryIO, records: set[int], dialect: Dialect, encoding: str) -> dict[int, int]:
    """The first line of each of the records, as landing counts them; `encoding` is the file's own."""
    found: dict[int, int] = {}
    last = max(records, default=0)
    for record, line in record_lines(stream, dialect, encoding):
        if record in records:
            found[record] = line
        if record >= last:
            break
    return found
