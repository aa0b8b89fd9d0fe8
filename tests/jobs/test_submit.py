"""The jobs as Glue and EMR run them: `spark-submit`, stage by stage, with the arguments that Glue adds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lake.releases.release import current_release
from lake.store.objects import open_store
from tests.conftest import SMALL
from tests.jobs.lakes import invoices, orders, write_raw
from tests.where import ROOT

pytestmark = pytest.mark.needs_spark

OF_GLUE = [
    "--JOB_NAME",
    "headrace",
    "--JOB_ID",
    "j_1",
    "--JOB_RUN_ID",
    "jr_1",
    "--job-bookmark-option",
    "job-bookmark-disable",
    "--TempDir",
    "s3://temp/",
    "--enable-metrics",
    "true",
]


def submit(job, *arguments, check=True):
    command = [
        str(Path(sys.executable).parent / "spark-submit"),
        *(word for key, value in SMALL.items() for word in ("--conf", f"{key}={value}")),
        str(ROOT / "jobs" / f"{job}.py"),
        *OF_GLUE,
        *("--domain", "procurement"),
        *arguments,
    ]
    environment = {
        **os.environ,
        "HEADRACE_MASKING_KEY": "a key for tests that is no secret",
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
    }
    return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=check)


@pytest.fixture
def raw(tmp_path):
    return write_raw(
        tmp_path / "raw", {"purchase_orders_2024-01_d1.csv": orders({}), "invoices_2024-01_d1.csv": invoices({})}
    )


def assert_released(lake, run_id):
    found = current_release(open_store(str(lake)), "procurement")
    assert (found.number, found.run_id) == (1, run_id)
    assert {name: snapshot.row_count() for name, snapshot in found.curated.items()} == {
        "purchase_orders": 1,
        "invoices": 1,
    }
    assert found.marts["procurement_cases"].row_count() == 1
    stages = json.loads((lake / f"runs/{run_id}/manifest.json").read_text())["stages"]
    assert set(stages) == {"land", "curate", "marts", "publish"}


@pytest.mark.every_engine
def test_the_pipeline_as_one_job_publishes_a_release(tmp_path, raw):
    lake = tmp_path / "lake"
    submit("run_pipeline", "--raw", str(raw), "--lake", str(lake), "--run-id", "whole-1")
    assert_released(lake, "whole-1")


@pytest.mark.proof
@pytest.mark.every_engine
def test_the_stages_as_separate_jobs_publish_one_release(tmp_path, raw):
    lake = tmp_path / "lake"
    told = ["--lake", str(lake), "--run-id", "stages-1"]
    submit("land_raw", "--raw", str(raw), *told)
    for job in ("curate", "build_marts", "publish_release"):
        submit(job, *told)
    assert_released(lake, "stages-1")


def test_a_failing_job_raises_with_its_sentence_last(tmp_path):
    (tmp_path / "raw").mkdir()
    failed = submit("run_pipeline", "--raw", str(tmp_path / "raw"), "--lake", str(tmp_path / "lake"), check=False)
    assert failed.returncode != 0
    # spark-submit gives what Python says to its own standard output.
    said = failed.stdout + failed.stderr
    trace = [line for line in said.splitlines() if line.startswith("lake.errors.")]
    assert trace[-1].startswith("lake.errors.DataError: there is no file in "), said[-2000:]
