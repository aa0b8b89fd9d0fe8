"""What Headrace's own backtest says: coverage pooled over its rolling origins, and lists that rise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ml.backtest import ALL, FROM_ALL_FOLDS, HEADRACE, TEST


def with_backtest(found: dict[str, Any], backtest: pd.DataFrame, coverage: Mapping[str, Any]) -> dict[str, Any]:
    """Add to `errors` the coverage over all folds (`folds`, and `folds_season` of the season's days), with the ranges
    that the card's `coverage` has, and `order_violations`, how often published lists of the test period rise with
    rank."""
    own = backtest[backtest["model_name"] == HEADRACE]
    parts = {"folds": (ALL, ALL), "folds_season": ("season", "season")}
    intervals = {
        level: {
            **said,
            **{
                part: _pooled(own, int(level), *cut, coverage.get(f"{part}_ranges", {}).get(level))
                for part, cut in parts.items()
            },
        }
        for level, said in found["intervals"].items()
    }
    test = own[(own["fold_name"] == TEST) & (own["cut_name"] == ALL)]["order_violation_count"].dropna()
    pooled = own[(own["fold_name"] == FROM_ALL_FOLDS) & (own["cut_name"] == ALL)]
    return {
        **found,
        "intervals": intervals,
        "order_violations": int(test.iloc[0]) if len(test) else None,
        "folds_wape": float(pooled["wape_ratio"].iloc[0]) if len(pooled) else None,
        "folds_bias": float(pooled["bias_ratio"].iloc[0]) if len(pooled) else None,
    }


def _pooled(own: pd.DataFrame, level: int, cut: str, value: str, low_high: Any) -> dict[str, Any] | None:
    here = (own["fold_name"] == FROM_ALL_FOLDS) & (own["cut_name"] == cut) & (own["cut_value"] == value)
    shares = own.loc[here, f"coverage_{level}_ratio"].dropna()
    return {"share": float(shares.iloc[0]), "range": low_high, "labels": None, "days": None} if len(shares) else None
