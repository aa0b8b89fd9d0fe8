"""Amounts of a case: ordered, received, invoiced, cleared and paid, each in the case's currency or null."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from schemas.procurement.documents import PURCHASE_ORDERS
from transforms.procurement.events.columns import is_invoice_posted
from transforms.procurement.pairing import stands

_NAMES = ("received", "invoiced", "cleared", "paid")


def amounts() -> list[Column]:
    """Aggregates. An order's own row says what it is worth; a log only what it was worth at an event. `<name>_amount`
    adds up the lines of the postings that stand, in whatever currency: see `of_one_currency`."""
    is_order = F.col("table_name") == PURCHASE_ORDERS.name
    currency = F.coalesce("worth_currency_code", "currency_code")
    return [
        F.coalesce(latest("worth_amount", is_order), latest("worth_amount")).alias("ordered_amount"),
        F.coalesce(
            latest("worth_currency_code", is_order),
            latest("worth_currency_code"),
            F.max_by(currency, F.when(currency.isNotNull(), F.col("event_number"))),
        ).alias("currency_code"),
        latest("worth_qty", is_order).alias("ordered_qty"),
        F.sum(F.when(_posts("received"), F.col("line_qty"))).alias("received_qty"),
        F.count_if(_posts("received") & F.col("line_qty").isNull()).alias("receipt_without_qty_count"),
        F.count_if(_posts("received") & F.col("line_amount").isNull()).alias("receipt_without_amount_count"),
        *(of for name in _NAMES for of in _sum(name)),
    ]


def of_one_currency() -> dict[str, Column]:
    """Amounts in several currencies, or in another than the case's, are not added up: null; nor are amounts or
    quantities of receipts of which one has none."""
    amounts = {f"{name}_amount": F.when(_is_whole(name), F.col(f"{name}_amount")) for name in _NAMES}
    return {**amounts, "received_qty": F.when(F.col("receipt_without_qty_count") == 0, F.col("received_qty"))}


def latest(name: str, among: Column | None = None) -> Column:
    """An aggregate: of the latest event that has it not null."""
    has = F.col(name).isNotNull() if among is None else F.col(name).isNotNull() & among
    return F.max_by(name, F.when(has, F.col("event_number")))


def _sum(name: str) -> list[Column]:
    has = _posts(name) & F.col("line_amount").isNotNull()
    return [
        F.sum(F.when(has, F.col("line_amount"))).alias(f"{name}_amount"),
        F.min(F.when(has, F.col("line_currency_code"))).alias(f"least_{name}_currency_code"),
        F.max(F.when(has, F.col("line_currency_code"))).alias(f"greatest_{name}_currency_code"),
    ]


def _is_whole(name: str) -> Column:
    least, greatest = F.col(f"least_{name}_currency_code"), F.col(f"greatest_{name}_currency_code")
    is_one = least.eqNullSafe(greatest) & least.eqNullSafe(F.col("currency_code"))
    return is_one & (F.col("receipt_without_amount_count") == 0) if name == "received" else is_one


def _posts(name: str) -> Column:
    """An event that stands, by which something is received, invoiced, cleared or paid."""
    if name == "invoiced":
        return is_invoice_posted() & stands()
    event_type = {"received": "goods_received", "cleared": "invoice_cleared", "paid": "invoice_paid"}[name]
    return (F.col("event_type") == event_type) & stands()
