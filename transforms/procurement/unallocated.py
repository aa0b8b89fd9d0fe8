"""Payments and blocks that could not be brought to items: shown, not spread."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from schemas.procurement import PROCUREMENT_UNALLOCATED
from transforms.procurement.events.columns import EVENT_LINEAGE
from transforms.procurement.events.whole_invoices import POSTING, posted_on


def summarise_unallocated(settled: DataFrame) -> DataFrame:
    """`procurement_unallocated`: one row for each document with a `reason`."""
    shown = (*POSTING, "reason", posted_on().alias("posted_on"), F.col("paid_amount").alias("amount"), "currency_code")
    return settled.filter(F.col("reason").isNotNull()).select(*shown, *EVENT_LINEAGE).distinct()


def with_unallocated_days(events: DataFrame, settled: DataFrame | None) -> DataFrame:
    """Source, system, type and day of every event, and of every posting that became none since it could not be brought
    to items: its source records it all the same."""
    told = ("source_system_code", "source_name", "table_name", "event_type", "event_on")
    if settled is None:
        return events.select(*told)
    postings = settled.filter(F.col("reason").isNotNull()).select(
        *told[:3], F.get("dates.event_type", F.lit(0)).alias("event_type"), posted_on().alias("event_on")
    )
    return events.select(*told).unionByName(postings.distinct())


def nothing_unallocated(spark: SparkSession) -> DataFrame:
    """The same columns where there are neither payments nor blocks."""
    fields = PROCUREMENT_UNALLOCATED.fields
    return spark.range(0).select(*(F.lit(None).cast(field.type).alias(field.name) for field in fields))
