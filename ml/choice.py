"""Which settings: one thing changed at a time, judged by the folds and by nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ml.folds import Fold, fold_estimates, fold_rows
from ml.metrics import summarise_errors
from ml.options import SearchOptions, Settings
from ml.progress import Tell, tell_nobody

AGE: dict[str, tuple[float, ...]] = {
    "level_half_life_days": (8.0, 15.0, 30.0, 60.0, 120.0),
    "trend_share_ratio": (0.0, 0.25, 0.5, 1.0),
}
SHAPE: dict[str, tuple[float, ...]] = {"level_step": (0.1, 0.25, 1.0), "level_shrink_count": (0.1, 5.0, 20.0)}
WORTH_RATIO = 0.002


def choose_settings(
    labelled: DataFrame,
    folds: Sequence[Fold],
    options: SearchOptions,
    *,
    grains: Sequence[str],
    tell: Tell = tell_nobody,
) -> tuple[Settings, list[tuple[Settings, float]]]:
    """The settings with the least mean WAPE over the folds, and all that were tried with theirs.

    The age of the level curve's labels is chosen first, then the base, then the whole level curve. A change is taken
    where it lowers the error by more than 0.2 %, so that noise does not choose.
    """
    start = options.previous_settings or Settings()
    trace: list[tuple[Settings, float]] = []
    rows = _held(labelled, folds, start, options, grains, tell, "")
    best, error = _best_level(start, rows, folds, grains, trace, AGE, tell)
    for change in base_changes(best, grains):
        [(name, value)] = change.items()
        tried = _held(labelled, folds, best.but(**change), options, grains, tell, f" with {name} {value}")
        tell(f"judge {name} {value} {_so_far(trace)}")
        tried_error = _judge(best.but(**change), tried, folds, grains, trace)
        if tried_error < error * (1 - WORTH_RATIO):
            best, error, rows = best.but(**change), tried_error, tried
    best, _ = _best_level(best, rows, folds, grains, trace, {**AGE, **SHAPE}, tell)
    return best, trace


def base_changes(settings: Settings, grains: Sequence[str]) -> list[dict[str, object]]:
    """What is tried of the base: fewer terms of the calendar, the other shape of events, more ridge."""
    changes: list[dict[str, object]] = [{"yearly_terms": 0}, {"yearly_terms": 3}, {"ridge": 1e-5}]
    changes += [{"weekday_terms": not settings.weekday_terms}] if "daily" in grains else []
    changes += [{"event_shape": "ramps" if settings.event_shape == "tokens" else "tokens"}]
    return [c for c in changes if any(getattr(settings, k) != v for k, v in c.items())]


def _held(
    labelled: DataFrame,
    folds: Sequence[Fold],
    settings: Settings,
    options: SearchOptions,
    grains: Sequence[str],
    tell: Tell,
    change: str,
) -> DataFrame:
    def tell_fold(name: str) -> None:
        tell(f"fit fold {name}{change}")

    return fold_rows(labelled, folds, settings, options, grains=grains, tell=tell_fold)


def _so_far(trace: list[tuple[Settings, float]]) -> str:
    return f"(least WAPE yet {min(error for _, error in trace):.4f})" if trace else ""


def _best_level(
    settings: Settings,
    rows: DataFrame,
    folds: Sequence[Fold],
    grains: Sequence[str],
    trace: list[tuple[Settings, float]],
    choices: Mapping[str, Sequence[float]],
    tell: Tell,
) -> tuple[Settings, float]:
    """One parameter of the level curve after the other, each at its best so far."""
    best, error = settings, _known(settings, trace)
    if error is None:
        error = _judge(settings, rows, folds, grains, trace)
    for name, values in choices.items():
        for value in values:
            tried = best.but(**{name: value})
            if _known(tried, trace) is not None:
                continue
            tell(f"try {name} {value} {_so_far(trace)}")
            tried_error = _judge(tried, rows, folds, grains, trace)
            if tried_error < error * (1 - WORTH_RATIO):
                best, error = tried, tried_error
    return best, error


def _known(settings: Settings, trace: list[tuple[Settings, float]]) -> float | None:
    return next((error for tried, error in trace if tried == settings), None)


def _judge(
    settings: Settings,
    rows: DataFrame,
    folds: Sequence[Fold],
    grains: Sequence[str],
    trace: list[tuple[Settings, float]],
) -> float:
    """Mean over the folds of WAPE."""
    estimates = fold_estimates(rows, folds, settings, grains=grains).where("is_test")
    row = summarise_errors(estimates, ["fold_name"], coverage=False).agg(F.avg("wape_ratio")).first()
    error = float(row[0]) if row and row[0] is not None else float("inf")
    trace.append((settings, error))
    return error
