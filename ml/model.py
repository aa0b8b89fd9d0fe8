"""A trained search volume model, and what it says of a ranked term before intervals and order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

from pyspark.ml import PipelineModel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ml.along_rank import along_rank
from ml.base import LN_BASE, trend_years, with_base
from ml.drift import Reference
from ml.features import DAYS_OF_YEAR
from ml.intervals import Calibration
from ml.known import ASKED_ON
from ml.level_curve import MARKETPLACE, with_level
from ml.options import Settings
from ml.poisson import with_poisson
from ml.smearing import with_smearing

PARTS = (LN_BASE, "ln_level", "ln_smearing", "ln_poisson")


@dataclass(frozen=True)
class Support:
    """The ranks of the labels that a department of a marketplace was fitted on."""

    marketplace_code: str
    department_name: str
    lowest_rank: int
    highest_rank: int
    label_count: int


@dataclass(frozen=True)
class VolumeModel:
    """`base` is a stock pipeline; `residual_sums` and `error_days` are the state of the level curve and of the recent
    errors from labels known through `known_through`; the trend of the base ends on `trend_ends_on`."""

    settings: Settings
    base: PipelineModel
    trend_ends_on: date
    known_through: date
    residual_sums: DataFrame
    error_days: DataFrame
    smearing: tuple[float, ...]
    poisson: PipelineModel | None
    calibration: Calibration
    supports: tuple[Support, ...]
    references: dict[str, Reference]
    grains: tuple[str, ...]
    card: dict[str, Any]


def with_ln_estimate(
    ranked: DataFrame,
    levels: DataFrame,
    *,
    base: PipelineModel,
    settings: Settings,
    trend_ends_on: date,
    smearing: tuple[float, ...],
    poisson: PipelineModel | None,
    are_lists_long: bool = False,
) -> DataFrame:
    """Add `ln_base`, `ln_level`, `ln_smearing`, `ln_poisson` and their sum `ln_estimate`; also `label_age_days`,
    `label_count`.

    `ranked` has the rank and the event columns, `levels` a row per marketplace and `asked_on`. The trend goes on to
    the mean day of the labels behind the level, and from there for `trend_share_ratio` of their age; without labels
    it ends where it was fitted. The base of long lists is computed at its knots, which is the same and much quicker.
    `ln_poisson` is 0 where there is no Poisson stage.
    """
    leveled = with_level(ranked, levels, step=settings.level_step) if settings.level else _without_level(ranked)
    at_day = trend_years(F.col("ranked_on"), trend_ends_on)
    aged = at_day - F.lit(1 - settings.trend_share_ratio) * F.col("label_age_days") / DAYS_OF_YEAR
    dated = leveled.withColumn("trend_years", F.coalesce(aged, F.least(at_day, F.lit(0.0))))
    based = _with_base_along_rank(dated, base, settings) if are_lists_long else with_base(dated, base)
    parted = with_poisson(with_smearing(based, {(): smearing}), poisson)
    return parted.withColumn("ln_estimate", reduce(Column.__add__, map(F.col, PARTS)))


def _with_base_along_rank(dated: DataFrame, base: PipelineModel, settings: Settings) -> DataFrame:
    of_list = ("trend_years", "event_tokens", "event_ramps")
    return along_rank(dated, lambda at: with_base(at, base), LN_BASE, knots=settings.knot_ranks, of_list=of_list)


def _without_level(ranked: DataFrame) -> DataFrame:
    return ranked.withColumns(
        {"ln_level": F.lit(0.0), "label_age_days": F.lit(None).cast("double"), "label_count": F.lit(0.0)}
    )


def asked_days(ranked: DataFrame) -> DataFrame:
    """The marketplaces and days of the ranks, as the level curve is asked for them."""
    return ranked.select(*MARKETPLACE, F.col("ranked_on").alias(ASKED_ON)).distinct()
