import pickle
import time

import pytest
from hypothesis import given

from tests.unit.transforms.standardize.cells import any_cell
from transforms.standardize import (
    AMBIGUOUS_PARAMETER,
    RULES,
    BadRuleParameter,
    UnknownRule,
    decide_format,
    resolved,
    standardizer,
)

EXAMPLES = {
    "amount": {"decimal": ",", "scale": 3, "doubles": True},
    "boolean": {"true": ["ja"], "false": ["nein"]},
    "code": {"pattern": "[A-Z]+"},
    "date": {"formats": ["iso", "%d.%m.%Y", "%d %b %Y"]},
    "document_number": {"width": 10},
    "integer": {"minimum": 0, "grouping": ","},
    "mapped": {"values": {"1": "one"}},
    "name": {},
    "term": {},
    "text": {},
    "time_zone": {},
    "timestamp": {"formats": ["iso", "%d/%m/%Y %H:%M%z"], "zone": "Europe/Amsterdam", "date_only": False},
    "vendor_code": {},
    "verbatim": {},
}
CELLS = {
    "amount": "1.234,50",
    "boolean": "ja",
    "code": "eur",
    "date": "01.03.2024",
    "document_number": "4500001234",
    "integer": "12",
    "mapped": "1",
    "name": "Acme",
    "term": "Lip Balm",
    "text": "Acme",
    "time_zone": "Europe/Amsterdam",
    "timestamp": "2024-03-01 10:30",
    "vendor_code": "V42",
    "verbatim": "NONE",
}
LONG = [10_000 * part + "x" for part in ("1", "1,", "0", " ", "(", "\u0301", "- ", "A-", "1'234", "\u200b")]


def test_every_rule_has_an_example_here():
    assert EXAMPLES.keys() == CELLS.keys() == RULES.keys()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: f"{rule.name} says what it takes")
def test_every_rule_is_documented_by_example(rule):
    first_line = rule.doc.splitlines()[0]
    assert "from `" in first_line
    assert all(f"`{parameter}" in rule.doc for parameter in rule.parameters if parameter not in ("minimum", "maximum"))


@pytest.mark.parametrize("name", RULES)
def test_every_rule_returns_the_type_that_it_says(name):
    assert type(standardizer(name, **EXAMPLES[name])(CELLS[name])) is RULES[name].returns


@pytest.mark.parametrize("name", RULES)
@given(raw=any_cell)
def test_no_rule_raises_and_each_returns_what_it_says(name, raw):
    value = standardizer(name, **EXAMPLES[name])(raw)
    assert value is None or type(value) is RULES[name].returns


@pytest.mark.parametrize("raw", [pytest.param(raw, id=f"ten thousand times {raw[:2]!a}") for raw in LONG])
@pytest.mark.parametrize("name", RULES)
def test_no_rule_is_slow_on_a_long_cell(name, raw):
    rule = standardizer(name, **EXAMPLES[name])
    began = time.process_time()
    rule(raw)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("name", ["code", "document_number", "name", "text", "vendor_code", "verbatim"])
@given(raw=any_cell)
def test_twice_is_once(name, raw):
    rule = standardizer(name, **EXAMPLES[name])
    once = rule(raw)
    assert once is None or rule(once) == once


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        pytest.param("dokument_number", '; did you mean "document_number"\\?$', id="a slip"),
        pytest.param("price", "; known: amount, .*, vendor_code, verbatim$", id="what is near none"),
    ],
)
def test_an_unknown_rule_is_refused_with_the_one_that_is_near_or_all(name, meant):
    with pytest.raises(UnknownRule, match=f'^no rule "{name}"{meant}'):
        standardizer(name)


@pytest.mark.parametrize(("name", "parameters", "sentence"), [
    pytest.param(
        "document_number", {"with": 5},
        r"document_number: with is no parameter of this rule, which takes width \(a whole number\)", id="unknown",
    ),
    pytest.param("text", {"width": 5}, "text: width is no parameter of this rule, which takes no param", id="none"),
    pytest.param("date", {}, "date: formats is missing, expected a list of texts", id="missing"),
    pytest.param("date", {"formats": "iso"}, "date: formats is 'iso', expected a list of texts", id="text for a list"),
    pytest.param("date", {"formats": [1]}, r"date: formats is \[1\], expected a list of texts", id="a list of numbers"),
    pytest.param("amount", {"scale": True}, "amount: scale is True, expected a whole number", id="true for a number"),
    pytest.param("amount", {"scale": "2"}, "amount: scale is '2', expected a whole number", id="text for a number"),
    pytest.param("mapped", {"values": ["1"]}, "mapped: values is .*, expected a table of texts", id="no table"),
    pytest.param("mapped", {"values": {"1": 1}}, "mapped: values is .*, expected a table of texts", id="no text"),
    pytest.param(
        "timestamp", {"formats": ["iso"], "zone": "UTC", "date_only": 1},
        "timestamp: date_only is 1, expected true or false", id="number for true",
    ),
    pytest.param(
        "date", {"ambiguous_formats": ["%d/%m/%Y", "%m/%d/%Y"]},
        r"date: ambiguous_formats is decided for each file: decide_format, then resolved\(\)", id="not resolved",
    ),
    pytest.param("text", {"ambiguous_formats": []}, "text: ambiguous_formats is no parameter", id="nothing to resolve"),
])  # fmt: skip
def test_unfit_parameters_are_refused(name, parameters, sentence):
    with pytest.raises(BadRuleParameter, match=sentence):
        standardizer(name, **parameters)


def test_parameters_may_be_frozen():
    assert standardizer("date", formats=("iso",))("2024-03-01") is not None


def test_a_config_with_ambiguous_formats_is_resolved_by_its_file():
    parameters = {"formats": ["iso"], AMBIGUOUS_PARAMETER: ["%d/%m/%Y", "%m/%d/%Y"]}
    decision = decide_format({"01/31/2024": 1, "02/01/2024": 1}, parameters[AMBIGUOUS_PARAMETER])
    rule = standardizer("date", **resolved(parameters, decision.format))
    assert [str(rule(raw)) for raw in ("02/01/2024", "2024-02-01")] == ["2024-02-01", "2024-02-01"]
    assert parameters == {"formats": ["iso"], AMBIGUOUS_PARAMETER: ["%d/%m/%Y", "%m/%d/%Y"]}


def test_ambiguous_formats_suffice():
    assert resolved({AMBIGUOUS_PARAMETER: ["a", "b"], "zone": "UTC"}, "b") == {"formats": ["b"], "zone": "UTC"}


def test_a_format_that_was_not_ambiguous_is_refused():
    with pytest.raises(BadRuleParameter, match=r"ambiguous_formats is .*, without the chosen"):
        resolved({AMBIGUOUS_PARAMETER: ["%d/%m/%Y", "%m/%d/%Y"]}, "iso")


def test_a_refusal_survives_the_way_from_a_worker():
    with pytest.raises(BadRuleParameter) as refused:
        standardizer("amount", scale=-1)
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)
