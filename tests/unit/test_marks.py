"""Every test is in a run: `make test` and `make proof` choose tests by their marks."""

import re
import shlex
from dataclasses import dataclass

import pytest
from _pytest.mark.expression import Expression

from tests.conftest import MARKS
from tests.where import ROOT

OWN = {"every_engine", "needs_spark", "proof", "proof_on_spark"}


@dataclass(frozen=True)
class Call:
    target: str
    python: str
    engine: str
    expression: str

    def runs(self, marks: set[str]) -> bool:
        chosen = Expression.compile(self.expression).evaluate(lambda name, **_: name in marks)
        return chosen and not (self.engine == "sail" and "needs_spark" in marks)


def calls() -> list[Call]:
    """pytest as the Makefile calls it."""
    found, target = [], ""
    for line in (ROOT / "Makefile").read_text().splitlines():
        target = named[1] if (named := re.match(r"([a-z0-9-]+):", line)) else target
        if called := re.match(r"\t(\.venv\S*)/bin/python -m pytest (.*)", line):
            words = shlex.split(called[2])
            found.append(Call(target, called[1], words[words.index("--engine") + 1], words[words.index("-m") + 1]))
    return found


def test_every_test_is_in_a_run_of_the_makefile(request: pytest.FixtureRequest) -> None:
    left_out = [test for test, marks in request.config.stash[MARKS].items() if not any(c.runs(marks) for c in calls())]
    assert left_out == []


def test_a_test_of_every_engine_is_in_a_run_of_each_spark_and_of_sail_unless_it_needs_spark() -> None:
    for marks in ({"every_engine"}, {"every_engine", "proof"}):
        assert {(call.python, call.engine) for call in calls() if call.runs(marks)} == {
            (".venv", "sail"),
            (".venv", "spark"),
            (".venv-spark35", "spark"),
        }, marks


def test_what_is_long_on_spark_is_run_on_sail_in_make_test_and_on_spark_in_make_proof() -> None:
    chosen = [(call.python, call.engine) for call in calls() if call.runs({"proof_on_spark"})]
    assert chosen == [(".venv", "sail"), (".venv", "spark")]


@pytest.mark.parametrize("beside", [(), ("every_engine",), ("needs_spark",)], ids=str)
def test_what_is_long_everywhere_is_a_part_of_make_proof_alone(beside: tuple[str, ...]) -> None:
    targets = {call.target for call in calls() if call.runs({"proof", *beside})}
    assert targets
    assert {target.partition("-")[0] for target in targets} == {"proof"}


def test_the_makefile_names_marks_that_exist(request: pytest.FixtureRequest) -> None:
    known = {line.split(":")[0] for line in request.config.getini("markers")}
    for call in calls():
        named = set(re.findall(r"\w+", call.expression)) - {"and", "or", "not"}
        assert named <= known & OWN, call
