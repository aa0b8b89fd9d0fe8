"""Vendors of the master and of documents: ids are never merged, names that several ids bear are counted."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

from schemas.procurement.documents import VENDORS
from transforms.procurement.terms import VENDOR

_MASTER = ("vendor_name", "country_code", "payment_terms_days")
# Beside a null amount: the case has an order, an invoice, a clearing or a payment all the same.
_WANTING = {
    "ordered_amount": "ordered_on IS NOT NULL",
    "invoiced_amount": "invoice_count > 0",
    "cleared_amount": "clearing_count > 0",
    "paid_amount": "least_paid_currency_code IS NOT NULL",
}
_AMOUNTS = tuple(_WANTING)


def summarise_vendors(events: DataFrame, cases: DataFrame, vendors: DataFrame | None) -> DataFrame:
    """`procurement_vendors`: a row for each vendor id of a system that the master or any event names."""
    return (
        _with_master(_named_by_events(events), vendors)
        .join(_totals(cases), [*VENDOR], "left")
        .withColumns(
            {
                "vendor_name": F.coalesce("vendor_name", "event_vendor_name"),
                "has_master_entry": F.coalesce("has_entry", F.lit(False)),
                "case_count": F.coalesce("case_count", F.lit(0).cast("long")),
                "currency_count": F.coalesce("currency_count", F.lit(0)),
            }
        )
        .transform(with_ids_under_name)
    )


def with_ids_under_name(vendors: DataFrame) -> DataFrame:
    """Add `ids_under_name_count`: vendor ids of the system whose name is the same but for case, punctuation and spaces;
    the vendor's own counts, and a vendor without a name has null."""
    plain = F.regexp_replace(F.upper("vendor_name"), r"[^\p{L}\p{N}]+", "")
    named = vendors.withColumn("plain_name", F.when(plain != "", plain))
    under_name = F.count("*").over(Window.partitionBy("source_system_code", "plain_name"))
    return named.withColumn("ids_under_name_count", F.when(F.col("plain_name").isNotNull(), under_name)).drop(
        "plain_name"
    )


def _with_master(seen: DataFrame, vendors: DataFrame | None) -> DataFrame:
    """Vendors seen and those of the master, with what it says of them."""
    if vendors is None:
        types = {field.name: field.type for field in VENDORS.fields}
        nothing = {name: F.lit(None).cast(types[name]) for name in _MASTER}
        return seen.withColumns({**nothing, "has_entry": F.lit(False)})
    return seen.join(vendors.select(*VENDOR, *_MASTER, F.lit(True).alias("has_entry")), [*VENDOR], "full")


def _named_by_events(events: DataFrame) -> DataFrame:
    """`event_vendor_name` is of the latest day on which an event has one, of several the last by alphabet.

    Names are gathered first, each with its latest day: few rows, without a sort of all events.
    """
    named = (
        events.filter(F.col("vendor_id").isNotNull())
        .groupBy(*VENDOR, "vendor_name")
        .agg(F.max("event_on").alias("named_on"))
    )
    by_day_and_name = F.concat(F.col("named_on").cast("string"), "vendor_name")  # null without a name
    return named.groupBy(*VENDOR).agg(F.max_by("vendor_name", by_day_and_name).alias("event_vendor_name"))


def _totals(cases: DataFrame) -> DataFrame:
    """Of the cases whose vendor it is; an amount is null where the cases are in several currencies, and where one of
    them has what would have to be added and no such amount."""
    has_amount = F.coalesce(*_AMOUNTS).isNotNull()
    currency = F.col("currency_code")
    has_none = F.max(F.when(has_amount & currency.isNull(), 1).otherwise(0))
    currency_count = F.size(F.collect_set(F.when(has_amount, currency))) + has_none
    summed = cases.groupBy(*VENDOR).agg(
        F.count("*").alias("case_count"),
        currency_count.alias("currency_count"),
        F.max(F.when(has_amount, currency)).alias("currency_code"),
        *(_whole_sum(name, is_wanting).alias(name) for name, is_wanting in _WANTING.items()),
    )
    is_one = F.col("currency_count") == 1
    return summed.withColumns({name: F.when(is_one, F.col(name)) for name in ("currency_code", *_AMOUNTS)})


def _whole_sum(name: str, is_wanting: str) -> Column:
    """An aggregate: the cases' sum; null where one of them is in want of it."""
    is_partial = F.col(name).isNull() & F.expr(is_wanting)
    if name == "paid_amount":
        is_partial |= F.col("has_unallocated_payment")
    return F.when(~F.coalesce(F.bool_or(is_partial), F.lit(False)), F.sum(name)).cast(T.DecimalType(38, 2))
