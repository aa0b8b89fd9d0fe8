"""The days round a special date, as tokens."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

RAMP_TENTHS = 10


def event_days(special_dates: DataFrame) -> DataFrame:
    """One row per marketplace and day within the lead and lag days of at least one special date.

    `event_tokens` names each event and the day's distance from it, `xmas-3`, `cyber+0`; `event_ramps` repeats the
    event's name once for each tenth of a ramp that rises over the lead days to 1 on the date and falls over the lag
    days. Both are sorted, so that the same days give the same row.
    """
    offsets = special_dates.select(
        "marketplace_code",
        "event_name",
        "event_on",
        "lead_days",
        "lag_days",
        F.explode(F.sequence(-F.col("lead_days"), F.col("lag_days"))).alias("offset_days"),
    )
    rising = 1 + F.col("offset_days") / (F.col("lead_days") + 1)
    falling = 1 - F.col("offset_days") / (F.col("lag_days") + 1)
    tenths = F.round(F.when(F.col("offset_days") < 0, rising).otherwise(falling) * RAMP_TENTHS).cast("int")
    token = F.concat("event_name", F.format_string("%+d", "offset_days"))
    return (
        offsets.select(
            "marketplace_code",
            F.expr("date_add(event_on, offset_days)").alias("ranked_on"),
            token.alias("token"),
            F.array_repeat("event_name", tenths).alias("ramp"),
        )
        .groupBy("marketplace_code", "ranked_on")
        .agg(
            F.array_sort(F.collect_set("token")).alias("event_tokens"),
            F.array_sort(F.flatten(F.collect_list("ramp"))).alias("event_ramps"),
        )
    )


def with_event_days(ranked: DataFrame, days: DataFrame) -> DataFrame:
    """Add `event_tokens` and `event_ramps`, empty where no special date is near."""
    none = F.array().cast("array<string>")
    joined = ranked.join(F.broadcast(days), ["marketplace_code", "ranked_on"], "left")
    return joined.withColumns({name: F.coalesce(F.col(name), none) for name in ("event_tokens", "event_ramps")})
