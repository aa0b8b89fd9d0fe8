"""Ranks and volumes as they really are: the planted model, before any report of them.

ln volume = S_m + D_d + trend + weekday + season + events + shock
            - a_m (1 + .04 / .3 sum of lift x triangle) f(ln(rank + 2))
with f(x) = .45 x + .35 sp(x - ln 1e2) + .30 sp(x - ln 1e4), sp(z) = ln(1 + e^(2z)) / 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from samples.arrays import Bools, Floats, Ints
from samples.search.events import EVENTS, occurrences, triangle
from samples.search.scenario import (
    DEPARTMENTS,
    MARKETPLACES,
    NEW_DAYS_BEFORE_THE_END,
    NEW_DEPARTMENT,
    NEW_DEPARTMENT_EFFECT,
    NEW_MARKETPLACE,
    SHIFT,
    SHIFT_DAYS_BEFORE_THE_END,
    Marketplace,
    SearchScenario,
)
from samples.search.terms import make_terms
from samples.streams import Streams

TREND_PER_YEAR, TREND_FROM = 0.08, date(2018, 1, 1)
WEEKDAY_SD, SHOCK_AR, SHOCK_SD = 0.06, 0.7, 0.04
SEASON, SEASON_SD = (0.06, 0.08, 0.03), 0.3
YEAR_SD = 0.12
SLOPE_PER_LIFT = 0.04 / 0.3
LOWEST_LN_RANK, HIGHEST_LN_RANK = np.log(3), np.log(3e5)
RANK_AR, RANK_SD = 0.9, 0.5


@dataclass(frozen=True)
class Cell:
    """A department of a marketplace, and the first day on which it has ranks."""

    marketplace: Marketplace
    department: str
    effect: float
    first_day: int
    is_labelled: bool


@dataclass(frozen=True)
class World:
    """Arrays by term and day; `volume` is the day's searches before rounding, `expected` their mean at the rank that
    the term had before any ordering of a day. `cell_of` is each term's place in `cells`."""

    scenario: SearchScenario
    cells: tuple[Cell, ...]
    cell_of: Ints
    terms: list[str]
    is_labelled: Bools
    rank: Ints
    expected: Floats
    volume: Floats
    planted: dict[str, Any]

    @property
    def first_day(self) -> int:
        return _days(self.scenario.first_on)

    @property
    def is_there(self) -> Bools:
        """By term and day: whether the day is in the life of the term's cell."""
        days = self.first_day + np.arange(self.scenario.day_count)
        return days[None, :] >= np.array([cell.first_day for cell in self.cells])[self.cell_of][:, None]


def make_world(scenario: SearchScenario) -> World:
    """The same world for the same scenario; its dirt and rendering change nothing here."""
    streams = Streams(scenario.seed)
    cells = _cells(scenario)
    shares = np.array_split(np.arange(scenario.terms), sum(cell.is_labelled for cell in cells))
    counts = [len(share) for share in shares]
    counts += [max(1, max(counts))] * (len(cells) - len(counts))
    cell_of = np.repeat(np.arange(len(cells)), counts)
    terms = [
        t for c, count in zip(cells, counts, strict=True) for t in make_terms(c.marketplace.code, c.department, count)
    ]
    ln_rank = _ln_ranks(len(terms), scenario.day_count, streams)
    rank = np.maximum(np.rint(np.exp(ln_rank)), 1).astype(np.int64)
    level, slope, planted = _levels(scenario, cells, streams)
    expected = np.exp(level[cell_of] - slope[cell_of] * curve(np.log(rank + 2)))
    sigma = 0.08 * (0.6 + 0.8 * np.log(rank) / np.log(1e6))
    noise = streams.of("search noise").standard_normal(expected.shape)
    volume = expected * np.exp(sigma * noise - sigma**2 / 2)
    if "exact-ranks" in scenario.plants:
        rank = _ordered(rank, volume, cell_of)
    return World(
        scenario, cells, cell_of, terms, _labelled(scenario, cells, cell_of, streams), rank, expected, volume, planted
    )


def curve(x: Floats) -> Floats:
    """How far ln volume has fallen at x = ln(rank + 2): gently at the head, from rank 100 and 10,000 on more."""
    found: Floats = 0.45 * x + 0.35 * _soft_plus(x - np.log(1e2)) + 0.30 * _soft_plus(x - np.log(1e4))
    return found


def _soft_plus(z: Floats) -> Floats:
    return np.logaddexp(0.0, 2 * z) / 2


