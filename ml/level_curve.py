"""The level curve: what the labels known so far say beside the base, at nodes in rank, the newest counting most."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from ml.base import LN_BASE
from ml.known import ASKED_ON, known_so_far
from ml.labels import CELL
from ml.options import Settings

FIRST_NODE = math.log(3)
LAST_RANK = 3_000_000
MARKETPLACE = ("marketplace_code",)


def node_count(step: float) -> int:
    return 2 + math.ceil((math.log(LAST_RANK + 2) - FIRST_NODE) / step)


def place(rank: Column, step: float) -> Column:
    """Where a rank lies among the nodes, from 0: (ln(rank + 2) - ln 3) / step, so that the first ranks, where most of
    the volume is, lie far apart."""
    at = (F.ln(rank + F.lit(2)) - F.lit(FIRST_NODE)) / F.lit(step)
    return F.least(at, F.lit(float(node_count(step) - 2)))


def at_nodes(place_: Column) -> Column:
    """The two nodes round a place, each with its weight; the weights add up to 1."""
    low = F.floor(place_).cast("int")
    fraction = place_ - low
    return F.array(
        F.struct(low.alias("node"), (1 - fraction).alias("node_weight")),
        F.struct((low + 1).alias("node"), fraction.alias("node_weight")),
    )


def between_nodes(values: Column, place_: Column) -> Column:
    """The value at a place on the straight line between its two nodes; `values` is an array by node."""
    low = F.floor(place_).cast("int")
    fraction = place_ - low
    return F.get(values, low) * (1 - fraction) + F.get(values, low + 1) * fraction


def with_residual(labelled: DataFrame, *, grains: Sequence[str]) -> DataFrame:
    """Add `residual`: ln(searches of the label's period / the base's searches of it), the same on each of its days.

    `labelled` has `ln_base`. A day of the period without a rank is taken for an average one. `grains` are those of
    the labels: where all are daily, nothing is summed.
    """
    if set(grains) <= {"daily"}:
        return labelled.withColumn("residual", F.ln("period_search_count") - F.col(LN_BASE))
    period = Window.partitionBy(*CELL, "term", "grain", "period_start_on")
    of_base = F.avg(F.exp(LN_BASE)).over(period) * F.col("period_day_count")
    return labelled.withColumn("residual", F.ln(F.col("period_search_count") / of_base))


def residual_sums(residuals: DataFrame, *, step: float, by: Sequence[str] = MARKETPLACE) -> DataFrame:
    """One row per `by`, node, ranked day and day of availability: `residual_sum` and `weight_sum`, where each label
    day's weight of 1 is divided between the two nodes round its rank."""
    sides = residuals.select(
        *by, "ranked_on", "available_on", "residual", F.inline(at_nodes(place(F.col("rank"), step)))
    )
    return sides.groupBy(*by, "node", "ranked_on", "available_on").agg(
        F.sum(F.col("node_weight") * F.col("residual")).alias("residual_sum"), F.sum("node_weight").alias("weight_sum")
    )


def levels(
    sums: DataFrame, asked: DataFrame, settings: Settings, *, anchor: date, by: Sequence[str] = MARKETPLACE
) -> DataFrame:
    """One row per row of `asked` (`by` and `asked_on`): `level_values`, an array by node of what is added to ln_base;
    `label_age_days`, the mean age of the labels behind it; `label_count`, how many newest ones they are worth;
    `overall_level`.

    A node's level is (sum of residuals + s x overall level) / (sum of weights + s); the overall level is that of all
    nodes, and s the weight of `level_shrink_count` labels of the mean age, so that late labels are shrunk no more than
    others. Without any label known the level is 0 and the other two are null and 0.
    """
    nodes = F.explode(F.sequence(F.lit(0), F.lit(node_count(settings.level_step) - 1))).alias("node")
    aged = sums.withColumn("aged_sum", F.col("weight_sum") * F.datediff("ranked_on", F.lit(anchor)))
    at_node = known_so_far(
        aged,
        asked.select(*by, ASKED_ON).distinct().select("*", nodes),
        by=[*by, "node"],
        sums=["residual_sum", "weight_sum", "aged_sum"],
        half_life_days=settings.level_half_life_days,
        anchor=anchor,
    )
    together = at_node.groupBy(*by, ASKED_ON).agg(
        F.sum("residual_sum").alias("residual_sum"),
        F.sum("weight_sum").alias("label_count"),
        F.sum("aged_sum").alias("aged_sum"),
        F.array_sort(F.collect_list(F.struct("node", "residual_sum", "weight_sum"))).alias("nodes"),
    )
    overall = F.coalesce(F.try_divide("residual_sum", "label_count"), F.lit(0.0))
    mean_day = F.try_divide("aged_sum", "label_count")
    mean_age = F.datediff(ASKED_ON, F.lit(anchor)) - mean_day
    shrink = F.lit(float(settings.level_shrink_count)) * F.pow(F.lit(2.0), -mean_age / settings.level_half_life_days)
    value = F.transform(
        "nodes",
        lambda n: F.coalesce(
            F.try_divide(n["residual_sum"] + F.col("shrink") * F.col("overall"), n["weight_sum"] + F.col("shrink")),
            F.col("overall"),
        ),
    )
    return together.withColumns({"overall": overall, "shrink": shrink}).select(
        *by,
        ASKED_ON,
        value.alias("level_values"),
        mean_age.alias("label_age_days"),
        "label_count",
        F.col("overall").alias("overall_level"),
    )


def with_level(ranked: DataFrame, found: DataFrame, *, step: float, by: Sequence[str] = MARKETPLACE) -> DataFrame:
    """Add `ln_level`, `label_age_days` and `label_count` by `by` and the ranked day."""
    named = F.broadcast(found.withColumnRenamed(ASKED_ON, "ranked_on").drop("overall_level"))
    level = F.coalesce(between_nodes(F.col("level_values"), place(F.col("rank"), step)), F.lit(0.0))
    return ranked.join(named, [*by, "ranked_on"], "left").withColumn("ln_level", level).drop("level_values")
