import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.standardize.errors import BadRuleParameter
from transforms.standardize.integer import integer


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param("12", 12, id="digits"),
        pytest.param(" +012 ", 12, id="plus sign and leading zero"),
        pytest.param("-12", -12, id="negative"),
        pytest.param("\u221212", -12, id="a true minus sign"),
        pytest.param("-0", 0, id="zero has no sign"),
        pytest.param("12.0", 12, id="a spreadsheet's float"),
        pytest.param("12.000", None, id="may be twelve thousand"),
        pytest.param("12.5", None, id="a fraction"),
        pytest.param("12.", None, id="a point and nothing after it"),
        pytest.param(".0", None, id="no digit before the point"),
        pytest.param("1,200", None, id="a group that is not declared"),
        pytest.param("1 200", None, id="a space that is not declared"),
        pytest.param("1e3", None, id="scientific"),
        pytest.param("12-", None, id="a sign behind"),
        pytest.param("１２", 12, id="full-width digits"),
        pytest.param("١٢", None, id="Arabic-Indic digits"),
        pytest.param("1²", None, id="a footnote mark is no digit"),
        pytest.param("1_000", None, id="a Python literal"),
        pytest.param("9223372036854775807", 2**63 - 1, id="largest of 64 bits"),
        pytest.param("9223372036854775808", None, id="one more"),
        pytest.param("-9223372036854775808", -(2**63), id="smallest of 64 bits"),
        pytest.param("123456789012345.0", 123456789012345, id="fifteen digits are exact in a spreadsheet"),
        pytest.param("1234567890123456.0", None, id="sixteen have been rounded"),
        pytest.param("9" * 10_000, None, id="very long"),
        pytest.param("", None, id="empty"),
    ],
)
def test_integer(raw, value):
    assert integer()(raw) == value


@pytest.mark.parametrize(
    ("raw", "grouping", "value"),
    [
        pytest.param("1,200", ",", 1200, id="comma"),
        pytest.param("1.200.000", ".", 1_200_000, id="point"),
        pytest.param("1\u202f200", " ", 1200, id="narrow no-break space"),
        pytest.param("1’200", "'", 1200, id="typographic apostrophe"),
        pytest.param("1200", ",", 1200, id="need not be there"),
        pytest.param("1,200.0", ",", None, id="no float is written with groups"),
        pytest.param("12,00", ",", None, id="a group of two"),
        pytest.param("0,123", ",", None, id="a group may not begin with zero"),
        pytest.param("12.0", ".", None, id="where the point groups, it is no decimal mark"),
        pytest.param("-1,200", ",", -1200, id="negative"),
    ],
)
def test_grouping(raw, grouping, value):
    assert integer(grouping=grouping)(raw) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param("0", None, id="below"),
        pytest.param("1", 1, id="the minimum itself"),
        pytest.param("12", 12, id="the maximum itself"),
        pytest.param("13", None, id="above"),
    ],
)
def test_bounds(raw, value):
    assert integer(minimum=1, maximum=12)(raw) == value


def test_bounds_that_leave_nothing_are_refused():
    with pytest.raises(BadRuleParameter, match="integer: minimum is 2, above the largest allowed, 1"):
        integer(minimum=2, maximum=1)


@pytest.mark.parametrize("grouping", ["", "x", ",."])
def test_an_unknown_grouping_is_refused(grouping):
    with pytest.raises(BadRuleParameter, match="integer: grouping is"):
        integer(grouping=grouping)


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_integer_is_read_back(value):
    assert integer()(str(value)) == value
    assert integer(grouping=",")(f"{value:,}") == value
