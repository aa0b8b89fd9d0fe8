"""Which event ends the leg that another began, where a case has several of them."""

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F
from pyspark.sql import types as T

from schemas.procurement.words import IN_FULL_TYPES, LEGS, Leg
from transforms.procurement.events import CASE

PAIRED_LEGS = tuple(leg for leg in LEGS if leg.pairing != "first_to_first")
PAIRED_TYPES = tuple(
    dict.fromkeys(
        event_type
        for leg in PAIRED_LEGS
        for event_type in ((leg.start, leg.end) if leg.pairing == "each_to_its_own" else (leg.end,))
    )
)
_SET, _REMOVED, _BILLED = "payment_block_set", "payment_block_removed", "invoice_issued"
END = T.StructType(
    [
        T.StructField("event_number", T.IntegerType()),
        T.StructField("event_on", T.DateType()),
        T.StructField("event_id", T.StringType()),
        T.StructField("document_id", T.StringType()),
        T.StructField("is_after_data_through", T.BooleanType()),
        T.StructField("is_only_issued", T.BooleanType()),
    ]
)


def end_of_leg() -> Column:
    """What a leg keeps of the event at one of its ends; sorts by the order of the case."""
    return F.struct(*END.names).cast(END)


def stands() -> Column:
    """The event is neither reversed nor a reversal: a leg may begin or end with it."""
    return ~F.col("is_reversal") & ~F.col("is_reversed")


def match_events(events: DataFrame) -> DataFrame:
    """A row for each case that has any: its `pairs` of `start` and `end`, of the legs that can have several, with their
    `occurrence_number` in case and leg, and `open_block_count`: payment blocks of the document set and not removed.

    `each_to_its_own`: the n-th of a document (or of what has no document) with the n-th, either null where there is no
    other. `one_to_each`: each end, `start` left null, since it is the case's. Pairs are gathered by case because a join
    on more than the case would shuffle again.

    Of a leg that `ends_in_full` a document has one pair: its first start, and the last payment on the day from which it
    is paid in full. That payment is the end, so that no event is made up: counts of events, what a source `records` and
    through when it is complete are those of payments. `first_paid_on` is the day of its first payment, `why_not_paid`
    is `nothing_to_pay` or `amount_unknown` where that may be why no payment completes it.
    """
    in_leg = Window.partitionBy(*CASE, "leg").orderBy(
        F.col("start.event_number").asc_nulls_last(), F.col("end.event_number").asc_nulls_last()
    )
    pair = F.explode(F.array(*(_pair(leg) for leg in PAIRED_LEGS))).alias("pair")
    of_pair = ("leg", "occurrence_number", "start", "end", "open_block_count", "first_paid_on", "why_not_paid")
    return (
        _abreast(events)
        .select(*CASE, "open_block_count", pair)
        .select(*CASE, "open_block_count", "pair.*")
        .filter(F.col("start").isNotNull() | F.col("end").isNotNull())
        .withColumn("occurrence_number", F.row_number().over(in_leg))
        .groupBy(*CASE)
        .agg(F.collect_list(F.struct(*of_pair)).alias("pairs"))
    )


def _abreast(events: DataFrame) -> DataFrame:
    """The n-th event of each type of a document side by side: `n` means the same for every leg, so one grouping will
    do for all of them. All payments of a document lie beside its first events."""
    nth = Window.partitionBy(*CASE, "document_id", "event_type").orderBy("event_number")
    of_document = Window.partitionBy(*CASE, "document_id")
    is_payment = F.col("event_type").isin(*IN_FULL_TYPES)
    paired = events.filter(stands() & F.col("event_type").isin(*PAIRED_TYPES, _SET)).select(
        *CASE,
        "document_id",
        "event_type",
        "event_on",
        "paid_in_full_on",
        "line_amount",
        "line_currency_code",
        end_of_leg().alias("event"),
        F.when(is_payment, F.lit(1)).otherwise(F.row_number().over(nth)).alias("n"),
    )
    return (
        paired.withColumns(
            {"open_block_count": F.sum(_blocks()).over(of_document), "is_for_nothing": _is_for_nothing(of_document)}
        )
        .groupBy(*CASE, "document_id", "n")
        .agg(
            F.max("open_block_count").alias("open_block_count"),
            F.min(F.when(is_payment, F.col("event_on"))).alias("first_paid_on"),
            F.when(F.bool_or("is_for_nothing"), "nothing_to_pay")
            .when(F.bool_or(is_payment & F.col("line_amount").isNull()), "amount_unknown")
            .alias("why_not_paid"),
            *(F.max(F.when(_is_end_or_start(name), F.col("event"))).alias(name) for name in PAIRED_TYPES),
        )
    )


def _is_end_or_start(event_type: str) -> Column:
    is_it = F.col("event_type") == event_type
    return is_it & (F.col("event_on") <= F.col("paid_in_full_on")) if event_type in IN_FULL_TYPES else is_it


def _is_for_nothing(of_document: WindowSpec) -> Column:
    """The lines of the document add up to 0, all in one currency."""
    is_billed = F.col("event_type") == _BILLED
    currency = F.when(is_billed, F.col("line_currency_code"))
    billed = F.sum(F.when(is_billed, F.col("line_amount"))).over(of_document)
    is_one_currency = F.min(currency).over(of_document) == F.max(currency).over(of_document)
    return F.coalesce((billed == 0) & is_one_currency, F.lit(False))


def _blocks() -> Column:
    """What an event adds to the payment blocks that stand."""
    return F.when(F.col("event_type") == _SET, 1).when(F.col("event_type") == _REMOVED, -1).otherwise(0)


def _pair(leg: Leg) -> Column:
    is_first = F.col("n") == 1 if leg.ends_in_full else F.lit(True)
    start = F.when(is_first, F.col(leg.start)) if leg.pairing == "each_to_its_own" else F.lit(None).cast(END)
    first_paid_on, why_not_paid = (
        F.col(name) if leg.ends_in_full else F.lit(None).cast(data_type)
        for name, data_type in (("first_paid_on", "date"), ("why_not_paid", "string"))
    )
    return F.struct(
        F.lit(leg.name).alias("leg"),
        start.alias("start"),
        F.col(leg.end).alias("end"),
        first_paid_on.alias("first_paid_on"),
        why_not_paid.alias("why_not_paid"),
    )
