"""A raw folder and a lake to land CSV in, without Spark."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lake.config.configuration import ColumnMapping, Source
from lake.landing.claims import Claim
from lake.landing.land_file import land_file
from lake.landing.landed_file import LandedFile
from tests.unit.lake.landing.formats import places
from tests.unit.lake.landing.formats.places import source


def column(field: str, *headers: str, required: bool = True, rule: str = "text", **parameters: Any) -> ColumnMapping:
    tokens = frozenset(["", "n/a"])
    return ColumnMapping(field, headers or (field,), rule, parameters, required, tokens, "orders.toml:9")


ORDERS = source(columns=(column("po_number", "PO", "Order No."), column("vendor_name", "Vendor", required=False)))
DATED = replace(
    ORDERS,
    columns=(*ORDERS.columns, column("ordered_on", "Date", rule="date", ambiguous_formats=["%d/%m/%Y", "%m/%d/%Y"])),
)


DATED_OPTIONAL = replace(ORDERS, columns=(*ORDERS.columns, replace(DATED.columns[2], is_header_required=False)))


def reading(**changes: Any) -> Source:
    return replace(ORDERS, read=replace(ORDERS.read, **changes))


class Place(places.Place):
    """A raw folder and a lake, with what a claim says of its own."""

    def claim(self, data: bytes, key: str = "orders.csv", **changes: str) -> Claim:
        return replace(super().claim(data, key), **changes)

    def land(self, data: bytes, source: Source = ORDERS, key: str = "orders.csv", **changes: str) -> LandedFile:
        return land_file(self.raw, self.lake, self.claim(data, key, **changes), source)

    def landed_keys(self) -> list[str]:
        return [info.key for info in self.lake.list()]

    def refused(self, data: bytes, source: Source = ORDERS, key: str = "orders.csv") -> str:
        """The sentence; nothing has landed."""
        return super().refused(data, source, key)
