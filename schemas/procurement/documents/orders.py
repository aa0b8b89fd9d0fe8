"""Orders: their items, approvals and changes."""

from schemas.contract import Contract, Exclusion, Field, Rule
from schemas.procurement.documents.common import (
    AMOUNT,
    BOOLEAN,
    CURRENCY,
    DATE,
    ITEM,
    PRICE,
    QUANTITY,
    STRING,
    SYSTEM,
    TIME_ZONE,
    TIMESTAMP,
)
from schemas.procurement.words import CHANGE_TYPES

_WORTH = "coalesce(ordered_amount, ordered_qty * unit_price_amount)"
_ROUNDED_WORTH = "coalesce(ordered_amount, round(ordered_qty * unit_price_amount, 2))"

PURCHASE_ORDERS = Contract(
    name="purchase_orders",
    version=1,
    grain="One item of a purchase order",
    key=("source_system_code", "po_number", "item_number"),
    version_order=("changed_at",),
    fields=(
        SYSTEM,
        *ITEM,
        Field(
            "changed_at",
            TIMESTAMP,
            "When the item was last changed: its version.",
            unit="UTC timestamp",
            required=True,
            waivable=True,
        ),
        Field("ordered_on", DATE, "Date of the order.", required=True),
        Field("submitted_at", TIMESTAMP, "Submission for approval.", unit="UTC timestamp"),
        Field("released_at", TIMESTAMP, "Release: the approval.", unit="UTC timestamp"),
        TIME_ZONE,
        Field("company_code", STRING, "The paying company."),
        Field("vendor_id", STRING, "The vendor's id.", required=True),
        Field("vendor_name", STRING, "The vendor's name, which is no key."),
        Field("category_name", STRING, "What is bought, by spend area."),
        Field("ordered_qty", QUANTITY, "Quantity ordered."),
        Field(
            "ordered_amount",
            AMOUNT,
            "Net worth ordered, as the source says it.",
            unit="currency_code",
            required=True,
            waivable=True,
        ),
        Field("unit_price_amount", PRICE, "Net price of one unit of `ordered_qty`.", unit="currency_code"),
        CURRENCY,
        Field(
            "status_code",
            STRING,
            "`open`, `closed` or `cancelled`.",
            required=True,
            values=("open", "closed", "cancelled"),
        ),
        Field("requester_name", STRING, "Who asked for it.", personal=True),
    ),
    rules=(
        Rule("amount_negative", f"{_WORTH} < 0", "An order is not worth less than nothing."),
        Rule(
            "amount_too_large",
            f"{_ROUNDED_WORTH} >= 10000000000000000",
            "Quantity x price, rounded to the cent, has more than 16 digits before the point.",
        ),
        Rule(
            "changed_before_ordered",
            "to_date(from_utc_timestamp(changed_at, time_zone_name)) < ordered_on",
            "An item is not changed before it is ordered.",
        ),
        Rule("released_before_submitted", "released_at < submitted_at", "Approval precedes its request.", "warn"),
    ),
    exclusions=(Exclusion("cancelled", "status_code = 'cancelled'", "The item was cancelled."),),
)

APPROVALS = Contract(
    name="approvals",
    version=1,
    grain="One approval of one purchase order item; a change may ask for another",
    key=("source_system_code", "approval_number"),
    fields=(
        SYSTEM,
        Field("approval_number", STRING, "Number of the approval.", required=True),
        *ITEM,
        Field("submitted_at", TIMESTAMP, "The request: not the approval.", unit="UTC timestamp", required=True),
        Field("released_at", TIMESTAMP, "The approval; null while it is awaited.", unit="UTC timestamp"),
        TIME_ZONE,
        Field("is_manual", BOOLEAN, "Decided by a person, not by a release strategy.", required=True),
        Field("approver_name", STRING, "Who approved.", personal=True),
    ),
    rules=(Rule("released_before_submitted", "released_at < submitted_at", "Approval precedes its request.", "warn"),),
)

PURCHASE_ORDER_CHANGES = Contract(
    name="purchase_order_changes",
    version=1,
    grain="One change of one purchase order item",
    key=("source_system_code", "po_number", "item_number", "change_number"),
    fields=(
        SYSTEM,
        *ITEM,
        Field("change_number", STRING, "Number of the change within the item.", required=True),
        Field("changed_at", TIMESTAMP, "When.", unit="UTC timestamp", required=True),
        TIME_ZONE,
        Field(
            "change_type_code", STRING, f"One of {', '.join(CHANGE_TYPES)}.", required=True, values=tuple(CHANGE_TYPES)
        ),
        Field("old_value_text", STRING, "What stood there, in the source's words."),
        Field("new_value_text", STRING, "What stands there now."),
        Field("changed_by_name", STRING, "Who changed it.", personal=True),
    ),
)
