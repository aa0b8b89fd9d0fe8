"""What training must beat."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from ml.known import ASKED_ON
from ml.labels import CELL, LABEL
from ml.level_curve import MARKETPLACE

FINE, COARSE, WIDE, ALL = 20.0, 2.0, 0.5, 0.0


def last_known_at_rank(labels: DataFrame) -> DataFrame:
    """Estimate each test label by the last value known at its rank: `estimate` replaced.

    `labels` has one row per label with `fold_name`, `rank`, `is_test`, `is_unseen`, `available_on`, `day_count`,
    `search_count`. A rank's value on a day is that of the newest day known on it, of the same department and a rank
    within 5 % (up to rank 20 the very rank); where there is none, within a factor of e / 2 or so, then of any
    department, then within a factor of e^2, then of any rank: so that it has the labels that the model has. A period
    is the sum of its days, each by what was known on it. A label whose marketplace has nothing known is left out.
    """
    days = F.sequence("period_start_on", F.date_add("period_start_on", F.col("day_count").cast("int") - 1))
    asked = labels.where("is_test").withColumn(ASKED_ON, F.explode(days))
    names = []
    for name, width, by in (
        ("fine", FINE, CELL),
        ("coarse", COARSE, CELL),
        ("anywhere", COARSE, MARKETPLACE),
        ("wide", WIDE, MARKETPLACE),
        ("all", ALL, MARKETPLACE),
    ):
        asked = _with_last(asked, labels, name, F.floor(F.ln("rank") * F.lit(width)), by)
        names.append(name)
    of_label = asked.groupBy("fold_name", *LABEL).agg(F.avg(F.coalesce(*names)).alias("_of_day"))
    test = labels.where("is_test").drop("estimate").join(of_label.where("_of_day IS NOT NULL"), ["fold_name", *LABEL])
    return test.withColumn("estimate", F.col("_of_day") * F.col("day_count")).drop("_of_day")


def _with_last(asked: DataFrame, labels: DataFrame, name: str, rank_bin: Column, by: tuple[str, ...]) -> DataFrame:
    """Add `name`: the mean searches per day of the newest labelled day known in the bin on the asked day."""
    key = ["fold_name", *by, "_bin"]
    binned = asked.withColumn("_bin", rank_bin)
    values = (
        labels.withColumn("_bin", rank_bin)
        .where(~F.col("is_unseen"))
        .groupBy(*key, "ranked_on", "available_on")
        .agg(F.avg(F.col("search_count") / F.col("day_count")).alias("value"))
        .select(*key, F.col("available_on").alias("_day"), F.struct("ranked_on", "value").alias("newest"))
    )
    asking = binned.select(*key, F.col(ASKED_ON).alias("_day")).distinct()
    so_far = Window.partitionBy(*key).orderBy("_day").rangeBetween(Window.unboundedPreceding, Window.currentRow)
    known = values.withColumn("_asked", F.lit(False)).unionByName(
        asking.withColumn("_asked", F.lit(True)), allowMissingColumns=True
    )
    found = known.withColumn(name, F.max("newest").over(so_far)["value"]).where("_asked").select(*key, "_day", name)
    return binned.join(found.withColumnRenamed("_day", ASKED_ON), [*key, ASKED_ON], "left").drop("_bin")
