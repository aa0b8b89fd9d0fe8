"""Invoices by item: the lines of an item added up, and whether they stand."""

from datetime import date

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

from transforms.procurement.events.columns import local_date

INVOICE = ("source_system_code", "invoice_number")
ITEM = ("po_number", "item_number")
_ITEMS = {
    **dict.fromkeys((*INVOICE, *ITEM), "string"),
    "item_amount": "decimal(28,2)",
    "is_billed": "boolean",
    "is_standing": "boolean",
    "billed_count": "bigint",
    "standing_count": "bigint",
    "total_amount": "decimal(38,2)",
    "greatest_item_amount": "decimal(28,2)",
    "least_currency_code": "string",
    "greatest_currency_code": "string",
}


# Of one type whatever is never null in it: engines put only such side by side in an array.
_SAID = T.StructType(
    [
        T.StructField("invoice_number", T.StringType()),
        T.StructField("is_reversal", T.BooleanType()),
        T.StructField("takes_back", T.BooleanType()),
    ]
)


def summarise_items(invoices: DataFrame, *, as_of: date | None) -> DataFrame:
    """A row for each item of each invoice: `item_amount`, the sum of its lines; `is_billed`, one is no reversal;
    `is_standing`, and none through `as_of` takes it back. On each row of the invoice its `billed_count`, and of its
    items that stand `standing_count`, `total_amount`, the greatest amount without its sign, the first and last of the
    currencies."""
    is_line = ~F.col("is_reversal") & ~F.col("takes_back")
    items = (
        _by_invoice(invoices, as_of=as_of)
        .repartition(*INVOICE)
        .groupBy(*INVOICE, *ITEM)
        .agg(
            F.sum(F.when(is_line, F.col("invoiced_amount"))).alias("item_amount"),
            F.min(F.when(is_line, F.col("currency_code"))).alias("item_least_currency_code"),
            F.max(F.when(is_line, F.col("currency_code"))).alias("item_greatest_currency_code"),
            F.bool_or(is_line).alias("is_billed"),
            (F.bool_or(is_line) & ~F.bool_or("takes_back")).alias("is_standing"),
            F.bool_and("takes_back").alias("is_only_named"),
        )
        .filter(~F.col("is_only_named"))
    )
    return items.withColumns(_of_invoice()).select(*_ITEMS)


def no_items(spark: SparkSession) -> DataFrame:
    """The same columns where there are no invoices."""
    return spark.range(0).select(*(F.lit(None).cast(kind).alias(name) for name, kind in _ITEMS.items()))


def _by_invoice(invoices: DataFrame, *, as_of: date | None) -> DataFrame:
    """Each line under its own invoice, and one that takes another back under that one too."""
    reverses = F.col("reverses_invoice_number")
    is_known = F.lit(True) if as_of is None else _taken_back_on() <= F.lit(as_of)
    own = _of_line(F.col("invoice_number"), is_reversal=reverses.isNotNull(), takes_back=F.lit(False))
    other = _of_line(reverses, is_reversal=F.lit(False), takes_back=F.lit(True))
    said = F.array_compact(F.array(own, F.when(reverses.isNotNull() & is_known, other)))
    kept = ("source_system_code", *ITEM, "invoiced_amount", "currency_code")
    return invoices.select(*kept, F.explode(said).alias("said")).select(*kept, "said.*")


def _taken_back_on() -> Column:
    return F.coalesce(local_date("recorded_at"), F.col("invoiced_on"))


def _of_line(invoice_number: Column, *, is_reversal: Column, takes_back: Column) -> Column:
    return F.struct(invoice_number, is_reversal, takes_back).cast(_SAID)


def _of_invoice() -> dict[str, Column]:
    of_invoice = Window.partitionBy(*INVOICE)

    def standing(name: str) -> Column:
        return F.when(F.col("is_standing"), F.col(name))

    return {
        "billed_count": F.count_if("is_billed").over(of_invoice),
        "standing_count": F.count(standing("po_number")).over(of_invoice),
        "total_amount": F.sum(standing("item_amount")).over(of_invoice),
        "greatest_item_amount": F.max(F.abs(standing("item_amount"))).over(of_invoice),
        "least_currency_code": F.min(standing("item_least_currency_code")).over(of_invoice),
        "greatest_currency_code": F.max(standing("item_greatest_currency_code")).over(of_invoice),
    }
