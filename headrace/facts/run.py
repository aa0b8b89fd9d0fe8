"""What a run did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from headrace.facts.flat import FLAT
from headrace.facts.status import Status
from headrace.facts.step import Step


@dataclass(frozen=True)
class Equation:
    """What must be equal: a count, and the parts that it is the sum of. `kind` is raw, files, run, ever or table."""

    kind: str
    name: str
    left: int
    right: Mapping[str, int]
    closes: bool

    @classmethod
    def of(cls, kind: str, name: str, left: int, right: Mapping[str, int]) -> Equation:
        return cls(kind, name, left, right, closes=left == sum(right.values()))


@dataclass(frozen=True)
class Equations:
    """Those of the files in raw, of all files that have landed, and of each curated table."""

    raw: Equation
    files: Sequence[Equation]
    tables: Mapping[str, Sequence[Equation]]


@dataclass(frozen=True)
class Ran:
    """A run, and the release that stands after it: its own where `is_new`."""

    status: Status = field(metadata=FLAT)
    lake: str
    raw: str
    is_new: bool
    this_run_id: str
    seconds: float
    slowest_steps: Mapping[str, float]
    warehouse: str
    equations: Equations
    next: Sequence[Step]
