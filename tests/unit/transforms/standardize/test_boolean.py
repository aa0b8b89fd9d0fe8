import pytest

from transforms.standardize.boolean import boolean
from transforms.standardize.errors import BadRuleParameter


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param("true", True, id="true"),
        pytest.param(" YES ", True, id="case and spaces"),
        pytest.param("X", True, id="the mark of SAP"),
        pytest.param("１", True, id="full-width one"),
        pytest.param("False", False, id="false"),
        pytest.param("n", False, id="n"),
        pytest.param("0", False, id="zero"),
        pytest.param("maybe", None, id="neither"),
        pytest.param("2", None, id="another number"),
        pytest.param("", None, id="empty"),
    ],
)
def test_boolean(raw, value):
    assert boolean()(raw) is value


def test_words_of_the_source_replace_the_usual_ones():
    rule = boolean(true=["Ja"], false=["Nein", "-"])
    assert [rule(raw) for raw in ("ja", "NEIN", "-", "yes")] == [True, False, False, None]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        pytest.param({"true": ["y"], "false": ["n", "Y"]}, "boolean: false has 'y', which true has as well", id="both"),
        pytest.param({"true": []}, "boolean: true is ..., expected one word", id="no word"),
        pytest.param({"false": [" "]}, "boolean: false is .* none of them blank", id="a blank word"),
    ],
)
def test_impossible_words_are_refused(parameters, sentence):
    with pytest.raises(BadRuleParameter, match=sentence.replace("...", r"\[\]")):
        boolean(**parameters)
