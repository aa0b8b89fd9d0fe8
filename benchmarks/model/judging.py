"""How far a contestant's estimates lie from the labels of the test period, and how often its intervals held them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.model.lagged import KEY
from ml.backtest import SEASON_BEGINS, SEASON_ENDS
from ml.coverage import BLOCK_DAYS, block_bootstrap

LEVELS = (80, 95)
LIST = ["marketplace_code", "department_name", "ranked_on"]


def judged_labels(labels: pd.DataFrame, estimates: pd.DataFrame) -> pd.DataFrame:
    """Every label beside its estimate, or beside none. Two estimates of a label are an error."""
    own = estimates.drop(columns="rank", errors="ignore")
    return labels.merge(own, on=KEY, how="left", validate="one_to_one")


def errors(judged: pd.DataFrame) -> dict[str, Any]:
    """Of labels (`search_count`) beside estimates (`estimate`, and where there are bounds `lo_80` to `hi_95`). A label
    without an estimate is an error of all its searches, and is counted."""
    actual = judged["search_count"].to_numpy(float)
    estimate = judged["estimate"].fillna(0.0).to_numpy(float)
    absolute = np.abs(estimate - actual)
    season = is_season(judged["ranked_on"])
    found: dict[str, Any] = {
        "labels": len(judged),
        "without_estimate": int(judged["estimate"].isna().sum()),
        "wape": float(absolute.sum() / actual.sum()),
        "mdape": float(np.median(absolute / actual)),
        "rmsle": float(np.sqrt(np.mean((np.log1p(estimate) - np.log1p(actual)) ** 2))),
        "bias": float(estimate.sum() / actual.sum() - 1),
        "season_wape": float(absolute[season].sum() / actual[season].sum()) if season.any() else None,
        "rises": rises(judged),
    }
    if "lo_80" in judged:
        found["intervals"] = {str(level): _interval(judged, level) for level in LEVELS}
    return found


def is_season(day: pd.Series) -> np.ndarray:
    return day.dt.strftime("%m-%d").between(SEASON_BEGINS, SEASON_ENDS).to_numpy()


def _interval(judged: pd.DataFrame, level: int) -> dict[str, Any]:
    """Of the labels that have both bounds: the median width in estimates, and the share held, of all and of season."""
    bounded = judged.dropna(subset=["estimate", f"lo_{level}", f"hi_{level}"])
    width = (bounded[f"hi_{level}"] - bounded[f"lo_{level}"]) / bounded["estimate"]
    return {
        "width": float(width.median()) if len(width) else None,
        "test": held(bounded, level),
        "season": held(bounded[is_season(bounded["ranked_on"])], level),
    }


def held(bounded: pd.DataFrame, level: int) -> dict[str, Any] | None:
    """The share of labels within their bounds, with the range that resampled blocks of days give; none where the days
    are of one block only. None without labels."""
    if bounded.empty:
        return None
    hit = bounded["search_count"].between(bounded[f"lo_{level}"], bounded[f"hi_{level}"])
    days = hit.groupby(bounded["ranked_on"]).agg(["sum", "count"])
    is_ranged = len(days) > BLOCK_DAYS
    low_high = block_bootstrap(days["sum"].to_numpy(float), days["count"].to_numpy(float), seed=level)
    return {
        "share": float(hit.mean()),
        "range": list(low_high) if is_ranged else None,
        "labels": len(bounded),
        "days": len(days),
    }


def rises(judged: pd.DataFrame) -> int:
    """How many labels have an estimate above the least one of the next better labelled rank of their list. Labels of
    one rank are not compared with each other, and those without an estimate with none."""
    told = judged.dropna(subset=["estimate"])
    least = told.groupby([*LIST, "rank"], dropna=False)["estimate"].min().reset_index().sort_values([*LIST, "rank"])
    least["better"] = least.groupby(LIST, dropna=False)["estimate"].shift()
    beside = told[[*LIST, "rank", "estimate"]].merge(least.drop(columns="estimate"), on=[*LIST, "rank"])
    return int((beside["estimate"] > beside["better"] * (1 + 1e-9)).sum())
