"""Sums over what was known on a day, the newest counting most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

ASKED_ON = "asked_on"
MOST_HALF_LIVES = 1_000.0


def known_so_far(
    daily: DataFrame,
    asked: DataFrame,
    *,
    by: Sequence[str],
    sums: Sequence[str],
    half_life_days: float | Column,
    anchor: date,
) -> DataFrame:
    """One row per row of `asked` (`by` and `asked_on`): each of `sums` over the rows of `daily` of the same `by` with
    `available_on <= asked_on`, a row that is `n` half-lives older than the asked day counting 1 / 2^n of itself.
    `half_life_days` may be a column of `by`.

    `daily` has `ranked_on` and `available_on`. Where nothing was known the sums are 0. The weights are taken against
    `anchor`, a day near the last asked one, so that one running sum serves every day; a day more than a thousand
    half-lives before it knows nothing.
    """
    weight = F.pow(F.lit(2.0), F.datediff("ranked_on", F.lit(anchor)) / half_life_days)
    known = daily.select(
        *by, F.col("available_on").alias(ASKED_ON), F.lit(False).alias("_asked"), *(_weighted(s, weight) for s in sums)
    )
    asking = asked.select(*by, ASKED_ON).distinct()
    asking = asking.select("*", F.lit(True).alias("_asked"), *(F.lit(0.0).alias(s) for s in sums))
    so_far = Window.partitionBy(*by).orderBy(ASKED_ON).rangeBetween(Window.unboundedPreceding, Window.currentRow)
    back = F.pow(F.lit(2.0), F.least(F.datediff(F.lit(anchor), ASKED_ON) / half_life_days, F.lit(MOST_HALF_LIVES)))
    running = known.unionByName(asking).withColumns({s: F.sum(s).over(so_far) for s in sums}).where("_asked")
    return running.select(*by, ASKED_ON, *(_weighted(s, back) for s in sums))


def _weighted(name: str, weight: Column) -> Column:
    return (F.col(name) * weight).alias(name)
