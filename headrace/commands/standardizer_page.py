"""The page of the standardizers: for each its docstring and its parameters, as the code has them."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any

from transforms.standardize import RULES, StandardizerRule, in_words

STANDARDIZERS_PAGE = "standardizers.md"

HEAD = """# Standardizers

Rendered from `transforms/standardize/` by `headrace contracts`: change it there.

The rules that a source may name, as `rule = "date"` with its parameters beside it:
[`[columns.<field>]`](../configuration.md#columnsfield).

A rule reads one cell that is not a null token, and gives a value or none. If it gives none, the value is counted as
lost and its row is quarantined with the reason `<field>_unreadable`.
"""


def standardizers_page() -> str:
    """Markdown, a section for each standardizer."""
    return "\n".join((HEAD, *(line for rule in RULES.values() for line in _section(rule)))).rstrip("\n") + "\n"


def _section(rule: StandardizerRule) -> Iterator[str]:
    yield from (f"## `{rule.name}`", rule.doc, "")
    if rule.parameters:
        yield from ("| parameter | type | default |", "|---|---|---|")
        yield from (_row(name, parameter) for name, parameter in rule.parameters.items())
        yield ""


def _row(name: str, parameter: inspect.Parameter) -> str:
    default = "required" if parameter.default is parameter.empty else _default(parameter.default)
    return f"| `{name}` | {in_words(parameter.annotation)} | {default} |"


def _default(value: Any) -> str:
    """As TOML writes it, which for these types is as JSON does."""
    return "none" if value is None else f"`{json.dumps(value, ensure_ascii=False)}`"
