"""The model card: what a stranger must know before using the estimates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from pyspark.sql import DataFrame

from ml import STAND_INS
from ml.backtest import ALL, FROM_ALL_FOLDS, HEADRACE, TEST
from ml.folds import Fold
from ml.model import VolumeModel
from ml.options import SearchOptions, Settings

ERRORS = ("label_count", "wape_ratio", "mdape_ratio", "rmsle", "bias_ratio")
COVERAGE = ("coverage_80_ratio", "coverage_95_ratio", "width_80_ratio", "width_95_ratio")


def make_card(
    model: VolumeModel,
    backtest: DataFrame,
    folds: Sequence[Fold],
    tried: list[tuple[Settings, float]],
    options: SearchOptions,
    test_from: date,
    refusal: str | None,
    uncertainty: dict[str, tuple[float, float]],
) -> dict[str, Any]:
    """Everything here is JSON. Ratios are shares; bias is (estimates - searches) / searches."""
    rows = [row.asDict() for row in backtest.collect()]
    return {
        "stand_ins": STAND_INS,
        "refusal": refusal,
        "known_through": model.known_through.isoformat(),
        "test_from": test_from.isoformat(),
        "label_count": sum(s.label_count for s in model.supports),
        "grains": list(model.grains),
        "settings": model.settings.as_json(),
        "tried_settings": [{"settings": s.as_json(), "mean_fold_wape_ratio": e} for s, e in tried],
        "supports": [asdict(s) for s in model.supports],
        "folds": [{"origin_on": f.origin_on.isoformat(), "through_on": f.through_on.isoformat()} for f in folds],
        "errors": _cut(rows, ALL, ERRORS),
        "bias_by_rank": _bias_by_rank(rows),
        "coverage": _coverage(rows, uncertainty),
        "calibration": asdict(model.calibration),
        "limits": limits(model, rows, options),
    }


def _cut(rows: list[dict[str, Any]], cut: str, names: Sequence[str]) -> list[dict[str, Any]]:
    found = [r for r in rows if r["cut_name"] == cut]
    found.sort(key=lambda r: (r["fold_name"], r["model_name"]))
    return [{k: r[k] for k in ("fold_name", "model_name", *names)} for r in found]


def _bias_by_rank(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [r for r in rows if r["cut_name"] == "rank" and r["model_name"] == HEADRACE]
    found.sort(key=lambda r: (r["fold_name"], r["cut_value"]))
    return [{k: r[k] for k in ("fold_name", "cut_value", "label_count", "bias_ratio", "wape_ratio")} for r in found]


def _coverage(rows: list[dict[str, Any]], uncertainty: dict[str, tuple[float, float]]) -> dict[str, Any]:
    """Of the test period where it has labels, else of the folds; with the range that blocks of days allow."""
    own = {r["fold_name"]: r for r in rows if r["model_name"] == HEADRACE and r["cut_name"] == ALL}
    last = own.get(TEST) or own.get(FROM_ALL_FOLDS)
    if last is None:
        return {}
    said: dict[str, Any] = {"80": last["coverage_80_ratio"], "95": last["coverage_95_ratio"]}
    said["fold_name"] = last["fold_name"]
    said["ranges"] = {name: list(pair) for name, pair in uncertainty.items()}
    pooled = own.get(FROM_ALL_FOLDS)
    said["folds"] = {name: pooled[name] for name in COVERAGE} if pooled else None
    return said


def limits(model: VolumeModel, rows: list[dict[str, Any]], options: SearchOptions) -> list[str]:
    """Where not to trust it, in sentences."""
    said = [
        "An estimate is of searches for a term at a rank, not of a term: two terms of one rank have one estimate, and "
        "what a term has that its rank does not tell is in the interval only.",
        "A marketplace without labels is refused. A department without labels has the marketplace's curve, and nothing "
        "measured its error.",
        "The labelled terms are a selected sample. Intervals were calibrated on terms that the fold's model had not "
        "seen as well, but on labelled ones: terms unlike them may lie outside more often.",
        "The terms of a day share its shock: intervals of sums of terms are wider than independent errors would make "
        "them (ml/sums.py).",
    ]
    if "daily" not in model.grains:
        said.append(
            "All labels are weekly or monthly: the division over days is the model's, without weekdays; coverage was "
            "measured on periods, and that of a day cannot be tested."
        )
    lowest = min((s.lowest_rank for s in model.supports), default=1)
    highest = max((s.highest_rank for s in model.supports), default=1)
    said.append(f"Labels have ranks from {lowest:,} to {highest:,}; outside them estimates are extrapolated.")
    biased = [
        r
        for r in rows
        if r["cut_name"] == "rank" and r["model_name"] == HEADRACE and abs(r["bias_ratio"] or 0.0) > 0.05
    ]
    said += [
        f"Ranks {r['cut_value']}: the total was off by {r['bias_ratio']:+.1%} ({r['fold_name']})."
        for r in sorted(biased, key=lambda r: (r["fold_name"], r["cut_value"]))
    ]
    return said


def card_page(card: dict[str, Any]) -> str:
    """The card as a Markdown page."""
    lines = ["# Search volume model", "", card["stand_ins"], ""]
    lines += [f"**Not released**: {card['refusal']}.", ""] if card.get("refusal") else []
    if not card.get("errors"):
        return "\n".join(lines)
    lines += [f"Fitted on {card['label_count']:,} label days known through {card['known_through']}.", ""]
    lines += ["## Where not to trust it", "", *(f"* {line}" for line in card["limits"]), ""]
    lines += ["## Errors", "", "| fold | model | labels | WAPE | MdAPE | RMSLE | bias |"]
    lines += ["| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    lines += [
        f"| {r['fold_name']} | {r['model_name']} | {r['label_count']:,} | {r['wape_ratio']:.4f} | "
        f"{r['mdape_ratio']:.4f} | {r['rmsle']:.4f} | {r['bias_ratio']:+.4f} |"
        for r in card["errors"]
    ]
    coverage = card["coverage"]
    if coverage.get("80") is not None:
        lines += ["", "## Coverage", "", f"On the {coverage['fold_name']} period: 80 % intervals held "]
        lines[-1] += f"{coverage['80']:.1%} of the labels, 95 % intervals {coverage['95']:.1%}."
    return "\n".join([*lines, ""])
