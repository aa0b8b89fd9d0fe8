"""Invoices, and what happens to them until they are paid."""

from schemas.contract import Contract, Field, Rule
from schemas.procurement.documents.common import AMOUNT, CURRENCY, DATE, ITEM, STRING, SYSTEM, TIME_ZONE, TIMESTAMP

INVOICES = Contract(
    name="invoices",
    version=1,
    grain="One line of an invoice",
    key=("source_system_code", "invoice_number", "line_number"),
    fields=(
        SYSTEM,
        Field("invoice_number", STRING, "The ledger's own number of the invoice.", required=True),
        Field("line_number", STRING, "Number of the line within the invoice.", required=True),
        *ITEM,
        Field("vendor_id", STRING, "The vendor's id.", required=True),
        Field("invoiced_on", DATE, "The vendor's document date: payment terms run from here.", required=True),
        Field(
            "recorded_at", TIMESTAMP, "When the invoice was posted.", unit="UTC timestamp", required=True, waivable=True
        ),
        Field("cleared_on", DATE, "When the invoice was cleared; null while it is open."),
        TIME_ZONE,
        Field(
            "invoiced_amount",
            AMOUNT,
            "Net amount of the line; a credit is negative.",
            unit="currency_code",
            required=True,
        ),
        CURRENCY,
        Field("reverses_invoice_number", STRING, "The invoice whose lines of the item this one takes back; else null."),
        Field("clerk_name", STRING, "Who posted it.", personal=True),
    ),
    rules=(
        Rule(
            "cleared_before_recorded",
            "cleared_on < to_date(from_utc_timestamp(recorded_at, time_zone_name))",
            "An invoice is not cleared before it is posted.",
        ),
        Rule("reverses_itself", "reverses_invoice_number = invoice_number", "An invoice does not take itself back."),
        Rule(
            "recorded_before_invoiced",
            "to_date(from_utc_timestamp(recorded_at, time_zone_name)) < invoiced_on",
            "A document date after the posting is the vendor's, and future-dated.",
            "warn",
        ),
    ),
)

PAYMENT_BLOCKS = Contract(
    name="payment_blocks",
    version=1,
    grain="One payment block of one invoice",
    key=("source_system_code", "invoice_number", "block_number"),
    fields=(
        SYSTEM,
        Field("invoice_number", STRING, "The blocked invoice, all of it.", required=True),
        Field("block_number", STRING, "Number of the block within the invoice.", required=True),
        Field("blocked_at", TIMESTAMP, "When the block was set.", unit="UTC timestamp", required=True),
        Field("removed_at", TIMESTAMP, "When it was removed; null while it stands.", unit="UTC timestamp"),
        TIME_ZONE,
        Field("block_reason_name", STRING, "Why: price, quantity, manual and so on."),
        Field("remover_name", STRING, "Who removed it.", personal=True),
    ),
    rules=(Rule("removed_before_blocked", "removed_at < blocked_at", "A block is not removed before it is set."),),
)

PAYMENTS = Contract(
    name="payments",
    version=1,
    grain="What one payment pays of one invoice",
    key=("source_system_code", "payment_number", "invoice_number"),
    fields=(
        SYSTEM,
        Field("payment_number", STRING, "Number of the payment.", required=True),
        Field("invoice_number", STRING, "The invoice that it pays, all of it or a part.", required=True),
        Field("paid_on", DATE, "Date of the payment.", required=True),
        TIME_ZONE,
        Field(
            "paid_amount",
            AMOUNT,
            "Paid for this invoice; negative where money came back.",
            unit="currency_code",
            required=True,
        ),
        CURRENCY,
    ),
)
