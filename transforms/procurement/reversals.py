"""Cancellations and the postings that they take back: brackets, matched last in, first out."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from transforms.procurement.events import CASE

CANCELLATIONS: dict[str, str] = {
    "goods_received": "goods_receipt_cancelled",
    "invoice_recorded": "invoice_cancelled",
    "subsequent_invoice_recorded": "subsequent_invoice_cancelled",
}


def with_reversals(events: DataFrame) -> DataFrame:
    """Add `is_reversal` (a cancellation that takes a posting back) and `is_reversed` (a posting taken back).

    Postings that stand make a stack. A posting goes onto a level of it and the cancellation that takes it back comes
    off the same level, so that on one level postings and their cancellations take turns. A cancellation that finds the
    stack empty is on the lowest level too, but there it follows another cancellation, or nothing.
    """
    is_posting = F.col("event_type").isin(*CANCELLATIONS)
    is_cancellation = F.col("event_type").isin(*CANCELLATIONS.values())
    on_level = Window.partitionBy(*CASE, "posting_type", "level").orderBy("event_number")
    levelled = _with_heights(events).withColumns({"posting_type": _posting_type(), "level": _level()})
    return levelled.withColumns(
        {
            "is_reversal": is_cancellation & F.coalesce(F.lag(is_posting).over(on_level), F.lit(False)),
            "is_reversed": is_posting & F.coalesce(F.lead(is_cancellation).over(on_level), F.lit(False)),
        }
    ).select(*events.columns, "is_reversal", "is_reversed")


def without_reversals(events: DataFrame) -> DataFrame:
    """The same columns for events among which there is no cancellation."""
    return events.withColumns({"is_reversal": F.lit(False), "is_reversed": F.lit(False)})


def _with_heights(events: DataFrame) -> DataFrame:
    """Add `<posting>_height`: postings less cancellations so far, below 0 where cancellations found nothing;
    and `<posting>_floor`: the lowest height so far, at most 0."""
    so_far = Window.partitionBy(*CASE).orderBy("event_number").rowsBetween(Window.unboundedPreceding, Window.currentRow)
    heights = {
        f"{posting}_height": F.sum(_step(posting, cancellation)).over(so_far)
        for posting, cancellation in CANCELLATIONS.items()
    }
    floors = {
        f"{posting}_floor": F.least(F.min(f"{posting}_height").over(so_far), F.lit(0)) for posting in CANCELLATIONS
    }
    return events.withColumns(heights).withColumns(floors)


def _step(posting: str, cancellation: str) -> Column:
    event_type = F.col("event_type")
    return F.when(event_type == posting, 1).when(event_type == cancellation, -1).otherwise(0)


def _posting_type() -> Column:
    """The posting that an event is or cancels, else null."""
    return F.coalesce(*(F.when(F.col("event_type").isin(*pair), F.lit(pair[0])) for pair in CANCELLATIONS.items()))


def _level() -> Column:
    """Where on its stack a posting is put, and where a cancellation takes it from; 1 is the lowest."""
    depths = (
        F.when(F.col("event_type") == posting, F.col(f"{posting}_height") - F.col(f"{posting}_floor")).when(
            F.col("event_type") == cancellation, F.col(f"{posting}_height") - F.col(f"{posting}_floor") + 1
        )
        for posting, cancellation in CANCELLATIONS.items()
    )
    return F.coalesce(*depths)
