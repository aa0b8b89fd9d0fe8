"""The generator plants what was agreed on: its constants against the table that it was ordered by, and what it draws
against the distributions that stand there."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from samples.search import records, world
from samples.search.events import EVENTS, triangle
from samples.search.records import label_records
from samples.search.scenario import DEPARTMENTS, LABELS_KNOWN_AFTER_DAYS, MARKETPLACES, SearchScenario
from samples.search.world import World, curve, make_world
from samples.streams import Streams

# Marketplace, ln volume at rank 1, factor of the fall by rank, trend a year.
MARKETPLACE_TABLE = """
US 14.0 1.00 0.08
UK 12.2 0.97 0.08
DE 12.4 1.03 0.08
JP 12.0 1.08 0.04
"""
DEPARTMENT_TABLE = {"all": 0.0, "beauty": -1.4, "electronics": -0.9, "toys": -1.7}
# Event, lift, lead and lag days, and what is added to the lift in departments.
EVENT_TABLE = """
newyear      -0.10  1/3
valentine     0.05  2/1  beauty=0.20
easter       -0.04  3/2
mothers       0.08  7/1  beauty=0.25
memorial     -0.03  3/1
july4        -0.06  3/3
prime         0.35  3/3  electronics=0.25
labor        -0.03  3/1
halloween     0.05  2/1
thanksgiving  0.30  3/4  electronics=0.25 toys=0.20
cyber         0.35  0/2  electronics=0.25 toys=0.20
xmas          0.25 14/7  beauty=0.10 toys=0.55
"""
CONSTANTS = {
    "TREND_FROM": date(2018, 1, 1),
    "SEASON": (0.06, 0.08, 0.03),
    "SEASON_SD": 0.3,
    "WEEKDAY_SD": 0.06,
    "SHOCK_AR": 0.7,
    "SHOCK_SD": 0.04,
    "YEAR_SD": 0.12,
    "RANK_AR": 0.9,
    "RANK_SD": 0.5,
    "SLOPE_PER_LIFT": 0.04 / 0.3,
    "LOWEST_LN_RANK": math.log(3),
    "HIGHEST_LN_RANK": math.log(3e5),
}


def test_marketplaces_are_those_of_the_table() -> None:
    wanted = {
        code: tuple(map(float, numbers)) for code, *numbers in map(str.split, MARKETPLACE_TABLE.strip().split("\n"))
    }
    found = {m.code: (m.log_scale, m.slope_factor, world.TREND_PER_YEAR * m.trend_factor) for m in MARKETPLACES}
    assert found == wanted


def test_departments_are_those_of_the_table() -> None:
    assert dict(DEPARTMENTS) == DEPARTMENT_TABLE


def test_events_have_the_lifts_and_the_days_of_the_table() -> None:
    wanted = {}
    for name, lift, days, *added in map(str.split, EVENT_TABLE.strip().split("\n")):
        lead, lag = map(int, days.split("/"))
        more = {department: float(value) for department, _, value in (one.partition("=") for one in added)}
        wanted[name] = (float(lift), lead, lag, more)
    assert {e.name: (e.lift, e.lead_days, e.lag_days, dict(e.added)) for e in EVENTS} == wanted


@pytest.mark.parametrize("name", CONSTANTS)
def test_a_constant_is_that_of_the_table(name: str) -> None:
    wanted = CONSTANTS[name]
    assert getattr(world, name) == (wanted if isinstance(wanted, date) else pytest.approx(wanted, rel=1e-12))


def test_labels_are_hidden_under_three_missing_in_three_of_a_hundred_and_known_late() -> None:
    assert (records.LEAST_SHOWN, records.MISSING_SHARE) == (3, 0.03)
    assert dict(LABELS_KNOWN_AFTER_DAYS) == {"daily": 14, "weekly": 10, "monthly": 49}


def test_data_are_of_2019_to_january_2025() -> None:
    assert (SearchScenario().first_on, SearchScenario().last_on) == (date(2019, 1, 1), date(2025, 1, 31))


@pytest.mark.parametrize(
    ("rank", "fall"),
    [
        pytest.param(1, 0.45 * math.log(3) + 0.35 * 4.5e-4, id="at rank 1 next to nothing but 0.45 ln 3"),
        pytest.param(98, 0.45 * math.log(100) + 0.35 * math.log(2) / 2 + 0.30 * 5e-5, id="at rank 98 the second bend"),
        pytest.param(
            9_998, 0.45 * math.log(1e4) + 0.35 * (math.log(100) + 5e-5) + 0.30 * math.log(2) / 2, id="the third bend"
        ),
        pytest.param(
            999_998, 0.45 * math.log(1e6) + 0.35 * math.log(1e4) + 0.30 * (math.log(100) + 5e-5), id="far out all three"
        ),
    ],
)
def test_volume_falls_by_three_slopes(rank: int, fall: float) -> None:
    assert float(curve(np.log(rank + 2))) == pytest.approx(fall, abs=2e-5)


def test_a_lift_is_a_triangle_over_lead_and_lag() -> None:
    """Lead 3 and lag 1: a quarter more each day from the third before, half on the day after."""
    offsets = np.arange(-5.0, 4.0)
    assert triangle(offsets, 3, 1).tolist() == [0, 0, 0.25, 0.5, 0.75, 1, 0.5, 0, 0]


@pytest.fixture(scope="module")
def made() -> World:
    return make_world(SearchScenario(terms=640, seed=23))


def test_shocks_have_seven_tenths_of_the_day_before_and_an_innovation_of_four_percent(made: World) -> None:
    """8,900 days of four marketplaces: the standard error of the autocorrelation is 0.008, of the sd 0.8 %."""
    shocks = [np.asarray(values) for values in made.planted["shocks"].values()]
    before, after = (np.concatenate([s[side] for s in shocks]) for side in (slice(None, -1), slice(1, None)))
    assert len(after) > 8_800
    assert (before * after).sum() / (before**2).sum() == pytest.approx(0.7, abs=0.03)
    assert (after - 0.7 * before).std() == pytest.approx(0.04, rel=0.03)


def test_weekdays_seasons_and_years_of_an_event_scatter_as_the_table_says(made: World) -> None:
    """Within four standard errors of 112 weekdays, 16 seasons and 108 years of events."""
    weekdays = np.concatenate(list(made.planted["weekdays"].values()))
    seasons = np.array(list(made.planted["season_sine"].values()))
    years = np.array(list(made.planted["event_years"].values()))
    for drawn, count, mean, sd in ((weekdays, 112, 0.0, 0.06), (seasons, 16, 1.0, 0.3), (years, 108, 1.0, 0.12)):
        assert len(drawn) == count
        assert abs(drawn.mean() - mean) < 4 * sd / math.sqrt(count)
        assert abs(drawn.std() - sd) < 4 * sd / math.sqrt(2 * count)


def test_a_term_keeps_about_its_rank_and_terms_are_even_in_ln_rank(made: World) -> None:
    """A day has nine tenths of the noise of the day before, and noise an sd of a half. Rounding is felt at the head
    only, and there ranks tie."""
    ln_rank = np.log(made.rank)
    base = ln_rank.mean(axis=1)
    even = (np.sort(base) - math.log(3)) / (math.log(3e5) - math.log(3))
    # Kolmogorov and Smirnov: 1.95 / sqrt(640) = 0.077 is exceeded once in a thousand worlds.
    assert np.abs(even - (np.arange(640) + 0.5) / 640).max() < 0.077
    noise = (ln_rank - base[:, None])[base > 5]
    before, after = noise[:, :-1], noise[:, 1:]
    assert (before * after).sum() / (before**2).sum() == pytest.approx(0.9, abs=0.01)
    assert noise.std() == pytest.approx(0.5, rel=0.02)
    assert made.rank.min() == 1
    assert len(np.unique(made.rank[:, 0])) < 640


def test_searches_scatter_more_at_worse_ranks_and_are_right_on_average(made: World) -> None:
    """sd 0.08 (0.6 + 0.8 ln rank / ln 1e6) of the logarithm; the mean ratio to what is expected is 1."""
    ratio, ln_rank = made.volume / made.expected, np.log(made.rank)
    for low, high in ((0, 2), (4, 5), (7, 8), (11, 12)):
        part = (ln_rank >= low) & (ln_rank < high)
        sigma = 0.08 * (0.6 + 0.8 * ln_rank[part] / math.log(1e6))
        told = np.log(ratio[part]) / sigma
        assert part.sum() > 20_000
        assert told.std() == pytest.approx(1, rel=0.02)
        assert ratio[part].mean() == pytest.approx(1, abs=4 * 0.12 / math.sqrt(part.sum()))


def test_labels_are_rounded_hidden_and_missing_as_the_table_says(made: World) -> None:
    labels = label_records(made, Streams(made.scenario.seed))
    term, place, shown = labels["term"], labels["day"] - made.first_day, labels["value"]
    true = made.volume[term, place]
    few = true < 999
    assert (np.abs(shown[few] - true[few]) <= 0.5).all()
    many = true > 1_001
    assert (shown[many] % 10 == 0).all()
    assert (np.abs(shown[many] - true[many]) <= 5).all()
    assert shown.min() == 3
    could = (made.volume >= 2.5).sum()
    assert could < made.volume.size
    assert 1 - len(labels) / could == pytest.approx(0.03, abs=4 * math.sqrt(0.03 / could))


def test_in_jp_the_trend_is_half_that_of_elsewhere(made: World) -> None:
    """Of the same term, rank and day of the week a year of 365 days or so later, far from any event: what is left of
    the level's change is the trend, give or take the shocks of two days."""
    found = {}
    for code in ("US", "JP"):
        [at] = [n for n, c in enumerate(made.cells) if (c.marketplace.code, c.department) == (code, "all")]
        terms = np.flatnonzero(made.cell_of == at)
        days = [(day - date(2019, 1, 1)).days for day in (date(2019, 8, 14), date(2024, 8, 14))]  # Wednesdays
        level = [
            np.log(made.expected[terms, day])
            + made.cells[at].marketplace.slope_factor * curve(np.log(made.rank[terms, day] + 2))
            for day in days
        ]
        shocks = made.planted["shocks"][code]
        found[code] = float(np.mean(level[1] - level[0]) - shocks[days[1]] + shocks[days[0]]) / 5
    assert found["US"] == pytest.approx(0.08, abs=0.001)
    assert found["JP"] == pytest.approx(0.04, abs=0.001)
