"""Which event ends the leg that another began."""

from pyspark.sql import Column, DataFrame, SparkSession, Window, WindowSpec
from pyspark.sql import functions as F
from pyspark.sql import types as T

from schemas.procurement.words import IN_FULL_TYPES, LEGS
from transforms.procurement.events import CASE

# Legs measured from the case's first event of a type to each end: the case knows that event.
STARTS_OF_EACH = tuple(dict.fromkeys(leg.start for leg in LEGS if leg.pairing == "one_to_each"))
_SET, _REMOVED, _BILLED = "payment_block_set", "payment_block_removed", "invoice_issued"
_TYPES = tuple(dict.fromkeys((*(name for leg in LEGS for name in (leg.start, leg.end)), _SET)))
_ENDS = T.ArrayType(
    T.StructType(
        [
            *(T.StructField(name, T.StringType()) for name in ("event_type", "leg", "pairing")),
            *(T.StructField(name, T.BooleanType()) for name in ("ends_in_full", "is_start")),
        ]
    )
)


def stands() -> Column:
    """The event is neither reversed nor a reversal: a leg may begin or end with it."""
    return ~F.col("is_reversal") & ~F.col("is_reversed")


def completes_invoice() -> Column:
    """The event is a payment no later than the day from which its invoice is paid in full."""
    return F.col("event_type").isin(*IN_FULL_TYPES) & F.coalesce(
        F.col("event_on") <= F.col("paid_in_full_on"), F.lit(False)
    )


def is_payment_without_amount() -> Column:
    """The event is a payment of which nobody can tell what it pays of the item."""
    return F.col("event_type").isin(*IN_FULL_TYPES) & F.col("line_amount").isNull()


def match_events(events: DataFrame) -> DataFrame:
    """A row for each pair of events of a case, and for each event without another, by `leg`: `start_on`,
    `start_event_id`, `start_document_id` and the same of the end, null where there is none; `occurrence_number` in case
    and leg; `is_start_only_issued`, `is_end_after_data_through`; `open_block_count`: payment blocks of the document set
    and not removed.

    `first_to_first`: the case's first start and its first end. `each_to_its_own`: the n-th of a document (or of what
    has no document) with the n-th. `one_to_each`: each end; its start is the case's and left null.

    Of a leg that `ends_in_full` a document has one pair: its first start, and the last payment on the day from which it
    is paid in full. That payment is the end, so that no event is made up: counts of events, what a source `records` and
    through when it is complete are those of payments. `first_paid_on` is the day of its first payment (null in logs,
    which name no invoice), `unpaid_reason` is `nothing_to_pay` or `amount_unknown` where that may be why no payment
    completes it.

    All of it works within the partitions by case that the events have.
    """
    in_leg = Window.partitionBy(*CASE, "leg").orderBy(
        F.col("start_number").asc_nulls_last(), F.col("end_number").asc_nulls_last()
    )
    return (
        _at_ends(events)
        .groupBy(*CASE, "leg", "of_document", "place")
        .agg(*_of_start(), *_of_end(), *_of_document())
        .filter(F.col("start_number").isNotNull() | F.col("end_number").isNotNull())
        .withColumn("occurrence_number", F.row_number().over(in_leg))
        .drop("of_document", "place", "start_number", "end_number")
    )


