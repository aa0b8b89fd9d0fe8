"""Facts: frozen, shown in JSON as one object however they are composed, and rows that are those of their table."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

import pytest

import headrace.facts
from headrace.domains.procurement.facts import SourceCoverage
from headrace.domains.search.facts import DriftMeasure
from headrace.facts.answer import Answer
from headrace.facts.flat import FLAT
from headrace.facts.rows import of_row
from headrace.show.jsontext import to_json
from schemas.domains import DOMAINS

OF_DOMAINS = [f"headrace.domains.{domain}.facts" for domain in DOMAINS]
MODULES = [module.name for module in pkgutil.iter_modules(headrace.facts.__path__, "headrace.facts.")] + OF_DOMAINS


@dataclass(frozen=True)
class Inner:
    second: int
    cells: dict[str, Any] = field(metadata=FLAT)


@dataclass(frozen=True)
class Outer:
    first: int
    inner: Inner = field(metadata=FLAT)
    apart: Inner
    last: None = None


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        pytest.param(Inner(2, {}), {"second": 2}, id="an empty mapping adds nothing"),
        pytest.param(Inner(2, {"x": None}), {"second": 2, "x": None}, id="null is a value"),
        pytest.param(
            Outer(1, Inner(2, {"x": 3}), Inner(4, {})),
            {"first": 1, "second": 2, "x": 3, "apart": {"second": 4}, "last": None},
            id="the fields of a flat one stand in its place, those of another one level down",
        ),
        pytest.param([Inner(1, {}), Inner(2, {})], [{"second": 1}, {"second": 2}], id="a list of them"),
    ],
)
def test_facts_are_objects_in_json(facts, text):
    assert list(json.loads(to_json(facts))) == list(text)
    assert json.loads(to_json(facts)) == text


@pytest.mark.parametrize("module", MODULES)
def test_all_facts_are_frozen(module):
    """But for the protocol that the summaries of generators have in common."""
    own = [kind for _, kind in inspect.getmembers(importlib.import_module(module), inspect.isclass)]
    told = [kind for kind in own if kind.__module__ == module and not getattr(kind, "_is_protocol", False)]
    assert [kind for kind in told if not (is_dataclass(kind) and kind.__dataclass_params__.frozen)] == []


@pytest.mark.parametrize(
    ("kind", "domain", "mart"),
    [(SourceCoverage, "procurement", "procurement_coverage"), (DriftMeasure, "search", "search_volume_drift")],
)
def test_a_row_that_is_told_has_the_columns_of_its_table(kind, domain, mart):
    assert [one.name for one in fields(kind)] == [*DOMAINS[domain].marts[mart].names]


def test_a_row_is_told_without_columns_of_nobody_and_never_without_one_of_its_own():
    row = {"first": 1, "inner": 2, "apart": 3, "last": None, "more": 5}
    assert of_row(Outer, row) == Outer(1, 2, 3, None)
    with pytest.raises(KeyError, match="apart"):
        of_row(Outer, {"first": 1, "inner": 2})


def test_columns_of_one_name_are_all_in_the_objects() -> None:
    answer = Answer(("a", "a", "a_1", "a"), [(1, 2, 3, 4)])
    assert answer.objects() == [{"a": 1, "a_2": 2, "a_1": 3, "a_3": 4}]
