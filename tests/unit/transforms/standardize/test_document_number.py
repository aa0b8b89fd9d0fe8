import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transforms.standardize.cells import any_cell
from transforms.standardize.document_number import document_number
from transforms.standardize.errors import BadRuleParameter


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        pytest.param("4500001234", "4500001234", id="its own output is left as it is"),
        pytest.param(" 4500001234\u00a0", "4500001234", id="spaces around"),
        pytest.param("４５００", "4500", id="full-width digits"),
        pytest.param("\u200f4500\ufeff", "4500", id="direction mark and byte order mark"),
        pytest.param("0004500", "0004500", id="leading zeros stay"),
        pytest.param("4500001234.0", "4500001234", id="a spreadsheet's float"),
        pytest.param("4500001234.00", "4500001234", id="with two places"),
        pytest.param("4500.000", None, id="with three places it may be grouped digits"),
        pytest.param("123456789012345.0", "123456789012345", id="fifteen digits are exact in a spreadsheet"),
        pytest.param("1234567890123456.0", None, id="sixteen have been rounded"),
        pytest.param("4500001234.5", None, id="a fraction"),
        pytest.param("4500001234.", None, id="a point and nothing after it"),
        pytest.param("4,500,001,234", None, id="grouped digits"),
        pytest.param("4.500001234E9", None, id="scientific: digits may be lost"),
        pytest.param("4.5E+09", None, id="scientific as Excel shows it"),
        pytest.param("45e8", None, id="scientific without a point"),
        pytest.param("45E8A", "45E8A", id="an E among other letters is a letter"),
        pytest.param("inv-2024-000123", "INV-2024-000123", id="letters are upper case"),
        pytest.param("INV\u20132024\u20111", "INV-2024-1", id="typographic dashes"),
        pytest.param("4500001234/00010", "4500001234/00010", id="number and item"),
        pytest.param("INV 2024", None, id="a space inside"),
        pytest.param("4500\n4501", None, id="two numbers in one cell"),
        pytest.param("-4500", None, id="a sign"),
        pytest.param("4500-", None, id="a sign behind"),
        pytest.param("TOTAL", None, id="a word without a digit"),
        pytest.param("#4500", None, id="a mark that is not part of the number"),
        pytest.param("\u0410-12", None, id="a Cyrillic A only looks like an A"),
        pytest.param("ınv-1", None, id="a dotless i only looks like an i"),
        pytest.param("٤٥", None, id="Arabic-Indic digits"),
        pytest.param("45²", None, id="a footnote mark is no digit"),
        pytest.param("", None, id="empty"),
        pytest.param("1" * 50, "1" * 50, id="fifty digits"),
        pytest.param("1" * 51, None, id="fifty-one digits"),
        pytest.param("A-" * 5_000, None, id="very long"),
    ],
)
def test_document_number(raw, number):
    assert document_number()(raw) == number


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        pytest.param("45 0000 1234", "4500001234", id="printed in groups, of the width to the digit"),
        pytest.param("45 0000 123", None, id="in groups, a digit short of the width"),
        pytest.param("45  0000 1234", None, id="two blanks between groups may be two cells"),
        pytest.param("45\n0000 1234", None, id="two lines are not one number"),
    ],
)
def test_document_number_in_groups(raw, number):
    assert document_number(width=10)(raw) == number


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        pytest.param("10", "00010", id="is padded"),
        pytest.param("00010", "00010", id="its own output is left as it is"),
        pytest.param("0000010", "00010", id="loses zeros beyond the width"),
        pytest.param("10.0", "00010", id="a spreadsheet's float"),
        pytest.param("0", "00000", id="zero"),
        pytest.param("12345", "12345", id="just as wide"),
        pytest.param("123456", None, id="too wide"),
        pytest.param("A10", "A10", id="with letters it is not padded"),
    ],
)
def test_width(raw, number):
    assert document_number(width=5)(raw) == number


@pytest.mark.parametrize("width", [0, -1, 51])
def test_an_impossible_width_is_refused(width):
    with pytest.raises(BadRuleParameter, match=f"document_number: width is {width}, expected 1 to 50"):
        document_number(width=width)


@given(any_cell, st.none() | st.integers(1, 20))
def test_a_document_number_is_its_own(raw, width):
    rule = document_number(width=width)
    number = rule(raw)
    assert number is None or rule(number) == number
