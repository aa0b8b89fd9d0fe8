"""Volume never rises as rank worsens: pool adjacent violators."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import DataFrame

from ml.labels import CELL

Floats = npt.NDArray[np.float64]
LIST = (*CELL, "ranked_on")


def falling(values: Floats, weights: Floats) -> Floats:
    """The nearest sequence, by weighted squares, that never rises (pool adjacent violators; Ayer and others 1955).

    The blocks' weighted means stand for their members, so that the weighted sum stays. Two neighbouring blocks that
    rise are equal in the solution, so every run of rising blocks is pooled at once, and again until none rises.
    """
    means, sizes = values.astype(np.float64), weights.astype(np.float64)
    block = np.arange(len(means))
    while (rises := means[1:] > means[:-1]).any():
        pooled = np.concatenate([[0], np.cumsum(~rises)])
        sums, sizes = np.bincount(pooled, means * sizes), np.bincount(pooled, sizes)
        means, block = sums / sizes, pooled[block]
    return means[block]


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
