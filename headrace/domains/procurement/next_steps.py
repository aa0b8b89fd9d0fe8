"""What to look at after a run of procurement: the slowest vendors, and where such a figure comes from."""
# ruff: noqa: S608 - the statements are our own, values are bound

from __future__ import annotations

from headrace.duck.reader import connect, objects, tables_of_release
from headrace.facts.rows import Row
from headrace.facts.step import Step
from headrace.lakes import is_folder
from headrace.show.command_lines import query_step, step
from lake.releases.release import Release
from lake.store.objects import ObjectStore
from schemas.procurement.words import DUE_LEGS

SLOWEST_FIRST = "censored_median_days DESC NULLS FIRST, source_system_code, vendor_id"
SLOW_VENDORS = (
    "SELECT source_system_code, vendor_id, closed_count, open_count, median_days, censored_median_days "
    "FROM marts.cycle_times_overall WHERE cell_grain = 'vendor' AND leg = '{leg}' AND median_days IS NOT NULL "
    f"ORDER BY {SLOWEST_FIRST} LIMIT 10"
)
# First invoice to payment: by clearings where there are any, else by payments.
SLOWEST_CELL = (
    "FROM marts.cycle_times_monthly WHERE cell_grain = 'vendor' AND median_days IS NOT NULL "
    f"ORDER BY list_position({list(DUE_LEGS)}, leg) NULLS LAST, window_status = 'full' DESC, median_days DESC, leg, "
    "source_system_code, vendor_id, month LIMIT 1"
)
PAID_DAYS = (
    "SELECT vendor_id, month, closed_count, open_count, median_days FROM marts.cycle_times_monthly "
    "WHERE cell_grain = 'vendor' AND leg = '{leg}' AND median_days IS NOT NULL AND window_status = 'full' "
    "ORDER BY median_days DESC, source_system_code, vendor_id, month LIMIT 5"
)


def next_steps(lake: ObjectStore, release: Release, lake_uri: str) -> list[Step]:
    if not is_folder(lake) or "cycle_times_monthly" not in release.marts:
        return []
    cell = slowest_cell(lake, release)
    if cell is None:
        return []
    return [
        query_step(
            f"the slowest vendors by {cell['leg']}", SLOW_VENDORS.format(leg=cell["leg"]), release.domain, lake_uri
        ),
        step(
            f"where the median of {cell['median_days']:g} days comes from that vendor {cell['vendor_id']} has in "
            f"{cell['month']:%Y-%m}, the longest of any vendor and {_whole(cell)}month, down to the raw records",
            "explain",
            release.domain,
            "cycle_times_monthly",
            *cell_terms(cell),
            lake_uri=lake_uri,
        ),
    ]


def slowest_cell(lake: ObjectStore, release: Release) -> Row | None:
    """A vendor's slowest month, if any has enough legs for a median: of the headline leg where there is one."""
    with connect(lake, tables_of_release(release)) as connection:
        return next(iter(objects(connection, SLOWEST_CELL)), None)


def _whole(cell: Row) -> str:
    """Months at the edges of the window count only where there is no other."""
    return "whole " if cell["window_status"] == "full" else ""


def cell_terms(cell: Row) -> list[str]:
    """How `headrace explain` is asked for a vendor's cell of a month."""
    said = {**cell, "month": f"{cell['month']:%Y-%m}"}
    names = ("source_system_code", "vendor_id", "month", "leg")
    return [f"{name}={said[name]}" for name in names if said[name] is not None]
