"""What a query answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from headrace.facts.rows import Row


@dataclass(frozen=True)
class Answer:
    """The rows of a statement; `is_cut` where there are more."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    is_cut: bool = False

    def objects(self) -> list[Row]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]
