"""Sums over the terms of a department, whose intervals know that terms share the shock of their day."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ml.intervals import Calibration
from ml.known import ASKED_ON
from ml.labels import CELL
from ml.level_curve import MARKETPLACE
from schemas.search import SEARCH_VOLUME_TOTALS

ESTIMATE = "estimated_search_count"
NORMAL = {"80": 1.2815515655446004, "95": 1.959963984540054}
SPREADS = "marketplace_code string, estimated_on date, day_sd double, row_sd double"


def day_spreads(days: DataFrame, calibration: Calibration) -> DataFrame:
    """`SPREADS`, a row per marketplace and day of `days`: the calibration's standard deviations of ln errors, of what
    a day's terms share and of the rest, times the day's `error_scale_ratio` and `widen_ratio`, as are a term's bounds.
    """
    scale = F.col("error_scale_ratio") * F.col("widen_ratio")
    sds = (F.lit(sd).cast("double") * scale for sd in (calibration.day_sd, calibration.row_sd))
    return days.select(
        *MARKETPLACE,
        F.col(ASKED_ON).alias("estimated_on"),
        *(sd.alias(name) for sd, name in zip(sds, ("day_sd", "row_sd"), strict=True)),
    )


def summarise_totals(estimates: DataFrame, spreads: DataFrame) -> DataFrame:
    """`search_volume_totals` of rows of `search_volume_estimates` and of `SPREADS`: the sum over a department's terms
    on a day. Terms without an estimate count as nothing, and are counted. There are bounds only where every estimate is
    `direct` and the day has spreads: nothing measured how far a pooled department lies from its marketplace.

    With means m the variance of ln(sum) is, to first order, v = day_sd^2 + row_sd^2 sum(m^2) / sum(m)^2: the shock of
    the day moves all terms together and does not average out, the rest does. Bounds are sum x exp(+-z sqrt(v)), z of
    the normal distribution. What is left of the rest is near normal by the central limit theorem where many terms have
    a part in the sum (they count as sum(m)^2 / sum(m^2) equal ones); the shock is taken for normal. Both are small, so
    that ln(sum) is nearly straight in them. Where one term is most of the sum its own bounds, which are quantiles of
    errors, say more than these. What the terms of one department share beside the marketplace's day counts as theirs.
    """
    is_direct = F.col("basis") == "direct"
    has_estimate = F.col(ESTIMATE).isNotNull()
    sums = estimates.groupBy(*CELL, "estimated_on").agg(
        F.count(F.lit(1)).alias("term_count"),
        F.count_if(~has_estimate).alias("refused_term_count"),
        F.sum(ESTIMATE).alias(ESTIMATE),
        F.sum(F.col(ESTIMATE) * F.col(ESTIMATE)).alias("_squares"),
        F.count_if(has_estimate & ~is_direct).alias("_pooled"),
    )
    basis = (
        F.when(F.col(ESTIMATE).isNull(), "refused").when(F.col("_pooled") > 0, "department_pooled").otherwise("direct")
    )
    total, own = F.col(ESTIMATE), F.col("row_sd") * F.col("row_sd")
    variance = F.col("day_sd") * F.col("day_sd") + own * F.col("_squares") / (total * total)
    sd = F.when(F.col("basis") == "direct", F.sqrt(variance))
    bounds = {
        f"{side}_{level}_search_count": total * F.exp(sign * z * sd)
        for level, z in NORMAL.items()
        for side, sign in (("lo", -1), ("hi", 1))
    }
    joined = sums.withColumn("basis", basis).join(F.broadcast(spreads), [*MARKETPLACE, "estimated_on"], "left")
    return joined.withColumns(bounds).select(*SEARCH_VOLUME_TOTALS.names)
