"""The base stage: ln volume by ridge regression on the features of a ranked term."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from pyspark.ml import PipelineModel, Transformer
from pyspark.ml.feature import VarianceThresholdSelectorModel, VectorSlicer
from pyspark.ml.regression import LinearRegression
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ml import features
from ml.features import DAYS_OF_YEAR, LN_RANK_SCALE
from ml.options import Settings
from ml.periods import fit_on_periods
from ml.solved import fit_exactly

LN_BASE = "ln_base"
LN_SEARCHES = "ln_search_count"


def trend_years(day: Column, trend_ends_on: date | Column) -> Column:
    """Years of 365.25 days from the end of the trend, negative before it."""
    return F.datediff(day, F.lit(trend_ends_on)) / DAYS_OF_YEAR


def with_base(frame: DataFrame, model: PipelineModel) -> DataFrame:
    """Add `ln_base`, natural logarithm of searches per day before level and smearing; keep the frame's columns."""
    return model.transform(frame).select(*frame.columns, LN_BASE)


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
    """Fit on labelled days that have the columns of `features.INPUT`. `grains` are those of the labels: weekly and
    monthly ones are fitted as `fit_on_periods` says."""
    words = features.words_of(settings, features.event_rows(labelled))
    before = features.stages(settings, words)
    ln = F.ln(F.col("period_search_count") / F.col("period_day_count"))
    spread = labelled.agg(F.stddev_pop(ln)).first()
    days = PipelineModel(before).transform(labelled)
    regression = _regression(settings, "features", (spread[0] if spread else None) or 1.0)
    names = features.feature_names(settings, words)
    return PipelineModel([*before, *_fit(days, regression, names, settings, grains)])


def fit_on_features(
    labelled: DataFrame,
    settings: Settings,
    *,
    names: Sequence[str],
    at: Sequence[int],
    grains: Sequence[str],
    spread: float,
) -> PipelineModel:
    """`fit_on_labels` of rows that have `features`, of which those `names` that are of these settings lie `at` these
    places. Its model takes such rows as well."""
    some = VectorSlicer(inputCol="features", outputCol="kept_features", indices=list(at))
    regression = _regression(settings, "kept_features", spread)
    return PipelineModel([some, *_fit(some.transform(labelled), regression, names, settings, grains)])


def _fit(
    days: DataFrame, regression: LinearRegression, names: Sequence[str], settings: Settings, grains: Sequence[str]
) -> list[Transformer]:
    if not set(grains) <= {"daily"}:
        return fit_on_periods(days, regression, names, ridge=settings.ridge)
    daily = days.select(regression.getFeaturesCol(), F.ln("period_search_count").alias(LN_SEARCHES))
    return fit_exactly(regression, daily)


def trend_slopes(model: PipelineModel, names: Sequence[str], codes: Sequence[str]) -> dict[str, tuple[float, float]]:
    """By marketplace the trend's change of ln volume per year at rank 1, and its change per unit of ln(rank), read off
    the coefficients of the features `names`."""
    stages: list[Any] = model.stages
    selected = [stage.selectedFeatures for stage in stages if isinstance(stage, VarianceThresholdSelectorModel)]
    kept = [names[place] for place in selected[0]] if selected else names
    found = dict(zip(kept, map(float, stages[-1].coefficients), strict=True))
    slopes = {}
    for code in codes:
        by_scaled = found.get(f"trend_by_ln_rank of {code}", 0.0)
        slopes[code] = (found.get(f"trend_years of {code}", 0.0) - by_scaled, by_scaled / LN_RANK_SCALE)
    return slopes
