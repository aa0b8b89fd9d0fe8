"""Train, judge on rolling origins, test once, release or refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ml import STAND_INS
from ml.backtest import Backtest, Ranges, backtest_folds, backtest_test, coverage_ranges, with_violations
from ml.base import LN_BASE, fit_on_labels, with_base
from ml.card import label_counts, make_card
from ml.choice import choose_settings, with_released
from ml.decision import refusal
from ml.drift import RANK_BINS, Reference, list_lengths, rank_shares
from ml.event_days import event_days, with_event_days
from ml.folds import (
    LEVEL_LOOKBACK_DAYS,
    Fold,
    FoldLabels,
    fold_labels,
    fold_rows,
    folds_with_labels,
    further_folds,
    rolling_folds,
    with_trend,
    with_unseen,
)
from ml.intervals import Calibration, daily_errors
from ml.known import ASKED_ON
from ml.labels import CELL, LABEL, labelled_days, last_day
from ml.level_curve import levels, node_count, with_residual
from ml.model import Support, VolumeModel
from ml.options import DEFAULT_KNOT_RANKS, LOG_LOG_LINE, ModelOptions, Settings
from ml.order import count_violations
from ml.poisson import fit_poisson, with_poisson
from ml.progress import Tell, tell_nobody
from ml.scoring import BOUNDS, ESTIMATE, label_errors, score, share_of_period
from ml.seal import SealedTest, sealed
from ml.smearing import STEP, fit_smearing, with_smearing
from schemas.search import SEARCH_VOLUME_BACKTEST

SUMS = "marketplace_code string, node int, ranked_on date, available_on date, residual_sum double, weight_sum double"
ERRORS = "marketplace_code string, ranked_on date, available_on date, square_sum double, day_count double"
DAYS_AT_LEAST = 60
NO_FOLD = "no fold has labels known on its origin to be fitted on and later ones to be judged on"


@dataclass(frozen=True)
class TrainingResult:
    """`model` is None where training could not end in one; `refusal` says why the model, or the lack of one, is not to
    be released, and is None where it is. `backtest` has one row per fold, model and cut. `test_estimates` are those of
    the test period, by the model of what was known before it; None where there was no test."""

    model: VolumeModel | None
    card: dict[str, Any]
    backtest: DataFrame
    refusal: str | None
    test_estimates: DataFrame | None


@dataclass(frozen=True)
class _Span:
    first_on: date
    last_on: date
    known_through: date
    grains: tuple[str, ...]


def train(
    ranks: DataFrame,
    volumes: DataFrame,
    special_dates: DataFrame,
    options: ModelOptions | None = None,
    *,
    tell: Tell = tell_nobody,
) -> TrainingResult:
    """Choose settings on rolling origins before the test period, judge them once on it, and fit on everything.

    Frames are the curated tables `search_ranks`, `search_volumes` and `special_dates`. `tell` hears what begins.
    """
    options = options or ModelOptions()
    tell("labels and their ranks")
    labelled = with_event_days(
        labelled_days(ranks, volumes, department_rule=options.department_rule), event_days(special_dates)
    ).localCheckpoint()
    span = _span(labelled)
    if span is None or (span.last_on - span.first_on).days + 1 < DAYS_AT_LEAST:
        return _nothing(labelled, _too_few(labelled), options)
    test_from = options.test_from or max(
        span.last_on - timedelta(days=options.test_days), span.first_on + (span.last_on - span.first_on) / 2
    )
    development, test = sealed(labelled, test_from)
    before = _span(development)
    if before is None:
        return _nothing(labelled, f"no labels were known on {test_from}, before the test period", options)
    rolling = rolling_folds(before.first_on, before.last_on, options)
    asked = sorted([*rolling, *further_folds(development, rolling, options)], key=lambda fold: fold.origin_on)
    first_origin_on = rolling[0].origin_on if rolling else test_from
    of_folds = with_unseen(development, options, first_origin_on=first_origin_on).localCheckpoint()
    folds = folds_with_labels(of_folds, asked)
    if not any(fold.is_choosing for fold in folds):
        return _nothing(labelled, f"{NO_FOLD}: the labels known on {test_from} are of too few days", options)
    tell("labels of the folds")
    fold_data, rows, choice = _chosen(of_folds, folds, options, grains=before.grains, tell=tell)
    settings, judged = _judged(fold_data, rows, choice.settings, options, tell)
    tell(f"fit on what was known on {test_from}")
    tested = _fitted(development, ranks, settings, before.grains, test_from, judged.calibration, options)
    tell(f"test period from {test_from}")
    final, estimates, ranges = _tested(
        tested, ranks, volumes, special_dates, development, test, Fold(test_from, span.last_on), span.grains, options
    )
    backtest = judged.rows.unionByName(final)
    refused = refusal(backtest, options, settings=settings, released=choice.released, tried=choice.tried)
    tell("fit on all labels")
    model = _fitted(labelled, ranks, settings, span.grains, span.known_through, judged.calibration, options)
    labels = label_counts(labelled)
    is_fixed = options.settings is not None
    uncertainty = {"ranges": ranges, "folds_ranges": judged.ranges, "folds_season_ranges": judged.season_ranges}
    card = make_card(
        model, backtest, folds, choice.tried, test_from, refused, uncertainty, labels, are_settings_fixed=is_fixed
    )
    return TrainingResult(replace(model, card=card), card, backtest, refused, estimates)


@dataclass(frozen=True)
class _Choice:
    """The settings, all that were tried with their errors, and those of the released model where there is one."""

    settings: Settings
    tried: list[tuple[Settings, float]]
    released: Settings | None


def _chosen(
    labelled: DataFrame, folds: Sequence[Fold], options: ModelOptions, *, grains: Sequence[str], tell: Tell
) -> tuple[FoldLabels, DataFrame, _Choice]:
    """The folds' labels, their `fold_rows` by the settings, and these."""

    def tell_judged(fold: str) -> None:
        tell(f"judge fold {fold}")

    highest_rank = _highest_rank(labelled, next(fold for fold in folds if fold.is_choosing))
    released = options.previous_settings
    begin = (released or Settings()).but(knot_ranks=DEFAULT_KNOT_RANKS)
    start = (options.settings or begin).within(highest_rank)
    knots = {*start.knot_ranks, *(released.knot_ranks if released else ())}
    labels = fold_labels(labelled, folds, start.but(knot_ranks=tuple(sorted(knots))), options, grains=grains)
    choosing = labels.of([fold for fold in folds if fold.is_choosing])
    if options.settings is None:
        settings, tried, rows = choose_settings(choosing, start, tell=tell)
    else:
        settings, tried, rows = start, [], fold_rows(choosing, start, tell=tell_judged)
    tried = with_released(choosing, rows, settings, tried, released, tell=tell)
    if others := [fold for fold in folds if not fold.is_choosing]:
        rows = rows.unionByName(fold_rows(labels.of(others), settings, tell=tell_judged))
    return labels, rows, _Choice(settings, tried, released)


