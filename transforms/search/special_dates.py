"""The special dates of every marketplace: what was delivered, before what is configured, before the calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from schemas.search import SEARCH_SPECIAL_DATES
from schemas.search.marts.special_dates import ORIGINS
from transforms.search.calendar import event_days
from transforms.search.options import EventRule

HALF_A_YEAR_DAYS = 183
_CONFIGURED = "event_name string, event_on date, lead_days int, lag_days int, marketplaces array<string>, origin string"


def build_special_dates(
    delivered: DataFrame, marketplaces: DataFrame, events: Mapping[str, EventRule], years: Sequence[int]
) -> DataFrame:
    """`search_special_dates`. `delivered` is as curated, `marketplaces` has `marketplace_code`, `years` are those for
    which rules give days.

    A day of an event of a marketplace does not stand where one of a better origin stands less than half a year from it:
    a list of one's own takes the place of the calendar's day, also where it moves it over New Year.
    """
    spark = delivered.sparkSession
    rows = [
        (rule.event or name, day, rule.lead_days, rule.lag_days, list(rule.marketplaces), origin)
        for name, rule in sorted(events.items())
        for origin, days in (
            ("configured", rule.dates),
            ("calendar", event_days(rule.rule, years) if rule.rule else ()),
        )
        for day in days
    ]
    is_named = F.coalesce(F.array_contains("marketplaces", F.col("marketplace_code")), F.lit(False))
    configured = (
        spark.createDataFrame(rows, _CONFIGURED)
        .join(marketplaces.select("marketplace_code").distinct(), how="cross")
        .where((F.size("marketplaces") == 0) | is_named)
    )
    names = SEARCH_SPECIAL_DATES.names
    everything = (
        delivered.withColumn("origin", F.lit("delivered")).select(*names).unionByName(configured.select(*names))
    )
    standing = everything.where(F.col("origin") == ORIGINS[0])
    for origin in ORIGINS[1:]:
        standing = standing.unionByName(_without_near(everything.where(F.col("origin") == origin), standing))
    return SEARCH_SPECIAL_DATES.conform(
        standing.groupBy("marketplace_code", "event_name", "event_on", "origin").agg(
            F.max("lead_days").alias("lead_days"), F.max("lag_days").alias("lag_days")
        )
    )


def _without_near(days: DataFrame, standing: DataFrame) -> DataFrame:
    one, other = days.alias("one"), standing.alias("other")
    is_near = F.abs(F.datediff("one.event_on", "other.event_on").cast("int")) < HALF_A_YEAR_DAYS
    same = [F.col(f"one.{name}") == F.col(f"other.{name}") for name in ("marketplace_code", "event_name")]
    return one.join(other, [*same, is_near], "left_anti")
