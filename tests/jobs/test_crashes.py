"""A run can be killed at any instant: readers see the release before or the one after, and it can be run again."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import count

import pytest
from py4j.protocol import Py4JJavaError

from jobs import curated_writing as curate_job
from jobs import mart_writing as marts_job
from lake.landing.claims import Claim
from lake.landing.land_file import land_file
from lake.landing.landed_file import read_landed
from lake.releases.release import current_release
from lake.releases.snapshots import write_snapshot
from lake.run.manifest import now_utc
from lake.store.objects import open_store
from tests.crash import Crash, CrashingStore
from tests.engine import environment_name
from tests.jobs.lakes import invoices, orders, release, release_of, rows, run_of, write_raw

FILES = {"purchase_orders_2024-01_d1.csv": orders({}, {"Item": "20"}), "invoices_2024-01_d1.csv": invoices({})}
MORE = {"purchase_orders_2024-02_d1.csv": orders({"Changed At": "2024-02-01 10:00", "Net Amount": "12.00"})}
COLUMNS = "po_number, item_number, ordered_amount, outcome"


@pytest.mark.proof_on_spark
@pytest.mark.parametrize("after", [pytest.param(False, id="right before"), pytest.param(True, id="right after")])
def test_a_run_killed_at_any_step_of_the_protocol_leaves_the_release_and_runs_again(spark, tmp_path, after):
    raw = write_raw(tmp_path / "raw", FILES)
    first = release(raw, tmp_path / "lake", has_marts=False)
    write_raw(raw, MORE)
    for step in count(1):
        lake = shutil.copytree(tmp_path / "lake", tmp_path / f"lake-{step}")
        if not is_killed(run_of(raw, lake, store=CrashingStore(open_store(str(lake)), step, after=after))):
            break  # it has fewer steps

        seen = current_release(open_store(str(lake)), "procurement")
        assert seen.number in (1, 2)
        assert rows(lake, first, "purchase_orders", COLUMNS) == [
            ("4500000001", "00010", rows(lake, first, "purchase_orders", "ordered_amount")[0][0], "curated"),
            ("4500000001", "00020", rows(lake, first, "purchase_orders", "ordered_amount")[1][0], "curated"),
        ]
        again = release(raw, lake, has_marts=False) or seen

        assert again.number == 2
        assert [(r[1], str(r[2]), r[3]) for r in rows(lake, again, "purchase_orders", COLUMNS)] == [
            ("00010", "12.00", "curated"),
            ("00010", "None", "superseded"),
            ("00020", "10.00", "curated"),
        ]
    assert step > 5


def is_killed(run):
    """A worker's death reaches the driver as Spark's failure of the job."""
    try:
        release_of(run, has_marts=False)
    except (Crash, Py4JJavaError) as failure:
        if "killed" not in str(failure):
            raise
        return True
    return False


@pytest.mark.proof_on_spark
@pytest.mark.parametrize("job", [curate_job, marts_job], ids=["while curating", "while building marts"])
def test_a_run_killed_between_its_own_files_leaves_nothing_that_is_read(spark, tmp_path, monkeypatch, job):
    raw, lake = write_raw(tmp_path / "raw", FILES), tmp_path / "lake"

    def dies(*said, **named):
        write_snapshot(*said, **named)
        raise Crash("killed with files written and none named")

    with monkeypatch.context() as patch:
        patch.setattr(job, "write_snapshot", dies)
        with pytest.raises(Crash):
            release(raw, lake)
    assert current_release(open_store(str(lake)), "procurement") is None

    again = release(raw, lake)

    assert [r[1] for r in rows(lake, again, "purchase_orders", COLUMNS)] == ["00010", "00020"]
    assert rows(lake, again, "procurement_cases", "case_id, invoice_count") == [
        ("4500000001_00010", 1),
        ("4500000001_00020", 0),
    ]


@pytest.mark.parametrize("after", [pytest.param(False, id="right before"), pytest.param(True, id="right after")])
@pytest.mark.parametrize(
    "step", [pytest.param(1, id="the records"), pytest.param(2, id="the dead letters"), pytest.param(3, id="the entry")]
)
def test_a_file_whose_landing_was_killed_lands_whole_the_next_time(tmp_path, step, after):
    text = orders(*({"Item": str(item)} for item in range(1, 300))) + "too,few\n"
    raw = open_store(str(write_raw(tmp_path / "raw", {"purchase_orders_2024-01_d1.csv": text})))
    store = open_store(str(tmp_path / "lake"))
    source = run_of(tmp_path / "raw", tmp_path / "lake").configuration.source("erp_purchase_orders")
    claim = Claim(raw.stat("purchase_orders_2024-01_d1.csv"), source.name, "2024-01", "1", now_utc())
    with pytest.raises(Crash):
        land_file(raw, CrashingStore(store, step, after=after), claim, source)

    landed = land_file(raw, store, claim, source)

    assert (landed.record_count, landed.landing_row_count, landed.dead_letter_count) == (300, 299, 1)
    assert read_landed(store, "procurement", source.name, landed.landing_file_id) == landed


@pytest.mark.proof
def test_real_kills_with_a_reader_polling_never_show_a_mixed_or_missing_release(tmp_path):
    """SIGKILL to the whole process group of a real run; a reader looks at every file of the release all the while."""
    raw, lake = write_raw(tmp_path / "raw", FILES), tmp_path / "lake"
    begun = time.monotonic()
    run_whole(raw, tmp_path / "undisturbed")
    took = time.monotonic() - begun
    for share in (0.4, 0.8):
        run_killed(raw, lake, share * took)
    assert_released_whole(lake)
    run_whole(raw, lake)
    assert assert_released_whole(lake) >= 1


def run_whole(raw, lake):
    finished = subprocess.run(command(raw, lake), env=environment(), capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr[-2000:]


def command(raw, lake):
    told = ["--raw", str(raw), "--lake", str(lake), "--environment", environment_name()]
    return [sys.executable, "-m", "jobs.run_pipeline", "--domain", "procurement", *told]


def environment():
    return {**os.environ, "HEADRACE_MASKING_KEY": "a key for tests that is no secret"}


def run_killed(raw, lake, seconds):
    """Start a real run and kill it after so long, unless it ends before."""
    process = subprocess.Popen(
        command(raw, lake),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        assert_released_whole(lake)
        time.sleep(0.05)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def assert_released_whole(lake):
    """Every file that the current release names is there in its full size; the release's number, 0 for none."""
    found = sorted((lake / "releases/procurement").glob("*.json"))
    if not found:
        return 0
    said = json.loads(found[-1].read_text())
    for snapshot in [*said["curated"].values(), *said["marts"].values()]:
        for file in snapshot["files"]:
            assert (lake / file["key"]).stat().st_size == file["byte_count"], file["key"]
    return said["number"]
