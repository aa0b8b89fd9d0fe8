"""Volume never rises as rank worsens: pool adjacent violators."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from ml.labels import CELL

Floats = npt.NDArray[np.float64]
LIST = (*CELL, "ranked_on")
ROUNDING = 1e-12


def falling(values: Floats, weights: Floats) -> Floats:
    """The nearest sequence, by weighted squares, that never rises (pool adjacent violators; Ayer and others 1955).

    The blocks' weighted means stand for their members, so that the weighted sum stays. Two neighbouring blocks that
    rise are equal in the solution, so every run of rising blocks is pooled at once, and again until none rises.
    """
    means, sizes = values.astype(np.float64), weights.astype(np.float64)
    block = np.arange(len(means))
    while (rises := means[1:] > means[:-1]).any():
        pooled = np.concatenate([[0], np.cumsum(~rises)])
        sums, sizes = _by(pooled, means * sizes), _by(pooled, sizes)
        means, block = sums / sizes, pooled[block]
    return means[block]


def _by(pooled: npt.NDArray[np.intp], values: Floats) -> Floats:
    sums: Floats = np.bincount(pooled, values).astype(np.float64)
    return sums


def with_order(estimates: DataFrame, columns: Sequence[str]) -> DataFrame:
    """Make each of `columns` fall with `rank` in every marketplace, department and day.

    Ties in rank have one value. The order between the columns stays: of two sequences that nowhere cross, neither do
    their nearest falling ones. Rows without a value keep none. One list of one day is in memory at a time.
    """
    names = list(columns)

    def order_list(frame: pd.DataFrame) -> pd.DataFrame:
        known = frame[names[0]].notna().to_numpy()
        if not known.any():
            return frame
        ranks, at, counts = np.unique(frame["rank"].to_numpy()[known], return_inverse=True, return_counts=True)
        for name in names:
            values = frame[name].to_numpy(dtype=np.float64, copy=True)
            by_rank = np.bincount(at, values[known], minlength=len(ranks)) / counts
            values[known] = falling(by_rank, counts.astype(np.float64))[at]
            frame[name] = values
        return frame

    return estimates.groupBy(*LIST).applyInPandas(order_list, estimates.schema)


def count_violations(estimates: DataFrame, columns: Sequence[str], *, day: str) -> int:
    """How many values of `columns` are greater than that of the next better rank of their list."""
    by_rank = Window.partitionBy(*CELL, day).orderBy("rank", "term")
    risen = [
        F.coalesce((F.col(name) > F.lag(name).over(by_rank) * (1 + ROUNDING)).cast("long"), F.lit(0))
        for name in columns
    ]
    row = estimates.select(reduce(Column.__add__, risen).alias("risen")).agg(F.sum("risen")).first()
    return int(row[0] or 0) if row else 0
