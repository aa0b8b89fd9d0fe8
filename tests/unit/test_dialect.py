"""Shared code says only what every engine reads alike."""

import pytest

from tests.dialect import ROOT, RULES, breaches, modules

# Places that break a rule still. An entry that is no longer needed fails the test: the list can only shrink.
EXCEPTIONS: dict[str, set[str]] = {}


@pytest.fixture(scope="module")
def found():
    return [
        breach
        for path in modules()
        for breach in breaches(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_shared_code_keeps_the_rule(rule, found):
    excepted = EXCEPTIONS.get(rule.name, set())
    broken = [breach for breach in found if breach.rule == rule.name]
    new = [f"{breach.place}, line {breach.line}" for breach in broken if breach.place not in excepted]
    assert new == [], f"{rule.name}: {rule.why}"
    assert excepted - {breach.place for breach in broken} == set(), "these places keep the rule now; take them out"


def test_exceptions_are_of_rules_that_there_are():
    assert EXCEPTIONS.keys() <= {rule.name for rule in RULES}


@pytest.mark.parametrize(
    ("rule", "snippet"), [pytest.param(rule, s, id=f"{rule.name}: {s}") for rule in RULES for s in rule.breaks]
)
def test_a_snippet_that_breaks_the_rule_is_found(rule, snippet):
    assert rule.name in {breach.rule for breach in breaches(snippet)}
    inside = "def build(frame):\n" + "".join(f"    {line}\n" for line in snippet.splitlines())
    assert "m.py:build" in {breach.place for breach in breaches(inside, "m.py") if breach.rule == rule.name}


@pytest.mark.parametrize(
    ("rule", "snippet"), [pytest.param(rule, s, id=f"{rule.name}: {s}") for rule in RULES for s in rule.keeps]
)
def test_the_common_way_keeps_the_rule(rule, snippet):
    assert rule.name not in {breach.rule for breach in breaches(snippet)}


def test_the_shared_code_is_read_and_the_engines_are_not():
    names = {path.relative_to(ROOT).as_posix() for path in modules()}
    assert {
        "transforms/outcomes.py",
        "schemas/contract.py",
        "jobs/curated_writing.py",
        "lake/releases/snapshots.py",
    } <= names
    assert not any(name.startswith("lake/engines") for name in names)
