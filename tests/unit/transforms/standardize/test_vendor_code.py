import re

import pytest
from hypothesis import given

from tests.unit.transforms.standardize.cells import any_cell
from transforms.standardize.vendor_code import vendor_code


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        pytest.param("V000042", "V000042", id="its own output is left as it is"),
        pytest.param(" v-42 ", "V000042", id="case, dash and spaces"),
        pytest.param("v\u201342", "V000042", id="an en dash"),
        pytest.param("VENDOR#0042", "V000042", id="long prefix and leading zeros"),
        pytest.param("ven. 42", "V000042", id="abbreviated prefix"),
        pytest.param("#42", "V000042", id="number sign alone"),
        pytest.param("42", "V000042", id="a number alone"),
        pytest.param("42.0", "V000042", id="a spreadsheet's float"),
        pytest.param("４２", "V000042", id="full-width digits"),
        pytest.param("0000000000042", "V000042", id="zeros beyond six digits"),
        pytest.param("V0", "V000000", id="zero is a number"),
        pytest.param("V999999", "V999999", id="six digits"),
        pytest.param("V1000000", None, id="seven digits are another scheme"),
        pytest.param("42A", None, id="a letter after the number is another code"),
        pytest.param("vendorID_0234", None, id="another prefix is another scheme"),
        pytest.param("-42", None, id="a sign"),
        pytest.param("42.5", None, id="a fraction"),
        pytest.param("V 4 2", None, id="a space between digits"),
        pytest.param("٤٢", None, id="Arabic-Indic digits"),
        pytest.param("4²", None, id="a footnote mark is no digit"),
        pytest.param("V", None, id="no number"),
        pytest.param("", None, id="empty"),
        pytest.param("V" + "-" * 10_000, None, id="very long separators"),
        pytest.param("0" * 10_000 + "A", None, id="very long zeros"),
    ],
)
def test_vendor_code(raw, found):
    assert vendor_code(raw) == found


@given(any_cell)
def test_a_vendor_code_has_its_form_and_is_its_own(raw):
    found = vendor_code(raw)
    assert found is None or (re.fullmatch("V[0-9]{6}", found) and vendor_code(found) == found)
