"""Purchase orders and invoices, as a ledger's document extracts give them."""

from pyspark.sql import types as T

from schemas.contract import Contract, Exclusion, Field, Rule

AMOUNT = T.DecimalType(18, 2)

PURCHASE_ORDERS = Contract(
    name="purchase_orders",
    version=1,
    grain="One item of a purchase order",
    key=("source_system_code", "po_number", "item_number"),
    version_order=("changed_at",),
    fields=(
        Field("source_system_code", T.StringType(), "The ledger system in which the order lives.", required=True),
        Field("po_number", T.StringType(), "Number of the purchase order.", required=True),
        Field("item_number", T.StringType(), "Number of the item within the order.", required=True),
        Field(
            "changed_at",
            T.TimestampType(),
            "When the item was last changed: its version.",
            unit="UTC timestamp",
            required=True,
        ),
        Field("ordered_on", T.DateType(), "Date of the order.", required=True),
        Field("submitted_at", T.TimestampType(), "Submission for approval.", unit="UTC timestamp"),
        Field("released_at", T.TimestampType(), "Release: the approval.", unit="UTC timestamp"),
        Field(
            "time_zone_name",
            T.StringType(),
            "Zone of the paying company: its date is the event's date.",
            required=True,
            only_rule="time_zone",
        ),
        Field("company_code", T.StringType(), "The paying company."),
        Field("vendor_id", T.StringType(), "The vendor's id.", required=True),
        Field("vendor_name", T.StringType(), "The vendor's name, which is no key."),
        Field("category_name", T.StringType(), "What is bought, by spend area."),
        Field("ordered_qty", T.DecimalType(18, 3), "Quantity ordered."),
        Field("ordered_amount", AMOUNT, "Net worth ordered.", unit="currency_code", required=True),
        Field("currency_code", T.StringType(), "ISO 4217 code of the amounts.", required=True),
        Field(
            "status_code",
            T.StringType(),
            "`open`, `closed` or `cancelled`.",
            required=True,
            values=("open", "closed", "cancelled"),
        ),
        Field("requester_name", T.StringType(), "Who asked for it.", personal=True),
    ),
    rules=(
        Rule("amount_negative", "ordered_amount < 0", "An order is not worth less than nothing."),
        Rule(
            "changed_before_ordered",
            "to_date(from_utc_timestamp(changed_at, time_zone_name)) < ordered_on",
            "An item is not changed before it is ordered.",
        ),
        Rule("released_before_submitted", "released_at < submitted_at", "Approval precedes its request.", "warn"),
    ),
    exclusions=(Exclusion("cancelled", "status_code = 'cancelled'", "The item was cancelled."),),
)

INVOICES = Contract(
    name="invoices",
    version=1,
    grain="One line of an invoice",
    key=("source_system_code", "invoice_number", "line_number"),
    fields=(
        Field("source_system_code", T.StringType(), "The ledger system in which the invoice lives.", required=True),
        Field("invoice_number", T.StringType(), "The ledger's own number of the invoice.", required=True),
        Field("line_number", T.StringType(), "Number of the line within the invoice.", required=True),
        Field("po_number", T.StringType(), "Purchase order that the line bills.", required=True),
        Field("item_number", T.StringType(), "Item of the purchase order.", required=True),
        Field("vendor_id", T.StringType(), "The vendor's id.", required=True),
        Field("invoiced_on", T.DateType(), "The vendor's document date: payment terms run from here.", required=True),
        Field("recorded_at", T.TimestampType(), "When the invoice was posted.", unit="UTC timestamp", required=True),
        Field("cleared_on", T.DateType(), "When the invoice was cleared; null while it is open."),
        Field(
            "time_zone_name",
            T.StringType(),
            "Zone of the paying company: its date is the event's date.",
            required=True,
            only_rule="time_zone",
        ),
        Field(
            "invoiced_amount",
            AMOUNT,
            "Net amount of the line; a credit is negative.",
            unit="currency_code",
            required=True,
        ),
        Field("currency_code", T.StringType(), "ISO 4217 code of the amounts.", required=True),
        Field("clerk_name", T.StringType(), "Who posted it.", personal=True),
    ),
    rules=(
        Rule(
            "cleared_before_recorded",
            "cleared_on < to_date(from_utc_timestamp(recorded_at, time_zone_name))",
            "An invoice is not cleared before it is posted.",
        ),
        Rule(
            "recorded_before_invoiced",
            "to_date(from_utc_timestamp(recorded_at, time_zone_name)) < invoiced_on",
            "A document date after the posting is the vendor's, and future-dated.",
            "warn",
        ),
    ),
)
