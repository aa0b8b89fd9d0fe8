"""One row for each purchase order item."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from schemas.procurement.documents import PAYMENTS
from schemas.procurement.words import LEGS
from transforms.procurement.amounts import amounts, latest, of_one_currency
from transforms.procurement.approvals import approvals_and_changes, counts_of_approvals
from transforms.procurement.events import ATTRIBUTES, CASE
from transforms.procurement.events.columns import is_invoice_posted
from transforms.procurement.pairing import STARTS_OF_EACH, completes_invoice, is_payment_without_amount, stands
from transforms.procurement.reversals import CANCELLATIONS, REVERSIBLE, is_posting

ENDS = tuple(dict.fromkeys(name for leg in LEGS for name in (leg.start, leg.end)))
COUNTED_TYPES = tuple(
    dict.fromkeys((*CANCELLATIONS, *(name for leg in LEGS for name in (leg.start, leg.end) if name in REVERSIBLE)))
)


def summarise_cases(events: DataFrame) -> DataFrame:
    """What the events of a case say together.

    Beside what `procurement_cases` shows: `item_type_name`; `has_<type>`, whether an event of the type stands, for the
    types at which a leg begins or ends; `<type>_on`, `<type>_event_id` and `<type>_document_id` of the first, where it
    begins each of several legs; `<type>_count` (those that stand) and `<type>_reversed_count` for the types that can
    be reversed and that are counted or end a leg; whether an invoice is paid in full (`has_full_payment`), and whether
    nobody can tell of a payment what it pays (`has_payment_without_amount`).
    """
    merged = events.groupBy(*CASE).agg(
        *(latest(name).alias(name) for name in ATTRIBUTES),
        *amounts(),
        *_counts(),
        *approvals_and_changes(),
        *_first_and_last(),
        *(_count(_counts_as(name) & F.col("is_reversed")).alias(f"{name}_reversed_count") for name in COUNTED_TYPES),
        *(_count(_counts_as(name) & stands()).alias(f"{name}_count") for name in COUNTED_TYPES),
        *(F.bool_or(_is(name) & stands()).alias(f"has_{name}") for name in ENDS),
        *(column.alias(f"{name}_{of}") for name in STARTS_OF_EACH for of, column in _first(name).items()),
        F.bool_or(completes_invoice() & stands()).alias("has_full_payment"),
        F.bool_or(is_payment_without_amount() & stands()).alias("has_payment_without_amount"),
        _is_deleted().alias("is_deleted"),
        F.coalesce(F.min("vendor_id") < F.max("vendor_id"), F.lit(False)).alias("has_several_vendor_ids"),
        F.bool_or("is_after_data_through").alias("has_event_after_data_through"),
    )
    return merged.withColumns({**of_one_currency(), **counts_of_approvals()}).withColumns(
        {
            "case_status": _case_status(),
            "has_invoice_before_order": F.coalesce(F.col("first_invoiced_on") < F.col("ordered_on"), F.lit(False)),
            "goods_receipt_count": F.col("goods_received_count"),
            "invoice_count": F.col("invoice_recorded_count"),
            "clearing_count": F.col("invoice_cleared_count"),
        }
    )


def with_leg_days(cases: DataFrame, legs: DataFrame) -> DataFrame:
    """Add `<leg>_days`, or `<leg>_first_days` and `<leg>_last_days`: durations of closed legs in calendar days, signed;
    null where none is closed. First and last are by the day they ended."""
    closed = legs.filter(F.col("leg_status") == "closed")
    return cases.join(closed.groupBy(*CASE).agg(*_leg_days()), [*CASE], "left")


def _is(*event_types: str) -> Column:
    return F.col("event_type").isin(*event_types)


def _counts_as(event_type: str) -> Column:
    return is_invoice_posted() if event_type == "invoice_recorded" else _is(event_type)


def _count(condition: Column) -> Column:
    return F.count(F.when(condition, F.lit(1)))


def _counts() -> list[Column]:
    is_cancellation = _is(*CANCELLATIONS.values())
    return [
        F.count("*").alias("event_count"),
        F.size(F.collect_set("content_key")).cast("long").alias("distinct_event_count"),
        _count(_is("service_entered")).alias("service_entry_count"),
        _count(is_posting() & F.col("is_reversed")).alias("reversed_pair_count"),
        _count(is_cancellation & ~F.col("is_reversal")).alias("unmatched_reversal_count"),
        _count(_is("order_changed")).alias("change_count"),
        _count(_is("payment_block_set") & stands()).alias("payment_block_count"),
        F.bool_or((F.col("table_name") == PAYMENTS.name) & F.col("amount").isNull()).alias("has_unallocated_payment"),
    ]


def _first_and_last() -> list[Column]:
    ordered, invoiced, received, cleared, paid = (
        F.when(_is(name) & stands(), F.col("event_on"))
        for name in ("order_created", "invoice_issued", "goods_received", "invoice_cleared", "invoice_paid")
    )
    return [
        F.min(ordered).alias("ordered_on"),
        F.min(invoiced).alias("first_invoiced_on"),
        F.min(received).alias("first_received_on"),
        F.max(received).alias("last_received_on"),
        F.min(cleared).alias("first_cleared_on"),
        F.max(cleared).alias("last_cleared_on"),
        F.min(paid).alias("first_paid_on"),
        F.max(paid).alias("last_paid_on"),
    ]


def _first(event_type: str) -> dict[str, Column]:
    """What of the first event of a type legs begin with."""
    number = F.when(_is(event_type) & stands(), F.col("event_number"))
    kept = {"on": "event_on", "event_id": "event_id", "document_id": "document_id"}
    return {of: F.min_by(name, number) for of, name in kept.items()}


def _is_deleted() -> Column:
    deleted = F.max(F.when(_is("order_deleted"), F.col("event_number")))
    reactivated = F.max(F.when(_is("order_reactivated"), F.col("event_number")))
    return F.coalesce(deleted > F.coalesce(reactivated, F.lit(0)), F.lit(False))


def _case_status() -> Column:
    received, invoiced = F.col("goods_received_count"), F.col("invoice_recorded_count")
    cleared = F.col("invoice_cleared_count")
    return (
        F.when(~F.col("has_order_created"), "orphan")
        .when(F.col("is_deleted") & (received + invoiced + cleared == 0), "deleted")
        .when((invoiced > 0) & (cleared >= invoiced), "cleared")
        .when(invoiced > 0, "invoiced")
        .when(F.col("invoice_recorded_reversed_count") > 0, "reversed")
        .when(received > 0, "received")
        .otherwise("ordered")
    )


def _leg_days() -> list[Column]:
    # The day and the number of the leg as one number: engines compare that without looking into a struct.
    in_order = F.datediff("end_on", F.lit("1970-01-01").cast("date")).cast("long") * F.lit(1 << 32) + F.col(
        "occurrence_number"
    )
    days = []
    for leg in LEGS:
        ended = F.when(F.col("leg") == leg.name, in_order)
        first, last = F.min_by("duration_days", ended), F.max_by("duration_days", ended)
        days += (
            [first.alias(f"{leg.name}_days")]
            if leg.pairing == "first_to_first"
            else [first.alias(f"{leg.name}_first_days"), last.alias(f"{leg.name}_last_days")]
        )
    return days
