"""What needs no learner: python -m benchmarks.model.simple_job DATA OUT last_known|log_log_line|spline_only"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.model.data import DataSet
from benchmarks.model.lagged import KEY, joined, with_lagged

KNOT_RANKS = (3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
RIDGE = 1e-6


def main(data: Path, out: Path, kind: str) -> None:
    told = DataSet.read(data)
    labels = joined(data)
    if kind == "last_known":
        labels = with_lagged(labels, told.known_after_days)
    development = labels[labels["available_on"] <= pd.Timestamp(told.test_from)]
    test = labels[labels["ranked_on"] > pd.Timestamp(told.test_from)]
    if kind == "last_known":
        estimate = np.exp(test["ln_last"].to_numpy())
    else:
        estimate = _by_rank(development, test, KNOT_RANKS if kind == "spline_only" else ())
    test.assign(estimate=estimate)[[*KEY, "estimate"]].to_parquet(out / "estimates.parquet")


def _by_rank(development: pd.DataFrame, test: pd.DataFrame, knot_ranks: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Least squares of ln volume on ln rank, broken at the knots, for each marketplace and department on its own."""
    estimates = pd.Series(np.nan, index=test.index)
    for cell, known in development.groupby(["marketplace_code", "department_name"]):
        ahead = test[(test["marketplace_code"] == cell[0]) & (test["department_name"] == cell[1])]
        x, y = _design(known["ln_rank"].to_numpy(), knot_ranks), np.log(known["search_count"].to_numpy())
        penalty = RIDGE * len(y) * np.eye(x.shape[1])
        weights = np.linalg.solve(x.T @ x + penalty, x.T @ y)
        smearing = np.exp(y - x @ weights).mean()
        estimates[ahead.index] = np.exp(_design(ahead["ln_rank"].to_numpy(), knot_ranks) @ weights) * smearing
    return estimates.to_numpy()


def _design(ln_rank: npt.NDArray[np.float64], knot_ranks: tuple[int, ...]) -> npt.NDArray[np.float64]:
    hinges = [np.maximum(ln_rank - np.log(knot), 0) for knot in knot_ranks]
    return np.column_stack([np.ones_like(ln_rank), ln_rank, *hinges])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
