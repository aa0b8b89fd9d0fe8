"""How training says what it is at."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[str], None]


def tell_nobody(begun: str) -> None:
    """Takes what begins now, in a few words: the step before it is done."""
