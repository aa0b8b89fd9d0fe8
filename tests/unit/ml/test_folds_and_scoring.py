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
from ml.options import ModelOptions
from ml.scoring import BOUNDS, ESTIMATE, score
from ml.training import train
from tests.unit.ml.world import FIRST, SETTINGS, World, world

pytestmark = pytest.mark.proof

# Labels are told in the middle of the month after: those of May on 14 June, those of July on 14 August. They begin less
# than half a year before the origin, so that folds and model smear by the same days.
ORIGIN, LAST = date(2023, 6, 14), date(2023, 8, 20)
SHARE = 0.5
OPTIONS = ModelOptions(
    test_from=date(2023, 5, 14),
    origins=(date(2023, 3, 14),),
    fold_days=31,
    unseen_terms_ratio=0.0,
    bias_at_most_ratio=1.0,  # no Poisson stage
    settings=SETTINGS.but(trend_share_ratio=SHARE),
)
KEY = ["marketplace_code", "department_name", "term", "ranked_on"]
BOUND_NAMES = [f"{name}_search_count" for name in BOUNDS]


def growing(spark: SparkSession, **factors: float) -> World:
    """Searches that grow by e^0.8 a year, `factors` by ISO day besides. The age of what is known goes up and down."""
    days = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
    growth = {day: float(np.exp(0.8 * n / 365)) * factors.get(day.isoformat(), 1.0) for n, day in enumerate(days)}
    ranks, volumes, dates = world(spark, factors=growth)
    told = F.date_add(F.last_day("period_start_on"), 14)
    late = volumes.where(F.col("period_start_on") <= F.lit(LAST)).withColumn("available_on", told)
    return ranks.where(F.col("ranked_on") <= F.lit(LAST)).localCheckpoint(), late.localCheckpoint(), dates


@pytest.fixture(scope="module")
def made(spark: SparkSession) -> World:
    return growing(spark)


@pytest.fixture(scope="module")
def model(made: World) -> VolumeModel:
    """Of what was known on the origin."""
    ranks, volumes, dates = made
    found = train(ranks, volumes.where(F.col("available_on") <= F.lit(ORIGIN)), dates, OPTIONS).model
    assert found is not None
    assert (found.settings, found.known_through) == (OPTIONS.settings, ORIGIN)
    return found


@pytest.fixture(scope="module")
def both(model: VolumeModel, made: World) -> dict[float, pd.DataFrame]:
    """The fold's estimates and the parts of what is published, by share of the trend that goes on."""
    labelled = with_event_days(labelled_days(*made[:2], department_rule="best"), event_days(made[2]))
    days = with_unseen(labelled, OPTIONS, first_origin_on=ORIGIN).localCheckpoint()
    fold = Fold(ORIGIN, LAST)
    rows = fold_rows(fold_labels(days, [fold], model.settings, OPTIONS, grains=["daily"]), model.settings)
    scored = ModelOptions(score_from=ORIGIN + timedelta(1), score_through=LAST)
    found = {}
    for share in (0.0, SHARE, 1.0):
        settings = model.settings.but(trend_share_ratio=share)
        of_fold = fold_estimates(rows, [fold], settings, grains=["daily"]).where("is_test").toPandas()
        published = score(replace(model, settings=settings), *made, scored).estimates
        named = published.withColumnRenamed("estimated_on", "ranked_on").drop("rank").toPandas()
        merged = of_fold.merge(named[[*KEY, "ln_base", "ln_level", "ln_smearing"]], on=KEY)
        assert len(merged) == len(of_fold) == 13 * (LAST - ORIGIN).days
        found[share] = merged.sort_values(KEY, ignore_index=True)
    return found


def test_a_fold_estimates_as_a_model_of_what_was_known_on_its_origin(both: dict[float, pd.DataFrame]) -> None:
    rows = both[SHARE]
    np.testing.assert_allclose(
        np.log(rows["estimate"]), rows["ln_base"] + rows["ln_level"] + rows["ln_smearing"], atol=1e-6
    )


@pytest.mark.parametrize(
    "share",
    [
        pytest.param(0.0, id="the trend is frozen at the labels"),
        pytest.param(SHARE, id="the trend goes on for half of their age"),
        pytest.param(1.0, id="the trend goes on to the day"),
    ],
)
def test_the_trend_goes_on_in_folds_as_in_scoring(both: dict[float, pd.DataFrame], share: float) -> None:
    """What the fold's estimate has beside base and level is its smearing, which depends on the rank alone and is
    straight between the nodes at ln((rank + 2) / 3) = 0, 1, 2, ...: nothing is left that goes with the labels' age."""
    rows = both[share]
    smearing = (np.log(rows["estimate"]) - rows["ln_base"] - rows["ln_level"]).to_numpy(float)
    place = np.log((rows["rank"].to_numpy(float) + 2) / 3)
    hats = np.maximum(0.0, 1 - np.abs(place[:, None] - np.arange(np.ceil(place.max()) + 1)))
    found, *_ = np.linalg.lstsq(hats, smearing)
    np.testing.assert_allclose(hats @ found, smearing, atol=1e-6)
    assert np.abs(smearing).max() < 0.2


def test_the_share_of_the_trend_moves_estimates_the_more_the_older_the_labels_are(
    both: dict[float, pd.DataFrame],
) -> None:
    """On 13 July the newest label is of May, on 14 July of June: by 0.8 a year the trend over the age makes 3 % and
    more, and a month of it 6 %."""
    whole, frozen = (np.log(both[share]["estimate"]) for share in (1.0, 0.0))
    moved = (whole - frozen).groupby(both[0.0]["ranked_on"]).mean()
    assert moved[date(2023, 7, 13)] > 0.03
    assert moved[date(2023, 7, 13)] - moved[date(2023, 7, 14)] > 0.02


def test_labels_ten_times_as_high_change_no_bound_no_recent_error_and_no_smearing_before_they_are_known(
    model: VolumeModel, made: World, spark: SparkSession
) -> None:
    """Those of 1 July are known on 14 August with all of July."""
    moved = growing(spark, **{"2023-07-01": 10.0})
    before, known = date(2023, 8, 13), date(2023, 8, 14)
    both_days, one_day = (ModelOptions(score_from=before, score_through=day) for day in (known, before))
    said = ["ln_smearing", "ln_level", ESTIMATE, *BOUND_NAMES]
    frames: list[pd.DataFrame] = []
    errors: list[dict[str, float]] = []
    for _, volumes, dates in (made, moved):
        found = score(model, made[0], volumes, dates, both_days).estimates
        frames.append(found.toPandas().set_index(["estimated_on", "term"]).sort_index())
        drift = score(model, made[0], volumes, dates, one_day).drift.where("measure_name = 'recent_error_ratio'")
        errors.append({row["marketplace_code"]: row["measured_value"] for row in drift.collect()})
    one, other = frames
    assert len(one.loc[before]) == 13
    assert one.loc[before, BOUND_NAMES].notna().all().all()
    # Sums that are made in another order differ in the last bit.
    pd.testing.assert_frame_equal(one.loc[before, said], other.loc[before, said], rtol=1e-9)
    assert errors[0].keys() == {"US", "JP"}
    assert errors[0] == pytest.approx(errors[1], rel=1e-9)
    # On the day on which they are known they widen the bounds, and smearing stays what it was at the training.
    width, wider = (np.log(f.loc[known, "hi_80_search_count"] / f.loc[known, ESTIMATE]) for f in frames)
    assert (wider > 1.05 * width).all()
    pd.testing.assert_series_equal(one.loc[known, "ln_smearing"], other.loc[known, "ln_smearing"], rtol=1e-9)
