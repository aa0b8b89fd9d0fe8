"""What training must beat."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from ml.labels import CELL

FINE, COARSE = 20, 2


def last_known_at_rank(labels: DataFrame) -> DataFrame:
    """Estimate each test label by the last value known at its rank: `estimate` replaced, rows without one left out.

    `labels` has one row per label with `fold_name`, `rank`, `is_test`, `is_unseen`, `available_on`, `search_count`. A
    rank's value is that of the newest day known on the label's day, of the same department and a rank within 5 % (up
    to rank 20 the very rank); where there is none, within a factor of e / 2 or so, then of any department.
    """
    by_day = labels
    for name, width, by in (
        ("fine", FINE, CELL),
        ("coarse", COARSE, CELL),
        ("anywhere", COARSE, ("marketplace_code",)),
    ):
        by_day = _with_last(by_day, name, F.floor(F.ln("rank") * width), by)
    estimate = F.coalesce("fine", "coarse", "anywhere") * F.col("day_count")
    return (
        by_day.where("is_test")
        .withColumn("estimate", estimate)
        .where("estimate IS NOT NULL")
        .drop("fine", "coarse", "anywhere")
    )


def _with_last(labels: DataFrame, name: str, rank_bin: Column, by: tuple[str, ...]) -> DataFrame:
    """Add `name`: the mean searches per day of the newest labelled day known in the bin on the row's day."""
    key = ["fold_name", *by, "_bin"]
    binned = labels.withColumn("_bin", rank_bin)
    values = (
        binned.where(~F.col("is_unseen"))
        .groupBy(*key, "ranked_on", "available_on")
        .agg(F.avg(F.col("search_count") / F.col("day_count")).alias("value"))
        .select(*key, F.col("available_on").alias("_day"), F.struct("ranked_on", "value").alias("newest"))
    )
    asked = binned.select(*key, F.col("ranked_on").alias("_day")).distinct()
    so_far = Window.partitionBy(*key).orderBy("_day").rangeBetween(Window.unboundedPreceding, Window.currentRow)
    known = values.withColumn("_asked", F.lit(False)).unionByName(
        asked.withColumn("_asked", F.lit(True)), allowMissingColumns=True
    )
    found = known.withColumn(name, F.max("newest").over(so_far)["value"]).where("_asked").select(*key, "_day", name)
    return binned.withColumn("_day", F.col("ranked_on")).join(found, [*key, "_day"], "left").drop("_bin", "_day")
