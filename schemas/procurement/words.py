"""The words of purchase-to-pay: event types, legs and their states. Everything that lists them lists these."""

from dataclasses import dataclass
from typing import Literal

EVENT_TYPES: dict[str, str] = {
    "requisition_created": "A requisition for the item was created.",
    "order_created": "The purchase order item was created (for documents: the order's date).",
    "order_submitted": "The order was submitted for approval: a request, not the approval.",
    "order_released": "The order was released: the approval.",
    "order_confirmed": "The vendor confirmed the order.",
    "order_changed": "Price, quantity, terms or another particular of the item changed.",
    "order_deleted": "The item was deleted.",
    "order_reactivated": "A deleted item was reactivated.",
    "goods_received": "A goods receipt was posted.",
    "goods_receipt_cancelled": "A goods receipt was cancelled.",
    "service_entered": "A service entry sheet was posted: not a second receipt.",
    "invoice_issued": "The vendor's document date of an invoice.",
    "debit_memo_issued": "The vendor's document date of a debit memo.",
    "invoice_recorded": "The invoice was posted.",
    "invoice_cancelled": "A posted invoice was cancelled.",
    "subsequent_invoice_recorded": "A later debit or credit to a posted invoice.",
    "subsequent_invoice_cancelled": "A later debit or credit was cancelled.",
    "payment_block_set": "The invoice was blocked for payment.",
    "payment_block_removed": "The payment block was removed: the invoice is released.",
    "invoice_cleared": "The invoice was cleared: not the same as paid.",
    "approval_changed": "The approval of the order was changed.",
    "workflow": "A step of the ordering system's own workflow.",
}

TIME_PRECISIONS = ("minute", "day")

LegStatus = Literal["closed", "open", "not_applicable", "ended_otherwise"]
LEG_STATUSES: dict[str, str] = {
    "closed": "Both ends are recorded.",
    "open": "Begun, not ended: censored at the end source's `data_through`.",
    "not_applicable": "Never begun, not recorded by the source, or an end without a beginning.",
    "ended_otherwise": "Begun, and never to be ended: the item is finally deleted, or every posting was reversed.",
}

Pairing = Literal["first_to_first", "one_to_each", "each_to_its_own"]


@dataclass(frozen=True)
class Leg:
    """A stretch of time between two event types.

    Pairing: `first_to_first` takes the first of each in the case; `one_to_each` measures from the case's first start
    event to each end event; `each_to_its_own` pairs the events of one document, and where a source gives no document
    ids the first with the first, the second with the second (first in, first out; flagged `is_inferred_pair`).
    """

    name: str
    start: str
    end: str
    pairing: Pairing
    doc: str


LEGS: tuple[Leg, ...] = (
    Leg(
        "requisition_to_order",
        "requisition_created",
        "order_created",
        "first_to_first",
        "Requisition to the order that it became.",
    ),
    Leg(
        "order_to_submission",
        "order_created",
        "order_submitted",
        "first_to_first",
        "Order to its submission for approval; signed, since some systems create the item after it.",
    ),
    Leg(
        "submission_to_release",
        "order_submitted",
        "order_released",
        "first_to_first",
        "The approval: submission to release.",
    ),
    Leg("order_to_receipt", "order_created", "goods_received", "one_to_each", "Order to each goods receipt."),
    Leg(
        "receipt_to_invoice_date",
        "goods_received",
        "invoice_issued",
        "first_to_first",
        "First goods receipt to the document date of the first invoice; signed.",
    ),
    Leg(
        "invoice_date_to_recorded",
        "invoice_issued",
        "invoice_recorded",
        "each_to_its_own",
        "The vendor's document date to the posting: the intake.",
    ),
    Leg(
        "recorded_to_released",
        "invoice_recorded",
        "payment_block_removed",
        "each_to_its_own",
        "Posting to the removal of the payment block: the invoice approval; invoices never blocked have none.",
    ),
    Leg(
        "recorded_to_cleared",
        "invoice_recorded",
        "invoice_cleared",
        "each_to_its_own",
        "Posting of an invoice to its clearing.",
    ),
    Leg(
        "invoice_date_to_cleared",
        "invoice_issued",
        "invoice_cleared",
        "each_to_its_own",
        "The vendor's document date to the clearing: the headline of invoice to payment.",
    ),
    Leg("order_to_cleared", "order_created", "invoice_cleared", "one_to_each", "Order to each clearing."),
)

LEG_REASONS: dict[str, str] = {
    "not_recorded": "The source does not record an event type that the leg needs.",
    "not_started": "No start event in the case.",
    "start_missing": "An end event without a start event of its own.",
    "never_expected": "By a configured rule the leg is not expected of such an item.",
    "no_block": "The invoice has no payment block to be released from.",
    "deleted": "The item is finally deleted.",
    "all_reversed": "Every posting that could end or begin the leg was reversed.",
}

WINDOW_STATUSES = ("full", "left_edge", "right_edge")
CELL_GRAINS = ("vendor_category", "vendor", "category", "all")
