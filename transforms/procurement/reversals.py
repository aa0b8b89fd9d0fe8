"""Cancellations and the postings that they take back: by the document named, else last in, first out."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from transforms.keeping import Keep, recompute
from transforms.procurement.events import CASE
from transforms.procurement.events.columns import is_invoice_posted

CANCELLATIONS: dict[str, str] = {
    "goods_received": "goods_receipt_cancelled",
    "invoice_recorded": "invoice_cancelled",
    "subsequent_invoice_recorded": "subsequent_invoice_cancelled",
}
# What happens to an invoice is taken back with it, where the events name it.
FOLLOWING: dict[str, str] = dict.fromkeys(
    ("invoice_issued", "payment_block_set", "payment_block_removed", "invoice_cleared", "invoice_paid"),
    "invoice_recorded",
)
REVERSIBLE = (*CANCELLATIONS, *FOLLOWING)


def with_reversals(events: DataFrame, *, has_log: bool = True, keep: Keep = recompute) -> DataFrame:
    """Add `is_reversal` (a cancellation that takes a posting back) and `is_reversed` (a posting taken back, or what
    else happened to an invoice taken back).

    A cancellation of a document takes back all postings of the document that it names, whatever their dates; a second
    document that names it takes back nothing. A log's cancellations name none, and of its postings those that stand
    make a stack. Few events are either: they are found among those that a cancellation is about, kept by `keep`, and
    joined.
    """
    known = events.withColumns({"posting_type": _posting_type(), "reference": _reference()}).filter(
        F.col("posting_type").isNotNull()
    )
    found = _named(known).unionByName(_stacked(known)) if has_log else _named(known)
    reversals = keep(found.filter(F.col("is_reversal") | F.col("is_reversed")))
    flags = {name: F.coalesce(name, F.lit(False)) for name in ("is_reversal", "is_reversed")}
    return events.join(reversals, [*CASE, "event_number"], "left").withColumns(flags)


def without_reversals(events: DataFrame) -> DataFrame:
    """The same columns for events among which there is no cancellation."""
    return events.withColumns({"is_reversal": F.lit(False), "is_reversed": F.lit(False)})


def is_posting() -> Column:
    """What a cancellation takes back."""
    return F.col("event_type").isin(*CANCELLATIONS) | is_invoice_posted()


def _is_cancellation() -> Column:
    return F.col("event_type").isin(*CANCELLATIONS.values())


def _named(postings: DataFrame) -> DataFrame:
    """Of documents that were taken back: the cancellations that did it, and all else."""
    document = (*CASE, "posting_type", "reference")
    named = postings.filter(F.col("reference").isNotNull())
    first = F.min_by("document_id", F.when(F.col("document_id").isNotNull(), F.col("event_number")))
    cancelled = named.filter(_is_cancellation()).groupBy(*document).agg(first.alias("cancelled_by"))
    takes_back = _is_cancellation() & F.col("document_id").eqNullSafe(F.col("cancelled_by"))
    of_document = Window.partitionBy(*document)
    return (
        named.join(cancelled, [*document])
        .withColumn("is_posted", F.bool_or(is_posting()).over(of_document))
        .filter("is_posted")
        .select(*CASE, "event_number", takes_back.alias("is_reversal"), (~_is_cancellation()).alias("is_reversed"))
    )


def _stacked(postings: DataFrame) -> DataFrame:
    """The same of those that name no document. A posting goes onto a level of the stack and the cancellation that takes
    it back comes off the same level, so that on one level postings and their cancellations take turns. A cancellation
    that finds the stack empty is on the lowest level too, but there it follows another cancellation, or nothing.

    `height` is postings less cancellations so far, below 0 where cancellations found nothing; `floor` the lowest height
    so far, at most 0; `level` where on its stack a posting is put, and where a cancellation takes it from.
    """
    stack = (*CASE, "posting_type")
    unnamed = postings.filter(F.col("reference").isNull())
    with_cancellation = unnamed.filter(_is_cancellation()).select(*stack).distinct()
    in_order = Window.partitionBy(*stack).orderBy("event_number")
    so_far = in_order.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    on_level = Window.partitionBy(*stack, "level").orderBy("event_number")
    takes = F.col("takes")
    return (
        unnamed.join(with_cancellation, [*stack], "left_semi")
        .select(*stack, "event_number", _is_cancellation().alias("takes"))
        .withColumn("height", F.sum(F.when(takes, -1).otherwise(1)).over(so_far))
        .withColumn("floor", F.least(F.min("height").over(so_far), F.lit(0)))
        .withColumn("level", F.col("height") - F.col("floor") + F.when(takes, 1).otherwise(0))
        .select(
            *CASE,
            "event_number",
            (takes & F.coalesce(F.lag(~takes).over(on_level), F.lit(False))).alias("is_reversal"),
            (~takes & F.coalesce(F.lead(takes).over(on_level), F.lit(False))).alias("is_reversed"),
        )
    )


def _posting_type() -> Column:
    """The posting that an event is, cancels or follows, else null."""
    own = (F.when(F.col("event_type").isin(*pair), F.lit(pair[0])) for pair in CANCELLATIONS.items())
    named = F.when(_reference().isNotNull(), F.col("event_type"))
    followed = (F.when(named == name, F.lit(posting)) for name, posting in FOLLOWING.items())
    return F.coalesce(*own, *followed)


def _reference() -> Column:
    """The document that is posted or taken back; null in logs, which name none."""
    return F.coalesce("reverses_document_id", "document_id")
