"""One text for each value, from which the value can be had again."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lake.landing.formats.cells import cell_text, duration_text, moment_text, number_text, shown_number_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("", "", id="an empty text"),
        pytest.param(" a ", " a ", id="a text as it stands"),
        pytest.param(True, "true", id="true"),
        pytest.param(False, "false", id="false is no 0"),
        pytest.param(12, "12", id="a whole number"),
        pytest.param(2**64 - 1, "18446744073709551615", id="the greatest of 64 bits"),
        pytest.param(12.0, "12", id="a whole double"),
        pytest.param(4500001234.0, "4500001234", id="a document number"),
        pytest.param(-0.0, "0", id="minus zero"),
        pytest.param(0.1, "0.1", id="a tenth"),
        pytest.param(1e-7, "0.0000001", id="no exponent below"),
        pytest.param(999999999999999.0, "999999999999999", id="15 digits"),
        pytest.param(1e15, "1000000000000000.0", id="16 digits may be rounded"),
        pytest.param(1e20, "100000000000000000000.0", id="no exponent above"),
        pytest.param(np.float32(0.1), "0.1", id="a tenth of 32 bits"),
        pytest.param(np.float16(0.1), "0.1", id="a tenth of 16 bits"),
        pytest.param(float("nan"), "NaN", id="no number"),
        pytest.param(float("inf"), "Infinity", id="infinity"),
        pytest.param(float("-inf"), "-Infinity", id="minus infinity"),
        pytest.param(Decimal("1.10"), "1.10", id="a decimal with its places"),
        pytest.param(Decimal("1E-10"), "0.0000000001", id="a small decimal"),
        pytest.param(Decimal("12E+2"), "1200", id="a decimal of negative scale"),
        pytest.param(date(2024, 1, 31), "2024-01-31", id="a date"),
        pytest.param(datetime(2024, 1, 31, 10), "2024-01-31 10:00:00", id="a moment"),
        pytest.param(datetime(2024, 1, 31), "2024-01-31 00:00:00", id="midnight"),
        pytest.param(datetime(2024, 1, 31, 1, 2, 3, 500_000), "2024-01-31 01:02:03.5", id="half a second"),
        pytest.param(time(9, 5), "09:05:00", id="a time"),
        pytest.param(timedelta(hours=26, minutes=30), "26:30:00", id="more than a day"),
        pytest.param(timedelta(milliseconds=-1500), "-00:00:01.5", id="a negative duration"),
        pytest.param(timedelta(), "00:00:00", id="no duration"),
        pytest.param(b"\x00\xff", "00ff", id="bytes"),
        pytest.param(b"", "", id="no bytes"),
    ],
)
def test_text(value: Any, text: str) -> None:
    assert cell_text(value) == text


def test_what_has_no_text() -> None:
    with pytest.raises(TypeError, match="no text for list"):
        cell_text([1])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(20944.559999999998, "20944.56", id="the digits that are shown"),
        pytest.param(0.1 + 0.2, "0.3", id="a sum"),
        pytest.param(-123.10675540353, "-123.10675540353", id="14 digits"),
        pytest.param(12.0, "12", id="a whole number"),
        pytest.param(12345678901234567.0, "12345678901234568.0", id="a whole number is not rounded further"),
        pytest.param(1e-7, "0.0000001", id="small"),
        pytest.param(2.9999999999999996, "3", id="rounded to a whole number"),
    ],
)
def test_the_number_that_a_spreadsheet_shows(value: float, text: str) -> None:
    assert shown_number_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(5e-324)
@example(1.7976931348623157e308)
def test_a_number_can_be_had_again(value: float) -> None:
    assert float(number_text(value)) == value
    assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", number_text(value))


@given(st.datetimes())
def test_a_moment_can_be_had_again(value: datetime) -> None:
    assert datetime.fromisoformat(moment_text(value)) == value


@given(st.timedeltas())
def test_a_duration_can_be_had_again(value: timedelta) -> None:
    sign, hours, minutes, seconds = re.fullmatch(r"(-?)(\d+):(\d\d):(\d\d(?:\.\d+)?)", duration_text(value)).groups()
    micros = (int(hours) * 3600 + int(minutes) * 60) * 1_000_000 + int(Decimal(seconds) * 1_000_000)
    assert timedelta(microseconds=-micros if sign else micros) == value
