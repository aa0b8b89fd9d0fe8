"""A column in bounded memory: nulls, tokens, how many different values, and the first of the values themselves."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa

KEPT_VALUES = 20_000
KEPT_IN_ALL = 1_000_000
LATE_VALUES_PER_BLOCK = 200
LONGEST_KEPT = 1_000
_HASHES = 4_096
_LARGEST = 2.0**64
NULL_TOKENS = frozenset((
    "NULL", "null", "Null", "N/A", "n/a", "NA", "n.a.", "N.A.", "#N/A", "#NV", "nan", "NaN", "NAN", "None", "none",
    "NONE", "nil", "-", "--", "---", "?", ".", "(null)", "(blank)", "<null>", "\\N", "undefined",
))  # fmt: skip


class Sketch:
    """What passes through one column. All counts are rows.

    `values` are the first `kept_values` different ones with their rows; of those behind them some from every block are
    kept in `late`, so that the end of a long file is looked at too.
    """

    def __init__(self, name: str, *, kept_values: int = KEPT_VALUES) -> None:
        self.name, self.kept_values = name, kept_values
        self.row_count = self.null_count = self.blank_count = 0
        self.tokens: Counter[str] = Counter()
        self.values: Counter[str] = Counter()
        self.late: Counter[str] = Counter()
        self.longest = 0
        self._smallest = np.empty(0, np.uint64)

    def take(self, texts: pa.Array) -> None:
        self.row_count += len(texts)
        self.null_count += texts.null_count
        counted = texts.drop_null().value_counts()
        values, counts = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
        self._hash(values)
        beyond: list[tuple[str, int]] = []
        for value, count in zip(values, counts, strict=True):
            self.longest = max(self.longest, len(value))
            self._take(value.strip()[:LONGEST_KEPT], count, beyond)
        for value, count in beyond[:: max(1, len(beyond) // LATE_VALUES_PER_BLOCK)]:
            if len(self.late) < self.kept_values:
                self.late[value] += count

    @property
    def is_complete(self) -> bool:
        """Whether `values` are all there are."""
        return not self.late

    @property
    def filled_count(self) -> int:
        """Rows with a value: neither null nor blank nor one of the tokens."""
        return self.row_count - self.null_count - self.blank_count - sum(self.tokens.values())

    @property
    def distinct_count(self) -> int:
        """Different values; beyond those that are kept an estimate, two percent off as a rule (k minimum values)."""
        if self.is_complete:
            return len(self.values)
        if len(self._smallest) < _HASHES:
            return len(self._smallest)
        return max(int((_HASHES - 1) / (float(self._smallest[-1]) / _LARGEST)), len(self.values))

    def _take(self, value: str, count: int, beyond: list[tuple[str, int]]) -> None:
        if not value:
            self.blank_count += count
        elif value in NULL_TOKENS:
            self.tokens[value] += count
        elif value in self.values or len(self.values) < self.kept_values:
            self.values[value] += count
        else:
            beyond.append((value, count))

    def _hash(self, values: list[str]) -> None:
        if values:
            hashes = pd.util.hash_array(np.array(values, dtype=object), categorize=False)
            self._smallest = np.unique(np.concatenate([self._smallest, hashes]))[:_HASHES]


def kept_values_for(column_count: int) -> int:
    """How many values each of so many columns may keep."""
    return max(200, min(KEPT_VALUES, KEPT_IN_ALL // max(1, column_count)))
