"""What training must beat."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pyspark.sql import SparkSession

from ml.baselines import last_known_at_rank
from tests.unit.ml.frames import DAY

SCHEMA = (
    "fold_name string, marketplace_code string, department_name string, rank long, ranked_on date, available_on date, "
    "is_test boolean, is_unseen boolean, search_count double, day_count int, estimate double"
)


def label(rank: int, day: int, count: float, *, test: bool = False, unseen: bool = False, dept: str = "all") -> tuple:
    on: date = DAY + timedelta(day)
    return ("f", "US", dept, rank, on, on + timedelta(14), test, unseen, count, 1, 0.0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([label(5, 0, 10.0), label(5, 6, 20.0)], 20.0, id="the newest known"),
        pytest.param([label(5, 0, 10.0), label(5, 7, 20.0)], 10.0, id="not what is known a day later"),
        pytest.param([label(5, 0, 10.0), label(5, 0, 30.0)], 20.0, id="of a tie the mean"),
        pytest.param([label(5, 0, 10.0), label(5, 3, 99.0, unseen=True)], 10.0, id="not of a term that is unseen"),
        pytest.param([label(6, 0, 10.0)], 10.0, id="a near rank where the rank has none"),
        pytest.param([label(5, 0, 10.0, dept="toys")], 10.0, id="another department where its own has none"),
        pytest.param([label(500, 0, 10.0)], None, id="none where no rank is near"),
    ],
)
def test_the_last_value_at_the_rank(spark: SparkSession, rows: list[tuple], expected: float | None) -> None:
    frame = spark.createDataFrame([*rows, label(5, 20, 1.0, test=True)], SCHEMA)
    found = [r["estimate"] for r in last_known_at_rank(frame).collect()]
    assert found == ([] if expected is None else [expected])
