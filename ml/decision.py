"""Whether a trained model may be released."""

from __future__ import annotations

from pyspark.sql import DataFrame

from ml.backtest import ALL, FROM_ALL_FOLDS, HEADRACE, LAST_KNOWN, LOG_LOG, TEST
from ml.options import ModelOptions, Settings

RIVALS = {LOG_LOG: "a log-log line", LAST_KNOWN: "the last known value at the rank"}


def refusal(
    backtest: DataFrame,
    options: ModelOptions,
    *,
    settings: Settings,
    released: Settings | None,
    tried: list[tuple[Settings, float]],
) -> str | None:
    """Why not, in a sentence; None where nothing speaks against it.

    On the test period and over the folds the model's WAPE is to be below that of each rival, its bias within
    `bias_at_most_ratio`; over the folds its error is to be no greater than that of the released model's settings,
    refitted; and no published list may rise with rank.
    """
    rows = backtest.where(f"cut_name = '{ALL}'").collect()
    found = {(r["fold_name"], r["model_name"]): r for r in rows}
    reasons = []
    for fold in (FROM_ALL_FOLDS, TEST):
        own = found.get((fold, HEADRACE))
        if own is None:
            reasons.append(f"no label of the {_in_words(fold)} has an estimate")
            continue
        for rival, said in RIVALS.items():
            other = found.get((fold, rival))
            if other is not None and own["wape_ratio"] >= other["wape_ratio"]:
                reasons.append(
                    f"on the {_in_words(fold)} its WAPE is {own['wape_ratio']:.4f}, that of {said} "
                    f"{other['wape_ratio']:.4f}, expected less"
                )
        if abs(own["bias_ratio"]) > options.bias_at_most_ratio:
            reasons.append(
                f"on the {_in_words(fold)} its total is off by {own['bias_ratio']:+.1%}; expected at most "
                f"{options.bias_at_most_ratio:.0%}"
            )
        if own["order_violation_count"]:
            reasons.append(f"{own['order_violation_count']} published volumes rise as rank worsens; expected none")
    refitted, before = (_tried(s, tried) for s in (settings, released))
    if refitted is not None and before is not None and refitted > before:
        reasons.append(
            f"over the folds its WAPE is {refitted:.4f}, that of the released settings refitted {before:.4f}, "
            "expected no more"
        )
    return "; ".join(reasons) or None


def _tried(settings: Settings | None, tried: list[tuple[Settings, float]]) -> float | None:
    """The error over the folds, before the Poisson stage, which is no part of the choice."""
    return dict(tried).get(settings.but(poisson=False)) if settings else None


def _in_words(fold: str) -> str:
    return "test period" if fold == TEST else "folds"
