"""What to do next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A command as one would type it, and why."""

    why: str
    command: str
