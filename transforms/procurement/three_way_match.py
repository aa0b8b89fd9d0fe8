"""Order, receipt and invoice of an item compared, where there are documents of all three."""

from decimal import Decimal
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from schemas.procurement.documents import GOODS_RECEIPTS, INVOICES, PURCHASE_ORDERS

_DOCUMENTS = (PURCHASE_ORDERS.name, GOODS_RECEIPTS.name, INVOICES.name)


def with_three_way_match(cases: DataFrame, systems: DataFrame, *, tolerance_ratio: float) -> DataFrame:
    """Add `three_way_match_status`, and where it is null `three_way_match_reason`: the first that holds, as
    docs/procurement.md numbers them.

    Received and ordered quantity, invoiced and ordered amount may differ by `tolerance_ratio` of what was ordered.
    """
    has_all = reduce(Column.__and__, (F.bool_or(F.col("table_name") == name) for name in _DOCUMENTS))
    documented = systems.groupBy("source_system_code").agg(has_all.alias("has_documents"))
    known = cases.join(F.broadcast(documented), ["source_system_code"], "left")
    tolerance = Decimal(str(tolerance_ratio))
    return known.withColumn("three_way_match_reason", _reason()).withColumn(
        "three_way_match_status", F.when(F.col("three_way_match_reason").isNull(), _status(tolerance))
    )


def _reason() -> Column:
    received, invoiced = F.col("goods_receipt_count") > 0, F.col("invoice_count") > 0
    return (
        F.when(~F.coalesce("has_documents", F.lit(False)), "not_recorded")
        .when(F.col("case_status") == "orphan", "no_order")
        .when(F.col("case_status") == "deleted", "deleted")
        .when(~received | ~invoiced, F.lit(None).cast("string"))
        .when(F.col("ordered_qty").isNull() | F.col("received_qty").isNull(), "not_recorded")
        .when(F.col("ordered_amount").isNull(), "not_recorded")
        .when(F.col("invoiced_amount").isNull(), "currency_differs")
    )


def _status(tolerance: Decimal) -> Column:
    return (
        F.when(F.col("goods_receipt_count") == 0, "not_received")
        .when(F.col("invoice_count") == 0, "not_invoiced")
        .when(_differs("received_qty", "ordered_qty", tolerance), "quantity_differs")
        .when(_differs("invoiced_amount", "ordered_amount", tolerance), "amount_differs")
        .otherwise("matched")
    )


def _differs(found: str, expected: str, tolerance: Decimal) -> Column:
    return F.abs(F.col(found) - F.col(expected)) > F.abs(expected) * F.lit(tolerance)
