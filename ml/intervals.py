"""Conformal intervals: how far estimates lay from labels that they had not seen, by rank bucket and event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ml.known import ASKED_ON, known_so_far
from ml.level_curve import MARKETPLACE

BUCKET_LIMITS = (10, 100, 1_000, 10_000)
BUCKET_NAMES = ("1 to 10", "11 to 100", "101 to 1,000", "1,001 to 10,000", "10,001 and more")
TAILS = {"lo_95": 0.025, "lo_80": 0.1, "hi_80": 0.9, "hi_95": 0.975}
ROWS_AT_LEAST = 200
DAYS_AT_LEAST = 20
RECENT_HALF_LIFE_DAYS = 30.0
USUAL_DAY_COUNT = 10.0
LEAST_ERROR = 1e-3
ANY = "any"


@dataclass(frozen=True)
class Cell:
    """Quantiles of the scaled errors of one rank bucket with or without an event near; `any` stands for all."""

    bucket: str
    event: str
    row_count: int
    day_count: int
    quantiles: tuple[float, float, float, float]


@dataclass(frozen=True)
class Calibration:
    """`cells` by bucket and event; `usual_error` is the root mean square error that recent errors are compared with.
    `day_sd` and `row_sd` part the spread of scaled errors into the shock that a day's terms share and the rest."""

    cells: tuple[Cell, ...]
    usual_error: float
    day_sd: float
    row_sd: float

    def cell(self, bucket: str, event: str) -> Cell:
        """The cell, or where it has too few rows or days, the bucket's, or that of all."""
        found = {(c.bucket, c.event): c for c in self.cells}
        for key in ((bucket, event), (bucket, ANY)):
            c = found.get(key)
            if c and c.row_count >= ROWS_AT_LEAST and c.day_count >= DAYS_AT_LEAST:
                return c
        return found[ANY, ANY]


def bucket(rank: Column) -> Column:
    """The name of the rank's bucket."""
    name = F.lit(BUCKET_NAMES[-1])
    for limit, said in reversed(list(zip(BUCKET_LIMITS, BUCKET_NAMES, strict=False))):
        name = F.when(rank <= limit, said).otherwise(name)
    return name


def event(event_tokens: Column) -> Column:
    return F.when(F.size(event_tokens) > 0, "event").otherwise("none")


def daily_errors(errors: DataFrame, by: Sequence[str] = MARKETPLACE, *, share: Column | None = None) -> DataFrame:
    """One row per `by`, ranked day and day of availability: `square_sum`, the mean square error of the day, and
    `day_count`, 1. Days count alike, however many labels they have: the labels of a day share its shock. Where the rows
    are days of periods, each has its `share` of one: a period is a single error."""
    share = F.lit(1.0) if share is None else share
    return errors.groupBy(*by, "ranked_on", "available_on").agg(
        F.avg(F.col("error") * F.col("error") * share).alias("square_sum"), F.avg(share).alias("day_count")
    )


def recent_errors(
    daily: DataFrame, asked: DataFrame, *, usual_error: float, anchor: date, by: Sequence[str] = MARKETPLACE
) -> DataFrame:
    """One row per row of `asked`: `error_scale_ratio`, the recent root mean square error over the usual one. The days
    known so far halve every 30 days, and the usual error counts for 10 days besides."""
    sums = known_so_far(
        daily, asked, by=list(by), sums=["square_sum", "day_count"], half_life_days=RECENT_HALF_LIFE_DAYS, anchor=anchor
    )
    usual = usual_error**2
    mean_square = (F.col("square_sum") + USUAL_DAY_COUNT * usual) / (F.col("day_count") + USUAL_DAY_COUNT)
    return sums.select(*by, ASKED_ON, F.sqrt(mean_square / usual).alias("error_scale_ratio"))


def usual_error(errors: DataFrame) -> float:
    """Root mean square error, days counting alike."""
    row = daily_errors(errors).agg(F.avg("square_sum")).first()
    return max(float(row[0]) ** 0.5 if row and row[0] is not None else 1.0, LEAST_ERROR)


