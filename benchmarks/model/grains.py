"""Headrace by weekly labels against Headrace by daily ones, on the same labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.model.data import sunday_of
from benchmarks.model.judging import is_season, judged_labels

TERM = ["marketplace_code", "department_name", "term"]


def weekly_against_daily(labels: pd.DataFrame, daily: pd.DataFrame, weekly: pd.DataFrame) -> dict[str, Any]:
    """WAPE of both on the daily labels, on those of the season, and on their sums over whole weeks (Sunday to Saturday,
    all seven days labelled). `labels` are of the days that both were judged on; a missing estimate is 0."""
    both = labels.assign(
        daily=judged_labels(labels, daily)["estimate"].fillna(0.0).to_numpy(),
        weekly=judged_labels(labels, weekly)["estimate"].fillna(0.0).to_numpy(),
    )
    counts = ["search_count", "daily", "weekly"]
    weeks = both.assign(week=sunday_of(both["ranked_on"])).groupby([*TERM, "week"], dropna=False)
    whole = weeks[counts].sum()[weeks.size() == 7]
    return {"days": _wapes(both), "season": _wapes(both[is_season(both["ranked_on"])]), "weeks": _wapes(whole)}


def _wapes(both: pd.DataFrame) -> dict[str, Any] | None:
    if both.empty:
        return None
    actual = both["search_count"].to_numpy(float)
    wape = {name: float(np.abs(both[name] - actual).sum() / actual.sum()) for name in ("daily", "weekly")}
    return {"labels": len(both), **wape}
