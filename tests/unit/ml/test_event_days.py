"""The days round a special date."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from ml.event_days import event_days, with_event_days
from tests.unit.ml.frames import ranks, special_dates


@pytest.mark.every_engine
def test_tokens_and_ramps(spark: SparkSession) -> None:
    dates = special_dates(
        spark,
        {"event_name": "leap", "event_on": date(2024, 2, 29), "lead_days": 1, "lag_days": 1},
        {"event_name": "spring", "event_on": date(2024, 3, 1), "lead_days": 0, "lag_days": 0},
    )
    found = {r["ranked_on"]: r for r in event_days(dates).collect()}
    assert {d: r["event_tokens"] for d, r in found.items()} == {
        date(2024, 2, 28): ["leap-1"],
        date(2024, 2, 29): ["leap+0"],
        date(2024, 3, 1): ["leap+1", "spring+0"],
    }
    assert {d: {e: r["event_ramps"].count(e) for e in r["event_ramps"]} for d, r in found.items()} == {
        date(2024, 2, 28): {"leap": 5},
        date(2024, 2, 29): {"leap": 10},
        date(2024, 3, 1): {"leap": 5, "spring": 10},
    }


def test_a_day_far_from_every_event_has_none(spark: SparkSession) -> None:
    days = event_days(special_dates(spark, {"marketplace_code": "UK"}))
    ranked = ranks(spark, {}, {"marketplace_code": "UK"}, {"marketplace_code": "UK", "ranked_on": date(2024, 6, 1)})
    found = {
        (r["marketplace_code"], r["ranked_on"]): r["event_tokens"] for r in with_event_days(ranked, days).collect()
    }
    assert found == {("US", date(2024, 3, 1)): [], ("UK", date(2024, 3, 1)): ["xmas+0"], ("UK", date(2024, 6, 1)): []}
