"""A made-up world of two marketplaces, small enough to train on in a test."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession

from ml.options import ModelOptions, Settings
from tests.unit.ml.frames import RANKS, VOLUMES, special_dates

FIRST, DAYS, TERMS = date(2023, 1, 1), 400, 12
LAST = FIRST + timedelta(DAYS - 1)
EVENTS = [*(date(2023, month, 10) for month in (2, 5, 8, 11)), date(2024, 1, 20)]
SETTINGS = Settings(knot_ranks=(10, 100), yearly_terms=0, level_half_life_days=20.0)
OPTIONS = ModelOptions(
    test_from=date(2023, 12, 15), origins=(date(2023, 7, 1), date(2023, 10, 1)), fold_days=60, settings=SETTINGS
)
KNOWN_AFTER_DAYS = {"daily": 14, "weekly": 10}
World = tuple[DataFrame, DataFrame, DataFrame]


def planted(rank: int, day: date) -> float:
    """ln volume = 10 - 0.8 ln(rank + 2), half as much again on the days of an event, a fifth more on Sundays."""
    lift = np.log(1.5) if day in EVENTS else 0.0
    return float(10 - 0.8 * np.log(rank + 2) + lift + (np.log(1.2) if day.weekday() == 6 else 0.0))


def world(
    spark: SparkSession, *, noise: float = 0.05, grain: str = "daily", factors: Mapping[date, float] | None = None
) -> World:
    """Ranks, volumes and special dates: twelve terms of the US, a third of them toys, and a single term of JP.

    The daily labels of a day in `factors` are so many times what they were.
    """
    rng = np.random.default_rng(4)
    rank_rows: list[tuple[Any, ...]] = []
    counts: list[tuple[Any, ...]] = []
    for term in range(TERMS + 1):
        code = "JP" if term == TERMS else "US"
        department = "toys" if code == "US" and term % 3 == 0 else "all"
        base = np.exp(rng.uniform(0, 6))
        for n in range(DAYS):
            day = FIRST + timedelta(n)
            rank = max(1, round(base * np.exp(rng.normal(0, 0.3))))
            count = np.exp(planted(rank, day) + rng.normal(0, noise)) * (factors or {}).get(day, 1.0)
            rank_rows.append((code, department, f"t{term}", day, rank))
            counts.append((code, department, f"t{term}", day, round(count)))
    dates = special_dates(
        spark,
        *(
            {"event_name": "e", "event_on": day, "lead_days": 0, "lag_days": 0, "marketplace_code": code}
            for day in EVENTS
            for code in ("US", "JP")
        ),
    )
    return spark.createDataFrame(rank_rows, RANKS), spark.createDataFrame(_labels(counts, grain), VOLUMES), dates


def _labels(counts: list[tuple[Any, ...]], grain: str) -> list[tuple[Any, ...]]:
    """Days, or whole weeks from Sunday, as `search_volumes`."""
    rows = pd.DataFrame(counts, columns=["code", "department", "term", "day", "count"])
    length = 7 if grain == "weekly" else 1
    rows["day"] = pd.to_datetime(rows["day"])
    rows["start"] = rows["day"] - pd.to_timedelta((rows["day"].dt.dayofweek + 1) % 7 if length == 7 else 0, unit="D")
    sums = rows.groupby(["code", "department", "term", "start"])["count"].agg(total="sum", days="size").reset_index()
    whole = sums[sums["days"] == length]
    return [
        (
            row.code,
            row.department,
            row.term,
            grain,
            row.start.date(),
            int(row.total),
            row.start.date() + timedelta(length - 1 + KNOWN_AFTER_DAYS[grain]),
        )
        for row in whole.itertuples()
    ]
