"""Intervals of sums over terms, which share the shock of their day."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ml.intervals import Calibration

ESTIMATE = "estimated_search_count"
NORMAL = {"80": 1.2815515655446004, "95": 1.959963984540054}


def summarise_sums(estimates: DataFrame, by: Sequence[str], calibration: Calibration) -> DataFrame:
    """One row per `by`, and marketplace and day: `estimated_search_count`, the sum over its terms, and `lo_80`,
    `hi_80`, `lo_95`, `hi_95`.

    With means m of one marketplace and day the relative variance of their sum is day_sd^2 + row_sd^2 sum(m^2) /
    sum(m)^2: the day's shock moves all terms together and does not average out, the rest does. Bounds are
    sum x exp(+-z sd), z of the normal distribution. Terms without an estimate count as nothing.
    """
    key = list(dict.fromkeys(["marketplace_code", "estimated_on", *by]))
    sums = estimates.groupBy(*key).agg(
        F.sum(ESTIMATE).alias("_sum"), F.sum(F.col(ESTIMATE) * F.col(ESTIMATE)).alias("_squares")
    )
    shared, own = calibration.day_sd**2, calibration.row_sd**2
    sd = F.sqrt(shared + own * F.col("_squares") / (F.col("_sum") * F.col("_sum")))
    bounds = {
        f"{side}_{level}": F.col("_sum") * F.exp(sign * z * sd)
        for level, z in NORMAL.items()
        for side, sign in (("lo", -1), ("hi", 1))
    }
    return sums.withColumns(bounds).select(*key, F.col("_sum").alias(ESTIMATE), *bounds)
