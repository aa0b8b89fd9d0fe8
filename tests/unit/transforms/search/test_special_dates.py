from datetime import date

import pytest

from schemas.search import SPECIAL_DATES
from tests.frames import curated_frame
from transforms.search.options import EventRule
from transforms.search.special_dates import build_special_dates

pytestmark = pytest.mark.every_engine


def built(spark, delivered, events, years=(2023, 2024), marketplaces=("US", "UK")):
    rows = curated_frame(spark, SPECIAL_DATES, *delivered).select(*SPECIAL_DATES.names)
    places = spark.createDataFrame([(code,) for code in (*marketplaces, *marketplaces)], "marketplace_code string")
    found = build_special_dates(rows, places, events, years).collect()
    return sorted((r.marketplace_code, r.event_name, r.event_on, r.lead_days, r.lag_days, r.origin) for r in found)


def own(code, name, day, lead_days=0, lag_days=0):
    return {"marketplace_code": code, "event_name": name, "event_on": day, "lead_days": lead_days, "lag_days": lag_days}


def test_a_rule_without_marketplaces_is_of_all_and_one_with_them_of_these_only(spark):
    events = {
        "xmas": EventRule(rule="12-25", lead_days=14, lag_days=7),
        "july4": EventRule(rule="07-04", marketplaces=("US",)),
    }
    assert built(spark, [], events, years=(2023,)) == [
        ("UK", "xmas", date(2023, 12, 25), 14, 7, "calendar"),
        ("US", "july4", date(2023, 7, 4), 0, 0, "calendar"),
        ("US", "xmas", date(2023, 12, 25), 14, 7, "calendar"),
    ]


def test_one_event_may_have_a_rule_for_each_marketplace(spark):
    events = {
        "mothers": EventRule(rule="2nd sunday of may", marketplaces=("US",)),
        "mothers_uk": EventRule(event="mothers", rule="easter - 21", marketplaces=("UK",)),
    }
    assert built(spark, [], events, years=(2024,)) == [
        ("UK", "mothers", date(2024, 3, 10), 0, 0, "calendar"),
        ("US", "mothers", date(2024, 5, 12), 0, 0, "calendar"),
    ]


def test_what_was_delivered_takes_the_place_of_the_same_event_and_marketplace_of_that_time_only(spark):
    delivered = [
        own("US", "xmas", date(2023, 12, 24), 3, 1),
        own("US", "xmas", date(2023, 12, 26)),
        own("DE", "mine", date(2023, 5, 5)),
    ]
    events = {"xmas": EventRule(rule="12-25")}
    assert built(spark, delivered, events) == [
        ("DE", "mine", date(2023, 5, 5), 0, 0, "delivered"),
        ("UK", "xmas", date(2023, 12, 25), 0, 0, "calendar"),
        ("UK", "xmas", date(2024, 12, 25), 0, 0, "calendar"),
        ("US", "xmas", date(2023, 12, 24), 3, 1, "delivered"),
        ("US", "xmas", date(2023, 12, 26), 0, 0, "delivered"),
        ("US", "xmas", date(2024, 12, 25), 0, 0, "calendar"),
    ]


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        pytest.param(date(2023, 12, 31), [date(2023, 1, 1), date(2023, 12, 31)], id="the day before New Year"),
        pytest.param(date(2024, 1, 2), [date(2023, 1, 1), date(2024, 1, 2)], id="the day after it"),
        pytest.param(date(2023, 7, 2), [date(2023, 7, 2), date(2024, 1, 1)], id="182 days from one, 183 from the next"),
        pytest.param(date(2023, 7, 3), [date(2023, 1, 1), date(2023, 7, 3)], id="183 days from one, 182 from the next"),
    ],
)
def test_a_day_that_was_delivered_takes_the_place_of_the_nearest_one(spark, day, standing):
    found = built(spark, [own("US", "newyear", day)], {"newyear": EventRule(rule="01-01")}, marketplaces=("US",))
    assert [event_on for _, _, event_on, *_ in found] == standing


def test_dates_that_are_configured_stand_before_a_rule_and_behind_a_delivery(spark):
    events = {
        "prime": EventRule(dates=(date(2023, 7, 11), date(2024, 7, 16)), lead_days=3, lag_days=3),
        "prime_rule": EventRule(event="prime", rule="07-15"),
    }
    found = built(spark, [own("UK", "prime", date(2024, 7, 1))], events, years=(2022, 2023, 2024), marketplaces=("UK",))
    assert found == [
        ("UK", "prime", date(2022, 7, 15), 0, 0, "calendar"),
        ("UK", "prime", date(2023, 7, 11), 3, 3, "configured"),
        ("UK", "prime", date(2024, 7, 1), 0, 0, "delivered"),
    ]


def test_a_day_that_gave_way_itself_takes_the_place_of_none(spark):
    """The configured 1 May gives way to the delivered 1 January, so that the calendar's 1 September stands."""
    events = {"sale": EventRule(dates=(date(2024, 5, 1),)), "sale_rule": EventRule(event="sale", rule="09-01")}
    found = built(spark, [own("US", "sale", date(2024, 1, 1))], events, years=(2024,), marketplaces=("US",))
    assert [(event_on, origin) for _, _, event_on, _, _, origin in found] == [
        (date(2024, 1, 1), "delivered"),
        (date(2024, 9, 1), "calendar"),
    ]


def test_two_rules_for_one_day_are_one_event_with_the_longer_reach(spark):
    events = {
        "a": EventRule(event="sale", rule="06-01", lead_days=1),
        "b": EventRule(event="sale", rule="06-01", lag_days=4),
    }
    assert built(spark, [], events, years=(2024,), marketplaces=("US",)) == [
        ("US", "sale", date(2024, 6, 1), 1, 4, "calendar")
    ]


def test_without_any_event_there_is_none(spark):
    assert built(spark, [], {}) == []
