"""The level curve: what the labels known so far say beside the base, at nodes in rank, the newest counting most."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from ml.base import LN_BASE
from ml.known import ASKED_ON, known_so_far
from ml.labels import LABEL
from ml.options import Settings

FIRST_NODE = math.log(3)
LAST_RANK = 3_000_000
NEAR = 0.4
MARKETPLACE = ("marketplace_code",)


def node_count(step: float) -> int:
    return 2 + math.ceil((math.log(LAST_RANK + 2) - FIRST_NODE) / step)


def _last_node(step: Column) -> Column:
    """`node_count` - 1, of a column."""
    return (1 + F.ceil(F.lit(math.log(LAST_RANK + 2) - FIRST_NODE) / step)).cast("int")


def place(rank: Column, step: float | Column) -> Column:
    """Where a rank lies among the nodes, from 0: (ln(rank + 2) - ln 3) / step, so that the first ranks, where most of
    the volume is, lie far apart. Java's logarithm of 3 may be a bit less than Python's: rank 1 is held at 0."""
    at = (F.ln(rank.cast("double") + F.lit(2)) - F.lit(FIRST_NODE)) / F.lit(step)
    return F.greatest(F.least(at, (_last_node(F.lit(step)) - 1).cast("double")), F.lit(0.0))


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
    period = Window.partitionBy(*LABEL)
    of_base = F.avg(F.exp(LN_BASE)).over(period) * F.col("period_day_count")
    return labelled.withColumn("residual", F.ln(F.col("period_search_count") / of_base))


def residual_sums(residuals: DataFrame, *, step: float | Column, by: Sequence[str] = MARKETPLACE) -> DataFrame:
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
    `overall_level`. See `shrunk` for the values.
    """
    half_life, step = F.lit(float(settings.level_half_life_days)), F.lit(float(settings.level_step))
    known = known_at_nodes(sums, asked, half_life_days=half_life, step=step, anchor=anchor, by=by)
    shrink_count = F.lit(float(settings.level_shrink_count))
    return shrunk(known, half_life_days=half_life, step=step, shrink_count=shrink_count, anchor=anchor, by=by)


def known_at_nodes(
    sums: DataFrame, asked: DataFrame, *, half_life_days: Column, step: Column, anchor: date, by: Sequence[str]
) -> DataFrame:
    """One row per row of `asked`: `nodes`, an array of `node`, `residual_sum` and `weight_sum` over the labels known on
    the day, and over all nodes `residual_sum`, `label_count` (weights) and `aged_sum` (weights x days from `anchor`).

    `half_life_days` and `step` are literals or columns of `by`, so that many curves are made at once.
    """
    nodes = F.explode(F.sequence(F.lit(0), _last_node(step))).alias("node")
    aged = sums.withColumn("aged_sum", F.col("weight_sum") * F.datediff("ranked_on", F.lit(anchor)))
    at_node = known_so_far(
        aged,
        asked.select(*by, ASKED_ON).distinct().select("*", nodes),
        by=[*by, "node"],
        sums=["residual_sum", "weight_sum", "aged_sum"],
        half_life_days=half_life_days,
        anchor=anchor,
    )
    return at_node.groupBy(*by, ASKED_ON).agg(
        F.sum("residual_sum").alias("residual_sum"),
        F.sum("weight_sum").alias("label_count"),
        F.sum("aged_sum").alias("aged_sum"),
        F.array_sort(F.collect_list(F.struct("node", "residual_sum", "weight_sum"))).alias("nodes"),
    )


def shrunk(
    known: DataFrame, *, half_life_days: Column, step: Column, shrink_count: Column, anchor: date, by: Sequence[str]
) -> DataFrame:
    """`levels` of the rows of `known_at_nodes`.

    A node's level is (sum of residuals + s x near level) / (sum of weights + s), s being the weight of `shrink_count`
    labels of the mean age, so that late labels are shrunk no more than others. The near level is
    (sum of k x residuals + s x overall level) / (sum of k x weights + s) over the nodes round it, k = exp(-distance in
    ln(rank + 2) / 0.4): a node that lacks labels has the level of its neighbours, and only far from all labels the
    overall one. Without any label known the level is 0, `label_age_days` null and `label_count` 0.
    """
    overall = F.coalesce(F.try_divide("residual_sum", "label_count"), F.lit(0.0))
    mean_age = F.datediff(ASKED_ON, F.lit(anchor)) - F.try_divide("aged_sum", "label_count")
    shrink = shrink_count * F.pow(F.lit(2.0), -mean_age / half_life_days)
    kept = [name for name in known.columns if name not in ("residual_sum", "aged_sum")]
    prepared = known.select(
        *kept, overall.alias("overall_level"), shrink.alias("_shrink"), mean_age.alias("label_age_days")
    )

    def toward(sums: Column, weights: Column, level: Column) -> Column:
        found = F.try_divide(sums + F.col("_shrink") * level, weights + F.col("_shrink"))
        return F.coalesce(found, level)

    def value(node: Column) -> Column:
        near_sum, near_weight = _round_node(node, step)
        near = toward(near_sum, near_weight, F.col("overall_level"))
        return toward(node["residual_sum"], node["weight_sum"], near)

    values = F.transform("nodes", value).alias("level_values")
    return prepared.select(*by, ASKED_ON, values, "label_age_days", "label_count", "overall_level")


def _round_node(node: Column, step: Column) -> tuple[Column, Column]:
    """Sums of residuals and of weights over the nodes within three times NEAR, each times its nearness."""
    reach = F.ceil(F.lit(3 * NEAR) / step).cast("int")
    first = F.greatest(node["node"] + 1 - reach, F.lit(1))
    round_it = F.slice(F.col("nodes"), first, node["node"] + 2 + reach - first)

    def total(name: str) -> Column:
        def add(so_far: Column, other: Column) -> Column:
            nearness = F.exp(-F.abs(other["node"] - node["node"]) * step / NEAR)
            return so_far + nearness * other[name]

        return F.aggregate(round_it, F.lit(0.0), add)

    return total("residual_sum"), total("weight_sum")


def with_level(ranked: DataFrame, found: DataFrame, *, step: float, by: Sequence[str] = MARKETPLACE) -> DataFrame:
    """Add `ln_level`, `label_age_days` and `label_count` by `by` and the ranked day."""
    named = F.broadcast(found.withColumnRenamed(ASKED_ON, "ranked_on").drop("overall_level"))
    level = F.coalesce(between_nodes(F.col("level_values"), place(F.col("rank"), step)), F.lit(0.0))
    return ranked.join(named, [*by, "ranked_on"], "left").withColumn("ln_level", level).drop("level_values")
