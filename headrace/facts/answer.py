"""What a query answers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from headrace.facts.rows import Row


@dataclass(frozen=True)
class Answer:
    """The rows of a statement; `is_cut` where there are more."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    is_cut: bool = False

    def objects(self) -> list[Row]:
        """The rows by the names of their columns; of those that share a name the second is `name_1`, and so on."""
        names: list[str] = []
        for name in self.columns:
            taken = {*self.columns, *names} if name in names else set()
            others = (f"{name}_{place}" for place in count(1))
            names.append(next(other for other in chain([name], others) if other not in taken))
        return [dict(zip(names, row, strict=True)) for row in self.rows]
