"""Which rank a label belongs to, day by day."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from ml.options import DepartmentRule

CELL = ("marketplace_code", "department_name")
RANKED = (*CELL, "term", "ranked_on")
LABEL = ("marketplace_code", "label_department_name", "term", "grain", "period_start_on")
ALL_DEPARTMENTS, NO_DEPARTMENT = "all", "(none)"


def labelled_days(ranks: DataFrame, volumes: DataFrame, *, department_rule: DepartmentRule) -> DataFrame:
    """One row per label and ranked day of its period: the ranked term's columns, `rank`, `grain`, `period_start_on`,
    `period_day_count` (days in the period), `available_on`, and `period_search_count` (searches in the period).
    `label_department_name` is the label's own department, `(none)` where it has none: with it `LABEL` tells labels
    apart, while the department is that of the day's rank.

    A label with a department joins the term's rank in it. One without joins a single rank a day: the best of the
    term's departments (`best`; of two equal ones the first by name), or that in the department named `all`. A day
    without a rank has no row.
    """
    days = _days(volumes)
    named = days.where(F.col("department_name").isNotNull()).join(ranks.select(*RANKED, "rank"), list(RANKED))
    unnamed = days.where(F.col("department_name").isNull()).drop("department_name")
    key = ["marketplace_code", "term", "ranked_on"]
    asked = ranks.join(unnamed.select(*key).distinct(), key, "left_semi")  # few terms: all others need no best rank
    joined = unnamed.join(_ranks_over_all(asked, department_rule).select(*RANKED, "rank"), key)
    return named.unionByName(joined)


def labelled_ranks(ranks: DataFrame, labels: DataFrame, *, department_rule: DepartmentRule) -> DataFrame:
    """`RANKED` and `rank` of every ranked day of the terms that have a label, whether or not a label is of that day,
    each rank once: the ranks that `labelled_days` would join. `labels` has the columns of `label_terms`."""
    terms = labels.select("marketplace_code", F.col("label_department_name").alias("department_name"), "term")
    terms = terms.distinct()
    has_none = F.col("department_name") == NO_DEPARTMENT
    ranked = ranks.select(*RANKED, "rank")
    named = ranked.join(terms.where(~has_none), [*CELL, "term"], "left_semi")
    unnamed = ranked.join(terms.where(has_none), ["marketplace_code", "term"], "left_semi")
    over_all = _ranks_over_all(unnamed, department_rule)
    return named.unionByName(over_all.select(*RANKED, "rank")).distinct()


def label_terms(volumes: DataFrame) -> DataFrame:
    """The columns of labels that `labelled_ranks` asks for, of the rows of `search_volumes`."""
    department = F.coalesce("department_name", F.lit(NO_DEPARTMENT)).alias("label_department_name")
    return volumes.select("marketplace_code", department, "term").distinct()


def _days(volumes: DataFrame) -> DataFrame:
    return volumes.select(
        *CELL,
        F.coalesce("department_name", F.lit(NO_DEPARTMENT)).alias("label_department_name"),
        "term",
        "grain",
        "period_start_on",
        "available_on",
        F.col("search_count").cast("double").alias("period_search_count"),
        (F.datediff(_period_end(), F.col("period_start_on")) + 1).alias("period_day_count"),
        F.explode(F.sequence("period_start_on", _period_end())).alias("ranked_on"),
    )


def is_within(after_on: Column, through_on: Column) -> Column:
    """Whether the whole period of a row of `labelled_days` lies after the one day and no later than the other. What
    lies across an edge is nobody's error: its days within the edge are no fair part of it."""
    return (F.col("period_start_on") > after_on) & (last_day() <= through_on)


def last_day() -> Column:
    """The last day of the period of a row of `labelled_days`."""
    return F.date_add("period_start_on", F.col("period_day_count") - 1)


def _period_end() -> Column:
    start = F.col("period_start_on")
    return (
        F.when(F.col("grain") == "weekly", F.date_add(start, 6))
        .when(F.col("grain") == "monthly", F.last_day(start))
        .otherwise(start)
    )


def _ranks_over_all(ranks: DataFrame, department_rule: DepartmentRule) -> DataFrame:
    if department_rule == ALL_DEPARTMENTS:
        return ranks.where(F.col("department_name") == ALL_DEPARTMENTS)
    best = Window.partitionBy("marketplace_code", "term", "ranked_on").orderBy("rank", "department_name")
    return ranks.withColumn("_place", F.row_number().over(best)).where("_place = 1").drop("_place")
