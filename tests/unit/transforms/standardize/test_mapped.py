import pytest

from transforms.standardize.errors import BadRuleParameter
from transforms.standardize.mapped import mapped


@pytest.mark.parametrize(
    ("raw", "meaning"),
    [
        pytest.param("C", "Closed", id="a word of the list"),
        pytest.param(" c ", "Closed", id="case and spaces"),
        pytest.param("in  Prüfung", "Review", id="inner white space"),
        pytest.param("IN PRU\u0308FUNG", "Review", id="decomposed umlaut"),
        pytest.param("X", None, id="not in the list"),
        pytest.param("closed", None, id="a meaning is not a word"),
        pytest.param("", None, id="empty"),
    ],
)
def test_mapped(raw, meaning):
    assert mapped(values={"C": "Closed", "in Prüfung": "Review"})(raw) == meaning


def test_one_word_may_stand_twice_with_one_meaning():
    assert mapped(values={"C": "closed", "c": "closed"})("C") == "closed"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        pytest.param({}, "mapped: values is empty", id="no list"),
        pytest.param({" ": "x"}, "mapped: values has the blank key ' '", id="blank key"),
        pytest.param({"C": "open", "c": "shut"}, "gives 'c' two meanings, 'open' and 'shut'", id="two meanings"),
    ],
)
def test_impossible_lists_are_refused(values, sentence):
    with pytest.raises(BadRuleParameter, match=sentence):
        mapped(values=values)
