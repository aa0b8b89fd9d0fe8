"""What was paid of an invoice, divided among its items to the cent: the method of the largest remainder."""

from collections.abc import Sequence
from decimal import Decimal

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

_LIMIT = 10**15  # of an item, a payment or a part: 17 digits of cents, so that a product of two fits into 38


def is_too_large() -> Column:
    """A payment or an item of 10^15 or more, or an item whose part would be: where credits leave little of the total, a
    part exceeds the payment. Asked where `total_amount` is not 0."""
    item, paid = F.col("greatest_item_amount"), F.abs("paid_amount")
    total = F.least(F.abs("total_amount"), F.lit(_LIMIT))
    return F.when((item >= _LIMIT) | (paid >= _LIMIT), F.lit(True)).otherwise(
        _cents(paid) * _cents(item) >= _cents(total) * F.lit(Decimal(100 * _LIMIT))
    )


def with_allocated_amount(settled: DataFrame, *, posting: Sequence[str], item: Sequence[str]) -> DataFrame:
    """Add `allocated_amount`: the part of `paid_amount` that is the item's, of those that stand, by `item_amount`.

    Parts are rounded down to the cent; the cents that are missing go one each to the items with the greatest rest, and
    of equal rests to the first by `item`. They add up to the payment. A payment below 0 is divided as the same above 0,
    so that what comes back is what was paid. Null where there is a `reason` not to, or nothing was paid.
    """
    in_posting = Window.partitionBy(*posting)
    by_rest = in_posting.orderBy(F.col("rest").desc_nulls_last(), *item)
    shares = F.col("paid_amount").isNotNull() & F.col("reason").isNull() & F.col("is_standing")
    weight = F.when(F.col("total_amount") < 0, -F.col("item_amount")).otherwise(F.col("item_amount"))
    cent = (F.row_number().over(by_rest) <= F.col("missing")).cast("int")
    part = (F.col("whole") + cent) * F.lit(Decimal("0.01"))
    return (
        settled.withColumns(
            {
                "product": F.when(shares, _cents(F.abs("paid_amount")) * _cents(weight)),
                "total": F.when(shares, _cents(F.abs("total_amount"))),
            }
        )
        .withColumn("rest", F.pmod("product", "total"))
        .withColumn("whole", F.expr("(product - rest) div total").cast("decimal(18,0)"))
        .withColumn("missing", _cents(F.abs("paid_amount")) - F.sum("whole").over(in_posting))
        .withColumn("allocated_amount", F.when(F.col("paid_amount") < 0, -part).otherwise(part).cast("decimal(18,2)"))
        .drop("product", "total", "rest", "whole", "missing")
    )


def _cents(amount: Column) -> Column:
    """Whole numbers, which divide without rounding."""
    return (amount * 100).cast("decimal(38,0)")
