"""Invoices: which items they bill, when they were written, posted and cleared, and which were taken back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samples.arrays import Bools, Floats, Frame, Ints
from samples.procurement.clock import MINUTES, NULL, at_office, nearest_run, open_day, run_from, workday
from samples.procurement.durations import draw
from samples.procurement.entities import Vendors
from samples.procurement.grouping import documents_of, parts_of, share_of, with_document_numbers
from samples.procurement.scenario import INVOICE_DRIVERS, LATE_INVOICE_DAYS, Scenario, clearing_factor
from samples.procurement.sheet import concat, pick, rows_of, take

FIRST_INVOICE_NUMBER = 5_100_000_001
_PARTS = ([1, 2, 3], [0.82, 0.14, 0.04])
_SHARE_REVERSED, _SHARE_BILLED_ANEW, _SHARE_CREDITS, _SHARE_NEVER_CLEARED = 0.015, 0.6, 0.015, 0.015


@dataclass(frozen=True)
class Histories:
    """What an item went through that drives its invoices: days, null where it did not."""

    first_receipt_on: Ints
    terms_changed_on: Ints
    manually_reapproved_on: Ints


def make_invoice_lines(
    items: Frame,
    vendors: Vendors,
    people: int,
    histories: Histories,
    scenario: Scenario,
    rng: np.random.Generator,
    *,
    has_reversals: bool,
) -> Frame:
    """Lines of invoices by number, that is by posting, whenever they were.

    An item is billed in one to three parts; the same part of several items of an order shares an invoice of up to
    three lines. Beside the contract's fields: `item` is the item's row, `cleared_day` the clearing, which may lie
    beyond the window (null if it never comes), the flags of the document's drivers, and `clearing_factor`, by which
    all that is planted multiplied the days from its date to its clearing.
    """
    item, part, parts = parts_of(items["is_invoiced"] == 1, items["po_number"], _PARTS, rng)
    document, line = documents_of(items["po_number"][item], part, rng)
    starts = np.flatnonzero(line == 1)
    heads = take(items, item[starts])
    invoiced = _invoiced_on(heads, part[starts], vendors, scenario, rng)
    drivers = _drivers(item, document, invoiced, histories)
    dates = _dates(heads["vendor"], invoiced, drivers, vendors, scenario, rng)
    amount = share_of(items["ordered_amount"][item], part, parts)
    is_credit = (rng.random(len(starts)) < _SHARE_CREDITS)[document]
    lines: Frame = {
        "document": document,
        "item": item,
        "line_number": line,
        **{name: items[name][item] for name in ("po_number", "item_number", "vendor", "vendor_id", "currency_code")},
        **{name: values[document] for name, values in (dates | drivers).items()},
        "invoiced_amount": np.where(is_credit, -np.maximum(amount // 10, 1), amount),
        "reverses": np.full(len(item), NULL, dtype=np.int64),
        "clerk_name": rng.integers(0, people, len(starts))[document],
    }
    lines = _with_reversals(lines, rng) if has_reversals else lines
    return with_document_numbers(lines, noun="invoice", moment="recorded_at", first_number=FIRST_INVOICE_NUMBER)


def known_on(lines: Frame, last_day: int) -> Frame:
    """The lines as they are known on a day: those posted by then, with `cleared_on` null where it is later."""
    known = take(lines, lines["recorded_at"] < (last_day + 1) * MINUTES)
    return known | {"cleared_on": np.where(known["cleared_day"] > last_day, NULL, known["cleared_day"])}


def last_posting(lines: Frame, items: Frame) -> Ints:
    """Minute of the last posting of each item's invoices, null where there is none."""
    last = np.full(rows_of(items), NULL, dtype=np.int64)
    np.maximum.at(last, lines["item"], lines["recorded_at"])
    return last


def documents(lines: Frame) -> Frame:
    """One row for each invoice of lines that lie by number: its first line with the amount of all."""
    starts = np.flatnonzero(np.diff(lines["invoice_number"], prepend=-1) != 0)
    total = np.add.reduceat(lines["invoiced_amount"], starts) if len(starts) else lines["invoiced_amount"]
    return take(lines, starts, invoiced_amount=total)


def _invoiced_on(heads: Frame, part: Ints, vendors: Vendors, scenario: Scenario, rng: np.random.Generator) -> Ints:
    count, vendor = len(part), heads["vendor"]
    begun = np.maximum(heads["created"], heads["released_at"]) // MINUTES
    waited = draw(scenario.family, vendors.invoice_days[vendor], 0.6, count, rng) + part * rng.uniform(15, 40, count)
    return workday(begun + waited.astype(np.int64))


