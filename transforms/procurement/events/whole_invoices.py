"""Blocks and payments: documents about whole invoices, brought to the items that the invoice bills.

One row of a block or payment becomes a row for each item of its invoice. Lines are added up by item before the join, so
that an item billed by two lines is paid once.
"""

from collections.abc import Mapping
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from schemas.procurement.documents import INVOICES, PAYMENT_BLOCKS, PAYMENTS
from transforms.procurement.events.allocation import is_too_large, with_allocated_amount
from transforms.procurement.events.columns import (
    AMOUNT,
    EVENT_LINEAGE,
    as_events,
    case_id,
    columns,
    day,
    event_id,
    line,
    moment,
    money,
)
from transforms.procurement.events.incomplete import find_incomplete
from transforms.procurement.events.invoice_items import INVOICE, ITEM, no_items, summarise_items
from transforms.procurement.events.paid_in_full import with_paid_in_full_on

POSTING = (*INVOICE, "table_name", "document_number")


def settle_items(
    curated: Mapping[str, DataFrame], *, as_of: date | None, quarantined_lines: DataFrame | None = None
) -> DataFrame | None:
    """A row for each block or payment and item of its invoice; one without an item where the invoice is not known.

    Adds what `summarise_items` says, `is_incomplete` (true where one of `quarantined_lines` is the invoice's),
    `allocated_amount` (the item's part of what was paid), `reason` (null where the whole document was brought to items)
    and `paid_in_full_on`. None where there are neither blocks nor payments. Shuffles by invoice.
    """
    makers = {PAYMENT_BLOCKS.name: _blocks, PAYMENTS.name: _payments}
    made = [make(curated[name]) for name, make in makers.items() if name in curated]
    if not made:
        return None
    postings = reduce(DataFrame.unionByName, made)
    known = postings if as_of is None else postings.filter(posted_on() <= F.lit(as_of))
    invoices = curated.get(INVOICES.name)
    items = no_items(postings.sparkSession) if invoices is None else summarise_items(invoices, as_of=as_of)
    incomplete = None if quarantined_lines is None else find_incomplete(quarantined_lines, invoices)
    settled = known.join(items, [*INVOICE], "left").transform(_with_is_incomplete, incomplete)
    return (
        settled.withColumns({"reason": _reason(), "posted_on": posted_on()})
        .transform(with_allocated_amount, posting=POSTING, item=ITEM)
        .transform(with_paid_in_full_on, invoice=(*INVOICE, "table_name"), item=ITEM)
        .drop("posted_on")
    )


def events_of_items(settled: DataFrame) -> DataFrame:
    """Blocks set and removed, of every item that the invoice bills; payments, of every item that stands, and where none
    does, of every item. The amount of a payment is the item's part, null where it could not be allocated."""
    dated = (
        settled.filter(_is_of_item()).withColumn("happened", F.explode("dates")).filter("happened.event_on IS NOT NULL")
    ).select("*", "happened.*")
    identity = columns(*POSTING, *ITEM, "event_type")
    return as_events(
        dated.withColumn("event_id", event_id(identity)),
        **columns("event_id", "event_type", "event_at", "event_on", "time_precision", "table_name"),
        case_id=case_id(),
        document_id=F.col("invoice_number"),
        content_key=F.xxhash64("event_id"),
        paid_in_full_on=F.col("paid_in_full_on"),
        **money(F.col("allocated_amount"), F.col("currency_code")),
        **line(F.col("allocated_amount"), F.col("currency_code")),
    )


def posted_on() -> Column:
    """The date of the payment, or of the setting of the block."""
    return F.get("dates.event_on", F.lit(0))


def _blocks(payment_blocks: DataFrame) -> DataFrame:
    dates = F.array(moment("payment_block_set", "blocked_at"), moment("payment_block_removed", "removed_at"))
    return payment_blocks.select(
        *INVOICE,
        F.lit(PAYMENT_BLOCKS.name).alias("table_name"),
        F.col("block_number").alias("document_number"),
        dates.alias("dates"),
        F.lit(None).cast(AMOUNT).alias("paid_amount"),
        F.lit(None).cast("string").alias("currency_code"),
        *EVENT_LINEAGE,
    )


def _payments(payments: DataFrame) -> DataFrame:
    return payments.select(
        *INVOICE,
        F.lit(PAYMENTS.name).alias("table_name"),
        F.col("payment_number").alias("document_number"),
        F.array(day("invoice_paid", "paid_on")).alias("dates"),
        "paid_amount",
        "currency_code",
        *EVENT_LINEAGE,
    )


def _with_is_incomplete(of_items: DataFrame, incomplete: DataFrame | None) -> DataFrame:
    if incomplete is None:
        return of_items.withColumn("is_incomplete", F.lit(False))
    return of_items.join(incomplete.withColumn("is_incomplete", F.lit(True)), [*INVOICE], "left")


def _is_of_item() -> Column:
    is_paid = F.col("is_standing") | (F.col("standing_count") == 0)
    return F.col("po_number").isNotNull() & F.when(_is_payment(), is_paid).otherwise(F.col("is_billed"))


def _reason() -> Column:
    """The first of `UNALLOCATED_REASONS` that holds."""
    least, greatest = F.col("least_currency_code"), F.col("greatest_currency_code")
    of_payment = (
        F.when(F.col("is_incomplete"), "invoice_incomplete")
        .when(F.col("standing_count") == 0, "all_reversed")
        .when((least != greatest) | (least != F.col("currency_code")), "currency_differs")
        .when(F.col("total_amount") == 0, "adds_up_to_zero")
        .when(is_too_large(), "too_large")
    )
    of_block = F.when(F.col("billed_count") == 0, "all_reversed")
    return F.when(F.col("po_number").isNull(), "invoice_unknown").when(_is_payment(), of_payment).otherwise(of_block)


def _is_payment() -> Column:
    return F.col("table_name") == PAYMENTS.name
