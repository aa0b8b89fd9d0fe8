"""Whether the days that are scored still look like those that the model learned from.

Three measures are of a day and of what was known on it, so that a day scored again is the same: they widen its
intervals or refuse it. The others are of the last day that is scored, and only warn: what they widened or refused would
change on days that are scored again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from ml.intervals import Calibration, with_bounds
from ml.known import ASKED_ON
from ml.labels import labelled_ranks
from ml.level_curve import MARKETPLACE
from ml.options import DepartmentRule
from schemas.search import SEARCH_VOLUME_DRIFT

LEAST_SHARE = 1e-4
COMPARED_DAYS = 28
COVERED_DAYS = 90
RANK_BINS = 15
WIDEN_RATIO = 1.5
MEASURED = (
    "marketplace_code string, measured_on date, measure_name string, measured_value double, warn_at double, "
    "widen_at double, stop_at double"
)


@dataclass(frozen=True)
class Limits:
    """From where on a measure is told, widens the intervals of the day, and refuses the day; None: it only warns."""

    warn_at: float
    widen_at: float | None = None
    stop_at: float | None = None


DAY_MEASURES = {
    "label_age_days": Limits(75, 120, 400),
    "level_shift": Limits(0.2, 0.5, 2.0),
    "recent_error_ratio": Limits(1.5, 3.0, 8.0),
}
LAST_DAY_MEASURES = {
    "labelled_rank_psi": Limits(0.2),
    "list_length_change": Limits(0.2),
    "coverage_80_shortfall_ratio": Limits(0.1),
}


@dataclass(frozen=True)
class Reference:
    """A marketplace as it was over the last 28 days of the labels that the model was trained on: shares of the labelled
    terms' ranks by whole ln rank, ranked terms per department and day, and the overall level."""

    rank_shares: tuple[float, ...]
    list_length: float
    level: float


def status(value: Column, limits: Limits) -> Column:
    """`well`, `warn`, `widen` or `stop`; `not_measured` where there is no value."""
    said = F.when(value.isNull(), "not_measured").when(value >= limits.warn_at, "warn").otherwise("well")
    if limits.widen_at is not None:
        said = F.when(value >= limits.widen_at, "widen").otherwise(said)
    return F.when(value >= limits.stop_at, "stop").otherwise(said) if limits.stop_at is not None else said


def newest_labels(sums: DataFrame, asked: DataFrame) -> DataFrame:
    """One row per row of `asked`: `newest_label_on`, the last ranked day of the labels known then."""
    known = sums.groupBy(*MARKETPLACE, F.col("available_on").alias(ASKED_ON)).agg(F.max("ranked_on").alias("newest"))
    asking = asked.select(*MARKETPLACE, ASKED_ON).distinct().withColumn("_asked", F.lit(True))
    so_far = (
        Window.partitionBy(*MARKETPLACE).orderBy(ASKED_ON).rangeBetween(Window.unboundedPreceding, Window.currentRow)
    )
    both = known.withColumn("_asked", F.lit(False)).unionByName(asking, allowMissingColumns=True)
    return both.withColumn("newest_label_on", F.max("newest").over(so_far)).where("_asked").drop("_asked", "newest")


def with_day_measures(days: DataFrame, references: Mapping[str, Reference]) -> DataFrame:
    """From `newest_label_on`, `overall_level` and `error_scale_ratio` of a marketplace and `asked_on` add the day's
    measures, `widen_ratio` (1.5 where one of them says so, else 1) and `is_stopped`."""
    before: Column = F.lit(None).cast("double")
    for code, reference in references.items():
        before = F.when(F.col("marketplace_code") == code, reference.level).otherwise(before)
    measured = days.withColumns(
        {
            "label_age_days": F.datediff(ASKED_ON, "newest_label_on").cast("double"),
            "level_shift": F.abs(F.col("overall_level") - before),
            "recent_error_ratio": F.col("error_scale_ratio"),
        }
    )
    said = [status(F.col(name), limits) for name, limits in DAY_MEASURES.items()]
    none = F.lit(False)
    widened, stopped = none, none
    for one in said:
        widened, stopped = widened | one.isin("widen", "stop"), stopped | (one == "stop")
    return measured.withColumns(
        {"widen_ratio": F.when(widened, F.lit(WIDEN_RATIO)).otherwise(F.lit(1.0)), "is_stopped": stopped}
    )


