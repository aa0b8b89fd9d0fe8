"""What is derived from the requests: their streets, by district, and the districts of these."""

from collections.abc import Mapping

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from schemas.lineage import LINEAGE_NAMES
from transforms.curating import keep_latest


def derive_streets(frames: Mapping[str, DataFrame]) -> DataFrame:
    """A row for each district that a street is said to be in; of those of one street the contract's key keeps one."""
    return _counted(frames["requests"], "request_count", "street_name", "district_name")


def derive_districts(frames: Mapping[str, DataFrame]) -> DataFrame:
    return _counted(frames["streets"], "street_count", "district_name")


def _counted(rows: DataFrame, count: str, *key: str) -> DataFrame:
    counted = rows.withColumn(count, F.count(F.lit(1)).over(Window.partitionBy(*key)))
    return keep_latest(counted, *key).select(*key, count, *LINEAGE_NAMES)
