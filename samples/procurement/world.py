"""The documents of a ledger as they really are, before anything is sent: whole, in order, without dirt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from samples.arrays import Bools, Frame, Ints
from samples.procurement.approvals import make_approvals, manually_reapproved_on
from samples.procurement.blocks import make_blocks
from samples.procurement.changes import make_changes
from samples.procurement.clock import MINUTES, NULL
from samples.procurement.entities import Vendors, Words, make_vendors, make_words
from samples.procurement.invoices import Histories, documents, known_on, last_posting, make_invoice_lines
from samples.procurement.orders import make_items, make_versions
from samples.procurement.payments import make_payments
from samples.procurement.receipts import first_receipt_on, make_receipts
from samples.procurement.scenario import Scenario
from samples.procurement.sheet import take
from samples.procurement.vendor_master import make_entries
from samples.streams import Streams

# When a row ends, and who ends it.
APPROVAL_ENDS = ("released_at", "approver_name")
BLOCK_ENDS = ("removed_at", "remover_name")
_ITEMS_PER_VENDOR = 120


@dataclass(frozen=True)
class World:
    """Who takes part, and all documents up to the window's last day (`approvals`, `blocks` with what is still to come
    as null); those before its first day are among them."""

    scenario: Scenario
    vendors: Vendors
    words: Words
    entries: Frame
    items: Frame
    versions: Frame
    approvals: Frame
    changes: Frame
    receipts: Frame
    invoices: Frame
    blocks: Frame
    payments: Frame


def make_world(items_count: int, scenario: Scenario, streams: Streams, *, awkward: bool, has_reversals: bool) -> World:
    """A world of so many order items; `awkward` as in `make_words`, `has_reversals` of invoices."""
    vendor_count = min(3000, max(12, items_count // _ITEMS_PER_VENDOR))
    people = min(400, 20 + vendor_count)
    vendors = make_vendors(vendor_count, streams.of("vendors"))
    items = make_items(items_count, vendors, people, scenario, streams.of("items"))
    approvals = make_approvals(items, vendors, people, scenario, streams.of("approvals"))
    receipts = make_receipts(items, vendors, people, scenario, streams.of("receipts"))
    histories = Histories(
        first_receipt_on(items, receipts), _day(items["terms_changed_at"]), manually_reapproved_on(items, approvals)
    )
    lines = make_invoice_lines(
        items, vendors, people, histories, scenario, streams.of("invoices"), has_reversals=has_reversals
    )
    invoices = documents(lines)
    last_day = scenario.window.last_day
    end = (last_day + 1) * MINUTES
    known = known_on(lines, last_day)
    payments = make_payments(invoices, streams.of("payments"))
    changes = make_changes(items, people, streams.of("changes"))
    return World(
        scenario=scenario,
        vendors=vendors,
        words=make_words(vendor_count, people, awkward=awkward, rng=streams.of("words")),
        entries=make_entries(vendors, scenario, streams.of("entries")),
        items=items,
        versions=make_versions(items, last_posting(known, items), scenario, streams.of("versions")),
        approvals=_until(approvals, "submitted_at", end, APPROVAL_ENDS),
        changes=_until(changes, "changed_at", end),
        receipts=_until(receipts, "received_on", last_day + 1),
        invoices=known,
        blocks=_until(make_blocks(invoices, people, scenario, streams.of("blocks")), "blocked_at", end, BLOCK_ENDS),
        payments=_until(payments, "paid_on", last_day + 1),
    )


def without_ends(frame: Frame, ends: Sequence[str], where: Bools) -> Frame:
    """The rows as they were before they ended: some have neither the moment of the end nor who ended them."""
    return frame | {name: np.where(where, NULL, frame[name]) for name in ends}


def _until(frame: Frame, moment: str, end: int, ends: Sequence[str] = ()) -> Frame:
    """The rows before a moment, without what comes later in them; the first of `ends` is when they end."""
    rows = take(frame, frame[moment] < end)
    return without_ends(rows, ends, (rows[ends[0]] >= end) | (rows[ends[0]] == NULL)) if ends else rows


def _day(minutes: Ints) -> Ints:
    return np.where(minutes == NULL, NULL, minutes // MINUTES)
