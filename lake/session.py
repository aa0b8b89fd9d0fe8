"""The Spark session: the environment's settings over the few that every result depends on."""

from __future__ import annotations

import os
import sys

from pyspark.sql import SparkSession

from lake.config import Environment

# A figure must not depend on where it is computed: dates in UTC, exact legacy-free Parquet timestamps.
FIXED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
    "spark.sql.caseSensitive": "true",
}


def spark_session(environment: Environment, app_name: str) -> SparkSession:
    """The session of this process: a running one gets the settings that can still be set."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName(app_name)
    for key, value in {**environment.spark, **FIXED}.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
