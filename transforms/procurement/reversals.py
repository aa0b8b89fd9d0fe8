"""Cancellations and the postings that they take back: by the document named, else last in, first out."""

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

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


def with_reversals(events: DataFrame, *, has_log: bool = True) -> DataFrame:
    """Add `is_reversal` (a cancellation that takes a posting back) and `is_reversed` (a posting taken back, or what
    else happened to an invoice taken back).

    A cancellation of a document takes back all postings of the document that it names, whatever their dates; a second
    document that names it takes back nothing. A log's cancellations name none, and of its postings those that stand
    make a stack. A posting goes onto a level of it and the cancellation that takes it back comes off the same level, so
    that on one level postings and their cancellations take turns. A cancellation that finds the stack empty is on the
    lowest level too, but there it follows another cancellation, or nothing. Without a log there is no stack.
    """
    levelled = _with_heights(events) if has_log else events
    found = levelled.withColumns(
        {
            "posting_type": _posting_type(),
            "reference": _reference(),
            "level": _level() if has_log else F.lit(None).cast("int"),
        }
    )
    by_name = F.col("reference").isNotNull()
    return found.withColumns(
        {
            "is_reversal": F.when(by_name, _takes_named_back()).otherwise(_takes_level_back()),
            "is_reversed": F.when(by_name, _is_named_and_taken()).otherwise(_is_taken_off_level()),
        }
    ).select(*events.columns, "is_reversal", "is_reversed")


def without_reversals(events: DataFrame) -> DataFrame:
    """The same columns for events among which there is no cancellation."""
    return events.withColumns({"is_reversal": F.lit(False), "is_reversed": F.lit(False)})


def is_posting() -> Column:
    """What a cancellation takes back."""
    return F.col("event_type").isin(*CANCELLATIONS) | is_invoice_posted()


def _is_cancellation() -> Column:
    return F.col("event_type").isin(*CANCELLATIONS.values())


def _in_slot() -> WindowSpec:
    """Events of a case about one document, or on one level of a stack."""
    return Window.partitionBy(*CASE, "posting_type", "reference", "level").orderBy("event_number")


def _slot() -> WindowSpec:
    return _in_slot().rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)


def _takes_named_back() -> Column:
    first = F.first(F.when(_is_cancellation(), F.col("document_id")), ignorenulls=True).over(_slot())
    return _is_cancellation() & F.bool_or(is_posting()).over(_slot()) & F.col("document_id").eqNullSafe(first)


def _is_named_and_taken() -> Column:
    is_both = F.bool_or(is_posting()).over(_slot()) & F.bool_or(_is_cancellation()).over(_slot())
    return ~_is_cancellation() & F.col("posting_type").isNotNull() & is_both


def _takes_level_back() -> Column:
    return _is_cancellation() & F.coalesce(F.lag(is_posting()).over(_in_slot()), F.lit(False))


def _is_taken_off_level() -> Column:
    return is_posting() & F.coalesce(F.lead(_is_cancellation()).over(_in_slot()), F.lit(False))


def _with_heights(events: DataFrame) -> DataFrame:
    """Add `<posting>_height`: postings less cancellations so far, below 0 where cancellations found nothing;
    and `<posting>_floor`: the lowest height so far, at most 0. What names a document is not on the stack."""
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
    event_type = F.when(_reference().isNull(), F.col("event_type"))
    return F.when(event_type == posting, 1).when(event_type == cancellation, -1).otherwise(0)


def _posting_type() -> Column:
    """The posting that an event is, cancels or follows, else null."""
    own = (F.when(F.col("event_type").isin(*pair), F.lit(pair[0])) for pair in CANCELLATIONS.items())
    named = F.when(_reference().isNotNull(), F.col("event_type"))
    followed = (F.when(named == name, F.lit(posting)) for name, posting in FOLLOWING.items())
    return F.coalesce(*own, *followed)


def _reference() -> Column:
    """The document that is posted or taken back; null in logs, which name none."""
    return F.coalesce("reverses_document_id", "document_id")


def _level() -> Column:
    """Where on its stack a posting is put, and where a cancellation takes it from; 1 is the lowest."""
    depths = (
        F.when(F.col("event_type") == posting, F.col(f"{posting}_height") - F.col(f"{posting}_floor")).when(
            F.col("event_type") == cancellation, F.col(f"{posting}_height") - F.col(f"{posting}_floor") + 1
        )
        for posting, cancellation in CANCELLATIONS.items()
    )
    return F.when(_reference().isNull(), F.coalesce(*depths))
