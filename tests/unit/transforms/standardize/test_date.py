import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transforms.standardize.cells import any_cell
from transforms.standardize.date import date
from transforms.standardize.errors import BadRuleParameter

FIRST_OF_MARCH = "2024-03-01"


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        pytest.param("2024-03-01", FIRST_OF_MARCH, id="its own output is left as it is"),
        pytest.param(" 2024-03-01\u00a0", FIRST_OF_MARCH, id="spaces around"),
        pytest.param("2024-03-01 00:00:00", FIRST_OF_MARCH, id="midnight"),
        pytest.param("2024-03-01T00:00:00", FIRST_OF_MARCH, id="midnight with T"),
        pytest.param("2024-03-01 00:00", FIRST_OF_MARCH, id="midnight without seconds"),
        pytest.param("2024-03-01 00:00:00.000000000", FIRST_OF_MARCH, id="midnight to the nanosecond"),
        pytest.param("2024-03-01 00:00:01", None, id="a second past midnight"),
        pytest.param("2024-03-01 12:00:00", None, id="noon"),
        pytest.param("2024-03-01 24:00:00", None, id="24:00"),
        pytest.param("2024-03-01T00:00:00Z", None, id="midnight in another zone"),
        pytest.param("2024-02-29", "2024-02-29", id="leap day"),
        pytest.param("2023-02-29", None, id="leap day of a common year"),
        pytest.param("1900-02-29", None, id="1900 was a common year"),
        pytest.param("2024-3-1", None, id="one digit"),
        pytest.param("20240301", None, id="no dashes"),
        pytest.param("2024-W09-5", None, id="a week"),
        pytest.param("2024-061", None, id="a day of the year"),
        pytest.param("2024-13-01", None, id="thirteenth month"),
        pytest.param("0001-01-01", None, id="a placeholder of databases"),
        pytest.param("9999-12-31", None, id="the other placeholder"),
        pytest.param("1899-12-31", None, id="before 1900"),
        pytest.param("1900-01-01", "1900-01-01", id="the first day"),
        pytest.param("2100-12-31", "2100-12-31", id="the last day"),
        pytest.param("2101-01-01", None, id="after 2100"),
        pytest.param("２０２４-０３-０１", FIRST_OF_MARCH, id="full-width digits"),
        pytest.param("\u200f2024\u201103\u201101", FIRST_OF_MARCH, id="direction mark and no-break hyphens"),
        pytest.param("٢٠٢٤-٠٣-٠١", None, id="Arabic-Indic digits"),
        pytest.param("2024-03-0²", None, id="a footnote mark is no digit"),
        pytest.param("45352", None, id="a spreadsheet's serial"),
        pytest.param("", None, id="empty"),
        pytest.param("2024-03-01 00:00:00." + "0" * 10_000, FIRST_OF_MARCH, id="very long"),
        pytest.param("2024-03-01 00:00:00." + "0" * 10_000 + "x", None, id="very long and wrong"),
    ],
)
def test_iso(raw, day):
    found = date(formats=["iso"])(raw)
    assert (None if found is None else found.isoformat()) == day


@pytest.mark.parametrize(
    ("raw", "format_", "day"),
    [
        pytest.param("01.03.2024", "%d.%m.%Y", FIRST_OF_MARCH, id="points"),
        pytest.param("1.3.2024", "%d.%m.%Y", FIRST_OF_MARCH, id="no leading zeros"),
        pytest.param("01x03x2024", "%d.%m.%Y", None, id="a point in a format is a point"),
        pytest.param("03/01/2024", "%m/%d/%Y", FIRST_OF_MARCH, id="month first"),
        pytest.param("31/01/2024", "%m/%d/%Y", None, id="day first where the month is"),
        pytest.param("20240301", "%Y%m%d", FIRST_OF_MARCH, id="no separators"),
        pytest.param("2024111", "%Y%m%d", None, id="without separators, zeros must lead"),
        pytest.param("01Mar2024", "%d%b%Y", FIRST_OF_MARCH, id="month name"),
        pytest.param("1 MAR 2024", "%d %b %Y", FIRST_OF_MARCH, id="month name in capitals"),
        pytest.param("1  mar  2024", "%d %b %Y", FIRST_OF_MARCH, id="a space in a format is any number of spaces"),
        pytest.param("1 Mär 2024", "%d %b %Y", None, id="month name of another language"),
        pytest.param("01/03/24", "%d/%m/%Y", None, id="two-digit year"),
        pytest.param("01/03/2024 0:00", "%d/%m/%Y %H:%M", FIRST_OF_MARCH, id="midnight"),
        pytest.param("01/03/2024 10:30", "%d/%m/%Y %H:%M", None, id="a time that depends on a zone"),
        pytest.param("01/03/2024", "%d/%m/%Y %H:%M", None, id="a time that is missing"),
        pytest.param("100% 01/03/2024", "100%% %d/%m/%Y", FIRST_OF_MARCH, id="a per cent sign"),
    ],
)
def test_formats(raw, format_, day):
    found = date(formats=[format_])(raw)
    assert (None if found is None else found.isoformat()) == day


