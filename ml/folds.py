"""Rolling origins: each fold is fitted on what was known on its origin and judged on the days after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ml.base import LN_BASE, fit_on_labels, trend_slopes, trend_years, with_base
from ml.features import DAYS_OF_YEAR
from ml.intervals import daily_errors, recent_errors, usual_error
from ml.known import ASKED_ON
from ml.labels import CELL
from ml.level_curve import MARKETPLACE, levels, residual_sums, with_level, with_residual
from ml.options import SearchOptions, Settings
from ml.progress import Tell, tell_nobody
from ml.smearing import fit_smearing_by, with_smearing

FOLD = ("fold_name", *MARKETPLACE)
LEVEL_LOOKBACK_DAYS = 540
TERMS_AT_LEAST = 5
SEASON = (10, 1)
OFF_SEASON = (4, 1)
HISTORY_DAYS = 365


@dataclass(frozen=True)
class Fold:
    """Judged on days after `origin_on` through `through_on`."""

    origin_on: date
    through_on: date

    @property
    def name(self) -> str:
        return self.origin_on.isoformat()


def rolling_folds(first_on: date, last_on: date, options: SearchOptions) -> tuple[Fold, ...]:
    """The origins of the options, or else the last two seasons (1 October) and the last off-season (1 April) that have
    a year of labels before them and all their days behind them; where there are none, up to three of equal distance
    over the second half of the labels."""
    length = timedelta(days=options.fold_days)
    if options.origins:
        return tuple(Fold(o, min(o + length, last_on)) for o in options.origins if first_on < o < last_on)
    years = range(last_on.year, first_on.year - 1, -1)

    def whole(month_day: tuple[int, int], most: int) -> list[date]:
        found = [date(year, *month_day) for year in years]
        fits = [o for o in found if o - timedelta(days=HISTORY_DAYS) >= first_on and o + length <= last_on]
        return fits[:most]

    origins = sorted({*whole(SEASON, 2), *whole(OFF_SEASON, 1)})
    if origins:
        return tuple(Fold(o, o + length) for o in origins)
    quarter = (last_on - first_on) / 4
    return tuple(
        Fold(o, min(o + length, last_on)) for o in (first_on + quarter * n for n in (2, 3)) if first_on < o < last_on
    )


def with_unseen(labelled: DataFrame, options: SearchOptions) -> DataFrame:
    """Add `is_unseen`: the fold's model sees no label of these terms. They are drawn by a hash of the term, in
    marketplaces with at least five labelled terms."""
    drawn = F.pmod(F.xxhash64("term", F.lit(options.seed)), F.lit(1000)) < int(options.unseen_terms_ratio * 1000)
    terms = labelled.groupBy(*MARKETPLACE).agg(F.count_distinct("term").alias("_term_count"))
    counted = labelled.join(F.broadcast(terms), list(MARKETPLACE))
    return counted.withColumn("is_unseen", drawn & (F.col("_term_count") >= TERMS_AT_LEAST)).drop("_term_count")


def sampled(training: DataFrame, at_most: int, seed: int) -> DataFrame:
    """At most about so many rows, whole labels, drawn by a hash of the label."""
    rows = training.count()
    if rows <= at_most:
        return training
    drawn = F.pmod(F.xxhash64(*CELL, "term", "period_start_on", F.lit(seed)), F.lit(1_000_000))
    return training.where(drawn < int(1_000_000 * at_most / rows))


def fold_rows(
    labelled: DataFrame,
    folds: Sequence[Fold],
    settings: Settings,
    options: SearchOptions,
    *,
    grains: Sequence[str],
    tell: Tell = tell_nobody,
) -> DataFrame:
    """The labelled days from 540 days before each origin through the fold's end, with `fold_name`, `is_test`,
    `residual`, and of the base fitted on what was known on the origin `ln_base` (whole trend) and `trend_slope` (its
    change per year)."""
    parts = []
    for fold in folds:
        tell(fold.name)
        parts.append(_fold(labelled, fold, settings, options, grains).localCheckpoint())
    return reduce(DataFrame.unionByName, parts)


def _fold(
    labelled: DataFrame, fold: Fold, settings: Settings, options: SearchOptions, grains: Sequence[str]
) -> DataFrame:
    known = labelled.where((F.col("available_on") <= F.lit(fold.origin_on)) & ~F.col("is_unseen"))
    training = sampled(known, options.fit_rows_at_most, options.seed)
    base = fit_on_labels(with_trend(training, fold.origin_on), settings, grains=grains)
    begins = fold.origin_on - timedelta(days=LEVEL_LOOKBACK_DAYS)
    shown = labelled.where(F.col("ranked_on").between(F.lit(begins), F.lit(fold.through_on)))
    based = with_residual(with_base(with_trend(shown, fold.origin_on), base), grains=grains)
    slopes = trend_slopes(base, labelled)
    slope = F.col("slope_at_rank_1") + F.ln("rank") * F.col("slope_by_ln_rank")
    sloped = based.join(F.broadcast(slopes), list(MARKETPLACE)).withColumn("trend_slope", slope)
    return sloped.drop("trend_years", *slopes.columns[1:]).withColumns(
        {
            "fold_name": F.lit(fold.name),
            "origin_on": F.lit(fold.origin_on),
            "is_test": F.col("ranked_on") > F.lit(fold.origin_on),
        }
    )


def with_trend(labelled: DataFrame, trend_ends_on: date) -> DataFrame:
    return labelled.withColumn("trend_years", trend_years(F.col("ranked_on"), trend_ends_on))


def fold_estimates(rows: DataFrame, folds: Sequence[Fold], settings: Settings, *, grains: Sequence[str]) -> DataFrame:
    """Estimates of the fold rows as they would have been made on their day, one row per label: `estimate` and
    `search_count` of its period and `error`, ln(search_count / estimate).

    The level of a day uses labels with `available_on` no later than it; smearing those known on the origin.
    """
    leveled = _leveled(rows, folds, settings)
    shift = -(1 - settings.trend_share_ratio) * F.col("label_age_days") / DAYS_OF_YEAR
    frozen = F.least(-F.datediff("ranked_on", "origin_on") / DAYS_OF_YEAR, F.lit(0.0))
    moved = F.col(LN_BASE) + F.col("trend_slope") * F.coalesce(shift, frozen) + F.col("ln_level")
    raw = per_label(leveled.withColumn("ln_estimate", moved), grains).localCheckpoint()
    factors = fit_smearing_by(raw.where(_was_known()), "fold_name")
    smeared = with_smearing(raw, factors, "fold_name")
    return (
        smeared.withColumn("estimate", F.col("estimate") * F.exp("ln_smearing"))
        .withColumn("error", F.ln(F.col("search_count") / F.col("estimate")))
        .drop("ln_smearing")
    )


def _leveled(rows: DataFrame, folds: Sequence[Fold], settings: Settings) -> DataFrame:
    if not settings.level:
        nothing = {"ln_level": F.lit(0.0), "label_age_days": F.lit(None).cast("double"), "label_count": F.lit(0.0)}
        return rows.withColumns(nothing)
    sums = residual_sums(rows.where(~F.col("is_unseen")), step=settings.level_step, by=FOLD)
    found = levels(sums, _asked(rows), settings, anchor=max(f.through_on for f in folds), by=FOLD)
    found = found.localCheckpoint()
    return with_level(rows, found, step=settings.level_step, by=FOLD)


def _asked(rows: DataFrame) -> DataFrame:
    return rows.select(*FOLD, F.col("ranked_on").alias(ASKED_ON)).distinct()


def per_label(estimated: DataFrame, grains: Sequence[str]) -> DataFrame:
    """One row per label: `search_count` and `estimate` of its period, `error`, and the period's typical `rank`."""
    kept = ["fold_name", *CELL, "term", "grain", "period_start_on", "is_unseen", "available_on"]
    if set(grains) <= {"daily"}:
        daily = estimated.withColumns(
            {
                "search_count": F.col("period_search_count"),
                "day_count": F.col("period_day_count"),
                "estimate": F.exp("ln_estimate"),
            }
        ).select(*kept, "ranked_on", "rank", "is_test", "event_tokens", "day_count", "search_count", "estimate")
        return daily.withColumn("error", F.ln(F.col("search_count") / F.col("estimate")))
    summed = estimated.groupBy(*kept).agg(
        F.min("ranked_on").alias("ranked_on"),
        F.round(F.exp(F.avg(F.ln("rank")))).cast("long").alias("rank"),
        F.min("is_test").alias("is_test"),
        F.array_distinct(F.flatten(F.collect_list("event_tokens"))).alias("event_tokens"),
        F.first("period_day_count").alias("day_count"),
        F.first("period_search_count").alias("search_count"),
        (F.avg(F.exp("ln_estimate")) * F.first("period_day_count")).alias("estimate"),
    )
    return summed.withColumn("error", F.ln(F.col("search_count") / F.col("estimate")))


def with_error_scale(estimates: DataFrame, *, usual: float, anchor: date) -> DataFrame:
    """Add `error_scale_ratio`: recent errors of the fold and marketplace, known on the day, over the usual one."""
    seen = estimates.where(~F.col("is_unseen"))
    found = recent_errors(daily_errors(seen, FOLD), _asked(estimates), usual_error=usual, anchor=anchor, by=FOLD)
    return estimates.join(F.broadcast(found.withColumnRenamed(ASKED_ON, "ranked_on")), [*FOLD, "ranked_on"], "left")


def usual_before(estimates: DataFrame, fold: Fold) -> float:
    """The usual error of what was known on a fold's origin."""
    return usual_error(estimates.where((F.col("fold_name") == fold.name) & _was_known()))


def _was_known() -> Column:
    """Whether the label was known on the fold's origin, by which it is named."""
    return F.col("available_on") <= F.to_date("fold_name")
