"""How sure a measured coverage is: days are resampled in blocks, since errors of near days are alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BLOCK_DAYS = 7
REPEATS = 1_000


def block_bootstrap(
    hits: npt.NDArray[np.float64], counts: npt.NDArray[np.float64], *, seed: int
) -> tuple[float, float]:
    """The 2.5 % and 97.5 % quantiles of sum(hits) / sum(counts) over 1,000 resamplings of blocks of 7 days.

    One entry per day, in order (Künsch 1989, the moving block bootstrap).
    """
    days = len(hits)
    if days == 0:
        return float("nan"), float("nan")
    length = min(BLOCK_DAYS, days)
    starts = np.random.default_rng(seed).integers(0, days - length + 1, (REPEATS, -(-days // length)))
    at = (starts[:, :, None] + np.arange(length)).reshape(REPEATS, -1)[:, :days]
    shares = hits[at].sum(axis=1) / counts[at].sum(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(low), float(high)
