"""On which days of the years an event falls, by a rule that a person can read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from dateutil.easter import easter

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
PLACES = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "last": -1}
PROMISED = '"12-25", "easter", "4th thursday of november" or "last monday of may", with "+ 4" or "- 21" days behind it'


class EventRuleError(ValueError):
    """A rule that tells no day."""


def event_days(rule: str, years: Iterable[int]) -> list[date]:
    """The day of each year: 2024-12-02 in 2024 by `4th thursday of november + 4`.

    `12-25` is month and day, `easter` the western one; a place in the month is 1st to 4th or last. What falls on 29
    February has no day in other years. With days behind it a day may fall into another year than the rule's own.
    Raises EventRuleError.
    """
    base, days = _parsed(rule)
    found = (base(year) for year in years)
    return [day + timedelta(days=days) for day in found if day is not None]


def _parsed(rule: str) -> tuple[Callable[[int], date | None], int]:
    said = re.fullmatch(r"(?P<base>[a-z0-9 -]*?[a-z0-9])(?: (?P<sign>[+-]) (?P<days>[0-9]{1,3}))?", rule)
    base = _base(said["base"]) if said else None
    if said is None or base is None:
        raise EventRuleError(f"found {rule!r}, expected {PROMISED}")
    return base, int(f"{said['sign']}{said['days']}") if said["days"] else 0


def _base(text: str) -> Callable[[int], date | None] | None:
    if text == "easter":
        return easter
    if fixed := re.fullmatch(r"([0-9]{2})-([0-9]{2})", text):
        month, day = int(fixed[1]), int(fixed[2])
        return (lambda year: _date(year, month, day)) if _date(2024, month, day) else None
    if named := re.fullmatch(rf"({'|'.join(PLACES)}) ({'|'.join(WEEKDAYS)}) of ({'|'.join(MONTHS)})", text):
        place, weekday, month = PLACES[named[1]], WEEKDAYS.index(named[2]), MONTHS.index(named[3]) + 1
        return lambda year: _weekday(year, month, weekday, place)
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _weekday(year: int, month: int, weekday: int, place: int) -> date:
    first = date(year, month, 1)
    days = [first + timedelta(days=n) for n in range(31)]
    return [day for day in days if day.month == month and day.weekday() == weekday][place - 1 if place > 0 else place]