def _highest_rank(labelled: DataFrame, first: Fold) -> int:
    """Of the labels known on the first origin."""
    known = F.col("available_on") <= F.lit(first.origin_on)
    [(highest_rank,)] = labelled.agg(F.max(F.when(known, F.col("rank")))).collect()
    return int(highest_rank)


def _judged(
    labels: FoldLabels, rows: DataFrame, settings: Settings, options: ModelOptions, tell: Tell
) -> tuple[Settings, Backtest]:
    """The backtest of the settings; with the Poisson stage where the folds' total is off by more than
    `bias_at_most_ratio` without it and is not with it."""

    found = backtest_folds(labels, rows, settings, seed=options.seed, tell=tell)
    if settings.poisson or abs(found.bias_ratio) <= options.bias_at_most_ratio:
        return settings, found
    tell(f"Poisson stage, since the folds' total is off by {found.bias_ratio:+.1%}")
    last = settings.but(poisson=True)
    healed = backtest_folds(labels, rows, last, seed=options.seed, tell=tell)
    return (last, healed) if abs(healed.bias_ratio) <= options.bias_at_most_ratio else (settings, found)


def _too_few(labelled: DataFrame) -> str:
    if labelled.isEmpty():
        return (
            "no label has a rank of its term, marketplace and day: no volumes were delivered, or they are of other "
            "terms or days"
        )
    return f"the labels that have a rank are of fewer than {DAYS_AT_LEAST} days, and a training needs that many"


def _nothing(labelled: DataFrame, why: str, options: ModelOptions) -> TrainingResult:
    empty = labelled.sparkSession.createDataFrame([], SEARCH_VOLUME_BACKTEST.struct)
    card = {
        "stand_ins": STAND_INS,
        "label_count": labelled.select(*LABEL).distinct().count(),
        "refusal": why,
        "settings": None,
    }
    return TrainingResult(None, card, empty, why, None)


def _tested(
    model: VolumeModel,
    ranks: DataFrame,
    volumes: DataFrame,
    special_dates: DataFrame,
    development: DataFrame,
    test: SealedTest,
    fold: Fold,
    grains: Sequence[str],
    options: ModelOptions,
) -> tuple[DataFrame, DataFrame, Ranges]:
    """The single run on the test period: days after `origin_on` as they would have been scored, and the rivals.
    `grains` are those of all labels: one may begin in the test period."""
    later = test.open(model.settings)
    labelled = development.unionByName(later)
    scored = replace(options, score_from=fold.origin_on + timedelta(days=1), score_through=fold.through_on)
    estimates = score(model, ranks, volumes, special_dates, scored).estimates.localCheckpoint()
    line = _log_log(development, later, fold, model.grains)
    rows = backtest_test(estimates, labelled, line, fold, grains=grains)
    risen = count_violations(estimates, [ESTIMATE, *(f"{name}_search_count" for name in BOUNDS)], day="estimated_on")
    found = with_violations(rows, risen).localCheckpoint()
    ranges = coverage_ranges(estimates, labelled, fold, grains=grains, seed=options.seed)
    return found, estimates, ranges