def calibrate(errors: DataFrame, *, usual: float) -> Calibration:
    """From rows of `marketplace_code`, `ranked_on`, `rank`, `event_tokens`, `error` and `error_scale_ratio`, all of
    estimates made before their label was known.

    A quantile at p is taken at 1/2 + (p - 1/2)(1 + 1/n), n being the days: the split conformal correction (Lei and
    others 2018), by days since the labels of one day share its shock.
    """
    scaled = errors.select(
        "marketplace_code",
        "ranked_on",
        "error",
        (F.col("error") / F.col("error_scale_ratio")).alias("scaled"),
        bucket(F.col("rank")).alias("bucket"),
        event(F.col("event_tokens")).alias("event"),
    )
    sets = scaled.withColumns(
        {
            "cells": F.array(
                F.struct(F.col("bucket").alias("bucket"), F.col("event").alias("event")),
                F.struct(F.col("bucket").alias("bucket"), F.lit(ANY).alias("event")),
                F.struct(F.lit(ANY).alias("bucket"), F.lit(ANY).alias("event")),
            )
        }
    ).select("scaled", "ranked_on", F.inline("cells").alias("cell_bucket", "cell_event"))
    counted = sets.groupBy("cell_bucket", "cell_event").agg(
        F.count(F.lit(1)).alias("row_count"),
        F.count_distinct("ranked_on").alias("day_count"),
        F.percentile_approx("scaled", [i / 1000 for i in range(1001)], 20_000).alias("thousandths"),
    )
    cells = tuple(
        Cell(
            r["cell_bucket"],
            r["cell_event"],
            r["row_count"],
            r["day_count"],
            _quantiles(r["thousandths"], r["day_count"]),
        )
        for r in counted.orderBy("cell_bucket", "cell_event").collect()
    )
    return Calibration(cells, usual, *_spreads(scaled))


def _quantiles(thousandths: Sequence[float], days: int) -> tuple[float, float, float, float]:
    lo_95, lo_80, hi_80, hi_95 = (_at(thousandths, 0.5 + (p - 0.5) * (1 + 1 / days)) for p in TAILS.values())
    return lo_95, lo_80, hi_80, hi_95


def _at(thousandths: Sequence[float], p: float) -> float:
    at = min(max(p, 0.0), 1.0) * 1000
    low = min(int(at), 999)
    return thousandths[low] + (at - low) * (thousandths[low + 1] - thousandths[low])


def _spreads(scaled: DataFrame) -> tuple[float, float]:
    """The sd of the shock that a day's terms share, and that of scaled errors about it: the variance between the days'
    means, less what the spread within them makes of it, and the spread within (analysis of variance)."""
    days = scaled.groupBy("marketplace_code", "ranked_on").agg(
        F.avg("scaled").alias("mean"), F.var_pop("scaled").alias("spread"), F.count(F.lit(1)).alias("n")
    )
    within = F.try_divide(F.sum(F.col("spread") * F.col("n")), F.sum(F.col("n") - 1))
    row = days.agg(F.var_samp("mean"), within, F.avg(1 / F.col("n"))).first()
    of_days, of_rows, share = (float(v or 0.0) for v in row) if row else (0.0, 0.0, 0.0)
    return max(of_days - of_rows * share, 0.0) ** 0.5, of_rows**0.5


def with_bounds(estimates: DataFrame, calibration: Calibration, *, mean: str, widen: Column) -> DataFrame:
    """Add `<mean>_lo_95`, ... around `mean`: mean x exp(quantile x error_scale_ratio x widen)."""
    names = [f"_{name}" for name in TAILS]
    rows = [(b, e, *calibration.cell(b, e).quantiles) for b in BUCKET_NAMES for e in ("event", "none")]
    schema = f"_bucket string, _event string, {', '.join(f'{name} double' for name in names)}"
    cells = estimates.sparkSession.createDataFrame(rows, schema)
    keyed = estimates.withColumns({"_bucket": bucket(F.col("rank")), "_event": event(F.col("event_tokens"))})
    found = keyed.join(F.broadcast(cells), ["_bucket", "_event"], "left")
    columns: dict[str, Column] = {}
    for name in TAILS:
        bound = F.col(mean) * F.exp(F.col(f"_{name}") * F.col("error_scale_ratio") * widen)
        columns[name] = F.least(F.col(mean), bound) if name.startswith("lo") else F.greatest(F.col(mean), bound)
    return found.withColumns(columns).drop("_bucket", "_event", *names)