def _drivers(item: Ints, document: Ints, invoiced: Ints, histories: Histories) -> Frame:
    """Whether a driver holds for any line of a document: in the order of INVOICE_DRIVERS."""
    day, receipt = invoiced[document], histories.first_receipt_on[item]
    flags = (
        _is_before(histories.terms_changed_on[item], day),
        (receipt != NULL) & (day > receipt + LATE_INVOICE_DAYS),
        _is_before(histories.manually_reapproved_on[item], day),
    )
    found: Frame = {}
    for driver, of_line in zip(INVOICE_DRIVERS, flags, strict=True):
        found[f"has_{driver.name}"] = np.zeros(len(invoiced), dtype=np.int64)
        np.maximum.at(found[f"has_{driver.name}"], document, of_line.astype(np.int64))
    return found


def _is_before(days: Ints, day: Ints) -> Bools:
    before: Bools = (days != NULL) & (days < day)
    return before


def _dates(
    vendor: Ints, invoiced: Ints, drivers: Frame, vendors: Vendors, scenario: Scenario, rng: np.random.Generator
) -> Frame:
    """Document date, posting and clearing of each invoice, in the payment run nearest to the end of its days."""
    count = len(invoiced)
    posted = open_day(invoiced + draw(scenario.family, vendors.intake_days[vendor], 0.7, count, rng).astype(np.int64))
    factor = clearing_factor(scenario, vendors, vendor, invoiced, rng)
    for driver in INVOICE_DRIVERS:
        factor = np.where(drivers[f"has_{driver.name}"] == 1, factor * driver.multiplier, factor)
    days = _days_to_pay(vendor, vendors, scenario, rng) * factor
    cleared = nearest_run(invoiced + np.round(days).astype(np.int64))
    cleared = np.where(cleared < posted, run_from(posted), cleared)
    cleared[rng.random(count) < _SHARE_NEVER_CLEARED] = NULL
    return {
        "invoiced_on": invoiced,
        "recorded_at": at_office(posted, rng),
        "cleared_day": cleared,
        "clearing_factor": np.round(factor * 1_000_000).astype(np.int64),
    }


def _days_to_pay(vendor: Ints, vendors: Vendors, scenario: Scenario, rng: np.random.Generator) -> Floats:
    """Days from the document date to the clearing where nothing is planted: the terms and some more, or less."""
    count = len(vendor)
    slack = draw(scenario.family, vendors.slack_days[vendor], 0.6, count, rng)
    days = vendors.terms_days[vendor] + slack - np.where(rng.random(count) < 0.15, 8, 2)
    return draw(scenario.family, days, 0.15, count, rng)


def _with_reversals(lines: Frame, rng: np.random.Generator) -> Frame:
    """Beside the lines those of documents that take one back, by reference and with the opposite amount, and of most
    of these bill anew. What was taken back is cleared against what takes it back, on that one's day."""
    count = int(lines["document"].max()) + 1 if rows_of(lines) else 0
    reversed_ = pick(np.ones(count, dtype=np.bool_), round(_SHARE_REVERSED * count), rng)
    anew = pick(np.isin(np.arange(count), reversed_), round(_SHARE_BILLED_ANEW * len(reversed_)), rng)
    later, still_later = rng.integers(1, 16, count), rng.integers(1, 11, count)
    hour = rng.integers(8 * 60, 16 * 60, count)
    is_reversed = np.isin(lines["document"], reversed_)
    day = open_day(lines["recorded_at"] // MINUTES + later[lines["document"]])
    backs = take(
        lines,
        is_reversed,
        document=lines["document"][is_reversed] + count,
        reverses=lines["document"][is_reversed],
        invoiced_on=day[is_reversed],
        recorded_at=(day * MINUTES + hour[lines["document"]])[is_reversed],
        cleared_day=day[is_reversed],
        invoiced_amount=-lines["invoiced_amount"][is_reversed],
    )
    is_anew = np.isin(lines["document"], anew)
    day_anew = open_day(day + still_later[lines["document"]])
    is_too_late = (lines["cleared_day"] != NULL) & (lines["cleared_day"] < day_anew)
    news = take(
        lines,
        is_anew,
        document=lines["document"][is_anew] + 2 * count,
        recorded_at=(day_anew * MINUTES + hour[lines["document"]])[is_anew],
        cleared_day=np.where(is_too_late, run_from(day_anew), lines["cleared_day"])[is_anew],
    )
    lines = lines | {"cleared_day": np.where(is_reversed, day, lines["cleared_day"])}
    return concat([lines, backs, news])
