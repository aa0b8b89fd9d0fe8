"""Purchase orders: what was ordered, what became of each item, and its versions."""

from __future__ import annotations

import numpy as np

from samples.arrays import Bools, Floats, Frame, Ints
from samples.procurement.clock import MINUTES, NULL, at_office, open_day
from samples.procurement.durations import draw
from samples.procurement.entities import (
    APPROVAL_DAYS,
    CANCELLED,
    CLOSED,
    COMPANIES,
    GOODS_CATEGORIES,
    OPEN,
    UNINVOICED_SHARE,
    UNIT_PRICE,
    Vendors,
)
from samples.procurement.scenario import FALL_SHARE, MANUAL_APPROVAL, Scenario, falls
from samples.procurement.sheet import concat, rows_of, take
from samples.procurement.tables import ORDERS

FIRST_PO_NUMBER = 4_500_000_001
_ITEMS_PER_PO = ([1, 2, 3, 4, 6], [0.5, 0.25, 0.12, 0.08, 0.05])
_MEAN_ITEMS_PER_PO = 1.98
_QUARTER_HOUR_MILLIS = 250


def make_items(count: int, vendors: Vendors, people: int, scenario: Scenario, rng: np.random.Generator) -> Frame:
    """Order items as they stand in the end.

    Beside the contract's fields: `vendor` (its row), `created` (local minute), `is_manual` (its approval),
    `is_invoiced`, `is_received`, `original_amount` and `original_qty` before an amendment (equal to the last ones where
    there was none), `is_qty_amended`, and what happens to the item when, null where it does not: `amended_at`,
    `terms_changed_at`, `other_changed_at`, `cancelled_at`, `deleted_at`, `reactivated_at`.
    """
    orders = _make_orders(count, vendors, people, scenario, rng)
    sizes = rng.choice(_ITEMS_PER_PO[0], size=rows_of(orders), p=_ITEMS_PER_PO[1])
    sizes[-1] += max(0, count - int(sizes.sum()))
    of_order = np.repeat(np.arange(len(sizes)), sizes)[:count]
    place = np.arange(count) - np.searchsorted(of_order, of_order, side="left")
    items = take(orders, of_order)
    items["item_number"] = (place + 1) * 10
    items |= _worth(items, rng)
    return items | _fates(items, rng)


