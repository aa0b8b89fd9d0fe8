from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.standardize._format import _ISO, YEARS, _moment, reader

_DATE, _TIME = "[0-9]{4}-[0-3][0-9]-[0-9]{2}", "[0-2][0-9]:?[0-6][0-9](:[0-6][0-9]([.,][0-9]{1,7})?)?"
_NEARLY_ISO = rf"\A{_DATE}([T ]{_TIME}( ?(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?))?)?\Z"
_FORMATS = ["%d/%m/%Y", "%m/%d/%Y %H:%M", "%Y.%m.%d %H:%M:%S", "%d %b %Y", "%Y-%m-%dT%H:%M:%S.%f", "%d/%m/%Y %H:%M%z"]


@settings(max_examples=1000)
@given(st.from_regex(_NEARLY_ISO) | st.from_regex(_ISO, fullmatch=True) | st.text("0123456789-: T.,Z+W²٣", max_size=26))
def test_the_short_way_of_iso_reads_what_the_long_way_reads(typed):
    match = _ISO.fullmatch(typed)
    assert reader("date", "iso")(typed) == (_moment(match.groupdict()) if match else None)


@settings(max_examples=500)
@given(st.sampled_from(_FORMATS), st.data())
def test_reads_what_strptime_reads(format_, data):
    moment = data.draw(st.datetimes(datetime(1890, 1, 1), datetime(2110, 1, 1)))
    typed = moment.strftime(format_.replace("%z", data.draw(st.sampled_from(["Z", "+0100", "-03:30"]))))
    position = data.draw(st.integers(0, len(typed)))
    mutated = typed[:position] + data.draw(st.sampled_from("019/.:")) + typed[position + 1 :]
    for text in (typed, mutated):
        assert reader("date", format_)(text) == _by_strptime(text, format_)


def _by_strptime(text: str, format_: str) -> datetime | None:
    try:
        moment = datetime.strptime(text, format_)
    except ValueError:
        return None
    return moment if moment.year in YEARS else None


@pytest.mark.parametrize(
    ("typed", "format_"),
    [
        pytest.param("01/03/2024 10:30:60", "%d/%m/%Y %H:%M:%S", id="second 60"),
        pytest.param("01/03/2024 10:30 +01:75", "%d/%m/%Y %H:%M %z", id="an offset of 75 minutes"),
        pytest.param("01/03/2024 10:30 +25:00", "%d/%m/%Y %H:%M %z", id="an offset of 25 hours"),
        pytest.param("01 Foo 2024", "%d %b %Y", id="a word that is no month"),
    ],
)
def test_reads_no_such_value(typed, format_):
    assert reader("date", format_)(typed) is None
