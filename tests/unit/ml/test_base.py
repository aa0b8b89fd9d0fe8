"""The base stage against scikit-learn on features made by numpy."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ml.base import fit_on_labels, trend_slopes, with_base
from ml.event_days import event_days, with_event_days
from ml.features import event_rows, feature_names, words_of
from ml.folds import with_trend
from ml.options import Settings
from tests.unit.ml.frames import special_dates

linear_model = pytest.importorskip("sklearn.linear_model")
FIRST = date(2024, 1, 1)
SETTINGS = Settings(knot_ranks=(10, 100), yearly_terms=1, ridge=1e-4)


@pytest.fixture(scope="module")
def training(spark: SparkSession) -> DataFrame:
    rng = np.random.default_rng(2)
    rows = []
    for n in range(400):
        code, department = ("US", "UK")[n % 2], ("all", "toys")[n // 2 % 2]
        rank, day = int(rng.integers(1, 2_000)), FIRST + timedelta(int(rng.integers(0, 60)))
        rows.append((code, department, f"t{n}", day, rank, float(np.exp(rng.normal(8 - np.log(rank), 0.1)))))
    schema = (
        "marketplace_code string, department_name string, term string, ranked_on date, rank long, search_count double"
    )
    dates = special_dates(spark, {"event_name": "e", "event_on": FIRST + timedelta(20)})
    labelled = with_event_days(spark.createDataFrame(rows, schema), event_days(dates))
    counted = labelled.withColumns({"period_search_count": F.col("search_count"), "period_day_count": F.lit(1)})
    return with_trend(counted, FIRST + timedelta(60)).localCheckpoint()


def test_predictions_are_those_of_scikit_learn(training: DataFrame) -> None:
    rows = training.toPandas()
    features = _features(rows)
    y = np.log(rows["search_count"])
    twin = linear_model.Ridge(alpha=SETTINGS.ridge * len(y)).fit(features, y)
    model = fit_on_labels(training, SETTINGS, grains=["daily"])
    found = with_base(training, model).toPandas()["ln_base"]
    np.testing.assert_allclose(found, twin.predict(features), atol=1e-6)
    names = feature_names(SETTINGS, words_of(SETTINGS, event_rows(training)))
    slopes = pd.DataFrame(trend_slopes(model, names, ["UK", "US"]), index=["at_rank_1", "by_ln_rank"]).T
    later = _features(rows.assign(trend_years=rows["trend_years"] + 1))
    by_row = slopes.loc[rows["marketplace_code"]]
    expected = by_row["at_rank_1"].to_numpy() + np.log(rows["rank"]) * by_row["by_ln_rank"].to_numpy()
    np.testing.assert_allclose(expected, twin.predict(later) - twin.predict(features), atol=1e-6)


def _features(rows: pd.DataFrame) -> np.ndarray:
    """As docs/search-model.md states them."""
    x = np.log(rows["rank"].to_numpy())
    scaled = x / 5 - 1
    hinges = np.column_stack([np.maximum(x - np.log(k), 0) / 5 for k in (10, 100)])
    day = pd.to_datetime(rows["ranked_on"])
    angle = 2 * np.pi * day.dt.dayofyear.to_numpy() / 365.25
    years = rows["trend_years"].to_numpy()
    cell = rows["marketplace_code"] + " " + rows["department_name"]
    weekday = cell + " " + day.dt.dayofweek.astype(str)
    of_market = pd.get_dummies(rows["marketplace_code"]).to_numpy(float)
    of_cell = pd.get_dummies(cell).to_numpy(float)
    events = rows["event_tokens"].map(lambda tokens: tokens[0] if len(tokens) else "")
    of_event = pd.get_dummies(events).drop(columns="").to_numpy(float)
    of_event_cell = pd.get_dummies((events + " " + rows["department_name"]).where(events != "")).to_numpy(float)
    shared, apart = 10.0 * np.column_stack([of_market, of_event]), [of_cell]
    slopes = np.column_stack([shared, *apart]) * scaled[:, None]
    dated = np.column_stack([hinges, years, years * scaled, np.sin(angle), np.cos(angle)])
    by_market = np.column_stack([of_market[:, [m]] * dated for m in range(of_market.shape[1])])
    constant = np.column_stack([shared, *apart, pd.get_dummies(weekday).to_numpy(float), of_event_cell])
    return np.column_stack([scaled, hinges, constant, slopes, by_market])


@pytest.mark.every_engine
def test_a_saved_pipeline_loads_without_code_of_ours_and_scores_equal(training: DataFrame, tmp_path: object) -> None:
    model = fit_on_labels(training, SETTINGS, grains=["daily"])
    model.write().overwrite().save(f"{tmp_path}/base")
    loaded = PipelineModel.load(f"{tmp_path}/base")
    assert {type(stage).__module__.split(".")[0] for stage in loaded.stages} == {"pyspark"}
    before, after = (with_base(training, m).toPandas()["ln_base"] for m in (model, loaded))
    np.testing.assert_allclose(before, after, rtol=0, atol=0)


def test_an_unseen_department_and_event_leave_the_marketplaces_curve(training: DataFrame) -> None:
    model = fit_on_labels(training, SETTINGS, grains=["daily"])
    seen = training.limit(1).withColumnsRenamed({})
    unseen = seen.replace({"all": "garden", "toys": "garden"}, subset=["department_name"])
    found = with_base(unseen, model).collect()[0]["ln_base"]
    assert np.isfinite(found)
    assert found != with_base(seen, model).collect()[0]["ln_base"]


def test_a_department_without_labels_has_the_mean_of_its_marketplaces_departments(spark: SparkSession) -> None:
    """Two marketplaces of different scale and slope, and departments apart by up to 2 in ln: what the others share is
    the marketplace's, not theirs."""
    scales, apart = {"US": (14.0, 1.0), "JP": (12.0, 1.08)}, {"all": 0.0, "beauty": -1.4, "toys": -1.7}
    rows = [
        (code, department, FIRST + timedelta(n), rank, float(np.exp(scale - slope * np.log(rank) + shift)))
        for code, (scale, slope) in scales.items()
        for department, shift in apart.items()
        for n in range(28)
        for rank in (1, 5, 30, 200, 1_500)
    ]
    schema = "marketplace_code string, department_name string, ranked_on date, rank long, period_search_count double"
    tokens = F.array().cast("array<string>")
    added = {"period_day_count": F.lit(1), "trend_years": F.lit(0.0), "event_tokens": tokens, "event_ramps": tokens}
    days = spark.createDataFrame(rows, schema).withColumns(added)
    model = fit_on_labels(days, SETTINGS.but(ridge=1e-6), grains=["daily"])
    asked = days.where("department_name = 'all' AND ranked_on = DATE'2024-01-03'")
    found = with_base(asked.withColumn("department_name", F.lit("garden")), model).collect()
    mean = float(np.mean(list(apart.values())))
    expected = {
        (code, rank): scale - slope * np.log(rank) + mean
        for code, (scale, slope) in scales.items()
        for rank in (1, 5, 30, 200, 1_500)
    }
    assert {(row["marketplace_code"], row["rank"]): row["ln_base"] for row in found} == pytest.approx(
        expected, abs=0.05
    )
