"""Items into documents: an item comes in parts, and the same part of several items of an order shares a document."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from samples.arrays import Bools, Frame, Ints
from samples.procurement.clock import NULL
from samples.procurement.sheet import take

Parts = tuple[Sequence[int], Sequence[float]]


def parts_of(items: Bools, po_number: Ints, numbers: Parts, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Item row, part (from 0) and number of parts of each part of the wanted items, by order, part and item."""
    wanted = np.flatnonzero(items)
    parts = rng.choice(numbers[0], size=len(wanted), p=numbers[1])
    item = np.repeat(wanted, parts)
    first = np.repeat(np.cumsum(parts) - parts, parts)
    part = np.arange(len(item)) - first
    order = np.lexsort((item, part, po_number[item]))
    return item[order], part[order], np.repeat(parts, parts)[order]


def documents_of(po_number: Ints, part: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Document index and line number (from 1) of parts that lie by order and part; up to three lines each."""
    group = po_number * 8 + part
    place = np.arange(len(group)) - np.searchsorted(group, group, side="left")
    _, group_index = np.unique(group, return_inverse=True)
    lines_each = rng.choice([1, 2, 3, 3], size=int(group_index[-1]) + 1 if len(group) else 0)[group_index]
    line = place % lines_each + 1
    return np.cumsum(line == 1) - 1, line


def share_of(whole: Ints, part: Ints, parts: Ints, unit: Ints | int = 1) -> Ints:
    """The part of a whole, in multiples of `unit`: the last part takes what rounding left."""
    share: Ints = whole // parts // unit * unit
    return np.where(part == parts - 1, whole - share * (parts - 1), share)


def with_document_numbers(lines: Frame, *, noun: str, moment: str, first_number: int) -> Frame:
    """The lines by moment of their `document`, line and number, and instead of `document` and `reverses` (a document's,
    or none) the numbers that a ledger gives: `<noun>_number` and `reverses_<noun>_number`."""
    order, numbers = _numbered(lines["document"], lines[moment], lines["line_number"], first_number)
    lines = take(lines, order)
    number_of = np.full(int(lines["document"].max()) + 1 if len(order) else 1, NULL, dtype=np.int64)
    number_of[lines.pop("document")] = numbers
    reverses = lines.pop("reverses")
    return lines | {
        f"{noun}_number": numbers,
        f"reverses_{noun}_number": np.where(reverses == NULL, NULL, number_of[np.maximum(reverses, 0)]),
    }


def _numbered(document: Ints, moment: Ints, line: Ints, first_number: int) -> tuple[Ints, Ints]:
    """The order of the lines by moment of their document, and by that order the documents' numbers."""
    order = np.lexsort((line, document, moment))
    sorted_document = document[order]
    changes = np.diff(sorted_document, prepend=sorted_document[:1]) != 0
    return order, first_number + np.cumsum(changes)
