"""The figures of a cell computed again from its legs, by code that shares nothing with the job's."""
# ruff: noqa: S608 - identifiers are quoted, texts are escaped or bound

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any

from headrace.domains.procurement.facts import Figure
from headrace.explain.versions import Trail
from headrace.facts.rows import Row

CELL_PARTS = (("source_system_code", "vendor"), ("vendor_id", "vendor"), ("category_name", "category"))
COUNTS = ("closed", "open", "ended_otherwise")
COUNTED = "leg_status <> 'not_applicable' AND month IS NOT NULL"


@dataclass(frozen=True)
class CellCheck:
    """The legs that the cell counts, the longest first; how many others there are, by system, status and reason; and
    each figure of the cell beside its recomputation."""

    legs: list[Row]
    uncounted: list[Row]
    figures: list[Figure]


def check_cell(trail: Trail, cell: Row) -> CellCheck:
    condition, values = _of_cell(cell)
    trail.connection.execute(_counted(f"{condition} AND {COUNTED}"), values)
    legs = trail.objects("FROM counted_legs ORDER BY days DESC NULLS LAST, start_on, case_id, occurrence_number")
    uncounted = _uncounted(trail, condition, values) if "month" not in cell else []
    figures = [*_counts(cell, legs), *_quantiles(trail, cell), _censored_median(cell, legs)]
    if not legs and uncounted:
        why = ", ".join(sorted({leg["reason"] or leg["leg_status"] for leg in uncounted}))
        figures = [replace(figure, withheld=figure.withheld and why) for figure in figures]
    return CellCheck(legs, uncounted, figures)


def _of_cell(cell: Row) -> tuple[str, list[Any]]:
    conditions, values = ["leg = ?"], [cell["leg"]]
    if "month" in cell:
        conditions.append("month = ?")
        values.append(cell["month"])
    for name, grain in CELL_PARTS:
        if grain in cell["cell_grain"]:
            conditions.append(f"{name} IS NOT DISTINCT FROM ?")
            values.append(cell[name])
    return " AND ".join(conditions), values


def _uncounted(trail: Trail, condition: str, values: list[Any]) -> list[Row]:
    """Why legs of the cell are none of its figures: the source does not record them, they never began, and so on."""
    return trail.objects(
        "SELECT source_system_code, leg_status, reason, count(*) AS leg_count FROM marts.procurement_legs "
        f"WHERE {condition} AND NOT coalesce({COUNTED}, false) GROUP BY ALL ORDER BY ALL",
        *values,
    )


def _counted(condition: str) -> str:
    """A document with the same status and dates counts once, however many items it bills."""
    return f"""
        CREATE OR REPLACE TEMP TABLE counted_legs AS
        WITH legs AS (SELECT *, coalesce(duration_days, censored_days) AS days FROM marts.procurement_legs
                      WHERE {condition})
        SELECT DISTINCT ON (source_system_code, document_id, start_on, end_on, leg_status, days, window_status) *
        FROM (FROM legs WHERE document_id IS NOT NULL ORDER BY case_id, occurrence_number)
        UNION ALL FROM legs WHERE document_id IS NULL"""


def _counts(cell: Row, legs: list[Row]) -> Iterable[Figure]:
    yield _figure("leg_count", cell["leg_count"], len(legs))
    for status in COUNTS:
        yield _figure(f"{status}_count", cell[f"{status}_count"], sum(leg["leg_status"] == status for leg in legs))


def _quantiles(trail: Trail, cell: Row) -> Iterable[Figure]:
    found = trail.objects(
        "SELECT quantile_cont(duration_days, 0.5) AS median_days, "
        "quantile_cont(duration_days, 0.9) AS p90_days FROM counted_legs "
        "WHERE leg_status = 'closed'"
    )[0]
    for name, reason in (("median_days", "median_reason"), ("p90_days", "p90_reason")):
        yield _figure(name, cell[name], found[name], withheld=cell[reason])


def _censored_median(cell: Row, legs: list[Row]) -> Figure:
    watched = [
        (leg["days"], leg["leg_status"] == "closed")
        for leg in legs
        if leg["leg_status"] in ("closed", "open") and leg["days"] is not None
    ]
    reason = cell["censored_median_reason"]
    return _figure(
        "censored_median_days",
        cell["censored_median_days"],
        kaplan_meier_median(watched),
        withheld=reason if reason != "not_reached" else None,
    )


def kaplan_meier_median(watched: Iterable[tuple[int, bool]]) -> int | None:
    """The first day on which at most half are still open, of days and whether the leg closed then or was last seen
    open; None where the curve stays above one half. In whole numbers: no float decides."""
    days = sorted(watched)
    above, below, at_risk = 1, 1, len(days)
    for day, group in groupby(days, key=itemgetter(0)):
        closed = [is_closed for _, is_closed in group]
        above, below, at_risk = above * (at_risk - sum(closed)), below * at_risk, at_risk - len(closed)
        if above * 2 <= below:
            return day
    return None


def _figure(figure: str, mart: Any, recomputed: Any, *, withheld: str | None = None) -> Figure:
    agrees = (mart is None) if withheld else _equal(mart, recomputed)
    return Figure(figure, mart, recomputed, withheld, agrees)


def _equal(one: Any, other: Any) -> bool:
    return one == other or (one is not None and other is not None and abs(float(one) - float(other)) < 1e-9)
