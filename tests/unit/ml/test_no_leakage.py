"""What was not known on a day changes nothing that is said of it, in the folds either."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from ml.event_days import event_days, with_event_days
from ml.folds import Fold, fold_estimates, fold_labels, fold_rows, with_unseen
from ml.labels import labelled_days
from tests.unit.ml.world import OPTIONS, SETTINGS, world

ORIGIN = date(2023, 10, 1)
FOLD = Fold(ORIGIN, ORIGIN + timedelta(60))
KEY = ["marketplace_code", "department_name", "term", "ranked_on"]


def estimates(spark: SparkSession, **said: object) -> pd.DataFrame:
    ranks, volumes, dates = world(spark, **said)  # type: ignore[arg-type]
    labelled: DataFrame = labelled_days(ranks, volumes, department_rule="best")
    days = with_unseen(with_event_days(labelled, event_days(dates)), OPTIONS, first_origin_on=ORIGIN).localCheckpoint()
    rows = fold_rows(fold_labels(days, [FOLD], SETTINGS, OPTIONS, grains=["daily"]), SETTINGS)
    found = fold_estimates(rows, [FOLD], SETTINGS, grains=["daily"]).where("is_test").toPandas()
    return found.sort_values(KEY, ignore_index=True)


@pytest.fixture(scope="module")
def before(spark: SparkSession) -> pd.DataFrame:
    return estimates(spark)


@pytest.mark.proof
@pytest.mark.parametrize(
    "label_on",
    [
        pytest.param(ORIGIN - timedelta(10), id="a label from before the origin that is known after it"),
        pytest.param(ORIGIN + timedelta(20), id="a label of a day that is judged"),
    ],
)
def test_in_a_fold_a_label_changes_no_estimate_before_it_is_known(
    spark: SparkSession, before: pd.DataFrame, label_on: date
) -> None:
    after = estimates(spark, factors={label_on: 5.0})
    known_on = label_on + timedelta(14)
    earlier, later = before["ranked_on"] < known_on, before["ranked_on"] >= known_on
    assert earlier.sum() > 12
    pd.testing.assert_frame_equal(
        before.loc[earlier, [*KEY, "estimate"]], after.loc[earlier, [*KEY, "estimate"]], rtol=1e-9
    )
    on_it = before["ranked_on"] == known_on
    assert (after.loc[on_it & later, "estimate"] > 1.001 * before.loc[on_it & later, "estimate"]).all()
