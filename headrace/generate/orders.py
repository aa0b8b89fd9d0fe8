"""Purchase orders: what was ordered, how it was approved, and each item's versions."""

from __future__ import annotations

import numpy as np

from headrace.generate.clock import MINUTES, NULL, Ints, Window, at_office, workday
from headrace.generate.entities import (
    APPROVAL_DAYS,
    CANCELLED,
    CLOSED,
    COMPANIES,
    OPEN,
    UNINVOICED_SHARE,
    UNIT_PRICE,
    Floats,
    Vendors,
)
from headrace.generate.sheet import Frame, concat, rows_of, take

FIRST_PO_NUMBER = 4_500_000_001
_ITEMS_PER_PO = ([1, 2, 3, 4, 6], [0.5, 0.25, 0.12, 0.08, 0.05])
_MEAN_ITEMS_PER_PO = 1.98
_QUARTER_HOUR_MILLIS = 250


def make_items(count: int, vendors: Vendors, people: int, window: Window, rng: np.random.Generator) -> Frame:
    """Order items as they stand in the end.

    Beside the contract's fields: `vendor` (its row), `created` (local minute), `is_invoiced` and `original_amount`,
    the amount before an amendment (equal to the last one where there was none).
    """
    orders = _make_orders(count, vendors, people, window, rng)
    sizes = rng.choice(_ITEMS_PER_PO[0], size=rows_of(orders), p=_ITEMS_PER_PO[1])
    sizes[-1] += max(0, count - int(sizes.sum()))
    of_order = np.repeat(np.arange(len(sizes)), sizes)[:count]
    place = np.arange(count) - np.searchsorted(of_order, of_order, side="left")
    items = take(orders, of_order)
    price = UNIT_PRICE[items["category_name"]] * rng.lognormal(0.0, 0.8, count)
    hours = items["category_name"] >= 5
    qty = np.where(
        hours,
        rng.integers(4, 400, count) * _QUARTER_HOUR_MILLIS,
        np.ceil(rng.lognormal(2.5, 1.2, count)).astype(np.int64) * 1000,
    )
    amount = np.maximum(np.round(qty * price / 10.0).astype(np.int64), 100)
    amended = rng.random(count) < 0.12
    items |= {
        "item_number": (place + 1) * 10,
        "ordered_qty": qty,
        "original_amount": amount,
        "ordered_amount": np.where(
            amended, np.maximum((amount * rng.uniform(0.7, 1.4, count)).astype(np.int64), 100), amount
        ),
        "is_invoiced": (rng.random(count) >= UNINVOICED_SHARE[items["category_name"]]).astype(np.int64),
    }
    return items


