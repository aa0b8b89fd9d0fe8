"""The few numbers of a picture that stand in the table under it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from headrace.facts.rows import Row

Rows = Sequence[Row]
LAST_DAYS = 14


def decades(curves: Rows) -> list[Row]:
    """Of each department's curve the points next to the ranks 1, 10, 100, ..., each within half a decade; of two that
    are as near, the first."""
    found: dict[tuple[str, str, int], Row] = {}
    for point in curves:
        power = round(math.log10(point["rank"]))
        key = point["marketplace_code"], point["department_name"], power
        if key not in found or _distance(point, power) < _distance(found[key], power):
            found[key] = point
    return list(found.values())


def last_days(rows: Rows) -> list[Row]:
    """The end of a series that comes by day, the newest day first."""
    last = rows[: -LAST_DAYS - 1 : -1]
    return [{("true volume" if name == "label" else name): cell for name, cell in row.items()} for row in last]


def _distance(point: Row, power: int) -> float:
    return abs(math.log10(point["rank"]) - power)