@pytest.mark.parametrize(
    ("first_year", "raw", "year"),
    [
        pytest.param(2000, "2-Jun-00", 2000, id="the first year of the hundred"),
        pytest.param(2000, "2-Jun-99", 2099, id="the last year of the hundred"),
        pytest.param(1970, "2-Jun-70", 1970, id="the first year, in the middle of a century"),
        pytest.param(1970, "2-Jun-69", 2069, id="the last year, in the next century"),
        pytest.param(1970, "2-Jun-1969", None, id="four digits are another format"),
        pytest.param(2000, "29-Feb-03", None, id="a leap day of a common year"),
        pytest.param(2000, "2-Jun-6", None, id="one digit"),
    ],
)
def test_years_of_two_digits_are_of_the_hundred_years_from_the_first(first_year, raw, year):
    found = date(formats=["%d-%b-%y"], first_year=first_year)(raw)
    assert found == (year and datetime.date(year, 6, 2))


def test_the_year_stands_in_one_way_only():
    with pytest.raises(BadRuleParameter, match="a whole date"):
        date(formats=["%d/%m/%y/%Y"], first_year=2000)


@pytest.mark.parametrize("first_year", [1899, 2002], ids=["before the years known", "after them"])
def test_a_first_year_is_one_whose_hundred_years_are_known(first_year):
    with pytest.raises(BadRuleParameter, match="expected 1900 to 2001"):
        date(formats=["%d-%b-%y"], first_year=first_year)


def test_any_of_several_formats_will_do():
    rule = date(formats=["iso", "%d.%m.%Y", "%Y%m%d"])
    assert {rule(raw) for raw in ("2024-03-01", "1.3.2024", "20240301")} == {datetime.date(2024, 3, 1)}


@pytest.mark.parametrize(
    ("formats", "sentence"),
    [
        pytest.param([], "date: formats is empty", id="no format"),
        pytest.param(["%d/%m/%Y", "%m/%d/%Y"], "ambiguous_formats", id="day first and month first"),
        pytest.param(["%m-%d-%Y %H:%M", "iso", "%d-%m-%Y %H:%M"], "ambiguous_formats", id="with a time, apart"),
        pytest.param(["iso", "%Y-%d-%m"], "ambiguous_formats", id="against iso"),
        pytest.param(["%Y-%d-%m %H:%M:%S", "iso"], "ambiguous_formats", id="against iso with a time"),
        pytest.param(["%d %m  %Y", "%m %d %Y"], "ambiguous_formats", id="however many spaces"),
        pytest.param(["%d/%m/%y"], "%y names no century; say first_year", id="two-digit year"),
        pytest.param(["%d/%q/%Y"], "%q is not known here", id="unknown directive"),
        pytest.param(["%d/%m/%Y %"], "% is not known here", id="a lone per cent sign"),
        pytest.param(["%d/%m"], "a whole date", id="no year"),
        pytest.param(["%d/%m/%b/%Y"], "a whole date", id="month twice"),
        pytest.param(["%d/%d/%m/%Y"], "stands twice", id="day twice"),
        pytest.param(["%d/%m/%Y %M"], "begins with its hours", id="minutes without hours"),
        pytest.param(["%d/%m/%Y %H:%M %z"], "a date has no offset", id="offset"),
    ],
)
def test_impossible_formats_are_refused(formats, sentence):
    with pytest.raises(BadRuleParameter, match=sentence):
        date(formats=formats)


def test_a_format_may_stand_twice():
    assert date(formats=["%d/%m/%Y", "%d/%m/%Y"])("01/03/2024") == datetime.date(2024, 3, 1)


@given(any_cell | st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}( 00:00)?\Z"))
def test_a_date_is_its_own(raw):
    rule = date(formats=["iso", "%d.%m.%Y", "%Y/%m/%d"])
    day = rule(raw)
    assert day is None or rule(day.isoformat()) == day


@given(
    st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d %b %Y", "%d%b%Y", "%d.%m.%Y %H:%M:%S.%f"]),
)
def test_every_date_is_read_back(day, format_):
    assert date(formats=[format_])(day.strftime(format_)) == day