def make_versions(items: Frame, last_posted: Ints, scenario: Scenario, rng: np.random.Generator) -> Frame:
    """One row for each change of an item within the window, by item and time; the first is its creation.

    `last_posted` is the minute of the item's last invoice, null where there is none.
    """
    count = rows_of(items)
    before = {"ordered_amount": items["original_amount"], "ordered_qty": items["original_qty"]}
    unapproved = {"submitted_at": nulls(items), "released_at": nulls(items)}
    created = _version(items, items["created"], np.ones(count, dtype=np.bool_), before | unapproved)
    decided_at = _decided_at(items)
    decided = _version(items, decided_at, decided_at != NULL, before)
    amended = _version(items, items["amended_at"], items["amended_at"] != NULL, {})
    cancelled = _version(items, items["cancelled_at"], items["cancelled_at"] != NULL, {}, status=CANCELLED)
    is_closed = (last_posted != NULL) & (rng.random(count) < 0.45)
    latest = np.maximum(np.maximum(_last_decision(items), items["amended_at"]), last_posted)
    closed_at = at_office(open_day(latest // MINUTES + rng.integers(1, 6, count)), rng)
    closed = _version(items, closed_at, is_closed, {}, status=CLOSED)
    versions = concat([created, decided, amended, cancelled, closed])
    versions = within(versions, "changed_at", scenario)
    return take(versions, np.lexsort((versions["changed_at"], versions["item_number"], versions["po_number"])))


def within(frame: Frame, moment: str, scenario: Scenario) -> Frame:
    """The rows whose minute lies in the window."""
    window, minutes = scenario.window, frame[moment]
    return take(frame, (minutes >= window.first_day * MINUTES) & (minutes < (window.last_day + 1) * MINUTES))


def nulls(frame: Frame) -> Ints:
    """A column of nulls."""
    return np.full(rows_of(frame), NULL, dtype=np.int64)


def approval_days(items: Frame, vendors: Vendors) -> Floats:
    """Median days from submission to release where nobody decides by hand."""
    days: Floats = 0.75 * APPROVAL_DAYS[items["category_name"]] * vendors.approval_factor[items["vendor"]]
    return days


def release_of(
    submitted: Ints, median_days: Floats, is_manual: Ints, scenario: Scenario, rng: np.random.Generator
) -> Ints:
    """Minute of the release of approvals submitted at a minute: by hand it takes a multiple of the days."""
    count, day = len(submitted), submitted // MINUTES
    waited = draw(scenario.family, median_days, 0.8, count, rng) * np.where(is_manual, MANUAL_APPROVAL.multiplier, 1.0)
    release_day = open_day(day + np.round(waited).astype(np.int64))
    return np.where(release_day == day, submitted + rng.integers(5, 180, count), at_office(release_day, rng))


def _version(items: Frame, at: Ints, where: Bools, changes: Frame, *, status: int = OPEN) -> Frame:
    rows = np.flatnonzero(where)
    version = {name: changes.get(name, items.get(name, at))[rows] for name in ORDERS.fields}
    version["status_code"] = np.full(len(rows), status, dtype=np.int64)
    return version


def _make_orders(items: int, vendors: Vendors, people: int, scenario: Scenario, rng: np.random.Generator) -> Frame:
    count = max(1, round(items / _MEAN_ITEMS_PER_PO))
    days = _order_days(count, scenario, rng)
    vendor = _vendor_of(days, vendors, scenario, rng)
    category = np.where(rng.random(count) < 0.85, vendors.category[vendor], vendors.second_category[vendor])
    created = at_office(days, rng, until_hour=12)
    orders = {
        "po_number": FIRST_PO_NUMBER + np.arange(count, dtype=np.int64),
        "ordered_on": days,
        "created": created,
        "company_code": rng.choice(len(COMPANIES), size=count, p=[0.5, 0.25, 0.15, 0.1]),
        "vendor": vendor,
        "vendor_id": vendors.id[vendor],
        "vendor_name": vendors.name[vendor],
        "category_name": category,
        "currency_code": vendors.currency[vendor],
        "requester_name": rng.integers(0, people, count),
        "is_manual": (rng.random(count) < 0.25).astype(np.int64),
    }
    submitted, released = _approvals(created, approval_days(orders, vendors), orders["is_manual"], scenario, rng)
    return orders | {"submitted_at": submitted, "released_at": released}


def _order_days(count: int, scenario: Scenario, rng: np.random.Generator) -> Ints:
    first, last = scenario.first_order_day, scenario.window.last_day
    days = np.arange(first, last + 1)
    weight = np.where((days + 3) % 7 >= 5, 0.04, 1.0) * (1 + 0.3 * (days - first) / len(days))
    weight *= 1 + 0.15 * np.sin(2 * np.pi * (days - first) / 365.25)
    weight[open_day(days) > days + 2] *= 0.1
    return np.sort(rng.choice(days, size=count, p=weight / weight.sum()))


def _vendor_of(days: Ints, vendors: Vendors, scenario: Scenario, rng: np.random.Generator) -> Ints:
    """A vendor for each order; where a vendor's orders fall, others get them."""
    vendor = rng.choice(len(vendors), size=len(days), p=vendors.weight)
    falling = falls(scenario, vendors)
    others = vendors.weight.copy()
    others[[row for row, _ in falling]] = 0
    for row, day in falling:
        lost = np.flatnonzero((vendor == row) & (days >= day) & (rng.random(len(days)) < FALL_SHARE))
        vendor[lost] = rng.choice(len(vendors), size=len(lost), p=others / others.sum())
    return vendor


def _approvals(
    created: Ints, median_days: Floats, is_manual: Ints, scenario: Scenario, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Submission and release; 6 % of orders record neither, 3 % wait for the release for ever."""
    count, day = len(created), created // MINUTES
    submission_day = open_day(day + np.where(rng.random(count) < 0.6, 0, rng.geometric(0.5, count)))
    submitted = np.where(
        submission_day == day, created + rng.integers(5, 120, count), at_office(submission_day, rng, until_hour=13)
    )
    released = release_of(submitted, median_days, is_manual, scenario, rng)
    fate = rng.random(count)
    return np.where(fate < 0.06, NULL, submitted), np.where(fate < 0.09, NULL, released)


def _worth(items: Frame, rng: np.random.Generator) -> Frame:
    """Quantity in thousandths and amount in cents, before and after an amendment of the price or the quantity."""
    count = rows_of(items)
    price = UNIT_PRICE[items["category_name"]] * rng.lognormal(0.0, 0.8, count)
    qty = np.where(
        items["category_name"] >= GOODS_CATEGORIES,
        rng.integers(4, 400, count) * _QUARTER_HOUR_MILLIS,
        np.ceil(rng.lognormal(2.5, 1.2, count)).astype(np.int64) * 1000,
    )
    amount = np.maximum(np.round(qty * price / 10.0).astype(np.int64), 100)
    ratio = np.where(rng.random(count) < 0.12, rng.uniform(0.7, 1.4, count), 1.0)
    is_qty_amended = (ratio != 1.0) & (rng.random(count) < 0.4)
    final_qty = np.where(is_qty_amended, np.ceil(qty * ratio / 1000).astype(np.int64) * 1000, qty)
    ratio = np.where(is_qty_amended, final_qty / qty, ratio)
    return {
        "original_qty": qty,
        "original_amount": amount,
        "ordered_qty": final_qty,
        "ordered_amount": np.where(ratio == 1.0, amount, np.maximum((amount * ratio).astype(np.int64), 100)),
        "is_qty_amended": is_qty_amended.astype(np.int64),
    }


def _fates(items: Frame, rng: np.random.Generator) -> Frame:
    """What becomes of each item: changes come after the decision on it, in no more than two months."""
    count, decided_day = rows_of(items), _last_decision(items) // MINUTES
    is_invoiced = rng.random(count) >= UNINVOICED_SHARE[items["category_name"]]
    is_cancelled = ~is_invoiced & (rng.random(count) < 0.3)
    is_goods = items["category_name"] < GOODS_CATEGORIES
    is_received = ~is_cancelled & (rng.random(count) < np.where(is_invoiced, np.where(is_goods, 0.95, 0.8), 0.5))
    is_amended = items["ordered_amount"] != items["original_amount"]
    amended_at = _some_days_after(decided_day, 15, is_amended, rng)
    settled_day = np.maximum(decided_day, amended_at // MINUTES)
    is_abandoned = ~is_invoiced & ~is_received & ~is_cancelled & (rng.random(count) < 0.35)
    is_deleted_late = is_received & (rng.random(count) < 0.004)
    is_reactivated = ~is_cancelled & ~is_abandoned & ~is_deleted_late & (rng.random(count) < 0.015)
    deleted_at = _some_days_after(settled_day, 60, is_abandoned | is_deleted_late | is_reactivated, rng)
    return {
        "is_invoiced": is_invoiced.astype(np.int64),
        "is_received": is_received.astype(np.int64),
        "amended_at": amended_at,
        "terms_changed_at": _some_days_after(decided_day, 15, rng.random(count) < 0.08, rng),
        "other_changed_at": _some_days_after(decided_day, 40, rng.random(count) < 0.03, rng),
        "cancelled_at": _some_days_after(settled_day, 40, is_cancelled, rng),
        "deleted_at": deleted_at,
        "reactivated_at": _some_days_after(deleted_at // MINUTES, 20, is_reactivated, rng),
    }


def _some_days_after(days: Ints, most: int, where: Bools, rng: np.random.Generator) -> Ints:
    """A minute on an open day from the next one on, null where it is not wanted."""
    at = at_office(open_day(np.where(where, days, 0) + rng.integers(1, most + 1, len(days))), rng)
    return np.where(where, at, NULL)


def _decided_at(items: Frame) -> Ints:
    return np.where(items["released_at"] != NULL, items["released_at"], items["submitted_at"])


def _last_decision(items: Frame) -> Ints:
    """Minute of the release, else of the submission, else of the creation."""
    return np.maximum(items["created"], _decided_at(items))
