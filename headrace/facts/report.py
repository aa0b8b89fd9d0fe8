"""The page of a release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Reported:
    """Where the page was written, and the titles of its sections."""

    domain: str
    release: int
    page: str
    sections: Sequence[str]
