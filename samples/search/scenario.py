"""What a search generation is asked for, and what is planted in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, get_args

from samples.dirt_levels import DIRT_LEVELS, Dirt
from samples.marker import GenerationError, check_whole

Grain = Literal["daily", "weekly", "monthly"]
Plant = Literal["exact-ranks", "level-shift", "new-department", "new-marketplace", "labels-without-department"]
Rendering = Literal["csv", "parquet"]
GRAINS: tuple[Grain, ...] = get_args(Grain)
PLANTS: tuple[Plant, ...] = get_args(Plant)
RENDERINGS: tuple[Rendering, ...] = get_args(Rendering)


@dataclass(frozen=True)
class Marketplace:
    """`log_scale` is ln volume at rank 1, `slope_factor` multiplies how fast volume falls with rank."""

    code: str
    log_scale: float
    slope_factor: float
    trend_factor: float = 1.0


MARKETPLACES = (
    Marketplace("US", 14.0, 1.00),
    Marketplace("UK", 12.2, 0.97),
    Marketplace("DE", 12.4, 1.03),
    Marketplace("JP", 12.0, 1.08, trend_factor=0.5),
)
NEW_MARKETPLACE = Marketplace("FR", 11.8, 1.00)
DEPARTMENTS: Mapping[str, float] = {"all": 0.0, "beauty": -1.4, "electronics": -0.9, "toys": -1.7}
NEW_DEPARTMENT, NEW_DEPARTMENT_EFFECT = "garden", -1.1
LABELS_KNOWN_AFTER_DAYS: Mapping[Grain, int] = {"daily": 14, "weekly": 10, "monthly": 49}
SHIFT = 0.4
SHIFT_DAYS_BEFORE_THE_END = 150
NEW_DAYS_BEFORE_THE_END = 120
MOST_CELLS = 100_000_000


@dataclass(frozen=True)
class SearchScenario:
    """`terms` are dealt out evenly over marketplaces and departments; of all of them `labelled_terms` have volumes."""

    terms: int = 96
    labelled_terms: int | None = None
    first_on: date = date(2019, 1, 1)
    last_on: date = date(2025, 1, 31)
    grain: Grain = "daily"
    marketplaces: tuple[str, ...] = tuple(marketplace.code for marketplace in MARKETPLACES)
    departments: tuple[str, ...] = tuple(DEPARTMENTS)
    plants: tuple[Plant, ...] = ()
    rendering: Rendering = "csv"
    dirt: Dirt = "realistic"
    seed: int = 1

    def __post_init__(self) -> None:
        check_whole("seed", self.seed, 0, 2**63 - 1)
        check_whole("terms", self.terms, 1, 1_000_000)
        if self.labelled_terms is not None:
            check_whole("labelled_terms", self.labelled_terms, 0, self.terms)
        for argument, words, known in (
            ("grain", (self.grain,), GRAINS),
            ("plants", self.plants, PLANTS),
            ("rendering", (self.rendering,), RENDERINGS),
            ("dirt", (self.dirt,), DIRT_LEVELS),
            ("marketplaces", self.marketplaces, [marketplace.code for marketplace in MARKETPLACES]),
            ("departments", self.departments, list(DEPARTMENTS)),
        ):
            for word in words:
                if word not in known:
                    raise GenerationError(f"{argument} is {word!r}; one of {', '.join(known)} is expected.")
        if not self.marketplaces or not self.departments:
            raise GenerationError("there is no marketplace or no department; at least one of each is expected.")
        if not date(2018, 1, 1) <= self.first_on <= self.last_on <= date(2026, 12, 31):
            raise GenerationError(
                f"the window is {self.first_on} to {self.last_on}; a first day and a last day from 2018 to 2026 are "
                "expected."
            )
        if self.terms * self.day_count > MOST_CELLS:
            raise GenerationError(
                f"{self.terms:,} terms on {self.day_count:,} days are {self.terms * self.day_count:,} ranks; at most "
                f"{MOST_CELLS:,} are expected."
            )

    @property
    def day_count(self) -> int:
        return (self.last_on - self.first_on).days + 1

    @cached_property
    def parameters(self) -> dict[str, object]:
        """As JSON gives them back."""
        said = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: _as_json(value) for name, value in said.items()}

    def days_before_the_end(self, days: int) -> date:
        return max(self.first_on, self.last_on - timedelta(days=days))


def _as_json(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
