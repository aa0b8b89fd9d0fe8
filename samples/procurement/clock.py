"""Days and minutes of the paying companies' zone, as integers: days since 1970-01-01, and local minutes since then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from samples.arrays import Ints

NULL = int(np.iinfo(np.int64).min)
MINUTES = 1440
ZONE = "Europe/Berlin"
FIRST_YEAR = 2023
_THURSDAY = 3
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Window:
    """The months that the extracts span, from January 2023."""

    months: int

    @cached_property
    def month_starts(self) -> Ints:
        """First day of each month, and of the month after the last."""
        start = np.datetime64(f"{FIRST_YEAR}-01", "M")
        return np.arange(start, start + self.months + 1).astype("datetime64[D]").astype(np.int64)

    @property
    def first_day(self) -> int:
        return int(self.month_starts[0])

    @property
    def last_day(self) -> int:
        return int(self.month_starts[-1]) - 1

    def month_of(self, days: Ints) -> Ints:
        """Index of the month that a day lies in, 0 for the first."""
        return np.searchsorted(self.month_starts, days, side="right").astype(np.int64) - 1

    def label(self, month: int) -> str:
        """`2024-03` for a month's index."""
        return f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02d}"


def to_date(day: int) -> date:
    """The date of a day."""
    return _EPOCH + timedelta(days=day)


def workday(days: Ints) -> Ints:
    """The day itself, or the Monday after it where it is a Saturday or Sunday. Keeps order."""
    weekday = (days + 3) % 7
    return days + np.where(weekday >= 5, 7 - weekday, 0)


def open_day(days: Ints) -> Ints:
    """The day itself, or the next one on which the companies post. Keeps order.

    They post nothing at weekends and between Christmas and New Year (24 December to 1 January).
    """
    return workday(_after_christmas(workday(days)))


def run_from(days: Ints) -> Ints:
    """The first weekly payment run on the day or after it: a Thursday, but none between Christmas and New Year."""
    runs = days + (_THURSDAY - (days + 3)) % 7
    for _ in range(2):  # 25 December and 1 January may both be Thursdays
        runs = np.where(_after_christmas(runs) != runs, runs + 7, runs)
    return runs


def nearest_run(days: Ints) -> Ints:
    """The payment run at most three days before or after the day, or later where there is none at Christmas."""
    return run_from(days - 3)


def _after_christmas(days: Ints) -> Ints:
    """2 January for the days from 24 December to 1 January, other days as they are."""
    dates = days.astype("datetime64[D]")
    new_year = (dates + 8).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    distance = days - new_year
    return np.where((distance >= -8) & (distance <= 0), new_year + 1, days)


def at_office(days: Ints, rng: np.random.Generator, *, until_hour: int = 18) -> Ints:
    """A minute of each day from seven o'clock on: no clock change happens then."""
    return days * MINUTES + rng.integers(7 * 60, until_hour * 60, size=len(days))


def utc_minutes(local: Ints) -> Ints:
    """UTC of local minutes, null for null. True for daytime only: the offset is that of the day's noon."""
    known = local != NULL
    if not known.any():
        return local.copy()
    days = np.where(known, local // MINUTES, local[known][0] // MINUTES)
    low, high = int(days.min()), int(days.max())
    offsets = np.array([_noon_offset(day) for day in range(low, high + 1)], dtype=np.int64)
    return np.where(known, local - offsets[days - low], NULL)


def _noon_offset(day: int) -> int:
    noon = datetime.combine(to_date(day), time(12), tzinfo=ZoneInfo(ZONE))
    return int((noon.replace(tzinfo=UTC) - noon.astimezone(UTC)).total_seconds()) // 60
