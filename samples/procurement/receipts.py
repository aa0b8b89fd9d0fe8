"""Goods receipts: in parts, taken back, booked anew, and real postings that look like one another."""

from __future__ import annotations

import numpy as np

from samples.arrays import Frame, Ints
from samples.procurement.clock import MINUTES, NULL, open_day
from samples.procurement.durations import draw
from samples.procurement.entities import GOODS_CATEGORIES, RECEIPT_DAYS, Vendors
from samples.procurement.grouping import documents_of, parts_of, share_of, with_document_numbers
from samples.procurement.orders import nulls
from samples.procurement.scenario import Scenario
from samples.procurement.sheet import concat, pick, rows_of, take

FIRST_RECEIPT_NUMBER = 5_000_000_001
_PARTS = ([1, 2, 3, 4], [0.7, 0.2, 0.07, 0.03])
_SHARE_REVERSED, _SHARE_BOOKED_ANEW, _SHARE_REPEATED, _SHARE_SHORT = 0.02, 0.7, 0.02, 0.08


def make_receipts(items: Frame, vendors: Vendors, people: int, scenario: Scenario, rng: np.random.Generator) -> Frame:
    """Lines of receipts by number, that is by posting, whenever they were; `item` is the item's row.

    An item comes in one to four parts, the last of which may never come. One document in fifty is taken back by
    another, which names it, and most of these come once more. One in fifty is a second posting that differs from the
    first by its number alone.
    """
    item, part, parts = parts_of(items["is_received"] == 1, items["po_number"], _PARTS, rng)
    document, line = documents_of(items["po_number"][item], part, rng)
    starts = np.flatnonzero(line == 1)
    heads = item[starts]
    begun = np.maximum(items["created"][heads], items["released_at"][heads]) // MINUTES
    median_days = RECEIPT_DAYS[items["category_name"][heads]] * vendors.receipt_factor[items["vendor"][heads]]
    waited = draw(scenario.family, median_days, 0.6, len(heads), rng) + part[starts] * rng.uniform(5, 30, len(heads))
    unit = np.where(items["category_name"][item] < GOODS_CATEGORIES, 1000, 250)
    qty = share_of(items["ordered_qty"][item], part, parts, unit)
    lines: Frame = {
        "document": document,
        "item": item,
        "line_number": line,
        "po_number": items["po_number"][item],
        "item_number": items["item_number"][item],
        "received_on": open_day(begun + np.round(waited).astype(np.int64))[document],
        "received_qty": qty,
        "received_amount": np.maximum(items["ordered_amount"][item] * qty // items["ordered_qty"][item], 1),
        "currency_code": items["currency_code"][item],
        "reverses": np.full(len(item), NULL, dtype=np.int64),
        "receiver_name": rng.integers(0, people, len(starts))[document],
    }
    is_short = (part > 0) & (part == parts - 1) & (rng.random(len(item)) < _SHARE_SHORT)
    lines = take(lines, ~is_short & (qty > 0))
    lines = _with_further(lines, rng)
    return with_document_numbers(lines, noun="receipt", moment="received_on", first_number=FIRST_RECEIPT_NUMBER)


def first_receipt_on(items: Frame, receipts: Frame) -> Ints:
    """Day of each item's first receipt that was not taken back, null where there is none."""
    stands = ~np.isin(receipts["receipt_number"], receipts["reverses_receipt_number"])
    stands &= receipts["reverses_receipt_number"] == NULL
    never = np.iinfo(np.int64).max
    first = np.full(rows_of(items), never, dtype=np.int64)
    np.minimum.at(first, receipts["item"][stands], receipts["received_on"][stands])
    return np.where(first == never, nulls(items), first)


def _with_further(lines: Frame, rng: np.random.Generator) -> Frame:
    """Beside the lines those of documents that take one back, book it anew or post it once more."""
    count = int(lines["document"].max()) + 1 if rows_of(lines) else 0
    reversed_ = pick(np.ones(count, dtype=np.bool_), round(_SHARE_REVERSED * count), rng)
    anew = pick(np.isin(np.arange(count), reversed_), round(_SHARE_BOOKED_ANEW * len(reversed_)), rng)
    repeated = pick(~np.isin(np.arange(count), reversed_), round(_SHARE_REPEATED * count), rng)
    reversed_after = np.zeros(count, dtype=np.int64)
    reversed_after[reversed_] = rng.integers(0, 11, len(reversed_))
    backs = _copy_of(lines, reversed_, count, reversed_after)
    backs["reverses"] = backs["document"] - count
    news = _copy_of(lines, anew, 2 * count, reversed_after + rng.integers(0, 6, count))
    again = _copy_of(lines, repeated, 3 * count, np.zeros(count, dtype=np.int64))
    return concat([lines, backs, news, again])


def _copy_of(lines: Frame, documents: Ints, offset: int, days_later: Ints) -> Frame:
    rows = np.flatnonzero(np.isin(lines["document"], documents))
    document = lines["document"][rows]
    day = open_day(lines["received_on"][rows] + days_later[document])
    return take(lines, rows, document=document + offset, received_on=day)
