"""Dirt in reports: what is spelled in another way, said twice, corrected later, or plainly wrong."""

from __future__ import annotations

import numpy as np

from samples.arrays import Ints
from samples.dirt_levels import DIRT_LEVELS, Dirt
from samples.search.records import FAULT, FAULTS, Records, TableName, together
from samples.search.scenario import Grain
from samples.search.terms import SPELLINGS

Counts = dict[str, int]
# Shares of the records, realistic and hostile.
_SPELLED = (0.03, 0.20)
_REPEATED = (0.002, 0.01)
_CONTRADICTED = (0.001, 0.005)
_CORRECTED = (0.001, 0.005)
_FAULTY = (0.0006, 0.004)
_TORN = (0.0, 0.001)


def soil(
    records: Records, table: TableName, grain: Grain, dirt: Dirt, rng: np.random.Generator
) -> tuple[Records, Counts]:
    """The records with dirt among them, and how many of each kind.

    A repeated record is equal but for the spelling of its term; a contradicted one has another number earlier in its
    file; of a corrected one the first delivery of the month has another number, and the second has it right.
    """
    if dirt == "none":
        return records, {}
    level = DIRT_LEVELS.index(dirt) - 1
    some = _Picker(len(records), rng)
    spelled = some.share(_SPELLED[level])
    repeated, contradicted, corrected = (some.apart(share[level]) for share in (_REPEATED, _CONTRADICTED, _CORRECTED))
    faulty = {name: some.apart(_FAULTY[level]) for name in _fault_names(table, grain)}
    faulty["torn"] = some.apart(_TORN[level])

    spelling, fault = records["spelling"].copy(), records["fault"].copy()
    spelling[spelled] = rng.integers(1, len(SPELLINGS), len(spelled))
    for name, rows in faulty.items():
        fault[rows] = FAULT[name]
    value = records["value"].copy()
    value[corrected] = _other(value[corrected], rng)
    base = records.having(spelling=spelling, fault=fault, value=value)
    again = records.take(repeated).having(spelling=rng.integers(0, len(SPELLINGS), len(repeated)), place=1)
    before = records.take(contradicted)
    before = before.having(value=_other(before["value"], rng), place=-1)
    later = records.take(corrected).having(number=2)
    counts = {"spelled": len(spelled), "repeated": len(repeated), "contradicted": len(contradicted)}
    counts |= {"corrected": len(corrected)} | {name: len(rows) for name, rows in faulty.items()}
    return together(base, again, before, later), {name: count for name, count in counts.items() if count}


def _fault_names(table: TableName, grain: Grain) -> list[str]:
    only_periods = table == "search_volumes" and grain != "daily"
    return [name for name in FAULTS[1:-1] if name != "shifted_period" or only_periods]


def _other(values: Ints, rng: np.random.Generator) -> Ints:
    return values + rng.integers(1, 10, len(values))


class _Picker:
    """Picks records at random; those picked `apart` are picked once. At least one where there are enough."""

    def __init__(self, count: int, rng: np.random.Generator) -> None:
        self.count, self.rng = count, rng
        self.left = rng.permutation(count)

    def share(self, share: float) -> Ints:
        return np.sort(self.rng.permutation(self.count)[: self._size(share)])

    def apart(self, share: float) -> Ints:
        size = self._size(share)
        picked, self.left = self.left[:size], self.left[size:]
        return np.sort(picked)

    def _size(self, share: float) -> int:
        return max(1, round(share * self.count)) if share and self.count > 50 else 0
