"""Changes of order items: price, quantity, terms, deletion, reactivation and others."""

from __future__ import annotations

import numpy as np

from samples.arrays import Frame, Ints
from samples.procurement.clock import NULL
from samples.procurement.entities import (
    DELETED,
    OTHER_CHANGED,
    PRICE_CHANGED,
    QUANTITY_CHANGED,
    REACTIVATED,
    TERMS_CHANGED,
    TEXTS_OF_CHANGE,
)
from samples.procurement.sheet import concat, rows_of, take

_UNSET, _SET = TEXTS_OF_CHANGE[DELETED][0], TEXTS_OF_CHANGE[DELETED][0] + 1


def make_changes(items: Frame, people: int, rng: np.random.Generator) -> Frame:
    """Changes of items by order, item and time, whenever they were; `item` is the item's row."""
    amendment = np.where(items["is_qty_amended"] == 1, QUANTITY_CHANGED, PRICE_CHANGED)
    kinds = (
        ("amended_at", amendment),
        ("terms_changed_at", _all(items, TERMS_CHANGED)),
        ("other_changed_at", _all(items, OTHER_CHANGED)),
        ("deleted_at", _all(items, DELETED)),
        ("reactivated_at", _all(items, REACTIVATED)),
    )
    changes = concat([_changes(items, items[moment], kind) for moment, kind in kinds])
    changes = take(changes, np.lexsort((changes["changed_at"], changes["item"])))
    first = np.searchsorted(changes["item"], changes["item"], side="left")
    old, new = _texts(changes["change_type_code"], rng)
    return changes | {
        "change_number": np.arange(rows_of(changes)) - first + 1,
        "old_value_text": old,
        "new_value_text": new,
        "changed_by_name": rng.integers(0, people, rows_of(changes)),
    }


def _changes(items: Frame, moment: Ints, kind: Ints) -> Frame:
    rows = np.flatnonzero(moment != NULL)
    return {
        "item": rows,
        "po_number": items["po_number"][rows],
        "item_number": items["item_number"][rows],
        "changed_at": moment[rows],
        "change_type_code": kind[rows],
    }


def _texts(kinds: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """What stood there and what stands there, never the same."""
    ranges = np.array(TEXTS_OF_CHANGE)[kinds].reshape(-1, 2)
    low, size = ranges[:, 0], ranges[:, 1] - ranges[:, 0]
    old = (rng.random(len(kinds)) * size).astype(np.int64)
    new = low + (old + 1 + (rng.random(len(kinds)) * (size - 1)).astype(np.int64)) % size
    is_flag = np.isin(kinds, (DELETED, REACTIVATED))
    was = np.where(kinds == DELETED, _UNSET, _SET)
    return np.where(is_flag, was, low + old), np.where(is_flag, _UNSET + _SET - was, new)


def _all(items: Frame, kind: int) -> Ints:
    return np.full(rows_of(items), kind, dtype=np.int64)
