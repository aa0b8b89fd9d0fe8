"""Whether the jobs can run here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One thing looked at; `mend` is what to do where it is not well."""

    name: str
    found: str
    needed: str
    is_well: bool
    mend: str


@dataclass(frozen=True)
class Examined:
    """Every check, in the order in which a run would fail; well where all are."""

    is_well: bool
    checks: Sequence[Check]
