"""Smearing, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pyspark.sql import SparkSession

from ml.level_curve import node_count
from ml.smearing import OVERALL_COUNT, STEP, fit_smearing, fit_smearing_by, smoothed, with_smearing


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


@pytest.mark.spark35
def test_factors_are_the_numpy_twins(spark: SparkSession) -> None:
    rng = np.random.default_rng(3)
    rank = rng.integers(1, 50_000, 400)
    error = rng.normal(0.1, 0.1 + rank / 100_000)
    rows = [(n, int(r), float(e), "f") for n, (r, e) in enumerate(zip(rank, error, strict=True))]
    frame = spark.createDataFrame(rows, "row int, rank long, error double, fold string")
    place = (np.log(rank + 2) - np.log(3)) / STEP
    low = np.floor(place).astype(int)
    high = place - low
    count = node_count(STEP)
    total = [np.zeros(count) for _ in range(3)]
    for node, weight in ((low, 1 - high), (low + 1, high)):
        for sums, value in zip(total, (np.exp(error), error, np.ones(400)), strict=True):
            np.add.at(sums, node, weight * value)
    exponentials, errors, weights = total
    k = OVERALL_COUNT
    expected = np.log((exponentials + k * np.exp(error).mean()) / (weights + k)) - (errors + k * error.mean()) / (
        weights + k
    )
    np.testing.assert_allclose(fit_smearing(frame), expected, rtol=1e-9)
    np.testing.assert_allclose(fit_smearing_by(frame, "fold")["f"], expected, rtol=1e-9)
    between = with_smearing(frame, {"f": tuple(expected.tolist())}, "fold").orderBy("row").toPandas()["ln_smearing"]
    np.testing.assert_allclose(between, expected[low] * (1 - high) + expected[low + 1] * high, rtol=1e-9)
