"""Ranks to volumes, with intervals."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from ml.base import trend_years, with_base
from ml.event_days import event_days, with_event_days
from ml.intervals import daily_errors, recent_errors, with_bounds
from ml.known import ASKED_ON
from ml.labels import CELL, labelled_days
from ml.level_curve import MARKETPLACE, levels, residual_sums, with_residual
from ml.model import VolumeModel, asked_days, with_ln_estimate
from ml.options import SearchOptions
from ml.order import with_order

ESTIMATE = "estimated_search_count"
BOUNDS = ("lo_80", "hi_80", "lo_95", "hi_95")
KEY = (*CELL, "term", "estimated_on")
PARTS = ("ln_base", "ln_level", "ln_smearing")


def score(
    model: VolumeModel,
    ranks: DataFrame,
    volumes: DataFrame,
    special_dates: DataFrame,
    options: SearchOptions | None = None,
    *,
    widen_ratio: float = 1.0,
) -> DataFrame:
    """One row per ranked term and day within `score_from` and `score_through`: `rank`, `is_tied`,
    `estimated_search_count` and its bounds `lo_80_search_count`, ... (searches per day), `basis`, `is_extrapolated`,
    and the stages' parts in ln searches per day, of the estimate before order.

    An estimate of a day uses labels with `available_on` no later than that day, so that a day scored again, or later,
    is the same. `volumes` may be the whole table: labels that the model knew already are not read again.
    """
    options = options or SearchOptions()
    days = event_days(special_dates)
    ranked = _within(ranks.select(*CELL, "term", "ranked_on", "rank"), options)
    prepared = with_basis(with_event_days(ranked, days), model)
    refused = prepared.where("basis = 'refused'")
    asked = asked_days(ranked).persist()
    anchor = _last_day(asked)
    if anchor is None:
        return _published(_refused(prepared))
    sums, errors = state_through(model, ranks, volumes, days, options, anchor)
    found = levels(sums, asked, model.settings, anchor=anchor)
    estimated = with_ln_estimate(
        prepared.where("basis != 'refused'"),
        found,
        base=model.base,
        settings=model.settings,
        trend_ends_on=model.trend_ends_on,
        smearing=model.smearing,
    )
    scaled = _with_scale(estimated, recent_errors(errors, asked, usual_error=model.calibration.usual_error, anchor=anchor))
    meant = scaled.withColumn(ESTIMATE, F.exp("ln_estimate"))
    bounded = with_bounds(meant, model.calibration, mean=ESTIMATE, widen=F.lit(widen_ratio))
    narrow = bounded.select(*CELL, "term", "ranked_on", "rank", "basis", "is_extrapolated", *PARTS, ESTIMATE, *BOUNDS)
    return _published(with_order(narrow, [ESTIMATE, *BOUNDS]).unionByName(_refused(refused)))


def _within(ranks: DataFrame, options: SearchOptions) -> DataFrame:
    first, last = options.score_from, options.score_through
    kept = ranks.where(F.col("ranked_on") >= F.lit(first)) if first else ranks
    return kept.where(F.col("ranked_on") <= F.lit(last)) if last else kept


def _last_day(asked: DataFrame) -> date | None:
    row = asked.agg(F.max(ASKED_ON)).first()
    return row[0] if row else None


def _with_scale(estimated: DataFrame, recent: DataFrame) -> DataFrame:
    scale = F.broadcast(recent.withColumnRenamed(ASKED_ON, "ranked_on"))
    return estimated.join(scale, [*MARKETPLACE, "ranked_on"], "left").withColumn(
        "error_scale_ratio", F.coalesce("error_scale_ratio", F.lit(1.0))
    )


def with_basis(ranked: DataFrame, model: VolumeModel) -> DataFrame:
    """Add `basis` and `is_extrapolated`.

    `direct`: labels of the department were fitted. `department_pooled`: only of others of the marketplace, whose curve
    stands for it. `refused`: none of the marketplace. Extrapolated are ranks outside those of the fitted labels, of
    the department where it has any, else of the marketplace.
    """
    known: dict[str, dict[str, tuple[int, int]]] = {}
    for s in model.supports:
        known.setdefault(s.marketplace_code, {})[s.department_name] = (s.lowest_rank, s.highest_rank)
    basis, outside = F.lit("refused"), F.lit(None).cast("boolean")
    rank = F.col("rank")
    for code, departments in known.items():
        here = F.col("marketplace_code") == code
        lowest, highest = min(d[0] for d in departments.values()), max(d[1] for d in departments.values())
        of_basis: Column = F.lit("department_pooled")
        of_range: Column = ~rank.between(lowest, highest)
        for name, (low, high) in departments.items():
            in_department = F.col("department_name") == name
            of_basis = F.when(in_department, "direct").otherwise(of_basis)
            of_range = F.when(in_department, ~rank.between(low, high)).otherwise(of_range)
        basis, outside = F.when(here, of_basis).otherwise(basis), F.when(here, of_range).otherwise(outside)
    return ranked.withColumns({"basis": basis, "is_extrapolated": outside})


def _refused(refused: DataFrame) -> DataFrame:
    """Rows of an unseen marketplace: no estimate."""
    empty = {name: F.lit(None).cast("double") for name in (*PARTS, ESTIMATE, *BOUNDS)}
    kept = refused.withColumns(empty)
    return kept.select(*CELL, "term", "ranked_on", "rank", "basis", "is_extrapolated", *PARTS, ESTIMATE, *BOUNDS)


def _published(estimates: DataFrame) -> DataFrame:
    tied = F.count(F.lit(1)).over(Window.partitionBy(*CELL, "ranked_on", "rank")) > 1
    return estimates.withColumn("is_tied", tied).select(
        *CELL,
        "term",
        F.col("ranked_on").alias("estimated_on"),
        "rank",
        "is_tied",
        ESTIMATE,
        *(F.col(name).alias(f"{name}_search_count") for name in BOUNDS),
        "basis",
        "is_extrapolated",
        *PARTS,
    )


def state_through(
    model: VolumeModel, ranks: DataFrame, volumes: DataFrame, days: DataFrame, options: SearchOptions, last: date
) -> tuple[DataFrame, DataFrame]:
    """The residual sums and daily errors of the model, and of the labels that came after it, known by `last`."""
    new = volumes.where((F.col("available_on") > F.lit(model.known_through)) & (F.col("available_on") <= F.lit(last)))
    labelled = with_event_days(labelled_days(ranks, new, department_rule=options.department_rule), days)
    sums, errors = label_errors(model, labelled)
    return model.residual_sums.unionByName(sums), model.error_days.unionByName(daily_errors(errors))


def label_errors(model: VolumeModel, labelled: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Residual sums of labelled days, and the days with `error`, ln of their label's searches over the estimate.

    The level behind an estimate is of the model's sums and of these labels, each from the day on which it was known.
    """
    dated = labelled.withColumn("trend_years", trend_years(F.col("ranked_on"), model.trend_ends_on))
    residuals = with_residual(with_base(dated, model.base), grains=model.grains)
    sums = residual_sums(residuals, step=model.settings.level_step)
    found = levels(
        model.residual_sums.unionByName(sums), asked_days(labelled), model.settings, anchor=model.known_through
    )
    estimated = with_ln_estimate(
        residuals.withColumnRenamed("ln_base", "_ln_base").drop("trend_years"),
        found,
        base=model.base,
        settings=model.settings,
        trend_ends_on=model.trend_ends_on,
        smearing=model.smearing,
    )
    error = F.col("residual") - (F.col("ln_estimate") - F.col("_ln_base"))
    return sums, estimated.withColumn("error", error)
