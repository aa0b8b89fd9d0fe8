import pytest
from hypothesis import given

from tests.unit.transforms.standardize.cells import any_cell
from transforms.standardize.code import code
from transforms.standardize.errors import BadRuleParameter


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        pytest.param("EUR", "EUR", id="its own output is left as it is"),
        pytest.param(" eur ", "EUR", id="case and spaces"),
        pytest.param("de 123\u00a0456", "DE123456", id="inner spaces go"),
        pytest.param("ｅｕｒ", "EUR", id="full width"),
        pytest.param("E\u200bUR", "EUR", id="zero-width space inside"),
        pytest.param("nl-01/a", "NL-01/A", id="punctuation stays"),
        pytest.param("ınr", "INR", id="a Turkish dotless i is an I"),
        pytest.param("İNR", "İNR", id="a Turkish dotted İ is not"),
        pytest.param("straße", "STRASSE", id="a capital of two letters"),
        pytest.param("007", "007", id="leading zeros stay"),
        pytest.param("", None, id="empty"),
        pytest.param("\u200b", None, id="nothing that can be seen"),
    ],
)
def test_code(raw, found):
    assert code()(raw) == found


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        pytest.param(" eur", "EUR", id="is matched after cleaning"),
        pytest.param("EURO", None, id="must match the whole code"),
        pytest.param("EU", None, id="too short"),
        pytest.param("", None, id="empty"),
        pytest.param("EUR\n", "EUR", id="a line break is white space"),
    ],
)
def test_pattern(raw, found):
    assert code(pattern="[A-Z]{3}")(raw) == found


def test_a_broken_pattern_is_refused():
    with pytest.raises(BadRuleParameter, match=r"code: pattern is '\[A-Z', expected a regular expression"):
        code(pattern="[A-Z")


@given(any_cell)
def test_a_code_is_its_own_code(raw):
    found = code()(raw)
    assert found is None or code()(found) == found


def test_the_code_of_every_single_character_is_stable():
    rule = code()
    every = (chr(c) for c in range(0x110000))
    assert [c for c in every if (found := rule(c)) is not None and rule(found) != found] == []
