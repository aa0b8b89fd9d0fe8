from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.standardize.errors import BadRuleParameter
from transforms.standardize.timestamp import timestamp

AMSTERDAM = "Europe/Amsterdam"


@pytest.mark.parametrize(
    ("raw", "utc"),
    [
        pytest.param("2024-03-01 10:30:00", "2024-03-01 09:30:00", id="local time in winter"),
        pytest.param("2024-07-01T10:30:00", "2024-07-01 08:30:00", id="local time in summer"),
        pytest.param(" 2024-03-01 10:30 ", "2024-03-01 09:30:00", id="without seconds"),
        pytest.param("2024-03-01 10:30:00.123", "2024-03-01 09:30:00.123000", id="milliseconds"),
        pytest.param("2024-03-01 10:30:00,123456", "2024-03-01 09:30:00.123456", id="comma and microseconds"),
        pytest.param("2024-03-01 10:30:00.123456000", "2024-03-01 09:30:00.123456", id="nanoseconds that are zero"),
        pytest.param("2024-03-01 10:30:00.1234567", None, id="nanoseconds that would be lost"),
        pytest.param("2024-03-01T10:30:00Z", "2024-03-01 10:30:00", id="Z"),
        pytest.param("2024-03-01 10:30:00 UTC", "2024-03-01 10:30:00", id="UTC in letters"),
        pytest.param("2024-03-01T10:30:00+05:30", "2024-03-01 05:00:00", id="an offset outranks the zone"),
        pytest.param("2024-03-01T10:30:00-0330", "2024-03-01 14:00:00", id="an offset without colon"),
        pytest.param("2024-03-01T10:30+01", "2024-03-01 09:30:00", id="an offset of hours"),
        pytest.param("2024-03-01T10:30:00+01:75", None, id="an offset that no clock has"),
        pytest.param("2024-03-31 01:59:59", "2024-03-31 00:59:59", id="the last second before the gap"),
        pytest.param("2024-03-31 02:00:00", None, id="the first time that the clocks skipped"),
        pytest.param("2024-03-31 02:59:59", None, id="the last time that they skipped"),
        pytest.param("2024-03-31 03:00:00", "2024-03-31 01:00:00", id="the first second after the gap"),
        pytest.param("2024-03-31 02:30:00+01:00", "2024-03-31 01:30:00", id="an offset makes it exist"),
        pytest.param("2024-10-27 02:30:00", "2024-10-27 00:30:00", id="shown twice: the first"),
        pytest.param("2024-10-27 02:30:00+01:00", "2024-10-27 01:30:00", id="the second, by its offset"),
        pytest.param("2024-10-27 03:00:00", "2024-10-27 02:00:00", id="after the overlap"),
        pytest.param("2024-03-01 00:00:00", "2024-02-29 23:00:00", id="local midnight of a leap day's morrow"),
        pytest.param("2024-03-01 24:00:00", None, id="24:00"),
        pytest.param("2024-03-01 24:00", None, id="24:00 without seconds"),
        pytest.param("2024-03-01 10:30:60", None, id="leap second"),
        pytest.param("2024-03-01", None, id="a date alone"),
        pytest.param("2024-03-01 10", None, id="hours alone"),
        pytest.param("2024-W09-5T10:30:00", None, id="a week"),
        pytest.param("20240301T103000", None, id="no separators"),
        pytest.param("2024-03-01_10:30:00", None, id="another letter than T"),
        pytest.param("0001-01-01 00:00:00", None, id="a placeholder of databases"),
        pytest.param("9999-12-31T23:59:59Z", None, id="the other placeholder"),
        pytest.param("２０２４-03-01 10:30:00", "2024-03-01 09:30:00", id="full-width digits"),
        pytest.param("٢٠٢٤-03-01 10:30:00", None, id="Arabic-Indic digits"),
        pytest.param("2024-03-01\u202f10:30:00", "2024-03-01 09:30:00", id="narrow no-break space"),
        pytest.param("\u200e2024-03-01 10:30:00", "2024-03-01 09:30:00", id="direction mark"),
        pytest.param("1709285400", None, id="seconds since 1970"),
        pytest.param("", None, id="empty"),
        pytest.param("2024-03-01 10:30:00." + "1" * 10_000, None, id="very long"),
    ],
)
def test_iso(raw, utc):
    found = timestamp(formats=["iso"], zone=AMSTERDAM)(raw)
    assert (None if found is None else str(found)) == (None if utc is None else f"{utc}+00:00")


