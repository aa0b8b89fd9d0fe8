import pytest
from hypothesis import given

from tests.unit.transforms.standardize.cells import any_cell
from transforms.standardize._characters import INVISIBLE, typed


@pytest.mark.parametrize(
    ("raw", "cell"),
    [
        pytest.param(" 12.00 ", "12.00", id="spaces around"),
        pytest.param("１２：３０", "12:30", id="full-width forms"),
        pytest.param("12²", "12²", id="a footnote mark stays"),
        pytest.param("1\u202f234", "1 234", id="a narrow no-break space is a space"),
        pytest.param("\u22125\u2013", "-5-", id="dashes"),
        pytest.param("1\n2", "1\n2", id="a line break inside stays"),
        pytest.param("1\x002", "12", id="control characters go"),
        pytest.param("\ufeff\u200f", "", id="nothing that can be seen"),
    ],
)
def test_typed(raw, cell):
    assert typed(raw) == cell


@given(any_cell)
def test_typed_is_its_own_and_hides_nothing(raw):
    assert typed(typed(raw)) == typed(raw)
    assert set(INVISIBLE).isdisjoint(typed(raw))
