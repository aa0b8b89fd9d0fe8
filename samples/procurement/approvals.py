"""Approvals: each item's first one, and another where a change asked for it."""

from __future__ import annotations

import numpy as np

from samples.arrays import Frame, Ints
from samples.procurement.clock import MINUTES, NULL
from samples.procurement.entities import Vendors
from samples.procurement.orders import approval_days, release_of
from samples.procurement.scenario import Scenario
from samples.procurement.sheet import concat, rows_of, take

FIRST_APPROVAL_NUMBER = 7_000_000_001


def make_approvals(items: Frame, vendors: Vendors, people: int, scenario: Scenario, rng: np.random.Generator) -> Frame:
    """Approvals of items by number, that is by submission, whenever they were; `item` is the item's row.

    The first is the one that the order itself knows. Two changes of five ask for another, and half of those are
    decided by hand.
    """
    first = _approvals(items, np.flatnonzero(items["submitted_at"] != NULL), items["submitted_at"])
    changed_at = np.maximum(items["amended_at"], items["terms_changed_at"])
    changed = np.flatnonzero((changed_at != NULL) & (rng.random(rows_of(items)) < 0.4))
    again = _approvals(items, changed, changed_at + rng.integers(5, 30, rows_of(items)))
    again["is_manual"] = (rng.random(len(changed)) < 0.5).astype(np.int64)
    median_days = approval_days(take(items, changed), vendors)
    again["released_at"] = release_of(again["submitted_at"], median_days, again["is_manual"], scenario, rng)
    approvals = concat([first, again])
    approvals["approver_name"] = rng.integers(0, people, rows_of(approvals))
    approvals = take(approvals, np.lexsort((approvals["item"], approvals["submitted_at"])))
    approvals["approval_number"] = FIRST_APPROVAL_NUMBER + np.arange(rows_of(approvals), dtype=np.int64)
    return approvals


def manually_reapproved_on(items: Frame, approvals: Frame) -> Ints:
    """Day on which each item was first submitted anew and then approved by hand, null where it never was."""
    is_first = approvals["submitted_at"] == items["submitted_at"][approvals["item"]]
    rows = np.flatnonzero(~is_first & (approvals["is_manual"] == 1))
    days = np.full(rows_of(items), NULL, dtype=np.int64)
    days[approvals["item"][rows]] = approvals["submitted_at"][rows] // MINUTES
    return days


def _approvals(items: Frame, rows: Ints, submitted_at: Ints) -> Frame:
    names = ("po_number", "item_number", "released_at", "is_manual")
    return {"item": rows, "submitted_at": submitted_at[rows], **{name: items[name][rows] for name in names}}
