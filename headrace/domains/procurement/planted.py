"""What the marts say of the vendors that the generator planted: whether the numbers show what is known to be there."""
# ruff: noqa: S608 - the statements are our own, values are bound

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from headrace.domains.procurement.check import kaplan_meier_median
from headrace.domains.procurement.next_steps import SLOWEST_FIRST
from headrace.duck.reader import objects
from headrace.facts.rows import Row

if TYPE_CHECKING:
    import duckdb

LEGS = """
SELECT DISTINCT coalesce(document_id, case_id || '/' || occurrence_number) AS document, start_on, end_on, leg_status,
       coalesce(duration_days, censored_days) AS days
FROM marts.procurement_legs
WHERE leg = ? AND vendor_id = ? AND leg_status IN ('closed', 'open') AND days IS NOT NULL"""
PLACES = f"""
SELECT vendor_id, row_number() OVER (ORDER BY {SLOWEST_FIRST}) AS place
FROM marts.cycle_times_overall WHERE cell_grain = 'vendor' AND leg = ? AND median_days IS NOT NULL"""


@dataclass(frozen=True)
class PlantedVendor:
    """A vendor that was made slow, its `place` among the `vendor_count` slowest of its leg (null where it has too few
    legs), and the median days (Kaplan-Meier, open legs counted) of legs begun before `change_on` and from it on. Of a
    vendor that was slow all along, `change_on` and `factor` are null and all legs are before."""

    name: str
    vendor_id: str
    leg: str
    change_on: date | None
    factor: float | None
    place: int | None
    vendor_count: int
    median_days_before: int | None
    median_days_after: int | None


def planted_vendors(connection: duckdb.DuckDBPyConnection, truth: Path) -> list[PlantedVendor]:
    planted = json.loads((truth / "planted.json").read_text())
    return [_vendor(connection, plant) for plant in planted if "vendor_id" in plant]


def _vendor(connection: duckdb.DuckDBPyConnection, plant: Row) -> PlantedVendor:
    leg, vendor_id = plant["leg"], plant["vendor_id"]
    change_on = date.fromisoformat(plant["change_on"]) if "change_on" in plant else None
    places = {row["vendor_id"]: row["place"] for row in objects(connection, PLACES, [leg])}
    legs = objects(connection, LEGS, [leg, vendor_id])
    before, after = _sides(legs, change_on or date.max)
    return PlantedVendor(
        name=plant["name"],
        vendor_id=vendor_id,
        leg=leg,
        change_on=change_on,
        factor=plant.get("factor"),
        place=places.get(vendor_id),
        vendor_count=len(places),
        median_days_before=_median(before),
        median_days_after=_median(after),
    )


def _sides(legs: Sequence[Row], change_on: date) -> tuple[list[Row], list[Row]]:
    """The legs begun before the day, and from it on."""
    before = [leg for leg in legs if leg["start_on"] < change_on]
    return before, [leg for leg in legs if leg["start_on"] >= change_on]


def _median(legs: Iterable[Row]) -> int | None:
    return kaplan_meier_median((leg["days"], leg["leg_status"] == "closed") for leg in legs)
