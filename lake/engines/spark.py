"""Spark: on a laptop a local one, on Glue, EMR and other clusters the one that was started for the job."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from pyspark import SparkConf, SparkContext, StorageLevel
from pyspark.errors import PySparkRuntimeError
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as T

from lake.config.environment import Environment
from lake.engines import FIXED, kept_in_files, shares, with_disk_full_told
from lake.errors import ConfigError
from transforms.keeping import Keep

Item = TypeVar("Item")
Answer = TypeVar("Answer")

STARTED_BY_SUBMIT = "PYSPARK_GATEWAY_PORT"
# `python -m pyspark.daemon` would put the working directory first on a worker's path, and a folder `lake` in it before
# the package.
SAFE_PATH = {"spark.executorEnv.PYTHONSAFEPATH": "1"}


class SparkEngine:
    """Spark, with the environment's settings under those that it was started with."""

    def __init__(self, environment: Environment, app_name: str) -> None:
        self.session = spark_session(environment.spark, app_name)
        self.version = f"spark {self.session.version}"

    def map(self, work: Callable[[Item], Answer], items: Sequence[Item], *, sizes: Sequence[int]) -> list[Answer]:
        context = self.session.sparkContext
        places = shares(sizes, 4 * context.defaultParallelism)
        dealt = [[(place, items[place]) for place in share] for share in places]
        answers = dict(
            context.parallelize(dealt, len(dealt))
            .flatMap(lambda share: [(place, work(item)) for place, item in share])
            .collect()
        )
        return [answers[place] for place in range(len(items))]

    def read(self, uris: Sequence[str], schema: T.StructType) -> DataFrame:
        return self.session.read.schema(schema).parquet(*map(spark_path, uris))

    def write(self, frame: DataFrame, uri: str, *, partition_by: Sequence[str] = (), **options: str | int) -> None:
        writer = frame.write.mode("error").options(**options)
        with with_disk_full_told(uri):
            (writer.partitionBy(*partition_by) if partition_by else writer).parquet(uri)

    def kept(self) -> AbstractContextManager[Keep]:
        """In files where little data is run on one machine, so that plans stay short; else persisted, so that rows stay
        partitioned as they were, and what a lost machine had can be made again."""
        is_little = self.session.conf.get("spark.sql.adaptive.enabled") == "false"
        return kept_in_files(self) if is_little and self._is_one_machine() else persisted()

    def _is_one_machine(self) -> bool:
        return re.match(r"local(\[|$)", str(self.session.sparkContext.master)) is not None

    def tasks(self) -> tuple[int, int] | None:
        tracker = self.session.sparkContext.statusTracker()
        stages = [info for stage in tracker.getActiveStageIds() if (info := tracker.getStageInfo(stage))]
        return sum(stage.numCompletedTasks for stage in stages), sum(stage.numTasks for stage in stages)


@contextmanager
def persisted() -> Iterator[Keep]:
    frames: list[DataFrame] = []

    def keep(frame: DataFrame) -> DataFrame:
        frames.append(frame.persist(StorageLevel.DISK_ONLY))
        return frames[-1]

    try:
        yield keep
    finally:
        for frame in frames:
            frame.unpersist()


def spark_session(settings: Mapping[str, str], app_name: str) -> SparkSession:
    """The session of this process: a running one gets the settings that can still be set. Raises ConfigError where Java
    is missing."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.pop("SPARK_CONNECT_MODE_ENABLED", None)  # an embedded engine of this process may have set it
    builder = SparkSession.builder.appName(app_name)
    for key, value in {**_not_set_yet(settings), **FIXED, **SAFE_PATH}.items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except PySparkRuntimeError as error:
        if "JAVA_GATEWAY_EXITED" not in str(error):
            raise
        raise ConfigError(
            f"Spark did not start: found {_java()}, expected Java 17 or later; `headrace doctor` says what is missing"
        ) from error
    session.sparkContext.setLogLevel("ERROR")
    return session


def spark_path(uri: str) -> str:
    """A URI as Spark's readers take it: they would read brackets, braces, `*` and `?` as patterns."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", uri)


def started_settings() -> Mapping[str, str]:
    """What `spark-submit` (and so Glue and EMR) started Spark with; empty where Python starts Spark itself."""
    if STARTED_BY_SUBMIT not in os.environ:
        return {}
    SparkContext._ensure_initialized()
    return dict(SparkConf().getAll())


def _not_set_yet(settings: Mapping[str, str]) -> dict[str, str]:
    """The settings but for those that Spark was started with, above all its master: whoever submits a job says where it
    runs."""
    started = started_settings()
    own = {key: value for key, value in settings.items() if key not in started}
    submitted = os.environ.get("PYSPARK_SUBMIT_ARGS", "")
    if "--master" in submitted or "spark.master" in submitted:
        own.pop("spark.master", None)
    return own


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    return f"JAVA_HOME={home}" if home else shutil.which("java") or "no java on PATH"
