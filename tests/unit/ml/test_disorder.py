"""What was written is counted: bounds out of order, values that rise, rows out of the order of ranks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from ml.disorder import UPWARD, Disorder, count_disorder
from tests.unit.ml.frames import DAY

SCHEMA = "marketplace_code string, department_name string, estimated_on date, rank long, " + ", ".join(
    f"{name} double" for name in UPWARD
)
NOTHING = (None,) * len(UPWARD)


def row(rank: int, mean: float | None, *, department: str = "all", day: int = 0, **cells: Any) -> tuple[Any, ...]:
    """A row whose bounds are 0.8, 0.9, 1.1 and 1.2 times the mean where they are not said."""
    values = NOTHING if mean is None else tuple(mean * factor for factor in (0.8, 0.9, 1.0, 1.1, 1.2))
    said = {**dict(zip(UPWARD, values, strict=True)), **cells}
    return ("US", department, DAY + timedelta(day), rank, *said.values())


def written(spark: SparkSession, path: Path, *files: list[tuple[Any, ...]]) -> Disorder:
    """Rows as they lie in files, each in a task of its own."""
    for rows in files:
        spark.createDataFrame(rows, SCHEMA).coalesce(1).write.mode("append").parquet(str(path))
    return count_disorder(spark.read.schema(SCHEMA).parquet(str(path)))


@pytest.mark.every_engine
@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param([], (0, 0, 0), id="nothing"),
        pytest.param([row(1, 9.0), row(2, 7.0), row(2, 7.0), row(5, 7.0)], (0, 0, 0), id="falling, with a tie"),
        pytest.param([row(1, 9.0), row(2, 9.1)], (0, 5, 0), id="mean and bounds that rise"),
        pytest.param([row(1, 9.0), row(2, 8.0, hi_95_search_count=11.0)], (0, 1, 0), id="a bound that rises"),
        pytest.param([row(2, 8.0), row(2, 8.5)], (0, 5, 0), id="ties that differ"),
        pytest.param([row(1, 9.0), row(1, 10.0, department="toys")], (0, 0, 0), id="another department may rise"),
        pytest.param([row(1, 9.0), row(1, 10.0, day=1)], (0, 0, 0), id="another day may rise"),
        pytest.param([row(1, 9.0, lo_80_search_count=9.5)], (1, 0, 0), id="a lower bound above the mean"),
        pytest.param([row(1, 9.0, lo_95_search_count=8.5)], (1, 0, 0), id="the wider bound within the narrower"),
        pytest.param([row(1, 9.0, hi_80_search_count=8.9)], (1, 0, 0), id="an upper bound below the mean"),
        pytest.param([row(1, 9.0, hi_95_search_count=None)], (1, 0, 0), id="a bound that is missing alone"),
        pytest.param([row(1, float("nan"))], (1, 0, 0), id="not a number"),
        pytest.param([row(2, 9.0), row(1, 10.0), row(3, 8.0)], (0, 0, 1), id="ranks out of order"),
        pytest.param([row(1, None), row(2, None)], (0, 0, 0), id="refused"),
    ],
)
def test_disorder_is_counted(
    spark: SparkSession, tmp_path: Path, rows: list[tuple[Any, ...]], found: tuple[int, int, int]
) -> None:
    assert written(spark, tmp_path / "estimates", rows) == Disorder(*found)


def test_a_department_without_bounds_is_in_order_and_still_may_not_rise(spark: SparkSession, tmp_path: Path) -> None:
    bare = {name: None for name in UPWARD if name != "estimated_search_count"}
    rows = [row(1, 9.0, **bare), row(2, 8.0, **bare), row(3, 8.5, **bare)]
    assert written(spark, tmp_path / "estimates", rows) == Disorder(0, 1, 0)


@pytest.mark.parametrize("batch", ["1", "2", "100000"])
def test_lists_are_judged_where_batches_and_files_divide_them(spark: SparkSession, tmp_path: Path, batch: str) -> None:
    """Rank 4 has more than rank 3 of the other file, and rank 6 more than rank 5 of its own."""
    before = spark.conf.get("spark.sql.execution.arrow.maxRecordsPerBatch")
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", batch)
    try:
        files = [row(4, 8.0), row(5, 4.0), row(6, 5.0)], [row(1, 9.0), row(2, 8.0), row(3, 7.0)]
        assert written(spark, tmp_path / "estimates", *files) == Disorder(0, 10, 0)
    finally:
        spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(before))
