"""A run can be killed at any instant: readers see the release before or the one after, and it can be run again."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from py4j.protocol import Py4JJavaError

from jobs import build_marts as marts_job
from jobs import curate as curate_job
from lake.claims import Claim
from lake.landing import land_file, read_landed
from lake.objects import open_store
from lake.releases import current_release
from lake.runs import now_utc
from tests.crash import Crash, CrashingStore
from tests.jobs.lakes import invoices, orders, release, release_of, rows, run_of, write_raw

FILES = {"purchase_orders_2024-01_d1.csv": orders({}, {"Item": "20"}), "invoices_2024-01_d1.csv": invoices({})}
MORE = {"purchase_orders_2024-02_d1.csv": orders({"Changed At": "2024-02-01 10:00", "Net Amount": "12.00"})}
COLUMNS = "po_number, item_number, ordered_amount, outcome"


@pytest.fixture(scope="module")
def mutation_count(spark, tmp_path_factory):
    """How often the driver changes the lake in one run."""
    folder = tmp_path_factory.mktemp("counted")
    raw, lake = write_raw(folder / "raw", FILES), folder / "lake"
    store = CrashingStore(open_store(str(lake)), 0)
    release_of(run_of(raw, lake, store=store), has_marts=False)
    return store.mutations


@pytest.mark.parametrize("after", [pytest.param(False, id="right before"), pytest.param(True, id="right after")])
def test_a_run_killed_at_any_step_of_the_protocol_leaves_the_release_and_runs_again(
    spark, tmp_path, mutation_count, after
):
    assert mutation_count >= 5
    for step in range(1, mutation_count + 1):
        raw, lake = write_raw(tmp_path / f"raw-{step}", FILES), tmp_path / f"lake-{step}"
        first = release(raw, lake, has_marts=False)
        write_raw(raw, MORE)
        crashing = CrashingStore(open_store(str(lake)), step, after=after)
        # A worker's death reaches the driver as Spark's failure of the job.
        with pytest.raises((Crash, Py4JJavaError), match="killed"):
            release_of(run_of(raw, lake, store=crashing), has_marts=False)

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


@pytest.mark.parametrize("job", [curate_job, marts_job], ids=["while curating", "while building marts"])
def test_a_run_killed_between_its_own_files_leaves_nothing_that_is_read(spark, tmp_path, monkeypatch, job):
    raw, lake = write_raw(tmp_path / "raw", FILES), tmp_path / "lake"

    def dies(frame, store, **said):
        frame.write.parquet(store.uri_of(said["folder"]))
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
    "step",
    [pytest.param(1, id="the records"), pytest.param(2, id="the dead letters"), pytest.param(3, id="the ledger entry")],
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


def test_real_kills_with_a_reader_polling_never_show_a_mixed_or_missing_release(tmp_path):
    """SIGKILL to the whole process group of a real run; a reader looks at every file of the release all the while."""
    raw, lake = write_raw(tmp_path / "raw", FILES), tmp_path / "lake"
    for seconds in (6.0, 11.0):
        run_killed(raw, lake, seconds)
    assert_released_whole(lake)
    finished = subprocess.run(command(raw, lake), env=environment(), capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr[-2000:]
    assert assert_released_whole(lake) >= 1


def command(raw, lake):
    return [sys.executable, "-m", "jobs.run_pipeline", "--raw", str(raw), "--lake", str(lake)]


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
