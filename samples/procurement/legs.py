"""The true legs of every case, from the documents as they are and not from the rows that were sent.

Known as on the window's last day. What was taken back, and what takes back, neither begins nor ends a leg.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from samples.arrays import Bools, Frame, Ints
from samples.procurement.clock import MINUTES, NULL
from samples.procurement.entities import CATEGORIES
from samples.procurement.printing import print_column
from samples.procurement.sheet import rows_of, take
from samples.procurement.tables import ITEM_NUMBER, PO_NUMBER, VENDOR_ID
from samples.procurement.world import World

STATUSES = ("closed", "open", "ended_otherwise")
REASONS = ("deleted", "all_reversed")
LEGS = (
    "order_to_submission",
    "submission_to_release",
    "order_to_receipt",
    "receipt_to_invoice_date",
    "invoice_date_to_recorded",
    "recorded_to_released",
    "recorded_to_cleared",
    "invoice_date_to_cleared",
    "order_to_cleared",
    "recorded_to_paid",
    "invoice_date_to_paid",
    "order_to_paid",
)


@dataclass(frozen=True)
class Ends:
    """Ends of one leg, a row each: the item's row, the document's number and the days, null where there is none.
    `is_undone`: every posting that could end it was taken back."""

    leg: str
    item: Ints
    document: Ints
    start: Ints
    end: Ints
    is_undone: Bools


def legs_table(world: World) -> pa.Table:
    """A row for each case, leg and document: `case_id`, `leg`, `document_id` (of a receipt or an invoice), `start_on`,
    `end_on`, `leg_status` and, where it ended otherwise, `reason`. Only legs that began have rows, by case and leg."""
    cases, is_deleted = _case_ids(world.items), _is_deleted(world)
    ends = [*_order_legs(world), *_receipt_legs(world), *_invoice_legs(world)]
    item = np.concatenate([some.item for some in ends])
    leg = np.concatenate([np.full(len(some.item), LEGS.index(some.leg)) for some in ends])
    document, start, end = (
        np.concatenate([getattr(some, name) for some in ends]) for name in ("document", "start", "end")
    )
    is_undone = np.concatenate([some.is_undone for some in ends])
    order = np.lexsort((end, document, leg, item))
    item, leg, document, start, end, is_undone = (v[order] for v in (item, leg, document, start, end, is_undone))
    is_open, of_deleted = end == NULL, is_deleted[item]
    status = np.where(is_open, np.where(of_deleted | is_undone, 2, 1), 0)
    reason = np.where(of_deleted, 0, 1)
    return pa.table(
        {
            "case_id": cases.take(pa.array(item)),
            "leg": pa.DictionaryArray.from_arrays(pa.array(leg, pa.int32()), pa.array(LEGS)),
            "document_id": pa.array(np.where(document == NULL, 0, document), mask=document == NULL).cast(pa.string()),
            "start_on": _dates(start),
            "end_on": _dates(end),
            "leg_status": pa.DictionaryArray.from_arrays(pa.array(status, pa.int32()), pa.array(STATUSES)),
            "reason": pa.DictionaryArray.from_arrays(pa.array(reason, pa.int32(), mask=status != 2), pa.array(REASONS)),
        }
    )


def cases_table(world: World) -> pa.Table:
    """A row for each order item: `case_id`, `vendor_id`, `category_name`, `ordered_on`, and what became of it.

    `is_cancelled` items are left out of the curated orders; of items without `has_order_row` the ledger sent none,
    since they were last changed before the window.
    """
    items, end = world.items, (world.scenario.window.last_day + 1) * MINUTES
    is_cancelled = (items["cancelled_at"] != NULL) & (items["cancelled_at"] < end)
    key = items["po_number"] * 100_000 + items["item_number"]
    sent = world.versions["po_number"] * 100_000 + world.versions["item_number"]
    return pa.table(
        {
            "case_id": _case_ids(items),
            "vendor_id": print_column(items["vendor_id"], VENDOR_ID, {}),
            "category_name": pa.array(CATEGORIES).take(pa.array(items["category_name"])),
            "ordered_on": _dates(items["ordered_on"]),
            "is_cancelled": is_cancelled,
            "is_deleted": _is_deleted(world),
            "is_ever_invoiced": items["is_invoiced"] == 1,
            "has_order_row": np.isin(key, sent),
        }
    )


def _order_legs(world: World) -> list[Ends]:
    items, every = world.items, np.arange(rows_of(world.items))
    submitted, released = _first(world.approvals, "submitted_at", items), _first(world.approvals, "released_at", items)
    begun = np.flatnonzero(submitted != NULL)
    return [
        _ends("order_to_submission", every, items["ordered_on"], submitted),
        _ends("submission_to_release", begun, submitted[begun], released[begun]),
    ]


def _receipt_legs(world: World) -> list[Ends]:
    items, receipts = world.items, _standing(world.receipts, "receipt_number", "reverses_receipt_number")
    invoices = _standing(world.invoices, "invoice_number", "reverses_invoice_number")
    first_receipt, first_invoice = _first(receipts, "received_on", items), _first(invoices, "invoiced_on", items)
    begun = np.flatnonzero(first_receipt != NULL)
    to_receipt = _to_each("order_to_receipt", items, receipts, "receipt_number", "received_on")
    only_undone = _only_undone(items, world.receipts, receipts)
    return [
        _ends("order_to_receipt", *to_receipt, is_undone=only_undone),
        _ends("receipt_to_invoice_date", begun, first_receipt[begun], first_invoice[begun]),
    ]


def _invoice_legs(world: World) -> list[Ends]:
    items, invoices = world.items, _standing(world.invoices, "invoice_number", "reverses_invoice_number")
    item, number, recorded = invoices["item"], invoices["invoice_number"], invoices["recorded_at"] // MINUTES
    is_blocked, removed = _first_blocks(invoices, world.blocks)
    blocked = np.flatnonzero(is_blocked | _is_deleted(world)[item])
    cleared = take(invoices, invoices["cleared_on"] != NULL)
    to_cleared = _to_each("order_to_cleared", items, cleared, "invoice_number", "cleared_on")
    paid_on = _paid_in_full_on(invoices, world.payments)
    paid = take(invoices | {"paid_on": paid_on}, paid_on != NULL)
    to_paid = _to_each("order_to_paid", items, paid, "invoice_number", "paid_on")
    return [
        _ends("invoice_date_to_recorded", item, invoices["invoiced_on"], recorded, number),
        _ends("recorded_to_released", item[blocked], recorded[blocked], removed[blocked], number[blocked]),
        _ends("recorded_to_cleared", item, recorded, invoices["cleared_on"], number),
        _ends("invoice_date_to_cleared", item, invoices["invoiced_on"], invoices["cleared_on"], number),
        _ends("order_to_cleared", *to_cleared),
        _ends("recorded_to_paid", item, recorded, paid_on, number),
        _ends("invoice_date_to_paid", item, invoices["invoiced_on"], paid_on, number),
        _ends("order_to_paid", *to_paid),
    ]


def _ends(
    leg: str, item: Ints, start: Ints, end: Ints, document: Ints | None = None, *, is_undone: Bools | None = None
) -> Ends:
    """`is_undone` is by item, the rest by end."""
    none = np.full(len(item), NULL, dtype=np.int64)
    undone = np.zeros(len(item), dtype=np.bool_) if is_undone is None else is_undone[item]
    return Ends(leg, item, none if document is None else document, start, end, undone)


def _to_each(leg: str, items: Frame, rows: Frame, number: str, day: str) -> tuple[Ints, Ints, Ints, Ints]:
    """Item, start, end and document of a leg from the order to each row; an item without rows has one without end."""
    without = np.flatnonzero(~np.isin(np.arange(rows_of(items)), rows["item"]))
    none = np.full(len(without), NULL, dtype=np.int64)
    item = np.concatenate([rows["item"], without])
    end, document = np.concatenate([rows[day], none]), np.concatenate([rows[number], none])
    return item, items["ordered_on"][item], end, document


def _standing(rows: Frame, number: str, reverses: str) -> Frame:
    return take(rows, ~np.isin(rows[number], rows[reverses]) & (rows[reverses] == NULL))


def _only_undone(items: Frame, rows: Frame, standing: Frame) -> Bools:
    """Items that have such documents, of which none stands."""
    every = np.arange(rows_of(items))
    only: Bools = np.isin(every, rows["item"]) & ~np.isin(every, standing["item"])
    return only


def _first(rows: Frame, name: str, items: Frame) -> Ints:
    """The first day of a date or time of each item's rows, null where it has none."""
    never = np.iinfo(np.int64).max
    first = np.full(rows_of(items), never, dtype=np.int64)
    known = rows[name] != NULL
    np.minimum.at(first, rows["item"][known], rows[name][known])
    is_time = name.endswith("_at")
    return np.where(first == never, NULL, first // MINUTES if is_time else first)


def _first_blocks(invoices: Frame, blocks: Frame) -> tuple[Bools, Ints]:
    """Which rows of the invoices have a block, and for every row the day on which its first was removed, if it was.

    Blocks lie by invoice and number.
    """
    if not rows_of(blocks):
        none = np.full(rows_of(invoices), NULL, dtype=np.int64)
        return np.zeros(rows_of(invoices), dtype=np.bool_), none
    first = np.searchsorted(blocks["invoice_number"], invoices["invoice_number"])
    place = np.minimum(first, rows_of(blocks) - 1)
    removed = blocks["removed_at"][place]
    is_blocked = blocks["invoice_number"][place] == invoices["invoice_number"]
    return is_blocked, np.where(~is_blocked | (removed == NULL), NULL, removed // MINUTES)


def _paid_in_full_on(invoices: Frame, payments: Frame) -> Ints:
    """Of each row the day of the last payment of its invoice, null where they are less than its rows add up to.

    Payments are of whole invoices or of parts of them, and nothing comes back.
    """
    numbers, place = np.unique(invoices["invoice_number"], return_inverse=True)
    billed = np.bincount(place, invoices["invoiced_amount"], len(numbers)).astype(np.int64)
    known = np.isin(payments["invoice_number"], numbers)
    of_invoice = np.searchsorted(numbers, payments["invoice_number"][known])
    paid = np.bincount(of_invoice, payments["paid_amount"][known], len(numbers)).astype(np.int64)
    last = np.full(len(numbers), NULL, dtype=np.int64)
    np.maximum.at(last, of_invoice, payments["paid_on"][known])
    return np.where(np.abs(paid) >= np.abs(billed), last, NULL)[place]


def _is_deleted(world: World) -> Bools:
    """The item was deleted by the window's end and not reactivated by then."""
    end = (world.scenario.window.last_day + 1) * MINUTES
    deleted, back = world.items["deleted_at"], world.items["reactivated_at"]
    is_deleted: Bools = (deleted != NULL) & (deleted < end) & ((back == NULL) | (back >= end))
    return is_deleted


def _case_ids(items: Frame) -> pa.Array:
    numbers = (print_column(items[c.field], c, {}) for c in (PO_NUMBER, ITEM_NUMBER))
    return pc.binary_join_element_wise(*numbers, "_")


def _dates(days: Ints) -> pa.Array:
    return pa.array(np.where(days == NULL, 0, days).astype(np.int32), mask=days == NULL).cast(pa.date32())
