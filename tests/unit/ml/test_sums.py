"""Sums over terms: the shock of the day does not average out."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from pyspark.sql import SparkSession

from ml.intervals import Calibration, calibrate
from ml.known import ASKED_ON
from ml.sums import SPREADS, day_spreads, summarise_totals
from schemas.search import SEARCH_VOLUME_TOTALS
from tests.unit.ml.frames import DAY

CALIBRATION = Calibration((), 0.1, day_sd=0.05, row_sd=0.2)
SCHEMA = (
    "marketplace_code string, department_name string, estimated_on date, basis string, estimated_search_count double"
)
BOUNDS = ("lo_95_search_count", "lo_80_search_count", "hi_80_search_count", "hi_95_search_count")


def row(mean: float | None, department: str = "all", basis: str = "direct", day: date = DAY) -> tuple[Any, ...]:
    return ("US", department, day, basis, mean)


def totals(spark: SparkSession, *rows: tuple[Any, ...], scale: float = 1.0, widen: float = 1.0) -> dict[str, Any]:
    days = spark.createDataFrame(
        [("US", DAY, scale, widen)],
        f"marketplace_code string, {ASKED_ON} date, error_scale_ratio double, widen_ratio double",
    )
    found = summarise_totals(spark.createDataFrame(list(rows), SCHEMA), day_spreads(days, CALIBRATION))
    return {r["department_name"]: r for r in SEARCH_VOLUME_TOTALS.conform(found).collect()}


@pytest.mark.every_engine
def test_of_many_terms_the_shared_shock_is_left(spark: SparkSession) -> None:
    found = totals(spark, *[row(10.0)] * 400, row(40.0, "toys"))
    assert found["all"]["estimated_search_count"] == 4_000
    assert (found["all"]["term_count"], found["all"]["basis"]) == (400, "direct")
    sd = math.hypot(0.05, 0.2 / 20)
    expected = [4_000 * math.exp(z * sd) for z in (-1.95996, -1.28155, 1.28155, 1.95996)]
    assert [found["all"][name] for name in BOUNDS] == pytest.approx(expected, rel=1e-4)
    assert found["toys"]["lo_80_search_count"] == pytest.approx(40 * math.exp(-1.28155 * math.hypot(0.05, 0.2)))


@pytest.mark.parametrize(("scale", "widen"), [(2.0, 1.0), (1.0, 1.5), (0.5, 1.5)])
def test_the_recent_error_and_drift_widen_a_sum_as_they_widen_a_term(
    spark: SparkSession, scale: float, widen: float
) -> None:
    found = totals(spark, row(40.0), scale=scale, widen=widen)["all"]
    sd = math.hypot(0.05, 0.2) * scale * widen
    assert found["hi_95_search_count"] == pytest.approx(40 * math.exp(1.95996 * sd), rel=1e-4)


@pytest.mark.every_engine
@pytest.mark.parametrize(
    ("rows", "basis", "counts", "total", "has_bounds"),
    [
        pytest.param([row(3.0), row(4.0)], "direct", (2, 0), 7.0, True, id="direct"),
        pytest.param([row(3.0), row(None, basis="refused")], "direct", (2, 1), 3.0, True, id="one refused"),
        pytest.param(
            [row(3.0), row(4.0, basis="department_pooled")], "department_pooled", (2, 0), 7.0, False, id="one pooled"
        ),
        pytest.param([row(None, basis="refused")] * 2, "refused", (2, 2), None, False, id="all refused"),
        pytest.param(
            [row(3.0, day=DAY + timedelta(1))], "direct", (1, 0), 3.0, False, id="a day of which nothing is known"
        ),
    ],
)
def test_a_sum_has_bounds_where_all_its_estimates_do(
    spark: SparkSession,
    rows: list[tuple[Any, ...]],
    basis: str,
    counts: tuple[int, int],
    total: float | None,
    has_bounds: bool,
) -> None:
    found = totals(spark, *rows)["all"]
    assert (found["term_count"], found["refused_term_count"]) == counts
    assert (found["basis"], found["estimated_search_count"]) == (basis, total)
    assert [found[name] is not None for name in BOUNDS] == [has_bounds] * 4


def test_without_ranks_or_a_model_there_is_nothing_to_sum(spark: SparkSession) -> None:
    none = spark.createDataFrame([], SPREADS)
    assert summarise_totals(spark.createDataFrame([], SCHEMA), none).collect() == []
    [found] = summarise_totals(spark.createDataFrame([row(None, basis="refused")], SCHEMA), none).collect()
    assert (found["term_count"], found["refused_term_count"], found["estimated_search_count"]) == (1, 1, None)


@pytest.mark.parametrize("terms", [1, 8, 200])
def test_sums_of_days_with_a_shared_shock_are_covered(spark: SparkSession, terms: int) -> None:
    """Calibrated on errors of 400 days of 40 terms, judged on the sums of 20,000 other days, which numpy draws. Their
    errors are 1.6 times the usual ones, and known to be."""
    rng = np.random.default_rng(7)
    scale = np.where(np.arange(400) % 2, 0.5, 1.5)  # of the calibration's days: spreads are of scaled errors
    errors = scale[:, None] * (rng.normal(0, 0.06, (400, 1)) + rng.normal(0, 0.15, (400, 40)))
    frame = spark.createDataFrame(
        [
            ("US", DAY + timedelta(int(d)), 50, [], float(errors[d, t]), float(scale[d]))
            for d in range(400)
            for t in range(40)
        ],
        "marketplace_code string, ranked_on date, rank long, event_tokens array<string>, error double, "
        "error_scale_ratio double",
    )
    calibration = calibrate(frame, usual=0.2)
    assert (calibration.day_sd, calibration.row_sd) == pytest.approx((0.06, 0.15), rel=0.1)
    days = spark.createDataFrame(
        [("US", DAY, 1.6, 1.0)],
        f"marketplace_code string, {ASKED_ON} date, error_scale_ratio double, widen_ratio double",
    )
    means = np.geomspace(10, 5_000, terms)
    estimates = spark.createDataFrame([row(float(mean)) for mean in means], SCHEMA)
    [found] = summarise_totals(estimates, day_spreads(days, calibration)).collect()
    shock = rng.normal(0, 0.06, (20_000, 1)) + rng.normal(0, 0.15, (20_000, terms))
    sums = (means * np.exp(1.6 * shock - (1.6 * 0.15) ** 2 / 2)).sum(axis=1)  # an estimate is the mean at its rank
    for level, low, high in ((80, 0.76, 0.84), (95, 0.93, 0.97)):
        within = (sums >= found[f"lo_{level}_search_count"]) & (sums <= found[f"hi_{level}_search_count"])
        assert low <= within.mean() <= high
