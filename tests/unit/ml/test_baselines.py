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


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([label(5, 0, 10.0), label(5, 6, 20.0)], 20.0, id="the newest known"),
        pytest.param([label(5, 0, 10.0), label(5, 7, 20.0)], 10.0, id="not what is known a day later"),
        pytest.param([label(5, 0, 10.0), label(5, 0, 30.0)], 20.0, id="of a tie the mean"),
        pytest.param([label(5, 0, 10.0), label(5, 3, 99.0, unseen=True)], 10.0, id="not of a term that is unseen"),
        pytest.param([label(6, 0, 10.0)], 10.0, id="a near rank where the rank has none"),
        pytest.param([label(5, 0, 10.0, dept="toys")], 10.0, id="another department where its own has none"),
        pytest.param([label(500, 0, 10.0)], 10.0, id="any rank where none is near"),
        pytest.param([label(500, 5, 30.0), label(3, 0, 10.0)], 10.0, id="a rank within e^2 before any"),
        pytest.param([label(5, 0, 10.0, code="UK")], None, id="none of another marketplace"),
    ],
)
def test_the_last_value_at_the_rank(spark: SparkSession, rows: list[tuple], expected: float | None) -> None:
    frame = spark.createDataFrame([*rows, label(5, 20, 1.0, test=True)], SCHEMA)
    found = [r["estimate"] for r in last_known_at_rank(frame).collect()]
    assert found == ([] if expected is None else [expected])


def test_a_week_is_the_sum_of_its_days_each_by_what_was_known_on_it(spark: SparkSession) -> None:
    """The week begins on day 20. On its third day the value 40 of day 8 becomes known: 2 days of 10 and 5 of 40."""
    rows = [label(5, 0, 10.0), label(5, 8, 40.0), label(5, 20, 1.0, test=True, days=7)]
    [found] = last_known_at_rank(spark.createDataFrame(rows, SCHEMA)).collect()
    assert found["estimate"] == 2 * 10.0 + 5 * 40.0
