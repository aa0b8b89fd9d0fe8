"""A raw folder and a lake to land files of any format in, without Spark."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from lake.config.configuration import ColumnMapping, Coverage, Source
from lake.config.read_options import Read
from lake.errors import DataError
from lake.landing.claims import Claim
from lake.landing.formats import format_named
from lake.landing.land_file import land_file
from lake.landing.landed_file import LandedFile, landing_key
from lake.store.folder import FolderStore
from schemas.landing_columns import landing_column
from schemas.lineage import FILE_ID, RECORD_NUMBER


def column(field: str, *headers: str, required: bool = True, rule: str = "text", **parameters: Any) -> ColumnMapping:
    return ColumnMapping(field, headers or (field,), rule, parameters, required, frozenset([""]), "orders.toml:9")


def source(*, columns: tuple[ColumnMapping, ...] | None = None, **read: Any) -> Source:
    """A source with the fields po_number (`PO`, required) and vendor_name (`Vendor`)."""
    declared = (column("po_number", "PO", "Order No."), column("vendor_name", "Vendor", required=False))
    return Source(
        domain="procurement",
        name="orders",
        table="purchase_orders",
        kind="upsert",
        identical_rows="duplicate",
        claims=("orders",),
        order="delivery",
        read=Read(**read),
        constants={},
        coverage=Coverage(),
        where="orders.toml:2",
        columns=declared if columns is None else columns,
    )


class Place:
    """A raw folder and a lake."""

    def __init__(self, folder: Path) -> None:
        self.raw, self.lake = FolderStore(folder / "raw"), FolderStore(folder / "lake")

    def claim(self, data: bytes, key: str = "orders.dat") -> Claim:
        return Claim(self.raw.put(key, data), "orders", "2024-01", "", "2024-02-01T00:00:00Z")

    def land(self, data: bytes, of: Source, key: str = "orders.dat") -> LandedFile:
        return land_file(self.raw, self.lake, self.claim(data, key), of)

    def table(self, landed: LandedFile, ending: str = "parquet") -> list[dict[str, Any]]:
        """The rows of a landed file, or of its dead letters, the columns as people call them."""
        key = landing_key("procurement", "orders", landed.landing_file_id, ending)
        table = pq.read_table(self.lake.local_path(key), partitioning=None)
        if ending == "parquet":
            own = (RECORD_NUMBER, FILE_ID)
            assert table.column_names == [*map(landing_column, landed.columns), *own]
            table = table.rename_columns([*landed.columns, *own])
        return table.to_pylist()

    def rows(self, landed: LandedFile) -> list[tuple[Any, ...]]:
        """The cells of each landed record and its number."""
        assert all(row[FILE_ID] == landed.landing_file_id for row in self.table(landed))
        return [tuple(value for name, value in row.items() if name != FILE_ID) for row in self.table(landed)]

    def names(self, landed: LandedFile) -> list[str]:
        key = landing_key("procurement", "orders", landed.landing_file_id, "parquet")
        assert pq.read_schema(self.lake.local_path(key)).names[:-2] == list(map(landing_column, landed.columns))
        return landed.columns

    def dead(self, landed: LandedFile) -> list[tuple[int, int, str, bytes]]:
        """Record, line, reason and raw bytes of each dead letter."""
        if not landed.dead_letter_count:
            return []
        return [
            (row["record_number"], row["line_number"], row["reason"], row["raw"])
            for row in self.table(landed, "dead.parquet")
        ]

    def refused(self, data: bytes, of: Source, key: str = "orders.dat") -> str:
        """The sentence; nothing has landed."""
        with pytest.raises(DataError) as caught:
            self.land(data, of, key)
        sentence = str(caught.value)
        assert sentence.startswith(f"{key}: ")
        assert "\n" not in sentence
        assert [info.key for info in self.lake.list()] == []
        return sentence

    def lines(self, data: bytes, of: Source, landed: LandedFile, folder: Path) -> dict[int, int]:
        """The line of every record, as the format tells it again."""
        import io

        folder.mkdir(exist_ok=True)
        return dict(format_named(of.read.format).record_lines(io.BytesIO(data), of.read, landed.dialect, folder))


def counts(landed: LandedFile) -> tuple[int, int, int, int, int]:
    """Lines, header lines, records, blank lines and dead letters."""
    return (
        landed.line_count,
        landed.header_line_count,
        landed.record_count,
        landed.blank_line_count,
        landed.dead_letter_count,
    )


def tolerant(of: Source) -> Source:
    """The source, however many dead letters a file has."""
    return replace(of, read=replace(of.read, dead_letter_halt_ratio=1.0))
