"""Small frames of the search tables, by the cells that a test is about."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame, SparkSession

RANKS = "marketplace_code string, department_name string, term string, ranked_on date, rank long"
VOLUMES = (
    "marketplace_code string, department_name string, term string, grain string, period_start_on date, "
    "search_count long, available_on date"
)
SPECIAL_DATES = "event_name string, marketplace_code string, event_on date, lead_days int, lag_days int"
DAY = date(2024, 3, 1)


def ranks(spark: SparkSession, *rows: dict[str, Any]) -> DataFrame:
    filler = {"marketplace_code": "US", "department_name": "all", "term": "tea", "ranked_on": DAY, "rank": 1}
    return _frame(spark, RANKS, [filler | row for row in rows])


def volumes(spark: SparkSession, *rows: dict[str, Any]) -> DataFrame:
    filler = {
        "marketplace_code": "US",
        "department_name": "all",
        "term": "tea",
        "grain": "daily",
        "period_start_on": DAY,
        "search_count": 100,
    }
    full = [filler | row for row in rows]
    return _frame(spark, VOLUMES, [{"available_on": row["period_start_on"] + timedelta(14)} | row for row in full])


def special_dates(spark: SparkSession, *rows: dict[str, Any]) -> DataFrame:
    filler = {"event_name": "xmas", "marketplace_code": "US", "event_on": DAY, "lead_days": 1, "lag_days": 1}
    return _frame(spark, SPECIAL_DATES, [filler | row for row in rows])


def _frame(spark: SparkSession, schema: str, rows: list[dict[str, Any]]) -> DataFrame:
    names = [part.split()[0] for part in schema.split(", ")]
    return spark.createDataFrame([tuple(row[name] for name in names) for row in rows], schema)


def pandas_of(frame: DataFrame, *by: str) -> pd.DataFrame:
    return frame.toPandas().sort_values(list(by)).reset_index(drop=True)
