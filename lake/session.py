"""The Spark session: the environment's settings over the few that every result depends on."""

from __future__ import annotations

import os
import shutil
import sys

from pyspark.errors import PySparkRuntimeError
from pyspark.sql import SparkSession

from lake.config import Environment
from lake.errors import ConfigError

# A figure must not depend on where it is computed: dates in UTC, exact legacy-free Parquet timestamps.
FIXED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
    "spark.sql.caseSensitive": "true",
}


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    return f"JAVA_HOME={home}" if home else shutil.which("java") or "no java on PATH"


def spark_session(environment: Environment, app_name: str) -> SparkSession:
    """The session of this process: a running one gets the settings that can still be set."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName(app_name)
    for key, value in {**environment.spark, **FIXED}.items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except PySparkRuntimeError as error:
        if "JAVA_GATEWAY_EXITED" not in str(error):
            raise
        raise ConfigError(
            f"Spark did not start: found {_java()}, promised Java 17 or later; `headrace doctor` says what is missing"
        ) from error
    session.sparkContext.setLogLevel("ERROR")
    return session
