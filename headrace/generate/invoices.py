"""Invoices: which items they bill, when they were written, posted and cleared."""

from __future__ import annotations

import numpy as np

from headrace.generate.clock import MINUTES, NULL, Ints, Window, at_office, workday
from headrace.generate.entities import Vendors
from headrace.generate.sheet import Frame, rows_of, take

FIRST_INVOICE_NUMBER = 5_100_000_001
_PARTS = ([1, 2, 3], [0.82, 0.14, 0.04])


def make_invoice_lines(items: Frame, vendors: Vendors, clerks: int, window: Window, rng: np.random.Generator) -> Frame:
    """Invoice lines posted within the window, by number; `cleared_on` is null where it lies beyond, or never comes.

    An item is billed in one to three parts; the same part of several items of an order shares an invoice of up to
    three lines. Beside the contract's fields, `item` is the item's row.
    """
    item, part, parts = _billings(items, rng)
    document, line = _documents(items["po_number"][item], part, rng)
    starts = np.flatnonzero(line == 1)
    dates = _dates(take(items, item[starts]), part[starts], vendors, rng)
    amount = _shares(items["ordered_amount"][item], part, parts)
    is_credit = (rng.random(len(starts)) < 0.015)[document]
    lines: Frame = {
        "document": document,
        "item": item,
        "line_number": line,
        **{name: items[name][item] for name in ("po_number", "item_number", "vendor_id", "currency_code")},
        **{name: values[document] for name, values in dates.items()},
        "invoiced_amount": np.where(is_credit, -np.maximum(amount // 10, 1), amount),
        "clerk_name": rng.integers(0, clerks, len(starts))[document],
    }
    lines = take(lines, lines["recorded_at"] < (window.last_day + 1) * MINUTES)
    lines = _numbered(lines)
    lines["cleared_on"] = np.where(lines["cleared_on"] > window.last_day, NULL, lines["cleared_on"])
    return lines


def last_posting(lines: Frame, items: Frame) -> Ints:
    """Minute of the last posting of each item's invoices, null where there is none."""
    last = np.full(rows_of(items), NULL, dtype=np.int64)
    np.maximum.at(last, lines["item"], lines["recorded_at"])
    return last


def _billings(items: Frame, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Item row, part (from 0) and number of parts of each billing, by order, part and item."""
    billed = np.flatnonzero(items["is_invoiced"])
    parts = rng.choice(_PARTS[0], size=len(billed), p=_PARTS[1])
    item = np.repeat(billed, parts)
    first = np.repeat(np.cumsum(parts) - parts, parts)
    part = np.arange(len(item)) - first
    order = np.lexsort((item, part, items["po_number"][item]))
    return item[order], part[order], np.repeat(parts, parts)[order]


def _documents(po_number: Ints, part: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Document index and line number (from 1) of billings that lie by order and part."""
    group = po_number * 8 + part
    place = np.arange(len(group)) - np.searchsorted(group, group, side="left")
    _, group_index = np.unique(group, return_inverse=True)
    lines_each = rng.choice([1, 2, 3, 3], size=int(group_index[-1]) + 1 if len(group) else 0)[group_index]
    line = place % lines_each + 1
    return np.cumsum(line == 1) - 1, line


def _dates(heads: Frame, part: Ints, vendors: Vendors, rng: np.random.Generator) -> Frame:
    """Document date, posting and clearing of each invoice, from the item that its first line bills."""
    count, vendor = len(part), heads["vendor"]
    begun = np.maximum(heads["created"], heads["released_at"]) // MINUTES
    waited = vendors.invoice_days[vendor] * rng.lognormal(0.0, 0.6, count) + part * rng.uniform(15, 40, count)
    invoiced = workday(begun + waited.astype(np.int64))
    intake = vendors.intake_days[vendor] * rng.lognormal(0.0, 0.7, count)
    posted = workday(invoiced + intake.astype(np.int64))
    slack = vendors.slack_days[vendor] * rng.lognormal(0.0, 0.6, count) - np.where(rng.random(count) < 0.15, 10, 2)
    cleared = workday(np.maximum(posted, invoiced + vendors.terms_days[vendor] + slack.astype(np.int64)))
    cleared[rng.random(count) < 0.015] = NULL
    return {"invoiced_on": invoiced, "recorded_at": at_office(posted, rng), "cleared_on": cleared}


def _shares(amount: Ints, part: Ints, parts: Ints) -> Ints:
    """The part of the amount, in cents: the last part takes what rounding left."""
    share = amount // parts
    return np.where(part == parts - 1, amount - share * (parts - 1), share)


def _numbered(lines: Frame) -> Frame:
    """Number the invoices in the order of their posting."""
    order = np.lexsort((lines["line_number"], lines["document"], lines["recorded_at"]))
    lines = take(lines, order)
    if rows_of(lines):
        changes = np.diff(lines["document"], prepend=lines["document"][:1]) != 0
        lines["invoice_number"] = FIRST_INVOICE_NUMBER + np.cumsum(changes)
    else:
        lines["invoice_number"] = np.zeros(0, dtype=np.int64)
    del lines["document"]
    return lines
