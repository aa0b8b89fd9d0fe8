"""Estimates where there is no model."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from schemas.search import SEARCH_VOLUME_ESTIMATES


def refused_estimates(ranks: DataFrame, score_from: date | None) -> DataFrame:
    """A row for every rank from that day on, `refused` and without a number."""
    same_rank = Window.partitionBy("marketplace_code", "department_name", "ranked_on", "rank")
    shown = ranks if score_from is None else ranks.where(F.col("ranked_on") >= F.lit(score_from))
    told = {
        "estimated_on": F.col("ranked_on"),
        "is_tied": F.count(F.lit(1)).over(same_rank) > 1,
        "basis": F.lit("refused"),
    }
    contract = SEARCH_VOLUME_ESTIMATES
    own = {name: F.col(name) for name in ("marketplace_code", "department_name", "term", "rank")}
    columns = {**own, **told}
    return shown.select(*(columns.get(f.name, F.lit(None).cast(f.type)).alias(f.name) for f in contract.fields))
