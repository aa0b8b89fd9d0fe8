"""The data sets of the model's benchmark: curated frames as Parquet, and what the folds and the test are.

`volumes.parquet` is what a contestant is given; where a folder has `judged_volumes.parquet` too, it is judged by that.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from samples.search.generation import generate_search
from samples.search.scenario import LABELS_KNOWN_AFTER_DAYS, SearchScenario

REPOSITORY = Path(__file__).parents[2]
SHARED = REPOSITORY.parent / "shared/data/search_volume"
WEEKS_KNOWN_AFTER_DAYS = 10
PYPI = SHARED / "pypi_top2000_30day_2018_2024h1.csv.gz"


@dataclass(frozen=True)
class DataSet:
    """A label of a day is known `known_after_days` later. Days after `test_from` through `test_through` are the
    test; `origins` begin the folds, `fold_days` long."""

    name: str
    test_from: date
    test_through: date
    origins: tuple[date, ...]
    fold_days: int
    known_after_days: int

    def write(self, folder: Path) -> None:
        (folder / "data_set.json").write_text(json.dumps(asdict(self), default=str))

    @classmethod
    def read(cls, folder: Path) -> DataSet:
        said = json.loads((folder / "data_set.json").read_text())
        days = {k: date.fromisoformat(said[k]) for k in ("test_from", "test_through")}
        return cls(**{**said, **days, "origins": tuple(map(date.fromisoformat, said["origins"]))})


def generator_set(folder: Path, *, terms: int, seed: int) -> DataSet:
    """The generator's own curated tables (daily labels, known 14 days late); the test is 2024-10 to 2025-01."""
    made = folder / "made"
    generate_search(SearchScenario(terms=terms, seed=seed, dirt="none", rendering="parquet"), made)
    truth = made / "truth"
    pd.read_parquet(truth / "curated_search_ranks.parquet").to_parquet(folder / "ranks.parquet")
    pd.read_parquet(truth / "curated_search_volumes.parquet").to_parquet(folder / "volumes.parquet")
    dates = pd.read_csv(made / "raw/special_dates/special_dates_d1.csv", parse_dates=["Date"])
    dates.columns = pd.Index(["marketplace_code", "event_name", "event_on", "lead_days", "lag_days"])
    dates.assign(event_on=dates["event_on"].dt.date).to_parquet(folder / "special_dates.parquet")
    found = DataSet(
        "generator",
        date(2024, 9, 30),
        date(2025, 1, 31),
        (date(2022, 10, 1), date(2023, 10, 1), date(2024, 4, 1)),
        92,
        LABELS_KNOWN_AFTER_DAYS["daily"],
    )
    found.write(folder)
    return found


def weekly_set(folder: Path, *, terms: int, seed: int) -> DataSet:
    """`generator_set` with the labels of whole weeks; judged by the daily ones."""
    daily = generator_set(folder, terms=terms, seed=seed)
    volumes = pd.read_parquet(folder / "volumes.parquet")
    volumes.to_parquet(folder / "judged_volumes.parquet")
    weeks = whole_weeks(volumes)
    weeks.to_parquet(folder / "volumes.parquet")
    through = weeks["period_start_on"].max() + timedelta(days=6)
    found = replace(
        daily, name="generator, weekly labels", known_after_days=WEEKS_KNOWN_AFTER_DAYS, test_through=through
    )
    found.write(folder)
    return found


def whole_weeks(daily: pd.DataFrame) -> pd.DataFrame:
    """Daily labels summed from Sunday to Saturday, known 10 days after the Saturday; weeks that lack a day are left
    out."""
    sunday = sunday_of(pd.to_datetime(daily["period_start_on"]))
    key = ["marketplace_code", "department_name", "term", "period_start_on"]
    weeks = daily.assign(period_start_on=sunday).groupby(key, as_index=False, dropna=False)
    summed = weeks.agg(search_count=("search_count", "sum"), day_count=("search_count", "size"))
    whole = summed[summed["day_count"] == 7].drop(columns="day_count")
    saturday = whole["period_start_on"] + pd.Timedelta(days=6)
    return whole.assign(
        grain="weekly",
        period_start_on=whole["period_start_on"].dt.date,
        available_on=(saturday + pd.Timedelta(days=WEEKS_KNOWN_AFTER_DAYS)).dt.date,
    )


def sunday_of(day: pd.Series) -> pd.Series:
    """The Sunday that the day's week begins with."""
    return day - pd.to_timedelta((day.dt.dayofweek + 1) % 7, unit="D")


def pypi_set(folder: Path, *, lag_days: int) -> DataSet:
    """Trailing 30-day downloads of the top 2,000 packages; the test is the file's last twelve months."""
    rows = pd.read_csv(PYPI, parse_dates=["date"])
    keys = pd.DataFrame({"marketplace_code": "PYPI", "department_name": "all", "term": rows["entity"]})
    day = rows["date"].dt.date
    keys.assign(ranked_on=day, rank=rows["rank"]).to_parquet(folder / "ranks.parquet")
    available = (rows["date"] + pd.Timedelta(days=lag_days)).dt.date
    volumes = keys.assign(grain="daily", period_start_on=day, search_count=rows["volume"], available_on=available)
    volumes.to_parquet(folder / "volumes.parquet")
    through = rows["date"].max().date()
    found = DataSet(
        f"pypi, known {lag_days} days later",
        (pd.Timestamp(through) - pd.DateOffset(years=1)).date(),
        through,
        (date(2021, 7, 1), date(2022, 1, 1), date(2022, 7, 1)),
        182,
        lag_days,
    )
    found.write(folder)
    return found
