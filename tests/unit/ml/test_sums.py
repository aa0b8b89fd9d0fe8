"""Sums over terms: the shock of the day does not average out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pyspark.sql import SparkSession

from ml.intervals import Calibration
from ml.sums import summarise_sums
from tests.unit.ml.frames import DAY

CALIBRATION = Calibration((), 0.1, day_sd=0.05, row_sd=0.2)
SCHEMA = "marketplace_code string, estimated_on date, department_name string, estimated_search_count double"


def test_of_many_terms_the_shared_shock_is_left(spark: SparkSession) -> None:
    rows = [("US", DAY, "all", 10.0)] * 400 + [("US", DAY, "toys", 40.0), ("US", DAY, "toys", None)]
    found = summarise_sums(spark.createDataFrame(rows, SCHEMA), ["department_name"], CALIBRATION).collect()
    by = {r["department_name"]: r for r in found}
    assert by["all"]["estimated_search_count"] == 4_000
    assert by["all"]["hi_95"] == pytest.approx(4_000 * math.exp(1.95996 * math.hypot(0.05, 0.2 / 20)), rel=1e-4)
    assert by["toys"]["lo_80"] == pytest.approx(40 * math.exp(-1.28155 * math.hypot(0.05, 0.2)), rel=1e-4)


def test_the_sum_of_a_simulated_day_is_covered(spark: SparkSession) -> None:
    means = np.geomspace(10, 5_000, 60)
    frame = spark.createDataFrame([("US", DAY, "all", float(m)) for m in means], SCHEMA)
    row = summarise_sums(frame, [], CALIBRATION).collect()[0]
    rng = np.random.default_rng(1)
    shock = rng.normal(0, 0.05, (20_000, 1)) + rng.normal(0, 0.2, (20_000, 60))
    sums = (means * np.exp(shock)).sum(axis=1)
    assert ((sums >= row["lo_80"]) & (sums <= row["hi_80"])).mean() == pytest.approx(0.8, abs=0.03)
    assert ((sums >= row["lo_95"]) & (sums <= row["hi_95"])).mean() == pytest.approx(0.95, abs=0.02)
