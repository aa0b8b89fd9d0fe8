"""How far estimates lie from labels."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F


def error_columns() -> list[Column]:
    """Aggregates over rows of `search_count` and `estimate`:

    * `wape_ratio`: sum of absolute errors / sum of searches;
    * `mdape_ratio`: median of absolute error / searches;
    * `rmsle`: root mean square of ln(1 + estimate) - ln(1 + searches);
    * `bias_ratio`: (sum of estimates - sum of searches) / sum of searches.
    """
    actual, estimate = F.col("search_count"), F.col("estimate")
    absolute = F.abs(estimate - actual)
    return [
        F.count(F.lit(1)).alias("label_count"),
        wape(),
        F.percentile_approx(absolute / actual, 0.5, 10_000).alias("mdape_ratio"),
        F.sqrt(F.avg(F.pow(F.log1p(estimate) - F.log1p(actual), 2))).alias("rmsle"),
        (F.sum(estimate - actual) / F.sum(actual)).alias("bias_ratio"),
    ]


def wape() -> Column:
    """`wape_ratio` of `error_columns`."""
    absolute = F.abs(F.col("estimate") - F.col("search_count"))
    return (F.sum(absolute) / F.sum("search_count")).alias("wape_ratio")


def coverage_columns() -> list[Column]:
    """Aggregates over rows that also have `lo_80`, `hi_80`, `lo_95`, `hi_95`: `bounded_label_count`,
    the labels that have them, and of these the share within and the mean width over the mean estimate."""
    columns = [F.count("lo_80").alias("bounded_label_count")]
    for level in (80, 95):
        lo, hi = F.col(f"lo_{level}"), F.col(f"hi_{level}")
        columns.append(F.avg(F.col("search_count").between(lo, hi).cast("double")).alias(f"coverage_{level}_ratio"))
        bounded = F.sum(F.when(lo.isNotNull(), F.col("estimate")))
        columns.append((F.sum(hi - lo) / bounded).alias(f"width_{level}_ratio"))
    return columns
