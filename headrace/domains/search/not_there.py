"""Which part of what was asked has no estimate, and what there is instead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from headrace.explain.near import near, there_are
from headrace.explain.versions import Trail

SPAN = "SELECT min(estimated_on) AS first_on, max(estimated_on) AS last_on FROM marts.search_volume_estimates"
CELLS = "SELECT DISTINCT marketplace_code, department_name FROM marts.search_volume_estimates"
TERMS = "SELECT term AS value FROM marts.search_volume_estimates"
RANKED_DAYS = """SELECT count(DISTINCT estimated_on) AS day_count,
arg_min(estimated_on, (abs(date_diff('day', estimated_on, ?::DATE)), estimated_on)) AS nearest_on
FROM marts.search_volume_estimates WHERE term = ? AND (? IS NULL OR upper(marketplace_code) = ?)
AND (? IS NULL OR department_name = ?)"""


def not_there(trail: Trail, term: str, day: date, code: str | None, department: str | None) -> str:
    """Every part that no estimate has; where each of them has some, the one that does not go with the others."""
    cells = trail.objects(CELLS)
    if not cells:
        return "it has none at all"
    of_code = [cell for cell in cells if code in (None, cell["marketplace_code"].upper())]
    faults = [
        *_outside("marketplace", code, (cell["marketplace_code"] for cell in cells)),
        *_outside("department", department, (cell["department_name"] for cell in of_code or cells), code, of_code),
        *_other_day(trail, day),
        *_unknown(trail, term),
    ]
    return "; ".join(faults) or _not_together(trail, term, day, code, department)


def _not_together(trail: Trail, term: str, day: date, code: str | None, department: str | None) -> str:
    cells = trail.objects(f"{CELLS} WHERE term = ?", term)
    of_code = [cell for cell in cells if code in (None, cell["marketplace_code"].upper())]
    if not of_code:
        return f"the term is not in marketplace {code}, only in {_listed(cell['marketplace_code'] for cell in cells)}"
    if department not in (None, *(cell["department_name"] for cell in of_code)):
        departments = _listed(cell["department_name"] for cell in of_code)
        return f"the term is not in department {department!r}{_of(code)}, only in {departments}"
    [found] = trail.objects(RANKED_DAYS, day, term, code, code, department, department)
    return (
        f"the term has no rank on that day{_of(code)}; it has one on {found['day_count']:,} days, the nearest "
        f"{found['nearest_on']}"
    )


def _outside(
    noun: str, asked: str | None, values: Iterable[str], code: str | None = None, of_code: list[Any] | None = None
) -> list[str]:
    known = list(values)
    if asked is None or asked in (known if noun == "department" else [value.upper() for value in known]):
        return []
    return [f"there is no {noun} {asked!r}{_of(code if of_code else None)}, only {_listed(known)}"]


def _other_day(trail: Trail, day: date) -> list[str]:
    [span] = trail.objects(SPAN)
    if span["first_on"] <= day <= span["last_on"]:
        return []
    return [f"the day is not among those from {span['first_on']} to {span['last_on']}"]


def _unknown(trail: Trail, term: str) -> list[str]:
    close = near(trail, TERMS, term)
    if term in close:
        return []
    said = f"close to it {_listed(map(repr, close))}" if close else there_are(trail, TERMS, "terms")
    return [f"there is no such term; {said}"]


def _of(code: str | None) -> str:
    return f" of {code}" if code else ""


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(set(values)))
