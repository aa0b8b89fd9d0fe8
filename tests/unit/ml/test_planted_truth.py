"""What the generator plants, the fit finds again: lifts of events, and how fast searches fall with rank."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from ml.base import fit_on_labels, with_base
from ml.event_days import event_days, with_event_days
from ml.folds import with_trend
from ml.labels import labelled_days
from ml.options import Settings
from samples.search.generation import generate_search
from samples.search.scenario import SearchScenario

pytestmark = pytest.mark.proof

SCENARIO = SearchScenario(
    terms=48,
    marketplaces=("US", "JP"),
    departments=("all", "electronics", "toys"),
    first_on=date(2021, 1, 1),
    last_on=date(2024, 12, 31),
    dirt="none",
    seed=9,
)
SETTINGS = Settings(event_shape="ramps", yearly_terms=2, ridge=1e-7)
DAY = date(2024, 8, 14)
# ln searches beside no event and on the date of one, by marketplace, department, event (or none) and rank.
LnSearches = Callable[[str, str, str | None, int], float]


@pytest.fixture(scope="module")
def planted_and_found(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], LnSearches]:
    folder: Path = tmp_path_factory.mktemp("planted")
    generate_search(SCENARIO, folder)
    ranks, volumes = (
        spark.read.parquet(f"{folder}/truth/curated_{name}.parquet") for name in ("search_ranks", "search_volumes")
    )
    named = {"Marketplace": "marketplace_code", "Event": "event_name", "Lead Days": "lead_days", "Lag Days": "lag_days"}
    listed = spark.read.csv(f"{folder}/raw/special_dates", header=True)
    dates = listed.withColumnsRenamed(named).withColumns(
        {"event_on": F.to_date("Date"), **{n: F.col(n).cast("int") for n in ("lead_days", "lag_days")}}
    )
    labelled = with_event_days(labelled_days(ranks, volumes, department_rule="best"), event_days(dates))
    trained = with_trend(labelled, SCENARIO.last_on).localCheckpoint()
    base = fit_on_labels(trained, SETTINGS, grains=["daily"])
    planted = json.loads((folder / "truth/planted.json").read_text())
    names = [None, *(event["event_name"] for event in planted["events"])]
    asked = [
        (code, department, DAY, rank, [], [name] * 10 if name else [])
        for code in SCENARIO.marketplaces
        for department in SCENARIO.departments
        for name in names
        for rank in RANKS
    ]
    schema = (
        "marketplace_code string, department_name string, ranked_on date, rank long, event_tokens array<string>, "
        "event_ramps array<string>"
    )
    rows = with_base(with_trend(spark.createDataFrame(asked, schema), SCENARIO.last_on), base).collect()
    found = {
        (r["marketplace_code"], r["department_name"], (r["event_ramps"] or [None])[0], r["rank"]): r["ln_base"]
        for r in rows
    }
    return planted, lambda *key: found[key]


RANKS = (10, 30, 100, 1_000, 3_000, 10_000, 100_000)


def fall(rank: int) -> float:
    def bend(z: float) -> float:
        return math.log(1 + math.exp(2 * z)) / 2

    x = math.log(rank + 2)
    return 0.45 * x + 0.35 * bend(x - math.log(100)) + 0.30 * bend(x - math.log(10_000))


def lift_at(planted: dict[str, Any], code: str, department: str, event: dict[str, Any], rank: int) -> float:
    """On the event's date: the lift, by what the years fitted drew of it on average, less the steeper fall by rank."""
    lift = event["lift"] + event["added"].get(department, 0.0)
    years = np.mean([planted["event_years"][f"{event['event_name']}/{year}"] for year in range(2021, 2025)])
    return lift * float(years) - planted["marketplaces"][code]["slope_factor"] * 0.04 / 0.3 * lift * fall(rank)


@pytest.mark.parametrize("rank", [30, 3_000])
def test_the_lift_of_every_event_is_found_within_0_1_and_0_03_on_average(
    planted_and_found: tuple[dict[str, Any], LnSearches], rank: int
) -> None:
    planted, found = planted_and_found
    errors = {
        (code, department, event["event_name"]): found(code, department, event["event_name"], rank)
        - found(code, department, None, rank)
        - lift_at(planted, code, department, event, rank)
        for code in SCENARIO.marketplaces
        for department in SCENARIO.departments
        for event in planted["events"]
    }
    assert len(errors) == 2 * 3 * 12
    assert max(map(abs, errors.values())) < 0.1
    assert np.mean(np.abs(list(errors.values()))) < 0.03


@pytest.mark.parametrize("code", SCENARIO.marketplaces)
def test_the_fall_from_rank_to_rank_is_found_within_0_05(
    planted_and_found: tuple[dict[str, Any], LnSearches], code: str
) -> None:
    planted, found = planted_and_found
    slope = planted["marketplaces"][code]["slope_factor"]
    for department in SCENARIO.departments:
        for near, far in ((10, 100), (100, 1_000), (1_000, 10_000), (10_000, 100_000)):
            fell = found(code, department, None, near) - found(code, department, None, far)
            assert fell == pytest.approx(slope * (fall(far) - fall(near)), abs=0.05), (department, near)
