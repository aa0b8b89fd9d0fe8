"""For which days each source is complete, and what that means for each leg."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

from schemas.procurement.words import LEGS
from transforms.procurement.options import SourceCoverage

SOURCE = ("source_name", "table_name")
_TEXTS = T.ArrayType(T.StringType())
_CONFIGURED = T.StructType([
    T.StructField("source_name", T.StringType()), T.StructField("table_name", T.StringType()),
    T.StructField("records", _TEXTS), T.StructField("system_stamped", _TEXTS),
    T.StructField("configured_from", T.DateType()), T.StructField("configured_through", T.DateType()),
])


def summarise_days(events: DataFrame) -> DataFrame:
    """Events of each type and day of each source and ledger system: small, and all that coverage is derived from."""
    return events.groupBy("source_system_code", *SOURCE, "event_type", "event_on").agg(F.count("*").alias("events"))


def summarise_coverage(days: DataFrame, sources: Sequence[SourceCoverage], *, as_of: date | None) -> DataFrame:
    """A row for each configured source and table: the fields of `procurement_coverage`, and what it `records`.

    A day that is neither configured nor to be derived is null, and its rule says what was looked for.
    """
    rows = [(s.source_name, s.table_name, list(s.records), list(s.system_stamped), s.data_from, s.data_through)
            for s in sources]
    configured = days.sparkSession.createDataFrame(rows, _CONFIGURED)
    dated = configured.join(days, [*SOURCE], "left").withColumns(_derived_days())
    bounded = dated.withColumns({**_data_from(), **_data_through(as_of)})
    after = F.when(F.col("event_on") > F.col("data_through"), F.col("events")).otherwise(F.lit(0))
    return bounded.groupBy(*SOURCE, "records", "data_from", "data_from_rule", "data_through", "data_through_rule").agg(
        F.sum(after).alias("event_after_data_through_count"))


def summarise_leg_coverage(days: DataFrame, coverage: DataFrame) -> DataFrame:
    """For each ledger system and leg: `is_recorded` (both its event types are), `data_from` (the latest of the
    system's sources) and `data_through` (the latest of those that record the end; null where none does)."""
    records_start = F.array_contains("records", F.col("leg_types.start"))
    records_end = F.array_contains("records", F.col("leg_types.end"))
    types = F.array(*(F.struct(F.lit(leg.name).alias("leg"), F.lit(leg.start).alias("start"),
                               F.lit(leg.end).alias("end")) for leg in LEGS))
    systems = days.select("source_system_code", *SOURCE).distinct().join(coverage, [*SOURCE], "inner")
    return systems.withColumn("leg_types", F.explode(types)).groupBy(
        "source_system_code", F.col("leg_types.leg").alias("leg")
    ).agg(
        (F.bool_or(records_start) & F.bool_or(records_end)).alias("is_recorded"),
        F.max("data_from").alias("data_from"),
        F.max(F.when(records_end, F.col("data_through"))).alias("data_through"),
    )


def with_is_after_data_through(events: DataFrame, coverage: DataFrame) -> DataFrame:
    """Add `is_after_data_through`, false where `data_through` is not known. A source without coverage stops the run."""
    through = coverage.select(*SOURCE, "data_through", F.lit(True).alias("is_covered"))
    refused = F.raise_error(F.concat(
        F.lit("procurement marts: found rows of source "), "source_name", F.lit(" in "), "table_name",
        F.lit(", promised one [[sources]] entry for each (ProcurementOptions.sources)")))
    is_after = F.coalesce(F.col("event_on") > F.col("data_through"), F.lit(False))
    return (events.join(F.broadcast(through), [*SOURCE], "left")
            .withColumn("is_after_data_through", F.when(F.col("is_covered"), is_after).otherwise(refused))
            .drop("data_through", "is_covered"))


def _derived_days() -> dict[str, Column]:
    of_source = Window.partitionBy(*SOURCE)
    stamped = F.when(F.array_contains("system_stamped", F.col("event_type")), F.col("event_on"))
    created = F.when(F.col("event_type") == "order_created", F.col("event_on"))
    return {"earliest_created": F.min(created).over(of_source), "earliest_stamped": F.min(stamped).over(of_source),
            "latest_stamped": F.max(stamped).over(of_source)}


def _data_from() -> dict[str, Column]:
    rule = (F.when(F.col("configured_from").isNotNull(), "configured")
            .when(F.col("earliest_created").isNotNull(), "earliest_order_created")
            .otherwise("earliest_system_stamped"))
    return {"data_from": F.coalesce("configured_from", "earliest_created", "earliest_stamped"),
            "data_from_rule": rule}


def _data_through(as_of: date | None) -> dict[str, Column]:
    """Events after `as_of` are gone already: only a configured day can be later."""
    last = F.lit(as_of).cast("date")
    is_cut = F.coalesce(F.col("configured_through") > last, F.lit(False))
    rule = (F.when(is_cut, "as_of").when(F.col("configured_through").isNotNull(), "configured")
            .otherwise("latest_system_stamped"))
    return {"data_through": F.when(is_cut, last).otherwise(F.coalesce("configured_through", "latest_stamped")),
            "data_through_rule": rule}
