"""The model card: what a stranger must know before using the estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ml import STAND_INS
from ml.backtest import ALL, FROM_ALL_FOLDS, HEADRACE, TEST, Ranges
from ml.folds import Fold
from ml.intervals import BUCKET_NAMES
from ml.labels import LABEL
from ml.limits import limits
from ml.model import VolumeModel
from ml.options import Settings

Rows = list[dict[str, Any]]

ERRORS = ("label_count", "bounded_label_count", "wape_ratio", "mdape_ratio", "rmsle", "bias_ratio")
COVERAGE = ("coverage_80_ratio", "coverage_95_ratio", "width_80_ratio", "width_95_ratio")
CUTS = ("rank", "marketplace", "department", "season", "event", "terms")


def make_card(
    model: VolumeModel,
    backtest: DataFrame,
    folds: Sequence[Fold],
    tried: list[tuple[Settings, float]],
    test_from: date,
    refusal: str | None,
    uncertainty: Mapping[str, Ranges],
    labels: Rows,
    *,
    are_settings_fixed: bool,
) -> dict[str, Any]:
    """Everything here is JSON. Ratios are shares; bias is (estimates - searches) / searches.

    `labels` are those of `label_counts`. What the caller knows of the data and the code it adds: `data`, `made_by`.
    """
    rows = [row.asDict() for row in backtest.collect()]
    card: dict[str, Any] = {
        "stand_ins": STAND_INS,
        "refusal": refusal,
        "known_through": model.known_through.isoformat(),
        "test_from": test_from.isoformat(),
        "label_count": sum(told["label_count"] for told in labels),
        "labels": labels,
        "grains": list(model.grains),
        "settings": model.settings.as_json(),
        "are_settings_fixed": are_settings_fixed,
        "tried_settings": [{"settings": s.as_json(), "mean_fold_wape_ratio": e} for s, e in tried],
        "supports": [asdict(s) for s in model.supports],
        "folds": [
            {"origin_on": f.name, "through_on": f.through_on.isoformat(), "is_choosing": f.is_choosing} for f in folds
        ],
        "errors": _cut(rows, ALL),
        "cuts": [row for cut in CUTS for row in _cut(rows, cut, HEADRACE)],
        "coverage": _coverage(rows, uncertainty),
        "calibration": asdict(model.calibration),
    }
    return card | {"limits": limits(card)}


def label_counts(labelled: DataFrame) -> Rows:
    """By marketplace and grain: labels that have a rank, the days and terms of these, the first and the last day."""
    label = F.struct(*LABEL)
    found = labelled.groupBy("marketplace_code", "grain").agg(
        F.count_distinct(label).alias("label_count"),
        F.count(F.lit(1)).alias("label_day_count"),
        F.count_distinct(F.struct("label_department_name", "term")).alias("term_count"),
        F.min("ranked_on").alias("first_on"),
        F.max("ranked_on").alias("last_on"),
    )
    rows = [row.asDict() for row in found.orderBy("marketplace_code", "grain").collect()]
    return [{**row, "first_on": row["first_on"].isoformat(), "last_on": row["last_on"].isoformat()} for row in rows]


def _cut(rows: Rows, cut: str, model_name: str | None = None) -> Rows:
    """The backtest of a cut, of one model or of all, by fold."""
    found = [r for r in rows if r["cut_name"] == cut and model_name in (None, r["model_name"])]
    place = {name: n for n, name in enumerate(BUCKET_NAMES)}
    found.sort(key=lambda r: (r["fold_name"], r["model_name"], place.get(r["cut_value"], 0), r["cut_value"]))
    names = ("fold_name", *(("model_name",) if model_name is None else ("cut_name", "cut_value")), *ERRORS, *COVERAGE)
    return [{name: r[name] for name in names} for r in found]


def _coverage(rows: Rows, uncertainty: Mapping[str, Ranges]) -> dict[str, Any]:
    """Of the test period where it has labels, else of the folds; with the ranges that blocks of days allow, of the test
    period, the folds and the season of the folds."""
    own = {r["fold_name"]: r for r in rows if r["model_name"] == HEADRACE and r["cut_name"] == ALL}
    last = own.get(TEST) or own.get(FROM_ALL_FOLDS)
    if last is None:
        return {}
    said: dict[str, Any] = {"80": last["coverage_80_ratio"], "95": last["coverage_95_ratio"]}
    said["fold_name"] = last["fold_name"]
    said["judged"] = {
        cut: sorted({row["cut_value"] for row in _cut(rows, cut, HEADRACE) if row["coverage_80_ratio"] is not None})
        for cut in ("marketplace", "department")
    }
    # Of fewer days than make two blocks there is no range: nan, or both ends the same.
    for name, ranges in uncertainty.items():
        said[name] = {level: [low, high] for level, (low, high) in ranges.items() if low < high}
    pooled = own.get(FROM_ALL_FOLDS)
    said["folds"] = {name: pooled[name] for name in COVERAGE} if pooled else None
    return said
