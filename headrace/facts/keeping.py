"""Which releases stand, and what is kept of the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headrace.facts.flat import FLAT

if TYPE_CHECKING:
    from lake.operations import vacuum


@dataclass(frozen=True)
class RolledBack:
    """A new release with the tables and inputs of an older one; the rows of its tables by name."""

    domain: str
    release: int
    parent: int
    rolled_back_to: int
    run_id: str
    warehouse: str
    marts: Mapping[str, int]
    curated: Mapping[str, int]


@dataclass(frozen=True)
class Vacuumed:
    """What was removed, or would be; temporary files that killed writers left are counted apart."""

    removed: vacuum.Vacuumed = field(metadata=FLAT)
    swept_temporary_files: int
