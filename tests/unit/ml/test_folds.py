"""Rolling origins."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ml.folds import (
    Fold,
    folds_with_labels,
    further_folds,
    per_label,
    rolling_folds,
    sampled,
    share_to_draw,
    with_unseen,
)
from ml.labels import is_within, labelled_days
from ml.options import ModelOptions
from tests.unit.ml.frames import DAY, ranks, volumes

OPTIONS = ModelOptions(fold_days=92)


@pytest.mark.parametrize(
    ("first", "last", "origins"),
    [
        pytest.param(
            date(2019, 1, 1),
            date(2024, 9, 16),
            [date(2022, 10, 1), date(2023, 10, 1), date(2024, 4, 1)],
            id="two whole seasons and the last off-season",
        ),
        pytest.param(
            date(2019, 1, 1),
            date(2024, 1, 1),
            [date(2022, 10, 1), date(2023, 4, 1), date(2023, 10, 1)],
            id="a season counts from its last day on",
        ),
        pytest.param(
            date(2019, 1, 1),
            date(2023, 12, 31),
            [date(2021, 10, 1), date(2022, 10, 1), date(2023, 4, 1)],
            id="a season that lacks a day does not count",
        ),
        pytest.param(
            date(2024, 1, 1), date(2024, 5, 1), [date(2024, 3, 1), date(2024, 3, 31)], id="months only: two halfway"
        ),
    ],
)
def test_origins(first: date, last: date, origins: list[date]) -> None:
    folds = rolling_folds(first, last, OPTIONS)
    assert [f.origin_on for f in folds] == origins
    assert all(f.through_on <= last for f in folds)


def test_origins_that_are_asked_for_must_have_days_before_and_after() -> None:
    options = ModelOptions(origins=(date(2018, 1, 1), date(2023, 6, 1), date(2025, 1, 1)), fold_days=600)
    [fold] = rolling_folds(date(2019, 1, 1), date(2024, 1, 1), options)
    assert (fold.origin_on, fold.through_on) == (date(2023, 6, 1), date(2024, 1, 1))


@pytest.mark.every_engine
def test_folds_need_labels_known_on_their_origin_and_labels_after_it(spark: SparkSession) -> None:
    rows = volumes(spark, *({"period_start_on": DAY + timedelta(n)} for n in range(30)))
    labels = with_unseen(rows, ModelOptions(), first_origin_on=DAY)
    dated = labels.withColumns({"ranked_on": F.col("period_start_on"), "period_day_count": F.lit(1)})
    first, last = DAY + timedelta(14), DAY + timedelta(29)
    known, unknown = Fold(first, last), Fold(first - timedelta(1), last)
    unjudged = Fold(last, last + timedelta(10))
    assert folds_with_labels(dated, [unknown, known, unjudged]) == (known,)
    assert folds_with_labels(dated, [unknown]) == folds_with_labels(dated, []) == ()


@pytest.mark.every_engine
def test_a_fold_needs_a_marketplace_that_has_both(spark: SparkSession) -> None:
    """US ends before the origin, UK begins after it: nothing that is judged was fitted."""
    origin = DAY + timedelta(30)
    rows = [{"period_start_on": DAY}, {"period_start_on": origin + timedelta(1), "marketplace_code": "UK"}]
    labels = with_unseen(volumes(spark, *rows), ModelOptions(), first_origin_on=origin)
    dated = labels.withColumns({"ranked_on": F.col("period_start_on"), "period_day_count": F.lit(1)})
    fold = Fold(origin, origin + timedelta(30))
    assert folds_with_labels(dated, [fold]) == ()
    both = dated.unionByName(dated.withColumn("marketplace_code", F.lit("US")))
    assert folds_with_labels(both, [fold]) == (fold,)


@pytest.mark.every_engine
@pytest.mark.parametrize(
    ("start", "days", "is_judged"),
    [
        pytest.param(date(2024, 3, 3), 7, True, id="a week from the first day after the origin on"),
        pytest.param(date(2024, 3, 2), 7, False, id="a week that begins on the origin"),
        pytest.param(date(2024, 3, 25), 7, True, id="a week that ends on the last day"),
        pytest.param(date(2024, 3, 26), 7, False, id="a week that ends a day later"),
        pytest.param(date(2024, 3, 31), 1, True, id="the last day"),
        pytest.param(date(2024, 3, 2), 1, False, id="the origin's day"),
    ],
)
def test_whole_periods_are_judged_and_none_that_lies_across_an_edge(
    spark: SparkSession, start: date, days: int, is_judged: bool
) -> None:
    label = volumes(spark, {"period_start_on": start}).withColumn("period_day_count", F.lit(days))
    within = is_within(F.lit(date(2024, 3, 2)), F.lit(date(2024, 3, 31)))
    assert label.select(within).first()[0] is is_judged  # type: ignore[index]


@pytest.mark.every_engine
def test_a_week_without_department_is_one_label_and_another_than_that_of_a_department(spark: SparkSession) -> None:
    """The best department changes on Wednesday; the label of `all` has its own ten searches."""
    sunday = date(2024, 3, 3)
    ranked = [
        {"department_name": name, "ranked_on": sunday + timedelta(n), "rank": rank}
        for n in range(7)
        for name, rank in (("all", 50), ("beauty", 10 if n < 3 else 90))
    ]
    week = {"grain": "weekly", "period_start_on": sunday}
    labels = [{**week, "department_name": None, "search_count": 700}, {**week, "search_count": 10}]
    days = labelled_days(ranks(spark, *ranked), volumes(spark, *labels), department_rule="best")
    flags = {name: F.lit(False) for name in ("is_unseen", "is_known", "is_test")}
    told = {"fold_name": F.lit("f"), "ln_estimate": F.lit(0.0), "event_tokens": F.array().cast("array<string>")}
    found = per_label(days.withColumns({**flags, **told}), ["weekly"]).collect()
    by_label = {row["label_department_name"]: (row["search_count"], row["day_count"]) for row in found}
    assert by_label == {"(none)": (700.0, 7), "all": (10.0, 7)}


@pytest.mark.every_engine
def test_a_fifth_of_the_terms_is_unseen_and_none_where_there_are_few(spark: SparkSession) -> None:
    """A fifth term of FR is known a day after the first origin: it draws none for the folds before it."""
    origin = DAY + timedelta(14)
    rows = [{"term": f"t{n}"} for n in range(500)]
    for code, first_day_of_fifth in (("FR", origin + timedelta(1)), ("DE", origin)):
        rows += [{"term": f"f{n}", "marketplace_code": code} for n in range(4)]
        rows += [{"term": "f4", "marketplace_code": code, "available_on": first_day_of_fifth}]
    drawn = ModelOptions(unseen_terms_ratio=0.9)
    all_drawn, usual = (
        with_unseen(volumes(spark, *rows), options, first_origin_on=origin)
        .toPandas()
        .groupby("marketplace_code")["is_unseen"]
        .sum()
        for options in (drawn, ModelOptions())
    )
    assert 60 <= usual["US"] <= 140
    assert all_drawn["DE"] > 0
    assert all_drawn["FR"] == 0


def test_a_sample_keeps_whole_labels_and_is_the_same_again(spark: SparkSession) -> None:
    days = volumes(spark, *({"term": f"t{n}", "period_start_on": DAY + timedelta(n % 7)} for n in range(700)))
    doubled = days.unionByName(days).withColumn("label_department_name", F.col("department_name"))
    assert sampled(doubled, F.lit(1.0), 1).count() == 1_400
    one, two = (sampled(doubled, F.lit(400 / 1_400), 1).toPandas() for _ in range(2))
    assert 300 <= len(one) <= 500
    assert one.groupby("term").size().eq(2).all()
    assert set(one["term"]) == set(two["term"])


def test_of_a_marketplace_of_few_label_days_all_are_drawn(spark: SparkSession) -> None:
    counts = {"US": 100_000, "UK": 2_001, "DE": 2_000}
    rows = spark.createDataFrame([(code,) for code in counts], "marketplace_code string")
    found = {row[0]: row[1] for row in rows.select("*", share_to_draw(counts, 10_400)).collect()}
    assert found == pytest.approx({"US": 0.1, "UK": 0.1, "DE": 1.0}, rel=1e-3)


def months(spark: SparkSession, first: int, last: int) -> DataFrame:
    """A daily label on the first of each month of these years."""
    days = [(date(year, month, 1), 1) for year in range(first, last + 1) for month in range(1, 13)]
    return spark.createDataFrame(days, "period_start_on date, period_day_count int")


def test_where_few_days_are_judged_the_rest_of_the_labels_is_cut_into_folds_that_choose_nothing(
    spark: SparkSession,
) -> None:
    """Folds of 92 days judge three or four months each. One year is history; the last stretch begins on the newest
    label's day, and no fold overlaps another."""
    choosing = [Fold(date(2021, 10, 1), date(2022, 1, 1))]
    found = further_folds(months(spark, 2020, 2022), choosing, OPTIONS)
    assert [fold.origin_on for fold in found] == [
        date(2021, 3, 31), date(2021, 7, 1), date(2022, 2, 28), date(2022, 5, 31), date(2022, 8, 31),
    ]  # fmt: skip
    assert not any(fold.is_choosing for fold in found)
    folds = sorted([*found, *choosing], key=lambda fold: fold.origin_on)
    assert all(one.through_on <= other.origin_on for one, other in pairwise(folds))
    assert min(fold.origin_on for fold in folds) >= date(2020, 12, 31)


def test_where_a_hundred_and_twenty_days_are_judged_there_are_no_further_folds(spark: SparkSession) -> None:
    start = date(2022, 1, 1)
    days = spark.createDataFrame(
        [(start + timedelta(n), 1) for n in range(900)], "period_start_on date, period_day_count int"
    )
    enough = [Fold(date(2023, 3, 1), date(2023, 3, 1) + timedelta(120))]
    assert further_folds(days, enough, OPTIONS) == ()
    few = [Fold(date(2023, 3, 1), date(2023, 3, 1) + timedelta(119))]
    [one] = further_folds(days, few, OPTIONS)
    assert one == Fold(start + timedelta(899 - 92), start + timedelta(899), is_choosing=False)
    assert further_folds(days, [], OPTIONS) == ()


def test_folds_end_where_the_next_begins() -> None:
    options = ModelOptions(origins=(date(2024, 1, 1), date(2024, 2, 1)), fold_days=92)
    found = rolling_folds(date(2023, 1, 1), date(2024, 3, 1), options)
    assert [fold.through_on for fold in found] == [date(2024, 2, 1), date(2024, 3, 1)]
