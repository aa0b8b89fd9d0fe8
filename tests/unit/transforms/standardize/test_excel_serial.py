"""A spreadsheet's days since 1900, as `date` and `timestamp` read them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.standardize import decide_format, standardizer


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        pytest.param("45352", "2024-03-01", id="a day"),
        pytest.param(" 45352 ", "2024-03-01", id="spaces around"),
        pytest.param("45352.0", "2024-03-01", id="a double"),
        pytest.param("45351", "2024-02-29", id="a leap day"),
        pytest.param("1", "1900-01-01", id="the first day"),
        pytest.param("59", "1900-02-28", id="before the day that was not"),
        pytest.param("60", None, id="the day that was not"),
        pytest.param("61", "1900-03-01", id="behind the day that was not"),
        pytest.param("73415", "2100-12-31", id="the last day"),
        pytest.param("73416", None, id="after 2100"),
        pytest.param("0", None, id="zero"),
        pytest.param("00000", None, id="zeros"),
        pytest.param("-1", None, id="before the first day"),
        pytest.param("45352.5", None, id="noon"),
        pytest.param("45351.9999999999", "2024-03-01", id="midnight to the millisecond"),
        pytest.param("20240301", None, id="a date without dashes"),
        pytest.param("2024", "1905-07-16", id="a year looks like a day"),
        pytest.param("45,352", None, id="grouped digits"),
        pytest.param("4.5352E4", None, id="an exponent"),
        pytest.param("", None, id="empty"),
        pytest.param("2024-03-01", None, id="an ISO date"),
        pytest.param("４５３５２", "2024-03-01", id="full-width digits"),
        pytest.param("٤٥٣٥٢", None, id="Arabic-Indic digits"),
        pytest.param("1" * 10_000, None, id="very long"),
    ],
)
def test_dates(raw, day):
    found = standardizer("date", formats=["excel_serial"])(raw)
    assert (None if found is None else found.isoformat()) == day


@pytest.mark.parametrize(
    ("raw", "utc"),
    [
        pytest.param("45352.4375", "2024-03-01 09:30:00", id="a winter's time in the zone"),
        pytest.param("45474.4375", "2024-07-01 08:30:00", id="a summer's"),
        pytest.param("45352.416666666664", "2024-03-01 09:00:00", id="ten o'clock as a double"),
        pytest.param("45352.0000115741", "2024-02-29 23:00:01", id="a second past midnight"),
        pytest.param("45352", None, id="a date alone"),
        pytest.param("45352.0", None, id="a date alone, as a double"),
        pytest.param("45350", None, id="a date alone that ends with a zero"),
        pytest.param("60.5", None, id="the day that was not"),
        pytest.param("45382.104166666664", None, id="a time that the clocks skipped"),
    ],
)
def test_timestamps(raw, utc):
    found = standardizer("timestamp", formats=["excel_serial"], zone="Europe/Amsterdam")(raw)
    assert (None if found is None else str(found)) == (None if utc is None else f"{utc}+00:00")


def test_a_date_alone_is_midnight_where_that_is_allowed():
    rule = standardizer("timestamp", formats=["excel_serial"], zone="UTC", date_only=True)
    assert rule("45352") == rule("45352.0") == datetime(2024, 3, 1, tzinfo=UTC)


def test_it_stands_beside_other_formats():
    rule = standardizer("date", formats=["iso", "excel_serial", "%d.%m.%Y"])
    assert rule("45352") == rule("2024-03-01") == rule("1.3.2024") == date(2024, 3, 1)


def test_a_file_may_decide_for_it():
    assert decide_format({"45352": 2, "x": 1}, ["excel_serial", "%d/%m/%Y"]).format == "excel_serial"


@given(st.dates(date(1900, 3, 1), date(2100, 12, 31)))
def test_every_day_is_read(day):
    assert standardizer("date", formats=["excel_serial"])(str((day - date(1899, 12, 30)).days)) == day


@given(st.datetimes(datetime(1900, 3, 1), datetime(2100, 12, 31)).map(lambda moment: moment.replace(microsecond=0)))
def test_every_second_is_read_from_the_double_that_holds_it(moment):
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    rule = standardizer("timestamp", formats=["excel_serial"], zone="UTC", date_only=True)
    assert rule(f"{serial:.15g}") == moment.replace(tzinfo=UTC)
