"""Which event ends the leg that another began, where a case has several of them."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

from schemas.procurement.words import LEGS, Leg
from transforms.procurement.events import CASE

PAIRED_LEGS = tuple(leg for leg in LEGS if leg.pairing != "first_to_first")
PAIRED_TYPES = tuple(
    dict.fromkeys(
        event_type
        for leg in PAIRED_LEGS
        for event_type in ((leg.start, leg.end) if leg.pairing == "each_to_its_own" else (leg.end,))
    )
)
_SET, _REMOVED = "payment_block_set", "payment_block_removed"
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
    """
    in_leg = Window.partitionBy(*CASE, "leg").orderBy(
        F.col("start.event_number").asc_nulls_last(), F.col("end.event_number").asc_nulls_last()
    )
    pair = F.explode(F.array(*(_pair(leg) for leg in PAIRED_LEGS))).alias("pair")
    return (
        _abreast(events)
        .select(*CASE, "open_block_count", pair)
        .select(*CASE, "open_block_count", "pair.*")
        .filter(F.col("start").isNotNull() | F.col("end").isNotNull())
        .withColumn("occurrence_number", F.row_number().over(in_leg))
        .groupBy(*CASE)
        .agg(F.collect_list(F.struct("leg", "occurrence_number", "start", "end", "open_block_count")).alias("pairs"))
    )


def _abreast(events: DataFrame) -> DataFrame:
    """The n-th event of each type of a document side by side: `n` means the same for every leg, so one grouping will
    do for all of them."""
    nth = Window.partitionBy(*CASE, "document_id", "event_type").orderBy("event_number")
    of_document = Window.partitionBy(*CASE, "document_id")
    paired = events.filter(stands() & F.col("event_type").isin(*PAIRED_TYPES, _SET)).select(
        *CASE, "document_id", "event_type", end_of_leg().alias("event"), F.row_number().over(nth).alias("n")
    )
    return (
        paired.withColumn("open_block_count", F.sum(_blocks()).over(of_document))
        .groupBy(*CASE, "document_id", "n")
        .agg(
            F.max("open_block_count").alias("open_block_count"),
            *(F.max(F.when(F.col("event_type") == name, F.col("event"))).alias(name) for name in PAIRED_TYPES),
        )
    )


def _blocks() -> Column:
    """What an event adds to the payment blocks that stand."""
    return F.when(F.col("event_type") == _SET, 1).when(F.col("event_type") == _REMOVED, -1).otherwise(0)


def _pair(leg: Leg) -> Column:
    start = F.col(leg.start) if leg.pairing == "each_to_its_own" else F.lit(None).cast(END)
    return F.struct(F.lit(leg.name).alias("leg"), start.alias("start"), F.col(leg.end).alias("end"))
