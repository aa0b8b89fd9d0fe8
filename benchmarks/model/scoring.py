"""How fast a trained model scores long lists: python -m benchmarks.model.scoring bench/model/generator

Scores and writes as many ranked terms a day, in four lists, with the model that the benchmark left in the folder.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from benchmarks.model.data import DataSet
from benchmarks.model.headrace_job import special_dates
from benchmarks.model.session import spark_session
from ml.artefact import load
from ml.options import ModelOptions
from ml.scoring import score

DEPARTMENTS = ("all", "beauty", "electronics", "toys")


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model.scoring", description=__doc__)
    parser.add_argument("data", type=Path, help="folder of a set, with headrace/model in it")
    parser.add_argument("--rows", type=int, default=1_000_000, help="a day (default: 1,000,000)")
    parser.add_argument("--days", type=int, default=10, help="(default: 10)")
    said = parser.parse_args(argv)
    spark, told, out = spark_session(), DataSet.read(said.data), said.data / "scoring"
    shutil.rmtree(out, ignore_errors=True)
    lists(spark, told, rows=said.rows, days=said.days).write.parquet(str(out / "ranks"))
    ranks, volumes = (spark.read.parquet(str(p)) for p in (out / "ranks", said.data / "volumes.parquet"))
    model, options = load(spark, str(said.data / "headrace/model")), ModelOptions(score_through=told.test_through)
    begun = time.monotonic()
    scored = score(model, ranks, volumes, special_dates(spark, said.data), options)
    labelled = time.monotonic()
    scored.estimates.write.parquet(str(out / "estimates"))
    ended, count = time.monotonic(), said.rows * said.days
    measured = {"rows": count, "label_seconds": labelled - begun, "score_seconds": ended - labelled}
    (out / "said.json").write_text(json.dumps(measured))
    sys.stdout.write(
        f"{count:,} rows: {labelled - begun:.1f} s for labels since the training, {ended - labelled:.1f} s to score, "
        f"{count / (ended - labelled):,.0f} rows a second, {count / (ended - begun):,.0f} with the labels\n"
    )


def lists(spark: SparkSession, told: DataSet, *, rows: int, days: int) -> DataFrame:
    """`rows` ranked terms of the US on each of the last days, in the four departments, every rank once."""
    n, count = F.col("id"), len(DEPARTMENTS)
    return spark.range(rows * days, numPartitions=8).select(
        F.lit("US").alias("marketplace_code"),
        F.get(F.array(*map(F.lit, DEPARTMENTS)), (n % count).cast("int")).alias("department_name"),
        F.concat(F.lit("term "), (n % rows).cast("string")).alias("term"),
        F.date_sub(F.lit(told.test_through), (n / rows).cast("int")).alias("ranked_on"),
        (F.floor((n % rows) / count) + 1).alias("rank"),
    )


if __name__ == "__main__":
    main()
