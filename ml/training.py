"""Train, judge on rolling origins, test once, release or refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ml.backtest import Backtest, backtest_folds, backtest_test
from ml.base import fit_on_labels
from ml.card import make_card
from ml.choice import choose_settings
from ml.decision import refusal
from ml.event_days import event_days, with_event_days
from ml.folds import LEVEL_LOOKBACK_DAYS, rolling_folds, with_trend, with_unseen
from ml.intervals import Calibration, daily_errors
from ml.labels import CELL, labelled_days
from ml.model import Support, VolumeModel
from ml.options import SearchOptions, Settings
from ml.scoring import label_errors
from ml.seal import sealed
from ml.smearing import STEP, fit_smearing
from ml.level_curve import node_count

SUMS = "marketplace_code string, node int, ranked_on date, available_on date, residual_sum double, weight_sum double"
ERRORS = "marketplace_code string, ranked_on date, available_on date, square_sum double, day_count double"
DAYS_AT_LEAST = 60


@dataclass(frozen=True)
class TrainingResult:
    """`model` is None where training could not end in one; `refusal` says why the model, or the lack of one, is not to
    be released, and is None where it is. `backtest` has one row per fold, model and cut."""

    model: VolumeModel | None
    card: dict[str, Any]
    backtest: DataFrame
    refusal: str | None


@dataclass(frozen=True)
class _Span:
    first_on: date
    last_on: date
    known_through: date
    grains: tuple[str, ...]


def train(
    ranks: DataFrame, volumes: DataFrame, special_dates: DataFrame, options: SearchOptions | None = None
) -> TrainingResult:
    """Choose settings on rolling origins before the test period, judge them once on it, and fit on everything.

    Frames are the curated tables `search_ranks`, `search_volumes` and `special_dates`.
    """
    options = options or SearchOptions()
    labelled = with_event_days(
        labelled_days(ranks, volumes, department_rule=options.department_rule), event_days(special_dates)
    ).persist()
    span = _span(labelled)
    if span is None or (span.last_on - span.first_on).days < DAYS_AT_LEAST:
        return _nothing(labelled, "there are labels of fewer than 60 days that have a rank", options)
    test_from = options.test_from or max(
        span.last_on - timedelta(days=options.test_days), span.first_on + (span.last_on - span.first_on) / 2
    )
    development, test = sealed(with_unseen(labelled, options), test_from)
    development = development.persist()
    before = _span(development)
    folds = rolling_folds(before.first_on, before.last_on, options) if before else ()
    if before is None or not folds:
        return _nothing(labelled, f"no labels were known on {test_from}, before the test period", options)
    settings, tried = options.settings, []
    if settings is None:
        settings, tried = choose_settings(development, folds, options, grains=before.grains)
    judged = backtest_folds(development, folds, settings, options, grains=before.grains)
    tested = _fitted(development, settings, before.grains, test_from, judged.calibration)
    test_labels = test.open(settings)
    final = backtest_test(tested, ranks, volumes, test_labels, special_dates, options, test_from)
    backtest = judged.rows.unionByName(final.rows)
    refused = refusal(backtest, options)
    model = _fitted(labelled, settings, span.grains, span.known_through, judged.calibration)
    card = make_card(model, backtest, folds, tried, options, test_from, refused)
    return TrainingResult(replace(model, card=card), card, backtest, refused)


def _span(labelled: DataFrame) -> _Span | None:
    row = labelled.agg(
        F.min("ranked_on"), F.max("ranked_on"), F.max("available_on"), F.array_sort(F.collect_set("grain"))
    ).first()
    return _Span(row[0], row[1], row[2], tuple(row[3])) if row and row[0] else None


def _fitted(
    labelled: DataFrame, settings: Settings, grains: Sequence[str], known_through: date, calibration: Calibration
) -> VolumeModel:
    """The base on all rows, then the level curve's state, smearing and recent errors of the last 540 days."""
    spark = labelled.sparkSession
    base = fit_on_labels(with_trend(labelled, known_through), settings, grains=grains)
    empty = VolumeModel(
        settings=settings,
        base=base,
        trend_ends_on=known_through,
        known_through=known_through,
        residual_sums=spark.createDataFrame([], SUMS),
        error_days=spark.createDataFrame([], ERRORS),
        smearing=(0.0,) * node_count(STEP),
        calibration=calibration,
        supports=_supports(labelled),
        grains=tuple(grains),
        card={},
    )
    recent = labelled.where(F.col("ranked_on") > F.lit(known_through - timedelta(days=LEVEL_LOOKBACK_DAYS)))
    sums, errors = label_errors(empty, recent)
    errors = errors.persist()
    smearing = fit_smearing(errors)
    smeared = label_errors_after(errors, smearing)
    model = replace(
        empty,
        smearing=smearing,
        residual_sums=sums.localCheckpoint(),
        error_days=daily_errors(smeared).localCheckpoint(),
    )
    errors.unpersist()
    return model


def _supports(labelled: DataFrame) -> tuple[Support, ...]:
    found = labelled.groupBy(*CELL).agg(F.min("rank"), F.max("rank"), F.count(F.lit(1)))
    return tuple(Support(*row) for row in found.orderBy(*CELL).collect())
