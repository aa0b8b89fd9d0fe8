"""What is piecewise linear in ln(rank) is computed at the knots of each list, and read off between them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ml.labels import CELL

LIST = (*CELL, "ranked_on")
FAR = 1_000


def along_rank(
    ranked: DataFrame, add: Callable[[DataFrame], DataFrame], name: str, *, knots: Sequence[int], of_list: Sequence[str]
) -> DataFrame:
    """Add the column `name` as `add` would, but for rounding: a list of a million ranks costs `add` a dozen rows.

    Within a list (marketplace, department, day) the column that `add` adds is to be piecewise linear in ln(rank) with
    these knots, and to depend on nothing else but the columns `of_list`, of which a list has one value each. Beyond the
    last knot it goes on straight.
    """
    nodes = [1, *sorted({knot for knot in knots if knot > 1})]
    nodes.append(nodes[-1] * FAR)
    lists = ranked.select(*LIST, *of_list).distinct()
    at_nodes = lists.select("*", F.explode(F.array(*(F.lit(node).cast("long") for node in nodes))).alias("rank"))
    by_node = F.array_sort(F.collect_list(F.struct("rank", F.col(name).alias("_value"))))
    curves = add(at_nodes).groupBy(*LIST).agg(F.transform(by_node, lambda node: node["_value"]).alias("_values"))
    joined = ranked.join(F.broadcast(curves), list(LIST), "left")
    return joined.withColumn(name, _between(F.col("_values"), nodes)).select(*ranked.columns, name)


def _between(values: Column, nodes: Sequence[int]) -> Column:
    """The value at `rank` on the straight line between its two nodes, or on through the last two."""
    low: Column = F.lit(0)
    for node in nodes[1:-1]:
        low = low + (F.col("rank") >= node).cast("int")
    logs = F.array(*(F.lit(math.log(node)) for node in nodes))
    widths = F.array(*(F.lit(math.log(far / near)) for near, far in pairwise(nodes)))
    fraction = (F.ln("rank") - F.get(logs, low)) / F.get(widths, low)
    return F.get(values, low) * (1 - fraction) + F.get(values, low + 1) * fraction
