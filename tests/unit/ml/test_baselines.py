"""What training must beat."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pyspark.sql import SparkSession

from ml.baselines import last_known_at_rank
from tests.unit.ml.frames import DAY

SCHEMA = (
    "fold_name string, marketplace_code string, department_name string, rank long, ranked_on date, available_on date, "
    "is_test boolean, is_unseen boolean, search_count double, day_count int, estimate double, "
    "label_department_name string, term string, grain string, period_start_on date"
)


def label(
    rank: int,
    day: int,
    count: float,
    *,
    test: bool = False,
    unseen: bool = False,
    dept: str = "all",
    code: str = "US",
    days: int = 1,
) -> tuple:
    on: date = DAY + timedelta(day)
    grain = "daily" if days == 1 else "weekly"
    known_on = on + timedelta(days + 13)
    return ("f", code, dept, rank, on, known_on, test, unseen, count, days, 0.0, dept, f"t{day}", grain, on)


CASES: dict[str, tuple[list[tuple], float | None]] = {
    "the newest known": ([label(5, 0, 10.0), label(5, 6, 20.0)], 20.0),
    "not what is known a day later": ([label(5, 0, 10.0), label(5, 7, 20.0)], 10.0),
    "of a tie the mean": ([label(5, 0, 10.0), label(5, 0, 30.0)], 20.0),
    "not of a term that is unseen": ([label(5, 0, 10.0), label(5, 3, 99.0, unseen=True)], 10.0),
    "a near rank where the rank has none": ([label(6, 0, 10.0)], 10.0),
    "another department where its own has none": ([label(5, 0, 10.0, dept="toys")], 10.0),
    "any rank where none is near": ([label(500, 0, 10.0)], 10.0),
    "a rank within e^2 before any": ([label(500, 5, 30.0), label(3, 0, 10.0)], 10.0),
    "none of another marketplace": ([label(5, 0, 10.0, code="UK")], None),
}
WEEK = "a week"


@pytest.fixture(scope="module")
def estimates(spark: SparkSession) -> dict[str, list[float]]:
    """Of every case, each a fold of its own."""
    told = {case: [*rows, label(5, 20, 1.0, test=True)] for case, (rows, _) in CASES.items()}
    told[WEEK] = [label(5, 0, 10.0), label(5, 8, 40.0), label(5, 20, 1.0, test=True, days=7)]
    frame = spark.createDataFrame([(case, *row[1:]) for case, rows in told.items() for row in rows], SCHEMA)
    found: dict[str, list[float]] = {case: [] for case in told}
    for row in last_known_at_rank(frame).collect():
        found[row["fold_name"]].append(row["estimate"])
    return found


@pytest.mark.parametrize("case", CASES)
def test_the_last_value_at_the_rank(estimates: dict[str, list[float]], case: str) -> None:
    _, expected = CASES[case]
    assert estimates[case] == ([] if expected is None else [expected])


def test_a_week_is_the_sum_of_its_days_each_by_what_was_known_on_it(estimates: dict[str, list[float]]) -> None:
    """The week begins on day 20. On its third day the value 40 of day 8 becomes known: 2 days of 10 and 5 of 40."""
    assert estimates[WEEK] == [2 * 10.0 + 5 * 40.0]
