"""Which rank a label belongs to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pyspark.sql import SparkSession

from ml.labels import labelled_days
from tests.unit.ml.frames import DAY, ranks, volumes


@pytest.mark.every_engine
def test_a_label_without_department_joins_one_rank_a_day(spark: SparkSession) -> None:
    ranked = ranks(
        spark,
        {"department_name": "toys", "rank": 7},
        {"department_name": "beauty", "rank": 5},
        {"department_name": "all", "rank": 9},
        {"department_name": "garden", "rank": 5},
    )
    labels = volumes(spark, {"department_name": None, "search_count": 42})
    best = labelled_days(ranked, labels, department_rule="best").collect()
    assert [(r["department_name"], r["rank"], r["period_search_count"]) for r in best] == [("beauty", 5, 42.0)]
    over_all = labelled_days(ranked, labels, department_rule="all").collect()
    assert [(r["department_name"], r["rank"]) for r in over_all] == [("all", 9)]


def test_a_label_with_a_department_joins_that_rank_only(spark: SparkSession) -> None:
    ranked = ranks(spark, {"department_name": "toys", "rank": 7}, {"department_name": "all", "rank": 5})
    labels = volumes(spark, {"department_name": "toys"}, {"department_name": "garden"}, {"marketplace_code": "UK"})
    found = labelled_days(ranked, labels, department_rule="best").collect()
    assert [(r["department_name"], r["rank"]) for r in found] == [("toys", 7)]


@pytest.mark.parametrize(
    ("grain", "start", "days"),
    [
        pytest.param("daily", date(2024, 2, 29), 1, id="a day is itself"),
        pytest.param("weekly", date(2024, 2, 25), 7, id="a week crosses the leap day"),
        pytest.param("monthly", date(2024, 2, 1), 29, id="February of a leap year"),
        pytest.param("monthly", date(2023, 2, 1), 28, id="February of another year"),
    ],
)
def test_a_period_has_its_days(spark: SparkSession, grain: str, start: date, days: int) -> None:
    ranked = ranks(spark, *({"ranked_on": start + timedelta(n - 2)} for n in range(40)))
    labels = volumes(spark, {"grain": grain, "period_start_on": start})
    found = labelled_days(ranked, labels, department_rule="best").collect()
    assert sorted(r["ranked_on"] for r in found) == [start + timedelta(n) for n in range(days)]
    assert {r["period_day_count"] for r in found} == {days}


def test_no_labels_are_no_rows(spark: SparkSession) -> None:
    assert labelled_days(ranks(spark, {}), volumes(spark), department_rule="best").collect() == []
    assert labelled_days(ranks(spark), volumes(spark, {"period_start_on": DAY}), department_rule="best").collect() == []
