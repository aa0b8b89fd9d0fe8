"""What the search marts need to be told: values that come from the configuration, never logic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from schemas.errors import OptionsError
from transforms.search.calendar import EventRuleError, event_days
from transforms.standardize.term import term


@dataclass(frozen=True)
class EventRule:
    """When an event is: by a rule for every year, or on certain dates. `event` is its name where the table's is not;
    without `marketplaces` it is of all."""

    event: str | None = None
    rule: str | None = None
    dates: tuple[date, ...] = ()
    marketplaces: tuple[str, ...] = ()
    lead_days: int = 0
    lag_days: int = 0

    def __post_init__(self) -> None:
        if (self.rule is None) == (not self.dates):
            raise OptionsError("events: found both or neither of rule and dates, expected one of them")
        if not (0 <= self.lead_days <= 60 and 0 <= self.lag_days <= 60):
            raise OptionsError(f"events: lead_days {self.lead_days}, lag_days {self.lag_days}; expected 0 to 60")
        if self.rule is not None:
            try:
                event_days(self.rule, ())
            except EventRuleError as error:
                raise OptionsError(f"events: rule: {error}") from None


@dataclass(frozen=True)
class MartOptions:
    """`scored_days` back from the newest rank are scored in every run; a model older than `retrain_after_days`, counted
    by the newest label, is trained anew."""

    scored_days: int = 400
    retrain_after_days: int = 28
    events: Mapping[str, EventRule] = field(default_factory=dict)
    as_of: date | None = None

    def __post_init__(self) -> None:
        for name, value in (("scored_days", self.scored_days), ("retrain_after_days", self.retrain_after_days)):
            if value < 1:
                raise OptionsError(f"{name} is {value}, expected 1 or more")
        for name in (rule.event or name for name, rule in self.events.items()):
            if name != term(name):
                raise OptionsError(f"events: found the name {name!r}, expected {term(name)!r}, as a list's are read")
