"""One session for all tests, of the engine that `--engine` names, in UTC like every session of the jobs."""

import os
import time
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from lake.engines import Engine, Keep, open_engine
from lake.environment import Environment
from tests.engine import ENGINE_VARIABLE, engine_name

# Each plan is run once on a few rows: compiling it takes longer than interpreting it.
INTERPRETED = {"spark.sql.codegen.factoryMode": "NO_CODEGEN", "spark.sql.codegen.wholeStage": "false"}
# Frames of a few rows: the first compiler is enough, and no stage needs many tasks. ANSI is as each Spark has it. One
# Java process lives through thousands of queries, and what it remembers of each must not fill it.
SMALL = {
    **INTERPRETED,
    "spark.master": "local[2]",
    "spark.driver.memory": "5g",
    "spark.ui.retainedJobs": "20",
    "spark.ui.retainedStages": "20",
    "spark.ui.retainedTasks": "200",
    "spark.sql.ui.retainedExecutions": "5",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseParallelGC",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
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
def compiled(spark: SparkSession) -> Iterator[None]:
    """Spark compiles its plans, as in a run: for tests of whole runs against a truth or an oracle."""
    if engine_name() == "sail":
        yield
        return
    for key in INTERPRETED:
        spark.conf.unset(key)
    yield
    for key, value in INTERPRETED.items():
        spark.conf.set(key, value)
