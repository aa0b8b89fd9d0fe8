"""What the marts say of the vendors that the generator planted: whether the numbers show what is known to be there."""
# ruff: noqa: S608 - the statements are our own, values are bound

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headrace.domains.procurement.check import kaplan_meier_median
from headrace.domains.procurement.next_steps import SLOWEST_FIRST
from headrace.duck.reader import objects

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


def planted_vendors(connection: duckdb.DuckDBPyConnection, truth: Path) -> list[dict[str, Any]]:
    """Of each planted vendor its place among the slowest of its leg, and the median days (Kaplan-Meier, open legs
    counted) of legs begun before `change_on` and from it on; of a vendor without a change all are before."""
    planted = [told for told in json.loads((truth / "planted.json").read_text()) if "vendor_id" in told]
    return [
        {
            **told,
            **_place(objects(connection, PLACES, [told["leg"]]), told["vendor_id"]),
            **_medians(objects(connection, LEGS, [told["leg"], told["vendor_id"]]), told.get("change_on")),
        }
        for told in planted
    ]


def _place(places: list[dict[str, Any]], vendor_id: str) -> dict[str, Any]:
    found = next((place for place in places if place["vendor_id"] == vendor_id), {})
    return {"place": found.get("place"), "vendor_count": len(places)}


def _medians(legs: list[dict[str, Any]], change_on: str | None) -> dict[str, Any]:
    changed = date.fromisoformat(change_on) if change_on else date.max
    sides = {
        "before": [leg for leg in legs if leg["start_on"] < changed],
        "after": [leg for leg in legs if leg["start_on"] >= changed],
    }
    return {
        f"median_days_{side}": kaplan_meier_median((leg["days"], leg["leg_status"] == "closed") for leg in own)
        for side, own in sides.items()
    }