def _days(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _cells(scenario: SearchScenario) -> tuple[Cell, ...]:
    """Labelled cells first, then those that are new."""
    first, late = _days(scenario.first_on), _days(scenario.days_before_the_end(NEW_DAYS_BEFORE_THE_END))
    chosen = [m for m in MARKETPLACES if m.code in scenario.marketplaces]
    departments = {name: effect for name, effect in DEPARTMENTS.items() if name in scenario.departments}
    cells = [Cell(m, name, effect, first, True) for m in chosen for name, effect in departments.items()]
    if "new-department" in scenario.plants:
        cells.append(Cell(chosen[0], NEW_DEPARTMENT, NEW_DEPARTMENT_EFFECT, late, False))
    if "new-marketplace" in scenario.plants:
        cells += [Cell(NEW_MARKETPLACE, name, effect, late, False) for name, effect in departments.items()]
    return tuple(cells)


def _ln_ranks(terms: int, days: int, streams: Streams) -> Floats:
    """A term's ln rank lies about its base by `RANK_SD`, a day's noise having `RANK_AR` of the day before's."""
    rng = streams.of("search ranks")
    noise = _autoregressive(rng, (terms, days), RANK_AR) * np.sqrt(1 - RANK_AR**2)
    found: Floats = rng.uniform(LOWEST_LN_RANK, HIGHEST_LN_RANK, (terms, 1)) + RANK_SD * noise
    return found


def _autoregressive(rng: np.random.Generator, shape: tuple[int, int], ar: float) -> Floats:
    """Rows of an AR(1) with innovations of sd 1, from its stationary distribution on."""
    noise = rng.standard_normal(shape)
    noise[:, 0] /= np.sqrt(1 - ar**2)
    for day in range(1, shape[1]):
        noise[:, day] += ar * noise[:, day - 1]
    return noise


def _levels(
    scenario: SearchScenario, cells: tuple[Cell, ...], streams: Streams
) -> tuple[Floats, Floats, dict[str, Any]]:
    """By cell and day: ln volume without the fall by rank, and the factor of that fall; and what was drawn."""
    days = _days(scenario.first_on) + np.arange(scenario.day_count)
    years = range(scenario.first_on.year - 1, scenario.last_on.year + 2)
    yearly = {
        (event.name, year): 1 + YEAR_SD * float(streams.of(f"event {event.name} {year}").standard_normal())
        for year in years
        for event in EVENTS
    }
    codes = list(dict.fromkeys(cell.marketplace.code for cell in cells))
    shocks = {
        code: SHOCK_SD * _autoregressive(streams.of(f"shock {code}"), (1, scenario.day_count), SHOCK_AR)[0]
        for code in codes
    }
    if "level-shift" in scenario.plants:
        shocks[codes[0]] += SHIFT * (days >= _days(scenario.days_before_the_end(SHIFT_DAYS_BEFORE_THE_END)))
    weekdays = {
        f"{cell.marketplace.code}/{cell.department}": WEEKDAY_SD
        * streams.of(f"weekdays {cell.marketplace.code} {cell.department}").standard_normal(7)
        for cell in cells
    }
    sines = {
        f"{cell.marketplace.code}/{cell.department}": float(
            streams.of(f"season {cell.marketplace.code} {cell.department}").normal(1, SEASON_SD)
        )
        for cell in cells
    }
    levels, slopes = [], []
    for cell in cells:
        name, market = f"{cell.marketplace.code}/{cell.department}", cell.marketplace
        lift, steeper = _lifts(cell.department, days, years, yearly)
        trend = TREND_PER_YEAR * market.trend_factor * (days - _days(TREND_FROM)) / 365.25
        week = weekdays[name][(days + 3) % 7]  # 1970-01-01 was a Thursday; Monday is 0
        levels.append(
            market.log_scale + cell.effect + trend + week + _season(days, sines[name]) + lift + shocks[market.code]
        )
        slopes.append(market.slope_factor * (1 + SLOPE_PER_LIFT * steeper))
    drawn = {
        "event_years": {f"{name}/{year}": value for (name, year), value in yearly.items()},
        "weekdays": {name: values.tolist() for name, values in weekdays.items()},
        "season_sine": sines,
        "shocks": shocks,
    }
    return np.array(levels), np.array(slopes), drawn


def _season(days: Ints, sine: float) -> Floats:
    angle = 2 * np.pi * (days - _days(TREND_FROM)) / 365.25
    one, two, three = SEASON
    found: Floats = one * sine * np.sin(angle) + two * np.cos(angle) + three * np.sin(2 * angle)
    return found


def _lifts(department: str, days: Ints, years: range, yearly: dict[tuple[str, int], float]) -> tuple[Floats, Floats]:
    """What the events add to the level, and the same without what a year draws: that steepens the fall by rank."""
    lift, steeper = np.zeros(len(days)), np.zeros(len(days))
    for event, day in occurrences(years):
        shape = triangle((days - _days(day)).astype(float), event.lead_days, event.lag_days)
        lift += event.lift_in(department) * shape * yearly[event.name, day.year]
        steeper += event.lift_in(department) * shape
    return lift, steeper


def _labelled(scenario: SearchScenario, cells: tuple[Cell, ...], cell_of: Ints, streams: Streams) -> Bools:
    may = np.flatnonzero(np.array([cell.is_labelled for cell in cells])[cell_of])
    count = len(may) if scenario.labelled_terms is None else scenario.labelled_terms
    is_labelled = np.zeros(len(cell_of), dtype=np.bool_)
    is_labelled[streams.of("labelled terms").permutation(may)[:count]] = True
    return is_labelled


def _ordered(rank: Ints, volume: Floats, cell_of: Ints) -> Ints:
    """The ranks of each cell and day dealt out anew, so that none has more searches than one before it; no ties."""
    found = rank.copy()
    for cell in np.unique(cell_of):
        rows = np.flatnonzero(cell_of == cell)
        place = np.arange(len(rows))[:, None]
        # The least distinct ranks that are no smaller than those drawn: r_i = i + max over j <= i of (r_j - j).
        distinct = place + np.maximum.accumulate(np.sort(rank[rows], axis=0) - place, axis=0)
        order = np.argsort(-volume[rows], axis=0, kind="stable")
        dealt = np.empty_like(distinct)
        np.put_along_axis(dealt, order, distinct, axis=0)
        found[rows] = dealt
    return found
