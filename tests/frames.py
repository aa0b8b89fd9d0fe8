"""Frames that take their columns from a contract and their cells from the test."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as T

from schemas.contract import Contract, Field
from schemas.lineage import LANDING_LINEAGE

FILLER: dict[type[T.DataType], Any] = {
    T.StringType: "x",
    T.IntegerType: 0,
    T.LongType: 0,
    T.DoubleType: 0.0,
    T.BooleanType: False,
    T.DecimalType: Decimal(0),
    T.DateType: date(2024, 1, 1),
    T.TimestampType: datetime(2024, 1, 1, 12),
    T.ArrayType: [],
}
CONTENT_HASH = Field("content_hash", T.StringType(), "Hash of the standardized fields.", required=True)


def frame(spark: SparkSession, contract: Contract, *rows: dict[str, Any], without: Sequence[str] = ()) -> DataFrame:
    """Cells that a row does not state are fillers where the contract requires them, else null."""
    return _frame(spark, [f for f in contract.fields if f.name not in without], rows)


def curated_frame(spark: SparkSession, contract: Contract, *rows: dict[str, Any]) -> DataFrame:
    """As curated tables are read: with lineage, the records numbered from 1 and the source named as the table."""
    numbered = [{"source_name": contract.name, "record_number": n} | row for n, row in enumerate(rows, start=1)]
    return _frame(spark, [*contract.fields, *LANDING_LINEAGE, CONTENT_HASH], numbered)


def _frame(spark: SparkSession, fields: Sequence[Field], rows: Sequence[dict[str, Any]]) -> DataFrame:
    names = [f.name for f in fields]
    if unknown := sorted({cell for row in rows for cell in row} - set(names)):
        raise KeyError(f"cells {unknown} are not columns of {names}")
    filler = {f.name: FILLER[type(f.type)] if f.required else None for f in fields}
    return spark.createDataFrame(
        [tuple({**filler, **row}[name] for name in names) for row in rows],
        T.StructType([T.StructField(f.name, f.type) for f in fields]),
    )
