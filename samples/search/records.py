"""The records of a report: who they speak of, of which day, and what number they give; and the labels among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from samples.arrays import Floats, Ints
from samples.search.scenario import Grain
from samples.search.world import World
from samples.streams import Streams

TableName = Literal["search_ranks", "search_volumes"]
MISSING_SHARE = 0.03
LEAST_SHOWN = 3
FAULTS = (
    "none",
    "zero",
    "missing",
    "unreadable",
    "wrong_marketplace",
    "blank_term",
    "unknown_marketplace",
    "shifted_period",
    "torn",
)
FAULT = {name: code for code, name in enumerate(FAULTS)}


@dataclass(frozen=True)
class Records:
    """Columns of the records of one table, each by record.

    `day` is a rank's day or the first of a label's period, in days since 1970; `value` the rank or the volume;
    `month` counts months since 1970 and `number` the deliveries of one; `place` is -1 or 1 where a record stands
    before or behind all others of its file.
    """

    columns: Mapping[str, Ints]

    def __len__(self) -> int:
        return len(self.columns["term"])

    def __getitem__(self, name: str) -> Ints:
        return self.columns[name]

    def take(self, rows: Ints) -> Records:
        return Records({name: values[rows] for name, values in self.columns.items()})

    def having(self, **columns: Ints | int) -> Records:
        """The records with these columns in place of their own."""
        given = {n: np.broadcast_to(np.asarray(v, dtype=np.int64), (len(self),)).copy() for n, v in columns.items()}
        return Records({**self.columns, **given})


def together(*parts: Records) -> Records:
    return Records({name: np.concatenate([part[name] for part in parts]) for name in parts[0].columns})


def rank_records(world: World) -> Records:
    """A record for each term and day of its cell's life."""
    term, place = np.nonzero(world.is_there)
    return _records(term, world.first_day + place, world.rank[term, place])


def label_records(world: World, streams: Streams) -> Records:
    """A record for each whole period of a labelled term: the searches of its days.

    They are rounded, from 1,000 on to tens; what is under `LEAST_SHOWN` is not shown, and of the others some are
    missing.
    """
    labelled = np.flatnonzero(world.is_labelled)
    starts, sums = _sums(world.volume[labelled], world.scenario.first_on, world.scenario.grain)
    rounded = np.rint(sums)
    shown = np.where(rounded >= 1000, np.rint(sums / 10) * 10, rounded).astype(np.int64)
    is_missing = streams.of("missing labels").random(shown.shape) < MISSING_SHARE
    term, place = np.nonzero((shown >= LEAST_SHOWN) & ~is_missing)
    return _records(labelled[term], starts[place], shown[term, place])


def period_end(day: date, grain: Grain) -> date:
    """The last day of the period that begins on a day."""
    match grain:
        case "daily":
            return day
        case "weekly":
            return day + timedelta(days=6)
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _sums(volume: Floats, first_on: date, grain: Grain) -> tuple[Ints, Floats]:
    """The first day of each whole period (weeks from Sunday to Saturday), and the sums over its days by term."""
    days = [first_on + timedelta(days=place) for place in range(volume.shape[1])]
    is_start = {
        "daily": lambda day: True,
        "weekly": lambda day: day.weekday() == 6,
        "monthly": lambda day: day.day == 1,
    }[grain]
    ends = {day: period_end(day, grain) for day in days if is_start(day)}
    spans = [((day - first_on).days, (end - first_on).days + 1) for day, end in ends.items() if end <= days[-1]]
    total = np.concatenate([np.zeros((len(volume), 1)), np.cumsum(volume, axis=1)], axis=1)
    start, stop = np.array(spans, dtype=np.int64).reshape(-1, 2).T
    sums = volume if grain == "daily" else total[:, stop] - total[:, start]
    return start + (first_on - date(1970, 1, 1)).days, sums


def _records(term: Ints, day: Ints, value: Ints) -> Records:
    zero = np.zeros(len(term), dtype=np.int64)
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    columns = {"term": term, "day": day, "value": value, "month": month}
    return Records(columns | dict.fromkeys(("spelling", "fault", "place"), zero) | {"number": zero + 1})
