"""Cases: what became of each purchase order item."""

from schemas.contract import Contract, Field
from schemas.procurement.marts.common import (
    AMOUNT,
    AMOUNT_SUM,
    BOOLEAN,
    CASE,
    DATE,
    INT,
    LONG,
    PARTIES,
    QUANTITY,
    QUANTITY_SUM,
    STRING,
)
from schemas.procurement.words import CHANGE_TYPES, FLAGGED_CHANGES, LEGS, MATCH_REASONS, MATCH_STATUSES

_CASE_LEGS = tuple(
    field
    for leg in LEGS
    for field in (
        (Field(f"{leg.name}_days", INT, leg.doc + " Null unless closed.", unit="calendar days"),)
        if leg.pairing == "first_to_first"
        else (
            Field(f"{leg.name}_first_days", INT, leg.doc + " The first closed one.", unit="calendar days"),
            Field(f"{leg.name}_last_days", INT, leg.doc + " The last closed one.", unit="calendar days"),
        )
    )
)

PROCUREMENT_CASES = Contract(
    name="procurement_cases",
    version=1,
    grain="One purchase order item",
    key=("source_system_code", "case_id"),
    fields=(
        *CASE,
        *PARTIES,
        Field("vendor_name", STRING, "The vendor's name, which is no key."),
        Field(
            "case_status",
            STRING,
            "`cleared` (every recorded invoice), `invoiced`, `received`, `ordered`, "
            "`reversed` (every invoice taken back), `deleted` (finally, with nothing received, invoiced or cleared) "
            "or `orphan` (events without an order).",
            required=True,
        ),
        Field("ordered_on", DATE, "Local date of the order."),
        Field(
            "ordered_amount", AMOUNT, "Net worth of the item: the order's, else the log's latest.", unit="currency_code"
        ),
        Field("currency_code", STRING, "ISO 4217 code of the amounts."),
        Field("ordered_qty", QUANTITY, "Quantity ordered, by the order."),
        Field("received_qty", QUANTITY_SUM, "Sum of the goods receipts that stand; null where there is none."),
        Field("event_count", LONG, "Events of the case, alike ones counted each.", required=True),
        Field("distinct_event_count", LONG, "Events of the case, alike ones counted once.", required=True),
        Field("goods_receipt_count", LONG, "Goods receipts, reversed ones not counted.", required=True),
        Field("service_entry_count", LONG, "Service entry sheets: not receipts.", required=True),
        Field("invoice_count", LONG, "Invoices recorded, reversed ones not counted.", required=True),
        Field("clearing_count", LONG, "Clearings.", required=True),
        Field("reversed_pair_count", LONG, "Postings taken back by a cancellation.", required=True),
        Field("unmatched_reversal_count", LONG, "Cancellations with no posting before them.", required=True),
        Field("change_count", LONG, "Changes of the item.", required=True),
        Field(
            "approval_count",
            LONG,
            "Approvals released: documents, or where the item has none, events; re-approvals included.",
            required=True,
        ),
        Field("reapproval_count", LONG, "Approvals beyond the first.", required=True),
        Field("manual_approval_count", LONG, "Approval documents that a person released.", required=True),
        Field("payment_block_count", LONG, "Payment blocks set on invoices that stand.", required=True),
        Field(
            "received_amount",
            AMOUNT_SUM,
            "Sum of the goods receipts that stand; null where one has no amount, or another currency.",
            unit="currency_code",
        ),
        Field(
            "invoiced_amount",
            AMOUNT_SUM,
            "Sum of recorded invoices; null where the source gives no amounts, or several currencies.",
            unit="currency_code",
        ),
        Field(
            "cleared_amount",
            AMOUNT_SUM,
            "Sum of the invoice lines that stand and are cleared; null where there is none, or several currencies.",
            unit="currency_code",
        ),
        Field(
            "paid_amount",
            AMOUNT_SUM,
            "Sum of the item's parts of payments; null where there is none, or several currencies.",
            unit="currency_code",
        ),
        Field("first_received_on", DATE, "Local date of the first goods receipt."),
        Field("last_received_on", DATE, "Local date of the last goods receipt."),
        Field("first_invoiced_on", DATE, "First document date of an invoice."),
        Field("first_cleared_on", DATE, "Local date of the first clearing."),
        Field("last_cleared_on", DATE, "Local date of the last clearing."),
        Field("first_paid_on", DATE, "Date of the first payment of an invoice that stands, of a part of it too."),
        Field("last_paid_on", DATE, "Date of the last payment of an invoice that stands."),
        *_CASE_LEGS,
        Field(
            "three_way_match_status",
            STRING,
            f"Order, receipts and invoices compared: one of {', '.join(MATCH_STATUSES)}; else null.",
        ),
        Field("three_way_match_reason", STRING, f"Why the status is null: one of {', '.join(MATCH_REASONS)}."),
        Field("is_deleted", BOOLEAN, "Deleted and not reactivated after.", required=True),
        Field("has_several_vendor_ids", BOOLEAN, "The case's events name more than one vendor id.", required=True),
        Field(
            "has_event_after_data_through",
            BOOLEAN,
            "An event is dated after its source's `data_through`.",
            required=True,
        ),
        Field("has_invoice_before_order", BOOLEAN, "An invoice is dated before the order.", required=True),
        *(
            Field(f"has_{kind}_change", BOOLEAN, f"A change document: {CHANGE_TYPES[kind].lower()}", required=True)
            for kind in FLAGGED_CHANGES
        ),
        Field("has_manual_reapproval", BOOLEAN, "A person released an approval beyond the first.", required=True),
        Field(
            "has_unallocated_payment",
            BOOLEAN,
            "A payment of one of its invoices is in `procurement_unallocated`: `paid_amount` lacks it.",
            required=True,
        ),
    ),
)