def _log_log(development: DataFrame, later: DataFrame, fold: Fold, grains: Sequence[str]) -> DataFrame:
    """The rival's estimates of the test period's labelled days, with its own smearing."""
    base = fit_on_labels(with_trend(development, fold.origin_on), LOG_LOG_LINE, grains=grains)
    fitted = with_residual(with_base(with_trend(development, fold.origin_on), base), grains=grains)
    smearing = fit_smearing(fitted.withColumn("error", F.col("residual")))
    days = with_base(with_trend(later.dropDuplicates([*CELL, "term", "ranked_on"]), fold.origin_on), base)
    smeared = with_smearing(days, {(): smearing})
    nothing = {f"{name}_search_count": F.lit(None).cast("double") for name in BOUNDS}
    return smeared.withColumns(
        {
            "estimated_on": F.col("ranked_on"),
            ESTIMATE: F.exp(F.col(LN_BASE) + F.col("ln_smearing")),
            "basis": F.lit("direct"),
            **nothing,
        }
    )


def _span(labelled: DataFrame) -> _Span | None:
    grains = F.array_sort(F.collect_set("grain"))
    row = labelled.agg(F.min("ranked_on"), F.max(last_day()), F.max("available_on"), grains).first()
    return _Span(row[0], row[1], row[2], tuple(row[3])) if row and row[0] else None


def _fitted(
    labelled: DataFrame,
    ranks: DataFrame,
    settings: Settings,
    grains: Sequence[str],
    known_through: date,
    calibration: Calibration,
    options: ModelOptions,
) -> VolumeModel:
    """The base and the level curve's state on all rows: days that are scored again, and marketplaces whose labels ended
    long ago, have a level and its age too. Smearing, Poisson stage and errors are of the last year."""
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
        poisson=None,
        calibration=calibration,
        supports=_supports(labelled),
        references={},
        grains=tuple(grains),
        card={},
    )
    sums, errors = label_errors(empty, labelled, errors_after=known_through - timedelta(days=LEVEL_LOOKBACK_DAYS))
    kept = ("marketplace_code", "ranked_on", "available_on", "period_day_count", "rank", "ln_estimate", "error")
    errors = errors.select(*kept).localCheckpoint()
    smearing = fit_smearing(errors)
    smeared = _less(with_smearing(errors, {(): smearing}), "ln_smearing")
    poisson = fit_poisson(smeared) if settings.poisson else None
    left = _less(with_poisson(smeared, poisson), "ln_poisson")
    model = replace(
        empty,
        smearing=smearing,
        poisson=poisson,
        residual_sums=sums.localCheckpoint(),
        error_days=daily_errors(left, share=share_of_period()).localCheckpoint(),
    )
    return replace(model, references=_references(model, labelled, ranks, options))


def _less(errors: DataFrame, part: str) -> DataFrame:
    """Take a part of the estimate, ln, from what is left of the errors."""
    return errors.withColumns(
        {"ln_estimate": F.col("ln_estimate") + F.col(part), "error": F.col("error") - F.col(part)}
    ).drop(part)


def _references(
    model: VolumeModel, labelled: DataFrame, ranks: DataFrame, options: ModelOptions
) -> dict[str, Reference]:
    newest = labelled.agg(F.max("ranked_on")).first()
    through = newest[0] if newest else model.known_through
    shares = rank_shares(ranks, labelled, through, department_rule=options.department_rule)
    lengths = list_lengths(ranks, through)
    asked = labelled.select("marketplace_code", F.lit(model.known_through).alias(ASKED_ON)).distinct()
    at_end = levels(model.residual_sums, asked, model.settings, anchor=model.known_through).collect()
    level = {row["marketplace_code"]: float(row["overall_level"]) for row in at_end}
    none = (0.0,) * RANK_BINS
    return {code: Reference(shares.get(code, none), lengths.get(code, 0.0), level[code]) for code in level}


def _supports(labelled: DataFrame) -> tuple[Support, ...]:
    found = labelled.groupBy(*CELL).agg(F.min("rank"), F.max("rank"), F.count_distinct(F.struct(*LABEL)))
    return tuple(Support(*row) for row in found.orderBy(*CELL).collect())
