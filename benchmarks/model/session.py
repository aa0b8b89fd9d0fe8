"""The Spark session of the model's benchmark: two cores, 3 GB."""

from __future__ import annotations

import os
import sys
import time

from pyspark.sql import SparkSession

from lake.engines import FIXED

OWN = {
    "spark.driver.memory": "1600m",
    "spark.driver.extraJavaOptions": "-XX:+UseParallelGC -XX:-DontCompileHugeMethods",
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


def spark_session() -> SparkSession:
    os.environ["TZ"] = "UTC"
    time.tzset()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").appName("headrace-bench-model")
    for key, value in {**FIXED, **OWN}.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
