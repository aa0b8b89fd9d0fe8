"""What the folds say of the model is what scoring publishes; and no label moves what is said of a day before it is
known, its bounds neither."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from ml.event_days import event_days, with_event_days
from ml.folds import Fold, fold_estimates, fold_labels, fold_rows, with_unseen
from ml.labels import labelled_days
from ml.model import VolumeModel
from ml.options import SearchOptions, Settings
from ml.scoring import BOUNDS, ESTIMATE, score
from ml.training import TrainingResult, train
from tests.unit.ml.world import FIRST, SETTINGS, World, world

pytestmark = pytest.mark.slow

# The labels begin less than half a year before the test, so that the folds and the model smear by the same days.
TEST_FROM, LAST = date(2023, 6, 15), date(2023, 8, 20)
KEY = ["marketplace_code", "department_name", "term", "ranked_on"]
BOUND_NAMES = [f"{name}_search_count" for name in BOUNDS]
PARTS = ["ln_base", "ln_level", "ln_smearing"]
SHARES = [
    pytest.param(0.0, id="the trend is frozen at the labels"),
    pytest.param(0.5, id="the trend goes on for half of their age"),
    pytest.param(1.0, id="the trend goes on to the day"),
]


def growing(spark: SparkSession, **factors: float) -> World:
    """Searches that grow by e^0.8 a year, told in the middle of the month after: the age of what is known goes up and
    down. `factors` by ISO day."""
    days = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
    growth = {day: float(np.exp(0.8 * n / 365)) * factors.get(day.isoformat(), 1.0) for n, day in enumerate(days)}
    ranks, volumes, dates = world(spark, factors=growth)
    told = F.date_add(F.last_day("period_start_on"), 14)
    late = volumes.where(F.col("period_start_on") <= F.lit(LAST)).withColumn("available_on", told)
    return ranks.where(F.col("ranked_on") <= F.lit(LAST)).localCheckpoint(), late.localCheckpoint(), dates


@pytest.fixture(scope="module")
def made(spark: SparkSession) -> World:
    return growing(spark)


def options(settings: Settings) -> SearchOptions:
    return SearchOptions(
        test_from=TEST_FROM, origins=(date(2023, 4, 15),), fold_days=31, unseen_terms_ratio=0.0, settings=settings
    )


Trained = dict[float, TrainingResult]


@pytest.fixture(scope="module")
def trained() -> Trained:
    return {}


def of_share(trained: Trained, made: World, share: float) -> TrainingResult:
    if share not in trained:
        trained[share] = train(*made, options(SETTINGS.but(trend_share_ratio=share)))
    return trained[share]


@pytest.mark.parametrize("share", SHARES)
def test_a_fold_estimates_as_scoring_does_from_what_was_known_on_its_origin(
    trained: Trained, made: World, share: float
) -> None:
    result = of_share(trained, made, share)
    assert result.test_estimates is not None
    settings = SETTINGS.but(trend_share_ratio=share)
    labelled = with_event_days(labelled_days(*made[:2], department_rule="best"), event_days(made[2]))
    days = with_unseen(labelled, options(settings), first_origin_on=TEST_FROM).localCheckpoint()
    fold = Fold(TEST_FROM, LAST)
    rows = fold_rows(fold_labels(days, [fold], settings, options(settings), grains=["daily"]), settings)
    of_fold = fold_estimates(rows, [fold], settings, grains=["daily"]).where("is_test").toPandas()
    published = result.test_estimates.withColumnRenamed("estimated_on", "ranked_on").select(*KEY, *PARTS).toPandas()
    both = of_fold.merge(published, on=KEY)
    assert len(both) == len(of_fold) == 13 * (LAST - TEST_FROM).days
    np.testing.assert_allclose(np.log(both["estimate"]), both[PARTS].sum(axis=1), atol=1e-6)


def test_the_trend_moves_the_estimates_so_that_their_equality_says_something(trained: Trained, made: World) -> None:
    """By 0.8 a year, over labels of about a month and more of age; the level makes up for most of it."""
    frames = []
    for share in (0.0, 1.0):
        estimates = of_share(trained, made, share).test_estimates
        assert estimates is not None
        frames.append(estimates.toPandas().set_index(["term", "estimated_on"])[ESTIMATE].sort_index())
    frozen, whole = frames
    assert float(np.log(whole / frozen).mean()) > 0.02


def known_by(model: VolumeModel, day: date) -> VolumeModel:
    """The model with the state that it had on an earlier day."""
    state = F.col("available_on") <= F.lit(day)
    sums, errors = model.residual_sums.where(state), model.error_days.where(state)
    return replace(model, known_through=day, residual_sums=sums, error_days=errors)


def test_labels_ten_times_as_high_change_no_bound_no_recent_error_and_no_smearing_before_they_are_known(
    trained: Trained, made: World, spark: SparkSession
) -> None:
    """Those of 1 July are known on 14 August with all of July."""
    model = of_share(trained, made, 0.0).model
    assert model is not None
    model = known_by(model, date(2023, 7, 15))
    moved = growing(spark, **{"2023-07-01": 10.0})
    before, known = date(2023, 8, 13), date(2023, 8, 14)
    both_days, one_day = (SearchOptions(score_from=before, score_through=day) for day in (known, before))
    said = ["ln_smearing", "ln_level", ESTIMATE, *BOUND_NAMES]
    frames: list[pd.DataFrame] = []
    for _, volumes, dates in (made, moved):
        found = score(model, made[0], volumes, dates, both_days).estimates
        frames.append(found.toPandas().set_index(["estimated_on", "term"]).sort_index())
    one, other = frames
    assert len(one.loc[before]) == 13
    assert one.loc[before, BOUND_NAMES].notna().all().all()
    pd.testing.assert_frame_equal(one.loc[before, said], other.loc[before, said], check_exact=True)
    us = one.loc[known].index[one.loc[known, "marketplace_code"] == "US"]
    width, wider = (np.log(f.loc[known].loc[us, "hi_80_search_count"] / f.loc[known].loc[us, ESTIMATE]) for f in frames)
    assert (wider > 1.05 * width).all()
    pd.testing.assert_series_equal(one.loc[known, "ln_smearing"], other.loc[known, "ln_smearing"], check_exact=True)
    errors = [
        {
            row["marketplace_code"]: row["measured_value"]
            for row in score(model, made[0], volumes, dates, one_day)
            .drift.where("measure_name = 'recent_error_ratio'")
            .collect()
        }
        for _, volumes, dates in (made, moved)
    ]
    assert errors[0].keys() == {"US", "JP"}
    assert errors[0] == errors[1]
