"""The day from which an invoice is paid in full."""

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def with_paid_in_full_on(settled: DataFrame, *, invoice: Sequence[str], item: Sequence[str]) -> DataFrame:
    """Add `paid_in_full_on` to the payments of an invoice: the first day from which all that was paid of it, added up
    day by day, is never again less than what its items that stand add up to.

    So money that comes back opens the invoice again, unless enough is left or paid later. The invoice is compared and
    not the item: parts of an item are rounded with each payment, and may lack a cent when the invoice lacks none.
    Exact to the cent. An invoice below 0 is paid in full by as much below 0. Null where that day has not come, and
    where one of the payments has a `reason`: then nobody can tell.

    Each item has a row of each payment, so that the payments of the invoice are those of any of its items: windows by
    invoice and item need no shuffle beside the one by invoice.
    """
    of_item = Window.partitionBy(*invoice, *item)
    by_day = of_item.orderBy("posted_on")
    from_day_on = by_day.rangeBetween(Window.currentRow, Window.unboundedFollowing)
    is_credit = F.col("total_amount") < 0
    paid = F.when(is_credit, -F.col("paid_amount")).otherwise(F.col("paid_amount"))
    is_full = F.col("least_paid") >= F.abs("total_amount")
    has_reason = F.bool_or(F.col("reason").isNotNull()).over(of_item)
    return (
        settled.withColumn("paid_so_far", F.sum(paid).over(by_day))
        .withColumn("least_paid", F.min("paid_so_far").over(from_day_on))
        .withColumn("paid_in_full_on", F.when(~has_reason, F.min(F.when(is_full, F.col("posted_on"))).over(of_item)))
        .drop("paid_so_far", "least_paid")
    )
