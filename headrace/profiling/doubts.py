"""What a profile is unsure of: a sentence, and the key of the first TOML at which it is said again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Doubt:
    """`at` is a dotted key of the source's TOML, such as `read.encoding` or `columns.ordered_on`."""

    at: str
    sentence: str
