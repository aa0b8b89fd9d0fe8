"""A raw folder and a lake to land CSV in, without Spark."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from lake.claims import Claim
from lake.config import ColumnMapping, Coverage, Read, Source
from lake.errors import DataError
from lake.folder_store import FolderStore
from lake.landing import LandedFile, land_file, landing_key
from schemas.lineage import FILE_ID


def column(field: str, *headers: str, required: bool = True, rule: str = "text", **parameters: Any) -> ColumnMapping:
    tokens = frozenset(["", "n/a"])
    return ColumnMapping(field, headers or (field,), rule, parameters, required, tokens, "orders.toml:9")


ORDERS = Source(
    domain="procurement",
    name="orders",
    table="purchase_orders",
    kind="upsert",
    identical_rows="duplicate",
    claims=("orders",),
    order="delivery",
    read=Read(),
    constants={},
    coverage=Coverage(),
    where="orders.toml:2",
    columns=(column("po_number", "PO", "Order No."), column("vendor_name", "Vendor", required=False)),
)


DATED = replace(
    ORDERS,
    columns=(*ORDERS.columns, column("ordered_on", "Date", rule="date", ambiguous_formats=["%d/%m/%Y", "%m/%d/%Y"])),
)


DATED_OPTIONAL = replace(ORDERS, columns=(*ORDERS.columns, replace(DATED.columns[2], is_header_required=False)))


def reading(**changes: Any) -> Source:
    return replace(ORDERS, read=replace(ORDERS.read, **changes))


class Place:
    """A raw folder and a lake."""

    def __init__(self, folder: Path) -> None:
        self.raw, self.lake = FolderStore(folder / "raw"), FolderStore(folder / "lake")

    def claim(self, data: bytes, key: str = "orders.csv", **changes: str) -> Claim:
        told = {"source_name": "orders", "period": "2024-01", "delivery": "", "arrived_at": "2024-02-01T00:00:00Z"}
        return Claim(self.raw.put(key, data), **{**told, **changes})

    def land(self, data: bytes, source: Source = ORDERS, key: str = "orders.csv", **changes: str) -> LandedFile:
        return land_file(self.raw, self.lake, self.claim(data, key, **changes), source)

    def table(self, landed: LandedFile, ending: str = "parquet") -> list[dict[str, Any]]:
        key = landing_key("procurement", "orders", landed.landing_file_id, ending)
        return pq.read_table(self.lake.local_path(key), partitioning=None).to_pylist()

    def rows(self, landed: LandedFile) -> list[tuple[Any, ...]]:
        assert all(row[FILE_ID] == landed.landing_file_id for row in self.table(landed))
        return [tuple(value for name, value in row.items() if name != FILE_ID) for row in self.table(landed)]

    def landed_keys(self) -> list[str]:
        return [info.key for info in self.lake.list()]

    def refused(self, data: bytes, source: Source = ORDERS, key: str = "orders.csv") -> str:
        """The sentence; nothing has landed."""
        with pytest.raises(DataError) as caught:
            self.land(data, source, key)
        sentence = str(caught.value)
        assert sentence.startswith(f"{key}: ")
        assert "\n" not in sentence
        assert self.landed_keys() == []
        return sentence
