"""The planted events: their days, how far they reach, and by how much they lift the logarithm of the volume."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from dateutil.easter import easter

from samples.arrays import Floats

PRIME_DAYS = {
    2018: date(2018, 7, 16),
    2019: date(2019, 7, 15),
    2020: date(2020, 10, 13),
    2021: date(2021, 6, 21),
    2022: date(2022, 7, 12),
    2023: date(2023, 7, 11),
    2024: date(2024, 7, 16),
    2025: date(2025, 7, 8),
}


@dataclass(frozen=True)
class Event:
    """A day of each year. `lift` is in ln volume, on the day itself; `added` is added to it in a department."""

    name: str
    day: Callable[[int], date | None]
    lead_days: int
    lag_days: int
    lift: float
    added: Mapping[str, float] = field(default_factory=dict)

    def lift_in(self, department: str) -> float:
        return self.lift + self.added.get(department, 0.0)


def weekday_of(year: int, month: int, weekday: int, place: int) -> date:
    """The n-th weekday (Monday is 0) of a month; -1 is the last."""
    if place < 0:
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (place - 1))


def thanksgiving(year: int) -> date:
    return weekday_of(year, 11, 3, 4)


EVENTS: tuple[Event, ...] = (
    Event("newyear", lambda year: date(year, 1, 1), 1, 3, -0.10),
    Event("valentine", lambda year: date(year, 2, 14), 2, 1, 0.05, {"beauty": 0.20}),
    Event("easter", easter, 3, 2, -0.04),
    Event("mothers", lambda year: weekday_of(year, 5, 6, 2), 7, 1, 0.08, {"beauty": 0.25}),
    Event("memorial", lambda year: weekday_of(year, 5, 0, -1), 3, 1, -0.03),
    Event("july4", lambda year: date(year, 7, 4), 3, 3, -0.06),
    Event("prime", PRIME_DAYS.get, 3, 3, 0.35, {"electronics": 0.25}),
    Event("labor", lambda year: weekday_of(year, 9, 0, 1), 3, 1, -0.03),
    Event("halloween", lambda year: date(year, 10, 31), 2, 1, 0.05),
    Event("thanksgiving", thanksgiving, 3, 4, 0.30, {"electronics": 0.25, "toys": 0.20}),
    Event(
        "cyber", lambda year: thanksgiving(year) + timedelta(days=4), 0, 2, 0.35, {"electronics": 0.25, "toys": 0.20}
    ),
    Event("xmas", lambda year: date(year, 12, 25), 14, 7, 0.25, {"beauty": 0.10, "toys": 0.55}),
)


def occurrences(years: range) -> list[tuple[Event, date]]:
    """Every event on its day in these years; an event without a day in a year is not there."""
    found = ((event, event.day(year)) for year in years for event in EVENTS)
    return [(event, day) for event, day in found if day is not None]


def triangle(offset: Floats, lead_days: int, lag_days: int) -> Floats:
    """1 on the event's day, falling in a straight line to 0 on the day before its lead and the day after its lag."""
    before, after = 1 + offset / (lead_days + 1), 1 - offset / (lag_days + 1)
    return np.clip(np.minimum(before, after), 0.0, None)
