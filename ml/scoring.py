"""Ranks to volumes, with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ml.base import trend_years, with_base
from ml.drift import drift_rows, list_lengths, newest_labels, rank_shares, recent_coverage, with_day_measures
from ml.event_days import event_days, with_event_days
from ml.intervals import daily_errors, recent_errors, with_bounds
from ml.known import ASKED_ON
from ml.labels import CELL, label_terms, labelled_days
from ml.level_curve import MARKETPLACE, levels, residual_sums, with_residual
from ml.model import PARTS, VolumeModel, asked_days, with_ln_estimate
from ml.options import ModelOptions
from ml.order import with_order
from ml.sums import SPREADS, day_spreads
from schemas.search import SEARCH_VOLUME_DRIFT, SEARCH_VOLUME_ESTIMATES

ESTIMATE = "estimated_search_count"
BELOW, ABOVE = ("lo_80", "lo_95"), ("hi_80", "hi_95")
BOUNDS = (*BELOW, *ABOVE)


@dataclass(frozen=True)
class Scored:
    """`estimates` as `search_volume_estimates`, `drift` as `search_volume_drift`, and the `spreads` of
    `sums.summarise_totals`, which sums the estimates once they are written."""

    estimates: DataFrame
    drift: DataFrame
    spreads: DataFrame


def score(
    model: VolumeModel,
    ranks: DataFrame,
    volumes: DataFrame,
    special_dates: DataFrame,
    options: ModelOptions | None = None,
) -> Scored:
    """One row per ranked term and day within `score_from` and `score_through`, and how far the last day has drifted.

    An estimate of a day uses labels with `available_on` no later than that day, so that a day scored again, or later,
    is the same. `volumes` may be the whole table: labels that the model knew already are not read again. A label that
    was known by the model's `known_through` and came or changed after the training counts from the next training on.
    """
    options = options or ModelOptions()
    events = event_days(special_dates)
    ranked = _within(ranks.select(*CELL, "term", "ranked_on", "rank"), options)
    prepared = with_basis(with_event_days(ranked, events), model)
    asked = asked_days(ranked).localCheckpoint()
    last = _last_day(asked)
    if last is None:
        nothing = asked.sparkSession.createDataFrame([], SEARCH_VOLUME_DRIFT.struct)
        no_day = asked.sparkSession.createDataFrame([], SPREADS)
        return Scored(_published(_in_order(_refused(prepared)), model), nothing, no_day)
    labelled = _new_labels(model, ranks, volumes, events, options, last)
    sums, errors = (frame.localCheckpoint() for frame in label_errors(model, labelled))
    days = _days(model, sums, errors, asked, last).localCheckpoint()
    estimates = _published(_estimated(prepared, days, model), model)
    known = label_terms(volumes.where(F.col("available_on") <= F.lit(last)))
    shares = rank_shares(ranks, known, last, department_rule=options.department_rule)
    drift = _drift(model, ranks, labelled, errors, days, last, shares)
    return Scored(estimates, drift, day_spreads(days, model.calibration))


def _new_labels(
    model: VolumeModel, ranks: DataFrame, volumes: DataFrame, events: DataFrame, options: ModelOptions, last: date
) -> DataFrame:
    """The labelled days that came after the model and are known by the last day."""
    new = volumes.where((F.col("available_on") > F.lit(model.known_through)) & (F.col("available_on") <= F.lit(last)))
    return with_event_days(labelled_days(ranks, new, department_rule=options.department_rule), events).localCheckpoint()


def _days(model: VolumeModel, sums: DataFrame, errors: DataFrame, asked: DataFrame, last: date) -> DataFrame:
    """What is the same for all terms of a marketplace and day: level, recent error, and measures of drift."""
    all_sums = model.residual_sums.unionByName(sums)
    all_errors = model.error_days.unionByName(daily_errors(errors, share=share_of_period()))
    recent = recent_errors(all_errors, asked, usual_error=model.calibration.usual_error, anchor=last)
    key = [*MARKETPLACE, ASKED_ON]
    found = levels(all_sums, asked, model.settings, anchor=last).withColumnRenamed("label_age_days", "mean_age_days")
    joined = found.join(recent, key).join(newest_labels(all_sums, asked), key)
    return with_day_measures(joined, model.references)


def _estimated(prepared: DataFrame, days: DataFrame, model: VolumeModel) -> DataFrame:
    """Mean and bounds of the rows that are not refused, in order; the refused ones without a number."""
    of_day = days.select(
        *MARKETPLACE, F.col(ASKED_ON).alias("ranked_on"), "error_scale_ratio", "widen_ratio", "is_stopped"
    )
    joined = prepared.join(F.broadcast(of_day), [*MARKETPLACE, "ranked_on"], "left")
    judged = joined.withColumn("basis", F.when(F.col("is_stopped"), "refused").otherwise(F.col("basis")))
    level_days = days.withColumnRenamed("mean_age_days", "label_mean_age_days")
    estimated = with_ln_estimate(
        judged.where("basis != 'refused'"),
        level_days.select(*MARKETPLACE, ASKED_ON, "level_values", F.col("label_mean_age_days").alias("label_age_days")),
        base=model.base,
        settings=model.settings,
        trend_ends_on=model.trend_ends_on,
        smearing=model.smearing,
        poisson=model.poisson,
        are_lists_long=True,
    )
    meant = estimated.withColumn(ESTIMATE, F.exp("ln_estimate"))
    bounded = with_bounds(meant, model.calibration, mean=ESTIMATE, widen=F.col("widen_ratio"))
    narrow = bounded.select(*CELL, "term", "ranked_on", "rank", "basis", "is_extrapolated", *PARTS, ESTIMATE, *BOUNDS)
    return _in_order(narrow.unionByName(_refused(judged.where("basis = 'refused'"))))


def _in_order(estimates: DataFrame) -> DataFrame:
    return with_order(estimates, [ESTIMATE, *BOUNDS], below=BELOW, above=ABOVE)


def _drift(
    model: VolumeModel,
    ranks: DataFrame,
    labelled: DataFrame,
    errors: DataFrame,
    days: DataFrame,
    last: date,
    shares: Mapping[str, tuple[float, ...]],
) -> DataFrame:
    scale = days.select(*MARKETPLACE, F.col(ASKED_ON).alias("ranked_on"), "error_scale_ratio")
    scaled = errors.join(F.broadcast(scale), [*MARKETPLACE, "ranked_on"])
    newest = labelled.agg(F.max("ranked_on")).first()
    through = newest[0] if newest and newest[0] else last
    return drift_rows(
        days,
        last,
        model.references,
        shares=shares,
        lengths=list_lengths(ranks, last),
        coverage=recent_coverage(scaled, model.calibration, through),
    )


def _within(ranks: DataFrame, options: ModelOptions) -> DataFrame:
    first, last = options.score_from, options.score_through
    kept = ranks.where(F.col("ranked_on") >= F.lit(first)) if first else ranks
    return kept.where(F.col("ranked_on") <= F.lit(last)) if last else kept


def _last_day(asked: DataFrame) -> date | None:
    row = asked.agg(F.max(ASKED_ON)).first()
    return row[0] if row else None


def with_basis(ranked: DataFrame, model: VolumeModel) -> DataFrame:
    """Add `basis` and `is_extrapolated`.

    `direct`: labels of the department were fitted. `department_pooled`: only of others of the marketplace, whose curve
    stands for it. `refused`: none of the marketplace. Extrapolated are ranks outside those of the fitted labels, of
    the department where it has any, else of the marketplace.
    """
    schema = "marketplace_code string, department_name string, _low long, _high long"
    rows = [(s.marketplace_code, s.department_name, s.lowest_rank, s.highest_rank) for s in model.supports]
    departments = ranked.sparkSession.createDataFrame(rows, schema)
    marketplaces = departments.groupBy(*MARKETPLACE).agg(
        F.min("_low").alias("_lowest"), F.max("_high").alias("_highest")
    )
    joined = ranked.join(F.broadcast(departments), list(CELL), "left").join(
        F.broadcast(marketplaces), list(MARKETPLACE), "left"
    )
    pooled = F.when(F.col("_low").isNull(), "department_pooled").otherwise("direct")
    basis = F.when(F.col("_lowest").isNull(), "refused").otherwise(pooled)
    outside = ~F.col("rank").between(F.coalesce("_low", "_lowest"), F.coalesce("_high", "_highest"))
    return joined.withColumns({"basis": basis, "is_extrapolated": outside}).select(
        *ranked.columns, "basis", "is_extrapolated"
    )


def _refused(refused: DataFrame) -> DataFrame:
    """Rows of an unseen marketplace, or of one that has drifted too far: no estimate."""
    empty = {name: F.lit(None).cast("double") for name in (*PARTS, ESTIMATE, *BOUNDS)}
    kept = refused.withColumns({**empty, "is_extrapolated": F.lit(None).cast("boolean")})
    return kept.select(*CELL, "term", "ranked_on", "rank", "basis", "is_extrapolated", *PARTS, ESTIMATE, *BOUNDS)


def _published(estimates: DataFrame, model: VolumeModel) -> DataFrame:
    """As `search_volume_estimates`, with the coverage of the last backtest, which the card says, where it was measured:
    of marketplaces, departments and ranks that have labels, and that the backtest judged. A department without any has
    no bounds, since nothing measured how far it lies from its marketplace."""
    coverage = model.card.get("coverage") or {}
    judged = coverage.get("judged", {"marketplace": [], "department": []})
    is_direct = F.col("basis") == "direct"
    is_judged = is_direct & ~F.col("is_extrapolated")
    for cut, column in (("marketplace", "marketplace_code"), ("department", "department_name")):
        is_judged &= F.col(column).isin(judged[cut])
    said = {
        "estimated_on": F.col("ranked_on"),
        **{f"{name}_search_count": F.when(is_direct, F.col(name)) for name in BOUNDS},
        **{f"coverage_{level}_ratio": F.when(is_judged, F.lit(coverage.get(str(level)))) for level in (80, 95)},
        "model_id": F.lit(model.card.get("model_id")),
    }
    fields = SEARCH_VOLUME_ESTIMATES.fields
    return estimates.select(*(said.get(f.name, F.col(f.name)).cast(f.type).alias(f.name) for f in fields))


def share_of_period() -> Column:
    """Of a labelled day: 1 over the days of its label."""
    return 1.0 / F.col("period_day_count")


def label_errors(
    model: VolumeModel, labelled: DataFrame, *, errors_after: date | None = None
) -> tuple[DataFrame, DataFrame]:
    """Residual sums of labelled days, and the days (after `errors_after`) with `error`, ln of their label's searches
    over the estimate. The labels may be of grains that the model was not fitted on.

    The level behind an estimate is of the model's sums and of these labels, each from the day on which it was known.
    """
    dated = labelled.withColumn("trend_years", trend_years(F.col("ranked_on"), model.trend_ends_on))
    grains = [row["grain"] for row in labelled.select("grain").distinct().collect()]
    residuals = with_residual(with_base(dated, model.base), grains=grains).localCheckpoint()
    sums = residual_sums(residuals, step=model.settings.level_step)
    judged = residuals.where(F.col("ranked_on") > F.lit(errors_after)) if errors_after else residuals
    found = levels(
        model.residual_sums.unionByName(sums), asked_days(judged), model.settings, anchor=model.known_through
    ).localCheckpoint()
    estimated = with_ln_estimate(
        judged.withColumnRenamed("ln_base", "_ln_base").drop("trend_years"),
        found,
        base=model.base,
        settings=model.settings,
        trend_ends_on=model.trend_ends_on,
        smearing=model.smearing,
        poisson=model.poisson,
    )
    error = F.col("residual") - (F.col("ln_estimate") - F.col("_ln_base"))
    return sums, estimated.withColumn("error", error)
