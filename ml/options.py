"""What training and scoring are told, and what training chooses."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any, Literal

from schemas.errors import OptionsError

DepartmentRule = Literal["best", "all"]
EventShape = Literal["tokens", "ramps", "both", "none"]

DEFAULT_KNOT_RANKS = (3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000)


@dataclass(frozen=True)
class Settings:
    """What the folds choose, never the test period.

    `yearly_terms` is the number of Fourier harmonics of the year; `ridge` the penalty per row; `level_half_life_days`
    the age at which a label counts half in the level curve; `level_step` the distance of the curve's nodes in
    ln(rank + 2); `level_shrink_count` the number of labels that the level round a node counts for at it;
    `trend_share_ratio` the part of the fitted trend that goes on over the age of the labels behind the level (0: the
    trend is frozen at them); `poisson` adds the last stage, which training does where the folds' total asks for it.
    """

    knot_ranks: tuple[int, ...] = DEFAULT_KNOT_RANKS
    event_shape: EventShape = "tokens"
    yearly_terms: int = 3
    weekday_terms: bool = True
    trend_terms: bool = True
    department_terms: bool = True
    ridge: float = 1e-6
    level: bool = True
    level_half_life_days: float = 60.0
    level_step: float = 1.0
    level_shrink_count: float = 20.0
    trend_share_ratio: float = 0.0
    poisson: bool = False

    def __post_init__(self) -> None:
        if self.level_half_life_days < 3:
            raise OptionsError(f"level_half_life_days: found {self.level_half_life_days}, expected 3 or more")
        if self.level_step < 0.05:
            raise OptionsError(f"level_step: found {self.level_step}, expected 0.05 or more")
        for name in ("ridge", "level_shrink_count"):
            if getattr(self, name) < 0:
                raise OptionsError(f"{name}: found {getattr(self, name)}, expected 0 or more")
        if self.yearly_terms < 0:
            raise OptionsError(f"yearly_terms: found {self.yearly_terms}, expected 0 or more")
        if any(knot < 1 for knot in self.knot_ranks):
            raise OptionsError(f"knot_ranks: found {min(self.knot_ranks)}, expected 1 or more")
        if not 0 <= self.trend_share_ratio <= 1:
            raise OptionsError(f"trend_share_ratio: found {self.trend_share_ratio}, expected 0 to 1")

    def but(self, **changes: Any) -> Settings:
        return replace(self, **changes)

    def within(self, highest_rank: int) -> Settings:
        """Without the knots that labels of at most this rank do not reach: nothing would tell the slope after them."""
        return self.but(knot_ranks=tuple(knot for knot in self.knot_ranks if knot < highest_rank))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Settings:
        known = {f.name for f in fields(cls)}
        if unknown := sorted(set(said) - known):
            raise OptionsError(f"settings: found {', '.join(unknown)}, expected any of {', '.join(sorted(known))}")
        given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in said.items()}
        return cls(**given)


LOG_LOG_LINE = Settings(
    knot_ranks=(), event_shape="none", yearly_terms=0, weekday_terms=False, trend_terms=False, level=False
)
SPLINE_ONLY = LOG_LOG_LINE.but(knot_ranks=DEFAULT_KNOT_RANKS)


@dataclass(frozen=True)
class ModelOptions:
    """The test period is what comes after `test_from`, the last `test_days` before the newest label's day where it is
    None;
    nothing before the settings are fixed sees a label that was not known then. `department_rule` says which rank a
    label without a department belongs to: the term's best of the day, or the one in the department named `all`.
    `score_from` and `score_through` bound the days that are scored (None: all days that have ranks).
    `fit_rows_at_most` bounds the rows of a fit while settings are compared, but that a marketplace of few has all; the
    released model is fitted on all.
    """

    test_from: date | None = None
    test_days: int = 120
    fold_days: int = 92
    origins: tuple[date, ...] = ()
    department_rule: DepartmentRule = "best"
    unseen_terms_ratio: float = 0.2
    fit_rows_at_most: int = 100_000
    bias_at_most_ratio: float = 0.05
    seed: int = 20_240_101
    score_from: date | None = None
    score_through: date | None = None
    settings: Settings | None = None
    previous_settings: Settings | None = None

    def __post_init__(self) -> None:
        for name in ("test_days", "fold_days", "fit_rows_at_most"):
            if getattr(self, name) < 1:
                raise OptionsError(f"{name}: found {getattr(self, name)}, expected 1 or more")
        if len(set(self.origins)) < len(self.origins):
            raise OptionsError("origins: found a day twice, expected each once")
        if self.bias_at_most_ratio < 0:
            raise OptionsError(f"bias_at_most_ratio: found {self.bias_at_most_ratio}, expected 0 or more")
        if not 0 <= self.unseen_terms_ratio < 1:
            raise OptionsError(f"unseen_terms_ratio: found {self.unseen_terms_ratio}, expected 0 to less than 1")
        if self.department_rule not in ("best", "all"):
            raise OptionsError(f"department_rule: found {self.department_rule}, expected best or all")
