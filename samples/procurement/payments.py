"""Payments: one for each vendor and payment run, of all invoices that the run clears, or of parts of them."""

from __future__ import annotations

import numpy as np

from samples.arrays import Frame, Ints
from samples.procurement.clock import MINUTES, NULL, run_from
from samples.procurement.sheet import concat, pick, rows_of, take

FIRST_PAYMENT_NUMBER = 200_000_001
FIRST_UNKNOWN_INVOICE = 5_900_000_001
_SHARE_PAID, _SHARE_IN_PARTS, _SHARE_UNKNOWN = 0.985, 0.04, 0.002


def make_payments(invoices: Frame, rng: np.random.Generator) -> Frame:
    """What payments pay of documents, by payment and invoice, whenever that was.

    A cleared invoice that was not taken back is paid on the day of its clearing, a few in parts, of which the first is
    paid in the run before. A few payments pay for invoices that the ledger does not have.
    """
    stands = ~np.isin(invoices["invoice_number"], invoices["reverses_invoice_number"])
    stands &= (invoices["reverses_invoice_number"] == NULL) & (invoices["cleared_day"] != NULL)
    paid = take(invoices, stands & (rng.random(rows_of(invoices)) < _SHARE_PAID))
    payments: Frame = {
        "vendor": paid["vendor"],
        "invoice_number": paid["invoice_number"],
        "paid_on": paid["cleared_day"],
        "paid_amount": paid["invoiced_amount"],
        "currency_code": paid["currency_code"],
    }
    payments = _with_parts(payments, paid["recorded_at"] // MINUTES, rng)
    return _numbered(concat([payments, _of_unknown_invoices(payments, rng)]))


def _with_parts(payments: Frame, posted: Ints, rng: np.random.Generator) -> Frame:
    run_before = run_from(payments["paid_on"] - 7)
    can_wait = (run_before > posted) & (run_before < payments["paid_on"]) & (payments["paid_amount"] > 1)
    rows = pick(can_wait, round(_SHARE_IN_PARTS * rows_of(payments)), rng)
    part = np.maximum((payments["paid_amount"][rows] * rng.uniform(0.2, 0.8, len(rows))).astype(np.int64), 1)
    first = take(payments, rows, paid_on=run_before[rows], paid_amount=part)
    amount = payments["paid_amount"].copy()
    amount[rows] -= part
    return concat([payments | {"paid_amount": amount}, first])


def _of_unknown_invoices(payments: Frame, rng: np.random.Generator) -> Frame:
    rows = pick(np.ones(rows_of(payments), dtype=np.bool_), round(_SHARE_UNKNOWN * rows_of(payments)), rng)
    unknown = FIRST_UNKNOWN_INVOICE + np.arange(len(rows), dtype=np.int64)
    return take(payments, rows, invoice_number=unknown)


def _numbered(payments: Frame) -> Frame:
    """Number what is paid to one vendor in one run as one payment, in the order of the runs."""
    order = np.lexsort((payments["invoice_number"], payments["vendor"], payments["paid_on"]))
    payments = take(payments, order)
    is_new = np.diff(payments["paid_on"], prepend=-1) != 0
    is_new |= np.diff(payments["vendor"], prepend=-1) != 0
    payments["payment_number"] = FIRST_PAYMENT_NUMBER - 1 + np.cumsum(is_new)
    return payments