def _at_ends(events: DataFrame) -> DataFrame:
    """Each event once for every leg that it begins or may end; those of one `of_document` and `place` are one pair."""
    nth = Window.partitionBy(*CASE, "document_id", "event_type").orderBy("event_number")
    of_document = Window.partitionBy(*CASE, "document_id")
    standing = events.filter(stands() & F.col("event_type").isin(*_TYPES)).select(
        *CASE,
        "event_number",
        "event_type",
        "event_on",
        "event_id",
        "document_id",
        "is_after_data_through",
        F.coalesce("is_only_issued", F.lit(False)).alias("is_only_issued"),
        completes_invoice().alias("completes_invoice"),
        is_payment_without_amount().alias("is_payment_without_amount"),
        F.row_number().over(nth).alias("n"),
        F.sum(_blocks()).over(of_document).alias("open_block_count"),
        _has_nothing_to_pay(of_document).alias("has_nothing_to_pay"),
    )
    is_own, in_full = F.col("pairing") == "each_to_its_own", F.col("ends_in_full")
    place = F.when(in_full | (F.col("pairing") == "first_to_first"), F.lit(1)).otherwise(
        F.when(is_own, F.col("n")).otherwise(F.col("event_number"))
    )
    return standing.join(F.broadcast(_ends(events.sparkSession)), ["event_type"]).withColumns(
        {"of_document": F.when(is_own | in_full, F.col("document_id")), "place": place}
    )


def _of_start() -> list[Column]:
    number = F.when(F.col("is_start"), F.col("event_number"))
    return [
        F.min(number).alias("start_number"),
        F.min_by("event_on", number).alias("start_on"),
        F.min_by("event_id", number).alias("start_event_id"),
        F.min_by("document_id", number).alias("start_document_id"),
        _flag("is_only_issued", number).alias("is_start_only_issued"),
    ]


def _of_end() -> list[Column]:
    """The first event, but of payments the last of those that complete the invoice."""
    in_order = F.when(F.col("ends_in_full"), F.when(F.col("completes_invoice"), -F.col("event_number"))).otherwise(
        F.col("event_number")
    )
    number = F.when(~F.col("is_start"), in_order)
    return [
        F.abs(F.min(number)).alias("end_number"),
        F.min_by("event_on", number).alias("end_on"),
        F.min_by("event_id", number).alias("end_event_id"),
        F.min_by("document_id", number).alias("end_document_id"),
        _flag("is_after_data_through", number).alias("is_end_after_data_through"),
    ]


def _flag(name: str, number: Column) -> Column:
    """As a number within: the embedded engine groups booleans one by one, which takes ten times as long."""
    return F.coalesce(F.min_by(F.col(name).cast("int"), number) == 1, F.lit(False))


def _of_document() -> list[Column]:
    is_payment = F.col("ends_in_full") & ~F.col("is_start")
    return [
        F.max("open_block_count").alias("open_block_count"),
        F.min(F.when(is_payment & F.col("document_id").isNotNull(), F.col("event_on"))).alias("first_paid_on"),
        F.when(F.bool_or(F.col("ends_in_full") & F.col("has_nothing_to_pay")), "nothing_to_pay")
        .when(F.bool_or(is_payment & F.col("is_payment_without_amount")), "amount_unknown")
        .alias("unpaid_reason"),
    ]


def _ends(spark: SparkSession) -> DataFrame:
    """Which event types begin (`is_start`) and end which legs, from literals; no start where it is the case's."""
    rows = [
        F.struct(*(F.lit(value) for value in (event_type, leg.name, leg.pairing, leg.ends_in_full, is_start)))
        for leg in LEGS
        for is_start, event_type in ((True, leg.start), (False, leg.end))
        if not is_start or leg.pairing != "one_to_each"
    ]
    return spark.range(1, numPartitions=1).select(F.inline(F.array(*rows).cast(_ENDS)))


def _has_nothing_to_pay(of_document: WindowSpec) -> Column:
    """The lines of the document add up to 0, all in one currency."""
    is_billed = F.col("event_type") == _BILLED
    currency = F.when(is_billed, F.col("line_currency_code"))
    billed = F.sum(F.when(is_billed, F.col("line_amount"))).over(of_document)
    is_one_currency = F.min(currency).over(of_document) == F.max(currency).over(of_document)
    return F.coalesce((billed == 0) & is_one_currency, F.lit(False))


def _blocks() -> Column:
    """What an event adds to the payment blocks that stand."""
    return F.when(F.col("event_type") == _SET, 1).when(F.col("event_type") == _REMOVED, -1).otherwise(0)
