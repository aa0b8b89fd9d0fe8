"""What a raw file became in landing. Its entry, `<landing_file_id>.json`, is written last: with it all is there."""

from __future__ import annotations

import json
from dataclasses import dataclass

from lake.errors import DataError
from lake.store.objects import MissingObject, ObjectStore


@dataclass(frozen=True)
class LandedFile:
    """What became of one raw file. All counts but `landing_row_count` are the reader's; that one is the footer's.
    `sha256` is that of its content, unpacked; `columns` are the names of its text columns as people see them, in the
    order of its Parquet file, which calls them by `landing_column`; `unpivoted` are those of them that are rows, and
    `named` the fields that its name says, as it says them."""

    landing_file_id: str
    source_name: str
    raw_key: str
    raw_size: int
    raw_etag: str
    sha256: str
    period: str
    arrived_at: str
    reading_digest: str
    line_count: int
    header_line_count: int
    record_count: int
    line_break_in_field_count: int
    blank_line_count: int
    shared_line_count: int
    dead_letter_count: int
    landing_row_count: int
    header: list[str]
    dialect: dict[str, str]
    undeclared_columns: list[str]
    columns: list[str]
    decided_formats: dict[str, str]
    decision_evidence: dict[str, str]
    unpivoted: list[str]
    named: dict[str, str]

    @property
    def rows_of_a_record(self) -> int:
        """As many as it has columns that are rows; 1 where none is."""
        return len(self.unpivoted) or 1

    def lines_close(self) -> bool:
        """Physical lines = header + records + line breaks inside fields + blank lines - records that begin on the line
        on which another ends; records = landed + dead."""
        lines = self.header_line_count + self.record_count + self.line_break_in_field_count + self.blank_line_count
        are_closed = self.line_count == lines - self.shared_line_count
        return are_closed and self.record_count == self.landing_row_count + self.dead_letter_count


def landing_folder(domain: str, source_name: str) -> str:
    return f"landing/{domain}/{source_name}/"


def landing_key(domain: str, source_name: str, landing_file_id: str, ending: str) -> str:
    return f"{landing_folder(domain, source_name)}{landing_file_id}.{ending}"


def read_landed(lake: ObjectStore, domain: str, source_name: str, landing_file_id: str) -> LandedFile | None:
    """The entry of a landed file; None where it has not landed whole."""
    key = landing_key(domain, source_name, landing_file_id, "json")
    try:
        return LandedFile(**json.loads(lake.read(key)))
    except MissingObject:
        return None
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{lake.uri_of(key)} is no entry of a landed file of this version of Headrace: {error}; read the lake "
            "with the version that wrote it, or a newer one"
        ) from None
