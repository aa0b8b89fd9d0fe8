"""The words of purchase-to-pay: event types, legs and their states. Everything that lists them lists these."""

from dataclasses import dataclass, field, fields
from typing import Any, Literal

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
    "invoice_paid": "A payment document pays the invoice, or a part of it.",
    "approval_changed": "The approval of the order was changed.",
    "workflow": "A step of the ordering system's own workflow.",
}

# The field of a document that dates each of its events.
EVENT_FIELDS: dict[str, dict[str, str]] = {
    "purchase_orders": {
        "order_created": "ordered_on",
        "order_submitted": "submitted_at",
        "order_released": "released_at",
    },
    "approvals": {"order_submitted": "submitted_at", "order_released": "released_at"},
    "purchase_order_changes": dict.fromkeys(("order_changed", "order_deleted", "order_reactivated"), "changed_at"),
    "goods_receipts": dict.fromkeys(("goods_received", "goods_receipt_cancelled"), "received_on"),
    "invoices": {
        "invoice_issued": "invoiced_on",
        "invoice_recorded": "recorded_at",
        "invoice_cancelled": "recorded_at",
        "invoice_cleared": "cleared_on",
    },
    "payment_blocks": {"payment_block_set": "blocked_at", "payment_block_removed": "removed_at"},
    "payments": {"invoice_paid": "paid_on"},
}

CHANGE_TYPES: dict[str, str] = {
    "price": "The price or the net worth.",
    "quantity": "The quantity.",
    "terms": "Payment terms, delivery date or another condition of the contract.",
    "deleted": "The item was deleted.",
    "reactivated": "A deleted item was reactivated.",
    "other": "Anything else.",
}

FLAGGED_CHANGES = ("price", "quantity", "terms")

UNALLOCATED_REASONS: dict[str, str] = {
    "invoice_unknown": "No curated line of the invoice.",
    "invoice_incomplete": "A line of the invoice is in quarantine: what was paid for the others cannot be told.",
    "all_reversed": "No line of the invoice stands: every one was taken back, or takes another back.",
    "currency_differs": "The lines that stand are in several currencies, or in another than the payment.",
    "adds_up_to_zero": "The lines that stand add up to 0.",
    "too_large": "A line, the payment or a part of it is 10^15 or more.",
}

MATCH_STATUSES: dict[str, str] = {
    "matched": "Quantities and amounts agree within the tolerance.",
    "not_received": "No receipt stands.",
    "not_invoiced": "No invoice stands.",
    "quantity_differs": "The quantity received is not the one ordered.",
    "amount_differs": "The amount invoiced is not the one ordered.",
}
MATCH_REASONS: dict[str, str] = {
    "not_recorded": "The system has not documents of all three, or a quantity or amount is missing.",
    "no_order": "There is no order to compare with.",
    "deleted": "The item is finally deleted, with nothing received or invoiced.",
    "currency_differs": "Invoices are in several currencies, or in another than the order.",
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
PAIRINGS: dict[str, str] = {
    "first_to_first": "One leg, from the first of S to the first of E.",
    "one_to_each": "One leg to each of E, all from the first of S. If E is empty, one leg without an end. Its "
    "`document_id` is that of its end, like every leg's, else that of its start.",
    "each_to_its_own": "The n-th of S with the n-th of E, within a `document_id` if there is one, else within the "
    "case. An event without a partner is a leg with one end. Pairs without a `document_id` are flagged "
    "`is_inferred_pair`.",
}


def _attribute(doc: str) -> Any:
    return field(default=False, metadata={"doc": doc})


@dataclass(frozen=True)
class Leg:
    """A stretch of time between two event types."""

    name: str
    start: str
    end: str
    pairing: Pairing
    doc: str
    ends_in_full: bool = _attribute(
        "It ends when the invoice is paid in full, once for each invoice, and is measured from the first start event "
        "of the invoice; `order_to_paid` from that of the case."
    )
    due_from_terms: bool = _attribute("The vendor's payment terms run from its start.")
    needs_open_block: bool = _attribute("Only an invoice with an open payment block has it.")
    needs_posting: bool = _attribute(
        "An invoice whose source delivers no posting cannot have it, whatever other sources record."
    )

    @classmethod
    def attribute_docs(cls) -> dict[str, str]:
        """What each attribute that a leg may have says of it."""
        return {one.name: one.metadata["doc"] for one in fields(cls) if "doc" in one.metadata}

    @property
    def attributes(self) -> tuple[str, ...]:
        """Those that it has."""
        return tuple(name for name in self.attribute_docs() if getattr(self, name))


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
        needs_posting=True,
    ),
    Leg(
        "recorded_to_released",
        "invoice_recorded",
        "payment_block_removed",
        "each_to_its_own",
        "Posting to the removal of the payment block: the invoice approval; invoices never blocked have none.",
        needs_open_block=True,
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
        due_from_terms=True,
    ),
    Leg("order_to_cleared", "order_created", "invoice_cleared", "one_to_each", "Order to each clearing."),
    Leg(
        "recorded_to_paid",
        "invoice_recorded",
        "invoice_paid",
        "each_to_its_own",
        "Posting of an invoice to the payment that pays it in full.",
        ends_in_full=True,
    ),
    Leg(
        "invoice_date_to_paid",
        "invoice_issued",
        "invoice_paid",
        "each_to_its_own",
        "The vendor's document date to the payment that pays the invoice in full: invoice to payment, by payments.",
        ends_in_full=True,
        due_from_terms=True,
    ),
    Leg(
        "order_to_paid",
        "order_created",
        "invoice_paid",
        "one_to_each",
        "Order to the full payment of each invoice.",
        ends_in_full=True,
    ),
)
IN_FULL_LEGS = tuple(leg.name for leg in LEGS if leg.ends_in_full)
DUE_LEGS = tuple(leg.name for leg in LEGS if leg.due_from_terms)
# Payments: of all of a document the one that completes it ends a leg.
IN_FULL_TYPES = tuple(dict.fromkeys(leg.end for leg in LEGS if leg.ends_in_full))
# Two records of the same thing, for a firm may keep only one of them: that an invoice is settled.
SETTLING_TYPES = ("invoice_cleared", "invoice_paid")

LEG_REASONS: dict[str, str] = {
    "not_recorded": "The source does not record an event type that the leg needs.",
    "not_started": "No start event in the case.",
    "start_missing": "An end event without a start event of its own.",
    "amount_unknown": "A payment of the invoice is in `procurement_unallocated`, or has no amount: nobody can tell "
    "whether the invoice is paid in full.",
    "nothing_to_pay": "The item's lines of the invoice add up to 0, and no payment has paid the invoice in full.",
    "never_expected": "By a configured rule the leg is not expected of such an item.",
    "no_block": "The invoice has no payment block to be released from.",
    "deleted": "The item is finally deleted.",
    "all_reversed": "Every posting that could end or begin the leg was reversed; of the clearing: every invoice.",
}

WINDOW_STATUSES = ("full", "left_edge", "right_edge")
CELL_GRAINS = ("vendor_category", "vendor", "category", "all")
