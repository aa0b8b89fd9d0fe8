"""The level curve against numpy."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from ml.folds import FOLD, Fold, level_curves
from ml.known import ASKED_ON
from ml.level_curve import levels, node_count, residual_sums, with_level, with_residual
from ml.options import Settings

FIRST = date(2024, 1, 1)
SETTINGS = Settings(level_half_life_days=9.0, level_step=0.5, level_shrink_count=4.0)


@pytest.mark.every_engine
def test_levels_are_the_numpy_twins(spark: SparkSession) -> None:
    rng = np.random.default_rng(5)
    n = 300
    day, late = rng.integers(0, 80, n), rng.integers(5, 30, n)
    rank, residual = rng.integers(1, 9_000, n), rng.normal(0.2, 0.3, n)
    rows = [
        ("US", FIRST + timedelta(int(d)), FIRST + timedelta(int(d + w)), int(r), float(e))
        for d, w, r, e in zip(day, late, rank, residual, strict=True)
    ]
    frame = spark.createDataFrame(
        rows, "marketplace_code string, ranked_on date, available_on date, rank long, residual double"
    )
    asked_days = [0, 20, 63, 110]
    asked = spark.createDataFrame(
        [("US", FIRST + timedelta(d)) for d in asked_days], f"marketplace_code string, {ASKED_ON} date"
    )
    sums = residual_sums(frame, step=0.5)
    found = levels(sums, asked, SETTINGS, anchor=FIRST + timedelta(80))
    by_day = {(r[ASKED_ON] - FIRST).days: r for r in found.collect()}
    for asked_day in asked_days:
        values, age, count = _twin(day, late, rank, residual, asked_day)
        row = by_day[asked_day]
        np.testing.assert_allclose(row["level_values"], values, rtol=1e-9, atol=1e-12)
        assert row["label_count"] == pytest.approx(count)
        assert row["label_age_days"] == (pytest.approx(age) if count else None)
    ranked = spark.createDataFrame(
        [("US", FIRST + timedelta(63), 40)], "marketplace_code string, ranked_on date, rank long"
    )
    level = with_level(ranked, found, step=0.5).collect()[0]["ln_level"]
    place = (np.log(42) - np.log(3)) / 0.5
    assert level == pytest.approx(np.interp(place, np.arange(node_count(0.5)), by_day[63]["level_values"]))


@pytest.mark.every_engine
@pytest.mark.parametrize("step", [0.1, 0.25, 0.5, 1.0])
def test_rank_1_and_ranks_past_the_last_node_have_the_level_of_their_node(spark: SparkSession, step: float) -> None:
    """Java's ln 3 is less than Python's by the last bit: rank 1 would lie below the first node."""
    values = [float(n) for n in range(1, node_count(step) + 1)]
    row = [("US", FIRST, values)]
    found = spark.createDataFrame(row, f"marketplace_code string, {ASKED_ON} date, level_values array<double>")
    ranked = spark.createDataFrame(
        [("US", FIRST, rank) for rank in (1, 2**63 - 1)], "marketplace_code string, ranked_on date, rank long"
    )
    level = {
        r["rank"]: r["ln_level"]
        for r in with_level(ranked, found.withColumn("overall_level", F.lit(0.0)), step=step).collect()
    }
    assert level == {1: 1.0, 2**63 - 1: values[-2]}


def _twin(
    day: np.ndarray, late: np.ndarray, rank: np.ndarray, residual: np.ndarray, asked: int
) -> tuple[np.ndarray, float, float]:
    count = node_count(0.5)
    total, weights, aged = np.zeros(count), np.zeros(count), 0.0
    for d, w, r, e in zip(day, late, rank, residual, strict=True):
        if d + w > asked:
            continue
        decay = 0.5 ** ((asked - d) / 9.0)
        place = (np.log(r + 2) - np.log(3)) / 0.5
        low = int(place)
        for node, weight in ((low, 1 - (place - low)), (low + 1, place - low)):
            total[node] += decay * weight * e
            weights[node] += decay * weight
        aged += decay * (asked - d)
    known = weights.sum()
    overall = total.sum() / known if known else 0.0
    age = aged / known if known else 0.0
    shrink = 4 * 0.5 ** (age / 9.0) if known else 1.0
    away = np.abs(np.arange(count)[:, None] - np.arange(count)) * 0.5
    near = np.where(np.round(away / 0.5) <= 3, np.exp(-away / 0.4), 0.0)
    of_near = (near @ total + shrink * overall) / (near @ weights + shrink)
    return (total + shrink * of_near) / (weights + shrink), age, known


def test_labels_that_are_late_are_shrunk_no_more_than_others(spark: SparkSession) -> None:
    schema = "marketplace_code string, ranked_on date, available_on date, rank long, residual double"
    rows = [("US", FIRST, FIRST, 1, 1.0), ("US", FIRST, FIRST, 5_000, 0.0)]
    sums = residual_sums(spark.createDataFrame(rows, schema), step=0.5)
    days = [("US", FIRST + timedelta(n)) for n in (0, 200)]
    asked = spark.createDataFrame(days, f"marketplace_code string, {ASKED_ON} date")
    found = levels(sums, asked, SETTINGS, anchor=FIRST).orderBy(ASKED_ON).collect()
    assert found[0]["level_values"] == pytest.approx(found[1]["level_values"])
    near = (1 + 4 * 0.5) / (1 + 4)
    assert found[1]["level_values"][0] == pytest.approx((1 + 4 * near) / 5)


def test_a_node_without_labels_has_the_level_of_its_neighbours_and_far_from_all_the_overall_one(
    spark: SparkSession,
) -> None:
    schema = "marketplace_code string, ranked_on date, available_on date, rank int, residual double"
    rows = [("US", FIRST, FIRST, 1, 0.3)] * 100 + [("US", FIRST, FIRST, 160_000, -0.1)] * 100
    sums = residual_sums(spark.createDataFrame(rows, schema), step=0.25)
    settings = Settings(level_half_life_days=9.0, level_step=0.25, level_shrink_count=0.1)
    asked = spark.createDataFrame([("US", FIRST)], f"marketplace_code string, {ASKED_ON} date")
    values = levels(sums, asked, settings, anchor=FIRST).collect()[0]["level_values"]
    assert values[0] == pytest.approx(0.3, abs=0.001)
    assert values[2] == pytest.approx(0.3, abs=0.01)
    assert values[20] == pytest.approx(0.1, abs=0.001)


def test_many_curves_at_once_are_those_of_each(spark: SparkSession) -> None:
    """Steps, half-lives, shrinkage and trend shares in one pass, of two folds and with a term that is not seen."""
    rng = np.random.default_rng(8)
    rows = [
        (f, "US", bool(n % 5 == 0), FIRST + timedelta(int(d)), FIRST + timedelta(int(d) + 7), int(r), float(e))
        for f in ("a", "b")
        for n, (d, r, e) in enumerate(
            zip(rng.integers(0, 60, 200), rng.integers(1, 9_000, 200), rng.normal(0.2, 0.3, 200), strict=True)
        )
    ]
    frame = spark.createDataFrame(
        rows,
        "fold_name string, marketplace_code string, is_unseen boolean, ranked_on date, available_on date, rank int, "
        "residual double",
    )
    asked = frame.select(*FOLD, F.col("ranked_on").alias(ASKED_ON)).distinct()
    folds = (Fold(FIRST, FIRST + timedelta(30)), Fold(FIRST, FIRST + timedelta(70)))
    candidates = [
        Settings(level_half_life_days=h, level_step=s, level_shrink_count=k, trend_share_ratio=t)
        for h, s, k, t in ((9, 0.5, 4, 0), (9, 0.5, 1, 0.5), (20, 0.5, 4, 0), (9, 1.0, 4, 0))
    ]
    found = level_curves(frame, asked, folds, candidates).toPandas()
    seen = frame.where("NOT is_unseen")
    for n, settings in enumerate(candidates):
        sums = residual_sums(seen, step=settings.level_step, by=FOLD)
        alone = levels(sums, asked, settings, anchor=FIRST + timedelta(70), by=FOLD).toPandas()
        both = found[found["candidate"] == n].merge(alone, on=["fold_name", "marketplace_code", ASKED_ON])
        assert len(both) == len(alone) == len(found) / 4
        assert (both["trend_share_ratio"] == settings.trend_share_ratio).all()
        for name in ("label_age_days", "level_values"):
            own, other = (np.stack(both[f"{name}_{side}"].map(np.atleast_1d)) for side in "xy")
            np.testing.assert_allclose(own.astype(float), other.astype(float), rtol=1e-9)


def test_a_label_that_is_not_yet_known_moves_no_level(spark: SparkSession) -> None:
    schema = "marketplace_code string, ranked_on date, available_on date, rank long, residual double"
    known = ("US", FIRST, FIRST + timedelta(14), 10, 0.5)
    for later in (0.0, 99.0):
        frame = spark.createDataFrame([known, ("US", FIRST + timedelta(1), FIRST + timedelta(15), 10, later)], schema)
        asked = spark.createDataFrame([("US", FIRST + timedelta(14))], f"marketplace_code string, {ASKED_ON} date")
        row = levels(residual_sums(frame, step=0.5), asked, SETTINGS, anchor=FIRST + timedelta(40)).collect()[0]
        assert row["level_values"] == pytest.approx([0.5] * node_count(0.5))
        assert row["label_age_days"] == pytest.approx(14)


def test_a_week_has_one_residual_on_each_of_its_days(spark: SparkSession) -> None:
    rows = [
        ("US", "all", "tea", "weekly", FIRST, 7, 700.0, FIRST + timedelta(n), float(np.log(50.0 + 10 * n)))
        for n in range(6)
    ]
    schema = (
        "marketplace_code string, label_department_name string, term string, grain string, period_start_on date, "
        "period_day_count int, period_search_count double, ranked_on date, ln_base double"
    )
    found = with_residual(spark.createDataFrame(rows, schema), grains=["weekly"]).select("residual").collect()
    assert [r[0] for r in found] == pytest.approx([np.log(700 / (75 * 7))] * 6)
    daily = with_residual(
        spark.createDataFrame(rows[:1], schema).withColumn("period_day_count", F.lit(1)), grains=["daily"]
    )
    assert daily.collect()[0]["residual"] == pytest.approx(np.log(700 / 50))
