"""Business days against numpy, which counts another way backwards: its half-open interval then begins after the end."""

import random
from datetime import date, timedelta

import numpy as np
import pytest
from pyspark.sql import types as T

from schemas.errors import OptionsError
from transforms.procurement.business_days import with_business_days
from transforms.procurement.options import WEEKDAYS, Calendar, MartOptions

SCHEMA = "company_code string, leg_status string, start_on date, end_on date"
HOLIDAYS = tuple(date(year, *day) for year in (2023, 2024) for day in ((1, 1), (5, 1), (12, 25), (12, 26)))
CALENDARS = {
    "DE": Calendar(companies=("DE", "AT"), holidays=(*HOLIDAYS, HOLIDAYS[0], date(2024, 6, 1))),
    "AE": Calendar(companies=("AE",), weekend=("friday", "saturday"), holidays=(date(2024, 4, 10),)),
    "always": Calendar(companies=("24/7",), weekend=()),
    "default": Calendar(weekend=("sunday",)),
}


def by_numpy(calendar, start, end):
    mask = "".join("0" if weekday in calendar.weekend else "1" for weekday in WEEKDAYS)
    first, last = sorted([start, end])
    count = int(np.busday_count(first, last, weekmask=mask, holidays=list(calendar.holidays)))
    return count if start <= end else -count


def counted(spark, rows, calendars):
    frame = with_business_days(spark.createDataFrame(rows, SCHEMA), calendars)
    assert frame.schema["duration_business_days"].dataType == T.IntegerType()
    assert frame.columns == ["company_code", "leg_status", "start_on", "end_on", "duration_business_days"]
    return [row.duration_business_days for row in frame.collect()]


def of_company(company, calendars):
    for calendar in calendars.values():
        if company in calendar.companies:
            return calendar
    return calendars.get("default", Calendar())


@pytest.mark.every_engine
@pytest.mark.parametrize(
    "calendars",
    [
        pytest.param({}, id="none configured: Monday to Friday"),
        pytest.param({"DE": CALENDARS["DE"]}, id="one of some companies, with holidays"),
        pytest.param({"AE": Calendar(companies=("AE",), weekend=("friday",))}, id="one without holidays"),
        pytest.param(CALENDARS, id="several, and a default"),
        pytest.param({"default": Calendar(holidays=(date(2024, 1, 6),))}, id="a holiday in a weekend only"),
    ],
)
def test_as_numpy_counts(spark, calendars):
    draw = random.Random(5)

    def any_day(first, days):
        return first + timedelta(days=draw.randrange(days))

    near = [(any_day(date(2022, 12, 20), 800), any_day(date(2022, 12, 20), 800)) for _ in range(400)]
    far = [(any_day(date(1, 1, 2), 700_000), any_day(date(1900, 1, 1), 300_000)) for _ in range(50)]
    edges = [
        (day + timedelta(days=n), HOLIDAYS[-1] + timedelta(days=m))
        for day in HOLIDAYS
        for n in (-1, 0, 1)
        for m in (0, 1, 2)
    ]
    rows = [
        (draw.choice(["DE", "AT", "AE", "24/7", "other", None]), "closed", *dates) for dates in (*near, *far, *edges)
    ]
    expected = [by_numpy(of_company(row[0], calendars), *row[2:]) for row in rows]
    assert sorted(counted(spark, rows, calendars)) == sorted(expected)


@pytest.mark.every_engine
def test_null_unless_closed(spark):
    monday, friday = date(2024, 1, 1), date(2024, 1, 5)
    rows = [
        ("DE", "open", monday, None),
        ("DE", "not_applicable", None, friday),
        ("DE", "not_applicable", monday, friday),
        ("DE", "ended_otherwise", None, None),
    ]
    assert counted(spark, rows, CALENDARS) == [None] * 4


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        pytest.param(lambda: Calendar(weekend=("sonntag",)), "weekend: found sonntag, expected any of", id="a weekday"),
        pytest.param(lambda: Calendar(weekend=WEEKDAYS), "found all seven days", id="no working day"),
        pytest.param(lambda: Calendar(holidays=(date(204, 1, 1),)), "found 0204-01-01, expected 1900", id="a year"),
        pytest.param(
            lambda: MartOptions((), calendars={"a": Calendar(("X",)), "b": Calendar(("X",))}),
            "found X more than once",
            id="a company in two calendars",
        ),
        pytest.param(
            lambda: MartOptions((), calendars={"default": Calendar(("X",))}),
            "default: found companies",
            id="companies of the default",
        ),
        pytest.param(lambda: MartOptions((), match_tolerance_ratio=1.5), "found 1.5", id="a tolerance"),
    ],
)
def test_what_does_not_hold_together_is_refused(make, sentence):
    with pytest.raises(OptionsError, match=sentence):
        make()
