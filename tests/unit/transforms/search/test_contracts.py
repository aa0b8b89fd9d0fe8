"""The rules and computed fields of the search contracts, on rows as standardizing gives them."""

from datetime import date

import pytest
from pyspark.sql import functions as F

from schemas.search import SEARCH_RANKS, SEARCH_VOLUMES, SPECIAL_DATES
from tests.frames import frame

pytestmark = pytest.mark.every_engine

RANK = {
    "marketplace_code": "US",
    "department_name": "beauty",
    "term": "lip balm",
    "ranked_on": date(2024, 3, 1),
    "rank": 1,
}
VOLUME = {
    "marketplace_code": "US",
    "term": "lip balm",
    "grain": "daily",
    "period_start_on": date(2024, 3, 1),
    "search_count": 1,
    "known_after_days": 14,
}
EVENT = {"marketplace_code": "US", "event_name": "prime", "event_on": date(2024, 7, 16), "lead_days": 0, "lag_days": 60}


def broken(spark, contract, row):
    judged = frame(spark, contract, row).select(
        F.array_union(contract.violations(severity="quarantine"), contract.violations(severity="halt")).alias("codes")
    )
    return judged.collect()[0].codes


@pytest.mark.parametrize(
    ("contract", "row", "codes"),
    [
        pytest.param(SEARCH_RANKS, RANK, [], id="the first rank"),
        pytest.param(SEARCH_RANKS, {**RANK, "rank": 0}, ["rank_not_positive"], id="rank 0"),
        pytest.param(SEARCH_RANKS, {**RANK, "rank": -1}, ["rank_not_positive"], id="rank -1"),
        pytest.param(SEARCH_RANKS, {**RANK, "rank": None}, ["rank_missing"], id="no rank"),
        pytest.param(SEARCH_RANKS, {**RANK, "report_marketplace_code": "US"}, [], id="of the report's marketplace"),
        pytest.param(
            SEARCH_RANKS, {**RANK, "report_marketplace_code": "UK"}, ["term_in_wrong_marketplace"], id="of another"
        ),
        pytest.param(SEARCH_VOLUMES, VOLUME, [], id="a day without department"),
        pytest.param(SEARCH_VOLUMES, {**VOLUME, "search_count": 0}, ["search_count_not_positive"], id="volume 0"),
        pytest.param(SEARCH_VOLUMES, {**VOLUME, "search_count": -5}, ["search_count_not_positive"], id="volume -5"),
        pytest.param(SEARCH_VOLUMES, {**VOLUME, "grain": "yearly"}, ["grain_unknown"], id="an unknown grain"),
        pytest.param(
            SEARCH_VOLUMES, {**VOLUME, "grain": "weekly"}, ["period_not_at_its_start"], id="a week from Friday"
        ),
        pytest.param(
            SEARCH_VOLUMES,
            {**VOLUME, "grain": "weekly", "period_start_on": date(2024, 3, 3)},
            [],
            id="a week from Sunday",
        ),
        pytest.param(
            SEARCH_VOLUMES,
            {**VOLUME, "grain": "monthly", "period_start_on": date(2024, 2, 29)},
            ["period_not_at_its_start"],
            id="a month from a leap day",
        ),
        pytest.param(SEARCH_VOLUMES, {**VOLUME, "grain": "monthly"}, [], id="a month from its first"),
        pytest.param(
            SEARCH_VOLUMES, {**VOLUME, "known_after_days": -1}, ["known_before_its_end"], id="known before its end"
        ),
        pytest.param(SPECIAL_DATES, EVENT, [], id="the longest reach"),
        pytest.param(SPECIAL_DATES, {**EVENT, "lag_days": 61}, ["reach_too_long"], id="a season"),
        pytest.param(SPECIAL_DATES, {**EVENT, "lead_days": -1}, ["reach_negative"], id="a lead below 0"),
    ],
)
def test_rules(spark, contract, row, codes):
    assert broken(spark, contract, row) == codes


@pytest.mark.parametrize(
    ("grain", "start", "lag", "end", "available"),
    [
        pytest.param("daily", date(2024, 2, 29), 14, date(2024, 2, 29), date(2024, 3, 14), id="a leap day"),
        pytest.param("weekly", date(2024, 12, 29), 10, date(2025, 1, 4), date(2025, 1, 14), id="a week over New Year"),
        pytest.param("monthly", date(2024, 2, 1), 49, date(2024, 2, 29), date(2024, 4, 18), id="a leap February"),
        pytest.param("monthly", None, 49, None, None, id="no start"),
        pytest.param(None, date(2024, 2, 1), 49, None, None, id="no grain"),
    ],
)
def test_computed_fields(spark, grain, start, lag, end, available):
    row = {**VOLUME, "grain": grain, "period_start_on": start, "known_after_days": lag}
    rows = frame(spark, SEARCH_VOLUMES, row)
    for field in SEARCH_VOLUMES.fields:
        if field.derived:
            rows = rows.withColumn(field.name, F.expr(field.derived).cast(field.type))
    found = rows.collect()[0]
    assert (found.period_end_on, found.available_on) == (end, available)
