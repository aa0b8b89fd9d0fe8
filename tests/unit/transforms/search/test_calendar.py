from datetime import date

import pytest

from samples.search.events import EVENTS
from schemas.errors import OptionsError
from transforms.search.calendar import EventRuleError, event_days
from transforms.search.options import EventRule, MartOptions


@pytest.mark.parametrize(
    ("rule", "years", "days"),
    [
        pytest.param("12-25", [2023, 2024], [date(2023, 12, 25), date(2024, 12, 25)], id="month and day"),
        pytest.param("easter", [2024, 2025], [date(2024, 3, 31), date(2025, 4, 20)], id="Easter"),
        pytest.param("easter - 21", [2024], [date(2024, 3, 10)], id="Mothering Sunday"),
        pytest.param("4th thursday of november", [2023], [date(2023, 11, 23)], id="Thanksgiving"),
        pytest.param("4th thursday of november + 4", [2024], [date(2024, 12, 2)], id="the Monday after, in December"),
        pytest.param(
            "last monday of may", [2023, 2027], [date(2023, 5, 29), date(2027, 5, 31)], id="the last of a month"
        ),
        pytest.param("1st monday of september", [2025], [date(2025, 9, 1)], id="the first on the 1st"),
        pytest.param("02-29", [2023, 2024], [date(2024, 2, 29)], id="a leap day has no day in other years"),
        pytest.param("01-01 - 1", [2024], [date(2023, 12, 31)], id="days behind may lead into another year"),
        pytest.param("12-25", [], [], id="no year"),
    ],
)
def test_event_days(rule, years, days):
    assert event_days(rule, years) == days


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "christmas",
        "13-01",
        "02-30",
        "5th monday of may",
        "4th thursday of november +4",
        "easter + ",
        "12-25\n",
        "EASTER",
    ],
)
def test_a_rule_that_tells_no_day_is_refused(rule):
    with pytest.raises(EventRuleError, match='expected "12-25"'):
        event_days(rule, [2024])


def test_the_rules_give_the_days_of_the_generator():
    rules = {
        "newyear": "01-01", "valentine": "02-14", "easter": "easter", "mothers": "2nd sunday of may",
        "memorial": "last monday of may", "july4": "07-04", "labor": "1st monday of september", "halloween": "10-31",
        "thanksgiving": "4th thursday of november", "cyber": "4th thursday of november + 4", "xmas": "12-25",
    }  # fmt: skip
    for event in EVENTS:
        if event.name in rules:
            assert event_days(rules[event.name], range(2018, 2027)) == [event.day(year) for year in range(2018, 2027)]


@pytest.mark.parametrize("events", [{"Prime": EventRule(rule="12-25")}, {"p": EventRule("Prime", rule="12-25")}])
def test_an_event_in_capitals_would_stand_beside_the_one_that_is_delivered(events):
    with pytest.raises(OptionsError, match="found the name 'Prime', expected 'prime'"):
        MartOptions(events=events)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        pytest.param({}, "both or neither of rule and dates", id="neither rule nor dates"),
        pytest.param({"rule": "12-25", "dates": (date(2024, 1, 1),)}, "both or neither", id="both"),
        pytest.param({"rule": "someday"}, "found 'someday', expected", id="a rule that tells no day"),
        pytest.param(
            {"rule": "12-25", "lead_days": -1}, "lead_days -1, lag_days 0; expected 0 to 60", id="negative lead"
        ),
        pytest.param({"rule": "12-25", "lag_days": 61}, "lag_days 61; expected 0 to 60", id="a season"),
    ],
)
def test_an_event_that_does_not_hold_together_is_refused(said, sentence):
    with pytest.raises(OptionsError, match=sentence):
        EventRule(**said)
