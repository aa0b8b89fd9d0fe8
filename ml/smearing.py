"""Back from logarithms: the mean of a volume is more than the exponential of its mean logarithm."""

from __future__ import annotations

import math

from pyspark.sql import DataFrame
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
    return fit_smearing_by(errors.withColumn("_one", F.lit("")), "_one").get("", smoothed({}))


def fit_smearing_by(errors: DataFrame, name: str) -> dict[str, tuple[float, ...]]:
    """`fit_smearing` for each value of the column `name`."""
    nodes = errors.select(name, "error", F.inline(at_nodes(place(F.col("rank"), STEP))))
    found = nodes.groupBy(name, "node").agg(
        F.sum(F.col("node_weight") * F.exp("error")).alias("exponentials"),
        F.sum(F.col("node_weight") * F.col("error")).alias("errors"),
        F.sum("node_weight").alias("weights"),
    )
    sums: dict[str, dict[int, tuple[float, float, float]]] = {}
    for row in found.collect():
        sums.setdefault(row[name], {})[row["node"]] = (row["exponentials"], row["errors"], row["weights"])
    return {value: smoothed(of_value) for value, of_value in sums.items()}


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


def with_smearing(ranked: DataFrame, factors: dict[str, tuple[float, ...]], by: str | None = None) -> DataFrame:
    """Add `ln_smearing`, ln of the factor at the row's rank: of the value of `by`, else those of the value "".

    The factors are joined, not written into the plan: Spark plans thousands of literals slowly.
    """
    name = by or "_one"
    rows = [(value, list(of_value)) for value, of_value in factors.items()]
    table = ranked.sparkSession.createDataFrame(rows, f"{name} string, _factors array<double>")
    keyed = ranked if by else ranked.withColumn(name, F.lit(""))
    found = keyed.join(F.broadcast(table), name, "left")
    ln = F.coalesce(between_nodes(F.col("_factors"), place(F.col("rank"), STEP)), F.lit(0.0))
    return found.withColumn("ln_smearing", ln).select(*ranked.columns, "ln_smearing")
