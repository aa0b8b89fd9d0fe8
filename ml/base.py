"""The base stage: ln volume by ridge regression on the features of a ranked term."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from pyspark.ml import PipelineModel
from pyspark.ml.regression import LinearRegression
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ml import features
from ml.features import DAYS_OF_YEAR, LN_RANK_SCALE, Words
from ml.labels import split_by
from ml.options import Settings

PERIOD_REFITS = 2
LN_BASE = "ln_base"


def trend_years(day: Column, trend_ends_on: date | Column) -> Column:
    """Years of 365.25 days from the end of the trend, negative before it."""
    return F.datediff(day, F.lit(trend_ends_on)) / DAYS_OF_YEAR


def with_base(frame: DataFrame, model: PipelineModel) -> DataFrame:
    """Add `ln_base`, natural logarithm of searches per day before level and smearing; keep the frame's columns."""
    return model.transform(frame).select(*frame.columns, LN_BASE)


def fit_base(
    training: DataFrame, settings: Settings, *, words: Words | None = None, spread: float | None = None
) -> PipelineModel:
    """Fit on rows that have the columns of `features.INPUT` and `search_count`, searches of the day.

    Minimizes mean squared error / 2 + ridge * |coefficients|^2 / 2 over ln volume. Spark divides the penalty by the
    standard deviation of the label; it is multiplied by it here, so that `ridge` means the same for every label.
    `words`, the tokens that count, and `spread`, that standard deviation, are taken from the rows where not given.
    """
    prepared = training.withColumn("ln_search_count", F.ln("search_count"))
    if spread is None:
        row = prepared.agg(F.stddev_pop("ln_search_count")).first()
        spread = row[0] if row else None
    before = features.stages(settings, words or features.words_of(settings, features.event_rows(training)))
    assembled = PipelineModel(before).transform(prepared).select("features", "ln_search_count")
    regression = LinearRegression(
        featuresCol="features",
        labelCol="ln_search_count",
        predictionCol=LN_BASE,
        solver="normal",
        standardization=False,
        regParam=settings.ridge * (spread or 1.0),
    )
    return PipelineModel([*before, regression.fit(assembled)])


def fit_on_labels(
    labelled: DataFrame,
    settings: Settings,
    *,
    grains: Sequence[str],
    words: Words | None = None,
    spread: float | None = None,
) -> PipelineModel:
    """Fit on labelled days; where there are weekly or monthly labels, divide them over their days as predicted,
    beginning with equal days, and fit again, twice.

    Weekday terms are dropped where no label is daily: a period has each weekday alike, so nothing tells them.
    """
    if set(grains) <= {"daily"}:
        daily = labelled.withColumn("search_count", F.col("period_search_count"))
        return fit_base(daily, settings, words=words, spread=spread)
    told = told_by(settings, grains)
    model = fit_base(split_by(labelled, F.lit(1.0)), told, words=words, spread=spread)
    for _ in range(PERIOD_REFITS):
        divided = split_by(with_base(labelled, model), F.exp(LN_BASE))
        model = fit_base(divided, told, words=words, spread=spread)
    return model


def told_by(settings: Settings, grains: Sequence[str]) -> Settings:
    """The settings whose terms labels of these grains can tell."""
    return settings if "daily" in grains else settings.but(weekday_terms=False)


def trend_slopes(model: PipelineModel) -> dict[str, tuple[float, float]]:
    """By marketplace the trend's change of ln volume per year at rank 1, and its change per unit of ln(rank), read off
    the coefficients: they are those of the last features, by marketplace and within one as they were assembled."""
    fitted: Any = model.stages[-1]
    coefficients = [float(value) for value in fitted.coefficients]
    codes = _stage(model, "marketplace_tokens_counted").vocabulary
    names = _stage(model, "by_marketplace").getInputCols()
    if "trend_years" not in names:
        return {}
    first = len(coefficients) - len(codes) * len(names)
    found = {}
    for n, code in enumerate(codes):
        own = dict(zip(names, coefficients[first + n * len(names) :], strict=False))
        by_scaled = own["trend_by_ln_rank"]
        found[code] = (own["trend_years"] - by_scaled, by_scaled / LN_RANK_SCALE)
    return found


def _stage(model: PipelineModel, output: str) -> Any:
    stages: Sequence[Any] = model.stages
    return next(s for s in stages if s.hasParam("outputCol") and s.getOutputCol() == output)
