"""What may have been meant by a case or a cell that is not there."""
# ruff: noqa: S608 - identifiers are our own, values are bound

from __future__ import annotations

from headrace.domains.procurement.asked_cell import as_typed
from headrace.explain.near import near, there_are
from headrace.explain.versions import Trail
from headrace.facts.rows import Row


def closest_cases(trail: Trail, case_id: str) -> str:
    cases = "SELECT case_id AS value FROM marts.procurement_cases"
    close = near(trail, cases, case_id)
    return f"; the closest are {', '.join(close)}" if close else f"; {there_are(trail, cases, 'cases')}"


def closest_cells(trail: Trail, mart: str, wanted: Row) -> str:
    """The three cells of the same grain that are nearest by system, leg and month, of the vendors and categories that
    may have been meant; where none may, some that there are."""
    conditions, orders = {"cell_grain = ?": wanted["cell_grain"]}, {}
    for name, noun in (("vendor_id", "vendors"), ("category_name", "categories")):
        if wanted[name]:
            there = f"SELECT {name} AS value FROM marts.{mart}"
            meant = near(trail, there, wanted[name])
            if not meant:
                return f"; {there_are(trail, there, noun)}"
            conditions[f"list_contains(?, {name})"] = orders[f"list_position(?, {name})"] = meant
    orders |= {f"{name} = ? DESC": wanted[name] for name in ("source_system_code", "leg") if wanted.get(name)}
    if wanted.get("month"):
        orders["abs(date_diff('month', month, ?::DATE))"] = wanted["month"]
    shown = dict.fromkeys([*wanted, "source_system_code"])
    close = trail.objects(
        f"SELECT {', '.join(shown)} FROM marts.{mart} WHERE {' AND '.join(conditions)} "
        f"ORDER BY {', '.join([*orders, 'leg'])} LIMIT 3",
        *conditions.values(),
        *orders.values(),
    )
    return f"; the closest are {'; '.join(as_typed(cell) for cell in close)}" if close else ""
