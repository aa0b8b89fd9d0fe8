"""Figures of every cell: a leg, and a vendor and category or their roll-ups, by month and over all months."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from transforms.procurement.options import MartOptions
from transforms.procurement.survival import (
    closed_by_ratio,
    closed_percentile,
    median_days,
    with_cell_counts,
    with_survival,
)

CELL = ("leg", "cell_grain", "source_system_code", "vendor_id", "category_name")
RATIO_DAYS = (30, 60, 90, 180)
# `cell_grain` tells a roll-up from a vendor or category of null.
GRAINS: dict[str, tuple[str, ...]] = {
    "vendor_category": ("source_system_code", "vendor_id", "category_name"),
    "vendor": ("source_system_code", "vendor_id"),
    "category": ("category_name",),
    "all": (),
}
_PARTY = ("source_system_code", "vendor_id", "category_name")
_CELL = T.StructType([T.StructField(name, T.StringType()) for name in ("cell_grain", *_PARTY)])
_SAME = ("leg", "counts_as", "month", "days", "window_status")
_COUNTS = ("closed", "open", "ended_otherwise", "not_applicable", "unknown")


def summarise_daily_counts(legs: DataFrame) -> DataFrame:
    """Legs of each cell by `month`, `days` and `window_status`: `closed_count`, `open_count`, `ended_otherwise_count`,
    `not_applicable_count`, and `unknown_count`: legs that began, and of which nobody can tell whether they ended, since
    a payment has no amount of the item.

    `days` is the duration of a closed leg and the censored days of an open one, else null; `month` is null for legs
    without one and for not applicable ones, and both count as not applicable.
    """
    counts = [
        F.sum(F.when(F.col("counts_as") == name, F.col("legs")).otherwise(F.lit(0))).alias(f"{name}_count")
        for name in _COUNTS
    ]
    return legs_by_cell(legs).groupBy(*CELL, "month", "days", "window_status").agg(*counts).repartition(*CELL)


def legs_by_cell(legs: DataFrame) -> DataFrame:
    """Legs that count in a cell, `legs` of them a row.

    A vendor is its id within its system; the roll-ups over vendors are over all systems. A document counts once in a
    cell for the same status and dates, whatever its items. What has no document counts each, and is added up first.
    """
    document = ("document_id", F.col("source_system_code").alias("document_system_code"), "start_on", "end_on")
    counted = legs.select("leg", "document_id", "start_on", "end_on", *_PARTY, *_counted())
    has_document = F.col("document_id").isNotNull()
    each = counted.filter(~has_document).groupBy(*_SAME, *_PARTY).agg(F.count("*").alias("legs"))
    once = counted.filter(has_document).repartition("document_id", "source_system_code")
    documents = once.select(*_SAME, *document, _cells()).distinct().withColumn("legs", F.lit(1).cast("long"))
    both = each.select(*_SAME, "legs", _cells()).unionByName(documents.select(*_SAME, "legs", "cell"))
    return both.select(*_SAME, "legs", "cell.*")


def summarise_monthly(daily: DataFrame, *, options: MartOptions) -> DataFrame:
    """`cycle_times_monthly`."""
    begun = daily.filter(F.col("month").isNotNull())
    return _summarise(begun, (*CELL, "month"), options).filter("leg_count > 0").drop("not_applicable_count")


def summarise_overall(daily: DataFrame, *, options: MartOptions) -> DataFrame:
    """`cycle_times_overall`."""
    return _summarise(daily, CELL, options).drop("window_status")


def _summarise(daily: DataFrame, cell: Sequence[str], options: MartOptions) -> DataFrame:
    """Counts and quantiles of each cell; days are calendar days. A figure of too few legs is null, with the reason: of
    cells that have none but such, most of all, no curve is drawn."""
    by_day = daily.groupBy(*cell, "days").agg(*_sums(), *_edges(F.col("window_status")))
    counted = with_cell_counts(by_day, cell)
    at_least_count = min(options.median_at_least_count, options.p90_at_least_count)
    is_thin = F.col("watched_in_cell_count") < at_least_count
    drawn = with_survival(counted.filter(~is_thin), cell).groupBy(*cell).agg(*_of_cell(), *_of_curve())
    thin = counted.filter(is_thin).groupBy(*cell).agg(*_of_cell())
    figures = drawn.unionByName(thin, allowMissingColumns=True).withColumns(
        {
            "leg_count": F.col("closed_count") + F.col("open_count") + F.col("ended_otherwise_count"),
            "window_status": F.when(F.col("has_right_edge"), "right_edge")
            .when(F.col("has_left_edge"), "left_edge")
            .otherwise("full"),
        }
    )
    return (
        figures.transform(_without_thin_figures, options)
        .withColumn("not_applicable_count", F.col("not_applicable_count") + F.col("unknown_count"))
        .drop("has_right_edge", "has_left_edge", "uncovered_count", "unknown_count")
    )


def _of_cell() -> list[Column]:
    return [
        *_sums(),
        F.bool_or("has_right_edge").alias("has_right_edge"),
        F.bool_or("has_left_edge").alias("has_left_edge"),
        F.sum(F.when(F.col("days").isNull(), F.col("open_count")).otherwise(0)).alias("uncovered_count"),
    ]


def _of_curve() -> list[Column]:
    return [
        closed_percentile(5).alias("median_days"),
        closed_percentile(9).alias("p90_days"),
        median_days().alias("censored_median_days"),
        *(closed_by_ratio(days).alias(f"closed_by_{days}_days_ratio") for days in RATIO_DAYS),
    ]


def _without_thin_figures(figures: DataFrame, options: MartOptions) -> DataFrame:
    """Null what too few legs tell, and add the reasons."""
    has_median = F.col("closed_count") >= options.median_at_least_count
    has_p90 = F.col("closed_count") >= options.p90_at_least_count
    is_watched = F.col("closed_count") + F.col("open_count") >= options.median_at_least_count
    # Whether a leg is unknown depends on its being paid: those that are left would say what the paid ones do not.
    is_told = F.col("unknown_count") == 0
    has_curve = is_watched & is_told & (F.col("uncovered_count") == 0)
    of_curve = ("censored_median_days", *(f"closed_by_{days}_days_ratio" for days in RATIO_DAYS))
    return figures.withColumns(
        {
            "median_days": F.when(has_median, F.col("median_days")),
            "median_reason": F.when(~has_median, "thin"),
            "p90_days": F.when(has_p90, F.col("p90_days")),
            "p90_reason": F.when(~has_p90, "thin"),
            "censored_median_reason": F.when(~is_watched, "thin")
            .when(~is_told, "amount_unknown")
            .when(~has_curve, "not_covered")
            .when(F.col("censored_median_days").isNull(), "not_reached"),
            **{name: F.when(has_curve, F.col(name)) for name in of_curve},
        }
    )


def _sums() -> list[Column]:
    return [F.sum(f"{name}_count").alias(f"{name}_count") for name in _COUNTS]


def _edges(window_status: Column) -> list[Column]:
    return [F.bool_or(window_status == f"{side}_edge").alias(f"has_{side}_edge") for side in ("right", "left")]


def _counted() -> list[Column]:
    is_unknown = F.coalesce(F.col("reason") == "amount_unknown", F.lit(False))
    has_begun = F.col("month").isNotNull() & ((F.col("leg_status") != "not_applicable") | is_unknown)
    status = F.when(is_unknown, "unknown").otherwise(F.col("leg_status"))
    return [
        F.when(has_begun, status).otherwise("not_applicable").alias("counts_as"),
        F.when(has_begun, F.col("month")).alias("month"),
        F.when(has_begun, F.coalesce("duration_days", "censored_days")).alias("days"),
        F.when(has_begun, F.col("window_status")).alias("window_status"),
    ]


def _cells() -> Column:
    """The cells that a leg counts in, one of each grain."""
    cells = (
        F.struct(
            F.lit(grain).alias("cell_grain"),
            *((F.col(name) if name in own else F.lit(None).cast("string")).alias(name) for name in _PARTY),
        ).cast(_CELL)
        for grain, own in GRAINS.items()
    )
    return F.explode(F.array(*cells)).alias("cell")
