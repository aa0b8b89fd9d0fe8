"""The base stage: ln volume by ridge regression on the features of a ranked term."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from pyspark.ml import PipelineModel
from pyspark.ml.feature import VectorSlicer
from pyspark.ml.regression import LinearRegression
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ml import features
from ml.features import DAYS_OF_YEAR, LN_RANK_SCALE
from ml.labels import split_by
from ml.options import Settings

PERIOD_REFITS = 2
LN_BASE = "ln_base"
LN_SEARCHES = "ln_search_count"


def trend_years(day: Column, trend_ends_on: date | Column) -> Column:
    """Years of 365.25 days from the end of the trend, negative before it."""
    return F.datediff(day, F.lit(trend_ends_on)) / DAYS_OF_YEAR


def with_base(frame: DataFrame, model: PipelineModel) -> DataFrame:
    """Add `ln_base`, natural logarithm of searches per day before level and smearing; keep the frame's columns."""
    return model.transform(frame).select(*frame.columns, LN_BASE)


def fit_base(training: DataFrame, settings: Settings) -> PipelineModel:
    """Fit on rows that have the columns of `features.INPUT` and `search_count`, searches of the day."""
    before = features.stages(settings, features.words_of(settings, features.event_rows(training)))
    prepared = training.withColumn(LN_SEARCHES, F.ln("search_count"))
    spread = prepared.agg(F.stddev_pop(LN_SEARCHES)).first()
    assembled = PipelineModel(before).transform(prepared).select("features", LN_SEARCHES)
    regression = _regression(settings, "features", (spread[0] if spread else None) or 1.0)
    return PipelineModel([*before, regression.fit(assembled)])


def _regression(settings: Settings, name: str, spread: float) -> LinearRegression:
    """Minimizes mean squared error / 2 + ridge * |coefficients|^2 / 2 over ln volume. Spark divides the penalty by the
    standard deviation of the label, `spread`; it is multiplied by it here, so that `ridge` means the same for every
    label."""
    return LinearRegression(
        featuresCol=name,
        labelCol=LN_SEARCHES,
        predictionCol=LN_BASE,
        solver="normal",
        standardization=False,
        regParam=settings.ridge * spread,
    )


def fit_on_labels(labelled: DataFrame, settings: Settings, *, grains: Sequence[str]) -> PipelineModel:
    """Fit on labelled days; where there are weekly or monthly labels, divide them over their days as predicted,
    beginning with equal days, and fit again, twice.

    Weekday terms are dropped where no label is daily: a period has each weekday alike, so nothing tells them.
    """
    return _divided(labelled, lambda rows: fit_base(rows, told_by(settings, grains)), grains)


def fit_on_features(
    labelled: DataFrame, settings: Settings, *, kept: Sequence[int], grains: Sequence[str], spread: float
) -> PipelineModel:
    """`fit_on_labels` of rows that have `features`, of which those `kept` are of these settings. Its model takes such
    rows as well."""
    some = VectorSlicer(inputCol="features", outputCol="kept_features", indices=list(kept))

    def fit(rows: DataFrame) -> PipelineModel:
        assembled = some.transform(rows.withColumn(LN_SEARCHES, F.ln("search_count")))
        fitted = _regression(settings, "kept_features", spread).fit(assembled.select("kept_features", LN_SEARCHES))
        return PipelineModel([some, fitted])

    return _divided(labelled, fit, grains)


def _divided(labelled: DataFrame, fit: Callable[[DataFrame], PipelineModel], grains: Sequence[str]) -> PipelineModel:
    if set(grains) <= {"daily"}:
        return fit(labelled.withColumn("search_count", F.col("period_search_count")))
    model = fit(split_by(labelled, F.lit(1.0)))
    for _ in range(PERIOD_REFITS):
        model = fit(split_by(with_base(labelled, model), F.exp(LN_BASE)))
    return model


def told_by(settings: Settings, grains: Sequence[str]) -> Settings:
    """The settings whose terms labels of these grains can tell."""
    return settings if "daily" in grains else settings.but(weekday_terms=False)


def trend_slopes(model: PipelineModel, names: Sequence[str], codes: Sequence[str]) -> dict[str, tuple[float, float]]:
    """By marketplace the trend's change of ln volume per year at rank 1, and its change per unit of ln(rank), read off
    the coefficients of the features `names`."""
    fitted: Any = model.stages[-1]
    found = dict(zip(names, map(float, fitted.coefficients), strict=True))
    slopes = {}
    for code in codes:
        by_scaled = found.get(f"trend_by_ln_rank of {code}", 0.0)
        slopes[code] = (found.get(f"trend_years of {code}", 0.0) - by_scaled, by_scaled / LN_RANK_SCALE)
    return slopes
