"""What a spreadsheet shows of a whole number that it pads with zeros: `0000000042` of 42 under `0000000000`.

Such a number is a document number: without its zeros, and without what stands before or between its digits, it is
another one. All other formats are for the eye: amounts and quantities land as numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

_LONGEST = 255
_PART = re.compile(r'0|"[^"]*"|\\.|[-/ +()]', re.DOTALL)
_PADDED = re.compile(rf"(?:{_PART.pattern})*0", re.DOTALL)


@dataclass(frozen=True)
class Padding:
    """The digits' places, None each, and what stands before and between them."""

    parts: tuple[str | None, ...]

    def text(self, number: float) -> str:
        """`PO-0042` of 42 under `"PO-"0000`; digits beyond the places stand at the first of them."""
        places = self.parts.count(None)
        digits = f"{abs(int(number)):0{places}d}"
        surplus, own = digits[: len(digits) - places], iter(digits[len(digits) - places :])
        shown = ["-"] if number < 0 else []
        for part in self.parts:
            shown.append(part if part is not None else surplus + next(own))
            surplus = surplus if part is not None else ""
        return "".join(shown)


def padding(code: str) -> Padding | None:
    """What a number format pads; None where it pads nothing, or is more than zeros and words before and between."""
    positive = code.split(";")[0]
    if len(code) > _LONGEST or not _PADDED.fullmatch(positive):
        return None
    parts = tuple(None if part == "0" else _words(part) for part in _PART.findall(positive))
    return Padding(parts) if parts.count(None) > 1 else None


def _words(part: str) -> str:
    return part[1:-1] if part[0] == '"' else part[-1]


@dataclass
class PaddedCells:
    """Where a sheet pads numbers, by column from 0, as runs of rows: a column is mostly of one format."""

    runs: dict[int, list[tuple[int, int, Padding]]] = field(default_factory=lambda: defaultdict(list))

    def see(self, row: int, column: int, shown: Padding) -> None:
        """The next cell of a column."""
        runs = self.runs[column]
        if runs and runs[-1][1] == row - 1 and runs[-1][2] == shown:
            runs[-1] = (runs[-1][0], row, shown)
        else:
            runs.append((row, row, shown))

    def texts(self, row: int, left: int, values: list[Any]) -> dict[int, str]:
        """What is shown of the padded whole numbers of a row, by place; its first value stands in column `left`."""
        found = {}
        for column, runs in self.runs.items():
            place = column - left
            value = values[place] if 0 <= place < len(values) else None
            if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
                at = bisect_right(runs, row, key=lambda run: run[0]) - 1
                if at >= 0 and row <= runs[at][1]:
                    found[place] = runs[at][2].text(value)
        return found
