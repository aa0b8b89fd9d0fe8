"""Labels of weeks, of which only the sum is known."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from pyspark.ml import PipelineModel
from pyspark.ml.linalg import Vectors
from pyspark.ml.regression import LinearRegression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ml.labels import LABEL
from ml.periods import averaged, fit_on_periods

SUNDAY = date(2024, 3, 3)
NAMES = ["ln_rank_scaled", "constant weekday US all 6"]


def week(spark: SparkSession, rows: list[tuple[str, float, float, float]], searches: float) -> DataFrame:
    """Ranked days of labels: of a department, with two features, and what was predicted."""
    columns = [
        ("US", department, "water", "weekly", SUNDAY, searches, 7, Vectors.dense(one, two), predicted)
        for department, one, two, predicted in rows
    ]
    return spark.createDataFrame(columns, [*LABEL, "period_search_count", "period_day_count", "features", "predicted"])


def test_a_week_is_the_mean_of_its_days_each_counting_as_predicted(spark: SparkSession) -> None:
    """Predicted are 1 and 3 searches: features (1, 0) and (0, 1) count 1/4 and 3/4. Five days have no rank, and are
    average ones: 14 searches are predicted for the week, which had 28. On top of ln(28 / 14) come the predictions,
    ln 1 and ln 3, so counted."""
    days = week(spark, [("all", 1.0, 0.0, 1.0), ("all", 0.0, 1.0, 3.0)], 28.0)
    [found] = averaged(days, "features", F.ln("predicted"), size=2, target="target").collect()
    np.testing.assert_allclose(found["features"].toArray(), [0.25, 0.75])
    assert found["target"] == pytest.approx(math.log(2) + 0.75 * math.log(3))
    assert found["ranked_day_count"] == 2.0


def test_a_label_without_department_is_another_than_that_of_a_department(spark: SparkSession) -> None:
    days = week(spark, [("(none)", 1.0, 0.0, 1.0), ("all", 0.0, 1.0, 1.0)], 7.0)
    found = averaged(days, "features", F.ln("predicted"), size=2, target="target").collect()
    assert sorted(tuple(row["features"].toArray()) for row in found) == [(0.0, 1.0), (1.0, 0.0)]


def made(spark: SparkSession, labels: int) -> DataFrame:
    """Weeks whose Saturdays have e^0.3 times the searches, of terms whose volume rises as x."""
    rng = np.random.default_rng(1)
    rows = []
    for n in range(labels):
        x = rng.normal(0.0, 0.5, 7)
        saturday = np.arange(7) == 6
        total = float(np.sum(np.exp(5.0 + x + 0.3 * saturday)) * np.exp(rng.normal(0.0, 0.05)))
        key = ("US", "all", f"t{n}", "weekly", SUNDAY)
        rows += [
            (*key, SUNDAY + timedelta(int(d)), total, 7, Vectors.dense(float(x[d]), float(saturday[d])))
            for d in range(7)
        ]
    return spark.createDataFrame(rows, [*LABEL, "ranked_on", "period_search_count", "period_day_count", "features"])


def weekday_effect(days: DataFrame) -> float:
    total = F.first("period_search_count")
    [(spread,)] = days.groupBy(*LABEL).agg(F.ln(total / 7).alias("ln")).agg(F.stddev_pop("ln")).collect()
    regression = LinearRegression(labelCol="y", predictionCol="p", standardization=False, regParam=1e-6 * spread)
    fitted = PipelineModel(fit_on_periods(days, regression, NAMES, ridge=1e-6))
    same = days.sparkSession.createDataFrame([(Vectors.dense(0.0, v),) for v in (0.0, 1.0)], ["features"])
    without, with_it = (row["p"] for row in fitted.transform(same).orderBy("p").collect())
    return float(with_it - without)


def test_many_weeks_tell_the_weekday_from_the_days_on_which_a_term_was_ranked_better(spark: SparkSession) -> None:
    assert weekday_effect(made(spark, 600)) == pytest.approx(0.3, abs=0.08)


def test_of_few_weeks_a_weekday_is_held_back(spark: SparkSession) -> None:
    assert abs(weekday_effect(made(spark, 4))) < 0.15
