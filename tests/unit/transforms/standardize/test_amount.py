from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transforms.standardize.cells import any_cell
from transforms.standardize.amount import amount
from transforms.standardize.errors import BadRuleParameter


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param("1234.50", "1234.50", id="its own output is left as it is"),
        pytest.param("1,234.50", "1234.50", id="grouped"),
        pytest.param("1,234,567", "1234567.00", id="groups without a fraction"),
        pytest.param(" 12 ", "12.00", id="always two places"),
        pytest.param("1'234.50", "1234.50", id="apostrophe"),
        pytest.param("1’234.50", "1234.50", id="typographic apostrophe"),
        pytest.param("1\u202f234.50", "1234.50", id="narrow no-break space"),
        pytest.param("1\u00a0234.50", "1234.50", id="no-break space"),
        pytest.param("1 234 567.5", "1234567.50", id="spaces"),
        pytest.param("(12.00)", "-12.00", id="parentheses are negative"),
        pytest.param("12.00-", "-12.00", id="the ledger's sign behind"),
        pytest.param("12.00 -", "-12.00", id="with a space"),
        pytest.param("-12.00", "-12.00", id="minus"),
        pytest.param("\u221212.00", "-12.00", id="a true minus sign"),
        pytest.param("- 12", "-12.00", id="minus and a space"),
        pytest.param("+12", "12.00", id="plus"),
        pytest.param("EUR 12.00", "12.00", id="code before"),
        pytest.param("12.00 EUR", "12.00", id="code behind"),
        pytest.param("EUR12", "12.00", id="code without a space"),
        pytest.param("€ 12.00", "12.00", id="sign before"),
        pytest.param("12.00€", "12.00", id="sign behind"),
        pytest.param("-$1,234.50", "-1234.50", id="minus before the currency"),
        pytest.param("$-12", "-12.00", id="minus behind the currency"),
        pytest.param("( 12 )", "-12.00", id="spaces inside parentheses"),
        pytest.param("(USD 12)", "-12.00", id="currency inside parentheses"),
        pytest.param("USD (12)", "-12.00", id="currency outside parentheses"),
        pytest.param("12.00- EUR", "-12.00", id="sign behind, then the code"),
        pytest.param("-0", "0.00", id="zero has no sign"),
        pytest.param("-0.00", "0.00", id="zero has no sign in the short way either"),
        pytest.param("1.", "1.00", id="Excel's 0.## shows a whole number so"),
        pytest.param(".5", "0.50", id="no digit before the point"),
        pytest.param("12.5000", "12.50", id="trailing zeros"),
        pytest.param("000012.00", "12.00", id="leading zeros"),
        pytest.param("0" * 40 + "12.00", "12.00", id="leading zeros are no digits that a table must hold"),
        pytest.param("12.00 €", "12.00", id="sign behind a space"),
        pytest.param("１２．５０", "12.50", id="full width"),
        pytest.param("\u200f12.00\u200e", "12.00", id="direction marks"),
        pytest.param("12\ufeff.00", "12.00", id="byte order mark inside"),
        pytest.param("9" * 36 + ".99", "9" * 36 + ".99", id="thirty-eight digits"),
    ],
)
def test_amount(raw, value):
    assert str(amount()(raw)) == value


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("", id="empty"),
        pytest.param("12.505", id="would be rounded"),
        pytest.param("1.234", id="three places: thousands of another country"),
        pytest.param("1,23", id="a group of two"),
        pytest.param("1,234,5", id="a last group of one"),
        pytest.param("1234,567", id="a first group of four"),
        pytest.param("12,34,567.00", id="lakh"),
        pytest.param("0,123", id="a group may not begin with zero"),
        pytest.param("1,234'567", id="two marks"),
        pytest.param("1,,234", id="an empty group"),
        pytest.param("1.234,50", id="comma decimal"),
        pytest.param("1.2.3", id="two points"),
        pytest.param("1e3", id="scientific"),
        pytest.param("1.5E+06", id="scientific as Excel shows it"),
        pytest.param("NaN", id="not a number"),
        pytest.param("inf", id="infinite"),
        pytest.param("-Infinity", id="minus infinity"),
        pytest.param("12%", id="a percentage"),
        pytest.param("12.-", id="twelve and no cents, not minus twelve"),
        pytest.param("--12", id="two minus signs"),
        pytest.param("-12-", id="a sign at both ends"),
        pytest.param("-(12)", id="minus and parentheses"),
        pytest.param("(-12)", id="minus in parentheses"),
        pytest.param("(12", id="an open parenthesis"),
        pytest.param("12)", id="a closed parenthesis"),
        pytest.param("0" * 100 + "1", id="longer than any amount"),
        pytest.param("€ 12 EUR", id="two currencies"),
        pytest.param("EUR -€12", id="a currency on either side of the sign"),
        pytest.param("EUR", id="a currency alone"),
        pytest.param("-", id="a dash alone"),
        pytest.param(".", id="a point alone"),
        pytest.param("()", id="parentheses alone"),
        pytest.param("QTY 12", id="three letters that are no currency"),
        pytest.param("12 13", id="two numbers"),
        pytest.param("1\n234", id="two lines"),
        pytest.param("1\t234", id="two columns"),
        pytest.param("12²", id="a footnote mark is no digit"),
        pytest.param("1½", id="a vulgar fraction"),
        pytest.param("١٢", id="Arabic-Indic digits"),
        pytest.param("0x12", id="hexadecimal"),
        pytest.param("1_000", id="a Python literal"),
        pytest.param("9" * 37, id="more digits than a table holds"),
        pytest.param("1" * 10_000, id="very long"),
        pytest.param("1,234" * 2_000, id="very long groups"),
    ],
)
def test_no_amount(raw):
    assert amount()(raw) is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param("1.234,50", "1234.50", id="grouped by points"),
        pytest.param("1234,50", "1234.50", id="not grouped"),
        pytest.param("-1234,50", "-1234.50", id="negative"),
        pytest.param("1.234", "1234.00", id="a point groups"),
        pytest.param("12,-", None, id="twelve and no cents, not minus twelve"),
        pytest.param("1234.50", None, id="a point is no decimal mark"),
        pytest.param("1.23", None, id="a group of two"),
    ],
)
def test_decimal_comma(raw, value):
    found = amount(decimal=",")(raw)
    assert (None if found is None else str(found)) == value