@pytest.mark.parametrize(
    ("raw", "format_", "utc"),
    [
        pytest.param("01/03/2024 10:30", "%d/%m/%Y %H:%M", "2024-03-01 09:30:00", id="day first"),
        pytest.param("01-03-2024 10:30:00.000", "%d-%m-%Y %H:%M:%S.%f", "2024-03-01 09:30:00", id="an event log"),
        pytest.param("01Mar2024:10:30:00", "%d%b%Y:%H:%M:%S", "2024-03-01 09:30:00", id="SAS"),
        pytest.param("20240301103000", "%Y%m%d%H%M%S", "2024-03-01 09:30:00", id="no separators"),
        pytest.param("2024030110", "%Y%m%d%H", "2024-03-01 09:00:00", id="as long as an iso date"),
        pytest.param("01/03/2024 10:30 +0000", "%d/%m/%Y %H:%M %z", "2024-03-01 10:30:00", id="offset"),
        pytest.param("31/03/2024 02:30", "%d/%m/%Y %H:%M", None, id="a time that the clocks skipped"),
        pytest.param("01/03/2024 24:00", "%d/%m/%Y %H:%M", None, id="24:00"),
    ],
)
def test_formats(raw, format_, utc):
    found = timestamp(formats=[format_], zone=AMSTERDAM)(raw)
    assert (None if found is None else str(found)) == (None if utc is None else f"{utc}+00:00")


@pytest.mark.parametrize(
    ("raw", "formats"),
    [pytest.param("2024-03-01", ["iso"], id="iso"), pytest.param("01/03/2024", ["iso", "%d/%m/%Y"], id="a format")],
)
def test_a_date_alone_is_local_midnight_where_that_is_allowed(raw, formats):
    rule = timestamp(formats=formats, zone=AMSTERDAM, date_only=True)
    assert rule(raw) == datetime(2024, 2, 29, 23, tzinfo=UTC)


def test_a_midnight_that_the_clocks_skipped_is_no_time():
    assert timestamp(formats=["iso"], zone="America/Santiago", date_only=True)("2024-09-08") is None


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        pytest.param({"formats": []}, "timestamp: formats is empty", id="no format"),
        pytest.param({"formats": ["%d/%m/%Y"]}, "without %H, which needs date_only = true", id="dates alone"),
        pytest.param({"formats": ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]}, "ambiguous_formats", id="two orders"),
        pytest.param({"zone": "Europe/Atlantis"}, 'timestamp: zone is "Europe/Atlantis", expected', id="no such zone"),
        pytest.param({"zone": "Europe"}, 'timestamp: zone is "Europe"', id="a continent"),
        pytest.param({"zone": "../etc/passwd"}, "timestamp: zone is", id="a path"),
        pytest.param({"zone": ""}, "timestamp: zone is", id="an empty zone"),
    ],
)
def test_impossible_parameters_are_refused(parameters, sentence):
    with pytest.raises(BadRuleParameter, match=sentence):
        timestamp(**{"formats": ["iso"], "zone": AMSTERDAM, **parameters})


@given(
    st.datetimes(datetime(1901, 1, 1), datetime(2099, 12, 31)),
    st.sampled_from([AMSTERDAM, "America/New_York", "Asia/Kolkata"]),
)
@example(datetime(2024, 3, 31, 2, 30), AMSTERDAM)
@example(datetime(2024, 10, 27, 2, 30), AMSTERDAM)
def test_local_time_is_the_first_moment_at_which_the_clocks_show_it(local, zone):
    moments = {local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)}
    shown = sorted(m for m in moments if m.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == local)
    assert timestamp(formats=["iso"], zone=zone)(str(local)) == (shown[0] if shown else None)


@given(st.datetimes(datetime(1901, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)))
def test_a_timestamp_is_its_own(moment):
    assert timestamp(formats=["iso"], zone=AMSTERDAM)(moment.isoformat()) == moment
