"""The base stage: ln volume by ridge regression on the features of a ranked term."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from pyspark.ml import PipelineModel
from pyspark.ml.regression import LinearRegression
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ml import features
from ml.features import DAYS_OF_YEAR
from ml.labels import split_by
from ml.options import Settings

PERIOD_REFITS = 2
LN_BASE = "ln_base"


def trend_years(day: Column, trend_ends_on: date) -> Column:
    """Years of 365.25 days from the end of the trend, negative before it."""
    return F.datediff(day, F.lit(trend_ends_on)) / DAYS_OF_YEAR


def with_base(frame: DataFrame, model: PipelineModel) -> DataFrame:
    """Add `ln_base`, natural logarithm of searches per day before level and smearing; keep the frame's columns."""
    return model.transform(frame).select(*frame.columns, LN_BASE)


def fit_base(training: DataFrame, settings: Settings) -> PipelineModel:
    """Fit on rows that have the columns of `features.INPUT` and `search_count`, searches of the day.

    Minimizes mean squared error / 2 + ridge * |coefficients|^2 / 2 over ln volume. Spark divides the penalty by the
    standard deviation of the label; it is multiplied by it here, so that `ridge` means the same for every label.
    """
    prepared = training.withColumn("ln_search_count", F.ln("search_count"))
    spread = prepared.agg(F.stddev_pop("ln_search_count")).first()
    deviation = (spread[0] if spread else None) or 1.0
    before = features.stages(settings, training)
    assembled = PipelineModel(before).transform(prepared).select("features", "ln_search_count")
    regression = LinearRegression(
        featuresCol="features",
        labelCol="ln_search_count",
        predictionCol=LN_BASE,
        solver="normal",
        standardization=False,
        regParam=settings.ridge * deviation,
    )
    return PipelineModel([*before, regression.fit(assembled)])


def fit_on_labels(labelled: DataFrame, settings: Settings, *, grains: Sequence[str]) -> PipelineModel:
    """Fit on labelled days; where there are weekly or monthly labels, divide them over their days as predicted,
    beginning with equal days, and fit again, twice.

    Weekday terms are dropped where no label is daily: a period has each weekday alike, so nothing tells them.
    """
    if set(grains) <= {"daily"}:
        return fit_base(labelled.withColumn("search_count", F.col("period_search_count")), settings)
    told = settings if "daily" in grains else settings.but(weekday_terms=False)
    model = fit_base(split_by(labelled, F.lit(1.0)), told)
    for _ in range(PERIOD_REFITS):
        model = fit_base(split_by(with_base(labelled, model), F.exp(LN_BASE)), told)
    return model


def trend_slopes(model: PipelineModel, marketplaces: DataFrame) -> DataFrame:
    """One row per marketplace: the trend's change of ln volume per year is `slope_at_rank_1` + ln(rank) x
    `slope_by_ln_rank`, read off the model at two ranks and two years."""
    far_rank = 1_000
    none = F.array().cast("array<string>")
    grid = (
        marketplaces.select("marketplace_code")
        .distinct()
        .select(
            "marketplace_code",
            F.lit("").alias("department_name"),
            F.explode(F.array(F.lit(1), F.lit(far_rank))).alias("rank"),
            F.to_date(F.lit("2024-01-01")).alias("ranked_on"),
            none.alias("event_tokens"),
            none.alias("event_ramps"),
        )
    )
    years = grid.select("*", F.explode(F.array(F.lit(0.0), F.lit(1.0))).alias("trend_years"))
    signed = F.col(LN_BASE) * (2 * F.col("trend_years") - 1)
    by_rank = with_base(years, model).groupBy("marketplace_code").pivot("rank", [1, far_rank]).agg(F.sum(signed))
    near, far = F.col("1"), F.col(str(far_rank))
    return by_rank.select(
        "marketplace_code", near.alias("slope_at_rank_1"), ((far - near) / math.log(far_rank)).alias("slope_by_ln_rank")
    )
