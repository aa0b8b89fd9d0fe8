"""Standardizers: pure rules, one value in, one value or None out.

None means that the cell holds no such value: it is lost, counted and its row quarantined, by the mechanism that runs
the rules over distinct values. A rule is never called with a null token and knows nothing of frames.
"""

import datetime
import difflib
import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from transforms.standardize.amount import amount as _amount
from transforms.standardize.boolean import boolean as _boolean
from transforms.standardize.code import code as _code
from transforms.standardize.date import date as _date
from transforms.standardize.date_order import AMBIGUOUS_PARAMETER, Decision, decide_format
from transforms.standardize.document_number import document_number as _document_number
from transforms.standardize.errors import BadRuleParameter, UnknownRule
from transforms.standardize.integer import integer as _integer
from transforms.standardize.mapped import mapped as _mapped
from transforms.standardize.name import name as _name
from transforms.standardize.null_token import is_null_token
from transforms.standardize.term import term as _term
from transforms.standardize.text import text as _text
from transforms.standardize.time_zone import time_zone as _time_zone
from transforms.standardize.timestamp import timestamp as _timestamp
from transforms.standardize.vendor_code import vendor_code as _vendor_code
from transforms.standardize.verbatim import verbatim as _verbatim

__all__ = [
    "AMBIGUOUS_PARAMETER", "RULES", "BadRuleParameter", "Decision", "StandardizerRule", "UnknownRule",
    "decide_format", "in_words", "is_null_token", "resolved", "standardizer",
]  # fmt: skip

Rule = Callable[[str], object | None]


@dataclass(frozen=True)
class StandardizerRule:
    """A rule as configs name it: what it returns, what it is by example, and what makes it."""

    name: str
    returns: type
    doc: str
    make: Callable[..., Rule]

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """What `make` takes, with the types and defaults."""
        return inspect.signature(self.make, eval_str=True).parameters


def standardizer(name: str, **parameters: Any) -> Rule:
    """The rule `name` with these parameters; `standardizer("document_number", width=5)("10")` is `00010`."""
    if name not in RULES:
        close = difflib.get_close_matches(name, RULES, n=1, cutoff=0.7)
        meant = f'; did you mean "{close[0]}"?' if close else f"; known: {', '.join(sorted(RULES))}"
        raise UnknownRule(f'no rule "{name}"{meant}')
    rule = RULES[name]
    _refuse_unfit(rule, parameters)
    return rule.make(**parameters)


def resolved(parameters: Mapping[str, Any], chosen_format: str) -> dict[str, Any]:
    """The parameters of `date` or `timestamp` for one file: of its `ambiguous_formats` only the chosen one is left."""
    candidates = parameters.get(AMBIGUOUS_PARAMETER, ())
    if chosen_format not in candidates:
        raise BadRuleParameter(
            "date or timestamp", AMBIGUOUS_PARAMETER, f'is {list(candidates)!r}, without the chosen "{chosen_format}"'
        )
    rest = {name: value for name, value in parameters.items() if name != AMBIGUOUS_PARAMETER}
    return {**rest, "formats": [*rest.get("formats", ()), chosen_format]}


def _refuse_unfit(rule: StandardizerRule, parameters: Mapping[str, Any]) -> None:
    known = rule.parameters
    takes = ", ".join(f"{name} ({in_words(known[name].annotation)})" for name in known) or "no parameters"
    for name, value in parameters.items():
        if name == AMBIGUOUS_PARAMETER and "formats" in known:
            raise BadRuleParameter(rule.name, name, "is decided for each file: decide_format, then resolved()")
        if name not in known:
            raise BadRuleParameter(rule.name, name, f"is no parameter of this rule, which takes {takes}")
        if not _fits(value, known[name].annotation):
            raise BadRuleParameter(rule.name, name, f"is {value!r}, expected {in_words(known[name].annotation)}")
    for name, parameter in known.items():
        if parameter.default is parameter.empty and name not in parameters:
            raise BadRuleParameter(rule.name, name, f"is missing, expected {in_words(parameter.annotation)}")


def _fits(value: object, annotation: Any) -> bool:
    """Whether a TOML value is of the annotated type; true is no number there, and a text is no list."""
    inner = typing.get_args(annotation)
    if isinstance(annotation, types.UnionType):
        return any(_fits(value, member) for member in inner)
    if typing.get_origin(annotation) is Sequence:
        return isinstance(value, list | tuple) and all(_fits(item, inner[0]) for item in value)
    if typing.get_origin(annotation) is Mapping:
        return isinstance(value, Mapping) and all(
            _fits(key, inner[0]) and _fits(item, inner[1]) for key, item in value.items()
        )
    return type(value) is annotation


def in_words(annotation: Any) -> str:
    """The type of a parameter, as its sentences and its page name it: `text` for `str | None`."""
    if isinstance(annotation, types.UnionType):
        return in_words(next(member for member in typing.get_args(annotation) if member is not types.NoneType))
    return _IN_WORDS[annotation]


_IN_WORDS = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    Sequence[str]: "a list of texts",
    Mapping[str, str]: "a table of texts",
}


def _rule(returns: type, make: Callable[..., Rule]) -> StandardizerRule:
    return StandardizerRule(make.__name__, returns, inspect.getdoc(make) or "", make)


def _plain(returns: type, function: Rule) -> StandardizerRule:
    """A rule without parameters is its own product."""
    return StandardizerRule(function.__name__, returns, inspect.getdoc(function) or "", lambda: function)


RULES: dict[str, StandardizerRule] = {
    rule.name: rule
    for rule in (
        _rule(Decimal, _amount),
        _rule(bool, _boolean),
        _rule(str, _code),
        _rule(datetime.date, _date),
        _rule(str, _document_number),
        _rule(int, _integer),
        _rule(str, _mapped),
        _plain(str, _name),
        _plain(str, _term),
        _plain(str, _text),
        _plain(str, _time_zone),
        _rule(datetime.datetime, _timestamp),
        _plain(str, _vendor_code),
        _plain(str, _verbatim),
    )
}
