"""Pairs of CSV files that a domain person can read: what is given, and what is expected of it, with the arithmetic."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame, SparkSession

CASES = Path(__file__).with_name("cases")


def pair(name: str, folder: Path = CASES) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`<name>_given.csv` and `<name>_expected.csv`."""
    return table(f"{name}_given", folder), table(f"{name}_expected", folder)


def table(name: str, folder: Path = CASES) -> pd.DataFrame:
    """A CSV; columns named `..._on` are days, empty cells are None."""
    found = pd.read_csv(folder / f"{name}.csv").astype(object)
    for column in found.columns:
        if column.endswith("_on"):
            found[column] = found[column].map(date.fromisoformat)
    return found.where(found.notna(), None)


def frame(spark: SparkSession, rows: pd.DataFrame, schema: str) -> DataFrame:
    """The columns of the schema, of which the rows may have more."""
    kinds = dict(part.strip().split(" ") for part in schema.split(","))
    made: dict[str, Any] = {"long": int, "int": int, "double": float}
    cells = [
        tuple(
            None if row[name] is None else made.get(kind, lambda cell: cell)(row[name]) for name, kind in kinds.items()
        )
        for row in rows.to_dict("records")
    ]
    return spark.createDataFrame(cells, schema)
