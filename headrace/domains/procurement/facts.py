"""What the operator is told of procurement alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from headrace.facts.domain import DomainFacts
from headrace.facts.explain import Explanation, TracedRow
from headrace.facts.flat import FLAT
from headrace.facts.rows import Row


@dataclass(frozen=True)
class SourceCoverage:
    """A row of procurement_coverage: for which days a source is complete for a table, and by which rule."""

    source_name: str
    table_name: str
    data_from: date | None
    data_from_rule: str
    data_through: date | None
    data_through_rule: str
    event_after_data_through_count: int
    stray_day_count: int


@dataclass(frozen=True)
class ProcurementFacts(DomainFacts):
    """Of each source that delivered."""

    coverage: Sequence[SourceCoverage]


@dataclass(frozen=True)
class ExplainedEvent:
    """A row of procurement_events; `row` is the place of its curated row among those explained, null where the release
    does not have it."""

    cells: Row = field(metadata=FLAT)
    row: int | None


@dataclass(frozen=True)
class ExplainedLeg:
    """A row of procurement_legs with the events that make it."""

    cells: Row = field(metadata=FLAT)
    start_event: ExplainedEvent | None
    payment_events: Sequence[ExplainedEvent]
    end_event: ExplainedEvent | None

    def events(self) -> list[ExplainedEvent]:
        return [event for event in (self.start_event, *self.payment_events, self.end_event) if event]


@dataclass(frozen=True)
class Figure:
    """A figure of a cell, and the same computed again from its legs. One that the mart withholds, such as for too few
    legs, cannot be wrong."""

    figure: str
    mart: Any
    recomputed: Any
    withheld: str | None
    agrees: bool


@dataclass(frozen=True)
class ExplainedCase:
    """A case with its legs and events as the marts have them, and every curated row that ever named it. `case` is null
    where the marts have none."""

    source_system_code: str
    case_id: str
    case: Row | None
    legs: Sequence[Row]
    event_count: int
    events: Sequence[ExplainedEvent]
    rows: Sequence[TracedRow]


@dataclass(frozen=True)
class ExplainedCell:
    """A row of a mart of cycle times. `legs` are the longest of its `leg_count`; `uncounted` says by system, status and
    reason how many legs are in no figure."""

    mart: str
    cell: Row
    checks: Sequence[Figure]
    agrees: bool
    leg_count: int
    uncounted: Sequence[Row]
    legs: Sequence[ExplainedLeg]


@dataclass(frozen=True)
class CaseExplanation(Explanation):
    """A case: of each ledger system that has one of its id."""

    release: int
    subject: str
    cases: Sequence[ExplainedCase]


@dataclass(frozen=True)
class CellsExplanation(Explanation):
    """The cells that were asked for, and the curated rows of their events."""

    release: int
    subject: str
    asked: Row
    cells: Sequence[ExplainedCell]
    rows: Sequence[TracedRow]