def population_stability(expected: Sequence[float], found: Sequence[float]) -> float:
    """PSI: sum of (found - expected) ln(found / expected) over the shares of the same bins, none less than 0.0001."""
    pairs = [(max(e, LEAST_SHARE), max(f, LEAST_SHARE)) for e, f in zip(expected, found, strict=True)]
    return sum((f - e) * math.log(f / e) for e, f in pairs)


def rank_shares(
    ranks: DataFrame, labels: DataFrame, through: date, *, department_rule: DepartmentRule
) -> dict[str, tuple[float, ...]]:
    """By marketplace the share of the labelled terms' ranks of the last 28 days in each whole ln rank from 0 to 14 and
    over. A term of which any label is known counts on each day on which it has a rank, also before its newest label is
    known, so that there is a share on every day that has ranks. `labels` are as `labels.label_terms` gives them."""
    recent = labelled_ranks(_last_days(ranks, through), labels, department_rule=department_rule)
    bins = F.least(F.floor(F.ln("rank")), F.lit(RANK_BINS - 1)).cast("int")
    counts: dict[str, list[float]] = {}
    for row in recent.groupBy("marketplace_code", bins.alias("bin")).count().collect():
        counts.setdefault(row["marketplace_code"], [0.0] * RANK_BINS)[row["bin"]] = float(row["count"])
    return {code: tuple(value / sum(values) for value in values) for code, values in counts.items()}


def list_lengths(ranks: DataFrame, through: date) -> dict[str, float]:
    """By marketplace the mean number of ranked terms of a department and day, over the last 28 days."""
    lists = _last_days(ranks, through).groupBy("marketplace_code", "department_name", "ranked_on").count()
    return {r[0]: float(r[1]) for r in lists.groupBy("marketplace_code").agg(F.avg("count")).collect()}


def _last_days(ranks: DataFrame, through: date) -> DataFrame:
    return ranks.where(F.col("ranked_on").between(F.lit(through - timedelta(days=COMPARED_DAYS - 1)), F.lit(through)))


def recent_coverage(errors: DataFrame, calibration: Calibration, through: date) -> dict[str, float]:
    """By marketplace the share of the labels of the last 90 days that lay in their 80 % interval. `errors`, of labels
    that the model had not seen, has the columns of `intervals.with_bounds` and `error`. Without any there is no share:
    on the run that trains a model it has seen all labels."""
    recent = errors.where(F.col("ranked_on") > F.lit(through - timedelta(days=COVERED_DAYS))).withColumn(
        "_one", F.lit(1.0)
    )
    bounded = with_bounds(recent, calibration, mean="_one", widen=F.lit(1.0))
    within = F.exp("error").between(F.col("lo_80"), F.col("hi_80")).cast("double")
    return {r[0]: float(r[1]) for r in bounded.groupBy("marketplace_code").agg(F.avg(within)).collect()}


def drift_rows(
    days: DataFrame,
    last_on: date,
    references: Mapping[str, Reference],
    *,
    shares: Mapping[str, tuple[float, ...]],
    lengths: Mapping[str, float],
    coverage: Mapping[str, float],
) -> DataFrame:
    """Rows of `search_volume_drift` for the last day: `days` has the day measures."""
    found = {r["marketplace_code"]: r.asDict() for r in days.where(F.col(ASKED_ON) == F.lit(last_on)).collect()}
    rows: list[tuple[Any, ...]] = []
    for code in sorted(references):
        reference, measured = references[code], dict(found.get(code, {}))
        if code in shares and any(reference.rank_shares):
            measured["labelled_rank_psi"] = population_stability(reference.rank_shares, shares[code])
        if lengths.get(code) and reference.list_length:
            measured["list_length_change"] = abs(math.log(lengths[code] / reference.list_length))
        if code in coverage:
            measured["coverage_80_shortfall_ratio"] = 0.8 - coverage[code]
        rows += [
            (code, last_on, name, *map(_double, (measured.get(name), limits.warn_at, limits.widen_at, limits.stop_at)))
            for name, limits in {**DAY_MEASURES, **LAST_DAY_MEASURES}.items()
        ]
    frame = days.sparkSession.createDataFrame(rows, MEASURED)
    said: Column = F.lit("not_measured")
    for name, limits in {**DAY_MEASURES, **LAST_DAY_MEASURES}.items():
        said = F.when(F.col("measure_name") == name, status(F.col("measured_value"), limits)).otherwise(said)
    return SEARCH_VOLUME_DRIFT.conform(frame.withColumn("status", said))


def _double(value: float | None) -> float | None:
    return None if value is None else float(value)
