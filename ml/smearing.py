"""Back from logarithms: the mean of a volume is more than the exponential of its mean logarithm."""

from __future__ import annotations

import math

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ml.level_curve import at_nodes, between_nodes, node_count, place

STEP = 1.0
OVERALL_COUNT = 50.0


def fit_smearing(errors: DataFrame) -> tuple[float, ...]:
    """ln of the smearing factor by node in rank, from rows of `rank` and `error` = ln volume - its estimate.

    The factor is the mean of exp(error) (Duan 1983, "Smearing estimate: a nonparametric retransformation method") over
    exp(mean error): what the rows' mean error says belongs to the level curve. Each row is divided between the two
    nodes round its rank, and the mean over all rows counts for 50 rows besides, so that the factor is smooth where
    rows are few. Without rows every factor is 1.
    """
    place_ = place(F.col("rank"), STEP)
    nodes = errors.select("error", F.inline(at_nodes(place_)))
    found = nodes.groupBy("node").agg(
        F.sum(F.col("node_weight") * F.exp("error")).alias("exponentials"),
        F.sum(F.col("node_weight") * F.col("error")).alias("errors"),
        F.sum("node_weight").alias("weights"),
    )
    rows = {row["node"]: row for row in found.collect()}
    return smoothed({n: (r["exponentials"], r["errors"], r["weights"]) for n, r in rows.items()})


def smoothed(sums: dict[int, tuple[float, float, float]]) -> tuple[float, ...]:
    """ln factors by node from the sums of exp(error), error and weight at each node."""
    exponentials, errors, weights = (sum(values[i] for values in sums.values()) for i in range(3))
    if weights <= 0:
        return (0.0,) * node_count(STEP)
    of_all, mean_of_all = exponentials / weights, errors / weights
    factors = []
    for node in range(node_count(STEP)):
        e, r, w = sums.get(node, (0.0, 0.0, 0.0))
        mean = (r + OVERALL_COUNT * mean_of_all) / (w + OVERALL_COUNT)
        factors.append(math.log((e + OVERALL_COUNT * of_all) / (w + OVERALL_COUNT)) - mean)
    return tuple(factors)


def ln_smearing(factors: tuple[float, ...], rank: Column) -> Column:
    """ln of the factor at a rank."""
    return between_nodes(F.array(*map(F.lit, factors)), place(rank, STEP))
