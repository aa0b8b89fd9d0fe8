"""Kaplan-Meier on daily counts: how long legs take when some have not ended yet."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

# S is a product of floats: thousands of factors are off by less than 1e-11, so that a curve which is at one half
# exactly is told from one above it with room on both sides.
_HALF = 0.5 + 1e-9


def with_cell_counts(daily: DataFrame, cell: Sequence[str]) -> DataFrame:
    """Add the counts of each cell to its days: `closed_in_cell_count`, and `watched_in_cell_count`, the closed and open
    legs that have `days`."""
    in_cell = Window.partitionBy(*cell)
    counts = {"closed_in_cell_count": F.col("closed_count"), "watched_in_cell_count": _watched()}
    return daily.withColumns({name: F.sum(count).over(in_cell) for name, count in counts.items()})


def with_survival(daily: DataFrame, cell: Sequence[str]) -> DataFrame:
    """Add `survival_ratio`: S(t), the share not yet closed after day t = `days`; and what `closed_percentile` needs:
    `closed_so_far_count`, closed on that day or before.

    `daily` has one row for each cell and day with `closed_count` and `open_count` (censored on that day, at risk on it
    still), and the counts of `with_cell_counts`. S(t) is the product of (n - d) / n over days u <= t, d closed on u of
    n at risk, `days` of u or more. Rows without `days` change nothing.
    """
    so_far = Window.partitionBy(*cell).orderBy("days").rowsBetween(Window.unboundedPreceding, Window.currentRow)
    at_risk = F.col("watched_in_cell_count") - F.sum(_watched()).over(so_far) + _watched()
    factor = F.when(
        F.col("closed_count") > 0, (F.col("at_risk_count") - F.col("closed_count")) / F.col("at_risk_count")
    ).otherwise(F.lit(1.0))
    return (
        daily.withColumns({"at_risk_count": at_risk, "closed_so_far_count": F.sum("closed_count").over(so_far)})
        .withColumn("survival_ratio", F.product(factor).over(so_far))
        .drop("at_risk_count")
    )


def _watched() -> Column:
    return F.when(F.col("days").isNotNull(), F.col("closed_count") + F.col("open_count")).otherwise(F.lit(0))


def closed_percentile(tenths: int) -> Column:
    """An aggregate: the percentile of the days of closed legs, between two of them in proportion (numpy's "linear");
    null where none is closed.

    The legs of a cell have places 0 to n - 1 by their days, and the percentile lies at (n - 1) x tenths / 10:
    counted in tenths, it is exact. It is the day of the first row by which more legs than the place have closed.
    """
    is_some = F.col("closed_in_cell_count") > 0
    place = (F.col("closed_in_cell_count") - 1) * tenths
    below, beyond = F.floor(place / 10), F.max(F.pmod(place, F.lit(10)))
    at, after = (
        F.min(F.when(is_some & (F.col("closed_so_far_count") > below + step), F.col("days"))) for step in (0, 1)
    )
    return (at * (10 - beyond) + F.coalesce(after, at) * beyond) / 10


def median_days() -> Column:
    """An aggregate: the first day on which the curve is at one half or below; null where it stays above."""
    return F.min(F.when(F.col("survival_ratio") <= _HALF, F.col("days")))


def closed_by_ratio(days: int) -> Column:
    """An aggregate: 1 - S(`days`); null where nobody was at risk on that day and some were never seen to close."""
    is_watched = (F.max("days") >= days) | (F.min("survival_ratio") == 0)
    survival = F.coalesce(F.min(F.when(F.col("days") <= days, F.col("survival_ratio"))), F.lit(1.0))
    return F.when(is_watched, 1 - survival)
