"""Facts made of other facts, and what JSON shows of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

FLAT = {"is_flat": True}
"""The metadata of a field whose own fields, or keys, JSON shows in its place."""


def entries(facts: Any) -> Iterator[tuple[str, Any]]:
    """The keys of a dataclass or a mapping as JSON shows them, with their values."""
    if not is_dataclass(facts):
        yield from facts.items()
        return
    for one in fields(facts):
        value = getattr(facts, one.name)
        if one.metadata == FLAT:
            yield from entries(value)
        else:
            yield one.name, value
