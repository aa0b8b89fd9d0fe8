"""The labels that training and scoring see."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from schemas.search.common import GRAINS

OF = ("marketplace_code", "department_name", "term")


def known_labels(volumes: DataFrame, day: date) -> DataFrame:
    """The labels known on a day."""
    return volumes.where(F.col("available_on") <= F.lit(day))


def without_overlaps(volumes: DataFrame) -> DataFrame:
    """Of labels of one term and department whose periods overlap the one known first stands, of those known on one day
    the finest; so that nothing that is known later takes away a label that an estimate has used.

    It is decided from the coarsest grain down: a label stands where no finer one of its days was known by then, and
    the finer ones of its days are left out; where it does not stand it leaves out none. Periods of one grain cannot
    overlap: the contract has weeks begin on Sunday and months on their first day. A label over all departments (null)
    does not overlap with one of a department.
    """
    for grain in reversed(GRAINS[1:]):
        volumes = _decided(volumes, grain)
    return volumes


def _decided(volumes: DataFrame, grain: str) -> DataFrame:
    """Without the labels of the grain that do not stand beside finer ones, or else without the finer ones."""
    place = GRAINS.index(grain)
    finer = volumes.where(F.col("grain").isin(*GRAINS[:place]))
    known_by_then = F.col("other.available_on") <= F.col("one.available_on")
    standing = _without(volumes.where(F.col("grain") == grain), finer, known_by_then)
    coarser = volumes.where(F.col("grain").isin(*GRAINS[place + 1 :]))
    return standing.unionByName(_without(finer, standing)).unionByName(coarser)


def _without(labels: DataFrame, others: DataFrame, *conditions: Column) -> DataFrame:
    """The labels that overlap with none of the others for which the conditions hold."""
    overlaps = [
        *(F.col(f"one.{name}").eqNullSafe(F.col(f"other.{name}")) for name in OF),
        F.col("other.period_start_on") <= F.col("one.period_end_on"),
        F.col("other.period_end_on") >= F.col("one.period_start_on"),
    ]
    return labels.alias("one").join(others.alias("other"), [*overlaps, *conditions], "left_anti")