@pytest.mark.parametrize(
    ("raw", "scale", "value"),
    [
        pytest.param("12", 0, "12", id="no places"),
        pytest.param("12.0", 0, "12", id="no places, trailing zero"),
        pytest.param("12.5", 0, None, id="no places, a fraction"),
        pytest.param("1,234", 0, "1234", id="no places, grouped"),
        pytest.param("12.5", 4, "12.5000", id="four places"),
        pytest.param("12.00001", 4, None, id="five of four places"),
    ],
)
def test_scale(raw, scale, value):
    found = amount(scale=scale)(raw)
    assert (None if found is None else str(found)) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param("2.899453E7", "28994530.00", id="tens of millions"),
        pytest.param("-2.899453E7", "-28994530.00", id="negative"),
        pytest.param("1.2345678912E7", None, id="more places than scale"),
        pytest.param("1.0E-5", None, id="a fraction of a cent"),
        pytest.param("1.5E-1", "0.15", id="a fraction"),
        pytest.param("-0.0E0", "0.00", id="zero has no sign"),
        pytest.param("9.9E35", "99" + "0" * 34 + ".00", id="thirty-eight digits"),
        pytest.param("1.0E36", None, id="more digits than a table holds"),
        pytest.param("1.0E99", None, id="far more"),
        pytest.param("1e3", None, id="not as Java prints it"),
        pytest.param("1,234.50", "1234.50", id="an amount as anybody prints it"),
    ],
)
def test_doubles(raw, value):
    found = amount(doubles=True)(raw)
    assert (None if found is None else str(found)) == value


def test_no_doubles_unless_said():
    assert amount()("2.899453E7") is None


def test_grouping_may_be_switched_off():
    assert amount(grouping="")("1,234.50") is None
    assert amount(grouping="")("1 234.50") == Decimal("1234.50")


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        pytest.param({"decimal": ";"}, 'amount: decimal is \';\', expected "." or ","', id="decimal mark"),
        pytest.param({"decimal": ",", "grouping": ","}, "amount: grouping is ','", id="grouping equals decimal"),
        pytest.param({"grouping": "_"}, "amount: grouping is '_'", id="grouping mark"),
        pytest.param({"scale": -1}, "amount: scale is -1, expected 0 to 18", id="negative scale"),
        pytest.param({"scale": 19}, "amount: scale is 19, expected 0 to 18", id="scale too large"),
    ],
)
def test_impossible_parameters_are_refused(parameters, sentence):
    with pytest.raises(BadRuleParameter, match=sentence):
        amount(**parameters)


@given(any_cell, st.integers(0, 6))
def test_an_amount_is_its_own(raw, scale):
    rule = amount(scale=scale)
    value = rule(raw)
    assert value is None or (str(rule(str(value))) == str(value) and value.as_tuple().exponent == -scale)


money = st.decimals(-(10**15), 10**15, places=2, allow_nan=False, allow_infinity=False)


@given(money)
def test_every_notation_gives_the_same_amount(value):
    size, sign = f"{abs(value):,}", "-" if value < 0 else ""
    european = size.translate(str.maketrans(",.", ".,"))
    ledger = f"({size})" if sign else size
    assert amount()(sign + size) == amount()(ledger) == amount()(f"{sign}EUR {size}") == value
    assert amount()(size + sign) == amount(decimal=",")(sign + european) == value
