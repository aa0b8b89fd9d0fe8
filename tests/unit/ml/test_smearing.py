"""Smearing, by hand."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from ml.level_curve import node_count
from ml.smearing import OVERALL_COUNT, STEP, fit_smearing, fit_smearing_by, smoothed, with_smearing

FIRST = date(2024, 1, 1)


def test_without_rows_every_factor_is_one() -> None:
    assert smoothed({}) == (0.0,) * node_count(STEP)


def test_a_node_without_rows_has_the_factor_of_all() -> None:
    errors = [math.log(2.0), -math.log(2.0)]
    sums = {3: (sum(map(math.exp, errors)), sum(errors), 2.0)}
    of_all = math.log((2.0 + 0.5) / 2)
    assert smoothed(sums) == pytest.approx((of_all,) * node_count(STEP))


def test_a_mean_error_is_left_to_the_level() -> None:
    """All estimates half of the truth: that is a level, and smearing adds nothing."""
    sums = {0: (2.0 * 10, math.log(2.0) * 10, 10.0)}
    assert smoothed(sums) == pytest.approx((0.0,) * node_count(STEP))


@pytest.mark.every_engine
def test_factors_are_the_numpy_twins(spark: SparkSession) -> None:
    rng = np.random.default_rng(3)
    rank, day = rng.integers(1, 50_000, 400), np.arange(400) // 10 % 25
    error = rng.normal(0.1, 0.1 + rank / 100_000) + np.where(day == 3, 2.0, 0.0)
    rows = [
        (n, "US", FIRST + timedelta(int(d)), int(r), float(e), "f")
        for n, (d, r, e) in enumerate(zip(day, rank, error, strict=True))
    ]
    frame = spark.createDataFrame(
        rows, "row int, marketplace_code string, ranked_on date, rank long, error double, fold string"
    )
    of_day = pd.Series(error).groupby(day).transform("sum") / (pd.Series(error).groupby(day).transform("size") + 5)
    left = error - of_day.to_numpy()
    place = (np.log(rank + 2) - np.log(3)) / STEP
    low = np.floor(place).astype(int)
    high = place - low
    count = node_count(STEP)
    total = [np.zeros(count) for _ in range(3)]
    for node, weight in ((low, 1 - high), (low + 1, high)):
        for sums, value in zip(total, (np.exp(left), left, np.ones(400)), strict=True):
            np.add.at(sums, node, weight * value)
    exponentials, errors, weights = total
    k = OVERALL_COUNT
    expected = np.log((exponentials + k * np.exp(left).mean()) / (weights + k)) - (errors + k * left.mean()) / (
        weights + k
    )
    np.testing.assert_allclose(fit_smearing(frame), expected, rtol=1e-9)
    np.testing.assert_allclose(fit_smearing_by(frame, "fold")["f",], expected, rtol=1e-9)
    factors = tuple(expected.tolist())
    for between in (with_smearing(frame, {("f",): factors}, "fold"), with_smearing(frame, {(): factors})):
        found = between.orderBy("row").toPandas()["ln_smearing"]
        np.testing.assert_allclose(found, expected[low] * (1 - high) + expected[low + 1] * high, rtol=1e-9)


def test_a_jump_of_a_whole_day_is_left_to_the_level(spark: SparkSession) -> None:
    """A thousand labels of one day, all estimated at a third: of their mean error a part in 201 is left, and nothing of
    it is taken for spread."""
    rows = [("US", FIRST + timedelta(d), 10 + n, math.log(3.0) * d) for d in (0, 1) for n in range(1_000)]
    frame = spark.createDataFrame(rows, "marketplace_code string, ranked_on date, rank int, error double")
    assert fit_smearing(frame) == pytest.approx((0.0,) * node_count(STEP), abs=1e-5)


def test_a_group_without_factors_has_the_factor_one(spark: SparkSession) -> None:
    frame = spark.createDataFrame([("f", 5), (None, 5)], "fold string, rank long")
    found = with_smearing(frame, {("g",): (0.5,) * node_count(STEP)}, "fold")
    assert [row["ln_smearing"] for row in found.collect()] == [0.0, 0.0]
