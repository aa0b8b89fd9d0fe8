import pytest
from hypothesis import given

from tests.unit.transforms.standardize.cells import any_cell
from transforms.standardize.time_zone import time_zone


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        pytest.param("Europe/Amsterdam", "Europe/Amsterdam", id="region and city"),
        pytest.param(" America/Argentina/Buenos_Aires ", "America/Argentina/Buenos_Aires", id="a region within"),
        pytest.param("UTC", "UTC", id="universal time"),
        pytest.param("Europe/Amsterdm", None, id="a misspelled city"),
        pytest.param("europe/amsterdam", None, id="another case, which not every engine reads"),
        pytest.param("CET", None, id="an abbreviation"),
        pytest.param("+01:00", None, id="an offset"),
        pytest.param("localtime", None, id="wherever the machine stands"),
        pytest.param("../../etc/passwd", None, id="a path"),
        pytest.param("", None, id="empty"),
    ],
)
def test_time_zone(raw, found):
    assert time_zone(raw) == found


@given(any_cell)
def test_what_it_gives_it_gives_again(raw):
    found = time_zone(raw)
    assert found is None or time_zone(found) == found
