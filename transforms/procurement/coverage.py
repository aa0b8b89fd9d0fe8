"""For which days each source is complete, and what that means for each leg."""

from collections.abc import Sequence
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

from schemas.procurement.words import LEGS
from transforms.procurement.options import SourceCoverage

SOURCE = ("source_name", "table_name")
STRAY_GAP_DAYS, STRAY_DAYS = 90, 3
STRAY_SHARE = 0.05
_CONFIGURED = T.StructType(
    [
        T.StructField("source_name", T.StringType()),
        T.StructField("table_name", T.StringType()),
        T.StructField("records", T.ArrayType(T.StringType())),
        T.StructField("configured_from", T.DateType()),
        T.StructField("configured_through", T.DateType()),
    ]
)


def summarise_systems(events: DataFrame, sources: Sequence[SourceCoverage]) -> DataFrame:
    """First and last days of each source in each ledger system: a few rows, and all that coverage is made of.

    Stray days are left out: a mistyped date must not say through when a source is complete.
    """
    created = F.col("event_type") == "order_created"
    days = events.groupBy("source_system_code", *SOURCE, "event_on").agg(
        F.count_if(created).alias("created_count"),
        F.count_if(_is_system_stamped(sources)).alias("stamped_count"),
        F.count_if(created | _is_system_stamped(sources)).alias("ledger_count"),
    )
    counts = days.transform(with_is_stray)
    return counts.groupBy("source_system_code", *SOURCE).agg(
        F.min(_day_with("created_count")).alias("earliest_created"),
        F.min(_day_with("stamped_count")).alias("earliest_stamped"),
        F.max(_day_with("stamped_count")).alias("latest_stamped"),
        F.count_if(F.col("is_stray") & (F.col("ledger_count") > 0)).alias("stray_day_count"),
    )


def with_is_stray(days: DataFrame) -> DataFrame:
    """Add `is_stray` to days with their `ledger_count`: the day is one of a stretch of `STRAY_DAYS` days or fewer that
    is more than `STRAY_GAP_DAYS` away from every other, and all such days together are less than `STRAY_SHARE` of the
    source's days with ledger events. So much looks like typing errors; more is how the source is."""
    by_day = Window.partitionBy(*SOURCE).orderBy("event_on", "source_system_code")
    ledger_on = F.when(F.col("ledger_count") > 0, F.col("event_on"))
    last_before = F.last(ledger_on, ignorenulls=True).over(by_day.rowsBetween(Window.unboundedPreceding, -1))
    begins = F.coalesce(F.datediff(ledger_on, last_before).cast("int") > STRAY_GAP_DAYS, F.lit(False))
    of_source, of_stretch = Window.partitionBy(*SOURCE), Window.partitionBy(*SOURCE, "stretch")
    return (
        days.withColumns({"ledger_on": ledger_on, "begins": begins})
        .withColumn("stretch", F.sum(F.col("begins").cast("int")).over(by_day))
        .withColumn("is_short", F.size(F.collect_set("ledger_on").over(of_stretch)) <= STRAY_DAYS)
        .withColumn("day_count", F.size(F.collect_set("ledger_on").over(of_source)))
        .withColumn(
            "short_day_count", F.size(F.collect_set(F.when(F.col("is_short"), F.col("ledger_on"))).over(of_source))
        )
        .withColumn("is_stray", F.col("is_short") & (F.col("short_day_count") < F.col("day_count") * STRAY_SHARE))
        .drop("ledger_on", "begins", "stretch", "is_short", "day_count", "short_day_count")
    )


def summarise_coverage(systems: DataFrame, sources: Sequence[SourceCoverage], *, as_of: date | None) -> DataFrame:
    """A row for each configured source and table: its days with the rules that gave them, and what it `records`.

    A day that is neither configured nor to be derived is null, and its rule says what was looked for.
    """
    configured = _configured(systems.sparkSession, sources)
    derived = (
        configured.join(F.broadcast(systems), [*SOURCE], "left")
        .groupBy(*configured.columns)
        .agg(
            F.min("earliest_created").alias("earliest_created"),
            F.min("earliest_stamped").alias("earliest_stamped"),
            F.max("latest_stamped").alias("latest_stamped"),
            F.coalesce(F.sum("stray_day_count"), F.lit(0)).alias("stray_day_count"),
        )
    )
    return derived.withColumns({**_data_from(), **_data_through(as_of)}).select(
        *SOURCE, "records", "data_from", "data_from_rule", "data_through", "data_through_rule", "stray_day_count"
    )


