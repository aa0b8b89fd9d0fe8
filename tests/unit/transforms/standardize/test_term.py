import pytest
from hypothesis import given

from tests.unit.transforms.standardize.cells import any_cell
from transforms.standardize.term import term


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        pytest.param(" Lip  Balm ", "lip balm", id="case and spaces"),
        pytest.param("ＬＩＰ　balm", "lip balm", id="full width, with its own space"),
        pytest.param("GRÖẞE", "größe", id="a capital sharp s"),
        pytest.param("e\u0301te\u0301", "été", id="accents that are characters of their own"),
        pytest.param("ｾｯﾄ", "セット", id="half-width katakana"),
        pytest.param("İ", "i̇", id="a dotted capital keeps its dot"),
        pytest.param('shelf 12" wide', 'shelf 12" wide', id="punctuation stays"),
        pytest.param("\u200b ", None, id="nothing to see"),
    ],
)
def test_term(raw, seen):
    assert term(raw) == seen


@given(any_cell)
def test_a_term_in_its_normal_form_stays(raw):
    seen = term(raw)
    assert seen is None or term(seen) == seen
