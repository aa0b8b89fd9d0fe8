"""One session for all tests, of the engine that `--engine` names, in UTC like every session of the jobs."""

import os
import time
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from lake.config.environment import Environment, read_environment
from lake.engines import Engine, open_engine
from tests.engine import ENGINE_VARIABLE, engine_name
from transforms.keeping import Keep

LOCAL_SPARK = read_environment("local_spark")
# Frames of a few rows are run as a run of little data is. ANSI is as each Spark has it. One Java process lives through
# thousands of queries: what it remembers of each, and the page of memory that each operator takes, must not fill it.
SMALL = {
    **LOCAL_SPARK.for_bytes(0).spark,
    "spark.master": "local[2]",
    "spark.driver.memory": "4g",
    # Some tests compile plans as much data has them: long methods too, which Java would interpret.
    "spark.driver.extraJavaOptions": "-XX:+UseParallelGC -XX:TieredStopAtLevel=1 -XX:-DontCompileHugeMethods",
    "spark.buffer.pageSize": "1m",
    "spark.ui.retainedJobs": "20",
    "spark.ui.retainedStages": "20",
    "spark.ui.retainedTasks": "200",
    "spark.sql.ui.retainedExecutions": "5",
    "spark.default.parallelism": "2",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
OF_SESSION = [key for key in LOCAL_SPARK.small.spark if key.startswith("spark.sql.")]
# The marks of every test that was collected, of those that are left out too: tests/unit/test_marks.py looks at them.
MARKS = pytest.StashKey[dict[str, set[str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=("sail", "spark"), help="what runs the frames; sail where it is installed")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--engine"):
        os.environ[ENGINE_VARIABLE] = config.getoption("--engine")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What needs Spark is left out where Sail runs the tests."""
    config.stash[MARKS] = {item.nodeid: {mark.name for mark in item.iter_markers()} for item in items}
    if engine_name() == "sail":
        left_out = [item for item in items if item.get_closest_marker("needs_spark")]
        items[:] = [item for item in items if not item.get_closest_marker("needs_spark")]
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    # Python's own zone decides what a naive datetime means on its way into a frame and out of it.
    os.environ["TZ"] = "UTC"
    time.tzset()
    started = open_engine(Environment("tests", engine_name(), SMALL), "headrace-tests")
    yield started
    started.session.stop()


@pytest.fixture(scope="session")
def spark(engine: Engine) -> SparkSession:
    return engine.session


@pytest.fixture(scope="module")
def keep(engine: Engine) -> Iterator[Keep]:
    """Computes a frame once for all that a module's tests make of it."""
    with engine.kept() as kept:
        yield kept


@pytest.fixture(scope="module")
def restored(spark: SparkSession) -> Iterator[None]:
    """A run of much data has settings of its own: those of the tests come back after it."""
    yield
    if engine_name() == "spark":
        for key in OF_SESSION:
            spark.conf.set(key, LOCAL_SPARK.small.spark[key])
