"""Back from logarithms: the mean of a volume is more than the exponential of its mean logarithm."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from ml.level_curve import between_nodes, node_count, place

STEP = 1.0
OVERALL_COUNT = 50.0
DAY = ("marketplace_code", "ranked_on")
DAY_ROWS = 5.0
SIDES = ("lower", "upper")


def fit_smearing(errors: DataFrame) -> tuple[float, ...]:
    """ln of the smearing factor by node in rank, from rows of `marketplace_code`, `ranked_on`, `rank` and `error` =
    ln volume - its estimate.

    The factor is the mean of exp(error) (Duan 1983, "Smearing estimate: a nonparametric retransformation method") over
    exp(mean error): what the rows' mean error says belongs to the level curve. So does what the rows of a day share,
    such as a jump of the level that is not known yet: of n rows of a marketplace and day, n / (n + 5) of their mean
    error is taken from each before. Each row is divided between the two nodes round its rank, and the mean over all
    rows counts for 50 rows besides, so that the factor is smooth where rows are few. Without rows every factor is 1.
    """
    return fit_smearing_by(errors.withColumn("_one", F.lit("")), "_one").get(("",), smoothed({}))


def fit_smearing_by(errors: DataFrame, *by: str) -> dict[tuple[Any, ...], tuple[float, ...]]:
    """`fit_smearing` for each value of the columns `by`."""
    at = place(F.col("rank"), STEP)
    low = F.floor(at).cast("int")
    placed = errors.select(
        *by, *DAY, "error", low.alias("node"), (at - low).alias("upper"), (low + 1 - at).alias("lower")
    )
    exponential = F.exp("error")
    of_day = placed.groupBy(*by, *DAY, "node").agg(
        F.sum("error").alias("day_errors"),
        F.count(F.lit(1)).alias("day_count"),
        *(
            F.sum(F.col(side) * value).alias(f"{side}_{name}")
            for side in SIDES
            for name, value in (("exponentials", exponential), ("errors", F.col("error")), ("weights", F.lit(1.0)))
        ),
    )
    day = Window.partitionBy(*by, *DAY)
    count = F.sum("day_count").over(day)
    shared = of_day.withColumn("shared", F.sum("day_errors").over(day) / (count + DAY_ROWS))
    sides = [
        F.struct(
            (F.col("node") + step).alias("node"),
            (F.col(f"{side}_exponentials") * F.exp(-F.col("shared"))).alias("exponentials"),
            (F.col(f"{side}_errors") - F.col("shared") * F.col(f"{side}_weights")).alias("errors"),
            F.col(f"{side}_weights").alias("weights"),
        )
        for step, side in enumerate(SIDES)
    ]
    nodes = shared.select(*by, F.inline(F.array(*sides)))
    found = nodes.groupBy(*by, "node").agg(*(F.sum(name).alias(name) for name in ("exponentials", "errors", "weights")))
    sums: dict[tuple[Any, ...], dict[int, tuple[float, float, float]]] = {}
    for row in found.collect():
        key = tuple(row[name] for name in by)
        sums.setdefault(key, {})[row["node"]] = (row["exponentials"], row["errors"], row["weights"])
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


def with_smearing(ranked: DataFrame, factors: Mapping[tuple[Any, ...], tuple[float, ...]], *by: str) -> DataFrame:
    """Add `ln_smearing`, ln of the factor at the row's rank, of the row's values of `by`; 0 where they have none.

    The factors are joined, not written into the plan: Spark plans thousands of literals slowly.
    """
    types = dict(ranked.dtypes)
    schema = ", ".join([*(f"{name} {types[name]}" for name in by), "_factors array<double>"])
    table = ranked.sparkSession.createDataFrame([(*key, list(of_key)) for key, of_key in factors.items()], schema)
    found = ranked.join(F.broadcast(table), list(by), "left") if by else ranked.crossJoin(F.broadcast(table))
    ln = F.coalesce(between_nodes(F.col("_factors"), place(F.col("rank"), STEP)), F.lit(0.0))
    return found.withColumn("ln_smearing", ln).select(*ranked.columns, "ln_smearing")
