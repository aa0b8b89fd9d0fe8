"""Curated logs and documents as one table of events. Sessions run in UTC: local dates are shifted from there."""

from collections.abc import Mapping
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

from schemas.contract import Contract
from schemas.procurement import CURATED, LOGGED_EVENTS
from schemas.procurement.documents import INVOICES, PURCHASE_ORDERS

CASE = ("source_system_code", "case_id")
ATTRIBUTES = ("company_code", "vendor_id", "vendor_name", "category_name", "document_type_name", "item_type_name")
LINEAGE = ("source_name", "landing_file_id", "record_number")
AMOUNT = T.DecimalType(18, 2)


def build_events(curated: Mapping[str, DataFrame], *, as_of: date | None) -> DataFrame:
    """One row for each date of each curated row that is not null and not after `as_of`.

    Beside the fields of `procurement_events` the row's attributes, `worth_amount` with `worth_currency_code` (what the
    row says the whole item is worth, on every event of it) and `content_key` (equal for events that are alike).
    """
    makers = {LOGGED_EVENTS.name: _logged, PURCHASE_ORDERS.name: _ordered, INVOICES.name: _invoiced}
    if not curated or (unknown := sorted(set(curated) - set(makers))):
        found = f"unknown {unknown}" if curated else "nothing"
        raise ValueError(f"procurement marts: found {found}, promised any of {', '.join(CURATED)}")
    events = reduce(DataFrame.unionByName, [make(curated[name]) for name, make in makers.items() if name in curated])
    return events if as_of is None else events.filter(F.col("event_on") <= F.lit(as_of))


def with_event_number(events: DataFrame) -> DataFrame:
    """Add `event_number`: 1 for the first event of the case, in the order that "first" and "last" mean everywhere.

    The one shuffle of all events: what follows works within the partitions by case that it leaves.
    """
    in_order = Window.partitionBy(*CASE).orderBy("event_on", "event_at", "record_number", "event_id")
    return events.repartition(*CASE).withColumn("event_number", F.row_number().over(in_order))


def _logged(logged: DataFrame) -> DataFrame:
    amount = F.when(F.col("event_type") == "order_created", F.col("net_worth_amount"))
    return logged.select(
        "event_id",
        *CASE,
        "event_type",
        "activity_name",
        "event_at",
        _local_date(F.col("event_at")).alias("event_on"),
        "time_precision",
        _no_text("document_id"),
        *_money(amount, F.col("currency_code")),
        F.lit(LOGGED_EVENTS.name).alias("table_name"),
        *LINEAGE,
        *ATTRIBUTES,
        *_worth(F.col("net_worth_amount"), F.col("currency_code")),
        _content_key(*(name for name in LOGGED_EVENTS.names if name != "event_id")),
    )


def _ordered(orders: DataFrame) -> DataFrame:
    dates = (
        _day("order_created", "ordered_on"),
        _moment("order_submitted", "submitted_at"),
        _moment("order_released", "released_at"),
    )
    amount = F.when(F.col("event_type") == "order_created", F.col("ordered_amount"))
    return _with_dates(orders, PURCHASE_ORDERS, *dates).select(
        *_of_document(PURCHASE_ORDERS),
        _no_text("document_id"),
        *_money(amount, F.col("currency_code")),
        "company_code",
        "vendor_id",
        "vendor_name",
        "category_name",
        _no_text("document_type_name"),
        _no_text("item_type_name"),
        *_worth(F.col("ordered_amount"), F.col("currency_code")),
    )


def _invoiced(invoices: DataFrame) -> DataFrame:
    dates = (
        _day("invoice_issued", "invoiced_on"),
        _moment("invoice_recorded", "recorded_at"),
        _day("invoice_cleared", "cleared_on"),
    )
    amount = F.when(F.col("event_type") == "invoice_recorded", F.col("invoiced_amount"))
    return _with_dates(invoices, INVOICES, *dates).select(
        *_of_document(INVOICES),
        F.col("invoice_number").alias("document_id"),
        *_money(amount, F.col("currency_code")),
        _no_text("company_code"),
        "vendor_id",
        _no_text("vendor_name"),
        _no_text("category_name"),
        _no_text("document_type_name"),
        _no_text("item_type_name"),
        *_worth(F.lit(None).cast(AMOUNT), F.lit(None).cast("string")),
    )


def _with_dates(documents: DataFrame, contract: Contract, *dates: Column) -> DataFrame:
    """A row for each date that is not null; `event_id` hashes table, key and event type."""
    dated = documents.withColumn("happened", F.explode(F.array(*dates))).filter("happened.event_on IS NOT NULL")
    identity = F.to_json(F.struct(F.lit(contract.name).alias("table_name"), *contract.key, "event_type"))
    return dated.select("*", "happened.*").withColumn("event_id", F.sha2(identity, 256))


def _of_document(contract: Contract) -> tuple[Column | str, ...]:
    return (
        "event_id",
        "source_system_code",
        F.concat("po_number", F.lit("_"), "item_number").alias("case_id"),
        "event_type",
        _no_text("activity_name"),
        "event_at",
        "event_on",
        "time_precision",
        F.lit(contract.name).alias("table_name"),
        *LINEAGE,
        F.xxhash64("event_id").alias("content_key"),
    )


def _day(event_type: str, name: str) -> Column:
    """An event of which only the local date is known: at local midnight."""
    midnight = F.to_utc_timestamp(F.col(name).cast("timestamp"), F.col("time_zone_name"))
    return _happened(event_type, at=midnight, on=F.col(name), precision="day")


def _moment(event_type: str, name: str) -> Column:
    return _happened(event_type, at=F.col(name), on=_local_date(F.col(name)), precision="minute")


def _happened(event_type: str, *, at: Column, on: Column, precision: str) -> Column:
    return F.struct(
        F.lit(event_type).alias("event_type"),
        at.alias("event_at"),
        on.alias("event_on"),
        F.lit(precision).alias("time_precision"),
    )


def _local_date(at: Column) -> Column:
    return F.to_date(F.from_utc_timestamp(at, F.col("time_zone_name")))


def _money(amount: Column, currency: Column) -> tuple[Column, Column]:
    return amount.alias("amount"), F.when(amount.isNotNull(), currency).alias("currency_code")


def _worth(amount: Column, currency: Column) -> tuple[Column, Column]:
    return amount.alias("worth_amount"), F.when(amount.isNotNull(), currency).alias("worth_currency_code")


def _no_text(name: str) -> Column:
    return F.lit(None).cast("string").alias(name)


def _content_key(*names: str) -> Column:
    """64 bits, only ever compared within a case. `xxhash64` passes over nulls, so that each says that it is one."""
    return F.xxhash64(*(part for name in names for part in (F.col(name), F.col(name).isNull()))).alias("content_key")
