"""Records of a file that are no rows of the table it fills: told by the words of one column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from transforms.standardize.null_token import is_null_token
from transforms.standardize.text import folded


@dataclass(frozen=True)
class ExclusionPlan:
    """A record is excluded for `reason` where the cell is one of `values`; a null excludes nothing.

    Where there are `other_values`, a cell that is neither of these nor of those is unreadable: what the source means by
    it is not known. Words are compared as `mapped` compares them.
    """

    reason: str
    landing_name: str
    values: tuple[str, ...]
    other_values: tuple[str, ...]
    null_tokens: frozenset[str]


def excludes(plan: ExclusionPlan) -> Callable[[str | None], bool | None]:
    """Whether a cell excludes its record; None where its word is not known."""
    values = {folded(value) for value in plan.values}
    others = {folded(value) for value in plan.other_values}

    def judge(text: str | None) -> bool | None:
        if text is None or is_null_token(text, plan.null_tokens):
            return False
        word = folded(text)
        return True if word in values else False if not others or word in others else None

    return judge
