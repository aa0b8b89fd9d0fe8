"""A run keeps to its own code and to the master that it was given, wherever it is started."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from lake.releases.release import current_release
from lake.store.objects import open_store
from tests.engine import environment_name
from tests.jobs.lakes import orders, write_raw
from tests.where import ROOT

BIN = Path(sys.executable).parent
OURS = ("jobs", "schemas", "configs", "ml", "lake", "transforms")
KEY = "a key for tests that is no secret"


@pytest.fixture
def home(tmp_path):
    """A user's folder with folders that are called as packages of ours, which stop whoever takes them for these."""
    for name in OURS:
        (tmp_path / name).mkdir()
        for module in ("__init__", "run"):
            (tmp_path / name / f"{module}.py").write_text(f"raise ImportError('taken from the user’s folder {name}')\n")
    (tmp_path / "lake" / "runs").mkdir()
    return tmp_path


@pytest.mark.every_engine
def test_two_increments_run_beside_folders_named_as_ours(home):
    """Landing, standardizing and marts of the second run happen in workers too."""
    command = [BIN / "headrace", "run", "procurement", "--raw", "raw", "--lake", "lake"]
    for increment, month in enumerate(("2024-01", "2024-02"), start=1):
        write_raw(home / "raw", {f"purchase_orders_{month}_d1.csv": orders({"Item": f"{increment}0"})})
        ended = subprocess.run(
            [*command, "--environment", environment_name()],
            cwd=home,
            env={**os.environ, "HEADRACE_MASKING_KEY": KEY, "PYTHONSAFEPATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        found = current_release(open_store(str(home / "lake")), "procurement")
        assert (found.number, found.curated["purchase_orders"].row_count(outcome="curated")) == (increment, increment)


@contextmanager
def started(*arguments, log):
    """A daemon of Spark's own, ended with the block."""
    from pyspark.find_spark_home import _find_spark_home

    command = [f"{_find_spark_home()}/bin/spark-class", *map(str, arguments)]
    with open(log, "w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"})
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def awaited(log, words, seconds=60):
    """The word behind `words` in a log that is still being written."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for line in Path(log).read_text().splitlines():
            if words in line:
                return line.split(words, 1)[1].split()[0].rstrip(".")
        time.sleep(0.3)
    raise AssertionError(f"no {words!r} in {log} after {seconds} s:\n{Path(log).read_text()[-2000:]}")


@pytest.fixture
def cluster(tmp_path):
    """Spark's standalone master with two workers of one core; the URL of the master, and of its page."""
    package = "org.apache.spark.deploy"
    with ExitStack() as stack:
        log = tmp_path / "master.log"
        ports = ("--host", "127.0.0.1", "--port", 0, "--webui-port", 0)
        stack.enter_context(started(f"{package}.master.Master", *ports, log=log))
        url = awaited(log, "Starting Spark master at ")
        page = awaited(log, "started at ")
        for number in (1, 2):
            at = tmp_path / f"worker{number}.log"
            own = ("--host", "127.0.0.1", "--webui-port", 0, "--cores", 1, "--memory", "1g")
            work = ("--work-dir", tmp_path / f"work{number}")
            stack.enter_context(started(f"{package}.worker.Worker", *own, *work, url, log=at))
            awaited(at, "Successfully registered with master ")
        yield url, page


@pytest.mark.needs_spark
def test_a_master_that_spark_submit_was_given_is_kept(cluster, tmp_path):
    url, page = cluster
    months = {f"purchase_orders_2024-0{month}_d1.csv": orders({"Item": f"{month}0"}) for month in range(1, 5)}
    raw, lake = write_raw(tmp_path / "raw", months), tmp_path / "lake"
    ended = subprocess.run(
        [
            BIN / "spark-submit",
            *("--master", url),
            *("--conf", "spark.executor.memory=512m"),
            *("--conf", "spark.driver.host=127.0.0.1"),
            *("--conf", "spark.ui.enabled=false"),
            *("--conf", "spark.sql.shuffle.partitions=2"),
            ROOT / "jobs/run_pipeline.py",
            *("--domain", "procurement"),
            *("--raw", raw),
            *("--lake", lake),
        ],
        cwd=tmp_path,
        env={**os.environ, "HEADRACE_MASKING_KEY": KEY, "PYSPARK_PYTHON": sys.executable,
             "PYSPARK_DRIVER_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 0, (ended.stdout + ended.stderr)[-3000:]
    found = current_release(open_store(str(lake)), "procurement")
    assert found.curated["purchase_orders"].row_count(outcome="curated") == 4
    with urllib.request.urlopen(f"{page}/json/") as answer:
        [application] = json.load(answer)["completedapps"]
    assert application["name"].startswith("headrace procurement ")
    executors = {path.parts[-3]: path.name for path in tmp_path.glob("work?/app-*/*")}
    assert set(executors) == {"work1", "work2"}, executors
