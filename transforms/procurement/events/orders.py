"""Events of orders, their approvals and changes."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from schemas.procurement.documents import APPROVALS, PURCHASE_ORDER_CHANGES, PURCHASE_ORDERS
from transforms.procurement.events.columns import (
    AMOUNT,
    as_events,
    columns,
    day,
    moment,
    money,
    of_document,
    with_dates,
    worth,
)


def ordered(purchase_orders: DataFrame) -> DataFrame:
    """Created, submitted, released; the row speaks of the whole item at each of them.

    Its worth is the `ordered_amount` of the source, and where there is none quantity x unit price, rounded half up to
    the cent; null where one of them is.
    """
    dates = (
        day("order_created", "ordered_on"),
        moment("order_submitted", "submitted_at"),
        moment("order_released", "released_at"),
    )
    priced = F.round(F.col("ordered_qty") * F.col("unit_price_amount"), 2)
    amount, currency = F.coalesce("ordered_amount", priced.cast(AMOUNT)), F.col("currency_code")
    return as_events(
        with_dates(purchase_orders, PURCHASE_ORDERS, *dates),
        **of_document(PURCHASE_ORDERS),
        **columns("company_code", "vendor_id", "vendor_name", "category_name"),
        **money(F.when(F.col("event_type") == "order_created", amount), currency),
        **worth(amount, currency),
        worth_qty=F.col("ordered_qty"),
    )


def approved(approvals: DataFrame) -> DataFrame:
    """Submitted, released: each approval for itself, and whether a person decided."""
    dates = (moment("order_submitted", "submitted_at"), moment("order_released", "released_at"))
    return as_events(
        with_dates(approvals, APPROVALS, *dates),
        **of_document(APPROVALS, document_id=F.col("approval_number"), is_manual=F.col("is_manual")),
    )


def changed(changes: DataFrame) -> DataFrame:
    """Deleted, reactivated, or changed in another way; with the kind of the change."""
    code = F.col("change_type_code")
    event_type = (
        F.when(code == "deleted", "order_deleted")
        .when(code == "reactivated", "order_reactivated")
        .otherwise("order_changed")
    )
    return as_events(
        with_dates(changes, PURCHASE_ORDER_CHANGES, moment(event_type, "changed_at")),
        **of_document(PURCHASE_ORDER_CHANGES, document_id=F.col("change_number"), change_type_code=code),
    )
