"""The committed renderings of the contracts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rendered:
    """The renderings of a folder that were `written`, or were found `stale` where it was only checked."""

    folder: str
    is_check: bool
    stale: Sequence[str] = ()
    written: Sequence[str] = ()
