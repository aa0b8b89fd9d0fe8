"""The rules of the contracts whose breach quarantines a row, on the true values; a null breaks none."""

from __future__ import annotations

from collections.abc import Callable

from samples.arrays import Bools, Frame
from samples.procurement.clock import MINUTES, NULL

Rule = Callable[[Frame], Bools]


def _both(values: Frame, first: str, second: str) -> Bools:
    known: Bools = (values[first] != NULL) & (values[second] != NULL)
    return known


def _amount_negative(values: Frame) -> Bools:
    return (values["ordered_amount"] != NULL) & (values["ordered_amount"] < 0)


def _changed_before_ordered(values: Frame) -> Bools:
    is_before = values["changed_at"] // MINUTES < values["ordered_on"]
    return _both(values, "changed_at", "ordered_on") & is_before


def _cleared_before_recorded(values: Frame) -> Bools:
    is_before = values["cleared_on"] < values["recorded_at"] // MINUTES
    return _both(values, "cleared_on", "recorded_at") & is_before


def _terms_negative(values: Frame) -> Bools:
    return (values["payment_terms_days"] != NULL) & (values["payment_terms_days"] < 0)


def _quantity_not_positive(values: Frame) -> Bools:
    return (values["received_qty"] != NULL) & (values["received_qty"] <= 0)


def _amount_without_currency(values: Frame) -> Bools:
    return (values["received_amount"] != NULL) & (values["currency_code"] == NULL)


def _reverses_itself(values: Frame) -> Bools:
    is_same = values["reverses_receipt_number"] == values["receipt_number"]
    return _both(values, "reverses_receipt_number", "receipt_number") & is_same


def _removed_before_blocked(values: Frame) -> Bools:
    return _both(values, "removed_at", "blocked_at") & (values["removed_at"] < values["blocked_at"])


RULES: dict[str, dict[str, Rule]] = {
    "vendors": {"terms_negative": _terms_negative},
    "purchase_orders": {"amount_negative": _amount_negative, "changed_before_ordered": _changed_before_ordered},
    "approvals": {},
    "purchase_order_changes": {},
    "goods_receipts": {
        "quantity_not_positive": _quantity_not_positive,
        "amount_without_currency": _amount_without_currency,
        "reverses_itself": _reverses_itself,
    },
    "invoices": {"cleared_before_recorded": _cleared_before_recorded},
    "payment_blocks": {"removed_before_blocked": _removed_before_blocked},
    "payments": {},
}
