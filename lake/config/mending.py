"""What a sentence hands over: the lines of a file that, given with --config, mends what it told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from transforms.standardize import AMBIGUOUS_PARAMETER, BadRuleParameter, resolved, standardizer

if TYPE_CHECKING:
    from lake.config.configuration import Source
    from lake.config.mappings import ColumnMapping

_DAYS = ("%d.%m.%Y", "%Y/%m/%d", "%Y%m%d", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y")
_EITHER_ORDER = (("%d/%m/%Y", "%m/%d/%Y"), ("%d-%m-%Y", "%m-%d-%Y"))
_TIMES = (" %H:%M", " %H:%M:%S")


def overlay(source_name: str, *settings: str) -> str:
    """The lines in words, each of them TOML: `source.name = "x"` and what the source is to say besides."""
    return "give with --config a file of the lines " + " and ".join((f"source.name = {toml(source_name)}", *settings))


def toml(value: str | Iterable[str]) -> str:
    """Text, or a list of texts, as TOML writes it."""
    return json.dumps(value if isinstance(value, str) else list(value), ensure_ascii=False).replace("\x7f", "\\u007F")


def setting_that_reads(source: Source, field: str, text: str) -> str | None:
    """A line under which the rule of a column reads a text that it refuses; None where none is known."""
    column = next((column for column in source.columns if column.field == field), None)
    for name, value in _other_settings(column) if column else ():
        if column and _reads({**column.parameters, name: value}, column.rule, text):
            return f"columns.{field}.{name} = {toml(value)}"
    return None


def _other_settings(column: ColumnMapping) -> Iterator[tuple[str, Any]]:
    said = column.parameters
    if column.rule == "amount" and "grouping" not in said:
        yield "decimal", "," if said.get("decimal", ".") == "." else "."
    if column.rule in ("date", "timestamp"):
        ends = ("",) if column.rule == "date" else _TIMES
        known = tuple(said.get("formats", ()))
        yield "formats", (*known, "iso")
        yield from (("formats", (*known, day + end)) for day in _DAYS for end in ends)
        if AMBIGUOUS_PARAMETER not in said:
            yield from (
                (AMBIGUOUS_PARAMETER, tuple(day + end for day in pair)) for pair in _EITHER_ORDER for end in ends
            )


def _reads(parameters: Mapping[str, Any], rule: str, text: str) -> bool:
    try:
        if AMBIGUOUS_PARAMETER not in parameters:
            return standardizer(rule, **parameters)(text) is not None
        either = [standardizer(rule, **resolved(parameters, one)) for one in parameters[AMBIGUOUS_PARAMETER]]
        return any(read(text) is not None for read in either)
    except BadRuleParameter:
        return False
