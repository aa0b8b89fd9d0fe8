"""The rules that a column could have, each judged by what it reads of the column's values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from headrace.profiling.sketch import Sketch
from transforms.standardize import standardizer

FIRST_VALUES = 1_000
WORTH_JUDGING_RATIO = 0.02
ORDERS: tuple[tuple[str, str], ...] = (
    ("%d/%m/%Y", "%m/%d/%Y"), ("%d-%m-%Y", "%m-%d-%Y"), ("%d.%m.%Y", "%m.%d.%Y"),
)  # fmt: skip
DATES = (
    "iso", *(format_ for order in ORDERS for format_ in order),
    "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "excel_serial",
)  # fmt: skip
TIMES = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f")
MOMENTS = ("iso", "%Y%m%d%H%M%S", *(f"{day} {time}" for day in DATES if "%" in day for time in TIMES))
_ANY_ZONE = "UTC"


@dataclass(frozen=True)
class Candidate:
    """A rule with its parameters, as a config would say it; `label` tells it apart from others of the rule."""

    rule: str
    label: str
    parameters: tuple[tuple[str, Any], ...] = ()

    @cached_property
    def reads(self) -> Callable[[str], object | None]:
        return standardizer(self.rule, **dict(self.parameters))


def _candidate(rule: str, label: str, **parameters: Any) -> Candidate:
    return Candidate(rule, label, tuple(parameters.items()))


ALL: tuple[Candidate, ...] = (
    _candidate("boolean", "words"),
    *(_candidate("date", format_, formats=(format_,)) for format_ in DATES),
    *(_candidate("timestamp", format_, formats=(format_,), zone=_ANY_ZONE) for format_ in MOMENTS),
    _candidate("integer", "digits"),
    _candidate("amount", ".", decimal=".", scale=6),
    _candidate("amount", ",", decimal=",", scale=6),
    _candidate("time_zone", "name"),
    _candidate("document_number", "number"),
    _candidate("vendor_code", "number"),
    _candidate("code", "A-Z", pattern="[A-Z0-9][A-Z0-9._/-]{0,11}"),
    _candidate("text", "text"),
)
BY_NAME = {(one.rule, one.label): one for one in ALL}


class Judged:
    """The values of a column that were looked at, and which of them each candidate reads."""

    def __init__(self, sketch: Sketch) -> None:
        counts: Mapping[str, int] = sketch.values if sketch.is_complete else {**sketch.late, **sketch.values}
        self.values: list[str] = list(counts)
        self.weights = np.array(list(counts.values()), np.int64)
        self.total = int(self.weights.sum())
        self._masks: dict[Candidate, np.ndarray] = {}
        first = self._spread()
        for candidate in ALL:
            some = [candidate.reads(self.values[at]) is not None for at in first]
            if some and sum(some) >= max(1, WORTH_JUDGING_RATIO * len(some)):
                self._masks[candidate] = self.mask_of(candidate.reads)

    def mask_of(self, reads: Callable[[str], object | None]) -> np.ndarray:
        """Which values a rule reads."""
        return np.fromiter((reads(value) is not None for value in self.values), bool, len(self.values))

    def mask(self, rule: str, label: str) -> np.ndarray:
        found = self._masks.get(BY_NAME[rule, label])
        return np.zeros(len(self.values), bool) if found is None else found

    def share(self, mask: np.ndarray) -> float:
        """Rows whose value is read, as a share of all with a value."""
        return float(self.weights[mask].sum() / self.total) if self.total else 0.0

    def shares(self) -> dict[Candidate, float]:
        """Of the candidates that read any, the largest share first."""
        found = {candidate: self.share(mask) for candidate, mask in self._masks.items()}
        return dict(sorted(((c, share) for c, share in found.items() if share), key=lambda item: -item[1]))

    def counts(self) -> dict[str, int]:
        return dict(zip(self.values, self.weights.tolist(), strict=True))

    def unread(self, mask: np.ndarray) -> list[tuple[str, int]]:
        """The values that are not read, the most frequent first."""
        places = np.flatnonzero(~mask)
        return sorted(((self.values[at], int(self.weights[at])) for at in places), key=lambda item: (-item[1], item[0]))

    def covering(self, rule: str, labels: Sequence[str]) -> tuple[list[str], np.ndarray]:
        """The fewest of a rule's formats that read as much as all of them, the one that reads most first."""
        covered = np.zeros(len(self.values), bool)
        chosen: list[str] = []
        while True:
            gains = {label: int(self.weights[self.mask(rule, label) & ~covered].sum()) for label in labels}
            label = max(gains, key=lambda name: (gains[name], -labels.index(name)), default="")
            if not label or not gains[label]:
                return chosen, covered
            chosen.append(label)
            covered = covered | self.mask(rule, label)

    def _spread(self) -> list[int]:
        """Places of at most FIRST_VALUES values, spread over all."""
        return list(range(0, len(self.values), max(1, len(self.values) // FIRST_VALUES)))
