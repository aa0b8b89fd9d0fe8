"""Which settings: one thing changed at a time, judged by the folds and by nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from pyspark.sql import DataFrame

from ml.folds import FoldLabels, fold_errors, fold_rows
from ml.options import Settings
from ml.progress import Tell, tell_nobody

Choices = Mapping[str, tuple[float, ...]]
SHAPE: Choices = {
    "level_half_life_days": (4.0, 15.0, 60.0),
    "level_step": (0.1, 0.25, 1.0),
    "level_shrink_count": (0.1, 5.0, 20.0),
}
AGE: Choices = {"level_half_life_days": (4.0, 8.0, 15.0, 30.0, 60.0, 120.0), "trend_share_ratio": (0.0, 0.25, 0.5, 1.0)}
COARSE_AGE: Choices = {"level_half_life_days": (4.0, 15.0, 60.0), "trend_share_ratio": (0.0, 0.5)}
WORTH_RATIO = 0.002
Trace = list[tuple[Settings, float]]


def choose_settings(
    labels: FoldLabels, start: Settings, *, tell: Tell = tell_nobody
) -> tuple[Settings, Trace, DataFrame]:
    """The settings with the least mean WAPE over the folds, beginning with `start`; all that were tried with theirs,
    and `fold_rows` of the settings.

    First the level curve's shape is chosen (step and shrinkage, with a coarse half-life), then the base, then the age
    of the curve's labels (half-life and trend), then the shape again. A change of the base is judged with several ages,
    since a base that errs by the calendar wants older labels than one that does not. All curves over one base are
    judged in one pass. A change is taken where it lowers the error by more than 0.2 %, so that noise does not choose.
    The Poisson stage is no choice of these: training asks for it where the total is off.
    """
    start = start.but(poisson=False)
    trace: Trace = []

    def fitted(settings: Settings, change: str) -> DataFrame:
        def tell_fold(name: str) -> None:
            tell(f"fit fold {name}{change}")

        return fold_rows(labels, settings, tell=tell_fold)

    def judge(rows: DataFrame, tried: Sequence[Settings], what: str) -> None:
        new = [s for s in dict.fromkeys(tried) if _known(s, trace) is None]
        tell(f"try {what}, {len(new)} settings {_so_far(trace)}".rstrip())
        trace.extend(zip(new, fold_errors(rows, labels.folds, new, grains=labels.grains) if new else [], strict=True))

    def choose(rows: DataFrame, best: Settings, choices: Choices, what: str) -> Settings:
        judge(rows, [best, *grid(best, choices)], what)
        return best_of(best, grid(best, choices), trace)

    rows = fitted(start, "")
    best = choose(rows, start, SHAPE, "the shape of the level curve")
    for change in base_changes(best, labels.grains):
        [(name, value)] = change.items()
        changed = best.but(**change)
        tried, candidates = fitted(changed, f" with {name} {value}"), [changed, *grid(changed, COARSE_AGE)]
        judge(tried, candidates, f"{name} {value}")
        least = best_of(best, candidates, trace)
        if least != best:
            best, rows = least, tried
    best = choose(rows, best, AGE, "the age of labels")
    return choose(rows, best, SHAPE, "the shape of the level curve"), trace, rows


def with_released(
    labels: FoldLabels,
    rows: DataFrame,
    settings: Settings,
    tried: Trace,
    released: Settings | None,
    *,
    tell: Tell = tell_nobody,
) -> Trace:
    """What was tried, with the errors of the settings, whose `fold_rows` are `rows`, and of the `released` ones where
    these are others and were not tried: the one is to be no worse than the other."""
    own, other = settings.but(poisson=False), released and released.but(poisson=False)
    if other is None or other == own or _known(other, tried) is not None:
        return tried
    tell("judge the released settings, refitted")
    found = [*tried, (other, fold_errors(fold_rows(labels, other), labels.folds, [other], grains=labels.grains)[0])]
    if _known(own, tried) is None:
        found.append((own, fold_errors(rows, labels.folds, [own], grains=labels.grains)[0]))
    return found


def grid(settings: Settings, choices: Choices) -> list[Settings]:
    """The settings with every combination of the choices."""
    return [settings.but(**dict(zip(choices, values, strict=True))) for values in product(*choices.values())]


def base_changes(settings: Settings, grains: Sequence[str]) -> list[dict[str, object]]:
    """What is tried of the base: fewer terms of the calendar, the other shape of events, less ridge."""
    changes: list[dict[str, object]] = [{"ridge": value} for value in (1e-7, 1e-8)]
    changes += [{"yearly_terms": 0}, {"yearly_terms": 3}]
    changes += [{"weekday_terms": not settings.weekday_terms}] if "daily" in grains else []
    changes += [{"event_shape": "ramps" if settings.event_shape == "tokens" else "tokens"}]
    return [c for c in changes if any(getattr(settings, k) != v for k, v in c.items())]


def _so_far(trace: Trace) -> str:
    return f"(least WAPE yet {min(error for _, error in trace):.4f})" if trace else ""


def best_of(settings: Settings, tried: Sequence[Settings], trace: Trace) -> Settings:
    """The one of least error, where that is less by more than `WORTH_RATIO`; of equal ones the first."""
    errors = dict(trace)
    least = min(tried, key=lambda s: errors[s])
    return least if errors[least] < errors[settings] * (1 - WORTH_RATIO) else settings


def _known(settings: Settings, trace: Trace) -> float | None:
    return dict(trace).get(settings)
