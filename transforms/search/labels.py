"""The labels that training and scoring see."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from schemas.search.common import GRAINS


def known_labels(volumes: DataFrame, day: date) -> DataFrame:
    """The labels known on a day, of which only the finest stand: a label that comes later takes none away."""
    return without_overlaps(volumes.where(F.col("available_on") <= F.lit(day)))


def without_overlaps(volumes: DataFrame) -> DataFrame:
    """Of labels of one term and department whose periods overlap only the finest: a week is left out where one of its
    days has a label, a month where one of its days or weeks has.

    Periods of one grain cannot overlap: the contract has weeks begin on Sunday and months on their first day. A label
    over all departments (null) does not overlap with one of a department.
    """
    coarseness = F.expr(f"array_position(array({', '.join(map(repr, GRAINS))}), grain)")
    of = F.struct("marketplace_code", "department_name", "term")
    rows = volumes.withColumn("coarseness", coarseness)
    finer = rows.select(
        of.alias("finer_of"),
        F.col("coarseness").alias("finer_coarseness"),
        F.col("period_start_on").alias("finer_start_on"),
        F.col("period_end_on").alias("finer_end_on"),
    )
    overlaps = (
        (of == F.col("finer_of"))
        & (F.col("finer_coarseness") < F.col("coarseness"))
        & (F.col("finer_start_on") <= F.col("period_end_on"))
        & (F.col("finer_end_on") >= F.col("period_start_on"))
    )
    return (
        rows.where(F.col("grain") != GRAINS[0])
        .join(finer, overlaps, "left_anti")
        .unionByName(rows.where(F.col("grain") == GRAINS[0]))
        .drop("coarseness")
    )