def with_event_count(coverage: DataFrame, events: DataFrame) -> DataFrame:
    """Add `event_after_data_through_count`; 0 for a source without events."""
    after = events.groupBy(*SOURCE).agg(F.count_if("is_after_data_through").alias("after"))
    return coverage.join(F.broadcast(after), [*SOURCE], "left").withColumn(
        "event_after_data_through_count", F.coalesce("after", F.lit(0).cast("long"))
    )


def summarise_leg_coverage(systems: DataFrame, coverage: DataFrame) -> DataFrame:
    """For each ledger system and leg: `is_recorded` (both its event types are), `data_from` (the latest of the
    system's sources) and `data_through` (the latest of those that record the end; null where none does)."""
    records_start = F.coalesce(F.array_contains("records", F.col("leg_types.start")), F.lit(False))
    records_end = F.coalesce(F.array_contains("records", F.col("leg_types.end")), F.lit(False))
    types = F.array(
        *(
            F.struct(F.lit(leg.name).alias("leg"), F.lit(leg.start).alias("start"), F.lit(leg.end).alias("end"))
            for leg in LEGS
        )
    )
    covered = systems.select("source_system_code", *SOURCE).join(F.broadcast(coverage), [*SOURCE], "inner")
    return (
        covered.withColumn("leg_types", F.explode(types))
        .groupBy("source_system_code", F.col("leg_types.leg").alias("leg"))
        .agg(
            (F.bool_or(records_start) & F.bool_or(records_end)).alias("is_recorded"),
            F.max("data_from").alias("data_from"),
            F.max(F.when(records_end, F.col("data_through"))).alias("data_through"),
        )
    )


def with_is_after_data_through(events: DataFrame, coverage: DataFrame) -> DataFrame:
    """Add `is_after_data_through`, false where `data_through` is not known. A source without coverage stops the run."""
    through = coverage.select(*SOURCE, "data_through", F.lit(True).alias("is_covered"))
    refused = F.raise_error(
        F.concat(
            F.lit("procurement marts: found rows of source "),
            "source_name",
            F.lit(" in "),
            "table_name",
            F.lit(", expected one [[sources]] entry for each (MartOptions.sources)"),
        )
    )
    is_after = F.coalesce(F.col("event_on") > F.col("data_through"), F.lit(False))
    return (
        events.join(F.broadcast(through), [*SOURCE], "left")
        .withColumn("is_after_data_through", F.when(F.col("is_covered"), is_after).otherwise(refused))
        .drop("data_through", "is_covered")
    )


def _configured(spark: SparkSession, sources: Sequence[SourceCoverage]) -> DataFrame:
    """As literals: `createDataFrame` would start a Python worker wherever coverage is needed."""
    rows = [
        F.struct(
            F.lit(s.source_name),
            F.lit(s.table_name),
            F.array(*(F.lit(name) for name in s.records)).cast("array<string>"),
            F.lit(s.data_from),
            F.lit(s.data_through),
        )
        for s in sources
    ]
    return spark.range(1, numPartitions=1).select(F.inline(F.array(*rows).cast(T.ArrayType(_CONFIGURED))))


def _day_with(count: str) -> Column:
    return F.when(~F.col("is_stray") & (F.col(count) > 0), F.col("event_on"))


def _is_system_stamped(sources: Sequence[SourceCoverage]) -> Column:
    stamped = (
        (F.col("source_name") == source.source_name)
        & (F.col("table_name") == source.table_name)
        & F.col("event_type").isin(*source.system_stamped)
        for source in sources
        if source.system_stamped
    )
    return reduce(Column.__or__, stamped, F.lit(False))


def _data_from() -> dict[str, Column]:
    rule = (
        F.when(F.col("configured_from").isNotNull(), "configured")
        .when(F.col("earliest_created").isNotNull(), "earliest_order_created")
        .otherwise("earliest_system_stamped")
    )
    return {"data_from": F.coalesce("configured_from", "earliest_created", "earliest_stamped"), "data_from_rule": rule}


def _data_through(as_of: date | None) -> dict[str, Column]:
    """Events after `as_of` are gone already: only a configured day can be later."""
    last = F.lit(as_of).cast("date")
    is_cut = F.coalesce(F.col("configured_through") > last, F.lit(False))
    rule = (
        F.when(is_cut, "as_of")
        .when(F.col("configured_through").isNotNull(), "configured")
        .otherwise("latest_system_stamped")
    )
    return {
        "data_through": F.when(is_cut, last).otherwise(F.coalesce("configured_through", "latest_stamped")),
        "data_through_rule": rule,
    }
