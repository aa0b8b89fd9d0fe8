"""Drift: what is measured, and what follows."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from ml.drift import (
    DAY_MEASURES,
    Limits,
    Reference,
    newest_labels,
    population_stability,
    rank_shares,
    status,
    with_day_measures,
)
from ml.known import ASKED_ON
from ml.labels import label_terms
from tests.unit.ml.frames import DAY, ranks, volumes


def test_population_stability_by_hand() -> None:
    assert population_stability([0.5, 0.5], [0.5, 0.5]) == 0
    assert population_stability([0.5, 0.5], [0.8, 0.2]) == pytest.approx(0.3 * math.log(1.6) - 0.3 * math.log(0.4))
    assert population_stability([1.0, 0.0], [0.0, 1.0]) == pytest.approx(2 * 0.9999 * math.log(1e4), rel=1e-3)


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "not_measured"), (0.99, "well"), (1.0, "warn"), (2.0, "widen"), (2.9, "widen"), (3.0, "stop")],
)
def test_a_status_begins_at_its_figure(spark: SparkSession, value: float | None, said: str) -> None:
    found = spark.range(1).select(status(F.lit(value).cast("double"), Limits(1, 2, 3)), status(F.lit(9.0), Limits(1)))
    assert found.collect()[0] == (said, "warn")


@pytest.mark.every_engine
def test_a_day_is_widened_or_stopped_by_what_was_known_on_it(spark: SparkSession) -> None:
    limits = DAY_MEASURES["label_age_days"]
    assert limits.widen_at is not None
    assert limits.stop_at is not None
    ages = [0, limits.widen_at - 1, limits.widen_at, limits.stop_at]
    sums = spark.createDataFrame([("US", DAY, DAY)], "marketplace_code string, ranked_on date, available_on date")
    asked = spark.createDataFrame(
        [("US", DAY + timedelta(age)) for age in (*ages, -1)], f"marketplace_code string, {ASKED_ON} date"
    )
    days = newest_labels(sums, asked).withColumns({"overall_level": F.lit(0.1), "error_scale_ratio": F.lit(1.0)})
    found = with_day_measures(days, {"US": Reference((), 10.0, 0.1)}).orderBy(ASKED_ON).collect()
    assert [r["label_age_days"] for r in found] == [None, *ages]
    assert [r["widen_ratio"] for r in found] == [1.0, 1.0, 1.0, 1.5, 1.5]
    assert [bool(r["is_stopped"]) for r in found] == [False, False, False, False, True]


@pytest.mark.every_engine
def test_shares_are_of_the_ranks_that_labelled_terms_have_on_the_last_days(spark: SparkSession) -> None:
    """Ranks 1, 5, 60 and a million have the whole ln ranks 0, 1, 4 and 13."""
    labels = label_terms(volumes(spark, {}, {}, {"term": "pot", "department_name": None}))
    rows = [
        {"rank": 1},
        {"rank": 5, "ranked_on": DAY - timedelta(27)},
        {"rank": 60, "ranked_on": DAY - timedelta(28)},  # a day too early
        {"rank": 60, "ranked_on": DAY + timedelta(1)},  # a day too late
        {"rank": 60, "department_name": "toys"},  # of another department than the label's
        {"rank": 60, "term": "cup"},  # of a term without a label
        {"rank": 60, "term": "pot", "department_name": "toys"},  # the label has no department: the best rank counts
        {"rank": 5, "term": "pot"},
        {"rank": 1_000_000, "marketplace_code": "UK"},
    ]
    found = rank_shares(ranks(spark, *rows), labels, DAY, department_rule="best")
    assert set(found) == {"US"}
    assert {place: share for place, share in enumerate(found["US"]) if share} == pytest.approx({0: 1 / 3, 1: 2 / 3})
    beyond = rank_shares(ranks(spark, {"rank": 10**7}), label_terms(volumes(spark, {})), DAY, department_rule="best")
    assert beyond["US"][-1] == 1.0
    assert rank_shares(ranks(spark), labels, DAY, department_rule="best") == {}


def test_a_label_over_all_departments_has_the_rank_that_the_rule_says(spark: SparkSession) -> None:
    labels = label_terms(volumes(spark, {"department_name": None}))
    lists = ranks(spark, {"rank": 60}, {"rank": 5, "department_name": "toys"})
    best, of_all = (rank_shares(lists, labels, DAY, department_rule=rule)["US"] for rule in ("best", "all"))
    assert (best[1], best[4]) == (1.0, 0.0)
    assert (of_all[1], of_all[4]) == (0.0, 1.0)