def make_versions(items: Frame, last_posted: Ints, window: Window, rng: np.random.Generator) -> Frame:
    """One row for each change of an item up to the window's end, by item and time; the first is its creation.

    `last_posted` is the minute of the item's last invoice, null where there is none.
    """
    end = (window.last_day + 1) * MINUTES
    created = take(
        items,
        slice_all(items),
        ordered_amount=items["original_amount"],
        submitted_at=nulls(items),
        released_at=nulls(items),
    )
    created["changed_at"] = items["created"]
    decided_at = np.where(items["released_at"] != NULL, items["released_at"], items["submitted_at"])
    decided = _version(items, decided_at, decided_at != NULL, ordered_amount=items["original_amount"])
    before = np.maximum(items["created"], decided_at)
    amended_at = at_office(workday(before // MINUTES + rng.integers(1, 15, rows_of(items))), rng)
    is_amended = items["ordered_amount"] != items["original_amount"]
    amended = _version(items, amended_at, is_amended)
    before = np.where(is_amended, amended_at, before)
    is_cancelled = (items["is_invoiced"] == 0) & (rng.random(rows_of(items)) < 0.3)
    cancelled_at = at_office(workday(before // MINUTES + rng.integers(1, 40, rows_of(items))), rng)
    cancelled = _version(items, cancelled_at, is_cancelled, status=CANCELLED)
    is_closed = (last_posted != NULL) & (rng.random(rows_of(items)) < 0.45)
    closed_at = at_office(workday(np.maximum(before, last_posted) // MINUTES + rng.integers(1, 6, rows_of(items))), rng)
    closed = _version(items, closed_at, is_closed, status=CLOSED)
    versions = concat([created, decided, amended, cancelled, closed])
    versions = take(versions, versions["changed_at"] < end)
    return take(versions, np.lexsort((versions["changed_at"], versions["item_number"], versions["po_number"])))


def slice_all(frame: Frame) -> Ints:
    """All rows, by number."""
    return np.arange(rows_of(frame), dtype=np.int64)


def nulls(frame: Frame) -> Ints:
    """A column of nulls."""
    return np.full(rows_of(frame), NULL, dtype=np.int64)


def _version(
    items: Frame, at: Ints, where: np.ndarray, *, status: int = OPEN, ordered_amount: Ints | None = None
) -> Frame:
    rows = np.flatnonzero(where)
    version = take(items, rows)
    version["changed_at"] = at[rows]
    version["status_code"] = np.full(len(rows), status, dtype=np.int64)
    if ordered_amount is not None:
        version["ordered_amount"] = ordered_amount[rows]
    return version


def _make_orders(items: int, vendors: Vendors, people: int, window: Window, rng: np.random.Generator) -> Frame:
    count = max(1, round(items / _MEAN_ITEMS_PER_PO))
    days = _order_days(count, window, rng)
    vendor = rng.choice(len(vendors), size=count, p=vendors.weight)
    category = np.where(rng.random(count) < 0.85, vendors.category[vendor], vendors.second_category[vendor])
    created = at_office(days, rng, until_hour=12)
    submitted, released = _approvals(created, APPROVAL_DAYS[category] * vendors.approval_factor[vendor], rng)
    return {
        "po_number": FIRST_PO_NUMBER + np.arange(count, dtype=np.int64),
        "ordered_on": days,
        "created": created,
        "submitted_at": submitted,
        "released_at": released,
        "company_code": rng.choice(len(COMPANIES), size=count, p=[0.5, 0.25, 0.15, 0.1]),
        "vendor": vendor,
        "vendor_id": vendors.id[vendor],
        "vendor_name": vendors.name[vendor],
        "category_name": category,
        "currency_code": vendors.currency[vendor],
        "status_code": np.full(count, OPEN, dtype=np.int64),
        "requester_name": rng.integers(0, people, count),
    }


def _order_days(count: int, window: Window, rng: np.random.Generator) -> Ints:
    days = np.arange(window.first_day, window.last_day + 1)
    progress = (days - window.first_day) / len(days)
    weight = np.where((days + 3) % 7 >= 5, 0.04, 1.0) * (1 + 0.3 * progress)
    weight *= 1 + 0.15 * np.sin(2 * np.pi * (days - window.first_day) / 365.25)
    return np.sort(rng.choice(days, size=count, p=weight / weight.sum()))


def _approvals(created: Ints, median_days: Floats, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Submission and release; 6 % of orders record neither, 3 % wait for the release for ever."""
    count, day = len(created), created // MINUTES
    submission_day = workday(day + np.where(rng.random(count) < 0.6, 0, rng.geometric(0.5, count)))
    submitted = np.where(
        submission_day == day, created + rng.integers(5, 120, count), at_office(submission_day, rng, until_hour=13)
    )
    release_day = workday(submission_day + np.floor(median_days * rng.lognormal(-0.3, 0.8, count)).astype(np.int64))
    released = np.where(
        release_day == submission_day, submitted + rng.integers(5, 180, count), at_office(release_day, rng)
    )
    fate = rng.random(count)
    return np.where(fate < 0.06, NULL, submitted), np.where(fate < 0.09, NULL, released)
