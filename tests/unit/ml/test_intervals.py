"""Conformal intervals, by hand and by coverage of what they have not seen."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ml.coverage import block_bootstrap
from ml.intervals import ANY, BUCKET_NAMES, Calibration, Cell, bucket, calibrate, recent_errors, with_bounds
from ml.known import ASKED_ON
from tests.unit.ml.frames import DAY

SCHEMA = (
    "marketplace_code string, ranked_on date, rank long, event_tokens array<string>, error double, "
    "error_scale_ratio double"
)


def errors(spark: SparkSession, *, seed: int, days: int = 400) -> DataFrame:
    """Errors of sd 0.1 at ranks to 100 and 0.3 beyond, twice that near an event, no shock of the day."""
    rng = np.random.default_rng(seed)
    rows = []
    for n in range(days * 40):
        rank, near = int(np.exp(rng.uniform(0, 9))), n % 40 < 10
        sd = (0.1 if rank <= 100 else 0.3) * (2 if near else 1)
        rows.append(("US", DAY + timedelta(n // 40), rank, ["e+0"] if near else [], float(rng.normal(0, sd)), 1.0))
    return spark.createDataFrame(rows, SCHEMA)


def test_new_labels_are_covered_in_every_bucket_near_events_and_far(spark: SparkSession) -> None:
    calibration = calibrate(errors(spark, seed=1), usual=0.2)
    fresh = errors(spark, seed=2).withColumns({"mean": F.lit(100.0), "truth": 100 * F.exp("error")})
    bounded = with_bounds(fresh, calibration, mean="mean", widen=F.lit(1.0))
    within = [F.avg(F.col("truth").between(F.col(f"lo_{p}"), F.col(f"hi_{p}")).cast("double")) for p in (80, 95)]
    by = bounded.groupBy(F.col("rank") <= 100, F.size("event_tokens") > 0).agg(*within).collect()
    assert len(by) == 4
    for _, _, of_80, of_95 in by:
        assert 0.76 <= of_80 <= 0.84
        assert 0.93 <= of_95 <= 0.97
    assert calibration.row_sd == pytest.approx(0.29, abs=0.03)
    assert calibration.day_sd < 0.03


def test_bounds_hold_the_mean_and_widen_with_the_recent_error(spark: SparkSession) -> None:
    cells = (Cell(ANY, ANY, 1_000, 100, (0.1, 0.2, 0.3, 0.4)),)  # an error that was never below zero
    frame = spark.createDataFrame([("US", DAY, 5, [], 0.0, 2.0)], SCHEMA).withColumn("mean", F.lit(10.0))
    row = with_bounds(frame, Calibration(cells, 0.2, 0.0, 0.1), mean="mean", widen=F.lit(1.5)).collect()[0]
    assert (row["lo_95"], row["lo_80"]) == (10.0, 10.0)
    assert row["hi_80"] == pytest.approx(10 * np.exp(0.3 * 3))
    assert row["hi_95"] == pytest.approx(10 * np.exp(0.4 * 3))


def test_a_cell_of_few_days_uses_its_bucket_and_then_all() -> None:
    few, whole = Cell("1 to 10", "event", 500, 3, (0, 0, 0, 0)), Cell("1 to 10", ANY, 500, 60, (1, 1, 1, 1))
    of_all = Cell(ANY, ANY, 900, 90, (2, 2, 2, 2))
    calibration = Calibration((few, whole, of_all), 0.2, 0.0, 0.1)
    assert calibration.cell("1 to 10", "event") is whole
    assert calibration.cell("11 to 100", "none") is of_all


@pytest.mark.every_engine
@pytest.mark.parametrize(
    ("rank", "name"),
    [(1, "1 to 10"), (10, "1 to 10"), (11, "11 to 100"), (1_000, "101 to 1,000"), (10_001, "10,001 and more")],
)
def test_buckets_meet_at_their_limits(spark: SparkSession, rank: int, name: str) -> None:
    assert name in BUCKET_NAMES
    assert spark.range(1).select(bucket(F.lit(rank))).collect()[0][0] == name


def test_the_recent_error_is_of_what_was_known_and_shrinks_to_the_usual(spark: SparkSession) -> None:
    known = ("US", DAY, DAY + timedelta(14), 0.36, 1.0)
    secret = ("US", DAY + timedelta(1), DAY + timedelta(15), 1e6, 1.0)
    daily = spark.createDataFrame(
        [known, secret],
        "marketplace_code string, ranked_on date, available_on date, square_sum double, day_count double",
    )
    asked = spark.createDataFrame(
        [("US", DAY + timedelta(13)), ("US", DAY + timedelta(14))], f"marketplace_code string, {ASKED_ON} date"
    )
    found = recent_errors(daily, asked, usual_error=0.3, anchor=DAY + timedelta(15))
    ratios = [r["error_scale_ratio"] for r in found.orderBy(ASKED_ON).collect()]
    w = 0.5 ** (14 / 30)
    assert ratios == pytest.approx([1.0, np.sqrt((w * 0.36 + 10 * 0.09) / (w + 10) / 0.09)])


def test_blocks_of_days_are_less_sure_than_days() -> None:
    days = np.repeat([0.0, 1.0] * 20, 7)  # weeks that are all in or all out
    low, high = block_bootstrap(days * 10, np.full(280, 10.0), seed=1)
    mixed_low, mixed_high = block_bootstrap(np.full(280, 5.0), np.full(280, 10.0), seed=1)
    assert low < 0.42 < 0.58 < high
    assert (mixed_low, mixed_high) == (0.5, 0.5)
